// SPDX-License-Identifier: GPL-2.0-only
/*
 * The xfer request: from attributes to the session's cable. Takes no RTNL;
 * sessions of all hubs run in parallel.
 */
#include "cable_netlink.h"
#include "nl.h"
#include "port_session.h"

/**
 * sehub_nl_xfer_doit() - exchange records with a session port
 * @skb: request
 * @info: its attributes
 * Context: process. Return: 0 or -errno as in the specification.
 */
int sehub_nl_xfer_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *records = info->attrs[SEHUB_A_RECORDS];
	struct nlattr *credit = info->attrs[SEHUB_A_CREDIT];
	struct nlattr *id = info->attrs[SEHUB_A_PORT_ID];
	struct sehub_session *session;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, SEHUB_A_PORT_ID)) {
		NL_SET_ERR_MSG_MOD(info->extack,
				   "xfer needs the id of a session port");
		return -EINVAL;
	}
	session = sehub_session_lookup(nla_get_u32(id));
	if (!session) {
		NL_SET_ERR_MSG_ATTR(info->extack, id,
				    "no session port with this id");
		return -ENOENT;
	}
	err = sehub_cable_xfer(session, genl_info_net(info), info->snd_portid,
			       records ? nla_data(records) : NULL,
			       records ? nla_len(records) : 0,
			       credit ? nla_get_u32(credit) : 0, info->extack);
	sehub_session_put(session);
	return err;
}
