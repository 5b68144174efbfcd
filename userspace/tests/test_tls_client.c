// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Certificates of clients: what a server learns of them, what they cost it, and
 * whom they are shown to.
 *
 * links: transportd/tls.c transportd/tls_context.c transportd/tls_bytes.c
 * links: transportd/cert_pem.c transportd/log.c lib/err.c lib/addr.c
 * links: tests/tls_pair.c tests/pem.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include <cmocka.h>

#include "pem.h"
#include "tls_pair.h"

/* Any certificate will do here: whose it is, is found out by its fingerprint. */
static void test_certificate_of_a_client(void **state)
{
	struct tls_client_config config = config_pin();
	uint8_t hash[SEHUB_FINGERPRINT_LEN];
	struct pem_pair pair;
	char why[80];
	struct pair p;

	(void)state;
	pem_make(&pair, -7200, -3600);
	config.own_cert = pair.cert;
	config.own_key = pair.key;
	pair_open(&p, &config, "hub.example");
	pair_handshake(&p);
	assert_int_equal(p.client_status, TLS_DONE);
	assert_int_equal(p.server_status, TLS_DONE);
	assert_int_equal(tls_peer_fingerprint(p.server, hash), 0);
	assert_memory_equal(hash, pair.hash, sizeof(hash));
	assert_int_equal(tls_own_fingerprint(p.client, hash), 0);
	assert_memory_equal(hash, pair.hash, sizeof(hash));
	assert_int_equal(tls_peer_check_time(p.server, time(NULL), why,
					     sizeof(why)), -EKEYEXPIRED);
	assert_int_equal(tls_peer_check_time(p.server, time(NULL) - 5000, why,
					     sizeof(why)), 0);
	pair_close(&p);

	/* one who has none does not need one */
	config.own_cert = config.own_key = NULL;
	pair_open(&p, &config, "hub.example");
	pair_handshake(&p);
	assert_int_equal(p.server_status, TLS_DONE);
	assert_int_equal(tls_own_fingerprint(p.client, hash), -ENOENT);
	assert_int_equal(tls_peer_check_time(p.server, time(NULL), why,
					     sizeof(why)), -ENOENT);
	pair_close(&p);
}

/* A false server is not even shown it. */
static void test_certificate_is_for_the_right_server(void **state)
{
	struct tls_client_config config = config_pin();
	uint8_t hash[SEHUB_FINGERPRINT_LEN];
	struct pem_pair pair;
	struct pair p;

	(void)state;
	pem_make(&pair, -60, 3600);
	config.own_cert = pair.cert;
	config.own_key = pair.key;
	config.pin[0] ^= 1;
	pair_open(&p, &config, "hub.example");
	pair_handshake(&p);
	assert_true(tls_is_untrusted(p.client));
	assert_int_equal(tls_peer_fingerprint(p.server, hash), -ENOENT);
	pair_close(&p);
}

static void test_unusable_certificates_of_clients(void **state)
{
	struct tls_client_config config = config_pin();
	struct pem_pair pair, other;
	struct tls_context *ctx;
	struct sehub_err err;

	(void)state;
	pem_make(&pair, -60, 3600);
	pem_make(&other, -60, 3600);
	config.own_cert = "x";
	config.own_key = pair.key;
	assert_int_equal(tls_context_client(&ctx, &config, &err), -EINVAL);
	assert_string_equal(err.text,
			    "own certificate: it has no certificate in PEM form");
	config.own_cert = pair.cert;
	config.own_key = "x";
	assert_int_equal(tls_context_client(&ctx, &config, &err), -EINVAL);
	assert_string_equal(err.text,
			    "own key: it has no private key in PEM form");
	config.own_key = other.key;
	assert_int_equal(tls_context_client(&ctx, &config, &err), -EINVAL);
	assert_memory_equal(err.text, "own certificate: ", 17);
	assert_non_null(strstr(err.text, "mismatch"));
}

/* Everybody may send one: what it takes to check it has a bound. */
static void test_slow_certificate(void **state)
{
	static const struct {
		unsigned long exponent;
		bool is_taken;
	} keys[] = {
		{ 65537, true }, { 0xffffffff, true },
		{ 0x100000001, false }, { 0x7fffffffffffffff, false },
	};
	struct tls_client_config config = config_pin();
	struct pem_pair pair;
	struct pair p;

	(void)state;
	config.own_cert = pair.cert;
	config.own_key = pair.key;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		pem_make_rsa(&pair, 2048, keys[i].exponent);
		pair_open(&p, &config, "hub.example");
		pair_handshake(&p);
		assert_int_equal(p.server_status, keys[i].is_taken ?
				 TLS_DONE : TLS_FAILED);
		if (!keys[i].is_taken)
			assert_string_equal(tls_error(p.server),
					    "certificate verify failed");
		pair_close(&p);
	}
}

/* What everybody may send before the login has a bound. */
static void test_endless_certificate(void **state)
{
	static const uint8_t alpn[] = "\x07sehub/1";
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct sehub_err err;
	X509 *x509 = NULL;
	struct pair p;
	SSL *ssl;
	FILE *f;
	int i;

	(void)state;
	memset(&p, 0, sizeof(p));
	f = fopen(other_cert, "r");
	assert_non_null(f);
	assert_non_null(PEM_read_X509(f, &x509, NULL, NULL));
	fclose(f);
	assert_int_equal(SSL_CTX_use_certificate(ctx, x509), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey_file(ctx, other_key,
						     SSL_FILETYPE_PEM), 1);
	for (i = 0; i < 64; i++)
		assert_int_equal(SSL_CTX_add1_chain_cert(ctx, x509), 1);
	X509_free(x509);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
				    p.fd), 0);
	assert_int_equal(tls_accept(&p.server, server_ctx, p.fd[0], &err), 0);
	ssl = SSL_new(ctx);
	SSL_set_fd(ssl, p.fd[1]);
	SSL_set_alpn_protos(ssl, alpn, sizeof(alpn) - 1);
	for (i = 0; i < 10 && p.server_status != TLS_FAILED; i++) {
		SSL_connect(ssl);
		p.server_status = tls_handshake(p.server);
	}
	assert_int_equal(p.server_status, TLS_FAILED);
	assert_non_null(strstr(tls_error(p.server), "excessive message size"));
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	pair_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_certificate_of_a_client),
		cmocka_unit_test(test_certificate_is_for_the_right_server),
		cmocka_unit_test(test_unusable_certificates_of_clients),
		cmocka_unit_test(test_endless_certificate),
		cmocka_unit_test(test_slow_certificate),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
