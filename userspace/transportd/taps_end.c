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
/* Milliseconds that a port has which does not end by itself. */
#define NO_END		UINT64_MAX

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
	taps_set_id(ts, e, 0);
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

/*
 * Ends the port if its time is over, or its session deleted it. Then @left,
 * the milliseconds that it still has, is NO_END, as for one in use. True if
 * somebody was told, who may have changed the list.
 */
static bool settle(struct taps *ts, struct taps_entry *e, uint64_t *left)
{
	struct tap_state state;

	*left = NO_END;
	tap_read_state(e->tap, &state);
	if (!state.port.session.id) {
		if (e->bridge)
			taps_delete_device(ts, e);
		return false;
	}
	if (state.port.session.owner)
		return false;
	*left = time_left(&state);
	if (*left)
		return false;
	*left = NO_END;
	taps_end_port(ts, e);
	tell_deleted(ts, &state.port, SEHUB_PORT_DEL_REASON_GRACE);
	return true;
}

static void on_grace(uv_timer_t *timer);

static void wait_for(struct taps *ts, uint64_t left)
{
	if (left != NO_END && (!uv_is_active((uv_handle_t *)&ts->grace) ||
			       uv_timer_get_due_in(&ts->grace) > left))
		uv_timer_start(&ts->grace, on_grace, left, 0);
}

static void on_grace(uv_timer_t *timer)
{
	struct taps *ts = timer->data;
	struct taps_entry *e, *next;
	uint64_t left;

	for (e = LIST_FIRST(&ts->all); e; e = next) {
		next = LIST_NEXT(e, all);
		if (settle(ts, e, &left))
			next = LIST_FIRST(&ts->all);
		wait_for(ts, left);
	}
}

void taps_watch(struct taps *ts, const struct taps_entry *e)
{
	struct tap_state state;

	tap_read_state(e->tap, &state);
	wait_for(ts, time_left(&state));
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

/* True if it was: somebody was told, who may have changed the list. */
static bool end_if_lost(struct taps *ts, struct taps_entry *e)
{
	struct tap_state state;
	uint32_t reason;

	if (!is_lost(ts, e, &reason))
		return false;
	tap_read_state(e->tap, &state);
	tap_end(e->tap, e->id);
	taps_delete_device(ts, e);
	if (state.port.session.id)
		tell_deleted(ts, &state.port, reason);
	return true;
}

void taps_look(struct taps *ts)
{
	struct taps_entry *e, *next;
	uint64_t left;

	for (e = LIST_FIRST(&ts->all); e; e = next) {
		next = LIST_NEXT(e, all);
		if (!tap_take_news(e->tap))
			continue;
		left = NO_END;
		if (!sehub_tap_is_there(tap_fd(e->tap)) ?
		    end_if_lost(ts, e) : settle(ts, e, &left))
			next = LIST_FIRST(&ts->all);
		wait_for(ts, left);
	}
}

static bool is_bridge(const struct taps *ts, uint32_t ifindex)
{
	const struct taps_entry *e;

	LIST_FOREACH(e, &ts->all, all)
		if (e->bridge == ifindex)
			return true;
	return false;
}

void taps_end_lost(struct taps *ts, uint32_t bridge)
{
	struct taps_entry *e = LIST_FIRST(&ts->all);

	while (e) {
		if ((!bridge || e->bridge == bridge) && end_if_lost(ts, e))
			e = LIST_FIRST(&ts->all);
		else
			e = LIST_NEXT(e, all);
	}
}

/* True if it is one of ours, or one of our bridges. */
static bool look_at(struct taps *ts, uint32_t ifindex)
{
	struct taps_entry *e = taps_find_device(ts, ifindex);
	uint32_t master;

	if (e) {
		end_if_lost(ts, e);
		return true;
	}
	if (!is_bridge(ts, ifindex))
		return false;
	/* While it is there, ports that leave it are news of their own. */
	if (sehub_tap_master(ts->nl, ifindex, &master, NULL) == -ENODEV)
		taps_end_lost(ts, ifindex);
	return true;
}

bool taps_network_changed(struct taps *ts, uint32_t ifindex)
{
	unsigned int i;

	if (!ifindex) {
		taps_end_lost(ts, 0);
		return false;
	}
	if (look_at(ts, ifindex))
		return true;
	for (i = 0; i < DELETED_MAX; i++)
		if (ts->deleted[i] == ifindex)
			return true;
	return false;
}
