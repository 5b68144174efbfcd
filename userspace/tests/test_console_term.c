// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console's terminal: what telnet clients and those without it are sent,
 * lines as people and programs type them, pages, and clients that send what no
 * client sends.
 *
 * links: transportd/console_term.c transportd/console_line.c transportd/log.c
 * links: lib/text.c
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

#include "../transportd/console_line.h"
#include "../transportd/console_term.h"

#define IAC	"\xff"
#define DONT	"\xfe"
#define DO	"\xfd"
#define WONT	"\xfc"
#define WILL	"\xfb"
#define SB	"\xfa"
#define SE	"\xf0"
#define ECHO	"\x01"
#define SGA	"\x03"
#define NAWS	"\x1f"
#define MORE	"-- more --"

static struct console_term *term;
static char sent[65536];
static size_t sent_len;
static char answers[16][CONSOLE_LINE_MAX + 1];
static unsigned int answered, cancelled, asked;

static void note_sent(void *arg, const char *bytes, size_t len)
{
	assert_ptr_equal(arg, &term);
	assert_true(sent_len + len < sizeof(sent));
	memcpy(sent + sent_len, bytes, len);
	sent_len += len;
	sent[sent_len] = '\0';
}

static const char *more(void *arg)
{
	(void)arg;
	return MORE;
}

static const char *too_long(void *arg)
{
	(void)arg;
	return "too long\n";
}

static const struct console_term_ops ops = {
	.send = note_sent,
	.more = more,
	.too_long = too_long,
};

static int setup(void **state)
{
	(void)state;
	sent_len = 0;
	answered = 0;
	cancelled = 0;
	asked = 0;
	term = console_term_new(&ops, &term);
	return !term;
}

static int teardown(void **state)
{
	(void)state;
	console_term_free(term);
	return 0;
}

static void clear_sent(void)
{
	sent_len = 0;
	sent[0] = '\0';
}

static void take_answer(void *arg, const char *text)
{
	(void)arg;
	if (!text) {
		cancelled++;
		return;
	}
	assert_true(answered < 16);
	strcpy(answers[answered++], text);
}

/* Asks again and again. */
static void take_and_ask(void *arg, const char *text)
{
	take_answer(arg, text);
	asked++;
	console_term_ask(term, "> ", false, take_and_ask);
}

static int type_len(const char *bytes, size_t len)
{
	int err = 0;

	while (len && !err) {
		size_t part = len < CONSOLE_INPUT_MAX ? len : CONSOLE_INPUT_MAX;

		err = console_term_input(term, bytes, part);
		bytes += part;
		len -= part;
	}
	return err;
}

#define TYPE(text) \
	assert_int_equal(type_len(text, sizeof(text) - 1), 0)

static void be_telnet(void)
{
	console_term_begin(term);
	TYPE(IAC DO ECHO IAC DO SGA IAC WILL NAWS);
	assert_true(console_term_is_telnet(term));
	clear_sent();
}

static void window(unsigned int columns, unsigned int rows)
{
	char bytes[] = IAC SB NAWS "....\xff\xf0";

	bytes[3] = (char)(columns >> 8);
	bytes[4] = (char)columns;
	bytes[5] = (char)(rows >> 8);
	bytes[6] = (char)rows;
	assert_int_equal(type_len(bytes, sizeof(bytes) - 1), 0);
}

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
		TEST(test_what_fits_needs_no_page),
		TEST(test_pages),
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
