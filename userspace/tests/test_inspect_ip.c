// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is inside a frame: IPv4 (RFC 791, fragments RFC 1858), IPv6 with its
 * extension headers (RFC 8200, fragments RFC 6946 and RFC 7112).
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

#define IPV4_IS		SEHUB_INSPECT_IPV4
#define IPV6_IS		SEHUB_INSPECT_IPV6
#define UDP_IS		SEHUB_INSPECT_UDP
#define TCP_IS		SEHUB_INSPECT_TCP
#define FRAGMENT	SEHUB_INSPECT_FRAGMENT
#define BAD		SEHUB_INSPECT_BAD

#define ANY_UDP		UDP("3039", "0009", "0008")
#define SIX		ETH "86dd"
#define FOUR		ETH "0800"

/* Extension headers of 8 bytes: what is next, and a PadN option. */
#define EXT(next)	next "00" "010400000000"
#define FRAG(next, offset)	next "00" offset "00000001"

static void expect_bad(const char *const *frames, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!inspect_is_bad(frames[i]))
			fail_msg("understood: %s", frames[i]);
}

#define EXPECT_BAD(frames) \
	expect_bad(frames, sizeof(frames) / sizeof(frames[0]))

static void test_ipv4_header_that_lies(void **state)
{
	static const char *const frames[] = {
		/* cut short */
		FOUR, FOUR "45",
		FOUR "45000014" "00010000" "40110000" V4_A "c00002",
		/* version 6, 5, header of 16 bytes, of 24 in 20 */
		FOUR "65" "00001c" "00010000" "40110000" V4_A V4_B ANY_UDP,
		FOUR "55" "00001c" "00010000" "40110000" V4_A V4_B ANY_UDP,
		FOUR "44" "00001c" "00010000" "40110000" V4_A V4_B ANY_UDP,
		FOUR "46" "000014" "00010000" "40fd0000" V4_A V4_B ANY_UDP,
		/* total length 0, less than the header, more than the frame */
		FOUR IPV4("0000", "0000", "11", V4_A) ANY_UDP,
		FOUR IPV4("0013", "0000", "fd", V4_A) ANY_UDP,
		FOUR IPV4("001d", "0000", "11", V4_A) ANY_UDP,
		FOUR IPV4("ffff", "0000", "fd", V4_A) ANY_UDP,
		/* the header of TCP, UDP or ICMP is not in the packet */
		FOUR IPV4("001b", "0000", "11", V4_A) ANY_UDP,
		FOUR IPV4("0014", "0000", "11", V4_A) ANY_UDP,
		FOUR IPV4("0027", "0000", "06", V4_A) TCP("02"),
		FOUR IPV4("001b", "0000", "01", V4_A) "0800000000000000",
	};

	(void)state;
	EXPECT_BAD(frames);
}

#define FROM(src)	FOUR IPV4("001c", "0000", "11", src) ANY_UDP

static void test_ipv4_sources(void **state)
{
	static const char *const bad[] = {
		FROM("7f000001"), FROM("7fffffff"), FROM("e0000001"),
		FROM("efffffff"), FROM("ffffffff"),
		FOUR IPV4("001c", "2000", "11", "7f000001") ANY_UDP,
		FOUR IPV4("001c", "00b9", "11", "e0000001") ANY_UDP,
	};
	struct sehub_inspect out;

	(void)state;
	EXPECT_BAD(bad);
	inspect_hex(FROM("00000000"), &out);
	assert_int_equal(out.what, IPV4_IS | UDP_IS);
	assert_int_equal(out.addrs, 0);
	inspect_hex(FROM("fffffffe"), &out);
	assert_int_equal(out.addrs, 1);
	expect_addr(out.addr[0], "fffffffe");
	inspect_hex(FROM(V4_A), &out);
	assert_int_equal(out.what, IPV4_IS | UDP_IS);
	assert_int_equal(out.proto, 17);
	assert_int_equal(out.l3_off, 14);
	assert_int_equal(out.l4_off, 34);
	assert_int_equal(out.addrs, 1);
	expect_addr(out.addr[0], V4_A);
	assert_false(out.has_target);
}

static void test_ipv4_options(void **state)
{
	struct sehub_inspect out;
	struct sample s;
	u32 words;

	(void)state;
	for (words = 5; words < 16; words++) {
		sample_set(&s, FOUR IPV4("0000", "0000", "11", V4_A));
		memset(s.data + s.len, 1, 40);
		s.len += (words - 5) * 4;
		sample_add(&s, ANY_UDP);
		s.data[14] = (u8)(0x40 | words);
		sample_put16(&s, 16, (u16)(words * 4 + 8));
		sample_inspect(&s, &out);
		assert_int_equal(out.what, IPV4_IS | UDP_IS);
		assert_int_equal(out.l4_off, 14 + words * 4);
		/* then what looked like UDP is in the options */
		sample_put16(&s, 16, (u16)(words * 4 + 7));
		sample_inspect(&s, &out);
		assert_int_equal(out.what, IPV4_IS | BAD);
	}
}

static void test_ipv4_fragments_that_hide(void **state)
{
	static const char *const frames[] = {
		/* a first one without the whole header */
		FOUR IPV4("0014", "2000", "11", V4_A) ANY_UDP,
		FOUR IPV4("001b", "2000", "11", V4_A) ANY_UDP,
		FOUR IPV4("0024", "2000", "06", V4_A) TCP("02"),
		FOUR IPV4("0027", "2000", "06", V4_A) TCP("02"),
		FOUR IPV4("001b", "2000", "01", V4_A) "0500000000000000",
		/* one that goes over the end of a header, or of what DHCP says */
		FOUR IPV4("0024", "0001", "06", V4_A) TCP("02"),
		FOUR IPV4("0024", "2001", "06", V4_A) TCP("02"),
		FOUR IPV4("001c", "0001", "11", V4_A) ANY_UDP,
		FOUR IPV4("001c", "a001", "11", V4_A) ANY_UDP,
	};

	(void)state;
	EXPECT_BAD(frames);
}

static void test_ipv4_fragments(void **state)
{
	struct sehub_inspect out;

	(void)state;
	inspect_hex(FOUR IPV4("001c", "2000", "11", V4_A) ANY_UDP, &out);
	assert_int_equal(out.what, IPV4_IS | FRAGMENT | UDP_IS);
	assert_int_equal(out.l4_off, 34);
	inspect_hex(FOUR IPV4("0028", "2000", "06", V4_A) TCP("12"), &out);
	assert_int_equal(out.what, IPV4_IS | FRAGMENT | TCP_IS);
	assert_int_equal(out.tcp_flags, 0x12);

	inspect_hex(FOUR IPV4("001c", "00b9", "11", V4_A) ANY_UDP, &out);
	assert_int_equal(out.what, IPV4_IS | FRAGMENT);
	assert_int_equal(out.l4_off, 0);
	assert_int_equal(out.proto, 17);
	expect_addr(out.addr[0], V4_A);
	assert_int_equal(inspect_what(FOUR IPV4("001c", "3fff", "11", V4_A)
				      ANY_UDP), IPV4_IS | FRAGMENT);
	/* of ICMP the second 8 bytes are not the header */
	assert_int_equal(inspect_what(FOUR IPV4("001c", "0001", "01", V4_A)
				      ANY_UDP), IPV4_IS | FRAGMENT);
	/* may not be fragmented; the reserved bit */
	assert_int_equal(inspect_what(FOUR IPV4("001c", "4000", "11", V4_A)
				      ANY_UDP), IPV4_IS | UDP_IS);
	assert_int_equal(inspect_what(FOUR IPV4("001c", "8000", "11", V4_A)
				      ANY_UDP), IPV4_IS | UDP_IS);
}

/* Only three protocols are looked into; ICMPv6 belongs to IPv6. */
static void test_each_protocol(void **state)
{
	struct sehub_inspect out;
	struct sample s;
	u32 proto, l4;

	(void)state;
	for (proto = 0; proto < 256; proto++) {
		l4 = proto == 1 ? SEHUB_INSPECT_ICMP : proto == 6 ? TCP_IS :
		     proto == 17 ? UDP_IS : 0;
		sample_set(&s, FOUR IPV4("0028", "0000", "00", V4_A) TCP("02"));
		s.data[23] = (u8)proto;
		sample_inspect(&s, &out);
		assert_int_equal(out.what, IPV4_IS | l4);
		assert_int_equal(out.proto, proto);
		assert_int_equal(out.l4_off, l4 ? 34 : 0);

		l4 = proto == 58 ? SEHUB_INSPECT_ICMP : proto == 6 ? TCP_IS :
		     proto == 17 ? UDP_IS : 0;
		sample_set(&s, SIX IPV6("0014", "00", "40", V6_A, V6_B)
			   "3b00bbbb" "00000001" "00000000" "50025555"
			   "00000000");
		s.data[20] = (u8)proto;
		sample_inspect(&s, &out);
		if (!memchr("\x00\x2b\x2c\x33\x3c\x87\x8b\x8c", (int)proto, 8))
			assert_int_equal(out.what, IPV6_IS | l4);
		else
			assert_int_equal(out.proto, 59);
	}
}

static void test_ipv6_header_that_lies(void **state)
{
	static const char *const frames[] = {
		SIX, SIX "60",
		/* 39 bytes of 40 */
		SIX "600000000000" "3b40" V6_A
			"20010db80000000000000000000000",
		/* version 4, 5 */
		SIX "40000000" "0008" "1140" V6_A V6_B ANY_UDP,
		SIX "50000000" "0008" "1140" V6_A V6_B ANY_UDP,
		/* more than the frame; the length is in an option */
		SIX IPV6("0009", "11", "40", V6_A, V6_B) ANY_UDP,
		SIX IPV6("ffff", "3b", "40", V6_A, V6_B) ANY_UDP,
		SIX IPV6("0000", "00", "40", V6_A, V6_B)
			"1100" "c20400000010" ANY_UDP,
		SIX IPV6("0000", "00", "40", V6_A, V6_B) EXT("11") ANY_UDP,
		/* the header of TCP, UDP or ICMPv6 is not in the packet */
		SIX IPV6("0000", "11", "40", V6_A, V6_B) ANY_UDP,
		SIX IPV6("0007", "11", "40", V6_A, V6_B) ANY_UDP,
		SIX IPV6("0013", "06", "40", V6_A, V6_B) TCP("02"),
		SIX IPV6("0007", "3a", "40", V6_A, V6_B) "8000000000000000",
	};

	(void)state;
	EXPECT_BAD(frames);
	assert_int_equal(inspect_what(SIX IPV6("0000", "3b", "40", V6_A,
					       V6_B)), IPV6_IS);
}

#define FROM6(src)	SIX IPV6("0008", "11", "40", src, V6_B) ANY_UDP

static void test_ipv6_sources(void **state)
{
	static const char *const bad[] = {
		FROM6(V6_ALL), FROM6("ff000000000000000000000000000000"),
		FROM6("00000000000000000000000000000001"),
		FROM6("00000000000000000000ffff" V4_A),
		FROM6("00000000000000000000ffff00000000"),
	};
	static const char *const good[] = {
		V6_A, V6_LL, "fec00000000000000000000000000001",
		"00000000000000000000000000000002",
		"000000000000000000000000" V4_A,
		"00000000000000000001ffff" V4_A,
		"000000000000000000010000" "00000001",
		"00000000000000010000000000000001",
		"00000000000000010000ffff" V4_A,
		"00000001000000000000000000000000",
		"0064ff9b0000000000000000" V4_A,
	};
	struct sehub_inspect out;
	struct sample s;
	size_t i;

	(void)state;
	EXPECT_BAD(bad);
	inspect_hex(FROM6(V6_NONE), &out);
	assert_int_equal(out.what, IPV6_IS | UDP_IS);
	assert_int_equal(out.addrs, 0);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		sample_set(&s, ETH "86dd" "60000000" "0008" "1140");
		sample_add(&s, good[i]);
		sample_add(&s, V6_B ANY_UDP);
		sample_inspect(&s, &out);
		assert_int_equal(out.what, IPV6_IS | UDP_IS);
		assert_int_equal(out.addrs, 1);
		expect_addr(out.addr[0], good[i]);
		assert_int_equal(out.l4_off, 54);
	}
}

static void test_chain_that_lies(void **state)
{
	static const char *const frames[] = {
		/* cut short, or longer than the packet, whatever is next */
		SIX IPV6("0007", "3c", "40", V6_A, V6_B) EXT("3b"),
		SIX IPV6("0008", "3c", "40", V6_A, V6_B)
			"3b01" "010400000000" ANY_UDP,
		SIX IPV6("0008", "33", "40", V6_A, V6_B)
			"3b01" "010400000000" ANY_UDP,
		SIX IPV6("0010", "2b", "40", V6_A, V6_B)
			"3bff" "010400000000" ANY_UDP,
		/* nothing behind the last one, or not enough */
		SIX IPV6("0008", "3c", "40", V6_A, V6_B) EXT("11"),
		SIX IPV6("000f", "3c", "40", V6_A, V6_B) EXT("11") ANY_UDP,
		/* nine of them */
		SIX IPV6("0050", "00", "40", V6_A, V6_B) EXT("3c") EXT("3c")
			EXT("3c") EXT("3c") EXT("3c") EXT("3c") EXT("3c")
			EXT("3c") EXT("11") ANY_UDP,
		SIX IPV6("0048", "00", "40", V6_A, V6_B) EXT("3c") EXT("3c")
			EXT("3c") EXT("3c") EXT("3c") EXT("3c") EXT("3c")
			EXT("3c") EXT("3b"),
		/* a fragment in a fragment */
		SIX IPV6("0018", "2c", "40", V6_A, V6_B) FRAG("2c", "0000")
			FRAG("11", "0000") ANY_UDP,
		SIX IPV6("0018", "2c", "40", V6_A, V6_B) FRAG("2c", "0001")
			FRAG("11", "0008") ANY_UDP,
	};

	(void)state;
	EXPECT_BAD(frames);
}

static void test_each_extension_header(void **state)
{
	static const u8 protos[] = { 0, 43, 60, 135, 139, 140 };
	struct sehub_inspect out;
	struct sample s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(protos); i++) {
		sample_set(&s, SIX IPV6("0018", "00", "40", V6_A, V6_B)
			   "1101" "010400000000" "0104000000000000" ANY_UDP);
		s.data[20] = protos[i];
		sample_inspect(&s, &out);
		assert_int_equal(out.what, IPV6_IS | UDP_IS);
		assert_int_equal(out.proto, 17);
		assert_int_equal(out.l4_off, 70);
	}
	/* counted in words, and two less */
	inspect_hex(SIX IPV6("0014", "33", "40", V6_A, V6_B)
		    "1101" "0000" "00000001" "00000002" ANY_UDP, &out);
	assert_int_equal(out.what, IPV6_IS | UDP_IS);
	assert_int_equal(out.l4_off, 66);
	/* nobody but the receiver can read what is in ESP */
	inspect_hex(SIX IPV6("0010", "3c", "40", V6_A, V6_B) EXT("32") ANY_UDP,
		    &out);
	assert_int_equal(out.what, IPV6_IS);
	assert_int_equal(out.proto, 50);
	inspect_hex(SIX IPV6("0048", "00", "40", V6_A, V6_B) EXT("3c")
		    EXT("3c") EXT("2b") EXT("3c") EXT("87") EXT("8b")
		    EXT("8c") EXT("11") ANY_UDP, &out);
	assert_int_equal(out.what, IPV6_IS | UDP_IS);
	assert_int_equal(out.l4_off, 118);
}

/* UDP behind a header of options that ends where @l4 says. */
static u32 far_header(u32 l4, u8 next)
{
	struct sehub_inspect out;
	struct sample s;

	sample_set(&s, SIX IPV6("0000", "3c", "40", V6_A, V6_B));
	memset(s.data + 54, 0, l4 - 54);
	s.data[54] = next;
	s.data[55] = (u8)((l4 - 54) / 8 - 1);
	s.len = l4;
	sample_add(&s, ANY_UDP);
	sample_put16(&s, 18, (u16)(s.len - 54));
	sample_inspect(&s, &out);
	assert_int_equal(out.l4_off, out.what & UDP_IS ? l4 : 0);
	return out.what;
}

static void test_headers_far_away(void **state)
{
	u32 l4;

	(void)state;
	for (l4 = 62; l4 <= 318; l4 += 8) {
		assert_int_equal(far_header(l4, 17),
				 l4 + 8 <= SEHUB_INSPECT_LEN ?
				 IPV6_IS | UDP_IS : IPV6_IS | BAD);
		assert_int_equal(far_header(l4, 59),
				 l4 <= SEHUB_INSPECT_LEN ?
				 IPV6_IS : IPV6_IS | BAD);
	}
}

static void test_ipv6_fragments_that_hide(void **state)
{
	static const char *const frames[] = {
		SIX IPV6("0008", "2c", "40", V6_A, V6_B) FRAG("11", "0001"),
		SIX IPV6("000f", "2c", "40", V6_A, V6_B) FRAG("11", "0001")
			ANY_UDP,
		SIX IPV6("001b", "2c", "40", V6_A, V6_B) FRAG("06", "0001")
			TCP("02"),
		SIX IPV6("0010", "2c", "40", V6_A, V6_B) FRAG("3c", "0001")
			EXT("11"),
		SIX IPV6("0010", "2c", "40", V6_A, V6_B) FRAG("3c", "0001")
			"1101" "010400000000",
		SIX IPV6("0007", "2c", "40", V6_A, V6_B) FRAG("11", "0008"),
	};

	(void)state;
	EXPECT_BAD(frames);
}

static void test_ipv6_fragments(void **state)
{
	struct sehub_inspect out;

	(void)state;
	inspect_hex(SIX IPV6("0010", "2c", "40", V6_A, V6_B)
		    FRAG("11", "0001") ANY_UDP, &out);
	assert_int_equal(out.what, IPV6_IS | FRAGMENT | UDP_IS);
	assert_int_equal(out.l4_off, 62);
	inspect_hex(SIX IPV6("0018", "00", "40", V6_A, V6_B) EXT("2c")
		    FRAG("3c", "0009") EXT("11"), &out);
	assert_int_equal(out.what, IPV6_IS | FRAGMENT);
	assert_int_equal(out.proto, 60);
	expect_addr(out.addr[0], V6_A);
	inspect_hex(SIX IPV6("0010", "2c", "40", V6_A, V6_B)
		    FRAG("11", "0008") ANY_UDP, &out);
	assert_int_equal(out.what, IPV6_IS | FRAGMENT);
	assert_int_equal(out.proto, 17);
	assert_int_equal(out.l4_off, 0);
	/* one that is whole, with the bits that mean nothing */
	assert_int_equal(inspect_what(SIX IPV6("0010", "2c", "40", V6_A, V6_B)
				      FRAG("11", "0006") ANY_UDP),
			 IPV6_IS | FRAGMENT | UDP_IS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4_header_that_lies),
		cmocka_unit_test(test_ipv4_sources),
		cmocka_unit_test(test_ipv4_options),
		cmocka_unit_test(test_ipv4_fragments_that_hide),
		cmocka_unit_test(test_ipv4_fragments),
		cmocka_unit_test(test_each_protocol),
		cmocka_unit_test(test_ipv6_header_that_lies),
		cmocka_unit_test(test_ipv6_sources),
		cmocka_unit_test(test_chain_that_lies),
		cmocka_unit_test(test_each_extension_header),
		cmocka_unit_test(test_headers_far_away),
		cmocka_unit_test(test_ipv6_fragments_that_hide),
		cmocka_unit_test(test_ipv6_fragments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
