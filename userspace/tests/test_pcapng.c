// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Blocks of pcapng files: byte by byte by the format's description, and read
 * by programs of others, where there are any.
 *
 * links: sehubctl/pcapng.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <unistd.h>

#include "pcapng.h"

#define TIME	1700000000123456789ULL

static uint8_t buf[PCAPNG_MAX];

/* An ARP request. */
static const uint8_t frame[] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 10, 8, 6, 0, 1, 8, 0,
	6, 4, 0, 1, 2, 0, 0, 0, 0, 10, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 192, 0,
	2, 2, 0,
};

static uint32_t get32(size_t offset)
{
	uint32_t value;

	memcpy(&value, buf + offset, sizeof(value));
	return value;
}

static uint16_t get16(size_t offset)
{
	uint16_t value;

	memcpy(&value, buf + offset, sizeof(value));
	return value;
}

/* Offset and length of an option's value; options begin at @offset. */
static size_t find_option(size_t offset, uint16_t code, size_t *len)
{
	while (get16(offset)) {
		*len = get16(offset + 2);
		if (get16(offset) == code)
			return offset + 4;
		offset += 4 + ((*len + 3) & ~3U);
	}
	return 0;
}

/* The same length at both ends, whole words, and an end of the options. */
static void check_block(size_t len, uint32_t type)
{
	assert_int_equal(len % 4, 0);
	assert_int_equal(get32(0), type);
	assert_int_equal(get32(4), len);
	assert_int_equal(get32(len - 4), len);
	assert_int_equal(get32(len - 8), 0);
}

static void test_section(void **state)
{
	size_t len = pcapng_section(buf, "sehubctl 1");
	int64_t section;
	size_t n;
	size_t at;

	(void)state;
	check_block(len, 0x0a0d0d0a);
	assert_int_equal(get32(8), 0x1a2b3c4d);
	assert_int_equal(get16(12), 1);
	assert_int_equal(get16(14), 0);
	memcpy(&section, buf + 16, sizeof(section));
	assert_int_equal(section, -1);
	at = find_option(24, 4, &n);
	assert_int_equal(n, 10);
	assert_memory_equal(buf + at, "sehubctl 1", 10);
}

static void test_interface(void **state)
{
	size_t len = pcapng_interface(buf, "sehub12:alice");
	size_t n;
	size_t at;

	(void)state;
	check_block(len, 1);
	assert_int_equal(get16(8), 1);
	assert_int_equal(get32(12), 0);
	at = find_option(16, 2, &n);
	assert_int_equal(n, 13);
	assert_memory_equal(buf + at, "sehub12:alice", 13);
	at = find_option(16, 9, &n);
	assert_int_equal(n, 1);
	assert_int_equal(buf[at], 9);
}

static void test_frame(void **state)
{
	struct pcapng_packet packet = {
		.interface = 7, .time = TIME, .data = frame,
		.data_len = sizeof(frame), .length = 1514,
		.comment = "verdict=passed",
	};
	size_t options = 28 + sizeof(frame) + 1;
	size_t len = pcapng_frame(buf, &packet);
	size_t n;
	size_t at;

	(void)state;
	assert_int_equal(sizeof(frame) % 4, 3);
	check_block(len, 6);
	assert_int_equal(get32(8), 7);
	assert_int_equal((uint64_t)get32(12) << 32 | get32(16), TIME);
	assert_int_equal(get32(20), sizeof(frame));
	assert_int_equal(get32(24), 1514);
	assert_memory_equal(buf + 28, frame, sizeof(frame));
	assert_int_equal(buf[28 + sizeof(frame)], 0);
	at = find_option(options, 2, &n);
	assert_int_equal(n, 4);
	assert_int_equal(get32(at), 1);
	assert_int_equal(find_option(options, 4, &n), 0);
	at = find_option(options, 1, &n);
	assert_int_equal(n, 14);
	assert_memory_equal(buf + at, "verdict=passed", 14);

	packet.is_outbound = true;
	packet.dropped = 1ULL << 33 | 5;
	check_block(pcapng_frame(buf, &packet), 6);
	at = find_option(options, 2, &n);
	assert_int_equal(get32(at), 2);
	at = find_option(options, 4, &n);
	assert_int_equal(n, 8);
	assert_int_equal(get32(at) | (uint64_t)get32(at + 4) << 32,
			 1ULL << 33 | 5);
}

/* Nothing makes a block longer than its room. */
static void test_longest(void **state)
{
	static uint8_t data[100000];
	static char text[1000];
	struct pcapng_packet packet = {
		.data = data, .data_len = sizeof(data), .length = sizeof(data),
		.dropped = 1, .comment = text,
	};
	size_t n;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_in_range(pcapng_frame(buf, &packet), 65536, sizeof(buf));
	assert_int_equal(get32(20), 65536);
	check_block(pcapng_interface(buf, text), 1);
	assert_int_not_equal(find_option(16, 2, &n), 0);
	assert_int_equal(n, PCAPNG_TEXT_MAX);
}

static void test_statistics(void **state)
{
	size_t len = pcapng_statistics(buf, 3, TIME, 1ULL << 40);
	size_t n;
	size_t at;

	(void)state;
	check_block(len, 5);
	assert_int_equal(get32(8), 3);
	assert_int_equal((uint64_t)get32(12) << 32 | get32(16), TIME);
	at = find_option(20, 7, &n);
	assert_int_equal(n, 8);
	assert_int_equal(get32(at), 0);
	assert_int_equal(get32(at + 4), 1 << 8);
}

/* --- read by others -------------------------------------------------------- */

static char path[] = "/tmp/sehub-test-pcapng.XXXXXX";

/* Two ports; a frame that passed, one that was blocked behind a gap. */
static int write_file(void **state)
{
	struct pcapng_packet packet = {
		.time = TIME, .data = frame, .data_len = sizeof(frame),
		.length = 60, .comment = "verdict=passed port=alice",
	};
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	(void)state;
	if (!f)
		return -1;
	fwrite(buf, 1, pcapng_section(buf, "sehubctl test"), f);
	fwrite(buf, 1, pcapng_interface(buf, "sehub12:alice"), f);
	fwrite(buf, 1, pcapng_frame(buf, &packet), f);
	fwrite(buf, 1, pcapng_interface(buf, "sehub12:bob"), f);
	packet.interface = 1;
	packet.time += 1000000001;
	packet.is_outbound = true;
	packet.dropped = 17;
	packet.comment = "verdict=blocked reason=queue-full port=alice out-port=bob";
	fwrite(buf, 1, pcapng_frame(buf, &packet), f);
	fwrite(buf, 1, pcapng_statistics(buf, 1, packet.time, 17), f);
	return fclose(f);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

/* What a program prints about the file. */
static const char *printed_by(const char *program, const char *options)
{
	static char text[4096];
	char line[512];
	FILE *f;
	size_t n;

	snprintf(line, sizeof(line), "command -v %s >/dev/null", program);
	if (system(line)) {
		print_message("no %s\n", program);
		skip();
	}
	snprintf(line, sizeof(line), "TZ=UTC LC_ALL=C %s %s %s 2>/dev/null",
		 program, options, path);
	f = popen(line, "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	assert_int_equal(pclose(f), 0);
	return text;
}

static void test_tcpdump(void **state)
{
	(void)state;
	assert_string_equal(printed_by("tcpdump",
				       "-n --time-stamp-precision=nano -r"),
		"22:13:20.123456789 ARP, Request who-has 192.0.2.2 tell "
		"192.0.2.1, length 46\n"
		"22:13:21.123456790 ARP, Request who-has 192.0.2.2 tell "
		"192.0.2.1, length 46\n");
}

static void test_tshark(void **state)
{
	(void)state;
	assert_string_equal(printed_by("tshark",
		"-n -T fields -e frame.interface_name -e frame.packet_flags "
		"-e frame.drop_count -e frame.time_epoch -e frame.len "
		"-e frame.comment -r"),
		"sehub12:alice\t0x00000001\t\t1700000000.123456789\t60\t"
		"verdict=passed port=alice\n"
		"sehub12:bob\t0x00000002\t17\t1700000001.123456790\t60\t"
		"verdict=blocked reason=queue-full port=alice out-port=bob\n");
}

static void test_capinfos(void **state)
{
	const char *text = printed_by("capinfos", "");

	(void)state;
	assert_non_null(strstr(text, "pcapng"));
	assert_non_null(strstr(text, "Number of packets:   2\n"));
	assert_non_null(strstr(text, "Capture application: sehubctl test\n"));
	assert_non_null(strstr(text, "Name = sehub12:alice\n"));
	assert_non_null(strstr(text, "Time resolution = 0x09\n"));
	assert_non_null(strstr(text, "Number of stat entries = 1\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_section),
		cmocka_unit_test(test_interface),
		cmocka_unit_test(test_frame),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_statistics),
		cmocka_unit_test(test_tcpdump),
		cmocka_unit_test(test_tshark),
		cmocka_unit_test(test_capinfos),
	};

	return cmocka_run_group_tests(tests, write_file, remove_file);
}
