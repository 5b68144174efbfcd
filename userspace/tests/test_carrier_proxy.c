// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streams through proxies: what is said to them, what their answers mean, and
 * which of them end all attempts. The proxy is a script of bytes, so that it
 * can say what no real one would.
 *
 * links: transportd/carrier.c transportd/carrier_curl.c
 * links: transportd/carrier_env.c transportd/carrier_error.c
 * links: transportd/carrier_ssh.c
 * links: transportd/child.c lib/via.c lib/err.c
 * links: transportd/config.c transportd/config_value.c transportd/log.c
 * links: lib/addr.c tests/carrier_run.c
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "carrier_run.h"

#define SERVER		"server.invalid"
#define SERVER_PORT	443
#define STEPS_MAX	4

/*
 * One step of a proxy: what it has to hear, then what it says. @hears_len 0: an
 * HTTP header, in which the text is to stand.
 */
struct step {
	const char *hears;
	size_t hears_len;
	const char *says;
	size_t says_len;
};

#define HTTP(hears, says)	{ hears, 0, says, sizeof(says) - 1 }
#define SOCKS(hears, says)	{ hears, sizeof(hears) - 1, says, \
				  sizeof(says) - 1 }

/* A proxy that goes through its steps once, in a thread of its own. */
static struct {
	struct step steps[STEPS_MAX];
	bool is_silent;		/* in the end: until the other side closes */
	int listener;
	uint16_t port;
	pthread_t thread;
	char heard[4096];
	char failure[256];
} proxy;

static size_t hear(int fd, const struct step *step)
{
	size_t len = 0;

	while (len < sizeof(proxy.heard) - 1 &&
	       (step->hears_len ? len < step->hears_len :
		!strstr(proxy.heard, "\r\n\r\n"))) {
		ssize_t n = read(fd, proxy.heard + len, 1);

		if (n <= 0)
			break;
		proxy.heard[++len] = '\0';
	}
	return len;
}

static bool is_heard(const struct step *step, size_t len)
{
	if (step->hears_len)
		return len == step->hears_len &&
		       !memcmp(proxy.heard, step->hears, len);
	return strstr(proxy.heard, step->hears);
}

static void *proxy_main(void *arg)
{
	int fd = accept(proxy.listener, NULL, NULL);
	char rest[16];
	size_t len;

	(void)arg;
	if (fd < 0) {
		snprintf(proxy.failure, sizeof(proxy.failure), "nobody came");
		return NULL;
	}
	for (int i = 0; i < STEPS_MAX && proxy.steps[i].hears; i++) {
		const struct step *step = &proxy.steps[i];

		memset(proxy.heard, 0, sizeof(proxy.heard));
		len = hear(fd, step);
		if (!is_heard(step, len)) {
			snprintf(proxy.failure, sizeof(proxy.failure),
				 "step %d: heard %zu bytes \"%.180s\"", i, len,
				 proxy.heard);
			break;
		}
		if (write(fd, step->says, step->says_len) < 0)
			break;
	}
	while (proxy.is_silent && read(fd, rest, sizeof(rest)) > 0)
		;
	/* What is on its way arrives before the end does. */
	shutdown(fd, SHUT_WR);
	while (read(fd, rest, sizeof(rest)) > 0)
		;
	close(fd);
	return NULL;
}

static void proxy_start(const struct step *steps, bool is_silent)
{
	const struct timeval limit = { .tv_sec = 20 };

	memset(&proxy, 0, sizeof(proxy));
	for (int i = 0; i < STEPS_MAX && steps[i].hears; i++)
		proxy.steps[i] = steps[i];
	proxy.is_silent = is_silent;
	proxy.listener = carrier_listen(AF_INET, &proxy.port);
	assert_true(proxy.listener >= 0);
	/* accept() does not wait for ever */
	setsockopt(proxy.listener, SOL_SOCKET, SO_RCVTIMEO, &limit,
		   sizeof(limit));
	assert_int_equal(pthread_create(&proxy.thread, NULL, proxy_main, NULL),
			 0);
}

static void proxy_end(void)
{
	if (carrier_fd >= 0)
		close(carrier_fd);
	pthread_join(proxy.thread, NULL);
	close(proxy.listener);
	if (proxy.failure[0])
		fail_msg("%s; the carrier says \"%s\"", proxy.failure,
			 carrier_error);
}

/* @way: with %u for the port */
static void go(const char *way, const char *password, const struct step *steps,
	       bool is_silent, uint32_t timeout_ms)
{
	char url[128], *at;

	proxy_start(steps, is_silent);
	snprintf(url, sizeof(url), "%s", way);
	at = strstr(url, "PORT");
	if (at)
		snprintf(at, sizeof(url) - (size_t)(at - url), "%u",
			 proxy.port);
	carrier_dial_via(SERVER, SERVER_PORT, url, password, timeout_ms);
}

static void works(const char *way, const char *password,
		  const struct step *steps)
{
	char expected[64];

	go(way, password, steps, true, 10000);
	if (carrier_error[0])
		fail_msg("%s", carrier_error);
	assert_true(carrier_fd >= 0);
	snprintf(expected, sizeof(expected), "127.0.0.1:%u", proxy.port);
	assert_string_equal(carrier_address, expected);
	proxy_end();
}

static void fails(const char *way, const char *password,
		  const struct step *steps, bool is_final, const char *why)
{
	char text[1024];
	size_t len;

	go(way, password, steps, false, 10000);
	assert_int_equal(carrier_fd, -1);
	proxy_end();
	assert_string_equal(carrier_address, "");
	/* whole sentence: what, by which way, and why */
	snprintf(text, sizeof(text), "cannot connect to %s:%u ", SERVER,
		 SERVER_PORT);
	assert_memory_equal(carrier_error, text, strlen(text));
	len = strlen(carrier_error);
	if (len < strlen(why) ||
	    strcmp(carrier_error + len - strlen(why), why))
		fail_msg("\"%s\" does not end with \"%s\"", carrier_error,
			 why);
	assert_int_equal(carrier_final, is_final);
}

#define CONNECT	"CONNECT server.invalid:443 HTTP/1.1\r\n"
#define WANTS(schemes)	"HTTP/1.1 407 Proxy Authentication Required\r\n" \
			schemes "Content-Length: 0\r\n\r\n"
#define ASKS_BASIC	WANTS("Proxy-Authenticate: Basic realm=\"r\"\r\n")
#define ASKS_DIGEST	WANTS("Proxy-Authenticate: Basic realm=\"r\"\r\n" \
			      "Proxy-Authenticate: Digest realm=\"r\", " \
			      "nonce=\"n\", qop=\"auth\", algorithm=MD5\r\n")
#define ASKS_NTLM	WANTS("Proxy-Authenticate: NTLM\r\n")
/* alice:secret */
#define BASIC		"Proxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\n"
#define OK		"HTTP/1.1 200 Connection established\r\n\r\n"

static void test_http_refuses(void **state)
{
	(void)state;
	fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
		{ 0 } }, false, "the proxy does not allow it (403)");
	fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, "HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n"),
		{ 0 } }, false, "the proxy cannot reach the server (503)");
	fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, "HTTP/1.0 500 Unable to connect\r\n\r\n"),
		{ 0 } }, false, "the proxy cannot reach the server (500)");
	fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, "HTTP/1.1 302 Moved\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n"),
		{ 0 } }, false, "the proxy answered 302 to CONNECT");
	fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, ""), { 0 } }, false,
		"what is there does not answer as an HTTP proxy does");
	fails("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, "SSH-2.0-OpenSSH_9.2\r\n\r\n"), { 0 } }, false,
		"what is there does not answer as an HTTP proxy does");
}

static void test_http_refuses_the_user(void **state)
{
	char why[128];

	(void)state;
	fails("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_BASIC), HTTP(BASIC, ASKS_BASIC), { 0 } },
		true, "the proxy refuses the user or the password");
	fails("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, WANTS("Proxy-Authenticate: Nonsense\r\n")),
		{ 0 } },
		true, "the proxy lets nobody in by Basic, Digest or NTLM");
	fails("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, WANTS("Proxy-Authenticate: Negotiate\r\n")),
		{ 0 } },
		true, "the proxy lets nobody in by Basic, Digest or NTLM");

	/* the port is in the advice, which is not known before */
	go("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, ASKS_BASIC), { 0 } }, false, 10000);
	proxy_end();
	snprintf(why, sizeof(why),
		 "the proxy wants a user: name one as in http://USER@127.0.0.1:%u",
		 proxy.port);
	assert_non_null(strstr(carrier_error, why));
	assert_true(carrier_final);
}

/* What it asked for before it failed is no refusal. */
static void test_http_fails_after_a_question(void **state)
{
	(void)state;
	fails("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_BASIC), HTTP(BASIC, ""), { 0 } }, false,
		"the proxy closed the connection");
	fails("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_BASIC),
		HTTP(BASIC, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
		{ 0 } }, false, "the proxy does not allow it (403)");
	go("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_BASIC), HTTP(BASIC, ""), { 0 } }, true,
		500);
	proxy_end();
	assert_non_null(strstr(carrier_error, ": timed out"));
	assert_false(carrier_final);
}

static void test_http_works(void **state)
{
	(void)state;
	works("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, OK), { 0 } });
	works("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, "HTTP/1.0 200 OK\r\nVia: x\r\n\r\n"), { 0 } });
	/* not before it is asked for, as an open proxy would hear it, too */
	works("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP("Host: server.invalid:443\r\n", OK), { 0 } });
	assert_null(strstr(proxy.heard, "Proxy-Authorization"));
	works("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_BASIC), HTTP(BASIC, OK), { 0 } });
	/* a password is not sent in the clear where it need not be */
	works("http://alice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_DIGEST),
		HTTP("Proxy-Authorization: Digest username=\"alice\"", OK),
		{ 0 } });
	assert_null(strstr(proxy.heard, "secret"));
	works("http://WORK%5Calice@127.0.0.1:PORT", "secret", (struct step[]){
		HTTP(CONNECT, ASKS_NTLM),
		HTTP("Proxy-Authorization: NTLM TlRMTVNTUAAB",
		     WANTS("Proxy-Authenticate: NTLM TlRMTVNTUAACAAAAAAAAADgAAAAGggEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n")),
		HTTP("Proxy-Authorization: NTLM TlRMTVNTUAAD", OK), { 0 } });
}

#define REQUEST5	"\5\1\0\3\16server.invalid\1\273"
#define REPLY5(code)	"\5" code "\0\1\0\0\0\0\0\0"

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
		fails("socks5h://127.0.0.1:PORT", "", (struct step[]){
			SOCKS("\5\1\0", "\5\0"),
			{ REQUEST5, sizeof(REQUEST5) - 1, refusals[i].reply,
			  10 },
			{ 0 } }, false, refusals[i].why);
	fails("socks5h://alice@127.0.0.1:PORT", "secret", (struct step[]){
		SOCKS("\5\2\0\2", "\5\2"),
		SOCKS("\1\5alice\6secret", "\1\1"), { 0 } }, true,
		"the proxy refuses the user or the password");
	fails("socks5h://alice@127.0.0.1:PORT", "secret", (struct step[]){
		SOCKS("\5\2\0\2", "\5\377"), { 0 } }, true,
		"the proxy refuses the user or the password");
	fails("socks5h://127.0.0.1:PORT", "", (struct step[]){
		SOCKS("\5\1\0", "HT"), { 0 } }, false,
		"what answers there is no SOCKS proxy of this version");
	fails("socks5h://127.0.0.1:PORT", "", (struct step[]){
		SOCKS("\5\1\0", ""), { 0 } }, false,
		"the proxy closed the connection");

	works("socks5h://127.0.0.1:PORT", "", (struct step[]){
		SOCKS("\5\1\0", "\5\0"), SOCKS(REQUEST5, REPLY5("\0")),
		{ 0 } });
	works("socks5h://alice@127.0.0.1:PORT", "secret", (struct step[]){
		SOCKS("\5\2\0\2", "\5\2"),
		SOCKS("\1\5alice\6secret", "\1\0"),
		SOCKS(REQUEST5, REPLY5("\0")), { 0 } });
}

#define REQUEST4A	"\4\1\1\273\0\0\0\1\0server.invalid\0"

static void test_socks4(void **state)
{
	(void)state;
	fails("socks4a://127.0.0.1:PORT", "", (struct step[]){
		SOCKS(REQUEST4A, "\0\133\0\0\0\0\0\0"), { 0 } }, false,
		"the proxy refused, or cannot reach the server");
	fails("socks4a://bob@127.0.0.1:PORT", "", (struct step[]){
		SOCKS("\4\1\1\273\0\0\0\1bob\0server.invalid\0",
		      "\0\135\0\0\0\0\0\0"), { 0 } }, true,
		"the proxy refuses the user or the password");
	works("socks4a://127.0.0.1:PORT", "", (struct step[]){
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
		go(ways[i], "", steps[i], false, 10000);
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
	go("http://127.0.0.1:PORT", "", (struct step[]){
		HTTP(CONNECT, ""), { 0 } }, true, 300);
	proxy_end();
	assert_int_equal(carrier_fd, -1);
	assert_non_null(strstr(carrier_error, ": timed out"));
	go("socks5h://127.0.0.1:PORT", "", (struct step[]){
		SOCKS("\5\1\0", ""), { 0 } }, true, 300);
	proxy_end();
	assert_int_equal(carrier_fd, -1);
	assert_non_null(strstr(carrier_error, ": timed out"));
}

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
		cmocka_unit_test(test_http_refuses),
		cmocka_unit_test(test_http_refuses_the_user),
		cmocka_unit_test(test_http_fails_after_a_question),
		cmocka_unit_test(test_http_works),
		cmocka_unit_test(test_socks5),
		cmocka_unit_test(test_socks4),
		cmocka_unit_test(test_name_that_is_looked_up_here),
		cmocka_unit_test(test_proxy_out_of_reach),
		cmocka_unit_test(test_silent_proxy),
		cmocka_unit_test(test_socks_of_the_environment),
		cmocka_unit_test(test_environment),
	};

	return cmocka_run_group_tests(tests, carrier_setup, carrier_teardown);
}
