/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A console and clients of it in one process, over real connections: the loop
 * runs while a client waits for text. Methods that others have are played here;
 * what was asked of them is kept.
 */
#ifndef SEHUB_TESTS_CONSOLE_RUN_H
#define SEHUB_TESTS_CONSOLE_RUN_H

#include <stdint.h>
#include <json-c/json.h>

#include "../transportd/console.h"

/* Before the setup, if they are to be others. */
extern struct console_options console_options;
extern struct console *console;
/* What the console takes for the time. */
extern uint64_t clock_ms;

/* The administrator's password is "sesame", but for console_setup_new(). */
int console_setup(void **state);
int console_setup_new(void **state);
int console_teardown(void **state);

/*
 * Play a method: it answers with @reply, JSON, or if that begins with "!" with
 * the error behind it.
 */
void play(const char *method, const char *reply);
/* The last call of a method that is played has had these parameters, JSON. */
void expect_call(const char *method, const char *params);
/* Until it was called so often. */
void await_calls(const char *method, unsigned int count);
/* How often it was called since the setup. */
unsigned int calls_of(const char *method);

/* A client without telnet; it has said nothing. */
int console_dial(void);
/* From an IPv4 address of this machine, in host byte order. */
int console_dial_from(uint32_t source);
/* The same, logged in, and the main menu shown. */
int console_enter_as_admin(void);
void say(int fd, const char *text);
/* Waits for it; what came before it is passed over. */
void expect_text(int fd, const char *text);
/* Waits for @text, which must come without @other before it. */
void expect_without(int fd, const char *text, const char *other);
/* say() and expect_text() */
void talk(int fd, const char *text, const char *answer);
/* The console closes the connection. */
void expect_end(int fd);

/* A catalogue, in a directory that TEXTDOMAINDIR then names. */
void write_catalogue(const char *language, const char *const pairs[][2],
		     unsigned int count);
void remove_catalogues(void);

#endif /* SEHUB_TESTS_CONSOLE_RUN_H */
