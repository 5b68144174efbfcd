/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ethernet frames as bytes: who sends to whom, what is inside, and whether
 * offload metadata from a remote end tells the truth. Pure: bytes in, verdict
 * out; compiled in userspace too.
 */
#ifndef _SEHUB_FRAME_H
#define _SEHUB_FRAME_H

#include <linux/types.h>

/* Tags that are looked behind; further ones are payload. */
#define SEHUB_FRAME_TAGS_MAX	2

/* Most bytes of a frame that are looked at: Ethernet, tags, IP, TCP. */
#define SEHUB_FRAME_HDR_MAX	(14 + 4 * SEHUB_FRAME_TAGS_MAX + 60 + 60)

/* Shortest segment that a super-frame may ask for, bytes of TCP payload. */
#define SEHUB_FRAME_GSO_MIN	64

/**
 * struct sehub_frame_info - description of a frame
 * @dst: destination address
 * @src: source address
 * @proto: innermost EtherType, behind up to %SEHUB_FRAME_TAGS_MAX tags; of a
 *	tag if that is cut short or one too many; a length if below 0x0600
 * @l3_off: offset of what is behind @proto
 * @tags: tags in front of @proto
 */
struct sehub_frame_info {
	u8 dst[6];
	u8 src[6];
	__be16 proto;
	u16 l3_off;
	u8 tags;
};

/**
 * struct sehub_frame_offload - checked offload metadata, in host byte order
 * @flags: %VIRTIO_NET_HDR_F_NEEDS_CSUM or 0
 * @gso_type: %VIRTIO_NET_HDR_GSO_NONE, or TCPV4 or TCPV6 with or without ECN
 * @hdr_len: bytes of headers in front of the TCP payload, as found in the
 *	frame and not as the sender said; 0 without segmentation
 * @gso_size: bytes of TCP payload in a segment; 0 without segmentation
 * @csum_start: where the checksum begins; 0 without %NEEDS_CSUM
 * @csum_offset: where it goes, from @csum_start on; 0 without %NEEDS_CSUM
 */
struct sehub_frame_offload {
	u8 flags;
	u8 gso_type;
	u16 hdr_len;
	u16 gso_size;
	u16 csum_start;
	u16 csum_offset;
};

int sehub_frame_parse(const u8 *data, u32 len, u32 frame_len,
		      struct sehub_frame_info *info);
int sehub_frame_check_offload(const u8 *frame, u32 len, const u8 *vnet,
			      struct sehub_frame_offload *out);

/**
 * sehub_frame_is_group() - is this a broadcast or multicast address?
 * @mac: 6 bytes, any alignment
 *
 * Return: true if it is.
 */
static inline bool sehub_frame_is_group(const u8 *mac)
{
	return mac[0] & 1;
}

/**
 * sehub_frame_is_reserved() - is this an address that no bridge forwards?
 * @mac: 6 bytes, any alignment
 *
 * Return: true for 01-80-C2-00-00-00 to 01-80-C2-00-00-0F.
 */
static inline bool sehub_frame_is_reserved(const u8 *mac)
{
	return mac[0] == 0x01 && mac[1] == 0x80 && mac[2] == 0xc2 &&
	       !mac[3] && !mac[4] && !(mac[5] & 0xf0);
}

/**
 * sehub_frame_is_valid_source() - may a frame come from this address?
 * @mac: 6 bytes, any alignment
 *
 * Return: true if it is neither a group address nor zero.
 */
static inline bool sehub_frame_is_valid_source(const u8 *mac)
{
	return !sehub_frame_is_group(mac) &&
	       (mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]);
}

#endif /* _SEHUB_FRAME_H */
