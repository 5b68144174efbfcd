// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attribute policies and the table of requests, by hand: what the generator
 * makes of the specification needs structures that 6.1 does not have. A test
 * reads them back and compares them with the specification.
 */
#include "nl.h"

static struct netlink_range_validation sehub_nl_grace_range = {
	.max = SEHUB_GRACE_MAX,
};

static struct netlink_range_validation sehub_nl_group_range = {
	.max = SEHUB_GROUP_MAX,
};

static struct netlink_range_validation sehub_nl_queue_limit_range = {
	.min = SEHUB_QUEUE_LIMIT_MIN,
	.max = SEHUB_QUEUE_LIMIT_MAX,
};

static struct netlink_range_validation sehub_nl_credit_range = {
	.min = SEHUB_CREDIT_MIN,
	.max = SEHUB_CREDIT_MAX,
};

#define SEHUB_NL_POLICY_FLAGS						\
	(SEHUB_POLICY_FLAG_DENY | SEHUB_POLICY_FLAG_NO_RESUME |		\
	 SEHUB_POLICY_FLAG_DHCP_FORCE | SEHUB_POLICY_FLAG_NO_IP_DUP |	\
	 SEHUB_POLICY_FLAG_NO_MAC_DUP |					\
	 SEHUB_POLICY_FLAG_NO_BROADCAST |				\
	 SEHUB_POLICY_FLAG_NO_BROADCAST_ARP |				\
	 SEHUB_POLICY_FLAG_NO_BROADCAST_ND |				\
	 SEHUB_POLICY_FLAG_NO_BROADCAST_DHCP |				\
	 SEHUB_POLICY_FLAG_NO_DHCP_SERVER |				\
	 SEHUB_POLICY_FLAG_FILTER_DHCP | SEHUB_POLICY_FLAG_NO_RA)

#define SEHUB_NL_NAME { .type = NLA_NUL_STRING, .len = SEHUB_NAME_MAX }
#define SEHUB_NL_BINARY(max) { .type = NLA_BINARY, .len = max }
#define SEHUB_NL_HUB							\
	[SEHUB_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),			\
	[SEHUB_A_VLAN] = NLA_POLICY_RANGE(NLA_U16, 1, SEHUB_VLAN_MAX)

/* A session port named by its id. */
const struct nla_policy
sehub_nl_session_select_policy[SEHUB_A_SESSION_MAX + 1] = {
	[SEHUB_A_SESSION_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

#define SEHUB_NL_SESSION_CONFIG						\
	[SEHUB_A_SESSION_COOKIE] =					\
		SEHUB_NL_BINARY(SEHUB_COOKIE_MAX),			\
	[SEHUB_A_SESSION_GRACE] =					\
		NLA_POLICY_FULL_RANGE(NLA_U32, &sehub_nl_grace_range),	\
	[SEHUB_A_SESSION_QUEUE_LIMIT] =					\
		NLA_POLICY_FULL_RANGE(NLA_U32,				\
				      &sehub_nl_queue_limit_range),	\
	[SEHUB_A_SESSION_FEATURES] =					\
		NLA_POLICY_MASK(NLA_U32, SEHUB_SESSION_FEATURE_OFFLOAD)

/* The settings of a new session port. */
const struct nla_policy
sehub_nl_session_config_policy[SEHUB_A_SESSION_MAX + 1] = {
	SEHUB_NL_SESSION_CONFIG,
	[SEHUB_A_SESSION_PEER_HUB] = { .type = NLA_U64 },
	[SEHUB_A_SESSION_HEIR_OF] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* A session port named by its id, and its settings. */
const struct nla_policy sehub_nl_session_set_policy[SEHUB_A_SESSION_MAX + 1] = {
	[SEHUB_A_SESSION_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	SEHUB_NL_SESSION_CONFIG,
};

const struct nla_policy
sehub_nl_session_attach_policy[SEHUB_A_SESSION_MAX + 1] = {
	[SEHUB_A_SESSION_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[SEHUB_A_SESSION_FEATURES] =
		NLA_POLICY_MASK(NLA_U32, SEHUB_SESSION_FEATURE_OFFLOAD),
	[SEHUB_A_SESSION_PEER_RX] = { .type = NLA_U64 },
	[SEHUB_A_SESSION_PEER_OLDEST] = { .type = NLA_U64 },
};

const struct nla_policy sehub_nl_port_select_policy[SEHUB_A_PORT_MAX + 1] = {
	[SEHUB_A_PORT_NUMBER] = { .type = NLA_U32 },
	[SEHUB_A_PORT_NAME] = SEHUB_NL_NAME,
	[SEHUB_A_PORT_SESSION] =
		NLA_POLICY_NESTED(sehub_nl_session_select_policy),
};

const struct nla_policy sehub_nl_port_policy_policy[SEHUB_A_POLICY_MAX + 1] = {
	[SEHUB_A_POLICY_FLAGS] = NLA_POLICY_MASK(NLA_U32,
						 SEHUB_NL_POLICY_FLAGS),
	[SEHUB_A_POLICY_MAX_IP] = { .type = NLA_U32 },
	[SEHUB_A_POLICY_ISOLATION] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &sehub_nl_group_range),
	[SEHUB_A_POLICY_RATE_UP] = { .type = NLA_U64 },
	[SEHUB_A_POLICY_BURST_UP] = { .type = NLA_U32 },
	[SEHUB_A_POLICY_RATE_DOWN] = { .type = NLA_U64 },
	[SEHUB_A_POLICY_BURST_DOWN] = { .type = NLA_U32 },
	[SEHUB_A_POLICY_BROADCAST_RATE] = { .type = NLA_U32 },
	[SEHUB_A_POLICY_DENY_TYPE] = { .type = NLA_U16 },
	[SEHUB_A_POLICY_IDENTITY] = { .type = NLA_U64 },
};

const struct nla_policy sehub_nl_port_new_policy[SEHUB_A_PORT_MAX + 1] = {
	[SEHUB_A_PORT_NAME] = SEHUB_NL_NAME,
	[SEHUB_A_PORT_FDB_MAX] = { .type = NLA_U32 },
	[SEHUB_A_PORT_POLICY] = NLA_POLICY_NESTED(sehub_nl_port_policy_policy),
	[SEHUB_A_PORT_SESSION] =
		NLA_POLICY_NESTED(sehub_nl_session_config_policy),
};

const struct nla_policy sehub_nl_port_set_policy[SEHUB_A_PORT_MAX + 1] = {
	[SEHUB_A_PORT_NUMBER] = { .type = NLA_U32 },
	[SEHUB_A_PORT_NAME] = SEHUB_NL_NAME,
	[SEHUB_A_PORT_FDB_MAX] = { .type = NLA_U32 },
	[SEHUB_A_PORT_POLICY] = NLA_POLICY_NESTED(sehub_nl_port_policy_policy),
	[SEHUB_A_PORT_SESSION] =
		NLA_POLICY_NESTED(sehub_nl_session_set_policy),
};

const struct nla_policy sehub_nl_port_attach_policy[SEHUB_A_PORT_MAX + 1] = {
	[SEHUB_A_PORT_SESSION] =
		NLA_POLICY_NESTED(sehub_nl_session_attach_policy),
};

static const struct nla_policy
sehub_nl_port_detach_policy[SEHUB_A_PORT_MAX + 1] = {
	[SEHUB_A_PORT_SESSION] =
		NLA_POLICY_NESTED(sehub_nl_session_select_policy),
};

const struct nla_policy sehub_nl_fdb_policy[SEHUB_A_FDB_MAX + 1] = {
	[SEHUB_A_FDB_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[SEHUB_A_FDB_PORT] = { .type = NLA_U32 },
	[SEHUB_A_FDB_KIND] = NLA_POLICY_MAX(NLA_U32, SEHUB_FDB_KIND_LOCAL),
};

const struct nla_policy sehub_nl_ip_policy[SEHUB_A_IP_MAX + 1] = {
	[SEHUB_A_IP_ADDRESS] = SEHUB_NL_BINARY(sizeof(struct in6_addr)),
	[SEHUB_A_IP_PREFIX] = NLA_POLICY_MAX(NLA_U8, 128),
	[SEHUB_A_IP_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[SEHUB_A_IP_PORT] = { .type = NLA_U32 },
};

static const struct nla_policy sehub_nl_hub_policy[SEHUB_A_MAX + 1] = {
	SEHUB_NL_HUB,
};

#define SEHUB_NL_OBJECT_POLICY(name, attr, nested)			\
static const struct nla_policy name[SEHUB_A_MAX + 1] = {		\
	SEHUB_NL_HUB,							\
	[attr] = NLA_POLICY_NESTED(nested),				\
}

SEHUB_NL_OBJECT_POLICY(sehub_nl_port_get, SEHUB_A_PORT,
		       sehub_nl_port_select_policy);
SEHUB_NL_OBJECT_POLICY(sehub_nl_port_new, SEHUB_A_PORT,
		       sehub_nl_port_new_policy);
SEHUB_NL_OBJECT_POLICY(sehub_nl_port_set, SEHUB_A_PORT,
		       sehub_nl_port_set_policy);
SEHUB_NL_OBJECT_POLICY(sehub_nl_fdb_any, SEHUB_A_FDB, sehub_nl_fdb_policy);
SEHUB_NL_OBJECT_POLICY(sehub_nl_ip_any, SEHUB_A_IP, sehub_nl_ip_policy);

static const struct nla_policy sehub_nl_port_attach[SEHUB_A_MAX + 1] = {
	[SEHUB_A_PORT] = NLA_POLICY_NESTED(sehub_nl_port_attach_policy),
};

static const struct nla_policy sehub_nl_port_detach[SEHUB_A_MAX + 1] = {
	[SEHUB_A_PORT] = NLA_POLICY_NESTED(sehub_nl_port_detach_policy),
};

static const struct nla_policy sehub_nl_xfer[SEHUB_A_MAX + 1] = {
	[SEHUB_A_PORT_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[SEHUB_A_RECORDS] = SEHUB_NL_BINARY(65500),
	[SEHUB_A_CREDIT] = NLA_POLICY_FULL_RANGE(NLA_U32,
						 &sehub_nl_credit_range),
};

#define SEHUB_NL_OP(_cmd, _flags, _policy)				\
	.cmd = _cmd, .flags = _flags, .policy = _policy,		\
	.maxattr = SEHUB_A_MAX

const struct genl_ops sehub_nl_ops[] = {
	{
		SEHUB_NL_OP(SEHUB_CMD_HUB_GET, 0, sehub_nl_hub_policy),
		.doit = sehub_nl_hub_get_doit,
		.dumpit = sehub_nl_hub_get_dumpit,
	},
	{
		SEHUB_NL_OP(SEHUB_CMD_PORT_GET, 0, sehub_nl_port_get),
		.doit = sehub_nl_port_get_doit,
		.dumpit = sehub_nl_port_get_dumpit,
	},
	{
		SEHUB_NL_OP(SEHUB_CMD_PORT_NEW, GENL_UNS_ADMIN_PERM,
			    sehub_nl_port_new),
		.doit = sehub_nl_port_new_doit,
	},
	{
		SEHUB_NL_OP(SEHUB_CMD_PORT_SET, GENL_UNS_ADMIN_PERM,
			    sehub_nl_port_set),
		.doit = sehub_nl_port_set_doit,
	},
	{
		SEHUB_NL_OP(SEHUB_CMD_PORT_DEL, GENL_UNS_ADMIN_PERM,
			    sehub_nl_port_get),
		.doit = sehub_nl_port_del_doit,
	},
	{
		SEHUB_NL_OP(SEHUB_CMD_PORT_ATTACH, GENL_UNS_ADMIN_PERM,
			    sehub_nl_port_attach),
		.doit = sehub_nl_port_attach_doit,
	},
	{
		SEHUB_NL_OP(SEHUB_CMD_PORT_DETACH, GENL_UNS_ADMIN_PERM,
			    sehub_nl_port_detach),
		.doit = sehub_nl_port_detach_doit,
	},
	{
		SEHUB_NL_OP(SEHUB_CMD_FDB_GET, GENL_UNS_ADMIN_PERM,
			    sehub_nl_fdb_any),
		.doit = sehub_nl_fdb_get_doit,
		.dumpit = sehub_nl_fdb_get_dumpit,
	},
	{
		SEHUB_NL_OP(SEHUB_CMD_FDB_NEW, GENL_UNS_ADMIN_PERM,
			    sehub_nl_fdb_any),
		.doit = sehub_nl_fdb_new_doit,
	},
	{
		SEHUB_NL_OP(SEHUB_CMD_FDB_DEL, GENL_UNS_ADMIN_PERM,
			    sehub_nl_fdb_any),
		.doit = sehub_nl_fdb_del_doit,
	},
	{
		SEHUB_NL_OP(SEHUB_CMD_FDB_FLUSH, GENL_UNS_ADMIN_PERM,
			    sehub_nl_fdb_any),
		.doit = sehub_nl_fdb_flush_doit,
	},
	{
		SEHUB_NL_OP(SEHUB_CMD_IP_GET, GENL_UNS_ADMIN_PERM,
			    sehub_nl_ip_any),
		.doit = sehub_nl_ip_get_doit,
		.dumpit = sehub_nl_ip_get_dumpit,
	},
	{
		SEHUB_NL_OP(SEHUB_CMD_IP_FLUSH, GENL_UNS_ADMIN_PERM,
			    sehub_nl_ip_any),
		.doit = sehub_nl_ip_flush_doit,
	},
	{
		SEHUB_NL_OP(SEHUB_CMD_XFER, GENL_UNS_ADMIN_PERM,
			    sehub_nl_xfer),
		.doit = sehub_nl_xfer_doit,
	},
};

const unsigned int sehub_nl_ops_count = ARRAY_SIZE(sehub_nl_ops);
