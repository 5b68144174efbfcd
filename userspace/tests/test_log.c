// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log: the form of a line, that text from outside forges neither lines
 * nor fields, levels, the limit on what outsiders can cause, and the
 * priorities that the journal gets. Standard error is a pipe meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../transportd/log.h"

static int saved = -1, reading = -1;
static char text[65536];

static int setup(void **state)
{
	int fds[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);	/* as the daemon does */
	saved = dup(STDERR_FILENO);
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) ||
	    dup2(fds[1], STDERR_FILENO) < 0)
		return -1;
	close(fds[1]);
	reading = fds[0];
	unsetenv("JOURNAL_STREAM");
	log_open(LOG_TO_STDERR, LOG_LEVEL_INFO);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(reading);
	return 0;
}

/* What has been written since the last call. */
static const char *written(void)
{
	ssize_t len = read(reading, text, sizeof(text) - 1);

	text[len > 0 ? len : 0] = '\0';
	return text;
}

/* A line behind its time: "2026-01-02T03:04:05.678Z info: " is 31 bytes. */
static void expect_line(const char *level, const char *rest)
{
	const char *line = written();
	char expected[2048];

	assert_true(strlen(line) > 26);
	assert_int_equal(line[10], 'T');
	assert_string_equal(strndupa(line + 23, 2), "Z ");
	snprintf(expected, sizeof(expected), "%s: %s\n", level, rest);
	assert_string_equal(line + 25, expected);
}

static void test_lines(void **state)
{
	(void)state;
	log_error("disk-full path=%s", "/x");
	expect_line("error", "disk-full path=/x");
	log_warn("slow n=%d", 7);
	expect_line("warning", "slow n=7");
	log_info("up");
	expect_line("info", "up");
	log_debug("not shown");
	assert_string_equal(written(), "");
	log_set_level(LOG_LEVEL_DEBUG);
	assert_true(log_enabled(LOG_LEVEL_DEBUG));
	log_debug("shown");
	expect_line("debug", "shown");
	log_set_level(LOG_LEVEL_ERROR);
	assert_false(log_enabled(LOG_LEVEL_WARN));
	log_warn("no");
	assert_string_equal(written(), "");
}

static void test_errno_is_kept(void **state)
{
	(void)state;
	close(reading);
	errno = EXDEV;
	log_info("x");
	log_warn_limited("x");
	assert_int_equal(errno, EXDEV);
	reading = -1;
}

static void test_control_characters(void **state)
{
	(void)state;
	log_info("a %s b", "x\ninfo: forged\x1b[2J\x7f\t");
	expect_line("info", "a x\\x0ainfo: forged\\x1b[2J\\x7f\\x09 b");
	/* UTF-8 as it is; what is none, or a C1 control character, is not */
	log_info("\xc3\xa4\xf0\x9f\x90\x9d \xff \xc2\x85 \xc3");
	expect_line("info", "\xc3\xa4\xf0\x9f\x90\x9d \\xff \\xc2\\x85 \\xc3");
}

static void test_long_line(void **state)
{
	char *long_text = malloc(5000);
	const char *line;

	(void)state;
	memset(long_text, '\n', 4999);
	long_text[4999] = '\0';
	log_info("%s", long_text);
	line = written();
	assert_int_equal(strlen(line), 31 + 4 * (LOG_LINE_MAX - 1) + 1);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	free(long_text);
}

static void test_quote(void **state)
{
	char buf[LOG_QUOTE_MAX], small[8];
	char name[65];

	(void)state;
	assert_string_equal(log_quote(buf, sizeof(buf), "bob"), "\"bob\"");
	assert_string_equal(log_quote(buf, sizeof(buf), NULL), "\"\"");
	assert_string_equal(log_quote(buf, sizeof(buf), "a\" vlan=1\\\n"),
			    "\"a\\\" vlan=1\\\\\\x0a\"");
	/* cut between characters, never inside of one or of an escape */
	assert_string_equal(log_quote(small, sizeof(small), "1234\xc3\xa4"),
			    "\"1234\"");
	assert_string_equal(log_quote(small, sizeof(small), "123\n"),
			    "\"123\"");
	assert_string_equal(log_quote(small, sizeof(small), "1234\""),
			    "\"1234\"");
	memset(name, 1, 64);
	name[64] = '\0';
	assert_int_equal(strlen(log_quote(buf, sizeof(buf), name)),
			 64 * 4 + 2);
}

static void test_printable(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		{ "a", 1 }, { "~", 1 }, { " ", 1 }, { "\x1f", 0 },
		{ "\x7f", 0 }, { "", 0 }, { "\x80", 0 }, { "\xc1\xbf", 0 },
		{ "\xc2\x80", 0 }, { "\xc2\x9f", 0 }, { "\xc2\xa0", 2 },
		{ "\xdf\xbf", 2 }, { "\xe0\x9f\xbf", 0 },
		{ "\xe0\xa0\x80", 3 }, { "\xed\x9f\xbf", 3 },
		{ "\xed\xa0\x80", 0 }, { "\xef\xbf\xbd", 3 },
		{ "\xf0\x8f\xbf\xbf", 0 }, { "\xf0\x90\x80\x80", 4 },
		{ "\xf4\x8f\xbf\xbf", 4 }, { "\xf4\x90\x80\x80", 0 },
		{ "\xf5\x80\x80\x80", 0 }, { "\xe2\x82", 0 },
		{ "\xe2\x82\x41", 0 }, { "\xf0\x9f\x90", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(log_printable(cases[i].bytes), cases[i].len);
}

static unsigned int lines(const char *s)
{
	unsigned int count = 0;

	for (; *s; s++)
		count += *s == '\n';
	return count;
}

static void test_limit(void **state)
{
	static struct log_limit limit;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		log_limited(&limit, LOG_KIND_SYSTEM, LOG_LEVEL_WARN, "knock n=%u", i);
	written();
	assert_int_equal(lines(text), LOG_LIMIT_BURST);
	assert_null(strstr(text, "suppressed"));
	assert_int_equal(limit.suppressed, 1000 - LOG_LIMIT_BURST);
	/* another place is not concerned */
	log_warn_limited("other");
	expect_line("warning", "other");
	/* once the window is over */
	limit.window_ms -= LOG_LIMIT_WINDOW_MS;
	log_limited(&limit, LOG_KIND_SYSTEM, LOG_LEVEL_WARN, "knock");
	expect_line("warning", "knock suppressed=990");
	log_limited(&limit, LOG_KIND_SYSTEM, LOG_LEVEL_WARN, "knock");
	expect_line("warning", "knock");
}

static void test_journal(void **state)
{
	struct stat st;
	char stream[64];

	(void)state;
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu",
		 (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_open(LOG_TO_STDERR, LOG_LEVEL_DEBUG);
	log_error("a");
	log_warn("b");
	log_info("c");
	log_debug("d");
	assert_string_equal(written(), "<3>a\n<4>b\n<6>c\n<7>d\n");
	/* the variable is inherited; what counts is where stderr leads */
	setenv("JOURNAL_STREAM", "1:1", 1);
	log_open(LOG_TO_STDERR, LOG_LEVEL_INFO);
	log_info("plain");
	expect_line("info", "plain");
}

static void test_levels(void **state)
{
	static const char * const names[] = { "error", "warning", "info",
					      "debug" };
	enum log_level level;

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(log_level_parse(names[i], &level), 0);
		assert_int_equal(level, i);
		assert_string_equal(log_level_name(level), names[i]);
	}
	assert_int_equal(log_level_parse("INFO", &level), 0);
	assert_int_equal(log_level_parse("infos", &level), -EINVAL);
	assert_int_equal(log_level_parse("", &level), -EINVAL);
}

static void test_describe(void **state)
{
	char buf[8];

	(void)state;
	assert_int_equal(log_describe(buf, sizeof(buf), -EIO, "%s", "long text"),
			 -EIO);
	assert_string_equal(buf, "long te");
	assert_int_equal(log_describe(NULL, 0, -ENOENT, "x"), -ENOENT);
}

/* --- another log that comes and goes --------------------------------------- */

static bool is_ending, is_mixed;

static void take_line(void *arg, enum log_kind kind, enum log_level level,
		      const char *line)
{
	(void)kind;
	(void)level;
	(void)line;
	if (!arg)
		__atomic_store_n(&is_mixed, true, __ATOMIC_RELAXED);
}

static void *log_all_the_time(void *arg)
{
	while (!__atomic_load_n(&is_ending, __ATOMIC_RELAXED))
		log_info("line");
	return arg;
}

static void test_sink_goes_while_others_log(void **state)
{
	static const struct log_sink sink = { take_line, &is_mixed };
	pthread_t thread;

	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	is_ending = false;
	assert_int_equal(pthread_create(&thread, NULL, log_all_the_time, NULL),
			 0);
	for (int i = 0; i < 200000; i++)
		log_set_sink(i % 2 ? NULL : &sink);
	log_set_sink(NULL);
	__atomic_store_n(&is_ending, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	assert_false(is_mixed);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines),
		TEST(test_errno_is_kept),
		TEST(test_control_characters),
		TEST(test_long_line),
		TEST(test_quote),
		TEST(test_printable),
		TEST(test_limit),
		TEST(test_journal),
		TEST(test_levels),
		TEST(test_describe),
		TEST(test_sink_goes_while_others_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
