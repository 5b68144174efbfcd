/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session between a TLS line and a kernel and a worker that are played here.
 */
#ifndef SEHUB_TESTS_SESSION_RUN_H
#define SEHUB_TESTS_SESSION_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../transportd/records.h"
#include "../transportd/session.h"
#include "line.h"

#define PORT_ID		4711
#define KEEPALIVE	60000
#define DEAD_TIME	120000

/* The kernel: what it was given and asked for. */
struct sehub_xfer {
	uint8_t got[4 * 1024 * 1024];
	size_t len;
	unsigned int sends, credits;
	unsigned int busy;	/* so many sends are refused */
	unsigned int news, attaches, detaches, deletes;
	struct sehub_port_config config;
	char cookie[8];
	sehub_xfer_done done;
	void *done_arg;
};

extern struct sehub_xfer kernel;

/* What the worker was told. */
extern struct session_event events[8];
extern unsigned int event_count, bound, gone, urgent;
/* What the main thread then has to say: another line has the port. */
extern bool drop_on_urgent;

extern struct session *s;
extern struct peer peer;

/* Of the next session; may be changed between prepare() and begin(). */
extern struct session_start start;

/* A line with its handshake done. */
void prepare(bool is_resume);
/* The session; its port is asked for. */
void begin(void);
/* The answer to that. */
void kernel_answers(int code, const char *text);
/* All of it, with a new port: frames pass. */
void begin_open(void);
/* The peer goes; the session has to be gone then, told once. */
void finish(void);

/* What is due on either side. */
void turn(void);
#define UNTIL(condition)	LINE_UNTIL((turn(), condition))

#endif /* SEHUB_TESTS_SESSION_RUN_H */
