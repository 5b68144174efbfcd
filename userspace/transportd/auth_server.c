// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server's side of a login. With a password, whatever the name is, the same
 * work is done in the same order: a verifier of nobody is made first, and what
 * the lookup finds takes its place. With a certificate there is no work to
 * speak of.
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
 * @mechanism: chosen by the client
 * @line: hub asked for, certificate shown
 * @lookup: finds the user
 * @arg: for @lookup
 * @user: prepared name, "" until it is known
 * @known: @lookup found it, with what this mechanism needs
 */
struct auth_server {
	struct auth_exchange exchange;
	struct auth *auth;
	enum auth_mechanism mechanism;
	struct auth_line line;
	auth_lookup_fn lookup;
	void *arg;
	char user[AUTH_USER_MAX + 1];
	bool known;
};

/* The first reason stays; the exchange may go on, for appearance's sake. */
static void auth_server_note(struct auth_server *server, const char *text)
{
	if (!server->exchange.reason[0])
		snprintf(server->exchange.reason,
			 sizeof(server->exchange.reason), "%s", text);
}

/* What is known of the user; false and a reason if nothing is. */
static bool auth_server_look_up(struct auth_server *server,
				struct auth_user *found)
{
	char text[sizeof(server->exchange.reason)];
	int err;

	err = server->lookup(server->arg, server->line.vlan, server->user,
			     found);
	if (!err)
		return true;
	snprintf(text, sizeof(text), "user database: %s", strerror(-err));
	auth_server_note(server, err == -ENOENT ? "no such user" : text);
	return false;
}

static int auth_server_find(struct auth_server *server,
			    struct auth_verifier *verifier)
{
	const char *name = gsasl_property_fast(server->exchange.session,
					       GSASL_AUTHID);
	struct auth_user found;
	const char *why;
	int err;

	if (!name)
		return -EINVAL;
	err = auth_fake_verifier(server->auth, server->line.vlan, name,
				 verifier);
	if (err)
		return err;
	if (auth_prepare_user(name, server->user, &why)) {
		auth_server_note(server, "no such user");
		return 0;
	}
	if (!auth_server_look_up(server, &found)) {
		/* said already */
	} else if (found.has_password) {
		*verifier = found.verifier;
		server->known = true;
	} else {
		auth_server_note(server, "the user has no password");
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

static bool auth_server_has_cert(const struct auth_server *server,
				 const struct auth_user *user)
{
	unsigned int i;

	for (i = 0; i < user->cert_count; i++)
		if (!memcmp(user->certs[i], server->line.cert, AUTH_HASH_LEN))
			return true;
	return false;
}

/* Is the certificate, which TLS has seen proved, one of that user's? */
static int auth_server_validate_cert(struct auth_server *server)
{
	const char *name = gsasl_property_fast(server->exchange.session,
					       GSASL_AUTHZID);
	struct auth_user found;
	const char *why;

	if (!name || auth_prepare_user(name, server->user, &why))
		auth_server_note(server, "no such user");
	else if (!server->line.has_cert)
		auth_server_note(server, "no certificate was shown");
	else if (auth_server_look_up(server, &found) &&
		 !auth_server_has_cert(server, &found))
		auth_server_note(server,
				 "the certificate is none of the user's");
	OPENSSL_cleanse(&found, sizeof(found));
	server->known = !server->exchange.reason[0];
	return server->known ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
}

static int auth_server_validate_anonymous(struct auth_server *server)
{
	struct auth_user found;

	strcpy(server->user, AUTH_ANONYMOUS_USER);
	if (!auth_server_look_up(server, &found) || !found.is_anonymous)
		auth_server_note(server, "the user is not for anybody");
	OPENSSL_cleanse(&found, sizeof(found));
	server->known = !server->exchange.reason[0];
	return server->known ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
}

static int auth_server_ask(struct auth_exchange *exchange,
			   Gsasl_property property)
{
	struct auth_server *server = (struct auth_server *)exchange;

	switch (property) {
	case GSASL_SCRAM_ITER:
		return auth_server_ask_verifier(server);
	case GSASL_VALIDATE_EXTERNAL:
		return auth_server_validate_cert(server);
	case GSASL_VALIDATE_ANONYMOUS:
		return auth_server_validate_anonymous(server);
	default:
		return GSASL_NO_CALLBACK;
	}
}

struct auth_server *auth_server_new(struct auth *auth,
				    enum auth_mechanism mechanism,
				    const struct auth_line *line,
				    auth_lookup_fn lookup, void *arg)
{
	struct auth_server *server;

	if (!auth->server)
		return NULL;
	server = calloc(1, sizeof(*server));
	if (!server)
		return NULL;
	server->auth = auth;
	server->mechanism = mechanism;
	server->line = *line;
	server->lookup = lookup;
	server->arg = arg;
	server->exchange.ask = auth_server_ask;
	if (auth_exchange_init(&server->exchange, auth, mechanism, true,
			       line->cb)) {
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
	/* Of EXTERNAL it is all that the client says. */
	authzid = gsasl_property_fast(exchange->session, GSASL_AUTHZID);
	if (server->mechanism != AUTH_EXTERNAL && authzid && *authzid)
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
