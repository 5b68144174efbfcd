/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The logs that the daemon keeps in files: its lines by their kinds in
 * system.log, administration.log and access.log, and each session that has
 * ended in sessions.jsonl. What is written and for how long is in the store.
 * Main thread, but for the lines, which come from any.
 */
#ifndef SEHUB_TRANSPORTD_LOGS_H
#define SEHUB_TRANSPORTD_LOGS_H

#include "store.h"

struct log_writer;
struct logs;
struct sehub_err;

/**
 * logs_open() - begin to write
 * @logs: made
 * @directory: where the files are
 * @store: settings; outlives them
 * @err: filled on failure
 * Return: 0 or -errno. A disk that cannot be written to is no failure: that is
 * said, and tried again.
 */
int logs_open(struct logs **logs, const char *directory, struct store *store,
	      struct sehub_err *err);
/* While no other thread logs. NULL is allowed. */
void logs_free(struct logs *logs);

/* After logrotate(8), or because somebody wants it. */
void logs_reopen(struct logs *logs);

const struct store_logs *logs_settings(const struct logs *logs);
/* Stores settings, says so (@by: who wants it), and does as they say. */
int logs_set(struct logs *logs, const struct store_logs *settings,
	     const char *by, struct store_error *error);

/* The same with settings that somebody else has stored. */
int logs_reload(struct logs *logs, const char *by, struct store_error *error);

struct log_writer *logs_writer(const struct logs *logs);

/* A line of sessions.jsonl. */
void logs_session(struct logs *logs, const char *json);

#endif /* SEHUB_TRANSPORTD_LOGS_H */
