// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Objects of the family in messages, both ways. What the kernel sends beyond
 * what is known here is ignored; what it leaves out is zero.
 */
#include <errno.h>
#include <string.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>

#include "nl_priv.h"

/* --- building ------------------------------------------------------------ */

struct nl_msg *sehub_msg_new(const struct sehub_family *family, int cmd,
			     int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (!msg)
		return NULL;
	if (!genlmsg_put(msg, 0, 0, family->id, 0, flags, cmd,
			 SEHUB_FAMILY_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int put_session(struct nl_msg *msg, uint32_t id,
		       const struct sehub_port_config *config)
{
	struct nlattr *nest;
	int err = 0;

	nest = nla_nest_start(msg, SEHUB_A_PORT_SESSION);
	if (!nest)
		return -ENOMEM;
	if (id)
		err |= nla_put_u32(msg, SEHUB_A_SESSION_ID, id);
	if (config && config->set & SEHUB_PORT_COOKIE)
		err |= nla_put(msg, SEHUB_A_SESSION_COOKIE, config->cookie_len,
			       config->cookie);
	if (config && config->set & SEHUB_PORT_GRACE)
		err |= nla_put_u32(msg, SEHUB_A_SESSION_GRACE, config->grace);
	if (config && config->set & SEHUB_PORT_QUEUE_LIMIT)
		err |= nla_put_u32(msg, SEHUB_A_SESSION_QUEUE_LIMIT,
				   config->queue_limit);
	if (config && config->set & SEHUB_PORT_FEATURES)
		err |= nla_put_u32(msg, SEHUB_A_SESSION_FEATURES,
				   config->features);
	if (config && config->set & SEHUB_PORT_PEER_RX)
		err |= nla_put_u64(msg, SEHUB_A_SESSION_PEER_RX,
				   config->peer_rx);
	if (config && config->set & SEHUB_PORT_PEER_OLDEST)
		err |= nla_put_u64(msg, SEHUB_A_SESSION_PEER_OLDEST,
				   config->peer_oldest);
	if (config && config->set & SEHUB_PORT_PEER_HUB)
		err |= nla_put_u64(msg, SEHUB_A_SESSION_PEER_HUB,
				   config->peer_hub);
	if (config && config->set & SEHUB_PORT_HEIR_OF)
		err |= nla_put_u32(msg, SEHUB_A_SESSION_HEIR_OF,
				   config->heir_of);
	if (err)
		return -ENOMEM;
	/* Drops the nest again where nothing was put. */
	nla_nest_end(msg, nest);
	return 0;
}

static int put_policy(struct nl_msg *msg, const struct sehub_policy *policy)
{
	struct nlattr *nest = nla_nest_start(msg, SEHUB_A_PORT_POLICY);
	int err = 0;

	if (!nest)
		return -ENOMEM;
	if (policy->flags)
		err |= nla_put_u32(msg, SEHUB_A_POLICY_FLAGS, policy->flags);
	if (policy->max_ip)
		err |= nla_put_u32(msg, SEHUB_A_POLICY_MAX_IP, policy->max_ip);
	if (policy->isolation)
		err |= nla_put_u32(msg, SEHUB_A_POLICY_ISOLATION,
				   policy->isolation);
	if (policy->rate_up)
		err |= nla_put_u64(msg, SEHUB_A_POLICY_RATE_UP,
				   policy->rate_up);
	if (policy->burst_up)
		err |= nla_put_u32(msg, SEHUB_A_POLICY_BURST_UP,
				   policy->burst_up);
	if (policy->rate_down)
		err |= nla_put_u64(msg, SEHUB_A_POLICY_RATE_DOWN,
				   policy->rate_down);
	if (policy->burst_down)
		err |= nla_put_u32(msg, SEHUB_A_POLICY_BURST_DOWN,
				   policy->burst_down);
	if (policy->broadcast_rate)
		err |= nla_put_u32(msg, SEHUB_A_POLICY_BROADCAST_RATE,
				   policy->broadcast_rate);
	for (uint32_t i = 0; i < policy->n_deny; i++)
		err |= nla_put_u16(msg, SEHUB_A_POLICY_DENY_TYPE,
				   policy->deny_type[i]);
	if (policy->identity)
		err |= nla_put_u64(msg, SEHUB_A_POLICY_IDENTITY,
				   policy->identity);
	if (err)
		return -ENOMEM;
	/* An empty nest says that the policy is to be taken away. */
	nla_nest_end_keep_empty(msg, nest);
	return 0;
}

static int put_port(struct nl_msg *msg, int cmd,
		    const struct sehub_port_ref *ref,
		    const struct sehub_port_config *config)
{
	bool is_by_name = !ref->id && ref->name;
	struct nlattr *nest;
	int err = 0;

	if (!ref->id || cmd == SEHUB_CMD_PORT_NEW)
		err |= nla_put_u32(msg, SEHUB_A_IFINDEX, ref->hub_ifindex);
	nest = nla_nest_start(msg, SEHUB_A_PORT);
	if (!nest)
		return -ENOMEM;
	if (is_by_name)
		err |= nla_put_string(msg, SEHUB_A_PORT_NAME, ref->name);
	else if (!ref->id && cmd != SEHUB_CMD_PORT_NEW)
		err |= nla_put_u32(msg, SEHUB_A_PORT_NUMBER, ref->number);
	/* A name is the port's new one unless it is the port's address. */
	if (!is_by_name && config && config->set & SEHUB_PORT_NAME)
		err |= nla_put_string(msg, SEHUB_A_PORT_NAME, config->name);
	/* The policy is the whole truth: what it does not limit has no limit. */
	if (config && config->set & SEHUB_PORT_POLICY) {
		err |= nla_put_u32(msg, SEHUB_A_PORT_FDB_MAX,
				   config->policy->max_mac);
		err |= put_policy(msg, config->policy);
	} else if (config && config->set & SEHUB_PORT_FDB_MAX) {
		err |= nla_put_u32(msg, SEHUB_A_PORT_FDB_MAX, config->fdb_max);
	}
	err |= put_session(msg, ref->id, config);
	if (err)
		return -ENOMEM;
	nla_nest_end(msg, nest);
	return 0;
}

struct nl_msg *sehub_msg_port(const struct sehub_family *family, int cmd,
			      const struct sehub_port_ref *ref,
			      const struct sehub_port_config *config)
{
	struct nl_msg *msg = sehub_msg_new(family, cmd, 0);

	if (msg && put_port(msg, cmd, ref, config)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* --- parsing ------------------------------------------------------------- */

static uint8_t get_u8(struct nlattr *attr)
{
	return attr && nla_len(attr) >= 1 ? nla_get_u8(attr) : 0;
}

static uint16_t get_u16(struct nlattr *attr)
{
	return attr && nla_len(attr) >= 2 ? nla_get_u16(attr) : 0;
}

static uint32_t get_u32(struct nlattr *attr)
{
	return attr && nla_len(attr) >= 4 ? nla_get_u32(attr) : 0;
}

static uint64_t get_u64(struct nlattr *attr)
{
	return attr && nla_len(attr) >= 8 ? nla_get_u64(attr) : 0;
}

static void get_string(struct nlattr *attr, char *buf, size_t size)
{
	buf[0] = '\0';
	if (attr && nla_len(attr) > 0)
		nla_strlcpy(buf, attr, size);
}

static void get_mac(struct nlattr *attr, uint8_t mac[6])
{
	if (attr && nla_len(attr) >= 6)
		memcpy(mac, nla_data(attr), 6);
}

static void get_drops(struct nlattr *nest, struct sehub_drops *drops)
{
	struct nlattr *tb[SEHUB_A_DROPS_MAX + 1];

	if (!nest || nla_parse_nested(tb, SEHUB_A_DROPS_MAX, nest, NULL) < 0)
		return;
	for (unsigned int i = 1; i <= SEHUB_A_DROPS_MAX; i++)
		if (sehub_drops_name(i))
			drops->count[i] = get_u64(tb[i]);
}

int sehub_msg_cmd(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);

	if (nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return -1;
	return genl->cmd;
}

static int get_outer(const struct nlmsghdr *nlh,
		     struct nlattr *tb[SEHUB_A_MAX + 1])
{
	if (nlmsg_parse((struct nlmsghdr *)nlh, GENL_HDRLEN, tb, SEHUB_A_MAX,
			NULL) < 0)
		return -EBADMSG;
	return 0;
}

int sehub_msg_get_hub(const struct nlmsghdr *nlh, void *object)
{
	struct sehub_hub *hub = object;
	struct nlattr *outer[SEHUB_A_MAX + 1];
	struct nlattr *tb[SEHUB_A_HUB_MAX + 1];

	memset(hub, 0, sizeof(*hub));
	if (get_outer(nlh, outer) || !outer[SEHUB_A_HUB] ||
	    nla_parse_nested(tb, SEHUB_A_HUB_MAX, outer[SEHUB_A_HUB], NULL) < 0)
		return -EBADMSG;

	hub->ifindex = get_u32(outer[SEHUB_A_IFINDEX]);
	hub->vlan = get_u16(outer[SEHUB_A_VLAN]);
	get_string(tb[SEHUB_A_HUB_IFNAME], hub->ifname, sizeof(hub->ifname));
	get_mac(tb[SEHUB_A_HUB_MAC], hub->mac);
	hub->up = get_u8(tb[SEHUB_A_HUB_UP]);
	hub->carrier = get_u8(tb[SEHUB_A_HUB_CARRIER]);
	hub->ageing = get_u32(tb[SEHUB_A_HUB_AGEING]);
	hub->fdb_max = get_u32(tb[SEHUB_A_HUB_FDB_MAX]);
	hub->fdb_count = get_u32(tb[SEHUB_A_HUB_FDB_COUNT]);
	hub->port_max = get_u32(tb[SEHUB_A_HUB_PORT_MAX]);
	hub->port_count = get_u32(tb[SEHUB_A_HUB_PORT_COUNT]);
	hub->not_learned = get_u64(tb[SEHUB_A_HUB_NOT_LEARNED]);
	hub->moves = get_u64(tb[SEHUB_A_HUB_MOVES]);
	hub->rx_frames = get_u64(tb[SEHUB_A_HUB_RX_FRAMES]);
	hub->rx_bytes = get_u64(tb[SEHUB_A_HUB_RX_BYTES]);
	hub->tx_frames = get_u64(tb[SEHUB_A_HUB_TX_FRAMES]);
	hub->tx_bytes = get_u64(tb[SEHUB_A_HUB_TX_BYTES]);
	get_drops(tb[SEHUB_A_HUB_DROPS], &hub->drops);
	hub->ip_ageing = get_u32(tb[SEHUB_A_HUB_IP_AGEING]);
	hub->ip_max = get_u32(tb[SEHUB_A_HUB_IP_MAX]);
	hub->ip_count = get_u32(tb[SEHUB_A_HUB_IP_COUNT]);
	hub->ip_not_learned = get_u64(tb[SEHUB_A_HUB_IP_NOT_LEARNED]);
	hub->suppress = get_u8(tb[SEHUB_A_HUB_SUPPRESS]);
	hub->suppressed = get_u64(tb[SEHUB_A_HUB_SUPPRESSED]);
	hub->broadcast_rate = get_u32(tb[SEHUB_A_HUB_BROADCAST_RATE]);
	hub->log_headers = get_u32(tb[SEHUB_A_HUB_LOG_HEADERS]);
	hub->log_whole = get_u32(tb[SEHUB_A_HUB_LOG_WHOLE]);
	hub->log_count = get_u64(tb[SEHUB_A_HUB_LOG_COUNT]);
	hub->id = get_u64(tb[SEHUB_A_HUB_ID]);
	return 0;
}

static void get_session(struct nlattr *nest, struct sehub_session *session)
{
	struct nlattr *tb[SEHUB_A_SESSION_MAX + 1];
	struct nlattr *cookie;

	if (nla_parse_nested(tb, SEHUB_A_SESSION_MAX, nest, NULL) < 0)
		return;

	session->id = get_u32(tb[SEHUB_A_SESSION_ID]);
	session->owner = get_u32(tb[SEHUB_A_SESSION_OWNER]);
	cookie = tb[SEHUB_A_SESSION_COOKIE];
	if (cookie && nla_len(cookie) <= (int)sizeof(session->cookie)) {
		session->cookie_len = nla_len(cookie);
		memcpy(session->cookie, nla_data(cookie), session->cookie_len);
	}
	session->grace = get_u32(tb[SEHUB_A_SESSION_GRACE]);
	session->grace_left = get_u32(tb[SEHUB_A_SESSION_GRACE_LEFT]);
	session->queue_limit = get_u32(tb[SEHUB_A_SESSION_QUEUE_LIMIT]);
	session->features = get_u32(tb[SEHUB_A_SESSION_FEATURES]);
	session->attaches = get_u32(tb[SEHUB_A_SESSION_ATTACHES]);
	session->tx_count = get_u64(tb[SEHUB_A_SESSION_TX_COUNT]);
	session->tx_sent = get_u64(tb[SEHUB_A_SESSION_TX_SENT]);
	session->tx_acked = get_u64(tb[SEHUB_A_SESSION_TX_ACKED]);
	session->rx_count = get_u64(tb[SEHUB_A_SESSION_RX_COUNT]);
	session->rx_gap = get_u64(tb[SEHUB_A_SESSION_RX_GAP]);
	session->tx_again = get_u64(tb[SEHUB_A_SESSION_TX_AGAIN]);
	session->peer_hub = get_u64(tb[SEHUB_A_SESSION_PEER_HUB]);
}

static void get_policy(struct nlattr *nest, struct sehub_policy *policy)
{
	struct nlattr *tb[SEHUB_A_POLICY_MAX + 1];
	struct nlattr *attr;
	int left;

	if (nla_parse_nested(tb, SEHUB_A_POLICY_MAX, nest, NULL) < 0)
		return;
	policy->flags = get_u32(tb[SEHUB_A_POLICY_FLAGS]);
	policy->max_ip = get_u32(tb[SEHUB_A_POLICY_MAX_IP]);
	policy->isolation = get_u32(tb[SEHUB_A_POLICY_ISOLATION]);
	policy->rate_up = get_u64(tb[SEHUB_A_POLICY_RATE_UP]);
	policy->burst_up = get_u32(tb[SEHUB_A_POLICY_BURST_UP]);
	policy->rate_down = get_u64(tb[SEHUB_A_POLICY_RATE_DOWN]);
	policy->burst_down = get_u32(tb[SEHUB_A_POLICY_BURST_DOWN]);
	policy->broadcast_rate = get_u32(tb[SEHUB_A_POLICY_BROADCAST_RATE]);
	policy->identity = get_u64(tb[SEHUB_A_POLICY_IDENTITY]);

	/* One attribute for each type; a table of attributes has the last. */
	policy->n_deny = 0;
	nla_for_each_nested(attr, nest, left)
		if (nla_type(attr) == SEHUB_A_POLICY_DENY_TYPE &&
		    nla_len(attr) >= 2)
			sehub_policy_deny(policy, nla_get_u16(attr));
}

int sehub_msg_get_port(const struct nlmsghdr *nlh, void *object)
{
	struct sehub_port *port = object;
	struct nlattr *outer[SEHUB_A_MAX + 1];
	struct nlattr *tb[SEHUB_A_PORT_MAX + 1];

	memset(port, 0, sizeof(*port));
	if (get_outer(nlh, outer) || !outer[SEHUB_A_PORT] ||
	    nla_parse_nested(tb, SEHUB_A_PORT_MAX, outer[SEHUB_A_PORT],
			     NULL) < 0)
		return -EBADMSG;

	port->hub_ifindex = get_u32(outer[SEHUB_A_IFINDEX]);
	port->hub_vlan = get_u16(outer[SEHUB_A_VLAN]);
	port->number = get_u32(tb[SEHUB_A_PORT_NUMBER]);
	get_string(tb[SEHUB_A_PORT_NAME], port->name, sizeof(port->name));
	port->kind = get_u32(tb[SEHUB_A_PORT_KIND]);
	port->state = get_u32(tb[SEHUB_A_PORT_STATE]);
	port->lower_ifindex = get_u32(tb[SEHUB_A_PORT_LOWER_IFINDEX]);
	port->fdb_max = get_u32(tb[SEHUB_A_PORT_FDB_MAX]);
	port->fdb_count = get_u32(tb[SEHUB_A_PORT_FDB_COUNT]);
	port->rx_frames = get_u64(tb[SEHUB_A_PORT_RX_FRAMES]);
	port->rx_bytes = get_u64(tb[SEHUB_A_PORT_RX_BYTES]);
	port->tx_frames = get_u64(tb[SEHUB_A_PORT_TX_FRAMES]);
	port->tx_bytes = get_u64(tb[SEHUB_A_PORT_TX_BYTES]);
	get_drops(tb[SEHUB_A_PORT_DROPS], &port->drops);
	port->has_del_reason = tb[SEHUB_A_PORT_DEL_REASON];
	port->del_reason = get_u32(tb[SEHUB_A_PORT_DEL_REASON]);
	if (tb[SEHUB_A_PORT_POLICY])
		get_policy(tb[SEHUB_A_PORT_POLICY], &port->policy);
	port->policy.max_mac = port->fdb_max;
	port->ip_count = get_u32(tb[SEHUB_A_PORT_IP_COUNT]);
	if (tb[SEHUB_A_PORT_SESSION])
		get_session(tb[SEHUB_A_PORT_SESSION], &port->session);
	return 0;
}

int sehub_msg_get_fdb(const struct nlmsghdr *nlh, void *object)
{
	struct sehub_fdb *fdb = object;
	struct nlattr *outer[SEHUB_A_MAX + 1];
	struct nlattr *tb[SEHUB_A_FDB_MAX + 1];

	memset(fdb, 0, sizeof(*fdb));
	if (get_outer(nlh, outer) || !outer[SEHUB_A_FDB] ||
	    nla_parse_nested(tb, SEHUB_A_FDB_MAX, outer[SEHUB_A_FDB], NULL) < 0)
		return -EBADMSG;

	fdb->hub_ifindex = get_u32(outer[SEHUB_A_IFINDEX]);
	fdb->hub_vlan = get_u16(outer[SEHUB_A_VLAN]);
	get_mac(tb[SEHUB_A_FDB_MAC], fdb->mac);
	fdb->port = get_u32(tb[SEHUB_A_FDB_PORT]);
	fdb->kind = get_u32(tb[SEHUB_A_FDB_KIND]);
	fdb->idle = get_u32(tb[SEHUB_A_FDB_IDLE]);
	return 0;
}

int sehub_msg_get_ip(const struct nlmsghdr *nlh, void *object)
{
	struct sehub_ip *ip = object;
	struct nlattr *outer[SEHUB_A_MAX + 1];
	struct nlattr *tb[SEHUB_A_IP_MAX + 1];
	struct nlattr *addr;

	memset(ip, 0, sizeof(*ip));
	if (get_outer(nlh, outer) || !outer[SEHUB_A_IP] ||
	    nla_parse_nested(tb, SEHUB_A_IP_MAX, outer[SEHUB_A_IP], NULL) < 0)
		return -EBADMSG;

	ip->hub_ifindex = get_u32(outer[SEHUB_A_IFINDEX]);
	ip->hub_vlan = get_u16(outer[SEHUB_A_VLAN]);
	addr = tb[SEHUB_A_IP_ADDRESS];
	if (!addr || (nla_len(addr) != 4 && nla_len(addr) != 16))
		return -EBADMSG;
	ip->addr.len = nla_len(addr);
	memcpy(ip->addr.bytes, nla_data(addr), ip->addr.len);
	get_mac(tb[SEHUB_A_IP_MAC], ip->mac);
	ip->port = get_u32(tb[SEHUB_A_IP_PORT]);
	ip->source = get_u32(tb[SEHUB_A_IP_SOURCE]);
	ip->idle = get_u32(tb[SEHUB_A_IP_IDLE]);
	ip->has_lease = tb[SEHUB_A_IP_LEASE_LEFT];
	ip->lease_left = get_u32(tb[SEHUB_A_IP_LEASE_LEFT]);
	return 0;
}
