/* SPDX-License-Identifier: GPL-2.0-only */
/* What a port may do: an immutable object for each port that has a policy. */
#ifndef _SEHUB_POLICY_H
#define _SEHUB_POLICY_H

#include "core.h"
#include "forward.h"
#include "inspect.h"
#include "meter.h"

/**
 * struct sehub_policy_config - a policy as it is asked for and shown
 * @flags: enum sehub_policy_flag
 * @max_ip: most IP addresses of each kind, 0 no limit
 * @isolation: isolation group, 0 none
 * @rate_up: bytes in a second into the hub, 0 no limit
 * @rate_down: bytes in a second out of the hub, 0 no limit
 * @burst_up: bytes at once, 0 a default
 * @burst_down: bytes at once, 0 a default
 * @broadcast_rate: frames to groups in a second, 0 no limit
 * @identity: whose port it is, 0 unknown
 * @deny_types: how many
 * @deny_type: EtherTypes, host order
 */
struct sehub_policy_config {
	u32 flags;
	u32 max_ip;
	u32 isolation;
	u64 rate_up;
	u64 rate_down;
	u32 burst_up;
	u32 burst_down;
	u32 broadcast_rate;
	u64 identity;
	u8 deny_types;
	u16 deny_type[SEHUB_DENY_TYPE_MAX];
};

/**
 * struct sehub_policy - a policy in force; never changes
 * @flags: enum sehub_policy_flag
 * @needs: SEHUB_POLICY_NEEDS_*
 * @max_ip: most IP addresses of each kind, 0 no limit
 * @isolation: isolation group, 0 none
 * @up: rate into the hub
 * @down: rate out of the hub
 * @broadcast: rate of frames to groups
 * @identity: whose port it is, 0 unknown
 * @config: as it was asked for
 * @rcu: frees the policy
 */
struct sehub_policy {
	u32 flags;
	u32 needs;
	u32 max_ip;
	u32 isolation;
	struct sehub_rate up;
	struct sehub_rate down;
	struct sehub_rate broadcast;
	u64 identity;
	struct sehub_policy_config config;
	struct rcu_head rcu;
};

/* Frames from the port have to be understood. */
#define SEHUB_POLICY_NEEDS_PARSE	0x1
/* Frames to the port have to be understood. */
#define SEHUB_POLICY_NEEDS_PARSE_OUT	0x2
/* IP addresses have to be in the table. */
#define SEHUB_POLICY_NEEDS_IP		0x4
/* Senders in ARP and ND have to be true. */
#define SEHUB_POLICY_NEEDS_SENDER	0x8

int sehub_policy_set(struct sehub_port *port,
		     const struct sehub_policy_config *config);
void sehub_policy_uninit(struct sehub_port *port);
int sehub_policy_enter(struct sehub_frame *frame, const u8 *dst);
int sehub_policy_enter_rate(struct sehub_frame *frame, const u8 *dst);
bool sehub_policy_is_isolated(const struct sehub_port *out,
			      const struct sehub_frame *frame);
int sehub_policy_leave_by(const struct sehub_policy *policy,
			  struct sehub_port *out, struct sehub_frame *frame);
bool sehub_policy_may_take_over(const struct sehub_policy *policy,
				const struct sehub_port *old);

/**
 * sehub_policy_leave() - may a frame leave by a port?
 * @out: the port
 * @frame: the frame
 * Context: RCU read side, bottom halves off.
 * Return: 0 or the reason SEHUB_A_DROPS_* to drop it.
 */
static inline int sehub_policy_leave(struct sehub_port *out,
				     struct sehub_frame *frame)
{
	const struct sehub_policy *policy = rcu_dereference(out->policy);

	return policy ? sehub_policy_leave_by(policy, out, frame) : 0;
}

/**
 * sehub_policy_has() - does a policy demand something?
 * @policy: the policy, or NULL
 * @flag: enum sehub_policy_flag
 * Return: true if it does.
 */
static inline bool sehub_policy_has(const struct sehub_policy *policy, u32 flag)
{
	return policy && policy->flags & flag;
}

/**
 * sehub_policy_needs() - does a policy need something?
 * @policy: the policy, or NULL
 * @needs: SEHUB_POLICY_NEEDS_*
 * Return: true if it does.
 */
static inline bool sehub_policy_needs(const struct sehub_policy *policy,
				      u32 needs)
{
	return policy && policy->needs & needs;
}

#endif /* _SEHUB_POLICY_H */
