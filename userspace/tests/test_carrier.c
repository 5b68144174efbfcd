// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streams by libcurl in a loop: made, refused, named, cancelled.
 *
 * links: transportd/carrier_curl.c transportd/config.c
 * links: transportd/config_value.c transportd/log.c lib/addr.c
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
#include <curl/curl.h>

#include "../transportd/carrier.h"

static uv_loop_t loop;
static struct carriers *carriers;
static unsigned int calls;
static int got_fd;
static char got_address[64], got_error[512];

static int group_setup(void **state)
{
	(void)state;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	/* Not for us: a connection through it would not be direct. */
	setenv("http_proxy", "http://127.0.0.1:9/", 1);
	setenv("all_proxy", "http://127.0.0.1:9/", 1);
	uv_loop_init(&loop);
	carriers = carriers_new(&loop);
	return carriers ? 0 : -1;
}

static int group_teardown(void **state)
{
	(void)state;
	carriers_free(carriers);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	curl_global_cleanup();
	return 0;
}

static void on_done(void *arg, int fd, const char *address, const char *error)
{
	(void)arg;
	calls++;
	got_fd = fd;
	snprintf(got_address, sizeof(got_address), "%s", address);
	snprintf(got_error, sizeof(got_error), "%s", error ? error : "");
}

static void dial(const char *host, uint16_t port)
{
	calls = 0;
	assert_non_null(carrier_connect(carriers, host, port, 5000, on_done,
					NULL));
	while (!calls)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(calls, 1);
}

static int open_listener(int family, uint16_t *port)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = family == AF_INET ? sizeof(in) : sizeof(in6);
	void *addr = family == AF_INET ? (void *)&in : (void *)&in6;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, addr, len)) {
		close(fd);
		return -1;
	}
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, addr, &len), 0);
	*port = ntohs(family == AF_INET ? in.sin_port : in6.sin6_port);
	return fd;
}

static void check_stream(int listener)
{
	int peer = accept(listener, NULL, NULL);
	char buf[4];

	assert_true(peer >= 0);
	assert_true(got_fd >= 0);
	assert_true(fcntl(got_fd, F_GETFL) & O_NONBLOCK);
	/* Nothing was sent on it, and it belongs to us alone. */
	assert_int_equal(write(got_fd, "abc", 3), 3);
	assert_int_equal(read(peer, buf, sizeof(buf)), 3);
	assert_memory_equal(buf, "abc", 3);
	close(got_fd);
	assert_int_equal(read(peer, buf, sizeof(buf)), 0);
	close(peer);
}

static void test_both_families(void **state)
{
	char expected[64];
	uint16_t port;
	int listener;

	(void)state;
	listener = open_listener(AF_INET, &port);
	assert_true(listener >= 0);
	dial("127.0.0.1", port);
	assert_string_equal(got_error, "");
	snprintf(expected, sizeof(expected), "127.0.0.1:%u", port);
	assert_string_equal(got_address, expected);
	check_stream(listener);

	/* by a name, which may have an address where nobody listens */
	dial("localhost", port);
	assert_string_equal(got_error, "");
	check_stream(listener);
	close(listener);

	listener = open_listener(AF_INET6, &port);
	if (listener < 0)
		return;
	dial("::1", port);
	assert_string_equal(got_error, "");
	snprintf(expected, sizeof(expected), "[::1]:%u", port);
	assert_string_equal(got_address, expected);
	check_stream(listener);
	close(listener);
}

static void test_refused(void **state)
{
	char expected[128];
	uint16_t port;

	(void)state;
	close(open_listener(AF_INET, &port));
	dial("127.0.0.1", port);
	assert_int_equal(got_fd, -1);
	snprintf(expected, sizeof(expected),
		 "cannot connect to 127.0.0.1:%u: Connection refused", port);
	assert_string_equal(got_error, expected);
	assert_string_equal(got_address, "");
}

static void test_name_that_is_none(void **state)
{
	(void)state;
	dial("no-such-host.invalid", 443);
	assert_int_equal(got_fd, -1);
	assert_true(!strcmp(got_error, "cannot connect to no-such-host.invalid:443: the name cannot be resolved") ||
		    !strcmp(got_error, "cannot connect to no-such-host.invalid:443: timed out"));
}

static void test_cancelled(void **state)
{
	struct carrier *c;
	uint16_t port;
	int listener, i;

	(void)state;
	calls = 0;
	listener = open_listener(AF_INET, &port);
	c = carrier_connect(carriers, "127.0.0.1", port, 5000, on_done, NULL);
	assert_non_null(c);
	carrier_cancel(c);
	c = carrier_connect(carriers, "no-such-host.invalid", 1, 5000, on_done,
			    NULL);
	assert_non_null(c);
	uv_run(&loop, UV_RUN_NOWAIT);
	carrier_cancel(c);
	for (i = 0; i < 10; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(calls, 0);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_families),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_name_that_is_none),
		cmocka_unit_test(test_cancelled),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
