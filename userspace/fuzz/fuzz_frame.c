// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames and their offload metadata from a remote end. Input: the payload of a
 * DATA_OFFLOAD record. The verdict must be that of a second implementation,
 * written from the rules and not from the code.
 *
 * links: ../kernel/frame.c ../kernel/wire.c fuzz/frame_rules.c
 */
#include <errno.h>

#include <linux/virtio_net.h>

#include "frame.h"
#include "frame_rules.h"
#include "fuzz.h"
#include "wire.h"

static void parse(const u8 *frame, u32 len, u32 frame_len)
{
	struct sehub_frame_info info;
	u32 seen = len < frame_len ? len : frame_len;
	int err;

	err = sehub_frame_parse(frame, len, frame_len, &info);
	MUST(err == (seen < 14 ? -EINVAL : 0));
	if (err)
		return;
	MUST(!memcmp(info.dst, frame, 6) && !memcmp(info.src, frame + 6, 6));
	MUST(info.tags <= SEHUB_FRAME_TAGS_MAX);
	MUST(info.l3_off == 14 + 4 * info.tags && info.l3_off <= seen);
	MUST(!memcmp(&info.proto, frame + info.l3_off - 2, 2));
	/* whatever tag is not looked behind is one too many or cut short */
	if (info.tags < SEHUB_FRAME_TAGS_MAX && seen - info.l3_off >= 4)
		MUST(memcmp(&info.proto, "\x81\x00", 2) &&
		     memcmp(&info.proto, "\x88\xa8", 2));
	MUST(!sehub_frame_is_valid_source(info.src) ||
	     !sehub_frame_is_group(info.src));
	MUST(!sehub_frame_is_reserved(info.dst) ||
	     sehub_frame_is_group(info.dst));
}

/* Return: bytes of headers if the frame may be segmented, else 0. */
static u32 check_offload(const u8 *frame, u32 len, const u8 *vnet)
{
	struct sehub_frame_offload got, want;
	bool ok = frame_rules_check(frame, len, vnet, &want);
	u8 *headers;
	int err;

	/* nothing behind the longest headers is looked at */
	headers = fuzz_exact(frame, len < SEHUB_FRAME_HDR_MAX ?
				    len : SEHUB_FRAME_HDR_MAX);
	memset(&got, 0xee, sizeof(got));
	err = sehub_frame_check_offload(headers, len, vnet, &got);
	free(headers);
	MUST(err == (ok ? 0 : -EINVAL));
	if (err)
		return 0;
	MUST(got.flags == want.flags);
	MUST(got.gso_type == want.gso_type);
	MUST(got.hdr_len == want.hdr_len);
	MUST(got.gso_size == want.gso_size);
	MUST(got.csum_start == want.csum_start);
	MUST(got.csum_offset == want.csum_offset);
	return got.gso_type ? got.hdr_len : 0;
}

/*
 * The verdict about everything that differs from a good frame in one bit: what
 * leads from one to the other is a matter of luck for the fuzzer otherwise.
 */
static void check_neighbours(u8 *frame, u32 len, u8 *vnet, u32 hdr_len)
{
	u32 bit;

	for (bit = 0; bit < 8 * SEHUB_WIRE_VNET_LEN; bit++) {
		vnet[bit / 8] ^= (u8)(1 << bit % 8);
		check_offload(frame, len, vnet);
		vnet[bit / 8] ^= (u8)(1 << bit % 8);
	}
	for (bit = 0; bit < 8 * hdr_len; bit++) {
		frame[bit / 8] ^= (u8)(1 << bit % 8);
		check_offload(frame, len, vnet);
		frame[bit / 8] ^= (u8)(1 << bit % 8);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u8 *frame, *vnet;
	u32 len, linear, hdr_len;

	if (size < SEHUB_WIRE_VNET_LEN)
		return 0;
	vnet = fuzz_exact(data, SEHUB_WIRE_VNET_LEN);
	len = (u32)(size - SEHUB_WIRE_VNET_LEN);
	frame = fuzz_exact(data + SEHUB_WIRE_VNET_LEN, len);

	parse(frame, len, len);
	parse(frame, len, len + 1000);
	hdr_len = check_offload(frame, len, vnet);
	if (hdr_len)
		check_neighbours(frame, len, vnet, hdr_len);
	free(frame);

	/* only the beginning is at hand */
	for (linear = 12; linear < 26 && linear < len; linear++) {
		frame = fuzz_exact(data + SEHUB_WIRE_VNET_LEN, linear);
		parse(frame, linear, len);
		parse(frame, linear, linear - 1);
		check_offload(frame, linear, vnet);
		free(frame);
	}
	free(vnet);
	return 0;
}
