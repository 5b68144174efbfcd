// SPDX-License-Identifier: GPL-2.0-only
/*
 * Learning from frames that were let in: IP addresses of their senders, and
 * leases from what DHCP servers and clients say. Under RCU with bottom halves
 * off.
 */
#include <linux/etherdevice.h>
#include <net/ndisc.h>

#include "dhcp.h"
#include "policy.h"
#include "snoop.h"

/* Longer DHCP messages than any interface's MTU are not looked at. */
#define SEHUB_SNOOP_DHCP_MAX	10000

/* Ports whose word on leases counts: clients have none. */
#define SEHUB_SNOOP_NO_SERVER						\
	(SEHUB_POLICY_FLAG_DHCP_FORCE | SEHUB_POLICY_FLAG_NO_DHCP_SERVER | \
	 SEHUB_POLICY_FLAG_FILTER_DHCP)

/* A client gives back or refuses what it was given. */
static void sehub_snoop_client(struct sehub_port *in,
			       const struct sehub_dhcp *msg)
{
	u8 addr[SEHUB_INSPECT_ADDR_LEN] __aligned(4);
	__be32 ipv4;

	if (msg->type == SEHUB_DHCP_RELEASE)
		ipv4 = msg->ciaddr;
	else if (msg->type == SEHUB_DHCP_DECLINE)
		ipv4 = msg->requested;
	else
		return;
	sehub_iptab_put_ipv4(addr, ipv4);
	sehub_iptab_release(in, ether_addr_to_u64(msg->mac), addr);
}

/* A server gives an address to a client, or says that it has none. */
static void sehub_snoop_server(struct sehub_port *in,
			       const struct sehub_dhcp *msg)
{
	u8 addr[SEHUB_INSPECT_ADDR_LEN] __aligned(4);
	u64 mac = ether_addr_to_u64(msg->mac);
	struct sehub_fdb_entry *entry;
	struct sehub_port *client;

	if (sehub_policy_has(rcu_dereference(in->policy),
			     SEHUB_SNOOP_NO_SERVER))
		return;
	entry = sehub_fdb_find(in->hub, msg->mac);
	if (!entry)
		return;
	client = rcu_dereference(entry->port);
	if (client == in)
		return;
	if (msg->type == SEHUB_DHCP_NAK) {
		sehub_iptab_release(client, mac, NULL);
	} else if (msg->type == SEHUB_DHCP_ACK && msg->yiaddr && msg->lease) {
		sehub_iptab_put_ipv4(addr, msg->yiaddr);
		sehub_iptab_lease(client, mac, addr, msg->lease);
	}
}

/*
 * The DHCPv4 message in a frame, if it is a proper one: what the length in the
 * UDP header says, which the packet must have.
 */
static bool sehub_snoop_parse(struct sehub_frame *frame,
			      const struct sehub_inspect *info,
			      struct sehub_dhcp *msg)
{
	const u32 dhcpv4 = SEHUB_INSPECT_DHCP | SEHUB_INSPECT_IPV4;
	const u8 *data, *udp;
	u32 len, end, size;

	if ((info->what & (dhcpv4 | SEHUB_INSPECT_FRAGMENT)) != dhcpv4 ||
	    frame->len > SEHUB_SNOOP_DHCP_MAX)
		return false;
	data = sehub_forward_header(frame, frame->len, &len);
	if (unlikely(!data))
		return false;
	end = info->l3_off + get_unaligned_be16(data + info->l3_off + 2);
	udp = data + info->l4_off;
	size = get_unaligned_be16(udp + 4);
	return size >= SEHUB_SNOOP_UDP_LEN && info->l4_off + size <= end &&
	       !sehub_dhcp_parse(udp + SEHUB_SNOOP_UDP_LEN,
				 size - SEHUB_SNOOP_UDP_LEN, msg) &&
	       is_valid_ether_addr(msg->mac);
}

static u8 sehub_snoop_source(const struct sehub_inspect *info)
{
	if (info->what & SEHUB_INSPECT_ARP)
		return SEHUB_IP_SOURCE_ARP;
	if (info->what & SEHUB_INSPECT_ND)
		return SEHUB_IP_SOURCE_ND;
	return SEHUB_IP_SOURCE_HEADER;
}

/*
 * Under dhcp-force: until there is a lease behind the port only DHCP and ARP
 * probes pass; which addresses have one is asked for each of them.
 */
static int sehub_snoop_lease(const struct sehub_frame *frame,
			     const struct sehub_inspect *info)
{
	u32 what = info->what;

	if (what & SEHUB_INSPECT_IPV4)
		return info->addrs ? 0 : SEHUB_A_DROPS_NO_LEASE;
	if (what & SEHUB_INSPECT_ARP &&
	    (info->addrs || what & SEHUB_INSPECT_PROBE))
		return 0;
	return READ_ONCE(frame->in->ip_leases) ? 0 : SEHUB_A_DROPS_NO_LEASE;
}

/* Learns one address of the frame's sender, if it is not known already. */
static int sehub_snoop_ipv4(struct sehub_frame *frame, u64 mac, __be32 ipv4,
			    u8 source, struct sehub_fdb_entry *entry)
{
	u64 hint = sehub_iptab_hint(frame->in->hub, frame->changes, ipv4);
	u8 addr[SEHUB_INSPECT_ADDR_LEN] __aligned(4);
	bool lasts;
	int reason;

	if (entry && hint && READ_ONCE(entry->ip_hint) == hint)
		return 0;
	sehub_iptab_put_ipv4(addr, ipv4);
	reason = sehub_iptab_learn(frame->in, frame->policy, mac, addr, source,
				   &lasts);
	if (entry && lasts)
		WRITE_ONCE(entry->ip_hint, hint);
	return reason;
}

static int sehub_snoop_addrs(struct sehub_frame *frame, u64 mac,
			     const struct sehub_inspect *info,
			     struct sehub_fdb_entry *entry)
{
	u8 source = sehub_snoop_source(info);
	bool lasts;
	int reason, i;

	if (info->what & SEHUB_INSPECT_IPV4 && info->addrs)
		return sehub_snoop_ipv4(frame, mac,
					get_unaligned((const __be32 *)
						      (info->addr[0] + 12)),
					source, entry);
	for (i = 0; i < info->addrs; i++) {
		reason = sehub_iptab_learn(frame->in, frame->policy, mac,
					   info->addr[i], source, &lasts);
		if (reason)
			return reason;
	}
	return 0;
}

/* A neighbour advertisement: its target is the last address. */
static void sehub_snoop_advertisement(struct sehub_frame *frame,
				      const struct sehub_inspect *info)
{
	const u8 *data;
	u32 len;

	data = sehub_forward_header(frame, SEHUB_INSPECT_LEN, &len);
	if (data && info->addrs && len > info->l4_off + 4)
		sehub_iptab_advertised(frame->in,
				       info->addr[info->addrs - 1],
				       data[info->l4_off + 4] & 0x80);
}

/**
 * sehub_snoop_slowly() - learn from a frame that says something new
 * @frame: frame that was let in so far
 * @entry: its source in the MAC table, or NULL if it is not there
 * Context: RCU read side, bottom halves off.
 * Return: 0, or the reason SEHUB_A_DROPS_* to drop the frame.
 */
int sehub_snoop_slowly(struct sehub_frame *frame, struct sehub_fdb_entry *entry)
{
	bool forced = sehub_policy_has(frame->policy,
				       SEHUB_POLICY_FLAG_DHCP_FORCE);
	const struct sehub_inspect *info;
	struct sehub_dhcp msg;
	const u8 *data;
	bool is_dhcp;
	__be32 ipv4;
	int reason;
	u64 mac;
	u32 len;

	data = sehub_forward_header(frame, SEHUB_SNOOP_PLAIN_LEN, &len);
	if (unlikely(!data))
		return SEHUB_A_DROPS_NO_MEMORY;
	ipv4 = sehub_snoop_plain_ipv4(data, len);
	if (likely(ipv4 && !ipv4_is_loopback(ipv4) &&
		   !ipv4_is_multicast(ipv4) && !ipv4_is_lbcast(ipv4)))
		return sehub_snoop_ipv4(frame, ether_addr_to_u64(data + 6),
					ipv4, SEHUB_IP_SOURCE_HEADER, entry);

	info = sehub_forward_inspect(frame);
	if (info->what & (SEHUB_INSPECT_BAD | SEHUB_INSPECT_BAD_SENDER))
		return 0;
	is_dhcp = sehub_snoop_parse(frame, info, &msg);
	data = sehub_forward_header(frame, ETH_HLEN, &len);
	mac = ether_addr_to_u64(data + ETH_ALEN);
	/* To ask for an address is allowed to everybody. */
	if (!forced || !is_dhcp || info->what & SEHUB_INSPECT_DHCP_SERVER ||
	    mac != ether_addr_to_u64(msg.mac)) {
		reason = forced ? sehub_snoop_lease(frame, info) : 0;
		if (!reason)
			reason = sehub_snoop_addrs(frame, mac, info, entry);
		if (reason)
			return reason;
	}
	if (is_dhcp && msg.op == SEHUB_DHCP_BOOTREQUEST)
		sehub_snoop_client(frame->in, &msg);
	else if (is_dhcp)
		sehub_snoop_server(frame->in, &msg);
	else if (info->what & SEHUB_INSPECT_ND &&
		 info->icmp_type == NDISC_NEIGHBOUR_ADVERTISEMENT)
		sehub_snoop_advertisement(frame, info);
	return 0;
}
