// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames as lines of a log: the fields in their order, what is blocked, what
 * is too short, names that would forge fields, and all bytes.
 *
 * links: transportd/packet_log_line.c transportd/log.c lib/decode.c
 * links: lib/decode_ip.c lib/decode_l4.c lib/decode_icmp6.c lib/decode_dhcp.c
 * links: lib/addr.c lib/ethertype.c lib/names.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../transportd/packet_log_impl.h"

/* A UDP packet of IPv4 with "abcd" in it. */
static const uint8_t frame[] = {
	0x02, 0, 0, 0, 0, 0xb1, 0x02, 0, 0, 0, 0, 0xa1, 0x08, 0x00,
	0x45, 0, 0, 32, 0, 1, 0x40, 0, 64, 17, 0, 0,
	192, 0, 2, 1, 192, 0, 2, 2,
	0x10, 0, 0, 7, 0, 12, 0, 0, 'a', 'b', 'c', 'd',
};

static struct sehub_packet packet;
static char line[PACKET_LINE_MAX];
static char data[PACKET_DATA_MAX + 8];

static int setup(void **state)
{
	(void)state;
	packet = (struct sehub_packet){
		.hub_vlan = 12, .seq = 7, .port = 1, .length = sizeof(frame),
		.classes = SEHUB_PACKET_CLASS_UDP,
		.data = frame, .data_len = sizeof(frame),
	};
	return 0;
}

#define MACS	"src=02:00:00:00:00:a1 dst=02:00:00:00:00:b1"
#define SUMMARY	"summary=\"IP 192.0.2.1.4096 > 192.0.2.2.7: UDP, length 4\""

static void test_passed(void **state)
{
	(void)state;
	assert_string_equal(packet_line_format(&packet, "alice-1", "", line),
			    "event=frame hub=12 seq=7 port=\"alice-1\" out=\"\" verdict=passed length=46 "
			    MACS " " SUMMARY);
}

static void test_blocked(void **state)
{
	(void)state;
	packet.reason = SEHUB_A_DROPS_QUEUE_FULL;
	assert_string_equal(packet_line_format(&packet, "alice-1", "bob-2",
					       line),
			    "event=frame hub=12 seq=7 port=\"alice-1\" out=\"bob-2\" verdict=queue-full length=46 "
			    MACS " " SUMMARY);
	/* one of a newer module */
	packet.reason = SEHUB_A_DROPS_MAX + 1;
	packet_line_format(&packet, "a", "", line);
	assert_non_null(strstr(line, " verdict=unknown "));
}

static void test_too_short(void **state)
{
	(void)state;
	packet.length = packet.data_len = 11;
	assert_string_equal(packet_line_format(&packet, "a", "", line),
			    "event=frame hub=12 seq=7 port=\"a\" out=\"\" verdict=passed length=11 src=- dst=- summary=\"[short ethernet] length 11\"");
	packet.data_len = 0;
	packet_data_format(&packet, data);
	assert_string_equal(data, " data=");
}

/* Names of devices can have nearly any character. */
static void test_names(void **state)
{
	(void)state;
	packet_line_format(&packet, "a\" verdict=x", "\n\x1b", line);
	assert_non_null(strstr(line, " port=\"a\\\" verdict=x\" out=\"\\x0a\\x1b\" verdict=passed "));
	assert_null(strchr(line, '\n'));
}

static void test_data(void **state)
{
	static uint8_t big[65535];

	(void)state;
	packet.data_len = 14;
	assert_string_equal(packet_data_format(&packet, data),
			    " data=0200000000b10200000000a10800");
	memset(big, 0xf7, sizeof(big));
	packet.data = big;
	packet.data_len = packet.length = sizeof(big);
	packet_data_format(&packet, data);
	assert_int_equal(strlen(data), 6 + 2 * sizeof(big));
	assert_string_equal(data + strlen(data) - 6, "f7f7f7");
}

/* Neither quotes nor what is no text comes out of bytes. */
static void test_any_bytes(void **state)
{
	uint8_t bytes[200];

	(void)state;
	packet.data = bytes;
	packet.data_len = packet.length = sizeof(bytes);
	srand(1);
	for (int i = 0; i < 20000; i++) {
		const char *p;
		size_t quotes = 0;

		for (size_t j = 0; j < sizeof(bytes); j++)
			bytes[j] = (uint8_t)rand();
		/* most of them are packets */
		memcpy(bytes + 12, frame + 12, i % 12);
		packet_line_format(&packet, "a", "", line);
		for (p = line; *p; p++) {
			assert_in_range(*p, 0x20, 0x7e);
			assert_int_not_equal(*p, '\\');
			quotes += *p == '"';
		}
		assert_int_equal(quotes, 6);
		assert_int_equal(p[-1], '"');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_passed, setup),
		cmocka_unit_test_setup(test_blocked, setup),
		cmocka_unit_test_setup(test_too_short, setup),
		cmocka_unit_test_setup(test_names, setup),
		cmocka_unit_test_setup(test_data, setup),
		cmocka_unit_test_setup(test_any_bytes, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
