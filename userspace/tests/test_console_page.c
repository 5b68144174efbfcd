// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console's terminal: pages, windows of all sizes, texts from elsewhere, and
 * clients that send what no client sends.
 *
 * links: transportd/console_term.c transportd/console_line.c transportd/log.c
 * links: lib/text.c tests/term_run.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "term_run.h"

/* --- pages --- */

static void print_lines(int count)
{
	for (int i = 1; i <= count; i++)
		console_term_print(term, "line %d\n", i);
}

static int lines_sent(void)
{
	int count = 0;

	for (const char *p = sent; (p = strstr(p, "line ")); p++)
		count++;
	return count;
}

static void test_what_fits_needs_no_page(void **state)
{
	(void)state;
	be_telnet();
	print_lines(23);
	assert_int_equal(sent_len, 0);
	console_term_ask(term, "> ", false, take_answer);
	assert_int_equal(lines_sent(), 23);
	assert_null(strstr(sent, MORE));
	assert_non_null(strstr(sent, "line 23\r\n> "));
}

static void test_pages(void **state)
{
	(void)state;
	be_telnet();
	window(80, 11);
	print_lines(25);
	console_term_ask(term, "> ", false, take_answer);
	assert_int_equal(lines_sent(), 10);
	assert_string_equal(sent + sent_len - strlen(MORE), MORE);
	clear_sent();
	TYPE(" ");
	/* its line is used again */
	assert_int_equal(strncmp(sent, "\r          \rline 11\r\n", 21), 0);
	assert_int_equal(lines_sent(), 10);
	TYPE("\r\n");
	assert_int_equal(lines_sent(), 15);
	assert_null(strstr(strstr(sent, "line 25"), MORE));
	TYPE("yes\r");
	assert_string_equal(answers[0], "yes");
}

/* Arrows, and what a keypad sends, in which there is a q. */
static void test_keys_that_turn_no_page(void **state)
{
	(void)state;
	be_telnet();
	window(80, 11);
	print_lines(25);
	console_term_ask(term, "> ", false, take_answer);
	clear_sent();
	TYPE("\x1b[A\x1b[1;5B\x1bOq");
	assert_int_equal(sent_len, 0);
	TYPE(" ");
	assert_int_equal(lines_sent(), 10);
}

static void test_enough(void **state)
{
	(void)state;
	be_telnet();
	window(80, 11);
	print_lines(1000);
	console_term_ask(term, "> ", false, take_answer);
	TYPE("q");
	assert_int_equal(lines_sent(), 10);
	assert_string_equal(sent + sent_len - 3, "\r> ");
	TYPE("qq\r");
	assert_string_equal(answers[0], "qq");
	print_lines(1000);
	console_term_ask(term, "> ", false, take_answer);
	TYPE("\x03");
	assert_int_equal(cancelled, 0);
	TYPE("still\r");
	assert_string_equal(answers[1], "still");
}

static void test_pages_without_telnet(void **state)
{
	(void)state;
	print_lines(30);
	console_term_ask(term, "> ", false, take_answer);
	assert_int_equal(lines_sent(), 23);
	TYPE("x");
	assert_int_equal(lines_sent(), 23);
	TYPE("\n");
	assert_int_equal(lines_sent(), 30);
	print_lines(30);
	console_term_ask(term, "> ", false, take_answer);
	/* a line that is no q turns the page, whatever it is */
	TYPE("answer\n");
	assert_int_equal(answered, 0);
	assert_int_equal(lines_sent(), 60);
	TYPE("answer\n");
	assert_string_equal(answers[0], "answer");
	print_lines(30);
	console_term_ask(term, "> ", false, take_answer);
	TYPE("q\n");
	assert_int_equal(lines_sent(), 83);
}

static void test_long_lines_take_more_rows(void **state)
{
	char line[100];

	(void)state;
	be_telnet();
	window(40, 11);
	memset(line, 'x', sizeof(line));
	line[99] = '\0';
	memcpy(line, "line", 4);
	line[4] = ' ';
	/* three rows each: three of them in ten */
	for (int i = 0; i < 4; i++)
		console_term_print(term, "%s\n", line);
	console_term_ask(term, "> ", false, take_answer);
	assert_int_equal(lines_sent(), 3);
	TYPE(" ");
	assert_int_equal(lines_sent(), 4);
}

static void test_windows_that_are_none(void **state)
{
	(void)state;
	be_telnet();
	window(0, 0);
	assert_int_equal(console_term_columns(term), 80);
	window(1, 1);
	assert_int_equal(console_term_columns(term), 20);
	window(30000, 30000);
	assert_int_equal(console_term_columns(term), 1000);
	/* too short, too long, empty */
	TYPE(IAC SB NAWS "\0" IAC SE IAC SB NAWS "12345" IAC SE);
	TYPE(IAC SB NAWS IAC SE);
	assert_int_equal(console_term_columns(term), 1000);
}

static void test_texts_are_clean(void **state)
{
	(void)state;
	console_term_put(term, "a\x1b[2J\x9b\xc2\x9b\xff\r\0x");
	console_term_ask(term, "\x1b> ", false, take_answer);
	assert_string_equal(sent, "a?[2J?????" "?> ");
}

static void test_end(void **state)
{
	(void)state;
	be_telnet();
	console_term_ask(term, "> ", false, take_answer);
	print_lines(100);
	console_term_end(term);
	assert_int_equal(lines_sent(), 100);
	TYPE("x\r");
	assert_int_equal(answered, 0);
	console_term_ask(term, "> ", false, take_answer);
	TYPE("x\r");
	assert_int_equal(answered, 0);
}

/* --- hostile --- */

static void test_flood_of_commands(void **state)
{
	char flood[CONSOLE_INPUT_MAX];

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(flood); i += 3) {
		flood[i] = '\xff';
		flood[i + 1] = i % 2 ? '\xfb' : '\xfd';
		flood[i + 2] = (char)(i % 254);
	}
	flood[sizeof(flood) - 1] = 'x';
	console_term_ask(term, "> ", false, take_answer);
	clear_sent();
	for (int i = 0; i < 50; i++) {
		assert_int_equal(type_len(flood, sizeof(flood)), 0);
		/* no more comes back than was sent */
		assert_true(sent_len <= sizeof(flood));
		clear_sent();
	}
	assert_int_equal(answered, 0);
}

static void test_option_that_never_ends(void **state)
{
	char part[CONSOLE_INPUT_MAX];
	int err = 0;

	(void)state;
	TYPE(IAC SB NAWS);
	memset(part, 'x', sizeof(part));
	for (int i = 0; i < 64 && !err; i++)
		err = console_term_input(term, part, sizeof(part));
	assert_int_equal(err, -EPROTO);
	/* and nothing after it */
	assert_int_equal(console_term_input(term, "x\r", 2), -EPROTO);
}

static void test_compression_is_not_taken(void **state)
{
	(void)state;
	assert_int_equal(console_term_input(term, IAC SB "\x56" IAC SE, 5),
			 -EPROTO);
}

static void test_bytes_of_all_kinds(void **state)
{
	char all[256 * 4];

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)(i * 7 + (i >> 8));
	console_term_ask(term, "> ", false, take_and_ask);
	answered = 0;
	for (int i = 0; i < 4; i++) {
		if (console_term_input(term, all, sizeof(all)))
			break;
		answered = 0;
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, term_setup, term_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_fits_needs_no_page),
		TEST(test_pages),
		TEST(test_keys_that_turn_no_page),
		TEST(test_enough),
		TEST(test_pages_without_telnet),
		TEST(test_long_lines_take_more_rows),
		TEST(test_windows_that_are_none),
		TEST(test_texts_are_clean),
		TEST(test_end),
		TEST(test_flood_of_commands),
		TEST(test_option_that_never_ends),
		TEST(test_compression_is_not_taken),
		TEST(test_bytes_of_all_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
