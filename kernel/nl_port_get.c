// SPDX-License-Identifier: GPL-2.0-only
/*
 * Showing ports over netlink. RTNL is taken or held.
 */
#include <linux/rtnetlink.h>

#include "hub.h"
#include "nl.h"
#include "port.h"
#include "port_session.h"
#include "stats.h"

#define put_u32(type, value) nla_put_u32(skb, SEHUB_A_PORT_##type, value)
#define put_u64(type, value) \
	nla_put_u64_64bit(skb, SEHUB_A_PORT_##type, value, SEHUB_A_PORT_PAD)

/**
 * sehub_nl_port_size() - longest message that shows a port
 * Return: bytes of payload.
 */
size_t sehub_nl_port_size(void)
{
	return 1024 + nla_total_size(SEHUB_COOKIE_MAX) +
	       SEHUB_DENY_TYPE_MAX * nla_total_size(sizeof(u16)) +
	       SEHUB_A_DROPS_MAX * nla_total_size_64bit(sizeof(u64));
}

/* Counts as they are now; the stream's mutex is not waited for. */
static int sehub_nl_port_put_counts(struct sk_buff *skb,
				    struct sehub_session *session)
{
	u64 count, sent, acked;

	spin_lock_bh(&session->lock);
	count = session->txq.count;
	sent = session->txq.sent;
	acked = session->txq.acked;
	spin_unlock_bh(&session->lock);

#define put_session(type, value)					\
	nla_put_u64_64bit(skb, SEHUB_A_SESSION_##type, value,		\
			  SEHUB_A_SESSION_PAD)
	if (put_session(TX_COUNT, count) || put_session(TX_SENT, sent) ||
	    put_session(TX_ACKED, acked) ||
	    put_session(RX_COUNT, READ_ONCE(session->rx_count)) ||
	    put_session(RX_GAP, READ_ONCE(session->rx_gap)) ||
	    put_session(TX_AGAIN, READ_ONCE(session->tx_again)))
		return -EMSGSIZE;
#undef put_session
	return 0;
}

static int sehub_nl_port_put_grace(struct sk_buff *skb,
				   struct sehub_session *session)
{
	u32 grace = READ_ONCE(session->grace);
	u32 gone = jiffies_to_msecs(jiffies - READ_ONCE(session->detached_at));

	return nla_put_u32(skb, SEHUB_A_SESSION_GRACE_LEFT,
			   grace - min(grace, gone));
}

static int sehub_nl_port_put_session(struct sk_buff *skb,
				     struct sehub_session *session,
				     bool privileged)
{
	struct nlattr *nest = nla_nest_start(skb, SEHUB_A_PORT_SESSION);
	u32 features = READ_ONCE(session->features);

	if (!nest ||
	    nla_put_u32(skb, SEHUB_A_SESSION_ID, session->id) ||
	    nla_put_u32(skb, SEHUB_A_SESSION_GRACE, session->grace) ||
	    nla_put_u32(skb, SEHUB_A_SESSION_QUEUE_LIMIT,
			session->queue_limit) ||
	    nla_put_u32(skb, SEHUB_A_SESSION_FEATURES, features) ||
	    nla_put_u32(skb, SEHUB_A_SESSION_ATTACHES,
			READ_ONCE(session->attaches)) ||
	    sehub_nl_port_put_counts(skb, session))
		return -EMSGSIZE;
	if (session->peer_hub &&
	    nla_put_u64_64bit(skb, SEHUB_A_SESSION_PEER_HUB, session->peer_hub,
			      SEHUB_A_SESSION_PAD))
		return -EMSGSIZE;
	if (privileged && session->cookie_len &&
	    nla_put(skb, SEHUB_A_SESSION_COOKIE, session->cookie_len,
		    session->cookie))
		return -EMSGSIZE;
	if (READ_ONCE(session->attached) ?
	    nla_put_u32(skb, SEHUB_A_SESSION_OWNER,
			READ_ONCE(session->owner_portid)) :
	    sehub_nl_port_put_grace(skb, session))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static u32 sehub_nl_port_ip_count(const struct sehub_port *port)
{
	u32 count = 0;
	int i;

	for (i = 0; i < SEHUB_IP_CLASSES; i++)
		count += READ_ONCE(port->ip_count[i]);
	return count;
}

static int sehub_nl_port_put(struct sk_buff *skb, struct sehub_port *port,
			     bool privileged)
{
	struct sehub_totals sum = {};

	sehub_stats_add(&sum, port);
	if (put_u32(NUMBER, port->number) ||
	    nla_put_string(skb, SEHUB_A_PORT_NAME, sehub_port_name(port)) ||
	    put_u32(KIND, port->kind) ||
	    put_u32(STATE, sehub_port_state(port)) ||
	    put_u32(FDB_MAX, port->fdb_max) ||
	    put_u32(FDB_COUNT, READ_ONCE(port->fdb_count)) ||
	    put_u32(IP_COUNT, sehub_nl_port_ip_count(port)) ||
	    sehub_nl_port_policy_put(skb, port) ||
	    put_u64(RX_FRAMES, sum.rx_frames) ||
	    put_u64(RX_BYTES, sum.rx_bytes) ||
	    put_u64(TX_FRAMES, sum.tx_frames) ||
	    put_u64(TX_BYTES, sum.tx_bytes) ||
	    sehub_nl_put_drops(skb, SEHUB_A_PORT_DROPS, sum.drops))
		return -EMSGSIZE;
	if (port->kind == SEHUB_PORT_KIND_DEVICE)
		return put_u32(LOWER_IFINDEX, port->dev->ifindex);
	if (port->kind == SEHUB_PORT_KIND_SESSION)
		return sehub_nl_port_put_session(skb, sehub_session(port),
						 privileged);
	return 0;
}

/**
 * sehub_nl_port_fill() - a message that shows a port
 * @skb: where to
 * @port: the port
 * @privileged: the receiver may see the cookie
 * @del_reason: enum sehub_port_del_reason, or -1
 * @portid: receiver
 * @seq: sequence number
 * @flags: NLM_F_*
 * @cmd: SEHUB_CMD_PORT_*
 * Context: process, RTNL. Return: 0 or -EMSGSIZE with @skb as it was.
 */
int sehub_nl_port_fill(struct sk_buff *skb, struct sehub_port *port,
		       bool privileged, int del_reason, u32 portid, u32 seq,
		       int flags, u8 cmd)
{
	struct nlattr *nest;
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &sehub_nl_family, flags, cmd);
	if (!hdr)
		return -EMSGSIZE;
	if (sehub_nl_put_hub_id(skb, port->hub))
		goto err_cancel;
	nest = nla_nest_start(skb, SEHUB_A_PORT);
	if (!nest || sehub_nl_port_put(skb, port, privileged))
		goto err_cancel;
	if (del_reason >= 0 && put_u32(DEL_REASON, del_reason))
		goto err_cancel;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;

err_cancel:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

static bool sehub_nl_port_is_privileged(struct sk_buff *request)
{
	return netlink_ns_capable(request, sock_net(request->sk)->user_ns,
				  CAP_NET_ADMIN);
}

/**
 * sehub_nl_port_reply() - answer a request with a port
 * @info: the request
 * @port: the port
 *
 * The requester is privileged, or the port was just made or attached by it.
 *
 * Context: process, RTNL. Return: 0, -ENOMEM.
 */
int sehub_nl_port_reply(struct genl_info *info, struct sehub_port *port)
{
	struct sk_buff *msg;
	int err;

	msg = genlmsg_new(sehub_nl_port_size(), GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	err = sehub_nl_port_fill(msg, port, true, -1, info->snd_portid,
				 info->snd_seq, 0, info->genlhdr->cmd);
	if (WARN_ON_ONCE(err)) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/**
 * sehub_nl_port_get_doit() - show one port
 * @skb: request
 * @info: its attributes
 * Context: process. Return: 0, -EINVAL, -ENODEV, -ENOENT, -ENOMEM.
 */
int sehub_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[SEHUB_A_PORT_MAX + 1] = {};
	struct nlattr *attr = info->attrs[SEHUB_A_PORT];
	struct sehub_port *port;
	struct sk_buff *msg;
	int err;

	if (attr) {
		err = nla_parse_nested(tb, SEHUB_A_PORT_MAX, attr,
				       sehub_nl_port_select_policy,
				       info->extack);
		if (err)
			return err;
	}
	msg = genlmsg_new(sehub_nl_port_size(), GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	rtnl_lock();
	port = sehub_nl_port(info, tb, true);
	if (IS_ERR(port))
		err = PTR_ERR(port);
	else
		err = sehub_nl_port_fill(msg, port,
					 sehub_nl_port_is_privileged(skb), -1,
					 info->snd_portid, info->snd_seq, 0,
					 SEHUB_CMD_PORT_GET);
	rtnl_unlock();
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/* Shows the ports of @hub from the cursor on, which is at a port's number. */
static int sehub_nl_port_dump_hub(struct sk_buff *skb,
				  struct netlink_callback *cb,
				  struct sehub_hub *hub, void *arg)
{
	bool privileged = sehub_nl_port_is_privileged(cb->skb);
	struct sehub_nl_cursor *cursor = sehub_nl_cursor(cb);
	struct sehub_port *port;
	unsigned long number;
	int err;

	if (!cursor->pos) {
		err = sehub_nl_port_fill(skb, &hub->local, privileged, -1,
					 NETLINK_CB(cb->skb).portid,
					 cb->nlh->nlmsg_seq, NLM_F_MULTI,
					 SEHUB_CMD_PORT_GET);
		if (err)
			return err;
		cursor->pos = 1;
	}
	xa_for_each_start(&hub->ports, number, port, cursor->pos) {
		err = sehub_nl_port_fill(skb, port, privileged, -1,
					 NETLINK_CB(cb->skb).portid,
					 cb->nlh->nlmsg_seq, NLM_F_MULTI,
					 SEHUB_CMD_PORT_GET);
		if (err)
			return err;
		cursor->pos = number + 1;
	}
	return 0;
}

/**
 * sehub_nl_port_get_dumpit() - show the ports of one hub or of all
 * @skb: where to
 * @cb: state of the dump
 * Context: process. Return: bytes written, 0 at the end, -ENODEV.
 */
int sehub_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return sehub_nl_dump(skb, cb, sehub_nl_port_dump_hub, NULL);
}
