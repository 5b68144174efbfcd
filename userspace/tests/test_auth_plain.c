// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logins without a password: EXTERNAL with a certificate of the user's, and no
 * other; ANONYMOUS where the hub's record says so, and nowhere else; and none of
 * it in the place of a password, nor the other way round.
 *
 * links: transportd/auth.c transportd/auth_server.c transportd/auth_client.c
 * links: transportd/log.c tests/auth_run.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth_run.h"

static const uint8_t first[AUTH_HASH_LEN] = "certificate of carol";
static const uint8_t second[AUTH_HASH_LEN] = "another certificate of carol";
static const uint8_t foreign[AUTH_HASH_LEN] = "certificate of mallory";
/* What is in the place of a certificate that there is not. */
static const uint8_t zeros[AUTH_HASH_LEN];

static struct user carol, anybody;

static int setup(void **state)
{
	memset(&carol, 0, sizeof(carol));
	carol.name = "carol";
	carol.known.cert_count = 2;
	memcpy(carol.known.certs[0], first, AUTH_HASH_LEN);
	memcpy(carol.known.certs[1], second, AUTH_HASH_LEN);
	memset(&anybody, 0, sizeof(anybody));
	anybody.name = "anonymous";
	anybody.known.is_anonymous = true;
	return group_setup(state);
}

static void log_in(struct user *users, enum auth_mechanism mechanism,
		   const char *name, const uint8_t *cert, struct run *result)
{
	struct attempt attempt = {
		.users = users, .mechanism = mechanism, .vlan = VLAN,
		.user = name, .password = PASSWORD, .cert = cert,
		.client_cb = binding, .server_cb = binding,
	};

	run(&attempt, result);
}

/* --- with a certificate --- */

static void test_certificates_of_the_user(void **state)
{
	struct run result;

	(void)state;
	log_in(&carol, AUTH_EXTERNAL, "carol", first, &result);
	assert_int_equal(result.server, AUTH_OK);
	assert_int_equal(result.client, AUTH_OK);
	assert_int_equal(result.steps, 1);
	assert_string_equal(result.user, "carol");
	/* RFC 4422: the name and nothing else, and nothing comes back */
	assert_string_equal(result.client_first, "carol");
	assert_string_equal(result.server_first, "");
	log_in(&carol, AUTH_EXTERNAL, "carol", second, &result);
	assert_int_equal(result.server, AUTH_OK);
}

static void expect_failure(struct user *users, enum auth_mechanism mechanism,
			   const char *name, const uint8_t *cert,
			   const char *reason)
{
	struct run result;

	log_in(users, mechanism, name, cert, &result);
	assert_int_equal(result.server, AUTH_FAILED);
	assert_int_not_equal(result.client, AUTH_OK);
	assert_string_equal(result.server_first, "");
	assert_string_equal(result.server_reason, reason);
}

static void test_other_certificates(void **state)
{
	struct user both = carol;

	(void)state;
	expect_failure(&carol, AUTH_EXTERNAL, "carol", foreign,
		       "the certificate is none of the user's");
	expect_failure(&carol, AUTH_EXTERNAL, "carol", NULL,
		       "no certificate was shown");
	expect_failure(&carol, AUTH_EXTERNAL, "caro", first, "no such user");
	/* one who has none: nothing is like nothing */
	expect_failure(&alice, AUTH_EXTERNAL, "alice", zeros,
		       "the certificate is none of the user's");
	both.known.cert_count = 1;
	expect_failure(&both, AUTH_EXTERNAL, "carol", second,
		       "the certificate is none of the user's");
	/* who lets in anybody does not do so under a name */
	expect_failure(&anybody, AUTH_EXTERNAL, "anonymous", first,
		       "the certificate is none of the user's");
	carol.err = -EIO;
	expect_failure(&carol, AUTH_EXTERNAL, "carol", first,
		       "user database: Input/output error");
	carol.err = 0;
}

static void test_names_of_certificates(void **state)
{
	struct run result;

	(void)state;
	/* composed and decomposed forms are one name */
	carol.name = "J\xc3\xbcrgen";
	log_in(&carol, AUTH_EXTERNAL, "Ju\xcc\x88rgen", first, &result);
	assert_int_equal(result.server, AUTH_OK);
	assert_string_equal(result.user, "J\xc3\xbcrgen");
	carol.name = "carol";
	/* one that cannot be is not even said */
	log_in(&carol, AUTH_EXTERNAL, "a\nb", first, &result);
	assert_int_equal(result.client, AUTH_FAILED);
	assert_string_equal(result.client_reason,
			    "the user's name is not UTF-8, or has control characters");
	assert_int_equal(result.steps, 0);
}

/* --- as anybody --- */

static void test_anonymous(void **state)
{
	struct run result;

	(void)state;
	anybody.asked = 0;
	log_in(&anybody, AUTH_ANONYMOUS, NULL, NULL, &result);
	assert_int_equal(result.server, AUTH_OK);
	assert_int_equal(result.client, AUTH_OK);
	assert_int_equal(result.steps, 1);
	assert_string_equal(result.user, "anonymous");
	assert_int_equal(anybody.asked, 1);
}

static void test_anonymous_where_it_is_not_allowed(void **state)
{
	struct user named;

	(void)state;
	expect_failure(&alice, AUTH_ANONYMOUS, NULL, NULL, "no such user");
	/* somebody who is called so, and has a password or a certificate */
	make_user(&named, "anonymous", PASSWORD);
	expect_failure(&named, AUTH_ANONYMOUS, NULL, NULL,
		       "the user is not for anybody");
	named = carol;
	named.name = "anonymous";
	expect_failure(&named, AUTH_ANONYMOUS, NULL, first,
		       "the user is not for anybody");
	anybody.err = -EIO;
	expect_failure(&anybody, AUTH_ANONYMOUS, NULL, NULL,
		       "user database: Input/output error");
	anybody.err = 0;
}

/* --- instead of a password --- */

/* A name without a password is nobody's to who tries one. */
static void test_no_password_to_guess(void **state)
{
	struct run without, unknown;

	(void)state;
	log_in(&carol, AUTH_SCRAM, "carol", first, &without);
	log_in(&carol, AUTH_SCRAM, "cesar", first, &unknown);
	assert_int_equal(without.server, AUTH_FAILED);
	assert_int_equal(without.steps, 2);
	assert_int_equal(without.steps, unknown.steps);
	assert_int_equal(strlen(without.server_first),
			 strlen(unknown.server_first));
	assert_non_null(strstr(without.server_first, ",i=15000"));
	assert_string_equal(without.server_reason, "the user has no password");
	log_in(&anybody, AUTH_SCRAM, "anonymous", NULL, &without);
	assert_int_equal(without.server, AUTH_FAILED);
	assert_int_equal(without.steps, 2);
}

/* The verifier of a user that has no password is all zero, as are its keys. */
static void test_no_password_is_not_an_empty_one(void **state)
{
	struct auth_client *client;
	uint8_t *out;
	size_t len;

	(void)state;
	client = auth_client_new(auth, AUTH_SCRAM, "carol", "", binding, NULL);
	assert_int_equal(auth_client_step(client, NULL, 0, &out, &len),
			 AUTH_FAILED);
	assert_string_equal(auth_client_reason(client),
			    "the password is empty");
	auth_client_free(client);
}

static void test_both(void **state)
{
	struct run result;

	(void)state;
	make_user(&carol, "carol", PASSWORD);
	carol.known.cert_count = 1;
	memcpy(carol.known.certs[0], first, AUTH_HASH_LEN);
	log_in(&carol, AUTH_SCRAM, "carol", NULL, &result);
	assert_int_equal(result.client, AUTH_OK);
	log_in(&carol, AUTH_EXTERNAL, "carol", first, &result);
	assert_int_equal(result.client, AUTH_OK);
	log_in(&carol, AUTH_EXTERNAL, "carol", foreign, &result);
	assert_int_equal(result.server, AUTH_FAILED);
}

/* --- peers that break the rules --- */

static enum auth_result server_says(enum auth_mechanism mechanism,
				    const void *message, size_t len,
				    unsigned int times)
{
	struct auth_line line = { .vlan = VLAN, .has_cert = true };
	struct user *users = mechanism == AUTH_ANONYMOUS ? &anybody : &carol;
	struct auth_server *server;
	enum auth_result result = AUTH_MORE;
	size_t out_len;
	uint8_t *out;

	memcpy(line.cert, first, sizeof(line.cert));
	server = auth_server_new(auth, mechanism, &line, lookup, users);
	assert_non_null(server);
	while (times--) {
		result = auth_server_step(server, message, len, &out,
					  &out_len);
		assert_null(out);
	}
	auth_server_free(server);
	return result;
}

static void test_hostile_clients(void **state)
{
	static char text[AUTH_INPUT_MAX + 2];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(server_says(AUTH_EXTERNAL, "carol", 5, 1), AUTH_OK);
	assert_int_equal(server_says(AUTH_EXTERNAL, "carol", 5, 2),
			 AUTH_FAILED);
	assert_int_equal(server_says(AUTH_EXTERNAL, "", 0, 1), AUTH_FAILED);
	assert_int_equal(server_says(AUTH_EXTERNAL, "carol\0", 6, 1),
			 AUTH_FAILED);
	assert_int_equal(server_says(AUTH_EXTERNAL, "carol\xff", 6, 1),
			 AUTH_FAILED);
	assert_int_equal(server_says(AUTH_EXTERNAL, text, 4096, 1),
			 AUTH_FAILED);
	assert_int_equal(server_says(AUTH_EXTERNAL, text, 4097, 1),
			 AUTH_FAILED);
	assert_int_equal(server_says(AUTH_ANONYMOUS, "x", 1, 1), AUTH_OK);
	assert_int_equal(server_says(AUTH_ANONYMOUS, "x", 1, 2), AUTH_FAILED);
	assert_int_equal(server_says(AUTH_ANONYMOUS, "", 0, 1), AUTH_FAILED);
	assert_int_equal(server_says(AUTH_ANONYMOUS, "a\0b", 3, 1),
			 AUTH_FAILED);
	assert_int_equal(server_says(AUTH_ANONYMOUS, text, 4097, 1),
			 AUTH_FAILED);
}

/* After its one message the client waits for a word, an empty one. */
static void test_hostile_servers(void **state)
{
	static const enum auth_mechanism all[] = {
		AUTH_EXTERNAL, AUTH_ANONYMOUS,
	};
	struct auth_client *client;
	uint8_t *out;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		client = auth_client_new(auth, all[i], "carol", NULL, binding,
					 NULL);
		assert_int_equal(auth_client_step(client, NULL, 0, &out,
						  &len), AUTH_MORE);
		assert_true(len > 0);
		free(out);
		assert_int_equal(auth_client_step(client,
						  (const uint8_t *)"v=x", 3,
						  &out, &len), AUTH_FAILED);
		assert_null(out);
		assert_string_equal(auth_client_reason(client),
				    "the server says more than the mechanism has");
		assert_int_equal(auth_client_step(client,
						  (const uint8_t *)"", 0,
						  &out, &len), AUTH_FAILED);
		auth_client_free(client);
	}
}

static void test_names_of_mechanisms(void **state)
{
	static const char *const none[] = {
		"", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS ",
		"external", "EXTERNA", "ANONYMOUSLY", "EXTERNAL ANONYMOUS",
	};

	(void)state;
	for (int i = 0; i < AUTH_MECHANISMS; i++) {
		const char *name = auth_mechanism_name(i);

		assert_int_equal(auth_mechanism_find((const uint8_t *)name,
						     strlen(name)), i);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(auth_mechanism_find((const uint8_t *)none[i],
						     strlen(none[i])),
				 AUTH_MECHANISMS);
	assert_int_equal(auth_mechanism_find(NULL, 0), AUTH_MECHANISMS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_certificates_of_the_user),
		cmocka_unit_test(test_other_certificates),
		cmocka_unit_test(test_names_of_certificates),
		cmocka_unit_test(test_anonymous),
		cmocka_unit_test(test_anonymous_where_it_is_not_allowed),
		cmocka_unit_test(test_no_password_to_guess),
		cmocka_unit_test(test_no_password_is_not_an_empty_one),
		cmocka_unit_test(test_hostile_clients),
		cmocka_unit_test(test_hostile_servers),
		cmocka_unit_test(test_names_of_mechanisms),
		cmocka_unit_test(test_both),
	};

	return cmocka_run_group_tests(tests, setup, group_teardown);
}
