// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The document of Export: what each element has is what the method that makes
 * one is given (UserAdd, ConnectionAdd, ListenerAdd), and what time has added.
 */
#include "control_state_impl.h"

#include <errno.h>
#include <openssl/crypto.h>

#include "auth_text.h"
#include "control_hub.h"
#include "control_log_params.h"
#include "log.h"

struct exporting {
	struct store *store;
	struct store_error *error;
	struct json_object *list;
};

static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

/* What is not there is not given. */
static void add_if(struct json_object *object, const char *key,
		   const char *text)
{
	if (*text)
		add_text(object, key, text);
}

static void add_int(struct json_object *object, const char *key, int64_t value)
{
	json_object_object_add(object, key, json_object_new_int64(value));
}

static void add_bool(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

/* What the user logs in with, apart from "anonymous". */
static int add_login(struct exporting *ex, struct json_object *object,
		     const struct store_user *user)
{
	struct json_object *certs = json_object_new_array();
	char text[AUTH_TEXT_STRLEN], cert[SEHUB_FINGERPRINT_STRLEN];
	struct auth_user found;
	int err;

	json_object_object_add(object, "certs", certs);
	err = store_auth_lookup(ex->store, user->vlan, user->name, &found);
	if (err)
		return log_describe(ex->error->text, sizeof(ex->error->text),
				    err, "user \"%s\" of hub %u is damaged",
				    user->name, user->vlan);
	for (unsigned int i = 0; i < found.cert_count; i++)
		json_object_array_add(certs, json_object_new_string(
				sehub_format_fingerprint(found.certs[i],
							 cert)));
	if (found.has_password)
		add_text(object, "verifier",
			 auth_text_format(&found.verifier, text));
	OPENSSL_cleanse(text, sizeof(text));
	OPENSSL_cleanse(&found, sizeof(found));
	return 0;
}

static int export_user(void *arg, const struct store_user *user)
{
	struct json_object *object = json_object_new_object();
	struct exporting *ex = arg;

	json_object_array_add(ex->list, object);
	add_int(object, "vlan", user->vlan);
	add_text(object, "user", user->name);
	add_bool(object, "anonymous", user->anonymous);
	add_bool(object, "disabled", user->disabled);
	add_text(object, "policy", user->policy[0] ? user->policy : "none");
	add_int(object, "max_sessions", user->max_sessions);
	add_int(object, "expires", user->expires);
	add_text(object, "sources", user->sources[0] ? user->sources : "any");
	add_int(object, "grace_ms", user->grace);
	add_bool(object, "cascade", user->cascade);
	add_int(object, "created", user->created);
	add_int(object, "last_login", user->last_login);
	return add_login(ex, object, user);
}

/* Its client_id is this installation's alone. */
static int export_connection(void *arg, const struct store_connection *c)
{
	struct json_object *object = json_object_new_object();
	struct exporting *ex = arg;

	json_object_array_add(ex->list, object);
	add_text(object, "name", c->name);
	add_text(object, "server", c->server);
	add_int(object, "vlan", c->vlan);
	add_bool(object, "anonymous", c->login == AUTH_ANONYMOUS);
	if (c->login != AUTH_ANONYMOUS)
		add_text(object, "user", c->user);
	add_if(object, "password", c->password);
	add_if(object, "cert", c->cert);
	add_if(object, "key", c->key);
	add_if(object, "via", c->via);
	add_if(object, "via_password", c->via_password);
	add_if(object, "source", c->source);
	/* with a certificate that was pinned there is nothing to be trusted */
	add_if(object, "pin", c->pin);
	add_if(object, "ca", c->ca);
	add_bool(object, "tofu", c->tofu && !c->pin[0]);
	if (c->hub)
		add_int(object, "hub", c->hub);
	add_if(object, "device", c->device);
	add_text(object, "card", card_kind_name(c->card));
	add_bool(object, "auto", c->auto_up);
	add_int(object, "grace_ms", c->grace);
	return 0;
}

static int export_listener(void *arg, const struct store_listener *listener)
{
	struct json_object *object = json_object_new_object();
	struct exporting *ex = arg;

	json_object_array_add(ex->list, object);
	add_text(object, "address", listener->address);
	add_int(object, "port", listener->port);
	add_text(object, "protocol",
		 listener_protocol_name(listener->protocol));
	add_bool(object, "enabled", listener->is_enabled);
	add_text(object, "source", listener->is_added ? "state" : "config");
	return 0;
}

int state_export_users(struct store *store, struct json_object *into,
		       struct store_error *error)
{
	struct exporting ex = { store, error, into };

	return store_user_list(store, 0, export_user, &ex, error);
}

int state_export_connections(struct store *store, struct json_object *into,
			     struct store_error *error)
{
	struct exporting ex = { store, error, into };

	return store_connection_list(store, export_connection, &ex, error);
}

static int export_hub(void *arg, const struct store_hub *hub)
{
	struct exporting *ex = arg;

	return json_object_array_add(ex->list, hub_describe(hub)) ? -ENOMEM : 0;
}

int state_export_hubs(struct store *store, struct json_object *into,
		      struct store_error *error)
{
	struct exporting ex = { store, error, into };

	return store_hub_list(store, export_hub, &ex, error);
}

int state_export_listeners(struct store *store, struct json_object *into,
			   struct store_error *error)
{
	struct exporting ex = { store, error, into };

	return store_listener_list(store, export_listener, &ex, error);
}

/* Empty where there is no password yet. */
int state_export_admin(struct store *store, struct json_object *into,
		       struct store_error *error)
{
	struct auth_verifier verifier;
	char text[AUTH_TEXT_STRLEN];
	int err;

	err = store_admin_get(store, &verifier, error);
	if (err)
		return err == -ENOENT ? 0 : err;
	add_text(into, "verifier", auth_text_format(&verifier, text));
	OPENSSL_cleanse(text, sizeof(text));
	OPENSSL_cleanse(&verifier, sizeof(verifier));
	return 0;
}

int state_export_logs(struct store *store, struct json_object *into,
		      struct store_error *error)
{
	struct store_logs logs;
	int err = store_logs_get(store, &logs, error);

	if (!err)
		log_settings_describe(&logs, into);
	return err;
}

static int export_packet_log(void *arg, uint16_t vlan, const char *packets)
{
	struct json_object *object = json_object_new_object();
	struct exporting *ex = arg;

	json_object_array_add(ex->list, object);
	add_int(object, "vlan", vlan);
	add_text(object, "packets", packets);
	return 0;
}

int state_export_packet_logs(struct store *store, struct json_object *into,
			     struct store_error *error)
{
	struct exporting ex = { store, error, into };

	return store_log_hub_list(store, export_packet_log, &ex, error);
}
