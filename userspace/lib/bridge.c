// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bridges and their addresses, as rtnetlink lists them. A bridge's own counters
 * are those of its local end; what passed through it is in those of its ports.
 */
#include "bridge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "addr.h"
#include "nl_priv.h"

#define BRIDGE_NAME	"sehub"

/* --- bridges --------------------------------------------------------------- */

/* A device as it is listed, or a bridge while its ports are added up. */
struct device {
	struct sehub_hub hub;
	uint32_t master;
	bool is_hub;
};

struct devices {
	struct device *list;
	size_t count;
	size_t room;
};

static uint16_t number_of(const char *ifname, const struct nlattr *info)
{
	struct nlattr *tb[IFLA_INFO_MAX + 1];
	uint16_t vlan;

	if (!info || strncmp(ifname, BRIDGE_NAME, strlen(BRIDGE_NAME)) ||
	    nla_parse_nested(tb, IFLA_INFO_MAX, (struct nlattr *)info,
			     NULL) < 0 ||
	    !tb[IFLA_INFO_KIND] || nla_strcmp(tb[IFLA_INFO_KIND], "bridge") ||
	    ifname[strlen(BRIDGE_NAME)] == '0' ||
	    sehub_parse_vlan(ifname + strlen(BRIDGE_NAME), &vlan))
		return 0;
	return vlan;
}

static void read_counters(struct sehub_hub *hub, const struct nlattr *attr)
{
	struct rtnl_link_stats64 stats = { .rx_packets = 0 };
	size_t len = attr ? (size_t)nla_len(attr) : 0;

	if (attr)
		memcpy(&stats, nla_data(attr),
		       len < sizeof(stats) ? len : sizeof(stats));
	hub->rx_frames = stats.rx_packets;
	hub->rx_bytes = stats.rx_bytes;
	hub->tx_frames = stats.tx_packets;
	hub->tx_bytes = stats.tx_bytes;
}

static int collect_device(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *ifi = nlmsg_data(nlh);
	struct nlattr *tb[IFLA_MAX + 1];
	struct devices *all = arg;
	struct device *device;

	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)nlh, sizeof(*ifi), tb, IFLA_MAX,
			NULL) < 0 || !tb[IFLA_IFNAME])
		return 0;
	if (all->count == all->room) {
		size_t room = all->room ? 2 * all->room : 64;
		void *list = reallocarray(all->list, room,
					  sizeof(*all->list));

		if (!list)
			return -ENOMEM;
		all->list = list;
		all->room = room;
	}
	device = &all->list[all->count++];
	memset(device, 0, sizeof(*device));
	device->hub.ifindex = (uint32_t)ifi->ifi_index;
	snprintf(device->hub.ifname, sizeof(device->hub.ifname), "%.*s",
		 nla_len(tb[IFLA_IFNAME]),
		 (const char *)nla_data(tb[IFLA_IFNAME]));
	device->hub.up = ifi->ifi_flags & IFF_UP;
	device->hub.carrier = ifi->ifi_flags & IFF_RUNNING;
	device->hub.vlan = number_of(device->hub.ifname, tb[IFLA_LINKINFO]);
	device->is_hub = device->hub.vlan;
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == 6)
		memcpy(device->hub.mac, nla_data(tb[IFLA_ADDRESS]), 6);
	if (tb[IFLA_MASTER] && nla_len(tb[IFLA_MASTER]) >= 4)
		device->master = nla_get_u32(tb[IFLA_MASTER]);
	read_counters(&device->hub, tb[IFLA_STATS64]);
	return 0;
}

static int by_index(const void *a, const void *b)
{
	uint32_t x = ((const struct device *)a)->hub.ifindex;
	uint32_t y = ((const struct device *)b)->hub.ifindex;

	return (x > y) - (x < y);
}

/* What the host sends enters the bridge, and what it gets has left it. */
static void begin_sum(struct sehub_hub *hub)
{
	uint64_t frames = hub->rx_frames, bytes = hub->rx_bytes;

	hub->rx_frames = hub->tx_frames;
	hub->rx_bytes = hub->tx_bytes;
	hub->tx_frames = frames;
	hub->tx_bytes = bytes;
}

static struct device *find_device(const struct devices *all, uint32_t ifindex)
{
	struct device key = { .hub.ifindex = ifindex };

	return bsearch(&key, all->list, all->count, sizeof(key), by_index);
}

static void add_ports(const struct devices *all)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct sehub_hub *port = &all->list[i].hub;
		struct device *bridge;

		if (!all->list[i].master)
			continue;
		bridge = find_device(all, all->list[i].master);
		if (!bridge || !bridge->is_hub)
			continue;
		bridge->hub.port_count++;
		bridge->hub.rx_frames += port->rx_frames;
		bridge->hub.rx_bytes += port->rx_bytes;
		bridge->hub.tx_frames += port->tx_frames;
		bridge->hub.tx_bytes += port->tx_bytes;
	}
}

static int count_address(const struct sehub_fdb *fdb, void *arg)
{
	struct device *bridge = find_device(arg, fdb->hub_ifindex);

	if (bridge && bridge->is_hub && fdb->kind == SEHUB_FDB_KIND_LEARNED)
		bridge->hub.fdb_count++;
	return 0;
}

static bool has_hubs(const struct devices *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].is_hub)
			return true;
	return false;
}

int sehub_bridge_list(struct sehub_nl *nl, sehub_hub_fn fn, void *arg,
		      struct sehub_err *err)
{
	struct devices all = { .list = NULL };
	struct nl_msg *msg;
	int ret = -EAGAIN;

	/* a list that changed while it was read is read again, some times */
	for (int i = 0; i < 5 && ret == -EAGAIN; i++) {
		all.count = 0;
		msg = sehub_link_msg(RTM_GETLINK, NLM_F_DUMP, 0, 0, 0);
		ret = sehub_nl_request(nl, true, msg, collect_device, &all,
				       err);
	}
	ret = ret == -EAGAIN ? 0 : ret;
	if (ret == -ENOMEM)
		sehub_err_errno(err, ENOMEM, "cannot list bridges");
	if (!ret && all.count) {
		qsort(all.list, all.count, sizeof(*all.list), by_index);
		for (size_t i = 0; i < all.count; i++)
			if (all.list[i].is_hub)
				begin_sum(&all.list[i].hub);
		add_ports(&all);
	}
	/* of all at once, as each list walks over all devices */
	if (!ret && has_hubs(&all))
		ret = sehub_bridge_fdb_list(nl, 0, SEHUB_FDB_ANY_PORT,
					    count_address, &all, err);
	for (size_t i = 0; !ret && i < all.count; i++)
		if (all.list[i].is_hub)
			ret = fn(&all.list[i].hub, arg);
	free(all.list);
	return ret;
}

/* --- addresses ------------------------------------------------------------- */

/* A list under way; @ifindex: of this bridge only, 0: of any. */
struct addresses {
	uint32_t ifindex;
	long hertz;
	sehub_fdb_fn fn;
	void *arg;
};

static int read_address(const struct nlmsghdr *nlh, void *arg)
{
	const struct ndmsg *ndm = nlmsg_data(nlh);
	const struct addresses *all = arg;
	struct nlattr *tb[NDA_MAX + 1];
	struct nda_cacheinfo info;
	struct sehub_fdb fdb = { .idle = 0 };

	if (nlh->nlmsg_type != RTM_NEWNEIGH ||
	    nlmsg_parse((struct nlmsghdr *)nlh, sizeof(*ndm), tb, NDA_MAX,
			NULL) < 0 ||
	    !tb[NDA_LLADDR] || nla_len(tb[NDA_LLADDR]) != 6 ||
	    !tb[NDA_MASTER] || nla_len(tb[NDA_MASTER]) < 4 || tb[NDA_VLAN])
		return 0;
	fdb.hub_ifindex = nla_get_u32(tb[NDA_MASTER]);
	if (all->ifindex && fdb.hub_ifindex != all->ifindex)
		return 0;
	memcpy(fdb.mac, nla_data(tb[NDA_LLADDR]), 6);
	fdb.port = (uint32_t)ndm->ndm_ifindex;
	if (ndm->ndm_state & NUD_PERMANENT)
		fdb.kind = SEHUB_FDB_KIND_LOCAL;
	else if (ndm->ndm_state & NUD_NOARP)
		fdb.kind = SEHUB_FDB_KIND_STATIC;
	else
		fdb.kind = SEHUB_FDB_KIND_LEARNED;
	if (tb[NDA_CACHEINFO] &&
	    nla_len(tb[NDA_CACHEINFO]) >= (int)sizeof(info)) {
		memcpy(&info, nla_data(tb[NDA_CACHEINFO]), sizeof(info));
		fdb.idle = (uint32_t)((uint64_t)info.ndm_used * 1000 /
				      (uint64_t)all->hertz);
	}
	return all->fn(&fdb, all->arg);
}

int sehub_bridge_fdb_list(struct sehub_nl *nl, uint32_t ifindex, uint32_t port,
			  sehub_fdb_fn fn, void *arg, struct sehub_err *err)
{
	struct addresses all = {
		.ifindex = ifindex, .hertz = sysconf(_SC_CLK_TCK),
		.fn = fn, .arg = arg,
	};
	struct ndmsg ndm = { .ndm_family = AF_BRIDGE };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETNEIGH, NLM_F_DUMP);
	int ret;

	if (port != SEHUB_FDB_ANY_PORT)
		ndm.ndm_ifindex = (int)port;
	if (msg && (nlmsg_append(msg, &ndm, sizeof(ndm), NLMSG_ALIGNTO) ||
		    (ifindex && nla_put_u32(msg, NDA_MASTER, ifindex)))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	ret = sehub_nl_request(nl, true, msg, read_address, &all, err);
	return ret == -EAGAIN ? 0 : ret;
}
