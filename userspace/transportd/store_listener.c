// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Listeners in the database.
 */
#include "store_impl.h"

#include <errno.h>
#include <string.h>

static const char *const protocol_names[LISTENER_PROTOCOLS] = {
	[LISTENER_DIRECT] = "direct",
	[LISTENER_PROXY] = "proxy",
};

const char *listener_protocol_name(enum listener_protocol protocol)
{
	return protocol_names[protocol];
}

int listener_protocol_parse(const char *word, enum listener_protocol *protocol)
{
	for (unsigned int i = 0; i < LISTENER_PROTOCOLS; i++)
		if (!strcmp(word, protocol_names[i])) {
			*protocol = i;
			return 0;
		}
	return -EINVAL;
}

static int store_listener_missing(struct store_error *error,
				  const char *address, uint16_t port)
{
	return store_fail(error, -ENOENT, "no listener on %s port %u", address,
			  port);
}

/* One address has one text, or the same could be there twice. */
static int store_listener_check(const struct store_listener *listener,
				struct store_error *error)
{
	char text[SEHUB_IP_STRLEN];
	struct sehub_ip_addr addr;

	if (sehub_parse_ip(listener->address, &addr) ||
	    strcmp(sehub_format_ip(&addr, text), listener->address))
		return store_fail(error, -EINVAL,
				  "address: \"%s\" is no IPv4 or IPv6 address in its usual form",
				  listener->address);
	if (!listener->port)
		return store_fail(error, -EINVAL,
				  "port: 0 is outside of 1 to 65535");
	return 0;
}

int store_listener_put(struct store *store,
		       const struct store_listener *listener,
		       struct store_error *error)
{
	sqlite3_stmt *put;
	int err;

	err = store_listener_check(listener, error);
	if (err)
		return err;
	put = store_prepare(store, STORE_LISTENER_PUT, error);
	if (!put)
		return -EIO;
	store_bind_text(put, 1, listener->address);
	sqlite3_bind_int(put, 2, listener->port);
	sqlite3_bind_int(put, 3, listener->protocol);
	sqlite3_bind_int(put, 4, listener->is_added);
	sqlite3_bind_int(put, 5, listener->is_enabled);
	err = store_run(store, put, error);
	return err < 0 ? err : 0;
}

int store_listener_del(struct store *store, const char *address, uint16_t port,
		       struct store_error *error)
{
	sqlite3_stmt *del = store_prepare(store, STORE_LISTENER_DEL, error);
	int changed;

	if (!del)
		return -EIO;
	store_bind_text(del, 1, address);
	sqlite3_bind_int(del, 2, port);
	changed = store_run(store, del, error);
	if (changed < 0)
		return changed;
	return changed ? 0 : store_listener_missing(error, address, port);
}

static void store_listener_read(sqlite3_stmt *row,
				struct store_listener *listener)
{
	memset(listener, 0, sizeof(*listener));
	store_column_text(row, 0, listener->address,
			  sizeof(listener->address));
	listener->port = (uint16_t)sqlite3_column_int(row, 1);
	listener->protocol = sqlite3_column_int(row, 2);
	listener->is_added = sqlite3_column_int(row, 3);
	listener->is_enabled = sqlite3_column_int(row, 4);
}

int store_listener_get(struct store *store, const char *address, uint16_t port,
		       struct store_listener *listener,
		       struct store_error *error)
{
	sqlite3_stmt *get = store_prepare(store, STORE_LISTENER_GET, error);
	int row;

	if (!get)
		return -EIO;
	store_bind_text(get, 1, address);
	sqlite3_bind_int(get, 2, port);
	row = store_step(store, get, error);
	if (row <= 0)
		return row ? row : store_listener_missing(error, address, port);
	store_listener_read(get, listener);
	sqlite3_reset(get);
	return 0;
}

int store_listener_list(struct store *store, store_listener_fn fn, void *arg,
			struct store_error *error)
{
	sqlite3_stmt *list = store_prepare(store, STORE_LISTENER_LIST, error);
	struct store_listener listener;
	int row;

	if (!list)
		return -EIO;
	while ((row = store_step(store, list, error)) > 0) {
		int end;

		store_listener_read(list, &listener);
		end = fn(arg, &listener);
		if (end) {
			sqlite3_reset(list);
			return end;
		}
	}
	return row;
}
