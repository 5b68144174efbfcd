// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records: every length of every type, every way to cut a buffer, and that
 * what is built is what is parsed. Buffers have exactly the length that is
 * stated, so that the address sanitizer sees a byte read beyond.
 *
 * links: ../kernel/wire.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

/* The rules once more, as a table: type, shortest, longest payload. */
static const struct rule {
	u8 type;
	u32 min, max;
} rules[] = {
	{ 0x10, 14, 16384 },
	{ 0x11, 24, 64010 },
	{ 0x12, 8, 8 },
	{ 0x13, 8, 8 },
	{ 0x14, 8, 8 },
};

static struct rule rule_of(unsigned int type)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].type == type)
			return rules[i];
	return (struct rule){ .type = (u8)type, .min = 0, .max = 16384 };
}

static u8 *exact(const void *src, size_t len)
{
	u8 *p = malloc(len ? len : 1);

	assert_non_null(p);
	if (len)
		memcpy(p, src, len);
	return p;
}

static void check_len(u8 *hdr, struct rule rule, u32 len)
{
	struct sehub_wire_rec rec;
	int want, got;

	want = len < rule.min || len > rule.max ? -EINVAL : len ? -EAGAIN : 0;
	sehub_wire_put_hdr(hdr, rule.type, len);
	got = sehub_wire_parse(hdr, SEHUB_WIRE_HDR_LEN, &rec);
	if (got != want)
		fail_msg("type %#x, length %u: %d, not %d", rule.type, len,
			 got, want);
	if (got == -EAGAIN && rec.size != len + SEHUB_WIRE_HDR_LEN)
		fail_msg("type %#x, length %u: needs %u", rule.type, len,
			 rec.size);
}

static void test_length_of_every_type(void **state)
{
	unsigned int type, bit;
	u8 *hdr = exact("xxxx", 4);
	u32 len;

	(void)state;
	for (type = 0; type < 256; type++) {
		for (len = 0; len < 65540; len++)
			check_len(hdr, rule_of(type), len);
		for (bit = 16; bit < 24; bit++) {
			check_len(hdr, rule_of(type), 1U << bit);
			check_len(hdr, rule_of(type), (1U << bit) + 8);
			check_len(hdr, rule_of(type), (1U << bit) + 100);
		}
		check_len(hdr, rule_of(type), 0xffffff);
	}
	free(hdr);
}

static void test_header_cut_short(void **state)
{
	struct sehub_wire_rec rec;
	size_t len;
	u8 *buf;

	(void)state;
	for (len = 0; len < SEHUB_WIRE_HDR_LEN; len++) {
		buf = exact("\x12\xff\xff\xff", len);
		assert_int_equal(sehub_wire_parse(buf, len, &rec), -EAGAIN);
		assert_int_equal(rec.size, SEHUB_WIRE_HDR_LEN);
		free(buf);
	}
}

static void test_payload_cut_short(void **state)
{
	static const u32 lens[] = { 14, 15, 60, 1514, 16384 };
	struct sehub_wire_rec rec;
	size_t i, len, step;
	u8 *buf, *cut;

	(void)state;
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		buf = calloc(1, SEHUB_WIRE_HDR_LEN + lens[i]);
		assert_non_null(buf);
		sehub_wire_put_hdr(buf, SEHUB_WIRE_DATA, lens[i]);
		step = lens[i] < 2000 ? 1 : 97;
		for (len = 4; len < SEHUB_WIRE_HDR_LEN + lens[i]; len += step) {
			cut = exact(buf, len);
			assert_int_equal(sehub_wire_parse(cut, len, &rec),
					 -EAGAIN);
			assert_int_equal(rec.size,
					 SEHUB_WIRE_HDR_LEN + lens[i]);
			free(cut);
		}
		free(buf);
	}
}

static void test_longer_buffer_changes_nothing(void **state)
{
	struct sehub_wire_rec rec;
	u8 *buf;

	(void)state;
	buf = calloc(1, 70000);
	assert_non_null(buf);
	sehub_wire_put_hdr(buf, SEHUB_WIRE_DATA_OFFLOAD, 64010);
	assert_int_equal(sehub_wire_parse(buf, 64013, &rec), -EAGAIN);
	assert_int_equal(sehub_wire_parse(buf, 64014, &rec), 0);
	assert_int_equal(sehub_wire_parse(buf, 70000, &rec), 0);
	assert_int_equal(rec.type, SEHUB_WIRE_DATA_OFFLOAD);
	assert_int_equal(rec.len, 64010);
	assert_int_equal(rec.size, SEHUB_WIRE_RECORD_MAX);
	assert_ptr_equal(rec.payload, buf + 4);
	free(buf);
}

static void test_ack_is_built_as_specified(void **state)
{
	static const u8 want[12] = {
		0x12, 0, 0, 8, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef
	};
	struct sehub_wire_rec rec;
	u8 *buf = exact(want, 12);

	(void)state;
	memset(buf, 0xee, 12);
	assert_int_equal(sehub_wire_put_ack(buf, 0x0123456789abcdefULL), 12);
	assert_memory_equal(buf, want, 12);
	assert_int_equal(sehub_wire_parse(buf, 12, &rec), 0);
	assert_int_equal(rec.type, SEHUB_WIRE_ACK);
	assert_true(sehub_wire_get_u64(rec.payload) == 0x0123456789abcdefULL);

	sehub_wire_put_ack(buf, UINT64_MAX);
	assert_true(sehub_wire_get_u64(buf + 4) == UINT64_MAX);
	sehub_wire_put_ack(buf, 0);
	assert_true(sehub_wire_get_u64(buf + 4) == 0);
	free(buf);
}

static void test_ping_is_built_as_specified(void **state)
{
	u8 *buf = exact("............", 12);
	struct sehub_wire_rec rec;

	(void)state;
	assert_int_equal(sehub_wire_put_ping(buf, SEHUB_WIRE_PONG,
					     (const u8 *)"abcdefgh"), 12);
	assert_memory_equal(buf, "\x14\0\0\x08" "abcdefgh", 12);
	assert_int_equal(sehub_wire_parse(buf, 12, &rec), 0);
	assert_int_equal(rec.type, SEHUB_WIRE_PONG);
	assert_int_equal(sehub_wire_put_ping(buf, SEHUB_WIRE_PING,
					     (const u8 *)"abcdefgh"), 12);
	assert_int_equal(buf[0], SEHUB_WIRE_PING);
	free(buf);
}

static void test_numbers_of_any_alignment(void **state)
{
	u8 buf[16] = { 0xff, 0x80, 0x01, 0xfe, 0x7f, 0x00, 0xff, 0x80, 0x01 };

	(void)state;
	assert_int_equal(sehub_wire_get_u16(buf + 1), 0x8001);
	assert_int_equal(sehub_wire_get_u32(buf + 1), 0x8001fe7f);
	assert_true(sehub_wire_get_u64(buf + 1) == 0x8001fe7f00ff8001ULL);
}

static void test_only_frames_count(void **state)
{
	unsigned int type;

	(void)state;
	for (type = 0; type < 256; type++)
		assert_int_equal(sehub_wire_is_data((u8)type),
				 type == 0x10 || type == 0x11);
}

/* Records of several types in a row; boundaries end with 0. */
static const u32 mixed_ends[] = { 64, 76, 1594, 1598, 1610, 0 };

static u8 *mixed(void)
{
	u8 *buf = calloc(1, 1610);

	assert_non_null(buf);
	sehub_wire_put_hdr(buf, SEHUB_WIRE_DATA, 60);
	sehub_wire_put_ack(buf + 64, 7);
	sehub_wire_put_hdr(buf + 76, SEHUB_WIRE_DATA, 1514);
	sehub_wire_put_hdr(buf + 1594, 0x7f, 0);
	sehub_wire_put_ping(buf + 1598, SEHUB_WIRE_PING,
			    (const u8 *)"12345678");
	return buf;
}

static size_t last_end(size_t limit)
{
	size_t end = 0, i;

	for (i = 0; mixed_ends[i] && mixed_ends[i] <= limit; i++)
		end = mixed_ends[i];
	return end;
}

static void test_whole_records_of_a_cut_buffer(void **state)
{
	u8 *buf = mixed(), *cut;
	size_t len;
	int err;

	(void)state;
	for (len = 0; len <= 1610; len++) {
		cut = exact(buf, len);
		err = 1;
		assert_int_equal(sehub_wire_whole(cut, len, 64500, &err),
				 last_end(len));
		assert_int_equal(err, 0);
		free(cut);
	}
	free(buf);
}

static void test_whole_records_up_to_a_limit(void **state)
{
	u8 *buf = mixed();
	size_t max;
	int err;

	(void)state;
	for (max = 0; max <= 1700; max++) {
		err = 1;
		assert_int_equal(sehub_wire_whole(buf, 1610, max, &err),
				 last_end(max));
		assert_int_equal(err, 0);
	}
	free(buf);
}

static void test_whole_records_before_a_malformed_one(void **state)
{
	u8 *buf = mixed();
	int err = 0;

	(void)state;
	sehub_wire_put_hdr(buf + 76, SEHUB_WIRE_DATA, 13);
	assert_int_equal(sehub_wire_whole(buf, 1610, 64500, &err), 76);
	assert_int_equal(err, -EINVAL);
	/* the header is enough */
	assert_int_equal(sehub_wire_whole(buf, 80, 64500, &err), 76);
	assert_int_equal(err, -EINVAL);
	/* and less than the header is not */
	assert_int_equal(sehub_wire_whole(buf, 79, 64500, &err), 76);
	assert_int_equal(err, 0);
	/* beyond the limit it waits for the next call */
	assert_int_equal(sehub_wire_whole(buf, 1610, 75, &err), 64);
	assert_int_equal(err, 0);

	sehub_wire_put_hdr(buf, SEHUB_WIRE_PING, 9);
	assert_int_equal(sehub_wire_whole(buf, 1610, 64500, &err), 0);
	assert_int_equal(err, -EINVAL);
	free(buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_length_of_every_type),
		cmocka_unit_test(test_header_cut_short),
		cmocka_unit_test(test_payload_cut_short),
		cmocka_unit_test(test_longer_buffer_changes_nothing),
		cmocka_unit_test(test_ack_is_built_as_specified),
		cmocka_unit_test(test_ping_is_built_as_specified),
		cmocka_unit_test(test_numbers_of_any_alignment),
		cmocka_unit_test(test_only_frames_count),
		cmocka_unit_test(test_whole_records_of_a_cut_buffer),
		cmocka_unit_test(test_whole_records_up_to_a_limit),
		cmocka_unit_test(test_whole_records_before_a_malformed_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
