// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Client connections in the database.
 */
#include "store_impl.h"

#include <errno.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

static int store_connection_missing(struct store_error *error,
				    const char *name)
{
	return store_fail(error, -ENOENT, "no connection \"%s\"", name);
}

void store_connection_clear(struct store_connection *connection)
{
	OPENSSL_cleanse(connection, sizeof(*connection));
}

/* What it logs in with is what its way of doing so needs, and nothing else. */
static int store_connection_check_login(const struct store_connection *c,
					struct store_error *error)
{
	bool has_cert = c->cert[0] && c->key[0];
	const char *why;

	if (c->password[0] && auth_check_password(c->password, &why))
		return store_fail(error, -EINVAL, "password: it %s", why);
	if (c->login != AUTH_SCRAM && c->password[0])
		return store_fail(error, -EINVAL,
				  "password: give only one of password, certificate and anonymous");
	if ((c->login == AUTH_EXTERNAL) != has_cert ||
	    (!has_cert && (c->cert[0] || c->key[0])))
		return store_fail(error, -EINVAL,
				  "cert: give certificate and key, or neither");
	if (c->login == AUTH_ANONYMOUS && strcmp(c->user, AUTH_ANONYMOUS_USER))
		return store_fail(error, -EINVAL,
				  "user: an anonymous login has no other than \"%s\"",
				  AUTH_ANONYMOUS_USER);
	return 0;
}

static int store_connection_check(const struct store_connection *connection,
				  struct store_error *error)
{
	enum sehub_source source;
	struct sehub_via via;
	const char *why;
	int err;

	err = store_check_connection_name(connection->name, error);
	if (!err)
		err = store_check_server(connection->server, error);
	if (!err)
		err = store_check_user_name(connection->user, error);
	if (!err && connection->device[0])
		err = store_check_device_name(connection->device, error);
	if (err)
		return err;
	if (!connection->hub == !connection->device[0])
		return store_fail(error, -EINVAL,
				  "give one of device and hub");
	if (connection->hub > STORE_VLAN_MAX)
		return store_fail(error, -EINVAL, "hub: %u is outside of %d to %d",
				  connection->hub, STORE_VLAN_MIN,
				  STORE_VLAN_MAX);
	if (connection->vlan < STORE_VLAN_MIN ||
	    connection->vlan > STORE_VLAN_MAX)
		return store_fail(error, -EINVAL, "vlan: %u is outside of %d to %d",
				  connection->vlan, STORE_VLAN_MIN,
				  STORE_VLAN_MAX);
	err = store_connection_check_login(connection, error);
	if (err)
		return err;
	if (sehub_parse_via(connection->via, &via, &why))
		return store_fail(error, -EINVAL, "via: the URL %s", why);
	if (connection->via_password[0] && !sehub_via_takes_password(&via))
		return store_fail(error, -EINVAL,
				  "via_password: via has no user who could have one");
	if (sehub_parse_source(connection->source, &source))
		return store_fail(error, -EINVAL,
				  "source: \"%s\" is no address and no network device",
				  connection->source);
	if (connection->grace < -1 || connection->grace > SEHUB_GRACE_MAX)
		return store_fail(error, -EINVAL,
				  "grace: %lld ms is outside of 0 to %u",
				  (long long)connection->grace,
				  SEHUB_GRACE_MAX);
	if (connection->ca[0] && connection->ca[0] != '/')
		return store_fail(error, -EINVAL,
				  "ca: \"%s\" is no absolute path",
				  connection->ca);
	if ((connection->pin[0] != 0) + (connection->ca[0] != 0) +
	    connection->tofu > 1)
		return store_fail(error, -EINVAL,
				  "give only one of pin, ca and tofu");
	return 0;
}

static int store_connection_write(struct store *store,
				  enum store_statement which,
				  struct store_connection *connection,
				  struct store_error *error)
{
	sqlite3_stmt *add;
	int err;

	err = store_connection_check(connection, error);
	if (err)
		return err;
	if (RAND_bytes(connection->client_id,
		       sizeof(connection->client_id)) != 1)
		return store_fail(error, -EIO, "no random bytes");
	add = store_prepare(store, which, error);
	if (!add)
		return -EIO;
	store_bind_text(add, 1, connection->name);
	store_bind_text(add, 2, connection->server);
	sqlite3_bind_int(add, 3, connection->vlan);
	store_bind_text(add, 4, connection->user);
	store_bind_text(add, 5, connection->password);
	store_bind_text(add, 6, connection->pin);
	store_bind_text(add, 7, connection->ca);
	sqlite3_bind_int(add, 8, connection->tofu);
	store_bind_text(add, 9, connection->device);
	sqlite3_bind_int(add, 10, connection->auto_up);
	store_bind_blob(add, 11, connection->client_id,
			sizeof(connection->client_id));
	store_bind_text(add, 12, connection->via);
	store_bind_text(add, 13, connection->via_password);
	store_bind_text(add, 14, connection->source);
	sqlite3_bind_int64(add, 15, connection->grace);
	sqlite3_bind_int(add, 16, connection->hub);
	sqlite3_bind_int(add, 17, connection->login);
	store_bind_text(add, 18, connection->cert);
	store_bind_text(add, 19, connection->key);
	sqlite3_bind_int(add, 20, connection->card);
	err = store_run(store, add, error);
	if (err == -EEXIST && strstr(sqlite3_errmsg(store->db), "device"))
		return store_fail(error, err,
				  "another connection uses the device \"%s\" already: name one with device",
				  connection->device);
	if (err == -EEXIST)
		return store_fail(error, err,
				  "there is a connection \"%s\" already",
				  connection->name);
	return err < 0 ? err : 0;
}

int store_connection_add(struct store *store,
			 struct store_connection *connection,
			 struct store_error *error)
{
	int err = store_connection_write(store, STORE_CONNECTION_ADD,
					 connection, error);

	if (err)
		return err;
	connection->id = sqlite3_last_insert_rowid(store->db);
	connection->up = false;
	return 0;
}

int store_connection_put(struct store *store,
			 struct store_connection *connection,
			 struct store_error *error)
{
	int err = store_connection_write(store, STORE_CONNECTION_PUT,
					 connection, error);

	return err ? err : store_connection_get(store, connection->name,
						connection, error);
}

/* Of a statement that has to change just one connection. */
static int store_connection_run(struct store *store, sqlite3_stmt *statement,
				const char *name, struct store_error *error)
{
	int changed = store_run(store, statement, error);

	if (changed < 0)
		return changed;
	return changed ? 0 : store_connection_missing(error, name);
}

int store_connection_del(struct store *store, const char *name,
			 struct store_error *error)
{
	sqlite3_stmt *del = store_prepare(store, STORE_CONNECTION_DEL, error);

	if (!del)
		return -EIO;
	store_bind_text(del, 1, name);
	return store_connection_run(store, del, name, error);
}

static int store_connection_read(struct store *store, sqlite3_stmt *row,
				 struct store_connection *connection,
				 struct store_error *error)
{
	struct store_connection *c = connection;

	memset(c, 0, sizeof(*c));
	c->id = sqlite3_column_int64(row, 0);
	store_column_text(row, 1, c->name, sizeof(c->name));
	store_column_text(row, 2, c->server, sizeof(c->server));
	c->vlan = (uint16_t)sqlite3_column_int(row, 3);
	store_column_text(row, 4, c->user, sizeof(c->user));
	store_column_text(row, 5, c->password, sizeof(c->password));
	store_column_text(row, 6, c->pin, sizeof(c->pin));
	store_column_text(row, 7, c->ca, sizeof(c->ca));
	c->tofu = sqlite3_column_int(row, 8);
	store_column_text(row, 9, c->device, sizeof(c->device));
	c->auto_up = sqlite3_column_int(row, 10);
	c->up = sqlite3_column_int(row, 11);
	store_column_text(row, 13, c->via, sizeof(c->via));
	store_column_text(row, 14, c->via_password, sizeof(c->via_password));
	store_column_text(row, 15, c->source, sizeof(c->source));
	c->card = sqlite3_column_int(row, 16);
	c->grace = sqlite3_column_int64(row, 17);
	c->hub = (uint16_t)sqlite3_column_int(row, 18);
	c->login = sqlite3_column_int(row, 19);
	store_column_text(row, 20, c->cert, sizeof(c->cert));
	store_column_text(row, 21, c->key, sizeof(c->key));
	if (!store_column_blob(row, 12, c->client_id, sizeof(c->client_id)))
		return store_fail(error, -EUCLEAN,
				  "%s: connection \"%s\" is damaged",
				  store->path, c->name);
	return 0;
}

int store_connection_get(struct store *store, const char *name,
			 struct store_connection *connection,
			 struct store_error *error)
{
	sqlite3_stmt *get = store_prepare(store, STORE_CONNECTION_GET, error);
	int row;

	if (!get)
		return -EIO;
	store_bind_text(get, 1, name);
	row = store_step(store, get, error);
	if (row <= 0)
		return row ? row : store_connection_missing(error, name);
	row = store_connection_read(store, get, connection, error);
	sqlite3_reset(get);
	return row;
}

int store_connection_set_up(struct store *store, const char *name, bool up,
			    struct store_error *error)
{
	sqlite3_stmt *set = store_prepare(store, STORE_CONNECTION_SET_UP,
					  error);

	if (!set)
		return -EIO;
	store_bind_text(set, 1, name);
	sqlite3_bind_int(set, 2, up);
	return store_connection_run(store, set, name, error);
}

int store_connection_set_pin(struct store *store, const char *name,
			     const char *pin, struct store_error *error)
{
	sqlite3_stmt *set = store_prepare(store, STORE_CONNECTION_SET_PIN,
					  error);

	if (!set)
		return -EIO;
	if (strlen(pin) > STORE_PIN_MAX)
		return store_fail(error, -EINVAL, "pin: too long");
	store_bind_text(set, 1, name);
	store_bind_text(set, 2, pin);
	return store_connection_run(store, set, name, error);
}

int store_connection_set_card(struct store *store, const char *name,
			      enum card_kind card, struct store_error *error)
{
	sqlite3_stmt *set = store_prepare(store, STORE_CONNECTION_SET_CARD,
					  error);

	if (!set)
		return -EIO;
	store_bind_text(set, 1, name);
	sqlite3_bind_int(set, 2, card);
	return store_connection_run(store, set, name, error);
}

int store_connection_list(struct store *store, store_connection_fn fn,
			  void *arg, struct store_error *error)
{
	sqlite3_stmt *list = store_prepare(store, STORE_CONNECTION_LIST,
					   error);
	struct store_connection connection;
	int row, end = 0;

	if (!list)
		return -EIO;
	while (!end && (row = store_step(store, list, error)) > 0) {
		end = store_connection_read(store, list, &connection, error);
		if (!end)
			end = fn(arg, &connection);
		store_connection_clear(&connection);
	}
	if (end)
		sqlite3_reset(list);
	return end ? end : row;
}
