// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Login over a real TLS 1.3 connection: the right password passes and the
 * exchange is bound to that connection; a wrong password, a user that does
 * not exist and another connection's binding fail, all in the same step and
 * with messages of the same form. Names, passwords and what is kept of them.
 *
 * links: transportd/auth.c transportd/auth_server.c transportd/auth_client.c transportd/cert.c transportd/log.c tests/auth_run.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <gsasl.h>
#include <openssl/ssl.h>

#include "../transportd/cert.h"
#include "auth_run.h"

/* --- a TLS connection in memory --- */

struct tls_pair {
	SSL_CTX *ctx;
	SSL *client, *server;
	uint8_t client_cb[AUTH_CB_LEN], server_cb[AUTH_CB_LEN];
};

static void tls_export(SSL *ssl, uint8_t cb[AUTH_CB_LEN])
{
	static const char label[] = "EXPORTER-Channel-Binding";

	assert_int_equal(SSL_export_keying_material(ssl, cb, AUTH_CB_LEN,
						    label, strlen(label),
						    NULL, 0, 0), 1);
}

static void tls_open(struct tls_pair *pair)
{
	char dir[] = "/tmp/sehub-auth-XXXXXX";
	char certificate[64], key[64];
	struct cert_error error;
	BIO *a, *b;

	assert_non_null(mkdtemp(dir));
	snprintf(certificate, sizeof(certificate), "%s/c", dir);
	snprintf(key, sizeof(key), "%s/k", dir);
	assert_int_equal(cert_ensure(certificate, key, NULL, &error), 0);
	pair->ctx = SSL_CTX_new(TLS_method());
	assert_non_null(pair->ctx);
	SSL_CTX_set_min_proto_version(pair->ctx, TLS1_3_VERSION);
	assert_int_equal(SSL_CTX_use_certificate_chain_file(pair->ctx,
							    certificate), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey_file(pair->ctx, key,
						     SSL_FILETYPE_PEM), 1);
	unlink(certificate);
	unlink(key);
	rmdir(dir);

	pair->client = SSL_new(pair->ctx);
	pair->server = SSL_new(pair->ctx);
	assert_int_equal(BIO_new_bio_pair(&a, 0, &b, 0), 1);
	SSL_set_bio(pair->client, a, a);
	SSL_set_bio(pair->server, b, b);
	SSL_set_connect_state(pair->client);
	SSL_set_accept_state(pair->server);
	for (unsigned int i = 0; i < 10; i++) {
		SSL_do_handshake(pair->client);
		SSL_do_handshake(pair->server);
	}
	assert_true(SSL_is_init_finished(pair->client));
	assert_true(SSL_is_init_finished(pair->server));
	assert_string_equal(SSL_get_version(pair->server), "TLSv1.3");
	tls_export(pair->client, pair->client_cb);
	tls_export(pair->server, pair->server_cb);
}

static void tls_close(struct tls_pair *pair)
{
	SSL_free(pair->client);
	SSL_free(pair->server);
	SSL_CTX_free(pair->ctx);
}

static void test_login_over_tls(void **state)
{
	struct attempt attempt = {
		.users = &alice, .vlan = VLAN, .user = "alice",
		.password = PASSWORD,
	};
	struct tls_pair pair;
	struct run result;

	(void)state;
	tls_open(&pair);
	assert_memory_equal(pair.client_cb, pair.server_cb, AUTH_CB_LEN);
	attempt.client_cb = pair.client_cb;
	attempt.server_cb = pair.server_cb;
	run(&attempt, &result);
	assert_int_equal(result.server, AUTH_OK);
	assert_int_equal(result.client, AUTH_OK);
	assert_string_equal(result.user, "alice");
	/* the -PLUS form, with the binding of RFC 9266 */
	assert_memory_equal(result.client_first, "p=tls-exporter,,n=alice,r=",
			    26);
	assert_memory_equal(result.client_final, "c=cD10bHMtZXhwb3J0ZXIsL", 23);
	tls_close(&pair);
}

/* Somebody in the middle has two connections, and so two bindings. */
static void test_man_in_the_middle(void **state)
{
	struct attempt attempt = {
		.users = &alice, .vlan = VLAN, .user = "alice",
		.password = PASSWORD,
	};
	struct tls_pair one, two;
	struct run result;

	(void)state;
	tls_open(&one);
	tls_open(&two);
	attempt.client_cb = one.client_cb;
	attempt.server_cb = two.server_cb;
	run(&attempt, &result);
	assert_int_equal(result.server, AUTH_FAILED);
	assert_int_equal(result.client, AUTH_MORE);
	assert_int_equal(result.steps, 2);
	tls_close(&one);
	tls_close(&two);
}

static size_t salt_length(const char *server_first)
{
	const char *salt = strstr(server_first, ",s=");

	assert_non_null(salt);
	return strcspn(salt + 3, ",");
}

/* All that fails looks the same to the other side. */
static void test_failures_look_the_same(void **state)
{
	struct run wrong, unknown, hub;
	struct attempt other_hub = {
		.users = &alice, .vlan = VLAN + 1, .user = "alice",
		.password = PASSWORD, .client_cb = binding,
		.server_cb = binding,
	};

	(void)state;
	run_as("alice", "wrong", &wrong);
	run_as("mallo", PASSWORD, &unknown);
	run(&other_hub, &hub);

	assert_int_equal(wrong.server, AUTH_FAILED);
	assert_int_equal(unknown.server, AUTH_FAILED);
	assert_int_equal(hub.server, AUTH_FAILED);
	assert_int_equal(wrong.steps, 2);
	assert_int_equal(unknown.steps, 2);
	assert_int_equal(hub.steps, 2);
	assert_int_equal(strlen(wrong.server_first),
			 strlen(unknown.server_first));
	assert_int_equal(strlen(wrong.server_first), strlen(hub.server_first));
	assert_int_equal(salt_length(wrong.server_first),
			 salt_length(unknown.server_first));
	assert_non_null(strstr(wrong.server_first, ",i=15000"));
	assert_non_null(strstr(unknown.server_first, ",i=15000"));
	assert_non_null(strstr(hub.server_first, ",i=15000"));
	/* this side's log may know */
	assert_string_not_equal(wrong.server_reason, "");
	assert_string_equal(unknown.server_reason, "no such user");
	assert_string_equal(hub.server_reason, "no such user");
	assert_string_equal(wrong.user, "alice");
	assert_string_equal(unknown.user, "mallo");
}

static void expect_same_salt(const struct run *a, const struct run *b,
			     bool same)
{
	const char *sa = strstr(a->server_first, ",s=");
	const char *sb = strstr(b->server_first, ",s=");

	assert_non_null(sa);
	assert_non_null(sb);
	assert_int_equal(!strcmp(sa, sb), same);
}

/* A name that is nobody's has a salt that stays, as a real one has. */
static void test_salts_of_nobody(void **state)
{
	struct run a, b, other, hub;
	struct attempt other_hub = {
		.users = &alice, .vlan = VLAN + 1, .user = "nobody",
		.password = "x", .client_cb = binding, .server_cb = binding,
	};

	(void)state;
	run_as("nobody", "x", &a);
	run_as("nobody", "y", &b);
	run_as("nobodz", "x", &other);
	run(&other_hub, &hub);
	expect_same_salt(&a, &b, true);
	expect_same_salt(&a, &other, false);
	expect_same_salt(&a, &hub, false);
}

/* Another installation gives nobody another salt; the same gives the same. */
static void test_salts_depend_on_secret(void **state)
{
	uint8_t secret[AUTH_SECRET_LEN];
	struct auth *saved = auth;
	struct run a, b, c;

	(void)state;
	run_as("nobody", "x", &a);
	memset(secret, 8, sizeof(secret));
	assert_int_equal(auth_new(secret, &auth), 0);
	run_as("nobody", "x", &b);
	auth_free(auth);
	memset(secret, 7, sizeof(secret));
	assert_int_equal(auth_new(secret, &auth), 0);
	run_as("nobody", "x", &c);
	auth_free(auth);
	auth = saved;
	expect_same_salt(&a, &b, false);
	expect_same_salt(&a, &c, true);
}

static void test_database_error(void **state)
{
	struct user broken = { .name = "alice", .err = -EIO };
	struct attempt attempt = {
		.users = &broken, .vlan = VLAN, .user = "alice",
		.password = PASSWORD, .client_cb = binding,
		.server_cb = binding,
	};
	struct run result;

	(void)state;
	run(&attempt, &result);
	assert_int_equal(result.server, AUTH_FAILED);
	assert_int_equal(result.steps, 2);
	assert_int_equal(broken.asked, 1);
	assert_string_equal(result.server_reason,
			    "user database: Input/output error");
}

/* Composed and decomposed forms are one name and one password. */
static void test_unicode(void **state)
{
	static const struct {
		const char *stored, *typed;
	} names[] = {
		{ "J\xc3\xbcrgen", "Ju\xcc\x88rgen" },
		{ "a,b=c", "a,b=c" },
		{ "\xe2\x98\x83", "\xe2\x98\x83" },
		{ "' OR 1=1 --", "' OR 1=1 --" },
		{ "1234567890123456789012345678901234567890123456789012345678901234",
		  "1234567890123456789012345678901234567890123456789012345678901234" },
	};
	char name[AUTH_USER_MAX + 1];
	struct run result;
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct user user;
		struct attempt attempt = {
			.users = &user, .vlan = VLAN, .user = names[i].typed,
			.password = "pa\xcc\x88ss \xf0\x9f\x90\x9d",
			.client_cb = binding, .server_cb = binding,
		};

		assert_int_equal(auth_prepare_user(names[i].typed, name,
						   &why), 0);
		assert_string_equal(name, names[i].stored);
		make_user(&user, name, "p\xc3\xa4ss \xf0\x9f\x90\x9d");
		run(&attempt, &result);
		assert_int_equal(result.server, AUTH_OK);
		assert_int_equal(result.client, AUTH_OK);
		assert_string_equal(result.user, names[i].stored);
	}
}

static void test_names(void **state)
{
	static const struct {
		const char *name, *why;
	} bad[] = {
		{ "", "is empty" },
		{ "a\nb", "is not UTF-8, or has control characters" },
		{ "a\x7f", "is not UTF-8, or has control characters" },
		{ "a\xff", "is not UTF-8, or has control characters" },
		{ "a\xc2\x85", "is not UTF-8, or has control characters" },
		{ "\xc0\x80", "is not UTF-8, or has control characters" },
		{ "\xed\xa0\x80", "is not UTF-8, or has control characters" },
		{ "12345678901234567890123456789012345678901234567890123456789012345",
		  "is longer than 64 bytes" },
		/* one character that SASLprep turns into nothing */
		{ "\xc2\xad", "is empty" },
		/* not in Unicode 3.2, on which SASLprep stands */
		{ "\xf0\x9f\x90\x9d",
		  "has characters that names may not have" },
		/* mixed directions */
		{ "\xd7\x90z", "has characters that names may not have" },
	};
	char out[AUTH_USER_MAX + 1];
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(auth_prepare_user(bad[i].name, out, &why),
				 -EINVAL);
		assert_string_equal(why, bad[i].why);
		assert_string_equal(out, "");
	}
	assert_int_equal(auth_prepare_user("A b", out, NULL), 0);
}

static void test_passwords(void **state)
{
	struct auth_verifier verifier;
	const char *why;
	char text[300];

	(void)state;
	assert_int_equal(auth_check_password("", &why), -EINVAL);
	assert_string_equal(why, "is empty");
	memset(text, 'x', sizeof(text));
	text[257] = '\0';
	assert_int_equal(auth_check_password(text, &why), -EINVAL);
	assert_string_equal(why, "is longer than 256 bytes");
	assert_int_equal(auth_make_verifier(text, &verifier), -EINVAL);
	text[256] = '\0';
	assert_int_equal(auth_check_password(text, &why), 0);
	assert_int_equal(auth_check_password("a\xff", NULL), -EINVAL);
	assert_int_equal(auth_check_password("\xc2\xad", &why), -EINVAL);
	assert_string_equal(why, "has no visible character");
}

/* Our verifier is what the library would have made. */
static void test_verifier_is_standard(void **state)
{
	char salted[32], client_key[32], server_key[32], stored_key[32];
	struct auth_verifier one, two;

	(void)state;
	assert_int_equal(auth_make_verifier(PASSWORD, &one), 0);
	assert_int_equal(gsasl_scram_secrets_from_password(
				 GSASL_HASH_SHA256, PASSWORD, one.iterations,
				 (char *)one.salt, sizeof(one.salt), salted,
				 client_key, server_key, stored_key),
			 GSASL_OK);
	assert_memory_equal(one.stored_key, stored_key, 32);
	assert_memory_equal(one.server_key, server_key, 32);
	assert_int_equal(one.iterations, AUTH_ITERATIONS);
	/* salted: the same password twice shows nothing in common */
	assert_int_equal(auth_make_verifier(PASSWORD, &two), 0);
	assert_memory_not_equal(one.salt, two.salt, sizeof(one.salt));
	assert_memory_not_equal(one.stored_key, two.stored_key, 32);
}

static void test_kept_salted_password(void **state)
{
	struct auth_salted salted = { 0 };
	struct attempt attempt = {
		.users = &alice, .vlan = VLAN, .user = "alice",
		.password = PASSWORD, .client_cb = binding,
		.server_cb = binding, .salted = &salted,
	};
	struct run result;

	(void)state;
	/* nothing is kept of a login that failed */
	attempt.password = "wrong";
	run(&attempt, &result);
	assert_int_equal(salted.iterations, 0);

	attempt.password = PASSWORD;
	run(&attempt, &result);
	assert_int_equal(result.client, AUTH_OK);
	assert_int_equal(salted.iterations, AUTH_ITERATIONS);
	assert_int_equal(salted.salt_len, AUTH_SALT_LEN);
	assert_memory_equal(salted.salt, alice.known.verifier.salt,
			    AUTH_SALT_LEN);

	/* it is used: the password given beside it no longer matters */
	attempt.password = "wrong";
	run(&attempt, &result);
	assert_int_equal(result.client, AUTH_OK);

	/* another salt at the server: it is not */
	make_user(&alice, "alice", PASSWORD);
	run(&attempt, &result);
	assert_int_equal(result.server, AUTH_FAILED);
	attempt.password = PASSWORD;
	run(&attempt, &result);
	assert_int_equal(result.client, AUTH_OK);

	auth_salted_clear(&salted);
	assert_int_equal(salted.iterations, 0);
}

static void test_client_refuses_bad_credentials(void **state)
{
	struct auth_client *client;
	uint8_t *out;
	size_t len;

	(void)state;
	client = auth_client_new(auth, AUTH_SCRAM, "", "x", binding, NULL);
	assert_int_equal(auth_client_step(client, NULL, 0, &out, &len),
			 AUTH_FAILED);
	assert_string_equal(auth_client_reason(client),
			    "the user's name is empty");
	auth_client_free(client);
	client = auth_client_new(auth, AUTH_SCRAM, "x", "", binding, NULL);
	assert_int_equal(auth_client_step(client, NULL, 0, &out, &len),
			 AUTH_FAILED);
	assert_string_equal(auth_client_reason(client),
			    "the password is empty");
	auth_client_free(client);
}

static void test_context_without_secret(void **state)
{
	struct auth_line line = { .vlan = VLAN };
	struct auth *clients;

	(void)state;
	assert_int_equal(auth_new(NULL, &clients), 0);
	assert_null(auth_server_new(clients, AUTH_SCRAM, &line, lookup,
				    &alice));
	auth_free(clients);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_login_over_tls),
		cmocka_unit_test(test_man_in_the_middle),
		cmocka_unit_test(test_failures_look_the_same),
		cmocka_unit_test(test_salts_of_nobody),
		cmocka_unit_test(test_salts_depend_on_secret),
		cmocka_unit_test(test_database_error),
		cmocka_unit_test(test_unicode),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_passwords),
		cmocka_unit_test(test_verifier_is_standard),
		cmocka_unit_test(test_kept_salted_password),
		cmocka_unit_test(test_client_refuses_bad_credentials),
		cmocka_unit_test(test_context_without_secret),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
