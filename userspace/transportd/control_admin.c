// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AdminShow and AdminSetPassword. Who may set it is who may use the control
 * socket, and an administrator who has logged in at the console.
 */
#include "control_admin.h"

#include <errno.h>
#include <stdlib.h>
#include <openssl/crypto.h>

#include "control.h"
#include "control_user_impl.h"
#include "log.h"
#include "store.h"

struct control_admin {
	struct store *store;
	void (*changed)(void *ctx, const char *by);
	void *ctx;
};

void control_admin_changed(struct control_admin *admin, const char *by)
{
	log_admin("admin-set-password by=%s", by);
	admin->changed(admin->ctx, by);
}

static void admin_set_password(struct control_call *call,
			       struct json_object *params, void *ctx)
{
	struct auth_verifier verifier;
	struct control_admin *admin = ctx;
	struct store_error error;
	int err;

	(void)params;
	if (user_param_password(call, &verifier))
		return;
	err = store_admin_set(admin->store, &verifier, &error);
	OPENSSL_cleanse(&verifier, sizeof(verifier));
	if (err) {
		control_error_errno(call, err, error.text);
		return;
	}
	control_admin_changed(admin, control_call_by(call));
	control_reply(call, NULL);
}

static void admin_show(struct control_call *call, struct json_object *params,
		       void *ctx)
{
	struct auth_verifier verifier;
	struct control_admin *admin = ctx;
	struct json_object *reply;
	struct store_error error;
	int err;

	(void)params;
	if (control_params_end(call))
		return;
	err = store_admin_get(admin->store, &verifier, &error);
	OPENSSL_cleanse(&verifier, sizeof(verifier));
	if (err && err != -ENOENT) {
		control_error_errno(call, err, error.text);
		return;
	}
	reply = json_object_new_object();
	json_object_object_add(reply, "password",
			       json_object_new_boolean(!err));
	control_reply(call, reply);
}

static const struct control_method methods[] = {
	{ "AdminShow", admin_show, CONTROL_READS },
	{ "AdminSetPassword", admin_set_password, CONTROL_CHANGES },
};

int control_admin_register(struct control *control, struct store *where,
			   void (*changed)(void *ctx, const char *by),
			   void *ctx, struct control_admin **admin)
{
	struct control_admin *made = calloc(1, sizeof(*made));
	int err;

	*admin = NULL;
	if (!made)
		return -ENOMEM;
	made->store = where;
	made->changed = changed;
	made->ctx = ctx;
	err = control_register(control, methods,
			       sizeof(methods) / sizeof(methods[0]), made);
	if (err)
		free(made);
	else
		*admin = made;
	return err;
}

void control_admin_free(struct control_admin *admin)
{
	free(admin);
}
