// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink requests about hubs. Hubs are made and changed through rtnetlink;
 * here they are shown. RTNL is taken.
 */
#include <linux/rtnetlink.h>

#include "hub.h"
#include "nl.h"

#define put_u32(type, value) nla_put_u32(skb, SEHUB_A_HUB_##type, value)
#define put_u64(type, value) \
	nla_put_u64_64bit(skb, SEHUB_A_HUB_##type, value, SEHUB_A_HUB_PAD)

static int sehub_nl_hub_put(struct sk_buff *skb, struct sehub_hub *hub)
{
	struct net_device *dev = hub->dev;
	struct sehub_totals sum;

	sehub_hub_totals(hub, &sum);
	if (nla_put_string(skb, SEHUB_A_HUB_IFNAME, dev->name) ||
	    nla_put_u8(skb, SEHUB_A_HUB_UP, !!(dev->flags & IFF_UP)) ||
	    nla_put_u8(skb, SEHUB_A_HUB_CARRIER, netif_carrier_ok(dev)) ||
	    nla_put(skb, SEHUB_A_HUB_MAC, ETH_ALEN, dev->dev_addr) ||
	    put_u32(AGEING, hub->ageing) ||
	    put_u32(FDB_MAX, hub->fdb_max) ||
	    put_u32(FDB_COUNT, READ_ONCE(hub->fdb.count)) ||
	    put_u32(PORT_MAX, hub->port_max) ||
	    put_u32(PORT_COUNT, hub->port_count) ||
	    put_u64(NOT_LEARNED, atomic64_read(&hub->fdb.not_learned)) ||
	    put_u32(IP_AGEING, hub->ip_ageing) ||
	    put_u32(IP_MAX, hub->ip_max) ||
	    put_u32(IP_COUNT, READ_ONCE(hub->iptab.count)) ||
	    put_u64(IP_NOT_LEARNED, atomic64_read(&hub->iptab.not_learned)) ||
	    nla_put_u8(skb, SEHUB_A_HUB_SUPPRESS, hub->suppress) ||
	    put_u64(SUPPRESSED, atomic64_read(&hub->suppressed)) ||
	    put_u32(BROADCAST_RATE, hub->broadcast_rate) ||
	    put_u64(MOVES, atomic64_read(&hub->fdb.moves)) ||
	    put_u64(RX_FRAMES, sum.rx_frames) ||
	    put_u64(RX_BYTES, sum.rx_bytes) ||
	    put_u64(TX_FRAMES, sum.tx_frames) ||
	    put_u64(TX_BYTES, sum.tx_bytes) ||
	    put_u32(LOG_HEADERS, hub->log_headers) ||
	    put_u32(LOG_WHOLE, hub->log_whole) ||
	    put_u64(LOG_COUNT, atomic64_read(&hub->log_seq)) ||
	    put_u64(ID, hub->id) ||
	    sehub_nl_put_drops(skb, SEHUB_A_HUB_DROPS, sum.drops))
		return -EMSGSIZE;
	return 0;
}

/**
 * sehub_nl_hub_fill() - a message that shows a hub
 * @skb: where to
 * @hub: the hub
 * @portid: receiver
 * @seq: sequence number
 * @flags: NLM_F_*
 * @cmd: SEHUB_CMD_HUB_*
 * Context: process, RTNL. Return: 0 or -EMSGSIZE with @skb as it was.
 */
int sehub_nl_hub_fill(struct sk_buff *skb, struct sehub_hub *hub, u32 portid,
		      u32 seq, int flags, u8 cmd)
{
	struct nlattr *nest;
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &sehub_nl_family, flags, cmd);
	if (!hdr)
		return -EMSGSIZE;
	if (sehub_nl_put_hub_id(skb, hub))
		goto err_cancel;
	nest = nla_nest_start(skb, SEHUB_A_HUB);
	if (!nest || sehub_nl_hub_put(skb, hub))
		goto err_cancel;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;

err_cancel:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

/**
 * sehub_nl_hub_get_doit() - show one hub
 * @skb: request
 * @info: its attributes
 * Context: process. Return: 0, -EINVAL, -ENODEV, -ENOMEM.
 */
int sehub_nl_hub_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sehub_hub *hub;
	struct sk_buff *msg;
	int err;

	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	rtnl_lock();
	hub = sehub_nl_hub(genl_info_net(info), info->attrs, info->extack);
	if (IS_ERR(hub))
		err = PTR_ERR(hub);
	else
		err = sehub_nl_hub_fill(msg, hub, info->snd_portid,
					info->snd_seq, 0, SEHUB_CMD_HUB_GET);
	rtnl_unlock();
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/**
 * sehub_nl_hub_get_dumpit() - show all hubs of a namespace
 * @skb: where to
 * @cb: state of the dump
 * Context: process. Return: bytes written, 0 at the end.
 */
int sehub_nl_hub_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sehub_nl_cursor *cursor = sehub_nl_cursor(cb);
	struct net *net = sock_net(cb->skb->sk);
	struct sehub_hub *hub;

	rtnl_lock();
	for (hub = sehub_hub_first(net, cursor->seq); hub;
	     hub = sehub_hub_next(hub)) {
		if (sehub_nl_hub_fill(skb, hub, NETLINK_CB(cb->skb).portid,
				      cb->nlh->nlmsg_seq, NLM_F_MULTI,
				      SEHUB_CMD_HUB_GET))
			break;
		cursor->seq = hub->seq + 1;
	}
	rtnl_unlock();
	return skb->len;
}
