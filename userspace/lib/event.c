// SPDX-License-Identifier: GPL-2.0-or-later
/* Notifications of the family, as events. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "event.h"
#include "nl_priv.h"

#define SEHUB_MONITOR_RCVBUF	(4 * 1024 * 1024)
/* Frames are longer than changes, and there are more of them. */
#define SEHUB_MONITOR_RCVBUF_PACKETS	(32 * 1024 * 1024)

/**
 * struct sehub_monitor - a subscription
 * @fd: generic netlink socket in the groups
 * @family: message type
 * @buf: receive buffer of SEHUB_NL_BUF_LEN
 */
struct sehub_monitor {
	int fd;
	uint16_t family;
	char *buf;
};

static int subscribe(struct sehub_monitor *mon, unsigned int groups,
		     const struct sehub_family *family, struct sehub_err *err)
{
	for (unsigned int i = 0; i < SEHUB_EVENT_GROUPS; i++) {
		if (!(groups & 1U << i))
			continue;
		if (!family->group[i])
			return sehub_err_set(err, EOPNOTSUPP,
					     "sehub.ko is too old for these events");
		if (setsockopt(mon->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
			       &family->group[i],
			       sizeof(family->group[i])) < 0)
			return sehub_nl_err_plain(err, -errno);
	}
	return 0;
}

int sehub_monitor_open(struct sehub_monitor **monp, unsigned int groups,
		       struct sehub_err *err)
{
	int rcvbuf = groups & SEHUB_EVENT_PACKET ?
		SEHUB_MONITOR_RCVBUF_PACKETS : SEHUB_MONITOR_RCVBUF;
	struct sehub_monitor *mon;
	struct sehub_nl *nl;
	int code;

	*monp = NULL;
	code = sehub_nl_open(&nl, err);
	if (code)
		return code;
	mon = calloc(1, sizeof(*mon));
	if (!mon || !(mon->buf = malloc(SEHUB_NL_BUF_LEN))) {
		free(mon);
		sehub_nl_close(nl);
		return sehub_err_errno(err, ENOMEM, "cannot read events");
	}
	mon->family = nl->family.id;
	mon->fd = sehub_nl_socket(NETLINK_GENERIC, SOCK_NONBLOCK, err);
	code = mon->fd < 0 ? mon->fd : 0;
	if (!code &&
	    setsockopt(mon->fd, SOL_SOCKET, SO_RCVBUFFORCE, &rcvbuf,
		       sizeof(rcvbuf)) < 0)
		setsockopt(mon->fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf,
			   sizeof(rcvbuf));
	if (!code)
		code = subscribe(mon, groups, &nl->family, err);
	sehub_nl_close(nl);
	if (code) {
		sehub_monitor_close(mon);
		return code;
	}
	*monp = mon;
	return 0;
}

void sehub_monitor_close(struct sehub_monitor *mon)
{
	if (!mon)
		return;
	if (mon->fd >= 0)
		close(mon->fd);
	free(mon->buf);
	free(mon);
}

int sehub_monitor_fd(const struct sehub_monitor *mon)
{
	return mon->fd;
}

/* False for a message that is no event, or one that is not understood. */
static bool event_of(const struct nlmsghdr *nlh, struct sehub_event *event)
{
	int cmd = sehub_msg_cmd(nlh);

	event->is_deleted = cmd == SEHUB_CMD_HUB_DEL_NTF ||
			    cmd == SEHUB_CMD_PORT_DEL_NTF ||
			    cmd == SEHUB_CMD_FDB_DEL_NTF ||
			    cmd == SEHUB_CMD_IP_DEL_NTF;
	switch (cmd) {
	case SEHUB_CMD_HUB_NTF:
	case SEHUB_CMD_HUB_DEL_NTF:
		event->group = SEHUB_EVENT_HUB;
		return !sehub_msg_get_hub(nlh, &event->hub);
	case SEHUB_CMD_PORT_NTF:
	case SEHUB_CMD_PORT_DEL_NTF:
		event->group = SEHUB_EVENT_PORT;
		return !sehub_msg_get_port(nlh, &event->port);
	case SEHUB_CMD_FDB_NTF:
	case SEHUB_CMD_FDB_DEL_NTF:
		event->group = SEHUB_EVENT_FDB;
		return !sehub_msg_get_fdb(nlh, &event->fdb);
	case SEHUB_CMD_IP_NTF:
	case SEHUB_CMD_IP_DEL_NTF:
		event->group = SEHUB_EVENT_IP;
		return !sehub_msg_get_ip(nlh, &event->ip);
	case SEHUB_CMD_PACKET_NTF:
		event->group = SEHUB_EVENT_PACKET;
		return !sehub_msg_get_packet(nlh, &event->packet);
	}
	return false;
}

int sehub_monitor_read(struct sehub_monitor *mon, sehub_event_fn fn, void *arg,
		       struct sehub_err *err)
{
	struct sehub_event event;
	int code;

	for (;;) {
		const struct nlmsghdr *nlh = (const void *)mon->buf;
		struct sockaddr_nl from = { .nl_pid = 0 };
		socklen_t from_len = sizeof(from);
		ssize_t n;

		n = recvfrom(mon->fd, mon->buf, SEHUB_NL_BUF_LEN, MSG_DONTWAIT,
			     (struct sockaddr *)&from, &from_len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0)
			return sehub_err_errno(err, errno,
					       "cannot read events");
		if (from.nl_pid)
			continue;
		for (int left = n; nlmsg_ok(nlh, left);
		     nlh = nlmsg_next((struct nlmsghdr *)nlh, &left)) {
			if (nlh->nlmsg_type != mon->family ||
			    !event_of(nlh, &event))
				continue;
			code = fn(&event, arg);
			if (code)
				return code;
		}
	}
}
