// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What users and connections log in with, in the database: passwords,
 * certificates, or nothing; what does not go together is refused, and what is
 * taken away is gone.
 *
 * links: transportd/store.c transportd/store_file.c transportd/store_schema.c transportd/store_user.c
 * links: transportd/store_connection.c transportd/store_check.c
 * links: transportd/auth.c transportd/card.c transportd/log.c lib/via.c
 * links: lib/addr.c tests/store_place.c
 * links: lib/access.c lib/policy.c lib/ethertype.c lib/rate.c lib/err.c
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

#include "store_place.h"

#define HEX16	"0123456789abcdef"
#define ONE	"SHA256:" HEX16 HEX16 HEX16 HEX16
#define TWO	"SHA256:" HEX16 HEX16 HEX16 "fedcba9876543210"

static void expect_error(int result, int err, const char *text)
{
	assert_int_equal(result, err);
	assert_string_equal(error.text, text);
}

static struct store_user user_with(const char *name, const char *certs)
{
	struct store_user user = { .vlan = 12, .grace = -1 };

	strcpy(user.name, name);
	strcpy(user.certs, certs);
	return user;
}

static void look_up(const char *name, struct auth_user *found)
{
	assert_int_equal(store_auth_lookup(store, 12, name, found), 0);
}

/* --- users --- */

static void test_certificates(void **state)
{
	struct store_user user = user_with("carol", ONE "," TWO);
	struct auth_user found;

	(void)state;
	assert_int_equal(store_user_add(store, &user, NULL, &error), 0);
	reopen_store();
	assert_int_equal(store_user_get(store, 12, "carol", &user, &error), 0);
	assert_string_equal(user.certs, ONE "," TWO);
	assert_false(user.has_password);
	assert_false(user.anonymous);
	look_up("carol", &found);
	assert_false(found.has_password);
	assert_int_equal(found.cert_count, 2);
	assert_int_equal(found.certs[0][31], 0xef);
	assert_int_equal(found.certs[1][31], 0x10);

	strcpy(user.certs, TWO);
	assert_int_equal(store_user_set(store, &user, &error), 0);
	look_up("carol", &found);
	assert_int_equal(found.cert_count, 1);
	assert_int_equal(found.certs[0][31], 0x10);
}

/* Both, then each alone. */
static void test_password_and_certificate(void **state)
{
	struct store_user user = user_with("carol", ONE);
	struct auth_user found;

	(void)state;
	assert_int_equal(store_user_add(store, &user, &verifier, &error), 0);
	look_up("carol", &found);
	assert_true(found.has_password);
	assert_int_equal(found.cert_count, 1);
	assert_int_equal(store_user_get(store, 12, "carol", &user, &error), 0);
	user.has_password = false;
	assert_int_equal(store_user_set(store, &user, &error), 0);
	look_up("carol", &found);
	assert_false(found.has_password);
	/* it does not come back by itself */
	user.has_password = true;
	assert_int_equal(store_user_set(store, &user, &error), 0);
	look_up("carol", &found);
	assert_false(found.has_password);
	assert_int_equal(store_user_set_password(store, 12, "carol", &verifier,
						 &error), 0);
	assert_int_equal(store_user_get(store, 12, "carol", &user, &error), 0);
	assert_true(user.has_password);
	user.certs[0] = '\0';
	assert_int_equal(store_user_set(store, &user, &error), 0);
	look_up("carol", &found);
	assert_true(found.has_password);
	assert_int_equal(found.cert_count, 0);
	assert_memory_equal(&found.verifier, &verifier, sizeof(verifier));
}

/* What was kept of a password is not kept any longer than the password. */
static void test_password_that_was_taken_away(void **state)
{
	struct store_user user = user_with("carol", ONE);
	struct auth_verifier none = { .iterations = verifier.iterations };
	struct auth_user found;

	(void)state;
	assert_int_equal(store_user_add(store, &user, &verifier, &error), 0);
	assert_int_equal(store_user_get(store, 12, "carol", &user, &error), 0);
	user.has_password = false;
	assert_int_equal(store_user_set(store, &user, &error), 0);
	look_up("carol", &found);
	assert_memory_equal(&found.verifier, &none, sizeof(none));
}

static void test_anonymous(void **state)
{
	struct store_user user = user_with("anonymous", "");
	struct auth_user found;

	(void)state;
	user.anonymous = true;
	user.max_sessions = 3;
	assert_int_equal(store_user_add(store, &user, NULL, &error), 0);
	reopen_store();
	look_up("anonymous", &found);
	assert_true(found.is_anonymous);
	assert_false(found.has_password);
	assert_int_equal(store_user_get(store, 12, "anonymous", &user, &error),
			 0);
	assert_true(user.anonymous);
	assert_int_equal(user.max_sessions, 3);
	/* another hub has one who is only called so */
	user.vlan = 13;
	user.anonymous = false;
	assert_int_equal(store_user_add(store, &user, &verifier, &error), 0);
	assert_int_equal(store_auth_lookup(store, 13, "anonymous", &found), 0);
	assert_false(found.is_anonymous);
	assert_true(found.has_password);
}

static void test_user_refusals(void **state)
{
	static const char *const bad[] = {
		"SHA256:" HEX16, ONE ",", "," ONE, ONE ",,", ONE TWO,
		ONE " " TWO, "SHA256:" HEX16 HEX16 HEX16 "012345678abzdef",
		ONE "," TWO "," ONE "," TWO "," ONE "," TWO "," ONE "," ONE,
	};
	uint8_t certs[AUTH_CERTS_MAX][AUTH_HASH_LEN];
	struct store_user user = user_with("carol", "");
	size_t i;

	(void)state;
	expect_error(store_user_add(store, &user, NULL, &error), -EINVAL,
		     "the user has neither password nor certificate, and could not log in: give it one");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]) - 1; i++) {
		user = user_with("carol", bad[i]);
		if (store_user_add(store, &user, NULL, &error) != -EINVAL)
			fail_msg("%s", bad[i]);
	}
	/* as many as there may be, and one more */
	assert_int_equal(store_parse_certs(bad[i], certs), AUTH_CERTS_MAX);
	assert_int_equal(store_parse_certs(ONE "," ONE "," ONE "," ONE "," ONE
					   "," ONE "," ONE "," ONE "," ONE,
					   certs), -EINVAL);
	user = user_with("carol", "");
	user.anonymous = true;
	expect_error(store_user_add(store, &user, NULL, &error), -EINVAL,
		     "anonymous: the user has to be called \"anonymous\"");
	user = user_with("anonymous", ONE);
	user.anonymous = true;
	expect_error(store_user_add(store, &user, NULL, &error), -EINVAL,
		     "anonymous: who logs in so has neither password nor certificate");
	user.certs[0] = '\0';
	expect_error(store_user_add(store, &user, &verifier, &error), -EINVAL,
		     "anonymous: who logs in so has neither password nor certificate");
	/* nor can the last of it be taken away */
	user = user_with("carol", ONE);
	assert_int_equal(store_user_add(store, &user, NULL, &error), 0);
	user.certs[0] = '\0';
	assert_int_equal(store_user_set(store, &user, &error), -EINVAL);
}

/* --- connections --- */

static void test_connection_logins(void **state)
{
	struct store_connection cert = connection("cert", "c0"), found;
	struct store_connection anonymous = connection("anybody", "a0");

	(void)state;
	memset(cert.password, 0, sizeof(cert.password));
	cert.login = AUTH_EXTERNAL;
	memset(cert.cert, 'c', sizeof(cert.cert) - 1);
	memset(cert.key, 'k', sizeof(cert.key) - 1);
	assert_int_equal(store_connection_add(store, &cert, &error), 0);
	anonymous.password[0] = '\0';
	anonymous.login = AUTH_ANONYMOUS;
	strcpy(anonymous.user, "anonymous");
	assert_int_equal(store_connection_add(store, &anonymous, &error), 0);
	reopen_store();
	assert_int_equal(store_connection_get(store, "cert", &found, &error),
			 0);
	assert_memory_equal(&found, &cert, sizeof(found));
	store_connection_clear(&found);
	assert_string_equal(found.key, "");
	assert_int_equal(store_connection_get(store, "anybody", &found,
					      &error), 0);
	assert_int_equal(found.login, AUTH_ANONYMOUS);
}

static void test_connection_refusals(void **state)
{
	struct store_connection c = connection("work", "w0");

	(void)state;
	strcpy(c.cert, "c");
	expect_error(store_connection_add(store, &c, &error), -EINVAL,
		     "cert: give certificate and key, or neither");
	strcpy(c.key, "k");
	expect_error(store_connection_add(store, &c, &error), -EINVAL,
		     "cert: give certificate and key, or neither");
	c.login = AUTH_EXTERNAL;
	expect_error(store_connection_add(store, &c, &error), -EINVAL,
		     "password: give only one of password, certificate and anonymous");
	c.password[0] = '\0';
	c.cert[0] = '\0';
	expect_error(store_connection_add(store, &c, &error), -EINVAL,
		     "cert: give certificate and key, or neither");
	c.key[0] = '\0';
	c.login = AUTH_ANONYMOUS;
	expect_error(store_connection_add(store, &c, &error), -EINVAL,
		     "user: an anonymous login has no other than \"anonymous\"");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_certificates),
		TEST(test_password_and_certificate),
		TEST(test_password_that_was_taken_away),
		TEST(test_anonymous),
		TEST(test_user_refusals),
		TEST(test_connection_logins),
		TEST(test_connection_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
