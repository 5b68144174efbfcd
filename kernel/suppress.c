// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hub answers ARP requests and neighbour solicitations for addresses that
 * its IP table knows (RFC 826, RFC 4861), and saves their flooding. What is
 * asked in order to find a duplicate address (RFC 5227, RFC 4862) always
 * reaches everybody, for only the holder knows that it is still there.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <net/arp.h>
#include <net/ip6_checksum.h>
#include <net/ndisc.h>

#include "iptab.h"
#include "suppress.h"

/* An IPv6 packet with a neighbour advertisement and its one option. */
struct sehub_suppress_na {
	struct ethhdr eth;
	struct ipv6hdr ip;
	struct icmp6hdr icmp;
	struct in6_addr target;
	u8 option[2];
	u8 mac[ETH_ALEN];
} __packed;

/*
 * Who has the address that is asked for, if the asker is somebody else. Packets
 * come from addresses of others, too: through a router, from a server behind a
 * load balancer that answers in its name.
 */
static const struct sehub_ip *
sehub_suppress_find(const struct sehub_frame *frame,
		    const struct sehub_inspect *info, u64 asker)
{
	const struct sehub_ip *entry;
	const struct sehub_port *port;

	entry = sehub_iptab_find(frame->in->hub, info->target);
	if (!entry || READ_ONCE(entry->mac) == asker ||
	    READ_ONCE(entry->source) == SEHUB_IP_SOURCE_HEADER)
		return NULL;
	port = rcu_dereference(entry->port);
	if (port == frame->in || sehub_policy_is_isolated(port, frame))
		return NULL;
	if (entry->lease_end &&
	    READ_ONCE(entry->lease_end) <= ktime_get_seconds())
		return NULL;
	return entry;
}

static struct sk_buff *
sehub_suppress_arp(const struct sehub_frame *frame,
		   const struct sehub_inspect *info, const u8 *asker,
		   const u8 *holder)
{
	__be32 sender, target;

	memcpy(&sender, info->addr[0] + 12, sizeof(sender));
	memcpy(&target, info->target + 12, sizeof(target));
	return arp_create(ARPOP_REPLY, ETH_P_ARP, sender, frame->in->hub->dev,
			  target, asker, holder, asker);
}

static struct sk_buff *
sehub_suppress_nd(const struct sehub_frame *frame,
		  const struct sehub_inspect *info, const u8 *asker,
		  const u8 *holder, bool is_router)
{
	const u32 len = sizeof(struct sehub_suppress_na) -
			offsetof(struct sehub_suppress_na, icmp);
	struct sehub_suppress_na *na;
	struct sk_buff *skb;

	skb = netdev_alloc_skb_ip_align(frame->in->hub->dev, sizeof(*na));
	if (!skb)
		return NULL;
	na = skb_put_zero(skb, sizeof(*na));
	ether_addr_copy(na->eth.h_dest, asker);
	ether_addr_copy(na->eth.h_source, holder);
	na->eth.h_proto = htons(ETH_P_IPV6);
	na->ip.version = 6;
	na->ip.payload_len = htons(len);
	na->ip.nexthdr = IPPROTO_ICMPV6;
	na->ip.hop_limit = 255;
	memcpy(&na->ip.saddr, info->target, sizeof(na->ip.saddr));
	memcpy(&na->ip.daddr, info->addr[0], sizeof(na->ip.daddr));
	na->icmp.icmp6_type = NDISC_NEIGHBOUR_ADVERTISEMENT;
	na->icmp.icmp6_solicited = 1;
	na->icmp.icmp6_override = 1;
	na->icmp.icmp6_router = is_router;
	memcpy(&na->target, info->target, sizeof(na->target));
	na->option[0] = ND_OPT_TARGET_LL_ADDR;
	na->option[1] = 1;
	ether_addr_copy(na->mac, holder);
	na->icmp.icmp6_cksum =
		csum_ipv6_magic(&na->ip.saddr, &na->ip.daddr, len,
				IPPROTO_ICMPV6,
				csum_partial(&na->icmp, len, 0));
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = htons(ETH_P_IPV6);
	return skb;
}

/**
 * sehub_suppress() - answer a frame in place of flooding it
 * @frame: frame to a group that was let in
 *
 * Only plain frames are answered: a tagged question would need to be answered
 * in its own VLAN, where the address may be another's.
 *
 * Context: RCU read side, bottom halves off.
 * Return: true if it was answered.
 */
bool sehub_suppress(struct sehub_frame *frame)
{
	const struct sehub_inspect *info = sehub_forward_inspect(frame);
	const u32 no = SEHUB_INSPECT_BAD | SEHUB_INSPECT_BAD_SENDER |
		       SEHUB_INSPECT_PROBE | SEHUB_INSPECT_ANNOUNCE;
	u8 asker[ETH_ALEN], holder[ETH_ALEN];
	const struct sehub_ip *entry;
	struct sk_buff *skb;
	const u8 *data;
	u32 len;

	if (info->what & no || !info->has_target || !info->addrs ||
	    info->l3_off != ETH_HLEN)
		return false;
	data = sehub_forward_header(frame, ETH_HLEN, &len);
	ether_addr_copy(asker, data + ETH_ALEN);
	entry = sehub_suppress_find(frame, info, ether_addr_to_u64(asker));
	if (!entry)
		return false;
	u64_to_ether_addr(READ_ONCE(entry->mac), holder);

	if (info->what & SEHUB_INSPECT_ARP_REQUEST)
		skb = sehub_suppress_arp(frame, info, asker, holder);
	else if (info->what & SEHUB_INSPECT_ND &&
		 info->icmp_type == NDISC_NEIGHBOUR_SOLICITATION &&
		 READ_ONCE(entry->is_advertised))
		skb = sehub_suppress_nd(frame, info, asker, holder,
					READ_ONCE(entry->is_router));
	else
		return false;
	if (!skb)
		return false;
	atomic64_inc(&frame->in->hub->suppressed);
	sehub_forward_reply(frame, skb);
	return true;
}
