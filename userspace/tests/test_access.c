// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Networks and times: what is taken, what is refused, what is inside.
 *
 * links: lib/access.c lib/addr.c
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "access.h"

static void no_sources(const char *words, const char *part)
{
	struct sehub_sources sources = { .count = 7 };
	const char *why = "";

	if (sehub_parse_sources(words, &sources, &why) != -EINVAL)
		fail_msg("\"%s\" was taken", words);
	if (!strstr(why, part))
		fail_msg("\"%s\": \"%s\" does not say \"%s\"", words, why,
			 part);
	assert_int_equal(sources.count, 7);
}

static void test_no_sources(void **state)
{
	char many[17 * 12] = "";

	(void)state;
	no_sources(",", "has to be networks");
	no_sources("192.0.2.0/24,", "has to be networks");
	no_sources(",192.0.2.0/24", "has to be networks");
	no_sources("192.0.2.0/24,,10.0.0.0/8", "has to be networks");
	no_sources("192.0.2.0/24 10.0.0.0/8", "has to be networks");
	no_sources("any,10.0.0.0/8", "has to be networks");
	no_sources("hub.example", "has to be networks");
	no_sources("192.0.2.0/", "has to be networks");
	no_sources("fe80::1%eth0", "has to be networks");
	no_sources("192.0.2.0/33", "more bits");
	no_sources("2001:db8::/129", "more bits");
	no_sources("1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc",
		   "has to be networks");
	for (int i = 0; i < 17; i++)
		sprintf(many + strlen(many), "%s10.0.0.%d", i ? "," : "", i);
	no_sources(many, "more than 16");
}

static void have(const char *words, const char *address, bool expected)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr *addr = (struct sockaddr *)&in;
	struct sehub_sources sources;
	const char *why = "";

	if (sehub_parse_sources(words, &sources, &why))
		fail_msg("\"%s\" %s", words, why);
	if (inet_pton(AF_INET, address, &in.sin_addr) != 1) {
		assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr),
				 1);
		addr = (struct sockaddr *)&in6;
	}
	if (sehub_sources_have(&sources, addr) != expected)
		fail_msg("%s %s %s", words, expected ? "lacks" : "has",
			 address);
}

static void test_sources(void **state)
{
	struct sockaddr local = { .sa_family = AF_UNIX };
	struct sehub_sources sources;
	const char *why;

	(void)state;
	have("", "192.0.2.1", true);
	have("any", "2001:db8::1", true);
	have("192.0.2.0/24", "192.0.2.255", true);
	have("192.0.2.0/24", "192.0.3.0", false);
	have("192.0.2.128/25", "192.0.2.127", false);
	have("192.0.2.128/25", "192.0.2.128", true);
	have("192.0.2.7", "192.0.2.7", true);
	have("192.0.2.7", "192.0.2.6", false);
	have("0.0.0.0/0", "198.51.100.1", true);
	have("0.0.0.0/0", "2001:db8::1", false);
	have("::/0", "192.0.2.1", false);
	have("2001:db8::/33", "2001:db8:7fff::1", true);
	have("2001:db8::/33", "2001:db8:8000::1", false);
	have("10.0.0.0/8,2001:db8::1/128", "2001:db8::1", true);
	have("10.0.0.0/8,2001:db8::1/128", "10.255.0.1", true);
	have("10.0.0.0/8,2001:db8::1/128", "2001:db8::2", false);
	/* IPv4 as a socket for both families shows it */
	have("10.0.0.0/8", "::ffff:10.1.2.3", true);
	have("10.0.0.0/8", "::ffff:11.1.2.3", false);
	have("::ffff:0.0.0.0/96", "::ffff:10.1.2.3", false);

	assert_int_equal(sehub_parse_sources("::/0,0.0.0.0/0", &sources, &why),
			 0);
	assert_false(sehub_sources_have(&sources, &local));
}

static void written(const char *words, const char *again)
{
	char buf[SEHUB_SOURCES_STRLEN];
	struct sehub_sources sources;
	const char *why;

	assert_int_equal(sehub_parse_sources(words, &sources, &why), 0);
	assert_string_equal(sehub_format_sources(&sources, buf), again);
}

static void test_format(void **state)
{
	char words[17 * 50] = "", again[17 * 50] = "";

	(void)state;
	written("", "any");
	written("any", "any");
	written("192.0.2.77/24,2001:DB8::5", "192.0.2.0/24,2001:db8::5/128");
	/* the longest */
	for (int i = 0; i < 16; i++) {
		sprintf(words + strlen(words),
			"%s1111:2222:3333:4444:5555:6666:7777:888%x",
			i ? "," : "", i);
		sprintf(again + strlen(again),
			"%s1111:2222:3333:4444:5555:6666:7777:888%x/128",
			i ? "," : "", i);
	}
	written(words, again);
}

static void test_no_time(void **state)
{
	static const struct {
		const char *word;
		int err;
	} cases[] = {
		{ "", -EINVAL }, { "soon", -EINVAL }, { "2027", -EINVAL },
		{ "2027-01", -EINVAL }, { "2027-01-31 18:30", -EINVAL },
		{ "2027-01-31T18", -EINVAL }, { "2027-01-31T", -EINVAL },
		{ " 2027-01-31", -EINVAL }, { "-2027-01-31", -EINVAL },
		{ "2027-13-01", -EINVAL }, { "2027-01-32", -EINVAL },
		{ "2027-01-31T25:00", -EINVAL }, { "31-01-2027", -EINVAL },
		{ "2027-01-31T18:30:00:00", -EINVAL },
		{ "2027-02-29", -ERANGE }, { "2027-04-31", -ERANGE },
		{ "1969-12-31", -ERANGE },
	};
	int64_t when = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (sehub_parse_time(cases[i].word, &when) != cases[i].err)
			fail_msg("\"%s\"", cases[i].word);
		assert_int_equal(when, 5);
	}
}

static void expect_time(const char *word, int64_t expected)
{
	int64_t when = -1;

	assert_int_equal(sehub_parse_time(word, &when), 0);
	assert_int_equal(when, expected);
}

static void test_time(void **state)
{
	int64_t when;

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	expect_time("never", 0);
	expect_time("2027-01-31", 1801353600);
	expect_time("2027-01-31T00:00", 1801353600);
	expect_time("2027-01-31T18:30", 1801353600 + 18 * 3600 + 1800);
	expect_time("2027-01-31T18:30:07", 1801353600 + 18 * 3600 + 1807);
	expect_time("2028-02-29", 1835395200);
	/* of this place */
	setenv("TZ", "UTC-9", 1);
	tzset();
	expect_time("2027-01-31", 1801353600 - 9 * 3600);
	/* an hour that there is not, and the beginning of that day */
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_int_equal(sehub_parse_time("2027-03-28T02:30", &when), -ERANGE);
	expect_time("2027-03-28T03:30", 1806197400);
	expect_time("2027-03-28", 1806188400);
	setenv("TZ", "UTC", 1);
	tzset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_sources),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_no_time),
		cmocka_unit_test(test_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
