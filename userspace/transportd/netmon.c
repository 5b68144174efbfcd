// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Listens to rtnetlink for anything that may open or close a way to a server.
 * What changed is not kept: whoever is told tries and sees. Of every device
 * that is mentioned within a moment the owner is told once.
 */
#include "netmon.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* News that come within this time are told together. */
#define GATHER_MS	500
#define BUFFER_SIZE	32768
/* A device that comes is a dozen messages; some hundred may come at once. */
#define RCVBUF		(8 * 1024 * 1024)
/* More devices than this are told as "several". */
#define DEVICES_MAX	1024

struct netmon {
	uv_poll_t poll;
	uv_timer_t timer;
	unsigned int handles;
	int fd;
	netmon_fn fn;
	void *arg;
	uint32_t devices[DEVICES_MAX];
	unsigned int count;	/* DEVICES_MAX + 1: several */
	char buf[BUFFER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
};

static void on_gathered(uv_timer_t *timer)
{
	struct netmon *nm = timer->data;
	uint32_t devices[DEVICES_MAX];
	unsigned int i, count = nm->count;

	for (i = 0; i < count && i < DEVICES_MAX; i++)
		devices[i] = nm->devices[i];
	nm->count = 0;
	if (count > DEVICES_MAX) {
		nm->fn(nm->arg, 0);
		return;
	}
	for (i = 0; i < count; i++)
		nm->fn(nm->arg, devices[i]);
}

static void note(struct netmon *nm, uint32_t ifindex)
{
	unsigned int i;

	if (!uv_is_active((uv_handle_t *)&nm->timer))
		uv_timer_start(&nm->timer, on_gathered, GATHER_MS, 0);
	for (i = 0; i < nm->count && i < DEVICES_MAX; i++)
		if (nm->devices[i] == ifindex)
			return;
	if (nm->count < DEVICES_MAX)
		nm->devices[nm->count] = ifindex;
	if (nm->count <= DEVICES_MAX)
		nm->count++;
}

static void note_route(struct netmon *nm, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = NLMSG_DATA(nlh);
	struct rtattr *attr = RTM_RTA(rtm);
	int len = (int)RTM_PAYLOAD(nlh);
	uint32_t ifindex = 0;

	/* A route that was learned for one destination changes nothing. */
	if (rtm->rtm_flags & RTM_F_CLONED)
		return;
	for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len))
		if (attr->rta_type == RTA_OIF &&
		    RTA_PAYLOAD(attr) >= sizeof(ifindex))
			ifindex = *(uint32_t *)RTA_DATA(attr);
	note(nm, ifindex);
}

static void note_message(struct netmon *nm, const struct nlmsghdr *nlh)
{
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN;

	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK: {
		const struct ifinfomsg *ifi = NLMSG_DATA(nlh);

		/* Statistics and the like do not change flags. */
		if (len >= sizeof(*ifi) &&
		    (nlh->nlmsg_type == RTM_DELLINK || ifi->ifi_change))
			note(nm, (uint32_t)ifi->ifi_index);
		break;
	}
	case RTM_NEWADDR:
	case RTM_DELADDR: {
		const struct ifaddrmsg *ifa = NLMSG_DATA(nlh);

		if (len >= sizeof(*ifa))
			note(nm, ifa->ifa_index);
		break;
	}
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		if (len >= sizeof(struct rtmsg))
			note_route(nm, nlh);
		break;
	default:
		break;
	}
}

static void note_messages(struct netmon *nm, size_t len)
{
	const struct nlmsghdr *nlh;
	size_t at = 0;

	while (len - at >= sizeof(*nlh)) {
		nlh = (const struct nlmsghdr *)(nm->buf + at);
		if (nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > len - at)
			return;
		note_message(nm, nlh);
		at += NLMSG_ALIGN(nlh->nlmsg_len);
		if (at > len)
			return;
	}
}

static void read_news(struct netmon *nm)
{
	struct sockaddr_nl from;
	socklen_t from_len;
	ssize_t n;

	for (;;) {
		from_len = sizeof(from);
		n = recvfrom(nm->fd, nm->buf, sizeof(nm->buf), MSG_DONTWAIT,
			     (struct sockaddr *)&from, &from_len);
		if (n < 0 && errno == ENOBUFS) {
			note(nm, 0);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		if (from.nl_pid)
			continue;
		note_messages(nm, (size_t)n);
	}
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	(void)events;
	read_news(poll->data);
	/* After an overrun libuv watches no more. */
	if (status < 0)
		uv_poll_start(poll, UV_READABLE, on_poll);
}

static void on_closed(uv_handle_t *handle)
{
	struct netmon *nm = handle->data;

	if (--nm->handles == 0)
		free(nm);
}

int netmon_open(struct netmon **nmp, uv_loop_t *loop, netmon_fn fn, void *arg,
		struct sehub_err *err)
{
	struct sockaddr_nl addr = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
			     RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
			     RTMGRP_IPV6_ROUTE,
	};
	struct netmon *nm = calloc(1, sizeof(*nm));
	int code = ENOMEM, size = RCVBUF;

	if (!nm)
		goto err_report;
	nm->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
			NETLINK_ROUTE);
	if (nm->fd < 0) {
		code = errno;
		goto err_free;
	}
	/* The second is not allowed as much, and good for what it gets. */
	if (setsockopt(nm->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(nm->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(nm->fd, (struct sockaddr *)&addr, sizeof(addr))) {
		code = errno;
		goto err_close;
	}
	if (uv_poll_init(loop, &nm->poll, nm->fd))
		goto err_close;
	uv_timer_init(loop, &nm->timer);
	nm->handles = 2;
	nm->poll.data = nm;
	nm->timer.data = nm;
	nm->fn = fn;
	nm->arg = arg;
	uv_poll_start(&nm->poll, UV_READABLE, on_poll);
	*nmp = nm;
	return 0;

err_close:
	close(nm->fd);
err_free:
	free(nm);
err_report:
	return sehub_err_errno(err, code, "cannot watch the network");
}

void netmon_close(struct netmon *nm)
{
	if (!nm)
		return;
	uv_close((uv_handle_t *)&nm->poll, on_closed);
	uv_close((uv_handle_t *)&nm->timer, on_closed);
	close(nm->fd);
}
