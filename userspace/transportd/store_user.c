// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Users in the database.
 */
#include "store_impl.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <openssl/crypto.h>

static int store_user_missing(struct store_error *error, uint16_t vlan,
			      const char *name)
{
	return store_fail(error, -ENOENT, "hub %u has no user \"%s\"", vlan,
			  name);
}

/* Values 3 to 6 are the verifier's. */
static void store_user_bind(sqlite3_stmt *statement, uint16_t vlan,
			    const char *name,
			    const struct auth_verifier *verifier)
{
	sqlite3_bind_int(statement, 1, vlan);
	store_bind_text(statement, 2, name);
	if (!verifier)
		return;
	sqlite3_bind_int64(statement, 3, verifier->iterations);
	store_bind_blob(statement, 4, verifier->salt, sizeof(verifier->salt));
	store_bind_blob(statement, 5, verifier->stored_key,
			sizeof(verifier->stored_key));
	store_bind_blob(statement, 6, verifier->server_key,
			sizeof(verifier->server_key));
}

/* Of a statement that has to change just one user. */
static int store_user_run(struct store *store, sqlite3_stmt *statement,
			  uint16_t vlan, const char *name,
			  struct store_error *error)
{
	int changed = store_run(store, statement, error);

	if (changed < 0)
		return changed;
	return changed ? 0 : store_user_missing(error, vlan, name);
}

/* Values 7 to 15 are what it may do, and how it logs in. */
static void store_user_bind_rules(sqlite3_stmt *statement,
				  const struct store_user *user)
{
	sqlite3_bind_int(statement, 7, user->disabled);
	store_bind_text(statement, 8, user->policy);
	sqlite3_bind_int64(statement, 9, user->max_sessions);
	sqlite3_bind_int64(statement, 10, user->expires);
	store_bind_text(statement, 11, user->sources);
	sqlite3_bind_int64(statement, 12, user->grace);
	sqlite3_bind_int(statement, 13, user->cascade);
	sqlite3_bind_int(statement, 14, user->has_password);
	store_bind_text(statement, 15, user->certs);
}

static int store_user_write(struct store *store, enum store_statement which,
			    const struct store_user *user,
			    const struct auth_verifier *verifier,
			    struct store_error *error)
{
	static const struct auth_verifier none = {
		.iterations = AUTH_ITERATIONS,
	};
	struct store_user who = *user;
	sqlite3_stmt *add;
	int err;

	who.has_password = verifier;
	if (user->vlan < STORE_VLAN_MIN || user->vlan > STORE_VLAN_MAX)
		return store_fail(error, -EINVAL, "vlan: %u is outside of %d to %d",
				  user->vlan, STORE_VLAN_MIN, STORE_VLAN_MAX);
	err = store_check_user_name(user->name, error);
	if (!err)
		err = store_check_user(&who, error);
	if (err)
		return err;
	add = store_prepare(store, which, error);
	if (!add)
		return -EIO;
	store_user_bind(add, user->vlan, user->name,
			verifier ? verifier : &none);
	store_user_bind_rules(add, &who);
	sqlite3_bind_int64(add, 16, who.created);
	sqlite3_bind_int(add, 17, user->anonymous);
	sqlite3_bind_int64(add, 18, who.last_login);
	err = store_run(store, add, error);
	if (err == -EEXIST)
		return store_fail(error, err,
				  "hub %u has a user \"%s\" already",
				  user->vlan, user->name);
	return err < 0 ? err : 0;
}

int store_user_add(struct store *store, const struct store_user *user,
		   const struct auth_verifier *verifier,
		   struct store_error *error)
{
	struct store_user fresh = *user;

	fresh.created = 0;
	fresh.last_login = 0;
	return store_user_import(store, &fresh, verifier, error);
}

int store_user_import(struct store *store, const struct store_user *user,
		      const struct auth_verifier *verifier,
		      struct store_error *error)
{
	return store_user_write(store, STORE_USER_ADD, user, verifier, error);
}

int store_user_put(struct store *store, const struct store_user *user,
		   const struct auth_verifier *verifier,
		   struct store_error *error)
{
	return store_user_write(store, STORE_USER_PUT, user, verifier, error);
}

int store_user_del(struct store *store, uint16_t vlan, const char *name,
		   struct store_error *error)
{
	sqlite3_stmt *del = store_prepare(store, STORE_USER_DEL, error);

	if (!del)
		return -EIO;
	store_user_bind(del, vlan, name, NULL);
	return store_user_run(store, del, vlan, name, error);
}

static void store_user_read(sqlite3_stmt *statement, struct store_user *user)
{
	memset(user, 0, sizeof(*user));
	user->id = sqlite3_column_int64(statement, 0);
	user->vlan = (uint16_t)sqlite3_column_int(statement, 1);
	store_column_text(statement, 2, user->name, sizeof(user->name));
	user->disabled = sqlite3_column_int(statement, 3);
	user->created = sqlite3_column_int64(statement, 4);
	user->last_login = sqlite3_column_int64(statement, 5);
	store_column_text(statement, 6, user->policy, sizeof(user->policy));
	user->max_sessions = (uint32_t)sqlite3_column_int64(statement, 7);
	user->expires = sqlite3_column_int64(statement, 8);
	store_column_text(statement, 9, user->sources, sizeof(user->sources));
	user->grace = sqlite3_column_int64(statement, 10);
	user->cascade = sqlite3_column_int(statement, 11);
	user->has_password = sqlite3_column_int(statement, 12);
	store_column_text(statement, 13, user->certs, sizeof(user->certs));
	user->anonymous = sqlite3_column_int(statement, 14);
}

int store_user_get(struct store *store, uint16_t vlan, const char *name,
		   struct store_user *user, struct store_error *error)
{
	sqlite3_stmt *get = store_prepare(store, STORE_USER_GET, error);
	int row;

	if (!get)
		return -EIO;
	store_user_bind(get, vlan, name, NULL);
	row = store_step(store, get, error);
	if (row <= 0)
		return row ? row : store_user_missing(error, vlan, name);
	store_user_read(get, user);
	sqlite3_reset(get);
	return 0;
}

int store_user_set_password(struct store *store, uint16_t vlan,
			    const char *name,
			    const struct auth_verifier *verifier,
			    struct store_error *error)
{
	sqlite3_stmt *set = store_prepare(store, STORE_USER_SET_PASSWORD,
					  error);

	if (!set)
		return -EIO;
	store_user_bind(set, vlan, name, verifier);
	return store_user_run(store, set, vlan, name, error);
}

int store_user_set(struct store *store, const struct store_user *user,
		   struct store_error *error)
{
	sqlite3_stmt *set;
	int err;

	err = store_check_user(user, error);
	if (err)
		return err;
	set = store_prepare(store, STORE_USER_SET, error);
	if (!set)
		return -EIO;
	store_user_bind(set, user->vlan, user->name, NULL);
	store_user_bind_rules(set, user);
	return store_user_run(store, set, user->vlan, user->name, error);
}

/*
 * One for each login, in the thread that takes logins: it does not wait for
 * the disk. A crash of the machine may lose it; the file stays sound.
 */
int store_user_touch_login(struct store *store, int64_t id,
			   struct store_error *error)
{
	sqlite3_stmt *touch = store_prepare(store, STORE_USER_TOUCH_LOGIN,
					    error);
	int changed;

	if (!touch)
		return -EIO;
	sqlite3_bind_int64(touch, 1, id);
	sqlite3_bind_int64(touch, 2, time(NULL));
	sqlite3_exec(store->db, "PRAGMA synchronous = NORMAL", NULL, NULL,
		     NULL);
	changed = store_run(store, touch, error);
	sqlite3_exec(store->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
	if (changed < 0)
		return changed;
	return changed ? 0 : store_fail(error, -ENOENT, "no such user");
}

int store_user_list(struct store *store, uint16_t vlan, store_user_fn fn,
		    void *arg, struct store_error *error)
{
	sqlite3_stmt *list = store_prepare(store, STORE_USER_LIST, error);
	struct store_user user;
	int row;

	if (!list)
		return -EIO;
	sqlite3_bind_int(list, 1, vlan);
	while ((row = store_step(store, list, error)) > 0) {
		int end;

		store_user_read(list, &user);
		end = fn(arg, &user);
		if (end) {
			sqlite3_reset(list);
			return end;
		}
	}
	return row;
}

int store_user_count(struct store *store, uint64_t *count,
		     struct store_error *error)
{
	sqlite3_stmt *get = store_prepare(store, STORE_USER_COUNT, error);
	int row;

	if (!get)
		return -EIO;
	row = store_step(store, get, error);
	if (row <= 0)
		return row;
	*count = (uint64_t)sqlite3_column_int64(get, 0);
	sqlite3_reset(get);
	return 0;
}

static bool store_user_read_verifier(sqlite3_stmt *get,
				     struct auth_verifier *verifier)
{
	verifier->iterations = (uint32_t)sqlite3_column_int64(get, 0);
	return store_column_blob(get, 1, verifier->salt,
				 sizeof(verifier->salt)) &&
	       store_column_blob(get, 2, verifier->stored_key,
				 sizeof(verifier->stored_key)) &&
	       store_column_blob(get, 3, verifier->server_key,
				 sizeof(verifier->server_key));
}

int store_auth_lookup(void *arg, uint16_t vlan, const char *user,
		      struct auth_user *found)
{
	struct store *store = arg;
	sqlite3_stmt *get = store_prepare(store, STORE_USER_VERIFIER, NULL);
	char certs[STORE_CERTS_STRLEN];
	int row, count;

	if (!get)
		return -EIO;
	store_user_bind(get, vlan, user, NULL);
	row = store_step(store, get, NULL);
	if (row <= 0)
		return row ? row : -ENOENT;
	memset(found, 0, sizeof(*found));
	found->has_password = sqlite3_column_int(get, 4);
	store_column_text(get, 5, certs, sizeof(certs));
	found->is_anonymous = sqlite3_column_int(get, 6);
	count = store_parse_certs(certs, found->certs);
	if (count < 0 || !store_user_read_verifier(get, &found->verifier))
		row = -EUCLEAN;
	else
		found->cert_count = (unsigned int)count;
	sqlite3_reset(get);
	return row < 0 ? row : 0;
}
