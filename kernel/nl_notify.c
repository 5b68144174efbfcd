// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notifications, one multicast group for each kind of object, in the network
 * namespace of the hub. Nothing is built while nobody listens; what cannot be
 * built or delivered is seen by the listener as an overrun of its socket.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "nl.h"
#include "nl_notify.h"
#include "port_session.h"

static bool sehub_nl_notify_wanted(const struct sehub_hub *hub, int group)
{
	return genl_has_listeners(&sehub_nl_family, dev_net(hub->dev), group);
}

static void sehub_nl_notify_send(struct sehub_hub *hub, struct sk_buff *msg,
				 int group, gfp_t gfp)
{
	genlmsg_multicast_netns(&sehub_nl_family, dev_net(hub->dev), msg, 0,
				group, gfp);
}

/* Nothing more can be said to those who listen: let them see an overrun. */
static void sehub_nl_notify_lost(struct sehub_hub *hub, int group)
{
	genl_set_err(&sehub_nl_family, dev_net(hub->dev), 0, group, -ENOBUFS);
}

/**
 * sehub_nl_notify_hub() - a hub was made, changed or deleted
 * @hub: the hub
 * @cmd: %SEHUB_CMD_HUB_NTF or %SEHUB_CMD_HUB_DEL_NTF
 * Context: process, RTNL.
 */
void sehub_nl_notify_hub(struct sehub_hub *hub, u8 cmd)
{
	struct sk_buff *msg;

	ASSERT_RTNL();
	if (!sehub_nl_notify_wanted(hub, SEHUB_NL_GROUP_HUB))
		return;
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg) {
		sehub_nl_notify_lost(hub, SEHUB_NL_GROUP_HUB);
		return;
	}
	if (WARN_ON_ONCE(sehub_nl_hub_fill(msg, hub, 0, 0, 0, cmd))) {
		nlmsg_free(msg);
		return;
	}
	sehub_nl_notify_send(hub, msg, SEHUB_NL_GROUP_HUB, GFP_KERNEL);
}

static void sehub_nl_notify_port_cmd(struct sehub_port *port, u8 cmd,
				     int del_reason)
{
	struct sk_buff *msg;

	ASSERT_RTNL();
	if (!sehub_nl_notify_wanted(port->hub, SEHUB_NL_GROUP_PORT))
		return;
	msg = genlmsg_new(sehub_nl_port_size(), GFP_KERNEL);
	if (!msg) {
		sehub_nl_notify_lost(port->hub, SEHUB_NL_GROUP_PORT);
		return;
	}
	if (WARN_ON_ONCE(sehub_nl_port_fill(msg, port, false, del_reason, 0, 0,
					    0, cmd))) {
		nlmsg_free(msg);
		return;
	}
	sehub_nl_notify_send(port->hub, msg, SEHUB_NL_GROUP_PORT, GFP_KERNEL);
}

/**
 * sehub_nl_notify_port() - a port was made or changed
 * @port: the port
 * Context: process, RTNL.
 */
void sehub_nl_notify_port(struct sehub_port *port)
{
	sehub_nl_notify_port_cmd(port, SEHUB_CMD_PORT_NTF, -1);
}

/**
 * sehub_nl_notify_port_del() - a port is being deleted
 * @port: the port
 * @reason: enum sehub_port_del_reason
 * Context: process, RTNL.
 */
void sehub_nl_notify_port_del(struct sehub_port *port, u32 reason)
{
	sehub_nl_notify_port_cmd(port, SEHUB_CMD_PORT_DEL_NTF, reason);
}

/**
 * sehub_nl_notify_session_state() - a session lost its owner
 * @session: held by the caller
 * Context: process, without RTNL.
 */
void sehub_nl_notify_session_state(struct sehub_session *session)
{
	rtnl_lock();
	if (!session->port.dead)
		sehub_nl_notify_port(&session->port);
	rtnl_unlock();
}

/**
 * sehub_nl_notify_fdb() - an address came, moved or went
 * @hub: the hub
 * @mac: the address, by ether_addr_to_u64()
 * @number: number of the port that it is behind
 * @kind: enum sehub_fdb_kind
 * @cmd: %SEHUB_CMD_FDB_NTF or %SEHUB_CMD_FDB_DEL_NTF
 * Context: any.
 */
void sehub_nl_notify_fdb(struct sehub_hub *hub, u64 mac, u32 number, u8 kind,
			 u8 cmd)
{
	u8 addr[ETH_ALEN];
	struct nlattr *nest;
	struct sk_buff *msg;
	void *hdr;

	if (likely(!sehub_nl_notify_wanted(hub, SEHUB_NL_GROUP_FDB)))
		return;
	msg = genlmsg_new(128, GFP_ATOMIC | __GFP_NOWARN);
	if (!msg) {
		sehub_nl_notify_lost(hub, SEHUB_NL_GROUP_FDB);
		return;
	}
	u64_to_ether_addr(mac, addr);
	hdr = genlmsg_put(msg, 0, 0, &sehub_nl_family, 0, cmd);
	nest = !hdr || sehub_nl_put_hub_id(msg, hub) ? NULL :
	       nla_nest_start(msg, SEHUB_A_FDB);
	if (WARN_ON_ONCE(!nest ||
			 nla_put(msg, SEHUB_A_FDB_MAC, ETH_ALEN, addr) ||
			 nla_put_u32(msg, SEHUB_A_FDB_PORT, number) ||
			 nla_put_u32(msg, SEHUB_A_FDB_KIND, kind))) {
		nlmsg_free(msg);
		return;
	}
	nla_nest_end(msg, nest);
	genlmsg_end(msg, hdr);
	sehub_nl_notify_send(hub, msg, SEHUB_NL_GROUP_FDB,
			     GFP_ATOMIC | __GFP_NOWARN);
}

/**
 * sehub_nl_notify_ip() - an IP address came, moved or went
 * @hub: the hub
 * @entry: its entry
 * @number: number of the port that it is behind
 * @cmd: %SEHUB_CMD_IP_NTF or %SEHUB_CMD_IP_DEL_NTF
 * Context: any.
 */
void sehub_nl_notify_ip(struct sehub_hub *hub, const struct sehub_ip *entry,
			u32 number, u8 cmd)
{
	struct sk_buff *msg;

	if (likely(!sehub_nl_notify_wanted(hub, SEHUB_NL_GROUP_IP)))
		return;
	msg = genlmsg_new(160, GFP_ATOMIC | __GFP_NOWARN);
	if (!msg) {
		sehub_nl_notify_lost(hub, SEHUB_NL_GROUP_IP);
		return;
	}
	if (WARN_ON_ONCE(sehub_nl_ip_fill(msg, hub, entry, number, 0, 0, 0,
					  cmd))) {
		nlmsg_free(msg);
		return;
	}
	sehub_nl_notify_send(hub, msg, SEHUB_NL_GROUP_IP,
			     GFP_ATOMIC | __GFP_NOWARN);
}
