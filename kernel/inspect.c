// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is inside a frame: Ethernet with its tags and SNAP headers, ARP, IPv4,
 * IPv6 with its extension headers. What is behind those is in inspect_l4.c.
 *
 * A sender who wants to get past a policy writes frames that a host reads and
 * the hub does not, or reads otherwise. So what hosts disagree about, and what
 * no honest host sends, is not understood; and what some hosts may take for a
 * header is one. Everything is read byte by byte after a check against the
 * length, with no alignment assumed. Takes no lock and allocates nothing; also
 * built and fuzzed in userspace.
 */
#include <linux/errno.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <asm/byteorder.h>

#include "inspect.h"
#include "inspect_l4.h"
#include "wire.h"

#define SEHUB_INSPECT_TAG_LEN		4
#define SEHUB_INSPECT_SNAP_LEN		8
#define SEHUB_INSPECT_ARP_LEN		28
#define SEHUB_INSPECT_IPV4_MIN		20
#define SEHUB_INSPECT_IPV6_LEN		40
#define SEHUB_INSPECT_IPV4_MF		0x2000
#define SEHUB_INSPECT_IPV4_OFFSET	0x1fff	/* in units of 8 bytes */
#define SEHUB_INSPECT_IPV6_OFFSET	0xfff8	/* the same, where it stands */

/* Extension headers of IPv6 that are followed; a packet has no more. */
#define SEHUB_INSPECT_EXT_MAX		8
#define SEHUB_INSPECT_EXT_MIN		8

/* Not named by the kernel's headers: RFC 7401, RFC 5533. */
#define SEHUB_INSPECT_PROTO_HIP		139
#define SEHUB_INSPECT_PROTO_SHIM6	140

/* The numbers in use before 802.1ad are tags to some hosts still. */
static bool sehub_inspect_is_tag(u16 type)
{
	switch (type) {
	case ETH_P_8021Q:
	case ETH_P_8021AD:
	case ETH_P_QINQ1:
	case ETH_P_QINQ2:
	case ETH_P_QINQ3:
		return true;
	default:
		return false;
	}
}

/*
 * A length instead of an EtherType, and LLC behind it. With a SNAP header of
 * RFC 1042 or 802.1H that is another way to write an EtherType: some hosts
 * read it, and access points translate it. They go by the frame's length or by
 * the one in the header, so whatever is inside has to fit in both.
 */
static int sehub_inspect_snap(const u8 *data, u32 len, u32 *end,
			      struct sehub_inspect *out)
{
	static const u8 snap[5] = { 0xaa, 0xaa, 0x03, 0x00, 0x00 };
	const u8 *llc = data + out->l3_off;
	u32 room = be16_to_cpu(out->type);
	u16 type;

	if (len - out->l3_off < SEHUB_INSPECT_SNAP_LEN)
		return len < *end ? -EINVAL : 0;
	if (memcmp(llc, snap, sizeof(snap)) || (llc[5] && llc[5] != 0xf8))
		return 0;

	if (room < SEHUB_INSPECT_SNAP_LEN || room > *end - out->l3_off)
		return -EINVAL;
	*end = out->l3_off + room;
	type = sehub_wire_get_u16(llc + 6);
	out->type = cpu_to_be16(type);
	out->l3_off += SEHUB_INSPECT_SNAP_LEN;
	/* once translated, the next tag or SNAP header would count again */
	return type < ETH_P_802_3_MIN || sehub_inspect_is_tag(type) ?
	       -EINVAL : 0;
}

static int sehub_inspect_ethernet(const u8 *data, u32 len, u32 *end,
				  struct sehub_inspect *out)
{
	u32 off = ETH_HLEN;
	u16 type;

	if (len < ETH_HLEN)
		return -EINVAL;
	type = sehub_wire_get_u16(data + off - 2);
	while (sehub_inspect_is_tag(type)) {
		out->type = cpu_to_be16(type);
		out->l3_off = (u16)off;
		if (out->tags == SEHUB_INSPECT_TAGS_MAX ||
		    len - off < SEHUB_INSPECT_TAG_LEN)
			return -EINVAL;
		out->tag[out->tags++] = out->type;
		off += SEHUB_INSPECT_TAG_LEN;
		type = sehub_wire_get_u16(data + off - 2);
	}

	out->type = cpu_to_be16(type);
	out->l3_off = (u16)off;
	return type < ETH_P_802_3_MIN ?
	       sehub_inspect_snap(data, len, end, out) : 0;
}

static void sehub_inspect_map_ipv4(u8 *addr, const u8 *ipv4)
{
	memset(addr, 0, 10);
	memset(addr + 10, 0xff, 2);
	memcpy(addr + 12, ipv4, 4);
}

/* An address that the sender says it has, or none. */
static int sehub_inspect_claim_ipv4(const u8 *ipv4, struct sehub_inspect *out)
{
	u32 addr = sehub_wire_get_u32(ipv4);

	if (!addr)
		return 0;
	if (ipv4[0] == 127 || (ipv4[0] & 0xf0) == 224 || addr == 0xffffffff)
		return -EINVAL;
	sehub_inspect_map_ipv4(out->addr[0], ipv4);
	out->addrs = 1;
	return 0;
}

static int sehub_inspect_arp(const u8 *data, u32 len, struct sehub_inspect *out)
{
	static const u8 fixed[7] = { 0, 1, 0x08, 0x00, ETH_ALEN, 4, 0 };
	const u8 *arp = data + out->l3_off;
	int err;

	out->what |= SEHUB_INSPECT_ARP;
	if (len - out->l3_off < SEHUB_INSPECT_ARP_LEN ||
	    memcmp(arp, fixed, sizeof(fixed)) || (arp[7] != 1 && arp[7] != 2))
		return -EINVAL;
	if (arp[7] == 1)
		out->what |= SEHUB_INSPECT_ARP_REQUEST;
	if (memcmp(arp + 8, data + ETH_ALEN, ETH_ALEN))
		out->what |= SEHUB_INSPECT_BAD_SENDER;

	err = sehub_inspect_claim_ipv4(arp + 14, out);
	if (err)
		return err;
	if (!out->addrs && arp[7] == 1)
		out->what |= SEHUB_INSPECT_PROBE;
	if (out->addrs && !memcmp(arp + 14, arp + 24, 4))
		out->what |= SEHUB_INSPECT_ANNOUNCE;
	sehub_inspect_map_ipv4(out->target, arp + 24);
	out->has_target = true;
	return 0;
}

/*
 * A host may let the second 8 bytes of a packet that it puts together replace
 * those of the first fragment, which were looked at (RFC 1858).
 */
static bool sehub_inspect_is_overlap(u16 offset, u8 proto)
{
	return offset == 1 && (proto == IPPROTO_TCP || proto == IPPROTO_UDP);
}

static int sehub_inspect_ipv4(const u8 *data, u32 len, u32 end,
			      struct sehub_inspect *out)
{
	const u8 *ip = data + out->l3_off;
	u32 total, hl;
	u16 frag;

	out->what |= SEHUB_INSPECT_IPV4;
	if (len - out->l3_off < SEHUB_INSPECT_IPV4_MIN || ip[0] >> 4 != 4)
		return -EINVAL;
	hl = (ip[0] & 0x0f) * 4;
	total = sehub_wire_get_u16(ip + 2);
	if (hl < SEHUB_INSPECT_IPV4_MIN || total < hl ||
	    total > end - out->l3_off)
		return -EINVAL;
	out->proto = ip[9];
	if (sehub_inspect_claim_ipv4(ip + 12, out))
		return -EINVAL;

	frag = sehub_wire_get_u16(ip + 6);
	if (frag & (SEHUB_INSPECT_IPV4_MF | SEHUB_INSPECT_IPV4_OFFSET)) {
		out->what |= SEHUB_INSPECT_FRAGMENT;
		frag &= SEHUB_INSPECT_IPV4_OFFSET;
		if (frag)
			return sehub_inspect_is_overlap(frag, out->proto) ?
			       -EINVAL : 0;
	}
	return sehub_inspect_l4(data, len, out->l3_off + total,
				out->l3_off + hl, out);
}

/* Bytes of an extension header that says @units; 0 if @proto is none. */
static u32 sehub_inspect_ext_len(u8 proto, u8 units)
{
	switch (proto) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_MH:
	case SEHUB_INSPECT_PROTO_HIP:
	case SEHUB_INSPECT_PROTO_SHIM6:
		return (units + 1) * 8;
	case IPPROTO_FRAGMENT:
		return 8;
	case IPPROTO_AH:
		return (units + 2) * 4;
	default:
		return 0;
	}
}

/*
 * Follow the extension headers from @off to what is behind them, which must be
 * in the first fragment (RFC 7112), and near enough to be looked at; @off is 0
 * in other fragments. A fragment in a fragment has no use but to hide
 * something.
 */
static int sehub_inspect_chain(const u8 *data, u32 limit, u32 *off,
			       struct sehub_inspect *out)
{
	bool is_first = true;
	const u8 *ext;
	u32 n;

	for (n = 0; is_first && sehub_inspect_ext_len(out->proto, 0); n++) {
		if (n == SEHUB_INSPECT_EXT_MAX ||
		    limit - *off < SEHUB_INSPECT_EXT_MIN)
			return -EINVAL;
		ext = data + *off;
		if (out->proto == IPPROTO_FRAGMENT) {
			if (out->what & SEHUB_INSPECT_FRAGMENT)
				return -EINVAL;
			out->what |= SEHUB_INSPECT_FRAGMENT;
			is_first = !(sehub_wire_get_u16(ext + 2) &
				     SEHUB_INSPECT_IPV6_OFFSET);
		}
		*off += sehub_inspect_ext_len(out->proto, ext[1]);
		if (*off > limit)
			return -EINVAL;
		out->proto = ext[0];
	}
	if (!is_first)
		*off = 0;
	return 0;
}

static int sehub_inspect_ipv6(const u8 *data, u32 len, u32 end,
			      struct sehub_inspect *out)
{
	u32 off = out->l3_off + SEHUB_INSPECT_IPV6_LEN;
	const u8 *ip = data + out->l3_off;
	u32 payload, limit;

	out->what |= SEHUB_INSPECT_IPV6;
	if (len < off || ip[0] >> 4 != 6)
		return -EINVAL;
	payload = sehub_wire_get_u16(ip + 4);
	out->proto = ip[6];
	/* of a jumbogram it is 0, so that its first header is not inside */
	if (payload > end - off)
		return -EINVAL;

	if (sehub_inspect_is_host(ip + 8)) {
		memcpy(out->addr[0], ip + 8, SEHUB_INSPECT_ADDR_LEN);
		out->addrs = 1;
	} else if (!sehub_inspect_is_unspecified(ip + 8)) {
		return -EINVAL;
	}

	end = off + payload;
	limit = end < len ? end : len;
	if (limit > SEHUB_INSPECT_LEN)
		limit = SEHUB_INSPECT_LEN;
	if (sehub_inspect_chain(data, limit, &off, out))
		return -EINVAL;
	return off ? sehub_inspect_l4(data, len, end, off, out) : 0;
}

static int sehub_inspect_l3(const u8 *data, u32 len, u32 end,
			    struct sehub_inspect *out)
{
	switch (be16_to_cpu(out->type)) {
	case ETH_P_IP:
		return sehub_inspect_ipv4(data, len, end, out);
	case ETH_P_IPV6:
		return sehub_inspect_ipv6(data, len, end, out);
	case ETH_P_ARP:
		return sehub_inspect_arp(data, len, out);
	default:
		return 0;
	}
}

/**
 * sehub_inspect() - find out what is inside a frame
 * @data: the frame, or its beginning
 * @len: bytes at @data, at least 14
 * @frame_len: length of the frame
 * @out: what is inside
 *
 * With %SEHUB_INSPECT_LEN bytes of a longer frame the verdict is that about the
 * whole frame, with one exception: neighbour discovery is not understood
 * unless all of its options are at hand, and they may go on. Whoever does not
 * have the whole frame in one piece can make it so and ask again when the
 * verdict is %SEHUB_INSPECT_BAD.
 *
 * With %SEHUB_INSPECT_BAD the rest of @out says how far it got, for logs;
 * there are no addresses then.
 *
 * Context: any.
 */
void sehub_inspect(const u8 *data, u32 len, u32 frame_len,
		   struct sehub_inspect *out)
{
	u32 end = frame_len;
	int err;

	/* an address counts by @addrs, and @target by @has_target */
	memset(out, 0, offsetof(struct sehub_inspect, addr));
	if (len > end)
		len = end;
	err = sehub_inspect_ethernet(data, len, &end, out);
	if (!err) {
		if (len > end)
			len = end;
		err = sehub_inspect_l3(data, len, end, out);
	}
	if (err) {
		out->what |= SEHUB_INSPECT_BAD;
		out->addrs = 0;
		out->has_target = false;
	}
}
