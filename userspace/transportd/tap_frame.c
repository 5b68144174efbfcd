// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames of a TAP device: metadata checked, written, or made unnecessary. */
#include "tap_frame.h"

#include <string.h>

#include <linux/virtio_net.h>

#include "pure.h"

/* Where the members of struct virtio_net_hdr are. */
enum {
	VNET_FLAGS = 0,
	VNET_GSO_TYPE = 1,
	VNET_HDR_LEN = 2,
	VNET_GSO_SIZE = 4,
	VNET_CSUM_START = 6,
	VNET_CSUM_OFFSET = 8,
};

static void put_u16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
}

static uint16_t get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

void tap_frame_put_header(uint8_t *header,
			  const struct sehub_frame_offload *offload)
{
	header[VNET_FLAGS] = offload->flags;
	header[VNET_GSO_TYPE] = offload->gso_type;
	put_u16(header + VNET_HDR_LEN, offload->hdr_len);
	put_u16(header + VNET_GSO_SIZE, offload->gso_size);
	put_u16(header + VNET_CSUM_START, offload->csum_start);
	put_u16(header + VNET_CSUM_OFFSET, offload->csum_offset);
}

/*
 * The checksum of RFC 1071 over all from @start on, in which the sum of the
 * pseudo header stands already; false if there is no place for it.
 */
static bool complete(uint8_t *frame, size_t len, size_t start, size_t offset)
{
	uint32_t sum = 0;
	uint16_t value;
	size_t i;

	if (start >= len || offset + 2 > len - start)
		return false;
	for (i = start; i + 1 < len; i += 2)
		sum += (uint32_t)(frame[i] << 8 | frame[i + 1]);
	if (i < len)
		sum += (uint32_t)frame[i] << 8;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	value = (uint16_t)~sum;
	/* In UDP 0 says that there is none (RFC 768); as a sum both are 0. */
	if (!value)
		value = 0xffff;
	frame[start + offset] = (uint8_t)(value >> 8);
	frame[start + offset + 1] = (uint8_t)value;
	return true;
}

enum tap_frame tap_frame_judge(const uint8_t *vnet, uint8_t *frame, size_t len,
			       bool offload, uint8_t *header)
{
	bool needs_csum = vnet[VNET_FLAGS] & VIRTIO_NET_HDR_F_NEEDS_CSUM;
	bool is_super = vnet[VNET_GSO_TYPE] != VIRTIO_NET_HDR_GSO_NONE;
	struct sehub_frame_offload checked;

	if (offload && (needs_csum || is_super) &&
	    len <= SEHUB_WIRE_SUPER_MAX &&
	    !sehub_frame_check_offload(frame, (uint32_t)len, vnet, &checked)) {
		tap_frame_put_header(header, &checked);
		return TAP_FRAME_OFFLOAD;
	}
	if (is_super)
		return len > SEHUB_WIRE_SUPER_MAX ? TAP_FRAME_TOO_BIG :
						    TAP_FRAME_BAD;
	if (len > SEHUB_WIRE_FRAME_MAX)
		return TAP_FRAME_TOO_BIG;
	if (needs_csum && !complete(frame, len, get_u16(vnet + VNET_CSUM_START),
				    get_u16(vnet + VNET_CSUM_OFFSET)))
		return TAP_FRAME_BAD;
	return TAP_FRAME_PLAIN;
}
