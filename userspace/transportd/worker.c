// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A thread that carries sessions: its loop, its netlink socket, its tables of
 * sessions, and the messages of the main thread.
 */
#include "worker_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "tap.h"
#include "xfer.h"

/* Messages of the kernel that are read before sessions have their turn. */
#define XFER_BUDGET	64
/* After this the end of a worker waits for nobody. */
#define STOP_MS		2000

static void worker_on_again(uv_timer_t *timer);

/* --- what sessions ask for ----------------------------------------------- */

static void worker_event(void *arg, const struct session_event *event)
{
	struct worker *w = arg;
	struct worker_pool *pool = w->pool;
	struct event_node *node = malloc(sizeof(*node));

	if (!node) {
		log_error("worker event lost: out of memory");
		return;
	}
	node->next = NULL;
	node->event = *event;
	pthread_mutex_lock(&pool->lock);
	*pool->inbox_end = node;
	pool->inbox_end = &node->next;
	pthread_mutex_unlock(&pool->lock);
	uv_async_send(&pool->async);
}

static void worker_bound(void *arg, struct session *s)
{
	struct session_links *links = session_links(s);
	struct worker *w = arg;
	struct session **bucket;

	bucket = &w->ports[session_port_id(s) % WORKER_PORT_BUCKETS];
	links->next_port = *bucket;
	links->prev_port = bucket;
	if (links->next_port)
		session_links(links->next_port)->prev_port = &links->next_port;
	*bucket = s;
}

static void worker_again_in(struct worker *w, unsigned int delay_ms)
{
	if (!uv_is_active((uv_handle_t *)&w->again) ||
	    uv_timer_get_due_in(&w->again) > delay_ms)
		uv_timer_start(&w->again, worker_on_again, delay_ms, 0);
}

static void worker_again(void *arg, struct session *s, unsigned int delay_ms)
{
	struct session_links *links = session_links(s);
	struct worker *w = arg;

	if (!links->is_queued) {
		links->is_queued = true;
		links->next_again = w->again_list;
		w->again_list = s;
	}
	worker_again_in(w, delay_ms);
}

static void worker_gone(void *arg, struct session *s)
{
	struct session_links *links = session_links(s);
	struct worker *w = arg;
	struct session **at;

	if (links->prev_port) {
		*links->prev_port = links->next_port;
		if (links->next_port)
			session_links(links->next_port)->prev_port =
				links->prev_port;
	}
	for (at = &w->again_list; *at && *at != s;
	     at = &session_links(*at)->next_again)
		;
	if (*at)
		*at = links->next_again;
	*links->prev = links->next;
	if (links->next)
		session_links(links->next)->prev = links->prev;
	atomic_fetch_sub(&w->load, 1);
	if (w->is_stopping && !w->sessions)
		worker_again_in(w, 0);
}

/* --- the netlink socket -------------------------------------------------- */

static struct session *find_port(struct worker *w, uint32_t port_id)
{
	struct session *s = w->ports[port_id % WORKER_PORT_BUCKETS];

	while (s && session_port_id(s) != port_id)
		s = session_links(s)->next_port;
	return s;
}

static void xfer_answer(void *arg, uint32_t port_id, const void *records,
			size_t records_len, const void *control,
			size_t control_len)
{
	struct session *s = find_port(arg, port_id);

	if (s)
		session_answer(s, records, records_len, control, control_len);
}

static void xfer_error(void *arg, uint32_t port_id, int code, const char *text)
{
	struct session *s = find_port(arg, port_id);

	if (s)
		session_port_error(s, code, text);
}

/* The kernel keeps what it could not deliver and sends it again. */
static void xfer_overrun(void *arg)
{
	struct worker *w = arg;

	log_warn_limited("netlink-overrun worker=%u", w->index);
}

static const struct sehub_xfer_ops xfer_ops = {
	.answer = xfer_answer,
	.error = xfer_error,
	.overrun = xfer_overrun,
};

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

static void worker_close_xfer(struct worker *w)
{
	struct sehub_xfer *x = w->host.xfer;

	if (!x)
		return;
	uv_close((uv_handle_t *)w->poll, free_handle);
	w->poll = NULL;
	w->host.xfer = NULL;
	sehub_xfer_close(x);
}

static void worker_on_xfer(uv_poll_t *poll, int status, int events)
{
	struct worker *w = poll->data;
	struct sehub_err err = { .code = 0 };
	struct session *s, *next;
	int ret;

	(void)events;
	w->is_reading = true;
	ret = sehub_xfer_recv(w->host.xfer, XFER_BUDGET, &err);
	w->is_reading = false;
	if (ret >= 0) {
		/* After an overrun libuv watches no more. */
		if (status < 0)
			uv_poll_start(poll, UV_READABLE, worker_on_xfer);
		return;
	}
	log_error("netlink-broken worker=%u error=%s", w->index,
		  LOG_QUOTED(err.text));
	for (s = w->sessions; s; s = next) {
		next = session_links(s)->next;
		if (session_has_netlink(s))
			session_lose(s, err.text);
	}
	worker_close_xfer(w);
}

static bool worker_uses_xfer(const struct worker *w)
{
	struct session *s = w->sessions;

	while (s && !session_has_netlink(s))
		s = session_links(s)->next;
	return s;
}

static int worker_open_xfer(struct worker *w, struct sehub_err *err)
{
	int ret;

	/* The module may be another one than when the socket was opened. */
	if (!w->is_reading && !worker_uses_xfer(w))
		worker_close_xfer(w);
	if (w->host.xfer)
		return 0;
	ret = sehub_xfer_open(&w->host.xfer, &xfer_ops, w, err);
	if (ret)
		return ret;
	w->poll = malloc(sizeof(*w->poll));
	if (!w->poll ||
	    uv_poll_init(&w->loop, w->poll, sehub_xfer_fd(w->host.xfer))) {
		free(w->poll);
		w->poll = NULL;
		sehub_xfer_close(w->host.xfer);
		w->host.xfer = NULL;
		return sehub_err_errno(err, ENOMEM, "cannot watch netlink");
	}
	w->poll->data = w;
	uv_poll_start(w->poll, UV_READABLE, worker_on_xfer);
	return 0;
}

/* --- what the main thread asks for --------------------------------------- */

static void worker_do_start(struct worker *w, struct message *msg)
{
	struct session_event event = {
		.ref = msg->ref, .kind = SESSION_EVENT_REFUSED,
		.is_server = msg->start->is_server,
		.is_resume = msg->start->is_resume,
		.code = SEHUB_WIRE_CLOSE_BUSY, .text = "out of memory",
	};
	struct session_links *links;
	struct sehub_err err = { .code = 0 };
	struct session *s;
	int ret = 0;

	if (!msg->start->tap)
		ret = worker_open_xfer(w, &err);
	s = session_new(&w->host, msg->start, msg->ref);
	if (!s) {
		atomic_fetch_sub(&w->load, 1);
		worker_event(w, &event);
		return;
	}
	links = session_links(s);
	links->next = w->sessions;
	links->prev = &w->sessions;
	if (links->next)
		session_links(links->next)->prev = &links->next;
	w->sessions = s;
	if (ret)
		session_refuse(s, -ENODEV, err.text);
	else if (w->is_stopping)
		session_refuse(s, -ESHUTDOWN, "shutting down");
	else
		session_begin(s, msg->start);
}

static void worker_do_stop(struct worker *w)
{
	struct session *s, *next;

	w->is_stopping = true;
	for (s = w->sessions; s; s = next) {
		next = session_links(s)->next;
		session_end(s, SEHUB_WIRE_CLOSE_SHUTDOWN, "shutting down");
	}
	worker_again_in(w, w->sessions ? STOP_MS : 0);
}

static void worker_do(struct worker *w, struct message *msg)
{
	struct session *s = w->sessions;

	if (msg->kind == MSG_START) {
		worker_do_start(w, msg);
		return;
	}
	if (msg->kind == MSG_STOP) {
		worker_do_stop(w);
		return;
	}
	while (s && session_serial(s) != msg->ref.serial)
		s = session_links(s)->next;
	if (!s)
		return;
	if (msg->kind == MSG_END)
		session_end(s, msg->code, msg->text);
	else if (msg->kind == MSG_DROP)
		session_drop(s);
	else if (msg->kind == MSG_GRACE)
		session_tell_grace(s, msg->grace);
	else
		session_probe(s);
}

static void message_free(struct message *msg)
{
	if (msg->kind == MSG_START) {
		tap_put(msg->start->tap);
		tls_wipe(msg->start, sizeof(*msg->start));
	}
	free(msg);
}

static void worker_read_inbox(void *arg)
{
	struct worker *w = arg;
	struct message *msg;

	for (;;) {
		pthread_mutex_lock(&w->lock);
		msg = w->inbox;
		if (msg) {
			w->inbox = msg->next;
			if (!w->inbox)
				w->inbox_end = &w->inbox;
		}
		pthread_mutex_unlock(&w->lock);
		if (!msg)
			return;
		worker_do(w, msg);
		message_free(msg);
	}
}

static void worker_on_async(uv_async_t *async)
{
	struct worker *w = async->data;

	atomic_store(&w->answered, atomic_load(&w->asked));
	worker_read_inbox(w);
}

/* --- the thread ---------------------------------------------------------- */

static void worker_finish(struct worker *w)
{
	struct session *s, *next;

	for (s = w->sessions; s; s = next) {
		next = session_links(s)->next;
		session_drop(s);
	}
	worker_close_xfer(w);
	uv_close((uv_handle_t *)&w->again, NULL);
	uv_close((uv_handle_t *)&w->async, NULL);
}

static void worker_on_again(uv_timer_t *timer)
{
	struct worker *w = timer->data;
	struct session *s, *list = w->again_list;

	/* One that asks again while it is called gets into a new list. */
	w->again_list = NULL;
	while ((s = list)) {
		list = session_links(s)->next_again;
		session_links(s)->is_queued = false;
		session_again(s);
	}
	if (!w->is_stopping)
		return;
	if (!w->sessions || w->is_last_call) {
		worker_finish(w);
	} else {
		w->is_last_call = true;
		worker_again_in(w, STOP_MS);
	}
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	char name[16];

	snprintf(name, sizeof(name), "worker-%u", w->index);
	pthread_setname_np(pthread_self(), name);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	return NULL;
}

int worker_init(struct worker_pool *pool, struct worker *w,
		       unsigned int index)
{
	int ret;

	w->pool = pool;
	w->index = index;
	w->inbox_end = &w->inbox;
	w->host = (struct session_host){
		.loop = &w->loop, .event = worker_event, .bound = worker_bound,
		.again = worker_again, .urgent = worker_read_inbox,
		.gone = worker_gone, .arg = w,
	};
	w->host.buffer = malloc(SESSION_BUFFER_SIZE);
	if (!w->host.buffer)
		return -ENOMEM;
	ret = uv_loop_init(&w->loop);
	if (ret) {
		free(w->host.buffer);
		return ret;
	}
	pthread_mutex_init(&w->lock, NULL);
	uv_timer_init(&w->loop, &w->again);
	uv_async_init(&w->loop, &w->async, worker_on_async);
	w->again.data = w;
	w->async.data = w;
	ret = -pthread_create(&w->thread, NULL, worker_main, w);
	if (!ret)
		return 0;
	worker_finish(w);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	uv_loop_close(&w->loop);
	pthread_mutex_destroy(&w->lock);
	free(w->host.buffer);
	return ret;
}

void worker_join(struct worker *w)
{
	struct message *msg;

	pthread_join(w->thread, NULL);
	/* What was posted after its end. */
	while ((msg = w->inbox)) {
		w->inbox = msg->next;
		if (msg->kind == MSG_START)
			channel_parts_free(&msg->start->parts);
		message_free(msg);
	}
	uv_loop_close(&w->loop);
	pthread_mutex_destroy(&w->lock);
	free(w->host.buffer);
}
