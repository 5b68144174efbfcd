// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The database: opening it without ever harming what is there, running
 * statements, turning SQLite's errors into ours.
 */
#include "store_impl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

/* For an operator who looks into the file with sqlite3 at the same time. */
#define STORE_BUSY_MS		2000

#define STORE_SECRET		"auth-secret"

int store_fail(struct store_error *error, int err, const char *fmt, ...)
{
	va_list args;

	if (!error)
		return err;
	va_start(args, fmt);
	vsnprintf(error->text, sizeof(error->text), fmt, args);
	va_end(args);
	return err;
}

int store_fail_damaged(struct store *store, struct store_error *error,
		       const char *what)
{
	store->is_damaged = true;
	/* while it is in use nothing is done to it */
	return store_fail(error, -EUCLEAN, "%s is damaged (%.200s)%s",
			  store->path, what, store->is_open ?
			  ": stop the daemon, and put a copy in its place" :
			  "");
}

int store_fail_sqlite(struct store *store, struct store_error *error)
{
	const char *text = sqlite3_errmsg(store->db);
	int code = sqlite3_extended_errcode(store->db);

	if (code == SQLITE_CONSTRAINT_UNIQUE ||
	    code == SQLITE_CONSTRAINT_PRIMARYKEY)
		return store_fail(error, -EEXIST, "%s", text);
	switch (code & 0xff) {
	case SQLITE_CONSTRAINT:
		return store_fail(error, -EINVAL, "%s: %s", store->path, text);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return store_fail(error, -EBUSY,
				  "%s is in use by another process: %s",
				  store->path, text);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return store_fail_damaged(store, error, text);
	case SQLITE_FULL:
		return store_fail(error, -ENOSPC, "%s: no space left",
				  store->path);
	case SQLITE_READONLY:
		return store_fail(error, -EROFS, "%s: cannot be written: %s",
				  store->path, text);
	case SQLITE_NOMEM:
		return store_fail(error, -ENOMEM, "out of memory");
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return store_fail(error, -EACCES, "%s: cannot be opened: %s",
				  store->path, text);
	default:
		return store_fail(error, -EIO, "%s: %s", store->path, text);
	}
}

sqlite3_stmt *store_prepare(struct store *store, enum store_statement which,
			    struct store_error *error)
{
	sqlite3_stmt **statement = &store->statements[which];

	if (*statement)
		return *statement;
	if (sqlite3_prepare_v3(store->db, store_sql[which], -1,
			       SQLITE_PREPARE_PERSISTENT, statement, NULL)) {
		store_fail_sqlite(store, error);
		return NULL;
	}
	return *statement;
}

/* Values are wiped with the bindings: some are secrets of the caller's. */
static void store_reset(sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
}

int store_step(struct store *store, sqlite3_stmt *statement,
	       struct store_error *error)
{
	int code = sqlite3_step(statement);
	int err = 0;

	if (code == SQLITE_ROW)
		return 1;
	if (code != SQLITE_DONE)
		err = store_fail_sqlite(store, error);
	store_reset(statement);
	return err;
}

int store_run(struct store *store, sqlite3_stmt *statement,
	      struct store_error *error)
{
	int err = store_step(store, statement, error);

	return err < 0 ? err : sqlite3_changes(store->db);
}

void store_column_text(sqlite3_stmt *statement, int column, char *buf,
		       size_t size)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	size_t len = (size_t)sqlite3_column_bytes(statement, column);

	if (!text || len >= size || memchr(text, 0, len))
		len = 0;
	if (len)
		memcpy(buf, text, len);
	buf[len] = '\0';
}

bool store_column_blob(sqlite3_stmt *statement, int column, void *buf,
		       size_t size)
{
	const void *data = sqlite3_column_blob(statement, column);

	if (!data || (size_t)sqlite3_column_bytes(statement, column) != size)
		return false;
	memcpy(buf, data, size);
	return true;
}

void store_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
	sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

void store_bind_blob(sqlite3_stmt *statement, int index, const void *data,
		     size_t size)
{
	sqlite3_bind_blob(statement, index, data, (int)size, SQLITE_STATIC);
}

static int store_exec(struct store *store, const char *sql,
		      struct store_error *error)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL))
		return store_fail_sqlite(store, error);
	return 0;
}

/* Whether what is there holds together, before anything is written. */
static int store_check(struct store *store, struct store_error *error)
{
	sqlite3_stmt *statement;
	const char *result;
	int err = 0;

	if (sqlite3_prepare_v2(store->db, "PRAGMA quick_check(1)", -1,
			       &statement, NULL))
		return store_fail_sqlite(store, error);
	if (sqlite3_step(statement) != SQLITE_ROW) {
		err = store_fail_sqlite(store, error);
	} else {
		result = (const char *)sqlite3_column_text(statement, 0);
		if (!result || strcmp(result, "ok"))
			err = store_fail_damaged(store, error,
						 result ? result : "unknown");
	}
	sqlite3_finalize(statement);
	return err;
}

/* The file is there, perhaps empty. */
static int store_open_sqlite(struct store *store, const char *path,
			     struct store_error *error)
{
	if (!sqlite3_open_v2(path, &store->db,
			     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
			     SQLITE_OPEN_EXRESCODE, NULL))
		return 0;
	return store->db ? store_fail_sqlite(store, error) :
			   store_fail(error, -ENOMEM, "out of memory");
}

int store_fill(struct store *store, const char *path,
	       struct store_error *error)
{
	int err = store_open_sqlite(store, path, error);

	if (!err)
		err = store_schema_update(store, 0, error);
	if (sqlite3_close(store->db) && !err)
		err = store_fail(error, -EIO, "%s: cannot be written", path);
	store->db = NULL;
	return err;
}

static int store_open_database(struct store *store, struct store_error *error)
{
	int version, err;

	err = store_open_sqlite(store, store->path, error);
	if (err)
		return err;
	sqlite3_busy_timeout(store->db, STORE_BUSY_MS);
	/* until it is known to be sound, not even a checkpoint */
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
			  NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	err = store_check(store, error);
	if (!err)
		err = store_schema_check(store, &version, error);
	/* deleted secrets are overwritten, not just let go */
	if (!err)
		err = store_exec(store,
				 "PRAGMA foreign_keys = ON;"
				 "PRAGMA secure_delete = ON;"
				 "PRAGMA journal_mode = WAL;"
				 "PRAGMA synchronous = FULL;", error);
	if (!err)
		err = store_schema_update(store, version, error);
	if (!err)
		sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
				  0, NULL);
	return err;
}

int store_open(const char *directory, struct store **store,
	       struct store_error *error)
{
	struct store *opened = calloc(1, sizeof(*opened));
	struct store_error unwanted;
	int err;

	if (!error)
		error = &unwanted;
	*store = NULL;
	if (!opened)
		return store_fail(error, -ENOMEM, "out of memory");
	opened->directory = -1;
	if (asprintf(&opened->path, "%s/%s", directory, STORE_FILE) < 0) {
		free(opened);
		return store_fail(error, -ENOMEM, "out of memory");
	}
	err = store_file_lock(opened, directory, error);
	if (!err)
		err = store_file_check(opened, error);
	if (!err)
		err = store_open_database(opened, error);
	if (!err) {
		opened->is_open = true;
		*store = opened;
		return 0;
	}
	sqlite3_close(opened->db);
	opened->db = NULL;
	if (opened->is_damaged)
		store_file_set_aside(opened, error);
	store_close(opened);
	return err;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < STORE_STATEMENTS; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	if (store->directory >= 0)
		close(store->directory);
	free(store->path);
	free(store);
}

int store_begin(struct store *store, struct store_error *error)
{
	sqlite3_stmt *begin = store_prepare(store, STORE_BEGIN, error);

	return begin ? store_step(store, begin, error) : -EIO;
}

int store_commit(struct store *store, struct store_error *error)
{
	sqlite3_stmt *commit = store_prepare(store, STORE_COMMIT, error);

	return commit ? store_step(store, commit, error) : -EIO;
}

void store_rollback(struct store *store)
{
	sqlite3_stmt *rollback = store_prepare(store, STORE_ROLLBACK, NULL);

	/* where the disk was full SQLite has done so by itself */
	if (rollback)
		store_step(store, rollback, NULL);
}

static int store_secret_get(struct store *store,
			    uint8_t secret[AUTH_SECRET_LEN],
			    struct store_error *error)
{
	sqlite3_stmt *get = store_prepare(store, STORE_SETTING_GET, error);
	int err;

	if (!get)
		return -EIO;
	store_bind_text(get, 1, STORE_SECRET);
	err = store_step(store, get, error);
	if (err < 0)
		return err;
	if (!err)
		return -ENOENT;
	if (!store_column_blob(get, 0, secret, AUTH_SECRET_LEN))
		err = store_fail(error, -EUCLEAN,
				 "%s: setting " STORE_SECRET " has a wrong size",
				 store->path);
	sqlite3_reset(get);
	return err < 0 ? err : 0;
}

int store_secret(struct store *store, uint8_t secret[AUTH_SECRET_LEN],
		 struct store_error *error)
{
	sqlite3_stmt *add;
	int err;

	err = store_secret_get(store, secret, error);
	if (err != -ENOENT)
		return err;
	add = store_prepare(store, STORE_SETTING_ADD, error);
	if (!add)
		return -EIO;
	if (RAND_bytes(secret, AUTH_SECRET_LEN) != 1)
		return store_fail(error, -EIO, "no random bytes");
	store_bind_text(add, 1, STORE_SECRET);
	store_bind_blob(add, 2, secret, AUTH_SECRET_LEN);
	err = store_run(store, add, error);
	return err < 0 ? err : 0;
}
