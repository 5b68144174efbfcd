// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A channel of the login: records whole whatever way the bytes come, every end
 * told once, and parts that can be carried on with.
 *
 * links: tests/line.c transportd/channel.c transportd/tls.c transportd/tls_context.c transportd/cert_pem.c transportd/proto.c
 * links: transportd/tls_bytes.c
 * links: transportd/cert.c transportd/log.c lib/err.c lib/addr.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sockios.h>
#include <openssl/ssl.h>

#include <cmocka.h>

#include "line.h"

/* What the owner of the channel was told. */
struct owner {
	struct channel *ch;
	unsigned int ready, records, ended;
	enum channel_end end;
	uint8_t type;
	uint8_t payload[SEHUB_WIRE_CONTROL_MAX];
	size_t len;
	bool take_next;
	struct channel_parts parts;
};

static struct owner owner;
static struct peer peer;

static void on_ready(void *arg)
{
	((struct owner *)arg)->ready++;
}

static void on_record(void *arg, uint8_t type, const uint8_t *payload,
		      size_t len)
{
	struct owner *o = arg;

	o->records++;
	o->type = type;
	o->len = len;
	memcpy(o->payload, payload, len);
	if (o->take_next) {
		channel_take(o->ch, &o->parts);
		o->ch = NULL;
	}
}

static void on_ended(void *arg, enum channel_end end, const char *why)
{
	struct owner *o = arg;

	assert_non_null(why);
	o->ended++;
	o->end = end;
	if (end == CHANNEL_MALFORMED)
		channel_close(o->ch, SEHUB_WIRE_CLOSE_PROTOCOL, why);
	else if (end == CHANNEL_TIMEOUT)
		channel_close(o->ch, SEHUB_WIRE_CLOSE_TIMEOUT, why);
	else
		channel_free(o->ch);
	o->ch = NULL;
}

static const struct channel_ops ops = {
	.ready = on_ready, .record = on_record, .ended = on_ended,
};

static int peer_fd;

static void begin(uint32_t timeout_ms)
{
	struct tls *tls;
	struct sehub_err err;
	int fd[2];

	memset(&owner, 0, sizeof(owner));
	line_sockets(fd);
	assert_int_equal(tls_accept(&tls, line_server, fd[0], &err), 0);
	owner.ch = channel_new(line_loop, tls, fd[0], timeout_ms, &ops, &owner);
	assert_non_null(owner.ch);
	peer_fd = fd[1];
}

static void begin_with_peer(uint32_t timeout_ms)
{
	begin(timeout_ms);
	peer_open(&peer, peer_fd);
	peer_handshake(&peer);
}

static size_t hello(uint8_t *record)
{
	struct proto_builder b;

	proto_begin(&b, record, 64, SEHUB_WIRE_HELLO);
	proto_put_u16(&b, SEHUB_WIRE_A_VERSION, 1);
	proto_put_u16(&b, SEHUB_WIRE_A_HUB, 12);
	return (size_t)proto_end(&b);
}

static void test_records_come_whole(void **state)
{
	uint8_t record[64], three[192];
	size_t len = hello(record), i;

	(void)state;
	begin_with_peer(LINE_DEADLINE_MS);
	/* byte by byte */
	for (i = 0; i < len; i++) {
		assert_int_equal(owner.records, 0);
		peer_send(&peer, record + i, 1);
		line_turn();
	}
	LINE_UNTIL(owner.records == 1);
	assert_int_equal(owner.ready, 1);
	assert_int_equal(owner.type, SEHUB_WIRE_HELLO);
	assert_int_equal(owner.len, len - 4);
	assert_memory_equal(owner.payload, record + 4, len - 4);

	/* three at once */
	for (i = 0; i < 3; i++)
		memcpy(three + i * len, record, len);
	peer_send(&peer, three, 3 * len);
	LINE_UNTIL(owner.records == 4);

	/* and the other way */
	channel_send(owner.ch, record, len);
	peer_expect(&peer, SEHUB_WIRE_HELLO, NULL);
	peer_close(&peer);
	LINE_UNTIL(owner.ended);
	assert_int_equal(owner.end, CHANNEL_LOST);
	assert_int_equal(owner.ended, 1);
}

static void test_longest_record(void **state)
{
	static uint8_t record[PROTO_RECORD_MAX];

	(void)state;
	begin_with_peer(LINE_DEADLINE_MS);
	record[0] = 0x0f;
	record[2] = SEHUB_WIRE_CONTROL_MAX >> 8;
	peer_send(&peer, record, sizeof(record));
	LINE_UNTIL(owner.records == 1);
	assert_int_equal(owner.len, SEHUB_WIRE_CONTROL_MAX);
	channel_close(owner.ch, SEHUB_WIRE_CLOSE_BYE, "enough");
	assert_string_equal(peer_expect_close(&peer, SEHUB_WIRE_CLOSE_BYE),
			    "enough");
	LINE_UNTIL((peer_move(&peer), peer.is_ended));
	assert_int_equal(owner.ended, 0);
	peer_close(&peer);
}

static void check_malformed(const uint8_t *data, size_t len)
{
	begin_with_peer(LINE_DEADLINE_MS);
	peer_send(&peer, data, len);
	LINE_UNTIL(owner.ended);
	assert_int_equal(owner.end, CHANNEL_MALFORMED);
	assert_int_equal(owner.records, 0);
	peer_expect_close(&peer, SEHUB_WIRE_CLOSE_PROTOCOL);
	peer_close(&peer);
}

static void test_malformed_records(void **state)
{
	static const uint8_t too_long[] = { 0x01, 0x00, 0x40, 0x01 };
	static const uint8_t huge[] = { 0x01, 0xff, 0xff, 0xff };
	static const uint8_t data[] = { 0x10, 0, 0, 14 };
	static const uint8_t zero[] = { 0, 0, 0, 0 };

	(void)state;
	check_malformed(too_long, sizeof(too_long));
	check_malformed(huge, sizeof(huge));
	check_malformed(data, sizeof(data));
	check_malformed(zero, sizeof(zero));
}

static void test_endless_input_is_ended(void **state)
{
	static uint8_t record[PROTO_RECORD_MAX];
	int i;

	(void)state;
	begin_with_peer(LINE_DEADLINE_MS);
	record[0] = 0x0e;
	record[2] = SEHUB_WIRE_CONTROL_MAX >> 8;
	for (i = 0; i < 40 && !owner.ended; i++) {
		peer_send(&peer, record, sizeof(record));
		line_turn();
	}
	LINE_UNTIL(owner.ended);
	assert_int_equal(owner.end, CHANNEL_MALFORMED);
	assert_true(owner.records < 20);
	peer_close(&peer);
}

/* So many changes of keys as one piece: for each a TLS record, and no data. */
#define UPDATES		6000

static SSL *open_raw_peer(SSL_CTX *ctx)
{
	SSL *ssl = SSL_new(ctx);

	assert_non_null(ssl);
	assert_int_equal(SSL_set_alpn_protos(ssl, (const uint8_t *)
					     "\007sehub/1", 8), 0);
	assert_int_equal(SSL_set_fd(ssl, peer_fd), 1);
	SSL_set_connect_state(ssl);
	LINE_UNTIL(SSL_do_handshake(ssl) == 1 && owner.ready);
	return ssl;
}

static void send_updates(SSL *ssl)
{
	BIO *out = BIO_new(BIO_s_mem());
	int left, queued, before;
	ssize_t n;
	char *at;

	BIO_up_ref(out);
	SSL_set0_wbio(ssl, out);
	for (n = 0; n < UPDATES; n++) {
		SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
		assert_int_equal(SSL_do_handshake(ssl), 1);
	}
	left = (int)BIO_get_mem_data(out, &at);
	while (left && !owner.ended) {
		n = write(peer_fd, at, (size_t)left);
		if (n > 0) {
			at += n;
			left -= (int)n;
		}
		ioctl(peer_fd, SIOCOUTQ, &before);
		line_turn();
		ioctl(peer_fd, SIOCOUTQ, &queued);
		/* others have their turn while there is more to read */
		assert_true(before - queued < 150000);
	}
	BIO_free(out);
}

static void test_endless_changes_of_keys(void **state)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl;
	int i;

	(void)state;
	begin(LINE_DEADLINE_MS);
	ssl = open_raw_peer(ctx);
	for (i = 0; i < 10 && !owner.ended; i++)
		send_updates(ssl);
	assert_int_equal(owner.ended, 1);
	assert_int_equal(owner.end, CHANNEL_MALFORMED);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(peer_fd);
}

static void test_deadline(void **state)
{
	(void)state;
	/* one that says nothing at all */
	begin(50);
	LINE_UNTIL(owner.ended);
	assert_int_equal(owner.end, CHANNEL_TIMEOUT);
	assert_int_equal(owner.ready, 0);
	close(peer_fd);

	/* one that stops after the handshake */
	begin_with_peer(300);
	LINE_UNTIL(owner.ended);
	assert_int_equal(owner.end, CHANNEL_TIMEOUT);
	peer_expect_close(&peer, SEHUB_WIRE_CLOSE_TIMEOUT);
	peer_close(&peer);
}

static void test_no_tls(void **state)
{
	(void)state;
	begin(LINE_DEADLINE_MS);
	assert_int_equal(write(peer_fd, "GET / HTTP/1.0\r\n\r\n", 18), 18);
	LINE_UNTIL(owner.ended);
	assert_int_equal(owner.end, CHANNEL_NO_TLS);
	close(peer_fd);

	begin(LINE_DEADLINE_MS);
	close(peer_fd);
	LINE_UNTIL(owner.ended);
	assert_int_equal(owner.end, CHANNEL_NO_TLS);
}

static void test_parts_go_on(void **state)
{
	uint8_t record[64], two[96];
	size_t len = hello(record), n;
	char buf[8];

	(void)state;
	begin_with_peer(LINE_DEADLINE_MS);
	owner.take_next = true;
	memcpy(two, record, len);
	memcpy(two + len, "and the rest", 12);
	peer_send(&peer, two, len + 12);
	LINE_UNTIL(owner.parts.tls);
	assert_int_equal(owner.records, 1);
	assert_int_equal(owner.parts.input_len, 12);
	assert_memory_equal(owner.parts.input, "and the rest", 12);
	assert_int_equal(owner.parts.output_len, 0);
	/* The connection itself works as before. */
	assert_int_equal(tls_write(owner.parts.tls, "hello", 5, &n), TLS_DONE);
	LINE_UNTIL((peer_move(&peer), peer.len == 5));
	peer_send(&peer, "you", 3);
	assert_int_equal(tls_read(owner.parts.tls, buf, sizeof(buf), &n),
			 TLS_DONE);
	assert_int_equal(n, 3);
	channel_parts_free(&owner.parts);
	assert_int_equal(owner.parts.fd, -1);
	peer_close(&peer);
	assert_int_equal(owner.ended, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records_come_whole),
		cmocka_unit_test(test_longest_record),
		cmocka_unit_test(test_malformed_records),
		cmocka_unit_test(test_endless_input_is_ended),
		cmocka_unit_test(test_endless_changes_of_keys),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_no_tls),
		cmocka_unit_test(test_parts_go_on),
	};

	return cmocka_run_group_tests(tests, line_setup, line_teardown);
}
