// SPDX-License-Identifier: GPL-2.0-or-later
/* Generic netlink sockets; see sock.h. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sehub.h>

#include "fault.h"
#include "script.h"
#include "sock.h"
#include "stream.h"

#define RCVBUF		(32 * 1024 * 1024)
#define SNDBUF		(1024 * 1024)
#define RECV_ROOM	(256 * 1024)

struct sock *socks;
const char *const sock_group_names[SOCK_GROUPS] = {
	SEHUB_MCGRP_HUB, SEHUB_MCGRP_PORT, SEHUB_MCGRP_FDB, SEHUB_MCGRP_IP,
	SEHUB_MCGRP_PACKET,
};

static int open_netlink(void *arg)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	const int on = 1, rcv = RCVBUF, snd = SNDBUF;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, *(int *)arg);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &rcv, sizeof(rcv));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &snd, sizeof(snd));
	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		return -1;
	}
	return fd;
}

static int open_inet(void *arg)
{
	(void)arg;
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static void take_groups(struct sock *s, const struct nlattr *list)
{
	static const uint16_t name_path[] = { CTRL_ATTR_MCAST_GRP_NAME, 0 };
	static const uint16_t id_path[] = { CTRL_ATTR_MCAST_GRP_ID, 0 };
	const uint8_t *p = (const void *)(list + 1);
	const uint8_t *end = (const uint8_t *)list + list->nla_len;
	const struct nlattr *item, *name, *id;

	for (; p < end; p += NLA_ALIGN(item->nla_len)) {
		item = (const void *)p;
		name = msg_find(item + 1, item->nla_len - NLA_HDRLEN,
				name_path);
		id = msg_find(item + 1, item->nla_len - NLA_HDRLEN, id_path);
		for (int i = 0; i < SOCK_GROUPS; i++)
			if (!strcmp((const char *)(name + 1),
				    sock_group_names[i]))
				memcpy(&s->groups[i], id + 1, 4);
	}
}

/*
 * By a socket of its own: the kernel takes note of how much a socket reads at
 * once, and dumps to a new one come in small pieces.
 */
static bool find_family(struct sock *s)
{
	static const uint16_t id_path[] = { CTRL_ATTR_FAMILY_ID, 0 };
	static const uint16_t group_path[] = { CTRL_ATTR_MCAST_GROUPS, 0 };
	struct genlmsghdr head = { .cmd = CTRL_CMD_GETFAMILY, .version = 2 };
	const struct nlattr *id, *groups;
	const int protocol = NETLINK_GENERIC;
	struct nlmsghdr *nlh;
	char buf[8192];
	int fd, len;

	fd = script_open(s->netns, open_netlink, (void *)&protocol);
	if (fd < 0)
		return false;
	msg_begin(&s->request, GENL_ID_CTRL, 0, 1, &head, sizeof(head));
	msg_put(&s->request, CTRL_ATTR_FAMILY_NAME, SEHUB_FAMILY_NAME,
		sizeof(SEHUB_FAMILY_NAME), "family");
	if (send(fd, s->request.buf, s->request.len, 0) < 0)
		goto out;
	len = recv(fd, buf, sizeof(buf), 0);
	nlh = (void *)buf;
	if (len < (int)NLMSG_HDRLEN || nlh->nlmsg_type == NLMSG_ERROR)
		goto out;
	len = nlh->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN);
	id = msg_find(buf + NLMSG_LENGTH(GENL_HDRLEN), len, id_path);
	groups = msg_find(buf + NLMSG_LENGTH(GENL_HDRLEN), len, group_path);
	if (id)
		memcpy(&s->family, id + 1, sizeof(s->family));
	if (groups)
		take_groups(s, groups);
out:
	close(fd);
	return s->family;
}

struct sock *sock_new(const char *name, const char *netns)
{
	const int genl = NETLINK_GENERIC, route = NETLINK_ROUTE;
	struct sock *s = calloc(1, sizeof(*s));
	struct sockaddr_nl addr;
	socklen_t len = sizeof(addr);

	if (!s)
		abort();
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->netns, sizeof(s->netns), "%s", netns ? netns : "-");
	s->fd = script_open(s->netns, open_netlink, (void *)&genl);
	s->rtnl = script_open(s->netns, open_netlink, (void *)&route);
	s->inet = script_open(s->netns, open_inet, NULL);
	if (s->fd < 0 || s->rtnl < 0 || s->inet < 0 ||
	    getsockname(s->fd, (struct sockaddr *)&addr, &len)) {
		printf("# cannot open sockets in %s\n", s->netns);
		sock_free(s);
		return NULL;
	}
	s->portid = addr.nl_pid;
	/* Without the module only links can be asked about. */
	find_family(s);
	s->next = socks;
	socks = s;
	script_watch(s->fd, sock_receive, s);
	return s;
}

void sock_free(struct sock *s)
{
	struct sock **at;
	struct event *event;

	for (at = &socks; *at && *at != s; at = &(*at)->next)
		;
	if (*at)
		*at = s->next;
	script_watch(s->fd, NULL, NULL);
	stream_free_all(s);
	close(s->fd);
	close(s->rtnl);
	close(s->inet);
	while ((event = s->events)) {
		s->events = event->next;
		free(event->text);
		free(event);
	}
	free(s->reply);
	free(s->ack);
	free(s->xfer_ack);
	free(s);
}

uint32_t sock_ifindex(struct sock *s, const char *dev)
{
	struct ifreq ifr = {};

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	return ioctl(s->inet, SIOCGIFINDEX, &ifr) ? 0 : ifr.ifr_ifindex;
}

const char *sock_command_name(uint8_t cmd)
{
	for (const struct command *c = sehub_commands; c->name; c++)
		if (c->id == cmd)
			return c->name;
	return "?";
}

int sock_command(const char *name)
{
	for (const struct command *c = sehub_commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c->id;
	return name[0] == '#' ? atoi(name + 1) : -1;
}

void sock_begin(struct sock *s, uint8_t cmd, uint16_t flags)
{
	struct genlmsghdr head = { .cmd = cmd, .version =
				   SEHUB_FAMILY_VERSION };

	msg_begin(&s->request, s->family, flags, ++s->seq, &head, sizeof(head));
	free(s->reply);
	s->reply = NULL;
	free(s->ack);
	s->ack = NULL;
	s->done = false;
	s->overrun = false;
	s->interrupted = false;
	s->quiet = false;
	s->tally = NULL;
	s->messages = 0;
}

bool sock_words(struct sock *s, char **words, int count)
{
	uint32_t ifindex;

	if (count && !strncmp(words[0], "dev=", 4)) {
		ifindex = sock_ifindex(s, words[0] + 4);
		if (!ifindex) {
			printf("# no device %s\n", words[0] + 4);
			return false;
		}
		msg_put(&s->request, SEHUB_A_IFINDEX, &ifindex, 4, "ifindex");
		words++;
		count--;
	}
	return msg_words(&s->request, sehub_attrs, words, count);
}

int sock_send(struct sock *s)
{
	if (fault_send(s->fd, s->request.buf, s->request.len) < 0)
		return -errno;
	return 0;
}

static void *copy_of(const struct nlmsghdr *nlh)
{
	void *copy = malloc(nlh->nlmsg_len);

	if (!copy)
		abort();
	return memcpy(copy, nlh, nlh->nlmsg_len);
}

static void print_message(FILE *to, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);

	fputs(sock_command_name(genl->cmd), to);
	msg_print(to, (const uint8_t *)genl + GENL_HDRLEN,
		  nlh->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN), sehub_attrs, "");
}

static void take_event(struct sock *s, const struct nlmsghdr *nlh)
{
	struct event *event = calloc(1, sizeof(*event));
	size_t size;
	FILE *to;

	if (!event || !(to = open_memstream(&event->text, &size)))
		abort();
	print_message(to, nlh);
	fputc(' ', to);		/* so that each word ends with a space */
	fclose(to);
	*(s->events ? &s->last_event->next : &s->events) = event;
	s->last_event = event;
}

static void take_message(struct sock *s, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);

	if (nlh->nlmsg_type == s->family && !nlh->nlmsg_seq) {
		if (genl->cmd == SEHUB_CMD_XFER)
			stream_receive(s, nlh);
		else
			take_event(s, nlh);
		return;
	}
	if (nlh->nlmsg_seq & SOCK_XFER && nlh->nlmsg_type == NLMSG_ERROR) {
		s->refused++;
		if (nlh->nlmsg_seq == s->xfer_seq) {
			free(s->xfer_ack);
			s->xfer_ack = copy_of(nlh);
		}
		return;
	}
	if (nlh->nlmsg_seq != s->seq)
		return;
	s->interrupted |= !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR);
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
		free(s->ack);
		s->ack = copy_of(nlh);
		s->done = true;
	} else if (nlh->nlmsg_type == s->family) {
		s->messages++;
		free(s->reply);
		s->reply = copy_of(nlh);
		if (s->tally) {
			tally_take(s->tally, (const uint8_t *)genl + GENL_HDRLEN,
				   nlh->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN));
		} else if (!s->quiet) {
			print_message(stdout, nlh);
			putchar('\n');
		}
	}
}

bool sock_receive_one(struct sock *s)
{
	static uint8_t buf[RECV_ROOM] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	ssize_t n;

	n = recv(s->fd, buf, sizeof(buf), MSG_DONTWAIT);
	if (n < 0 && errno == ENOBUFS) {
		puts("# overrun");
		s->overrun = true;
		return true;
	}
	if (n <= 0)
		return false;
	for (nlh = (void *)buf; NLMSG_OK(nlh, n); nlh = NLMSG_NEXT(nlh, n))
		take_message(s, nlh);
	return true;
}

void sock_receive(void *arg)
{
	while (sock_receive_one(arg))
		;
}

/* There is no answer if it was the answer that could not be allocated. */
static bool is_done(void *arg)
{
	struct sock *s = arg;

	return s->done || (s->overrun && fault_was_hit());
}

bool sock_wait(struct sock *s)
{
	return script_wait(2 * SCRIPT_MSEC, is_done, s);
}

int sock_error(const struct sock *s)
{
	const struct nlmsgerr *err;

	if (!s->ack)
		return -ENOBUFS;
	err = NLMSG_DATA(s->ack);

	return s->ack->nlmsg_type == NLMSG_ERROR ? err->error : *(int *)err;
}

int sock_end(struct sock *s)
{
	if (!s->done && s->overrun)
		return script_err("ENOBUFS attr= text=overrun");
	if (!s->done)
		return script_err("ETIMEDOUT attr= text=no answer");
	if (!sock_error(s))
		return script_ok("messages=%u%s", s->messages,
				 s->interrupted ? " interrupted" : "");
	return msg_error(&s->request, s->ack);
}
