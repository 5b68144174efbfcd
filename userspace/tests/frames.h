/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames for tests, built from the headers of the system's own library. */
#ifndef SEHUB_TESTS_FRAMES_H
#define SEHUB_TESTS_FRAMES_H

#include <linux/types.h>

#define FRAMES_MAX	65536

/**
 * struct frame_spec - a TCP segment in a frame
 * @tags: 802.1Q tags, the first of two is 802.1ad; at most 3
 * @ipv6: IPv6 and not IPv4
 * @options: bytes of IPv4 options, a multiple of 4
 * @doff: length of the TCP header in words of 4 bytes
 * @payload: bytes of TCP payload
 */
struct frame_spec {
	u8 tags;
	bool ipv6;
	u8 options;
	u8 doff;
	u32 payload;
};

/**
 * struct frame - a frame with true offload metadata
 * @vnet: as on the wire
 * @len: length of @data
 * @l3: where the network header is
 * @tcp: where the TCP header is
 * @data: the frame
 */
struct frame {
	u8 vnet[10];
	u32 len;
	u32 l3;
	u32 tcp;
	u8 data[FRAMES_MAX];
};

void frame_build(struct frame *f, const struct frame_spec *spec, u16 gso_size);
void frame_put16(u8 *p, u16 value);
void frame_vnet(u8 *vnet, u8 flags, u8 gso_type, u16 gso_size, u16 csum_start,
		u16 csum_offset);

#endif /* SEHUB_TESTS_FRAMES_H */
