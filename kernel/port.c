// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all kinds of ports have in common: numbers, look-up, references, and
 * the order in which a port goes away. RTNL guards the lists.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "fdb.h"
#include "hub.h"
#include "iptab.h"
#include "loop.h"
#include "nl_notify.h"
#include "policy.h"
#include "port.h"
#include "port_device.h"
#include "port_session.h"
#include "stats.h"

static void sehub_port_free_work(struct work_struct *work)
{
	struct sehub_port *port = container_of(to_rcu_work(work),
					       struct sehub_port, free_work);
	struct net_device *dev = port->hub->dev;

	if (port->kind == SEHUB_PORT_KIND_SESSION)
		sehub_session_uninit(sehub_session(port));
	sehub_port_uninit(port);
	netdev_put(dev, &port->dev_tracker);
	if (port->kind == SEHUB_PORT_KIND_SESSION)
		kfree(sehub_session(port));
	else
		kfree(port);
}

/**
 * sehub_port_init() - fill in a port
 * @port: zeroed memory
 * @hub: the hub; a reference to its device is the caller's business
 * @kind: enum sehub_port_kind
 * Context: process. Return: 0 or -ENOMEM.
 */
int sehub_port_init(struct sehub_port *port, struct sehub_hub *hub, u8 kind)
{
	port->hub = hub;
	port->kind = kind;
	INIT_LIST_HEAD(&port->list);
	INIT_LIST_HEAD(&port->fdb_list);
	INIT_LIST_HEAD(&port->ip_list);
	INIT_RCU_WORK(&port->free_work, sehub_port_free_work);
	atomic_set(&port->probe_budget, SEHUB_LOOP_BUDGET);
	refcount_set(&port->ref, 1);
	return sehub_stats_init(port);
}

/**
 * sehub_port_uninit() - undo sehub_port_init()
 * @port: port that nobody uses any more
 * Context: process.
 */
void sehub_port_uninit(struct sehub_port *port)
{
	sehub_policy_uninit(port);
	sehub_stats_uninit(port);
}

/**
 * sehub_port_add() - give a port its number and its place in the hub
 * @port: initialised port, complete in all other respects; it can receive
 *	frames before this returns
 * @spare: how many more than others it may find there, as it replaces them
 * @extack: receives the reason of a refusal
 *
 * From here on the port holds its hub's device.
 *
 * Context: process, RTNL. Return: 0, -ENOSPC at the hub's limit, -ENOMEM.
 */
int sehub_port_add(struct sehub_port *port, u32 spare,
		   struct netlink_ext_ack *extack)
{
	struct sehub_hub *hub = port->hub;
	int err;

	ASSERT_RTNL();
	if (hub->port_count >= hub->port_max + spare) {
		NL_SET_ERR_MSG_MOD(extack,
				   "hub has as many ports as its port-max allows");
		return -ENOSPC;
	}
	err = xa_alloc(&hub->ports, &port->number, port,
		       XA_LIMIT(1, SEHUB_PORT_MAX_LIMIT), GFP_KERNEL);
	if (err)
		return err == -EBUSY ? -ENOSPC : err;

	netdev_hold(hub->dev, &port->dev_tracker, GFP_KERNEL);
	hub->port_count++;
	port->serial = ++hub->port_serial;
	list_add_tail_rcu(&port->list, &hub->port_list);
	sehub_hub_port_changed(port, sehub_port_is_live(port));
	return 0;
}

/**
 * sehub_port_unlink() - take a port out of its hub
 * @port: port that sehub_port_add() took in
 * @reason: enum sehub_port_del_reason, for the notification
 *
 * Unlinked here from the list, the numbers and the tables, and marked dead
 * under their locks, so that no address can be learned behind it any more. Who
 * still sees it is in an RCU read section or holds a reference; the memory goes
 * after both, when the caller's sehub_port_put() was the last.
 *
 * Context: process, RTNL.
 */
void sehub_port_unlink(struct sehub_port *port, u32 reason)
{
	struct sehub_hub *hub = port->hub;

	ASSERT_RTNL();
	list_del_rcu(&port->list);
	xa_erase(&hub->ports, port->number);
	hub->port_count--;
	sehub_fdb_flush_dead(port);
	sehub_iptab_flush_port(port, true);
	sehub_stats_add(&hub->gone, port);
	sehub_nl_notify_port_del(port, reason);
	sehub_hub_port_changed(port, false);
}

/**
 * sehub_port_del() - delete a port of any kind
 * @port: a port of a hub
 * @reason: enum sehub_port_del_reason
 * @extack: receives the reason of a refusal, or NULL
 * Context: process, RTNL.
 * Return: 0, or -EOPNOTSUPP for the local port.
 */
int sehub_port_del(struct sehub_port *port, u32 reason,
		   struct netlink_ext_ack *extack)
{
	switch (port->kind) {
	case SEHUB_PORT_KIND_SESSION:
		sehub_session_del(sehub_session(port), reason);
		return 0;
	case SEHUB_PORT_KIND_DEVICE:
		sehub_port_device_del(port, reason);
		return 0;
	default:
		NL_SET_ERR_MSG_MOD(extack,
				   "local port cannot be deleted, delete the hub");
		return -EOPNOTSUPP;
	}
}

/**
 * sehub_port_put() - give back a reference
 * @port: the port; freed after a grace period if this was the last reference
 * Context: any.
 */
void sehub_port_put(struct sehub_port *port)
{
	if (refcount_dec_and_test(&port->ref))
		queue_rcu_work(sehub_wq, &port->free_work);
}

/**
 * sehub_port_find() - find a port by number
 * @hub: its hub
 * @number: 0 for the local port
 * Context: process, RTNL. Return: the port or NULL.
 */
struct sehub_port *sehub_port_find(struct sehub_hub *hub, u32 number)
{
	ASSERT_RTNL();
	return number ? xa_load(&hub->ports, number) : &hub->local;
}

/**
 * sehub_port_find_name() - find a port by name
 * @hub: its hub
 * @name: the name
 * Context: process, RTNL. Return: the port or NULL.
 */
struct sehub_port *sehub_port_find_name(struct sehub_hub *hub, const char *name)
{
	struct sehub_session *session;
	struct sehub_port *port;
	struct net_device *dev;

	ASSERT_RTNL();
	if (!strcmp(name, hub->dev->name))
		return &hub->local;
	session = sehub_session_find_name(hub, name);
	if (session)
		return &session->port;
	/* A device port is called as its device, which is in our namespace. */
	dev = __dev_get_by_name(dev_net(hub->dev), name);
	port = dev ? sehub_port_device_find(dev) : NULL;
	return port && port->hub == hub ? port : NULL;
}

/**
 * sehub_port_name() - name of a port
 * @port: any port
 * Context: process, RTNL. Return: the name, valid under RTNL.
 */
const char *sehub_port_name(const struct sehub_port *port)
{
	return port->dev ? port->dev->name : port->name;
}

/**
 * sehub_port_state() - whether a port passes frames
 * @port: any port
 * Context: process, RTNL. Return: enum sehub_port_state.
 */
u32 sehub_port_state(const struct sehub_port *port)
{
	bool up;

	switch (port->kind) {
	case SEHUB_PORT_KIND_SESSION:
		if (!READ_ONCE(container_of(port, struct sehub_session,
					    port)->attached))
			return SEHUB_PORT_STATE_DETACHED;
		up = true;
		break;
	case SEHUB_PORT_KIND_DEVICE:
		up = netif_running(port->dev) && netif_carrier_ok(port->dev);
		break;
	default:
		up = netif_running(port->dev);
		break;
	}
	if (!up)
		return SEHUB_PORT_STATE_DOWN;
	return READ_ONCE(port->blocked) ? SEHUB_PORT_STATE_BLOCKED :
					  SEHUB_PORT_STATE_UP;
}

/**
 * sehub_port_is_live() - whether a port keeps the hub's carrier up
 * @port: any port but the local one
 *
 * A session that waits to be resumed does: its peer comes back, and connections
 * should last.
 *
 * Context: process, RTNL. Return: true if it does.
 */
bool sehub_port_is_live(const struct sehub_port *port)
{
	return port->kind == SEHUB_PORT_KIND_SESSION ||
	       sehub_port_state(port) != SEHUB_PORT_STATE_DOWN;
}
