// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is inside an IP packet: TCP, UDP, DHCP by its ports and who sends it,
 * ICMP, neighbour discovery.
 *
 * The rules of inspect.c hold here too: what receivers throw away for certain
 * is nothing special, what they might read is read, and what contradicts
 * itself is not understood. Takes no lock and allocates nothing; also built
 * and fuzzed in userspace.
 */
#include <linux/errno.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/string.h>

#include "inspect_l4.h"
#include "wire.h"

#define SEHUB_INSPECT_TCP_MIN		20
#define SEHUB_INSPECT_TCP_FLAGS		13
#define SEHUB_INSPECT_UDP_LEN		8
#define SEHUB_INSPECT_ICMP_LEN		8

/* DHCPv4 (RFC 2131) */
#define SEHUB_INSPECT_DHCP_SPORT	67
#define SEHUB_INSPECT_DHCP_CPORT	68
#define SEHUB_INSPECT_DHCP_GIADDR	24
#define SEHUB_INSPECT_DHCP_MIN		(SEHUB_INSPECT_DHCP_GIADDR + 4)
#define SEHUB_INSPECT_BOOTREQUEST	1

/* DHCPv6 (RFC 8415) */
#define SEHUB_INSPECT_DHCP6_CPORT	546
#define SEHUB_INSPECT_DHCP6_SPORT	547
/*
 * Types of messages that come from clients: SOLICIT, REQUEST, CONFIRM, RENEW,
 * REBIND, RELEASE, DECLINE, INFORMATION-REQUEST, LEASEQUERY (RFC 5007),
 * DHCPV4-QUERY (RFC 7341), ADDR-REG-INFORM (RFC 9686).
 */
#define SEHUB_INSPECT_DHCP6_REQUESTS \
	(1ULL << 1 | 1ULL << 3 | 1ULL << 4 | 1ULL << 5 | 1ULL << 6 | \
	 1ULL << 8 | 1ULL << 9 | 1ULL << 11 | 1ULL << 14 | 1ULL << 20 | \
	 1ULL << 36)

/* ICMP (RFC 792, RFC 1256) */
#define SEHUB_INSPECT_ICMP_REDIRECT	5
#define SEHUB_INSPECT_ICMP_ROUTER	9

/* Neighbour discovery (RFC 4861) */
#define SEHUB_INSPECT_ND_RS		133
#define SEHUB_INSPECT_ND_RA		134
#define SEHUB_INSPECT_ND_NS		135
#define SEHUB_INSPECT_ND_NA		136
#define SEHUB_INSPECT_ND_REDIRECT	137
#define SEHUB_INSPECT_ND_TARGET		8
#define SEHUB_INSPECT_ND_SOLICITED	0x40
#define SEHUB_INSPECT_ND_SLLA		1
#define SEHUB_INSPECT_ND_TLLA		2

/* The headers' fields that neighbour discovery depends on. */
#define SEHUB_INSPECT_IPV6_HOPS		7
#define SEHUB_INSPECT_IPV6_SRC		8
#define SEHUB_INSPECT_IPV6_DST		24

/* Fixed part of each message, RS to redirect. */
static u32 sehub_inspect_nd_len(u8 type)
{
	switch (type) {
	case SEHUB_INSPECT_ND_RS:
		return 8;
	case SEHUB_INSPECT_ND_RA:
		return 16;
	case SEHUB_INSPECT_ND_REDIRECT:
		return 40;
	default:
		return 24;
	}
}

/*
 * Past the fixed part. In an advertisement the sender names its MAC address as
 * the target's, in other messages as the source's; a redirect's target is
 * another host.
 */
static int sehub_inspect_nd_options(const u8 *opt, u32 len, u8 type,
				    const u8 *mac, struct sehub_inspect *out)
{
	u8 lladdr = type == SEHUB_INSPECT_ND_NA ? SEHUB_INSPECT_ND_TLLA :
						  SEHUB_INSPECT_ND_SLLA;
	u32 size;

	while (len) {
		if (len < 8)
			return -EINVAL;
		size = opt[1] * 8;
		if (!size || size > len)
			return -EINVAL;
		if (opt[0] == lladdr && memcmp(opt + 2, mac, ETH_ALEN))
			out->what |= SEHUB_INSPECT_BAD_SENDER;
		opt += size;
		len -= size;
	}
	return 0;
}

static void sehub_inspect_ns(const u8 *ip, const u8 *target,
			     struct sehub_inspect *out)
{
	memcpy(out->target, target, SEHUB_INSPECT_ADDR_LEN);
	out->has_target = true;
	if (sehub_inspect_is_unspecified(ip + SEHUB_INSPECT_IPV6_SRC))
		out->what |= SEHUB_INSPECT_PROBE;
}

static void sehub_inspect_na(const u8 *ip, const u8 *icmp, const u8 *target,
			     struct sehub_inspect *out)
{
	if (!out->addrs ||
	    memcmp(out->addr[0], target, SEHUB_INSPECT_ADDR_LEN))
		memcpy(out->addr[out->addrs++], target, SEHUB_INSPECT_ADDR_LEN);
	if (!(icmp[4] & SEHUB_INSPECT_ND_SOLICITED) &&
	    ip[SEHUB_INSPECT_IPV6_DST] == 0xff)
		out->what |= SEHUB_INSPECT_ANNOUNCE;
}

/*
 * What came from beyond the link every receiver ignores. They should ignore
 * fragments too (RFC 6980), but to one that does not a later fragment could
 * tell what is not seen here.
 */
static int sehub_inspect_nd(const u8 *data, u32 len, u32 end,
			    struct sehub_inspect *out)
{
	const u8 *icmp = data + out->l4_off;
	const u8 *ip = data + out->l3_off;
	const u8 *target = icmp + SEHUB_INSPECT_ND_TARGET;
	u32 fixed = sehub_inspect_nd_len(icmp[0]);

	if (out->what & SEHUB_INSPECT_FRAGMENT)
		return -EINVAL;
	if (ip[SEHUB_INSPECT_IPV6_HOPS] != 255)
		return 0;
	/* the last option may be the one that matters */
	if (end > len || end - out->l4_off < fixed || icmp[1])
		return -EINVAL;

	out->what |= SEHUB_INSPECT_ND;
	if (icmp[0] == SEHUB_INSPECT_ND_NS || icmp[0] == SEHUB_INSPECT_ND_NA) {
		if (!sehub_inspect_is_host(target))
			return -EINVAL;
		if (icmp[0] == SEHUB_INSPECT_ND_NS)
			sehub_inspect_ns(ip, target, out);
		else
			sehub_inspect_na(ip, icmp, target, out);
	}
	return sehub_inspect_nd_options(icmp + fixed,
					end - out->l4_off - fixed, icmp[0],
					data + ETH_ALEN, out);
}

static int sehub_inspect_icmp(const u8 *data, u32 len, u32 end,
			      struct sehub_inspect *out)
{
	u8 type = data[out->l4_off];

	out->icmp_type = type;
	if (out->proto == IPPROTO_ICMP) {
		if (type == SEHUB_INSPECT_ICMP_REDIRECT ||
		    type == SEHUB_INSPECT_ICMP_ROUTER)
			out->what |= SEHUB_INSPECT_ROUTER;
		return 0;
	}
	if (type == SEHUB_INSPECT_ND_RA || type == SEHUB_INSPECT_ND_REDIRECT)
		out->what |= SEHUB_INSPECT_ROUTER;
	if (type < SEHUB_INSPECT_ND_RS || type > SEHUB_INSPECT_ND_REDIRECT)
		return 0;
	return sehub_inspect_nd(data, len, end, out);
}

static bool sehub_inspect_is_dhcp_request(const u8 *msg, u32 len)
{
	return len >= SEHUB_INSPECT_DHCP_MIN &&
	       msg[0] == SEHUB_INSPECT_BOOTREQUEST &&
	       !sehub_wire_get_u32(msg + SEHUB_INSPECT_DHCP_GIADDR);
}

static bool sehub_inspect_is_dhcp6_request(const u8 *msg, u32 len)
{
	return len && msg[0] < 64 &&
	       (SEHUB_INSPECT_DHCP6_REQUESTS >> msg[0] & 1);
}

/*
 * What goes to a server's port, or comes from there, is a server's or relay's
 * unless it is plainly a client's own message. What cannot be read is not, nor
 * is a fragment, as a later one could replace what was read: no client sends
 * any.
 */
static void sehub_inspect_udp(const u8 *udp, u32 len, struct sehub_inspect *out)
{
	bool ipv6 = out->what & SEHUB_INSPECT_IPV6;
	u16 server = ipv6 ? SEHUB_INSPECT_DHCP6_SPORT :
			    SEHUB_INSPECT_DHCP_SPORT;
	u16 client = ipv6 ? SEHUB_INSPECT_DHCP6_CPORT :
			    SEHUB_INSPECT_DHCP_CPORT;
	u16 sport = sehub_wire_get_u16(udp);
	u16 dport = sehub_wire_get_u16(udp + 2);
	const u8 *msg = udp + SEHUB_INSPECT_UDP_LEN;
	bool is_request;

	if (dport != server && dport != client &&
	    sport != server && sport != client)
		return;

	out->what |= SEHUB_INSPECT_DHCP;
	len -= SEHUB_INSPECT_UDP_LEN;
	is_request = ipv6 ? sehub_inspect_is_dhcp6_request(msg, len) :
			    sehub_inspect_is_dhcp_request(msg, len);
	if (out->what & SEHUB_INSPECT_FRAGMENT)
		is_request = false;
	if (dport == client ||
	    ((dport == server || sport == server) && !is_request))
		out->what |= SEHUB_INSPECT_DHCP_SERVER;
}

/**
 * sehub_inspect_l4() - find out what is inside an IP packet
 * @data: the frame, or its beginning
 * @len: bytes at @data
 * @end: where the packet ends in the frame, by its own length
 * @off: where what is behind the IP headers begins; may be beyond @len
 * @out: what is known so far, and gets what is inside
 *
 * Context: any.
 * Return: 0, or %-EINVAL if it is not understood.
 */
int sehub_inspect_l4(const u8 *data, u32 len, u32 end, u32 off,
		     struct sehub_inspect *out)
{
	u32 min_len = SEHUB_INSPECT_ICMP_LEN;
	u32 limit = end < len ? end : len;
	u32 what = SEHUB_INSPECT_ICMP;

	if (out->proto == IPPROTO_TCP) {
		what = SEHUB_INSPECT_TCP;
		min_len = SEHUB_INSPECT_TCP_MIN;
	} else if (out->proto == IPPROTO_UDP) {
		what = SEHUB_INSPECT_UDP;
		min_len = SEHUB_INSPECT_UDP_LEN;
	} else if (out->proto != (out->what & SEHUB_INSPECT_IPV6 ?
				  IPPROTO_ICMPV6 : IPPROTO_ICMP)) {
		return 0;
	}

	/* the same verdict whether or not more is at hand */
	if (limit > SEHUB_INSPECT_LEN)
		limit = SEHUB_INSPECT_LEN;
	if (off > limit || limit - off < min_len)
		return -EINVAL;
	out->what |= what;
	out->l4_off = (u16)off;

	switch (what) {
	case SEHUB_INSPECT_TCP:
		out->tcp_flags = data[off + SEHUB_INSPECT_TCP_FLAGS];
		return 0;
	case SEHUB_INSPECT_UDP:
		sehub_inspect_udp(data + off, limit - off, out);
		return 0;
	default:
		return sehub_inspect_icmp(data, len, end, out);
	}
}
