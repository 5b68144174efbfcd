// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: registration, and what all its requests share.
 * Requests other than xfer take RTNL, which guards hubs and ports.
 */
#include <linux/rtnetlink.h>

#include "compat/compat.h"
#include "hub.h"
#include "link.h"
#include "nl.h"

/* Entries of a table looked at in one RCU read section. */
#define SEHUB_NL_BATCH		4096

static const struct genl_multicast_group sehub_nl_groups[] = {
	[SEHUB_NL_GROUP_HUB] = { .name = SEHUB_MCGRP_HUB },
	[SEHUB_NL_GROUP_PORT] = { .name = SEHUB_MCGRP_PORT },
	/* Addresses are traffic metadata. */
	[SEHUB_NL_GROUP_FDB] = {
		.name = SEHUB_MCGRP_FDB,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[SEHUB_NL_GROUP_IP] = {
		.name = SEHUB_MCGRP_IP,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[SEHUB_NL_GROUP_PACKET] = {
		.name = SEHUB_MCGRP_PACKET,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family sehub_nl_family __ro_after_init = {
	.name = SEHUB_FAMILY_NAME,
	.version = SEHUB_FAMILY_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.parallel_ops = true,
	.ops = sehub_nl_ops,
	.resv_start_op = SEHUB_CMD_HUB_GET,
	.mcgrps = sehub_nl_groups,
	.n_mcgrps = ARRAY_SIZE(sehub_nl_groups),
};

/**
 * sehub_nl_module_init() - register the family
 * Context: process. Return: 0 or -errno.
 */
int __init sehub_nl_module_init(void)
{
	sehub_nl_family.n_ops = sehub_nl_ops_count;
	return genl_register_family(&sehub_nl_family);
}

/**
 * sehub_nl_module_exit() - unregister the family
 * Context: process. No request runs after this.
 */
void sehub_nl_module_exit(void)
{
	genl_unregister_family(&sehub_nl_family);
}

/**
 * sehub_nl_hub() - the hub that a request names
 * @net: namespace of the requesting socket
 * @attrs: outer attributes
 * @extack: receives the reason of a refusal
 * Context: process, RTNL.
 * Return: the hub, -EINVAL if none is named, -ENODEV if there is none.
 */
struct sehub_hub *sehub_nl_hub(struct net *net, struct nlattr **attrs,
			       struct netlink_ext_ack *extack)
{
	struct nlattr *attr = attrs[SEHUB_A_IFINDEX];
	struct sehub_hub *hub;
	struct net_device *dev;

	ASSERT_RTNL();
	if (attr) {
		dev = __dev_get_by_index(net, nla_get_u32(attr));
		if (!dev) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "no device with this ifindex");
			return ERR_PTR(-ENODEV);
		}
		if (!sehub_link_is_hub(dev)) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "device is not a hub");
			return ERR_PTR(-ENODEV);
		}
		return netdev_priv(dev);
	}

	attr = attrs[SEHUB_A_VLAN];
	if (!attr) {
		NL_SET_ERR_MSG_MOD(extack,
				   "request names no hub, give ifindex or vlan");
		return ERR_PTR(-EINVAL);
	}
	hub = sehub_hub_find_vlan(net, nla_get_u16(attr));
	if (!hub) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "no hub with this vlan number");
		return ERR_PTR(-ENODEV);
	}
	return hub;
}

/**
 * sehub_nl_put_hub_id() - the attributes that name a hub
 * @skb: message
 * @hub: the hub
 * Context: any. Return: 0 or -EMSGSIZE.
 */
int sehub_nl_put_hub_id(struct sk_buff *skb, const struct sehub_hub *hub)
{
	if (nla_put_u32(skb, SEHUB_A_IFINDEX, hub->dev->ifindex) ||
	    nla_put_u16(skb, SEHUB_A_VLAN, READ_ONCE(hub->vlan)))
		return -EMSGSIZE;
	return 0;
}

/**
 * sehub_nl_put_drops() - a nest of drop counters
 * @skb: message
 * @type: type of the nest
 * @drops: counters, indexed by SEHUB_A_DROPS_*
 * Context: any. Return: 0 or -EMSGSIZE.
 */
int sehub_nl_put_drops(struct sk_buff *skb, int type, const u64 *drops)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = SEHUB_A_DROPS_MALFORMED; i < SEHUB_A_DROPS_PAD; i++)
		if (nla_put_u64_64bit(skb, i, drops[i], SEHUB_A_DROPS_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * sehub_nl_dump() - show things of one hub or of all
 * @skb: where to
 * @cb: state of the dump, with a &struct sehub_nl_cursor
 * @dump_hub: shows what a hub has from the cursor's position on; other than 0
 *	if @skb is full
 * @arg: passed to @dump_hub
 * Context: process. Return: bytes written, 0 at the end, -ENODEV.
 */
int sehub_nl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		  int (*dump_hub)(struct sk_buff *skb,
				  struct netlink_callback *cb,
				  struct sehub_hub *hub, void *arg), void *arg)
{
	struct sehub_nl_cursor *cursor = sehub_nl_cursor(cb);
	struct nlattr **attrs = sehub_compat_dump_attrs(cb);
	struct net *net = sock_net(cb->skb->sk);
	struct sehub_hub *hub, *only = NULL;
	int err = 0;

	rtnl_lock();
	if (attrs[SEHUB_A_IFINDEX] || attrs[SEHUB_A_VLAN]) {
		only = sehub_nl_hub(net, attrs, cb->extack);
		if (IS_ERR(only)) {
			err = PTR_ERR(only);
			goto out_unlock;
		}
		cursor->seq = max(cursor->seq, only->seq);
	}
	for (hub = sehub_hub_first(net, cursor->seq); hub;
	     hub = sehub_hub_next(hub)) {
		if (only && hub != only)
			break;
		if (hub->seq != cursor->seq) {
			cursor->seq = hub->seq;
			cursor->pos = 0;
		}
		if (dump_hub(skb, cb, hub, arg))
			break;
		cursor->seq = hub->seq + 1;
		cursor->pos = 0;
	}
out_unlock:
	rtnl_unlock();
	return err ?: skb->len;
}

/**
 * sehub_nl_dump_table() - show the entries of a table of a hub
 * @skb: where to
 * @cb: state of the dump, with a &struct sehub_nl_cursor
 * @hub: the hub
 * @table: its entries by id, freed under RCU
 * @put: shows one that @filter means; other than 0 if @skb is full
 * @filter: passed to @put
 *
 * In sections that others need not wait for when the filter lets little
 * through.
 *
 * Context: process, RTNL. Return: 0 at the end of the table, else what @put
 * returned.
 */
int sehub_nl_dump_table(struct sk_buff *skb, struct netlink_callback *cb,
			struct sehub_hub *hub, struct xarray *table,
			int (*put)(struct sk_buff *skb,
				   struct netlink_callback *cb,
				   struct sehub_hub *hub, const void *entry,
				   const void *filter), const void *filter)
{
	struct sehub_nl_cursor *cursor = sehub_nl_cursor(cb);
	XA_STATE(xas, table, cursor->pos);
	int err = 0, n;
	void *entry;

	do {
		n = 0;
		rcu_read_lock();
		xas_for_each(&xas, entry, ULONG_MAX) {
			if (xas_retry(&xas, entry))
				continue;
			err = put(skb, cb, hub, entry, filter);
			if (err)
				break;
			cursor->pos = xas.xa_index + 1;
			if (++n == SEHUB_NL_BATCH)
				break;
		}
		xas_pause(&xas);
		rcu_read_unlock();
		cond_resched();
	} while (!err && n == SEHUB_NL_BATCH);
	return err;
}
