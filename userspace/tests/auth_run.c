// SPDX-License-Identifier: GPL-2.0-or-later
/* See auth_run.h. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth_run.h"

struct auth *auth;
struct user alice;
uint8_t binding[AUTH_CB_LEN];

int lookup(void *arg, uint16_t vlan, const char *name,
	   struct auth_user *found)
{
	struct user *user = arg;

	user->asked++;
	if (user->err)
		return user->err;
	if (vlan != VLAN || strcmp(name, user->name))
		return -ENOENT;
	*found = user->known;
	return 0;
}

void make_user(struct user *user, const char *name, const char *password)
{
	memset(user, 0, sizeof(*user));
	user->name = name;
	user->known.has_password = true;
	assert_int_equal(auth_make_verifier(password, &user->known.verifier),
			 0);
}

int group_setup(void **state)
{
	uint8_t secret[AUTH_SECRET_LEN];

	(void)state;
	memset(secret, 7, sizeof(secret));
	memset(binding, 9, sizeof(binding));
	if (auth_new(secret, &auth))
		return -1;
	make_user(&alice, "alice", PASSWORD);
	return 0;
}

int group_teardown(void **state)
{
	(void)state;
	auth_free(auth);
	return 0;
}

static void keep(char *to, const uint8_t *from, size_t len)
{
	assert_true(len < 512);
	if (len)
		memcpy(to, from, len);
	to[len] = '\0';
}

static struct auth_server *make_server(const struct attempt *attempt)
{
	struct auth_line line = {
		.vlan = attempt->vlan, .has_cert = attempt->cert,
	};
	struct auth_server *server;

	memcpy(line.cb, attempt->server_cb, sizeof(line.cb));
	if (attempt->cert)
		memcpy(line.cert, attempt->cert, sizeof(line.cert));
	server = auth_server_new(auth, attempt->mechanism, &line, lookup,
				 attempt->users);
	assert_non_null(server);
	return server;
}

struct auth_server *alice_server(void)
{
	struct attempt attempt = {
		.users = &alice, .vlan = VLAN, .server_cb = binding,
	};

	return make_server(&attempt);
}

struct auth_client *alice_client(struct auth_salted *salted)
{
	struct auth_client *client;

	client = auth_client_new(auth, AUTH_SCRAM, "alice", PASSWORD, binding,
				 salted);
	assert_non_null(client);
	return client;
}

void run(const struct attempt *attempt, struct run *result)
{
	char *texts[] = { result->client_first, result->server_first,
			  result->client_final, result->server_final };
	struct auth_server *server;
	struct auth_client *client;
	uint8_t *in = NULL, *out;
	size_t in_len = 0, len;

	memset(result, 0, sizeof(*result));
	result->server = AUTH_MORE;
	server = make_server(attempt);
	client = auth_client_new(auth, attempt->mechanism, attempt->user,
				 attempt->password, attempt->client_cb,
				 attempt->salted);
	assert_non_null(client);
	for (unsigned int i = 0; i < 4; i += 2) {
		result->client = auth_client_step(client, in, in_len, &out, &len);
		free(in);
		in = NULL;
		if (result->client != AUTH_MORE)
			break;
		keep(texts[i], out, len);
		result->steps++;
		result->server = auth_server_step(server, out, len, &in, &in_len);
		free(out);
		if (result->server == AUTH_FAILED) {
			assert_null(in);
			break;
		}
		keep(texts[i + 1], in, in_len);
		if (result->server == AUTH_OK)
			break;
	}
	if (result->server == AUTH_OK) {
		result->client = auth_client_step(client, in, in_len, &out, &len);
		assert_null(out);
	}
	free(in);
	strcpy(result->user, auth_server_user(server));
	strcpy(result->server_reason, auth_server_reason(server));
	strcpy(result->client_reason, auth_client_reason(client));
	auth_server_free(server);
	auth_client_free(client);
}

void run_as(const char *user, const char *password, struct run *result)
{
	struct attempt attempt = {
		.users = &alice, .vlan = VLAN, .user = user,
		.password = password, .client_cb = binding,
		.server_cb = binding,
	};

	run(&attempt, result);
}
