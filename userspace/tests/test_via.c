// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ways to a server: what is taken, what is refused and with which words.
 *
 * links: lib/via.c lib/addr.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "via.h"

static void refused(const char *word, const char *part)
{
	struct sehub_via via = { .kind = SEHUB_VIA_ENV }, before = via;
	const char *why = "";

	if (sehub_parse_via(word, &via, &why) != -EINVAL)
		fail_msg("\"%s\" was taken", word);
	if (!strstr(why, part))
		fail_msg("\"%s\": \"%s\" does not say \"%s\"", word, why, part);
	assert_memory_equal(&via, &before, sizeof(via));
}

static void test_refused(void **state)
{
	char word[2000], user[600];

	(void)state;
	refused("proxy:3128", "has to begin with http://");
	refused("proxy.example", "has to begin with http://");
	refused("://proxy:3128", "has to begin with http://");
	refused("ftp://proxy:3128", "has to begin with http://");
	refused("ENV", "has to begin with http://");
	refused("env ", "has to begin with http://");
	refused("direct", "has to begin with http://");
	refused("direct://proxy:1", "has to begin with http://");
	refused("env://proxy:1", "has to begin with http://");
	refused("https://proxy:3128", "http:// port");
	refused("HTTPS://proxy:3128", "http:// port");

	refused("http://alice:secret@proxy:3128", "apart from the URL");
	refused("http://alice:@proxy:3128", "apart from the URL");
	refused("http://:secret@proxy:3128", "apart from the URL");
	refused("http://@proxy:3128", "no user in front of the @");
	refused("http://a%@proxy:3128", "%");
	refused("http://a%4@proxy:3128", "%");
	refused("http://a%4g@proxy:3128", "%");
	refused("http://a%00b@proxy:3128", "control character");
	refused("http://a%0d%0ab@proxy:3128", "control character");
	refused("http://a\nb@proxy:3128", "control character");
	refused("http://a%7f@proxy:3128", "control character");

	refused("http://proxy", "HOST:PORT");
	refused("http://proxy/", "HOST:PORT");
	refused("http://", "HOST:PORT");
	refused("http:///", "HOST:PORT");
	refused("http://proxy:3128/path", "HOST:PORT");
	refused("http://proxy:3128//", "HOST:PORT");
	refused("http://proxy:3128?q", "HOST:PORT");
	refused("http://pro xy:3128", "HOST:PORT");
	refused("http://[::1:3128", "HOST:PORT");
	refused("http://proxy:0", "port");
	refused("http://proxy:65536", "port");
	refused("socks5://proxy:65536", "port");
	refused("socks5://", "SCHEME://");
	refused("socks5://-proxy", "SCHEME://");
	refused("ssh://alice:secret@host", "whoever has the key");
	refused("ssh://-oProxyCommand=x", "SCHEME://");
	refused("ssh://", "SCHEME://");
	refused("ssh://host:0", "port");
	refused("ssh://host:", "SCHEME://");
	refused("ssh://host/path", "SCHEME://");

	memset(user, 'u', sizeof(user));
	snprintf(word, sizeof(word), "http://%.256s@proxy:3128", user);
	refused(word, "longer than 255");
	memset(user, 'h', sizeof(user));
	snprintf(word, sizeof(word), "http://%.599s:3128", user);
	refused(word, "too long");
}

static void taken(const char *word, enum sehub_via_kind kind, const char *user,
		  const char *host, uint16_t port, const char *again)
{
	char buf[SEHUB_VIA_STRLEN];
	struct sehub_via via, second;
	const char *why = "";

	if (sehub_parse_via(word, &via, &why))
		fail_msg("\"%s\" %s", word, why);
	assert_int_equal(via.kind, kind);
	assert_string_equal(via.user, user);
	assert_string_equal(via.proxy.host, host);
	assert_int_equal(via.proxy.port, port);
	assert_string_equal(sehub_format_via(&via, buf), again);
	assert_int_equal(sehub_parse_via(buf, &second, &why), 0);
	assert_memory_equal(&via, &second, sizeof(via));
}

static void test_taken(void **state)
{
	char word[2000], user[256];

	(void)state;
	taken("", SEHUB_VIA_DIRECT, "", "", 0, "");
	taken("env", SEHUB_VIA_ENV, "", "", 0, "env");
	taken("http://proxy:3128", SEHUB_VIA_HTTP, "", "proxy", 3128,
	      "http://proxy:3128");
	taken("HTTP://proxy.example:80/", SEHUB_VIA_HTTP, "", "proxy.example",
	      80, "http://proxy.example:80");
	taken("socks4://192.0.2.1", SEHUB_VIA_SOCKS4, "", "192.0.2.1", 1080,
	      "socks4://192.0.2.1:1080");
	taken("socks4a://carol@proxy", SEHUB_VIA_SOCKS4A, "carol", "proxy",
	      1080, "socks4a://carol@proxy:1080");
	taken("socks5://[2001:db8::1]:9050", SEHUB_VIA_SOCKS5, "",
	      "2001:db8::1", 9050, "socks5://[2001:db8::1]:9050");
	taken("socks5h://[2001:db8::1]", SEHUB_VIA_SOCKS5H, "", "2001:db8::1",
	      1080, "socks5h://[2001:db8::1]:1080");

	/* without a port: as ssh is configured */
	taken("ssh://gate", SEHUB_VIA_SSH, "", "gate", 0, "ssh://gate");
	taken("ssh://bob@gate_1:22/", SEHUB_VIA_SSH, "bob", "gate_1", 22,
	      "ssh://bob@gate_1:22");
	taken("SSH://[2001:db8::1]", SEHUB_VIA_SSH, "", "2001:db8::1", 0,
	      "ssh://[2001:db8::1]");
	taken("ssh://[2001:db8::1]:2222", SEHUB_VIA_SSH, "", "2001:db8::1",
	      2222, "ssh://[2001:db8::1]:2222");

	/* users with all that has a meaning in a URL */
	taken("http://WORK%5calice@proxy:1", SEHUB_VIA_HTTP, "WORK\\alice",
	      "proxy", 1, "http://WORK%5Calice@proxy:1");
	taken("http://a@b@proxy:1", SEHUB_VIA_HTTP, "a@b", "proxy", 1,
	      "http://a%40b@proxy:1");
	taken("http://a%3Ab%2f%25@proxy:1", SEHUB_VIA_HTTP, "a:b/%", "proxy",
	      1, "http://a%3Ab%2F%25@proxy:1");
	taken("http://j%C3%BCrg@proxy:1", SEHUB_VIA_HTTP, "j\xc3\xbcrg",
	      "proxy", 1, "http://j%C3%BCrg@proxy:1");

	memset(user, '%', sizeof(user) - 1);
	user[255] = '\0';
	memset(word, 0, sizeof(word));
	strcpy(word, "http://");
	for (int i = 0; i < 255; i++)
		strcat(word, "%25");
	strcat(word, "@proxy:1");
	taken(word, SEHUB_VIA_HTTP, user, "proxy", 1, word);
}

static void test_source(void **state)
{
	static const char *const bad[] = {
		"a b", "a/b", "fe80::1%eth0", "[2001:db8::1]", "192.0.2.1:80",
		"..", "name-of-a-device-too-long",
	};
	enum sehub_source source = SEHUB_SOURCE_ANY;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (sehub_parse_source(bad[i], &source) != -EINVAL)
			fail_msg("\"%s\" was taken", bad[i]);
		assert_int_equal(source, SEHUB_SOURCE_ANY);
	}
	assert_int_equal(sehub_parse_source("eth1", &source), 0);
	assert_int_equal(source, SEHUB_SOURCE_DEVICE);
	assert_int_equal(sehub_parse_source("192.0.2.1", &source), 0);
	assert_int_equal(source, SEHUB_SOURCE_ADDRESS);
	assert_int_equal(sehub_parse_source("2001:db8::1", &source), 0);
	assert_int_equal(source, SEHUB_SOURCE_ADDRESS);
	assert_int_equal(sehub_parse_source("", &source), 0);
	assert_int_equal(source, SEHUB_SOURCE_ANY);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(sehub_via_name(SEHUB_VIA_DIRECT), "direct");
	assert_string_equal(sehub_via_name(SEHUB_VIA_SOCKS5H), "socks5h");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
