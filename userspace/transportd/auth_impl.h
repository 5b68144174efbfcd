/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between auth.c (context, verifiers), auth_server.c and auth_client.c (one
 * exchange each). The SASL library asks for what it needs through callbacks;
 * an exchange hangs on its session as a struct auth_exchange.
 */
#ifndef SEHUB_TRANSPORTD_AUTH_IMPL_H
#define SEHUB_TRANSPORTD_AUTH_IMPL_H

#include <gsasl.h>

#include "auth.h"

/* SHA-256 in base64 and in hex, with NUL. */
#define AUTH_HASH_BASE64	45
#define AUTH_HASH_HEX		(AUTH_HASH_LEN * 2 + 1)
#define AUTH_SALT_BASE64	((AUTH_SALT_MAX + 2) / 3 * 4 + 1)

struct auth {
	Gsasl *gsasl;
	bool server;		/* @secret is set */
	uint8_t secret[AUTH_SECRET_LEN];
};

/**
 * struct auth_exchange - what both sides have in common
 * @session: the library's
 * @cb: channel binding, base64
 * @ask: answers the library's questions
 * @done: ended, well or not
 * @reason: why not
 */
struct auth_exchange {
	Gsasl_session *session;
	char cb[AUTH_HASH_BASE64];
	int (*ask)(struct auth_exchange *exchange, Gsasl_property property);
	bool done;
	char reason[128];
};

int auth_exchange_init(struct auth_exchange *exchange, struct auth *auth,
		       enum auth_mechanism mechanism, bool server,
		       const uint8_t cb[AUTH_CB_LEN]);
/* Cleanses what the library holds, frees its session, not @exchange. */
void auth_exchange_uninit(struct auth_exchange *exchange);

enum auth_result auth_exchange_step(struct auth_exchange *exchange,
				    const uint8_t *in, size_t in_len,
				    uint8_t **out, size_t *out_len);

/* Notes why it fails; the first reason stays. */
void auth_exchange_fail(struct auth_exchange *exchange, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Base64 with NUL; @text has room for it. */
void auth_base64(const uint8_t *data, size_t len, char *text);

/* SCRAM's SaltedPassword: 0, -EINVAL (password), -ENOMEM. */
int auth_salt_password(const char *password, const uint8_t *salt,
		       size_t salt_len, uint32_t iterations,
		       uint8_t salted[AUTH_HASH_LEN]);

int auth_hmac(const uint8_t *key, size_t key_len, const void *data, size_t len,
	      uint8_t out[AUTH_HASH_LEN]);

/* For a name that is nobody's: the same salt each time, random keys. */
int auth_fake_verifier(const struct auth *auth, uint16_t vlan,
		       const char *name, struct auth_verifier *verifier);

#endif /* SEHUB_TRANSPORTD_AUTH_IMPL_H */
