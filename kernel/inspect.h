/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is inside a frame, as far as policies, the IP table and the packet log
 * have to know: tags, ARP, IPv4, IPv6 with its extension headers, the start of
 * TCP, UDP and ICMP, neighbour discovery, DHCP. Pure: bytes in, verdict out;
 * compiled in userspace too.
 */
#ifndef _SEHUB_INSPECT_H
#define _SEHUB_INSPECT_H

#include <linux/types.h>

/* Tags that are looked behind; a frame with more is not understood. */
#define SEHUB_INSPECT_TAGS_MAX	2

/* Bytes of an address; an IPv4 address is ::ffff:a.b.c.d. */
#define SEHUB_INSPECT_ADDR_LEN	16

/*
 * Bytes of a frame that are enough for everything but options of DHCP and of
 * neighbour discovery; other headers have to be within them.
 */
#define SEHUB_INSPECT_LEN	256

/* Classes: at most one of these three, none if it is something else. */
#define SEHUB_INSPECT_ARP		0x00000001
#define SEHUB_INSPECT_IPV4		0x00000002
#define SEHUB_INSPECT_IPV6		0x00000004
/* At most one of these, never of a fragment but the first. */
#define SEHUB_INSPECT_TCP		0x00000010
#define SEHUB_INSPECT_UDP		0x00000020
#define SEHUB_INSPECT_ICMP		0x00000040	/* ICMPv6 too */
/* A fragment, the first one or another. */
#define SEHUB_INSPECT_FRAGMENT		0x00000080
/* An ARP message that asks; else it answers. */
#define SEHUB_INSPECT_ARP_REQUEST	0x00000100
/* ARP probe (RFC 5227), or duplicate address detection of IPv6. */
#define SEHUB_INSPECT_PROBE		0x00000200
/* ARP announcement, or advertisement to a group that nobody asked for. */
#define SEHUB_INSPECT_ANNOUNCE		0x00000400
/* Neighbour discovery: ICMPv6 types 133 to 137, from this link. */
#define SEHUB_INSPECT_ND		0x00000800
/* Router advertisement or redirect, each of ICMP or ICMPv6. */
#define SEHUB_INSPECT_ROUTER		0x00001000
/*
 * DHCPv4 or DHCPv6 by the ports, and if a client, a server or a relay could
 * take it for a message of a server or relay; so is what cannot be read.
 */
#define SEHUB_INSPECT_DHCP		0x00002000
#define SEHUB_INSPECT_DHCP_SERVER	0x00004000
/* ARP or ND that names another MAC address than the frame's source. */
#define SEHUB_INSPECT_BAD_SENDER	0x00008000
/*
 * Not understood: cut short, a header that contradicts itself, too many tags
 * or extension headers, a first fragment without the header that matters, or
 * an address that nobody can have.
 */
#define SEHUB_INSPECT_BAD		0x00010000

/**
 * struct sehub_inspect - what is inside a frame
 * @what: SEHUB_INSPECT_*
 * @type: innermost EtherType, of a SNAP header too; below 0x0600 a length
 * @tag: EtherTypes of the tags in front of it, outermost first
 * @tags: how many
 * @proto: IP protocol behind all extension headers that were followed
 * @icmp_type: of ICMP or ICMPv6
 * @tcp_flags: byte 13 of the TCP header
 * @l3_off: offset of what is behind @type
 * @l4_off: offset of the TCP, UDP or ICMP header; 0 without one
 * @addr: addresses that the frame's sender claims to have: the sender of ARP,
 *	the source of IP, the target of a neighbour advertisement. Unspecified,
 *	group, loopback and, in IPv6, mapped ones are none
 * @addrs: how many; none of what is %SEHUB_INSPECT_BAD
 * @target: address that ARP or a neighbour solicitation is about
 * @has_target: @target is valid
 */
struct sehub_inspect {
	u32 what;
	__be16 type;
	__be16 tag[SEHUB_INSPECT_TAGS_MAX];
	u8 tags;
	u8 proto;
	u8 icmp_type;
	u8 tcp_flags;
	u16 l3_off;
	u16 l4_off;
	u8 addrs;
	bool has_target;
	u8 addr[2][SEHUB_INSPECT_ADDR_LEN] __aligned(4);
	u8 target[SEHUB_INSPECT_ADDR_LEN] __aligned(4);
};

void sehub_inspect(const u8 *data, u32 len, u32 frame_len,
		   struct sehub_inspect *out);

/**
 * sehub_inspect_is_link_local() - is this an IPv6 link-local address?
 * @addr: %SEHUB_INSPECT_ADDR_LEN bytes
 *
 * Return: true for fe80::/10.
 */
static inline bool sehub_inspect_is_link_local(const u8 *addr)
{
	return addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80;
}

/**
 * sehub_inspect_is_ipv4() - is this an IPv4 address?
 * @addr: %SEHUB_INSPECT_ADDR_LEN bytes
 *
 * Return: true for ::ffff:0:0/96.
 */
static inline bool sehub_inspect_is_ipv4(const u8 *addr)
{
	static const u8 prefix[12] = { [10] = 0xff, [11] = 0xff };
	int i;

	for (i = 0; i < 12; i++)
		if (addr[i] != prefix[i])
			return false;
	return true;
}

#endif /* _SEHUB_INSPECT_H */
