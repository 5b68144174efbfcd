/* SPDX-License-Identifier: GPL-2.0-only */
/* Hubs: what a hub's network device owns, and the hubs of a namespace. */
#ifndef _SEHUB_HUB_H
#define _SEHUB_HUB_H

#include <net/net_namespace.h>

#include "core.h"

/**
 * struct sehub_net - hubs of a network namespace
 * @hubs: all, by &sehub_hub.seq; a hub enters without an allocation, as it may
 *	not fail when it is moved here; RTNL
 * @by_vlan: the numbered ones; RTNL
 * @last_seq: of the last one that entered; RTNL
 */
struct sehub_net {
	struct rb_root hubs;
	struct xarray by_vlan;
	u64 last_seq;
};

int sehub_hub_module_init(void);
void sehub_hub_module_exit(void);
struct sehub_net *sehub_hub_net(struct net *net);

int sehub_hub_init(struct sehub_hub *hub);
void sehub_hub_release_ports(struct sehub_hub *hub);
void sehub_hub_uninit(struct sehub_hub *hub);
int sehub_hub_set_vlan(struct sehub_hub *hub, struct net *net, u16 vlan,
		       struct netlink_ext_ack *extack);
struct sehub_hub *sehub_hub_find_vlan(struct net *net, u16 vlan);
struct sehub_hub *sehub_hub_first(struct net *net, u64 seq);
struct sehub_hub *sehub_hub_next(const struct sehub_hub *hub);
void sehub_hub_port_changed(struct sehub_port *port, bool live);
void sehub_hub_totals(struct sehub_hub *hub, struct sehub_totals *sum);

#endif /* _SEHUB_HUB_H */
