// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The TAP devices of this daemon. A connection's card is persistent: it, its
 * addresses and its routes outlive the daemon, as a hub's device would. A port
 * of a bridge goes with its session. Grace times are watched here, as workers
 * come and go; they say so by an event of the loop. Ports of bridges are
 * deleted by threads of libuv's, as that takes long, and at the daemon's end
 * all at once.
 */
#include "taps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "tap.h"
#include "tls.h"
#include "worker.h"

/* The marks of our devices, for us and for people (ip -details link). */
#define CARD_ALIAS	"sehub connection"
#define PORT_ALIAS	"sehub session"
/* A port that was begun and not attached in this time was not wanted. */
#define BEGIN_MS	30000

/* Devices deleted last, whose end is still to be heard of. */
#define DELETED_MAX	64

/**
 * struct taps_entry - one device
 * @next: list of all
 * @tap: the device
 * @id: of the port that was begun last, 0: none; the session may have deleted
 *	it since
 * @bridge: the bridge that it is a port of, 0: it is a card
 */
struct taps_entry {
	struct taps_entry *next;
	struct tap *tap;
	uint32_t id;
	uint32_t bridge;
};

/**
 * struct deletion - a device that is being deleted
 * @work: libuv's
 * @tap: the device, with a reference
 */
struct deletion {
	uv_work_t work;
	struct tap *tap;
};

/**
 * struct taps - all of them
 * @ops: who is told that a port was deleted
 * @arg: for @ops
 * @loop: the main thread's
 * @nl: rtnetlink
 * @list: the devices
 * @async: a worker left a port
 * @grace: the next end of a grace time
 * @handles: open ones of these two
 * @last_id: given out last
 * @group: device group of this daemon's ports of bridges
 * @deleted: interface indexes of devices that are gone, or will be
 * @deleted_at: where the next one goes
 */
struct taps {
	const struct kernel_ops *ops;
	void *arg;
	uv_loop_t *loop;
	struct sehub_nl *nl;
	struct taps_entry *list;
	uv_async_t async;
	uv_timer_t grace;
	unsigned int handles;
	uint32_t last_id;
	uint32_t group;
	uint32_t deleted[DELETED_MAX];
	unsigned int deleted_at;
};

static void sweep(struct taps *ts);
static void end_lost(struct taps *ts);

static void on_async(uv_async_t *async)
{
	struct taps *ts = async->data;
	const struct taps_entry *e = ts->list;

	/* What a worker stumbled over. */
	while (e && sehub_tap_is_there(tap_fd(e->tap)))
		e = e->next;
	if (e)
		end_lost(ts);
	sweep(ts);
}

static void on_grace(uv_timer_t *timer)
{
	sweep(timer->data);
}

/* From a worker's thread. */
static void on_detach(void *arg)
{
	struct taps *ts = arg;

	uv_async_send(&ts->async);
}

struct taps *taps_new(uv_loop_t *loop, const struct kernel_ops *ops, void *arg)
{
	struct taps *ts = calloc(1, sizeof(*ts));

	if (!ts)
		return NULL;
	if (sehub_nl_open_rtnl(&ts->nl, NULL) ||
	    uv_async_init(loop, &ts->async, on_async)) {
		sehub_nl_close(ts->nl);
		free(ts);
		return NULL;
	}
	uv_timer_init(loop, &ts->grace);
	ts->handles = 2;
	ts->loop = loop;
	/* Not one that people use, nor another daemon's. */
	tls_random(&ts->group, sizeof(ts->group));
	ts->group |= 1U << 30;
	ts->async.data = ts;
	ts->grace.data = ts;
	ts->ops = ops;
	ts->arg = arg;
	return ts;
}

/* --- the list -------------------------------------------------------------- */

static struct taps_entry *find_id(const struct taps *ts, uint32_t id)
{
	struct taps_entry *e = ts->list;

	while (e && e->id != id)
		e = e->next;
	return e;
}

static struct taps_entry *find_card(const struct taps *ts, const char *ifname)
{
	struct taps_entry *e = ts->list;

	while (e && (e->bridge || strcmp(tap_name(e->tap), ifname)))
		e = e->next;
	return e;
}

static struct taps_entry *add(struct taps *ts, const struct sehub_tap *dev,
			      uint32_t bridge)
{
	struct taps_entry *e = calloc(1, sizeof(*e));
	struct tap *tap = tap_new(dev, on_detach, ts);

	if (!e || !tap) {
		tap_put(tap);
		free(e);
		return NULL;
	}
	e->tap = tap;
	e->bridge = bridge;
	e->next = ts->list;
	ts->list = e;
	return e;
}

/* Lets go of the device, which stays if it is persistent. */
static void forget(struct taps *ts, struct taps_entry *e)
{
	struct taps_entry **at = &ts->list;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	tap_put(e->tap);
	free(e);
}

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
	forget(ts, e);
}

static void delete_card(struct taps *ts, struct taps_entry *e)
{
	uint32_t ifindex;

	log_debug("tap-del device=%s", tap_name(e->tap));
	sehub_tap_release(tap_fd(e->tap));
	if (!sehub_tap_find(ts->nl, tap_name(e->tap), CARD_ALIAS, &ifindex,
			    NULL) && ifindex == tap_ifindex(e->tap))
		sehub_tap_del(ts->nl, ifindex, NULL);
	forget(ts, e);
}

static void delete_device(struct taps *ts, struct taps_entry *e)
{
	ts->deleted[ts->deleted_at++ % DELETED_MAX] = tap_ifindex(e->tap);
	if (e->bridge)
		delete_bridge_port(ts, e);
	else
		delete_card(ts, e);
}

static void delete_port(struct taps *ts, struct taps_entry *e)
{
	tap_end(e->tap, e->id);
	e->id = 0;
	if (e->bridge)
		delete_device(ts, e);
}

static void on_closed(uv_handle_t *handle)
{
	struct taps *ts = handle->data;

	if (!--ts->handles)
		free(ts);
}

void taps_free(struct taps *ts)
{
	bool has_ports = false;

	if (!ts)
		return;
	while (ts->list) {
		has_ports |= ts->list->bridge != 0;
		forget(ts, ts->list);
	}
	if (has_ports)
		sehub_tap_del_group(ts->nl, ts->group, NULL);
	sehub_nl_close(ts->nl);
	uv_close((uv_handle_t *)&ts->async, on_closed);
	uv_close((uv_handle_t *)&ts->grace, on_closed);
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
			delete_device(ts, e);
			return true;
		}
		if (!state.port.session.id || state.port.session.owner)
			continue;
		left = time_left(&state);
		if (!left) {
			delete_port(ts, e);
			tell_deleted(ts, &state.port,
				     SEHUB_PORT_DEL_REASON_GRACE);
			return true;
		}
		if (left < *next)
			*next = left;
	}
	return false;
}

static void sweep(struct taps *ts)
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

static void end_lost(struct taps *ts)
{
	struct tap_state state;
	struct taps_entry *e = ts->list;
	uint32_t reason;

	while (e) {
		if (!is_lost(ts, e, &reason)) {
			e = e->next;
			continue;
		}
		tap_read_state(e->tap, &state);
		tap_end(e->tap, e->id);
		delete_device(ts, e);
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

	while (e && e->bridge != ifindex && tap_ifindex(e->tap) != ifindex)
		e = e->next;
	if (!ifindex || e)
		end_lost(ts);
	for (i = 0; i < DELETED_MAX; i++)
		if (ifindex && ts->deleted[i] == ifindex)
			return true;
	return ifindex && e;
}

/* --- cards and bridges ----------------------------------------------------- */

int taps_open_card(struct taps *ts, const char *ifname, const uint8_t mac[6],
		   uint32_t *ifindex, struct sehub_err *err)
{
	struct sehub_tap_config config = {
		.ifname = ifname, .mac = mac, .alias = CARD_ALIAS,
		.is_persistent = true,
	};
	struct taps_entry *e = find_card(ts, ifname);
	struct sehub_tap dev;
	int ret;

	if (e && !sehub_tap_is_there(tap_fd(e->tap))) {
		end_lost(ts);
		e = find_card(ts, ifname);
	}
	if (!e) {
		ret = sehub_tap_open(ts->nl, &config, &dev, err);
		if (ret)
			return ret;
		e = add(ts, &dev, 0);
	}
	if (!e)
		return sehub_err_errno(err, ENOMEM, ifname);
	*ifindex = tap_ifindex(e->tap);
	return 0;
}

bool taps_has_card(struct taps *ts, const char *ifname)
{
	uint32_t ifindex;

	return find_card(ts, ifname) ||
	       !sehub_tap_find(ts->nl, ifname, CARD_ALIAS, &ifindex, NULL);
}

int taps_delete_card(struct taps *ts, const char *ifname, struct sehub_err *err)
{
	struct taps_entry *e = find_card(ts, ifname);
	uint32_t ifindex;
	int ret;

	if (e) {
		tap_end(e->tap, e->id);
		delete_device(ts, e);
		return 0;
	}
	ret = sehub_tap_find(ts->nl, ifname, CARD_ALIAS, &ifindex, err);
	return ret ? -ENODEV : sehub_tap_del(ts->nl, ifindex, err);
}

int taps_find_bridge(struct taps *ts, uint16_t vlan, uint32_t *ifindex,
		     struct sehub_err *err)
{
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "sehub%u", vlan);
	return sehub_bridge_find(ts->nl, name, ifindex, err);
}

/* A device for the session, in the bridge that is its hub. */
static struct taps_entry *join_bridge(struct taps *ts,
				      const struct session_start *start,
				      struct sehub_err *err)
{
	char format[IFNAMSIZ], alias[64];
	struct sehub_tap_config config = {
		.ifname = format, .alias = alias,
		.master = start->hub_ifindex, .group = ts->group,
	};
	struct taps_entry *e;
	struct sehub_tap dev;

	/* "sehub4094", and the first number that is free. */
	snprintf(format, sizeof(format), "sehub%u-%%d", start->vlan);
	snprintf(alias, sizeof(alias), PORT_ALIAS " %s", start->port_name);
	if (sehub_tap_open(ts->nl, &config, &dev, err))
		return NULL;
	e = add(ts, &dev, start->hub_ifindex);
	if (!e)
		sehub_err_errno(err, ENOMEM, dev.ifname);
	else
		log_debug("tap-add device=%s session=%s", dev.ifname,
			  start->port_name);
	return e;
}

/* --- ports ----------------------------------------------------------------- */

static uint32_t new_id(struct taps *ts)
{
	do {
		ts->last_id = (ts->last_id + 1) | TAPS_ID_BIT;
	} while (find_id(ts, ts->last_id));
	return ts->last_id;
}

/* The device of a new session's port; NULL with err->code 0: not one of ours. */
static struct taps_entry *find_place(struct taps *ts,
				     const struct session_start *start,
				     struct sehub_err *err)
{
	struct taps_entry *e = ts->list;

	err->code = 0;
	if (start->is_bridge)
		return join_bridge(ts, start, err);
	while (e && (e->bridge || tap_ifindex(e->tap) != start->hub_ifindex))
		e = e->next;
	return e;
}

int taps_prepare(struct taps *ts, struct session_start *start,
		 struct sehub_err *err)
{
	struct tap_config config = {
		.grace = start->grace, .queue_limit = start->queue_limit,
	};
	struct taps_entry *e;

	if (start->is_resume) {
		if (!(start->port_id & TAPS_ID_BIT))
			return 0;
		e = find_id(ts, start->port_id);
		if (!e)
			return sehub_err_set(err, ENOENT,
					     "the port was deleted");
	} else {
		e = find_place(ts, start, err);
		if (!e)
			return err->code;
		config.id = new_id(ts);
		tap_begin(e->tap, &config);
		e->id = config.id;
		start->port_id = config.id;
		/* For the case that nobody attaches it. */
		sweep(ts);
	}
	start->tap = tap_get(e->tap);
	return 0;
}

static struct taps_entry *get_entry(struct taps *ts, uint32_t id,
				    struct sehub_err *err)
{
	struct taps_entry *e = find_id(ts, id);

	if (!e)
		sehub_err_set(err, ENOENT, "no port with this id");
	return e;
}

int taps_get_port(struct taps *ts, uint32_t id, struct sehub_port *port,
		  struct sehub_err *err)
{
	struct taps_entry *e = get_entry(ts, id, err);
	struct tap_state state;

	if (!e)
		return -ENOENT;
	tap_read_state(e->tap, &state);
	if (state.port.session.id != id)
		return sehub_err_set(err, ENOENT, "no port with this id");
	*port = state.port;
	return 0;
}

int taps_delete_port(struct taps *ts, uint32_t id, struct sehub_err *err)
{
	struct taps_entry *e = get_entry(ts, id, err);

	if (!e)
		return -ENOENT;
	delete_port(ts, e);
	return 0;
}

int taps_detach_port(struct taps *ts, uint32_t id, struct sehub_err *err)
{
	struct taps_entry *e = get_entry(ts, id, err);

	if (!e)
		return -ENOENT;
	tap_detach(e->tap);
	return 0;
}

const char *taps_device(struct taps *ts, uint32_t id)
{
	const struct taps_entry *e = find_id(ts, id);

	return e ? tap_name(e->tap) : NULL;
}

int taps_set_policy(struct taps *ts, uint32_t id,
		    const struct sehub_policy *policy, uint32_t grace,
		    struct sehub_err *err)
{
	struct taps_entry *e = get_entry(ts, id, err);

	if (!e)
		return -ENOENT;
	if (policy && kernel_policy_needs_module(policy))
		return sehub_err_set(err, EOPNOTSUPP,
				     "the user's policy needs sehub.ko");
	tap_set_grace(e->tap, grace);
	return 0;
}
