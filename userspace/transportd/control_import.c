// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What Import stores of each element: read by the functions that read requests
 * of UserAdd, ConnectionAdd and ListenerAdd.
 */
#include "control_state_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>

#include "control_connection_impl.h"
#include "control_hub.h"
#include "control_user_impl.h"
#include "listen.h"

int state_answer(struct control_call *part, int err,
		 const struct store_error *error)
{
	if (err)
		control_error_errno(part, err, error->text);
	return err;
}

int state_note_change(struct state_import *import, struct control_call *part,
		      const struct state_change *change)
{
	struct state_change *grown;

	grown = realloc(import->changes, (import->change_count + 1) *
					 sizeof(*grown));
	if (!grown) {
		control_error(part, CONTROL_FAILED, NULL, "out of memory");
		return -ENOMEM;
	}
	import->changes = grown;
	grown[import->change_count++] = *change;
	return 0;
}

/* --- users ----------------------------------------------------------------- */

/* Does one that has logged in so still log in so? */
static bool is_same_login(const struct auth_user *before,
			  const struct auth_user *now)
{
	return before->has_password == now->has_password &&
	       before->is_anonymous == now->is_anonymous &&
	       before->cert_count == now->cert_count &&
	       !memcmp(&before->verifier, &now->verifier,
		       sizeof(now->verifier)) &&
	       !memcmp(before->certs, now->certs, sizeof(now->certs));
}

/* In place of one that is there. */
static int replace_user(struct state_import *import, struct control_call *part,
			const struct store_user *who,
			const struct auth_verifier *verifier)
{
	struct auth_user before, now;
	struct store_error error;
	struct state_change change = {
		.kind = STATE_USER, .vlan = who->vlan, .is_login = true,
	};
	int err;

	err = store_auth_lookup(import->store, who->vlan, who->name, &before);
	if (err == -ENOENT) {
		err = store_user_import(import->store, who, verifier, &error);
		return state_answer(part, err, &error);
	}
	err = store_user_put(import->store, who, verifier, &error);
	if (err)
		return state_answer(part, err, &error);
	if (!store_auth_lookup(import->store, who->vlan, who->name, &now))
		change.is_login = !is_same_login(&before, &now);
	OPENSSL_cleanse(&before, sizeof(before));
	OPENSSL_cleanse(&now, sizeof(now));
	strcpy(change.name, who->name);
	return state_note_change(import, part, &change);
}

int state_import_user(struct state_import *import, struct control_call *part)
{
	struct store_user who = { .grace = -1 };
	struct auth_verifier verifier, *given;
	struct store_error error;
	int err;

	if (control_param_int(part, "created", CONTROL_OPTIONAL, 0, INT64_MAX,
			      &who.created) ||
	    control_param_int(part, "last_login", CONTROL_OPTIONAL, 0,
			      INT64_MAX, &who.last_login) ||
	    user_params_new(part, &who, &verifier))
		return -EINVAL;
	given = who.has_password ? &verifier : NULL;
	if (import->replace) {
		err = replace_user(import, part, &who, given);
	} else {
		err = store_user_import(import->store, &who, given, &error);
		err = state_answer(part, err, &error);
	}
	OPENSSL_cleanse(&verifier, sizeof(verifier));
	return err;
}

/* --- connections ----------------------------------------------------------- */

/* In place of one that is there. */
static int replace_connection(struct state_import *import,
			      struct control_call *part,
			      struct store_connection *c)
{
	struct state_change change = { .kind = STATE_CONNECTION };
	struct store_connection before;
	struct store_error error;
	int err;

	_Static_assert(sizeof(change.name) >= sizeof(c->name),
		       "room for a name of either");
	err = store_connection_get(import->store, c->name, &before, &error);
	store_connection_clear(&before);
	if (err == -ENOENT) {
		err = store_connection_add(import->store, c, &error);
		return state_answer(part, err, &error);
	}
	if (!err)
		err = store_connection_put(import->store, c, &error);
	err = state_answer(part, err, &error);
	strcpy(change.name, c->name);
	return err ? err : state_note_change(import, part, &change);
}

int state_import_connection(struct state_import *import,
			    struct control_call *part)
{
	struct store_connection c = { .grace = -1 };
	struct store_error error;
	int err = -EINVAL;

	if (connection_params(part, &c)) {
		;
	} else if (import->replace) {
		err = replace_connection(import, part, &c);
	} else {
		err = store_connection_add(import->store, &c, &error);
		err = state_answer(part, err, &error);
	}
	store_connection_clear(&c);
	return err;
}

/* --- hubs ------------------------------------------------------------------ */

int state_import_hub(struct state_import *import, struct control_call *part)
{
	struct store_hub hub, before;
	struct store_error error;
	int err;

	if (hub_params(part, &hub))
		return -EINVAL;
	err = store_hub_get(import->store, hub.vlan, &before, &error);
	if (!err) {
		/* it keeps the address that stations know it by */
		memcpy(hub.mac, before.mac, sizeof(hub.mac));
		store_hub_free(&before);
	}
	if (!err && !import->replace) {
		control_error(part, CONTROL_EXISTS, NULL,
			      "hub %u is saved already", hub.vlan);
		err = -EEXIST;
	} else {
		err = store_hub_put(import->store, &hub, &error);
		err = state_answer(part, err, &error);
	}
	store_hub_free(&hub);
	return err;
}

/* --- listeners ------------------------------------------------------------- */

int state_import_listener(struct state_import *import,
			  struct control_call *part)
{
	struct store_listener what = { .is_added = true, .is_enabled = true };
	struct store_listener before;
	const char *source = "state";
	struct store_error error;
	int err;

	if (control_param_bool(part, "enabled", CONTROL_OPTIONAL,
			       &what.is_enabled) ||
	    control_param_string(part, "source", CONTROL_OPTIONAL, &source) ||
	    listener_params(part, &what))
		return -EINVAL;
	what.is_added = !strcmp(source, "state");
	if (!what.is_added && strcmp(source, "config")) {
		control_error(part, CONTROL_INVALID, "source",
			      "source: has to be config or state");
		return -EINVAL;
	}
	err = store_listener_get(import->store, what.address, what.port,
				 &before, &error);
	if (!err && !import->replace) {
		control_error(part, CONTROL_EXISTS, NULL,
			      "there is a listener on %s port %u already",
			      what.address, what.port);
		return -EEXIST;
	}
	/* a switch does not make away with it */
	what.is_added |= !err && before.is_added;
	err = store_listener_put(import->store, &what, &error);
	return state_answer(part, err, &error);
}
