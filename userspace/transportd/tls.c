// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TLS: contexts, connections, and the check of the server's certificate.
 *
 * Every call leaves OpenSSL's error queue empty; what was in it is the text of
 * tls_error(). Session tickets and renegotiation are off: a session of ours is
 * resumed by our own records, on a connection with fresh keys.
 */
#include "tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <linux/sehub_wire.h>

#define CIPHERSUITES							\
	"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"		\
	"TLS_CHACHA20_POLY1305_SHA256"
/* What one read() of the socket may bring: several TLS records. */
#define BULK_BUFFER	(128 * 1024)
/* Our sending key is renewed after this many records. */
#define KEY_UPDATE_WRITES	(UINT64_C(1) << 22)
/*
 * Reads of the socket that one call may cause. Who sends nothing but changes of
 * keys would be read from for ever, since there is never anything to return.
 */
#define READS_MAX	4
#define EXPORTER_LABEL	"EXPORTER-Channel-Binding"

struct tls_context {
	SSL_CTX *ssl;
	bool is_server;
	enum tls_check check;
	uint8_t hash[SEHUB_FINGERPRINT_LEN];	/* own, or the peer's pin */
};

/*
 * The pin is here and not only in the context, because the context may be
 * gone when a connection made from it shakes hands.
 */
struct tls {
	SSL *ssl;
	enum tls_check check;
	bool is_server;
	bool is_untrusted;
	uint8_t pin[SEHUB_FINGERPRINT_LEN];
	uint8_t refused[SEHUB_FINGERPRINT_LEN];	/* of an untrusted one */
	uint64_t written;	/* records, nearly */
	unsigned int reads_left;	/* in this call */
	char error[256];
};

/* The lengths before the names are part of the list. */
static const uint8_t alpn[] = "\007" SEHUB_WIRE_ALPN;
#define ALPN_LEN	(sizeof(alpn) - 1)
_Static_assert(sizeof(SEHUB_WIRE_ALPN) == 8, "length byte in alpn[]");

/* Empties the error queue into one line. */
static void take_errors(char *text, size_t size, const char *fallback)
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

static int fail_with_errors(struct sehub_err *err, const char *what)
{
	char text[192];

	take_errors(text, sizeof(text), "unknown TLS error");
	return sehub_err_set(err, EINVAL, "%s: %s", what, text);
}

/* --- contexts ------------------------------------------------------------ */

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
		ret = fail_with_errors(err, "cannot set up TLS");
		tls_context_free(ctx);
		return ret;
	}
	SSL_CTX_set_options(ctx->ssl, SSL_OP_NO_TICKET |
			    SSL_OP_NO_RENEGOTIATION |
			    SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(ctx->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
			 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
			 SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx->ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(ctx->ssl, 1);
	SSL_CTX_set_default_passwd_cb(ctx->ssl, no_passphrase);
	*ctxp = ctx;
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
	if (SSL_CTX_use_certificate_chain_file(ctx->ssl, cert) != 1) {
		ret = fail_with_errors(err, cert);
		goto err_free;
	}
	if (SSL_CTX_use_PrivateKey_file(ctx->ssl, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx->ssl) != 1) {
		ret = fail_with_errors(err, key);
		goto err_free;
	}
	if (!X509_digest(SSL_CTX_get0_certificate(ctx->ssl), EVP_sha256(),
			 ctx->hash, &len)) {
		ret = fail_with_errors(err, cert);
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
	SSL_CTX_set_verify(ctx->ssl, SSL_VERIFY_PEER, verify_by_authority);
	/* This one returns 0 for success. */
	if (SSL_CTX_set_alpn_protos(ctx->ssl, alpn, ALPN_LEN)) {
		ret = fail_with_errors(err, "cannot set up TLS");
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
		ret = fail_with_errors(err, config->check == TLS_CHECK_CA ?
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

/* --- connections --------------------------------------------------------- */

/* Sees every operation on the socket; 1 lets one go on. */
static long on_socket(BIO *bio, int operation, const char *data, size_t len,
		      int argi, long argl, int ret, size_t *processed)
{
	struct tls *tls = (struct tls *)BIO_get_callback_arg(bio);

	(void)data;
	(void)len;
	(void)argi;
	(void)argl;
	(void)processed;
	if (operation != BIO_CB_READ)
		return ret;
	if (tls->reads_left) {
		tls->reads_left--;
		return 1;
	}
	BIO_clear_retry_flags(bio);
	BIO_set_retry_read(bio);
	return -1;
}

static void begin_call(struct tls *tls)
{
	ERR_clear_error();
	errno = 0;
	tls->reads_left = READS_MAX;
}

static int connection_new(struct tls **tlsp, struct tls_context *ctx, int fd,
			  struct sehub_err *err)
{
	struct tls *tls = calloc(1, sizeof(*tls));
	int ret;

	if (!tls)
		return sehub_err_errno(err, ENOMEM, "TLS");
	ERR_clear_error();
	tls->is_server = ctx->is_server;
	tls->check = ctx->check;
	if (!ctx->is_server)
		memcpy(tls->pin, ctx->hash, sizeof(tls->pin));
	tls->ssl = SSL_new(ctx->ssl);
	if (!tls->ssl || !SSL_set_fd(tls->ssl, fd) ||
	    !SSL_set_app_data(tls->ssl, tls)) {
		ret = fail_with_errors(err, "cannot set up TLS");
		tls_free(tls);
		return ret;
	}
	BIO_set_callback_arg(SSL_get_rbio(tls->ssl), (char *)tls);
	BIO_set_callback_ex(SSL_get_rbio(tls->ssl), on_socket);
	*tlsp = tls;
	return 0;
}

int tls_accept(struct tls **tlsp, struct tls_context *ctx, int fd,
	       struct sehub_err *err)
{
	int ret = connection_new(tlsp, ctx, fd, err);

	if (!ret)
		SSL_set_accept_state((*tlsp)->ssl);
	return ret;
}

static bool is_address(const char *host)
{
	struct in6_addr addr;

	return inet_pton(AF_INET, host, &addr) == 1 ||
	       inet_pton(AF_INET6, host, &addr) == 1;
}

int tls_connect(struct tls **tlsp, struct tls_context *ctx, int fd,
		const char *host, struct sehub_err *err)
{
	bool has_names = ctx->check == TLS_CHECK_SYSTEM ||
			 ctx->check == TLS_CHECK_CA;
	struct tls *tls;
	int ret;

	ret = connection_new(&tls, ctx, fd, err);
	if (ret)
		return ret;
	SSL_set_connect_state(tls->ssl);
	SSL_set_hostflags(tls->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	ret = 1;
	if (is_address(host)) {
		if (has_names)
			ret = X509_VERIFY_PARAM_set1_ip_asc(
				SSL_get0_param(tls->ssl), host);
	} else {
		ret = (int)SSL_set_tlsext_host_name(tls->ssl, host);
		if (ret == 1 && has_names)
			ret = SSL_set1_host(tls->ssl, host);
	}
	if (ret != 1) {
		ret = fail_with_errors(err, host);
		tls_free(tls);
		return ret;
	}
	*tlsp = tls;
	return 0;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	SSL_free(tls->ssl);
	free(tls);
}

static enum tls_status end_of_stream(struct tls *tls)
{
	ERR_clear_error();
	snprintf(tls->error, sizeof(tls->error), "%s",
		 "connection closed by the other side");
	return TLS_EOF;
}

static enum tls_status failed(struct tls *tls, int saved_errno)
{
	char fingerprint[SEHUB_FINGERPRINT_STRLEN];

	if (tls->is_untrusted)
		snprintf(tls->error, sizeof(tls->error),
			 "the server's certificate is %s%s; its fingerprint is %s",
			 tls->check == TLS_CHECK_PIN ? "not the pinned one" :
			 "refused: ",
			 tls->check == TLS_CHECK_PIN ? "" :
			 X509_verify_cert_error_string(
				SSL_get_verify_result(tls->ssl)),
			 sehub_format_fingerprint(tls->refused, fingerprint));
	else
		take_errors(tls->error, sizeof(tls->error), saved_errno ?
			    strerror(saved_errno) : "connection lost");
	ERR_clear_error();
	return TLS_FAILED;
}

/* What SSL_get_error() says about a call that did not return success. */
static enum tls_status judge(struct tls *tls, int ret)
{
	int saved_errno = errno;
	unsigned long code;

	switch (SSL_get_error(tls->ssl, ret)) {
	case SSL_ERROR_NONE:
		return TLS_DONE;
	case SSL_ERROR_WANT_READ:
		return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return end_of_stream(tls);
	case SSL_ERROR_SYSCALL:
		if (!ERR_peek_error() && !saved_errno)
			return end_of_stream(tls);
		return failed(tls, saved_errno);
	case SSL_ERROR_SSL:
		code = ERR_peek_error();
		if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
		    ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
			return end_of_stream(tls);
		return failed(tls, 0);
	case SSL_ERROR_WANT_CONNECT:
	case SSL_ERROR_WANT_ACCEPT:
	case SSL_ERROR_WANT_X509_LOOKUP:
	case SSL_ERROR_WANT_ASYNC:
	case SSL_ERROR_WANT_ASYNC_JOB:
	case SSL_ERROR_WANT_CLIENT_HELLO_CB:
	case SSL_ERROR_WANT_RETRY_VERIFY:
	default:
		/* Nothing here asks OpenSSL for any of these. */
		return failed(tls, EPROTO);
	}
}

enum tls_status tls_handshake(struct tls *tls)
{
	const unsigned char *proto;
	enum tls_status status;
	unsigned int len;
	int ret;

	begin_call(tls);
	ret = SSL_do_handshake(tls->ssl);
	if (ret != 1) {
		status = judge(tls, ret);
		return status == TLS_DONE ? failed(tls, EPROTO) : status;
	}
	/* A peer that names no protocol at all passes OpenSSL's own test. */
	SSL_get0_alpn_selected(tls->ssl, &proto, &len);
	if (len != ALPN_LEN - 1 || memcmp(proto, alpn + 1, len)) {
		snprintf(tls->error, sizeof(tls->error),
			 "the other side does not speak " SEHUB_WIRE_ALPN);
		return TLS_FAILED;
	}
	return TLS_DONE;
}

enum tls_status tls_read(struct tls *tls, void *buf, size_t size, size_t *len)
{
	int ret;

	*len = 0;
	begin_call(tls);
	ret = SSL_read_ex(tls->ssl, buf, size, len);
	if (ret == 1)
		return TLS_DONE;
	*len = 0;
	return judge(tls, ret);
}

enum tls_status tls_write(struct tls *tls, const void *buf, size_t size,
			  size_t *len)
{
	int ret;

	*len = 0;
	begin_call(tls);
	ret = SSL_write_ex(tls->ssl, buf, size, len);
	if (ret == 1) {
		/* Long before AES-GCM's limit; the next record carries it. */
		if (++tls->written % KEY_UPDATE_WRITES == 0)
			SSL_key_update(tls->ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
		return TLS_DONE;
	}
	*len = 0;
	return judge(tls, ret);
}

uint64_t tls_received(const struct tls *tls)
{
	return BIO_number_read(SSL_get_rbio(tls->ssl));
}

bool tls_has_input(const struct tls *tls)
{
	return SSL_has_pending(tls->ssl);
}

void tls_expect_bulk(struct tls *tls)
{
	SSL_set_default_read_buffer_len(tls->ssl, BULK_BUFFER);
}

void tls_close_notify(struct tls *tls)
{
	ERR_clear_error();
	if (SSL_is_init_finished(tls->ssl))
		SSL_shutdown(tls->ssl);
	ERR_clear_error();
}

const char *tls_error(const struct tls *tls)
{
	return tls->error;
}

bool tls_is_untrusted(const struct tls *tls)
{
	long why = SSL_get_verify_result(tls->ssl);

	return tls->is_untrusted && why != X509_V_ERR_CERT_NOT_YET_VALID &&
	       why != X509_V_ERR_CERT_HAS_EXPIRED;
}

const char *tls_cipher(const struct tls *tls)
{
	return SSL_CIPHER_get_name(SSL_get_current_cipher(tls->ssl));
}

int tls_peer_fingerprint(const struct tls *tls,
			 uint8_t hash[SEHUB_FINGERPRINT_LEN])
{
	X509 *cert = SSL_get0_peer_certificate(tls->ssl);
	unsigned int len;

	if (!cert || !X509_digest(cert, EVP_sha256(), hash, &len))
		return -ENOENT;
	return 0;
}

int tls_exporter(const struct tls *tls, uint8_t out[TLS_EXPORTER_LEN])
{
	/* RFC 9266: the context is present and empty. */
	if (SSL_export_keying_material(tls->ssl, out, TLS_EXPORTER_LEN,
				       EXPORTER_LABEL,
				       sizeof(EXPORTER_LABEL) - 1,
				       (const unsigned char *)"", 0, 1) != 1) {
		ERR_clear_error();
		return -EIO;
	}
	return 0;
}
