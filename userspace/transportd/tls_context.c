// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TLS: contexts, and the check of certificates. Session tickets and
 * renegotiation are off: a session of ours is resumed by our own records, on a
 * connection with fresh keys.
 */
#include "tls_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "cert_pem.h"

/* What a client's certificate may take, its issuers included. */
#define CLIENT_CERTS_MAX	CERT_PEM_MAX
/* Bits of its key, if it is RSA, and of that one's public exponent. */
#define RSA_MAX			8192
#define RSA_EXPONENT_MAX	32
#define CIPHERSUITES							\
	"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"		\
	"TLS_CHACHA20_POLY1305_SHA256"

/* The lengths before the names are part of the list. */
static const uint8_t alpn[] = "\007" SEHUB_WIRE_ALPN;
#define ALPN_LEN	(sizeof(alpn) - 1)
_Static_assert(sizeof(SEHUB_WIRE_ALPN) == 8, "length byte in alpn[]");

void tls_take_errors(char *text, size_t size, const char *fallback)
{
	const char *data, *reason;
	unsigned long code;
	size_t used = 0;
	int flags, n;

	text[0] = '\0';
	while ((code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags))) {
		reason = ERR_SYSTEM_ERROR(code) ?
			 strerror(ERR_GET_REASON(code)) :
			 ERR_reason_error_string(code);
		if (used >= size)
			continue;
		n = snprintf(text + used, size - used, "%s%s%s%s",
			     used ? "; " : "", reason ? reason : "error",
			     flags & ERR_TXT_STRING && *data ? ": " : "",
			     flags & ERR_TXT_STRING ? data : "");
		used += n > 0 ? (size_t)n : 0;
	}
	if (!text[0])
		snprintf(text, size, "%s", fallback);
}

int tls_fail(struct sehub_err *err, const char *what)
{
	char text[192];

	tls_take_errors(text, sizeof(text), "unknown TLS error");
	return sehub_err_set(err, EINVAL, "%s: %s", what, text);
}

static int select_alpn(SSL *ssl, const unsigned char **out,
		       unsigned char *outlen, const unsigned char *in,
		       unsigned int inlen, void *arg)
{
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, outlen, alpn, ALPN_LEN, in,
				  inlen) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* A key with a passphrase is an error, not a question on the terminal. */
static int no_passphrase(char *buf, int size, int rwflag, void *arg)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)arg;
	return -1;
}

static int context_new(struct tls_context **ctxp, bool is_server,
		       struct sehub_err *err)
{
	struct tls_context *ctx = calloc(1, sizeof(*ctx));
	int ret;

	if (!ctx)
		return sehub_err_errno(err, ENOMEM, "TLS");
	ERR_clear_error();
	ctx->is_server = is_server;
	ctx->ssl = SSL_CTX_new(is_server ? TLS_server_method() :
			       TLS_client_method());
	if (!ctx->ssl ||
	    !SSL_CTX_set_min_proto_version(ctx->ssl, TLS1_3_VERSION) ||
	    !SSL_CTX_set_ciphersuites(ctx->ssl, CIPHERSUITES)) {
		ret = tls_fail(err, "cannot set up TLS");
		tls_context_free(ctx);
		return ret;
	}
	SSL_CTX_set_options(ctx->ssl, SSL_OP_NO_TICKET |
			    SSL_OP_NO_RENEGOTIATION |
			    SSL_OP_CIPHER_SERVER_PREFERENCE);
	/* Whom a client trusts is no part of what it shows of itself. */
	SSL_CTX_set_mode(ctx->ssl, SSL_MODE_NO_AUTO_CHAIN |
			 SSL_MODE_ENABLE_PARTIAL_WRITE |
			 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
			 SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx->ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(ctx->ssl, 1);
	SSL_CTX_set_default_passwd_cb(ctx->ssl, no_passphrase);
	*ctxp = ctx;
	return 0;
}

/*
 * Anybody may send one: those whose signatures take milliseconds to check would
 * be a cheap way to keep the main thread busy.
 */
static bool is_quick_to_check(const X509 *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	BIGNUM *exponent = NULL;
	int bits;

	/* OpenSSL finds out that it cannot use it. */
	if (!key || (!EVP_PKEY_is_a(key, "RSA") &&
		     !EVP_PKEY_is_a(key, "RSA-PSS")))
		return true;
	if (!EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent))
		return false;
	bits = BN_num_bits(exponent);
	BN_free(exponent);
	return bits <= RSA_EXPONENT_MAX && EVP_PKEY_get_bits(key) <= RSA_MAX;
}

/* That the client has the key is checked by OpenSSL; by whom else is not. */
static int take_any_client(X509_STORE_CTX *store, void *arg)
{
	(void)arg;
	if (is_quick_to_check(X509_STORE_CTX_get0_cert(store))) {
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	}
	X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
	return 0;
}

int tls_context_server(struct tls_context **ctxp, const char *cert,
		       const char *key, struct sehub_err *err)
{
	struct tls_context *ctx;
	unsigned int len;
	int ret;

	ret = context_new(&ctx, true, err);
	if (ret)
		return ret;
	SSL_CTX_set_num_tickets(ctx->ssl, 0);
	SSL_CTX_set_alpn_select_cb(ctx->ssl, select_alpn, NULL);
	SSL_CTX_set_verify(ctx->ssl, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx->ssl, take_any_client, NULL);
	SSL_CTX_set_max_cert_list(ctx->ssl, CLIENT_CERTS_MAX);
	if (SSL_CTX_use_certificate_chain_file(ctx->ssl, cert) != 1) {
		ret = tls_fail(err, cert);
		goto err_free;
	}
	if (SSL_CTX_use_PrivateKey_file(ctx->ssl, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx->ssl) != 1) {
		ret = tls_fail(err, key);
		goto err_free;
	}
	if (!X509_digest(SSL_CTX_get0_certificate(ctx->ssl), EVP_sha256(),
			 ctx->hash, &len)) {
		ret = tls_fail(err, cert);
		goto err_free;
	}
	*ctxp = ctx;
	return 0;

err_free:
	tls_context_free(ctx);
	return ret;
}

static struct tls *verified_connection(X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store,
				SSL_get_ex_data_X509_STORE_CTX_idx());

	return SSL_get_app_data(ssl);
}

/* Keeps the fingerprint, for a message that helps. */
static void note_refused(struct tls *tls, X509_STORE_CTX *store)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned int len;

	if (X509_digest(X509_STORE_CTX_get0_cert(store), EVP_sha256(), hash,
			&len) && len == sizeof(tls->refused))
		memcpy(tls->refused, hash, len);
	tls->is_untrusted = true;
}

/* The whole check where a pin, or nothing, is what is asked for. */
static int verify_by_pin(X509_STORE_CTX *store, void *arg)
{
	struct tls *tls = verified_connection(store);
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned int len;

	(void)arg;
	if (tls->check == TLS_CHECK_FIRST_USE ||
	    (X509_digest(X509_STORE_CTX_get0_cert(store), EVP_sha256(), hash,
			 &len) && len == sizeof(tls->pin) &&
	     !CRYPTO_memcmp(hash, tls->pin, len))) {
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	}
	note_refused(tls, store);
	X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
	return 0;
}

/* OpenSSL's own check is done; this only looks at how it went. */
static int verify_by_authority(int is_ok, X509_STORE_CTX *store)
{
	if (!is_ok)
		note_refused(verified_connection(store), store);
	return is_ok;
}

/* What the client shows of itself; 0 or -errno. */
static int use_own(struct tls_context *ctx,
		   const struct tls_client_config *config,
		   struct sehub_err *err)
{
	struct cert_error cerr;
	EVP_PKEY *key;
	X509 *x509;
	int ret = 0;

	if (!config->own_cert)
		return 0;
	x509 = cert_pem_read(config->own_cert, &cerr);
	if (!x509)
		return sehub_err_set(err, EINVAL, "own certificate: %s",
				     cerr.text);
	key = cert_pem_read_key(config->own_key, &cerr);
	if (!key)
		ret = sehub_err_set(err, EINVAL, "own key: %s", cerr.text);
	else if (SSL_CTX_use_certificate(ctx->ssl, x509) != 1 ||
		 SSL_CTX_use_PrivateKey(ctx->ssl, key) != 1)
		ret = tls_fail(err, "own certificate");
	X509_free(x509);
	EVP_PKEY_free(key);
	return ret;
}

int tls_context_client(struct tls_context **ctxp,
		       const struct tls_client_config *config,
		       struct sehub_err *err)
{
	struct tls_context *ctx;
	int ret;

	ret = context_new(&ctx, false, err);
	if (ret)
		return ret;
	ctx->check = config->check;
	memcpy(ctx->hash, config->pin, sizeof(ctx->hash));
	ret = use_own(ctx, config, err);
	if (ret)
		goto err_free;
	SSL_CTX_set_verify(ctx->ssl, SSL_VERIFY_PEER, verify_by_authority);
	/* This one returns 0 for success. */
	if (SSL_CTX_set_alpn_protos(ctx->ssl, alpn, ALPN_LEN)) {
		ret = tls_fail(err, "cannot set up TLS");
		goto err_free;
	}
	switch (config->check) {
	case TLS_CHECK_SYSTEM:
		ret = SSL_CTX_set_default_verify_paths(ctx->ssl);
		break;
	case TLS_CHECK_CA:
		ret = SSL_CTX_load_verify_file(ctx->ssl, config->ca_file);
		break;
	case TLS_CHECK_PIN:
	case TLS_CHECK_FIRST_USE:
		SSL_CTX_set_cert_verify_callback(ctx->ssl, verify_by_pin,
						 NULL);
		ret = 1;
		break;
	}
	if (ret != 1) {
		ret = tls_fail(err, config->check == TLS_CHECK_CA ?
				       config->ca_file :
				       "system certificate authorities");
		goto err_free;
	}
	*ctxp = ctx;
	return 0;

err_free:
	tls_context_free(ctx);
	return ret;
}

void tls_context_free(struct tls_context *ctx)
{
	if (!ctx)
		return;
	SSL_CTX_free(ctx->ssl);
	free(ctx);
}

const uint8_t *tls_context_fingerprint(const struct tls_context *ctx)
{
	return ctx->hash;
}
