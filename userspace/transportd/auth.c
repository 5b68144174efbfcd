// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Login: context, verifiers, preparation of names and passwords, and what the
 * exchanges of both sides have in common.
 */
#include "auth_impl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "log.h"

static const char *const auth_names[AUTH_MECHANISMS] = {
	[AUTH_SCRAM] = "SCRAM-SHA-256-PLUS",
	[AUTH_EXTERNAL] = "EXTERNAL",
	[AUTH_ANONYMOUS] = "ANONYMOUS",
};

const char *auth_mechanism_name(enum auth_mechanism mechanism)
{
	return auth_names[mechanism];
}

enum auth_mechanism auth_mechanism_find(const uint8_t *name, size_t len)
{
	enum auth_mechanism i;

	for (i = 0; i < AUTH_MECHANISMS; i++)
		if (len == strlen(auth_names[i]) &&
		    !memcmp(name, auth_names[i], len))
			break;
	return i;
}

static int auth_callback(Gsasl *gsasl, Gsasl_session *session,
			 Gsasl_property property)
{
	struct auth_exchange *exchange = gsasl_session_hook_get(session);

	(void)gsasl;
	if (!exchange)
		return GSASL_NO_CALLBACK;
	/* No other kind of binding is provided, so none other is accepted. */
	if (property == GSASL_CB_TLS_EXPORTER)
		return gsasl_property_set(session, property, exchange->cb);
	return exchange->ask(exchange, property);
}

int auth_new(const uint8_t secret[AUTH_SECRET_LEN], struct auth **auth)
{
	struct auth *made = calloc(1, sizeof(*made));

	*auth = NULL;
	if (!made)
		return -ENOMEM;
	if (gsasl_init(&made->gsasl) != GSASL_OK) {
		free(made);
		return -ENOMEM;
	}
	gsasl_callback_set(made->gsasl, auth_callback);
	for (size_t i = 0; i < AUTH_MECHANISMS; i++) {
		if (gsasl_client_support_p(made->gsasl, auth_names[i]) &&
		    gsasl_server_support_p(made->gsasl, auth_names[i]))
			continue;
		auth_free(made);
		return -EOPNOTSUPP;
	}
	if (secret) {
		made->server = true;
		memcpy(made->secret, secret, AUTH_SECRET_LEN);
	}
	*auth = made;
	return 0;
}

void auth_free(struct auth *auth)
{
	if (!auth)
		return;
	gsasl_done(auth->gsasl);
	OPENSSL_cleanse(auth, sizeof(*auth));
	free(auth);
}

void auth_base64(const uint8_t *data, size_t len, char *text)
{
	EVP_EncodeBlock((unsigned char *)text, data, (int)len);
}

int auth_hmac(const uint8_t *key, size_t key_len, const void *data, size_t len,
	      uint8_t out[AUTH_HASH_LEN])
{
	return HMAC(EVP_sha256(), key, (int)key_len, data, len, out, NULL) ?
		       0 : -ENOMEM;
}

/*
 * SASLprep with one of the two meanings of "unassigned characters" (newer than
 * Unicode 3.2: emoji, say). Which flag of the library allows them depends on
 * its version: up to 2.2 GSASL_ALLOW_UNASSIGNED forbids them. So neither is
 * relied on alone. *out is for free(), after a cleanse if it is secret.
 */
static int auth_saslprep_as(const char *text, Gsasl_saslprep_flags flags,
			    char **out)
{
	int rc;

	*out = NULL;
	rc = gsasl_saslprep(text, flags, out, NULL);
	if (rc == GSASL_OK)
		return 0;
	return rc == GSASL_MALLOC_ERROR ? -ENOMEM : -EINVAL;
}

static void auth_free_secret(char *text)
{
	if (text)
		OPENSSL_cleanse(text, strlen(text));
	free(text);
}

/*
 * Passwords may have unassigned characters: both sides prepare them here, in
 * the same way. Names may not: the library prepares them once more in an
 * exchange, and fails on them.
 */
static int auth_saslprep(const char *text, bool unassigned, char **out)
{
	char *other;
	int err;

	err = auth_saslprep_as(text, 0, out);
	if (err == -ENOMEM || (!unassigned && err) || (unassigned && !err))
		return err;
	err = auth_saslprep_as(text, GSASL_ALLOW_UNASSIGNED, &other);
	if (unassigned) {
		*out = other;
		return err;
	}
	auth_free_secret(other);
	if (err) {
		auth_free_secret(*out);
		*out = NULL;
	}
	return err;
}

/* UTF-8 without control characters. */
static bool auth_is_text(const char *text)
{
	while (*text) {
		size_t len = log_printable(text);

		if (!len)
			return false;
		text += len;
	}
	return true;
}

int auth_prepare_user(const char *name, char out[AUTH_USER_MAX + 1],
		      const char **why)
{
	const char *unused;
	char *prepared;
	size_t len;
	int err;

	if (!why)
		why = &unused;
	out[0] = '\0';
	*why = "is not UTF-8, or has control characters";
	if (!auth_is_text(name))
		return -EINVAL;
	err = auth_saslprep(name, false, &prepared);
	if (err) {
		*why = err == -ENOMEM ? "cannot be checked: out of memory" :
		       "has characters that names may not have";
		return err;
	}
	len = strlen(prepared);
	if (len < 1 || len > AUTH_USER_MAX || !auth_is_text(prepared)) {
		*why = !len ? "is empty" : len > AUTH_USER_MAX ?
		       "is longer than 64 bytes" : "has control characters";
		free(prepared);
		return -EINVAL;
	}
	memcpy(out, prepared, len + 1);
	free(prepared);
	return 0;
}

/* The prepared password; cleanse and free it. */
static int auth_prepare_password(const char *password, char **prepared,
				 const char **why)
{
	size_t len = strlen(password);
	const char *unused;
	int err;

	if (!why)
		why = &unused;
	*prepared = NULL;
	*why = "is empty";
	if (!len)
		return -EINVAL;
	*why = "is longer than 256 bytes";
	if (len > AUTH_PASSWORD_MAX)
		return -EINVAL;
	err = auth_saslprep(password, true, prepared);
	if (err) {
		*why = err == -ENOMEM ? "cannot be checked: out of memory" :
		       "is not UTF-8, or has characters that passwords may not have";
		return err;
	}
	if (**prepared)
		return 0;
	*why = "has no visible character";
	free(*prepared);
	*prepared = NULL;
	return -EINVAL;
}

int auth_check_password(const char *password, const char **why)
{
	char *prepared;
	int err;

	err = auth_prepare_password(password, &prepared, why);
	auth_free_secret(prepared);
	return err;
}

int auth_salt_password(const char *password, const uint8_t *salt,
		       size_t salt_len, uint32_t iterations,
		       uint8_t salted[AUTH_HASH_LEN])
{
	char *prepared;
	int err;

	err = auth_prepare_password(password, &prepared, NULL);
	if (err)
		return err;
	if (!PKCS5_PBKDF2_HMAC(prepared, (int)strlen(prepared), salt,
			       (int)salt_len, (int)iterations, EVP_sha256(),
			       AUTH_HASH_LEN, salted))
		err = -ENOMEM;
	auth_free_secret(prepared);
	return err;
}

/* The keys of a verifier, by its iterations and salt. */
static int auth_make_keys(const char *password, struct auth_verifier *verifier)
{
	uint8_t salted[AUTH_HASH_LEN], client_key[AUTH_HASH_LEN];
	int err;

	err = auth_salt_password(password, verifier->salt,
				 sizeof(verifier->salt), verifier->iterations,
				 salted);
	if (err)
		return err;
	if (auth_hmac(salted, sizeof(salted), "Client Key", 10, client_key) ||
	    auth_hmac(salted, sizeof(salted), "Server Key", 10,
		      verifier->server_key) ||
	    !SHA256(client_key, sizeof(client_key), verifier->stored_key))
		err = -ENOMEM;
	OPENSSL_cleanse(salted, sizeof(salted));
	OPENSSL_cleanse(client_key, sizeof(client_key));
	return err;
}

int auth_make_verifier(const char *password, struct auth_verifier *verifier)
{
	memset(verifier, 0, sizeof(*verifier));
	verifier->iterations = AUTH_ITERATIONS;
	if (RAND_bytes(verifier->salt, sizeof(verifier->salt)) != 1)
		return -EIO;
	return auth_make_keys(password, verifier);
}

int auth_check_verifier(const char *password,
			const struct auth_verifier *verifier)
{
	struct auth_verifier typed = *verifier;
	int err = auth_make_keys(password, &typed);

	/* what cannot be a password is not this one */
	if (err == -EINVAL ||
	    (!err && CRYPTO_memcmp(typed.stored_key, verifier->stored_key,
				   sizeof(typed.stored_key))))
		err = -EACCES;
	OPENSSL_cleanse(&typed, sizeof(typed));
	return err;
}

int auth_fake_verifier(const struct auth *auth, uint16_t vlan,
		       const char *name, struct auth_verifier *verifier)
{
	uint8_t hash[AUTH_HASH_LEN];
	char text[AUTH_INPUT_MAX + 16];
	int len;

	memset(verifier, 0, sizeof(*verifier));
	verifier->iterations = AUTH_ITERATIONS;
	len = snprintf(text, sizeof(text), "salt:%u:%s", vlan, name);
	if (len < 0 || (size_t)len >= sizeof(text))
		return -EINVAL;
	if (auth_hmac(auth->secret, sizeof(auth->secret), text, (size_t)len,
		      hash))
		return -ENOMEM;
	memcpy(verifier->salt, hash, sizeof(verifier->salt));
	if (RAND_bytes(verifier->stored_key, AUTH_HASH_LEN) != 1 ||
	    RAND_bytes(verifier->server_key, AUTH_HASH_LEN) != 1)
		return -EIO;
	return 0;
}

void auth_salted_clear(struct auth_salted *salted)
{
	OPENSSL_cleanse(salted, sizeof(*salted));
}

int auth_exchange_init(struct auth_exchange *exchange, struct auth *auth,
		       enum auth_mechanism mechanism, bool server,
		       const uint8_t cb[AUTH_CB_LEN])
{
	const char *name = auth_names[mechanism];
	int rc;

	auth_base64(cb, AUTH_CB_LEN, exchange->cb);
	if (server)
		rc = gsasl_server_start(auth->gsasl, name, &exchange->session);
	else
		rc = gsasl_client_start(auth->gsasl, name, &exchange->session);
	if (rc != GSASL_OK)
		return -ENOMEM;
	gsasl_session_hook_set(exchange->session, exchange);
	return 0;
}

void auth_exchange_uninit(struct auth_exchange *exchange)
{
	static const Gsasl_property secret[] = {
		GSASL_PASSWORD, GSASL_SCRAM_SALTED_PASSWORD,
		GSASL_SCRAM_SERVERKEY, GSASL_SCRAM_STOREDKEY,
		GSASL_CB_TLS_EXPORTER,
	};

	if (exchange->session) {
		for (size_t i = 0; i < sizeof(secret) / sizeof(*secret); i++) {
			/* the library frees its copy as it is */
			const char *text = gsasl_property_fast(
				exchange->session, secret[i]);

			if (text)
				OPENSSL_cleanse((char *)(uintptr_t)text,
						strlen(text));
		}
		gsasl_finish(exchange->session);
	}
	OPENSSL_cleanse(exchange->cb, sizeof(exchange->cb));
}

void auth_exchange_fail(struct auth_exchange *exchange, const char *fmt, ...)
{
	va_list args;

	exchange->done = true;
	if (exchange->reason[0])
		return;
	va_start(args, fmt);
	vsnprintf(exchange->reason, sizeof(exchange->reason), fmt, args);
	va_end(args);
}

enum auth_result auth_exchange_step(struct auth_exchange *exchange,
				    const uint8_t *in, size_t in_len,
				    uint8_t **out, size_t *out_len)
{
	char *answer = NULL;
	size_t len = 0;
	int rc;

	*out = NULL;
	*out_len = 0;
	if (exchange->done) {
		auth_exchange_fail(exchange, "message after the end");
		return AUTH_FAILED;
	}
	/* The messages are text; the library would stop reading at a NUL. */
	if (in_len > AUTH_INPUT_MAX || (in_len && memchr(in, 0, in_len))) {
		auth_exchange_fail(exchange, "malformed message");
		return AUTH_FAILED;
	}
	rc = gsasl_step(exchange->session, (const char *)in, in_len, &answer,
			&len);
	if ((rc != GSASL_OK && rc != GSASL_NEEDS_MORE) || exchange->done) {
		auth_exchange_fail(exchange, "%s", gsasl_strerror_name(rc) ?
				   gsasl_strerror_name(rc) : "unknown error");
		if (rc == GSASL_OK || rc == GSASL_NEEDS_MORE)
			gsasl_free(answer);
		return AUTH_FAILED;
	}
	if (len) {
		*out = (uint8_t *)answer;
		*out_len = len;
	} else {
		gsasl_free(answer);
	}
	exchange->done = rc == GSASL_OK;
	return rc == GSASL_OK ? AUTH_OK : AUTH_MORE;
}
