// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TLS over a socket pair, both ends in one thread: the handshake and what it
 * gives, every way to check the server's certificate, and the ends of a
 * connection.
 *
 * links: transportd/tls.c transportd/tls_context.c transportd/tls_bytes.c
 * links: transportd/cert_pem.c transportd/log.c lib/err.c lib/addr.c
 * links: tests/tls_pair.c
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include <cmocka.h>

#include "tls_pair.h"

static void test_handshake_and_data(void **state)
{
	struct tls_client_config config = config_pin();
	uint8_t a[TLS_EXPORTER_LEN], b[TLS_EXPORTER_LEN], hash[32];
	static uint8_t out[300000], in[300000];
	size_t sent = 0, got = 0, n, i;
	enum tls_status status;
	struct pair p;

	(void)state;
	pair_open(&p, &config, "hub.example");
	pair_handshake(&p);
	assert_int_equal(p.client_status, TLS_DONE);
	assert_int_equal(p.server_status, TLS_DONE);
	assert_string_equal(tls_cipher(p.server), "TLS_AES_128_GCM_SHA256");

	assert_int_equal(tls_exporter(p.server, a), 0);
	assert_int_equal(tls_exporter(p.client, b), 0);
	assert_memory_equal(a, b, sizeof(a));
	assert_int_equal(tls_peer_fingerprint(p.client, hash), 0);
	assert_memory_equal(hash, tls_context_fingerprint(server_ctx), 32);
	assert_int_equal(tls_peer_fingerprint(p.server, hash), -ENOENT);

	/* More than the socket takes: partial writes from moving buffers. */
	for (i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)(i * 7 + i / 251);
	tls_expect_bulk(p.client);
	while (got < sizeof(in)) {
		while (sent < sizeof(out)) {
			uint8_t *copy = malloc(sizeof(out) - sent);

			memcpy(copy, out + sent, sizeof(out) - sent);
			status = tls_write(p.server, copy, sizeof(out) - sent,
					   &n);
			free(copy);
			if (status != TLS_DONE)
				break;
			assert_true(n > 0);
			sent += n;
		}
		assert_true(sent == sizeof(out) || status == TLS_WANT_WRITE);
		while ((status = tls_read(p.client, in + got, sizeof(in) - got,
					  &n)) == TLS_DONE) {
			got += n;
			if (got == sizeof(in))
				break;
		}
		assert_true(got == sizeof(in) || status == TLS_WANT_READ);
	}
	assert_memory_equal(in, out, sizeof(in));
	assert_int_equal(tls_read(p.client, in, 1, &n), TLS_WANT_READ);

	tls_close_notify(p.server);
	assert_int_equal(tls_read(p.client, in, 1, &n), TLS_EOF);
	pair_close(&p);
}

static void test_pin_mismatch(void **state)
{
	struct tls_client_config config = config_pin();
	char text[SEHUB_FINGERPRINT_STRLEN];
	struct pair p;

	(void)state;
	config.pin[31] ^= 1;
	pair_open(&p, &config, "hub.example");
	pair_handshake(&p);
	assert_int_equal(p.client_status, TLS_FAILED);
	assert_true(tls_is_untrusted(p.client));
	sehub_format_fingerprint(tls_context_fingerprint(server_ctx), text);
	assert_non_null(strstr(tls_error(p.client), "not the pinned one"));
	assert_non_null(strstr(tls_error(p.client), text));
	assert_int_equal(p.server_status, TLS_FAILED);
	assert_false(tls_is_untrusted(p.server));
	assert_non_null(strstr(tls_error(p.server), "alert"));
	pair_close(&p);
}

static void test_first_use_takes_any(void **state)
{
	struct tls_client_config config = { .check = TLS_CHECK_FIRST_USE };
	uint8_t hash[32];
	struct pair p;

	(void)state;
	pair_open(&p, &config, "another.example");
	pair_handshake(&p);
	assert_int_equal(p.client_status, TLS_DONE);
	assert_int_equal(tls_peer_fingerprint(p.client, hash), 0);
	assert_memory_equal(hash, tls_context_fingerprint(server_ctx), 32);
	pair_close(&p);
}

static void check_ca(const char *ca, const char *host, bool is_trusted)
{
	struct tls_client_config config = { .check = TLS_CHECK_CA,
					    .ca_file = ca };
	struct pair p;

	pair_open(&p, &config, host);
	pair_handshake(&p);
	assert_int_equal(p.client_status, is_trusted ? TLS_DONE : TLS_FAILED);
	assert_int_equal(tls_is_untrusted(p.client), !is_trusted);
	if (!is_trusted)
		assert_non_null(strstr(tls_error(p.client), "refused"));
	pair_close(&p);
}

static void test_authority_and_names(void **state)
{
	(void)state;
	check_ca(cert_file, "hub.example", true);
	check_ca(cert_file, "192.0.2.1", true);
	check_ca(cert_file, "other.example", false);
	check_ca(cert_file, "192.0.2.2", false);
	check_ca(other_cert, "hub.example", false);
}

static void test_system_authorities_refuse_self_signed(void **state)
{
	struct tls_client_config config = { .check = TLS_CHECK_SYSTEM };
	struct pair p;

	(void)state;
	pair_open(&p, &config, "hub.example");
	pair_handshake(&p);
	assert_int_equal(p.client_status, TLS_FAILED);
	assert_true(tls_is_untrusted(p.client));
	assert_non_null(strstr(tls_error(p.client), "SHA256:"));
	pair_close(&p);
}

/* A client of plain OpenSSL, to say what tls.c never would. */
static void handshake_with(const char *protos, int max_version,
			   enum tls_status expected)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct tls *server;
	struct sehub_err err;
	enum tls_status status = TLS_WANT_READ;
	SSL *ssl;
	int fd[2], i;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
				    fd), 0);
	SSL_CTX_set_max_proto_version(ctx, max_version);
	if (protos)
		SSL_CTX_set_alpn_protos(ctx, (const unsigned char *)protos,
					(unsigned int)strlen(protos));
	ssl = SSL_new(ctx);
	SSL_set_fd(ssl, fd[1]);
	assert_int_equal(tls_accept(&server, server_ctx, fd[0], &err), 0);
	for (i = 0; i < 10; i++) {
		SSL_connect(ssl);
		if (is_pending(status))
			status = tls_handshake(server);
	}
	assert_int_equal(status, expected);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	tls_free(server);
	close(fd[0]);
	close(fd[1]);
}

static void test_protocol_is_required(void **state)
{
	(void)state;
	handshake_with("\007sehub/1", TLS1_3_VERSION, TLS_DONE);
	handshake_with("\002h2\007sehub/1", TLS1_3_VERSION, TLS_DONE);
	handshake_with("\002h2", TLS1_3_VERSION, TLS_FAILED);
	handshake_with(NULL, TLS1_3_VERSION, TLS_FAILED);
	handshake_with("\007sehub/1", TLS1_2_VERSION, TLS_FAILED);
}

static void test_garbage_and_eof(void **state)
{
	struct tls_client_config config = config_pin();
	struct sehub_err err;
	struct tls *tls;
	struct pair p;
	char buf[16];
	size_t n;
	int fd[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
				    fd), 0);
	assert_int_equal(tls_accept(&tls, server_ctx, fd[0], &err), 0);
	assert_int_equal(write(fd[1], "GET / HTTP/1.0\r\n\r\n", 18), 18);
	assert_int_equal(tls_handshake(tls), TLS_FAILED);
	assert_true(strlen(tls_error(tls)) > 0);
	tls_free(tls);
	close(fd[0]);
	close(fd[1]);

	/* A connection that just ends, before and after the handshake. */
	pair_open(&p, &config, "hub.example");
	shutdown(p.fd[1], SHUT_WR);
	assert_int_equal(tls_handshake(p.server), TLS_EOF);
	pair_close(&p);
	pair_open(&p, &config, "hub.example");
	pair_handshake(&p);
	shutdown(p.fd[1], SHUT_WR);
	assert_int_equal(tls_read(p.server, buf, sizeof(buf), &n), TLS_EOF);
	pair_close(&p);

	/* A record changed on its way. */
	pair_open(&p, &config, "hub.example");
	pair_handshake(&p);
	assert_int_equal(write(p.fd[1], "\x17\x03\x03\0\x20"
			       "0123456789abcdef0123456789abcdef", 37), 37);
	assert_int_equal(tls_read(p.server, buf, sizeof(buf), &n), TLS_FAILED);
	assert_non_null(strstr(tls_error(p.server), "mac"));
	pair_close(&p);
}

static void test_reload(void **state)
{
	struct tls_client_config config = config_pin();
	struct tls_context *old = server_ctx, *new = NULL;
	struct sehub_err err;
	struct pair p;
	char buf[4];
	size_t n;

	(void)state;
	/* Files that do not fit each other leave everything as it was. */
	assert_true(tls_context_server(&new, cert_file, other_key, &err) < 0);
	assert_non_null(strstr(err.text, other_key));
	assert_null(new);
	assert_true(tls_context_server(&new, "/nonexistent", key_file, &err) <
		    0);
	assert_non_null(strstr(err.text, "/nonexistent"));

	/* A connection outlives the context that it was made from. */
	assert_int_equal(tls_context_server(&server_ctx, cert_file, key_file,
					    &err), 0);
	tls_context_free(old);
	pair_open(&p, &config, "hub.example");
	pair_handshake(&p);
	assert_int_equal(tls_context_server(&new, other_cert, other_key, &err),
			 0);
	tls_context_free(server_ctx);
	server_ctx = new;
	assert_int_equal(tls_write(p.client, "abc", 3, &n), TLS_DONE);
	assert_int_equal(tls_read(p.server, buf, 4, &n), TLS_DONE);
	assert_int_equal(n, 3);
	pair_close(&p);

	/* The old pin does not fit the new certificate. */
	pair_open(&p, &config, "hub.example");
	pair_handshake(&p);
	assert_true(tls_is_untrusted(p.client));
	pair_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshake_and_data),
		cmocka_unit_test(test_pin_mismatch),
		cmocka_unit_test(test_first_use_takes_any),
		cmocka_unit_test(test_authority_and_names),
		cmocka_unit_test(test_system_authorities_refuse_self_signed),
		cmocka_unit_test(test_protocol_is_required),
		cmocka_unit_test(test_garbage_and_eof),
		cmocka_unit_test(test_reload),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
