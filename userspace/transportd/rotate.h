/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a log file is put aside, and what it is called then. A file holds the
 * lines of one period of its schedule; the name of the one that is written to
 * never changes, and one that is put aside is named after its period:
 *
 *	system.log	system-2026-11-28T10.log	system-2026-11-28T10_001.log
 *
 * Names sort by period, and by the order in which they came about within one, as
 * numbers rather than bytes behind _999. Periods are those of local time: there
 * is an hour that comes twice. Pure, and without a clock.
 */
#ifndef SEHUB_TRANSPORTD_ROTATE_H
#define SEHUB_TRANSPORTD_ROTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum rotate_schedule {
	ROTATE_NEVER,
	ROTATE_MONTHLY,
	ROTATE_DAILY,
	ROTATE_HOURLY,
	ROTATE_MINUTE,
	ROTATE_SECOND,
};

/* "never", "monthly", "daily", "hourly", "minute", "second"; else -EINVAL. */
int rotate_parse(const char *name, enum rotate_schedule *schedule);
/* NULL: there is none. Counting from 0 until NULL gives all. */
const char *rotate_name(unsigned int schedule);

/* "2026-11-28T10:04:02" without colons, with NUL. */
#define ROTATE_STAMP_MAX	24

/**
 * rotate_stamp() - the period that a time is in
 * @schedule: how long periods are; with ROTATE_NEVER, the second
 * @when: seconds since the epoch
 * @stamp: where to put it
 * Return: @stamp; of two periods the later one is the greater text.
 */
const char *rotate_stamp(enum rotate_schedule schedule, time_t when,
			 char stamp[ROTATE_STAMP_MAX]);

/**
 * rotate_is_due() - whether a file's period is over
 * @schedule: how long periods are
 * @last: time of its last line
 * @now: time of the next one
 *
 * False where the clock was set back: the file goes on then, as one of the
 * period that it is now, so that a clock that wavers does not cut it to pieces.
 */
bool rotate_is_due(enum rotate_schedule schedule, time_t last, time_t now);

/* Seconds until the next period, at least 1; with ROTATE_NEVER, 0. */
unsigned int rotate_wait(enum rotate_schedule schedule, time_t now);

/* Of one period: what has a greater number is not ours. */
#define ROTATE_NUMBER_MAX	999999999U

/* Name of a file, with NUL. */
#define ROTATE_FILE_MAX		128

/**
 * struct rotate_file - a file that was put aside
 * @stamp: its period
 * @number: how many of that period came before it
 * @is_packed: it is compressed
 */
struct rotate_file {
	char stamp[ROTATE_STAMP_MAX];
	unsigned int number;
	bool is_packed;
};

/* Ends the name of a file that is compressed. */
#define ROTATE_PACKED		".gz"

/**
 * rotate_file_name() - what a file is called
 * @name: of the one that is written to: "system.log"
 * @file: which one
 * @buf: where to put it
 * Return: @buf.
 */
const char *rotate_file_name(const char *name, const struct rotate_file *file,
			     char buf[ROTATE_FILE_MAX]);

/* The reverse: false if @text is no file of @name that was put aside. */
bool rotate_file_parse(const char *name, const char *text,
		       struct rotate_file *file);

/* By age: less than 0 if @a was put aside before @b. */
int rotate_file_compare(const struct rotate_file *a,
			const struct rotate_file *b);

#endif /* SEHUB_TRANSPORTD_ROTATE_H */
