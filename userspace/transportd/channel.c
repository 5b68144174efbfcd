// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control records over TLS on the main loop. Memory and work that a peer can
 * cause before it has logged in are bounded here: one record of input, the
 * answers to it, a number of bytes in all, and a deadline.
 */
#include "channel.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto.h"

/* One control record, and what may follow it in the same read. */
#define INPUT_SIZE	(2 * PROTO_RECORD_MAX)
/* A login takes some hundred bytes; nobody needs more than this. */
#define INPUT_TOTAL_MAX	(16 * PROTO_RECORD_MAX)
/* The same with what TLS adds, a long chain of certificates included. */
#define RECEIVED_MAX	(INPUT_TOTAL_MAX + 256 * 1024)

enum channel_state {
	CHANNEL_HANDSHAKE,
	CHANNEL_OPEN,
	CHANNEL_BROKEN,		/* told to the owner as soon as the loop runs */
	CHANNEL_CLOSING,	/* the owner is gone; a CLOSE is on its way */
	CHANNEL_DEAD,		/* handles are being closed */
};

struct channel {
	uv_poll_t poll;
	uv_timer_t timer;
	unsigned int handles;	/* open ones; the last one frees */
	enum channel_state state;
	int events;
	const struct channel_ops *ops;
	void *arg;
	struct tls *tls;
	int fd;
	bool read_wants_write;
	bool is_shut;		/* our direction is at its end */
	enum channel_end end;
	uint8_t *in;
	size_t in_len;
	size_t in_total;
	uint8_t *out;
	size_t out_len;
};

static void channel_on_poll(uv_poll_t *poll, int status, int events);

static void channel_on_close(uv_handle_t *handle)
{
	struct channel *ch = handle->data;

	if (--ch->handles)
		return;
	free(ch->in);
	free(ch->out);
	free(ch);
}

/* The caller has taken or closed tls and fd. */
static void channel_bury(struct channel *ch)
{
	ch->state = CHANNEL_DEAD;
	uv_close((uv_handle_t *)&ch->poll, channel_on_close);
	uv_close((uv_handle_t *)&ch->timer, channel_on_close);
}

void channel_free(struct channel *ch)
{
	if (!ch)
		return;
	channel_bury(ch);
	tls_free(ch->tls);
	close(ch->fd);
}

void channel_take(struct channel *ch, struct channel_parts *parts)
{
	parts->tls = ch->tls;
	parts->fd = ch->fd;
	parts->input = ch->in;
	parts->input_len = ch->in_len;
	parts->output = ch->out;
	parts->output_len = ch->out_len;
	ch->in = NULL;
	ch->out = NULL;
	channel_bury(ch);
}

void channel_parts_free(struct channel_parts *parts)
{
	tls_free(parts->tls);
	if (parts->fd >= 0)
		close(parts->fd);
	free(parts->input);
	free(parts->output);
	memset(parts, 0, sizeof(*parts));
	parts->fd = -1;
}

const struct tls *channel_tls(const struct channel *ch)
{
	return ch->tls;
}

static void channel_poll(struct channel *ch, int events)
{
	if (ch->events == events)
		return;
	ch->events = events;
	uv_poll_start(&ch->poll, events, channel_on_poll);
}

static void channel_on_timer(uv_timer_t *timer)
{
	struct channel *ch = timer->data;

	switch (ch->state) {
	case CHANNEL_HANDSHAKE:
	case CHANNEL_OPEN:
		ch->end = CHANNEL_TIMEOUT;
		ch->ops->ended(ch->arg, CHANNEL_TIMEOUT, "timed out");
		break;
	case CHANNEL_BROKEN:
		ch->ops->ended(ch->arg, ch->end, tls_error(ch->tls));
		break;
	case CHANNEL_CLOSING:
		channel_free(ch);
		break;
	case CHANNEL_DEAD:
		break;
	}
}

/* Tells the owner, but not from inside one of its own calls. */
static void channel_break(struct channel *ch)
{
	if (ch->state == CHANNEL_CLOSING) {
		channel_free(ch);
		return;
	}
	ch->end = ch->state == CHANNEL_HANDSHAKE ? CHANNEL_NO_TLS :
		  CHANNEL_LOST;
	ch->state = CHANNEL_BROKEN;
	uv_poll_stop(&ch->poll);
	ch->events = 0;
	uv_timer_start(&ch->timer, channel_on_timer, 0, 0);
}

/* Sends what waits. False if the line broke. */
static bool channel_flush(struct channel *ch)
{
	enum tls_status status = TLS_DONE;
	size_t n;

	while (ch->out_len && status == TLS_DONE) {
		status = tls_write(ch->tls, ch->out, ch->out_len, &n);
		ch->out_len -= n;
		memmove(ch->out, ch->out + n, ch->out_len);
	}
	if (status == TLS_EOF || status == TLS_FAILED)
		return false;
	if (!ch->out_len && ch->state == CHANNEL_CLOSING && !ch->is_shut) {
		ch->is_shut = true;
		tls_close_notify(ch->tls);
		shutdown(ch->fd, SHUT_WR);
	}
	channel_poll(ch, UV_READABLE |
		     (ch->out_len || ch->read_wants_write ? UV_WRITABLE : 0));
	return true;
}

void channel_send(struct channel *ch, const void *record, size_t len)
{
	uint8_t *out;

	if (ch->state != CHANNEL_OPEN && ch->state != CHANNEL_CLOSING)
		return;
	out = realloc(ch->out, ch->out_len + len);
	if (!out) {
		channel_break(ch);
		return;
	}
	memcpy(out + ch->out_len, record, len);
	ch->out = out;
	ch->out_len += len;
	if (!channel_flush(ch))
		channel_break(ch);
}

void channel_close(struct channel *ch, uint16_t code, const char *text)
{
	uint8_t record[PROTO_CLOSE_MAX];
	size_t len;

	if (ch->state != CHANNEL_OPEN) {
		channel_free(ch);
		return;
	}
	ch->state = CHANNEL_CLOSING;
	uv_timer_start(&ch->timer, channel_on_timer, CHANNEL_LINGER_MS, 0);
	len = proto_close(record, sizeof(record), code, text);
	channel_send(ch, record, len);
}

static void channel_handshake(struct channel *ch)
{
	switch (tls_handshake(ch->tls)) {
	case TLS_WANT_READ:
		channel_poll(ch, UV_READABLE);
		break;
	case TLS_WANT_WRITE:
		channel_poll(ch, UV_WRITABLE);
		break;
	case TLS_DONE:
		ch->state = CHANNEL_OPEN;
		channel_poll(ch, UV_READABLE);
		ch->ops->ready(ch->arg);
		break;
	case TLS_EOF:
	case TLS_FAILED:
		channel_break(ch);
		break;
	}
}

static void channel_malformed(struct channel *ch, const char *why)
{
	ch->end = CHANNEL_MALFORMED;
	ch->ops->ended(ch->arg, CHANNEL_MALFORMED, why);
}

/*
 * Hands up the record at the start of the buffer. True if there was one and
 * the channel is still open: the owner may have ended it.
 */
static bool channel_next_record(struct channel *ch)
{
	uint8_t record[PROTO_RECORD_MAX];
	const uint8_t *in = ch->in;
	size_t len;

	if (ch->in_len < SEHUB_WIRE_HDR_LEN)
		return false;
	len = (size_t)in[1] << 16 | (size_t)in[2] << 8 | in[3];
	if (in[0] < 0x01 || in[0] > 0x0f || len > SEHUB_WIRE_CONTROL_MAX) {
		channel_malformed(ch, "not a control record");
		return false;
	}
	if (ch->in_len < SEHUB_WIRE_HDR_LEN + len)
		return false;

	/*
	 * The owner may take the channel in this call: what is left in the
	 * buffer then must be what follows the record.
	 */
	memcpy(record, in, SEHUB_WIRE_HDR_LEN + len);
	ch->in_len -= SEHUB_WIRE_HDR_LEN + len;
	memmove(ch->in, ch->in + SEHUB_WIRE_HDR_LEN + len, ch->in_len);
	ch->ops->record(ch->arg, record[0], record + SEHUB_WIRE_HDR_LEN, len);
	return ch->state == CHANNEL_OPEN;
}

static void channel_read(struct channel *ch)
{
	enum tls_status status = TLS_DONE;
	size_t n;

	while (status == TLS_DONE && ch->state == CHANNEL_OPEN) {
		status = tls_read(ch->tls, ch->in + ch->in_len,
				  INPUT_SIZE - ch->in_len, &n);
		ch->in_len += n;
		ch->in_total += n;
		if (ch->in_total > INPUT_TOTAL_MAX ||
		    tls_received(ch->tls) > RECEIVED_MAX) {
			channel_malformed(ch, "too much before the login");
			return;
		}
		while (channel_next_record(ch))
			;
	}
	if (ch->state != CHANNEL_OPEN)
		return;
	ch->read_wants_write = status == TLS_WANT_WRITE;
	if (status == TLS_EOF || status == TLS_FAILED || !channel_flush(ch))
		channel_break(ch);
}

/* A CLOSE is out: wait for the other side's end without listening. */
static void channel_drain(struct channel *ch)
{
	uint8_t ignored[4096];
	enum tls_status status;
	size_t n, total = 0;

	do {
		status = tls_read(ch->tls, ignored, sizeof(ignored), &n);
		total += n;
	} while (status == TLS_DONE && total < INPUT_TOTAL_MAX);
	if (status == TLS_EOF || status == TLS_FAILED || !channel_flush(ch))
		channel_free(ch);
}

static void channel_on_poll(uv_poll_t *poll, int status, int events)
{
	struct channel *ch = poll->data;

	(void)events;
	/* An error of the socket: it is watched no more, reading shows it. */
	if (status < 0)
		ch->events = 0;
	switch (ch->state) {
	case CHANNEL_HANDSHAKE:
		channel_handshake(ch);
		/* The first record may have come with the last flight. */
		if (ch->state == CHANNEL_OPEN)
			channel_read(ch);
		break;
	case CHANNEL_OPEN:
		channel_read(ch);
		break;
	case CHANNEL_CLOSING:
		channel_drain(ch);
		break;
	case CHANNEL_BROKEN:
	case CHANNEL_DEAD:
		break;
	}
}

struct channel *channel_new(uv_loop_t *loop, struct tls *tls, int fd,
			    uint32_t timeout_ms, const struct channel_ops *ops,
			    void *arg)
{
	struct channel *ch = calloc(1, sizeof(*ch));

	if (!ch)
		return NULL;
	ch->in = malloc(INPUT_SIZE);
	if (!ch->in || uv_poll_init(loop, &ch->poll, fd)) {
		free(ch->in);
		free(ch);
		return NULL;
	}
	uv_timer_init(loop, &ch->timer);
	ch->handles = 2;
	ch->poll.data = ch;
	ch->timer.data = ch;
	ch->ops = ops;
	ch->arg = arg;
	ch->tls = tls;
	ch->fd = fd;
	/* A client speaks first: a fresh socket is writable. */
	channel_poll(ch, UV_READABLE | UV_WRITABLE);
	uv_timer_start(&ch->timer, channel_on_timer, timeout_ms, 0);
	return ch;
}
