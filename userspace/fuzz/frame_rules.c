// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What offload metadata must be, said with the structs of the system's headers
 * and in the order of the layers. On purpose nothing like kernel/frame.c.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <string.h>

#include <linux/virtio_net.h>

#include "frame_rules.h"

/* The rest of a frame, from one layer on. */
struct rest {
	const u8 *p;
	u32 len;
};

static bool pull(struct rest *r, void *dst, u32 n)
{
	if (r->len < n)
		return false;
	memcpy(dst, r->p, n);
	r->p += n;
	r->len -= n;
	return true;
}

/* Past the Ethernet header and at most two tags. Return: the EtherType. */
static u16 pull_ethernet(struct rest *r)
{
	struct { u16 tci, type; } tag;
	struct ether_header eth;
	struct rest ahead;
	u16 type;
	int i;

	pull(r, &eth, sizeof(eth));
	type = ntohs(eth.ether_type);
	for (i = 0; i < 2 && (type == 0x8100 || type == 0x88a8); i++) {
		ahead = *r;
		if (!pull(&ahead, &tag, sizeof(tag)))
			break;
		*r = ahead;
		type = ntohs(tag.type);
	}
	return type;
}

static bool pull_ipv4(struct rest *r)
{
	struct rest all = *r;
	u8 options[40];
	struct iphdr ip;

	return pull(r, &ip, sizeof(ip)) && ip.version == 4 && ip.ihl >= 5 &&
	       pull(r, options, ip.ihl * 4 - sizeof(ip)) &&
	       ntohs(ip.tot_len) == all.len &&
	       !(ntohs(ip.frag_off) & (IP_MF | IP_OFFMASK)) &&
	       ip.protocol == IPPROTO_TCP;
}

static bool pull_ipv6(struct rest *r)
{
	struct ip6_hdr ip;

	return pull(r, &ip, sizeof(ip)) && ip.ip6_vfc >> 4 == 6 &&
	       ip.ip6_nxt == IPPROTO_TCP && ntohs(ip.ip6_plen) == r->len;
}

static bool pull_tcp(struct rest *r)
{
	u8 options[40];
	struct tcphdr tcp;

	return pull(r, &tcp, sizeof(tcp)) && tcp.doff >= 5 &&
	       pull(r, options, tcp.doff * 4 - sizeof(tcp));
}

bool frame_rules_check(const u8 *frame, u32 len, const u8 *vnet,
		       struct sehub_frame_offload *out)
{
	struct rest r = { frame, len };
	struct virtio_net_hdr hdr;
	u32 l3, l4, start, sum;
	bool ecn, csum;
	u16 type;
	u8 gso;

	memcpy(&hdr, vnet, sizeof(hdr));
	csum = hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
	start = le16toh(hdr.csum_start);
	sum = start + le16toh(hdr.csum_offset);
	ecn = hdr.gso_type & VIRTIO_NET_HDR_GSO_ECN;
	gso = hdr.gso_type & ~VIRTIO_NET_HDR_GSO_ECN;

	memset(out, 0, sizeof(*out));
	if (len < 14)
		return false;
	type = pull_ethernet(&r);
	l3 = (u32)(r.p - frame);
	if (csum) {
		if (start < l3 + 20 || sum > len - 2)
			return false;
		out->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		out->csum_start = le16toh(hdr.csum_start);
		out->csum_offset = le16toh(hdr.csum_offset);
	}
	if (gso == VIRTIO_NET_HDR_GSO_NONE)
		return !ecn && len <= 16384;

	if (gso == VIRTIO_NET_HDR_GSO_TCPV4) {
		if (type != ETHERTYPE_IP || !pull_ipv4(&r))
			return false;
	} else if (gso == VIRTIO_NET_HDR_GSO_TCPV6) {
		if (type != ETHERTYPE_IPV6 || !pull_ipv6(&r))
			return false;
	} else {
		return false;
	}
	l4 = (u32)(r.p - frame);
	if (!pull_tcp(&r) || !r.len || len > 64000)
		return false;
	if (!csum || start != l4 ||
	    sum != l4 + offsetof(struct tcphdr, check))
		return false;
	if (le16toh(hdr.gso_size) < 64 ||
	    len - r.len + le16toh(hdr.gso_size) > 16384)
		return false;
	if (r.len > le16toh(hdr.gso_size)) {
		out->gso_type = hdr.gso_type;
		out->gso_size = le16toh(hdr.gso_size);
		out->hdr_len = (u16)(len - r.len);
	}
	return true;
}
