// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The main thread's side of the workers: starts and ends the threads, posts
 * messages to them, and hands out the events that come back.
 */
#include "worker_impl.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "tap.h"

static void pool_read_inbox(struct worker_pool *pool)
{
	struct event_node *node, *next;

	pthread_mutex_lock(&pool->lock);
	node = pool->inbox;
	pool->inbox = NULL;
	pool->inbox_end = &pool->inbox;
	pthread_mutex_unlock(&pool->lock);
	for (; node; node = next) {
		next = node->next;
		pool->fn(pool->arg, &node->event);
		free(node);
	}
}

static void pool_on_async(uv_async_t *async)
{
	pool_read_inbox(async->data);
}

int worker_pool_new(struct worker_pool **poolp, uv_loop_t *loop,
		    unsigned int count, session_event_fn fn, void *arg,
		    struct sehub_err *err)
{
	struct worker_pool *pool;
	sigset_t all, before;
	unsigned int i;
	int ret = 0;

	pool = calloc(1, sizeof(*pool) + count * sizeof(pool->workers[0]));
	if (!pool)
		return sehub_err_errno(err, ENOMEM, "cannot start workers");
	pool->inbox_end = &pool->inbox;
	pool->fn = fn;
	pool->arg = arg;
	pthread_mutex_init(&pool->lock, NULL);
	uv_async_init(loop, &pool->async, pool_on_async);
	pool->async.data = pool;

	/* Signals are the main thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (i = 0; i < count && !ret; i++) {
		ret = worker_init(pool, &pool->workers[i], i);
		if (!ret)
			pool->count++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	*poolp = pool;
	if (ret) {
		sehub_err_errno(err, ret, "cannot start workers");
		worker_pool_stop(pool);
	}
	return ret;
}

static void worker_post(struct worker *w, struct message *msg)
{
	msg->next = NULL;
	pthread_mutex_lock(&w->lock);
	*w->inbox_end = msg;
	w->inbox_end = &msg->next;
	pthread_mutex_unlock(&w->lock);
	uv_async_send(&w->async);
}

static struct message *message_new(struct worker_pool *pool,
				   struct session_ref ref,
				   enum message_kind kind)
{
	struct message *msg;

	if (ref.worker >= pool->count || pool->is_stopped)
		return NULL;
	msg = calloc(1, sizeof(*msg));
	if (!msg) {
		log_error("worker message lost: out of memory");
		return NULL;
	}
	msg->kind = kind;
	msg->ref = ref;
	return msg;
}

static void worker_tell(struct worker_pool *pool, struct session_ref ref,
			enum message_kind kind)
{
	struct message *msg = message_new(pool, ref, kind);

	if (msg)
		worker_post(&pool->workers[ref.worker], msg);
}

void worker_pool_stop(struct worker_pool *pool)
{
	struct session_ref ref = { 0 };
	struct worker *w;

	if (!pool || pool->is_stopped)
		return;
	for (ref.worker = 0; ref.worker < pool->count; ref.worker++)
		worker_tell(pool, ref, MSG_STOP);
	for (w = pool->workers; w < pool->workers + pool->count; w++)
		worker_join(w);
	pool->is_stopped = true;
	/* a session that its client has ended must not be there at the next start */
	pool_read_inbox(pool);
	uv_close((uv_handle_t *)&pool->async, NULL);
}

void worker_pool_free(struct worker_pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

unsigned int worker_pool_count(const struct worker_pool *pool)
{
	return pool->count;
}

struct session_ref worker_start(struct worker_pool *pool,
				struct session_start *start)
{
	struct session_ref ref = { 0 };
	struct worker *w, *best = &pool->workers[0];
	struct message *msg;

	for (w = pool->workers; w < pool->workers + pool->count; w++)
		if (atomic_load(&w->load) < atomic_load(&best->load))
			best = w;
	msg = calloc(1, sizeof(*msg) + sizeof(*start));
	if (!msg || pool->is_stopped) {
		free(msg);
		channel_parts_free(&start->parts);
		tap_put(start->tap);
		return ref;
	}
	ref.worker = best->index;
	ref.serial = ++pool->serial;
	msg->kind = MSG_START;
	msg->ref = ref;
	*msg->start = *start;
	memset(&start->parts, 0, sizeof(start->parts));
	start->parts.fd = -1;
	start->tap = NULL;
	atomic_fetch_add(&best->load, 1);
	worker_post(best, msg);
	return ref;
}

void worker_end(struct worker_pool *pool, struct session_ref ref,
		uint16_t code, const char *text)
{
	struct message *msg = ref.serial ? message_new(pool, ref, MSG_END) :
					   NULL;

	if (!msg)
		return;
	msg->code = code;
	snprintf(msg->text, sizeof(msg->text), "%s", text);
	worker_post(&pool->workers[ref.worker], msg);
}

void worker_tell_grace(struct worker_pool *pool, struct session_ref ref,
		       uint32_t grace)
{
	struct message *msg = ref.serial ? message_new(pool, ref, MSG_GRACE) :
					   NULL;

	if (!msg)
		return;
	msg->grace = grace;
	worker_post(&pool->workers[ref.worker], msg);
}

void worker_drop(struct worker_pool *pool, struct session_ref ref)
{
	if (ref.serial)
		worker_tell(pool, ref, MSG_DROP);
}

void worker_probe(struct worker_pool *pool, struct session_ref ref)
{
	if (ref.serial)
		worker_tell(pool, ref, MSG_PROBE);
}

bool worker_pool_is_alive(struct worker_pool *pool)
{
	bool is_alive = true;
	struct worker *w;

	for (w = pool->workers; w < pool->workers + pool->count; w++) {
		if (atomic_load(&w->answered) != atomic_load(&w->asked))
			is_alive = false;
		atomic_fetch_add(&w->asked, 1);
		uv_async_send(&w->async);
	}
	return is_alive;
}
