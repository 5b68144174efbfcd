// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console's terminal: what telnet clients and those without it are sent, and
 * lines as people and programs type them.
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

/* --- negotiation --- */

static void test_offers(void **state)
{
	(void)state;
	console_term_begin(term);
	assert_non_null(memmem(sent, sent_len, IAC WILL ECHO, 3));
	assert_non_null(memmem(sent, sent_len, IAC WILL SGA, 3));
	assert_non_null(memmem(sent, sent_len, IAC DO NAWS, 3));
	assert_true(console_term_shows_secrets(term));
	assert_false(console_term_is_telnet(term));
}

static void test_echo_is_ours(void **state)
{
	(void)state;
	be_telnet();
	assert_false(console_term_shows_secrets(term));
	console_term_ask(term, "name: ", false, take_answer);
	TYPE("al\r\n");
	assert_string_equal(sent, "name: al\r\n");
	assert_string_equal(answers[0], "al");
}

static void test_secrets_are_not_shown(void **state)
{
	(void)state;
	be_telnet();
	console_term_ask(term, "password: ", true, take_answer);
	TYPE(" s3cret x\x7f \r");
	assert_string_equal(sent, "password: \r\n");
	/* blanks belong to it */
	assert_string_equal(answers[0], " s3cret  ");
}

static void test_client_that_refuses(void **state)
{
	(void)state;
	console_term_begin(term);
	TYPE(IAC DONT ECHO IAC WONT NAWS);
	clear_sent();
	assert_true(console_term_is_telnet(term));
	assert_true(console_term_shows_secrets(term));
	console_term_ask(term, "x: ", false, take_answer);
	TYPE("hello\r\n");
	assert_string_equal(sent, "x: ");
	assert_string_equal(answers[0], "hello");
}

static void test_raw_client(void **state)
{
	(void)state;
	console_term_begin(term);
	clear_sent();
	console_term_ask(term, "> ", false, take_and_ask);
	TYPE("one\ntwo\r\nthree\r");
	assert_int_equal(answered, 3);
	assert_string_equal(answers[2], "three");
	assert_string_equal(sent, "> > > > ");
	assert_false(console_term_is_telnet(term));
}

static void test_unknown_options_are_refused(void **state)
{
	(void)state;
	be_telnet();
	TYPE(IAC WILL "\x18" IAC DO "\x27" IAC WILL "\x22");
	assert_memory_equal(sent, IAC DONT "\x18" IAC WONT "\x27" IAC DONT "\x22",
			    9);
	assert_int_equal(sent_len, 9);
}

static void test_commands(void **state)
{
	(void)state;
	be_telnet();
	console_term_ask(term, "> ", false, take_and_ask);
	/* erase character, erase line, interrupt, are you there */
	TYPE("abc" IAC "\xf7" "\r");
	assert_string_equal(answers[0], "ab");
	TYPE("abc" IAC "\xf8" "x\r");
	assert_string_equal(answers[1], "x");
	TYPE("abc" IAC "\xf4");
	assert_int_equal(cancelled, 1);
	clear_sent();
	TYPE("ab" IAC "\xf6");
	assert_string_equal(sent, "\r\n[sehub]\r\n> ab");
}

/* --- lines --- */

static void expect_line(const char *typed, size_t len, const char *line)
{
	unsigned int before = answered;

	console_term_ask(term, "", false, take_answer);
	assert_int_equal(type_len(typed, len), 0);
	assert_int_equal(answered, before + 1);
	assert_string_equal(answers[before], line);
}

#define EXPECT_LINE(typed, line) expect_line(typed, sizeof(typed) - 1, line)

static void test_editing(void **state)
{
	(void)state;
	be_telnet();
	EXPECT_LINE("helo\blo\r\n", "hello");
	EXPECT_LINE("x\x7f\x7f\x7fy\r", "y");
	EXPECT_LINE("one two  \x17three\n", "one three");
	EXPECT_LINE("wrong\x15right\r", "right");
	EXPECT_LINE("  12 \r", "12");
	EXPECT_LINE("a\tb\r", "a b");
	/* cursor keys, Home, a function key, Alt-x */
	EXPECT_LINE("a\x1b[A\x1b[1;5Cb\x1b[H\x1bOPc\x1bx\r", "abc");
	/* half of one at the end of the line */
	EXPECT_LINE("a\x1b[\r", "a");
	EXPECT_LINE("a\x1b\r", "a");
}

static void test_ends_of_lines(void **state)
{
	(void)state;
	be_telnet();
	console_term_ask(term, "", false, take_and_ask);
	TYPE("a\r\0b\r\nc\nd\re\r");
	assert_int_equal(answered, 5);
	TYPE("\n");
	/* it belonged to the last one */
	assert_int_equal(answered, 5);
	TYPE("\n");
	assert_int_equal(answered, 6);
	assert_string_equal(answers[5], "");
}

static void test_letters_of_other_languages(void **state)
{
	(void)state;
	be_telnet();
	console_term_ask(term, "", false, take_answer);
	TYPE("\xe4\xbb\xae\xe6\x83\xb3\x7f");
	/* two columns are rubbed out */
	assert_string_equal(sent, "\xe4\xbb\xae\xe6\x83\xb3\b \b\b \b");
	TYPE("\r");
	assert_string_equal(answers[0], "\xe4\xbb\xae");
	/* a mark with its letter stays UTF-8 */
	EXPECT_LINE("e\xcc\x81\x7f\r", "e");
}

static void test_what_is_no_utf8_is_dropped(void **state)
{
	(void)state;
	be_telnet();
	EXPECT_LINE("a\x80\xc0\x80" "b\r", "ab");
	EXPECT_LINE("a\xe4\xbb" "b\r", "ab");
	EXPECT_LINE("a\xed\xa0\x80" "b\r", "ab");
	EXPECT_LINE("a\xe4\xc3\xa9\r", "a\xc3\xa9");
	EXPECT_LINE("a\xf8\x88\x80\x80\x80\r", "a");
	/* control characters beyond ASCII */
	EXPECT_LINE("a\xc2\x9b" "b\r", "ab");
	/* IAC IAC is a byte, which is none either */
	EXPECT_LINE("a\xff\xff" "b\r", "ab");
}

static void test_cancel(void **state)
{
	(void)state;
	be_telnet();
	console_term_ask(term, "> ", false, take_and_ask);
	TYPE("half\x03");
	assert_int_equal(cancelled, 1);
	assert_non_null(strstr(sent, "half^C\r\n> "));
	TYPE("\x04");
	assert_int_equal(cancelled, 2);
	/* in a line that has begun it is none */
	TYPE("x\x04y\r");
	assert_int_equal(cancelled, 2);
	assert_string_equal(answers[0], "xy");
}

static void test_typing_ahead(void **state)
{
	(void)state;
	be_telnet();
	TYPE("first\rsecond\r");
	assert_int_equal(answered, 0);
	assert_false(console_term_is_hungry(term));
	console_term_ask(term, "", false, take_answer);
	assert_string_equal(answers[0], "first");
	assert_false(console_term_is_hungry(term));
	console_term_ask(term, "", false, take_answer);
	assert_string_equal(answers[1], "second");
	assert_true(console_term_is_hungry(term));
}

/* --- lines that are too long --- */

static void test_long_line_with_echo(void **state)
{
	char line[CONSOLE_LINE_MAX + 10];

	(void)state;
	be_telnet();
	memset(line, 'x', sizeof(line));
	console_term_ask(term, "", false, take_answer);
	assert_int_equal(type_len(line, sizeof(line)), 0);
	/* each character beyond is refused, and heard */
	assert_int_equal(sent_len, sizeof(line));
	assert_int_equal(sent[CONSOLE_LINE_MAX], '\a');
	TYPE("\r");
	assert_int_equal(strlen(answers[0]), CONSOLE_LINE_MAX);
}

static void test_long_line_without_echo(void **state)
{
	char line[CONSOLE_LINE_MAX + 10];

	(void)state;
	memset(line, 'x', sizeof(line));
	console_term_ask(term, "> ", false, take_answer);
	assert_int_equal(type_len(line, sizeof(line)), 0);
	TYPE("\n");
	assert_int_equal(answered, 0);
	assert_string_equal(sent, "> too long\r\n> ");
	TYPE("short\n");
	assert_string_equal(answers[0], "short");
}

static void test_endless_line(void **state)
{
	char part[CONSOLE_INPUT_MAX];

	(void)state;
	memset(part, 'x', sizeof(part));
	console_term_ask(term, "> ", true, take_answer);
	for (int i = 0; i < 2000; i++)
		assert_int_equal(type_len(part, sizeof(part)), 0);
	assert_int_equal(answered, 0);
	assert_int_equal(sent_len, 2);
	assert_true(console_term_is_hungry(term));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, term_setup, term_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_offers),
		TEST(test_echo_is_ours),
		TEST(test_secrets_are_not_shown),
		TEST(test_client_that_refuses),
		TEST(test_raw_client),
		TEST(test_unknown_options_are_refused),
		TEST(test_commands),
		TEST(test_editing),
		TEST(test_ends_of_lines),
		TEST(test_letters_of_other_languages),
		TEST(test_what_is_no_utf8_is_dropped),
		TEST(test_cancel),
		TEST(test_typing_ahead),
		TEST(test_long_line_with_echo),
		TEST(test_long_line_without_echo),
		TEST(test_endless_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
