// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A log file with times that the test says: periods, length, what is there
 * already, others that put it aside, a disk that is full; what is compressed
 * and deleted of what was put aside, also while the clock goes back.
 *
 * links: transportd/log_file.c transportd/log_tidy.c transportd/rotate.c
 * links: tests/log_place.c
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "log_place.h"
#include "../transportd/log_file.h"

/* 2026-11-28T10:04:02Z */
#define WHEN	1795860242

static struct log_file file;
static struct log_rotation rotation;
static bool stop;

static int setup(void **state)
{
	log_place_setup(state);
	memset(&rotation, 0, sizeof(rotation));
	return log_file_init(&file, log_dir, "x.log");
}

static int teardown(void **state)
{
	log_file_free(&file);
	return log_place_teardown(state);
}

static int append(time_t when, const char *lines)
{
	size_t done = 0;
	int err = log_file_append(&file, &rotation, when, lines,
				  strlen(lines), &done);

	if (!err)
		assert_int_equal(done, strlen(lines));
	return err;
}

static void put(time_t when, const char *lines)
{
	assert_int_equal(append(when, lines), 0);
}

static void tidy(time_t now)
{
	assert_int_equal(log_file_tidy(log_dir, "x.log", &rotation, now,
				       &stop), 0);
}

/* --- writing --------------------------------------------------------------- */

static void test_append(void **state)
{
	struct stat st;

	(void)state;
	put(WHEN, "a\n");
	put(WHEN + 90000, "b\nc\n");
	log_expect("x.log", "a\nb\nc\n");
	assert_int_equal(log_count(""), 1);
	assert_int_equal(stat(log_path("x.log"), &st), 0);
	assert_int_equal(st.st_mode & 0777 & ~0640, 0);
	/* another daemon goes on where the one before was cut off */
	log_file_close(&file);
	log_write("x.log", "a\nhalf a l");
	put(WHEN, "d\n");
	log_expect("x.log", "a\nhalf a l\nd\n");
}

static void test_each_period_has_its_file(void **state)
{
	(void)state;
	rotation.schedule = ROTATE_SECOND;
	put(WHEN, "a\nb\n");
	put(WHEN + 1, "c\n");
	put(WHEN + 1, "d\n");
	put(WHEN + 5, "e\n");
	log_expect("x-2026-11-28T100402.log", "a\nb\n");
	log_expect("x-2026-11-28T100403.log", "c\nd\n");
	log_expect("x.log", "e\n");
	assert_int_equal(log_count(""), 3);
}

static void test_schedules(void **state)
{
	static const struct {
		enum rotate_schedule schedule;
		time_t period;
		const char *file;
	} all[] = {
		{ ROTATE_MINUTE, 60, "x-2026-11-28T1004.log" },
		{ ROTATE_HOURLY, 3600, "x-2026-11-28T10.log" },
		{ ROTATE_DAILY, 86400, "x-2026-11-28.log" },
		{ ROTATE_MONTHLY, 31 * 86400, "x-2026-11.log" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		rotation.schedule = all[i].schedule;
		put(WHEN, "a\n");
		put(WHEN + 1, "b\n");
		assert_int_equal(log_file_turn(&file, &rotation, WHEN + 1), 0);
		assert_false(log_exists(all[i].file));
		put(WHEN + all[i].period, "c\n");
		log_expect(all[i].file, "a\nb\n");
		log_expect("x.log", "c\n");
		unlink(log_path("x.log"));
	}
}

/* Without another line, too; one without lines stays as it is. */
static void test_turn(void **state)
{
	(void)state;
	rotation.schedule = ROTATE_MINUTE;
	put(WHEN, "a\n");
	assert_int_equal(log_file_turn(&file, &rotation, WHEN + 60), 0);
	log_expect("x-2026-11-28T1004.log", "a\n");
	assert_int_equal(log_file_turn(&file, &rotation, WHEN + 60), 0);
	assert_int_equal(log_file_turn(&file, &rotation, WHEN + 120), 0);
	assert_int_equal(log_count(".log"), 2);
	log_expect("x.log", "");
}

static void test_file_of_an_earlier_period(void **state)
{
	struct timespec times[2] = { { .tv_sec = WHEN }, { .tv_sec = WHEN } };

	(void)state;
	put(WHEN, "old\n");
	log_file_close(&file);
	utimensat(AT_FDCWD, log_path("x.log"), times, 0);
	rotation.schedule = ROTATE_DAILY;
	put(WHEN + 86400, "new\n");
	log_expect("x-2026-11-28.log", "old\n");
	log_expect("x.log", "new\n");
}

static void test_length(void **state)
{
	(void)state;
	rotation.max_bytes = 10;
	put(WHEN, "1234\n6789\n");
	assert_int_equal(log_count(""), 1);
	put(WHEN, "a\n");
	log_expect("x-2026-11-28T100402.log", "1234\n6789\n");
	/* cut between lines alone */
	put(WHEN, "bb\ncccccc\nddd\neeeeeeeee\nf\n");
	log_expect("x-2026-11-28T100402_001.log", "a\nbb\n");
	log_expect("x-2026-11-28T100402_002.log", "cccccc\n");
	log_expect("x-2026-11-28T100402_003.log", "ddd\n");
	log_expect("x-2026-11-28T100402_004.log", "eeeeeeeee\n");
	log_expect("x.log", "f\n");
	/* one that fits nowhere has a file of its own */
	put(WHEN, "a line of more than ten\ng\n");
	log_expect("x-2026-11-28T100402_006.log", "a line of more than ten\n");
	log_expect("x.log", "g\n");
}

static void test_names_are_not_used_twice(void **state)
{
	(void)state;
	rotation.schedule = ROTATE_DAILY;
	put(WHEN, "a\n");
	log_write("x-2026-11-28.log", "theirs\n");
	log_write("x-2026-11-28_001.log.gz", "theirs too\n");
	put(WHEN + 86400, "b\n");
	log_expect("x-2026-11-28.log", "theirs\n");
	log_expect("x-2026-11-28_001.log.gz", "theirs too\n");
	log_expect("x-2026-11-28_002.log", "a\n");
}

/* One that is free is not the next one: it is of a file that was deleted. */
static void test_numbers_go_on(void **state)
{
	/* what the disk would say if its clock was that of the lines */
	const struct timespec times[] = {
		{ .tv_sec = WHEN }, { .tv_sec = WHEN },
	};
	char line[16];

	(void)state;
	rotation.schedule = ROTATE_DAILY;
	rotation.max_bytes = 4;
	rotation.keep = 3;
	for (int i = 0; i < 10; i++) {
		snprintf(line, sizeof(line), "l%d\n", i);
		put(WHEN, line);
		tidy(WHEN);
	}
	log_expect("x.log", "l9\n");
	log_expect("x-2026-11-28_008.log", "l8\n");
	log_expect("x-2026-11-28_007.log", "l7\n");
	log_expect("x-2026-11-28_006.log", "l6\n");
	assert_int_equal(log_count("-"), 3);
	/* so they do for another daemon, and behind one that is compressed */
	rotation.compress = true;
	tidy(WHEN);
	assert_int_equal(utimensat(AT_FDCWD, log_path("x.log"), times, 0), 0);
	log_file_free(&file);
	assert_int_equal(log_file_init(&file, log_dir, "x.log"), 0);
	put(WHEN, "l10\n");
	tidy(WHEN);
	log_expect("x-2026-11-28_009.log.gz", "l9\n");
	log_expect("x-2026-11-28_008.log.gz", "l8\n");
	assert_int_equal(log_count("-"), 3);
}

/* --- the clock ------------------------------------------------------------- */

static void test_clock_steps_back(void **state)
{
	(void)state;
	rotation.schedule = ROTATE_MINUTE;
	for (int i = 0; i < 3; i++)
		put(WHEN + i * 60, "first\n");
	assert_int_equal(log_count("-"), 2);
	/* by two minutes: the file goes on, and what is there stays */
	put(WHEN, "again\n");
	assert_int_equal(log_count("-"), 2);
	put(WHEN + 60, "again 1\n");
	put(WHEN + 120, "again 2\n");
	log_expect("x-2026-11-28T1004.log", "first\n");
	log_expect("x-2026-11-28T1005.log", "first\n");
	log_expect("x-2026-11-28T1004_001.log", "first\nagain\n");
	log_expect("x-2026-11-28T1005_001.log", "again 1\n");
	log_expect("x.log", "again 2\n");
	/* by years */
	put(0, "1970\n");
	put(1, "1970\n");
	assert_int_equal(log_count("-"), 4);
}

/* A clock that wavers about the end of a period makes no storm of files. */
static void test_clock_wavers(void **state)
{
	const time_t end = WHEN + 58;

	(void)state;
	rotation.schedule = ROTATE_MINUTE;
	for (int i = 0; i < 100; i++)
		put(end - i % 2, "a\n");
	/* each step forward ends a period, no step back does */
	assert_true(log_count("-") <= 50);
	log_expect("x-2026-11-28T1004.log", "a\na\n");
	for (int i = 0; i < 100; i++)
		put(end - i, "b\n");
	assert_true(log_count("-") <= 50);
}

static void make_files(int n)
{
	rotation.schedule = ROTATE_MINUTE;
	for (int i = 0; i <= n; i++) {
		char line[16];

		snprintf(line, sizeof(line), "%d\n", i);
		put(WHEN + i * 60, line);
	}
}

/* What was put aside before that is older than what is put aside now. */
static void test_keep_when_the_clock_steps_back(void **state)
{
	(void)state;
	make_files(3);
	rotation.keep = 3;
	put(WHEN - 3600, "back\n");
	put(WHEN - 3540, "later\n");
	tidy(WHEN - 3540);
	assert_int_equal(log_count("-"), 3);
	assert_false(log_exists("x-2026-11-28T1004.log"));
	log_expect("x-2026-11-28T0904.log", "3\nback\n");
	put(WHEN - 3480, "later still\n");
	tidy(WHEN - 3480);
	log_expect("x-2026-11-28T0904.log", "3\nback\n");
	log_expect("x-2026-11-28T0905.log", "later\n");
	log_expect("x-2026-11-28T1006.log", "2\n");
	assert_int_equal(log_count("-"), 3);
}

/* The hour that comes twice: what came later is newer, whatever it is called. */
static void test_keep_at_the_end_of_summer_time(void **state)
{
	/* 2026-10-25, 3 o'clock of summer time and 2 o'clock thereafter */
	const time_t end = 1792890000;
	char *zone = getenv("TZ");

	(void)state;
	zone = zone ? strdup(zone) : NULL;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	rotation.schedule = ROTATE_MINUTE;
	rotation.keep = 2;
	put(end - 3600, "2:00\n");
	put(end - 3540, "2:01\n");
	put(end - 120, "2:58\n");
	put(end - 60, "2:59\n");
	put(end, "2:00 again\n");
	put(end + 60, "2:01 again\n");
	tidy(end + 60);
	if (zone)
		setenv("TZ", zone, 1);
	else
		unsetenv("TZ");
	tzset();
	free(zone);
	assert_int_equal(log_count("-"), 2);
	log_expect("x-2026-10-25T0258.log", "2:58\n");
	/* it goes on, as where a clock is set back */
	log_expect("x-2026-10-25T0200_001.log", "2:59\n2:00 again\n");
}

/* --- what becomes of them -------------------------------------------------- */

static void test_keep(void **state)
{
	(void)state;
	make_files(6);
	tidy(WHEN + 360);
	assert_int_equal(log_count("-"), 6);
	log_write("x-2026.log", "no name of ours");
	rotation.keep = 2;
	tidy(WHEN + 360);
	log_expect("x-2026-11-28T1008.log", "4\n");
	log_expect("x-2026-11-28T1009.log", "5\n");
	assert_int_equal(log_count("-"), 3);
	log_expect("x.log", "6\n");
}

static void test_compress(void **state)
{
	struct stat before, after;

	(void)state;
	make_files(2);
	chmod(log_path("x-2026-11-28T1004.log"), 0600);
	stat(log_path("x-2026-11-28T1004.log"), &before);
	/* what an end in the middle of it left behind */
	log_write("x-2026-11-28T1004.log.gz.part", "rest");
	rotation.compress = true;
	tidy(WHEN + 120);
	assert_int_equal(log_count("-"), 2);
	stat(log_path("x-2026-11-28T1004.log.gz"), &after);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_mtime, before.st_mtime);
	log_expect("x-2026-11-28T1004.log.gz", "0\n");
	log_expect("x-2026-11-28T1005.log.gz", "1\n");
	log_expect("x.log", "2\n");
	rotation.keep = 1;
	tidy(WHEN + 120);
	assert_int_equal(log_count("-"), 1);
	assert_true(log_exists("x-2026-11-28T1005.log.gz"));
}

static void test_stop(void **state)
{
	(void)state;
	make_files(1);
	rotation.compress = true;
	stop = true;
	assert_int_equal(log_file_tidy(log_dir, "x.log", &rotation, WHEN,
				       &stop), -ECANCELED);
	stop = false;
	assert_int_equal(log_count("gz"), 0);
	log_expect("x-2026-11-28T1004.log", "0\n");
	/* no directory, nothing to do */
	assert_int_equal(log_file_tidy("/nonexistent/sehub", "x.log",
				       &rotation, WHEN, &stop), 0);
}

/* --- others ---------------------------------------------------------------- */

static void test_others_put_it_aside(void **state)
{
	char to[256];

	(void)state;
	put(WHEN, "a\n");
	strcpy(to, log_path("x.log.1"));
	/* logrotate's "create" */
	assert_int_equal(rename(log_path("x.log"), to), 0);
	log_write("x.log", "");
	put(WHEN, "b\n");
	log_expect("x.log.1", "a\n");
	log_expect("x.log", "b\n");
	/* "nocreate" */
	assert_int_equal(unlink(log_path("x.log")), 0);
	put(WHEN, "c\n");
	log_expect("x.log", "c\n");
	/* "copytruncate" */
	assert_int_equal(truncate(log_path("x.log"), 0), 0);
	put(WHEN, "d\n");
	log_expect("x.log", "d\n");
	/* and how long it is is known again */
	rotation.max_bytes = 4;
	assert_int_equal(truncate(log_path("x.log"), 0), 0);
	put(WHEN, "e\nf\n");
	log_expect("x.log", "e\nf\n");
	assert_int_equal(log_count("-"), 0);
}

static void test_directory_goes(void **state)
{
	char command[128];

	(void)state;
	put(WHEN, "a\n");
	snprintf(command, sizeof(command), "rm -r %s", log_dir);
	assert_int_equal(system(command), 0);
	put(WHEN, "b\n");
	log_expect("x.log", "b\n");
}

static void test_no_file(void **state)
{
	size_t done = 1;

	(void)state;
	put(WHEN, "a\n");
	unlink(log_path("x.log"));
	assert_int_equal(mkdir(log_path("x.log"), 0755), 0);
	assert_int_equal(append(WHEN, "b\n"), -EISDIR);
	rmdir(log_path("x.log"));
	assert_int_equal(mkfifo(log_path("x.log"), 0644), 0);
	assert_int_equal(append(WHEN, "b\n"), -EEXIST);
	unlink(log_path("x.log"));
	assert_int_equal(symlink("/dev/null", log_path("x.log")), 0);
	assert_int_equal(append(WHEN, "b\n"), -ELOOP);
	unlink(log_path("x.log"));
	put(WHEN, "b\n");
	log_expect("x.log", "b\n");
	log_file_free(&file);
	assert_int_equal(log_file_init(&file, "/dev/null/x", "x.log"), 0);
	assert_int_equal(log_file_append(&file, &rotation, WHEN, "a\n", 2,
					 &done), -ENOTDIR);
	assert_int_equal(done, 0);
}

/* --- a full disk ----------------------------------------------------------- */

#define DISK_SIZE	(64 * 1024)

/* A small file system of our own at the directory; false: not allowed here. */
static bool mount_disk(void)
{
	if (unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return false;
	mkdir(log_dir, 0755);
	return !mount("none", log_dir, "tmpfs", 0, "size=64k");
}

static void test_full_disk(void **state)
{
	static char line[1001];
	size_t len = 0, done;
	int err = 0;

	(void)state;
	if (!mount_disk()) {
		print_message("no right to mount a file system\n");
		skip();
	}
	memset(line, 'x', sizeof(line) - 1);
	line[999] = '\n';
	while (!err) {
		err = log_file_append(&file, &rotation, WHEN, line, 1000,
				      &done);
		len += done;
		assert_in_range(len, 0, DISK_SIZE);
	}
	assert_int_equal(err, -ENOSPC);
	/* whole lines alone, and no more than was said */
	assert_int_equal(strlen(log_text("x.log")), len);
	assert_int_equal(len % 1000, 0);
	assert_int_equal(append(WHEN, line), -ENOSPC);
	/* nothing is left of one that could not be compressed */
	rotation.schedule = ROTATE_DAILY;
	rotation.compress = true;
	assert_int_equal(log_file_turn(&file, &rotation, WHEN + 86400), 0);
	err = log_file_tidy(log_dir, "x.log", &rotation, WHEN, &stop);
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(log_count("gz"), 0);
	assert_int_equal(strlen(log_text("x-2026-11-28.log")), len);
	/* room again */
	assert_int_equal(unlink(log_path("x-2026-11-28.log")), 0);
	put(WHEN, "after\n");
	log_expect("x.log", "after\n");
	log_file_close(&file);
	umount(log_dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_append),
		TEST(test_each_period_has_its_file),
		TEST(test_schedules),
		TEST(test_turn),
		TEST(test_file_of_an_earlier_period),
		TEST(test_length),
		TEST(test_names_are_not_used_twice),
		TEST(test_numbers_go_on),
		TEST(test_clock_steps_back),
		TEST(test_clock_wavers),
		TEST(test_keep_when_the_clock_steps_back),
		TEST(test_keep_at_the_end_of_summer_time),
		TEST(test_keep),
		TEST(test_compress),
		TEST(test_stop),
		TEST(test_others_put_it_aside),
		TEST(test_directory_goes),
		TEST(test_no_file),
		TEST(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
