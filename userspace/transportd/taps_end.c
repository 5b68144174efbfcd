// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ends of TAP devices and of their ports: grace times, devices that somebody
 * else took away, and the deleting itself, which takes the kernel long and is
 * done by threads of libuv's where nobody waits for it.
 */
#include "taps_impl.h"

#include <errno.h>
#include <stdlib.h>

#include "log.h"

/* A port that was begun and not attached in this time was not wanted. */
#define BEGIN_MS	30000

/**
 * struct deletion - a device that is being deleted
 * @work: libuv's
 * @tap: the device, with a reference
 */
struct deletion {
	uv_work_t work;
	struct tap *tap;
};

/* In a thread of libuv's. */
static void delete_work(uv_work_t *work)
{
	struct deletion *deletion = work->data;
	const struct tap *tap = deletion->tap;
	struct sehub_nl *nl;
	uint32_t ifindex;

	/* A worker may still hold it open: it goes now, not when that ends. */
	if (sehub_nl_open_rtnl(&nl, NULL))
		return;
	if (!sehub_tap_find(nl, tap_name(tap), PORT_ALIAS, &ifindex, NULL) &&
	    ifindex == tap_ifindex(tap))
		sehub_tap_del(nl, ifindex, NULL);
	sehub_nl_close(nl);
}

static void delete_done(uv_work_t *work, int status)
{
	struct deletion *deletion = work->data;

	(void)status;
	tap_put(deletion->tap);
	free(deletion);
}

static void delete_bridge_port(struct taps *ts, struct taps_entry *e)
{
	struct deletion *deletion = calloc(1, sizeof(*deletion));

	log_debug("tap-del device=%s", tap_name(e->tap));
	if (deletion) {
		deletion->work.data = deletion;
		deletion->tap = tap_get(e->tap);
		if (uv_queue_work(ts->loop, &deletion->work, delete_work,
				  delete_done)) {
			tap_put(deletion->tap);
			free(deletion);
		}
	}
	/* Without memory it goes when its last descriptor is closed. */
	taps_forget(ts, e);
}

static void delete_card(struct taps *ts, struct taps_entry *e)
{
	uint32_t ifindex;

	log_debug("tap-del device=%s", tap_name(e->tap));
	sehub_tap_release(tap_fd(e->tap));
	if (!sehub_tap_find(ts->nl, tap_name(e->tap), CARD_ALIAS, &ifindex,
			    NULL) && ifindex == tap_ifindex(e->tap))
		sehub_tap_del(ts->nl, ifindex, NULL);
	taps_forget(ts, e);
}

void taps_delete_device(struct taps *ts, struct taps_entry *e)
{
	ts->deleted[ts->deleted_at++ % DELETED_MAX] = tap_ifindex(e->tap);
	if (e->bridge)
		delete_bridge_port(ts, e);
	else
		delete_card(ts, e);
}

void taps_end_port(struct taps *ts, struct taps_entry *e)
{
	tap_end(e->tap, e->id);
	e->id = 0;
	if (e->bridge)
		taps_delete_device(ts, e);
}

/* --- ends of ports --------------------------------------------------------- */

static void tell_deleted(struct taps *ts, struct sehub_port *port,
			 uint32_t reason)
{
	port->has_del_reason = true;
	port->del_reason = reason;
	ts->ops->deleted(ts->arg, port);
}

/* Milliseconds that the port still has; 0: its time is over. */
static uint64_t time_left(const struct tap_state *state)
{
	uint64_t whole = state->port.session.grace;

	if (!state->port.session.attaches && whole < BEGIN_MS)
		whole = BEGIN_MS;
	return state->detached_ms < whole ? whole - state->detached_ms : 0;
}

/* One port whose time is over; false if there is none. */
static bool end_one(struct taps *ts, uint64_t *next)
{
	struct tap_state state;
	struct taps_entry *e;
	uint64_t left;

	*next = UINT64_MAX;
	for (e = ts->list; e; e = e->next) {
		tap_read_state(e->tap, &state);
		/* Its session deleted it. */
		if (!state.port.session.id && e->bridge) {
			taps_delete_device(ts, e);
			return true;
		}
		if (!state.port.session.id || state.port.session.owner)
			continue;
		left = time_left(&state);
		if (!left) {
			taps_end_port(ts, e);
			tell_deleted(ts, &state.port,
				     SEHUB_PORT_DEL_REASON_GRACE);
			return true;
		}
		if (left < *next)
			*next = left;
	}
	return false;
}

static void on_grace(uv_timer_t *timer)
{
	taps_sweep(timer->data);
}

void taps_sweep(struct taps *ts)
{
	uint64_t next;

	/* Whoever is told may change the list. */
	while (end_one(ts, &next))
		;
	if (next != UINT64_MAX)
		uv_timer_start(&ts->grace, on_grace, next, 0);
	else
		uv_timer_stop(&ts->grace);
}

/*
 * Why a device is of no use any more; false if it still is. What cannot be
 * found out is left as it is.
 */
static bool is_lost(const struct taps *ts, const struct taps_entry *e,
		    uint32_t *reason)
{
	uint32_t master;
	int ret;

	if (!e->bridge) {
		*reason = SEHUB_PORT_DEL_REASON_HUB;
		return !sehub_tap_is_there(tap_fd(e->tap));
	}
	/* Somebody deleted it, moved it, or took it out of the bridge. */
	*reason = SEHUB_PORT_DEL_REASON_REQUESTED;
	ret = sehub_tap_master(ts->nl, tap_ifindex(e->tap), &master, NULL);
	if (ret || master == e->bridge)
		return ret == -ENODEV;
	if (sehub_tap_master(ts->nl, e->bridge, &master, NULL) == -ENODEV)
		*reason = SEHUB_PORT_DEL_REASON_HUB;
	return true;
}

static bool concerns(const struct taps_entry *e, uint32_t ifindex)
{
	return !ifindex || e->bridge == ifindex ||
	       tap_ifindex(e->tap) == ifindex;
}

void taps_end_lost(struct taps *ts, uint32_t ifindex)
{
	struct tap_state state;
	struct taps_entry *e = ts->list;
	uint32_t reason;

	while (e) {
		if (!concerns(e, ifindex) || !is_lost(ts, e, &reason)) {
			e = e->next;
			continue;
		}
		tap_read_state(e->tap, &state);
		tap_end(e->tap, e->id);
		taps_delete_device(ts, e);
		/* Whoever is told may change the list. */
		if (state.port.session.id)
			tell_deleted(ts, &state.port, reason);
		e = ts->list;
	}
}

bool taps_network_changed(struct taps *ts, uint32_t ifindex)
{
	const struct taps_entry *e = ts->list;
	unsigned int i;

	while (e && !concerns(e, ifindex))
		e = e->next;
	if (e)
		taps_end_lost(ts, ifindex);
	for (i = 0; i < DELETED_MAX; i++)
		if (ifindex && ts->deleted[i] == ifindex)
			return true;
	return ifindex && e;
}

