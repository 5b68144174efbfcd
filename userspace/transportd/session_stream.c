// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A session's two directions.
 *
 * To the port: the stream is cut into whole records and handed over as it
 * comes; the port never makes us wait. To the peer: one credit is one answer;
 * a new credit is granted only while little output waits here, so a slow line
 * fills the port's queue, where it is bounded and seen, and not memory of
 * ours. Everything written to the stream is whole
 * records, so a PING or a CLOSE may be put between any two writes.
 *
 * Whoever calls something that can end the line looks at the state
 * afterwards; the memory itself stays until the loop has closed the handles.
 */
#include "session_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "proto.h"

/* Buffers read from one session before others have their turn. */
#define READ_ROUNDS	4
/* Waiting output is kept in this much, doubled as needed. */
#define OUTPUT_CHUNK	(16 * 1024)

static void session_on_poll(uv_poll_t *poll, int status, int events);

/* --- output -------------------------------------------------------------- */

void session_poll(struct session *s)
{
	int events = 0;

	if (!s->is_blocked)
		events |= UV_READABLE;
	if (s->out_len || s->read_wants_write)
		events |= UV_WRITABLE;
	if (events == s->events)
		return;
	s->events = events;
	if (events)
		uv_poll_start(&s->poll, events, session_on_poll);
	else
		uv_poll_stop(&s->poll);
}

void session_grant(struct session *s)
{
	int ret;

	if (s->state != SESSION_OPEN || s->has_credit || s->gone_at ||
	    s->out_len >= SESSION_OUTPUT_MARK)
		return;
	ret = s->port->send(s, NULL, 0, SEHUB_CREDIT_MAX);
	if (!ret)
		s->has_credit = true;
	else if (ret == -EAGAIN || ret == -ENOBUFS)
		s->host->again(s->host->arg, s, SESSION_RETRY_MS);
	else
		session_lost(s, strerror(-ret));
}

/* Keeps what the stream does not take now. */
static bool session_keep_output(struct session *s, const uint8_t *data,
				size_t len)
{
	size_t size = OUTPUT_CHUNK;
	uint8_t *out;

	if (s->out_at + s->out_len + len > s->out_size) {
		while (size < s->out_len + len)
			size *= 2;
		if (size > s->out_size) {
			out = malloc(size);
			if (!out)
				return false;
			if (s->out_len)
				memcpy(out, s->out + s->out_at, s->out_len);
			free(s->out);
			s->out = out;
			s->out_size = size;
		} else {
			memmove(s->out, s->out + s->out_at, s->out_len);
		}
		s->out_at = 0;
	}
	memcpy(s->out + s->out_at + s->out_len, data, len);
	s->out_len += len;
	return true;
}

/* Keys are good for so many bytes; the main thread brings a line with new ones. */
static void session_carried(struct session *s, size_t n)
{
	if (n < s->worn_after) {
		s->worn_after -= n;
	} else if (s->worn_after) {
		s->worn_after = 0;
		session_event(s, SESSION_EVENT_WORN, false, 0, "");
	}
}

/* Ends our direction of the stream once the CLOSE is out. */
static void session_finish_output(struct session *s)
{
	if (s->state != SESSION_CLOSING || s->out_len || s->is_shut)
		return;
	s->is_shut = true;
	tls_close_notify(s->tls);
	shutdown(s->fd, SHUT_WR);
}

static void session_flush(struct session *s)
{
	enum tls_status status = TLS_DONE;
	size_t n;

	while (s->out_len && status == TLS_DONE) {
		status = tls_write(s->tls, s->out + s->out_at, s->out_len, &n);
		session_carried(s, n);
		s->out_at += n;
		s->out_len -= n;
	}
	if (status == TLS_EOF || status == TLS_FAILED) {
		session_broken(s);
		return;
	}
	if (!s->out_len && s->out) {
		free(s->out);
		s->out = NULL;
		s->out_at = 0;
		s->out_size = 0;
	}
	session_finish_output(s);
	session_poll(s);
}

/* Whole records for the peer. */
void session_write(struct session *s, const uint8_t *data, size_t len)
{
	enum tls_status status = TLS_DONE;
	size_t n;

	while (len && !s->out_len && status == TLS_DONE) {
		status = tls_write(s->tls, data, len, &n);
		session_carried(s, n);
		data += n;
		len -= n;
	}
	if (status == TLS_EOF || status == TLS_FAILED) {
		session_broken(s);
		return;
	}
	if (len && !session_keep_output(s, data, len)) {
		/* Half a record is out: the line is of no use any more. */
		session_lost(s, "out of memory");
		return;
	}
	session_finish_output(s);
	session_poll(s);
}

/* --- input --------------------------------------------------------------- */

/* False if the kernel did not take the records, or the line is gone. */
static bool session_xfer(struct session *s, const uint8_t *records, size_t len)
{
	uint32_t credit = 0;
	int ret;

	if (s->gone_at)
		return true;
	if (!s->has_credit && s->out_len < SESSION_OUTPUT_MARK)
		credit = SEHUB_CREDIT_MAX;
	ret = s->port->send(s, records, len, credit);
	if (!ret) {
		s->has_credit |= credit != 0;
		return true;
	}
	if (ret == -EAGAIN || ret == -ENOBUFS) {
		s->is_blocked = true;
		s->host->again(s->host->arg, s, SESSION_RETRY_MS);
	} else {
		session_lost(s, strerror(-ret));
	}
	return false;
}

static void session_take_close(struct session *s, const struct proto_msg *msg)
{
	char text[SEHUB_WIRE_TEXT_MAX + 1];

	proto_text_copy(text, sizeof(text), msg->text);
	if (!text[0])
		snprintf(text, sizeof(text), "%s",
			 proto_close_name(msg->code));
	/* These end the line alone: the session may come back. */
	if (msg->code == SEHUB_WIRE_CLOSE_SHUTDOWN ||
	    msg->code == SEHUB_WIRE_CLOSE_TIMEOUT) {
		session_lost(s, text);
		return;
	}
	session_closed(s, msg->code, text);
}

/* The server's to say; what else may change we do not know. */
static void session_take_config(struct session *s, const struct proto_msg *msg)
{
	struct session_event event = {
		.ref = s->ref, .kind = SESSION_EVENT_GRACE,
		.is_server = s->is_server, .is_resume = s->is_resume,
		.port_id = s->port_id, .grace = msg->grace,
	};

	if (!s->is_server && proto_has(msg, SEHUB_WIRE_A_GRACE))
		s->host->event(s->host->arg, &event);
}

void session_control(struct session *s, const struct sehub_wire_rec *rec)
{
	struct proto_error err;
	struct proto_msg msg;
	int ret;

	ret = proto_parse(rec->type, rec->payload, rec->len, &msg, &err);
	if (ret == -EPROTONOSUPPORT)
		return;
	if (ret) {
		session_fail(s, SEHUB_WIRE_CLOSE_PROTOCOL, err.text);
		return;
	}
	switch (rec->type) {
	case SEHUB_WIRE_CLOSE:
		session_take_close(s, &msg);
		break;
	case SEHUB_WIRE_CONFIG:
		session_take_config(s, &msg);
		break;
	default:
		snprintf(err.text, sizeof(err.text), "unexpected %s",
			 proto_type_name(rec->type));
		session_fail(s, SEHUB_WIRE_CLOSE_PROTOCOL, err.text);
		break;
	}
}

static bool is_port_record(uint8_t type)
{
	return type >= SEHUB_WIRE_DATA && type <= SEHUB_WIRE_PONG;
}

/*
 * Deals with the whole records of a buffer: runs of those that are the port's
 * go to the kernel, the others are ours. Return: bytes dealt with.
 */
static size_t session_input(struct session *s, const uint8_t *buf, size_t len)
{
	struct sehub_wire_rec rec;
	size_t done = 0, run = 0;
	bool is_ours, is_full;
	int ret;

	while (s->state == SESSION_OPEN) {
		ret = sehub_wire_parse(buf + done + run, len - done - run,
				       &rec);
		is_ours = !ret && !is_port_record(rec.type);
		is_full = !ret && run + rec.size > SEHUB_XFER_MAX;
		if (!ret && !is_ours && !is_full) {
			run += rec.size;
			continue;
		}
		if (run && !session_xfer(s, buf + done, run))
			return done;
		done += run;
		run = 0;
		if (ret == -EAGAIN)
			return done;
		if (ret) {
			session_fail(s, SEHUB_WIRE_CLOSE_PROTOCOL,
				     "length of a record is not allowed for its type");
			return done;
		}
		if (is_ours) {
			done += rec.size;
			session_control(s, &rec);
		}
	}
	return done;
}

/* Keeps the rest of a buffer until more of it comes. */
static bool session_keep_input(struct session *s, const uint8_t *rest,
			       size_t len)
{
	free(s->in);
	s->in = NULL;
	s->in_len = len;
	if (!len)
		return true;
	s->in = malloc(len);
	if (!s->in) {
		s->in_len = 0;
		return false;
	}
	memcpy(s->in, rest, len);
	return true;
}

/* One buffer. TLS_DONE if there may be more. */
static enum tls_status session_read_buffer(struct session *s)
{
	uint8_t *buf = s->host->buffer;
	enum tls_status status = TLS_DONE;
	size_t n, used, len = s->in_len;

	if (len)
		memcpy(buf, s->in, len);
	while (len < SESSION_BUFFER_SIZE && status == TLS_DONE) {
		status = tls_read(s->tls, buf + len, SESSION_BUFFER_SIZE - len,
				  &n);
		if (n)
			session_heard(s);
		session_carried(s, n);
		len += n;
		/* The socket is empty as far as we know: do not ask it. */
		if (status == TLS_DONE && !tls_has_input(s->tls))
			status = TLS_WANT_READ;
	}
	used = session_input(s, buf, len);
	if (s->state != SESSION_OPEN)
		return TLS_WANT_READ;
	if (!session_keep_input(s, buf + used, len - used)) {
		session_lost(s, "out of memory");
		return TLS_WANT_READ;
	}
	return status;
}

void session_read(struct session *s)
{
	enum tls_status status = TLS_DONE;
	int round;

	for (round = 0; round < READ_ROUNDS && status == TLS_DONE; round++) {
		if (s->is_blocked)
			break;
		status = session_read_buffer(s);
	}
	if (s->state != SESSION_OPEN)
		return;
	if (status == TLS_EOF || status == TLS_FAILED) {
		session_broken(s);
		return;
	}
	s->read_wants_write = status == TLS_WANT_WRITE;
	/* Polling the descriptor does not show what TLS has read already. */
	if (status == TLS_DONE && !s->is_blocked && tls_has_input(s->tls))
		s->host->again(s->host->arg, s, 0);
	session_grant(s);
	if (s->state == SESSION_OPEN)
		session_poll(s);
}

static void session_drain(struct session *s)
{
	enum tls_status status;
	size_t n, total = 0;

	do {
		status = tls_read(s->tls, s->host->buffer, SESSION_BUFFER_SIZE,
				  &n);
		total += n;
	} while (status == TLS_DONE && total < SESSION_BUFFER_SIZE);
	if (status == TLS_EOF || status == TLS_FAILED)
		session_destroy(s);
	else
		session_flush(s);
}

static void session_on_poll(uv_poll_t *poll, int status, int events)
{
	struct session *s = poll->data;

	/* An error of the socket: it is watched no more, reading shows it. */
	if (status < 0) {
		s->events = 0;
		events = UV_READABLE;
	}
	switch (s->state) {
	case SESSION_OPEN:
		if (s->out_len)
			session_flush(s);
		if (s->state == SESSION_OPEN &&
		    (events & UV_READABLE || s->read_wants_write))
			session_read(s);
		else
			session_grant(s);
		break;
	case SESSION_CLOSING:
		session_drain(s);
		break;
	case SESSION_ATTACHING:
	case SESSION_DEAD:
		break;
	}
}
