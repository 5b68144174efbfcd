// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client of the console that says anything: each input is what it sends, in
 * pieces of the length that the first byte says. Answers are UTF-8 without
 * control characters, what is sent stays in proportion to what came, and
 * nothing is taken after the protocol was broken.
 *
 * links: transportd/console_term.c transportd/console_line.c transportd/log.c
 * links: lib/text.c
 */
#include <stdbool.h>

#include "console_line.h"
#include "console_term.h"
#include "fuzz.h"
#include "log.h"

/* What one byte can lead to at most: a page, and a prompt. */
#define SENT_MAX	8192

static struct console_term *term;
static size_t sent, received;
static unsigned int asked;

static void on_send(void *arg, const char *bytes, size_t len)
{
	(void)arg;
	(void)bytes;
	sent += len;
}

static const char *more(void *arg)
{
	(void)arg;
	return "-- more --";
}

static const char *too_long(void *arg)
{
	(void)arg;
	return "too long\n";
}

static const struct console_term_ops ops = {
	.send = on_send,
	.more = more,
	.too_long = too_long,
};

static void on_answer(void *arg, const char *text)
{
	size_t len;

	(void)arg;
	asked++;
	if (text) {
		MUST(strlen(text) <= CONSOLE_LINE_MAX);
		for (const char *p = text; *p; p += len) {
			len = log_printable(p);
			MUST(len);
		}
		/* back to the client, some of them on several pages */
		console_term_print(term, "%s\n", text);
		for (unsigned int i = 0; i < asked % 64; i++)
			console_term_put(term, "a line\n");
	}
	console_term_ask(term, "What now: ", asked % 3 == 0, on_answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t step = size ? data[0] + 1 : 1;
	int err = 0;

	sent = 0;
	received = 0;
	asked = 0;
	term = console_term_new(&ops, NULL);
	MUST(term);
	console_term_begin(term);
	console_term_ask(term, "Password: ", true, on_answer);
	for (size_t at = 1; at < size && !err; at += step) {
		size_t len = step < size - at ? step : size - at;
		uint8_t *copy = fuzz_exact(data + at, len);

		err = console_term_input(term, (const char *)copy, len);
		received += len;
		free(copy);
		/* somebody always asks: all is taken */
		MUST(err || console_term_is_hungry(term));
		MUST(sent <= SENT_MAX * (received + 1));
	}
	if (err)
		MUST(console_term_input(term, "x", 1) == err);
	console_term_end(term);
	console_term_free(term);
	return 0;
}
