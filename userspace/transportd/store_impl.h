/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between store.c (database, errors), store_file.c, store_schema.c and
 * store_user.c, store_connection.c, store_listener.c, store_logs.c, store_hub.c (a
 * noun each). Every statement is prepared once, at its first use.
 */
#ifndef SEHUB_TRANSPORTD_STORE_IMPL_H
#define SEHUB_TRANSPORTD_STORE_IMPL_H

#include <sqlite3.h>

#include "store.h"

enum store_statement {
	STORE_SETTING_GET,
	STORE_SETTING_ADD,
	STORE_SETTING_SET,
	STORE_LOGS_GET,
	STORE_LOGS_SET,
	STORE_LOG_HUB_SET,
	STORE_LOG_HUB_DEL,
	STORE_LOG_HUB_GET,
	STORE_LOG_HUB_LIST,
	STORE_BEGIN,
	STORE_COMMIT,
	STORE_ROLLBACK,
	STORE_USER_ADD,
	STORE_USER_PUT,
	STORE_USER_DEL,
	STORE_USER_GET,
	STORE_USER_VERIFIER,
	STORE_USER_SET_PASSWORD,
	STORE_USER_SET,
	STORE_USER_TOUCH_LOGIN,
	STORE_USER_LIST,
	STORE_USER_COUNT,
	STORE_CONNECTION_ADD,
	STORE_CONNECTION_PUT,
	STORE_CONNECTION_DEL,
	STORE_CONNECTION_GET,
	STORE_CONNECTION_SET_UP,
	STORE_CONNECTION_SET_PIN,
	STORE_CONNECTION_SET_CARD,
	STORE_CONNECTION_LIST,
	STORE_LISTENER_PUT,
	STORE_LISTENER_DEL,
	STORE_LISTENER_GET,
	STORE_LISTENER_LIST,
	STORE_HUB_PUT,
	STORE_HUB_PORT_PUT,
	STORE_HUB_MAC_PUT,
	STORE_HUB_DEL,
	STORE_HUB_LIST,
	STORE_HUB_PORT_LIST,
	STORE_HUB_MAC_LIST,
	STORE_STATEMENTS,
};

/**
 * struct store - an open database
 * @db: SQLite's handle
 * @directory: descriptor that holds the lock
 * @path: of the file, for messages
 * @is_damaged: the file is
 * @is_open: it was found to be sound
 * @statements: prepared so far
 */
struct store {
	sqlite3 *db;
	int directory;
	char *path;
	bool is_damaged;
	bool is_open;
	sqlite3_stmt *statements[STORE_STATEMENTS];
};

/* store_file.c */

/* Makes and locks the directory. */
int store_file_lock(struct store *store, const char *directory,
		    struct store_error *error);
/* Makes the file, so that it is whole from the start, or looks at it. */
int store_file_check(struct store *store, struct store_error *error);
/*
 * What is damaged, with what belongs to it, gets another name; @error says
 * already what is wrong with it, and gets what to do.
 */
void store_file_set_aside(struct store *store, struct store_error *error);

/* store.c: the schema into an empty file, which is closed again. */
int store_fill(struct store *store, const char *path,
	       struct store_error *error);
/* -EUCLEAN */
int store_fail_damaged(struct store *store, struct store_error *error,
		       const char *what);

/* Whether it is ours to open, and its version; 0: empty. Changes nothing. */
int store_schema_check(struct store *store, int *version,
		       struct store_error *error);
/* Brings the schema from that version to the newest. */
int store_schema_update(struct store *store, int version,
			struct store_error *error);

/* SQL of a statement. */
extern const char * const store_sql[STORE_STATEMENTS];

int store_fail(struct store_error *error, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The errno for SQLite's present error, with a text. */
int store_fail_sqlite(struct store *store, struct store_error *error);

/* The statement, reset and without values; NULL with @error filled. */
sqlite3_stmt *store_prepare(struct store *store, enum store_statement which,
			    struct store_error *error);

/*
 * store_run() - a statement that returns no row
 * Return: number of rows changed, or -errno (-EEXIST: not unique). The
 * statement is reset in any case.
 */
int store_run(struct store *store, sqlite3_stmt *statement,
	      struct store_error *error);

/*
 * store_step() - the next row
 * Return: 1 a row, 0 the end, -errno. The statement is reset unless it is 1.
 */
int store_step(struct store *store, sqlite3_stmt *statement,
	       struct store_error *error);

/* A row's text into a buffer; "" if it does not fit or is NULL. */
void store_column_text(sqlite3_stmt *statement, int column, char *buf,
		       size_t size);
/* A row's blob of exactly @size bytes: false if it has another size. */
bool store_column_blob(sqlite3_stmt *statement, int column, void *buf,
		       size_t size);

/* Values live until the statement is reset. */
void store_bind_text(sqlite3_stmt *statement, int index, const char *text);
void store_bind_blob(sqlite3_stmt *statement, int index, const void *data,
		     size_t size);

#endif /* SEHUB_TRANSPORTD_STORE_IMPL_H */
