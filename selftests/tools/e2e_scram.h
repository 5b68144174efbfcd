/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client's side of SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), written down
 * a second time so that the daemon is not only tested against itself.
 */
#ifndef SEHUB_SELFTESTS_E2E_SCRAM_H
#define SEHUB_SELFTESTS_E2E_SCRAM_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRAM_MECHANISM	"SCRAM-SHA-256-PLUS"

/* The salted password, for the next login too (RFC 5802, section 2.2). */
struct scram_key {
	char salt[128];			/* base64 */
	unsigned int iterations;
	uint8_t salted[32];
};

struct scram {
	char password[256];
	char bare[256];			/* client-first-message-bare */
	char nonce[33];
	char signature[64];		/* the server's, base64, when known */
	struct scram_key key;
};

/* The first line of the file is the password. */
bool scram_read_password(struct scram *s, const char *file);

/* What the login is bound to: this TLS connection. */
bool scram_binding(SSL *ssl, uint8_t binding[32]);

/* client-first-message */
bool scram_first(struct scram *s, const char *user, char *out, size_t size);

/* client-final-message, the answer to the server-first-message in @in */
bool scram_final(struct scram *s, const uint8_t binding[32], const char *in,
		 char *out, size_t size);

/* Does the server-final-message prove that the server knows the user? */
bool scram_check(const struct scram *s, const char *in);

#endif /* SEHUB_SELFTESTS_E2E_SCRAM_H */
