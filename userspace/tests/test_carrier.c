// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streams by libcurl in a loop: made, refused, named, cancelled. What proxies do
 * is in test_carrier_proxy.c.
 *
 * links: transportd/carrier.c transportd/carrier_curl.c
 * links: transportd/carrier_env.c transportd/carrier_error.c
 * links: transportd/carrier_negotiate.c transportd/negotiate.c
 * links: transportd/carrier_ssh.c
 * links: transportd/child.c lib/via.c lib/err.c
 * links: transportd/config.c transportd/config_value.c transportd/log.c
 * links: lib/addr.c tests/carrier_run.c
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "carrier_run.h"

static void check_stream(int listener)
{
	int peer = accept(listener, NULL, NULL);
	char buf[4];

	assert_true(peer >= 0);
	assert_true(carrier_fd >= 0);
	assert_true(fcntl(carrier_fd, F_GETFL) & O_NONBLOCK);
	/* Nothing was sent on it, and it belongs to us alone. */
	assert_int_equal(write(carrier_fd, "abc", 3), 3);
	assert_int_equal(read(peer, buf, sizeof(buf)), 3);
	assert_memory_equal(buf, "abc", 3);
	close(carrier_fd);
	assert_int_equal(read(peer, buf, sizeof(buf)), 0);
	close(peer);
}

static void test_both_families(void **state)
{
	char expected[64];
	uint16_t port;
	int listener;

	(void)state;
	listener = carrier_listen(AF_INET, &port);
	assert_true(listener >= 0);
	carrier_dial("127.0.0.1", port);
	assert_string_equal(carrier_error, "");
	snprintf(expected, sizeof(expected), "127.0.0.1:%u", port);
	assert_string_equal(carrier_address, expected);
	check_stream(listener);

	/* by a name, which may have an address where nobody listens */
	carrier_dial("localhost", port);
	assert_string_equal(carrier_error, "");
	check_stream(listener);
	close(listener);

	listener = carrier_listen(AF_INET6, &port);
	if (listener < 0)
		return;
	carrier_dial("::1", port);
	assert_string_equal(carrier_error, "");
	snprintf(expected, sizeof(expected), "[::1]:%u", port);
	assert_string_equal(carrier_address, expected);
	check_stream(listener);
	close(listener);
}

/* The address that the other side sees. */
static void check_source(int listener, const char *source)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	char text[INET_ADDRSTRLEN];
	int fd;

	assert_string_equal(carrier_error, "");
	fd = accept(listener, (struct sockaddr *)&peer, &len);
	assert_true(fd >= 0);
	inet_ntop(AF_INET, &peer.sin_addr, text, sizeof(text));
	assert_string_equal(text, source);
	close(fd);
	close(carrier_fd);
}

static void expect_no_source(const char *source, uint16_t port,
			     const char *why)
{
	char text[128];

	carrier_source = source;
	carrier_dial("127.0.0.1", port);
	snprintf(text, sizeof(text),
		 "cannot connect to 127.0.0.1:%u: cannot go out from %s: %s",
		 port, source, why);
	assert_string_equal(carrier_error, text);
	assert_false(carrier_final);
}

static void test_source(void **state)
{
	uint16_t port;
	int listener;

	(void)state;
	listener = carrier_listen(AF_INET, &port);
	expect_no_source("192.0.2.77", port, "Cannot assign requested address");
	expect_no_source("nosuch0", port,
			 "no such address or network device");
	expect_no_source("::1", port,
			 "what is there has no address of that family");

	carrier_source = "127.0.0.5";
	carrier_dial("127.0.0.1", port);
	check_source(listener, "127.0.0.5");
	carrier_source = "lo";
	carrier_dial("127.0.0.1", port);
	check_source(listener, "127.0.0.1");
	carrier_source = "";
	close(listener);
}

static void test_refused(void **state)
{
	char expected[128];
	uint16_t port;

	(void)state;
	close(carrier_listen(AF_INET, &port));
	carrier_dial("127.0.0.1", port);
	assert_int_equal(carrier_fd, -1);
	snprintf(expected, sizeof(expected),
		 "cannot connect to 127.0.0.1:%u: Connection refused", port);
	assert_string_equal(carrier_error, expected);
	assert_string_equal(carrier_address, "");
}

static void test_name_that_is_none(void **state)
{
	(void)state;
	carrier_dial("no-such-host.invalid", 443);
	assert_int_equal(carrier_fd, -1);
	assert_true(!strcmp(carrier_error, "cannot connect to no-such-host.invalid:443: the name cannot be resolved") ||
		    !strcmp(carrier_error, "cannot connect to no-such-host.invalid:443: timed out"));
}

static void test_cancelled(void **state)
{
	struct carrier *c;
	uint16_t port;
	int listener, i;

	(void)state;
	carrier_calls = 0;
	listener = carrier_listen(AF_INET, &port);
	c = carrier_begin("127.0.0.1", port, "", "", 5000);
	assert_non_null(c);
	carrier_cancel(c);
	c = carrier_begin("no-such-host.invalid", 1, "", "", 5000);
	assert_non_null(c);
	uv_run(&carrier_loop, UV_RUN_NOWAIT);
	carrier_cancel(c);
	for (i = 0; i < 10; i++)
		uv_run(&carrier_loop, UV_RUN_NOWAIT);
	assert_int_equal(carrier_calls, 0);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_families),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_name_that_is_none),
		cmocka_unit_test(test_cancelled),
	};

	return cmocka_run_group_tests(tests, carrier_setup, carrier_teardown);
}
