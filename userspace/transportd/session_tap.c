// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A session's port that is a TAP device: when its frames are read, and when
 * its acknowledgements are due. Errors are told from the loop, as those of
 * netlink are, never from inside a call of the session.
 */
#include "session_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/sehub.h>

#include "tap.h"

_Static_assert(TAP_BUFFER_SIZE <= SESSION_BUFFER_SIZE &&
	       SEHUB_CREDIT_MAX <= SESSION_BUFFER_SIZE,
	       "the worker's buffer holds a frame, and an answer");

/**
 * struct tap_line - a device that a session has attached
 * @s: the session, NULL once it has ended
 * @tap: the device, with a reference
 * @poll: frames to read
 * @soon: something is to be said to the session
 * @ack: received bytes are to be acknowledged
 * @handles: open ones of these
 * @has_credit: the session takes an answer
 * @is_reading: @poll is active
 * @is_new: the session is still to be told that it has its port
 * @code: -errno that is to be told, or was
 * @text: its words
 */
struct tap_line {
	struct session *s;
	struct tap *tap;
	uv_poll_t poll;
	uv_timer_t soon;
	uv_timer_t ack;
	unsigned int handles;
	bool has_credit;
	bool is_reading;
	bool is_new;
	int code;
	char text[SEHUB_WIRE_TEXT_MAX + 1];
};

static void line_fail(struct tap_line *line, int code, const char *text);
static void on_poll(uv_poll_t *poll, int status, int events);
static void on_soon(uv_timer_t *timer);
static void on_ack(uv_timer_t *timer);

/* The line waits for nothing any more. */
static void line_quiet(struct tap_line *line)
{
	line->has_credit = false;
	line->is_reading = false;
	uv_poll_stop(&line->poll);
	uv_timer_stop(&line->soon);
	uv_timer_stop(&line->ack);
}

/* What the line waits for from now on. */
static void line_watch(struct tap_line *line)
{
	bool wants = line->has_credit && !line->code &&
		     tap_has_room(line->tap);

	if (line->has_credit && tap_has_output(line->tap))
		uv_timer_start(&line->soon, on_soon, 0, 0);
	if (!uv_is_active((uv_handle_t *)&line->ack) &&
	    tap_owes_ack(line->tap, false))
		uv_timer_start(&line->ack, on_ack, SEHUB_WIRE_ACK_MSEC, 0);
	if (wants == line->is_reading)
		return;
	line->is_reading = wants;
	if (!wants)
		uv_poll_stop(&line->poll);
	else if (uv_poll_start(&line->poll, UV_READABLE, on_poll))
		line_fail(line, -ENODEV, "the network device cannot be watched");
}

static void line_fail(struct tap_line *line, int code, const char *text)
{
	if (line->code)
		return;
	line->code = code;
	snprintf(line->text, sizeof(line->text), "%s", text);
	uv_timer_start(&line->soon, on_soon, 0, 0);
}

static void line_answer(struct tap_line *line)
{
	struct session *s = line->s;
	size_t n;

	/* One that ends takes no more. */
	if (s->state != SESSION_OPEN) {
		line_quiet(line);
		return;
	}
	if (!line->has_credit)
		return;
	n = tap_output(line->tap, line, s->host->buffer, SEHUB_CREDIT_MAX);
	if (n) {
		line->has_credit = false;
		session_answer(s, s->host->buffer, n, NULL, 0);
	}
	if (line->s)
		line_watch(line);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct tap_line *line = poll->data;
	int ret = -ENODEV;

	(void)events;
	if (status >= 0)
		ret = tap_fill(line->tap, line, line->s->host->buffer);
	/* The main thread finds out why, before the session has to guess. */
	if (ret == -ENODEV)
		tap_look(line->tap);
	if (ret) {
		line->is_reading = false;
		uv_poll_stop(poll);
		line_fail(line, ret, ret == -ENODEV ?
			  "the network device was deleted" :
			  "the port is not there any more");
		return;
	}
	line_answer(line);
}

static void line_attached(struct tap_line *line)
{
	struct sehub_err err;
	struct tap_state state;
	int ret;

	/* The main thread may have changed its mind. */
	ret = tap_input(line->tap, line, NULL, 0, &err);
	if (!ret)
		tap_read_state(line->tap, &state);
	session_attached(line->s, ret, ret ? NULL : &state.port, &err);
}

static void on_soon(uv_timer_t *timer)
{
	struct tap_line *line = timer->data;

	if (line->is_new) {
		line->is_new = false;
		line_attached(line);
	} else if (line->code) {
		session_port_error(line->s, line->code, line->text);
	} else {
		line_answer(line);
	}
}

static void on_ack(uv_timer_t *timer)
{
	struct tap_line *line = timer->data;

	if (tap_owes_ack(line->tap, true))
		line_answer(line);
}

static void on_closed(uv_handle_t *handle)
{
	struct tap_line *line = handle->data;

	if (--line->handles)
		return;
	/* Only now: the loop watched its descriptor. */
	tap_put(line->tap);
	free(line);
}

/* 0 or -errno. */
static int line_new(struct session *s, struct tap *tap)
{
	struct tap_line *line = calloc(1, sizeof(*line));
	int ret;

	if (!line)
		return -ENOMEM;
	ret = uv_poll_init(s->host->loop, &line->poll, tap_fd(tap));
	if (ret) {
		free(line);
		return ret;
	}
	uv_timer_init(s->host->loop, &line->soon);
	uv_timer_init(s->host->loop, &line->ack);
	line->handles = 3;
	line->poll.data = line;
	line->soon.data = line;
	line->ack.data = line;
	line->s = s;
	line->tap = tap_get(tap);
	s->tap = line;
	return 0;
}

static int tap_begin_port(struct session *s, const struct session_start *start,
			  struct sehub_err *err)
{
	struct tap_resume resume = {
		.peer_rx = start->peer_rx, .peer_oldest = start->peer_oldest,
	};
	int ret;

	ret = line_new(s, start->tap);
	if (ret)
		return sehub_err_errno(err, -ret, tap_name(start->tap));
	ret = tap_attach(start->tap, s->tap, start->port_id,
			 start->features & SEHUB_WIRE_F_OFFLOAD,
			 start->is_resume ? &resume : NULL, err);
	if (ret)
		return ret;
	s->tap->is_new = true;
	uv_timer_start(&s->tap->soon, on_soon, 0, 0);
	return 0;
}

static int tap_send(struct session *s, const void *records, size_t len,
		    uint32_t credit)
{
	struct tap_line *line = s->tap;
	struct sehub_err err;
	int ret;

	if (len) {
		ret = tap_input(line->tap, line, records, len, &err);
		if (ret) {
			line_fail(line, ret, err.text);
			return 0;
		}
	}
	if (credit)
		line->has_credit = true;
	line_watch(line);
	return 0;
}

static void tap_detach_port(struct session *s)
{
	line_quiet(s->tap);
	tap_leave(s->tap->tap, s->tap, false);
}

static void tap_del_port(struct session *s)
{
	line_quiet(s->tap);
	tap_leave(s->tap->tap, s->tap, true);
}

static void tap_forget(struct session *s)
{
	struct tap_line *line = s->tap;

	if (!line)
		return;
	/* No owner of this name any more, whatever is made at its address. */
	tap_leave(line->tap, line, false);
	s->tap = NULL;
	line->s = NULL;
	uv_close((uv_handle_t *)&line->poll, on_closed);
	uv_close((uv_handle_t *)&line->soon, on_closed);
	uv_close((uv_handle_t *)&line->ack, on_closed);
}

const struct session_port_ops session_tap_ops = {
	.begin = tap_begin_port,
	.send = tap_send,
	.detach = tap_detach_port,
	.del = tap_del_port,
	.forget = tap_forget,
};
