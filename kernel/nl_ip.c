// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink requests about IP tables. RTNL is taken.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "compat/compat.h"
#include "hub.h"
#include "nl.h"

#define SEHUB_NL_IPV4_LEN	4
#define SEHUB_NL_IPV4_BITS	96	/* of an address in front of IPv4's */

static int sehub_nl_ip_put(struct sk_buff *skb, const struct sehub_ip *entry,
			   u32 number)
{
	bool ipv4 = entry->class == SEHUB_IP_CLASS_V4;
	u32 len = ipv4 ? SEHUB_NL_IPV4_LEN : SEHUB_INSPECT_ADDR_LEN;
	u32 skip = SEHUB_INSPECT_ADDR_LEN - len;
	time64_t end = READ_ONCE(entry->lease_end);
	u8 mac[ETH_ALEN];
	u32 idle;

	idle = jiffies_to_msecs(jiffies - READ_ONCE(entry->seen));
	u64_to_ether_addr(READ_ONCE(entry->mac), mac);
	if (nla_put(skb, SEHUB_A_IP_ADDRESS, len, entry->addr + skip) ||
	    nla_put(skb, SEHUB_A_IP_MAC, ETH_ALEN, mac) ||
	    nla_put_u32(skb, SEHUB_A_IP_PORT, number) ||
	    nla_put_u32(skb, SEHUB_A_IP_SOURCE, READ_ONCE(entry->source)) ||
	    nla_put_u32(skb, SEHUB_A_IP_IDLE, idle))
		return -EMSGSIZE;
	if (!end)
		return 0;
	end = clamp_t(time64_t, end - ktime_get_seconds(), 0, U32_MAX);
	return nla_put_u32(skb, SEHUB_A_IP_LEASE_LEFT, end);
}

/**
 * sehub_nl_ip_fill() - a message that shows an IP address
 * @skb: where to
 * @hub: its hub
 * @entry: its entry
 * @number: number of the port that it is behind
 * @portid: receiver
 * @seq: sequence number
 * @flags: NLM_F_*
 * @cmd: SEHUB_CMD_IP_*
 * Context: RCU read side. Return: 0 or -EMSGSIZE with @skb as it was.
 */
int sehub_nl_ip_fill(struct sk_buff *skb, struct sehub_hub *hub,
		     const struct sehub_ip *entry, u32 number, u32 portid,
		     u32 seq, int flags, u8 cmd)
{
	struct nlattr *nest;
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &sehub_nl_family, flags, cmd);
	if (!hdr)
		return -EMSGSIZE;
	nest = sehub_nl_put_hub_id(skb, hub) ? NULL :
	       nla_nest_start(skb, SEHUB_A_IP);
	if (!nest || sehub_nl_ip_put(skb, entry, number)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

/* The address of a request, and how many bits of it count. */
static int sehub_nl_ip_address(struct nlattr **tb,
			       struct sehub_ip_filter *filter,
			       struct netlink_ext_ack *extack)
{
	struct nlattr *attr = tb[SEHUB_A_IP_ADDRESS];
	struct nlattr *prefix = tb[SEHUB_A_IP_PREFIX];
	u32 len = attr ? nla_len(attr) : 0;
	u8 bits, max = len * 8;
	__be32 ipv4;

	if (!attr) {
		if (!prefix)
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, prefix,
				    "prefix needs an address");
		return -EINVAL;
	}
	if (len != SEHUB_NL_IPV4_LEN && len != SEHUB_INSPECT_ADDR_LEN) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "address must have 4 or 16 bytes");
		return -EINVAL;
	}
	bits = prefix ? nla_get_u8(prefix) : max;
	if (bits > max) {
		NL_SET_ERR_MSG_ATTR(extack, prefix,
				    "prefix is longer than the address");
		return -EINVAL;
	}
	if (len == SEHUB_INSPECT_ADDR_LEN) {
		nla_memcpy(filter->addr, attr, sizeof(filter->addr));
		filter->bits = bits;
		filter->only_ipv6 = true;
	} else {
		ipv4 = nla_get_in_addr(attr);
		sehub_iptab_put_ipv4(filter->addr, ipv4);
		filter->bits = SEHUB_NL_IPV4_BITS + bits;
	}
	return 0;
}

static int sehub_nl_ip_filter(struct nlattr **attrs, struct nlattr **tb,
			      struct sehub_ip_filter *filter,
			      struct netlink_ext_ack *extack)
{
	int err;

	memset(tb, 0, (SEHUB_A_IP_MAX + 1) * sizeof(*tb));
	memset(filter, 0, sizeof(*filter));
	if (!attrs[SEHUB_A_IP])
		return 0;
	err = nla_parse_nested(tb, SEHUB_A_IP_MAX, attrs[SEHUB_A_IP],
			       sehub_nl_ip_policy, extack);
	if (err)
		return err;
	if (tb[SEHUB_A_IP_MAC]) {
		filter->has_mac = true;
		filter->mac = ether_addr_to_u64(nla_data(tb[SEHUB_A_IP_MAC]));
	}
	if (tb[SEHUB_A_IP_PORT]) {
		filter->has_port = true;
		filter->port = nla_get_u32(tb[SEHUB_A_IP_PORT]);
	}
	return sehub_nl_ip_address(tb, filter, extack);
}

/* Fills @msg with the address that is asked for. Under RTNL. */
static int sehub_nl_ip_get(struct sk_buff *msg, struct genl_info *info,
			   struct nlattr **tb,
			   const struct sehub_ip_filter *filter)
{
	struct sehub_ip *entry;
	struct sehub_hub *hub;
	int err = -ENOENT;

	hub = sehub_nl_hub(genl_info_net(info), info->attrs, info->extack);
	if (IS_ERR(hub))
		return PTR_ERR(hub);
	rcu_read_lock();
	entry = sehub_iptab_find(hub, filter->addr);
	if (entry && sehub_iptab_matches(entry, filter))
		err = sehub_nl_ip_fill(msg, hub, entry,
				       rcu_dereference(entry->port)->number,
				       info->snd_portid, info->snd_seq, 0,
				       SEHUB_CMD_IP_GET);
	else
		NL_SET_ERR_MSG_ATTR(info->extack, tb[SEHUB_A_IP_ADDRESS],
				    "IP address is not in the table");
	rcu_read_unlock();
	return err;
}

/**
 * sehub_nl_ip_get_doit() - show one address
 * @skb: request
 * @info: its attributes
 * Context: process. Return: 0, -EINVAL, -ENODEV, -ENOENT, -ENOMEM.
 */
int sehub_nl_ip_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[SEHUB_A_IP_MAX + 1];
	struct sehub_ip_filter filter;
	struct sk_buff *msg;
	int err;

	err = sehub_nl_ip_filter(info->attrs, tb, &filter, info->extack);
	if (err)
		return err;
	if (!tb[SEHUB_A_IP_ADDRESS] || tb[SEHUB_A_IP_PREFIX]) {
		NL_SET_ERR_MSG_MOD(info->extack,
				   "request needs an address without a prefix");
		return -EINVAL;
	}
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	rtnl_lock();
	err = sehub_nl_ip_get(msg, info, tb, &filter);
	rtnl_unlock();
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

static int sehub_nl_ip_dump_entry(struct sk_buff *skb,
				  struct netlink_callback *cb,
				  struct sehub_hub *hub, const void *arg,
				  const void *filter)
{
	const struct sehub_ip *entry = arg;
	u32 number = rcu_dereference(entry->port)->number;

	if (!sehub_iptab_matches(entry, filter))
		return 0;
	return sehub_nl_ip_fill(skb, hub, entry, number,
				NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				NLM_F_MULTI, SEHUB_CMD_IP_GET);
}

static int sehub_nl_ip_dump_hub(struct sk_buff *skb,
				struct netlink_callback *cb,
				struct sehub_hub *hub, void *filter)
{
	return sehub_nl_dump_table(skb, cb, hub, &hub->iptab.by_id,
				   sehub_nl_ip_dump_entry, filter);
}

/**
 * sehub_nl_ip_get_dumpit() - show the addresses of one hub or of all
 * @skb: where to
 * @cb: state of the dump
 * Context: process. Return: bytes written, 0 at the end, -EINVAL, -ENODEV.
 */
int sehub_nl_ip_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *tb[SEHUB_A_IP_MAX + 1];
	struct sehub_ip_filter filter;
	int err;

	err = sehub_nl_ip_filter(sehub_compat_dump_attrs(cb), tb, &filter,
				 cb->extack);
	if (err)
		return err;
	return sehub_nl_dump(skb, cb, sehub_nl_ip_dump_hub, &filter);
}

/**
 * sehub_nl_ip_flush_doit() - forget addresses of a hub
 * @skb: request
 * @info: its attributes
 * Context: process. Return: 0, -EINVAL, -ENODEV.
 */
int sehub_nl_ip_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[SEHUB_A_IP_MAX + 1];
	struct sehub_ip_filter filter;
	struct sehub_hub *hub;
	int err;

	err = sehub_nl_ip_filter(info->attrs, tb, &filter, info->extack);
	if (err)
		return err;
	rtnl_lock();
	hub = sehub_nl_hub(genl_info_net(info), info->attrs, info->extack);
	if (IS_ERR(hub))
		err = PTR_ERR(hub);
	else
		sehub_iptab_flush(hub, &filter);
	rtnl_unlock();
	return err;
}
