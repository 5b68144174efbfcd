// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The database's schema, as steps from one version to the next, and all the
 * SQL that is run on it. A step that was released never changes.
 */
#include "store_impl.h"

#include <errno.h>
#include <stdio.h>

#define STORE_RUN(db, sql)	sqlite3_exec(db, sql, NULL, NULL, NULL)

/* Marks the file as ours: "sehb"; the first step says it in SQL. */
#define STORE_APPLICATION_ID	0x73656862

/* Step n leads from version n to n + 1. */
static const char * const store_steps[] = {
	"PRAGMA application_id = 0x73656862;"

	"CREATE TABLE settings ("
	" key TEXT PRIMARY KEY NOT NULL,"
	" value BLOB NOT NULL"
	") STRICT;"

	"CREATE TABLE users ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" vlan INTEGER NOT NULL CHECK (vlan BETWEEN 1 AND 4094),"
	" name TEXT NOT NULL,"
	" iterations INTEGER NOT NULL CHECK (iterations >= 4096),"
	" salt BLOB NOT NULL CHECK (length(salt) = 16),"
	" stored_key BLOB NOT NULL CHECK (length(stored_key) = 32),"
	" server_key BLOB NOT NULL CHECK (length(server_key) = 32),"
	" disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),"
	" created INTEGER NOT NULL,"
	" last_login INTEGER NOT NULL,"
	" UNIQUE (vlan, name)"
	") STRICT;"

	"CREATE TABLE connections ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" name TEXT NOT NULL UNIQUE,"
	" server TEXT NOT NULL,"
	" vlan INTEGER NOT NULL CHECK (vlan BETWEEN 1 AND 4094),"
	" user TEXT NOT NULL,"
	" password TEXT NOT NULL,"
	" pin TEXT NOT NULL,"
	" ca TEXT NOT NULL,"
	" tofu INTEGER NOT NULL CHECK (tofu IN (0, 1)),"
	" device TEXT NOT NULL UNIQUE,"
	" auto INTEGER NOT NULL CHECK (auto IN (0, 1)),"
	" up INTEGER NOT NULL CHECK (up IN (0, 1)),"
	" client_id BLOB NOT NULL CHECK (length(client_id) = 16)"
	") STRICT;",

	/* the way to the server */
	"ALTER TABLE connections ADD COLUMN via TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE connections ADD COLUMN"
	" via_password TEXT NOT NULL DEFAULT '';",

	/* what it goes out from */
	"ALTER TABLE connections ADD COLUMN source TEXT NOT NULL DEFAULT '';",

	/* what users may do */
	"ALTER TABLE users ADD COLUMN policy TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE users ADD COLUMN max_sessions INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE users ADD COLUMN expires INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE users ADD COLUMN sources TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE users ADD COLUMN grace INTEGER NOT NULL DEFAULT -1;",

	/* what the device of a connection is */
	"ALTER TABLE connections ADD COLUMN card INTEGER NOT NULL DEFAULT 0"
	" CHECK (card BETWEEN 0 AND 2);"
	"ALTER TABLE connections ADD COLUMN"
	" grace INTEGER NOT NULL DEFAULT -1;",

	/*
	 * Hubs that are joined: who may, and connections without a device of
	 * their own, which has to be unique where there is one.
	 */
	"ALTER TABLE users ADD COLUMN"
	" cascade INTEGER NOT NULL DEFAULT 0 CHECK (cascade IN (0, 1));"
	"CREATE TABLE new_connections ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" name TEXT NOT NULL UNIQUE,"
	" server TEXT NOT NULL,"
	" vlan INTEGER NOT NULL CHECK (vlan BETWEEN 1 AND 4094),"
	" user TEXT NOT NULL,"
	" password TEXT NOT NULL,"
	" pin TEXT NOT NULL,"
	" ca TEXT NOT NULL,"
	" tofu INTEGER NOT NULL CHECK (tofu IN (0, 1)),"
	" device TEXT NOT NULL,"
	" auto INTEGER NOT NULL CHECK (auto IN (0, 1)),"
	" up INTEGER NOT NULL CHECK (up IN (0, 1)),"
	" client_id BLOB NOT NULL CHECK (length(client_id) = 16),"
	" via TEXT NOT NULL,"
	" via_password TEXT NOT NULL,"
	" source TEXT NOT NULL,"
	" card INTEGER NOT NULL CHECK (card BETWEEN 0 AND 2),"
	" grace INTEGER NOT NULL,"
	" hub INTEGER NOT NULL CHECK (hub BETWEEN 0 AND 4094),"
	" CHECK ((hub = 0) = (device <> ''))"
	") STRICT;"
	"INSERT INTO new_connections SELECT *, 0 FROM connections;"
	/* Numbers of connections are never used again. */
	"DELETE FROM sqlite_sequence WHERE name = 'new_connections';"
	"INSERT INTO sqlite_sequence (name, seq)"
	" SELECT 'new_connections', seq FROM sqlite_sequence"
	" WHERE name = 'connections';"
	"DROP TABLE connections;"
	"ALTER TABLE new_connections RENAME TO connections;"
	"CREATE UNIQUE INDEX connections_device ON connections (device)"
	" WHERE device <> '';",

	/* logins without a password; where there is none its columns are 0 */
	"ALTER TABLE users ADD COLUMN"
	" has_password INTEGER NOT NULL DEFAULT 1"
	" CHECK (has_password IN (0, 1));"
	"ALTER TABLE users ADD COLUMN certs TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE users ADD COLUMN"
	" anonymous INTEGER NOT NULL DEFAULT 0"
	" CHECK (anonymous IN (0, 1));"
	"ALTER TABLE connections ADD COLUMN login INTEGER NOT NULL DEFAULT 0"
	" CHECK (login BETWEEN 0 AND 2);"
	"ALTER TABLE connections ADD COLUMN cert TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE connections ADD COLUMN key TEXT NOT NULL DEFAULT '';",

	/* what clients are accepted on, besides what the configuration says */
	"CREATE TABLE listeners ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" address TEXT NOT NULL,"
	" port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),"
	" protocol INTEGER NOT NULL CHECK (protocol BETWEEN 0 AND 1),"
	" added INTEGER NOT NULL CHECK (added IN (0, 1)),"
	" enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),"
	" UNIQUE (address, port)"
	") STRICT;",

	/* log files, and which frames of hubs are in them */
	"CREATE TABLE logs ("
	" id INTEGER PRIMARY KEY CHECK (id = 0),"
	" rotate TEXT NOT NULL,"
	" max_bytes INTEGER NOT NULL CHECK (max_bytes >= 0),"
	" keep INTEGER NOT NULL CHECK (keep >= 0),"
	" compress INTEGER NOT NULL CHECK (compress IN (0, 1)),"
	" system INTEGER NOT NULL CHECK (system IN (0, 1)),"
	" administration INTEGER NOT NULL CHECK (administration IN (0, 1)),"
	" access INTEGER NOT NULL CHECK (access IN (0, 1))"
	") STRICT;"
	"INSERT INTO logs VALUES (0, 'daily', 104857600, 14, 1, 1, 1, 1);"
	"CREATE TABLE log_hubs ("
	" vlan INTEGER PRIMARY KEY CHECK (vlan BETWEEN 1 AND 4094),"
	" packets TEXT NOT NULL"
	") STRICT;",

	/* hubs that last, with what is attached to them */
	"CREATE TABLE hubs ("
	" vlan INTEGER PRIMARY KEY CHECK (vlan BETWEEN 1 AND 4094),"
	" device TEXT NOT NULL UNIQUE CHECK (device <> ''),"
	" mac BLOB NOT NULL CHECK (length(mac) = 6),"
	" up INTEGER NOT NULL CHECK (up IN (0, 1)),"
	" ageing INTEGER NOT NULL,"
	" fdb_max INTEGER NOT NULL,"
	" port_max INTEGER NOT NULL,"
	" ip_ageing INTEGER NOT NULL,"
	" ip_max INTEGER NOT NULL,"
	" suppress INTEGER NOT NULL CHECK (suppress IN (0, 1)),"
	" broadcast_rate INTEGER NOT NULL"
	") STRICT;"
	"CREATE TABLE hub_ports ("
	" vlan INTEGER NOT NULL REFERENCES hubs ON DELETE CASCADE,"
	" device TEXT NOT NULL,"
	" policy TEXT NOT NULL,"
	" PRIMARY KEY (vlan, device)"
	") STRICT, WITHOUT ROWID;"
	/* a device is a port of one hub */
	"CREATE UNIQUE INDEX hub_ports_device ON hub_ports (device)"
	" WHERE device <> '';"
	"CREATE TABLE hub_macs ("
	" vlan INTEGER NOT NULL,"
	" mac BLOB NOT NULL CHECK (length(mac) = 6),"
	" device TEXT NOT NULL,"
	" PRIMARY KEY (vlan, mac),"
	" FOREIGN KEY (vlan, device) REFERENCES hub_ports ON DELETE CASCADE"
	") STRICT, WITHOUT ROWID;",
};

#define STORE_VERSION	((int)(sizeof(store_steps) / sizeof(store_steps[0])))

#define USER_COLUMNS \
	"id, vlan, name, disabled, created, last_login, policy, " \
	"max_sessions, expires, sources, grace, cascade, has_password, certs, " \
	"anonymous"
#define CONNECTION_COLUMNS \
	"id, name, server, vlan, user, password, pin, ca, tofu, device, " \
	"auto, up, client_id, via, via_password, source, card, grace, hub, " \
	"login, cert, key"

#define USER_INSERT \
	"INSERT INTO users (vlan, name, iterations, salt, stored_key, " \
	"server_key, disabled, policy, max_sessions, expires, sources, " \
	"grace, cascade, has_password, certs, created, anonymous, " \
	"last_login) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, " \
	"?11, ?12, ?13, ?14, ?15, iif(?16, ?16, unixepoch()), ?17, ?18)"
#define CONNECTION_INSERT \
	"INSERT INTO connections (name, server, vlan, user, password, " \
	"pin, ca, tofu, device, auto, up, client_id, via, via_password, " \
	"source, card, grace, hub, login, cert, key) " \
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, " \
	"?12, ?13, ?14, ?20, ?15, ?16, ?17, ?18, ?19)"
#define HUB_COLUMNS \
	"vlan, device, mac, up, ageing, fdb_max, port_max, ip_ageing, " \
	"ip_max, suppress, broadcast_rate"
#define LISTENER_COLUMNS \
	"address, port, protocol, added, enabled"

const char * const store_sql[STORE_STATEMENTS] = {
	[STORE_SETTING_GET] =
		"SELECT value FROM settings WHERE key = ?1",
	[STORE_SETTING_ADD] =
		"INSERT INTO settings (key, value) VALUES (?1, ?2)",
	[STORE_SETTING_SET] =
		"INSERT INTO settings (key, value) VALUES (?1, ?2) "
		"ON CONFLICT (key) DO UPDATE SET value = ?2",

	[STORE_LOGS_GET] =
		"SELECT rotate, max_bytes, keep, compress, system, "
		"administration, access FROM logs",
	[STORE_LOGS_SET] =
		"UPDATE logs SET rotate = ?1, max_bytes = ?2, keep = ?3, "
		"compress = ?4, system = ?5, administration = ?6, access = ?7",
	[STORE_LOG_HUB_SET] =
		"INSERT INTO log_hubs (vlan, packets) VALUES (?1, ?2) "
		"ON CONFLICT DO UPDATE SET packets = excluded.packets",
	[STORE_LOG_HUB_DEL] =
		"DELETE FROM log_hubs WHERE vlan = ?1",
	[STORE_LOG_HUB_GET] =
		"SELECT packets FROM log_hubs WHERE vlan = ?1",
	[STORE_LOG_HUB_LIST] =
		"SELECT vlan, packets FROM log_hubs ORDER BY vlan",

	[STORE_BEGIN] = "BEGIN IMMEDIATE",
	[STORE_COMMIT] = "COMMIT",
	[STORE_ROLLBACK] = "ROLLBACK",

	[STORE_USER_ADD] = USER_INSERT,
	[STORE_USER_PUT] =
		USER_INSERT " ON CONFLICT (vlan, name) DO UPDATE SET "
		"iterations = ?3, salt = ?4, stored_key = ?5, server_key = ?6, "
		"disabled = ?7, policy = ?8, max_sessions = ?9, expires = ?10, "
		"sources = ?11, grace = ?12, cascade = ?13, "
		"has_password = ?14, certs = ?15, anonymous = ?17, "
		"created = iif(?16, ?16, created), "
		"last_login = iif(?18, ?18, last_login)",
	[STORE_USER_DEL] =
		"DELETE FROM users WHERE vlan = ?1 AND name = ?2",
	[STORE_USER_GET] =
		"SELECT " USER_COLUMNS " FROM users "
		"WHERE vlan = ?1 AND name = ?2",
	[STORE_USER_VERIFIER] =
		"SELECT iterations, salt, stored_key, server_key, "
		"has_password, certs, anonymous FROM users "
		"WHERE vlan = ?1 AND name = ?2",
	[STORE_USER_SET_PASSWORD] =
		"UPDATE users SET iterations = ?3, salt = ?4, stored_key = ?5, "
		"server_key = ?6, has_password = 1 "
		"WHERE vlan = ?1 AND name = ?2",
	[STORE_USER_SET] =
		"UPDATE users SET disabled = ?7, policy = ?8, "
		"max_sessions = ?9, expires = ?10, sources = ?11, grace = ?12, "
		"cascade = ?13, has_password = min(has_password, ?14), "
		"certs = ?15, salt = iif(?14, salt, zeroblob(16)), "
		"stored_key = iif(?14, stored_key, zeroblob(32)), "
		"server_key = iif(?14, server_key, zeroblob(32)) "
		"WHERE vlan = ?1 AND name = ?2",
	[STORE_USER_TOUCH_LOGIN] =
		"UPDATE users SET last_login = ?2 WHERE id = ?1",
	[STORE_USER_LIST] =
		"SELECT " USER_COLUMNS " FROM users "
		"WHERE ?1 = 0 OR vlan = ?1 ORDER BY vlan, name",
	[STORE_USER_COUNT] =
		"SELECT count(*) FROM users",

	[STORE_CONNECTION_ADD] = CONNECTION_INSERT,
	[STORE_CONNECTION_PUT] =
		CONNECTION_INSERT " ON CONFLICT (name) DO UPDATE SET "
		"server = ?2, vlan = ?3, user = ?4, password = ?5, pin = ?6, "
		"ca = ?7, tofu = ?8, device = ?9, auto = ?10, via = ?12, "
		"via_password = ?13, source = ?14, grace = ?15, hub = ?16, "
		"login = ?17, cert = ?18, key = ?19, card = ?20",
	[STORE_CONNECTION_DEL] =
		"DELETE FROM connections WHERE name = ?1",
	[STORE_CONNECTION_GET] =
		"SELECT " CONNECTION_COLUMNS " FROM connections "
		"WHERE name = ?1",
	[STORE_CONNECTION_SET_UP] =
		"UPDATE connections SET up = ?2 WHERE name = ?1",
	[STORE_CONNECTION_SET_PIN] =
		"UPDATE connections SET pin = ?2 WHERE name = ?1",
	[STORE_CONNECTION_SET_CARD] =
		"UPDATE connections SET card = ?2 WHERE name = ?1",
	[STORE_CONNECTION_LIST] =
		"SELECT " CONNECTION_COLUMNS " FROM connections ORDER BY name",

	[STORE_LISTENER_PUT] =
		"INSERT INTO listeners (" LISTENER_COLUMNS ") "
		"VALUES (?1, ?2, ?3, ?4, ?5) "
		"ON CONFLICT (address, port) DO UPDATE SET "
		"protocol = ?3, added = ?4, enabled = ?5",
	[STORE_LISTENER_DEL] =
		"DELETE FROM listeners WHERE address = ?1 AND port = ?2",
	[STORE_LISTENER_GET] =
		"SELECT " LISTENER_COLUMNS " FROM listeners "
		"WHERE address = ?1 AND port = ?2",
	[STORE_LISTENER_LIST] =
		"SELECT " LISTENER_COLUMNS " FROM listeners ORDER BY id",

	[STORE_HUB_PUT] =
		"INSERT INTO hubs (" HUB_COLUMNS ") VALUES (?1, ?2, ?3, ?4, "
		"?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[STORE_HUB_PORT_PUT] =
		"INSERT INTO hub_ports (vlan, device, policy) "
		"VALUES (?1, ?2, ?3)",
	[STORE_HUB_MAC_PUT] =
		"INSERT INTO hub_macs (vlan, mac, device) VALUES (?1, ?2, ?3)",
	[STORE_HUB_DEL] =
		"DELETE FROM hubs WHERE vlan = ?1",
	[STORE_HUB_LIST] =
		"SELECT " HUB_COLUMNS " FROM hubs "
		"WHERE ?1 = 0 OR vlan = ?1 ORDER BY vlan",
	[STORE_HUB_PORT_LIST] =
		"SELECT device, policy FROM hub_ports WHERE vlan = ?1 "
		"ORDER BY device",
	[STORE_HUB_MAC_LIST] =
		"SELECT mac, device FROM hub_macs WHERE vlan = ?1 ORDER BY mac",
};

/* A number that a pragma gives; -errno. */
static int store_pragma(struct store *store, const char *sql, int *value,
			struct store_error *error)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL))
		return store_fail_sqlite(store, error);
	if (sqlite3_step(statement) != SQLITE_ROW) {
		int err = store_fail_sqlite(store, error);

		sqlite3_finalize(statement);
		return err;
	}
	*value = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return 0;
}

static int store_schema_step(struct store *store, int version,
			     struct store_error *error)
{
	char done[64];
	int err;

	snprintf(done, sizeof(done), "PRAGMA user_version = %d; COMMIT",
		 version + 1);
	if (!STORE_RUN(store->db, "BEGIN IMMEDIATE") &&
	    !STORE_RUN(store->db, store_steps[version]) &&
	    !STORE_RUN(store->db, done))
		return 0;
	err = store_fail_sqlite(store, error);
	STORE_RUN(store->db, "ROLLBACK");
	return err;
}

int store_schema_check(struct store *store, int *version,
		       struct store_error *error)
{
	int application = 0, tables = 0, err;

	*version = 0;
	err = store_pragma(store, "PRAGMA user_version", version, error);
	if (!err)
		err = store_pragma(store, "PRAGMA application_id",
				   &application, error);
	if (!err)
		err = store_pragma(store, "SELECT count(*) FROM sqlite_schema",
				   &tables, error);
	if (err)
		return err;
	if ((*version || application || tables) &&
	    application != STORE_APPLICATION_ID)
		return store_fail(error, -EUCLEAN,
				  "%s is a database of another program: name another state directory, or move the file away",
				  store->path);
	if (*version > STORE_VERSION)
		return store_fail(error, -EPROTO,
				  "%s was written by a newer version (schema %d, this one knows %d): install that version, or restore an older copy",
				  store->path, *version, STORE_VERSION);
	return 0;
}

int store_schema_update(struct store *store, int version,
			struct store_error *error)
{
	int err = 0;

	while (!err && version < STORE_VERSION)
		err = store_schema_step(store, version++, error);
	return err;
}
