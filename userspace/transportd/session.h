/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session on its worker: a TLS stream on one side, a port on the other (of
 * a hub, or a TAP device), whole records between them. The same for both ends
 * of a session; knows nothing of users or connections.
 */
#ifndef SEHUB_TRANSPORTD_SESSION_H
#define SEHUB_TRANSPORTD_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "worker.h"
#include "xfer.h"

/* Credit is granted while less than this waits to be sent to the peer. */
#define SESSION_OUTPUT_MARK	(128 * 1024)
/* A record kept from last time, and as much again. */
#define SESSION_BUFFER_SIZE	(192 * 1024)

struct session;

/**
 * struct session_host - what a session has from its worker
 * @loop: the worker's loop
 * @xfer: the worker's netlink socket, opened; NULL where no session is one of
 *	sehub.ko
 * @buffer: SESSION_BUFFER_SIZE bytes that every session may use inside a call
 * @event: tell the main thread
 * @bound: the session's port id is known from now on
 * @again: call session_again() after @delay_ms
 * @urgent: see first what the main thread has to say
 * @gone: the session is not to be called any more
 * @arg: handed to all of them
 */
struct session_host {
	uv_loop_t *loop;
	struct sehub_xfer *xfer;
	uint8_t *buffer;
	void (*event)(void *arg, const struct session_event *event);
	void (*bound)(void *arg, struct session *s);
	void (*again)(void *arg, struct session *s, unsigned int delay_ms);
	void (*urgent)(void *arg);
	void (*gone)(void *arg, struct session *s);
	void *arg;
};

/**
 * struct session_links - what the worker keeps with a session
 * @next: all sessions of the worker
 * @prev: the same, backwards
 * @next_port: sessions in the same bucket of port ids
 * @prev_port: the same, backwards; NULL: in none
 * @next_again: sessions that are to be called again
 * @is_queued: in that list
 */
struct session_links {
	struct session *next;
	struct session **prev;
	struct session *next_port;
	struct session **prev_port;
	struct session *next_again;
	bool is_queued;
};

/**
 * session_new() - make a session
 * @host: must stay valid
 * @start: as given to worker_start(); parts are consumed
 * @ref: its name
 *
 * Return: the session, for session_begin(); or NULL without memory, then the
 * connection is closed.
 */
struct session *session_new(const struct session_host *host,
			    struct session_start *start,
			    struct session_ref ref);

/* Ask for its port; the rest follows by itself. */
void session_begin(struct session *s, const struct session_start *start);
/* Instead: its port cannot be had, @code is -errno. */
void session_refuse(struct session *s, int code, const char *text);

struct session_links *session_links(struct session *s);
uint64_t session_serial(const struct session *s);
uint32_t session_port_id(const struct session *s);
/* Its port is one of sehub.ko. */
bool session_has_netlink(const struct session *s);

/* What came for its port; see struct sehub_xfer_ops. */
void session_answer(struct session *s, const uint8_t *records, size_t len,
		    const uint8_t *control, size_t control_len);
void session_port_error(struct session *s, int code, const char *text);

/* What the main thread asks for; see worker_end() and the like. */
void session_end(struct session *s, uint16_t code, const char *text);
void session_drop(struct session *s);
void session_tell_grace(struct session *s, uint32_t grace);
void session_probe(struct session *s);
void session_again(struct session *s);

/* The worker's socket is gone, and with it every port of sehub.ko. */
void session_lose(struct session *s, const char *why);

#endif /* SEHUB_TRANSPORTD_SESSION_H */
