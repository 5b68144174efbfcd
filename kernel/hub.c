// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hubs: what a hub's network device owns, the hubs of a namespace, and what
 * happens to them when devices change. Everything is under RTNL.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <net/netns/generic.h>

#include "compat/compat.h"
#include "fdb.h"
#include "hub.h"
#include "iptab.h"
#include "link.h"
#include "loop.h"
#include "nl_notify.h"
#include "port.h"
#include "port_device.h"
#include "port_session.h"
#include "stats.h"

static unsigned int sehub_net_id __read_mostly;

/**
 * sehub_hub_net() - hubs of a network namespace
 * @net: the namespace
 * Context: any. Return: never NULL.
 */
struct sehub_net *sehub_hub_net(struct net *net)
{
	return net_generic(net, sehub_net_id);
}

static int __net_init sehub_hub_net_init(struct net *net)
{
	struct sehub_net *sn = sehub_hub_net(net);

	sn->hubs = RB_ROOT;
	xa_init(&sn->by_vlan);
	return 0;
}

static void __net_exit sehub_hub_net_exit(struct net *net)
{
	struct sehub_net *sn = sehub_hub_net(net);

	WARN_ON_ONCE(!RB_EMPTY_ROOT(&sn->hubs));
	xa_destroy(&sn->by_vlan);
}

static struct pernet_operations sehub_hub_net_ops = {
	.init = sehub_hub_net_init,
	.exit = sehub_hub_net_exit,
	.id = &sehub_net_id,
	.size = sizeof(struct sehub_net),
};

/**
 * sehub_hub_init() - make what a hub needs besides its device
 * @hub: private part of a device that is being registered
 * Context: process, RTNL. Return: 0 or -ENOMEM.
 */
int sehub_hub_init(struct sehub_hub *hub)
{
	int err;

	INIT_LIST_HEAD(&hub->port_list);
	RB_CLEAR_NODE(&hub->net_node);
	xa_init_flags(&hub->ports, XA_FLAGS_ALLOC1);
	err = sehub_port_init(&hub->local, hub, SEHUB_PORT_KIND_LOCAL);
	if (err)
		return err;
	hub->local.dev = hub->dev;
	err = gro_cells_init(&hub->gro_cells, hub->dev);
	if (err)
		goto err_uninit_local;
	err = sehub_fdb_init(hub);
	if (err)
		goto err_destroy_gro_cells;
	err = sehub_iptab_init(hub);
	if (err)
		goto err_uninit_fdb;
	sehub_loop_init(hub);
	return 0;

err_uninit_fdb:
	sehub_fdb_uninit(hub);
err_destroy_gro_cells:
	gro_cells_destroy(&hub->gro_cells);
err_uninit_local:
	sehub_port_uninit(&hub->local);
	return err;
}

/**
 * sehub_hub_release_ports() - delete all ports of a hub that goes away
 * @hub: its device is down and in no list
 * Context: process, RTNL.
 */
void sehub_hub_release_ports(struct sehub_hub *hub)
{
	struct sehub_port *port, *tmp;

	ASSERT_RTNL();
	list_for_each_entry_safe(port, tmp, &hub->port_list, list)
		sehub_port_del(port, SEHUB_PORT_DEL_REASON_HUB, NULL);
	sehub_fdb_flush_dead(&hub->local);
	sehub_iptab_flush_port(&hub->local, true);
}

/**
 * sehub_hub_uninit() - undo sehub_hub_init()
 * @hub: a hub without ports whose device nobody refers to any more
 * Context: process.
 */
void sehub_hub_uninit(struct sehub_hub *hub)
{
	sehub_loop_uninit(hub);
	sehub_iptab_uninit(hub);
	sehub_fdb_uninit(hub);
	gro_cells_destroy(&hub->gro_cells);
	sehub_port_uninit(&hub->local);
	xa_destroy(&hub->ports);
}

/**
 * sehub_hub_set_vlan() - give a hub its number
 * @hub: the hub
 * @net: namespace that it is or will be in
 * @vlan: 1 to %SEHUB_VLAN_MAX, or 0 to take the number away
 * @extack: receives the reason of a refusal
 * Context: process, RTNL. Return: 0, -EEXIST, -ENOMEM.
 */
int sehub_hub_set_vlan(struct sehub_hub *hub, struct net *net, u16 vlan,
		       struct netlink_ext_ack *extack)
{
	struct sehub_net *sn = sehub_hub_net(net);
	int err;

	ASSERT_RTNL();
	if (vlan == hub->vlan)
		return 0;
	if (vlan) {
		err = xa_insert(&sn->by_vlan, vlan, hub, GFP_KERNEL);
		if (err == -EBUSY) {
			NL_SET_ERR_MSG_MOD(extack,
					   "another hub of this network namespace has this vlan number");
			return -EEXIST;
		}
		if (err)
			return err;
	}
	if (hub->vlan)
		xa_erase(&sn->by_vlan, hub->vlan);
	hub->vlan = vlan;
	/* The number says where a hub is, so a numbered hub stays there. */
	sehub_compat_set_netns_immutable(hub->dev, vlan);
	return 0;
}

/**
 * sehub_hub_find_vlan() - find a hub by its number
 * @net: namespace
 * @vlan: number
 * Context: process, RTNL. Return: the hub or NULL.
 */
struct sehub_hub *sehub_hub_find_vlan(struct net *net, u16 vlan)
{
	ASSERT_RTNL();
	return vlan ? xa_load(&sehub_hub_net(net)->by_vlan, vlan) : NULL;
}

/**
 * sehub_hub_first() - where a walk over the hubs of a namespace begins
 * @net: the namespace
 * @seq: least &sehub_hub.seq that is wanted
 * Context: process, RTNL. Return: the first hub from there on, or NULL.
 */
struct sehub_hub *sehub_hub_first(struct net *net, u64 seq)
{
	struct rb_node *node = sehub_hub_net(net)->hubs.rb_node;
	struct sehub_hub *hub, *first = NULL;

	ASSERT_RTNL();
	while (node) {
		hub = rb_entry(node, struct sehub_hub, net_node);
		if (hub->seq >= seq)
			first = hub;
		node = hub->seq >= seq ? node->rb_left : node->rb_right;
	}
	return first;
}

/**
 * sehub_hub_next() - the next hub of a namespace
 * @hub: a hub
 * Context: process, RTNL. Return: the hub behind it, or NULL.
 */
struct sehub_hub *sehub_hub_next(const struct sehub_hub *hub)
{
	ASSERT_RTNL();
	return rb_entry_safe(rb_next(&hub->net_node), struct sehub_hub,
			     net_node);
}

/**
 * sehub_hub_port_changed() - follow a change of the set of live ports
 * @port: port that came, went, or passes frames now or no longer
 * @live: it is in the hub and sehub_port_is_live()
 *
 * The carrier is up while a port besides the local one is live.
 *
 * Context: process, RTNL.
 */
void sehub_hub_port_changed(struct sehub_port *port, bool live)
{
	struct sehub_session *only = NULL;
	struct sehub_hub *hub = port->hub;
	bool carrier;

	ASSERT_RTNL();
	hub->live_count += live - port->live;
	if (live && !port->live && hub->cascades &&
	    port->kind == SEHUB_PORT_KIND_DEVICE)
		sehub_loop_soon(hub);
	port->live = live;
	carrier = hub->live_count;
	if (hub->port_count == 1) {
		/* Not always the one that has changed. */
		port = list_first_entry(&hub->port_list, struct sehub_port,
					list);
		if (port->kind == SEHUB_PORT_KIND_SESSION)
			only = sehub_session(port);
	}
	rcu_assign_pointer(hub->only_session, only);
	/* Whoever stopped the queue may be gone; it stops again if need be. */
	netif_wake_queue(hub->dev);

	if (carrier == netif_carrier_ok(hub->dev))
		return;
	if (carrier)
		netif_carrier_on(hub->dev);
	else
		netif_carrier_off(hub->dev);
	sehub_nl_notify_hub(hub, SEHUB_CMD_HUB_NTF);
}

/**
 * sehub_hub_totals() - counters of all ports, deleted ones included
 * @hub: the hub
 * @sum: filled in
 * Context: process, RTNL.
 */
void sehub_hub_totals(struct sehub_hub *hub, struct sehub_totals *sum)
{
	struct sehub_port *port;

	ASSERT_RTNL();
	*sum = hub->gone;
	sehub_stats_add(sum, &hub->local);
	list_for_each_entry(port, &hub->port_list, list)
		sehub_stats_add(sum, port);
}

static bool sehub_hub_is_before(struct rb_node *node,
				const struct rb_node *other)
{
	return rb_entry(node, struct sehub_hub, net_node)->seq <
	       rb_entry(other, struct sehub_hub, net_node)->seq;
}

/*
 * The hub's device enters a namespace, by a move or at its birth, when its own
 * address has to come into the table.
 */
static int sehub_hub_enter_net(struct sehub_hub *hub)
{
	struct sehub_net *sn = sehub_hub_net(dev_net(hub->dev));
	int err;

	hub->seq = ++sn->last_seq;
	rb_add(&hub->net_node, &sn->hubs, sehub_hub_is_before);
	sehub_nl_notify_hub(hub, SEHUB_CMD_HUB_NTF);
	err = sehub_fdb_add(&hub->local, hub->dev->dev_addr,
			    SEHUB_FDB_KIND_LOCAL);
	return err == -EEXIST ? 0 : err;
}

/*
 * The hub's device leaves its namespace, to another or for ever. Enslaved
 * devices stay behind; sessions do not care where the hub is.
 */
static void sehub_hub_leave_net(struct sehub_hub *hub)
{
	struct sehub_port *port, *tmp;

	/* Another listener may have refused it before this one was asked. */
	if (RB_EMPTY_NODE(&hub->net_node))
		return;
	list_for_each_entry_safe(port, tmp, &hub->port_list, list)
		if (port->kind == SEHUB_PORT_KIND_DEVICE)
			sehub_port_del(port, SEHUB_PORT_DEL_REASON_HUB, NULL);
	sehub_nl_notify_hub(hub, SEHUB_CMD_HUB_DEL_NTF);
	rb_erase(&hub->net_node, &sehub_hub_net(dev_net(hub->dev))->hubs);
	RB_CLEAR_NODE(&hub->net_node);
}

static void sehub_hub_change_addr(struct sehub_hub *hub)
{
	struct sehub_fdb_entry *entry, *old = NULL;
	u8 mac[ETH_ALEN];

	/* The local port has one local entry: the address before the change. */
	rcu_read_lock();
	xa_lock_bh(&hub->fdb.by_id);
	list_for_each_entry(entry, &hub->local.fdb_list, port_list) {
		if (entry->kind == SEHUB_FDB_KIND_LOCAL) {
			old = entry;
			u64_to_ether_addr(entry->mac, mac);
			break;
		}
	}
	xa_unlock_bh(&hub->fdb.by_id);
	rcu_read_unlock();

	if (old)
		sehub_fdb_del_local(hub, mac);
	/* A static entry for the address stays; nothing else can be there. */
	sehub_fdb_add(&hub->local, hub->dev->dev_addr, SEHUB_FDB_KIND_LOCAL);
}

static int sehub_hub_own_event(struct sehub_hub *hub, unsigned long event)
{
	switch (event) {
	case NETDEV_REGISTER:
		return notifier_from_errno(sehub_hub_enter_net(hub));
	case NETDEV_UNREGISTER:
		sehub_hub_leave_net(hub);
		break;
	case NETDEV_CHANGEADDR:
		sehub_hub_change_addr(hub);
		sehub_nl_notify_hub(hub, SEHUB_CMD_HUB_NTF);
		break;
	case NETDEV_UP:
		sehub_loop_changed(hub);
		fallthrough;
	case NETDEV_DOWN:
	case NETDEV_CHANGENAME:
		sehub_nl_notify_hub(hub, SEHUB_CMD_HUB_NTF);
		break;
	}
	return NOTIFY_DONE;
}

static int sehub_hub_device_event(struct notifier_block *nb,
				  unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct sehub_port *port;

	if (sehub_link_is_hub(dev))
		return sehub_hub_own_event(netdev_priv(dev), event);
	port = sehub_port_device_find(dev);
	if (port)
		sehub_port_device_event(port, event);
	return NOTIFY_DONE;
}

static struct notifier_block sehub_hub_notifier = {
	.notifier_call = sehub_hub_device_event,
};

/**
 * sehub_hub_module_init() - follow namespaces and devices
 * Context: process. Return: 0 or -errno.
 */
int __init sehub_hub_module_init(void)
{
	int err;

	err = register_pernet_subsys(&sehub_hub_net_ops);
	if (err)
		return err;
	err = register_netdevice_notifier(&sehub_hub_notifier);
	if (err)
		unregister_pernet_subsys(&sehub_hub_net_ops);
	return err;
}

/**
 * sehub_hub_module_exit() - undo sehub_hub_module_init()
 * Context: process; there are no hubs any more.
 */
void sehub_hub_module_exit(void)
{
	unregister_netdevice_notifier(&sehub_hub_notifier);
	unregister_pernet_subsys(&sehub_hub_net_ops);
}
