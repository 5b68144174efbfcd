// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server's side of a login. Whatever the name is, the same work is done
 * in the same order: a verifier of nobody is made first, and what the lookup
 * finds takes its place.
 */
#include "auth_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>

/**
 * struct auth_server - a login in progress
 * @exchange: common part
 * @auth: context
 * @vlan: hub asked for
 * @lookup: finds the user
 * @arg: for @lookup
 * @user: prepared name, "" until it is known
 * @known: @lookup found it
 */
struct auth_server {
	struct auth_exchange exchange;
	struct auth *auth;
	uint16_t vlan;
	auth_lookup_fn lookup;
	void *arg;
	char user[AUTH_USER_MAX + 1];
	bool known;
};

static int auth_server_find(struct auth_server *server,
			    struct auth_verifier *verifier)
{
	const char *name = gsasl_property_fast(server->exchange.session,
					       GSASL_AUTHID);
	struct auth_verifier found;
	const char *why;
	int err;

	if (!name)
		return -EINVAL;
	err = auth_fake_verifier(server->auth, server->vlan, name, verifier);
	if (err)
		return err;
	if (auth_prepare_user(name, server->user, &why))
		return 0;
	err = server->lookup(server->arg, server->vlan, server->user, &found);
	if (!err) {
		*verifier = found;
		server->known = true;
	} else if (err != -ENOENT && !server->exchange.reason[0]) {
		snprintf(server->exchange.reason,
			 sizeof(server->exchange.reason),
			 "user database: %s", strerror(-err));
	}
	OPENSSL_cleanse(&found, sizeof(found));
	return 0;
}

/* The first question is for the iterations; all is answered together. */
static int auth_server_ask_verifier(struct auth_server *server)
{
	Gsasl_session *session = server->exchange.session;
	char salt[AUTH_SALT_BASE64], key[AUTH_HASH_BASE64], iterations[16];
	struct auth_verifier verifier;
	int rc;

	if (auth_server_find(server, &verifier)) {
		auth_exchange_fail(&server->exchange, "out of memory");
		return GSASL_AUTHENTICATION_ERROR;
	}
	snprintf(iterations, sizeof(iterations), "%u", verifier.iterations);
	auth_base64(verifier.salt, sizeof(verifier.salt), salt);
	rc = gsasl_property_set(session, GSASL_SCRAM_ITER, iterations);
	if (rc == GSASL_OK)
		rc = gsasl_property_set(session, GSASL_SCRAM_SALT, salt);
	auth_base64(verifier.server_key, sizeof(verifier.server_key), key);
	if (rc == GSASL_OK)
		rc = gsasl_property_set(session, GSASL_SCRAM_SERVERKEY, key);
	auth_base64(verifier.stored_key, sizeof(verifier.stored_key), key);
	if (rc == GSASL_OK)
		rc = gsasl_property_set(session, GSASL_SCRAM_STOREDKEY, key);
	/* without one of them the library would make up the rest */
	if (rc != GSASL_OK)
		auth_exchange_fail(&server->exchange, "out of memory");
	OPENSSL_cleanse(&verifier, sizeof(verifier));
	OPENSSL_cleanse(key, sizeof(key));
	return rc;
}

static int auth_server_ask(struct auth_exchange *exchange,
			   Gsasl_property property)
{
	struct auth_server *server = (struct auth_server *)exchange;

	if (property != GSASL_SCRAM_ITER)
		return GSASL_NO_CALLBACK;
	return auth_server_ask_verifier(server);
}

struct auth_server *auth_server_new(struct auth *auth, uint16_t vlan,
				    const uint8_t cb[AUTH_CB_LEN],
				    auth_lookup_fn lookup, void *arg)
{
	struct auth_server *server;

	if (!auth->server)
		return NULL;
	server = calloc(1, sizeof(*server));
	if (!server)
		return NULL;
	server->auth = auth;
	server->vlan = vlan;
	server->lookup = lookup;
	server->arg = arg;
	server->exchange.ask = auth_server_ask;
	if (auth_exchange_init(&server->exchange, auth, true, cb)) {
		auth_server_free(server);
		return NULL;
	}
	return server;
}

enum auth_result auth_server_step(struct auth_server *server,
				  const uint8_t *in, size_t in_len,
				  uint8_t **out, size_t *out_len)
{
	struct auth_exchange *exchange = &server->exchange;
	enum auth_result result;
	const char *authzid;

	/* The library would ask an empty first message to be repeated. */
	if (!in_len) {
		*out = NULL;
		*out_len = 0;
		auth_exchange_fail(exchange, "empty message");
		return AUTH_FAILED;
	}
	result = auth_exchange_step(exchange, in, in_len, out, out_len);
	if (result == AUTH_FAILED)
		return result;
	authzid = gsasl_property_fast(exchange->session, GSASL_AUTHZID);
	if (authzid && *authzid)
		auth_exchange_fail(exchange, "asks to act as another user");
	else if (result == AUTH_OK && !server->known)
		auth_exchange_fail(exchange, "no such user");
	else
		return result;
	free(*out);
	*out = NULL;
	*out_len = 0;
	return AUTH_FAILED;
}

const char *auth_server_user(const struct auth_server *server)
{
	return server->user;
}

const char *auth_server_reason(const struct auth_server *server)
{
	return server->exchange.reason;
}

void auth_server_free(struct auth_server *server)
{
	if (!server)
		return;
	auth_exchange_uninit(&server->exchange);
	OPENSSL_cleanse(server, sizeof(*server));
	free(server);
}
