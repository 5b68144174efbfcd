// SPDX-License-Identifier: GPL-2.0-or-later
/* See frames.h. */
#include <arpa/inet.h>
#include <endian.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <string.h>

#include <linux/virtio_net.h>

#include "frames.h"

static const u8 macs[12] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };

void frame_put16(u8 *p, u16 value)
{
	value = htobe16(value);
	memcpy(p, &value, sizeof(value));
}

void frame_vnet(u8 *vnet, u8 flags, u8 gso_type, u16 gso_size, u16 csum_start,
		u16 csum_offset)
{
	const struct virtio_net_hdr hdr = {
		.flags = flags,
		.gso_type = gso_type,
		.hdr_len = htole16(0xbeef),	/* is not believed */
		.gso_size = htole16(gso_size),
		.csum_start = htole16(csum_start),
		.csum_offset = htole16(csum_offset),
	};

	memcpy(vnet, &hdr, sizeof(hdr));
}

static u32 put_ip(u8 *p, const struct frame_spec *spec, u32 rest)
{
	struct iphdr ip = { .version = 4, .protocol = IPPROTO_TCP, .ttl = 64 };
	struct ip6_hdr ip6 = { .ip6_nxt = IPPROTO_TCP };

	if (spec->ipv6) {
		ip6.ip6_vfc = 0x60;	/* in a union with the first word */
		ip6.ip6_plen = htons((u16)rest);
		inet_pton(AF_INET6, "2001:db8::1", &ip6.ip6_src);
		inet_pton(AF_INET6, "2001:db8::2", &ip6.ip6_dst);
		memcpy(p, &ip6, sizeof(ip6));
		return sizeof(ip6);
	}
	ip.ihl = (5 + spec->options / 4) & 15;
	ip.tot_len = htons((u16)(20 + spec->options + rest));
	ip.frag_off = htons(IP_DF);
	ip.saddr = htonl(0xc0000201);
	ip.daddr = htonl(0xc0000202);
	memcpy(p, &ip, sizeof(ip));
	memset(p + sizeof(ip), 1, spec->options);
	return 20 + spec->options;
}

void frame_build(struct frame *f, const struct frame_spec *spec, u16 gso_size)
{
	struct tcphdr tcp = { .source = htons(443), .doff = spec->doff & 15 };
	u8 *p = f->data;
	u8 tag;

	memset(f, 0, sizeof(*f));
	memcpy(p, macs, sizeof(macs));
	p += sizeof(macs);
	for (tag = 0; tag < spec->tags; tag++) {
		frame_put16(p, !tag && spec->tags > 1 ? 0x88a8 : 0x8100);
		frame_put16(p + 2, 100 + tag);
		p += 4;
	}
	frame_put16(p, spec->ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
	p += 2;
	f->l3 = (u32)(p - f->data);
	p += put_ip(p, spec, spec->doff * 4 + spec->payload);
	f->tcp = (u32)(p - f->data);
	memcpy(p, &tcp, sizeof(tcp));
	p += spec->doff * 4;
	memset(p, 0x55, spec->payload);
	f->len = (u32)(p - f->data) + spec->payload;
	frame_vnet(f->vnet, VIRTIO_NET_HDR_F_NEEDS_CSUM,
		   spec->ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6 :
				VIRTIO_NET_HDR_GSO_TCPV4,
		   gso_size, (u16)f->tcp, 16);
}
