// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames in words, from the fuzzer's corpus, which has them under the names
 * below: whole, cut anywhere, and nothing for the terminal.
 *
 * links: lib/decode.c lib/decode_ip.c lib/decode_l4.c
 * links: lib/decode_icmp6.c lib/decode_dhcp.c lib/addr.c
 * links: lib/ethertype.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "decode.h"

#define CORPUS	"../fuzz/corpus/decode"
#define ROOM	2048

static const struct {
	const char *name;
	const char *text;
} frames[] = {
	{ "arp-request",
		"ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28" },
	{ "arp-probe",
		"ARP, Request who-has 192.0.2.2 tell 0.0.0.0, length 28" },
	{ "arp-announcement",
		"ARP, Announcement 192.0.2.1, length 28" },
	{ "arp-unicast",
		"ARP, Request who-has 192.0.2.2 (02:00:00:00:00:0b) tell "
		"192.0.2.1, length 28" },
	{ "arp-reply",
		"ARP, Reply 192.0.2.1 is-at 02:00:00:00:00:0a, length 28" },
	{ "arp-spoofed",
		"ARP, Reply 192.0.2.1 is-at 02:00:00:00:00:0c, sender "
		"02:00:00:00:00:0c in a frame from 02:00:00:00:00:0a, "
		"length 28" },
	{ "arp-op-8",
		"ARP, op 8 192.0.2.1 > 192.0.2.2, length 28" },
	{ "arp-not-ethernet",
		"ARP, hardware 0x0006 protocol 0x0800 op 1" },
	{ "tcp-syn",
		"IP 192.0.2.1.4096 > 192.0.2.2.80: Flags [S], seq 1000, "
		"win 65535, length 0" },
	{ "tcp-syn-ack",
		"IP 192.0.2.2.80 > 192.0.2.1.4096: Flags [S.], seq 5000, "
		"ack 1001, win 65535, length 0" },
	{ "tcp-data",
		"IP 192.0.2.1.4096 > 192.0.2.2.80: Flags [P.], seq "
		"1001:1009, ack 5001, win 65535, length 8" },
	{ "tcp-all-flags",
		"IP 192.0.2.1.4096 > 192.0.2.2.80: Flags [FSRP.UEW], seq "
		"1, ack 2, win 65535, length 0" },
	{ "tcp-no-flags",
		"IP 192.0.2.1.4096 > 192.0.2.2.80: Flags [none], seq 1000, "
		"win 65535, length 0" },
	{ "tcp6-rst",
		"IP6 2001:db8::1.4096 > 2001:db8::2.80: Flags [R], seq 7, "
		"win 65535, length 0" },
	{ "tcp-seq-wraps",
		"IP 192.0.2.1.4096 > 192.0.2.2.80: Flags [.], seq "
		"4294967295:2, ack 1, win 65535, length 3" },
	{ "udp",
		"IP 192.0.2.1.4096 > 192.0.2.2.7: UDP, length 18" },
	{ "udp6",
		"IP6 2001:db8::1.4096 > 2001:db8::2.7: UDP, length 5" },
	{ "udp-vlan",
		"vlan 100, IP 192.0.2.1.4096 > 192.0.2.2.7: UDP, length 18" },
	{ "udp-qinq",
		"svlan 200, vlan 100 p 3 DEI, IP 192.0.2.1.4096 > "
		"192.0.2.2.7: UDP, length 18" },
	{ "old-qinq",
		"svlan 200, vlan 5, IP 192.0.2.1.4096 > 192.0.2.2.7: UDP, "
		"length 4" },
	{ "fragment-first",
		"IP 192.0.2.1.4096 > 192.0.2.2.7: UDP, length 1000, first "
		"fragment, id 77" },
	{ "fragment-middle",
		"IP 192.0.2.1 > 192.0.2.2: UDP fragment, id 77, offset "
		"64+, length 64" },
	{ "fragment-last",
		"IP 192.0.2.1 > 192.0.2.2: UDP fragment, id 77, offset "
		"128, length 20" },
	{ "ip-options",
		"IP 192.0.2.1.4096 > 192.0.2.2.7: UDP, length 4" },
	{ "fragment6-last",
		"IP6 2001:db8::1 > 2001:db8::2: UDP fragment, id 99, "
		"offset 1448, length 8" },
	{ "fragment6-first",
		"IP6 2001:db8::1.4096 > 2001:db8::2.7: UDP, length 20" },
	{ "extensions6",
		"IP6 2001:db8::1.4096 > 2001:db8::2.7: UDP, length 4" },
	{ "esp",
		"IP 192.0.2.1 > 192.0.2.2: ESP, length 40" },
	{ "protocol-253",
		"IP 192.0.2.1 > 192.0.2.2: protocol 253, length 40" },
	{ "echo-request",
		"IP 192.0.2.1 > 192.0.2.2: ICMP echo request, id 3, seq 4, "
		"length 64" },
	{ "echo-reply",
		"IP 192.0.2.1 > 192.0.2.2: ICMP echo reply, id 3, seq 4, "
		"length 64" },
	{ "port-unreachable",
		"IP 192.0.2.1 > 192.0.2.2: ICMP port unreachable, length 36" },
	{ "too-big",
		"IP 192.0.2.1 > 192.0.2.2: ICMP fragmentation needed, mtu "
		"1400, length 36" },
	{ "redirect",
		"IP 192.0.2.1 > 192.0.2.2: ICMP redirect to 192.0.2.254, "
		"length 36" },
	{ "timestamp",
		"IP 192.0.2.1 > 192.0.2.2: ICMP type 13, code 0, length 20" },
	{ "echo6-request",
		"IP6 2001:db8::1 > 2001:db8::2: ICMP6 echo request, id 3, "
		"seq 4, length 64" },
	{ "neighbour-solicitation",
		"IP6 fe80::1 > ff02::1:ff00:2: ICMP6 neighbour "
		"solicitation, who has 2001:db8::2, from "
		"02:00:00:00:00:0a, length 32" },
	{ "duplicate-address-detection",
		"IP6 :: > ff02::1:ff00:2: ICMP6 neighbour solicitation, "
		"who has 2001:db8::2, length 24" },
	{ "neighbour-advertisement",
		"IP6 2001:db8::2 > fe80::1: ICMP6 neighbour advertisement, "
		"target 2001:db8::2 [SO], is-at 02:00:00:00:00:0b, length "
		"32" },
	{ "router-solicitation",
		"IP6 fe80::1 > ff02::2: ICMP6 router solicitation, length "
		"16, from 02:00:00:00:00:0a" },
	{ "router-advertisement",
		"IP6 fe80::1 > ff02::1: ICMP6 router advertisement, "
		"lifetime 1800s, managed, from 02:00:00:00:00:0b, prefix "
		"2001:db8::/64, length 56" },
	{ "redirect6",
		"IP6 fe80::1 > 2001:db8::1: ICMP6 redirect, 2001:db8::5 by "
		"fe80::9, is-at 02:00:00:00:00:0b, length 48" },
	{ "mld-report",
		"IP6 fe80::1 > ff02::16: ICMP6 multicast listener report "
		"v2, length 28" },
	{ "dhcp-discover",
		"IP 0.0.0.0.68 > 255.255.255.255.67: DHCP Discover, client "
		"02:00:00:00:00:0a, xid 0x12345678, length 244" },
	{ "dhcp-request",
		"IP 0.0.0.0.68 > 255.255.255.255.67: DHCP Request, client "
		"02:00:00:00:00:0a, xid 0x12345678, requested 192.0.2.9, "
		"server 192.0.2.254, length 270" },
	{ "dhcp-ack",
		"IP 192.0.2.254.67 > 192.0.2.9.68: DHCP ACK, client "
		"02:00:00:00:00:0a, xid 0x12345678, gets 192.0.2.9, server "
		"192.0.2.254, lease 3600s, length 256" },
	{ "dhcp-relayed",
		"IP 0.0.0.0.68 > 255.255.255.255.67: DHCP Request, client "
		"02:00:00:00:00:0a, xid 0x12345678, has 192.0.2.9, relay "
		"198.51.100.1, length 244" },
	{ "bootp",
		"IP 0.0.0.0.68 > 255.255.255.255.67: BOOTP Request, client "
		"02:00:00:00:00:0a, xid 0x12345678, length 241" },
	{ "dhcpv6-solicit",
		"IP6 fe80::1.546 > ff02::1:2.547: DHCPv6 solicit, xid "
		"0x123456, length 12" },
	{ "dhcpv6-relay",
		"IP6 2001:db8::1.547 > 2001:db8::2.547: DHCPv6 "
		"relay-forward, hops 2, length 34" },
	{ "lldp",
		"02:00:00:00:00:0a > 01:80:c2:00:00:0e, ethertype lldp "
		"(0x88cc), length 29" },
	{ "unknown-type",
		"02:00:00:00:00:0a > 02:00:00:00:00:0b, ethertype 0x88b5, "
		"length 46" },
	{ "stp",
		"02:00:00:00:00:0a > 01:80:c2:00:00:00, 802.3, STP, length "
		"38" },
	{ "llc",
		"02:00:00:00:00:0a > 02:00:00:00:00:0b, 802.3, LLC dsap "
		"0xe0 ssap 0xe0 control 0x03, length 46" },
	{ "snap-arp",
		"SNAP ARP, Request who-has 192.0.2.2 tell 192.0.2.1, "
		"length 28" },
	{ "snap-8021h",
		"SNAP ARP, Request who-has 192.0.2.2 tell 192.0.2.1, "
		"length 28" },
	{ "bad-ip-version",
		"IP [bad ip]" },
	{ "bad-ip-header",
		"IP [bad ip]" },
	{ "ip-longer-than-frame",
		"IP 192.0.2.1 > 192.0.2.2: [short ip], 28 of 100 bytes" },
	{ "ip-without-length",
		"IP 192.0.2.1.4096 > 192.0.2.2.7: UDP, length 8" },
	{ "bad-tcp",
		"IP 192.0.2.1.4096 > 192.0.2.2.80: [bad tcp]" },
	{ "bad-udp",
		"IP 192.0.2.1.4096 > 192.0.2.2.7: [bad udp]" },
	{ "short-tcp",
		"IP 192.0.2.1.4096 > 192.0.2.2.80: [short tcp]" },
	{ "short-arp",
		"ARP, [short arp]" },
	{ "short-frame",
		"[short ethernet] length 3" },
	{ "padded-udp",
		"IP 192.0.2.1.4096 > 192.0.2.2.7: UDP, length 1" },
	{ "many-extensions6",
		"IP6 2001:db8::1 > 2001:db8::2: [bad ip6]" },
	{ "bad-nd-option",
		"IP6 fe80::1 > ff02::1:ff00:2: ICMP6 neighbour "
		"solicitation, who has 2001:db8::2, [bad nd], length 32" },
	{ "nine-tags",
		"vlan 1, vlan 2, vlan 3, vlan 4, vlan 5, vlan 6, vlan 7, "
		"vlan 8, 02:00:00:00:00:0a > 02:00:00:00:00:0b, ethertype "
		"vlan (0x8100), length 24" },
	{ "vlan-cut-short",
		"[short vlan]" },
};

#define N_FRAMES	(sizeof(frames) / sizeof(frames[0]))

static size_t read_frame(const char *name, uint8_t frame[ROOM])
{
	char path[128];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), CORPUS "/%s", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("no frame %s", path);
	n = fread(frame, 1, ROOM, f);
	fclose(f);
	assert_in_range(n, 1, ROOM - 1);
	return n;
}

/* In memory of exactly the bytes at hand, so that none behind them is read. */
static const char *text_of(const uint8_t *frame, size_t len, size_t frame_len)
{
	static char buf[DECODE_MAX];
	uint8_t *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, frame, len);
	memset(buf, 0x1b, sizeof(buf));
	assert_ptr_equal(decode_frame(copy, len, frame_len, buf), buf);
	free(copy);
	assert_non_null(memchr(buf, '\0', sizeof(buf)));
	for (const char *p = buf; *p; p++)
		assert_in_range(*p, 0x20, 0x7e);
	return buf;
}

static void test_frames(void **state)
{
	uint8_t frame[ROOM];

	(void)state;
	for (size_t i = 0; i < N_FRAMES; i++) {
		size_t len = read_frame(frames[i].name, frame);
		const char *text = text_of(frame, len, len);

		if (strcmp(text, frames[i].text))
			fail_msg("%s:\n%s\nwanted\n%s", frames[i].name, text,
				 frames[i].text);
	}
}

/* What is cut says so, or nothing is missing in what is said. */
static void test_cut_anywhere(void **state)
{
	uint8_t frame[ROOM];

	(void)state;
	for (size_t i = 0; i < N_FRAMES; i++) {
		size_t len = read_frame(frames[i].name, frame);

		for (size_t n = 0; n < len; n++) {
			const char *text = text_of(frame, n, len);

			if (!strstr(text, "[|") && !strstr(text, "[short") &&
			    strcmp(text, frames[i].text))
				fail_msg("%s, %zu bytes: %s", frames[i].name, n,
					 text);
		}
	}
}

static void test_cut_by_the_log(void **state)
{
	uint8_t frame[ROOM];
	size_t len;

	(void)state;
	len = read_frame("dhcp-request", frame);
	assert_string_equal(text_of(frame, 128, len),
			    "IP 0.0.0.0.68 > 255.255.255.255.67: BOOTP "
			    "Request, client 02:00:00:00:00:0a, xid "
			    "0x12345678, [|dhcp], length 270");
	len = read_frame("tcp-syn", frame);
	assert_string_equal(text_of(frame, 44, len),
			    "IP 192.0.2.1.4096 > 192.0.2.2.80: [|tcp]");
	assert_string_equal(text_of(frame, 36, len),
			    "IP 192.0.2.1 > 192.0.2.2: [|tcp]");
	assert_string_equal(text_of(frame, 20, len), "IP [|ip]");
	assert_string_equal(text_of(frame, 0, len),
			    "[|ethernet] length 54");
	assert_string_equal(text_of(frame, 0, 0), "[short ethernet] length 0");
}

/* A frame that is longer than the field for its length, and one that lies. */
static void test_lengths(void **state)
{
	uint8_t frame[ROOM];
	size_t len = read_frame("tcp-data", frame);

	(void)state;
	/* padding does not count */
	assert_string_equal(text_of(frame, len, len + 100),
			    "IP 192.0.2.1.4096 > 192.0.2.2.80: Flags [P.], "
			    "seq 1001:1009, ack 5001, win 65535, length 8");
	frame[16] = 0;
	frame[17] = 0;
	assert_string_equal(text_of(frame, len, 70000),
			    "IP 192.0.2.1.4096 > 192.0.2.2.80: Flags [P.], "
			    "seq 1001:70947, ack 5001, win 65535, length "
			    "69946");
	/* fewer bytes in the frame than at hand: those at hand are there */
	assert_string_equal(text_of(frame, len, 3),
			    "IP 192.0.2.1.4096 > 192.0.2.2.80: Flags [P.], "
			    "seq 1001:1009, ack 5001, win 65535, length 8");
}

static void test_long_line(void **state)
{
	uint8_t frame[ROOM];
	size_t len = read_frame("many-prefixes", frame);
	const char *text = text_of(frame, len, len);

	(void)state;
	assert_int_equal(strlen(text), DECODE_MAX - 1);
	assert_non_null(strstr(text, ", prefix 2001:db8:a001:1234::/64"));
}

/* Text of senders stays where it is. */
static void test_names_are_not_shown(void **state)
{
	uint8_t frame[ROOM];
	size_t len = read_frame("dhcp-request", frame);

	(void)state;
	assert_non_null(memmem(frame, len, "evil\x1b[2J", 8));
	assert_null(strstr(text_of(frame, len, len), "evil"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_cut_by_the_log),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_names_are_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
