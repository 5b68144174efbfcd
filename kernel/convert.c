// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames between their two forms: bytes of a record with a virtio_net_hdr, and
 * socket buffers. Knows nothing of ports and tables. Metadata from a peer has
 * been checked by frame.c before it comes here.
 */
#include <linux/if_vlan.h>
#include <linux/tcp.h>
#include <linux/virtio_net.h>
#include <net/gso.h>

#include "chunk.h"
#include "convert.h"

/* Frames up to this length are copied into one linear buffer. */
#define SEHUB_CONVERT_LINEAR	2048
/* Headers that are linear in a longer frame's buffer: Ethernet, two tags, IP
 * and TCP with all options.
 */
#define SEHUB_CONVERT_HEADERS	256

/* Appends what the linear part does not hold, in chunks. */
static bool sehub_convert_add_frags(struct sk_buff *skb, const u8 *data,
				    u32 len)
{
	void *chunk;
	int i;
	u32 n;

	for (i = 0; len; i++) {
		chunk = sehub_chunk_get();
		if (!chunk)
			return false;
		n = min(len, SEHUB_CHUNK_SIZE);
		memcpy(chunk, data, n);
		skb_add_rx_frag(skb, i, virt_to_page(chunk), 0, n,
				SEHUB_CHUNK_SIZE);
		data += n;
		len -= n;
	}
	return true;
}

static struct sk_buff *sehub_convert_alloc(struct net_device *dev,
					   const u8 *data, u32 len)
{
	u32 linear = len <= SEHUB_CONVERT_LINEAR ? len : SEHUB_CONVERT_HEADERS;
	struct sk_buff *skb;

	BUILD_BUG_ON(DIV_ROUND_UP(SEHUB_WIRE_SUPER_MAX, SEHUB_CHUNK_SIZE) >
		     MAX_SKB_FRAGS);
	skb = netdev_alloc_skb_ip_align(dev, linear);
	if (!skb)
		return NULL;
	skb_put_data(skb, data, linear);
	if (!sehub_convert_add_frags(skb, data + linear, len - linear)) {
		kfree_skb(skb);
		return NULL;
	}
	return skb;
}

/* Bytes before the network header: Ethernet header and tags. */
static u32 sehub_convert_l3_offset(const struct sk_buff *skb)
{
	struct sehub_frame_info info;

	sehub_frame_parse(skb->data, skb_headlen(skb), skb->len, &info);
	return info.l3_off;
}

static bool sehub_convert_set_offload(struct sk_buff *skb,
				      const struct sehub_frame_offload *offload)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);
	u8 type = offload->gso_type & ~VIRTIO_NET_HDR_GSO_ECN;

	if (offload->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM &&
	    !skb_partial_csum_set(skb, offload->csum_start,
				  offload->csum_offset))
		return false;
	if (type == VIRTIO_NET_HDR_GSO_NONE)
		return true;

	shinfo->gso_type = SKB_GSO_DODGY;
	shinfo->gso_type |= type == VIRTIO_NET_HDR_GSO_TCPV4 ?
			    SKB_GSO_TCPV4 : SKB_GSO_TCPV6;
	if (offload->gso_type & VIRTIO_NET_HDR_GSO_ECN)
		shinfo->gso_type |= SKB_GSO_TCP_ECN;
	shinfo->gso_size = offload->gso_size;
	shinfo->gso_segs = DIV_ROUND_UP(skb->len - offload->hdr_len,
					offload->gso_size);
	return true;
}

/**
 * sehub_convert_skb() - the frame as a socket buffer
 * @frame: any frame
 *
 * Made at the first call and kept in @frame, which owns it.
 *
 * Context: bottom halves off. Return: the buffer, or NULL if out of memory.
 */
struct sk_buff *sehub_convert_skb(struct sehub_frame *frame)
{
	struct sk_buff *skb;

	if (frame->skb)
		return frame->skb;

	skb = sehub_convert_alloc(frame->in->hub->dev, frame->data, frame->len);
	if (!skb)
		return NULL;
	skb_reset_mac_header(skb);
	skb->protocol = eth_hdr(skb)->h_proto;
	skb_set_network_header(skb, sehub_convert_l3_offset(skb));
	if (frame->offload && !sehub_convert_set_offload(skb, frame->offload)) {
		kfree_skb(skb);
		return NULL;
	}
	frame->skb = skb;
	return skb;
}

/**
 * sehub_convert_segs() - a super-frame cut into frames with full checksums
 * @frame: a frame whose socket buffer is a super-frame
 *
 * Made at the first call and kept in @frame, which owns them.
 *
 * Context: bottom halves off.
 * Return: list of buffers, -ENOMEM, or another error if it cannot be cut.
 */
struct sk_buff *sehub_convert_segs(struct sehub_frame *frame)
{
	struct sk_buff *segs;

	if (frame->segs)
		return frame->segs;

	/* Scattered copies are fine, checksums are to be computed. */
	segs = skb_gso_segment(frame->skb, NETIF_F_SG);
	if (!segs)
		return ERR_PTR(-EINVAL);
	if (IS_ERR(segs))
		return segs;
	frame->segs = segs;
	return segs;
}

/**
 * sehub_convert_offload() - offload metadata of a socket buffer
 * @skb: buffer that is a super-frame or lacks its checksum, data at the
 *	Ethernet header; its headers are made linear
 * @vnet: %SEHUB_WIRE_VNET_LEN bytes for the metadata
 *
 * What the peer would refuse is not sent: the same rules judge it here.
 *
 * Context: bottom halves off.
 * Return: 0, or -EOPNOTSUPP if the wire has no way to say it.
 */
int sehub_convert_offload(struct sk_buff *skb, u8 *vnet)
{
	struct sehub_frame_offload offload;
	struct virtio_net_hdr hdr;

	BUILD_BUG_ON(sizeof(hdr) != SEHUB_WIRE_VNET_LEN);
	if (skb->len > SEHUB_WIRE_SUPER_MAX || skb->encapsulation ||
	    !pskb_may_pull(skb, min_t(u32, skb->len, SEHUB_FRAME_HDR_MAX)) ||
	    virtio_net_hdr_from_skb(skb, &hdr, true, false, 0))
		return -EOPNOTSUPP;
	memcpy(vnet, &hdr, sizeof(hdr));
	if (sehub_frame_check_offload(skb->data, skb->len, vnet, &offload))
		return -EOPNOTSUPP;
	return 0;
}

/**
 * sehub_convert_put_vnet() - write checked offload metadata
 * @vnet: %SEHUB_WIRE_VNET_LEN bytes
 * @offload: what to write
 * Context: any.
 */
void sehub_convert_put_vnet(u8 *vnet, const struct sehub_frame_offload *offload)
{
	struct virtio_net_hdr hdr = {
		.flags = offload->flags,
		.gso_type = offload->gso_type,
		.hdr_len = (__force __virtio16)cpu_to_le16(offload->hdr_len),
		.gso_size = (__force __virtio16)cpu_to_le16(offload->gso_size),
		.csum_start =
			(__force __virtio16)cpu_to_le16(offload->csum_start),
		.csum_offset =
			(__force __virtio16)cpu_to_le16(offload->csum_offset),
	};

	memcpy(vnet, &hdr, sizeof(hdr));
}
