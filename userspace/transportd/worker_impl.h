/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What worker.c (a thread) and worker_pool.c (the main thread's side) share.
 * worker->lock guards worker->inbox, pool->lock the pool's inbox; everything
 * else in a struct worker belongs to its thread once that runs.
 */
#ifndef SEHUB_TRANSPORTD_WORKER_IMPL_H
#define SEHUB_TRANSPORTD_WORKER_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "session.h"
#include "worker.h"

#define WORKER_PORT_BUCKETS	1024

enum message_kind {
	MSG_START,
	MSG_END,
	MSG_DROP,
	MSG_GRACE,
	MSG_PROBE,
	MSG_STOP,
};

struct message {
	struct message *next;
	enum message_kind kind;
	struct session_ref ref;
	uint16_t code;
	uint32_t grace;
	char text[SEHUB_WIRE_TEXT_MAX + 1];
	struct session_start start[];	/* one, for MSG_START */
};

struct event_node {
	struct event_node *next;
	struct session_event event;
};

/**
 * struct worker - one thread
 * @pool: its pool
 * @index: its number there
 * @thread: the thread
 * @loop: its loop
 * @async: wakes it: the inbox is not empty, or it is asked for a sign of life
 * @again: timer of the sessions in @again_list, and of the end
 * @poll: watches the netlink socket; NULL while there is none
 * @lock: guards @inbox
 * @inbox: messages of the main thread
 * @inbox_end: where to append
 * @load: sessions given to it and not ended, for the choice of a worker
 * @asked: counts questions of the watchdog
 * @answered: the last one seen
 * @host: what its sessions use
 * @sessions: its sessions
 * @ports: the same by port id, those that have one
 * @again_list: sessions that asked to be called again
 * @is_reading: inside sehub_xfer_recv(): do not close the socket
 * @is_stopping: sessions are being ended, the thread ends after them
 * @is_last_call: the time for that is over
 */
struct worker {
	struct worker_pool *pool;
	unsigned int index;
	pthread_t thread;
	uv_loop_t loop;
	uv_async_t async;
	uv_timer_t again;
	uv_poll_t *poll;
	pthread_mutex_t lock;
	struct message *inbox;
	struct message **inbox_end;
	atomic_uint load;
	atomic_uint asked;
	atomic_uint answered;
	struct session_host host;
	struct session *sessions;
	struct session *ports[WORKER_PORT_BUCKETS];
	struct session *again_list;
	bool is_reading;
	bool is_stopping;
	bool is_last_call;
};

struct worker_pool {
	uv_async_t async;
	pthread_mutex_t lock;
	struct event_node *inbox;
	struct event_node **inbox_end;
	session_event_fn fn;
	void *arg;
	uint64_t serial;
	bool is_stopped;
	unsigned int count;
	struct worker workers[];
};

/* Starts the thread. Return: 0 or -errno. */
int worker_init(struct worker_pool *pool, struct worker *w, unsigned int index);
/* Waits for the thread, which was told to stop, and frees what it had. */
void worker_join(struct worker *w);

#endif /* SEHUB_TRANSPORTD_WORKER_IMPL_H */
