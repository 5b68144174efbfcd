/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between tls_context.c (what connections are made from, and the check of
 * certificates) and tls.c (connections).
 */
#ifndef SEHUB_TRANSPORTD_TLS_IMPL_H
#define SEHUB_TRANSPORTD_TLS_IMPL_H

#include <openssl/ssl.h>

#include <linux/sehub_wire.h>

#include "tls.h"

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

/* Empties the error queue into one line. */
void tls_take_errors(char *text, size_t size, const char *fallback);
/* The same behind what failed; Return: -EINVAL. */
int tls_fail(struct sehub_err *err, const char *what);

#endif /* SEHUB_TRANSPORTD_TLS_IMPL_H */
