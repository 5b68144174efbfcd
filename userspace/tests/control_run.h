/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A control socket and clients of it in one process: the loop runs while a
 * client waits for its answer.
 */
#ifndef SEHUB_TESTS_CONTROL_RUN_H
#define SEHUB_TESTS_CONTROL_RUN_H

#include <stdbool.h>
#include <json-c/json.h>
#include <uv.h>

#include "../transportd/control.h"

/* Nothing takes this long, on any machine. */
#define DEADLINE_MS	20000

extern uv_loop_t loop;
extern struct control *control;
extern struct control_options options;
extern char control_dir[64], control_path[96];

int control_setup(void **state);
/* Closes it, runs the loop to its end, which has to be empty then. */
int control_teardown(void **state);
void control_stop(void);

/* A client's socket. */
int dial(void);
void send_bytes(int fd, const char *bytes, size_t len);
/* With the NUL at its end. */
void send_text(int fd, const char *text);

/* Lets the loop do what is there to do. */
void turn(void);
/* Until the condition holds. */
#define TURN_UNTIL(condition)						\
	do {								\
		for (uint64_t start_ = uv_hrtime(); !(condition);) {	\
			turn();						\
			if (uv_hrtime() - start_ > DEADLINE_MS * 1000000ULL) \
				fail_msg("never: %s", #condition);	\
		}							\
	} while (0)

/* The next message without its NUL, for free(); NULL: closed by the daemon. */
char *receive(int fd);

/* The same as an object; it has to come. */
struct json_object *receive_json(int fd);

/* Sends a method of our interface and waits; @params is JSON, or NULL. */
struct json_object *ask(int fd, const char *method, const char *params);

/* The parameters of the answer, which has to be none with an error. */
struct json_object *expect_reply(struct json_object *answer);
/* As ask() and expect_reply(), with nothing in the answer. */
void expect_done(int fd, const char *method, const char *params);
/* The answer has this error, message and parameter (NULL: none). */
void expect_refusal(struct json_object *answer, const char *error,
		    const char *message, const char *parameter);
const char *text_of(struct json_object *object, const char *key);
int64_t int_of(struct json_object *object, const char *key);
bool bool_of(struct json_object *object, const char *key);

#endif /* SEHUB_TESTS_CONTROL_RUN_H */
