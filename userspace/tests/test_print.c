// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text for people: byte counts, ages, tables, and nothing for the terminal.
 *
 * links: sehubctl/print.c lib/text.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "print.h"

static void test_bytes(void **state)
{
	char buf[PRINT_MAX];

	(void)state;
	assert_string_equal(format_bytes(0, buf), "0 B");
	assert_string_equal(format_bytes(1023, buf), "1023 B");
	assert_string_equal(format_bytes(1024, buf), "1.0 KiB");
	assert_string_equal(format_bytes(1048575, buf), "1.0 MiB");
	assert_string_equal(format_bytes(UINT64_MAX, buf), "16.0 EiB");
}

static void test_ages(void **state)
{
	char buf[PRINT_MAX];

	(void)state;
	assert_string_equal(format_age(0, buf), "0s");
	assert_string_equal(format_age(59, buf), "59s");
	assert_string_equal(format_age(187, buf), "3m 7s");
	assert_string_equal(format_age(7500, buf), "2h 5m");
	assert_string_equal(format_age(8 * 86400 + 3 * 3600, buf), "8d 3h");
	assert_string_equal(format_since(0, 100, buf), "-");
	assert_string_equal(format_since(90, 100, buf), "10s");
	assert_string_equal(format_since(110, 100, buf), "0s");
	assert_string_equal(format_time(0, buf), "never");
	setenv("TZ", "UTC", 1);
	assert_string_equal(format_time(86400, buf), "1970-01-02 00:00:00");
}

static void test_control_characters(void **state)
{
	char plain[] = "alice's h\xc3\xb6st";
	char bad[] = "a\x1b[2J\x7f\n\xc2\x9b" "b";

	(void)state;
	print_clean(plain);
	assert_string_equal(plain, "alice's h\xc3\xb6st");
	print_clean(bad);
	assert_string_equal(bad, "a?[2J????b");
}

/* Prints a table into a file and returns what is in it. */
static const char *printed(const struct table *table)
{
	static char buf[512];
	FILE *before = stdout;
	FILE *file = fmemopen(buf, sizeof(buf), "w");

	assert_non_null(file);
	memset(buf, 0, sizeof(buf));
	stdout = file;
	table_print(table);
	stdout = before;
	fclose(file);
	return buf;
}

static void test_table(void **state)
{
	char headers[] = "NAME|>N|END";
	struct table table;

	(void)state;
	table_init(&table, headers);
	assert_string_equal(printed(&table), "");
	table_add(&table, "a");
	table_addf(&table, "%d", 1000);
	table_add(&table, "");
	table_add(&table, "h\xc3\xb6stname");
	table_addf(&table, "%d", 7);
	table_add(&table, "x\x1b" "y");
	assert_string_equal(printed(&table),
			    "NAME         N  END\n"
			    "a         1000  -\n"
			    "h\xc3\xb6stname     7  x?y\n");
	/* a row that is not complete is not shown */
	table_add(&table, "half");
	assert_null(strstr(printed(&table), "half"));
	table_free(&table);
}

/* Characters of East Asia take two columns, marks above others none. */
static void test_wide_characters(void **state)
{
	char headers[] = "NAME|END";
	struct table table;

	(void)state;
	assert_int_equal(text_width("hub"), 3);
	assert_int_equal(text_width("h\xc3\xb6st"), 4);
	assert_int_equal(text_width("e\xcc\x81"), 1);
	assert_int_equal(text_width("\xe4\xbb\xae\xe6\x83\xb3HUB"), 7);
	/* what is no UTF-8 takes a column for each broken sequence */
	assert_int_equal(text_width("\xff\x80x"), 2);
	assert_int_equal(text_width("\xe4\xbb"), 1);
	table_init(&table, headers);
	table_add(&table, "\xe4\xbb\xae\xe6\x83\xb3HUB");
	table_add(&table, "x");
	assert_string_equal(printed(&table),
			    "NAME     END\n"
			    "\xe4\xbb\xae\xe6\x83\xb3HUB  x\n");
	table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_control_characters),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_wide_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
