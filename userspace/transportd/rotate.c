// SPDX-License-Identifier: GPL-2.0-or-later
/* Periods of log files and their names; see rotate.h. Pure. */
#include "rotate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	size_t stamp_len;	/* of "2026-11-28T100402" */
} schedules[] = {
	[ROTATE_NEVER] = { "never", 17 },
	[ROTATE_MONTHLY] = { "monthly", 7 },
	[ROTATE_DAILY] = { "daily", 10 },
	[ROTATE_HOURLY] = { "hourly", 13 },
	[ROTATE_MINUTE] = { "minute", 15 },
	[ROTATE_SECOND] = { "second", 17 },
};

#define SCHEDULES	(sizeof(schedules) / sizeof(schedules[0]))

int rotate_parse(const char *name, enum rotate_schedule *schedule)
{
	for (unsigned int i = 0; i < SCHEDULES; i++) {
		if (!strcmp(name, schedules[i].name)) {
			*schedule = (enum rotate_schedule)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *rotate_name(unsigned int schedule)
{
	return schedule < SCHEDULES ? schedules[schedule].name : NULL;
}

const char *rotate_stamp(enum rotate_schedule schedule, time_t when,
			 char stamp[ROTATE_STAMP_MAX])
{
	struct tm tm;

	if (!localtime_r(&when, &tm) ||
	    !strftime(stamp, ROTATE_STAMP_MAX, "%Y-%m-%dT%H%M%S", &tm))
		snprintf(stamp, ROTATE_STAMP_MAX, "0000-00-00T000000");
	stamp[schedules[schedule].stamp_len] = '\0';
	return stamp;
}

bool rotate_is_due(enum rotate_schedule schedule, time_t last, time_t now)
{
	char before[ROTATE_STAMP_MAX], after[ROTATE_STAMP_MAX];

	if (schedule == ROTATE_NEVER || now <= last)
		return false;
	return strcmp(rotate_stamp(schedule, last, before),
		      rotate_stamp(schedule, now, after)) < 0;
}

unsigned int rotate_wait(enum rotate_schedule schedule, time_t now)
{
	struct tm tm;

	if (schedule == ROTATE_NEVER || !localtime_r(&now, &tm))
		return 0;
	switch (schedule) {
	case ROTATE_SECOND:
		return 1;
	case ROTATE_MINUTE:
		return tm.tm_sec < 60 ? 60 - (unsigned int)tm.tm_sec : 1;
	default:
		/* Every longer period begins with an hour. */
		return 3600 - (unsigned int)(tm.tm_min * 60 + tm.tm_sec) % 3600;
	}
}

/* Length of a name up to its last dot. */
static size_t stem_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? (size_t)(dot - name) : strlen(name);
}

const char *rotate_file_name(const char *name, const struct rotate_file *file,
			     char buf[ROTATE_FILE_MAX])
{
	size_t stem = stem_of(name);
	char number[16] = "";

	if (file->number)
		snprintf(number, sizeof(number), "_%03u", file->number);
	snprintf(buf, ROTATE_FILE_MAX, "%.*s-%s%s%s%s", (int)stem, name,
		 file->stamp, number, name + stem,
		 file->is_packed ? ROTATE_PACKED : "");
	return buf;
}

/* Whether a text of @len bytes is made like "2026-11-28T100402" or less. */
static bool is_stamp(const char *text, size_t len)
{
	static const char form[] = "dddd-dd-ddTdddddd";

	if (len != 7 && len != 10 && len != 13 && len != 15 && len != 17)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool is_digit = text[i] >= '0' && text[i] <= '9';

		if (form[i] == 'd' ? !is_digit : text[i] != form[i])
			return false;
	}
	return true;
}

bool rotate_file_parse(const char *name, const char *text,
		       struct rotate_file *file)
{
	char again[ROTATE_FILE_MAX];
	size_t stem = stem_of(name);
	size_t len = strlen(text);
	const char *stamp = text + stem + 1;
	size_t stamp_len;
	char *end;

	memset(file, 0, sizeof(*file));
	if (len <= stem + 1 || len >= sizeof(again) ||
	    strncmp(text, name, stem) || text[stem] != '-')
		return false;
	stamp_len = strcspn(stamp, "_.");
	if (!is_stamp(stamp, stamp_len))
		return false;
	memcpy(file->stamp, stamp, stamp_len);
	if (stamp[stamp_len] == '_') {
		unsigned long number = strtoul(stamp + stamp_len + 1, &end, 10);

		if (number > ROTATE_NUMBER_MAX)
			return false;
		file->number = (unsigned int)number;
	}
	file->is_packed = len > strlen(ROTATE_PACKED) &&
			  !strcmp(text + len - strlen(ROTATE_PACKED),
				  ROTATE_PACKED);
	/* Whatever else there is in it makes it somebody else's. */
	return !strcmp(rotate_file_name(name, file, again), text);
}

int rotate_file_compare(const struct rotate_file *a,
			const struct rotate_file *b)
{
	int order = strcmp(a->stamp, b->stamp);

	return order ? order : (a->number > b->number) -
			       (a->number < b->number);
}
