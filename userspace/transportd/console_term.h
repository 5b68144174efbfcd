/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A terminal at the other end of a TCP connection, by telnet or without any
 * protocol: text to it, page by page, and answers to questions from it. Knows
 * neither sockets nor menus.
 *
 * A client that speaks telnet is asked to leave the echo to us, so that
 * passwords are not shown, and for the size of its window. One that does not
 * answer is taken as it is: it shows what is typed by itself.
 *
 * What is printed waits until the next question; then as much of it as fits on
 * the screen is shown, and the rest after a key. So nothing scrolls away unseen.
 */
#ifndef SEHUB_TRANSPORTD_CONSOLE_TERM_H
#define SEHUB_TRANSPORTD_CONSOLE_TERM_H

#include <stdbool.h>
#include <stddef.h>

struct console_term;

/* Most that console_term_input() takes at a time. */
#define CONSOLE_INPUT_MAX	1024

/**
 * struct console_term_ops - what is at the other side of it
 * @send: bytes for the client
 * @more: text for "there is more", in the language of the session
 * @too_long: text for a line that is too long, the same way
 */
struct console_term_ops {
	void (*send)(void *arg, const char *bytes, size_t len);
	const char *(*more)(void *arg);
	const char *(*too_long)(void *arg);
};

/**
 * typedef console_answer_fn - the answer to a question
 * @text: the line, without blanks around it but for secrets; NULL: cancelled
 *
 * Called once for each question; may ask the next one.
 */
typedef void (*console_answer_fn)(void *arg, const char *text);

/* NULL without memory. @arg: for @ops and answers. */
struct console_term *console_term_new(const struct console_term_ops *ops,
				      void *arg);
/* NULL is fine. Not from inside of console_term_input(). */
void console_term_free(struct console_term *term);

/* The first bytes: says what we would like. */
void console_term_begin(struct console_term *term);

/**
 * console_term_input() - bytes came
 * @bytes: at most CONSOLE_INPUT_MAX of them, when console_term_is_hungry()
 *
 * Return: 0; -EPROTO: what came is no telnet that can be gone on with.
 */
int console_term_input(struct console_term *term, const char *bytes,
		       size_t len);
/* All that was typed has been taken: more may be read. */
bool console_term_is_hungry(const struct console_term *term);

/* The client speaks telnet, as far as is known. */
bool console_term_is_telnet(const struct console_term *term);
/* It shows what is typed whatever we say. */
bool console_term_shows_secrets(const struct console_term *term);
unsigned int console_term_columns(const struct console_term *term);

/* Text; lines end with "\n". Control characters become "?". */
void console_term_put(struct console_term *term, const char *text);
void console_term_print(struct console_term *term, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * console_term_ask() - show what was printed, then a question
 * @prompt: copied
 * @is_secret: do not show the answer
 * @fn: gets the answer
 */
void console_term_ask(struct console_term *term, const char *prompt,
		      bool is_secret, console_answer_fn fn);
/* No answer any more: the client says goodbye or is thrown out. */
void console_term_end(struct console_term *term);

#endif /* SEHUB_TRANSPORTD_CONSOLE_TERM_H */
