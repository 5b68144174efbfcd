// SPDX-License-Identifier: GPL-2.0-or-later
/* Both ends of a TLS line in one loop. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../transportd/cert.h"
#include "line.h"

uv_loop_t *line_loop;
struct tls_context *line_server, *line_client;

static char dir[] = "/tmp/sehub-test-line-XXXXXX";
static char cert[64], key[64];
static uv_loop_t own_loop;
static uv_timer_t tick;

int line_setup(void **state)
{
	struct tls_client_config config = { .check = TLS_CHECK_PIN };
	struct cert_error cerr;
	struct sehub_err err;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_non_null(mkdtemp(dir));
	snprintf(cert, sizeof(cert), "%s/crt", dir);
	snprintf(key, sizeof(key), "%s/key", dir);
	assert_int_equal(cert_ensure(cert, key, NULL, &cerr), 0);
	assert_int_equal(tls_context_server(&line_server, cert, key, &err), 0);
	memcpy(config.pin, tls_context_fingerprint(line_server),
	       sizeof(config.pin));
	assert_int_equal(tls_context_client(&line_client, &config, &err), 0);
	if (!line_loop)
		line_loop = &own_loop;
	assert_int_equal(uv_loop_init(line_loop), 0);
	uv_timer_init(line_loop, &tick);
	uv_unref((uv_handle_t *)&tick);
	return 0;
}

int line_teardown(void **state)
{
	(void)state;
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(line_loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(line_loop), 0);
	tls_context_free(line_server);
	tls_context_free(line_client);
	unlink(cert);
	unlink(key);
	rmdir(dir);
	return 0;
}

static void on_tick(uv_timer_t *timer)
{
	(void)timer;
}

/*
 * The loop's clock may be behind: a timer that ends at once would leave the
 * loop to wait for the next one, so this one goes on.
 */
void line_turn(void)
{
	uv_timer_start(&tick, on_tick, 5, 5);
	uv_run(line_loop, UV_RUN_ONCE);
}

void line_sockets(int fd[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK |
				    SOCK_CLOEXEC, 0, fd), 0);
}

void peer_open(struct peer *p, int fd)
{
	struct sehub_err err;

	memset(p, 0, sizeof(*p));
	p->fd = fd;
	assert_int_equal(tls_connect(&p->tls, line_client, fd, "hub", &err), 0);
}

void peer_close(struct peer *p)
{
	tls_free(p->tls);
	close(p->fd);
	p->tls = NULL;
}

static void judge(struct peer *p, enum tls_status status)
{
	p->is_ended |= status == TLS_EOF;
	p->is_failed |= status == TLS_FAILED;
}

void peer_move(struct peer *p)
{
	enum tls_status status = TLS_DONE;
	size_t n;

	if (!p->tls || p->is_ended || p->is_failed)
		return;
	if (!p->is_ready) {
		status = tls_handshake(p->tls);
		p->is_ready = status == TLS_DONE;
		judge(p, status);
	}
	while (p->is_ready && status == TLS_DONE && p->len < sizeof(p->in)) {
		status = tls_read(p->tls, p->in + p->len,
				  sizeof(p->in) - p->len, &n);
		p->len += n;
		judge(p, status);
	}
}

void peer_handshake(struct peer *p)
{
	LINE_UNTIL((peer_move(p), p->is_ready));
}

void peer_send(struct peer *p, const void *data, size_t len)
{
	const uint8_t *at = data;
	enum tls_status status;
	size_t n;

	while (len) {
		status = tls_write(p->tls, at, len, &n);
		assert_int_not_equal(status, TLS_FAILED);
		at += n;
		len -= n;
		if (status != TLS_DONE)
			line_turn();
	}
}

bool peer_take(struct peer *p, uint8_t *type, uint8_t *payload, size_t *len)
{
	size_t n;

	if (p->len < SEHUB_WIRE_HDR_LEN)
		return false;
	n = (size_t)p->in[1] << 16 | (size_t)p->in[2] << 8 | p->in[3];
	if (p->len < SEHUB_WIRE_HDR_LEN + n)
		return false;
	*type = p->in[0];
	*len = n;
	memcpy(payload, p->in + SEHUB_WIRE_HDR_LEN, n);
	p->len -= SEHUB_WIRE_HDR_LEN + n;
	memmove(p->in, p->in + SEHUB_WIRE_HDR_LEN + n, p->len);
	return true;
}

void peer_expect(struct peer *p, uint8_t type, struct proto_msg *msg)
{
	static uint8_t payload[SEHUB_WIRE_RECORD_MAX];
	struct proto_error err;
	uint8_t got;
	size_t len;

	LINE_UNTIL((peer_move(p), peer_take(p, &got, payload, &len)));
	if (got != type)
		print_message("wanted %s, got %s\n", proto_type_name(type),
			      proto_type_name(got));
	assert_int_equal(got, type);
	if (msg)
		assert_int_equal(proto_parse(got, payload, len, msg, &err), 0);
}

const char *peer_expect_close(struct peer *p, uint16_t code)
{
	static char text[SEHUB_WIRE_TEXT_MAX + 1];
	struct proto_msg msg;

	peer_expect(p, SEHUB_WIRE_CLOSE, &msg);
	proto_text_copy(text, sizeof(text), msg.text);
	if (msg.code != code)
		print_message("closed with %u: %s\n", msg.code, text);
	assert_int_equal(msg.code, code);
	return text;
}
