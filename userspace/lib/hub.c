// SPDX-License-Identifier: GPL-2.0-or-later
/* Hubs as the kernel shows them. link.c makes and changes them. */
#include <errno.h>
#include <stdlib.h>

#include "nl_priv.h"

static int get_one(struct sehub_nl *nl, uint32_t ifindex, uint16_t vlan,
		   struct sehub_hub *hub, struct sehub_err *err)
{
	struct nl_msg *msg = sehub_msg_new(&nl->family, SEHUB_CMD_HUB_GET, 0);

	if (msg && (ifindex ? nla_put_u32(msg, SEHUB_A_IFINDEX, ifindex) :
			      nla_put_u16(msg, SEHUB_A_VLAN, vlan))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return sehub_nl_get(nl, msg, sehub_msg_get_hub, hub, err);
}

int sehub_hub_get(struct sehub_nl *nl, uint32_t ifindex, struct sehub_hub *hub,
		  struct sehub_err *err)
{
	if (!ifindex)
		return sehub_err_set(err, ENODEV, "no such hub");
	return get_one(nl, ifindex, 0, hub, err);
}

int sehub_hub_get_vlan(struct sehub_nl *nl, uint16_t vlan,
		       struct sehub_hub *hub, struct sehub_err *err)
{
	if (!vlan)
		return sehub_err_set(err, ENODEV, "no such hub");
	return get_one(nl, 0, vlan, hub, err);
}

int sehub_hub_get_name(struct sehub_nl *nl, const char *ifname,
		       struct sehub_hub *hub, struct sehub_err *err)
{
	return sehub_hub_get(nl, if_nametoindex(ifname), hub, err);
}

int sehub_hub_list(struct sehub_nl *nl, sehub_hub_fn fn, void *arg,
		   struct sehub_err *err)
{
	struct sehub_list list;
	int code;

	code = sehub_nl_list(nl, SEHUB_CMD_HUB_GET, 0, sehub_msg_get_hub,
			     sizeof(struct sehub_hub), &list, err);
	for (size_t i = 0; !code && i < list.n; i++)
		code = fn((struct sehub_hub *)list.items + i, arg);
	free(list.items);
	return code;
}
