// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What becomes of a frame that was read from a TAP device: which metadata goes
 * to the peer, what is completed, and what cannot be sent.
 *
 * links: transportd/tap_frame.c ../kernel/frame.c ../kernel/wire.c
 * links: tests/frames.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/virtio_net.h>

#include "frame.h"
#include "frames.h"
#include "tap_frame.h"
#include "wire.h"

#define NEEDS_CSUM	VIRTIO_NET_HDR_F_NEEDS_CSUM
#define TCPV4		VIRTIO_NET_HDR_GSO_TCPV4
#define UDP_L4		5

static const struct frame_spec small = { .doff = 5, .payload = 1001 };
static const struct frame_spec super = { .doff = 5, .payload = 20000 };

static uint8_t header[10];

static enum tap_frame judge(struct frame *f, bool offload)
{
	memset(header, 0xee, sizeof(header));
	return tap_frame_judge(f->vnet, f->data, f->len, offload, header);
}

/* One's complement sum of the segment from @start on. */
static uint16_t sum(const struct frame *f, size_t start)
{
	uint32_t total = 0;
	size_t i;

	for (i = start; i < f->len; i++)
		total += (i - start) % 2 ? f->data[i] : f->data[i] << 8;
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)total;
}

static void test_super_frame_for_a_peer_that_takes_none(void **state)
{
	struct frame *f = *state;

	frame_build(f, &super, 1400);
	assert_int_equal(judge(f, false), TAP_FRAME_BAD);
}

static void test_metadata_that_lies(void **state)
{
	struct frame *f = *state;

	frame_build(f, &super, 1400);
	f->vnet[1] = UDP_L4;
	assert_int_equal(judge(f, true), TAP_FRAME_BAD);
	frame_build(f, &super, 1400);
	frame_vnet(f->vnet, 0, TCPV4, 1400, 0, 0);
	assert_int_equal(judge(f, true), TAP_FRAME_BAD);
	/* the place of the checksum is outside */
	frame_build(f, &small, 0);
	frame_vnet(f->vnet, NEEDS_CSUM, 0, 0, (u16)f->tcp, (u16)f->len);
	assert_int_equal(judge(f, true), TAP_FRAME_BAD);
	frame_vnet(f->vnet, NEEDS_CSUM, 0, 0, (u16)f->len, 0);
	assert_int_equal(judge(f, false), TAP_FRAME_BAD);
	frame_vnet(f->vnet, NEEDS_CSUM, 0, 0, 0xffff, 0xffff);
	assert_int_equal(judge(f, false), TAP_FRAME_BAD);
	frame_vnet(f->vnet, NEEDS_CSUM, 0, 0, (u16)(f->len - 2), 1);
	assert_int_equal(judge(f, false), TAP_FRAME_BAD);
}

static void test_lengths(void **state)
{
	struct frame *f = *state;

	memset(f, 0, sizeof(*f));
	f->len = SEHUB_WIRE_FRAME_MAX;
	assert_int_equal(judge(f, true), TAP_FRAME_PLAIN);
	f->len++;
	assert_int_equal(judge(f, true), TAP_FRAME_TOO_BIG);
	frame_build(f, &super, 1400);
	f->len = SEHUB_WIRE_SUPER_MAX + 1;
	assert_int_equal(judge(f, true), TAP_FRAME_TOO_BIG);
}

static void test_plain_frame(void **state)
{
	struct frame *f = *state, *before = malloc(sizeof(*before));

	assert_non_null(before);
	frame_build(f, &small, 0);
	memset(f->vnet, 0, sizeof(f->vnet));
	*before = *f;
	assert_int_equal(judge(f, true), TAP_FRAME_PLAIN);
	assert_int_equal(judge(f, false), TAP_FRAME_PLAIN);
	/* DATA_VALID is the reader's own knowledge */
	f->vnet[0] = VIRTIO_NET_HDR_F_DATA_VALID;
	assert_int_equal(judge(f, true), TAP_FRAME_PLAIN);
	assert_memory_equal(f->data, before->data, f->len);
	free(before);
}

static void test_metadata_goes_along(void **state)
{
	struct sehub_frame_offload out;
	struct frame *f = *state;
	uint8_t want[10];

	frame_build(f, &super, 1400);
	memcpy(want, f->vnet, sizeof(want));
	assert_int_equal(judge(f, true), TAP_FRAME_OFFLOAD);
	assert_int_equal(sehub_frame_check_offload(f->data, f->len, header,
						   &out), 0);
	assert_int_equal(out.gso_size, 1400);
	/* the frame's own, whatever was said */
	assert_int_equal(header[2] | header[3] << 8, f->len - super.payload);
	assert_memory_equal(header + 4, want + 4, 6);

	frame_build(f, &small, 0);
	frame_vnet(f->vnet, NEEDS_CSUM, 0, 0, (u16)f->tcp, 16);
	assert_int_equal(judge(f, true), TAP_FRAME_OFFLOAD);
	assert_memory_equal(header, f->vnet, 2);
	assert_int_equal(header[2] | header[3], 0);
	assert_memory_equal(header + 4, f->vnet + 4, 6);
}

/* The sum over all with its pseudo header is then that of "right". */
static void test_checksum_is_completed(void **state)
{
	struct frame_spec spec = { .doff = 5 };
	struct frame *f = *state;
	uint32_t pseudo;

	for (spec.payload = 0; spec.payload < 9; spec.payload++) {
		frame_build(f, &spec, 0);
		frame_vnet(f->vnet, NEEDS_CSUM, 0, 0, (u16)f->tcp, 16);
		pseudo = (uint32_t)(0x1234 + spec.payload);
		frame_put16(f->data + f->tcp + 16, (u16)pseudo);
		assert_int_equal(judge(f, false), TAP_FRAME_PLAIN);
		pseudo += sum(f, f->tcp);
		pseudo = (pseudo & 0xffff) + (pseudo >> 16);
		assert_int_equal(pseudo, 0xffff);
	}
}

/* RFC 768: 0 would say that there is no checksum. */
static void test_checksum_is_never_zero(void **state)
{
	struct frame *f = *state;

	memset(f, 0, sizeof(*f));
	f->len = 60;
	frame_put16(f->data + 40, 0xffff);
	frame_vnet(f->vnet, NEEDS_CSUM, 0, 0, 34, 6);
	assert_int_equal(judge(f, false), TAP_FRAME_PLAIN);
	assert_int_equal(f->data[40] << 8 | f->data[41], 0xffff);
}

static int setup(void **state)
{
	*state = malloc(sizeof(struct frame));
	return !*state;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_super_frame_for_a_peer_that_takes_none),
		cmocka_unit_test(test_metadata_that_lies),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_plain_frame),
		cmocka_unit_test(test_metadata_goes_along),
		cmocka_unit_test(test_checksum_is_completed),
		cmocka_unit_test(test_checksum_is_never_zero),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
