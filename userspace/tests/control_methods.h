/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Methods for tests of the control socket: Echo, which takes parameters of all
 * kinds; Later and LaterNote, which are answered by the test; Big, an answer of
 * "size" bytes; Note, which changes something.
 */
#ifndef SEHUB_TESTS_CONTROL_METHODS_H
#define SEHUB_TESTS_CONTROL_METHODS_H

#include "../transportd/control_impl.h"
#include "control_run.h"

/* The call of Later that is not answered yet. */
extern struct control_call *later;
/* Clients of it that have gone; calls of Echo; calls of Note. */
extern unsigned int gone, handled, noted;

/* control_setup() with these methods. */
int methods_setup(void **state);
void method_echo(struct control_call *call, struct json_object *params,
		 void *ctx);
void method_later(struct control_call *call, struct json_object *params,
		  void *ctx);

#define REQUEST(text) \
	"{\"method\":\"org.sehub.transportd.Echo\"," \
	"\"parameters\":{\"text\":\"" text "\"}}"

#define ONEWAY(name) \
	"{\"method\":\"org.sehub.transportd." name "\",\"oneway\":true}"

/* The next answer is Echo's. */
void expect_echo(int fd, const char *text);
/* The daemon has closed it. */
void expect_closed(int fd);

#endif /* SEHUB_TESTS_CONTROL_METHODS_H */
