/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workers: threads that carry sessions, each with its own loop, its own
 * netlink socket (the owner of its session ports) and its own sessions. The
 * main thread hands over connections whose login is done and names sessions
 * by a struct session_ref; what happens to them comes back as events, in the
 * main thread's loop. The queues between the threads are the only thing that
 * is locked, and no frame passes through them.
 */
#ifndef SEHUB_TRANSPORTD_WORKER_H
#define SEHUB_TRANSPORTD_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include <linux/sehub.h>
#include <linux/sehub_wire.h>

#include "channel.h"
#include "err.h"
#include "lib/policy.h"

struct tap;
struct worker_pool;

/**
 * struct session_ref - names a session that a worker has
 * @worker: its worker
 * @serial: never used again; 0: no session
 */
struct session_ref {
	unsigned int worker;
	uint64_t serial;
};

/**
 * struct session_start - all that a worker needs to carry a session
 * @parts: the connection
 * @is_server: which end this is
 * @is_resume: take back port @port_id; else make a port in hub @hub_ifindex
 * @tap: the port is this TAP device's, which has got @port_id already; a
 *	reference that goes with the start. NULL: a port of sehub.ko
 * @name: for the log
 * @hub_ifindex: hub of a new port: a hub's device, a card or a bridge
 * @is_bridge: it is a bridge
 * @vlan: number of the hub, if it has one
 * @port_name: name of a new port
 * @port_id: port of a session that is resumed
 * @cookie: kept with a new port
 * @cookie_len: its length
 * @grace: of a new port, milliseconds
 * @queue_limit: of a new port, bytes
 * @heir_of: a new port gets the addresses of this one, which goes; 0: of none
 * @peer_hub: a new port leads to the hub with this id, 0: to none
 * @has_policy: a new port has a policy
 * @policy: this one
 * @features: what the peer takes
 * @peer_rx: for a resume, what the peer has
 * @peer_oldest: for a resume, what the peer can send again
 * @ticket: for a server's answer to a resume
 * @greeting: record to send when the port is there, a server's ATTACH
 * @greeting_len: its length
 * @worn_after: bytes in both directions, 0: never
 * @keepalive: milliseconds between PINGs
 * @dead_time: milliseconds of silence that end the line
 */
struct session_start {
	struct channel_parts parts;
	bool is_server;
	bool is_resume;
	struct tap *tap;
	char name[40];
	uint32_t hub_ifindex;
	bool is_bridge;
	uint16_t vlan;
	char port_name[SEHUB_NAME_MAX + 1];
	uint32_t port_id;
	uint8_t cookie[SEHUB_COOKIE_MAX];
	size_t cookie_len;
	uint32_t grace;
	uint32_t queue_limit;
	uint32_t heir_of;
	uint64_t peer_hub;
	bool has_policy;
	struct sehub_policy policy;
	uint32_t features;
	uint64_t peer_rx;
	uint64_t peer_oldest;
	uint8_t ticket[SEHUB_WIRE_TICKET_LEN];
	uint8_t greeting[512];
	size_t greeting_len;
	uint64_t worn_after;
	uint32_t keepalive;
	uint32_t dead_time;
};

/**
 * enum session_event_kind - what became of a session
 * @SESSION_EVENT_STARTED: frames pass; the port is known
 * @SESSION_EVENT_REFUSED: the port cannot be had, @code (what a server tells
 *	its client; a client says BYE) and @text say why
 * @SESSION_EVENT_HEARD: first sign of life after a resume
 * @SESSION_EVENT_WORN: the line has carried what it should; it goes on
 * @SESSION_EVENT_GRACE: the server keeps the session for @grace from now on
 * @SESSION_EVENT_LOST: the line is gone; the port is detached
 * @SESSION_EVENT_CLOSED: the session came to its end with a CLOSE, @by_peer or
 *	not; a client's port is deleted, a server's is for the main thread to
 *
 * After all but STARTED, HEARD, WORN and GRACE the reference is void.
 */
enum session_event_kind {
	SESSION_EVENT_STARTED,
	SESSION_EVENT_REFUSED,
	SESSION_EVENT_HEARD,
	SESSION_EVENT_WORN,
	SESSION_EVENT_GRACE,
	SESSION_EVENT_LOST,
	SESSION_EVENT_CLOSED,
};

/**
 * struct session_event - what a worker tells of a session
 * @ref: its name
 * @kind: what became of it
 * @is_server: which end this is
 * @is_resume: the session took back its port, which was there before
 * @port_id: its port, 0: none yet
 * @port_number: in its hub, for STARTED
 * @grace: for GRACE
 * @by_peer: for CLOSED
 * @code: for REFUSED and CLOSED
 * @text: why, for people
 */
struct session_event {
	struct session_ref ref;
	enum session_event_kind kind;
	bool is_server;
	bool is_resume;
	uint32_t port_id;
	uint32_t port_number;
	uint32_t grace;
	bool by_peer;
	uint16_t code;
	char text[SEHUB_WIRE_TEXT_MAX + 1];
};

typedef void (*session_event_fn)(void *arg, const struct session_event *event);

/**
 * worker_pool_new() - start the threads
 * @poolp: where to put the pool, on failure too if there was memory for it
 * @loop: the main thread's loop
 * @count: number of threads
 * @fn: called for each event, from @loop or worker_pool_stop()
 * @arg: handed to @fn
 * @err: filled on failure
 * Return: 0 or -errno.
 */
int worker_pool_new(struct worker_pool **poolp, uv_loop_t *loop,
		    unsigned int count, session_event_fn fn, void *arg,
		    struct sehub_err *err);

/**
 * worker_pool_stop() - end the threads
 * @pool: NULL is allowed
 *
 * Every session is told CLOSE SHUTDOWN. Ports stay for their grace time, so
 * that the next daemon can go on with them. Waits for the threads, two seconds
 * at most, and tells of the events that they have left, before it returns; of
 * none later. Run the loop once more before worker_pool_free().
 */
void worker_pool_stop(struct worker_pool *pool);
void worker_pool_free(struct worker_pool *pool);

unsigned int worker_pool_count(const struct worker_pool *pool);

/* @start->parts and @start->tap are consumed, the rest is copied. */
struct session_ref worker_start(struct worker_pool *pool,
				struct session_start *start);

/*
 * The rest is about sessions that may have ended meanwhile; then nothing
 * happens.
 */

/*
 * End a session: the peer is told. The port is the caller's affair, except
 * that a new one which is just being made is deleted. One that is replaced
 * loses its owner and nothing else. No event comes.
 */
void worker_end(struct worker_pool *pool, struct session_ref ref,
		uint16_t code, const char *text);
/* Another line has the session's port: forget this one. No event comes. */
void worker_drop(struct worker_pool *pool, struct session_ref ref);
/* A client is told that its session is kept for another time than before. */
void worker_tell_grace(struct worker_pool *pool, struct session_ref ref,
		       uint32_t grace);
/* The network changed: find out at once whether the line still works. */
void worker_probe(struct worker_pool *pool, struct session_ref ref);

/*
 * True if every worker has answered the last call of this function; asks them
 * again. For the watchdog.
 */
bool worker_pool_is_alive(struct worker_pool *pool);

#endif /* SEHUB_TRANSPORTD_WORKER_H */
