// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Settings of log files in the database.
 */
#include "store_impl.h"

#include <errno.h>
#include <string.h>

/* Long enough for the name of any schedule. */
#define SCHEDULE_MAX	16

/* As the table is when it is made. */
const struct store_logs store_logs_default = {
	.rotation = {
		.schedule = ROTATE_DAILY,
		.max_bytes = 100 * 1024 * 1024,
		.keep = 14,
		.compress = true,
	},
	.system = true,
	.administration = true,
	.access = true,
};

bool store_logs_are_same(const struct store_logs *a,
			 const struct store_logs *b)
{
	return a->rotation.schedule == b->rotation.schedule &&
	       a->rotation.max_bytes == b->rotation.max_bytes &&
	       a->rotation.keep == b->rotation.keep &&
	       a->rotation.compress == b->rotation.compress &&
	       a->system == b->system &&
	       a->administration == b->administration &&
	       a->access == b->access;
}

int store_logs_get(struct store *store, struct store_logs *logs,
		   struct store_error *error)
{
	sqlite3_stmt *get = store_prepare(store, STORE_LOGS_GET, error);
	char schedule[SCHEDULE_MAX];
	int row, err = 0;

	memset(logs, 0, sizeof(*logs));
	if (!get)
		return -EIO;
	row = store_step(store, get, error);
	if (row < 0)
		return row;
	if (!row)
		return store_fail(error, -EUCLEAN,
				  "%s is damaged: it has no settings of logs",
				  store->path);
	store_column_text(get, 0, schedule, sizeof(schedule));
	if (rotate_parse(schedule, &logs->rotation.schedule))
		err = store_fail(error, -EUCLEAN,
				 "%s is damaged: \"%s\" is no schedule of logs",
				 store->path, schedule);
	logs->rotation.max_bytes = (uint64_t)sqlite3_column_int64(get, 1);
	logs->rotation.keep = (unsigned int)sqlite3_column_int64(get, 2);
	logs->rotation.compress = sqlite3_column_int(get, 3);
	logs->system = sqlite3_column_int(get, 4);
	logs->administration = sqlite3_column_int(get, 5);
	logs->access = sqlite3_column_int(get, 6);
	sqlite3_reset(get);
	return err;
}

int store_logs_set(struct store *store, const struct store_logs *logs,
		   struct store_error *error)
{
	const struct log_rotation *rotation = &logs->rotation;
	sqlite3_stmt *set;
	int err;

	if (rotation->max_bytes &&
	    (rotation->max_bytes < STORE_LOG_BYTES_MIN ||
	     rotation->max_bytes > STORE_LOG_BYTES_MAX))
		return store_fail(error, -EINVAL,
				  "max_bytes: %llu is neither 0 nor in %d to %lld",
				  (unsigned long long)rotation->max_bytes,
				  STORE_LOG_BYTES_MIN, STORE_LOG_BYTES_MAX);
	if (rotation->keep > STORE_LOG_KEEP_MAX)
		return store_fail(error, -EINVAL,
				  "keep: %u is outside of 0 to %d",
				  rotation->keep, STORE_LOG_KEEP_MAX);
	set = store_prepare(store, STORE_LOGS_SET, error);
	if (!set)
		return -EIO;
	store_bind_text(set, 1, rotate_name(rotation->schedule));
	sqlite3_bind_int64(set, 2, (sqlite3_int64)rotation->max_bytes);
	sqlite3_bind_int64(set, 3, rotation->keep);
	sqlite3_bind_int(set, 4, rotation->compress);
	sqlite3_bind_int(set, 5, logs->system);
	sqlite3_bind_int(set, 6, logs->administration);
	sqlite3_bind_int(set, 7, logs->access);
	err = store_run(store, set, error);
	return err < 0 ? err : 0;
}

int store_log_hub_set(struct store *store, uint16_t vlan, const char *packets,
		      struct store_error *error)
{
	bool is_none = !strcmp(packets, "none");
	sqlite3_stmt *set;
	int err;

	set = store_prepare(store, is_none ? STORE_LOG_HUB_DEL :
					     STORE_LOG_HUB_SET, error);
	if (!set)
		return -EIO;
	sqlite3_bind_int(set, 1, vlan);
	if (!is_none)
		store_bind_text(set, 2, packets);
	err = store_run(store, set, error);
	return err < 0 ? err : 0;
}

int store_log_hub_get(struct store *store, uint16_t vlan,
		      char packets[SEHUB_LOG_STRLEN],
		      struct store_error *error)
{
	sqlite3_stmt *get = store_prepare(store, STORE_LOG_HUB_GET, error);
	int row;

	if (!get)
		return -EIO;
	sqlite3_bind_int(get, 1, vlan);
	row = store_step(store, get, error);
	if (row < 0)
		return row;
	if (!row)
		return store_fail(error, -ENOENT, "hub %u logs no frames",
				  vlan);
	store_column_text(get, 0, packets, SEHUB_LOG_STRLEN);
	sqlite3_reset(get);
	return 0;
}

int store_log_hub_list(struct store *store, store_log_hub_fn fn, void *arg,
		       struct store_error *error)
{
	sqlite3_stmt *list = store_prepare(store, STORE_LOG_HUB_LIST, error);
	char packets[SEHUB_LOG_STRLEN];
	int row;

	if (!list)
		return -EIO;
	while ((row = store_step(store, list, error)) > 0) {
		store_column_text(list, 1, packets, sizeof(packets));
		row = fn(arg, (uint16_t)sqlite3_column_int(list, 0), packets);
		if (row) {
			sqlite3_reset(list);
			break;
		}
	}
	return row;
}
