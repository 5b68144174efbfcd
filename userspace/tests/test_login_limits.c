// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clients that take long, come often or guess: each costs the server a bounded
 * amount of everything, and others still get in.
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
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "../transportd/ratelimit.h"
#include "login_run.h"

static void test_limits(void **state)
{
	int fd[8], i;
	char byte;

	(void)state;
	/* three of one source at a time, by the table */
	for (i = 0; i < 3; i++)
		fd[i] = begin(1);
	fd[3] = begin(1);
	assert_int_equal(read(fd[3], &byte, 1), 0);
	for (i = 0; i < 4; i++)
		close(fd[i]);
	for (i = 0; i < 20; i++)
		line_turn();
	/* and they are free again */
	connect_peer();
	peer_close(&peer);
	for (i = 0; i < 20; i++)
		line_turn();
}

static void test_guesses_on_open_connections(void **state)
{
	struct ratelimit_settings settings = {
		.failures_max = 1, .window_ms = 60000,
		.concurrent_max = 10, .entries_max = 100,
	};
	struct ratelimit *usual = d.limit;
	struct peer early;
	int i;

	(void)state;
	d.limit = ratelimit_new(&settings);
	assert_non_null(d.limit);
	connect_peer();
	say_hello(1, 12);
	early = peer;
	for (i = 0; i < 2; i++) {
		assert_false(log_in(12, "alice", "incorrect horse"));
		expect_close(SEHUB_WIRE_CLOSE_AUTH, NULL);
	}
	peer = early;
	say_auth(auth_mechanism_name(AUTH_SCRAM), (const uint8_t *)"n,,n=alice,r=abc", 16);
	expect_close(SEHUB_WIRE_CLOSE_BUSY, NULL);
	ratelimit_free(d.limit);
	d.limit = usual;
}

static void test_refusals_are_bounded(void **state)
{
	int i;

	(void)state;
	d.config.max_logins = 2;
	/* those before this test count as well */
	for (i = 0; i < 3 && !peer.is_ended; i++) {
		connect_peer();
		say_hello(2, 12);
		UNTIL(peer.len || peer.is_ended || peer.is_failed);
		peer.is_ended |= !peer.len;
		peer_close(&peer);
	}
	assert_true(peer.is_ended);
	d.config.max_logins = 100;
}

static bool is_closed(int fd)
{
	char byte;

	return !read(fd, &byte, 1);
}

static void test_silent_peers(void **state)
{
	struct ratelimit_settings settings = {
		.failures_max = 2, .window_ms = 60000,
		.concurrent_max = 10, .entries_max = 100,
	};
	struct ratelimit *usual = d.limit;
	uint64_t began;
	int fd[6], i;

	(void)state;
	d.limit = ratelimit_new(&settings);
	assert_non_null(d.limit);
	d.config.max_logins = 4;
	for (i = 0; i < 4; i++)
		fd[i] = begin(1);
	/* there are four at a time, and each has a chance */
	fd[4] = begin(1);
	assert_true(is_closed(fd[4]));
	close(fd[4]);
	for (began = uv_hrtime(); uv_hrtime() - began < 3200000000;)
		line_turn();
	fd[4] = begin(1);
	assert_true(is_closed(fd[0]));
	assert_false(is_closed(fd[1]));
	assert_false(is_closed(fd[4]));
	/* who held a place for long has failed */
	for (i = 0; i < 5; i++)
		close(fd[i]);
	for (i = 0; i < 20; i++)
		line_turn();
	fd[5] = begin(1);
	assert_true(is_closed(fd[5]));
	close(fd[5]);
	d.config.max_logins = 100;
	ratelimit_free(d.limit);
	d.limit = usual;
}

static void test_deadline(void **state)
{
	(void)state;
	d.config.login_timeout_ms = 300;
	connect_peer();
	say_hello(1, 12);
	expect_close(SEHUB_WIRE_CLOSE_TIMEOUT, "the login took too long");
	d.config.login_timeout_ms = LINE_DEADLINE_MS;
}

static void test_end_while_logging_in(void **state)
{
	(void)state;
	connect_peer();
	say_hello(1, 12);
	logins_free(d.logins);
	expect_close(SEHUB_WIRE_CLOSE_SHUTDOWN, NULL);
	d.logins = logins_new(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_guesses_on_open_connections),
		cmocka_unit_test(test_refusals_are_bounded),
		cmocka_unit_test(test_silent_peers),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_end_while_logging_in),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
