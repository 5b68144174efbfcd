/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS 1.3 over nonblocking sockets: tls_context.c and tls.c, the only files
 * that call OpenSSL's TLS functions. A context (struct tls_context) belongs to
 * the thread that made it; a connection (struct tls) to one thread at a time and outlives its
 * context. The descriptor stays the caller's.
 */
#ifndef SEHUB_TRANSPORTD_TLS_H
#define SEHUB_TRANSPORTD_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "err.h"

#define TLS_EXPORTER_LEN	32

struct tls_context;
struct tls;

/**
 * enum tls_status - how a step went
 * @TLS_DONE: done, or some bytes were moved
 * @TLS_WANT_READ: nothing moved; go on when the descriptor is readable
 * @TLS_WANT_WRITE: nothing moved; go on when the descriptor is writable
 * @TLS_EOF: the other side closed the connection
 * @TLS_FAILED: broken; tls_error() says why
 */
enum tls_status {
	TLS_DONE,
	TLS_WANT_READ,
	TLS_WANT_WRITE,
	TLS_EOF,
	TLS_FAILED,
};

/**
 * enum tls_check - how a client makes sure of the server
 * @TLS_CHECK_SYSTEM: by the system's certificate authorities and host name
 * @TLS_CHECK_CA: by the authorities of a file and host name
 * @TLS_CHECK_PIN: by the SHA-256 of the certificate, nothing else
 * @TLS_CHECK_FIRST_USE: not; the caller keeps tls_peer_fingerprint() as pin
 */
enum tls_check {
	TLS_CHECK_SYSTEM,
	TLS_CHECK_CA,
	TLS_CHECK_PIN,
	TLS_CHECK_FIRST_USE,
};

/**
 * struct tls_client_config - what a client's context is made from
 * @check: how to make sure of the server
 * @ca_file: PEM file, for %TLS_CHECK_CA
 * @pin: SHA-256 of the certificate, for %TLS_CHECK_PIN
 * @own_cert: certificate to show where the server asks for one, the text of a
 *	PEM file; NULL: none
 * @own_key: its key, the same way
 */
struct tls_client_config {
	enum tls_check check;
	const char *ca_file;
	uint8_t pin[SEHUB_FINGERPRINT_LEN];
	const char *own_cert;
	const char *own_key;
};

/**
 * tls_context_server() - read certificate and key for accepting connections
 *
 * Clients are asked for a certificate. One that shows any has proved, when the
 * handshake is done, that it has its key, and nothing more: who may log in with
 * it is the caller's to say.
 *
 * @ctxp: where to put the context
 * @cert: PEM file, the server's own certificate first
 * @key: PEM file with its key
 * @err: filled on failure
 * Return: 0 or -errno.
 */
int tls_context_server(struct tls_context **ctxp, const char *cert,
		       const char *key, struct sehub_err *err);
int tls_context_client(struct tls_context **ctxp,
		       const struct tls_client_config *config,
		       struct sehub_err *err);
/* Connections go on; NULL is allowed. */
void tls_context_free(struct tls_context *ctx);
/* SHA-256 of a server context's certificate. */
const uint8_t *tls_context_fingerprint(const struct tls_context *ctx);

/* Server side of a connection. Return: 0 or -errno. */
int tls_accept(struct tls **tlsp, struct tls_context *ctx, int fd,
	       struct sehub_err *err);
/* Client side; @host is a name or address, for SNI and the check of names. */
int tls_connect(struct tls **tlsp, struct tls_context *ctx, int fd,
		const char *host, struct sehub_err *err);
/* Ends no connection: neither is anything sent nor the descriptor closed. */
void tls_free(struct tls *tls);

enum tls_status tls_handshake(struct tls *tls);

/**
 * tls_read() - take what the peer sent
 * @tls: connection after its handshake
 * @buf: where to put it
 * @size: room
 * @len: bytes put there, more than 0 with %TLS_DONE
 */
enum tls_status tls_read(struct tls *tls, void *buf, size_t size, size_t *len);

/**
 * tls_write() - send a part of @buf
 * @tls: connection after its handshake
 * @buf: bytes; after %TLS_WANT_WRITE or %TLS_WANT_READ the next call must
 *	begin with the same bytes and have no fewer, but may be elsewhere
 * @size: how many
 * @len: bytes taken, more than 0 with %TLS_DONE
 */
enum tls_status tls_write(struct tls *tls, const void *buf, size_t size,
			  size_t *len);

/* Bytes that came from the socket so far, TLS's own included. */
uint64_t tls_received(const struct tls *tls);
/* Are there received bytes that polling the descriptor does not show? */
bool tls_has_input(const struct tls *tls);
/* Larger buffers, once there is a session. */
void tls_expect_bulk(struct tls *tls);
/* One attempt at a close_notify alert. */
void tls_close_notify(struct tls *tls);

/* Why the last call gave TLS_FAILED or TLS_EOF, one line. */
const char *tls_error(const struct tls *tls);
/*
 * Did a client's handshake fail because the certificate was refused? No if
 * only its time was wrong: clocks get set, certificates renewed.
 */
bool tls_is_untrusted(const struct tls *tls);

/* "TLS_AES_128_GCM_SHA256" */
const char *tls_cipher(const struct tls *tls);
/* Return: 0, or -ENOENT if the peer showed no certificate. */
int tls_peer_fingerprint(const struct tls *tls,
			 uint8_t hash[SEHUB_FINGERPRINT_LEN]);
/* The same of the certificate that a client shows; -ENOENT if it has none. */
int tls_own_fingerprint(const struct tls *tls,
			uint8_t hash[SEHUB_FINGERPRINT_LEN]);
/*
 * Whether the peer's certificate is valid at a time, in seconds since the
 * epoch, as cert_check_time(); -ENOENT without one.
 */
int tls_peer_check_time(const struct tls *tls, int64_t now, char *why,
			size_t size);
/* Channel binding "tls-exporter" (RFC 9266). Return: 0 or -errno. */
int tls_exporter(const struct tls *tls, uint8_t out[TLS_EXPORTER_LEN]);

/* Random bytes for tickets and names. Return: 0 or -EIO. */
int tls_random(void *buf, size_t len);
/* Return: 0 or -EIO. */
int tls_sha256(const void *data, size_t len, uint8_t hash[32]);
/* Overwrites memory that held a secret. */
void tls_wipe(void *buf, size_t len);
/* Compares secrets; how long it takes does not tell where they differ. */
bool tls_same(const void *a, const void *b, size_t len);

#endif /* SEHUB_TRANSPORTD_TLS_H */
