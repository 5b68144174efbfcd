// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The IP table. Its list is handed out as it is read: it can have a million
 * entries, and a busy table changes during every read.
 */
#include <errno.h>

#include "nl_priv.h"

/* A request about a hub, or all (0), with a filter where it says something. */
static struct nl_msg *ip_msg(struct sehub_nl *nl, int cmd, int flags,
			     uint32_t hub_ifindex,
			     const struct sehub_ip_filter *filter)
{
	struct nl_msg *msg = sehub_msg_new(&nl->family, cmd, flags);
	struct nlattr *nest;
	int err = 0;

	if (!msg)
		return NULL;
	if (hub_ifindex)
		err |= nla_put_u32(msg, SEHUB_A_IFINDEX, hub_ifindex);
	if (filter->set) {
		const struct sehub_prefix *prefix = &filter->prefix;

		nest = nla_nest_start(msg, SEHUB_A_IP);
		if (!nest)
			goto err_free;
		if (filter->set & SEHUB_IP_BY_PREFIX) {
			err |= nla_put(msg, SEHUB_A_IP_ADDRESS,
				       prefix->addr.len, prefix->addr.bytes);
			/* Without it the whole address counts. */
			if (prefix->bits < 8 * prefix->addr.len)
				err |= nla_put_u8(msg, SEHUB_A_IP_PREFIX,
						  prefix->bits);
		}
		if (filter->set & SEHUB_IP_BY_MAC)
			err |= nla_put(msg, SEHUB_A_IP_MAC, 6, filter->mac);
		if (filter->set & SEHUB_IP_BY_PORT)
			err |= nla_put_u32(msg, SEHUB_A_IP_PORT, filter->port);
		nla_nest_end(msg, nest);
	}
	if (!err)
		return msg;
err_free:
	nlmsg_free(msg);
	return NULL;
}

struct list_call {
	sehub_ip_fn fn;
	void *arg;
};

static int list_one(const struct nlmsghdr *nlh, void *arg)
{
	const struct list_call *call = arg;
	struct sehub_ip ip;

	if (sehub_msg_get_ip(nlh, &ip))
		return 0;
	return call->fn(&ip, call->arg);
}

int sehub_ip_list(struct sehub_nl *nl, uint32_t hub_ifindex,
		  const struct sehub_ip_filter *filter, sehub_ip_fn fn,
		  void *arg, struct sehub_err *err)
{
	struct list_call call = { .fn = fn, .arg = arg };
	int code;

	code = sehub_nl_request(nl, false,
				ip_msg(nl, SEHUB_CMD_IP_GET, NLM_F_DUMP,
				       hub_ifindex, filter),
				list_one, &call, err);
	return code == -EAGAIN ? 0 : code;
}

int sehub_ip_get(struct sehub_nl *nl, uint32_t hub_ifindex,
		 const struct sehub_ip_addr *addr, struct sehub_ip *ip,
		 struct sehub_err *err)
{
	struct sehub_ip_filter one = {
		.set = SEHUB_IP_BY_PREFIX,
		.prefix = { .addr = *addr, .bits = 8 * addr->len },
	};

	return sehub_nl_get(nl, ip_msg(nl, SEHUB_CMD_IP_GET, 0, hub_ifindex,
				       &one),
			    sehub_msg_get_ip, ip, err);
}

int sehub_ip_flush(struct sehub_nl *nl, uint32_t hub_ifindex,
		   const struct sehub_ip_filter *filter, struct sehub_err *err)
{
	return sehub_nl_request(nl, false,
				ip_msg(nl, SEHUB_CMD_IP_FLUSH, 0, hub_ifindex,
				       filter),
				NULL, NULL, err);
}
