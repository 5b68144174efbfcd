// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames from templates: TCP, UDP, ICMP and neighbour discovery. */
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <string.h>

#include "csum.h"
#include "frame_impl.h"

#define ICMP_LEN	8
#define OPTION_LEN	8

/* ICMPv6 types of neighbour discovery. */
enum { RS = 133, RA, NS, NA, REDIRECT };

static const struct address link_host = { 16, { 0xfe, 0x80, [15] = 1 } };
static const struct address all_nodes = { 16, { 0xff, 0x02, [15] = 1 } };
static const struct address all_routers = { 16, { 0xff, 0x02, [15] = 2 } };
static const struct address nobody = { 16, { 0 } };
static const struct address ip6_peer = {
	16, { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 }
};
static const struct address ip4_gw = { 4, { 192, 0, 2, 254 } };

static void set_default(struct address *a, const struct address *otherwise)
{
	if (!a->len)
		*a = *otherwise;
}

static struct address solicited_node(const struct address *target)
{
	struct address a = { 16, { 0xff, 0x02, [11] = 1, [12] = 0xff } };

	memcpy(a.b + 13, target->b + 13, 3);
	return a;
}

static void complete_nd(struct template *t)
{
	struct address group;

	switch (t->icmp) {
	case RS:
		set_default(&t->sip, &link_host);
		set_default(&t->dip, &all_routers);
		break;
	case RA:
	case REDIRECT:
		set_default(&t->sip, &link_host);
		set_default(&t->dip, &all_nodes);
		set_default(&t->target, &t->sip);
		break;
	case NS:
		set_default(&t->target, &ip6_peer);
		group = solicited_node(&t->target);
		set_default(&t->dip, &group);
		break;
	case NA:
		set_default(&t->dip, &all_nodes);
		if (!t->target.len && t->sip.len)
			t->target = t->sip;
		break;
	}
}

void l4_complete(struct template *t)
{
	if (t->inner == INNER_ND)
		complete_nd(t);
	else if (t->inner == INNER_DHCP || t->inner == INNER_DHCP6)
		dhcp_complete(t);
	else if (t->inner == INNER_REDIRECT4)
		set_default(&t->gw, &ip4_gw);
	if (t->icmp_type.set)
		t->icmp = t->icmp_type.value;
}

/* Whoever has no address yet does not name its MAC address. */
static bool has_lladdr(const struct template *t)
{
	if (t->lladdr)
		return strcmp(t->lladdr, "none");
	return t->sip.len != 16 || memcmp(t->sip.b, nobody.b, 16);
}

static uint32_t nd_fixed(const struct template *t)
{
	switch (t->icmp) {
	case RS:
		return ICMP_LEN;
	case RA:
		return ICMP_LEN + 8;
	case REDIRECT:
		return ICMP_LEN + 32;
	default:
		return ICMP_LEN + 16;
	}
}

uint32_t l4_len(const struct template *t, bool *stretch)
{
	*stretch = false;
	switch (t->inner) {
	case INNER_DHCP:
	case INNER_DHCP6:
		return UDP_LEN + dhcp_len(t);
	case INNER_ND:
		return nd_fixed(t) + (has_lladdr(t) ? OPTION_LEN : 0);
	case INNER_REDIRECT4:
		return ICMP_LEN + IPV4_LEN + 8;
	case INNER_RAW:
		*stretch = true;
		return 0;
	case INNER_TCP:
		*stretch = true;
		return TCP_LEN;
	default:
		*stretch = true;
		return UDP_LEN;
	}
}

static void build_tcp(const struct template *t, uint8_t *p)
{
	uint32_t seq = number_or(&t->seq, 0);

	put16(p, number_or(&t->sport, 4096 + seq % 1000));
	put16(p + 2, number_or(&t->dport, 7));
	put32(p + 4, 1000000 + seq);
	put32(p + 8, 1);
	p[12] = TCP_LEN / 4 << 4;
	p[13] = number_or(&t->tcp_flags, 0x18);	/* PSH, ACK */
	put16(p + 14, 65535);
}

static void build_udp(const struct template *t, uint8_t *p, uint32_t len)
{
	put16(p, number_or(&t->sport, 4096 + number_or(&t->seq, 0) % 1000));
	put16(p + 2, number_or(&t->dport, 7));
	put16(p + 4, len);
	if (t->inner == INNER_DHCP || t->inner == INNER_DHCP6)
		dhcp_build(t, p + UDP_LEN);
}

/* Flags of an advertisement: router, solicited, override. */
static uint8_t nd_flags(const struct template *t)
{
	const char *flags = t->flags;

	if (!flags)
		flags = l3_is_group(&t->dip) ? "o" : "so";
	return (strchr(flags, 'r') ? 0x80 : 0) |
	       (strchr(flags, 's') ? 0x40 : 0) |
	       (strchr(flags, 'o') ? 0x20 : 0);
}

static void build_nd(const struct template *t, uint8_t *p)
{
	uint32_t fixed = nd_fixed(t);
	uint8_t mac[6];

	memset(p + 4, 0, fixed - 4);
	switch (t->icmp) {
	case RA:
		p[4] = 64;
		put16(p + 6, 1800);
		break;
	case NA:
		p[4] = nd_flags(t);
		memcpy(p + 8, t->target.len ? t->target.b : t->sip.b, 16);
		break;
	case NS:
		memcpy(p + 8, t->target.b, 16);
		break;
	case REDIRECT:
		memcpy(p + 8, t->target.b, 16);
		memcpy(p + 24, ip6_peer.b, 16);
		break;
	}
	if (!has_lladdr(t))
		return;
	p[fixed] = t->icmp == NA || t->icmp == REDIRECT ? 2 : 1;
	p[fixed + 1] = 1;
	if (!t->lladdr || !frame_parse_mac(t->lladdr, mac))
		memcpy(mac, t->src.b, 6);
	memcpy(p + fixed + 2, mac, 6);
}

/* The beginning of the packet that a redirect is about. */
static void build_blamed(const struct template *t, uint8_t *p)
{
	memset(p, 0, IPV4_LEN);
	p[0] = 0x45;
	p[3] = IPV4_LEN + 8;
	p[8] = 64;
	p[9] = IPPROTO_UDP;
	memcpy(p + 12, t->dip.b, 4);
	memcpy(p + 16, (uint8_t[]){ 198, 51, 100, 9 }, 4);
	put16(p + 10, ~csum_add(0, p, IPV4_LEN));
	memcpy(p + IPV4_LEN, (uint8_t[]){ 16, 0, 0, 7, 0, 8, 0, 0 }, 8);
}

static void build_icmp(const struct template *t, uint8_t *p)
{
	p[0] = t->icmp;
	p[1] = number_or(&t->code, t->inner == INNER_REDIRECT4);
	if (t->inner == INNER_ND) {
		build_nd(t, p);
	} else if (t->inner == INNER_REDIRECT4) {
		memcpy(p + 4, t->gw.b, 4);
		build_blamed(t, p + ICMP_LEN);
	}
}

static void build_checksum(const struct template *t, struct frame *f,
			   uint32_t l3, uint32_t l4, uint32_t end,
			   uint32_t field)
{
	uint8_t *p = f->data + l4;
	uint16_t sum = 0;

	put16(p + field, 0);
	if (t->proto != IPPROTO_ICMP)
		sum = csum_pseudo(f->data + l3, end - l4, t->proto);
	if (t->partial || t->mss.set) {
		put16(p + field, sum);
		f->vnet.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		f->vnet.csum_start = l4;
		f->vnet.csum_offset = field;
	} else {
		sum = ~csum_add(sum, p, end - l4);
		put16(p + field, sum ? sum : 0xffff);
	}
	if (t->mss.set) {
		f->vnet.gso_type = t->body == BODY_IP4 ?
				   VIRTIO_NET_HDR_GSO_TCPV4 :
				   VIRTIO_NET_HDR_GSO_TCPV6;
		f->vnet.gso_size = t->mss.value;
		f->vnet.hdr_len = l4 + TCP_LEN;
	}
}

void l4_build(const struct template *t, struct frame *f, uint32_t l3,
	      uint32_t l4, uint32_t end)
{
	uint8_t *p = f->data + l4;

	switch (t->inner) {
	case INNER_RAW:
		return;
	case INNER_TCP:
		build_tcp(t, p);
		build_checksum(t, f, l3, l4, end, 16);
		return;
	case INNER_UDP:
	case INNER_DHCP:
	case INNER_DHCP6:
		build_udp(t, p, end - l4);
		build_checksum(t, f, l3, l4, end, 6);
		return;
	default:
		build_icmp(t, p);
		build_checksum(t, f, l3, l4, end, 2);
	}
}
