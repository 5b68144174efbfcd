// SPDX-License-Identifier: GPL-2.0-or-later
/* See tls_pair.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cmocka.h>

#include "tls_pair.h"

static char dir[] = "/tmp/sehub-test-tls-XXXXXX";
char cert_file[64], key_file[64], other_cert[64], other_key[64];
struct tls_context *server_ctx;

static void make_cert(const char *cert, const char *key, const char *name)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	X509 *x509 = X509_new();
	X509_EXTENSION *ext;
	X509_NAME *subject;
	FILE *f;

	ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
	X509_set_version(x509, X509_VERSION_3);
	X509_gmtime_adj(X509_getm_notBefore(x509), -60);
	X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
	X509_set_pubkey(x509, pkey);
	subject = X509_get_subject_name(x509);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
				   (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x509, subject);
	ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name,
				  "DNS:hub.example,IP:192.0.2.1");
	X509_add_ext(x509, ext, -1);
	X509_EXTENSION_free(ext);
	assert_true(X509_sign(x509, pkey, EVP_sha256()) > 0);
	f = fopen(cert, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, x509), 1);
	fclose(f);
	f = fopen(key, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_PrivateKey(f, pkey, NULL, NULL, 0, NULL,
					      NULL), 1);
	fclose(f);
	X509_free(x509);
	EVP_PKEY_free(pkey);
}

int group_setup(void **state)
{
	struct sehub_err err;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_non_null(mkdtemp(dir));
	snprintf(cert_file, sizeof(cert_file), "%s/crt", dir);
	snprintf(key_file, sizeof(key_file), "%s/key", dir);
	snprintf(other_cert, sizeof(other_cert), "%s/crt2", dir);
	snprintf(other_key, sizeof(other_key), "%s/key2", dir);
	make_cert(cert_file, key_file, "hub.example");
	make_cert(other_cert, other_key, "hub.example");
	return tls_context_server(&server_ctx, cert_file, key_file, &err);
}

int group_teardown(void **state)
{
	(void)state;
	tls_context_free(server_ctx);
	unlink(cert_file);
	unlink(key_file);
	unlink(other_cert);
	unlink(other_key);
	rmdir(dir);
	return 0;
}

void pair_open(struct pair *p, const struct tls_client_config *config,
	       const char *host)
{
	struct sehub_err err;

	memset(p, 0, sizeof(*p));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
				    p->fd), 0);
	assert_int_equal(tls_context_client(&p->ctx, config, &err), 0);
	assert_int_equal(tls_accept(&p->server, server_ctx, p->fd[0], &err), 0);
	assert_int_equal(tls_connect(&p->client, p->ctx, p->fd[1], host, &err),
			 0);
	p->server_status = p->client_status = TLS_WANT_READ;
}

bool is_pending(enum tls_status status)
{
	return status == TLS_WANT_READ || status == TLS_WANT_WRITE;
}

void pair_handshake(struct pair *p)
{
	int i;

	for (i = 0; i < 20; i++) {
		if (is_pending(p->client_status))
			p->client_status = tls_handshake(p->client);
		if (is_pending(p->server_status))
			p->server_status = tls_handshake(p->server);
	}
}

void pair_close(struct pair *p)
{
	tls_free(p->server);
	tls_free(p->client);
	tls_context_free(p->ctx);
	close(p->fd[0]);
	close(p->fd[1]);
}

struct tls_client_config config_pin(void)
{
	struct tls_client_config config = { .check = TLS_CHECK_PIN };

	memcpy(config.pin, tls_context_fingerprint(server_ctx),
	       sizeof(config.pin));
	return config;
}
