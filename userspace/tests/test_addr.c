// SPDX-License-Identifier: GPL-2.0-or-later
/* Words to values: what is taken, what is refused, and at which bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "addr.h"

static void test_numbers(void **state)
{
	uint64_t big = 7;
	uint32_t v = 7;

	(void)state;
	assert_int_equal(sehub_parse_u32("0", 0, 10, &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(sehub_parse_u32("4294967295", 0, UINT32_MAX, &v), 0);
	assert_int_equal(v, UINT32_MAX);
	assert_int_equal(sehub_parse_u32("0xff", 0, 255, &v), 0);
	assert_int_equal(v, 255);
	assert_int_equal(sehub_parse_u64("18446744073709551615", 0, UINT64_MAX,
					 &big), 0);
	assert_true(big == UINT64_MAX);

	/* what is refused leaves the value alone */
	v = 7;
	assert_int_equal(sehub_parse_u32("4294967296", 0, UINT32_MAX, &v),
			 -ERANGE);
	assert_int_equal(sehub_parse_u64("18446744073709551616", 0, UINT64_MAX,
					 &big), -ERANGE);
	assert_int_equal(sehub_parse_u32("9", 10, 20, &v), -ERANGE);
	assert_int_equal(sehub_parse_u32("21", 10, 20, &v), -ERANGE);
	assert_int_equal(sehub_parse_u32("", 0, 10, &v), -EINVAL);
	assert_int_equal(sehub_parse_u32("-1", 0, 10, &v), -EINVAL);
	assert_int_equal(sehub_parse_u32("+1", 0, 10, &v), -EINVAL);
	assert_int_equal(sehub_parse_u32(" 1", 0, 10, &v), -EINVAL);
	assert_int_equal(sehub_parse_u32("1 ", 0, 10, &v), -EINVAL);
	assert_int_equal(sehub_parse_u32("0x", 0, 10, &v), -EINVAL);
	assert_int_equal(sehub_parse_u32("1a", 0, 10, &v), -EINVAL);
	assert_int_equal(v, 7);
}

static void test_vlan(void **state)
{
	uint16_t vlan = 9;

	(void)state;
	assert_int_equal(sehub_parse_vlan("1", &vlan), 0);
	assert_int_equal(sehub_parse_vlan("4094", &vlan), 0);
	assert_int_equal(vlan, 4094);
	assert_int_equal(sehub_parse_vlan("0", &vlan), -ERANGE);
	assert_int_equal(sehub_parse_vlan("4095", &vlan), -ERANGE);
	assert_int_equal(sehub_parse_vlan("65537", &vlan), -ERANGE);
	assert_int_equal(vlan, 4094);
}

static void test_bool(void **state)
{
	bool v = false;

	(void)state;
	assert_int_equal(sehub_parse_bool("Yes", &v), 0);
	assert_true(v);
	assert_int_equal(sehub_parse_bool("off", &v), 0);
	assert_false(v);
	assert_int_equal(sehub_parse_bool("maybe", &v), -EINVAL);
	assert_int_equal(sehub_parse_bool("", &v), -EINVAL);
}

static void test_duration(void **state)
{
	static const struct {
		const char *word;
		uint64_t ms;
	} good[] = {
		{ "300", 300000 }, { "300s", 300000 }, { "250ms", 250 },
		{ "5m", 300000 }, { "5min", 300000 }, { "2h", 7200000 },
		{ "1h30m", 5400000 }, { "1d1s1ms", 86401001 }, { "0", 0 },
	};
	static const char *const bad[] = {
		"", "s", "5x", "5 m", "1m1h", "1m1m", "-5", "1h30", "5mm",
		"5minutes",
	};
	uint64_t ms = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(sehub_parse_duration(good[i].word, 0,
						      UINT64_MAX, &ms), 0);
		assert_true(ms == good[i].ms);
	}
	ms = 77;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(sehub_parse_duration(bad[i], 0, UINT64_MAX,
						      &ms), -EINVAL);
	assert_int_equal(sehub_parse_duration("1s", 1001, 5000, &ms), -ERANGE);
	assert_int_equal(sehub_parse_duration("6s", 1001, 5000, &ms), -ERANGE);
	assert_int_equal(sehub_parse_duration("18446744073709551615d", 0,
					      UINT64_MAX, &ms), -ERANGE);
	assert_int_equal(sehub_parse_duration("18446744073709551s900s", 0,
					      UINT64_MAX, &ms), -EINVAL);
	assert_true(ms == 77);
}

static void test_size(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_int_equal(sehub_parse_size("4M", 0, UINT64_MAX, &v), 0);
	assert_true(v == 4U << 20);
	assert_int_equal(sehub_parse_size("1k", 0, UINT64_MAX, &v), 0);
	assert_true(v == 1024);
	assert_int_equal(sehub_parse_size("17179869183G", 0, UINT64_MAX, &v),
			 0);
	v = 7;
	assert_int_equal(sehub_parse_size("17179869184G", 0, UINT64_MAX, &v),
			 -ERANGE);
	assert_int_equal(sehub_parse_size("4MB", 0, UINT64_MAX, &v), -EINVAL);
	assert_int_equal(sehub_parse_size("M", 0, UINT64_MAX, &v), -EINVAL);
	assert_int_equal(sehub_parse_size("2K", 0, 2047, &v), -ERANGE);
	assert_true(v == 7);
}

static void test_size_back(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *word;
	} all[] = {
		{ 0, "0" }, { 1, "1" }, { 1500, "1500" }, { 1024, "1k" },
		{ 65536, "64k" }, { 3 << 20, "3m" }, { 1ULL << 40, "1024g" },
		{ UINT64_MAX, "18446744073709551615" },
	};
	char text[SEHUB_SIZE_STRLEN];
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_string_equal(sehub_format_size(all[i].bytes, text),
				    all[i].word);
		assert_int_equal(sehub_parse_size(text, 0, UINT64_MAX, &v), 0);
		assert_true(v == all[i].bytes);
	}
}

static void test_mac(void **state)
{
	static const uint8_t want[6] = { 0x02, 0xab, 0, 1, 0xff, 9 };
	static const char *const bad[] = {
		"", "02:ab:00:01:ff", "02:ab:00:01:ff:09:", "2:ab:0:1:ff:9",
		"02:ab-00:01:ff:09", "02:ab:00:01:ff:0g", "02ab.0001.ff09xxx",
		"02:ab:00:01:ff:091",
	};
	char text[SEHUB_MAC_STRLEN];
	uint8_t mac[6] = { 0 };

	(void)state;
	assert_int_equal(sehub_parse_mac("02:Ab:00:01:fF:09", mac), 0);
	assert_memory_equal(mac, want, 6);
	assert_int_equal(sehub_parse_mac("02-ab-00-01-ff-09", mac), 0);
	assert_string_equal(sehub_format_mac(mac, text), "02:ab:00:01:ff:09");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(sehub_parse_mac(bad[i], mac), -EINVAL);
	assert_memory_equal(mac, want, 6);
}

static void test_ip(void **state)
{
	static const char *const good[] = {
		"192.0.2.1", "0.0.0.0", "255.255.255.255", "::",
		"2001:db8::1", "fe80::1", "::ffff:192.0.2.1",
	};
	static const char *const bad[] = {
		"", "192.0.2", "192.0.2.1.", "192.0.2.256", "192.0.2.01",
		" 192.0.2.1", "fe80::1%eth0", "[::1]", "2001:db8::1::",
		"hub.example", "192.0.2.1/32", ":",
	};
	const struct sehub_ip_addr none = { .len = 5 };
	struct sehub_ip_addr addr;
	char text[SEHUB_IP_STRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(sehub_parse_ip(good[i], &addr), 0);
		assert_int_equal(addr.len, strchr(good[i], ':') ? 16 : 4);
		assert_string_equal(sehub_format_ip(&addr, text), good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(sehub_parse_ip(bad[i], &addr), -EINVAL);
	/* what is refused leaves the value alone */
	assert_string_equal(sehub_format_ip(&addr, text), "::ffff:192.0.2.1");
	assert_string_equal(sehub_format_ip(&none, text), "");
}

static void test_prefix(void **state)
{
	static const struct {
		const char *word;
		const char *addr;
		int bits;
	} good[] = {
		{ "192.0.2.0/24", "192.0.2.0", 24 },
		{ "192.0.2.77/24", "192.0.2.0", 24 },
		{ "192.0.2.255/25", "192.0.2.128", 25 },
		{ "192.0.2.1", "192.0.2.1", 32 },
		{ "192.0.2.1/32", "192.0.2.1", 32 },
		{ "192.0.2.1/0", "0.0.0.0", 0 },
		{ "2001:db8:ffff::/33", "2001:db8:8000::", 33 },
		{ "2001:db8::1", "2001:db8::1", 128 },
		{ "::/0", "::", 0 },
	};
	static const char *const bad[] = {
		"", "/24", "192.0.2.0/", "192.0.2.0/x", "192.0.2.0/24/1",
		"192.0.2/24", "192.0.2.0/-1", "192.0.2.0/ 8", "a/24",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa/1",
	};
	struct sehub_prefix prefix = { .bits = 77 };
	char text[SEHUB_IP_STRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(sehub_parse_prefix(bad[i], &prefix), -EINVAL);
	assert_int_equal(sehub_parse_prefix("192.0.2.0/33", &prefix), -ERANGE);
	assert_int_equal(sehub_parse_prefix("::/129", &prefix), -ERANGE);
	assert_int_equal(prefix.bits, 77);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(sehub_parse_prefix(good[i].word, &prefix), 0);
		assert_string_equal(sehub_format_ip(&prefix.addr, text),
				    good[i].addr);
		assert_int_equal(prefix.bits, good[i].bits);
	}
}

static void test_fingerprint(void **state)
{
	char word[] = "sha256:"
		"000102030405060708090A0B0C0D0E0F"
		"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";
	char text[SEHUB_FINGERPRINT_STRLEN];
	uint8_t hash[SEHUB_FINGERPRINT_LEN];

	(void)state;
	assert_int_equal(sehub_parse_fingerprint(word, hash), 0);
	assert_int_equal(hash[10], 0x0a);
	assert_int_equal(hash[31], 0xff);
	assert_string_equal(sehub_format_fingerprint(hash, text),
			    "SHA256:000102030405060708090a0b0c0d0e0f"
			    "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
	word[sizeof(word) - 2] = '\0';
	assert_int_equal(sehub_parse_fingerprint(word, hash), -EINVAL);
	assert_int_equal(sehub_parse_fingerprint("SHA1:00", hash), -EINVAL);
	assert_int_equal(sehub_parse_fingerprint("", hash), -EINVAL);
}

static void check_endpoint(const char *word, const char *host, uint16_t port,
			   const char *back)
{
	struct sehub_endpoint e;
	char text[300];

	assert_int_equal(sehub_parse_endpoint(word, 443, &e), 0);
	assert_string_equal(e.host, host);
	assert_int_equal(e.port, port);
	assert_string_equal(sehub_format_endpoint(&e, text, sizeof(text)),
			    back);
}

static void test_endpoint(void **state)
{
	static const char *const bad[] = {
		"", ":443", "a:", "a:x", "[::1", "[::1]443", "[::1]:", "[a]:1",
		"a b", "-a", "a..b", "1:2:3", "[::1%]:1", "a/b", "::g",
		"[192.0.2.1]:1", "a:4 43", "fe80::1%a]", "::5%]",
	};
	char word[300];
	struct sehub_endpoint e;

	(void)state;
	check_endpoint("hub.example", "hub.example", 443, "hub.example:443");
	check_endpoint("hub.example:7777", "hub.example", 7777,
		       "hub.example:7777");
	check_endpoint("192.0.2.1:65535", "192.0.2.1", 65535,
		       "192.0.2.1:65535");
	check_endpoint("[2001:db8::1]:1", "2001:db8::1", 1, "[2001:db8::1]:1");
	check_endpoint("[2001:db8::1]", "2001:db8::1", 443,
		       "[2001:db8::1]:443");
	check_endpoint("2001:db8::1", "2001:db8::1", 443, "[2001:db8::1]:443");
	check_endpoint("[fe80::1%eth0]:80", "fe80::1%eth0", 80,
		       "[fe80::1%eth0]:80");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(sehub_parse_endpoint(bad[i], 443, &e),
				 -EINVAL);
	assert_int_equal(sehub_parse_endpoint("a:0", 443, &e), -ERANGE);
	assert_int_equal(sehub_parse_endpoint("a:65536", 443, &e), -ERANGE);
	assert_int_equal(sehub_parse_endpoint("a", 0, &e), -EINVAL);

	memset(word, 'a', sizeof(word));
	word[SEHUB_HOST_MAX] = '\0';
	assert_int_equal(sehub_parse_endpoint(word, 443, &e), 0);
	word[SEHUB_HOST_MAX] = 'a';
	word[SEHUB_HOST_MAX + 1] = '\0';
	assert_int_equal(sehub_parse_endpoint(word, 443, &e), -EINVAL);
}

static void test_names(void **state)
{
	(void)state;
	assert_true(sehub_is_name("alice", 5));
	assert_true(sehub_is_name("a.b_c@d-e", 31));
	assert_false(sehub_is_name("alice", 4));
	assert_false(sehub_is_name("", 5));
	assert_false(sehub_is_name("-a", 5));
	assert_false(sehub_is_name(".a", 5));
	assert_false(sehub_is_name("a b", 5));
	assert_false(sehub_is_name("a\xc3\xa4", 5));
	assert_true(sehub_is_ifname("sehub12"));
	assert_true(sehub_is_ifname("123456789012345"));
	assert_false(sehub_is_ifname("1234567890123456"));
	assert_false(sehub_is_ifname(""));
	assert_false(sehub_is_ifname(".."));
	assert_false(sehub_is_ifname("a/b"));
	assert_false(sehub_is_ifname("a b"));
	assert_false(sehub_is_ifname("sehub%d"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_vlan),
		cmocka_unit_test(test_bool),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_size_back),
		cmocka_unit_test(test_mac),
		cmocka_unit_test(test_ip),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_fingerprint),
		cmocka_unit_test(test_endpoint),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
