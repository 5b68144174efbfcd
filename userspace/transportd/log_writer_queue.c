// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines that wait for the disk, and how their times are written. */
#include "log_writer_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_MIN	4096

static int grow(struct log_batch *batch, size_t len)
{
	size_t size = batch->size ? batch->size : BATCH_MIN;
	char *data;

	while (size < batch->len + len)
		size *= 2;
	if (size == batch->size)
		return 0;
	data = realloc(batch->data, size);
	if (!data)
		return -ENOMEM;
	batch->data = data;
	batch->size = size;
	return 0;
}

/* The run that a line of this time belongs to. */
static struct log_run *run_of(struct log_batch *batch, time_t when)
{
	struct log_run *last = batch->run_count ?
			       &batch->runs[batch->run_count - 1] : NULL;
	struct log_run *runs;
	size_t size;

	if (last && last->when == when)
		return last;
	if (batch->run_count == batch->run_size) {
		size = batch->run_size ? 2 * batch->run_size : 4;
		runs = realloc(batch->runs, size * sizeof(*runs));
		if (!runs)
			return NULL;
		batch->runs = runs;
		batch->run_size = size;
	}
	last = &batch->runs[batch->run_count++];
	last->when = when;
	last->lines = 0;
	return last;
}

int log_batch_add(struct log_batch *batch, const struct timespec *when,
		  const char *const *parts, size_t count, size_t len)
{
	struct log_run *run;

	if (grow(batch, len))
		return -ENOMEM;
	run = run_of(batch, when->tv_sec);
	if (!run)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(parts[i]);

		memcpy(batch->data + batch->len, parts[i], n);
		batch->len += n;
	}
	batch->data[batch->len++] = '\n';
	run->end = batch->len;
	run->lines++;
	return 0;
}

void log_batch_clear(struct log_batch *batch)
{
	free(batch->data);
	free(batch->runs);
	memset(batch, 0, sizeof(*batch));
}

const char *log_lost_format(bool is_json, const struct timespec *when,
			    uint64_t lines, const char *why,
			    char text[LOG_LOST_MAX])
{
	char head[LOG_TIME_MAX];
	const char *time = log_time_format(when, head) + strlen("time=");

	if (is_json)
		snprintf(text, LOG_LOST_MAX,
			 "{\"time\":\"%.*s\",\"event\":\"lost\",\"count\":%" PRIu64 ",\"reason\":\"%s\"}",
			 (int)strcspn(time, " "), time, lines, why);
	else
		snprintf(text, LOG_LOST_MAX,
			 "%slevel=warning event=lost count=%" PRIu64 " reason=%s",
			 head, lines, why);
	return text;
}

/* Of one second there are many lines, and calendars are slow. */
struct time_cache {
	time_t when;
	char head[32];
	char zone[32];
};

static void fill_cache(struct time_cache *cache, time_t when)
{
	struct tm tm;
	long minutes;

	memset(&tm, 0, sizeof(tm));
	localtime_r(&when, &tm);
	minutes = tm.tm_gmtoff / 60;
	strftime(cache->head, sizeof(cache->head), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(cache->zone, sizeof(cache->zone), "%c%02ld:%02ld",
		 minutes < 0 ? '-' : '+', labs(minutes) / 60,
		 labs(minutes) % 60);
	cache->when = when;
}

const char *log_time_format(const struct timespec *when,
			    char text[LOG_TIME_MAX])
{
	static __thread struct time_cache cache;

	if (cache.when != when->tv_sec || !cache.head[0])
		fill_cache(&cache, when->tv_sec);
	snprintf(text, LOG_TIME_MAX, "time=%s.%06ld%s ", cache.head,
		 when->tv_nsec / 1000, cache.zone);
	return text;
}
