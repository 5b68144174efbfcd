// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The main thread's side of the workers: no event is lost, and none of the
 * messages after the end. The threads are played here.
 *
 * links: transportd/worker_pool.c transportd/log.c lib/err.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../transportd/tap.h"
#include "../transportd/worker_impl.h"

static uv_loop_t loop;
static struct worker_pool *pool;
static struct session_ref ref;

/* --- threads --------------------------------------------------------------- */

static unsigned int stops;
/* What the thread tells of before it ends. */
static bool says_closed;

static void say(uint64_t serial, enum session_event_kind kind)
{
	struct event_node *node = calloc(1, sizeof(*node));

	assert_non_null(node);
	node->event.ref.serial = serial;
	node->event.kind = kind;
	pthread_mutex_lock(&pool->lock);
	*pool->inbox_end = node;
	pool->inbox_end = &node->next;
	pthread_mutex_unlock(&pool->lock);
	uv_async_send(&pool->async);
}

static void ignore(uv_async_t *async)
{
	(void)async;
}

int worker_init(struct worker_pool *of, struct worker *w, unsigned int index)
{
	w->pool = of;
	w->index = index;
	w->inbox_end = &w->inbox;
	pthread_mutex_init(&w->lock, NULL);
	return uv_async_init(&loop, &w->async, ignore);
}

static struct message *take_message(struct worker *w)
{
	struct message *msg = w->inbox;

	if (msg)
		w->inbox = msg->next;
	if (!w->inbox)
		w->inbox_end = &w->inbox;
	return msg;
}

void worker_join(struct worker *w)
{
	struct message *msg;

	while ((msg = take_message(w))) {
		stops += msg->kind == MSG_STOP;
		free(msg);
	}
	if (says_closed && !w->index)
		say(ref.serial, SESSION_EVENT_CLOSED);
	uv_close((uv_handle_t *)&w->async, NULL);
	pthread_mutex_destroy(&w->lock);
}

void channel_parts_free(struct channel_parts *parts)
{
	(void)parts;
}

void tap_put(struct tap *tap)
{
	assert_null(tap);
}

/* --- the main thread ------------------------------------------------------- */

static unsigned int heard;
static struct session_event last;

static void on_event(void *arg, const struct session_event *event)
{
	assert_ptr_equal(arg, &heard);
	heard++;
	last = *event;
	/* as sessions_event() may, also of a session that is at its end */
	worker_tell_grace(pool, event->ref, 1000);
	worker_end(pool, event->ref, SEHUB_WIRE_CLOSE_BYE, "");
}

static int setup(void **state)
{
	struct session_start start = { .parts.fd = -1 };
	struct sehub_err err;

	(void)state;
	stops = heard = 0;
	says_closed = false;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(worker_pool_new(&pool, &loop, 2, on_event, &heard,
					 &err), 0);
	ref = worker_start(pool, &start);
	assert_true(ref.serial > 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	worker_pool_stop(pool);
	uv_run(&loop, UV_RUN_DEFAULT);
	worker_pool_free(pool);
	assert_int_equal(uv_loop_close(&loop), 0);
	return 0;
}

/* --- tests ----------------------------------------------------------------- */

static void test_events_are_told(void **state)
{
	(void)state;
	say(ref.serial, SESSION_EVENT_STARTED);
	say(ref.serial, SESSION_EVENT_LOST);
	while (heard < 2)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(last.kind, SESSION_EVENT_LOST);
}

/* A client said its last word while the daemon was told to end. */
static void test_last_events_are_told(void **state)
{
	(void)state;
	says_closed = true;
	say(ref.serial, SESSION_EVENT_STARTED);
	worker_pool_stop(pool);
	assert_int_equal(stops, 2);
	assert_int_equal(heard, 2);
	assert_int_equal(last.kind, SESSION_EVENT_CLOSED);
	assert_true(last.ref.serial == ref.serial);
	/* and once */
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(heard, 2);
}

static void test_nothing_starts_after_the_end(void **state)
{
	struct session_start start = { .parts.fd = -1 };

	(void)state;
	worker_pool_stop(pool);
	assert_true(worker_start(pool, &start).serial == 0);
	worker_drop(pool, ref);
	worker_probe(pool, ref);
	worker_pool_stop(pool);
	assert_int_equal(stops, 2);
	assert_int_equal(heard, 0);
}

int main(void)
{
#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_events_are_told),
		TEST(test_last_events_are_told),
		TEST(test_nothing_starts_after_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
