// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Offload metadata from a remote end: the true one of each kind of frame is
 * accepted, and then each single lie about it is refused. Frames are given in
 * buffers of exactly their length, cut behind the longest headers, so that the
 * address sanitizer sees a byte read beyond.
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

#include <linux/virtio_net.h>

#include "frame.h"
#include "frames.h"
#include "wire.h"

#define NEEDS_CSUM	VIRTIO_NET_HDR_F_NEEDS_CSUM
#define TCPV4		VIRTIO_NET_HDR_GSO_TCPV4
#define TCPV6		VIRTIO_NET_HDR_GSO_TCPV6
#define ECN		VIRTIO_NET_HDR_GSO_ECN

static u8 *exact(const u8 *src, u32 len)
{
	u8 *p = malloc(len ? len : 1);

	assert_non_null(p);
	memcpy(p, src, len);
	return p;
}

/* What is behind the headers is not there at all. */
static int check(const struct frame *f, struct sehub_frame_offload *out)
{
	u32 len = f->len < SEHUB_FRAME_HDR_MAX ? f->len : SEHUB_FRAME_HDR_MAX;
	u8 *p = exact(f->data, len);
	int err;

	memset(out, 0xee, sizeof(*out));
	err = sehub_frame_check_offload(p, f->len, f->vnet, out);
	free(p);
	return err;
}

static void expect_refused(const struct frame *f, const char *lie)
{
	struct sehub_frame_offload out;

	if (check(f, &out) != -EINVAL)
		fail_msg("accepted: %s", lie);
}

/* What is told lies about next must be accepted as long as it is true. */
static void expect_accepted(const struct frame *f)
{
	struct sehub_frame_offload out;

	assert_int_equal(check(f, &out), 0);
}

static void test_lengths_without_segmentation(void **state)
{
	struct frame *f = *state;
	u32 len;

	memset(f, 0, sizeof(*f));
	for (len = 0; len <= 65535; len++) {
		struct sehub_frame_offload out;
		int want = len < 14 || len > 16384 ? -EINVAL : 0;

		if (sehub_frame_check_offload(f->data, len, f->vnet, &out) !=
		    want)
			fail_msg("length %u", len);
	}
}

static void test_checksum_must_be_in_the_frame(void **state)
{
	const struct frame_spec spec = { .doff = 5, .payload = 46 };
	struct sehub_frame_offload out;
	struct frame *f = *state;
	u32 start, offset;
	bool good;

	frame_build(f, &spec, 0);
	assert_int_equal(f->len, 100);
	for (start = 0; start < 110; start++) {
		for (offset = 0; offset < 110; offset++) {
			good = start >= 34 && start + offset + 2 <= 100;
			frame_vnet(f->vnet, NEEDS_CSUM, 0, 0, (u16)start,
				   (u16)offset);
			if (check(f, &out) != (good ? 0 : -EINVAL))
				fail_msg("start %u, offset %u", start, offset);
			if (!good)
				continue;
			assert_int_equal(out.flags, NEEDS_CSUM);
			assert_int_equal(out.csum_start, start);
			assert_int_equal(out.csum_offset, offset);
			assert_int_equal(out.gso_type, 0);
			assert_int_equal(out.gso_size, 0);
			assert_int_equal(out.hdr_len, 0);
		}
	}
	frame_vnet(f->vnet, NEEDS_CSUM, 0, 0, 0xffff, 0xffff);
	expect_refused(f, "checksum far behind the frame");
	frame_vnet(f->vnet, NEEDS_CSUM, 0, 0, 34, 0xffff);
	expect_refused(f, "sum that wraps 16 bits");
	frame_vnet(f->vnet, NEEDS_CSUM, 0, 0, 0xfff0, 0x0020);
	expect_refused(f, "start that wraps 16 bits");
}

static void test_checksum_behind_tags(void **state)
{
	const struct frame_spec spec = { .tags = 2, .doff = 5, .payload = 46 };
	struct sehub_frame_offload out;
	struct frame *f = *state;

	frame_build(f, &spec, 0);
	frame_vnet(f->vnet, NEEDS_CSUM, 0, 0, 41, 16);
	expect_refused(f, "checksum begins in the IP header");
	frame_vnet(f->vnet, NEEDS_CSUM, 0, 0, 42, 16);
	assert_int_equal(check(f, &out), 0);
}

static void test_other_flags_mean_nothing(void **state)
{
	const struct frame_spec spec = { .doff = 5, .payload = 46 };
	struct sehub_frame_offload out;
	struct frame *f = *state;
	unsigned int flags;

	frame_build(f, &spec, 0);
	for (flags = 0; flags < 256; flags++) {
		frame_vnet(f->vnet, (u8)flags, 0, 77, 34, 16);
		assert_int_equal(check(f, &out), 0);
		assert_int_equal(out.flags, flags & NEEDS_CSUM);
		assert_int_equal(out.gso_size, 0);
		assert_int_equal(out.csum_start, flags & NEEDS_CSUM ? 34 : 0);
		assert_int_equal(out.csum_offset, flags & NEEDS_CSUM ? 16 : 0);
	}
}

static void test_types_of_segmentation(void **state)
{
	struct frame_spec spec = { .doff = 5, .payload = 4000 };
	struct sehub_frame_offload out;
	struct frame *f = *state;
	unsigned int type;
	u8 right;
	int v6;

	for (v6 = 0; v6 < 2; v6++) {
		spec.ipv6 = v6;
		right = v6 ? TCPV6 : TCPV4;
		frame_build(f, &spec, 1000);
		for (type = 1; type < 256; type++) {
			f->vnet[1] = (u8)type;
			if (type != right && type != (right | ECN)) {
				expect_refused(f, "type of segmentation");
				continue;
			}
			assert_int_equal(check(f, &out), 0);
			assert_int_equal(out.gso_type, type);
		}
	}
}

/* Every combination that a true sender may send. */
static void test_true_super_frames(void **state)
{
	static const u32 payloads[] = { 1401, 2800, 16384, 60000 };
	struct sehub_frame_offload out;
	struct frame *f = *state;
	unsigned int i, n;

	for (i = 0; i < 3 * 2 * 11 * 11 * 4; i++) {
		n = i;
		struct frame_spec spec = { .payload = payloads[n % 4] };

		spec.tags = (u8)((n /= 4) % 3);
		spec.ipv6 = (n /= 3) % 2;
		spec.options = (u8)((n /= 2) % 11 * 4);
		spec.doff = (u8)((n /= 11) % 11 + 5);
		if (spec.ipv6 && spec.options)
			continue;
		frame_build(f, &spec, 1400);
		assert_int_equal(check(f, &out), 0);
		assert_int_equal(out.flags, NEEDS_CSUM);
		assert_int_equal(out.gso_type, spec.ipv6 ? TCPV6 : TCPV4);
		assert_int_equal(out.gso_size, 1400);
		assert_int_equal(out.hdr_len, f->len - spec.payload);
		assert_int_equal(out.csum_start, f->tcp);
		assert_int_equal(out.csum_offset, 16);
	}
}

static void test_limits_of_a_super_frame(void **state)
{
	struct frame_spec spec = { .doff = 5 };
	struct sehub_frame_offload out;
	struct frame *f = *state;

	spec.payload = SEHUB_WIRE_SUPER_MAX - 54;
	frame_build(f, &spec, 64);
	assert_int_equal(f->len, SEHUB_WIRE_SUPER_MAX);
	assert_int_equal(check(f, &out), 0);
	frame_build(f, &spec, 63);
	expect_refused(f, "segments too short");
	frame_build(f, &spec, 0);
	expect_refused(f, "segments of no length");
	frame_build(f, &spec, SEHUB_WIRE_FRAME_MAX - 54);
	assert_int_equal(check(f, &out), 0);
	assert_int_equal(out.gso_size, SEHUB_WIRE_FRAME_MAX - 54);
	frame_build(f, &spec, SEHUB_WIRE_FRAME_MAX - 53);
	expect_refused(f, "segments longer than a frame");
	frame_build(f, &spec, 0xffff);
	expect_refused(f, "segments by fragments");

	spec.payload++;
	frame_build(f, &spec, 1400);
	expect_refused(f, "frame too long");
}

static void test_single_segment_is_not_segmented(void **state)
{
	struct frame_spec spec = { .doff = 5, .payload = 1000 };
	struct sehub_frame_offload out;
	struct frame *f = *state;

	frame_build(f, &spec, 1000);
	assert_int_equal(check(f, &out), 0);
	assert_int_equal(out.gso_type, 0);
	assert_int_equal(out.gso_size, 0);
	assert_int_equal(out.hdr_len, 0);
	assert_int_equal(out.flags, NEEDS_CSUM);
	assert_int_equal(out.csum_start, 34);
	frame_build(f, &spec, 999);
	assert_int_equal(check(f, &out), 0);
	assert_int_equal(out.gso_type, TCPV4);
	assert_int_equal(out.gso_size, 999);

	spec.payload = 0;
	frame_build(f, &spec, 1000);
	expect_refused(f, "nothing behind the headers");
}

static void test_segmentation_needs_the_checksum(void **state)
{
	const struct frame_spec spec = { .doff = 8, .payload = 4000 };
	struct frame *f = *state;
	u32 value;

	frame_build(f, &spec, 1000);
	expect_accepted(f);
	f->vnet[0] = 0;
	expect_refused(f, "segmentation without checksum");
	f->vnet[0] = VIRTIO_NET_HDR_F_DATA_VALID;
	expect_refused(f, "segmentation with a checksum said to be valid");
	for (value = 0; value < 200; value++) {
		if (value != 34) {
			frame_vnet(f->vnet, NEEDS_CSUM, TCPV4, 1000,
				   (u16)value, 16);
			expect_refused(f, "checksum begins elsewhere");
		}
		if (value != 16) {
			frame_vnet(f->vnet, NEEDS_CSUM, TCPV4, 1000, 34,
				   (u16)value);
			expect_refused(f, "checksum is elsewhere");
		}
	}
}

/* Change a byte of the IP or TCP header and expect a refusal. */
static void lie(struct frame *f, u32 at, u8 value, const char *what)
{
	u8 was = f->data[at];

	assert_int_not_equal(was, value);
	f->data[at] = value;
	expect_refused(f, what);
	f->data[at] = was;
}

static void test_lies_in_an_ipv4_header(void **state)
{
	const struct frame_spec spec = { .doff = 5, .payload = 4000 };
	struct frame *f = *state;
	u32 ihl, bit;

	frame_build(f, &spec, 1000);
	expect_accepted(f);
	lie(f, 12, 0x86, "EtherType");
	lie(f, 13, 0x06, "EtherType");
	lie(f, 14, 0x65, "version");
	lie(f, 14, 0x05, "version");
	for (ihl = 0; ihl < 16; ihl++)
		if (ihl != 5)
			lie(f, 14, (u8)(0x40 | ihl), "header length");
	lie(f, 17, (u8)(f->data[17] + 1), "total length, more");
	lie(f, 17, (u8)(f->data[17] - 1), "total length, less");
	lie(f, 16, 0, "total length");
	for (bit = 0; bit < 6; bit++)
		lie(f, 20, (u8)(1 << bit), "fragment, upper bits");
	for (bit = 0; bit < 8; bit++)
		lie(f, 21, (u8)(1 << bit), "fragment, lower bits");
	lie(f, 23, 17, "protocol");
	lie(f, 46, 0x40, "TCP header length");
	lie(f, 46, 0x00, "TCP header length");
	f->data[20] = 0;
	expect_accepted(f);	/* may be fragmented, is not */
	f->len--;
	expect_refused(f, "one byte missing");
	f->len += 2;
	expect_refused(f, "one byte behind the packet");
}

static void test_lies_in_an_ipv6_header(void **state)
{
	const struct frame_spec spec = { .ipv6 = true, .doff = 5,
					 .payload = 4000 };
	struct frame *f = *state;

	frame_build(f, &spec, 1000);
	expect_accepted(f);
	lie(f, 12, 0x08, "EtherType");
	lie(f, 14, 0x45, "version");
	lie(f, 18, 0, "payload length");
	lie(f, 19, (u8)(f->data[19] + 1), "payload length, more");
	lie(f, 19, (u8)(f->data[19] - 1), "payload length, less");
	lie(f, 20, 0, "hop-by-hop header");
	lie(f, 20, 44, "fragment header");
	lie(f, 20, 17, "protocol");
	lie(f, 66, 0x40, "TCP header length");
	f->len--;
	expect_refused(f, "one byte missing");
	f->len += 2;
	expect_refused(f, "one byte behind the packet");
}

static void test_third_tag_is_not_segmented(void **state)
{
	struct frame_spec spec = { .tags = 2, .doff = 5, .payload = 4000 };
	struct frame *f = *state;

	frame_build(f, &spec, 1000);
	expect_accepted(f);
	spec.tags = 3;
	frame_build(f, &spec, 1000);
	expect_refused(f, "three tags");
}

/* A frame that ends inside its headers, with lengths that agree. */
static void test_headers_cut_at_every_byte(void **state)
{
	struct frame_spec spec = { .tags = 1, .doff = 15, .payload = 4000 };
	struct frame *f = *state;
	u32 hdr, len;

	for (spec.ipv6 = false;; spec.ipv6 = true) {
		frame_build(f, &spec, 64);
		expect_accepted(f);
		hdr = f->len - spec.payload;
		for (len = 14; len <= hdr; len++) {
			if (spec.ipv6)
				frame_put16(f->data + f->l3 + 4,
					    (u16)(len - f->l3 - 40));
			else
				frame_put16(f->data + f->l3 + 2,
					    (u16)(len - f->l3));
			f->len = len;
			expect_refused(f, "cut short");
		}
		if (spec.ipv6)
			break;
	}
}

static int setup(void **state)
{
	*state = malloc(sizeof(struct frame));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths_without_segmentation),
		cmocka_unit_test(test_checksum_must_be_in_the_frame),
		cmocka_unit_test(test_checksum_behind_tags),
		cmocka_unit_test(test_other_flags_mean_nothing),
		cmocka_unit_test(test_types_of_segmentation),
		cmocka_unit_test(test_true_super_frames),
		cmocka_unit_test(test_limits_of_a_super_frame),
		cmocka_unit_test(test_single_segment_is_not_segmented),
		cmocka_unit_test(test_segmentation_needs_the_checksum),
		cmocka_unit_test(test_lies_in_an_ipv4_header),
		cmocka_unit_test(test_lies_in_an_ipv6_header),
		cmocka_unit_test(test_third_tag_is_not_segmented),
		cmocka_unit_test(test_headers_cut_at_every_byte),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
