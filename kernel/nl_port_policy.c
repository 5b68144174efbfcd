// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies of ports over netlink: as they are asked for, and as they are shown.
 * Under RTNL.
 */
#include <linux/rtnetlink.h>

#include "nl.h"

static int sehub_nl_port_policy_types(struct nlattr *nest,
				      struct sehub_policy_config *config,
				      struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int left;

	nla_for_each_nested(attr, nest, left) {
		if (nla_type(attr) != SEHUB_A_POLICY_DENY_TYPE)
			continue;
		if (config->deny_types == SEHUB_DENY_TYPE_MAX) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "policy denies more EtherTypes than 16");
			return -EINVAL;
		}
		config->deny_type[config->deny_types++] = nla_get_u16(attr);
	}
	return 0;
}

static int sehub_nl_port_policy_check(struct nlattr **tb,
				      const struct sehub_policy_config *config,
				      struct netlink_ext_ack *extack)
{
	const u32 spared = SEHUB_POLICY_FLAG_NO_BROADCAST_ARP |
			   SEHUB_POLICY_FLAG_NO_BROADCAST_ND |
			   SEHUB_POLICY_FLAG_NO_BROADCAST_DHCP;

	if (config->flags & spared &&
	    !(config->flags & SEHUB_POLICY_FLAG_NO_BROADCAST)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[SEHUB_A_POLICY_FLAGS],
				    "what no-broadcast spares is told without no-broadcast");
		return -EINVAL;
	}
	if (config->burst_up && !config->rate_up) {
		NL_SET_ERR_MSG_ATTR(extack, tb[SEHUB_A_POLICY_BURST_UP],
				    "burst-up needs rate-up");
		return -EINVAL;
	}
	if (config->burst_down && !config->rate_down) {
		NL_SET_ERR_MSG_ATTR(extack, tb[SEHUB_A_POLICY_BURST_DOWN],
				    "burst-down needs rate-down");
		return -EINVAL;
	}
	return 0;
}

#define get(type, what) \
	(tb[SEHUB_A_POLICY_##what] ? \
	 nla_get_##type(tb[SEHUB_A_POLICY_##what]) : 0)

/**
 * sehub_nl_port_policy_parse() - what a request asks for
 * @nest: the whole policy, validated by the policy of the request
 * @config: filled in
 * @extack: receives the reason of a refusal
 * Context: any. Return: 0, or -EINVAL.
 */
int sehub_nl_port_policy_parse(struct nlattr *nest,
			       struct sehub_policy_config *config,
			       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[SEHUB_A_POLICY_MAX + 1];
	int err;

	nla_parse_nested_deprecated(tb, SEHUB_A_POLICY_MAX, nest, NULL, NULL);
	memset(config, 0, sizeof(*config));
	config->flags = get(u32, FLAGS);
	config->max_ip = get(u32, MAX_IP);
	config->isolation = get(u32, ISOLATION);
	config->rate_up = get(u64, RATE_UP);
	config->burst_up = get(u32, BURST_UP);
	config->rate_down = get(u64, RATE_DOWN);
	config->burst_down = get(u32, BURST_DOWN);
	config->broadcast_rate = get(u32, BROADCAST_RATE);
	config->identity = get(u64, IDENTITY);
	err = sehub_nl_port_policy_types(nest, config, extack);
	return err ?: sehub_nl_port_policy_check(tb, config, extack);
}

#undef get

/**
 * sehub_nl_port_policy_set() - replace a port's policy as a request asks
 * @port: the port
 * @nest: the whole new policy; an empty nest for none, NULL to leave it
 * @extack: receives the reason of a refusal
 * Context: process, RTNL.
 * Return: 0, -EINVAL or -ENOMEM, and nothing has changed.
 */
int sehub_nl_port_policy_set(struct sehub_port *port, struct nlattr *nest,
			     struct netlink_ext_ack *extack)
{
	struct sehub_policy_config config;
	int err;

	if (!nest)
		return 0;
	if (!nla_len(nest))
		return sehub_policy_set(port, NULL);
	err = sehub_nl_port_policy_parse(nest, &config, extack);
	return err ?: sehub_policy_set(port, &config);
}

/* What is off is not shown. */
static int sehub_nl_port_policy_u32(struct sk_buff *skb, int type, u32 value)
{
	return value ? nla_put_u32(skb, type, value) : 0;
}

static int sehub_nl_port_policy_u64(struct sk_buff *skb, int type, u64 value)
{
	return value ? nla_put_u64_64bit(skb, type, value,
					 SEHUB_A_POLICY_PAD) : 0;
}

static int sehub_nl_port_policy_put_types(struct sk_buff *skb,
					  const struct sehub_policy_config *c)
{
	int i;

	for (i = 0; i < c->deny_types; i++)
		if (nla_put_u16(skb, SEHUB_A_POLICY_DENY_TYPE,
				c->deny_type[i]))
			return -EMSGSIZE;
	return 0;
}

/**
 * sehub_nl_port_policy_put() - the nest that shows a port's policy
 * @skb: message
 * @port: the port; without a policy nothing is written
 * Context: process, RTNL. Return: 0 or -EMSGSIZE.
 */
int sehub_nl_port_policy_put(struct sk_buff *skb, struct sehub_port *port)
{
	const struct sehub_policy *policy = rtnl_dereference(port->policy);
	const struct sehub_policy_config *c;
	struct nlattr *nest;

	if (!policy)
		return 0;
	c = &policy->config;
	nest = nla_nest_start(skb, SEHUB_A_PORT_POLICY);
	if (!nest ||
	    nla_put_u32(skb, SEHUB_A_POLICY_FLAGS, c->flags) ||
	    sehub_nl_port_policy_u32(skb, SEHUB_A_POLICY_MAX_IP, c->max_ip) ||
	    sehub_nl_port_policy_u32(skb, SEHUB_A_POLICY_ISOLATION,
				     c->isolation) ||
	    sehub_nl_port_policy_u64(skb, SEHUB_A_POLICY_RATE_UP,
				     c->rate_up) ||
	    sehub_nl_port_policy_u32(skb, SEHUB_A_POLICY_BURST_UP,
				     c->burst_up) ||
	    sehub_nl_port_policy_u64(skb, SEHUB_A_POLICY_RATE_DOWN,
				     c->rate_down) ||
	    sehub_nl_port_policy_u32(skb, SEHUB_A_POLICY_BURST_DOWN,
				     c->burst_down) ||
	    sehub_nl_port_policy_u32(skb, SEHUB_A_POLICY_BROADCAST_RATE,
				     c->broadcast_rate) ||
	    sehub_nl_port_policy_u64(skb, SEHUB_A_POLICY_IDENTITY,
				     c->identity) ||
	    sehub_nl_port_policy_put_types(skb, c))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
