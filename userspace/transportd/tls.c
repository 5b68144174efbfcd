// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TLS: connections. Every call leaves OpenSSL's error queue empty; what was in
 * it is the text of tls_error().
 */
#include "tls_impl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "cert_pem.h"

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
		ret = tls_fail(err, "cannot set up TLS");
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
		ret = tls_fail(err, host);
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
		tls_take_errors(tls->error, sizeof(tls->error), saved_errno ?
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
	if (len != strlen(SEHUB_WIRE_ALPN) ||
	    memcmp(proto, SEHUB_WIRE_ALPN, len)) {
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

static int fingerprint(const X509 *cert, uint8_t hash[SEHUB_FINGERPRINT_LEN])
{
	unsigned int len;

	if (!cert || !X509_digest(cert, EVP_sha256(), hash, &len))
		return -ENOENT;
	return 0;
}

int tls_peer_fingerprint(const struct tls *tls,
			 uint8_t hash[SEHUB_FINGERPRINT_LEN])
{
	return fingerprint(SSL_get0_peer_certificate(tls->ssl), hash);
}

int tls_own_fingerprint(const struct tls *tls,
			uint8_t hash[SEHUB_FINGERPRINT_LEN])
{
	return fingerprint(SSL_get_certificate(tls->ssl), hash);
}

int tls_peer_check_time(const struct tls *tls, int64_t now, char *why,
			size_t size)
{
	const X509 *cert = SSL_get0_peer_certificate(tls->ssl);

	if (cert)
		return cert_check_time(cert, now, why, size);
	snprintf(why, size, "there is no certificate");
	return -ENOENT;
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
