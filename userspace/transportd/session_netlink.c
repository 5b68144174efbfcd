// SPDX-License-Identifier: GPL-2.0-or-later
/* A session's port of a hub, over the netlink socket of its worker. */
#include "session_impl.h"

#include "xfer.h"

static void netlink_done(void *arg, int code, const struct sehub_port *port,
			 const struct sehub_err *err)
{
	session_attached(arg, code, port, err);
}

static int netlink_begin(struct session *s, const struct session_start *start,
			 struct sehub_err *err)
{
	/* The peer may be newer than we are, and the kernel refuses the rest. */
	struct sehub_port_config config = {
		.features = start->features & SEHUB_WIRE_F_OFFLOAD,
	};

	if (start->is_resume) {
		config.set = SEHUB_PORT_FEATURES | SEHUB_PORT_PEER_RX |
			     SEHUB_PORT_PEER_OLDEST;
		config.peer_rx = start->peer_rx;
		config.peer_oldest = start->peer_oldest;
		return sehub_xfer_port_attach(s->host->xfer, start->port_id,
					      &config, netlink_done, s, err);
	}
	config.set = SEHUB_PORT_NAME | SEHUB_PORT_COOKIE | SEHUB_PORT_GRACE |
		     SEHUB_PORT_QUEUE_LIMIT | SEHUB_PORT_FEATURES;
	config.name = start->port_name;
	config.cookie = start->cookie;
	config.cookie_len = start->cookie_len;
	config.grace = start->grace;
	config.queue_limit = start->queue_limit;
	config.peer_hub = start->peer_hub;
	if (start->peer_hub)
		config.set |= SEHUB_PORT_PEER_HUB;
	config.heir_of = start->heir_of;
	if (start->heir_of)
		config.set |= SEHUB_PORT_HEIR_OF;
	if (start->has_policy) {
		config.set |= SEHUB_PORT_POLICY;
		config.policy = &start->policy;
	}
	return sehub_xfer_port_new(s->host->xfer, start->hub_ifindex, &config,
				   netlink_done, s, err);
}

static int netlink_send(struct session *s, const void *records, size_t len,
			uint32_t credit)
{
	return sehub_xfer_send(s->host->xfer, s->port_id, records, len,
			       credit);
}

static void netlink_detach(struct session *s)
{
	sehub_xfer_port_detach(s->host->xfer, s->port_id, NULL, NULL, NULL);
}

static void netlink_del(struct session *s)
{
	sehub_xfer_port_del(s->host->xfer, s->port_id, NULL, NULL, NULL);
}

static void netlink_forget(struct session *s)
{
	if (s->host->xfer)
		sehub_xfer_forget(s->host->xfer, s);
}

const struct session_port_ops session_netlink_ops = {
	.begin = netlink_begin,
	.send = netlink_send,
	.detach = netlink_detach,
	.del = netlink_del,
	.forget = netlink_forget,
};
