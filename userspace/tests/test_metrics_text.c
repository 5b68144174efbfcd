// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text format of OpenMetrics: lines of a family, labels with any text in
 * them, the end.
 *
 * links: transportd/metrics_text.c transportd/log.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../transportd/metrics_text.h"

static struct metrics_text text;

/* Ends the text, and compares it. */
static void expect(const char *wanted)
{
	size_t len = 0;
	char *got = metrics_text_end(&text, &len);

	assert_non_null(got);
	assert_string_equal(got, wanted);
	assert_int_equal(len, strlen(wanted));
	free(got);
}

static int setup(void **state)
{
	(void)state;
	return metrics_text_begin(&text);
}

static void test_empty(void **state)
{
	(void)state;
	expect("# EOF\n");
}

static void test_families(void **state)
{
	(void)state;
	metrics_family(&text, "a_bytes", "counter", "bytes", "Bytes of all.");
	metrics_value(&text, "_total", 18446744073709551615ULL, NULL);
	metrics_family(&text, "b", "gauge", NULL, "None.");
	metrics_family(&text, "c_seconds", "gauge", "seconds", "Time.");
	metrics_seconds(&text, "", 1.5);
	expect("# TYPE a_bytes counter\n"
	       "# UNIT a_bytes bytes\n"
	       "# HELP a_bytes Bytes of all.\n"
	       "a_bytes_total 18446744073709551615\n"
	       "# TYPE b gauge\n"
	       "# HELP b None.\n"
	       "# TYPE c_seconds gauge\n"
	       "# UNIT c_seconds seconds\n"
	       "# HELP c_seconds Time.\n"
	       "c_seconds 1.500\n"
	       "# EOF\n");
}

static void test_labels(void **state)
{
	(void)state;
	metrics_family(&text, "a", "info", NULL, "Words.");
	metrics_value(&text, "_info", 1, "x", "", "y", "z", NULL);
	expect("# TYPE a info\n# HELP a Words.\n"
	       "a_info{x=\"\",y=\"z\"} 1\n# EOF\n");
}

/* What could end the value, or the line, does not. */
static void test_any_text(void **state)
{
	(void)state;
	metrics_family(&text, "a", "gauge", NULL, "Words.");
	metrics_value(&text, "", 0, "x", "\"} 1\n# EOF\n", NULL);
	metrics_value(&text, "", 0, "x", "\\n\\", NULL);
	metrics_value(&text, "", 0, "x", "\xc3\xa4 \xe2\x82\xac", NULL);
	metrics_value(&text, "", 0, "x", "\xff\xc3(\r\x01\x7f", NULL);
	expect("# TYPE a gauge\n# HELP a Words.\n"
	       "a{x=\"\\\"} 1\\n# EOF\\n\"} 0\n"
	       "a{x=\"\\\\n\\\\\"} 0\n"
	       "a{x=\"\xc3\xa4 \xe2\x82\xac\"} 0\n"
	       "a{x=\"\\\\xFF\\\\xC3(\\\\x0D\\\\x01\\\\x7F\"} 0\n"
	       "# EOF\n");
}

#define TEST(name)	cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_empty),
		TEST(test_families),
		TEST(test_labels),
		TEST(test_any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
