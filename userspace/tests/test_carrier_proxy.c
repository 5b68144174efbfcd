// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streams through proxies: what is said to them, what their answers mean, and
 * which of them end all attempts.
 *
 * links: transportd/carrier.c transportd/carrier_curl.c
 * links: transportd/carrier_env.c transportd/carrier_error.c
 * links: transportd/carrier_negotiate.c transportd/negotiate.c
 * links: transportd/carrier_ssh.c
 * links: transportd/child.c lib/via.c lib/err.c
 * links: transportd/config.c transportd/config_value.c transportd/log.c
 * links: lib/addr.c tests/carrier_run.c tests/proxy_run.c
 */
#include <dlfcn.h>
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

#include "carrier_run.h"
#include "proxy_run.h"
#include "transportd/negotiate.h"

static void test_http_refuses(void **state)
{
	(void)state;
	proxy_fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
		{ 0 } }, false, "the proxy does not allow it (403)");
	proxy_fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, "HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n"),
		{ 0 } }, false, "the proxy cannot reach the server (503)");
	proxy_fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, "HTTP/1.0 500 Unable to connect\r\n\r\n"),
		{ 0 } }, false, "the proxy cannot reach the server (500)");
	proxy_fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, "HTTP/1.1 302 Moved\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n"),
		{ 0 } }, false, "the proxy answered 302 to CONNECT");
	proxy_fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, ""), { 0 } }, false,
		"what is there does not answer as an HTTP proxy does");
	proxy_fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, "SSH-2.0-OpenSSH_9.2\r\n\r\n"), { 0 } }, false,
		"what is there does not answer as an HTTP proxy does");
}

static void test_http_refuses_the_user(void **state)
{
	char why[128];

	(void)state;
	proxy_fails("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_BASIC), HTTP(BASIC, ASKS_BASIC), { 0 } },
		true, "the proxy refuses the user or the password");
	proxy_fails("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, WANTS("Proxy-Authenticate: Nonsense\r\n")),
		{ 0 } },
		true, "the proxy lets nobody in by Basic, Digest, NTLM or Negotiate");
	proxy_fails("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_NEGOTIATE), { 0 } },
		true, "the proxy wants Negotiate alone: name no user for it");

	/* the port is in the advice, which is not known before */
	proxy_go("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, ASKS_BASIC), { 0 } }, false, 10000);
	proxy_end();
	snprintf(why, sizeof(why),
		 "the proxy wants a user: name one as in http://USER@127.0.0.1:%u",
		 proxy.port);
	assert_non_null(strstr(carrier_error, why));
	assert_true(carrier_final);
}

/* libcurl as it is, or as it would be without GSSAPI. */
static bool is_without_negotiate;

curl_version_info_data *curl_version_info(CURLversion age)
{
	static curl_version_info_data data;
	curl_version_info_data *(*real)(CURLversion) =
		dlsym(RTLD_NEXT, "curl_version_info");

	data = *real(age);
	if (is_without_negotiate)
		data.features &= ~CURL_VERSION_SPNEGO;
	return &data;
}

/* What Kerberos says about it is tested with a real one elsewhere. */
static void test_negotiate(void **state)
{
	(void)state;
	setenv("KRB5_CLIENT_KTNAME", "/nowhere/keytab", 1);
	proxy_fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, ASKS_NEGOTIATE), { 0 } }, false,
		": the keytab /nowhere/keytab cannot be read: No such file or directory");
	/* no ticket where nobody asks for it */
	proxy_fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, "HTTP/1.1 403 Forbidden\r\nProxy-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n"),
		{ 0 } }, false, "the proxy does not allow it (403)");
	proxy_works("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, OK), { 0 } });
	/* a user counts for more */
	proxy_works("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, WANTS("Proxy-Authenticate: Negotiate\r\n"
				    "Proxy-Authenticate: Basic realm=\"r\"\r\n")),
		HTTP(BASIC, OK), { 0 } });
	is_without_negotiate = true;
	proxy_fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, ASKS_NEGOTIATE), { 0 } }, true,
		"the proxy wants Negotiate, which libcurl was built without");
	is_without_negotiate = false;
	unsetenv("KRB5_CLIENT_KTNAME");
}

/* What it asked for before it failed is no refusal. */
static void test_http_fails_after_a_question(void **state)
{
	(void)state;
	proxy_fails("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_BASIC), HTTP(BASIC, ""), { 0 } }, false,
		"the proxy closed the connection");
	proxy_fails("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_BASIC),
		HTTP(BASIC, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
		{ 0 } }, false, "the proxy does not allow it (403)");
	proxy_go("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_BASIC), HTTP(BASIC, ""), { 0 } }, true,
		500);
	proxy_end();
	assert_non_null(strstr(carrier_error, ": timed out"));
	assert_false(carrier_final);
}

static void test_http_works(void **state)
{
	(void)state;
	proxy_works("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, OK), { 0 } });
	proxy_works("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, "HTTP/1.0 200 OK\r\nVia: x\r\n\r\n"), { 0 } });
	/* not before it is asked for, as an open proxy would hear it, too */
	proxy_works("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP("Host: server.invalid:443\r\n", OK), { 0 } });
	assert_null(strstr(proxy.heard, "Proxy-Authorization"));
	proxy_works("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_BASIC), HTTP(BASIC, OK), { 0 } });
	/* a password is not sent in the clear where it need not be */
	proxy_works("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_DIGEST),
		HTTP("Proxy-Authorization: Digest username=\"alice\"", OK),
		{ 0 } });
	assert_null(strstr(proxy.heard, "secret"));
	proxy_works("http://WORK%5Calice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_NTLM),
		HTTP("Proxy-Authorization: NTLM TlRMTVNTUAAB",
		     WANTS("Proxy-Authenticate: NTLM TlRMTVNTUAACAAAAAAAAADgAAAAGggEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n")),
		HTTP("Proxy-Authorization: NTLM TlRMTVNTUAAD", OK), { 0 } });
}

static void test_socks5(void **state)
{
	static const struct {
		const char *reply;
		const char *why;
	} refusals[] = {
		{ REPLY5("\1"), "the proxy refused, or cannot reach the server" },
		{ REPLY5("\2"), "the proxy does not allow it" },
		{ REPLY5("\3"), "the proxy cannot reach the server: Network is unreachable" },
		{ REPLY5("\4"), "the proxy cannot reach the server: no such host, or no route to it" },
		{ REPLY5("\5"), "the proxy cannot reach the server: Connection refused" },
		{ REPLY5("\6"), "the proxy cannot reach the server: it does not answer" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		proxy_fails("socks5h://127.0.0.1:PORT", "", (struct step[]){
			SOCKS("\5\1\0", "\5\0"),
			{ REQUEST5, sizeof(REQUEST5) - 1, refusals[i].reply,
			  10 },
			{ 0 } }, false, refusals[i].why);
	proxy_fails("socks5h://alice@127.0.0.1:PORT", "secret", (struct step[]){
		SOCKS("\5\2\0\2", "\5\2"),
		SOCKS("\1\5alice\6secret", "\1\1"), { 0 } }, true,
		"the proxy refuses the user or the password");
	proxy_fails("socks5h://alice@127.0.0.1:PORT", "secret", (struct step[]){
		SOCKS("\5\2\0\2", "\5\377"), { 0 } }, true,
		"the proxy refuses the user or the password");
	proxy_fails("socks5h://127.0.0.1:PORT", "", (struct step[]){
		SOCKS("\5\1\0", "HT"), { 0 } }, false,
		"what answers there is no SOCKS proxy of this version");
	proxy_fails("socks5h://127.0.0.1:PORT", "", (struct step[]){
		SOCKS("\5\1\0", ""), { 0 } }, false,
		"the proxy closed the connection");

	proxy_works("socks5h://127.0.0.1:PORT", "", (struct step[]){
		SOCKS("\5\1\0", "\5\0"), SOCKS(REQUEST5, REPLY5("\0")),
		{ 0 } });
	proxy_works("socks5h://alice@127.0.0.1:PORT", "secret", (struct step[]){
		SOCKS("\5\2\0\2", "\5\2"),
		SOCKS("\1\5alice\6secret", "\1\0"),
		SOCKS(REQUEST5, REPLY5("\0")), { 0 } });
}

static void test_socks4(void **state)
{
	(void)state;
	proxy_fails("socks4a://127.0.0.1:PORT", "", (struct step[]){
		SOCKS(REQUEST4A, "\0\133\0\0\0\0\0\0"), { 0 } }, false,
		"the proxy refused, or cannot reach the server");
	proxy_fails("socks4a://bob@127.0.0.1:PORT", "", (struct step[]){
		SOCKS("\4\1\1\273\0\0\0\1bob\0server.invalid\0",
		      "\0\135\0\0\0\0\0\0"), { 0 } }, true,
		"the proxy refuses the user or the password");
	proxy_works("socks4a://127.0.0.1:PORT", "", (struct step[]){
		SOCKS(REQUEST4A, "\0\132\0\0\0\0\0\0"), { 0 } });
}

static void test_name_that_is_looked_up_here(void **state)
{
	static const struct step steps[][2] = {
		{ { 0 } }, { SOCKS("\5\1\0", "\5\0"), { 0 } },
	};
	static const char *const ways[] = {
		"socks4://127.0.0.1:PORT", "socks5://127.0.0.1:PORT",
	};

	(void)state;
	for (int i = 0; i < 2; i++) {
		proxy_go(ways[i], "", steps[i], false, 10000);
		proxy_end();
		assert_int_equal(carrier_fd, -1);
		assert_false(carrier_final);
		/* where no name server answers at all */
		if (!strstr(carrier_error, ": timed out"))
			assert_non_null(strstr(carrier_error,
					       ": the name cannot be resolved here: let the proxy do it, with socks4a:// or socks5h://"));
	}
}

static void test_proxy_out_of_reach(void **state)
{
	char url[64], text[256];
	uint16_t port;

	(void)state;
	close(carrier_listen(AF_INET, &port));
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", port);
	carrier_dial_via(SERVER, SERVER_PORT, url, "", 10000);
	snprintf(text, sizeof(text),
		 "cannot connect to server.invalid:443 through http://127.0.0.1:%u: the proxy cannot be reached: Connection refused",
		 port);
	assert_string_equal(carrier_error, text);
	assert_false(carrier_final);

	carrier_dial_via(SERVER, SERVER_PORT, "socks5h://no-such-proxy.invalid",
			 "", 10000);
	assert_int_equal(carrier_fd, -1);
	assert_true(strstr(carrier_error, "the proxy's name cannot be resolved") ||
		    strstr(carrier_error, "timed out"));
}

static void test_silent_proxy(void **state)
{
	(void)state;
	proxy_go("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, ""), { 0 } }, true, 300);
	proxy_end();
	assert_int_equal(carrier_fd, -1);
	assert_non_null(strstr(carrier_error, ": timed out"));
	proxy_go("socks5h://127.0.0.1:PORT", "", (struct step[]){
		SOCKS("\5\1\0", ""), { 0 } }, true, 300);
	proxy_end();
	assert_int_equal(carrier_fd, -1);
	assert_non_null(strstr(carrier_error, ": timed out"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http_refuses),
		cmocka_unit_test(test_http_refuses_the_user),
		cmocka_unit_test(test_http_fails_after_a_question),
		cmocka_unit_test(test_negotiate),
		cmocka_unit_test(test_http_works),
		cmocka_unit_test(test_socks5),
		cmocka_unit_test(test_socks4),
		cmocka_unit_test(test_name_that_is_looked_up_here),
		cmocka_unit_test(test_proxy_out_of_reach),
		cmocka_unit_test(test_silent_proxy),
	};

	/* as the daemon does */
	if (argc > 1 && !strcmp(argv[1], NEGOTIATE_WORD))
		return negotiate_main(argc - 2, argv + 2);
	return cmocka_run_group_tests(tests, carrier_setup, carrier_teardown);
}
