/* SPDX-License-Identifier: GPL-2.0-only */
/* What can be learned from frames besides MAC addresses. */
#ifndef _SEHUB_SNOOP_H
#define _SEHUB_SNOOP_H

#include <linux/in.h>
#include <linux/skbuff.h>
#include <linux/unaligned.h>

#include "fdb.h"
#include "forward.h"
#include "iptab.h"

#define SEHUB_SNOOP_PLAIN_IPV4	0x080045	/* EtherType, version, IHL */
#define SEHUB_SNOOP_FRAGMENT	0x3fff
#define SEHUB_SNOOP_UDP_LEN	8
/* What a plain packet is known by. */
#define SEHUB_SNOOP_PLAIN_LEN	(ETH_HLEN + 20 + SEHUB_SNOOP_UDP_LEN)

int sehub_snoop_slowly(struct sehub_frame *frame,
		       struct sehub_fdb_entry *entry);

/*
 * The source of an IPv4 packet of which there is nothing else to learn: without
 * tags, options and fragments, and no DHCP. 0 for any other frame.
 */
static inline __be32 sehub_snoop_plain_ipv4(const u8 *data, u32 len)
{
	u16 sport, dport;

	if (len < SEHUB_SNOOP_PLAIN_LEN ||
	    get_unaligned_be32(data + 12) >> 8 != SEHUB_SNOOP_PLAIN_IPV4 ||
	    get_unaligned_be16(data + 20) & SEHUB_SNOOP_FRAGMENT)
		return 0;
	if (data[23] == IPPROTO_UDP) {
		sport = get_unaligned_be16(data + 34);
		dport = get_unaligned_be16(data + 36);
		if (sport == 67 || sport == 68 || dport == 67 || dport == 68)
			return 0;
	}
	return get_unaligned((const __be32 *)(data + 26));
}

/**
 * sehub_snoop() - learn from a frame that was let in so far
 * @frame: the frame
 * @entry: its source in the MAC table, or NULL if it is not there
 *
 * Most frames are IPv4 packets from where the one before them came from.
 *
 * Context: RCU read side, bottom halves off.
 * Return: 0, or the reason SEHUB_A_DROPS_* to drop the frame.
 */
static inline int sehub_snoop(struct sehub_frame *frame,
			      struct sehub_fdb_entry *entry)
{
	const u8 *data = frame->data ?: frame->skb->data;
	u32 len = frame->data ? frame->len : skb_headlen(frame->skb);
	__be32 ipv4 = sehub_snoop_plain_ipv4(data, len);
	u64 hint;

	if (likely(ipv4 && entry)) {
		hint = sehub_iptab_hint(frame->in->hub, frame->changes, ipv4);
		if (likely(hint && READ_ONCE(entry->ip_hint) == hint))
			return 0;
	}
	return sehub_snoop_slowly(frame, entry);
}

#endif /* _SEHUB_SNOOP_H */
