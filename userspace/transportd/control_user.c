// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User* methods of the control interface.
 */
#include "control_user_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>

#include "log.h"

struct control_user {
	struct store *store;
	const struct user_ops *ops;
	void *ctx;
};

/* The user that a request names: 0, or the call is answered. */
static int user_params(struct control_call *call, int64_t *vlan,
		       char name[AUTH_USER_MAX + 1])
{
	const char *user, *why;

	if (control_param_int(call, "vlan", CONTROL_REQUIRED, STORE_VLAN_MIN,
			      STORE_VLAN_MAX, vlan) ||
	    control_param_string(call, "user", CONTROL_REQUIRED, &user))
		return -EINVAL;
	if (!auth_prepare_user(user, name, &why))
		return 0;
	control_error(call, CONTROL_INVALID, "user", "user: the name %s", why);
	return -EINVAL;
}

static void user_log(struct control_user *user, struct control_call *call,
		     const char *change, int64_t vlan, const char *name)
{
	const char *by = control_call_by(call);
	char quoted[LOG_QUOTE_MAX];

	log_admin("user-%s user=%s vlan=%d by=%s", change,
		  log_quote(quoted, sizeof(quoted), name), (int)vlan, by);
	if (user->ops->told)
		user->ops->told(user->ctx, (uint16_t)vlan, name, change, by);
}

/* Answers with success or the store's error; true on success. */
static bool user_answer(struct control_user *user, struct control_call *call,
			int err, const struct store_error *error,
			const char *change, int64_t vlan, const char *name)
{
	if (err) {
		control_error_errno(call, err, error->text);
		return false;
	}
	user_log(user, call, change, vlan, name);
	control_reply(call, NULL);
	return true;
}

static int user_param_policy(struct control_call *call, const char *words,
			     struct store_user *who)
{
	struct sehub_policy policy;
	struct sehub_err err;

	if (sehub_policy_parse(words, &policy, &err)) {
		control_error(call, CONTROL_INVALID, "policy", "policy: %s",
			      err.text);
		return -EINVAL;
	}
	sehub_policy_format(&policy, who->policy);
	if (!strcmp(who->policy, "none"))
		who->policy[0] = '\0';
	return 0;
}

static int user_param_sources(struct control_call *call, const char *words,
			      struct store_user *who)
{
	struct sehub_sources sources;
	const char *why;

	if (sehub_parse_sources(words, &sources, &why)) {
		control_error(call, CONTROL_INVALID, "sources",
			      "sources: it %s", why);
		return -EINVAL;
	}
	if (sources.count)
		sehub_format_sources(&sources, who->sources);
	else
		who->sources[0] = '\0';
	return 0;
}

/* What a request says of what the user may do: 0, or the call is answered. */
static int user_params_rules(struct control_call *call, struct store_user *who)
{
	const char *policy = NULL, *sources = NULL;
	int64_t max_sessions = who->max_sessions;

	if (control_param_bool(call, "disabled", CONTROL_OPTIONAL,
			       &who->disabled) ||
	    control_param_string(call, "policy", CONTROL_OPTIONAL, &policy) ||
	    control_param_int(call, "max_sessions", CONTROL_OPTIONAL, 0,
			      UINT32_MAX, &max_sessions) ||
	    control_param_int(call, "expires", CONTROL_OPTIONAL, 0, INT64_MAX,
			      &who->expires) ||
	    control_param_string(call, "sources", CONTROL_OPTIONAL, &sources) ||
	    control_param_int(call, "grace_ms", CONTROL_OPTIONAL, -1,
			      SEHUB_GRACE_MAX, &who->grace) ||
	    control_param_bool(call, "cascade", CONTROL_OPTIONAL,
			       &who->cascade))
		return -EINVAL;
	who->max_sessions = (uint32_t)max_sessions;
	if (policy && user_param_policy(call, policy, who))
		return -EINVAL;
	return sources ? user_param_sources(call, sources, who) : 0;
}

int user_params_new(struct control_call *call, struct store_user *who,
		    struct auth_verifier *verifier)
{
	int64_t vlan;

	if (user_params(call, &vlan, who->name) ||
	    user_params_rules(call, who) ||
	    user_params_login(call, who, verifier))
		return -EINVAL;
	who->vlan = (uint16_t)vlan;
	return 0;
}

static void user_add(struct control_call *call, struct json_object *params,
		     void *ctx)
{
	struct store_user who = { .grace = -1 };
	struct control_user *user = ctx;
	struct auth_verifier verifier;
	struct store_error error;
	int err;

	(void)params;
	if (user_params_new(call, &who, &verifier))
		return;
	err = store_user_add(user->store, &who,
			     who.has_password ? &verifier : NULL, &error);
	OPENSSL_cleanse(&verifier, sizeof(verifier));
	user_answer(user, call, err, &error, "add", who.vlan, who.name);
}

static void user_revoke(struct control_user *user,
			const struct store_user *who, enum user_change change)
{
	if (user->ops->revoked)
		user->ops->revoked(user->ctx, who, change);
}

static void user_set_password(struct control_call *call,
			      struct json_object *params, void *ctx)
{
	struct control_user *user = ctx;
	struct auth_verifier verifier;
	char name[AUTH_USER_MAX + 1];
	struct store_error error;
	struct store_user who;
	int64_t vlan;
	int err;

	(void)params;
	if (user_params(call, &vlan, name) ||
	    user_param_password(call, &verifier))
		return;
	err = store_user_get(user->store, (uint16_t)vlan, name, &who, &error);
	if (!err && who.anonymous)
		err = log_describe(error.text, sizeof(error.text), -EINVAL,
				   "the user lets in anybody, without a password: delete it first");
	if (!err)
		err = store_user_set_password(user->store, (uint16_t)vlan,
					      name, &verifier, &error);
	OPENSSL_cleanse(&verifier, sizeof(verifier));
	/* A first one takes nothing away from those who have a certificate. */
	if (user_answer(user, call, err, &error, "set-password", vlan, name) &&
	    who.has_password)
		user_revoke(user, &who, USER_PASSWORD);
}

static void user_del(struct control_call *call, struct json_object *params,
		     void *ctx)
{
	struct control_user *user = ctx;
	char name[AUTH_USER_MAX + 1];
	struct store_error error;
	struct store_user who;
	int64_t vlan;
	int err;

	(void)params;
	if (user_params(call, &vlan, name) || control_params_end(call))
		return;
	err = store_user_get(user->store, (uint16_t)vlan, name, &who, &error);
	if (!err)
		err = store_user_del(user->store, (uint16_t)vlan, name,
				     &error);
	if (user_answer(user, call, err, &error, "del", vlan, name))
		user_revoke(user, &who, USER_DELETED);
}

static void user_set(struct control_call *call, struct json_object *params,
		     void *ctx)
{
	struct control_user *user = ctx;
	char name[AUTH_USER_MAX + 1];
	struct store_error error;
	struct store_user who;
	bool is_less;
	int64_t vlan;
	int err;

	if (user_params(call, &vlan, name))
		return;
	err = store_user_get(user->store, (uint16_t)vlan, name, &who, &error);
	if (err) {
		control_error_errno(call, err, error.text);
		return;
	}
	if (user_params_rules(call, &who) ||
	    user_params_other_login(call, &who, &is_less))
		return;
	/* besides vlan and user */
	if (json_object_object_length(params) <= 2) {
		control_error(call, CONTROL_INVALID, "disabled",
			      "nothing to set: name disabled, policy, max_sessions, expires, sources, grace_ms, cascade, certs or no_password");
		return;
	}
	err = store_user_set(user->store, &who, &error);
	if (!user_answer(user, call, err, &error, "set", vlan, name))
		return;
	if (user->ops->changed)
		user->ops->changed(user->ctx, &who);
	if (is_less)
		user_revoke(user, &who, USER_LOGIN);
}

static struct json_object *user_describe(struct control_user *user,
					 const struct store_user *who)
{
	struct json_object *object = json_object_new_object();
	uint32_t sessions = 0;

	if (user->ops->sessions)
		sessions = user->ops->sessions(user->ctx, who);
	json_object_object_add(object, "vlan", json_object_new_int(who->vlan));
	json_object_object_add(object, "user",
			       json_object_new_string(who->name));
	user_describe_login(who, object);
	json_object_object_add(object, "disabled",
			       json_object_new_boolean(who->disabled));
	json_object_object_add(object, "created",
			       json_object_new_int64(who->created));
	json_object_object_add(object, "last_login",
			       json_object_new_int64(who->last_login));
	json_object_object_add(object, "sessions",
			       json_object_new_int64(sessions));
	json_object_object_add(object, "policy",
			       json_object_new_string(who->policy[0] ?
						      who->policy : "none"));
	json_object_object_add(object, "max_sessions",
			       json_object_new_int64(who->max_sessions));
	json_object_object_add(object, "expires",
			       json_object_new_int64(who->expires));
	json_object_object_add(object, "sources",
			       json_object_new_string(who->sources[0] ?
						      who->sources : "any"));
	json_object_object_add(object, "grace_ms", who->grace < 0 ? NULL :
			       json_object_new_int64(who->grace));
	json_object_object_add(object, "cascade",
			       json_object_new_boolean(who->cascade));
	return object;
}

static void user_show(struct control_call *call, struct json_object *params,
		      void *ctx)
{
	struct control_user *user = ctx;
	char name[AUTH_USER_MAX + 1];
	struct store_error error;
	struct store_user who;
	int64_t vlan;
	int err;

	(void)params;
	if (user_params(call, &vlan, name) || control_params_end(call))
		return;
	err = store_user_get(user->store, (uint16_t)vlan, name, &who, &error);
	if (err)
		control_error_errno(call, err, error.text);
	else
		control_reply(call, user_describe(user, &who));
}

struct user_listing {
	struct control_user *user;
	struct json_object *users;
};

static int user_list_one(void *arg, const struct store_user *who)
{
	struct user_listing *listing = arg;

	return json_object_array_add(listing->users,
				     user_describe(listing->user, who)) ?
		       -ENOMEM : 0;
}

static void user_list(struct control_call *call, struct json_object *params,
		      void *ctx)
{
	struct user_listing listing = { .user = ctx };
	struct json_object *reply;
	struct store_error error = { "out of memory" };
	int64_t vlan = 0;
	int err;

	(void)params;
	if (control_param_int(call, "vlan", CONTROL_OPTIONAL, STORE_VLAN_MIN,
			      STORE_VLAN_MAX, &vlan) ||
	    control_params_end(call))
		return;
	listing.users = json_object_new_array();
	err = store_user_list(listing.user->store, (uint16_t)vlan,
			      user_list_one, &listing, &error);
	if (err) {
		json_object_put(listing.users);
		control_error_errno(call, err, error.text);
		return;
	}
	reply = json_object_new_object();
	json_object_object_add(reply, "users", listing.users);
	control_reply(call, reply);
}

static const struct control_method user_methods[] = {
	{ "UserAdd", user_add, CONTROL_CHANGES },
	{ "UserDel", user_del, CONTROL_CHANGES },
	{ "UserSetPassword", user_set_password, CONTROL_CHANGES },
	{ "UserSet", user_set, CONTROL_CHANGES },
	{ "UserList", user_list, CONTROL_READS },
	{ "UserShow", user_show, CONTROL_READS },
};

int control_user_register(struct control *control, struct store *store,
			  const struct user_ops *ops, void *ctx,
			  struct control_user **user)
{
	struct control_user *made = calloc(1, sizeof(*made));
	int err;

	*user = NULL;
	if (!made)
		return -ENOMEM;
	made->store = store;
	made->ops = ops;
	made->ctx = ctx;
	err = control_register(control, user_methods,
			       sizeof(user_methods) / sizeof(user_methods[0]),
			       made);
	if (err)
		free(made);
	else
		*user = made;
	return err;
}

void control_user_free(struct control_user *user)
{
	free(user);
}
