// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is inside a frame: neighbour discovery (RFC 4861, RFC 6980).
 *
 * links: ../kernel/inspect.c ../kernel/inspect_l4.c ../kernel/wire.c
 * links: tests/inspect_run.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "inspect_run.h"

#define ICMP	(SEHUB_INSPECT_IPV6 | SEHUB_INSPECT_ICMP)
#define ND	(ICMP | SEHUB_INSPECT_ND)
#define ROUTER	SEHUB_INSPECT_ROUTER
#define BAD	SEHUB_INSPECT_BAD
#define LIAR	SEHUB_INSPECT_BAD_SENDER

#define SIX	ETH "86dd"
#define SLLA(mac)	"0101" mac
#define TLLA(mac)	"0201" mac
#define OTHER	"020000000003"
#define V6_SOLICITED	"ff0200000000000000000001ff000002"

/* The fixed parts. */
#define RS	"85000000" "00000000"
#define RA	"86000000" "40000708" "00000000" "00000000"
#define NS(target)	"87000000" "00000000" target
#define NA(flags, target)	"88000000" flags target
#define REDIRECT	"89000000" "00000000" V6_LL V6_B

/* A message of each kind, with 8 bytes of options if @options is not empty. */
#define RS_FROM(src, dst, options)	\
	SIX IPV6("0010", "3a", "ff", src, dst) RS options
#define RA_FROM(src, dst, options)	\
	SIX IPV6("0018", "3a", "ff", src, dst) RA options
#define NS_FROM(src, dst, target, options)	\
	SIX IPV6("0020", "3a", "ff", src, dst) NS(target) options
#define NA_FROM(src, dst, flags, target, options)	\
	SIX IPV6("0020", "3a", "ff", src, dst) NA(flags, target) options
#define REDIRECT_FROM(src, options)	\
	SIX IPV6("0030", "3a", "ff", src, V6_A) REDIRECT options

static const char *const messages[] = {
	RS_FROM(V6_LL, V6_ALL, SLLA(SRC)),
	RA_FROM(V6_LL, V6_ALL, SLLA(SRC)),
	NS_FROM(V6_LL, V6_SOLICITED, V6_B, SLLA(SRC)),
	NA_FROM(V6_LL, V6_A, "60000000", V6_LL, TLLA(SRC)),
	REDIRECT_FROM(V6_LL, TLLA(OTHER)),
};

#define N_MESSAGES	(sizeof(messages) / sizeof(messages[0]))
#define NS_MESSAGE	2
#define REDIRECT_MESSAGE	4

/* A router's messages are one even if receivers will not listen. */
static u32 router(size_t i)
{
	return i == 1 || i == REDIRECT_MESSAGE ? ROUTER : 0;
}

static void test_each_message(void **state)
{
	struct sehub_inspect out;
	size_t i;

	(void)state;
	for (i = 0; i < N_MESSAGES; i++) {
		inspect_hex(messages[i], &out);
		assert_int_equal(out.what, ND | router(i));
		assert_int_equal(out.icmp_type, 133 + i);
		assert_int_equal(out.addrs, 1);
		expect_addr(out.addr[0], V6_LL);
		assert_int_equal(out.has_target, i == NS_MESSAGE);
	}
}

static void test_from_beyond_the_link(void **state)
{
	struct sehub_inspect out;
	struct sample s;
	size_t i;
	u32 hops;

	(void)state;
	for (i = 0; i < N_MESSAGES; i++) {
		for (hops = 0; hops < 256; hops++) {
			sample_set(&s, messages[i]);
			s.data[21] = (u8)hops;
			sample_inspect(&s, &out);
			assert_int_equal(out.what, (hops == 255 ? ND : ICMP) |
						   router(i));
			assert_true(hops == 255 || !out.has_target);
		}
	}
}

static void test_code_is_zero(void **state)
{
	struct sehub_inspect out;
	struct sample s;
	size_t i;
	u32 code;

	(void)state;
	for (i = 0; i < N_MESSAGES; i++) {
		for (code = 1; code < 256; code++) {
			sample_set(&s, messages[i]);
			s.data[55] = (u8)code;
			sample_inspect(&s, &out);
			assert_int_equal(out.what, ICMP | BAD | router(i));
		}
	}
}

static void test_other_types(void **state)
{
	struct sehub_inspect out;
	struct sample s;
	u32 type;

	(void)state;
	for (type = 0; type < 256; type++) {
		if (type >= 133 && type <= 137)
			continue;
		sample_set(&s, messages[NS_MESSAGE]);
		s.data[54] = (u8)type;
		sample_inspect(&s, &out);
		assert_int_equal(out.what, ICMP);
		assert_int_equal(out.icmp_type, type);
		assert_false(out.has_target);
	}
}

/* Every length: options are whole, or it is not understood. */
static void test_cut_short(void **state)
{
	static const u32 fixed[N_MESSAGES] = { 8, 16, 24, 24, 40 };
	struct sehub_inspect out;
	struct sample s;
	bool is_good;
	size_t i;
	u32 len;

	(void)state;
	for (i = 0; i < N_MESSAGES; i++) {
		sample_set(&s, messages[i]);
		for (len = 8; len <= fixed[i] + 8; len++) {
			sample_put16(&s, 18, (u16)len);
			s.len = 54 + len;
			sample_inspect(&s, &out);
			is_good = len == fixed[i] || len == fixed[i] + 8;
			assert_int_equal(!(out.what & BAD), is_good);
		}
	}
}

#define IN_FRAGMENT(offset, message, len) \
	SIX IPV6(len, "2c", "ff", V6_LL, V6_ALL) \
	"3a00" offset "00000001" message

static void test_fragments(void **state)
{
	static const char *const bad[] = {
		IN_FRAGMENT("0000", RS, "0010"),
		IN_FRAGMENT("0001", RS, "0010"),
		IN_FRAGMENT("0000", RA, "0018"),
		IN_FRAGMENT("0001", NS(V6_B), "0020"),
		IN_FRAGMENT("0000", NA("20000000", V6_B), "0020"),
		IN_FRAGMENT("0000", REDIRECT, "0030"),
	};
	struct sehub_inspect out;
	struct sample s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sample_set(&s, bad[i]);
		sample_inspect(&s, &out);
		assert_true(out.what & BAD);
		/* nor does another hop limit help */
		s.data[21] = 64;
		sample_inspect(&s, &out);
		assert_true(out.what & BAD);
	}
	assert_false(inspect_is_bad(IN_FRAGMENT("0001", "8000000000000000",
						"0010")));
	assert_int_equal(inspect_what(IN_FRAGMENT("0008", RA, "0018")),
			 SEHUB_INSPECT_IPV6 | SEHUB_INSPECT_FRAGMENT);
}

static void test_options_that_lie(void **state)
{
	static const char *const bad[] = {
		/* length 0; more than there is; half a header */
		NS_FROM(V6_LL, V6_B, V6_B, "0e00" "000000000000"),
		NS_FROM(V6_LL, V6_B, V6_B, "0102" SRC),
		SIX IPV6("0028", "3a", "ff", V6_LL, V6_B) NS(V6_B) SLLA(SRC)
			"0100" "000000000000",
		SIX IPV6("0028", "3a", "ff", V6_LL, V6_B) NS(V6_B) SLLA(SRC)
			"0eff" "000000000000",
		SIX IPV6("0021", "3a", "ff", V6_LL, V6_B) NS(V6_B) SLLA(SRC)
			"0e",
		SIX IPV6("0027", "3a", "ff", V6_LL, V6_B) NS(V6_B) SLLA(SRC)
			"0e01" "0000000000",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(inspect_is_bad(bad[i]));
}

static void test_names_another_mac(void **state)
{
	static const struct { const char *frame; u32 what; } cases[] = {
		{ RS_FROM(V6_LL, V6_ALL, SLLA(OTHER)), ND | LIAR },
		{ RA_FROM(V6_LL, V6_ALL, SLLA(OTHER)), ND | ROUTER | LIAR },
		{ NS_FROM(V6_LL, V6_B, V6_B, SLLA(OTHER)), ND | LIAR },
		{ NA_FROM(V6_LL, V6_B, "60000000", V6_LL, TLLA(OTHER)),
		  ND | LIAR },
		/* an option that the message does not have */
		{ RS_FROM(V6_LL, V6_ALL, TLLA(OTHER)), ND },
		{ NS_FROM(V6_LL, V6_B, V6_B, TLLA(OTHER)), ND },
		{ NA_FROM(V6_LL, V6_B, "60000000", V6_LL, SLLA(OTHER)), ND },
		{ NS_FROM(V6_LL, V6_B, V6_B, "0001" OTHER), ND },
		/* the last of several; a longer one */
		{ SIX IPV6("0028", "3a", "ff", V6_LL, V6_B) NS(V6_B)
			SLLA(SRC) SLLA(OTHER), ND | LIAR },
		{ SIX IPV6("0030", "3a", "ff", V6_LL, V6_B) NS(V6_B)
			"0e02" "0000000000000000000000000000"
			SLLA(OTHER), ND | LIAR },
		{ SIX IPV6("0028", "3a", "ff", V6_LL, V6_B) NS(V6_B)
			"0102" OTHER "0000000000000000", ND | LIAR },
	};
	struct sehub_inspect out;
	struct sample s;
	size_t i;
	u32 bit;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		inspect_hex(cases[i].frame, &out);
		if (out.what != cases[i].what)
			fail_msg("case %zu: %x", i, out.what);
	}
	for (bit = 0; bit < 48; bit++) {
		sample_set(&s, messages[NS_MESSAGE]);
		s.data[80 + bit / 8] ^= (u8)(1 << bit % 8);
		sample_inspect(&s, &out);
		assert_int_equal(out.what, ND | LIAR);
	}
}

#define V6_MAPPED	"00000000000000000000ffff" V4_A
#define V6_LOOPBACK	"00000000000000000000000000000001"

static void test_targets(void **state)
{
	static const char *const bad[] = {
		NS_FROM(V6_LL, V6_B, V6_ALL, SLLA(SRC)),
		NS_FROM(V6_LL, V6_B, V6_NONE, SLLA(SRC)),
		NS_FROM(V6_LL, V6_B, V6_LOOPBACK, SLLA(SRC)),
		NS_FROM(V6_LL, V6_B, V6_MAPPED, SLLA(SRC)),
		NA_FROM(V6_LL, V6_B, "20000000", V6_ALL, TLLA(SRC)),
		NA_FROM(V6_LL, V6_B, "20000000", V6_NONE, TLLA(SRC)),
		NA_FROM(V6_LL, V6_B, "20000000", V6_LOOPBACK, TLLA(SRC)),
		NA_FROM(V6_LL, V6_B, "20000000", V6_MAPPED, TLLA(SRC)),
	};
	struct sehub_inspect out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(inspect_what(bad[i]), ND | BAD);

	inspect_hex(NS_FROM(V6_A, V6_SOLICITED, V6_B, SLLA(SRC)), &out);
	assert_int_equal(out.what, ND);
	assert_int_equal(out.addrs, 1);
	expect_addr(out.addr[0], V6_A);
	assert_true(out.has_target);
	expect_addr(out.target, V6_B);

	/* what an advertisement is about is the sender's too */
	inspect_hex(NA_FROM(V6_LL, V6_B, "60000000", V6_A, TLLA(SRC)), &out);
	assert_int_equal(out.what, ND);
	assert_int_equal(out.addrs, 2);
	expect_addr(out.addr[0], V6_LL);
	expect_addr(out.addr[1], V6_A);
	assert_false(out.has_target);
	inspect_hex(NA_FROM(V6_A, V6_B, "60000000", V6_A, TLLA(SRC)), &out);
	assert_int_equal(out.addrs, 1);
	inspect_hex(NA_FROM(V6_NONE, V6_B, "60000000", V6_A, TLLA(SRC)), &out);
	assert_int_equal(out.addrs, 1);
	expect_addr(out.addr[0], V6_A);
}

static void test_duplicate_address_detection(void **state)
{
	struct sehub_inspect out;

	(void)state;
	inspect_hex(SIX IPV6("0018", "3a", "ff", V6_NONE, V6_SOLICITED)
		    NS(V6_B), &out);
	assert_int_equal(out.what, ND | SEHUB_INSPECT_PROBE);
	assert_int_equal(out.addrs, 0);
	assert_true(out.has_target);
	expect_addr(out.target, V6_B);
	/* the first solicitation of a router looks for nothing else */
	assert_int_equal(inspect_what(SIX IPV6("0008", "3a", "ff", V6_NONE,
					       V6_ALL) RS), ND);
}

static void test_announcements(void **state)
{
	u32 announce = ND | SEHUB_INSPECT_ANNOUNCE;

	(void)state;
	assert_int_equal(inspect_what(NA_FROM(V6_A, V6_ALL, "20000000", V6_A,
					      TLLA(SRC))), announce);
	assert_int_equal(inspect_what(NA_FROM(V6_A, V6_ALL, "a0000000", V6_A,
					      TLLA(SRC))), announce);
	assert_int_equal(inspect_what(NA_FROM(V6_A, V6_ALL, "60000000", V6_A,
					      TLLA(SRC))), ND);
	assert_int_equal(inspect_what(NA_FROM(V6_A, V6_B, "20000000", V6_A,
					      TLLA(SRC))), ND);
}

/* All options must be at hand; there may be more than other headers need. */
static void test_long_advertisement(void **state)
{
	struct sehub_inspect out;
	struct sample s;
	u32 len;

	(void)state;
	sample_set(&s, SIX IPV6("0000", "3a", "ff", V6_LL, V6_ALL) RA);
	while (s.len < 500)
		sample_add(&s, "0304" "40c00001518000003840" "00000000"
			   V6_A);
	sample_add(&s, SLLA(OTHER));
	sample_put16(&s, 18, (u16)(s.len - 54));
	sample_inspect(&s, &out);
	assert_int_equal(out.what, ND | ROUTER | LIAR);
	for (len = SEHUB_INSPECT_LEN; len < s.len; len++) {
		sehub_inspect(s.data, len, s.len, &out);
		assert_int_equal(out.what, ICMP | ROUTER | BAD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_message),
		cmocka_unit_test(test_from_beyond_the_link),
		cmocka_unit_test(test_code_is_zero),
		cmocka_unit_test(test_other_types),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_options_that_lie),
		cmocka_unit_test(test_names_another_mac),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_duplicate_address_detection),
		cmocka_unit_test(test_announcements),
		cmocka_unit_test(test_long_advertisement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
