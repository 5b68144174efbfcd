// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink requests that make, change and delete ports. Everything is checked
 * before anything is changed. RTNL is taken.
 */
#include <linux/ctype.h>
#include <linux/rtnetlink.h>

#include "hub.h"
#include "nl.h"
#include "nl_notify.h"
#include "port.h"
#include "port_session.h"

/* A session is shown and changed from where it was made or where its hub is. */
static struct sehub_session *
sehub_nl_port_by_id(struct net *net, const struct nlattr *id,
		    struct netlink_ext_ack *extack)
{
	struct sehub_session *session = sehub_session_find(nla_get_u32(id));

	if (session && (session->home_net == net->net_cookie ||
			dev_net(session->port.hub->dev) == net))
		return session;
	NL_SET_ERR_MSG_ATTR(extack, id, "no session port with this id");
	return ERR_PTR(-ENOENT);
}

static struct sehub_session *
sehub_nl_port_session(struct net *net, struct nlattr *nest,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[SEHUB_A_SESSION_MAX + 1];

	/* The policy of the request has validated it. */
	nla_parse_nested_deprecated(tb, SEHUB_A_SESSION_MAX, nest, NULL, NULL);
	if (!tb[SEHUB_A_SESSION_ID]) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "session port is named by its id");
		return ERR_PTR(-EINVAL);
	}
	return sehub_nl_port_by_id(net, tb[SEHUB_A_SESSION_ID], extack);
}

static bool sehub_nl_port_names_session(struct nlattr **tb)
{
	return tb[SEHUB_A_PORT_SESSION] && !tb[SEHUB_A_PORT_NUMBER];
}

/**
 * sehub_nl_port() - the port that a request names
 * @info: the request
 * @tb: its port attributes
 * @by_name: the name selects a port, and is not a new name
 * Context: process, RTNL.
 * Return: the port; -EINVAL if none is named, -ENODEV, -ENOENT.
 */
struct sehub_port *sehub_nl_port(struct genl_info *info, struct nlattr **tb,
				 bool by_name)
{
	struct nlattr *name = by_name ? tb[SEHUB_A_PORT_NAME] : NULL;
	struct nlattr *number = tb[SEHUB_A_PORT_NUMBER];
	struct net *net = genl_info_net(info);
	struct sehub_session *session;
	struct sehub_port *port;
	struct sehub_hub *hub;

	if (sehub_nl_port_names_session(tb)) {
		session = sehub_nl_port_session(net, tb[SEHUB_A_PORT_SESSION],
						info->extack);
		return IS_ERR(session) ? ERR_CAST(session) : &session->port;
	}
	if (!number && !name) {
		if (by_name)
			NL_SET_ERR_MSG_MOD(info->extack,
					   "request names no port, give its number, name or session id");
		else
			NL_SET_ERR_MSG_MOD(info->extack,
					   "request names no port, give its number or session id; a name is a new one");
		return ERR_PTR(-EINVAL);
	}
	hub = sehub_nl_hub(net, info->attrs, info->extack);
	if (IS_ERR(hub))
		return ERR_CAST(hub);
	port = number ? sehub_port_find(hub, nla_get_u32(number)) :
			sehub_port_find_name(hub, nla_data(name));
	if (!port) {
		NL_SET_ERR_MSG_ATTR(info->extack, number ?: name,
				    "no port with this number or name");
		return ERR_PTR(-ENOENT);
	}
	return port;
}

static int sehub_nl_port_check_name(struct sehub_hub *hub,
				    const struct sehub_port *self,
				    const struct nlattr *attr,
				    struct netlink_ext_ack *extack)
{
	const char *name = nla_data(attr), *c;
	struct sehub_port *other;

	if (!isalpha(name[0])) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "port name must begin with a letter");
		return -EINVAL;
	}
	for (c = name; *c; c++) {
		if (!isascii(*c) || !isgraph(*c)) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "port name may have only visible ASCII characters");
			return -EINVAL;
		}
	}
	other = sehub_port_find_name(hub, name);
	if (other && other != self) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "port name already used in this hub");
		return -EEXIST;
	}
	return 0;
}

/* What the attributes of a session set over what @config holds. */
static void sehub_nl_port_config(struct nlattr **tb,
				 struct sehub_session_config *config)
{
	struct nlattr *stb[SEHUB_A_SESSION_MAX + 1];
	struct nlattr *attr;

	if (tb[SEHUB_A_PORT_NAME])
		config->name = nla_data(tb[SEHUB_A_PORT_NAME]);
	if (tb[SEHUB_A_PORT_FDB_MAX])
		config->fdb_max = nla_get_u32(tb[SEHUB_A_PORT_FDB_MAX]);
	if (!tb[SEHUB_A_PORT_SESSION])
		return;
	/* The policy of the request has validated it. */
	nla_parse_nested_deprecated(stb, SEHUB_A_SESSION_MAX,
				    tb[SEHUB_A_PORT_SESSION], NULL, NULL);
	attr = stb[SEHUB_A_SESSION_COOKIE];
	if (attr) {
		config->cookie = nla_data(attr);
		config->cookie_len = nla_len(attr);
	}
	attr = stb[SEHUB_A_SESSION_GRACE];
	if (attr)
		config->grace = nla_get_u32(attr);
	attr = stb[SEHUB_A_SESSION_QUEUE_LIMIT];
	if (attr)
		config->queue_limit = nla_get_u32(attr);
	attr = stb[SEHUB_A_SESSION_FEATURES];
	if (attr)
		config->features = nla_get_u32(attr);
	attr = stb[SEHUB_A_SESSION_PEER_HUB];
	if (attr)
		config->peer_hub = nla_get_u64(attr);
}

static int sehub_nl_port_parse(struct genl_info *info, struct nlattr **tb,
			       const struct nla_policy *policy)
{
	if (GENL_REQ_ATTR_CHECK(info, SEHUB_A_PORT)) {
		NL_SET_ERR_MSG_MOD(info->extack,
				   "request has no port attributes");
		return -EINVAL;
	}
	return nla_parse_nested(tb, SEHUB_A_PORT_MAX,
				info->attrs[SEHUB_A_PORT], policy,
				info->extack);
}

/* The session that a new one of @hub is to replace, or NULL. */
static struct sehub_session *
sehub_nl_port_old(struct net *net, struct sehub_hub *hub, struct nlattr **tb,
		  struct netlink_ext_ack *extack)
{
	struct nlattr *stb[SEHUB_A_SESSION_MAX + 1];
	struct sehub_session *old;
	struct nlattr *attr;

	if (!tb[SEHUB_A_PORT_SESSION])
		return NULL;
	/* The policy of the request has validated it. */
	nla_parse_nested_deprecated(stb, SEHUB_A_SESSION_MAX,
				    tb[SEHUB_A_PORT_SESSION], NULL, NULL);
	attr = stb[SEHUB_A_SESSION_HEIR_OF];
	if (!attr)
		return NULL;
	old = sehub_nl_port_by_id(net, attr, extack);
	if (IS_ERR(old))
		return old;
	if (old->port.hub != hub) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "session port is one of another hub");
		return ERR_PTR(-EINVAL);
	}
	if (READ_ONCE(old->attached)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "session port has an owner, detach it first");
		return ERR_PTR(-EBUSY);
	}
	return old;
}

/**
 * sehub_nl_port_new_doit() - make a session port
 * @skb: request
 * @info: its attributes
 * Context: process. Return: 0 or -errno as in the specification.
 */
int sehub_nl_port_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct sehub_session_resume begin = {};
	struct sehub_session_config config = {
		.queue_limit = SEHUB_QUEUE_LIMIT_DEFAULT,
	};
	struct nlattr *tb[SEHUB_A_PORT_MAX + 1] = {};
	struct net *net = genl_info_net(info);
	struct sehub_policy_config policy;
	struct sehub_session *session;
	struct sehub_hub *hub;
	int err = 0;

	if (info->attrs[SEHUB_A_PORT])
		err = sehub_nl_port_parse(info, tb, sehub_nl_port_new_policy);
	if (err)
		return err;

	rtnl_lock();
	hub = sehub_nl_hub(net, info->attrs, info->extack);
	if (IS_ERR(hub)) {
		err = PTR_ERR(hub);
		goto out_unlock;
	}
	if (tb[SEHUB_A_PORT_NAME]) {
		err = sehub_nl_port_check_name(hub, NULL,
					       tb[SEHUB_A_PORT_NAME],
					       info->extack);
		if (err)
			goto out_unlock;
	}
	sehub_nl_port_config(tb, &config);
	config.heir_of = sehub_nl_port_old(net, hub, tb, info->extack);
	if (IS_ERR(config.heir_of)) {
		err = PTR_ERR(config.heir_of);
		goto out_unlock;
	}
	if (tb[SEHUB_A_PORT_POLICY] && nla_len(tb[SEHUB_A_PORT_POLICY])) {
		err = sehub_nl_port_policy_parse(tb[SEHUB_A_PORT_POLICY],
						 &policy, info->extack);
		if (err)
			goto out_unlock;
		config.policy = &policy;
	}
	session = sehub_session_new(hub, &config, info->extack);
	if (IS_ERR(session)) {
		err = PTR_ERR(session);
		goto out_unlock;
	}
	session->home_net = net->net_cookie;
	err = sehub_session_attach(session, net, info->snd_portid, &begin,
				   info->extack);
	if (!err)
		err = sehub_nl_port_reply(info, &session->port);
	if (err)
		sehub_session_del(session, SEHUB_PORT_DEL_REASON_REQUESTED);
	else
		sehub_nl_notify_port(&session->port);
out_unlock:
	rtnl_unlock();
	return err;
}

static int sehub_nl_port_set_session(struct genl_info *info,
				     struct sehub_session *session,
				     struct nlattr **tb)
{
	struct sehub_session_config config = {
		.fdb_max = session->port.fdb_max,
		.grace = session->grace,
		.queue_limit = session->queue_limit,
		.features = session->features,
	};
	int err;

	if (tb[SEHUB_A_PORT_NAME]) {
		err = sehub_nl_port_check_name(session->port.hub,
					       &session->port,
					       tb[SEHUB_A_PORT_NAME],
					       info->extack);
		if (err)
			return err;
	}
	sehub_nl_port_config(tb, &config);
	/* Credit that was granted may be too small for what the peer takes. */
	if (config.features != session->features &&
	    READ_ONCE(session->attached)) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[SEHUB_A_PORT_SESSION],
				    "features change only while the port is detached");
		return -EBUSY;
	}
	/* The last step that can fail. */
	err = sehub_nl_port_policy_set(&session->port, tb[SEHUB_A_PORT_POLICY],
				       info->extack);
	if (err)
		return err;
	sehub_session_set(session, &config);
	return 0;
}

static int sehub_nl_port_set_other(struct genl_info *info,
				   struct sehub_port *port, struct nlattr **tb)
{
	int err;

	if (tb[SEHUB_A_PORT_NAME]) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[SEHUB_A_PORT_NAME],
				    "port has the name of its device, rename that");
		return -EOPNOTSUPP;
	}
	if (tb[SEHUB_A_PORT_SESSION]) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[SEHUB_A_PORT_SESSION],
				    "port is not a session port");
		return -EOPNOTSUPP;
	}
	err = sehub_nl_port_policy_set(port, tb[SEHUB_A_PORT_POLICY],
				       info->extack);
	if (err)
		return err;
	if (tb[SEHUB_A_PORT_FDB_MAX])
		WRITE_ONCE(port->fdb_max,
			   nla_get_u32(tb[SEHUB_A_PORT_FDB_MAX]));
	return 0;
}

/**
 * sehub_nl_port_set_doit() - change a port's settings
 * @skb: request
 * @info: its attributes
 * Context: process. Return: 0 or -errno as in the specification.
 */
int sehub_nl_port_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[SEHUB_A_PORT_MAX + 1];
	struct sehub_port *port;
	int err;

	err = sehub_nl_port_parse(info, tb, sehub_nl_port_set_policy);
	if (err)
		return err;
	rtnl_lock();
	port = sehub_nl_port(info, tb, false);
	if (IS_ERR(port)) {
		err = PTR_ERR(port);
		goto out_unlock;
	}
	if (port->kind == SEHUB_PORT_KIND_SESSION)
		err = sehub_nl_port_set_session(info, sehub_session(port), tb);
	else
		err = sehub_nl_port_set_other(info, port, tb);
	if (!err)
		sehub_nl_notify_port(port);
out_unlock:
	rtnl_unlock();
	return err;
}

/**
 * sehub_nl_port_del_doit() - delete a session port or release a device
 * @skb: request
 * @info: its attributes
 * Context: process. Return: 0 or -errno as in the specification.
 */
int sehub_nl_port_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[SEHUB_A_PORT_MAX + 1];
	struct sehub_port *port;
	int err;

	err = sehub_nl_port_parse(info, tb, sehub_nl_port_select_policy);
	if (err)
		return err;
	rtnl_lock();
	port = sehub_nl_port(info, tb, true);
	if (IS_ERR(port))
		err = PTR_ERR(port);
	else
		err = sehub_port_del(port, SEHUB_PORT_DEL_REASON_REQUESTED,
				     info->extack);
	rtnl_unlock();
	return err;
}

/* The session that attach and detach are about. Under RTNL. */
static struct sehub_session *sehub_nl_port_stream(struct genl_info *info,
						  struct nlattr **tb)
{
	if (!tb[SEHUB_A_PORT_SESSION]) {
		NL_SET_ERR_MSG_MOD(info->extack,
				   "session port is named by its id");
		return ERR_PTR(-EINVAL);
	}
	return sehub_nl_port_session(genl_info_net(info),
				     tb[SEHUB_A_PORT_SESSION], info->extack);
}

static int sehub_nl_port_attach(struct genl_info *info, struct nlattr **tb)
{
	struct sehub_session_resume resume = {};
	struct nlattr *stb[SEHUB_A_SESSION_MAX + 1];
	struct sehub_session *session;
	int err;

	session = sehub_nl_port_stream(info, tb);
	if (IS_ERR(session))
		return PTR_ERR(session);
	/* The policy of the request has validated it. */
	nla_parse_nested_deprecated(stb, SEHUB_A_SESSION_MAX,
				    tb[SEHUB_A_PORT_SESSION], NULL, NULL);
	if (stb[SEHUB_A_SESSION_PEER_RX]) {
		resume.peer_rx = nla_get_u64(stb[SEHUB_A_SESSION_PEER_RX]);
		resume.has_rx = true;
	}
	if (stb[SEHUB_A_SESSION_PEER_OLDEST])
		resume.peer_oldest =
			nla_get_u64(stb[SEHUB_A_SESSION_PEER_OLDEST]);

	err = sehub_session_attach(session, genl_info_net(info),
				   info->snd_portid, &resume, info->extack);
	if (err)
		return err;
	/* Nothing leaves before the new owner grants credit. */
	if (stb[SEHUB_A_SESSION_FEATURES])
		WRITE_ONCE(session->features,
			   nla_get_u32(stb[SEHUB_A_SESSION_FEATURES]));
	err = sehub_nl_port_reply(info, &session->port);
	if (err) {
		sehub_session_detach(session);
		return err;
	}
	sehub_nl_notify_port(&session->port);
	return 0;
}

/**
 * sehub_nl_port_attach_doit() - take over a detached session port
 * @skb: request
 * @info: its attributes
 * Context: process. Return: 0 or -errno as in the specification.
 */
int sehub_nl_port_attach_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[SEHUB_A_PORT_MAX + 1];
	int err;

	err = sehub_nl_port_parse(info, tb, sehub_nl_port_attach_policy);
	if (err)
		return err;
	rtnl_lock();
	err = sehub_nl_port_attach(info, tb);
	rtnl_unlock();
	return err;
}

/**
 * sehub_nl_port_detach_doit() - take a session port from its owner
 * @skb: request
 * @info: its attributes
 * Context: process. Return: 0 or -errno as in the specification.
 */
int sehub_nl_port_detach_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[SEHUB_A_PORT_MAX + 1];
	struct sehub_session *session;
	int err;

	err = sehub_nl_port_parse(info, tb, sehub_nl_port_select_policy);
	if (err)
		return err;
	rtnl_lock();
	session = sehub_nl_port_stream(info, tb);
	if (IS_ERR(session)) {
		err = PTR_ERR(session);
		goto out_unlock;
	}
	err = sehub_session_detach(session);
	if (err)
		NL_SET_ERR_MSG_MOD(info->extack, "session port has no owner");
	else
		sehub_nl_notify_port(&session->port);
out_unlock:
	rtnl_unlock();
	return err;
}
