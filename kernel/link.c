// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rtnetlink link kind "sehub": making, changing, showing and deleting
 * hubs, and the network device that is a hub's local port. RTNL guards
 * everything but transmission.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>

#include "compat/compat.h"
#include "fdb.h"
#include "forward.h"
#include "hub.h"
#include "iptab.h"
#include "link.h"
#include "nl_notify.h"
#include "pktlog.h"
#include "port.h"
#include "port_device.h"
#include "port_session.h"
#include "stats.h"

#define SEHUB_LINK_FEATURES (NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_ALL_TSO | \
			     NETIF_F_HIGHDMA)

static struct rtnl_link_ops sehub_link_ops;

/**
 * sehub_link_is_hub() - whether a device is a hub
 * @dev: any device
 * Context: any. Return: true if netdev_priv() is a &struct sehub_hub.
 */
bool sehub_link_is_hub(const struct net_device *dev)
{
	return dev->rtnl_link_ops == &sehub_link_ops;
}

static int sehub_link_init(struct net_device *dev)
{
	struct sehub_hub *hub = netdev_priv(dev);

	hub->dev = dev;
	netif_carrier_off(dev);
	return sehub_hub_init(hub);
}

/* The notifier took the hub out of its namespace before. */
static void sehub_link_uninit(struct net_device *dev)
{
	struct sehub_hub *hub = netdev_priv(dev);

	sehub_hub_release_ports(hub);
	sehub_hub_set_vlan(hub, dev_net(dev), 0, NULL);
}

static void sehub_link_free(struct net_device *dev)
{
	sehub_hub_uninit(netdev_priv(dev));
}

/* The host sends a frame into the hub. Consumes @skb. */
static netdev_tx_t sehub_link_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct sehub_hub *hub = netdev_priv(dev);
	struct sehub_batch batch = {};
	struct sehub_session *only;

	rcu_read_lock();
	sehub_forward_skb(&hub->local, skb, &batch);
	if (unlikely(batch.congested)) {
		only = rcu_dereference(hub->only_session);
		if (only) {
			netif_stop_queue(dev);
			/* It may have drained before it could see that. */
			if (!sehub_session_is_congested(only))
				netif_wake_queue(dev);
		}
	}
	sehub_batch_flush(&batch);
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

static void sehub_link_get_stats64(struct net_device *dev,
				   struct rtnl_link_stats64 *stats)
{
	struct sehub_hub *hub = netdev_priv(dev);
	struct sehub_totals sum = {};
	int i;

	sehub_stats_add(&sum, &hub->local);
	stats->rx_packets = sum.tx_frames;
	stats->rx_bytes = sum.tx_bytes;
	stats->tx_packets = sum.rx_frames;
	stats->tx_bytes = sum.rx_bytes;
	for (i = 0; i < SEHUB_A_DROPS_PAD; i++) {
		/* Only this one concerns what left the hub. */
		if (i == SEHUB_A_DROPS_QUEUE_FULL)
			stats->rx_dropped += sum.drops[i];
		else
			stats->tx_dropped += sum.drops[i];
	}
}

static int sehub_link_add_slave(struct net_device *dev,
				struct net_device *lower,
				struct netlink_ext_ack *extack)
{
	return sehub_port_device_add(netdev_priv(dev), lower, extack);
}

static int sehub_link_del_slave(struct net_device *dev,
				struct net_device *lower)
{
	struct sehub_port *port = sehub_port_device_find(lower);

	if (!port || port->hub != netdev_priv(dev))
		return -EINVAL;
	sehub_port_device_del(port, SEHUB_PORT_DEL_REASON_REQUESTED);
	return 0;
}

static const struct net_device_ops sehub_link_netdev_ops = {
	.ndo_init = sehub_link_init,
	.ndo_uninit = sehub_link_uninit,
	.ndo_start_xmit = sehub_link_xmit,
	.ndo_get_stats64 = sehub_link_get_stats64,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_features_check = passthru_features_check,
	.ndo_add_slave = sehub_link_add_slave,
	.ndo_del_slave = sehub_link_del_slave,
};

static void sehub_link_get_drvinfo(struct net_device *dev,
				   struct ethtool_drvinfo *info)
{
	strscpy(info->driver, SEHUB_LINK_KIND, sizeof(info->driver));
	strscpy(info->version, THIS_MODULE->version, sizeof(info->version));
}

static const struct ethtool_ops sehub_link_ethtool_ops = {
	.get_drvinfo = sehub_link_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_ts_info = ethtool_op_get_ts_info,
};

static const struct device_type sehub_link_type = {
	.name = SEHUB_LINK_KIND,
};

static void sehub_link_setup(struct net_device *dev)
{
	struct sehub_hub *hub = netdev_priv(dev);

	hub->ageing = SEHUB_AGEING_DEFAULT;
	hub->fdb_max = SEHUB_FDB_MAX_DEFAULT;
	sehub_iptab_set_ageing(hub, SEHUB_AGEING_DEFAULT);
	hub->ip_max = SEHUB_IP_MAX_DEFAULT;
	hub->port_max = SEHUB_PORT_MAX_DEFAULT;

	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->netdev_ops = &sehub_link_netdev_ops;
	dev->ethtool_ops = &sehub_link_ethtool_ops;
	SET_NETDEV_DEVTYPE(dev, &sehub_link_type);
	dev->needs_free_netdev = true;
	dev->priv_destructor = sehub_link_free;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	dev->max_mtu = SEHUB_MTU_MAX;
	sehub_compat_set_lltx(dev);
	dev->features |= SEHUB_LINK_FEATURES;
	dev->hw_features |= SEHUB_LINK_FEATURES;
	dev->vlan_features |= SEHUB_LINK_FEATURES;
	netif_set_tso_max_size(dev, SEHUB_TSO_MAX);
}

static struct netlink_range_validation sehub_link_ageing_range = {
	.min = 1,
	.max = SEHUB_AGEING_MAX,
};

static struct netlink_range_validation sehub_link_fdb_range = {
	.min = 1,
	.max = U32_MAX,
};

static struct netlink_range_validation sehub_link_port_range = {
	.min = 1,
	.max = SEHUB_PORT_MAX_LIMIT,
};

static const struct nla_policy sehub_link_policy[IFLA_SEHUB_MAX + 1] = {
	[IFLA_SEHUB_UNSPEC] = { .strict_start_type = IFLA_SEHUB_VLAN },
	[IFLA_SEHUB_VLAN] = NLA_POLICY_MAX(NLA_U16, SEHUB_VLAN_MAX),
	[IFLA_SEHUB_AGEING] = NLA_POLICY_FULL_RANGE(NLA_U32,
						     &sehub_link_ageing_range),
	[IFLA_SEHUB_FDB_MAX] = NLA_POLICY_FULL_RANGE(NLA_U32,
						      &sehub_link_fdb_range),
	[IFLA_SEHUB_PORT_MAX] = NLA_POLICY_FULL_RANGE(NLA_U32,
						       &sehub_link_port_range),
	[IFLA_SEHUB_FDB_COUNT] = { .type = NLA_REJECT },
	[IFLA_SEHUB_PORT_COUNT] = { .type = NLA_REJECT },
	[IFLA_SEHUB_IP_AGEING] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &sehub_link_ageing_range),
	[IFLA_SEHUB_IP_MAX] = { .type = NLA_U32 },
	[IFLA_SEHUB_IP_COUNT] = { .type = NLA_REJECT },
	[IFLA_SEHUB_SUPPRESS] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_SEHUB_BROADCAST_RATE] = { .type = NLA_U32 },
	[IFLA_SEHUB_LOG_HEADERS] = NLA_POLICY_MASK(NLA_U32, SEHUB_PKTLOG_ALL),
	[IFLA_SEHUB_LOG_WHOLE] = NLA_POLICY_MASK(NLA_U32, SEHUB_PKTLOG_ALL),
};

static int sehub_link_validate(struct nlattr *tb[], struct nlattr *data[],
			       struct netlink_ext_ack *extack)
{
	if (!tb[IFLA_ADDRESS])
		return 0;
	if (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN ||
	    !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS]))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS],
				    "hub address must be a unicast MAC address");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

/* Settings of what the hub does beyond switching; none of them can fail. */
static void sehub_link_change_ip(struct sehub_hub *hub, struct nlattr *data[])
{
	struct sehub_rate rate;

	if (data[IFLA_SEHUB_IP_MAX])
		WRITE_ONCE(hub->ip_max, nla_get_u32(data[IFLA_SEHUB_IP_MAX]));
	if (data[IFLA_SEHUB_SUPPRESS])
		WRITE_ONCE(hub->suppress,
			   nla_get_u8(data[IFLA_SEHUB_SUPPRESS]));
	if (data[IFLA_SEHUB_BROADCAST_RATE]) {
		hub->broadcast_rate =
			nla_get_u32(data[IFLA_SEHUB_BROADCAST_RATE]);
		sehub_rate_set(&rate, hub->broadcast_rate, 0, 1);
		WRITE_ONCE(hub->broadcast.cost, rate.cost);
	}
	if (data[IFLA_SEHUB_IP_AGEING])
		sehub_iptab_set_ageing(hub,
				       nla_get_u32(data[IFLA_SEHUB_IP_AGEING]));
}

static void sehub_link_change_log(struct sehub_hub *hub, struct nlattr *data[])
{
	u32 headers = hub->log_headers, whole = hub->log_whole;

	if (data[IFLA_SEHUB_LOG_HEADERS])
		headers = nla_get_u32(data[IFLA_SEHUB_LOG_HEADERS]);
	if (data[IFLA_SEHUB_LOG_WHOLE])
		whole = nla_get_u32(data[IFLA_SEHUB_LOG_WHOLE]);
	sehub_pktlog_set(hub, headers, whole);
}

static int sehub_link_changelink(struct net_device *dev, struct nlattr *tb[],
				 struct nlattr *data[],
				 struct netlink_ext_ack *extack)
{
	struct sehub_hub *hub = netdev_priv(dev);
	int err;

	if (!data)
		return 0;
	/* The only step that can fail comes first. */
	if (data[IFLA_SEHUB_VLAN]) {
		err = sehub_hub_set_vlan(hub, dev_net(dev),
					 nla_get_u16(data[IFLA_SEHUB_VLAN]),
					 extack);
		if (err)
			return err;
	}
	if (data[IFLA_SEHUB_FDB_MAX])
		WRITE_ONCE(hub->fdb_max,
			   nla_get_u32(data[IFLA_SEHUB_FDB_MAX]));
	sehub_link_change_ip(hub, data);
	if (data[IFLA_SEHUB_PORT_MAX])
		hub->port_max = nla_get_u32(data[IFLA_SEHUB_PORT_MAX]);
	if (data[IFLA_SEHUB_AGEING]) {
		WRITE_ONCE(hub->ageing, nla_get_u32(data[IFLA_SEHUB_AGEING]));
		if (dev->reg_state == NETREG_REGISTERED)
			sehub_fdb_reschedule(hub);
	}
	sehub_link_change_log(hub, data);
	if (dev->reg_state == NETREG_REGISTERED)
		sehub_nl_notify_hub(hub, SEHUB_CMD_HUB_NTF);
	return 0;
}

static int sehub_link_newlink(struct net_device *dev,
			      struct rtnl_newlink_params *params,
			      struct netlink_ext_ack *extack)
{
	struct sehub_hub *hub = netdev_priv(dev);
	int err;

	hub->dev = dev;
	if (params->tb[IFLA_ADDRESS])
		eth_hw_addr_set(dev, nla_data(params->tb[IFLA_ADDRESS]));
	err = sehub_link_changelink(dev, params->tb, params->data, extack);
	if (err)
		return err;
	err = register_netdevice(dev);
	/* What was registered for a moment has given its number back. */
	if (err)
		sehub_hub_set_vlan(hub, dev_net(dev), 0, NULL);
	return err;
}

SEHUB_COMPAT_NEWLINK(sehub_link_newlink)

static size_t sehub_link_get_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(u16)) +	/* IFLA_SEHUB_VLAN */
	       nla_total_size(sizeof(u32)) +	/* IFLA_SEHUB_AGEING */
	       nla_total_size(sizeof(u32)) +	/* IFLA_SEHUB_FDB_MAX */
	       nla_total_size(sizeof(u32)) +	/* IFLA_SEHUB_PORT_MAX */
	       nla_total_size(sizeof(u32)) +	/* IFLA_SEHUB_FDB_COUNT */
	       nla_total_size(sizeof(u32)) +	/* IFLA_SEHUB_PORT_COUNT */
	       nla_total_size(sizeof(u32)) +	/* IFLA_SEHUB_IP_AGEING */
	       nla_total_size(sizeof(u32)) +	/* IFLA_SEHUB_IP_MAX */
	       nla_total_size(sizeof(u32)) +	/* IFLA_SEHUB_IP_COUNT */
	       nla_total_size(sizeof(u8)) +	/* IFLA_SEHUB_SUPPRESS */
	       nla_total_size(sizeof(u32)) +	/* IFLA_SEHUB_BROADCAST_RATE */
	       nla_total_size(sizeof(u32)) +	/* IFLA_SEHUB_LOG_HEADERS */
	       nla_total_size(sizeof(u32));	/* IFLA_SEHUB_LOG_WHOLE */
}

static int sehub_link_fill_info(struct sk_buff *skb,
				const struct net_device *dev)
{
	const struct sehub_hub *hub = netdev_priv(dev);

	if (nla_put_u16(skb, IFLA_SEHUB_VLAN, hub->vlan) ||
	    nla_put_u32(skb, IFLA_SEHUB_AGEING, hub->ageing) ||
	    nla_put_u32(skb, IFLA_SEHUB_FDB_MAX, hub->fdb_max) ||
	    nla_put_u32(skb, IFLA_SEHUB_PORT_MAX, hub->port_max) ||
	    nla_put_u32(skb, IFLA_SEHUB_FDB_COUNT, READ_ONCE(hub->fdb.count)) ||
	    nla_put_u32(skb, IFLA_SEHUB_PORT_COUNT, hub->port_count) ||
	    nla_put_u32(skb, IFLA_SEHUB_IP_AGEING, hub->ip_ageing) ||
	    nla_put_u32(skb, IFLA_SEHUB_IP_MAX, hub->ip_max) ||
	    nla_put_u32(skb, IFLA_SEHUB_IP_COUNT,
			READ_ONCE(hub->iptab.count)) ||
	    nla_put_u8(skb, IFLA_SEHUB_SUPPRESS, hub->suppress) ||
	    nla_put_u32(skb, IFLA_SEHUB_BROADCAST_RATE, hub->broadcast_rate) ||
	    nla_put_u32(skb, IFLA_SEHUB_LOG_HEADERS, hub->log_headers) ||
	    nla_put_u32(skb, IFLA_SEHUB_LOG_WHOLE, hub->log_whole))
		return -EMSGSIZE;
	return 0;
}

static struct rtnl_link_ops sehub_link_ops __read_mostly = {
	.kind = SEHUB_LINK_KIND,
	.priv_size = sizeof(struct sehub_hub),
	.setup = sehub_link_setup,
	.maxtype = IFLA_SEHUB_MAX,
	.policy = sehub_link_policy,
	.validate = sehub_link_validate,
	.newlink = SEHUB_COMPAT_NEWLINK_OP(sehub_link_newlink),
	.changelink = sehub_link_changelink,
	.get_size = sehub_link_get_size,
	.fill_info = sehub_link_fill_info,
};

/**
 * sehub_link_module_init() - register the link kind
 * Context: process. Return: 0 or -errno.
 */
int __init sehub_link_module_init(void)
{
	return rtnl_link_register(&sehub_link_ops);
}

/**
 * sehub_link_module_exit() - delete all hubs and unregister the link kind
 * Context: process.
 */
void sehub_link_module_exit(void)
{
	rtnl_link_unregister(&sehub_link_ops);
}
