// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel and the worker of a session under test. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "session_run.h"

/* --- the kernel ---------------------------------------------------------- */


struct sehub_xfer kernel;

int sehub_xfer_send(struct sehub_xfer *x, uint32_t port_id,
		    const void *records, size_t len, uint32_t credit)
{
	struct sehub_wire_rec rec;
	size_t at = 0;

	assert_ptr_equal(x, &kernel);
	assert_int_equal(port_id, PORT_ID);
	assert_true(len <= SEHUB_XFER_MAX);
	assert_true(len || credit);
	if (x->busy) {
		x->busy--;
		return x->busy % 2 ? -EAGAIN : -ENOBUFS;
	}
	/* whole records, and only those that are the port's */
	while (at < len) {
		assert_int_equal(sehub_wire_parse((const uint8_t *)records + at,
						  len - at, &rec), 0);
		assert_in_range(rec.type, SEHUB_WIRE_DATA, SEHUB_WIRE_PONG);
		at += rec.size;
	}
	assert_true(x->len + len <= sizeof(x->got));
	if (len)
		memcpy(x->got + x->len, records, len);
	x->len += len;
	x->sends += len > 0;
	if (credit) {
		assert_int_equal(credit, SEHUB_CREDIT_MAX);
		x->credits++;
	}
	return 0;
}

static int request(struct sehub_xfer *x, const struct sehub_port_config *config,
		   sehub_xfer_done done, void *arg)
{
	if (config)
		x->config = *config;
	x->done = done;
	x->done_arg = arg;
	return 0;
}

int sehub_xfer_port_new(struct sehub_xfer *x, uint32_t hub_ifindex,
			const struct sehub_port_config *config,
			sehub_xfer_done done, void *arg, struct sehub_err *err)
{
	(void)err;
	assert_int_equal(hub_ifindex, 9);
	memcpy(x->cookie, config->cookie, config->cookie_len);
	x->news++;
	return request(x, config, done, arg);
}

int sehub_xfer_port_attach(struct sehub_xfer *x, uint32_t port_id,
			   const struct sehub_port_config *config,
			   sehub_xfer_done done, void *arg,
			   struct sehub_err *err)
{
	(void)err;
	assert_int_equal(port_id, PORT_ID);
	x->attaches++;
	return request(x, config, done, arg);
}

int sehub_xfer_port_detach(struct sehub_xfer *x, uint32_t port_id,
			   sehub_xfer_done done, void *arg,
			   struct sehub_err *err)
{
	(void)done;
	(void)arg;
	(void)err;
	assert_int_equal(port_id, PORT_ID);
	x->detaches++;
	return 0;
}

int sehub_xfer_port_del(struct sehub_xfer *x, uint32_t port_id,
			sehub_xfer_done done, void *arg, struct sehub_err *err)
{
	(void)done;
	(void)arg;
	(void)err;
	assert_int_equal(port_id, PORT_ID);
	x->deletes++;
	return 0;
}

void sehub_xfer_forget(struct sehub_xfer *x, const void *arg)
{
	if (x->done_arg == arg)
		x->done = NULL;
}

void kernel_answers(int code, const char *text)
{
	struct sehub_err err = { .code = code };
	struct sehub_port port = {
		.number = 3,
		.session = { .id = PORT_ID, .rx_count = 1001,
			     .tx_acked = 2002 },
	};
	sehub_xfer_done done = kernel.done;

	snprintf(err.text, sizeof(err.text), "%s", text);
	kernel.done = NULL;
	assert_non_null(done);
	done(kernel.done_arg, code, code ? NULL : &port, &err);
}

/* --- the worker ---------------------------------------------------------- */

struct session_event events[8];
unsigned int event_count, bound, gone, urgent;
bool drop_on_urgent;
static struct session *waiting;
static uint8_t buffer[SESSION_BUFFER_SIZE];
struct session *s;
struct peer peer;

static void host_event(void *arg, const struct session_event *event)
{
	(void)arg;
	assert_true(event_count < 8);
	events[event_count++] = *event;
}

static void host_bound(void *arg, struct session *who)
{
	(void)arg;
	assert_ptr_equal(who, s);
	bound++;
}

static void host_again(void *arg, struct session *who, unsigned int delay_ms)
{
	(void)arg;
	(void)delay_ms;
	waiting = who;
}

static void host_urgent(void *arg)
{
	(void)arg;
	urgent++;
	if (drop_on_urgent)
		session_drop(s);
}

static void host_gone(void *arg, struct session *who)
{
	(void)arg;
	assert_ptr_equal(who, s);
	if (waiting == who)
		waiting = NULL;
	gone++;
}

static struct session_host host = {
	.xfer = &kernel, .buffer = buffer, .event = host_event,
	.bound = host_bound, .again = host_again, .urgent = host_urgent,
	.gone = host_gone,
};

void turn(void)
{
	struct session *who = waiting;

	waiting = NULL;
	if (who)
		session_again(who);
	peer_move(&peer);
}

/* --- set up -------------------------------------------------------------- */

struct session_start start;

void prepare(bool is_resume)
{
	enum tls_status status = TLS_WANT_READ;
	struct sehub_err err;
	int fd[2];

	memset(&kernel, 0, sizeof(kernel));
	memset(events, 0, sizeof(events));
	event_count = bound = gone = urgent = 0;
	drop_on_urgent = false;
	waiting = NULL;
	host.loop = line_loop;

	line_sockets(fd);
	memset(&start, 0, sizeof(start));
	assert_int_equal(tls_accept(&start.parts.tls, line_server, fd[0],
				    &err), 0);
	start.parts.fd = fd[0];
	peer_open(&peer, fd[1]);
	while (status != TLS_DONE || !peer.is_ready) {
		peer_move(&peer);
		if (status != TLS_DONE)
			status = tls_handshake(start.parts.tls);
		assert_int_not_equal(status, TLS_FAILED);
	}
	start.is_server = true;
	start.is_resume = is_resume;
	start.hub_ifindex = 9;
	start.port_id = is_resume ? PORT_ID : 0;
	strcpy(start.name, "test");
	strcpy(start.port_name, "alice-1");
	memcpy(start.cookie, "cookie", 6);
	start.cookie_len = 6;
	start.grace = 5000;
	start.queue_limit = 1 << 20;
	start.features = SEHUB_WIRE_F_OFFLOAD;
	start.peer_rx = 11;
	start.peer_oldest = 22;
	memset(start.ticket, 'T', sizeof(start.ticket));
	memcpy(start.greeting, "\x03\0\0\0", 4);
	start.greeting_len = 4;
	start.keepalive = KEEPALIVE;
	start.dead_time = DEAD_TIME;
}

void begin(void)
{
	struct session_ref ref = { 1, 99 };

	s = session_new(&host, &start, ref);
	assert_non_null(s);
	session_begin(s, &start);
}

void begin_open(void)
{
	prepare(false);
	begin();
	kernel_answers(0, "");
	peer_expect(&peer, SEHUB_WIRE_ATTACH, NULL);
	assert_int_equal(event_count, 1);
	assert_int_equal(events[0].kind, SESSION_EVENT_STARTED);
	event_count = 0;
}

void finish(void)
{
	peer_close(&peer);
	UNTIL(gone);
	assert_int_equal(gone, 1);
}
