// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connection* methods of the control interface.
 */
#include "control_connection_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

const char *connection_state_name(enum connection_state state)
{
	static const char * const names[] = {
		[CONNECTION_DOWN] = "down",
		[CONNECTION_CONNECTING] = "connecting",
		[CONNECTION_CONNECTED] = "connected",
		[CONNECTION_WAITING] = "waiting",
		[CONNECTION_FAILED] = "failed",
	};

	return names[state];
}

static void connection_add_text(struct json_object *object, const char *key,
				const char *text)
{
	json_object_object_add(object, key, text && *text ?
			       json_object_new_string(text) : NULL);
}

static const char *const login_names[AUTH_MECHANISMS] = {
	[AUTH_SCRAM] = "password",
	[AUTH_EXTERNAL] = "certificate",
	[AUTH_ANONYMOUS] = "anonymous",
};

/* What the hub's administrator has to know of it. */
static void connection_add_cert(struct json_object *object, const char *cert)
{
	char text[SEHUB_FINGERPRINT_STRLEN] = "";
	uint8_t hash[SEHUB_FINGERPRINT_LEN];
	struct cert_error error;

	if (*cert && !cert_pem_fingerprint(cert, hash, &error))
		sehub_format_fingerprint(hash, text);
	connection_add_text(object, "cert", text);
}

static struct json_object *
connection_describe(struct control_connection *owner,
		    const struct store_connection *connection)
{
	struct json_object *object = json_object_new_object();
	enum connection_state state;
	const char *error = NULL;

	state = owner->ops->state(owner->ctx, connection->name, &error);
	connection_add_text(object, "name", connection->name);
	connection_add_text(object, "server", connection->server);
	connection_add_text(object, "via", connection->via);
	connection_add_text(object, "source", connection->source);
	json_object_object_add(object, "vlan",
			       json_object_new_int(connection->vlan));
	connection_add_text(object, "user", connection->user);
	connection_add_text(object, "login", login_names[connection->login]);
	connection_add_cert(object, connection->cert);
	json_object_object_add(object, "hub", connection->hub ?
			       json_object_new_int(connection->hub) : NULL);
	connection_add_text(object, "device", connection->device);
	connection_add_text(object, "card", card_kind_name(connection->card));
	connection_add_text(object, "pin", connection->pin);
	connection_add_text(object, "ca", connection->ca);
	json_object_object_add(object, "tofu",
			       json_object_new_boolean(connection->tofu));
	json_object_object_add(object, "grace_ms", connection->grace < 0 ?
			       NULL :
			       json_object_new_int64(connection->grace));
	json_object_object_add(object, "auto",
			       json_object_new_boolean(connection->auto_up));
	connection_add_text(object, "state", connection_state_name(state));
	connection_add_text(object, "error", error);
	owner->ops->describe(owner->ctx, connection->name, object);
	return object;
}

void connection_reply_shown(struct control_connection *owner,
			    struct control_call *call, const char *name)
{
	struct store_connection connection;
	struct store_error error;
	int err;

	err = store_connection_get(owner->store, name, &connection, &error);
	if (err) {
		control_error_errno(call, err, error.text);
		return;
	}
	control_reply(call, connection_describe(owner, &connection));
	store_connection_clear(&connection);
}

static void connection_log(struct control_call *call, const char *event,
			   const char *name)
{
	log_admin("%s connection=%s by=%s", event, name,
		  control_call_by(call));
}

static void connection_add(struct control_call *call,
			   struct json_object *params, void *ctx)
{
	struct store_connection connection = { .grace = -1 };
	struct control_connection *owner = ctx;
	struct store_error error;
	int err;

	(void)params;
	if (!connection_params(call, &connection)) {
		err = store_connection_add(owner->store, &connection, &error);
		if (err) {
			control_error_errno(call, err, error.text);
		} else {
			connection_log(call, "connection-add",
				       connection.name);
			control_reply(call, NULL);
		}
	}
	store_connection_clear(&connection);
}

static void connection_del(struct control_call *call,
			   struct json_object *params, void *ctx)
{
	struct control_connection *owner = ctx;
	char copy[STORE_CONNECTION_MAX + 1];
	struct store_error error;
	const char *name;
	int err;

	(void)params;
	if (control_param_string(call, "name", CONTROL_REQUIRED, &name) ||
	    control_params_end(call))
		return;
	err = store_connection_del(owner->store, name, &error);
	if (err) {
		control_error_errno(call, err, error.text);
		return;
	}
	/* it was there, so its name fits */
	snprintf(copy, sizeof(copy), "%s", name);
	connection_log(call, "connection-del", copy);
	owner->ops->down(owner->ctx, copy);
	control_reply(call, NULL);
	control_connection_changed(owner, copy);
}

static void connection_show(struct control_call *call,
			    struct json_object *params, void *ctx)
{
	const char *name;

	(void)params;
	if (control_param_string(call, "name", CONTROL_REQUIRED, &name) ||
	    control_params_end(call))
		return;
	connection_reply_shown(ctx, call, name);
}

struct connection_listing {
	struct control_connection *owner;
	struct json_object *connections;
};

static int connection_list_one(void *arg,
			       const struct store_connection *connection)
{
	struct connection_listing *listing = arg;

	return json_object_array_add(listing->connections,
				     connection_describe(listing->owner,
							 connection)) ?
		       -ENOMEM : 0;
}

static void connection_list(struct control_call *call,
			    struct json_object *params, void *ctx)
{
	struct connection_listing listing = { .owner = ctx };
	struct store_error error = { "out of memory" };
	struct json_object *reply;
	int err;

	(void)params;
	if (control_params_end(call))
		return;
	listing.connections = json_object_new_array();
	err = store_connection_list(listing.owner->store, connection_list_one,
				    &listing, &error);
	if (err) {
		json_object_put(listing.connections);
		control_error_errno(call, err, error.text);
		return;
	}
	reply = json_object_new_object();
	json_object_object_add(reply, "connections", listing.connections);
	control_reply(call, reply);
}

/* What its device is to be from now on; 0, or the call is answered. */
static int connection_choose_card(struct control_connection *owner,
				  struct control_call *call,
				  struct store_connection *connection,
				  const char *word)
{
	enum card_kind card = connection->card;
	enum connection_state state;
	struct store_error error;
	const char *last;
	int err;

	if (word && card_kind_parse(word, &card))
		return connection_refuse(call, "card",
					 "card: has to be auto, hub or tap");
	if (word && connection->hub)
		return connection_refuse(call, "card",
					 "card: the connection joins a hub and has no device");
	state = owner->ops->state(owner->ctx, connection->name, &last);
	if (card == connection->card)
		return 0;
	if (state != CONNECTION_DOWN) {
		control_error(call, CONTROL_FAILED, "card",
			      "connection \"%s\" has its device already: take it down first",
			      connection->name);
		return -EBUSY;
	}
	err = store_connection_set_card(owner->store, connection->name, card,
					&error);
	if (err)
		control_error_errno(call, err, error.text);
	connection->card = card;
	return err;
}

/* Bring it up and remember that; 0, or the call is answered. */
static int connection_start(struct control_connection *owner,
			    struct control_call *call, const char *name,
			    const char *card)
{
	struct store_connection connection;
	struct store_error error;
	char why[256] = "";
	int err;

	err = store_connection_get(owner->store, name, &connection, &error);
	if (err) {
		control_error_errno(call, err, error.text);
		return err;
	}
	if (connection.login == AUTH_SCRAM && !connection.password[0]) {
		control_error(call, CONTROL_FAILED, NULL,
			      "connection \"%s\" has no password: delete it, and add it with one",
			      name);
		return -EINVAL;
	}
	err = connection_choose_card(owner, call, &connection, card);
	if (err) {
		store_connection_clear(&connection);
		return err;
	}
	err = owner->ops->up(owner->ctx, &connection, why, sizeof(why));
	store_connection_clear(&connection);
	if (err) {
		control_error(call, CONTROL_FAILED, NULL,
			      "connection \"%s\" cannot be brought up: %s",
			      name, why[0] ? why : strerror(-err));
		return err;
	}
	if (store_connection_set_up(owner->store, name, true, &error))
		log_warn("connection-not-saved connection=%s error=%s",
			 name, LOG_QUOTED(error.text));
	connection_log(call, "connection-up", name);
	return 0;
}

static void connection_up(struct control_call *call,
			  struct json_object *params, void *ctx)
{
	struct control_connection *owner = ctx;
	int64_t seconds = CONTROL_WAIT_S;
	const char *name, *card = NULL;
	bool wait = false;

	(void)params;
	if (control_param_string(call, "name", CONTROL_REQUIRED, &name) ||
	    control_param_bool(call, "wait", CONTROL_OPTIONAL, &wait) ||
	    control_param_int(call, "timeout_s", CONTROL_OPTIONAL, 1,
			      CONTROL_WAIT_MAX_S, &seconds) ||
	    control_param_string(call, "card", CONTROL_OPTIONAL, &card) ||
	    control_params_end(call) ||
	    connection_start(owner, call, name, card))
		return;
	if (wait)
		connection_wait(owner, call, name, (unsigned int)seconds);
	else
		connection_reply_shown(owner, call, name);
}

static void connection_down(struct control_call *call,
			    struct json_object *params, void *ctx)
{
	struct control_connection *owner = ctx;
	char copy[STORE_CONNECTION_MAX + 1];
	struct store_error error;
	const char *name;
	int err;

	(void)params;
	if (control_param_string(call, "name", CONTROL_REQUIRED, &name) ||
	    control_params_end(call))
		return;
	err = store_connection_set_up(owner->store, name, false, &error);
	if (err) {
		control_error_errno(call, err, error.text);
		return;
	}
	snprintf(copy, sizeof(copy), "%s", name);
	connection_log(call, "connection-down", copy);
	owner->ops->down(owner->ctx, copy);
	control_reply(call, NULL);
	control_connection_changed(owner, copy);
}

static const struct control_method connection_methods[] = {
	{ "ConnectionAdd", connection_add, CONTROL_CHANGES },
	{ "ConnectionDel", connection_del, CONTROL_CHANGES },
	{ "ConnectionList", connection_list, CONTROL_READS },
	{ "ConnectionShow", connection_show, CONTROL_READS },
	{ "ConnectionUp", connection_up, CONTROL_CHANGES },
	{ "ConnectionDown", connection_down, CONTROL_CHANGES },
};

int control_connection_register(struct control *control, uv_loop_t *loop,
				struct store *store,
				const struct connection_ops *ops, void *ctx,
				struct control_connection **connection)
{
	struct control_connection *made = calloc(1, sizeof(*made));
	int err;

	*connection = NULL;
	if (!made)
		return -ENOMEM;
	made->loop = loop;
	made->store = store;
	made->ops = ops;
	made->ctx = ctx;
	err = control_register(control, connection_methods,
			       sizeof(connection_methods) /
			       sizeof(connection_methods[0]), made);
	if (err)
		free(made);
	else
		*connection = made;
	return err;
}

void control_connection_free(struct control_connection *connection)
{
	if (!connection)
		return;
	connection_end_waiters(connection);
	free(connection);
}
