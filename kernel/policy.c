// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies: built and replaced as one object under RTNL, read under RCU by the
 * data path. Here is what a policy says of a frame by itself; what it says of
 * addresses is with the tables that hold them.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "policy.h"

/* What may pass at once if nothing else is asked for. */
#define SEHUB_POLICY_BURST_MIN		(64 * 1024)
#define SEHUB_POLICY_BURST_SHARE	10	/* of a second */
/* Longest super-frame, more or less. */
#define SEHUB_POLICY_FRAME_MAX		(64 * 1024)

#define SEHUB_POLICY_FLAGS_IP						\
	(SEHUB_POLICY_FLAG_DHCP_FORCE | SEHUB_POLICY_FLAG_NO_IP_DUP)
#define SEHUB_POLICY_FLAGS_PARSE					\
	(SEHUB_POLICY_FLAGS_IP | SEHUB_POLICY_FLAG_NO_BROADCAST |	\
	 SEHUB_POLICY_FLAG_NO_DHCP_SERVER |				\
	 SEHUB_POLICY_FLAG_FILTER_DHCP | SEHUB_POLICY_FLAG_NO_RA)

static u32 sehub_policy_find_needs(const struct sehub_policy_config *config)
{
	u32 needs = 0;

	if (config->flags & SEHUB_POLICY_FLAGS_IP || config->max_ip)
		needs |= SEHUB_POLICY_NEEDS_IP | SEHUB_POLICY_NEEDS_SENDER |
			 SEHUB_POLICY_NEEDS_PARSE;
	if (config->flags & SEHUB_POLICY_FLAGS_PARSE || config->deny_types)
		needs |= SEHUB_POLICY_NEEDS_PARSE;
	if (config->flags & SEHUB_POLICY_FLAG_FILTER_DHCP)
		needs |= SEHUB_POLICY_NEEDS_PARSE_OUT;
	return needs;
}

static void sehub_policy_set_rate(struct sehub_rate *rate, u64 per_second,
				  u32 burst)
{
	u64 share = div_u64(per_second, SEHUB_POLICY_BURST_SHARE);

	sehub_rate_set(rate, per_second,
		       burst ?: max_t(u64, share, SEHUB_POLICY_BURST_MIN),
		       SEHUB_POLICY_FRAME_MAX);
}

/**
 * sehub_policy_set() - replace the policy of a port
 * @port: the port
 * @config: what is asked for, already checked; NULL for no policy
 *
 * Each frame is judged by the old policy or by the new one, never by both.
 * What was learned under the old one stays learned.
 *
 * Context: process, RTNL. Return: 0 or -ENOMEM, and nothing has changed.
 */
int sehub_policy_set(struct sehub_port *port,
		     const struct sehub_policy_config *config)
{
	struct sehub_policy *policy = NULL, *old;

	ASSERT_RTNL();
	if (config) {
		policy = kzalloc(sizeof(*policy), GFP_KERNEL_ACCOUNT);
		if (!policy)
			return -ENOMEM;
		policy->config = *config;
		policy->flags = config->flags;
		policy->needs = sehub_policy_find_needs(config);
		policy->max_ip = config->max_ip;
		policy->isolation = config->isolation;
		policy->identity = config->identity;
		sehub_policy_set_rate(&policy->up, config->rate_up,
				      config->burst_up);
		sehub_policy_set_rate(&policy->down, config->rate_down,
				      config->burst_down);
		/* A second's worth at once. */
		sehub_rate_set(&policy->broadcast, config->broadcast_rate,
			       config->broadcast_rate, 1);
	}
	old = rcu_replace_pointer(port->policy, policy,
				  lockdep_rtnl_is_held());
	sehub_hub_addrs_changed(port->hub);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/**
 * sehub_policy_uninit() - free the policy of a port that goes away
 * @port: port that nobody uses any more
 * Context: process.
 */
void sehub_policy_uninit(struct sehub_port *port)
{
	kfree(rcu_dereference_protected(port->policy, true));
	RCU_INIT_POINTER(port->policy, NULL);
}

/**
 * sehub_policy_may_take_over() - may a port have the addresses of another?
 * @policy: policy of the port that wants them, or NULL
 * @old: the port that has them
 *
 * Whoever comes back by a new session takes over from the old one, which has
 * lost its connection.
 *
 * Context: RCU read side. Return: true if both are of the same identity and
 * @old is a detached session port.
 */
bool sehub_policy_may_take_over(const struct sehub_policy *policy,
				const struct sehub_port *old)
{
	const struct sehub_policy *its = rcu_dereference(old->policy);

	return policy && its && policy->identity &&
	       policy->identity == its->identity &&
	       old->kind == SEHUB_PORT_KIND_SESSION &&
	       !READ_ONCE(container_of(old, struct sehub_session,
				       port)->attached);
}

static bool sehub_policy_is_denied(const struct sehub_policy *policy,
				   __be16 type)
{
	int i;

	for (i = 0; i < policy->config.deny_types; i++)
		if (policy->config.deny_type[i] == be16_to_cpu(type))
			return true;
	return false;
}

static bool sehub_policy_denies_type(const struct sehub_policy *policy,
				     const struct sehub_inspect *info)
{
	int i;

	for (i = 0; i < info->tags; i++)
		if (sehub_policy_is_denied(policy, info->tag[i]))
			return true;
	return sehub_policy_is_denied(policy, info->type);
}

/* What a host needs to be reachable at all. */
static bool sehub_policy_is_essential(const struct sehub_inspect *info)
{
	return info->what & (SEHUB_INSPECT_ARP | SEHUB_INSPECT_ND |
			     SEHUB_INSPECT_DHCP);
}

static bool sehub_policy_may_broadcast(u32 flags,
				       const struct sehub_inspect *info)
{
	if (info->what & SEHUB_INSPECT_ARP)
		return !(flags & SEHUB_POLICY_FLAG_NO_BROADCAST_ARP);
	if (info->what & SEHUB_INSPECT_ND)
		return !(flags & SEHUB_POLICY_FLAG_NO_BROADCAST_ND);
	if (info->what & SEHUB_INSPECT_DHCP)
		return !(flags & SEHUB_POLICY_FLAG_NO_BROADCAST_DHCP);
	return false;
}

/**
 * sehub_policy_enter() - may a frame enter, by what it is?
 * @frame: frame from a port with a policy
 * @dst: its destination
 * Context: RCU read side, bottom halves off.
 * Return: 0 or the reason SEHUB_A_DROPS_* to drop it.
 */
int sehub_policy_enter(struct sehub_frame *frame, const u8 *dst)
{
	const struct sehub_policy *policy = frame->policy;
	const struct sehub_inspect *info;
	u32 flags = policy->flags;

	if (!(policy->needs & SEHUB_POLICY_NEEDS_PARSE))
		return 0;
	info = sehub_forward_inspect(frame);
	if (policy->config.deny_types && sehub_policy_denies_type(policy, info))
		return SEHUB_A_DROPS_DENIED_TYPE;
	if (info->what & SEHUB_INSPECT_BAD)
		return SEHUB_A_DROPS_UNPARSABLE;
	if (info->what & SEHUB_INSPECT_DHCP) {
		if (flags & SEHUB_POLICY_FLAG_FILTER_DHCP)
			return SEHUB_A_DROPS_DHCP;
		if (flags & SEHUB_POLICY_FLAG_NO_DHCP_SERVER &&
		    info->what & SEHUB_INSPECT_DHCP_SERVER)
			return SEHUB_A_DROPS_DHCP_SERVER;
	}
	if (flags & SEHUB_POLICY_FLAG_NO_RA &&
	    info->what & SEHUB_INSPECT_ROUTER)
		return SEHUB_A_DROPS_ROUTER;
	if (policy->needs & SEHUB_POLICY_NEEDS_SENDER &&
	    info->what & SEHUB_INSPECT_BAD_SENDER)
		return SEHUB_A_DROPS_BAD_SENDER;
	if (flags & SEHUB_POLICY_FLAG_NO_BROADCAST &&
	    sehub_frame_is_group(dst) &&
	    !sehub_policy_may_broadcast(flags, info))
		return SEHUB_A_DROPS_BROADCAST;
	return 0;
}

/**
 * sehub_policy_enter_rate() - may a frame enter, by how much there is?
 * @frame: frame that nothing else speaks against
 * @dst: its destination
 *
 * Asked last, so that what is dropped for another reason uses up nothing.
 *
 * Context: RCU read side, bottom halves off.
 * Return: 0 or the reason SEHUB_A_DROPS_* to drop it.
 */
int sehub_policy_enter_rate(struct sehub_frame *frame, const u8 *dst)
{
	const struct sehub_policy *policy = frame->policy;
	struct sehub_port *in = frame->in;
	struct sehub_hub *hub = in->hub;
	struct sehub_rate all = {
		.cost = READ_ONCE(hub->broadcast.cost),
		.burst = NSEC_PER_SEC,
		.most = NSEC_PER_SEC,
	};
	bool spare;

	if (policy && policy->up.cost &&
	    !sehub_meter_take(&in->meter_up, &policy->up, frame->len, false))
		return SEHUB_A_DROPS_RATE_UP;
	if (!sehub_frame_is_group(dst))
		return 0;
	if (!(policy && policy->broadcast.cost) && !all.cost)
		return 0;
	spare = !sehub_policy_is_essential(sehub_forward_inspect(frame));
	if (policy && policy->broadcast.cost &&
	    !sehub_meter_take(&in->meter_broadcast, &policy->broadcast, 1,
			      spare))
		return SEHUB_A_DROPS_BROADCAST_RATE;
	if (all.cost &&
	    !sehub_meter_take(&hub->meter_broadcast, &all, 1, spare))
		return SEHUB_A_DROPS_BROADCAST_RATE;
	return 0;
}

/**
 * sehub_policy_is_isolated() - is a frame from a port of the same group?
 * @out: the port that it would leave by
 * @frame: the frame
 * Context: RCU read side. Return: true if the two ports exchange no frames.
 */
bool sehub_policy_is_isolated(const struct sehub_port *out,
			      const struct sehub_frame *frame)
{
	const struct sehub_policy *policy = rcu_dereference(out->policy);

	return policy && policy->isolation && frame->policy &&
	       frame->policy->isolation == policy->isolation;
}

/**
 * sehub_policy_leave_by() - may a frame leave by a port with a policy?
 * @policy: the port's policy
 * @out: the port
 * @frame: the frame
 * Context: RCU read side, bottom halves off.
 * Return: 0 or the reason SEHUB_A_DROPS_* to drop it.
 */
int sehub_policy_leave_by(const struct sehub_policy *policy,
			  struct sehub_port *out, struct sehub_frame *frame)
{
	u32 what;

	if (sehub_policy_is_isolated(out, frame))
		return SEHUB_A_DROPS_ISOLATED;
	if (policy->needs & SEHUB_POLICY_NEEDS_PARSE_OUT) {
		what = sehub_forward_inspect(frame)->what;
		if (what & SEHUB_INSPECT_BAD)
			return SEHUB_A_DROPS_UNPARSABLE;
		if (what & SEHUB_INSPECT_DHCP)
			return SEHUB_A_DROPS_DHCP;
	}
	if (policy->down.cost &&
	    !sehub_meter_take(&out->meter_down, &policy->down, frame->len,
			      false))
		return SEHUB_A_DROPS_RATE_DOWN;
	return 0;
}
