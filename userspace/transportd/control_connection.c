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

#include "cert.h"
#include "log.h"
#include "proto.h"

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
	log_info("%s connection=%s by=%u", event, name,
		 control_call_uid(call));
}

/* A text parameter into a member of the struct; absent: left as it is. */
static int connection_param_text(struct control_call *call, const char *key,
				 bool required, char *buf, size_t size)
{
	const char *text = NULL;

	if (control_param_string(call, key, required, &text))
		return -EINVAL;
	if (!text)
		return 0;
	if (strlen(text) >= size) {
		control_error(call, CONTROL_INVALID, key,
			      "%s: longer than %zu bytes", key, size - 1);
		return -EINVAL;
	}
	memcpy(buf, text, strlen(text) + 1);
	return 0;
}

/* What is wrong with a value, with the name of its parameter. */
static int connection_refuse(struct control_call *call, const char *key,
			     const char *text)
{
	control_error(call, CONTROL_INVALID, key, "%s", text);
	return -EINVAL;
}

/* The store checks once more, but cannot name parameters. */
static int connection_check_values(struct control_call *call,
				   const struct store_connection *connection)
{
	struct store_error error;
	enum sehub_source source;
	const char *why;

	if (store_check_connection_name(connection->name, &error))
		return connection_refuse(call, "name", error.text);
	if (store_check_server(connection->server, &error))
		return connection_refuse(call, "server", error.text);
	if (connection->device[0] &&
	    store_check_device_name(connection->device, &error))
		return connection_refuse(call, "device", error.text);
	if (sehub_parse_source(connection->source, &source))
		return connection_refuse(call, "source",
					 "source: has to be an address without a zone, or the name of a network device");
	if (connection->password[0] &&
	    auth_check_password(connection->password, &why)) {
		control_error(call, CONTROL_INVALID, "password",
			      "password: it %s", why);
		return -EINVAL;
	}
	return 0;
}

/* The way to the server, and what its proxy wants to know. */
static int connection_check_via(struct control_call *call,
				struct store_connection *connection,
				const char *word)
{
	struct sehub_via via;
	const char *why;

	if (sehub_parse_via(word, &via, &why)) {
		/* not the URL itself, there may be a password in it */
		control_error(call, CONTROL_INVALID, "via", "via: the URL %s",
			      why);
		return -EINVAL;
	}
	if (connection->via_password[0] && !sehub_via_takes_password(&via))
		return connection_refuse(call, "via_password",
					 "via_password: via has no user who could have one");
	if (!proto_text_ok((const uint8_t *)connection->via_password,
			   strlen(connection->via_password)))
		return connection_refuse(call, "via_password",
					 "via_password: it has to be UTF-8 without control characters");
	sehub_format_via(&via, connection->via);
	return 0;
}

/* Whom to trust: one way at most. */
static int connection_check_trust(struct control_call *call,
				  struct store_connection *connection,
				  const char *pin)
{
	_Static_assert(sizeof(connection->pin) == CERT_FINGERPRINT_LEN,
		       "a fingerprint fits");
	if ((*pin != 0) + (connection->ca[0] != 0) + connection->tofu > 1)
		return connection_refuse(call, connection->tofu ? "tofu" : "ca",
					 "give only one of pin, ca and tofu");
	if (*pin && cert_fingerprint_parse(pin, connection->pin))
		return connection_refuse(call, "pin",
					 "pin: has to be SHA256: and 64 hex digits, as the server shows it");
	if (connection->ca[0] && connection->ca[0] != '/')
		return connection_refuse(call, "ca",
					 "ca: has to be an absolute path");
	if (connection->ca[0] && access(connection->ca, R_OK)) {
		control_error(call, CONTROL_INVALID, "ca", "ca: %s: %s",
			      connection->ca, strerror(errno));
		return -EINVAL;
	}
	return 0;
}

/* The device is named as the connection if that can be. */
static int connection_check_device(struct control_call *call,
				   struct store_connection *connection)
{
	struct store_error error;

	if (connection->device[0] && connection->hub)
		return connection_refuse(call, "device",
					 "device: a connection that joins a hub has none");
	if (connection->device[0] || connection->hub)
		return 0;
	if (strlen(connection->name) >= sizeof(connection->device) ||
	    store_check_device_name(connection->name, &error)) {
		control_error(call, CONTROL_INVALID, "device",
			      "device: name one, as \"%s\" cannot be the name of a device",
			      connection->name);
		return -EINVAL;
	}
	strcpy(connection->device, connection->name);
	return 0;
}

static int connection_params(struct control_call *call,
			     struct store_connection *c)
{
	char pin[128] = "", user[4 * AUTH_USER_MAX] = "";
	char via[2 * SEHUB_VIA_STRLEN] = "";
	int64_t vlan, hub = 0;
	const char *why;

	if (connection_param_text(call, "name", CONTROL_REQUIRED, c->name,
				  sizeof(c->name)) ||
	    connection_param_text(call, "server", CONTROL_REQUIRED, c->server,
				  sizeof(c->server)) ||
	    control_param_int(call, "vlan", CONTROL_REQUIRED, STORE_VLAN_MIN,
			      STORE_VLAN_MAX, &vlan) ||
	    connection_param_text(call, "user", CONTROL_REQUIRED, user,
				  sizeof(user)) ||
	    connection_param_text(call, "password", CONTROL_OPTIONAL,
				  c->password, sizeof(c->password)) ||
	    connection_param_text(call, "via", CONTROL_OPTIONAL, via,
				  sizeof(via)) ||
	    connection_param_text(call, "via_password", CONTROL_OPTIONAL,
				  c->via_password, sizeof(c->via_password)) ||
	    connection_param_text(call, "source", CONTROL_OPTIONAL, c->source,
				  sizeof(c->source)) ||
	    connection_param_text(call, "pin", CONTROL_OPTIONAL, pin,
				  sizeof(pin)) ||
	    connection_param_text(call, "ca", CONTROL_OPTIONAL, c->ca,
				  sizeof(c->ca)) ||
	    control_param_bool(call, "tofu", CONTROL_OPTIONAL, &c->tofu) ||
	    control_param_int(call, "hub", CONTROL_OPTIONAL, STORE_VLAN_MIN,
			      STORE_VLAN_MAX, &hub) ||
	    connection_param_text(call, "device", CONTROL_OPTIONAL, c->device,
				  sizeof(c->device)) ||
	    control_param_bool(call, "auto", CONTROL_OPTIONAL, &c->auto_up) ||
	    control_param_int(call, "grace_ms", CONTROL_OPTIONAL, -1,
			      SEHUB_GRACE_MAX, &c->grace) ||
	    control_params_end(call))
		return -EINVAL;
	c->vlan = (uint16_t)vlan;
	c->hub = (uint16_t)hub;
	if (auth_prepare_user(user, c->user, &why)) {
		control_error(call, CONTROL_INVALID, "user",
			      "user: the name %s", why);
		return -EINVAL;
	}
	if (connection_check_values(call, c) ||
	    connection_check_via(call, c, via))
		return -EINVAL;
	return connection_check_trust(call, c, pin);
}

static void connection_add(struct control_call *call,
			   struct json_object *params, void *ctx)
{
	struct store_connection connection = { .grace = -1 };
	struct control_connection *owner = ctx;
	struct store_error error;
	int err;

	(void)params;
	if (!connection_params(call, &connection) &&
	    !connection_check_device(call, &connection)) {
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
	if (!connection.password[0]) {
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
		log_warn("connection-not-saved connection=%s error=\"%s\"",
			 name, error.text);
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
	{ "ConnectionAdd", connection_add },
	{ "ConnectionDel", connection_del },
	{ "ConnectionList", connection_list },
	{ "ConnectionShow", connection_show },
	{ "ConnectionUp", connection_up },
	{ "ConnectionDown", connection_down },
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
