// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A session's states and timers, and its ends. Session_set_state() is
 * the only place that changes the state; session_destroy() the only way out.
 */
#include "session_impl.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "proto.h"

/* What the kernel may keep unsent of a stream. */
#define NOTSENT_LOWAT	(128 * 1024)
/* How long a CLOSE may take to arrive. */
#define LINGER_MS	1500
/* How soon a line must show life after a change of the network. */
#define PROBE_MS	3000
/* How long a port that vanished waits for the main thread to say why. */
#define GONE_MS		500

static const char *const state_names[] = {
	[SESSION_ATTACHING] = "attaching",
	[SESSION_OPEN] = "open",
	[SESSION_CLOSING] = "closing",
	[SESSION_DEAD] = "dead",
};

static void session_on_timer(uv_timer_t *timer);

static void session_set_state(struct session *s, enum session_state state)
{
	log_debug("session-state session=%s port=%u from=%s to=%s", s->name,
		  s->port_id, state_names[s->state], state_names[state]);
	s->state = state;
}

struct session_links *session_links(struct session *s)
{
	return &s->links;
}

uint64_t session_serial(const struct session *s)
{
	return s->ref.serial;
}

bool session_has_netlink(const struct session *s)
{
	return s->port == &session_netlink_ops;
}

uint32_t session_port_id(const struct session *s)
{
	return s->port_id;
}

/* --- ends ---------------------------------------------------------------- */

void session_event(struct session *s, enum session_event_kind kind,
		   bool by_peer, uint16_t code, const char *text)
{
	struct session_event event = {
		.ref = s->ref, .kind = kind, .is_server = s->is_server,
		.is_resume = s->is_resume, .port_id = s->port_id,
		.by_peer = by_peer, .code = code,
	};

	/* What was a CLOSE's text came from outside; it is text already. */
	snprintf(event.text, sizeof(event.text), "%s", text);
	s->host->event(s->host->arg, &event);
}

static void session_on_close(uv_handle_t *handle)
{
	struct session *s = handle->data;

	if (--s->handles)
		return;
	free(s->in);
	free(s->out);
	tls_wipe(s->ticket, sizeof(s->ticket));
	tls_wipe(s->greeting, sizeof(s->greeting));
	free(s);
}

void session_destroy(struct session *s)
{
	if (s->state == SESSION_DEAD)
		return;
	session_set_state(s, SESSION_DEAD);
	s->port->forget(s);
	s->host->gone(s->host->arg, s);
	uv_close((uv_handle_t *)&s->poll, session_on_close);
	uv_close((uv_handle_t *)&s->timer, session_on_close);
	tls_free(s->tls);
	close(s->fd);
}

static void session_detach_port(struct session *s)
{
	if (s->port_id)
		s->port->detach(s);
}

static void session_delete_port(struct session *s)
{
	if (s->port_id)
		s->port->del(s);
}

/* A server's main thread reads its counters first, and deletes it then. */
static void session_end_port(struct session *s)
{
	if (!s->is_server)
		session_delete_port(s);
}

/*
 * Another worker may be given the port at any time: before it is touched, what
 * the main thread has to say. False if the session is not open any more.
 */
static bool session_has_port(struct session *s)
{
	if (s->state == SESSION_OPEN)
		s->host->urgent(s->host->arg);
	return s->state == SESSION_OPEN;
}

void session_lost(struct session *s, const char *why)
{
	if (session_has_port(s)) {
		session_detach_port(s);
		session_event(s, SESSION_EVENT_LOST, false, 0, why);
	}
	session_destroy(s);
}

void session_broken(struct session *s)
{
	session_lost(s, tls_error(s->tls));
}

void session_lose(struct session *s, const char *why)
{
	s->port_id = 0;
	if (s->state == SESSION_ATTACHING)
		session_event(s, SESSION_EVENT_REFUSED, false,
			      SEHUB_WIRE_CLOSE_BUSY, why);
	else if (s->state == SESSION_OPEN)
		session_event(s, SESSION_EVENT_LOST, false, 0, why);
	session_destroy(s);
}

void session_drop(struct session *s)
{
	s->port_id = 0;
	session_destroy(s);
}

/* Sends a CLOSE and waits a moment for the other side's end. */
static void session_close(struct session *s, uint16_t code, const char *text)
{
	uint8_t record[PROTO_CLOSE_MAX];
	size_t len;

	session_set_state(s, SESSION_CLOSING);
	uv_timer_start(&s->timer, session_on_timer, LINGER_MS, 0);
	s->is_blocked = false;
	len = proto_close(record, sizeof(record), code, text);
	session_write(s, record, len);
}

void session_end(struct session *s, uint16_t code, const char *text)
{
	if (s->state == SESSION_ATTACHING) {
		s->is_ending = true;
		s->end_code = code;
		snprintf(s->end_text, sizeof(s->end_text), "%s", text);
	} else if (s->state == SESSION_OPEN) {
		/* The main thread may not know the port's id yet. */
		if (code == SEHUB_WIRE_CLOSE_REPLACED)
			session_detach_port(s);
		else if (code != SEHUB_WIRE_CLOSE_SHUTDOWN)
			session_delete_port(s);
		session_close(s, code, text);
	}
}

void session_fail(struct session *s, uint16_t code, const char *text)
{
	if (!session_has_port(s))
		return;
	/* In this order: the kernel tells of the port's end too. */
	session_event(s, SESSION_EVENT_CLOSED, false, code, text);
	session_end_port(s);
	session_close(s, code, text);
}

void session_closed(struct session *s, uint16_t code, const char *text)
{
	if (session_has_port(s)) {
		session_event(s, SESSION_EVENT_CLOSED, true, code, text);
		session_end_port(s);
		tls_close_notify(s->tls);
	}
	session_destroy(s);
}

/* --- timers -------------------------------------------------------------- */

static void session_arm_timer(struct session *s)
{
	uint64_t now = uv_now(s->host->loop), due, ping;

	due = s->last_rx + s->dead_time;
	ping = (s->last_ping > s->last_rx ? s->last_ping : s->last_rx) +
	       s->keepalive;
	if (ping < due)
		due = ping;
	if (s->probe_end && s->probe_end < due)
		due = s->probe_end;
	if (s->gone_at && s->gone_at + GONE_MS < due)
		due = s->gone_at + GONE_MS;
	uv_timer_start(&s->timer, session_on_timer,
		       due > now ? due - now : 1, 0);
}

/*
 * After a silence, as an idle line has it between keepalives, the timer is set
 * anew: left alone it would wake the worker once more for nothing. Where there
 * is traffic that costs less than to set it at each read.
 */
void session_heard(struct session *s)
{
	uint64_t before = s->last_rx;

	s->last_rx = uv_now(s->host->loop);
	if (s->last_rx - before >= s->keepalive / 2)
		session_arm_timer(s);
	if (!s->is_unheard)
		return;
	s->is_unheard = false;
	if (s->is_server && s->is_resume)
		session_event(s, SESSION_EVENT_HEARD, false, 0, "");
}

static void session_ping(struct session *s)
{
	uint8_t record[SEHUB_WIRE_HDR_LEN + SEHUB_WIRE_PING_LEN];
	uint64_t opaque = uv_hrtime();

	s->last_ping = uv_now(s->host->loop);
	sehub_wire_put_ping(record, SEHUB_WIRE_PING, (const uint8_t *)&opaque);
	session_write(s, record, sizeof(record));
}

static void session_on_timer(uv_timer_t *timer)
{
	struct session *s = timer->data;
	uint64_t now = uv_now(s->host->loop);

	if (s->state == SESSION_CLOSING) {
		session_destroy(s);
		return;
	}
	if (s->state != SESSION_OPEN)
		return;
	if (s->gone_at && now >= s->gone_at + GONE_MS) {
		session_fail(s, s->is_server ? SEHUB_WIRE_CLOSE_NO_SESSION :
			     SEHUB_WIRE_CLOSE_BYE, "the port was deleted");
		return;
	}
	/* What we do not read cannot be a sign of life. */
	if (s->is_blocked)
		s->last_rx = now;
	/* After a time without the processor much may wait to be read. */
	if (now >= s->last_rx + s->dead_time ||
	    (s->probe_end && now >= s->probe_end))
		session_read(s);
	if (s->state != SESSION_OPEN)
		return;
	if (now >= s->last_rx + s->dead_time) {
		session_lost(s, "the other side fell silent");
		return;
	}
	if (s->probe_end && now >= s->probe_end) {
		if (s->last_rx < s->probe_start) {
			session_lost(s, "no sign of life after a change of the network");
			return;
		}
		s->probe_end = 0;
	}
	if (now >= s->last_rx + s->keepalive &&
	    now >= s->last_ping + s->keepalive)
		session_ping(s);
	if (s->state == SESSION_OPEN)
		session_arm_timer(s);
}

void session_probe(struct session *s)
{
	if (s->state != SESSION_OPEN || s->probe_end)
		return;
	s->probe_start = uv_now(s->host->loop);
	s->probe_end = s->probe_start +
		       (s->dead_time < PROBE_MS ? s->dead_time : PROBE_MS);
	session_ping(s);
	if (s->state == SESSION_OPEN)
		session_arm_timer(s);
}

void session_tell_grace(struct session *s, uint32_t grace)
{
	uint8_t record[16];
	struct proto_builder b;
	int len;

	if (s->state != SESSION_OPEN)
		return;
	proto_begin(&b, record, sizeof(record), SEHUB_WIRE_CONFIG);
	proto_put_u32(&b, SEHUB_WIRE_A_GRACE, grace);
	len = proto_end(&b);
	if (len > 0)
		session_write(s, record, (size_t)len);
}

void session_again(struct session *s)
{
	if (s->state != SESSION_OPEN)
		return;
	s->is_blocked = false;
	session_read(s);
}

/* --- the port ------------------------------------------------------------ */

void session_answer(struct session *s, const uint8_t *records, size_t len,
		    const uint8_t *control, size_t control_len)
{
	struct sehub_wire_rec rec;

	/* Before the port is ours: meant for the line before this one. */
	if (s->state != SESSION_OPEN)
		return;
	s->has_credit = false;
	if (len)
		session_write(s, records, len);
	while (control_len && s->state == SESSION_OPEN &&
	       !sehub_wire_parse(control, control_len, &rec)) {
		session_control(s, &rec);
		control += rec.size;
		control_len -= rec.size;
	}
	session_grant(s);
}

void session_port_error(struct session *s, int code, const char *text)
{
	if (s->state != SESSION_OPEN || s->gone_at)
		return;
	s->has_credit = false;
	switch (code) {
	case -EINVAL:
		session_fail(s, SEHUB_WIRE_CLOSE_PROTOCOL, text);
		return;
	case -ENOMEM:
	case -ENOBUFS:
		/*
		 * Records before the one that had no memory were delivered: the
		 * rest can only come again by a resume.
		 */
		session_lost(s, text);
		return;
	default:
		break;
	}
	/* The main thread may have taken the port away, and knows why. */
	s->host->urgent(s->host->arg);
	if (s->state != SESSION_OPEN)
		return;
	s->gone_at = uv_now(s->host->loop);
	session_arm_timer(s);
}

void session_refuse(struct session *s, int code, const char *text)
{
	uint16_t close_code = SEHUB_WIRE_CLOSE_BUSY;

	if (code == -ENODEV)
		close_code = SEHUB_WIRE_CLOSE_NO_HUB;
	else if (code == -ELOOP)
		close_code = SEHUB_WIRE_CLOSE_LOOP;
	else if (s->is_resume && (code == -ENOENT || code == -EINVAL))
		close_code = SEHUB_WIRE_CLOSE_NO_SESSION;
	session_event(s, SESSION_EVENT_REFUSED, false, close_code, text);
	if (!s->is_server)
		close_code = SEHUB_WIRE_CLOSE_BYE;
	session_close(s, close_code, text);
}

/* A server's first record: the ATTACH made before, or the answer to RESUME. */
static void session_greet(struct session *s, const struct sehub_port *port)
{
	struct proto_builder b;
	int len;

	if (s->is_resume) {
		proto_begin(&b, s->greeting, sizeof(s->greeting),
			    SEHUB_WIRE_RESUME);
		proto_put_bytes(&b, SEHUB_WIRE_A_TICKET, s->ticket,
				sizeof(s->ticket));
		proto_put_u64(&b, SEHUB_WIRE_A_RX_COUNT,
			      port->session.rx_count);
		proto_put_u64(&b, SEHUB_WIRE_A_TX_OLDEST,
			      port->session.tx_acked);
		proto_put_u32(&b, SEHUB_WIRE_A_FEATURES, SEHUB_WIRE_F_OFFLOAD);
		len = proto_end(&b);
		s->greeting_len = len > 0 ? (size_t)len : 0;
	}
	session_write(s, s->greeting, s->greeting_len);
	tls_wipe(s->greeting, sizeof(s->greeting));
	tls_wipe(s->ticket, sizeof(s->ticket));
}

void session_attached(struct session *s, int code,
		      const struct sehub_port *port,
		      const struct sehub_err *err)
{
	struct session_event event = {
		.ref = s->ref, .kind = SESSION_EVENT_STARTED,
		.is_server = s->is_server, .is_resume = s->is_resume,
	};

	if (!code && !port)
		code = -EPROTO;
	if (!code)
		s->port_id = port->session.id;
	if (s->is_ending) {
		if (!s->is_resume)
			session_delete_port(s);
		session_close(s, s->end_code, s->end_text);
		return;
	}
	if (code) {
		session_refuse(s, code, err->text);
		return;
	}
	s->host->bound(s->host->arg, s);
	session_set_state(s, SESSION_OPEN);
	event.port_id = s->port_id;
	event.port_number = port->number;
	s->host->event(s->host->arg, &event);

	s->last_rx = s->last_ping = uv_now(s->host->loop);
	s->is_unheard = true;
	session_arm_timer(s);
	if (s->is_server)
		session_greet(s, port);
	/* What came with the login's last record is here already. */
	if (s->state == SESSION_OPEN)
		session_read(s);
}

/* --- begin --------------------------------------------------------------- */

static void session_set_options(int fd, uint32_t dead_time)
{
	int one = 1, zero = 0, lowat = NOTSENT_LOWAT;
	unsigned int timeout = dead_time;

	/* A socket that refuses one of these works without it. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof(lowat));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout,
		   sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &zero, sizeof(zero));
}

struct session *session_new(const struct session_host *host,
			    struct session_start *start,
			    struct session_ref ref)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s || uv_poll_init(host->loop, &s->poll, start->parts.fd)) {
		free(s);
		channel_parts_free(&start->parts);
		return NULL;
	}
	uv_timer_init(host->loop, &s->timer);
	s->handles = 2;
	s->poll.data = s;
	s->timer.data = s;
	s->host = host;
	s->port = start->tap ? &session_tap_ops : &session_netlink_ops;
	s->ref = ref;
	s->state = SESSION_ATTACHING;
	snprintf(s->name, sizeof(s->name), "%s", start->name);
	s->is_server = start->is_server;
	s->is_resume = start->is_resume;
	s->tls = start->parts.tls;
	s->fd = start->parts.fd;
	s->in = start->parts.input;
	s->in_len = start->parts.input_len;
	s->out = start->parts.output;
	s->out_len = s->out_size = start->parts.output_len;
	s->worn_after = start->worn_after;
	s->keepalive = start->keepalive;
	s->dead_time = start->dead_time;
	memcpy(s->ticket, start->ticket, sizeof(s->ticket));
	memcpy(s->greeting, start->greeting, start->greeting_len);
	s->greeting_len = start->greeting_len;
	session_set_options(s->fd, s->dead_time);
	tls_expect_bulk(s->tls);
	return s;
}

void session_begin(struct session *s, const struct session_start *start)
{
	struct sehub_err err = { .code = 0 };
	int ret;

	ret = s->port->begin(s, start, &err);
	if (ret)
		session_refuse(s, ret, err.text);
}
