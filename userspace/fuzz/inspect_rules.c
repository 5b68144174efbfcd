// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is inside a frame, said with the structs of the system's headers, layer
 * after layer, each of which takes away its header. On purpose nothing like
 * kernel/inspect.c.
 */
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>

#include "inspect_rules.h"

/* The rest of a frame: bytes at hand, and bytes that there are. */
struct rest {
	const u8 *frame;
	const u8 *p;
	u32 hand;
	u32 len;
};

struct dhcp_fixed {
	u8 op, htype, hlen, hops;
	u32 xid;
	u16 secs, flags;
	u32 ciaddr, yiaddr, siaddr, giaddr;
};

static bool skip(struct rest *r, u32 n)
{
	if (n > r->len || n > r->hand)
		return false;
	r->p += n;
	r->len -= n;
	r->hand -= n;
	return true;
}

static bool pull(struct rest *r, void *dst, u32 n)
{
	const u8 *p = r->p;

	if (!skip(r, n))
		return false;
	memcpy(dst, p, n);
	return true;
}

static bool peek(struct rest r, void *dst, u32 n)
{
	return pull(&r, dst, n);
}

static void claim(struct sehub_inspect *out, const struct in6_addr *addr)
{
	if (out->addrs == 1 && !memcmp(out->addr[0], addr, 16))
		return;
	memcpy(out->addr[out->addrs++], addr, 16);
}

/* Return: false if no host can have it. */
static bool claim_ipv4(struct sehub_inspect *out, u32 addr)
{
	struct in6_addr mapped = { 0 };

	if (addr == INADDR_ANY)
		return true;
	if (IN_MULTICAST(ntohl(addr)) || addr == INADDR_NONE ||
	    ntohl(addr) >> 24 == IN_LOOPBACKNET)
		return false;
	mapped.s6_addr16[5] = 0xffff;
	mapped.s6_addr32[3] = addr;
	claim(out, &mapped);
	return true;
}

static bool is_host(const struct in6_addr *addr)
{
	return !IN6_IS_ADDR_UNSPECIFIED(addr) && !IN6_IS_ADDR_MULTICAST(addr) &&
	       !IN6_IS_ADDR_LOOPBACK(addr) && !IN6_IS_ADDR_V4MAPPED(addr);
}

static bool rules_arp(struct rest *r, struct sehub_inspect *out)
{
	struct ether_arp arp;
	u32 spa, tpa;

	out->what |= SEHUB_INSPECT_ARP;
	if (!pull(r, &arp, sizeof(arp)) || arp.arp_hrd != htons(1) ||
	    arp.arp_pro != htons(0x800) || arp.arp_hln != 6 || arp.arp_pln != 4)
		return false;
	memcpy(&spa, arp.arp_spa, 4);
	memcpy(&tpa, arp.arp_tpa, 4);
	switch (ntohs(arp.arp_op)) {
	case ARPOP_REQUEST:
		out->what |= SEHUB_INSPECT_ARP_REQUEST;
		if (!spa)
			out->what |= SEHUB_INSPECT_PROBE;
		break;
	case ARPOP_REPLY:
		break;
	default:
		return false;
	}
	if (memcmp(arp.arp_sha, r->frame + 6, 6))
		out->what |= SEHUB_INSPECT_BAD_SENDER;
	if (spa && spa == tpa)
		out->what |= SEHUB_INSPECT_ANNOUNCE;
	inet_pton(AF_INET6, "::ffff:0:0", out->target);
	memcpy(out->target + 12, &tpa, 4);
	out->has_target = true;
	return claim_ipv4(out, spa);
}

static void rules_dhcp(struct rest r, u16 from, u16 to,
		       struct sehub_inspect *out)
{
	struct dhcp_fixed msg = { .op = 0 };
	bool whole = peek(r, &msg, sizeof(msg));

	if (from != 67 && from != 68 && to != 67 && to != 68)
		return;
	out->what |= SEHUB_INSPECT_DHCP;
	if (to == 68)
		out->what |= SEHUB_INSPECT_DHCP_SERVER;
	if (to != 67 && from != 67)
		return;
	if (!whole || msg.op != 1 || msg.giaddr ||
	    out->what & SEHUB_INSPECT_FRAGMENT)
		out->what |= SEHUB_INSPECT_DHCP_SERVER;
}

static void rules_dhcp6(struct rest r, u16 from, u16 to,
			struct sehub_inspect *out)
{
	static const char client[] = { 1, 3, 4, 5, 6, 8, 9, 11, 14, 20, 36 };
	u8 type;

	if (from != 546 && from != 547 && to != 546 && to != 547)
		return;
	out->what |= SEHUB_INSPECT_DHCP;
	if (to == 546)
		out->what |= SEHUB_INSPECT_DHCP_SERVER;
	if (to != 547 && from != 547)
		return;
	if (!peek(r, &type, 1) || !memchr(client, type, sizeof(client)) ||
	    out->what & SEHUB_INSPECT_FRAGMENT)
		out->what |= SEHUB_INSPECT_DHCP_SERVER;
}

/* What is neither TCP nor UDP nor ICMP is all right. */
static bool rules_l4(struct rest *r, struct sehub_inspect *out)
{
	u32 off = (u32)(r->p - r->frame);
	struct icmphdr icmp;
	struct tcphdr tcp;
	struct udphdr udp;

	switch (out->proto) {
	case IPPROTO_TCP:
		if (!peek(*r, &tcp, sizeof(tcp)))
			return false;
		out->what |= SEHUB_INSPECT_TCP;
		out->l4_off = (u16)off;
		out->tcp_flags = tcp.th_flags;
		return true;
	case IPPROTO_UDP:
		if (!pull(r, &udp, sizeof(udp)))
			return false;
		out->what |= SEHUB_INSPECT_UDP;
		out->l4_off = (u16)off;
		if (out->what & SEHUB_INSPECT_IPV4)
			rules_dhcp(*r, ntohs(udp.source), ntohs(udp.dest), out);
		else
			rules_dhcp6(*r, ntohs(udp.source), ntohs(udp.dest),
				    out);
		return true;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if ((out->proto == IPPROTO_ICMP) !=
		    !!(out->what & SEHUB_INSPECT_IPV4))
			return true;
		if (!peek(*r, &icmp, sizeof(icmp)))
			return false;
		out->what |= SEHUB_INSPECT_ICMP;
		out->l4_off = (u16)off;
		out->icmp_type = icmp.type;
		return true;
	default:
		return true;
	}
}

static bool rules_ipv4(struct rest *r, struct sehub_inspect *out)
{
	struct iphdr ip;
	u32 options, off;
	struct rest l4;
	bool ok;

	out->what |= SEHUB_INSPECT_IPV4;
	if (!pull(r, &ip, sizeof(ip)) || ip.version != 4 || ip.ihl < 5)
		return false;
	options = ip.ihl * 4 - sizeof(ip);
	if (ntohs(ip.tot_len) < sizeof(ip) + options ||
	    ntohs(ip.tot_len) - sizeof(ip) > r->len)
		return false;
	r->len = ntohs(ip.tot_len) - sizeof(ip);
	out->proto = ip.protocol;
	ok = claim_ipv4(out, ip.saddr);

	off = ntohs(ip.frag_off) & IP_OFFMASK;
	if (off || ntohs(ip.frag_off) & IP_MF)
		out->what |= SEHUB_INSPECT_FRAGMENT;
	if (off)
		return ok && (off != 1 || (ip.protocol != IPPROTO_TCP &&
					   ip.protocol != IPPROTO_UDP));

	/* options that are not at hand matter to what is behind them */
	l4 = *r;
	if (!skip(&l4, options))
		l4.len = l4.hand = 0;
	ok = ok && rules_l4(&l4, out);
	if (out->what & SEHUB_INSPECT_ICMP &&
	    (out->icmp_type == ICMP_REDIRECT || out->icmp_type == 9))
		out->what |= SEHUB_INSPECT_ROUTER;
	return ok;
}

static bool rules_nd_options(struct rest *r, u8 wanted,
			     struct sehub_inspect *out)
{
	struct nd_opt_hdr hdr;
	u8 named[6];

	while (r->len) {
		struct rest option = *r;

		if (!pull(&option, &hdr, sizeof(hdr)) || !hdr.nd_opt_len)
			return false;
		if (hdr.nd_opt_type == wanted && pull(&option, named, 6) &&
		    memcmp(named, r->frame + 6, 6))
			out->what |= SEHUB_INSPECT_BAD_SENDER;
		if (!skip(r, hdr.nd_opt_len * 8))
			return false;
	}
	return true;
}

static bool rules_nd(struct rest *r, const struct ip6_hdr *ip,
		     struct sehub_inspect *out)
{
	u8 wanted = ND_OPT_SOURCE_LINKADDR;
	struct nd_neighbor_advert na;
	struct nd_neighbor_solicit ns;
	bool ok = true;

	if (out->what & SEHUB_INSPECT_FRAGMENT)
		return false;
	if (ip->ip6_hlim != 255)
		return true;
	if (r->p[1] || r->hand < r->len)
		return false;

	out->what |= SEHUB_INSPECT_ND;
	switch (out->icmp_type) {
	case ND_ROUTER_SOLICIT:
		ok = skip(r, sizeof(struct nd_router_solicit));
		break;
	case ND_ROUTER_ADVERT:
		ok = skip(r, sizeof(struct nd_router_advert));
		break;
	case ND_NEIGHBOR_SOLICIT:
		ok = pull(r, &ns, sizeof(ns)) && is_host(&ns.nd_ns_target);
		if (!ok)
			break;
		memcpy(out->target, &ns.nd_ns_target, 16);
		out->has_target = true;
		if (IN6_IS_ADDR_UNSPECIFIED(&ip->ip6_src))
			out->what |= SEHUB_INSPECT_PROBE;
		break;
	case ND_NEIGHBOR_ADVERT:
		ok = pull(r, &na, sizeof(na)) && is_host(&na.nd_na_target);
		if (!ok)
			break;
		claim(out, &na.nd_na_target);
		wanted = ND_OPT_TARGET_LINKADDR;
		if (IN6_IS_ADDR_MULTICAST(&ip->ip6_dst) &&
		    !(na.nd_na_flags_reserved & ND_NA_FLAG_SOLICITED))
			out->what |= SEHUB_INSPECT_ANNOUNCE;
		break;
	case ND_REDIRECT:
		ok = skip(r, sizeof(struct nd_redirect));
		break;
	}
	return ok && rules_nd_options(r, wanted, out);
}

/* Return: 1 with what is behind them, 0 in a later fragment, -1 if bad. */
static int rules_chain(struct rest *r, struct sehub_inspect *out)
{
	struct ip6_frag frag;
	struct ip6_ext ext;
	u32 n, len;

	for (n = 0;; n++) {
		if (!memchr("\x00\x2b\x2c\x33\x3c\x87\x8b\x8c", out->proto, 8))
			return 1;
		if (n == 8 || !peek(*r, &frag, sizeof(frag)))
			return -1;
		memcpy(&ext, &frag, sizeof(ext));
		len = (ext.ip6e_len + 1) * 8;
		if (out->proto == IPPROTO_AH)
			len = (ext.ip6e_len + 2) * 4;
		if (out->proto == IPPROTO_FRAGMENT) {
			if (out->what & SEHUB_INSPECT_FRAGMENT)
				return -1;
			out->what |= SEHUB_INSPECT_FRAGMENT;
			len = sizeof(frag);
			if (frag.ip6f_offlg & IP6F_OFF_MASK) {
				out->proto = ext.ip6e_nxt;
				return 0;
			}
		}
		if (!skip(r, len))
			return -1;
		out->proto = ext.ip6e_nxt;
	}
}

static bool rules_ipv6(struct rest *r, struct sehub_inspect *out)
{
	struct rest near, l4;
	struct ip6_hdr ip;
	u32 far = 0, at;
	int first;

	out->what |= SEHUB_INSPECT_IPV6;
	if (!pull(r, &ip, sizeof(ip)) || ip.ip6_vfc >> 4 != 6 ||
	    ntohs(ip.ip6_plen) > r->len)
		return false;
	out->proto = ip.ip6_nxt;
	if (!ip.ip6_plen && ip.ip6_nxt == IPPROTO_HOPOPTS)
		return false;
	r->len = ntohs(ip.ip6_plen);
	if (r->hand > r->len)
		r->hand = r->len;
	if (is_host(&ip.ip6_src))
		claim(out, &ip.ip6_src);
	else if (!IN6_IS_ADDR_UNSPECIFIED(&ip.ip6_src))
		return false;

	/* what is beyond is for options of neighbour discovery alone */
	near = *r;
	at = (u32)(near.p - near.frame) + near.hand;
	if (at > SEHUB_INSPECT_LEN)
		far = at - SEHUB_INSPECT_LEN;
	near.hand -= far;
	first = rules_chain(&near, out);
	if (first <= 0)
		return !first;
	l4 = near;
	if (!rules_l4(&near, out))
		return false;
	if (!(out->what & SEHUB_INSPECT_ICMP))
		return true;
	if (out->icmp_type == ND_ROUTER_ADVERT ||
	    out->icmp_type == ND_REDIRECT)
		out->what |= SEHUB_INSPECT_ROUTER;
	if (out->icmp_type < ND_ROUTER_SOLICIT || out->icmp_type > ND_REDIRECT)
		return true;
	l4.hand += far;
	return rules_nd(&l4, &ip, out);
}

static bool is_tag(u16 type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 ||
	       type == 0x9200 || type == 0x9300;
}

static bool rules_ethernet(struct rest *r, struct sehub_inspect *out)
{
	struct { u16 tci, type; } tag;
	struct { u8 llc[6]; u16 type; } snap;
	struct ether_header eth;
	u32 room;

	if (!pull(r, &eth, sizeof(eth)))
		return false;
	out->type = eth.ether_type;
	while (is_tag(ntohs(out->type))) {
		if (out->tags == 2 || !pull(r, &tag, sizeof(tag)))
			return false;
		out->tag[out->tags++] = out->type;
		out->type = tag.type;
	}
	room = ntohs(out->type);
	if (room >= 0x600)
		return true;
	if (!peek(*r, &snap, sizeof(snap)))
		return r->hand == r->len;	/* LLC alone, or unknown */
	if (memcmp(snap.llc, "\xaa\xaa\x03\x00\x00\x00", 6) &&
	    memcmp(snap.llc, "\xaa\xaa\x03\x00\x00\xf8", 6))
		return true;
	if (room > r->len)
		return false;
	r->len = room;
	if (r->hand > room)
		r->hand = room;
	out->type = snap.type;
	return skip(r, sizeof(snap)) && ntohs(snap.type) >= 0x600 &&
	       !is_tag(ntohs(snap.type));
}

/* Return: false if it is not understood; @out is undefined then. */
bool inspect_rules(const u8 *frame, u32 len, u32 frame_len,
		   struct sehub_inspect *out)
{
	u32 hand = len < frame_len ? len : frame_len;
	struct rest r = { frame, frame, hand, frame_len };

	memset(out, 0, sizeof(*out));
	if (!rules_ethernet(&r, out))
		return false;
	out->l3_off = (u16)(r.p - frame);
	switch (ntohs(out->type)) {
	case ETHERTYPE_ARP:
		return rules_arp(&r, out);
	case ETHERTYPE_IP:
		return rules_ipv4(&r, out);
	case ETHERTYPE_IPV6:
		return rules_ipv6(&r, out);
	default:
		return true;
	}
}
