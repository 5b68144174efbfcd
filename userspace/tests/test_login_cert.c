// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logins without a password, over TLS: with a certificate that was proved in the
 * same connection, and as anybody. All that fails looks as a wrong password does.
 *
 * links: tests/login_run.c tests/line.c tests/pem.c transportd/user_rules.c transportd/login.c transportd/events.c transportd/login_auth.c transportd/channel.c
 * links: transportd/tls.c transportd/tls_context.c transportd/cert_pem.c transportd/tls_bytes.c
 * links: transportd/proto.c transportd/cert.c transportd/log.c lib/err.c
 * links: lib/addr.c lib/via.c transportd/auth.c transportd/auth_client.c
 * links: transportd/auth_server.c transportd/ratelimit.c transportd/store.c transportd/store_file.c
 * links: transportd/store_check.c transportd/store_connection.c
 * links: transportd/store_schema.c transportd/store_user.c
 * links: transportd/config.c transportd/config_value.c
 * links: lib/access.c lib/policy.c lib/ethertype.c lib/rate.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "login_run.h"
#include "pem.h"

#define DAY	86400L

static struct pem_pair carols, others, expired, early;
/* What a peer is made from that shows nothing, or one of these. */
static struct tls_context *bare;

static void add(const char *name, const struct pem_pair *pair)
{
	struct store_user user = { .vlan = 12, .grace = -1 };

	strcpy(user.name, name);
	user.anonymous = !pair;
	if (pair)
		sehub_format_fingerprint(pair->hash, user.certs);
	assert_int_equal(store_user_add(d.store, &user, NULL, NULL), 0);
}

static int setup(void **state)
{
	int ret = group_setup(state);

	bare = line_client;
	pem_make(&carols, -DAY, DAY);
	pem_make(&others, -DAY, DAY);
	pem_make(&expired, -DAY, -3600);
	pem_make(&early, DAY, 2 * DAY);
	add("carol", &carols);
	add("old", &expired);
	add("young", &early);
	return ret;
}

/* What peers show from now on; NULL: nothing. */
static void show(const struct pem_pair *pair)
{
	struct tls_client_config config = { .check = TLS_CHECK_FIRST_USE };
	struct sehub_err err;

	if (line_client != bare)
		tls_context_free(line_client);
	line_client = bare;
	if (!pair)
		return;
	config.own_cert = pair->cert;
	config.own_key = pair->key;
	assert_int_equal(tls_context_client(&line_client, &config, &err), 0);
}

static int show_nothing(void **state)
{
	(void)state;
	show(NULL);
	return 0;
}

static void test_right_certificate(void **state)
{
	(void)state;
	show(&carols);
	assert_true(log_in_by(AUTH_EXTERNAL, 12, "carol", NULL));
	assert_string_equal(mechanisms,
			    "SCRAM-SHA-256-PLUS EXTERNAL ANONYMOUS");
	say_attach();
	UNTIL(opened);
	assert_string_equal(opened_user.name, "carol");
	peer_close(&peer);
}

static void test_all_failures_look_alike(void **state)
{
	static const struct {
		const struct pem_pair *shown;
		const char *user;
		uint16_t hub;
	} wrong[] = {
		{ NULL, "carol", 12 }, { &others, "carol", 12 },
		{ &carols, "alice", 12 }, { &carols, "nobody", 12 },
		{ &carols, "carol", 13 }, { &carols, "old", 12 },
		{ &expired, "carol", 12 }, { &carols, "anonymous", 12 },
		{ &carols, "eve", 12 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		show(wrong[i].shown);
		assert_false(log_in_by(AUTH_EXTERNAL, wrong[i].hub,
				       wrong[i].user, NULL));
		expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");
		assert_int_equal(opened, 0);
	}
}

/* What is wrong with a certificate is said to those who have its key. */
static void test_time_of_a_certificate(void **state)
{
	struct proto_msg msg;
	char text[256];

	(void)state;
	show(&expired);
	log_in_by(AUTH_EXTERNAL, 12, "old", NULL);
	expect(SEHUB_WIRE_CLOSE, &msg);
	assert_int_equal(msg.code, SEHUB_WIRE_CLOSE_DENIED);
	proto_text_copy(text, sizeof(text), msg.text);
	assert_memory_equal(text, "the certificate expired on 2", 28);
	peer_close(&peer);
	/* the clocks may be wrong, which does not last */
	show(&early);
	log_in_by(AUTH_EXTERNAL, 12, "young", NULL);
	expect(SEHUB_WIRE_CLOSE, &msg);
	assert_int_equal(msg.code, SEHUB_WIRE_CLOSE_BUSY);
	proto_text_copy(text, sizeof(text), msg.text);
	assert_memory_equal(text, "the certificate is not valid before 2", 37);
	peer_close(&peer);
	assert_int_equal(opened, 0);
}

/* A certificate that is shown does not speak for who logs in otherwise. */
static void test_password_beside_a_certificate(void **state)
{
	(void)state;
	show(&carols);
	assert_true(log_in(12, "alice", PASSWORD));
	peer_close(&peer);
	assert_false(log_in(12, "carol", PASSWORD));
	expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");
	assert_false(log_in_by(AUTH_ANONYMOUS, 12, NULL, NULL));
	expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");
}

/* The mechanism is chosen once. */
static void test_change_of_mechanism(void **state)
{
	(void)state;
	show(&carols);
	connect_peer();
	say_hello(1, 12);
	say_auth("SCRAM-SHA-256-PLUS",
		 (const uint8_t *)"p=tls-exporter,,n=carol,r=abc", 29);
	UNTIL(peer.len);
	assert_int_equal(peer.in[0], SEHUB_WIRE_AUTH);
	peer.len = 0;
	say_auth("EXTERNAL", (const uint8_t *)"carol", 5);
	expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");
	/* and after the end there is nothing more to say */
	assert_true(log_in_by(AUTH_EXTERNAL, 12, "carol", NULL));
	say_auth("EXTERNAL", (const uint8_t *)"old", 3);
	expect_close(SEHUB_WIRE_CLOSE_PROTOCOL, "unexpected AUTH");
	assert_int_equal(opened, 0);
}

static void test_anonymous(void **state)
{
	struct store_user user;

	(void)state;
	assert_false(log_in_by(AUTH_ANONYMOUS, 12, NULL, NULL));
	expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");
	add("anonymous", NULL);
	/* its hub, and no other */
	assert_false(log_in_by(AUTH_ANONYMOUS, 13, NULL, NULL));
	expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");
	assert_true(log_in_by(AUTH_ANONYMOUS, 12, NULL, NULL));
	say_attach();
	UNTIL(opened);
	assert_string_equal(opened_user.name, "anonymous");
	peer_close(&peer);
	/* not as a user with an empty password */
	assert_false(log_in(12, "anonymous", "x"));
	expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");

	/* what holds for users holds here, too */
	assert_int_equal(store_user_get(d.store, 12, "anonymous", &user, NULL),
			 0);
	user.disabled = true;
	assert_int_equal(store_user_set(d.store, &user, NULL), 0);
	log_in_by(AUTH_ANONYMOUS, 12, NULL, NULL);
	expect_close(SEHUB_WIRE_CLOSE_DENIED, "the user may not connect");
	user.disabled = false;
	strcpy(user.sources, "198.51.100.0/24");
	assert_int_equal(store_user_set(d.store, &user, NULL), 0);
	log_in_by(AUTH_ANONYMOUS, 12, NULL, NULL);
	expect_close(SEHUB_WIRE_CLOSE_BUSY,
		     "the user may not connect from this address");
	assert_int_equal(opened, 0);
}

#define TEST(name)	cmocka_unit_test_teardown(name, show_nothing)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_right_certificate),
		TEST(test_all_failures_look_alike),
		TEST(test_time_of_a_certificate),
		TEST(test_password_beside_a_certificate),
		TEST(test_change_of_mechanism),
		TEST(test_anonymous),
	};

	return cmocka_run_group_tests(tests, setup, group_teardown);
}
