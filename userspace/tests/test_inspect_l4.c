// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is inside a frame: TCP, who sends DHCPv4 (RFC 2131) and DHCPv6
 * (RFC 8415), ICMP (RFC 792, RFC 1256).
 *
 * links: ../kernel/inspect.c ../kernel/inspect_l4.c ../kernel/wire.c
 * links: tests/inspect_run.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "inspect_run.h"

#define IPV4_IS		SEHUB_INSPECT_IPV4
#define IPV6_IS		SEHUB_INSPECT_IPV6
#define DHCP		SEHUB_INSPECT_DHCP
#define SERVER		SEHUB_INSPECT_DHCP_SERVER
#define ROUTER		SEHUB_INSPECT_ROUTER
#define FRAGMENT	SEHUB_INSPECT_FRAGMENT
#define BAD		SEHUB_INSPECT_BAD

/* Some other port. */
#define X	4096

static void test_tcp_flags(void **state)
{
	struct sehub_inspect out;
	struct sample s;
	u32 flags;

	(void)state;
	for (flags = 0; flags < 256; flags++) {
		sample_set(&s, ETH "0800" IPV4("0028", "0000", "06", V4_A)
			   TCP("00"));
		s.data[47] = (u8)flags;
		sample_inspect(&s, &out);
		assert_int_equal(out.what, IPV4_IS | SEHUB_INSPECT_TCP);
		assert_int_equal(out.tcp_flags, flags);
	}
}

/* UDP with @len bytes of payload, of which the first are given. */
static u32 udp4(u16 from, u16 to, u32 len, const char *payload)
{
	struct sehub_inspect out;
	struct sample s;

	sample_set(&s, ETH "0800" IPV4("0000", "0000", "11", V4_A)
		   UDP("0000", "0000", "0000"));
	sample_add(&s, payload);
	memset(s.data + s.len, 0, SAMPLE_MAX - s.len);
	s.len = 42 + len;
	sample_put16(&s, 16, (u16)(28 + len));
	sample_put16(&s, 34, from);
	sample_put16(&s, 36, to);
	sample_put16(&s, 38, (u16)(8 + len));
	sample_inspect(&s, &out);
	assert_int_equal(out.what & (IPV4_IS | SEHUB_INSPECT_UDP | BAD),
			 IPV4_IS | SEHUB_INSPECT_UDP);
	return out.what & (DHCP | SERVER);
}

#define REQUEST	"01010600" "12345678" "00000000" \
		"00000000" "00000000" "00000000"	/* up to giaddr */

/* What a client, a relay or a server takes for a server's or relay's. */
static void test_dhcp_of_servers(void **state)
{
	static const char *const replies[] = {
		"0201", "00", "03", "ff01",
		REQUEST "00000001", REQUEST "01000000", REQUEST V4_A,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		assert_int_equal(udp4(67, 67, 240, replies[i]), DHCP | SERVER);
		assert_int_equal(udp4(68, 67, 240, replies[i]), DHCP | SERVER);
		assert_int_equal(udp4(X, 67, 240, replies[i]), DHCP | SERVER);
		assert_int_equal(udp4(67, X, 240, replies[i]), DHCP | SERVER);
	}
	/* a client does not ask who sends it something */
	assert_int_equal(udp4(67, 68, 240, REQUEST), DHCP | SERVER);
	assert_int_equal(udp4(68, 68, 240, REQUEST), DHCP | SERVER);
	assert_int_equal(udp4(X, 68, 240, REQUEST), DHCP | SERVER);
	assert_int_equal(udp4(X, 68, 0, ""), DHCP | SERVER);
	/* too short to be told */
	assert_int_equal(udp4(68, 67, 27, REQUEST), DHCP | SERVER);
	assert_int_equal(udp4(68, 67, 1, REQUEST), DHCP | SERVER);
	assert_int_equal(udp4(68, 67, 0, ""), DHCP | SERVER);
	assert_int_equal(udp4(67, X, 0, ""), DHCP | SERVER);
}

static void test_dhcp_of_clients(void **state)
{
	(void)state;
	assert_int_equal(udp4(68, 67, 240, REQUEST), DHCP);
	assert_int_equal(udp4(68, 67, 28, REQUEST), DHCP);
	assert_int_equal(udp4(X, 67, 240, REQUEST), DHCP);
	assert_int_equal(udp4(67, 67, 240, REQUEST), DHCP);
	assert_int_equal(udp4(67, X, 240, REQUEST), DHCP);
	assert_int_equal(udp4(68, X, 240, "0201"), DHCP);
	/* neighbours of the ports, and those of DHCPv6 */
	assert_int_equal(udp4(66, 69, 240, "0201"), 0);
	assert_int_equal(udp4(69, 66, 240, "0201"), 0);
	assert_int_equal(udp4(67 << 8, 68 << 8, 240, "0201"), 0);
	assert_int_equal(udp4(546, 547, 240, "02"), 0);
}

/* A second fragment could say something else, at least to some receivers. */
static void test_dhcp_in_fragments(void **state)
{
	u32 what = SEHUB_INSPECT_UDP | FRAGMENT | DHCP | SERVER;

	(void)state;
	assert_int_equal(inspect_what(ETH "0800"
			 IPV4("003c", "2000", "11", V4_A)
			 UDP("0044", "0043", "0100") REQUEST "00000000" "00000000"),
			 IPV4_IS | what);
	assert_int_equal(inspect_what(ETH "0800"
			 IPV4("001c", "2000", "11", V4_A)
			 UDP("0044", "0043", "0100")), IPV4_IS | what);
	assert_int_equal(inspect_what(ETH "86dd"
			 IPV6("0018", "2c", "40", V6_LL, V6_B)
			 "11000001" "00000001"
			 UDP("0222", "0223", "0100") "0100000000000000"),
			 IPV6_IS | what);
}

static u32 udp6(u16 from, u16 to, u32 len, u8 type)
{
	struct sehub_inspect out;
	struct sample s;

	sample_set(&s, ETH "86dd" IPV6("0000", "11", "40", V6_LL, V6_ALL)
		   UDP("0000", "0000", "0000") "00000000");
	s.len = 62 + len;
	sample_put16(&s, 18, (u16)(8 + len));
	sample_put16(&s, 54, from);
	sample_put16(&s, 56, to);
	s.data[62] = type;
	sample_inspect(&s, &out);
	assert_int_equal(out.what & (IPV6_IS | SEHUB_INSPECT_UDP | BAD),
			 IPV6_IS | SEHUB_INSPECT_UDP);
	return out.what & (DHCP | SERVER);
}

/*
 * Of the types of messages those of clients are known, others are a server's
 * or relay's: ADVERTISE 2, REPLY 7, RECONFIGURE 10, RELAY-FORW 12, RELAY-REPL
 * 13, and what may come.
 */
static void test_dhcp6(void **state)
{
	static const char client[] = { 1, 3, 4, 5, 6, 8, 9, 11, 14, 20, 36 };
	u32 type, want;

	(void)state;
	for (type = 0; type < 256; type++) {
		want = memchr(client, (int)type, sizeof(client)) ?
		       DHCP : DHCP | SERVER;
		assert_int_equal(udp6(546, 547, 4, (u8)type), want);
		assert_int_equal(udp6(X, 547, 4, (u8)type), want);
		assert_int_equal(udp6(547, 547, 4, (u8)type), want);
		assert_int_equal(udp6(547, X, 4, (u8)type), want);
		assert_int_equal(udp6(547, 546, 4, (u8)type), DHCP | SERVER);
		assert_int_equal(udp6(X, 546, 4, (u8)type), DHCP | SERVER);
		assert_int_equal(udp6(546, X, 4, (u8)type), DHCP);
		assert_int_equal(udp6(545, 548, 4, (u8)type), 0);
		assert_int_equal(udp6(67, 68, 4, (u8)type), 0);
	}
	assert_int_equal(udp6(546, 547, 0, 1), DHCP | SERVER);
	assert_int_equal(udp6(546, 547, 1, 1), DHCP);
}

static void test_icmp(void **state)
{
	struct sehub_inspect out;
	struct sample s;
	u32 type;

	(void)state;
	for (type = 0; type < 256; type++) {
		sample_set(&s, ETH "0800" IPV4("001c", "0000", "01", V4_A)
			   "0000000000000000");
		s.data[34] = (u8)type;
		sample_inspect(&s, &out);
		/* redirect, router advertisement */
		assert_int_equal(out.what, IPV4_IS | SEHUB_INSPECT_ICMP |
				 (type == 5 || type == 9 ? ROUTER : 0));
		assert_int_equal(out.icmp_type, type);
		assert_int_equal(out.l4_off, 34);
	}
	assert_int_equal(inspect_what(ETH "0800"
			 IPV4("001c", "2000", "01", V4_A) "0500000000000000"),
			 IPV4_IS | SEHUB_INSPECT_ICMP | FRAGMENT | ROUTER);
}

/*
 * Frames that a Linux host, dnsmasq and udhcpc have sent to each other, taken
 * from the fuzzer's corpus, where two bytes are in front of each.
 */
static void test_real_frames(void **state)
{
	static const u32 udp4_is = IPV4_IS | SEHUB_INSPECT_UDP;
	static const u32 udp6_is = IPV6_IS | SEHUB_INSPECT_UDP;
	static const u32 icmp6_is = IPV6_IS | SEHUB_INSPECT_ICMP;
	static const u32 nd_is = icmp6_is | SEHUB_INSPECT_ND;
	const struct { const char *name; u32 what; } frames[] = {
		{ "arp-request",
		  SEHUB_INSPECT_ARP | SEHUB_INSPECT_ARP_REQUEST },
		{ "arp-reply", SEHUB_INSPECT_ARP },
		{ "arp-probe", SEHUB_INSPECT_ARP | SEHUB_INSPECT_ARP_REQUEST |
			       SEHUB_INSPECT_PROBE },
		{ "ipv4-dhcp-discover", udp4_is | DHCP },
		{ "ipv4-dhcp-offer", udp4_is | DHCP | SERVER },
		{ "ipv4-dhcp-request", udp4_is | DHCP },
		{ "ipv4-dhcp-ack", udp4_is | DHCP | SERVER },
		{ "ipv4-dhcp-release", udp4_is | DHCP },
		{ "ipv4-udp", udp4_is },
		{ "ipv4-udp-options", udp4_is },
		{ "ipv4-udp-fragment-first", udp4_is | FRAGMENT },
		{ "ipv4-udp-fragment-last", IPV4_IS | FRAGMENT },
		{ "ipv4-tcp-syn", IPV4_IS | SEHUB_INSPECT_TCP },
		{ "ipv4-icmp-unreachable", IPV4_IS | SEHUB_INSPECT_ICMP },
		{ "ipv6-dhcp-solicit", udp6_is | DHCP },
		{ "ipv6-dhcp-advertise", udp6_is | DHCP | SERVER },
		{ "ipv6-dhcp-request", udp6_is | DHCP },
		{ "ipv6-dhcp-reply", udp6_is | DHCP | SERVER },
		{ "ipv6-dhcp-renew", udp6_is | DHCP },
		{ "ipv6-dhcp-release", udp6_is | DHCP },
		{ "ipv6-dhcp-information", udp6_is | DHCP },
		{ "ipv6-nd-rs", nd_is },
		{ "ipv6-nd-ra", nd_is | ROUTER },
		{ "ipv6-nd-ns", nd_is },
		{ "ipv6-nd-ns-dad", nd_is | SEHUB_INSPECT_PROBE },
		{ "ipv6-nd-na", nd_is },
		{ "ipv6-nd-na-lladdr", nd_is },
		{ "ipv6-mld", icmp6_is },
		{ "ipv6-icmp-echo", icmp6_is },
		{ "ipv6-tcp-syn", IPV6_IS | SEHUB_INSPECT_TCP },
		{ "ipv6-udp-hopopts-dstopts", udp6_is },
		{ "ipv6-fragment-first", udp6_is | FRAGMENT },
		{ "ipv6-fragment-last", IPV6_IS | FRAGMENT },
		{ "ipv6-dstopts-fragment-last", IPV6_IS | FRAGMENT },
	};
	struct sehub_inspect out;
	struct sample s;
	char path[64];
	size_t i;
	FILE *f;

	(void)state;
	for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		snprintf(path, sizeof(path), "../fuzz/corpus/inspect/%s",
			 frames[i].name);
		f = fopen(path, "r");
		assert_non_null(f);
		assert_int_equal(fseek(f, 2, SEEK_SET), 0);
		s.len = (u32)fread(s.data, 1, sizeof(s.data), f);
		fclose(f);
		sample_inspect(&s, &out);
		if (out.what != frames[i].what)
			fail_msg("%s: %x", frames[i].name, out.what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcp_flags),
		cmocka_unit_test(test_dhcp_of_servers),
		cmocka_unit_test(test_dhcp_of_clients),
		cmocka_unit_test(test_dhcp_in_fragments),
		cmocka_unit_test(test_dhcp6),
		cmocka_unit_test(test_icmp),
		cmocka_unit_test(test_real_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
