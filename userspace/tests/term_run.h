/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A terminal of the console without a connection: what it sends is kept. */
#ifndef SEHUB_TESTS_TERM_RUN_H
#define SEHUB_TESTS_TERM_RUN_H

#include <stddef.h>

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

#define ANSWERS	16

extern struct console_term *term;
/* Sent to the client. */
extern char sent[65536];
extern size_t sent_len;
/* What take_answer() got, and how many; cancelled ones apart. */
extern char answers[ANSWERS][CONSOLE_LINE_MAX + 1];
extern unsigned int answered, cancelled;

int term_setup(void **state);
int term_teardown(void **state);
void clear_sent(void);

/* For console_term_ask(). */
void take_answer(void *arg, const char *text);
/* Asks again and again. */
void take_and_ask(void *arg, const char *text);

/* The client types; what console_term_input() has returned. */
int type_len(const char *bytes, size_t len);
#define TYPE(text) \
	assert_int_equal(type_len(text, sizeof(text) - 1), 0)

/* It speaks telnet, and leaves the echo to us. */
void be_telnet(void);
/* It has a window of this size. */
void window(unsigned int columns, unsigned int rows);

#endif /* SEHUB_TESTS_TERM_RUN_H */
