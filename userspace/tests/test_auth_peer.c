// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Login with a peer that breaks the rules: messages malformed, changed,
 * repeated, of another kind of binding, a server that asks too little or too
 * much or does not know the password. None gets through, none does harm.
 *
 * links: transportd/auth.c transportd/auth_server.c transportd/auth_client.c transportd/log.c tests/auth_run.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/rand.h>

#include "auth_run.h"

static enum auth_result server_says(const void *in, size_t in_len,
				    char *reason)
{
	struct auth_server *server;
	enum auth_result result;
	uint8_t *out;
	size_t len;

	server = alice_server();
	assert_non_null(server);
	result = auth_server_step(server, in, in_len, &out, &len);
	strcpy(reason, auth_server_reason(server));
	if (result == AUTH_FAILED)
		assert_null(out);
	free(out);
	/* the end is the end */
	if (result == AUTH_FAILED)
		assert_int_equal(auth_server_step(server, in, in_len, &out,
						  &len), AUTH_FAILED);
	auth_server_free(server);
	return result;
}

static void test_bad_client_first(void **state)
{
	static const char * const bad[] = {
		/* no binding, or another kind of it */
		"n,,n=alice,r=abc", "y,,n=alice,r=abc",
		"p=tls-unique,,n=alice,r=abc",
		"p=tls-server-end-point,,n=alice,r=abc",
		/* on behalf of somebody else */
		"p=tls-exporter,a=root,n=alice,r=abc",
		/* broken */
		"p", "p=", "p=tls-exporter", "p=tls-exporter,,",
		"p=tls-exporter,,n=,r=abc", "p=tls-exporter,,n=alice",
		"p=tls-exporter,,n=alice,r=", "p=tls-exporter,,r=abc",
		"p=tls-exporter,,m=x,n=alice,r=abc",
		"p=tls-exporter,,n=al\xffice,r=abc", ",,,,,,", "=",
	};
	static const char nul[] = "p=tls-exporter,,n=alice\0,r=abc";
	char reason[128], text[AUTH_INPUT_MAX + 2];

	(void)state;
	assert_int_equal(server_says("p=tls-exporter,,n=alice,r=abc", 29,
				     reason), AUTH_MORE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (server_says(bad[i], strlen(bad[i]), reason) != AUTH_FAILED)
			fail_msg("taken: %s", bad[i]);
		assert_string_not_equal(reason, "");
	}
	assert_int_equal(server_says(NULL, 0, reason), AUTH_FAILED);
	assert_string_equal(reason, "empty message");
	assert_int_equal(server_says(nul, sizeof(nul) - 1, reason),
			 AUTH_FAILED);
	assert_string_equal(reason, "malformed message");
	memset(text, 'x', sizeof(text));
	memcpy(text, "p=tls-exporter,,n=alice,r=", 26);
	assert_int_equal(server_says(text, AUTH_INPUT_MAX + 1, reason),
			 AUTH_FAILED);
	assert_int_equal(server_says(text, AUTH_INPUT_MAX, reason),
			 AUTH_MORE);
	/* a name that cannot be a user's is just nobody's */
	memcpy(text, "p=tls-exporter,,n=", 18);
	strcpy(text + 300, ",r=abc");
	assert_int_equal(server_says(text, strlen(text), reason), AUTH_MORE);
}

/* A right login, but one byte of one of the client's messages is changed. */
static void run_flipped(unsigned int message, size_t at, uint8_t bits,
			size_t *length, enum auth_result *result)
{
	struct auth_server *server;
	struct auth_client *client;
	uint8_t *in = NULL, *out;
	size_t in_len = 0, len;

	server = alice_server();
	client = alice_client(NULL);
	*result = AUTH_MORE;
	for (unsigned int i = 0; i < 2 && *result == AUTH_MORE; i++) {
		enum auth_result said;

		said = auth_client_step(client, in, in_len, &out, &len);
		free(in);
		in = NULL;
		if (said != AUTH_MORE) {
			/* the client saw another nonce than its own */
			*result = AUTH_FAILED;
			break;
		}
		if (i == message) {
			*length = len;
			if (at < len)
				out[at] ^= bits;
		}
		*result = auth_server_step(server, out, len, &in, &in_len);
		free(out);
	}
	free(in);
	auth_server_free(server);
	auth_client_free(client);
}

static void test_flipped_bits(void **state)
{
	enum auth_result result;
	size_t length = 1;

	(void)state;
	assert_int_equal(auth_make_verifier(PASSWORD, &alice.known.verifier), 0);
	for (unsigned int message = 0; message < 2; message++) {
		for (size_t at = 0; at < length; at++) {
			run_flipped(message, at, (uint8_t)(1 << at % 7),
				    &length, &result);
			/* the last digit's low bits are not part of the proof */
			if (message == 1 && at == length - 2)
				continue;
			if (result != AUTH_FAILED)
				fail_msg("message %u, byte %zu: taken",
					 message, at);
		}
	}
	run_flipped(2, 0, 0, &length, &result);
	assert_int_equal(result, AUTH_OK);
}

/* A proof is good for one exchange only. */
static void test_replay(void **state)
{
	struct auth_server *server;
	struct run first;
	uint8_t *out;
	size_t len;

	(void)state;
	run_as("alice", PASSWORD, &first);
	assert_int_equal(first.server, AUTH_OK);
	server = alice_server();
	assert_int_equal(auth_server_step(server, (uint8_t *)first.client_first,
					  strlen(first.client_first), &out,
					  &len), AUTH_MORE);
	free(out);
	assert_int_equal(auth_server_step(server, (uint8_t *)first.client_final,
					  strlen(first.client_final), &out,
					  &len), AUTH_FAILED);
	auth_server_free(server);
}

/* What a client says to a server-first with this salt and count. */
static enum auth_result client_says(const char *rest, bool own_nonce,
				    char *reason)
{
	struct auth_client *client;
	enum auth_result result;
	char text[1024];
	uint8_t *out;
	size_t len;

	client = alice_client(NULL);
	assert_non_null(client);
	assert_int_equal(auth_client_step(client, NULL, 0, &out, &len),
			 AUTH_MORE);
	assert_true(len < 512 && len > 26);
	snprintf(text, sizeof(text), "r=%.*sx%s", own_nonce ?
		 (int)len - 26 : 3, (char *)out + 26, rest);
	free(out);
	result = auth_client_step(client, (uint8_t *)text, strlen(text), &out,
				  &len);
	strcpy(reason, auth_client_reason(client));
	free(out);
	auth_client_free(client);
	return result;
}

static void test_bad_server_first(void **state)
{
	static const char * const counts[] = {
		",s=AAAA,i=4095", ",s=AAAA,i=1", ",s=AAAA,i=600001",
		",s=AAAA,i=4294967296",
	};
	static const char * const bad[] = {
		",s=AAAA,i=0", ",s=AAAA,i=-5000", ",s=AAAA", ",i=5000",
		",s=,i=5000", ",s=A,i=5000", ",s=!!!!,i=5000",
		",s=AAAA,i=99999999999999999999999999",
		",s=AAAA,i=5000x",
		",s=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,i=5000",
	};
	char reason[128];

	(void)state;
	assert_int_equal(client_says(",s=AAAA,i=4096", true, reason),
			 AUTH_MORE);
	assert_int_equal(client_says(",s=AAAA,i=4096", false, reason),
			 AUTH_FAILED);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		assert_int_equal(client_says(counts[i], true, reason),
				 AUTH_FAILED);
		if (!strstr(reason, "iterations, outside of 4096 to 600000"))
			fail_msg("%s: %s", counts[i], reason);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (client_says(bad[i], true, reason) != AUTH_FAILED)
			fail_msg("taken: %s", bad[i]);
}

/* A server that lets everybody in, but does not know the verifier. */
static void test_false_server(void **state)
{
	static const char * const finals[] = {
		"v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "v=", "",
		"e=other-error", "ok",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(finals) / sizeof(finals[0]); i++) {
		struct auth_salted salted = { 0 };
		struct auth_client *client;
		char text[512];
		uint8_t *out;
		size_t len;

		client = alice_client(&salted);
		assert_int_equal(auth_client_step(client, NULL, 0, &out,
						  &len), AUTH_MORE);
		snprintf(text, sizeof(text), "r=%.*sx,s=AAAA,i=4096",
			 (int)len - 26, (char *)out + 26);
		free(out);
		assert_int_equal(auth_client_step(client, (uint8_t *)text,
						  strlen(text), &out, &len),
				 AUTH_MORE);
		free(out);
		assert_int_equal(auth_client_step(client,
						  (const uint8_t *)finals[i],
						  strlen(finals[i]), &out,
						  &len), AUTH_FAILED);
		assert_non_null(strstr(auth_client_reason(client),
				       "may not be the right server"));
		assert_int_equal(salted.iterations, 0);
		auth_client_free(client);
	}
}

static void test_garbage(void **state)
{
	char reason[128];
	uint8_t bytes[300];

	(void)state;
	for (unsigned int i = 0; i < 2000; i++) {
		size_t len = 1 + i % sizeof(bytes);

		assert_int_equal(RAND_bytes(bytes, (int)len), 1);
		if (i & 1)
			memcpy(bytes, "p=tls-exporter,,n=", len < 18 ? len :
			       18);
		assert_int_not_equal(server_says(bytes, len, reason),
				     AUTH_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_client_first),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_bad_server_first),
		cmocka_unit_test(test_false_server),
		cmocka_unit_test(test_garbage),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
