// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server's side of a login over TLS, up to the session: who comes in, what
 * others are told, and that nothing tells a wrong user from a wrong password.
 *
 * links: tests/login_run.c tests/line.c transportd/user_rules.c transportd/login.c transportd/events.c transportd/login_auth.c transportd/channel.c
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

static void test_right_password(void **state)
{
	struct store_user user;

	(void)state;
	refuse_with = 0;
	assert_true(log_in(12, "alice", PASSWORD));
	/* without a certificate there is nothing to log in with one for */
	assert_string_equal(mechanisms, "SCRAM-SHA-256-PLUS ANONYMOUS");
	say_attach();
	UNTIL(opened);
	assert_string_equal(opened_user.name, "alice");
	assert_int_equal(opened_user.vlan, 12);
	assert_string_equal(last_client, "a client");
	assert_string_equal(last_carrier, "socks5h");
	assert_int_equal(last.features, SEHUB_WIRE_F_OFFLOAD);
	assert_int_equal(last.listener, 7);
	assert_int_equal(noted[LISTENER_LOGIN], 1);
	assert_int_equal(noted[LISTENER_REFUSED], 0);
	assert_int_equal(last.keepalive, 700);
	assert_int_equal(last.dead_time, 1700);
	peer_close(&peer);
	assert_int_equal(store_user_get(d.store, 12, "alice", &user, NULL), 0);
	assert_true(user.last_login > 0);
}

static void test_refused_by_sessions(void **state)
{
	(void)state;
	refuse_with = SEHUB_WIRE_CLOSE_NO_HUB;
	assert_true(log_in(12, "alice", PASSWORD));
	say_attach();
	expect_close(SEHUB_WIRE_CLOSE_NO_HUB, "not now");
	assert_int_equal(opened, 1);
	assert_int_equal(noted[LISTENER_LOGIN], 0);
	assert_int_equal(noted[LISTENER_REFUSED], 1);
	refuse_with = 0;
}

static void test_all_failures_look_alike(void **state)
{
	static const struct {
		uint16_t hub;
		const char *user, *password;
	} wrong[] = {
		{ 12, "alice", "incorrect horse" },
		{ 12, "nobody", PASSWORD },
		{ 12, "bob", PASSWORD },
		{ 4000, "alice", PASSWORD },
		{ 12, "eve", "incorrect horse" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(log_in(wrong[i].hub, wrong[i].user,
				    wrong[i].password));
		expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");
		assert_int_equal(opened, 0);
		assert_int_equal(noted[LISTENER_REFUSED], 1);
	}
}

static void test_disabled_user_with_right_password(void **state)
{
	(void)state;
	log_in(12, "eve", PASSWORD);
	expect_close(SEHUB_WIRE_CLOSE_DENIED, "the user may not connect");
	assert_int_equal(opened, 0);
}

/* Who has shown the password, and waits until it is worth nothing any more. */
static void test_user_that_changes_meanwhile(void **state)
{
	struct store_user user = { .vlan = 13, .name = "alice" };

	(void)state;
	assert_true(log_in(12, "alice", PASSWORD));
	logins_user_changed(d.logins, &user);
	user.vlan = 12;
	logins_user_changed(d.logins, &user);
	expect_close(SEHUB_WIRE_CLOSE_BUSY,
		     "the user changed meanwhile, try again");
	/* before there is a name */
	connect_peer();
	say_hello(1, 12);
	logins_user_changed(d.logins, &user);
	peer_close(&peer);
}

static void test_other_mechanisms(void **state)
{
	static const uint8_t plain[] = "\0alice\0" PASSWORD;

	(void)state;
	connect_peer();
	say_hello(1, 12);
	say_auth("PLAIN", plain, sizeof(plain) - 1);
	expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");

	connect_peer();
	say_hello(1, 12);
	say_auth("SCRAM-SHA-256", (const uint8_t *)"n,,n=alice,r=abc", 16);
	expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");

	connect_peer();
	say_hello(1, 12);
	say_auth(NULL, plain, 1);
	expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");
}

static void test_resume(void **state)
{
	struct proto_builder b;
	uint8_t buf[128];

	(void)state;
	connect_peer();
	say_hello(1, 12);
	proto_begin(&b, buf, sizeof(buf), SEHUB_WIRE_RESUME);
	proto_put_bytes(&b, SEHUB_WIRE_A_TICKET, ticket, sizeof(ticket));
	proto_put_u64(&b, SEHUB_WIRE_A_RX_COUNT, 77);
	proto_put_u64(&b, SEHUB_WIRE_A_TX_OLDEST, 88);
	put(&b);
	UNTIL(resumed);
	assert_int_equal(last.listener, 7);
	assert_int_equal(noted[LISTENER_LOGIN], 1);
	assert_int_equal(last.vlan, 12);
	assert_int_equal(last.rx_count, 77);
	assert_int_equal(last.tx_oldest, 88);
	assert_int_equal(opened, 0);
	peer_close(&peer);

	/* counts are not optional */
	connect_peer();
	say_hello(1, 12);
	proto_begin(&b, buf, sizeof(buf), SEHUB_WIRE_RESUME);
	proto_put_bytes(&b, SEHUB_WIRE_A_TICKET, ticket, sizeof(ticket));
	put(&b);
	expect_close(SEHUB_WIRE_CLOSE_PROTOCOL, "RESUME: rx-count: missing");
	assert_int_equal(resumed, 0);
}

static void test_order_of_records(void **state)
{
	(void)state;
	connect_peer();
	say_hello(2, 12);
	expect_close(SEHUB_WIRE_CLOSE_VERSION, NULL);

	connect_peer();
	say_hello(1, 0);
	expect_close(SEHUB_WIRE_CLOSE_PROTOCOL, "HELLO: hub: missing");

	/* ATTACH without a login */
	connect_peer();
	say_attach();
	expect_close(SEHUB_WIRE_CLOSE_PROTOCOL, "unexpected ATTACH");
	connect_peer();
	say_hello(1, 12);
	say_attach();
	expect_close(SEHUB_WIRE_CLOSE_PROTOCOL, "unexpected ATTACH");
	assert_int_equal(opened, 0);

	/* frames without a session */
	connect_peer();
	peer_send(&peer, "\x10\0\0\x0e" "aaaaaabbbbbbcc", 18);
	expect_close(SEHUB_WIRE_CLOSE_PROTOCOL, NULL);

	/* unknown control records are passed over */
	connect_peer();
	peer_send(&peer, "\x0d\0\0\x01x", 5);
	say_hello(1, 12);
	peer_send(&peer, "\x01\0\0\x00", 4);
	expect_close(SEHUB_WIRE_CLOSE_PROTOCOL, "unexpected HELLO");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right_password),
		cmocka_unit_test(test_refused_by_sessions),
		cmocka_unit_test(test_all_failures_look_alike),
		cmocka_unit_test(test_disabled_user_with_right_password),
		cmocka_unit_test(test_user_that_changes_meanwhile),
		cmocka_unit_test(test_other_mechanisms),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_order_of_records),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
