// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames: descriptions of frames cut at every byte, and kinds of addresses.
 * Frames are given in buffers of exactly their length, so that the address
 * sanitizer sees a byte read beyond.
 *
 * links: ../kernel/frame.c ../kernel/wire.c tests/frames.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <asm/byteorder.h>

#include "frame.h"
#include "frames.h"

static u8 *exact(const u8 *src, u32 len)
{
	u8 *p = malloc(len ? len : 1);

	assert_non_null(p);
	memcpy(p, src, len);
	return p;
}

static int parse(const u8 *data, u32 len, u32 frame_len,
		 struct sehub_frame_info *info)
{
	u8 *p = exact(data, len);
	int err;

	err = sehub_frame_parse(p, len, frame_len, info);
	free(p);
	return err;
}

static void test_no_whole_header(void **state)
{
	struct sehub_frame_info info;
	u8 data[64] = { 0 };
	u32 len;

	(void)state;
	for (len = 0; len < 14; len++) {
		assert_int_equal(parse(data, len, len, &info), -EINVAL);
		assert_int_equal(parse(data, len, 64, &info), -EINVAL);
		assert_int_equal(parse(data, 64, len, &info), -EINVAL);
	}
	assert_int_equal(parse(data, 14, 14, &info), 0);
}

static void test_description_without_tags(void **state)
{
	static const u16 types[] = { 0x0800, 0x86dd, 0x0806, 0x8137, 0x88b5,
				     0x0026, 0x9100, 0xffff };
	u8 data[60] = { 1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16 };
	struct sehub_frame_info info;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		frame_put16(data + 12, types[i]);
		assert_int_equal(parse(data, 60, 60, &info), 0);
		assert_memory_equal(info.dst, data, 6);
		assert_memory_equal(info.src, data + 6, 6);
		assert_int_equal(be16_to_cpu(info.proto), types[i]);
		assert_int_equal(info.l3_off, 14);
		assert_int_equal(info.tags, 0);
	}
}

/* Tags of the frame that are whole in its first @len bytes. */
static void expect_tags(const u8 *data, u32 len, u8 in_frame)
{
	static const u16 protos[3][3] = {
		{ 0x0800 }, { 0x8100, 0x0800 }, { 0x88a8, 0x8100, 0x0800 },
	};
	u8 tags = len < 18 ? 0 : len < 22 ? 1 : 2;
	struct sehub_frame_info info;

	if (tags > in_frame)
		tags = in_frame;
	assert_int_equal(parse(data, len, 60, &info), 0);
	assert_int_equal(info.tags, tags);
	assert_int_equal(info.l3_off, 14 + 4 * tags);
	assert_int_equal(be16_to_cpu(info.proto), protos[in_frame][tags]);
	/* the same if the frame ends there, whatever is behind it */
	assert_int_equal(parse(data, 60, len, &info), 0);
	assert_int_equal(info.tags, tags);
}

static void test_tags_cut_at_every_byte(void **state)
{
	u8 data[60] = { 0 };
	u32 len;

	(void)state;
	for (len = 14; len <= 60; len++) {
		frame_put16(data + 12, 0x0800);
		expect_tags(data, len, 0);
		frame_put16(data + 12, 0x8100);
		frame_put16(data + 16, 0x0800);
		expect_tags(data, len, 1);
		frame_put16(data + 12, 0x88a8);
		frame_put16(data + 16, 0x8100);
		frame_put16(data + 20, 0x0800);
		expect_tags(data, len, 2);
	}
}

static void test_third_tag_is_payload(void **state)
{
	struct sehub_frame_info info;
	u8 data[60] = { 0 };

	(void)state;
	frame_put16(data + 12, 0x8100);
	frame_put16(data + 16, 0x8100);
	frame_put16(data + 20, 0x88a8);
	frame_put16(data + 24, 0x0800);
	assert_int_equal(parse(data, 60, 60, &info), 0);
	assert_int_equal(info.tags, 2);
	assert_int_equal(info.l3_off, 22);
	assert_int_equal(be16_to_cpu(info.proto), 0x88a8);
}

static void test_kinds_of_addresses(void **state)
{
	u8 mac[6] = { 0 };
	unsigned int i;

	(void)state;
	assert_false(sehub_frame_is_valid_source(mac));
	for (i = 0; i < 48; i++) {
		memset(mac, 0, 6);
		mac[i / 8] = (u8)(1 << i % 8);
		assert_int_equal(sehub_frame_is_group(mac), i == 0);
		assert_int_equal(sehub_frame_is_valid_source(mac), i != 0);
	}
	memset(mac, 0xff, 6);
	assert_true(sehub_frame_is_group(mac));
	assert_false(sehub_frame_is_valid_source(mac));
}

static void test_reserved_addresses(void **state)
{
	static const u8 base[6] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x00 };
	unsigned int i;
	u8 mac[6];

	(void)state;
	memcpy(mac, base, 6);
	for (i = 0; i < 256; i++) {
		mac[5] = (u8)i;
		assert_int_equal(sehub_frame_is_reserved(mac), i < 16);
	}
	for (i = 0; i < 44; i++) {
		memcpy(mac, base, 6);
		mac[i / 8] ^= (u8)(0x80 >> i % 8);
		assert_false(sehub_frame_is_reserved(mac));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_whole_header),
		cmocka_unit_test(test_description_without_tags),
		cmocka_unit_test(test_tags_cut_at_every_byte),
		cmocka_unit_test(test_third_tag_is_payload),
		cmocka_unit_test(test_kinds_of_addresses),
		cmocka_unit_test(test_reserved_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
