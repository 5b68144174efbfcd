// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Periods of log files: their names, when they are over in time zones with and
 * without summer time, and which files are theirs and which somebody else's.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../transportd/rotate.h"

/* 2026-11-28T10:04:02 UTC */
#define WHEN	1795860242

static void use_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

static int use_utc(void **state)
{
	(void)state;
	use_zone("UTC0");
	return 0;
}

static void test_names_of_schedules(void **state)
{
	enum rotate_schedule schedule = ROTATE_SECOND;

	(void)state;
	for (unsigned int i = 0; rotate_name(i); i++) {
		assert_int_equal(rotate_parse(rotate_name(i), &schedule), 0);
		assert_int_equal(schedule, i);
	}
	assert_string_equal(rotate_name(ROTATE_NEVER), "never");
	assert_string_equal(rotate_name(ROTATE_SECOND), "second");
	assert_int_equal(rotate_parse("weekly", &schedule), -EINVAL);
	assert_int_equal(rotate_parse("", &schedule), -EINVAL);
	assert_int_equal(rotate_parse("Daily", &schedule), -EINVAL);
	assert_int_equal(schedule, ROTATE_SECOND);
}

static void expect_stamp(enum rotate_schedule schedule, time_t when,
			 const char *expected)
{
	char stamp[ROTATE_STAMP_MAX];

	assert_string_equal(rotate_stamp(schedule, when, stamp), expected);
}

static void test_stamps(void **state)
{
	(void)state;
	expect_stamp(ROTATE_NEVER, WHEN, "2026-11-28T100402");
	expect_stamp(ROTATE_MONTHLY, WHEN, "2026-11");
	expect_stamp(ROTATE_DAILY, WHEN, "2026-11-28");
	expect_stamp(ROTATE_HOURLY, WHEN, "2026-11-28T10");
	expect_stamp(ROTATE_MINUTE, WHEN, "2026-11-28T1004");
	expect_stamp(ROTATE_SECOND, WHEN, "2026-11-28T100402");
	use_zone("EST5EDT");
	expect_stamp(ROTATE_HOURLY, WHEN, "2026-11-28T05");
}

static void expect_due(enum rotate_schedule schedule, time_t last, time_t now,
		       bool expected)
{
	if (rotate_is_due(schedule, last, now) != expected)
		fail_msg("%s from %lld to %lld", rotate_name(schedule),
			 (long long)last, (long long)now);
}

static void test_due(void **state)
{
	/* how long it is from WHEN to the end of its period */
	static const struct {
		enum rotate_schedule schedule;
		time_t left;
	} periods[] = {
		{ ROTATE_SECOND, 1 },
		{ ROTATE_MINUTE, 58 },
		{ ROTATE_HOURLY, 55 * 60 + 58 },
		{ ROTATE_DAILY, 13 * 3600 + 55 * 60 + 58 },
		{ ROTATE_MONTHLY, 2 * 86400 + 13 * 3600 + 55 * 60 + 58 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(periods) / sizeof(*periods); i++) {
		enum rotate_schedule s = periods[i].schedule;
		time_t end = WHEN + periods[i].left;

		expect_due(s, WHEN, WHEN, false);
		expect_due(s, WHEN, end - 1, false);
		expect_due(s, WHEN, end, true);
		expect_due(s, end, end, false);
		/* set back, by little and by much */
		expect_due(s, end, end - 1, false);
		expect_due(s, WHEN, WHEN - 400 * 86400, false);
		/* many periods at once */
		expect_due(s, WHEN, WHEN + 400 * 86400, true);
	}
	expect_due(ROTATE_NEVER, WHEN, WHEN + 400 * 86400, false);
}

/* In the hour that comes twice no time is over twice. */
static void test_end_of_summer_time(void **state)
{
	const time_t two = 1792889999;	/* 2026-10-25T02:59:59+02:00 */

	(void)state;
	use_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	expect_stamp(ROTATE_HOURLY, two, "2026-10-25T02");
	expect_stamp(ROTATE_HOURLY, two + 1, "2026-10-25T02");
	expect_due(ROTATE_HOURLY, two, two + 1, false);
	expect_due(ROTATE_MINUTE, two, two + 1, false);
	expect_due(ROTATE_MINUTE, two + 1, two + 61, true);
	expect_due(ROTATE_HOURLY, two + 1, two + 3601, true);
}

static void test_wait(void **state)
{
	(void)state;
	assert_int_equal(rotate_wait(ROTATE_NEVER, WHEN), 0);
	assert_int_equal(rotate_wait(ROTATE_SECOND, WHEN), 1);
	assert_int_equal(rotate_wait(ROTATE_MINUTE, WHEN), 58);
	assert_int_equal(rotate_wait(ROTATE_MINUTE, WHEN + 58), 60);
	assert_int_equal(rotate_wait(ROTATE_HOURLY, WHEN), 55 * 60 + 58);
	assert_int_equal(rotate_wait(ROTATE_DAILY, WHEN + 55 * 60 + 57), 1);
	assert_int_equal(rotate_wait(ROTATE_MONTHLY, WHEN + 55 * 60 + 58),
			 3600);
}

static void expect_file(const char *name, const char *text, const char *stamp,
			unsigned int number, bool is_packed)
{
	char again[ROTATE_FILE_MAX];
	struct rotate_file file;

	if (!rotate_file_parse(name, text, &file))
		fail_msg("%s is no file of %s", text, name);
	assert_string_equal(file.stamp, stamp);
	assert_int_equal(file.number, number);
	assert_int_equal(file.is_packed, is_packed);
	assert_string_equal(rotate_file_name(name, &file, again), text);
}

static void test_files(void **state)
{
	(void)state;
	expect_file("system.log", "system-2026-11.log", "2026-11", 0, false);
	expect_file("system.log", "system-2026-11-28T10_001.log",
		    "2026-11-28T10", 1, false);
	expect_file("system.log", "system-2026-11-28T100402_1234.log.gz",
		    "2026-11-28T100402", 1234, true);
	expect_file("sessions.jsonl", "sessions-2026-11-28.jsonl.gz",
		    "2026-11-28", 0, true);
	expect_file("tcp-conn.log", "tcp-conn-2026-11-28T1004.log",
		    "2026-11-28T1004", 0, false);
}

static void test_files_of_others(void **state)
{
	static const char *const texts[] = {
		"", "system", "system.log", "system-", "system-.log",
		"system.log.1", "system.log.gz", "system-2026.log",
		"system-2026-11-28", "system-2026-11-28.txt",
		"system-2026-11-28.log.gz.part", "system-2026-11-28.log.gz.gz",
		"system-2026-11-28_0.log", "system-2026-11-28_01.log",
		"system-2026-11-28_-01.log", "system-2026-11-28_000.log",
		"system-2026-11-28_9999999999999.log", "system-2026_11.log",
		"systems-2026-11-28.log", "access-2026-11-28.log",
		"system-2026-1a-28.log", "system-2026-11-28T1.log",
		"system-2026-11-28T10:04.log", "system-2026-11-28.log ",
		"../system-2026-11-28.log",
	};
	struct rotate_file file;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (rotate_file_parse("system.log", texts[i], &file))
			fail_msg("%s was taken for ours", texts[i]);
}

/* As they sort by their bytes they came about. */
static void test_order(void **state)
{
	static const char *const texts[] = {
		"x-2026-11-27.log", "x-2026-11-28.log",
		"x-2026-11-28_001.log", "x-2026-11-28_002.log",
		"x-2026-11-28_010.log", "x-2026-11-28_999.log",
		"x-2026-11-29.log",
	};
	struct rotate_file a, b;

	(void)state;
	for (size_t i = 1; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_true(strcmp(texts[i - 1], texts[i]) < 0);
		assert_true(rotate_file_parse("x.log", texts[i - 1], &a));
		assert_true(rotate_file_parse("x.log", texts[i], &b));
		assert_true(rotate_file_compare(&a, &b) < 0);
		assert_true(rotate_file_compare(&b, &a) > 0);
		assert_int_equal(rotate_file_compare(&a, &a), 0);
	}
	/* beyond what sorts by bytes, by number */
	assert_true(rotate_file_parse("x.log", "x-2026-11-28_1000.log", &b));
	assert_true(rotate_file_parse("x.log", "x-2026-11-28_999.log", &a));
	assert_true(rotate_file_compare(&a, &b) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_names_of_schedules, use_utc),
		cmocka_unit_test_setup(test_stamps, use_utc),
		cmocka_unit_test_setup(test_due, use_utc),
		cmocka_unit_test_setup(test_end_of_summer_time, use_utc),
		cmocka_unit_test_setup(test_wait, use_utc),
		cmocka_unit_test_setup(test_files, use_utc),
		cmocka_unit_test_setup(test_files_of_others, use_utc),
		cmocka_unit_test_setup(test_order, use_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
