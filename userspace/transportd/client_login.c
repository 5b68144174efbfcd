// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The client's side of the login, over a stream that is there: TLS, HELLO, who
 * it is (client_auth.c) and ATTACH, or RESUME, up to a session that a worker
 * carries. Every way out is client_retry(), client_give_up() or the worker.
 */
#include "client_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"
#include "log.h"
#include "port.h"
#include "proto.h"

#define UPLINK_NAME	"uplink"
/* With the connection's name behind it, or its number. */
#define CASCADE_NAME	"to-"
/* What a server may agree to, milliseconds. */
#define KEEPALIVE_MIN	100
#define KEEPALIVE_MAX	3600000
#define DEAD_TIME_MAX	(4 * KEEPALIVE_MAX)

void client_leave(struct client *c, uint16_t code, const char *text)
{
	struct channel *ch = c->ch;

	c->ch = NULL;
	channel_close(ch, code, text);
	client_retry(c, text);
}

/* As client_give_up(), the same way. */
static void give_up(struct client *c, const char *text)
{
	struct channel *ch = c->ch;

	c->ch = NULL;
	channel_close(ch, SEHUB_WIRE_CLOSE_BYE, text);
	client_give_up(c, text);
}

static void protocol_error(struct client *c, const char *what)
{
	client_leave(c, SEHUB_WIRE_CLOSE_PROTOCOL, what);
}

void client_send_record(struct client *c, struct proto_builder *b)
{
	int len = proto_end(b);

	if (len > 0)
		channel_send(c->ch, b->data, (size_t)len);
}

/* --- what is sent -------------------------------------------------------- */

static void send_hello(struct client *c)
{
	uint8_t record[512];
	struct proto_builder b;

	proto_begin(&b, record, sizeof(record), SEHUB_WIRE_HELLO);
	proto_put_u16(&b, SEHUB_WIRE_A_VERSION, SEHUB_WIRE_VERSION);
	proto_put_text(&b, SEHUB_WIRE_A_SOFTWARE, DAEMON_SOFTWARE);
	proto_put_u32(&b, SEHUB_WIRE_A_FEATURES, SEHUB_WIRE_F_OFFLOAD);
	proto_put_u16(&b, SEHUB_WIRE_A_HUB, c->vlan);
	client_send_record(c, &b);
	c->step = CLIENT_HELLO;
}

static void put_carrier(struct client *c, struct proto_builder *b)
{
	proto_put_text(b, SEHUB_WIRE_A_CARRIER,
		       sehub_via_name(c->carrier_kind));
}

static void send_resume(struct client *c, const struct sehub_session *port)
{
	uint8_t record[128];
	struct proto_builder b;

	proto_begin(&b, record, sizeof(record), SEHUB_WIRE_RESUME);
	proto_put_bytes(&b, SEHUB_WIRE_A_TICKET, c->session.ticket,
			sizeof(c->session.ticket));
	proto_put_u64(&b, SEHUB_WIRE_A_RX_COUNT, port->rx_count);
	proto_put_u64(&b, SEHUB_WIRE_A_TX_OLDEST, port->tx_acked);
	proto_put_u32(&b, SEHUB_WIRE_A_FEATURES, SEHUB_WIRE_F_OFFLOAD);
	put_carrier(c, &b);
	client_send_record(c, &b);
	tls_wipe(record, sizeof(record));
	c->step = CLIENT_RESUME;
}

void client_send_attach(struct client *c)
{
	const struct config *config = &c->cs->d->config;
	uint8_t record[512];
	struct proto_builder b;
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	proto_begin(&b, record, sizeof(record), SEHUB_WIRE_ATTACH);
	proto_put_bytes(&b, SEHUB_WIRE_A_CLIENT_ID, c->client_id,
			sizeof(c->client_id));
	proto_put_text(&b, SEHUB_WIRE_A_CLIENT_NAME, host);
	proto_put_u32(&b, SEHUB_WIRE_A_FEATURES, SEHUB_WIRE_F_OFFLOAD);
	proto_put_u32(&b, SEHUB_WIRE_A_KEEPALIVE, config->keepalive_ms);
	proto_put_u32(&b, SEHUB_WIRE_A_DEAD_TIME, config->dead_time_ms);
	if (c->hub)
		proto_put_u64(&b, SEHUB_WIRE_A_HUB_ID, c->hub_id);
	if (c->grace >= 0)
		proto_put_u32(&b, SEHUB_WIRE_A_GRACE, (uint32_t)c->grace);
	put_carrier(c, &b);
	client_send_record(c, &b);
	c->step = CLIENT_ATTACH;
}

/* --- what is received ---------------------------------------------------- */

static void take_hello(struct client *c, const struct proto_msg *msg)
{
	struct proto_error err;
	struct sehub_err serr;
	struct sehub_port port;

	if (proto_require(SEHUB_WIRE_HELLO, msg,
			  PROTO_BIT(SEHUB_WIRE_A_VERSION), &err)) {
		protocol_error(c, err.text);
		return;
	}
	if (msg->version != SEHUB_WIRE_VERSION) {
		client_leave(c, SEHUB_WIRE_CLOSE_VERSION,
		      "the server speaks another version of the protocol");
		return;
	}
	if (c->has_session) {
		if (c->is_renewing)
			client_leave_old_line(c);
		if (!kernel_get_port(c->cs->d->kernel, c->port_id, &port,
				     NULL)) {
			send_resume(c, &port.session);
			return;
		}
		client_forget_session(c);
		/* What it was at may be gone with it. */
		if (client_find_place(c, &serr)) {
			client_leave(c, SEHUB_WIRE_CLOSE_BYE, serr.text);
			return;
		}
	}
	client_begin_auth(c, msg->mechanisms);
}

static void hand_over(struct client *c, struct session_start *start)
{
	struct sehub_err err;

	if (kernel_prepare(c->cs->d->kernel, start, &err)) {
		client_forget_session(c);
		client_leave(c, SEHUB_WIRE_CLOSE_BYE, err.text);
		return;
	}
	snprintf(start->name, sizeof(start->name), "%s", c->name);
	start->keepalive = c->session.keepalive;
	start->dead_time = c->session.dead_time;
	snprintf(c->cipher, sizeof(c->cipher), "%s",
		 tls_cipher(channel_tls(c->ch)));
	snprintf(c->address, sizeof(c->address), "%s", c->peer);
	start->worn_after = (uint64_t)c->cs->d->config.renew_megabytes << 20;
	c->is_resuming = start->is_resume;
	channel_take(c->ch, &start->parts);
	c->ch = NULL;
	client_stop_attempt(c);
	client_keep_line(c);
	c->step = CLIENT_WORKER;
	c->ref = worker_start(c->cs->d->workers, start);
	tls_wipe(start, sizeof(*start));
	if (!c->ref.serial)
		client_retry(c, "out of memory");
}

static uint32_t clamp(uint32_t value, uint32_t min, uint32_t max)
{
	return value < min ? min : value > max ? max : value;
}

/* Where the port of a new session is to be. */
static void name_port(const struct client *c, const struct proto_msg *msg,
		      struct session_start *start)
{
	start->hub_ifindex = c->ifindex;
	if (!c->hub) {
		snprintf(start->port_name, sizeof(start->port_name),
			 UPLINK_NAME);
		return;
	}
	start->is_bridge = c->is_bridge;
	start->vlan = c->hub;
	start->peer_hub = msg->hub_id;
	if (strlen(c->name) + strlen(CASCADE_NAME) <= SEHUB_NAME_MAX)
		snprintf(start->port_name, sizeof(start->port_name),
			 CASCADE_NAME "%.*s", SEHUB_NAME_MAX, c->name);
	else
		snprintf(start->port_name, sizeof(start->port_name),
			 CASCADE_NAME "#%" PRId64, c->id);
}

static void take_attach(struct client *c, const struct proto_msg *msg)
{
	const struct config *config = &c->cs->d->config;
	struct session_start start = { .parts.fd = -1 };
	struct resume_client *s = &c->session;
	struct proto_error err;

	if (proto_require(SEHUB_WIRE_ATTACH, msg,
			  PROTO_BIT(SEHUB_WIRE_A_SESSION) |
			  PROTO_BIT(SEHUB_WIRE_A_TICKET), &err)) {
		protocol_error(c, err.text);
		return;
	}
	if (c->hub && !msg->hub_id) {
		give_up(c, "the server cannot join hubs: it needs a newer sehub-transportd");
		return;
	}
	client_forget_session(c);
	s->connection_id = c->id;
	memcpy(s->ticket, msg->ticket, sizeof(s->ticket));
	s->since = time(NULL);
	s->keepalive = clamp(proto_has(msg, SEHUB_WIRE_A_KEEPALIVE) ?
			     msg->keepalive : config->keepalive_ms,
			     KEEPALIVE_MIN, KEEPALIVE_MAX);
	s->dead_time = clamp(proto_has(msg, SEHUB_WIRE_A_DEAD_TIME) ?
			     msg->dead_time : config->dead_time_ms,
			     2 * KEEPALIVE_MIN, DEAD_TIME_MAX);
	proto_text_copy(s->session, sizeof(s->session), msg->session);
	snprintf(s->connection, sizeof(s->connection), "%s", c->name);

	name_port(c, msg, &start);
	start.cookie_len = resume_pack_client(start.cookie,
					      c->cs->d->instance, s);
	start.grace = clamp(msg->grace, 0, SEHUB_GRACE_MAX);
	start.queue_limit = config->queue_limit;
	start.features = msg->features;
	client_keep_pin(c);
	hand_over(c, &start);
}

static void take_resume(struct client *c, const struct proto_msg *msg)
{
	struct session_start start = { .parts.fd = -1, .is_resume = true };
	uint8_t cookie[SEHUB_COOKIE_MAX];
	struct proto_error perr;
	struct sehub_err err;
	size_t len;

	if (proto_require(SEHUB_WIRE_RESUME, msg,
			  PROTO_BIT(SEHUB_WIRE_A_TICKET) |
			  PROTO_BIT(SEHUB_WIRE_A_RX_COUNT) |
			  PROTO_BIT(SEHUB_WIRE_A_TX_OLDEST), &perr)) {
		protocol_error(c, perr.text);
		return;
	}
	/* The next daemon must hold the new ticket before the server sees us. */
	memcpy(c->session.ticket, msg->ticket, sizeof(c->session.ticket));
	c->session.resumes++;
	len = resume_pack_client(cookie, c->cs->d->instance, &c->session);
	if (kernel_set_cookie(c->cs->d->kernel, c->port_id, cookie, len,
			      &err)) {
		client_forget_session(c);
		client_leave(c, SEHUB_WIRE_CLOSE_BYE, err.text);
		return;
	}
	start.port_id = c->port_id;
	start.peer_rx = msg->rx_count;
	start.peer_oldest = msg->tx_oldest;
	start.features = msg->features;
	hand_over(c, &start);
}

static void take_close(struct client *c, const struct proto_msg *msg)
{
	char text[CLIENT_ERROR_MAX];

	proto_text_copy(text, sizeof(text), msg->text);
	if (!text[0])
		snprintf(text, sizeof(text), "%s",
			 proto_close_name(msg->code));
	switch (msg->code) {
	case SEHUB_WIRE_CLOSE_AUTH:
		client_explain_refusal(c, text, sizeof(text));
		/* fall through */
	case SEHUB_WIRE_CLOSE_DENIED:
	case SEHUB_WIRE_CLOSE_REPLACED:
	case SEHUB_WIRE_CLOSE_DISCONNECTED:
		/* What the next try starts from must be the password. */
		auth_salted_clear(&c->salted);
		client_give_up(c, text);
		break;
	case SEHUB_WIRE_CLOSE_NO_SESSION:
		/* Nothing was asked for yet where the old line is still there. */
		if (!c->has_session || c->is_renewing) {
			client_retry(c, text);
			break;
		}
		log_info("connection-session connection=%s reason=%s",
			 c->name, LOG_QUOTED(text));
		client_stop_attempt(c);
		client_forget_session(c);
		client_try_now(c);
		break;
	default:
		client_retry(c, text);
		break;
	}
}

static void on_ready(void *arg)
{
	send_hello(arg);
}

static void on_record(void *arg, uint8_t type, const uint8_t *payload,
		      size_t len)
{
	struct client *c = arg;
	struct proto_error err;
	struct proto_msg msg;
	char what[64];
	int ret;

	ret = proto_parse(type, payload, len, &msg, &err);
	if (ret == -EPROTONOSUPPORT)
		return;
	if (ret) {
		protocol_error(c, err.text);
	} else if (type == SEHUB_WIRE_CLOSE) {
		take_close(c, &msg);
	} else if (type == SEHUB_WIRE_HELLO && c->step == CLIENT_HELLO) {
		take_hello(c, &msg);
	} else if (type == SEHUB_WIRE_AUTH && c->step == CLIENT_AUTH) {
		client_auth_step(c, msg.sasl.data ? msg.sasl.data : payload,
				 msg.sasl.len);
	} else if (type == SEHUB_WIRE_ATTACH && c->step == CLIENT_ATTACH) {
		take_attach(c, &msg);
	} else if (type == SEHUB_WIRE_RESUME && c->step == CLIENT_RESUME) {
		take_resume(c, &msg);
	} else {
		snprintf(what, sizeof(what), "unexpected %s",
			 proto_type_name(type));
		protocol_error(c, what);
	}
}

static void on_ended(void *arg, enum channel_end end, const char *why)
{
	struct client *c = arg;
	bool is_untrusted = tls_is_untrusted(channel_tls(c->ch));
	char text[CLIENT_ERROR_MAX];

	snprintf(text, sizeof(text), "%s", why);
	switch (end) {
	case CHANNEL_NO_TLS:
		if (is_untrusted) {
			client_give_up(c, text);
			break;
		}
		snprintf(text, sizeof(text), "TLS handshake: %s", why);
		client_await_line(c, text);
		break;
	case CHANNEL_LOST:
		client_await_line(c, text);
		break;
	case CHANNEL_TIMEOUT:
		if (c->line && c->step == CLIENT_TLS)
			client_await_line(c,
					  "nothing came through the SSH server in time");
		else
			client_retry(c, "the login took too long");
		break;
	case CHANNEL_MALFORMED:
		protocol_error(c, text);
		break;
	}
}

static const struct channel_ops login_ops = {
	.ready = on_ready,
	.record = on_record,
	.ended = on_ended,
};

int client_login(struct client *c, int fd, struct sehub_err *err)
{
	struct daemon *d = c->cs->d;
	struct tls *tls = NULL;

	if (tls_connect(&tls, c->ctx, fd, c->host, err))
		return err->code;
	c->ch = channel_new(&d->loop, tls, fd, d->config.login_timeout_ms,
			    &login_ops, c);
	if (!c->ch) {
		tls_free(tls);
		return sehub_err_errno(err, ENOMEM, "login");
	}
	c->step = CLIENT_TLS;
	return 0;
}
