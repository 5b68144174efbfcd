// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The packet log as a reader has it: classes in words, messages, and what is
 * missing between them.
 *
 * links: lib/packet.c lib/nl_packet.c lib/nl_msg.c lib/names.c lib/err.c
 * links: lib/policy.c lib/rate.c lib/ethertype.c lib/addr.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>

#include "lib/nl_priv.h"
#include "lib/packet.h"

static const struct sehub_family family = { .id = 0x1c };

static void test_class_names(void **state)
{
	static const struct {
		const char *name;
		uint32_t class;
	} all[] = {
		{ "tcp-conn", SEHUB_PACKET_CLASS_TCP_CONN },
		{ "tcp-data", SEHUB_PACKET_CLASS_TCP_DATA },
		{ "dhcp", SEHUB_PACKET_CLASS_DHCP },
		{ "udp", SEHUB_PACKET_CLASS_UDP },
		{ "icmp", SEHUB_PACKET_CLASS_ICMP },
		{ "arp", SEHUB_PACKET_CLASS_ARP },
		{ "ip", SEHUB_PACKET_CLASS_IP },
		{ "ethernet", SEHUB_PACKET_CLASS_ETHERNET },
		{ "blocked", SEHUB_PACKET_CLASS_BLOCKED },
	};
	char buf[SEHUB_PACKET_CLASSES_STRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_int_equal(sehub_packet_class(all[i].name), all[i].class);
		assert_string_equal(sehub_packet_classes(all[i].class, ",",
							 buf), all[i].name);
	}
	assert_null(sehub_packet_class_name(9));
	assert_int_equal(sehub_packet_class("tcp"), 0);
	assert_int_equal(sehub_packet_class(""), 0);
	assert_string_equal(sehub_packet_classes(0, ",", buf), "");
	assert_string_equal(sehub_packet_classes(1U << 9 | 0x48, " ", buf),
			    "udp ip");
	assert_string_equal(sehub_packet_classes(~0U, "=headers,", buf),
			    "tcp-conn=headers,tcp-data=headers,dhcp=headers,"
			    "udp=headers,icmp=headers,arp=headers,ip=headers,"
			    "ethernet=headers,blocked");
}

static struct nl_msg *packet_message(bool is_dropped)
{
	struct nl_msg *msg = sehub_msg_new(&family, SEHUB_CMD_PACKET_NTF, 0);
	struct nlattr *nest;

	nla_put_u32(msg, SEHUB_A_IFINDEX, 5);
	nla_put_u16(msg, SEHUB_A_VLAN, 12);
	nest = nla_nest_start(msg, SEHUB_A_PACKET);
	nla_put_u64(msg, SEHUB_A_PACKET_SEQ, 1ULL << 40);
	nla_put_u64(msg, SEHUB_A_PACKET_TIME, 1700000000123456789ULL);
	nla_put_u32(msg, SEHUB_A_PACKET_CLASS, 0x48);
	nla_put_u32(msg, SEHUB_A_PACKET_PORT, 3);
	if (is_dropped) {
		nla_put_u32(msg, SEHUB_A_PACKET_OUT_PORT, 0);
		nla_put_u32(msg, SEHUB_A_PACKET_REASON,
			    SEHUB_A_DROPS_QUEUE_FULL);
	}
	nla_put_u32(msg, SEHUB_A_PACKET_LENGTH, 1514);
	nla_put(msg, SEHUB_A_PACKET_DATA, 3, "abc");
	nla_put_u32(msg, 900, 1);
	nla_nest_end(msg, nest);
	return msg;
}

static void test_message(void **state)
{
	struct nl_msg *msg = packet_message(false);
	struct sehub_packet packet;

	(void)state;
	assert_int_equal(sehub_msg_get_packet(nlmsg_hdr(msg), &packet), 0);
	assert_int_equal(packet.hub_ifindex, 5);
	assert_int_equal(packet.hub_vlan, 12);
	assert_int_equal(packet.seq, 1ULL << 40);
	assert_int_equal(packet.time, 1700000000123456789ULL);
	assert_int_equal(packet.classes, 0x48);
	assert_int_equal(packet.port, 3);
	assert_false(packet.has_out_port);
	assert_int_equal(packet.reason, 0);
	assert_int_equal(packet.length, 1514);
	assert_int_equal(packet.data_len, 3);
	assert_memory_equal(packet.data, "abc", 3);
	nlmsg_free(msg);

	/* the local port has the number 0 */
	msg = packet_message(true);
	assert_int_equal(sehub_msg_get_packet(nlmsg_hdr(msg), &packet), 0);
	assert_true(packet.has_out_port);
	assert_int_equal(packet.out_port, 0);
	assert_int_equal(packet.reason, SEHUB_A_DROPS_QUEUE_FULL);
	nlmsg_free(msg);
}

static void test_bad_messages(void **state)
{
	struct nl_msg *msg = sehub_msg_new(&family, SEHUB_CMD_PACKET_NTF, 0);
	struct sehub_packet packet;
	struct nlattr *nest;

	(void)state;
	assert_int_equal(sehub_msg_get_packet(nlmsg_hdr(msg), &packet),
			 -EBADMSG);
	nest = nla_nest_start(msg, SEHUB_A_PACKET);
	nla_put_u32(msg, SEHUB_A_PACKET_PORT, 3);
	nla_nest_end(msg, nest);
	assert_int_equal(sehub_msg_get_packet(nlmsg_hdr(msg), &packet),
			 -EBADMSG);
	nlmsg_free(msg);

	msg = sehub_msg_new(&family, SEHUB_CMD_PACKET_NTF, 0);
	nest = nla_nest_start(msg, SEHUB_A_PACKET);
	nla_put_u32(msg, SEHUB_A_PACKET_SEQ, 3);
	nla_nest_end(msg, nest);
	assert_int_equal(sehub_msg_get_packet(nlmsg_hdr(msg), &packet),
			 -EBADMSG);
	nlmsg_free(msg);

	/* a frame without bytes can be read too */
	msg = sehub_msg_new(&family, SEHUB_CMD_PACKET_NTF, 0);
	nest = nla_nest_start(msg, SEHUB_A_PACKET);
	nla_put_u64(msg, SEHUB_A_PACKET_SEQ, 3);
	nla_nest_end(msg, nest);
	assert_int_equal(sehub_msg_get_packet(nlmsg_hdr(msg), &packet), 0);
	assert_int_equal(packet.data_len, 0);
	assert_non_null(packet.data);
	nlmsg_free(msg);
}

static uint64_t lost_of(const uint64_t *numbers, size_t n)
{
	struct sehub_packet_seq seq = { 0 };
	uint64_t lost = 0;

	for (size_t i = 0; i < n; i++)
		lost += sehub_packet_seq_add(&seq, numbers[i]);
	return lost + sehub_packet_seq_settle(&seq);
}

#define LOST(...) \
	lost_of((const uint64_t[]){ __VA_ARGS__ }, \
		sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

static void test_what_is_missing(void **state)
{
	(void)state;
	assert_int_equal(LOST(1, 2, 3), 0);
	/* who comes later has missed nothing */
	assert_int_equal(LOST(1000, 1001), 0);
	assert_int_equal(LOST(1, 3), 1);
	assert_int_equal(LOST(1, 2, 5, 6, 9), 4);
	assert_int_equal(LOST(1, 65), 63);
	assert_int_equal(LOST(1, 66), 64);
	assert_int_equal(LOST(1, 1000001), 999999);
	assert_int_equal(LOST(1, 3, 1000001), 999998);
	assert_int_equal(LOST(1, 3, 66, 67), 63);
	/* another order is no loss, and what comes twice is none */
	assert_int_equal(LOST(1, 3, 2), 0);
	assert_int_equal(LOST(10, 9, 8, 11), 0);
	assert_int_equal(LOST(1, 64, 2), 61);
	assert_int_equal(LOST(1, 2, 2, 3), 0);
	/* too late: it was given up */
	assert_int_equal(LOST(1, 66, 2), 64);
	/* a log that begins anew */
	assert_int_equal(LOST(1000000, 1, 2), 0);
	assert_int_equal(LOST(1000000, 1000002, 1, 2), 1);
}

static void test_when_it_is_said(void **state)
{
	struct sehub_packet_seq seq = { 0 };

	(void)state;
	assert_int_equal(sehub_packet_seq_settle(&seq), 0);
	assert_int_equal(sehub_packet_seq_add(&seq, 1), 0);
	/* it may still come */
	assert_int_equal(sehub_packet_seq_add(&seq, 3), 0);
	for (uint64_t i = 4; i < 2 + SEHUB_PACKET_LATE; i++)
		assert_int_equal(sehub_packet_seq_add(&seq, i), 0);
	assert_int_equal(sehub_packet_seq_add(&seq, 2 + SEHUB_PACKET_LATE), 1);
	assert_int_equal(sehub_packet_seq_settle(&seq), 0);

	/* nothing is said twice */
	assert_int_equal(sehub_packet_seq_add(&seq, 68), 0);
	assert_int_equal(sehub_packet_seq_settle(&seq), 1);
	assert_int_equal(sehub_packet_seq_settle(&seq), 0);
	assert_int_equal(sehub_packet_seq_add(&seq, 67), 0);
	assert_int_equal(sehub_packet_seq_add(&seq, 500), 368);
	assert_int_equal(sehub_packet_seq_settle(&seq), 63);
}

static void test_missing_at_the_end(void **state)
{
	struct sehub_packet_seq seq = { 0 };

	(void)state;
	assert_int_equal(sehub_packet_seq_end(&seq, 100), 0);
	assert_int_equal(sehub_packet_seq_add(&seq, 10), 0);
	assert_int_equal(sehub_packet_seq_add(&seq, 12), 0);
	assert_int_equal(sehub_packet_seq_end(&seq, 20), 9);
	assert_int_equal(sehub_packet_seq_end(&seq, 20), 0);
	assert_int_equal(sehub_packet_seq_end(&seq, 15), 0);
	assert_int_equal(sehub_packet_seq_add(&seq, 21), 0);
	assert_int_equal(sehub_packet_seq_settle(&seq), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_class_names),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_bad_messages),
		cmocka_unit_test(test_what_is_missing),
		cmocka_unit_test(test_when_it_is_said),
		cmocka_unit_test(test_missing_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
