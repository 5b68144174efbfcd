// SPDX-License-Identifier: GPL-2.0-or-later
/* See term_run.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "term_run.h"

struct console_term *term;
char sent[65536];
size_t sent_len;
char answers[ANSWERS][CONSOLE_LINE_MAX + 1];
unsigned int answered, cancelled;

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

int term_setup(void **state)
{
	(void)state;
	sent_len = 0;
	answered = 0;
	cancelled = 0;
	term = console_term_new(&ops, &term);
	return !term;
}

int term_teardown(void **state)
{
	(void)state;
	console_term_free(term);
	return 0;
}

void clear_sent(void)
{
	sent_len = 0;
	sent[0] = '\0';
}

void take_answer(void *arg, const char *text)
{
	(void)arg;
	if (!text) {
		cancelled++;
		return;
	}
	assert_true(answered < ANSWERS);
	strcpy(answers[answered++], text);
}

void take_and_ask(void *arg, const char *text)
{
	take_answer(arg, text);
	console_term_ask(term, "> ", false, take_and_ask);
}

int type_len(const char *bytes, size_t len)
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

void be_telnet(void)
{
	console_term_begin(term);
	TYPE(IAC DO ECHO IAC DO SGA IAC WILL NAWS);
	assert_true(console_term_is_telnet(term));
	clear_sent();
}

void window(unsigned int columns, unsigned int rows)
{
	char bytes[] = IAC SB NAWS "....\xff\xf0";

	bytes[3] = (char)(columns >> 8);
	bytes[4] = (char)columns;
	bytes[5] = (char)(rows >> 8);
	bytes[6] = (char)rows;
	assert_int_equal(type_len(bytes, sizeof(bytes) - 1), 0);
}
