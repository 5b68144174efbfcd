// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streams by the proxy that the environment names, or straight where it makes
 * an exception, and what is known of the way afterwards.
 *
 * links: transportd/carrier.c transportd/carrier_curl.c
 * links: transportd/carrier_env.c transportd/carrier_error.c
 * links: transportd/carrier_negotiate.c transportd/negotiate.c
 * links: transportd/carrier_ssh.c
 * links: transportd/child.c lib/via.c lib/err.c
 * links: transportd/config.c transportd/config_value.c transportd/log.c
 * links: lib/addr.c tests/carrier_run.c tests/proxy_run.c
 */
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
#include "proxy_run.h"

/* Each kind under each of its names. */
static void test_socks_of_the_environment(void **state)
{
	static const struct {
		const char *scheme;
		enum sehub_via_kind kind;
		struct step steps[STEPS_MAX];
	} cases[] = {
		{ "socks4a", SEHUB_VIA_SOCKS4A, {
			SOCKS(REQUEST4A, "\0\132\0\0\0\0\0\0"), { 0 } } },
		{ "socks5h", SEHUB_VIA_SOCKS5H, {
			SOCKS("\5\1\0", "\5\0"),
			SOCKS(REQUEST5, REPLY5("\0")), { 0 } } },
		{ "SOCKS5H", SEHUB_VIA_SOCKS5H, {
			SOCKS("\5\1\0", "\5\0"),
			SOCKS(REQUEST5, REPLY5("\0")), { 0 } } },
	};
	char url[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		proxy_start(cases[i].steps, true);
		snprintf(url, sizeof(url), "%s://127.0.0.1:%u", cases[i].scheme,
			 proxy.port);
		setenv("https_proxy", url, 1);
		carrier_dial_via(SERVER, SERVER_PORT, "env", "", 10000);
		assert_string_equal(carrier_error, "");
		assert_int_equal(carrier_kind, cases[i].kind);
		proxy_end();
	}
	/* its refusal is one of the proxy */
	proxy_start((struct step[]){ SOCKS("\5\1\0", "\5\377"), { 0 } }, false);
	snprintf(url, sizeof(url), "socks5h://127.0.0.1:%u", proxy.port);
	setenv("https_proxy", url, 1);
	carrier_dial_via(SERVER, SERVER_PORT, "env", "", 10000);
	proxy_end();
	assert_string_equal(carrier_error,
			    "cannot connect to server.invalid:443 as the environment says: the proxy wants a user, or another one");
	unsetenv("https_proxy");
}

static void test_environment(void **state)
{
	static const char *const wrong[] = {
		"htp://alice:secret@127.0.0.1:1", "http://alice:secret@",
		"http://alice:secret@127.0.0.1:99999",
		"http://alice:secret#@127.0.0.1:1",
	};
	char url[128];
	uint16_t port;
	int listener;

	(void)state;
	/* what it says of other schemes does not matter */
	proxy_start((struct step[]){ HTTP(CONNECT, ASKS_BASIC),
				     HTTP(BASIC, OK), { 0 } }, true);
	snprintf(url, sizeof(url), "http://alice:secret@127.0.0.1:%u",
		 proxy.port);
	setenv("https_proxy", url, 1);
	carrier_dial_via(SERVER, SERVER_PORT, "env", "", 10000);
	assert_string_equal(carrier_error, "");
	assert_int_equal(carrier_kind, SEHUB_VIA_HTTP);
	proxy_end();

	/* a user that it refuses is not shown with the password */
	proxy_start((struct step[]){ HTTP(CONNECT, ASKS_BASIC),
				     HTTP(BASIC, ASKS_BASIC), { 0 } }, false);
	snprintf(url, sizeof(url), "http://alice:secret@127.0.0.1:%u",
		 proxy.port);
	setenv("https_proxy", url, 1);
	carrier_dial_via(SERVER, SERVER_PORT, "env", "", 10000);
	proxy_end();
	assert_string_equal(carrier_error,
			    "cannot connect to server.invalid:443 as the environment says: the proxy wants a user, or another one");
	assert_true(carrier_final);

	setenv("https_proxy", "https://alice:secret@127.0.0.1:9", 1);
	carrier_dial_via(SERVER, SERVER_PORT, "env", "", 10000);
	assert_non_null(strstr(carrier_error, "http:// port"));
	assert_true(carrier_final);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		setenv("https_proxy", wrong[i], 1);
		carrier_dial_via(SERVER, SERVER_PORT, "env", "", 10000);
		assert_int_equal(carrier_fd, -1);
		assert_false(carrier_final);
		if (strstr(carrier_error, "secret"))
			fail_msg("%s", carrier_error);
	}

	/* the exceptions hold, but only where the environment decides */
	listener = carrier_listen(AF_INET, &port);
	setenv("https_proxy", "http://127.0.0.1:9", 1);
	setenv("no_proxy", "127.0.0.1", 1);
	carrier_dial_via("127.0.0.1", port, "env", "", 10000);
	assert_string_equal(carrier_error, "");
	assert_int_equal(carrier_kind, SEHUB_VIA_DIRECT);
	close(carrier_fd);
	carrier_dial_via("127.0.0.1", port, "http://127.0.0.1:9", "", 10000);
	assert_non_null(strstr(carrier_error, "the proxy cannot be reached"));
	setenv("https_proxy", "https://127.0.0.1:9", 1);
	carrier_dial_via("127.0.0.1", 9, "env", "", 10000);
	assert_non_null(strstr(carrier_error, ": Connection refused"));
	assert_false(carrier_final);
	/* a proxy and a server on the same port are told apart, too */
	snprintf(url, sizeof(url), "socks5://127.0.0.1:%u", port);
	setenv("https_proxy", url, 1);
	carrier_dial_via("127.0.0.1", port, "env", "", 10000);
	assert_string_equal(carrier_error, "");
	assert_int_equal(carrier_kind, SEHUB_VIA_DIRECT);
	close(carrier_fd);
	unsetenv("no_proxy");

	/* and nothing in it is a straight way */
	unsetenv("https_proxy");
	unsetenv("all_proxy");
	carrier_dial_via("127.0.0.1", port, "env", "", 10000);
	assert_string_equal(carrier_error, "");
	assert_int_equal(carrier_kind, SEHUB_VIA_DIRECT);
	close(carrier_fd);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_socks_of_the_environment),
		cmocka_unit_test(test_environment),
	};

	return cmocka_run_group_tests(tests, carrier_setup, carrier_teardown);
}
