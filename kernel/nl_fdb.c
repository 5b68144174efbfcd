// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink requests about MAC tables. RTNL is taken.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "compat/compat.h"
#include "fdb.h"
#include "hub.h"
#include "nl.h"
#include "port.h"

static int sehub_nl_fdb_fill(struct sk_buff *skb, struct sehub_hub *hub,
			     const struct sehub_fdb_entry *entry, u32 portid,
			     u32 seq, int flags)
{
	u32 number = rcu_dereference(entry->port)->number;
	u8 kind = READ_ONCE(entry->kind);
	struct nlattr *nest;
	u8 mac[ETH_ALEN];
	u32 idle;
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &sehub_nl_family, flags,
			  SEHUB_CMD_FDB_GET);
	if (!hdr)
		return -EMSGSIZE;
	idle = jiffies_to_msecs(jiffies - READ_ONCE(entry->seen));
	u64_to_ether_addr(entry->mac, mac);
	nest = sehub_nl_put_hub_id(skb, hub) ? NULL :
	       nla_nest_start(skb, SEHUB_A_FDB);
	if (!nest ||
	    nla_put(skb, SEHUB_A_FDB_MAC, ETH_ALEN, mac) ||
	    nla_put_u32(skb, SEHUB_A_FDB_PORT, number) ||
	    nla_put_u32(skb, SEHUB_A_FDB_KIND, kind) ||
	    (kind == SEHUB_FDB_KIND_LEARNED &&
	     nla_put_u32(skb, SEHUB_A_FDB_IDLE, idle))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

static int sehub_nl_fdb_parse(struct nlattr **attrs, struct nlattr **tb,
			      struct netlink_ext_ack *extack)
{
	memset(tb, 0, (SEHUB_A_FDB_MAX + 1) * sizeof(*tb));
	if (!attrs[SEHUB_A_FDB])
		return 0;
	return nla_parse_nested(tb, SEHUB_A_FDB_MAX, attrs[SEHUB_A_FDB],
				sehub_nl_fdb_policy, extack);
}

/* The address that a request is about. */
static const u8 *sehub_nl_fdb_mac(struct nlattr **tb,
				  struct netlink_ext_ack *extack)
{
	struct nlattr *attr = tb[SEHUB_A_FDB_MAC];

	if (!attr) {
		NL_SET_ERR_MSG_MOD(extack, "request needs a MAC address");
		return NULL;
	}
	if (!is_valid_ether_addr(nla_data(attr))) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "MAC address is a group address or zero");
		return NULL;
	}
	return nla_data(attr);
}

/**
 * sehub_nl_fdb_get_doit() - show one address
 * @skb: request
 * @info: its attributes
 * Context: process. Return: 0, -EINVAL, -ENODEV, -ENOENT, -ENOMEM.
 */
int sehub_nl_fdb_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[SEHUB_A_FDB_MAX + 1];
	struct sehub_fdb_entry *entry;
	struct sehub_hub *hub;
	struct sk_buff *msg;
	const u8 *mac;
	int err;

	err = sehub_nl_fdb_parse(info->attrs, tb, info->extack);
	if (err)
		return err;
	mac = sehub_nl_fdb_mac(tb, info->extack);
	if (!mac)
		return -EINVAL;
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;

	rtnl_lock();
	hub = sehub_nl_hub(genl_info_net(info), info->attrs, info->extack);
	if (IS_ERR(hub)) {
		err = PTR_ERR(hub);
		goto out_unlock;
	}
	rcu_read_lock();
	entry = sehub_fdb_find(hub, mac);
	if (entry) {
		err = sehub_nl_fdb_fill(msg, hub, entry, info->snd_portid,
					info->snd_seq, 0);
	} else {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[SEHUB_A_FDB_MAC],
				    "MAC address is not in the table");
		err = -ENOENT;
	}
	rcu_read_unlock();
out_unlock:
	rtnl_unlock();
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

static int sehub_nl_fdb_dump_entry(struct sk_buff *skb,
				   struct netlink_callback *cb,
				   struct sehub_hub *hub, const void *arg,
				   const void *port)
{
	const struct sehub_fdb_entry *entry = arg;

	if (port && rcu_dereference(entry->port)->number != nla_get_u32(port))
		return 0;
	return sehub_nl_fdb_fill(skb, hub, entry, NETLINK_CB(cb->skb).portid,
				 cb->nlh->nlmsg_seq, NLM_F_MULTI);
}

static int sehub_nl_fdb_dump_hub(struct sk_buff *skb,
				 struct netlink_callback *cb,
				 struct sehub_hub *hub, void *port)
{
	return sehub_nl_dump_table(skb, cb, hub, &hub->fdb.by_id,
				   sehub_nl_fdb_dump_entry, port);
}

/**
 * sehub_nl_fdb_get_dumpit() - show the addresses of one hub or of all
 * @skb: where to
 * @cb: state of the dump
 * Context: process. Return: bytes written, 0 at the end, -EINVAL, -ENODEV.
 */
int sehub_nl_fdb_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *tb[SEHUB_A_FDB_MAX + 1];
	int err;

	err = sehub_nl_fdb_parse(sehub_compat_dump_attrs(cb), tb, cb->extack);
	if (err)
		return err;
	return sehub_nl_dump(skb, cb, sehub_nl_fdb_dump_hub,
			     tb[SEHUB_A_FDB_PORT]);
}

/* The port that a request names; the request must name one. Under RTNL. */
static struct sehub_port *sehub_nl_fdb_port(struct sehub_hub *hub,
					    struct nlattr **tb,
					    struct netlink_ext_ack *extack)
{
	struct sehub_port *port;

	if (!tb[SEHUB_A_FDB_PORT]) {
		NL_SET_ERR_MSG_MOD(extack, "request needs a port number");
		return ERR_PTR(-EINVAL);
	}
	port = sehub_port_find(hub, nla_get_u32(tb[SEHUB_A_FDB_PORT]));
	if (!port) {
		NL_SET_ERR_MSG_ATTR(extack, tb[SEHUB_A_FDB_PORT],
				    "no port with this number");
		return ERR_PTR(-ENOENT);
	}
	return port;
}

static int sehub_nl_fdb_new(struct genl_info *info, struct nlattr **tb,
			    const u8 *mac)
{
	struct sehub_port *port;
	struct sehub_hub *hub;
	int err;

	hub = sehub_nl_hub(genl_info_net(info), info->attrs, info->extack);
	if (IS_ERR(hub))
		return PTR_ERR(hub);
	port = sehub_nl_fdb_port(hub, tb, info->extack);
	if (IS_ERR(port))
		return PTR_ERR(port);
	err = sehub_fdb_add(port, mac, SEHUB_FDB_KIND_STATIC);
	if (err == -EEXIST)
		NL_SET_ERR_MSG_ATTR(info->extack, tb[SEHUB_A_FDB_MAC],
				    "MAC address is bound to a port already");
	return err;
}

/**
 * sehub_nl_fdb_new_doit() - bind an address to a port
 * @skb: request
 * @info: its attributes
 * Context: process. Return: 0 or -errno as in the specification.
 */
int sehub_nl_fdb_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[SEHUB_A_FDB_MAX + 1];
	const u8 *mac;
	int err;

	err = sehub_nl_fdb_parse(info->attrs, tb, info->extack);
	if (err)
		return err;
	mac = sehub_nl_fdb_mac(tb, info->extack);
	if (!mac)
		return -EINVAL;
	if (tb[SEHUB_A_FDB_KIND] &&
	    nla_get_u32(tb[SEHUB_A_FDB_KIND]) != SEHUB_FDB_KIND_STATIC) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[SEHUB_A_FDB_KIND],
				    "only static addresses can be added");
		return -EINVAL;
	}
	rtnl_lock();
	err = sehub_nl_fdb_new(info, tb, mac);
	rtnl_unlock();
	return err;
}

/**
 * sehub_nl_fdb_del_doit() - delete one address
 * @skb: request
 * @info: its attributes
 * Context: process. Return: 0 or -errno as in the specification.
 */
int sehub_nl_fdb_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[SEHUB_A_FDB_MAX + 1];
	struct sehub_hub *hub;
	const u8 *mac;
	int err;

	err = sehub_nl_fdb_parse(info->attrs, tb, info->extack);
	if (err)
		return err;
	mac = sehub_nl_fdb_mac(tb, info->extack);
	if (!mac)
		return -EINVAL;
	rtnl_lock();
	hub = sehub_nl_hub(genl_info_net(info), info->attrs, info->extack);
	err = IS_ERR(hub) ? PTR_ERR(hub) : sehub_fdb_del(hub, mac);
	rtnl_unlock();
	if (err == -ENOENT)
		NL_SET_ERR_MSG_ATTR(info->extack, tb[SEHUB_A_FDB_MAC],
				    "MAC address is not in the table");
	else if (err == -EOPNOTSUPP)
		NL_SET_ERR_MSG_ATTR(info->extack, tb[SEHUB_A_FDB_MAC],
				    "MAC address is the hub's own, change that");
	return err;
}

/**
 * sehub_nl_fdb_flush_doit() - delete addresses of a hub or of a port
 * @skb: request
 * @info: its attributes
 * Context: process. Return: 0 or -errno as in the specification.
 */
int sehub_nl_fdb_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	u32 kind = SEHUB_FDB_KIND_LEARNED;
	struct nlattr *tb[SEHUB_A_FDB_MAX + 1];
	struct sehub_port *port = NULL;
	struct sehub_hub *hub;
	int err;

	err = sehub_nl_fdb_parse(info->attrs, tb, info->extack);
	if (err)
		return err;
	if (tb[SEHUB_A_FDB_KIND])
		kind = nla_get_u32(tb[SEHUB_A_FDB_KIND]);
	if (kind == SEHUB_FDB_KIND_LOCAL) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[SEHUB_A_FDB_KIND],
				    "the hub's own address cannot be flushed");
		return -EOPNOTSUPP;
	}
	rtnl_lock();
	hub = sehub_nl_hub(genl_info_net(info), info->attrs, info->extack);
	if (IS_ERR(hub)) {
		err = PTR_ERR(hub);
		goto out_unlock;
	}
	if (tb[SEHUB_A_FDB_PORT]) {
		port = sehub_nl_fdb_port(hub, tb, info->extack);
		if (IS_ERR(port)) {
			err = PTR_ERR(port);
			goto out_unlock;
		}
	}
	sehub_fdb_flush(hub, port, kind);
out_unlock:
	rtnl_unlock();
	return err;
}
