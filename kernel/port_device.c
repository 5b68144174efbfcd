// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports whose cable is an enslaved network device (ip link set X master HUB).
 * The device's receive handler feeds the hub. RTNL guards everything but the
 * handler, which runs under RCU.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/slab.h>
#include <net/dsa.h>

#include "fdb.h"
#include "forward.h"
#include "hub.h"
#include "iptab.h"
#include "link.h"
#include "nl_notify.h"
#include "port.h"
#include "port_device.h"
#include "stats.h"

static rx_handler_result_t sehub_port_device_rx(struct sk_buff **pskb)
{
	struct sehub_batch batch = {};
	struct sk_buff *skb = *pskb;
	struct sehub_port *port;

	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	/* Link protocols (LLDP, LACP, EAPOL) belong to the device itself. */
	if (unlikely(sehub_frame_is_reserved(eth_hdr(skb)->h_dest)))
		return RX_HANDLER_PASS;

	port = rcu_dereference(skb->dev->rx_handler_data);
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb)) {
		sehub_stats_drop(port, SEHUB_A_DROPS_NO_MEMORY);
		return RX_HANDLER_CONSUMED;
	}
	skb_push(skb, ETH_HLEN);
	sehub_forward_skb(port, skb, &batch);
	sehub_batch_flush(&batch);
	return RX_HANDLER_CONSUMED;
}

static int sehub_port_device_precheck(struct sehub_hub *hub,
				      struct net_device *dev,
				      struct netlink_ext_ack *extack)
{
	if (dev->flags & IFF_LOOPBACK || dev->type != ARPHRD_ETHER ||
	    dev->addr_len != ETH_ALEN || !is_valid_ether_addr(dev->dev_addr)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "only an Ethernet device can be a port of a hub");
		return -EINVAL;
	}
	if (sehub_link_is_hub(dev)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "a hub cannot be a port of a hub, that could loop; use a veth pair");
		return -ELOOP;
	}
	if (netdev_uses_dsa(dev)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "conduit of a DSA switch cannot be a port of a hub");
		return -EINVAL;
	}
	if (dev->priv_flags & (IFF_DONT_BRIDGE | IFF_NO_RX_HANDLER)) {
		NL_SET_ERR_MSG_MOD(extack, "device does not allow bridging");
		return -EOPNOTSUPP;
	}
	if (netdev_master_upper_dev_get(dev) ||
	    netdev_is_rx_handler_busy(dev)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "device belongs to another master or has a receive handler");
		return -EBUSY;
	}
	if (netdev_has_upper_dev(hub->dev, dev)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "device is on top of this hub, that would loop");
		return -ELOOP;
	}
	return 0;
}

/**
 * sehub_port_device_add() - enslave a device
 * @hub: the hub
 * @dev: the device
 * @extack: receives the reason of a refusal
 * Context: process, RTNL.
 * Return: 0; -EINVAL, -EOPNOTSUPP, -EBUSY or -ELOOP for a device that cannot
 * be a port; -ENOSPC at the hub's limit; -ENOMEM.
 */
int sehub_port_device_add(struct sehub_hub *hub, struct net_device *dev,
			  struct netlink_ext_ack *extack)
{
	struct sehub_port *port;
	int err;

	err = sehub_port_device_precheck(hub, dev, extack);
	if (err)
		return err;
	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return -ENOMEM;
	err = sehub_port_init(port, hub, SEHUB_PORT_KIND_DEVICE);
	if (err)
		goto err_free;
	port->dev = dev;

	err = dev_set_promiscuity(dev, 1);
	if (err)
		goto err_uninit;
	err = netdev_rx_handler_register(dev, sehub_port_device_rx, port);
	if (err)
		goto err_promiscuity;
	err = netdev_master_upper_dev_link(dev, hub->dev, NULL, NULL, extack);
	if (err)
		goto err_rx_handler;
	err = sehub_port_add(port, 0, extack);
	if (err)
		goto err_upper_dev;

	netdev_hold(dev, &port->lower_tracker, GFP_KERNEL);
	dev_disable_lro(dev);
	sehub_nl_notify_port(port);
	return 0;

err_upper_dev:
	netdev_upper_dev_unlink(dev, hub->dev);
err_rx_handler:
	netdev_rx_handler_unregister(dev);
	/* Frames have come in meanwhile, and others may be on their way to
	 * what was learned from them.
	 */
	sehub_fdb_flush_dead(port);
	sehub_iptab_flush_port(port, true);
	synchronize_net();
err_promiscuity:
	dev_set_promiscuity(dev, -1);
err_uninit:
	sehub_port_uninit(port);
err_free:
	kfree(port);
	return err;
}

/**
 * sehub_port_device_del() - release a device
 * @port: its port
 * @reason: enum sehub_port_del_reason
 *
 * After the receive handler is gone nothing can come in by the port; after the
 * grace period of its put nothing leaves by it. The device is held until
 * nothing of this function needs it; a frame on its way out holds it through
 * the RCU read section that the device's own unregistering waits for.
 *
 * Context: process, RTNL.
 */
void sehub_port_device_del(struct sehub_port *port, u32 reason)
{
	struct net_device *dev = port->dev;

	ASSERT_RTNL();
	netdev_rx_handler_unregister(dev);
	sehub_port_unlink(port, reason);
	netdev_upper_dev_unlink(dev, port->hub->dev);
	dev_set_promiscuity(dev, -1);
	netdev_put(dev, &port->lower_tracker);
	sehub_port_put(port);
}

/**
 * sehub_port_device_find() - the port that a device is
 * @dev: any device
 * Context: process, RTNL. Return: the port, or NULL if it is none of ours.
 */
struct sehub_port *sehub_port_device_find(struct net_device *dev)
{
	ASSERT_RTNL();
	if (rtnl_dereference(dev->rx_handler) != sehub_port_device_rx)
		return NULL;
	return rtnl_dereference(dev->rx_handler_data);
}

/**
 * sehub_port_device_event() - something happened to an enslaved device
 * @port: its port
 * @event: NETDEV_*
 * Context: process, RTNL.
 */
void sehub_port_device_event(struct sehub_port *port, unsigned long event)
{
	switch (event) {
	case NETDEV_UNREGISTER:
		sehub_port_device_del(port, SEHUB_PORT_DEL_REASON_DEVICE);
		return;
	case NETDEV_DOWN:
		sehub_fdb_flush(port->hub, port, SEHUB_FDB_KIND_LEARNED);
		sehub_iptab_flush_port(port, false);
		fallthrough;
	case NETDEV_UP:
	case NETDEV_CHANGE:
		sehub_hub_port_changed(port, sehub_port_is_live(port));
		fallthrough;
	case NETDEV_CHANGENAME:
		sehub_nl_notify_port(port);
		return;
	}
}
