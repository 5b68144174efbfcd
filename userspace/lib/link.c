// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What goes through rtnetlink: hubs are made, changed and deleted, and network
 * devices attached to them, as with ip(8).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <linux/sehub_link.h>

#include "nl_priv.h"

/* Names tried for an unnumbered hub without a name. */
#define SEHUB_HUB_NAMES_MAX	4096

struct nl_msg *sehub_link_msg(int type, int flags, uint32_t ifindex,
			      unsigned int dev_flags, unsigned int change)
{
	struct ifinfomsg ifi = {
		.ifi_family = AF_UNSPEC, .ifi_index = ifindex,
		.ifi_flags = dev_flags, .ifi_change = change,
	};
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags);

	if (msg && nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int put_config(struct nl_msg *msg, const struct sehub_hub_config *config)
{
	struct nlattr *info;
	struct nlattr *data;
	int err = 0;

	info = nla_nest_start(msg, IFLA_LINKINFO);
	if (!info)
		return -ENOMEM;
	err |= nla_put_string(msg, IFLA_INFO_KIND, SEHUB_LINK_KIND);
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	if (!data)
		return -ENOMEM;
	if (config->set & SEHUB_HUB_VLAN)
		err |= nla_put_u16(msg, IFLA_SEHUB_VLAN, config->vlan);
	if (config->set & SEHUB_HUB_AGEING)
		err |= nla_put_u32(msg, IFLA_SEHUB_AGEING, config->ageing);
	if (config->set & SEHUB_HUB_FDB_MAX)
		err |= nla_put_u32(msg, IFLA_SEHUB_FDB_MAX, config->fdb_max);
	if (config->set & SEHUB_HUB_PORT_MAX)
		err |= nla_put_u32(msg, IFLA_SEHUB_PORT_MAX, config->port_max);
	if (config->set & SEHUB_HUB_IP_AGEING)
		err |= nla_put_u32(msg, IFLA_SEHUB_IP_AGEING,
				   config->ip_ageing);
	if (config->set & SEHUB_HUB_IP_MAX)
		err |= nla_put_u32(msg, IFLA_SEHUB_IP_MAX, config->ip_max);
	if (config->set & SEHUB_HUB_SUPPRESS)
		err |= nla_put_u8(msg, IFLA_SEHUB_SUPPRESS, config->suppress);
	if (config->set & SEHUB_HUB_BROADCAST_RATE)
		err |= nla_put_u32(msg, IFLA_SEHUB_BROADCAST_RATE,
				   config->broadcast_rate);
	if (config->set & SEHUB_HUB_LOG) {
		err |= nla_put_u32(msg, IFLA_SEHUB_LOG_HEADERS,
				   config->log_headers);
		err |= nla_put_u32(msg, IFLA_SEHUB_LOG_WHOLE,
				   config->log_whole);
	}
	if (err)
		return -ENOMEM;
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return 0;
}

static int add_named(struct sehub_nl *nl, const char *ifname,
		     const struct sehub_hub_config *config,
		     struct sehub_err *err)
{
	struct nl_msg *msg;
	int code;

	msg = sehub_link_msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0,
			     IFF_UP, IFF_UP);
	if (msg && (nla_put_string(msg, IFLA_IFNAME, ifname) ||
		    (config->set & SEHUB_HUB_MAC &&
		     nla_put(msg, IFLA_ADDRESS, 6, config->mac)) ||
		    put_config(msg, config))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	code = sehub_nl_request(nl, true, msg, NULL, NULL, err);
	/* rtnetlink refuses a name in use without a word. */
	if (code == -EEXIST && if_nametoindex(ifname) && err &&
	    !strcasecmp(err->text, strerror(EEXIST)))
		sehub_err_set(err, code,
			      "a device with the name %s exists already",
			      ifname);
	return code;
}

int sehub_hub_add(struct sehub_nl *nl, const char *ifname,
		  const struct sehub_hub_config *config, uint32_t *ifindex,
		  struct sehub_err *err)
{
	bool has_vlan = config->set & SEHUB_HUB_VLAN && config->vlan;
	char name[IFNAMSIZ];
	int code = -EEXIST;

	if (ifname && strlen(ifname) >= sizeof(name))
		return sehub_err_set(err, EINVAL, "device name is too long");

	if (ifname || has_vlan) {
		if (ifname)
			strcpy(name, ifname);
		else
			snprintf(name, sizeof(name), "sehub%u", config->vlan);
		code = add_named(nl, name, config, err);
	}
	for (unsigned int i = 0; !ifname && !has_vlan && code == -EEXIST &&
	     i < SEHUB_HUB_NAMES_MAX; i++) {
		snprintf(name, sizeof(name), "sehub-%u", i);
		code = add_named(nl, name, config, err);
	}
	if (!code && ifindex)
		*ifindex = if_nametoindex(name);
	return code;
}

int sehub_hub_set(struct sehub_nl *nl, uint32_t ifindex,
		  const struct sehub_hub_config *config, struct sehub_err *err)
{
	struct nl_msg *msg = sehub_link_msg(RTM_NEWLINK, 0, ifindex, 0, 0);

	if (msg && put_config(msg, config)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return sehub_nl_request(nl, true, msg, NULL, NULL, err);
}

int sehub_hub_set_up(struct sehub_nl *nl, uint32_t ifindex, bool up,
		     struct sehub_err *err)
{
	struct nl_msg *msg = sehub_link_msg(RTM_NEWLINK, 0, ifindex,
					    up ? IFF_UP : 0, IFF_UP);

	return sehub_nl_request(nl, true, msg, NULL, NULL, err);
}

int sehub_hub_del(struct sehub_nl *nl, uint32_t ifindex, struct sehub_err *err)
{
	struct sehub_hub hub;
	int code;

	/* RTM_DELLINK would delete any device. */
	code = sehub_hub_get(nl, ifindex, &hub, err);
	if (code)
		return code;
	return sehub_nl_request(nl, true,
				sehub_link_msg(RTM_DELLINK, 0, ifindex, 0, 0),
				NULL, NULL, err);
}

int sehub_port_add_device(struct sehub_nl *nl, uint32_t hub_ifindex,
			  uint32_t ifindex, struct sehub_err *err)
{
	struct nl_msg *msg = sehub_link_msg(RTM_NEWLINK, 0, ifindex, 0, 0);

	if (msg && nla_put_u32(msg, IFLA_MASTER, hub_ifindex)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return sehub_nl_request(nl, true, msg, NULL, NULL, err);
}
