// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server's side of a login, against a client that knows no password or
 * changes what a true one says. Input: a byte that chooses, then
 *
 *   even: messages, each behind its length of 16 bits, given as they are;
 *	   none of them may be a login
 *   odd:  changes to a true client's messages, 4 bytes each: which message,
 *	   where (16 bits), and what to xor there; without any it is a login
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
static struct auth_verifier verifier;
static struct auth_salted salted;

static int lookup(void *arg, uint16_t vlan, const char *user,
		  struct auth_verifier *found)
{
	(void)arg;
	MUST(vlan == 12);
	MUST(*user && strlen(user) <= AUTH_USER_MAX);
	if (strcmp(user, "alice"))
		return -ENOENT;
	*found = verifier;
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

static void strangers_messages(struct auth_server *server, const uint8_t *data,
			       size_t size)
{
	size_t len, out_len;
	uint8_t *out;
	int i;

	for (i = 0; i < MESSAGES_MAX && size >= 2; i++) {
		len = data[0] << 8 | data[1];
		data += 2;
		size -= 2;
		if (len > size)
			len = size;
		MUST(step(server, data, len, &out, &out_len) != AUTH_OK);
		free(out);
		data += len;
		size -= len;
	}
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
static void changed_messages(struct auth_server *server, const uint8_t *data,
			     size_t size)
{
	enum auth_result result = AUTH_MORE;
	uint8_t *said = NULL, *answer = NULL;
	size_t said_len, answer_len = 0;
	struct auth_client *client;
	bool changed = false;
	int number;

	client = auth_client_new(auth, "alice", "right", binding, &salted);
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
	MUST(result != AUTH_OK || !strcmp(auth_server_user(server), "alice"));
}

static void one_login(const uint8_t *data, size_t size)
{
	struct auth_server *server;

	server = auth_server_new(auth, 12, binding, lookup, NULL);
	MUST(server);
	if (data[0] & 1)
		changed_messages(server, data + 1, size - 1);
	else
		strangers_messages(server, data + 1, size - 1);
	auth_server_free(server);
}

static void prepare(void)
{
	static const uint8_t secret[AUTH_SECRET_LEN] = "secret";

	if (auth)
		return;
	log_set_level(LOG_LEVEL_ERROR);
	MUST(!auth_new(secret, &auth));
	MUST(!auth_make_verifier("right", &verifier));
	one_login((const uint8_t *)"\1", 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	prepare();
	if (size)
		one_login(data, size);
	return 0;
}
