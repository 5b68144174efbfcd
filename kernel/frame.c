// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ethernet frames as bytes.
 *
 * Everything here comes from a remote sender and is read byte by byte after a
 * check against the length, with no alignment assumed. Takes no lock and
 * allocates nothing; also built and fuzzed in userspace.
 */
#include <linux/errno.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/string.h>
#include <linux/virtio_net.h>
#include <asm/byteorder.h>

#include "frame.h"
#include "wire.h"

#define SEHUB_FRAME_IPV4_MIN	20
#define SEHUB_FRAME_IPV6_LEN	40
#define SEHUB_FRAME_TCP_MIN	20
#define SEHUB_FRAME_TCP_CSUM	16
#define SEHUB_FRAME_FRAGMENT	0x3fff	/* more fragments, or an offset */

static u16 sehub_frame_get_le16(const u8 *p)
{
	return (u16)(p[0] | p[1] << 8);
}

static bool sehub_frame_is_tag(__be16 proto)
{
	return proto == cpu_to_be16(ETH_P_8021Q) ||
	       proto == cpu_to_be16(ETH_P_8021AD);
}

/**
 * sehub_frame_parse() - describe a frame
 * @data: the frame, or its beginning
 * @len: bytes at @data
 * @frame_len: length of the frame
 * @info: the description
 *
 * A tag that is cut short is no error: the frame is forwarded as it is, and
 * the description says what can be known.
 *
 * Context: any.
 * Return: 0, or %-EINVAL if there is no whole Ethernet header.
 */
int sehub_frame_parse(const u8 *data, u32 len, u32 frame_len,
		      struct sehub_frame_info *info)
{
	if (len > frame_len)
		len = frame_len;
	if (len < ETH_HLEN)
		return -EINVAL;

	memcpy(info->dst, data, ETH_ALEN);
	memcpy(info->src, data + ETH_ALEN, ETH_ALEN);
	memcpy(&info->proto, data + 2 * ETH_ALEN, sizeof(info->proto));
	info->l3_off = ETH_HLEN;
	info->tags = 0;

	/* a tag is its EtherType, seen already, and 4 bytes: TCI, next type */
	while (sehub_frame_is_tag(info->proto) &&
	       info->tags < SEHUB_FRAME_TAGS_MAX && len - info->l3_off >= 4) {
		memcpy(&info->proto, data + info->l3_off + 2,
		       sizeof(info->proto));
		info->l3_off += 4;
		info->tags++;
	}
	return 0;
}

/*
 * Find the TCP header of a frame whose every layer fills the frame exactly, as
 * segmentation goes by the frame's length and not by what the headers say.
 */
static int sehub_frame_tcp_off(const u8 *frame, u32 len, bool ipv6)
{
	struct sehub_frame_info info;
	const u8 *ip;
	u32 rest, hl;

	if (sehub_frame_parse(frame, len, len, &info))
		return -EINVAL;

	ip = frame + info.l3_off;
	rest = len - info.l3_off;
	if (ipv6) {
		if (info.proto != cpu_to_be16(ETH_P_IPV6) ||
		    rest < SEHUB_FRAME_IPV6_LEN || ip[0] >> 4 != 6 ||
		    sehub_wire_get_u16(ip + 4) != rest - SEHUB_FRAME_IPV6_LEN ||
		    ip[6] != IPPROTO_TCP)
			return -EINVAL;
		return info.l3_off + SEHUB_FRAME_IPV6_LEN;
	}

	if (info.proto != cpu_to_be16(ETH_P_IP) ||
	    rest < SEHUB_FRAME_IPV4_MIN || ip[0] >> 4 != 4)
		return -EINVAL;
	hl = (ip[0] & 0x0f) * 4;
	if (hl < SEHUB_FRAME_IPV4_MIN || hl > rest ||
	    sehub_wire_get_u16(ip + 2) != rest ||
	    (sehub_wire_get_u16(ip + 6) & SEHUB_FRAME_FRAGMENT) ||
	    ip[9] != IPPROTO_TCP)
		return -EINVAL;
	return info.l3_off + hl;
}

static int sehub_frame_check_csum(const u8 *frame, u32 len,
				  const struct sehub_frame_offload *out)
{
	struct sehub_frame_info info;

	if (sehub_frame_parse(frame, len, len, &info))
		return -EINVAL;
	if (out->csum_start < info.l3_off + SEHUB_FRAME_IPV4_MIN ||
	    (u32)out->csum_start + out->csum_offset + 2 > len)
		return -EINVAL;
	return 0;
}

static int sehub_frame_check_gso(const u8 *frame, u32 len, bool ipv6,
				 struct sehub_frame_offload *out)
{
	int tcp = sehub_frame_tcp_off(frame, len, ipv6);
	u32 hl;

	if (tcp < 0)
		return tcp;
	if (out->csum_start != tcp || out->csum_offset != SEHUB_FRAME_TCP_CSUM)
		return -EINVAL;

	if (len - tcp < SEHUB_FRAME_TCP_MIN)
		return -EINVAL;
	hl = (frame[tcp + 12] >> 4) * 4;
	if (hl < SEHUB_FRAME_TCP_MIN || hl >= len - tcp)
		return -EINVAL;		/* or nothing is behind the header */
	out->hdr_len = (u16)(tcp + hl);

	/*
	 * The least size bounds the number of segments (1000 of the longest
	 * frame), the greatest one is of a frame that may be sent as it is; so
	 * the special value GSO_BY_FRAGS is out too.
	 */
	if (out->gso_size < SEHUB_FRAME_GSO_MIN ||
	    (u32)out->gso_size + out->hdr_len > SEHUB_WIRE_FRAME_MAX)
		return -EINVAL;
	return 0;
}

/**
 * sehub_frame_check_offload() - check offload metadata from a remote end
 * @frame: the frame, its first %SEHUB_FRAME_HDR_MAX bytes or all if it has less
 * @len: length of the whole frame
 * @vnet: %SEHUB_WIRE_VNET_LEN bytes, struct virtio_net_hdr in little-endian
 * @out: the metadata, to be used in place of @vnet
 *
 * What passes can be given to the network stack without a surprise: the
 * checksum is inside the frame and behind the network header, and a frame to
 * be segmented is one whole TCP segment whose headers are where @out says.
 * Flags without a meaning are taken out. A frame that is a single segment is
 * not one to be segmented. A sender finds out here what the other end will not
 * take.
 *
 * Context: any.
 * Return: 0, or %-EINVAL if the metadata is not true or not allowed; @out is
 * then undefined.
 */
int sehub_frame_check_offload(const u8 *frame, u32 len, const u8 *vnet,
			      struct sehub_frame_offload *out)
{
	u8 gso = vnet[1] & ~VIRTIO_NET_HDR_GSO_ECN;
	int err;

	memset(out, 0, sizeof(*out));
	if (len < SEHUB_WIRE_FRAME_MIN || len > SEHUB_WIRE_SUPER_MAX)
		return -EINVAL;

	out->flags = vnet[0] & VIRTIO_NET_HDR_F_NEEDS_CSUM;
	if (out->flags) {
		out->csum_start = sehub_frame_get_le16(vnet + 6);
		out->csum_offset = sehub_frame_get_le16(vnet + 8);
		err = sehub_frame_check_csum(frame, len, out);
		if (err)
			return err;
	}

	if (vnet[1] == VIRTIO_NET_HDR_GSO_NONE)
		return len <= SEHUB_WIRE_FRAME_MAX ? 0 : -EINVAL;
	if (gso != VIRTIO_NET_HDR_GSO_TCPV4 && gso != VIRTIO_NET_HDR_GSO_TCPV6)
		return -EINVAL;
	if (!out->flags)
		return -EINVAL;

	out->gso_type = vnet[1];
	out->gso_size = sehub_frame_get_le16(vnet + 4);
	err = sehub_frame_check_gso(frame, len,
				    gso == VIRTIO_NET_HDR_GSO_TCPV6, out);
	if (err)
		return err;

	if (len - out->hdr_len <= out->gso_size) {
		out->gso_type = VIRTIO_NET_HDR_GSO_NONE;
		out->gso_size = 0;
		out->hdr_len = 0;
	}
	return 0;
}
