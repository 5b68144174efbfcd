// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The TAP devices of this daemon. A connection's card is persistent: it, its
 * addresses and its routes outlive the daemon, as a hub's device would. A port
 * of a bridge goes with its session, and at the daemon's end all at once.
 * Workers that leave a port say so by an event of the loop.
 */
#include "taps_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "tls.h"
#include "worker.h"

static void on_async(uv_async_t *async)
{
	taps_look(async->data);
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
	tls_random(&ts->bridge_ids, sizeof(ts->bridge_ids));
	ts->async.data = ts;
	ts->grace.data = ts;
	ts->ops = ops;
	ts->arg = arg;
	return ts;
}

/* --- devices --------------------------------------------------------------- */

static struct taps_entry *find_card(const struct taps *ts, const char *ifname)
{
	struct taps_entry *e;

	LIST_FOREACH(e, &ts->all, all)
		if (!e->bridge && !strcmp(tap_name(e->tap), ifname))
			return e;
	return NULL;
}

static struct taps_entry *add(struct taps *ts, const struct sehub_tap *dev,
			      uint32_t bridge)
{
	struct tap *tap = tap_new(dev, on_detach, ts);
	struct taps_entry *e = NULL;

	if (tap)
		e = taps_add(ts, tap, bridge);
	if (!e)
		tap_put(tap);
	return e;
}

static void on_closed(uv_handle_t *handle)
{
	struct taps *ts = handle->data;

	if (!--ts->handles)
		free(ts);
}

void taps_free(struct taps *ts)
{
	struct taps_entry *e;
	bool has_ports = false;

	if (!ts)
		return;
	while ((e = LIST_FIRST(&ts->all))) {
		has_ports |= e->bridge != 0;
		taps_forget(ts, e);
	}
	if (has_ports)
		sehub_tap_del_group(ts->nl, ts->group, NULL);
	sehub_nl_close(ts->nl);
	uv_close((uv_handle_t *)&ts->async, on_closed);
	uv_close((uv_handle_t *)&ts->grace, on_closed);
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
		taps_end_lost(ts, 0);
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
		taps_delete_device(ts, e);
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

int taps_list_bridges(struct taps *ts, sehub_hub_fn fn, void *arg,
		      struct sehub_err *err)
{
	return sehub_bridge_list(ts->nl, fn, arg, err);
}

int taps_list_macs(struct taps *ts, uint32_t bridge, uint32_t port,
		   sehub_fdb_fn fn, void *arg, struct sehub_err *err)
{
	return sehub_bridge_fdb_list(ts->nl, bridge, port, fn, arg, err);
}

uint64_t taps_bridge_id(const struct taps *ts, uint32_t ifindex)
{
	uint64_t id = ts->bridge_ids + ifindex;

	return id ? id : 1;
}

/* As sehub.ko does it for its hubs. */
static int check_peer(const struct taps *ts, const struct session_start *start,
		      struct sehub_err *err)
{
	const struct taps_entry *e;
	struct tap_state state;

	if (!start->peer_hub)
		return 0;
	if (start->peer_hub == taps_bridge_id(ts, start->hub_ifindex))
		return sehub_err_set(err, ELOOP,
				     "a hub cannot be joined to itself");
	LIST_FOREACH(e, &ts->all, all) {
		if (e->bridge != start->hub_ifindex)
			continue;
		tap_read_state(e->tap, &state);
		if (state.port.session.id &&
		    state.port.session.peer_hub == start->peer_hub)
			return sehub_err_set(err, ELOOP,
					     "another port joins these two hubs already");
	}
	return 0;
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

	if (check_peer(ts, start, err))
		return NULL;
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
	} while (taps_find_id(ts, ts->last_id));
	return ts->last_id;
}

/* The device of a new session's port; NULL with err->code 0: not one of ours. */
static struct taps_entry *find_place(struct taps *ts,
				     const struct session_start *start,
				     struct sehub_err *err)
{
	struct taps_entry *e;

	err->code = 0;
	if (start->is_bridge)
		return join_bridge(ts, start, err);
	e = taps_find_device(ts, start->hub_ifindex);
	return e && !e->bridge ? e : NULL;
}

int taps_prepare(struct taps *ts, struct session_start *start,
		 struct sehub_err *err)
{
	struct tap_config config = {
		.grace = start->grace, .queue_limit = start->queue_limit,
		.peer_hub = start->peer_hub,
	};
	struct taps_entry *e;

	if (start->is_resume) {
		if (!(start->port_id & TAPS_ID_BIT))
			return 0;
		e = taps_find_id(ts, start->port_id);
		if (!e)
			return sehub_err_set(err, ENOENT,
					     "the port was deleted");
	} else {
		e = find_place(ts, start, err);
		if (!e)
			return err->code;
		config.id = new_id(ts);
		tap_begin(e->tap, &config);
		taps_set_id(ts, e, config.id);
		start->port_id = config.id;
		taps_watch(ts, e);
	}
	start->tap = tap_get(e->tap);
	return 0;
}

static struct taps_entry *get_entry(struct taps *ts, uint32_t id,
				    struct sehub_err *err)
{
	struct taps_entry *e = taps_find_id(ts, id);

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
	taps_end_port(ts, e);
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
	const struct taps_entry *e = taps_find_id(ts, id);

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
