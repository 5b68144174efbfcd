// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Status, SessionList, SessionShow and SessionDisconnect. Counters come from
 * the kernel at the time of the question; a session whose port cannot be seen
 * is shown without them.
 */
#include "sessions_control.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <unistd.h>

#include "client.h"
#include "control.h"
#include "events.h"
#include "kernel.h"
#include "listen.h"
#include "log.h"
#include "login.h"
#include "port.h"
#include "proto.h"
#include "sessions_impl.h"
#include "store.h"
#include "tls.h"

static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	json_object_object_add(object, key, text && text[0] ?
			       json_object_new_string(text) : NULL);
}

static void add_number(struct json_object *object, const char *key,
		       uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

static void add_bool(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

static struct json_object *describe(struct daemon *d,
				    const struct server_session *s)
{
	struct json_object *object = json_object_new_object();
	struct sehub_port port;
	const char *device;
	char peer[20];

	add_text(object, "session", s->id.session);
	add_number(object, "vlan", s->id.vlan);
	add_text(object, "user", s->id.user);
	add_text(object, "state", server_state_name(s->state));
	add_text(object, "address", s->address);
	add_text(object, "client_name", s->id.client_name);
	add_text(object, "carrier", s->carrier);
	json_object_object_add(object, "since",
			       json_object_new_int64(s->id.since));
	add_number(object, "resumes", s->id.resumes);
	add_bool(object, "offload", s->features & SEHUB_WIRE_F_OFFLOAD);
	add_text(object, "cipher", s->cipher);
	if (!s->port_id)
		return object;
	device = kernel_port_device(d->kernel, s->port_id);
	if (device) {
		add_text(object, "device", device);
	} else {
		add_number(object, "port", s->port_number);
		add_number(object, "port_id", s->port_id);
	}
	if (kernel_get_port(d->kernel, s->port_id, &port, NULL))
		return object;
	if (port.session.peer_hub) {
		snprintf(peer, sizeof(peer), "%016" PRIx64,
			 port.session.peer_hub);
		add_text(object, "peer_hub", peer);
	}
	add_number(object, "rx_bytes", port.rx_bytes);
	add_number(object, "tx_bytes", port.tx_bytes);
	add_number(object, "rx_frames", port.rx_frames);
	add_number(object, "tx_frames", port.tx_frames);
	return object;
}

static void session_list(struct control_call *call, struct json_object *params,
			 void *ctx)
{
	struct json_object *reply, *list;
	const struct server_session *s;
	struct daemon *d = ctx;
	int64_t vlan = 0;

	(void)params;
	if (control_param_int(call, "vlan", CONTROL_OPTIONAL, STORE_VLAN_MIN,
			      STORE_VLAN_MAX, &vlan) ||
	    control_params_end(call))
		return;
	list = json_object_new_array();
	for (s = sessions_first(d->sessions); s; s = s->next)
		if (!vlan || s->id.vlan == vlan)
			json_object_array_add(list, describe(d, s));
	reply = json_object_new_object();
	json_object_object_add(reply, "sessions", list);
	control_reply(call, reply);
}

/* NULL: the call is answered. */
static struct server_session *named_session(struct control_call *call,
					    struct daemon *d)
{
	struct server_session *s;
	const char *name;

	if (control_param_string(call, "session", CONTROL_REQUIRED, &name) ||
	    control_params_end(call))
		return NULL;
	s = sessions_find(d->sessions, name);
	if (!s)
		control_error(call, CONTROL_NOT_FOUND, "session",
			      "there is no session \"%s\"", name);
	return s;
}

static void session_show(struct control_call *call, struct json_object *params,
			 void *ctx)
{
	const struct server_session *s = named_session(call, ctx);

	(void)params;
	if (s)
		control_reply(call, describe(ctx, s));
}

static void session_disconnect(struct control_call *call,
			       struct json_object *params, void *ctx)
{
	struct server_session *s = named_session(call, ctx);
	struct daemon *d = ctx;

	(void)params;
	if (!s)
		return;
	log_admin("session-disconnect session=%s by=%s", s->id.session,
		  control_call_by(call));
	sessions_end(d->sessions, s, SEHUB_WIRE_CLOSE_DISCONNECTED,
		     "disconnected by an administrator");
	control_reply(call, NULL);
}

static void status(struct control_call *call, struct json_object *params,
		   void *ctx)
{
	char fingerprint[SEHUB_FINGERPRINT_STRLEN] = "";
	struct json_object *reply;
	struct daemon *d = ctx;
	uint64_t users = 0;

	(void)params;
	if (control_params_end(call))
		return;
	if (d->tls)
		sehub_format_fingerprint(tls_context_fingerprint(d->tls),
					 fingerprint);
	store_user_count(d->store, &users, NULL);
	reply = json_object_new_object();
	add_text(reply, "version", SEHUB_VERSION);
	add_number(reply, "pid", (uint64_t)getpid());
	add_number(reply, "uptime_s", (uv_hrtime() - d->started) / 1000000000);
	json_object_object_add(reply, "listeners", listeners_describe(d));
	add_text(reply, "fingerprint", fingerprint);
	add_number(reply, "workers", worker_pool_count(d->workers));
	add_number(reply, "sessions", sessions_count(d->sessions));
	add_number(reply, "connections", clients_connected(d->clients));
	add_number(reply, "users", users);
	add_bool(reply, "module", kernel_is_loaded());
	control_reply(call, reply);
}

static const struct control_method methods[] = {
	{ "Status", status, CONTROL_READS },
	{ "SessionList", session_list, CONTROL_READS },
	{ "SessionShow", session_show, CONTROL_READS },
	{ "SessionDisconnect", session_disconnect, CONTROL_CHANGES },
};

int sessions_control_register(struct daemon *d)
{
	return control_register(d->control, methods,
				sizeof(methods) / sizeof(methods[0]), d);
}

static uint32_t count_user(void *ctx, const struct store_user *user)
{
	struct daemon *d = ctx;

	return sessions_count_user(d->sessions, user->id);
}

static void user_revoked(void *ctx, const struct store_user *user,
			 enum user_change change)
{
	static const char *const why[] = {
		[USER_DELETED] = "the user was deleted",
		[USER_PASSWORD] = "the user has a new password",
		[USER_LOGIN] = "the user logs in with something else now",
	};
	struct daemon *d = ctx;

	logins_user_changed(d->logins, user);
	/* A client that has what is wanted now may come back at once. */
	sessions_end_user(d->sessions, user->id, change == USER_DELETED ?
			  SEHUB_WIRE_CLOSE_DENIED : SEHUB_WIRE_CLOSE_BYE,
			  why[change]);
}

static void user_changed(void *ctx, const struct store_user *user)
{
	struct daemon *d = ctx;

	logins_user_changed(d->logins, user);
	sessions_user_changed(d->sessions, user);
}

static void user_told(void *ctx, uint16_t vlan, const char *name,
		      const char *change, const char *by)
{
	struct daemon *d = ctx;

	events_publish(d->events, &(struct event){
		.kind = EVENT_USER_CHANGED, .vlan = vlan, .user = name,
		.change = change, .by = by,
	});
}

const struct user_ops sessions_user_ops = {
	.sessions = count_user,
	.revoked = user_revoked,
	.changed = user_changed,
	.told = user_told,
};

static int list_ports(void *ctx, sehub_port_fn fn, void *arg)
{
	struct daemon *d = ctx;

	return kernel_list(d->kernel, fn, arg, NULL);
}

static void name_port(void *ctx, const struct sehub_port *port,
		      struct event *event)
{
	const struct server_session *s;
	struct daemon *d = ctx;

	if (port->kind != SEHUB_PORT_KIND_SESSION) {
		event->device = port->name;
		return;
	}
	event->session = port->name;
	s = sessions_find_port(d->sessions, port->session.id);
	if (s)
		event->user = s->id.user;
}

const struct policy_hits_ops sessions_hits_ops = {
	.list = list_ports,
	.name = name_port,
};
