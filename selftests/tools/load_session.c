// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One session of many: its connection, and records. All sockets are in one epoll
 * set; a timer says when ACKs are due.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

#define EVENTS_MAX	256
/* Read from one session before others have their turn. */
#define READ_MAX	65536
#define INPUT_MAX	(READ_MAX + SEHUB_WIRE_RECORD_MAX)

struct load_stats load_stats;
struct load_session *load_sessions;

static const struct addrinfo *server;
static SSL_CTX *ctx;
static int epoll_fd, timer_fd;
static struct load_session *ack_list;
static uint32_t last_number;

int64_t load_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

/* --- ends ----------------------------------------------------------------- */

void load_watch(struct load_session *s, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = s };

	if (s->events == events)
		return;
	epoll_ctl(epoll_fd, s->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, s->fd,
		  &event);
	s->events = events;
}

static void forget_ack(struct load_session *s)
{
	struct load_session **at = &ack_list;

	while (*at && *at != s)
		at = &(*at)->next_ack;
	if (*at)
		*at = s->next_ack;
	s->owes_ack = false;
}

static void free_session(struct load_session *s)
{
	if (s->owes_ack)
		forget_ack(s);
	load_unpair(s);
	*s->prev = s->next;
	if (s->next)
		s->next->prev = s->prev;
	SSL_free(s->ssl);
	close(s->fd);
	free(s->scram);
	free(s->in);
	free(s->out);
	free(s);
}

void load_over(struct load_session *s, const char *why)
{
	if (s->state == LOAD_OPEN) {
		load_stats.open--;
		load_stats.lost++;
	} else {
		load_stats.pending--;
		load_stats.refused += s->state != LOAD_CLOSING;
	}
	if (s->state != LOAD_CLOSING && !load_stats.why[0])
		snprintf(load_stats.why, sizeof(load_stats.why), "%s", why);
	free_session(s);
}

static void over_by_close(struct load_session *s, const uint8_t *payload,
			  size_t len)
{
	char why[LOAD_TEXT_MAX];
	const uint8_t *text;
	size_t text_len;

	text = attr_find(payload, len, SEHUB_WIRE_A_TEXT, &text_len);
	snprintf(why, sizeof(why), "CLOSE %s \"%.*s\"",
		 record_close_name(payload, len), (int)text_len,
		 text ? (const char *)text : "");
	load_over(s, why);
}

bool load_await(struct load_session *s, int code)
{
	const char *why = "the connection broke";

	if (code == SSL_ERROR_WANT_READ || code == SSL_ERROR_WANT_WRITE) {
		load_watch(s, EPOLLIN | (code == SSL_ERROR_WANT_WRITE || s->out_len ?
				    EPOLLOUT : 0));
		return true;
	}
	if (code == SSL_ERROR_ZERO_RETURN)
		why = "the server ended the connection without a CLOSE";
	else if (code == SSL_ERROR_SSL)
		why = ERR_reason_error_string(ERR_peek_error()) ?: "TLS failed";
	load_over(s, why);
	return false;
}

/* --- output --------------------------------------------------------------- */

/* False if the session is gone. */
static bool flush(struct load_session *s)
{
	int ret;

	while (s->out_len) {
		ERR_clear_error();
		ret = SSL_write(s->ssl, s->out + s->out_at, (int)s->out_len);
		if (ret <= 0)
			return load_await(s, SSL_get_error(s->ssl, ret));
		s->out_at += (size_t)ret;
		s->out_len -= (size_t)ret;
	}
	free(s->out);
	s->out = NULL;
	s->out_at = 0;
	load_watch(s, EPOLLIN);
	return true;
}

/*
 * Never ends the session: whoever sends may be in the middle of something. What
 * the socket does not take goes out by its event, where errors show too.
 */
void load_send(struct load_session *s, const uint8_t *records, size_t len)
{
	uint8_t *out;
	int ret;

	while (len && !s->out_len) {
		ERR_clear_error();
		ret = SSL_write(s->ssl, records, (int)len);
		if (ret <= 0)
			break;
		records += ret;
		len -= (size_t)ret;
	}
	if (!len)
		return;
	out = malloc(s->out_len + len);
	if (!out)
		abort();
	if (s->out_len)
		memcpy(out, s->out + s->out_at, s->out_len);
	memcpy(out + s->out_len, records, len);
	free(s->out);
	s->out = out;
	s->out_at = 0;
	s->out_len += len;
	load_watch(s, EPOLLIN | EPOLLOUT);
}

void load_send_record(struct load_session *s, uint8_t type,
			const uint8_t *payload, size_t len)
{
	uint8_t buf[SEHUB_WIRE_HDR_LEN + RECORD_LOGIN_MAX];

	record_header(buf, type, len);
	memcpy(buf + SEHUB_WIRE_HDR_LEN, payload, len);
	load_send(s, buf, len + SEHUB_WIRE_HDR_LEN);
}

/* --- beginning and end ---------------------------------------------------- */

bool load_login(struct load_user *user)
{
	struct load_session *s = calloc(1, sizeof(*s));
	int one = 1;

	if (!s)
		return false;
	s->fd = socket(server->ai_family, SOCK_STREAM | SOCK_NONBLOCK |
		       SOCK_CLOEXEC, 0);
	s->ssl = SSL_new(ctx);
	s->scram = malloc(sizeof(*s->scram));
	if (s->fd < 0 || !s->ssl || !s->scram ||
	    SSL_set_fd(s->ssl, s->fd) != 1) {
		if (s->fd >= 0)
			close(s->fd);
		SSL_free(s->ssl);
		free(s->scram);
		free(s);
		return false;
	}
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	*s->scram = user->scram;
	s->user = user;
	s->number = ++last_number;
	s->next = load_sessions;
	s->prev = &load_sessions;
	if (s->next)
		s->next->prev = &s->next;
	load_sessions = s;
	load_stats.pending++;
	if (connect(s->fd, server->ai_addr, server->ai_addrlen) &&
	    errno != EINPROGRESS)
		load_over(s, strerror(errno));
	else
		load_watch(s, EPOLLOUT);
	return true;
}

void load_leave(struct load_session *s)
{
	static const uint8_t bye[] = { 0, SEHUB_WIRE_CLOSE_BYE };
	uint8_t buf[16];

	s->state = LOAD_CLOSING;
	load_stats.open--;
	load_stats.pending++;
	load_unpair(s);
	load_send_record(s, SEHUB_WIRE_CLOSE, buf,
			 record_put(buf, SEHUB_WIRE_A_CODE, bye, sizeof(bye)));
}

/* --- records -------------------------------------------------------------- */

static void set_timer(void)
{
	struct itimerspec when = {
		.it_value.tv_nsec = SEHUB_WIRE_ACK_MSEC * 1000000,
	};

	timerfd_settime(timer_fd, 0, &when, NULL);
}

static void send_ack(struct load_session *s)
{
	uint8_t buf[SEHUB_WIRE_ACK_LEN];
	int i;

	for (i = 0; i < 8; i++)
		buf[i] = (uint8_t)(s->rx_count >> (56 - 8 * i));
	s->rx_acked = s->rx_count;
	load_send_record(s, SEHUB_WIRE_ACK, buf, sizeof(buf));
}

static void on_timer(void)
{
	struct load_session *s;
	uint64_t ignored;

	if (read(timer_fd, &ignored, sizeof(ignored)) < 0)
		return;
	while ((s = ack_list)) {
		ack_list = s->next_ack;
		s->owes_ack = false;
		if (s->state == LOAD_OPEN && s->rx_acked != s->rx_count)
			send_ack(s);
	}
}

static void owe_ack(struct load_session *s)
{
	if (s->rx_count - s->rx_acked >= SEHUB_WIRE_ACK_BYTES) {
		send_ack(s);
		return;
	}
	if (s->owes_ack)
		return;
	if (!ack_list)
		set_timer();
	s->owes_ack = true;
	s->next_ack = ack_list;
	ack_list = s;
}

static const char *take_ack(struct load_session *s, const uint8_t *payload,
			    size_t len)
{
	uint64_t count = 0;
	int i;

	if (len != SEHUB_WIRE_ACK_LEN)
		return "an ACK of a wrong length";
	for (i = 0; i < 8; i++)
		count = count << 8 | payload[i];
	if (count < s->tx_acked || count > s->tx_count)
		return "an ACK for what was not sent";
	s->tx_acked = count;
	return NULL;
}

/* What is wrong, or NULL. */
static const char *take_record(struct load_session *s, uint8_t type,
			       const uint8_t *payload, size_t len)
{
	switch (type) {
	case SEHUB_WIRE_DATA:
		s->rx_count += SEHUB_WIRE_HDR_LEN + len;
		load_take_frame(s, payload, len);
		owe_ack(s);
		return NULL;
	case SEHUB_WIRE_ACK:
		return take_ack(s, payload, len);
	case SEHUB_WIRE_PING:
		load_stats.pings++;
		load_send_record(s, SEHUB_WIRE_PONG, payload, len);
		return NULL;
	case SEHUB_WIRE_PONG:
	case SEHUB_WIRE_CONFIG:
		return NULL;
	default:
		return "a record that was not asked for";
	}
}

/* Deals with whole records; Return: bytes, or -1 if the session is gone. */
static ssize_t take_records(struct load_session *s, const uint8_t *buf,
			    size_t len)
{
	const char *wrong = NULL;
	size_t at = 0, n;

	while (!wrong && len - at >= SEHUB_WIRE_HDR_LEN) {
		n = record_payload_len(buf + at);
		if (n + SEHUB_WIRE_HDR_LEN > SEHUB_WIRE_RECORD_MAX) {
			wrong = "a record that is too long";
			break;
		}
		if (len - at < SEHUB_WIRE_HDR_LEN + n)
			break;
		if (buf[at] == SEHUB_WIRE_CLOSE) {
			over_by_close(s, buf + at + SEHUB_WIRE_HDR_LEN, n);
			return -1;
		}
		if (s->state < LOAD_OPEN)
			wrong = load_login_step(s, buf[at],
					   buf + at + SEHUB_WIRE_HDR_LEN, n);
		else if (s->state == LOAD_OPEN)
			wrong = take_record(s, buf[at],
					    buf + at + SEHUB_WIRE_HDR_LEN, n);
		at += SEHUB_WIRE_HDR_LEN + n;
	}
	if (!wrong)
		return (ssize_t)at;
	load_over(s, wrong);
	return -1;
}

static void keep_input(struct load_session *s, const uint8_t *rest, size_t len)
{
	free(s->in);
	s->in = NULL;
	s->in_len = len;
	if (!len)
		return;
	s->in = malloc(len);
	if (!s->in)
		abort();
	memcpy(s->in, rest, len);
}

static void receive(struct load_session *s)
{
	static uint8_t buf[INPUT_MAX];
	size_t len = s->in_len;
	int ret, code = SSL_ERROR_NONE;
	ssize_t used;

	if (len)
		memcpy(buf, s->in, len);
	while (len < READ_MAX && code == SSL_ERROR_NONE) {
		ERR_clear_error();
		ret = SSL_read(s->ssl, buf + len, READ_MAX);
		if (ret > 0)
			len += (size_t)ret;
		else
			code = SSL_get_error(s->ssl, ret);
	}
	used = take_records(s, buf, len);
	if (used < 0)
		return;
	keep_input(s, buf + used, len - (size_t)used);
	if (code == SSL_ERROR_NONE || load_await(s, code))
		load_pump(s);
}

static void on_connected(struct load_session *s)
{
	socklen_t len = sizeof(int);
	int error = 0;

	getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error)
		load_over(s, strerror(error));
	else
		s->state = LOAD_TLS;
}

static void on_event(struct load_session *s, uint32_t events)
{
	if (s->state == LOAD_CONNECTING) {
		on_connected(s);
		return;
	}
	if (s->state == LOAD_TLS && !load_shake_hands(s))
		return;
	if (events & EPOLLOUT && s->out_len && !flush(s))
		return;
	receive(s);
}

/* A session ends only by its own event: those that follow are not of it. */
void load_serve(void *arg)
{
	struct epoll_event events[EVENTS_MAX];
	int i, n;

	(void)arg;
	n = epoll_wait(epoll_fd, events, EVENTS_MAX, 0);
	for (i = 0; i < n; i++) {
		if (events[i].data.ptr)
			on_event(events[i].data.ptr, events[i].events);
		else
			on_timer();
	}
}

int load_open(const struct addrinfo *address)
{
	struct epoll_event event = { .events = EPOLLIN };

	server = address;
	ctx = SSL_CTX_new(TLS_client_method());
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (!ctx || epoll_fd < 0 || timer_fd < 0 ||
	    SSL_CTX_set_alpn_protos(ctx, record_alpn, sizeof(record_alpn)) ||
	    !SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION))
		return -1;
	/* SCRAM, bound to the connection, shows who the server is. */
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
			 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
			 SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &event);
	return epoll_fd;
}
