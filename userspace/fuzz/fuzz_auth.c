// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both sides of a login. Input: a byte that chooses the peer, by its two lowest
 * bits, and the mechanism, by what is above them (0 is by password, 1 by
 * certificate, 2 as anybody); then
 *
 *   0: messages to the server, each behind its length of 16 bits, given as they
 *	are; none of them may be a login, unless it is what the mechanism has
 *   1: changes to a true client's messages, 4 bytes each: which message, where
 *	(16 bits), and what to xor there; without any it is a login
 *   2: messages to a client, as with 0; none of them may make it believe that
 *	the server knows its password
 *
 * links: transportd/auth.c transportd/auth_server.c transportd/auth_client.c
 * links: transportd/log.c
 */
#include <errno.h>
#include <stdbool.h>

#include "auth.h"
#include "fuzz.h"
#include "log.h"

#define MESSAGES_MAX	6

static const uint8_t binding[AUTH_CB_LEN] = "keying material of a connection";
static struct auth *auth;
static struct auth_user alice, anybody;
static struct auth_salted salted;
static const uint8_t cert[AUTH_HASH_LEN] = "what alice has shown";

static int lookup(void *arg, uint16_t vlan, const char *user,
		  struct auth_user *found)
{
	(void)arg;
	MUST(vlan == 12);
	MUST(*user && strlen(user) <= AUTH_USER_MAX);
	if (strcmp(user, "alice") && strcmp(user, "anonymous"))
		return -ENOENT;
	*found = strcmp(user, "alice") ? anybody : alice;
	return 0;
}

/* One message to the server, in a buffer of its length. */
static enum auth_result step(struct auth_server *server, const uint8_t *in,
			     size_t len, uint8_t **out, size_t *out_len)
{
	uint8_t *copy = fuzz_exact(in, len);
	enum auth_result result;

	result = auth_server_step(server, copy, len, out, out_len);
	free(copy);
	MUST(result != AUTH_FAILED || (!*out && !*out_len));
	MUST(result != AUTH_FAILED || auth_server_reason(server)[0]);
	MUST(strlen(auth_server_user(server)) <= AUTH_USER_MAX);
	return result;
}

/* The next message, within what there is; false: there is none. */
static bool next_message(const uint8_t **data, size_t *size,
			 const uint8_t **message, size_t *len)
{
	if (*size < 2)
		return false;
	*len = (size_t)((*data)[0] << 8 | (*data)[1]);
	*size -= 2;
	if (*len > *size)
		*len = *size;
	*message = *data + 2;
	*data = *message + *len;
	*size -= *len;
	return true;
}

/* May a stranger have said this and be let in? */
static bool is_login(enum auth_mechanism mechanism, const char *user)
{
	return (mechanism == AUTH_EXTERNAL && !strcmp(user, "alice")) ||
	       (mechanism == AUTH_ANONYMOUS && !strcmp(user, "anonymous"));
}

static void strangers_messages(struct auth_server *server,
			       enum auth_mechanism mechanism,
			       const uint8_t *data, size_t size)
{
	enum auth_result result;
	const uint8_t *message;
	size_t len, out_len;
	uint8_t *out;
	int i;

	for (i = 0; i < MESSAGES_MAX &&
		    next_message(&data, &size, &message, &len); i++) {
		result = step(server, message, len, &out, &out_len);
		free(out);
		if (result != AUTH_OK)
			continue;
		/* once, and by the first message */
		MUST(!i && is_login(mechanism, auth_server_user(server)));
	}
}

/* A server that does not know the password never gets a client to go on. */
static void false_server(enum auth_mechanism mechanism, const uint8_t *data,
			 size_t size)
{
	struct auth_client *client;
	enum auth_result result;
	const uint8_t *message;
	size_t len, out_len;
	uint8_t *copy, *out;
	int i;

	client = auth_client_new(auth, mechanism, "alice", "right", binding,
				 NULL);
	MUST(client);
	MUST(auth_client_step(client, NULL, 0, &out, &out_len) == AUTH_MORE);
	free(out);
	for (i = 0; i < MESSAGES_MAX &&
		    next_message(&data, &size, &message, &len); i++) {
		copy = fuzz_exact(message, len);
		result = auth_client_step(client, copy, len, &out, &out_len);
		free(copy);
		free(out);
		MUST(result != AUTH_FAILED || auth_client_reason(client)[0]);
		MUST(result != AUTH_OK || (mechanism != AUTH_SCRAM && !i &&
					   !len));
	}
	auth_client_free(client);
}

static bool change(uint8_t *msg, size_t len, int number, const uint8_t *data,
		   size_t size)
{
	bool changed = false;
	size_t at;

	for (; size >= 4 && len; data += 4, size -= 4) {
		if (data[0] % 2 != number)
			continue;
		at = (size_t)(data[1] << 8 | data[2]) % len;
		msg[at] ^= data[3];
		changed |= data[3];
	}
	return changed;
}

/* Both messages of a true client, changed on their way. */
static void changed_messages(struct auth_server *server,
			     enum auth_mechanism mechanism,
			     const uint8_t *data, size_t size)
{
	enum auth_result result = AUTH_MORE;
	uint8_t *said = NULL, *answer = NULL;
	size_t said_len, answer_len = 0;
	struct auth_client *client;
	bool changed = false;
	int number;

	client = auth_client_new(auth, mechanism, "alice", "right", binding,
				 &salted);
	MUST(client);
	for (number = 0; number < 2 && result == AUTH_MORE; number++) {
		result = auth_client_step(client, answer, answer_len, &said,
					  &said_len);
		free(answer);
		answer = NULL;
		if (result == AUTH_FAILED)
			break;
		changed |= change(said, said_len, number, data, size);
		result = step(server, said, said_len, &answer, &answer_len);
		free(said);
	}
	/* what the server proves lets the client keep what took it long */
	if (result == AUTH_OK && !changed) {
		MUST(auth_client_step(client, answer, answer_len, &said,
				      &said_len) == AUTH_OK);
		MUST(!said);
	}
	free(answer);
	auth_client_free(client);

	MUST(changed || result == AUTH_OK);
	MUST(result != AUTH_OK ||
	     !strcmp(auth_server_user(server), mechanism == AUTH_ANONYMOUS ?
		     "anonymous" : "alice"));
}

static void one_login(const uint8_t *data, size_t size)
{
	enum auth_mechanism mechanism = (data[0] >> 2) % AUTH_MECHANISMS;
	struct auth_line line = { .vlan = 12, .has_cert = true };
	struct auth_server *server;

	memcpy(line.cb, binding, sizeof(line.cb));
	memcpy(line.cert, cert, sizeof(line.cert));
	server = auth_server_new(auth, mechanism, &line, lookup, NULL);
	MUST(server);
	if ((data[0] & 3) == 1)
		changed_messages(server, mechanism, data + 1, size - 1);
	else if ((data[0] & 3) == 2)
		false_server(mechanism, data + 1, size - 1);
	else
		strangers_messages(server, mechanism, data + 1, size - 1);
	auth_server_free(server);
}

static void prepare(void)
{
	static const uint8_t secret[AUTH_SECRET_LEN] = "secret";

	if (auth)
		return;
	log_set_level(LOG_LEVEL_ERROR);
	MUST(!auth_new(secret, &auth));
	alice.has_password = true;
	alice.cert_count = 1;
	memcpy(alice.certs[0], cert, sizeof(cert));
	anybody.is_anonymous = true;
	MUST(!auth_make_verifier("right", &alice.verifier));
	one_login((const uint8_t *)"\1", 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	prepare();
	if (size)
		one_login(data, size);
	return 0;
}
