// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The writer of logs: lines of several threads, what a queue has no room for,
 * a disk that fails and comes back, files of each second by the real clock,
 * settings that change, and the end.
 *
 * links: transportd/log_writer.c transportd/log_writer_queue.c
 * links: transportd/log_writer_thread.c transportd/log_file.c
 * links: transportd/log_tidy.c transportd/rotate.c transportd/log.c
 * links: tests/log_place.c
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "log_place.h"
#include "../transportd/log.h"
#include "../transportd/log_writer.h"

/* Nothing takes this long, on any machine. */
#define DEADLINE_MS	30000

static struct log_writer *writer;
static struct log_rotation rotation;
static int saved = -1;

static int setup(void **state)
{
	int fd;

	log_place_setup(state);
	memset(&rotation, 0, sizeof(rotation));
	/* what is said of failures goes to a file */
	saved = dup(STDERR_FILENO);
	fd = open("/tmp", O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	dup2(fd, STDERR_FILENO);
	close(fd);
	writer = log_writer_new(log_dir, &rotation);
	return !writer;
}

static int teardown(void **state)
{
	log_writer_free(writer);
	writer = NULL;
	dup2(saved, STDERR_FILENO);
	close(saved);
	return log_place_teardown(state);
}

static void end(void)
{
	log_writer_free(writer);
	writer = NULL;
}

static bool put(struct log_stream *stream, const char *line)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return log_stream_put(stream, &now, &line, 1);
}

static void find_status(void *arg, const struct log_status *status)
{
	struct log_status *found = arg;

	if (!found->name || (!strcmp(found->name, status->name) &&
			     found->vlan == status->vlan))
		*found = *status;
}

static struct log_status status_of(uint16_t vlan, const char *name)
{
	struct log_status found = { .vlan = vlan, .name = name, .error = -1 };

	log_writer_each(writer, find_status, &found);
	return found;
}

/* Of the only log. */
static struct log_status status(void)
{
	return status_of(0, NULL);
}

/* Until the condition holds. */
#define AWAIT(condition)						\
	do {								\
		int ms_ = 0;						\
									\
		while (!(condition)) {					\
			poll(NULL, 0, 10);				\
			ms_ += 10;					\
			if (ms_ > DEADLINE_MS)				\
				fail_msg("never: %s", #condition);	\
		}							\
	} while (0)

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

static size_t said(const char *part)
{
	char text[4096];
	ssize_t len = pread(STDERR_FILENO, text, sizeof(text) - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	return count(text, part);
}

static void test_lines(void **state)
{
	struct log_stream *server, *hub;
	struct timespec when = { .tv_sec = 1795860242 };
	const char *const parts[] = { "a ", "line", "" };

	(void)state;
	server = log_writer_add(writer, 0, "system.log");
	hub = log_writer_add(writer, 12, "udp.log");
	assert_true(log_stream_put(server, &when, parts, 3));
	assert_true(put(hub, "other"));
	assert_true(put(server, "second"));
	end();
	log_expect("system.log", "a line\nsecond\n");
	log_expect("hub12/udp.log", "other\n");
}

static void test_time(void **state)
{
	struct timespec when = { 1795860242, 7000 };
	char text[LOG_TIME_MAX];

	(void)state;
	assert_string_equal(log_time_format(&when, text),
			    "time=2026-11-28T10:04:02.000007+00:00 ");
	when.tv_nsec = 999999999;
	assert_string_equal(log_time_format(&when, text),
			    "time=2026-11-28T10:04:02.999999+00:00 ");
	setenv("TZ", "NST3:30", 1);
	tzset();
	when.tv_sec++;
	assert_string_equal(log_time_format(&when, text),
			    "time=2026-11-28T06:34:03.999999-03:30 ");
}

#define THREADS		4
#define THREAD_LINES	5000

static void *put_many(void *arg)
{
	char line[64];

	for (int i = 0; i < THREAD_LINES; i++) {
		snprintf(line, sizeof(line), "thread line=%d", i);
		if (!put(arg, line))
			return (void *)1;
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct log_stream *stream = log_writer_add(writer, 0, "x.log");
	pthread_t threads[THREADS];
	void *result;

	(void)state;
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, put_many, stream);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		assert_null(result);
	}
	AWAIT(status().lines == THREADS * THREAD_LINES);
	assert_int_equal(status().size, strlen(log_text("x.log")));
	assert_int_equal(count(log_text("x.log"), "thread line="),
			 THREADS * THREAD_LINES);
	assert_int_equal(count(log_text("x.log"), "line=4999\n"), THREADS);
	assert_int_equal(status().lost, 0);
}

/* A file where the directory should be: as good as a disk that fails. */
static void fail_begin(void)
{
	int fd = open(log_dir, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static void fail_end(void)
{
	assert_int_equal(unlink(log_dir), 0);
}

static void test_failure(void **state)
{
	struct log_stream *stream = log_writer_add(writer, 0, "x.log");

	(void)state;
	fail_begin();
	put(stream, "one");
	AWAIT(status().error == -ENOTDIR);
	put(stream, "two");
	put(stream, "three");
	AWAIT(said("log-failed file="));
	/* tried again meanwhile, and said no more */
	poll(NULL, 0, 2500);
	assert_int_equal(said("log-failed file="), 1);
	assert_int_equal(said("x.log error=\"Not a directory\""), 1);
	assert_int_equal(status().lines, 0);
	fail_end();
	AWAIT(status().lines == 3);
	assert_int_equal(status().error, 0);
	log_expect("x.log", "one\ntwo\nthree\n");
	AWAIT(said("log-recovered"));
	assert_int_equal(said("lost=0"), 1);
}

/* One line says so, behind so many others; the file is a long one. */
static void expect_lost(const char *text, size_t at)
{
	FILE *f = fopen(log_path("x.log"), "r");
	size_t size = 0, lines = 0, found = 0;
	char *line = NULL;

	assert_non_null(f);
	while (getline(&line, &size, f) > 0) {
		if (strstr(line, text)) {
			assert_int_equal(lines, at);
			assert_memory_equal(line, "time=2", 6);
			found++;
		}
		lines++;
	}
	assert_int_equal(found, 1);
	assert_int_equal(lines, at + 2);
	free(line);
	fclose(f);
}

/* What is missing is counted, and stated where it is missing. */
static void test_lost(void **state)
{
	struct log_stream *stream = log_writer_add(writer, 0, "x.log");
	size_t sent = 0, lost = 0, kept;
	char line[1024], text[64];

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	fail_begin();
	for (; sent < 2 * LOG_QUEUE_MAX / sizeof(line); sent++)
		lost += !put(stream, line);
	assert_in_range(lost, 1, sent - 1);
	/* short ones, too: nothing is put behind what is missing */
	lost += !put(stream, "short");
	sent++;
	kept = sent - lost;
	AWAIT(status().lost == lost);
	AWAIT(said("log-failed file="));
	fail_end();
	AWAIT(status().lines == kept + 1);
	put(stream, "the end");
	AWAIT(status().lines == kept + 2);
	end();
	snprintf(text, sizeof(text), "event=lost count=%zu reason=queue\n",
		 lost);
	expect_lost(text, kept);
	assert_int_equal(said("log-recovered"), 1);
}

/* Logs of a hub whose directory cannot be made, until no line fits anywhere. */
static void fill_hubs(void)
{
	char line[65536], name[16];

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(mkdir(log_dir, 0755), 0);
	log_write("hub1", "no directory");
	for (unsigned int i = 0; i <= LOG_QUEUES_MAX / LOG_QUEUE_MAX; i++) {
		struct log_stream *stream;

		snprintf(name, sizeof(name), "%u.log", i);
		stream = log_writer_add(writer, 1, name);
		while (put(stream, line))
			;
		AWAIT(status_of(1, name).error == -ENOTDIR);
	}
}

/* The disk of one hub takes no line from others for good, nor any of ours. */
static void test_no_room_in_all(void **state)
{
	struct log_stream *hub, *server;
	char long_line[65536];
	size_t lost = 1;

	(void)state;
	memset(long_line, 'x', sizeof(long_line) - 1);
	long_line[sizeof(long_line) - 1] = '\0';
	fill_hubs();
	hub = log_writer_add(writer, 2, "x.log");
	server = log_writer_add(writer, 0, "access.log");
	assert_false(put(hub, long_line));
	/* nothing else makes it say so */
	AWAIT(status_of(2, "x.log").lines == 1);
	assert_int_equal(count(log_text("hub2/x.log"),
			       "event=lost count=1 reason=queue\n"), 1);
	for (size_t i = 0; i < LOG_QUEUE_MAX / sizeof(long_line); i++)
		assert_true(put(server, long_line));
	assert_int_equal(unlink(log_path("hub1")), 0);
	while (!put(hub, long_line)) {
		poll(NULL, 0, 10);
		assert_in_range(lost++, 1, DEADLINE_MS / 10);
	}
	AWAIT(status_of(2, "x.log").lost == lost);
	end();
	assert_int_equal(count(log_text("hub2/x.log"), "xxx\n"), 1);
}

static void test_lost_elsewhere(void **state)
{
	struct log_stream *stream = log_writer_add(writer, 0, "x.log");
	struct log_stream *json;

	(void)state;
	log_stream_lost(stream, 17, "kernel");
	AWAIT(status().lines == 1);
	assert_int_equal(status().lost, 17);
	json = log_writer_add(writer, 0, "y.jsonl");
	log_stream_lost(json, 18, "kernel");
	end();
	assert_int_equal(count(log_text("y.jsonl"), "+00:00\",\"event\":\"lost\",\"count\":18,\"reason\":\"kernel\"}\n"), 1);
	assert_int_equal(count(log_text("y.jsonl"), "{\"time\":\"2"), 1);
	assert_int_equal(count(log_text("x.log"),
			       " event=lost count=17 reason=kernel\n"), 1);
}

/* Three seconds by the real clock: each file has the lines of its second. */
static void test_every_second(void **state)
{
	struct log_stream *stream;
	struct timespec now;
	time_t begin;
	DIR *dir;
	struct dirent *entry;
	size_t lines = 0, files = 0;

	(void)state;
	rotation.schedule = ROTATE_SECOND;
	log_writer_set(writer, &rotation);
	stream = log_writer_add(writer, 0, "x.log");
	begin = time(NULL);
	do {
		char head[LOG_TIME_MAX];
		const char *const parts[] = { head, "event=tick" };

		clock_gettime(CLOCK_REALTIME, &now);
		log_time_format(&now, head);
		assert_true(log_stream_put(stream, &now, parts, 2));
		lines++;
		poll(NULL, 0, 20);
	} while (now.tv_sec < begin + 4);
	/* the last one's second ends without another line */
	AWAIT(status().size == 0 && status().lines == lines);
	end();
	dir = opendir(log_dir);
	while ((entry = readdir(dir))) {
		const char *text, *p;
		char expected[64];
		const char *stamp = strchr(entry->d_name, '-');

		if (!stamp || !strcmp(entry->d_name, "x.log"))
			continue;
		files++;
		text = log_text(entry->d_name);
		/* x-2026-11-28T100402.log: time=2026-11-28T10:04:02 */
		snprintf(expected, sizeof(expected), "time=%.13s:%.2s:%.2s.",
			 stamp + 1, stamp + 14, stamp + 16);
		for (p = text; *p; p = strchr(p, '\n') + 1) {
			assert_memory_equal(p, expected, strlen(expected));
			lines--;
		}
	}
	closedir(dir);
	assert_int_equal(lines, 0);
	assert_in_range(files, 4, 6);
}

static void test_keep_and_compress(void **state)
{
	struct log_stream *stream;
	struct timespec when = { .tv_sec = 1795860242 };
	const char *line = "line";

	(void)state;
	rotation.schedule = ROTATE_SECOND;
	rotation.keep = 3;
	rotation.compress = true;
	log_writer_set(writer, &rotation);
	stream = log_writer_add(writer, 0, "x.log");
	for (int i = 0; i < 10; i++, when.tv_sec++)
		log_stream_put(stream, &when, &line, 1);
	AWAIT(status().lines == 10);
	AWAIT(log_count("gz") == 3 && log_count("") == 4);
	log_expect("x-2026-11-28T100410.log.gz", "line\n");
	/* fewer from now on */
	rotation.keep = 1;
	log_writer_set(writer, &rotation);
	AWAIT(log_count("gz") == 1);
}

static void test_off_and_on(void **state)
{
	struct log_stream *stream = log_writer_add(writer, 0, "x.log");

	(void)state;
	put(stream, "one");
	AWAIT(status().lines == 1);
	log_stream_set_on(stream, false);
	assert_false(log_stream_is_on(stream));
	assert_true(put(stream, "two"));
	log_stream_lost(stream, 5, "kernel");
	assert_int_equal(status().lost, 0);
	log_stream_set_on(stream, true);
	put(stream, "three");
	end();
	log_expect("x.log", "one\nthree\n");
}

/* logrotate's way: the file is renamed, then the daemon told. */
static void test_reopen(void **state)
{
	struct log_stream *stream = log_writer_add(writer, 0, "x.log");
	char to[256];

	(void)state;
	put(stream, "one");
	AWAIT(status().lines == 1);
	strcpy(to, log_path("x.log.1"));
	assert_int_equal(rename(log_path("x.log"), to), 0);
	log_writer_reopen(writer);
	put(stream, "two");
	end();
	log_expect("x.log.1", "one\n");
	log_expect("x.log", "two\n");
}

static void test_end_with_a_failure(void **state)
{
	struct log_stream *stream = log_writer_add(writer, 0, "x.log");

	(void)state;
	fail_begin();
	put(stream, "one");
	AWAIT(status().error);
	put(stream, "two");
	end();
	assert_int_equal(said("log-failed file="), 2);
	assert_int_equal(said("lost=2"), 1);
	fail_end();
	mkdir(log_dir, 0755);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_lines),
		TEST(test_time),
		TEST(test_threads),
		TEST(test_failure),
		TEST(test_lost),
		TEST(test_no_room_in_all),
		TEST(test_lost_elsewhere),
		TEST(test_every_second),
		TEST(test_keep_and_compress),
		TEST(test_off_and_on),
		TEST(test_reopen),
		TEST(test_end_with_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
