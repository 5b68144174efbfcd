// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The client's side of a login. The library never sees the password: it gets
 * the salted one, made here from the server's salt and iterations, which are
 * within bounds, or taken from an earlier login to the same server. Without a
 * password there is one message, and then the server's word.
 */
#include "auth_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

/* Of an anonymous login, for the server's log; this one keeps no such thing. */
#define ANONYMOUS_TOKEN	"sehub"

/**
 * struct auth_client - a login in progress
 * @exchange: common part
 * @mechanism: how
 * @user: name as given
 * @password: as given
 * @keep: caller's, or NULL
 * @salted: of this login; copied to @keep once the server has proved itself
 * @steps: messages made or taken
 */
struct auth_client {
	struct auth_exchange exchange;
	enum auth_mechanism mechanism;
	char user[AUTH_USER_MAX + 1];
	char password[AUTH_PASSWORD_MAX + 1];
	struct auth_salted *keep;
	struct auth_salted salted;
	unsigned int steps;
};

static int auth_client_salt(struct auth_client *client, const char *text)
{
	uint8_t salt[AUTH_SALT_BASE64];
	size_t len = strlen(text);
	int decoded;

	if (!len || len >= AUTH_SALT_BASE64 || len % 4)
		return -EINVAL;
	decoded = EVP_DecodeBlock(salt, (const unsigned char *)text, (int)len);
	if (decoded < 0)
		return -EINVAL;
	/* padding counts as zero bytes there */
	decoded -= (text[len - 1] == '=') + (text[len - 2] == '=');
	if (decoded < 1 || decoded > AUTH_SALT_MAX)
		return -EINVAL;
	memcpy(client->salted.salt, salt, (size_t)decoded);
	client->salted.salt_len = (size_t)decoded;
	return 0;
}

/* What the server asks for, within bounds, into client->salted. */
static int auth_client_check(struct auth_client *client)
{
	struct auth_exchange *exchange = &client->exchange;
	const char *iterations, *salt;
	unsigned long count;
	char *end;

	iterations = gsasl_property_fast(exchange->session, GSASL_SCRAM_ITER);
	salt = gsasl_property_fast(exchange->session, GSASL_SCRAM_SALT);
	if (!iterations || !salt || auth_client_salt(client, salt)) {
		auth_exchange_fail(exchange, "the server sent no usable salt");
		return -EINVAL;
	}
	errno = 0;
	count = strtoul(iterations, &end, 10);
	if (errno || *end || count < AUTH_ITERATIONS_MIN ||
	    count > AUTH_ITERATIONS_MAX) {
		auth_exchange_fail(exchange,
				   "the server asks for %s iterations, outside of %d to %d",
				   iterations, AUTH_ITERATIONS_MIN,
				   AUTH_ITERATIONS_MAX);
		return -EINVAL;
	}
	client->salted.iterations = (uint32_t)count;
	return 0;
}

static int auth_client_salted(struct auth_client *client)
{
	const struct auth_salted *keep = client->keep;
	struct auth_salted *salted = &client->salted;

	if (keep && keep->iterations == salted->iterations &&
	    keep->salt_len == salted->salt_len &&
	    !memcmp(keep->salt, salted->salt, salted->salt_len)) {
		memcpy(salted->key, keep->key, sizeof(salted->key));
		return 0;
	}
	return auth_salt_password(client->password, salted->salt,
				  salted->salt_len, salted->iterations,
				  salted->key);
}

static int auth_client_ask_salted(struct auth_client *client)
{
	static const char digits[] = "0123456789abcdef";
	char hex[AUTH_HASH_HEX];
	int rc, err;

	if (auth_client_check(client))
		return GSASL_AUTHENTICATION_ERROR;
	err = auth_client_salted(client);
	if (err) {
		auth_exchange_fail(&client->exchange, err == -EINVAL ?
				   "the password cannot be used" :
				   "out of memory");
		return GSASL_AUTHENTICATION_ERROR;
	}
	for (size_t i = 0; i < AUTH_HASH_LEN; i++) {
		hex[2 * i] = digits[client->salted.key[i] >> 4];
		hex[2 * i + 1] = digits[client->salted.key[i] & 15];
	}
	hex[AUTH_HASH_HEX - 1] = '\0';
	rc = gsasl_property_set(client->exchange.session,
				GSASL_SCRAM_SALTED_PASSWORD, hex);
	OPENSSL_cleanse(hex, sizeof(hex));
	return rc;
}

static int auth_client_ask(struct auth_exchange *exchange,
			   Gsasl_property property)
{
	struct auth_client *client = (struct auth_client *)exchange;

	switch (property) {
	case GSASL_ANONYMOUS_TOKEN:
		return gsasl_property_set(exchange->session, property,
					  ANONYMOUS_TOKEN);
	case GSASL_AUTHZID:
		/* nobody but oneself, unless it is all that is said */
		if (client->mechanism != AUTH_EXTERNAL)
			return GSASL_NO_CALLBACK;
		return gsasl_property_set(exchange->session, property,
					  client->user);
	case GSASL_AUTHID:
		return gsasl_property_set(exchange->session, property,
					  client->user);
	case GSASL_SCRAM_SALTED_PASSWORD:
		return auth_client_ask_salted(client);
	default:
		return GSASL_NO_CALLBACK;
	}
}

struct auth_client *auth_client_new(struct auth *auth,
				    enum auth_mechanism mechanism,
				    const char *user, const char *password,
				    const uint8_t cb[AUTH_CB_LEN],
				    struct auth_salted *salted)
{
	struct auth_client *client = calloc(1, sizeof(*client));
	const char *why;

	if (!client)
		return NULL;
	client->mechanism = mechanism;
	client->exchange.ask = auth_client_ask;
	if (auth_exchange_init(&client->exchange, auth, mechanism, false,
			       cb)) {
		auth_client_free(client);
		return NULL;
	}
	if (mechanism == AUTH_ANONYMOUS)
		return client;
	if (auth_prepare_user(user, client->user, &why))
		auth_exchange_fail(&client->exchange, "the user's name %s",
				   why);
	if (mechanism == AUTH_EXTERNAL)
		return client;
	client->keep = salted;
	if (auth_check_password(password, &why))
		auth_exchange_fail(&client->exchange, "the password %s", why);
	else
		memcpy(client->password, password, strlen(password) + 1);
	return client;
}

/* After the only message: the server goes on, and has nothing to say. */
static enum auth_result auth_client_outcome(struct auth_client *client,
					    size_t in_len, uint8_t **out,
					    size_t *out_len)
{
	*out = NULL;
	*out_len = 0;
	client->exchange.done = true;
	if (!in_len)
		return AUTH_OK;
	auth_exchange_fail(&client->exchange,
			   "the server says more than the mechanism has");
	return AUTH_FAILED;
}

enum auth_result auth_client_step(struct auth_client *client,
				  const uint8_t *in, size_t in_len,
				  uint8_t **out, size_t *out_len)
{
	struct auth_exchange *exchange = &client->exchange;
	enum auth_result result;
	bool first_reason = !exchange->reason[0];

	client->steps++;
	if (client->mechanism != AUTH_SCRAM && client->steps == 2 &&
	    first_reason)
		return auth_client_outcome(client, in_len, out, out_len);
	result = auth_exchange_step(exchange, in, in_len, out, out_len);
	if (result == AUTH_OK && client->mechanism != AUTH_SCRAM)
		return AUTH_MORE;
	if (result == AUTH_OK && client->keep)
		*client->keep = client->salted;
	/* only now, as what has been said already says more */
	if (result == AUTH_FAILED && first_reason && client->steps == 3 &&
	    client->mechanism == AUTH_SCRAM)
		snprintf(exchange->reason, sizeof(exchange->reason),
			 "the server does not prove that it knows the password: it may not be the right server");
	return result;
}

const char *auth_client_reason(const struct auth_client *client)
{
	return client->exchange.reason;
}

void auth_client_free(struct auth_client *client)
{
	if (!client)
		return;
	auth_exchange_uninit(&client->exchange);
	OPENSSL_cleanse(client, sizeof(*client));
	free(client);
}
