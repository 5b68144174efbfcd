// SPDX-License-Identifier: GPL-2.0-or-later
/* ListenerList, ListenerAdd, ListenerDel, ListenerSet. */
#include "listen_impl.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>

#include "control.h"
#include "log.h"
#include "sessions.h"

static uint64_t count_sessions(const struct daemon *d, const struct listener *l)
{
	const struct server_session *s = sessions_first(d->sessions);
	uint64_t count = 0;

	for (; s; s = s->next)
		count += s->listener == l->id && s->state != SERVER_DETACHED;
	return count;
}

static const char *state_of(const struct listener *l)
{
	if (l->socket)
		return "listening";
	return l->what.is_enabled ? "failed" : "off";
}

static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

static void add_number(struct json_object *object, const char *key,
		       uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

static struct json_object *describe(const struct daemon *d,
				    const struct listener *l)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "address", l->what.address);
	add_number(object, "port", l->what.port);
	add_text(object, "protocol",
		 listener_protocol_name(l->what.protocol));
	json_object_object_add(object, "enabled",
			       json_object_new_boolean(l->what.is_enabled));
	add_text(object, "state", state_of(l));
	json_object_object_add(object, "error", l->error[0] ?
			       json_object_new_string(l->error) : NULL);
	add_text(object, "source", l->is_config ? "config" : "state");
	add_number(object, "accepted", l->accepted);
	add_number(object, "refused", l->refused);
	add_number(object, "logins", l->logins);
	add_number(object, "sessions", count_sessions(d, l));
	return object;
}

struct json_object *listeners_describe(const struct daemon *d)
{
	struct json_object *list = json_object_new_array();
	const struct listener *l = d->listeners ? d->listeners->list : NULL;

	for (; l; l = l->next)
		json_object_array_add(list, describe(d, l));
	return list;
}

static void listener_list(struct control_call *call, struct json_object *params,
			  void *ctx)
{
	struct json_object *reply;

	(void)params;
	if (control_params_end(call))
		return;
	reply = json_object_new_object();
	json_object_object_add(reply, "listeners", listeners_describe(ctx));
	control_reply(call, reply);
}

/* Answers with success or what went wrong. */
static void answer(struct control_call *call, int ret,
		   const struct sehub_err *err, const char *event,
		   const struct store_listener *what)
{
	if (ret) {
		control_error_errno(call, ret, err->text);
		return;
	}
	log_admin("%s address=%s port=%u by=%s", event, what->address,
		  what->port, control_call_by(call));
	control_reply(call, NULL);
}

static void listener_add(struct control_call *call, struct json_object *params,
			 void *ctx)
{
	struct store_listener what = { .is_enabled = true };
	struct daemon *d = ctx;
	struct sehub_err err;
	int ret;

	(void)params;
	if (listener_params(call, &what))
		return;
	ret = listeners_add(d->listeners, &what, &err);
	answer(call, ret, &err, "listener-add", &what);
}

/* The listener that a request names; NULL: the call is answered. */
static struct listener *find(struct control_call *call, struct daemon *d,
			     const struct store_listener *what)
{
	struct listener *l = listeners_find(d->listeners, what->address,
					    what->port);

	if (!l)
		control_error(call, CONTROL_NOT_FOUND, "address",
			      "there is no listener on %s port %u",
			      what->address, what->port);
	return l;
}

static void listener_del(struct control_call *call, struct json_object *params,
			 void *ctx)
{
	struct store_listener what = { .port = 0 };
	struct daemon *d = ctx;
	struct sehub_err err;
	struct listener *l;
	int ret;

	(void)params;
	if (listener_param_address(call, &what) || control_params_end(call))
		return;
	l = find(call, d, &what);
	if (!l)
		return;
	ret = listeners_del(l, &err);
	answer(call, ret, &err, "listener-del", &what);
}

static void listener_set(struct control_call *call, struct json_object *params,
			 void *ctx)
{
	struct store_listener what = { .port = 0 };
	struct daemon *d = ctx;
	struct sehub_err err;
	struct listener *l;
	bool is_enabled;
	int ret;

	(void)params;
	if (listener_param_address(call, &what) ||
	    control_param_bool(call, "enabled", CONTROL_REQUIRED,
			       &is_enabled) ||
	    control_params_end(call))
		return;
	l = find(call, d, &what);
	if (!l)
		return;
	ret = listeners_set(l, is_enabled, &err);
	answer(call, ret, &err, is_enabled ? "listener-on" : "listener-off",
	       &what);
}

static const struct control_method methods[] = {
	{ "ListenerList", listener_list, CONTROL_READS },
	{ "ListenerAdd", listener_add, CONTROL_CHANGES },
	{ "ListenerDel", listener_del, CONTROL_CHANGES },
	{ "ListenerSet", listener_set, CONTROL_CHANGES },
};

int listen_control_register(struct daemon *d)
{
	return control_register(d->control, methods,
				sizeof(methods) / sizeof(methods[0]), d);
}
