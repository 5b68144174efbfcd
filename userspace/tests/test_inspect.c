// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is inside a frame: tags (802.1Q, 802.1ad and their forerunners), LLC
 * with SNAP headers (RFC 1042, 802.1H), ARP (RFC 826, RFC 5227).
 *
 * links: ../kernel/inspect.c ../kernel/inspect_l4.c ../kernel/wire.c
 * links: tests/inspect_run.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <asm/byteorder.h>

#include "inspect_run.h"

#define ARP_IS	SEHUB_INSPECT_ARP
#define BAD	SEHUB_INSPECT_BAD

#define ARP_FIXED	"0001" "0800" "06" "04"
/* 192.0.2.1 asks who has 192.0.2.2 */
#define ARP		ARP_FIXED "0001" SRC V4_A "000000000000" V4_B
#define SNAP		"aaaa03" "000000"

static void test_no_whole_header(void **state)
{
	static const char *const frames[] = {
		"", "02", ETH, ETH "08",
	};
	struct sehub_inspect out;
	struct sample s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
		assert_int_equal(inspect_what(frames[i]), BAD);
	/* what is at hand behind the frame is not read */
	sample_set(&s, ETH "0806" ARP);
	sehub_inspect(s.data, s.len, 13, &out);
	assert_int_equal(out.what, BAD);
	sehub_inspect(s.data, s.len, 41, &out);
	assert_int_equal(out.what, ARP_IS | BAD);
	sehub_inspect(s.data, s.len, 42, &out);
	assert_false(out.what & BAD);
}

static void test_three_tags(void **state)
{
	struct sehub_inspect out;

	(void)state;
	inspect_hex(ETH "88a80005" "81000006" "81000007" "0806" ARP, &out);
	assert_int_equal(out.what, BAD);
	assert_int_equal(out.tags, 2);
	assert_int_equal(be16_to_cpu(out.type), 0x8100);
	assert_true(inspect_is_bad(ETH "81000000" "81000000" "93000000"
				   "0806" ARP));
	assert_true(inspect_is_bad(ETH "81000000" "81000000" "88a80000"
				   "88b5" "00"));
}

static void test_tags_cut_short(void **state)
{
	static const char *const frames[] = {
		ETH "8100", ETH "810000", ETH "81000005", ETH "8100000508",
		ETH "88a80005" "8100", ETH "88a80005" "81000006" "08",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
		assert_int_equal(inspect_what(frames[i]), BAD);
}

static bool is_tag(u32 type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 ||
	       type == 0x9200 || type == 0x9300;
}

/* Every EtherType with four bytes and ARP behind it. */
static void test_each_type(void **state)
{
	struct sehub_inspect out;
	struct sample s;
	u32 type;

	(void)state;
	sample_set(&s, ETH "0000" "0005" "0806" ARP);
	for (type = 0; type <= 0xffff; type++) {
		sample_put16(&s, 12, (u16)type);
		sehub_inspect(s.data, s.len, s.len, &out);
		if (is_tag(type)) {
			assert_int_equal(out.what & ARP_IS, ARP_IS);
			assert_int_equal(out.tags, 1);
			assert_int_equal(be16_to_cpu(out.tag[0]), type);
			assert_int_equal(be16_to_cpu(out.type), 0x0806);
			assert_int_equal(out.l3_off, 18);
			continue;
		}
		assert_int_equal(out.tags, 0);
		assert_int_equal(be16_to_cpu(out.type), type);
		assert_int_equal(out.l3_off, 14);
		switch (type) {
		case 0x0800:
			assert_int_equal(out.what, SEHUB_INSPECT_IPV4 | BAD);
			break;
		case 0x0806:
			assert_int_equal(out.what, ARP_IS | BAD);
			break;
		case 0x86dd:
			assert_int_equal(out.what, SEHUB_INSPECT_IPV6 | BAD);
			break;
		default:
			assert_int_equal(out.what, 0);
		}
	}
}

/* A priority tag has VLAN 0: hosts without VLANs read what is behind it. */
static void test_behind_tags(void **state)
{
	struct sehub_inspect out;

	(void)state;
	inspect_hex(ETH "81006000" "0806" ARP, &out);
	assert_int_equal(out.what, ARP_IS | SEHUB_INSPECT_ARP_REQUEST);
	assert_int_equal(out.tags, 1);
	inspect_hex(ETH "91000fff" "81000000" "0806" ARP, &out);
	assert_int_equal(out.what, ARP_IS | SEHUB_INSPECT_ARP_REQUEST);
	assert_int_equal(out.tags, 2);
	assert_int_equal(be16_to_cpu(out.tag[0]), 0x9100);
	assert_int_equal(be16_to_cpu(out.tag[1]), 0x8100);
	assert_int_equal(out.l3_off, 22);
	expect_addr(out.addr[0], V4_A);
}

static void test_snap_that_lies(void **state)
{
	(void)state;
	/* shorter than itself, than what is inside, longer than the frame */
	assert_true(inspect_is_bad(ETH "0007" SNAP "0806" ARP));
	assert_true(inspect_is_bad(ETH "0000" SNAP "0806" ARP));
	assert_true(inspect_is_bad(ETH "0023" SNAP "0806" ARP));
	assert_true(inspect_is_bad(ETH "0025" SNAP "0806" ARP));
	assert_true(inspect_is_bad(ETH "05ff" SNAP "0806" ARP));
	assert_true(inspect_is_bad(ETH "0023" SNAP "0800"
				   IPV4("001c", "0000", "11", V4_A)
				   UDP("3039", "0009", "0008")));
	/* what would be read again, or is a tag */
	assert_true(inspect_is_bad(ETH "002c" SNAP "0024" SNAP "0806" ARP));
	assert_true(inspect_is_bad(ETH "0028" SNAP "81000000" "0806" ARP));
	assert_true(inspect_is_bad(ETH "0028" SNAP "93000000" "0806" ARP));
	/* no room for a SNAP header, so there is none */
	assert_false(inspect_is_bad(ETH "0003" "aaaa03"));
}

static void test_snap(void **state)
{
	struct sehub_inspect out;

	(void)state;
	inspect_hex(ETH "0024" "aaaa03" "000000" "0806" ARP, &out);
	assert_int_equal(out.what, ARP_IS | SEHUB_INSPECT_ARP_REQUEST);
	assert_int_equal(be16_to_cpu(out.type), 0x0806);
	assert_int_equal(out.l3_off, 22);
	inspect_hex(ETH "0024" "aaaa03" "0000f8" "0806" ARP, &out);
	assert_int_equal(out.what, ARP_IS | SEHUB_INSPECT_ARP_REQUEST);
	inspect_hex(ETH "81000000" "88a80005" "0024" SNAP "0806" ARP, &out);
	assert_int_equal(out.what, ARP_IS | SEHUB_INSPECT_ARP_REQUEST);
	assert_int_equal(out.tags, 2);
	assert_int_equal(out.l3_off, 30);
	inspect_hex(ETH "0024" SNAP "0800" IPV4("001c", "0000", "11", V4_A)
		    UDP("3039", "0009", "0008"), &out);
	assert_int_equal(out.what, SEHUB_INSPECT_IPV4 | SEHUB_INSPECT_UDP);
	assert_int_equal(out.l4_off, 42);
	inspect_hex(ETH "0009" SNAP "88b5" "00", &out);
	assert_int_equal(out.what, 0);
	assert_int_equal(be16_to_cpu(out.type), 0x88b5);
}

/* Spanning tree, CDP, AppleTalk, raw IPX, a SNAP header with other bits. */
static void test_other_llc(void **state)
{
	static const char *const frames[] = {
		ETH "0024" "424203" "0000000000" ARP,
		ETH "0024" "aaaa03" "00000c" "2000" ARP,
		ETH "0024" "aaaa03" "080007" "809b" ARP,
		ETH "0024" "ffff00" "2200000000" ARP,
		ETH "0024" "aaaa13" "000000" "0806" ARP,
		ETH "0024" "aaab03" "000000" "0806" ARP,
		ETH "0024" "aaaa03" "000001" "0806" ARP,
		ETH "0024" "aaaa03" "000100" "0806" ARP,
		ETH "0024" "aaaa03" "010000" "0806" ARP,
	};
	struct sehub_inspect out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		inspect_hex(frames[i], &out);
		assert_int_equal(out.what, 0);
		assert_int_equal(be16_to_cpu(out.type), 0x0024);
		assert_int_equal(out.l3_off, 14);
		assert_int_equal(out.addrs, 0);
	}
}

static void test_arp_cut_short(void **state)
{
	struct sehub_inspect out;
	struct sample s;
	u32 len;

	(void)state;
	sample_set(&s, ETH "0806" ARP);
	for (len = 14; len < 42; len++) {
		s.len = len;
		sample_inspect(&s, &out);
		assert_int_equal(out.what, ARP_IS | BAD);
	}
}

/* Another hardware, protocol, length of addresses; other operations. */
static void test_arp_fixed_fields(void **state)
{
	struct sehub_inspect out;
	struct sample s;
	u32 bit;

	(void)state;
	for (bit = 0; bit < 64; bit++) {
		sample_set(&s, ETH "0806" ARP);
		s.data[14 + bit / 8] ^= (u8)(0x80 >> bit % 8);
		sample_inspect(&s, &out);
		assert_int_equal(out.what & (ARP_IS | BAD), ARP_IS | BAD);
	}
	/* 0 none, 3 and 4 RARP, 8 and 9 InARP */
	for (bit = 0; bit < 256; bit++) {
		sample_set(&s, ETH "0806" ARP);
		s.data[21] = (u8)bit;
		sample_inspect(&s, &out);
		assert_int_equal(!(out.what & BAD), bit == 1 || bit == 2);
	}
}

#define ARP_FROM(spa)	ETH "0806" ARP_FIXED "0002" SRC spa DST V4_B

static void test_arp_senders(void **state)
{
	static const char *const bad[] = {
		ARP_FROM("7f000001"), ARP_FROM("7fffffff"),
		ARP_FROM("e0000001"), ARP_FROM("efffffff"),
		ARP_FROM("ffffffff"),
	};
	static const struct { const char *frame, *addr; } good[] = {
		{ ARP_FROM("00000001"), "00000001" },
		{ ARP_FROM("7e000001"), "7e000001" },
		{ ARP_FROM("80000000"), "80000000" },
		{ ARP_FROM("dfffffff"), "dfffffff" },
		{ ARP_FROM("f0000000"), "f0000000" },
		{ ARP_FROM("fffffffe"), "fffffffe" },
	};
	struct sehub_inspect out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(inspect_what(bad[i]), ARP_IS | BAD);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		inspect_hex(good[i].frame, &out);
		assert_int_equal(out.what, ARP_IS);
		assert_int_equal(out.addrs, 1);
		expect_addr(out.addr[0], good[i].addr);
		assert_true(out.has_target);
		expect_addr(out.target, V4_B);
	}
}

static void test_arp_names_another_mac(void **state)
{
	struct sehub_inspect out;
	struct sample s;
	u32 bit;

	(void)state;
	for (bit = 0; bit < 48; bit++) {
		sample_set(&s, ETH "0806" ARP);
		s.data[22 + bit / 8] ^= (u8)(1 << bit % 8);
		sample_inspect(&s, &out);
		assert_int_equal(out.what, ARP_IS | SEHUB_INSPECT_ARP_REQUEST |
					   SEHUB_INSPECT_BAD_SENDER);
		expect_addr(out.addr[0], V4_A);
	}
	/* the receiver's may be anything */
	assert_int_equal(inspect_what(ETH "0806" ARP_FIXED "0002" SRC V4_A
				      "ffffffffffff" V4_B), ARP_IS);
}

#define ARP_ABOUT(op, spa, tpa)	\
	ETH "0806" ARP_FIXED op SRC spa "000000000000" tpa

static void test_arp_probe_and_announcement(void **state)
{
	u32 request = ARP_IS | SEHUB_INSPECT_ARP_REQUEST;
	struct sehub_inspect out;

	(void)state;
	inspect_hex(ARP_ABOUT("0001", "00000000", V4_B), &out);
	assert_int_equal(out.what, request | SEHUB_INSPECT_PROBE);
	assert_int_equal(out.addrs, 0);
	assert_true(out.has_target);
	expect_addr(out.target, V4_B);
	/* an answer asks for nothing, nor does nobody announce nobody */
	assert_int_equal(inspect_what(ARP_ABOUT("0002", "00000000", V4_B)),
			 ARP_IS);
	assert_int_equal(inspect_what(ARP_ABOUT("0001", "00000000",
						"00000000")),
			 request | SEHUB_INSPECT_PROBE);

	inspect_hex(ARP_ABOUT("0001", V4_A, V4_A), &out);
	assert_int_equal(out.what, request | SEHUB_INSPECT_ANNOUNCE);
	assert_int_equal(out.addrs, 1);
	assert_int_equal(inspect_what(ARP_ABOUT("0002", V4_A, V4_A)),
			 ARP_IS | SEHUB_INSPECT_ANNOUNCE);
	assert_int_equal(inspect_what(ARP_ABOUT("0001", V4_A, "c0000200")),
			 request);
}

static void test_kinds_of_addresses(void **state)
{
	struct sample s;
	u32 bit;

	(void)state;
	for (bit = 0; bit < 128; bit++) {
		sample_set(&s, "00000000000000000000ffff" V4_A);
		s.data[bit / 8] ^= (u8)(0x80 >> bit % 8);
		assert_int_equal(sehub_inspect_is_ipv4(s.data), bit >= 96);
		sample_set(&s, V6_LL);
		s.data[bit / 8] ^= (u8)(0x80 >> bit % 8);
		assert_int_equal(sehub_inspect_is_link_local(s.data),
				 bit >= 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_whole_header),
		cmocka_unit_test(test_three_tags),
		cmocka_unit_test(test_tags_cut_short),
		cmocka_unit_test(test_each_type),
		cmocka_unit_test(test_behind_tags),
		cmocka_unit_test(test_snap_that_lies),
		cmocka_unit_test(test_snap),
		cmocka_unit_test(test_other_llc),
		cmocka_unit_test(test_arp_cut_short),
		cmocka_unit_test(test_arp_fixed_fields),
		cmocka_unit_test(test_arp_senders),
		cmocka_unit_test(test_arp_names_another_mac),
		cmocka_unit_test(test_arp_probe_and_announcement),
		cmocka_unit_test(test_kinds_of_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
