// SPDX-License-Identifier: GPL-2.0-or-later
/* Logs of the server; see logs.h. */
#include "logs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "err.h"
#include "log.h"
#include "log_fields.h"
#include "log_writer.h"

/* A line of which every byte was escaped, with notes for its bare words. */
#define FIELDS_MAX	(8 * LOG_LINE_MAX)

struct logs {
	struct store *store;
	struct store_logs settings;
	struct log_writer *writer;
	struct log_stream *kinds[LOG_KINDS];
	struct log_stream *sessions;
	struct log_sink sink;
};

static const char *const kind_files[] = {
	[LOG_KIND_SYSTEM] = "system.log",
	[LOG_KIND_ADMINISTRATION] = "administration.log",
	[LOG_KIND_ACCESS] = "access.log",
};

/*
 * Every field has a name there, and hubs the one that people have for them. A
 * field is left out where there is no more room, so that none is cut.
 */
static void put_field(char *buf, size_t size, size_t *used, const char *key,
		      size_t key_len, const struct log_field *field)
{
	int n = snprintf(buf + *used, size - *used, " %.*s=%.*s", (int)key_len,
			 key, (int)field->value_len, field->value);

	if (n > 0 && (size_t)n < size - *used)
		*used += (size_t)n;
	buf[*used] = '\0';
}

static void format_fields(const char *text, enum log_level level,
			  char buf[FIELDS_MAX])
{
	struct log_field field;
	size_t used;
	bool is_first = true;

	used = (size_t)snprintf(buf, FIELDS_MAX, "level=%s",
				log_level_name(level));
	for (; log_field_next(&text, &field); is_first = false) {
		const char *key = is_first ? "event" : "note";

		if (log_field_is(&field, "vlan"))
			put_field(buf, FIELDS_MAX, &used, "hub", 3, &field);
		else if (field.key_len)
			put_field(buf, FIELDS_MAX, &used, field.key,
				  field.key_len, &field);
		else
			put_field(buf, FIELDS_MAX, &used, key, strlen(key),
				  &field);
	}
}

static void on_line(void *arg, enum log_kind kind, enum log_level level,
		    const char *text)
{
	struct logs *logs = arg;
	char head[LOG_TIME_MAX], fields[FIELDS_MAX];
	const char *parts[] = { head, fields };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	log_time_format(&now, head);
	format_fields(text, level, fields);
	log_stream_put(logs->kinds[kind], &now, parts, 2);
}

static void apply(struct logs *logs)
{
	const struct store_logs *s = &logs->settings;

	log_stream_set_on(logs->kinds[LOG_KIND_SYSTEM], s->system);
	log_stream_set_on(logs->kinds[LOG_KIND_ADMINISTRATION],
			  s->administration);
	log_stream_set_on(logs->kinds[LOG_KIND_ACCESS], s->access);
	log_stream_set_on(logs->sessions, s->access);
}

static int add_streams(struct logs *logs)
{
	for (int i = 0; i < LOG_KINDS; i++) {
		logs->kinds[i] = log_writer_add(logs->writer, 0,
						kind_files[i]);
		if (!logs->kinds[i])
			return -ENOMEM;
	}
	logs->sessions = log_writer_add(logs->writer, 0, "sessions.jsonl");
	return logs->sessions ? 0 : -ENOMEM;
}

int logs_open(struct logs **logsp, const char *directory, struct store *store,
	      struct sehub_err *err)
{
	struct logs *logs = calloc(1, sizeof(*logs));
	struct store_error error;
	int ret;

	*logsp = NULL;
	if (!logs)
		return sehub_err_errno(err, ENOMEM, "logs");
	logs->store = store;
	ret = store_logs_get(store, &logs->settings, &error);
	if (ret == -EUCLEAN) {
		/* other parts are worth more than these settings */
		log_error("logs error=%s effect=\"files are kept as on a new server: sehubctl log set sets what is to be\"",
			  LOG_QUOTED(error.text));
		logs->settings = store_logs_default;
	} else if (ret) {
		sehub_err_set(err, ret, "%s", error.text);
		goto err_free;
	}
	logs->writer = log_writer_new(directory, &logs->settings.rotation);
	if (!logs->writer || add_streams(logs)) {
		ret = sehub_err_errno(err, ENOMEM, "logs");
		goto err_free;
	}
	apply(logs);
	logs->sink.fn = on_line;
	logs->sink.arg = logs;
	log_set_sink(&logs->sink);
	*logsp = logs;
	return 0;

err_free:
	log_writer_free(logs->writer);
	free(logs);
	return ret;
}

void logs_free(struct logs *logs)
{
	if (!logs)
		return;
	log_set_sink(NULL);
	/* Its threads log until they end. */
	log_writer_free(logs->writer);
	free(logs);
}

void logs_reopen(struct logs *logs)
{
	log_writer_reopen(logs->writer);
}

const struct store_logs *logs_settings(const struct logs *logs)
{
	return &logs->settings;
}

static const char *on_or_off(bool is_on)
{
	return is_on ? "on" : "off";
}

static void say_settings(const struct store_logs *settings, const char *by)
{
	const struct log_rotation *rotation = &settings->rotation;

	log_admin("log-set rotate=%s max-bytes=%llu keep=%u compress=%s system=%s administration=%s access=%s by=%s",
		  rotate_name(rotation->schedule),
		  (unsigned long long)rotation->max_bytes, rotation->keep,
		  on_or_off(rotation->compress), on_or_off(settings->system),
		  on_or_off(settings->administration),
		  on_or_off(settings->access), by);
}

/* Settings that are stored. */
static void take(struct logs *logs, const struct store_logs *settings,
		 const char *by)
{
	bool was_on = logs->settings.administration;

	/* While the log is on that says who switched it off, or on. */
	if (was_on)
		say_settings(settings, by);
	logs->settings = *settings;
	log_writer_set(logs->writer, &settings->rotation);
	apply(logs);
	if (!was_on)
		say_settings(settings, by);
}

int logs_set(struct logs *logs, const struct store_logs *settings,
	     const char *by, struct store_error *error)
{
	int err = store_logs_set(logs->store, settings, error);

	if (!err)
		take(logs, settings, by);
	return err;
}

int logs_reload(struct logs *logs, const char *by, struct store_error *error)
{
	struct store_logs settings;
	int err = store_logs_get(logs->store, &settings, error);

	if (!err)
		take(logs, &settings, by);
	return err;
}

struct log_writer *logs_writer(const struct logs *logs)
{
	return logs->writer;
}

void logs_session(struct logs *logs, const char *json)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	log_stream_put(logs->sessions, &now, &json, 1);
}
