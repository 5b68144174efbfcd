// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests to rtnetlink: hubs are links. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fault.h"
#include "script.h"
#include "sock.h"

#define PREFIX		"linkinfo.data."
#define WORDS_MAX	32

static struct msg request;

static void begin(struct sock *s, uint16_t type, uint16_t flags,
		  const struct ifinfomsg *info)
{
	msg_begin(&request, type, NLM_F_ACK | flags, ++s->seq, info,
		  sizeof(*info));
}

static void print_link(const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *info = NLMSG_DATA(nlh);

	printf("link ifindex=%d up=%d", info->ifi_index,
	       !!(info->ifi_flags & IFF_UP));
	msg_print(stdout, (const uint8_t *)info + NLMSG_ALIGN(sizeof(*info)),
		  nlh->nlmsg_len - NLMSG_SPACE(sizeof(*info)), link_attrs, "");
	putchar('\n');
}

/* rtnetlink answers at once. */
static int talk(struct sock *s)
{
	static uint8_t buf[64 * 1024] __attribute__((aligned(8)));
	const struct nlmsgerr *err;
	struct nlmsghdr *nlh;
	ssize_t n;

	if (fault_send(s->rtnl, request.buf, request.len) < 0)
		return script_err("%s attr= text=", strerrorname_np(errno));
	for (;;) {
		n = recv(s->rtnl, buf, sizeof(buf), 0);
		if (n < 0)
			return script_err("%s attr= text=",
					  strerrorname_np(errno));
		for (nlh = (void *)buf; NLMSG_OK(nlh, n);
		     nlh = NLMSG_NEXT(nlh, n)) {
			if (nlh->nlmsg_seq != s->seq)
				continue;
			if (nlh->nlmsg_type == RTM_NEWLINK)
				print_link(nlh);
			if (nlh->nlmsg_type != NLMSG_ERROR)
				continue;
			err = NLMSG_DATA(nlh);
			return err->error ? msg_error(&request, nlh) :
					    script_ok("link");
		}
	}
}

/* Words without a dot are settings of a hub, but for those of any link. */
static bool add_words(char **words, int count)
{
	static char rooms[WORDS_MAX][256];
	char *all[WORDS_MAX];

	if (count > WORDS_MAX)
		return false;
	for (int i = 0; i < count; i++) {
		bool is_plain = strchr(words[i], '.') ||
				!strncmp(words[i], "address", 7) ||
				!strncmp(words[i], "mtu", 3) ||
				!strncmp(words[i], "name", 4);

		snprintf(rooms[i], sizeof(rooms[i]), "%s%s",
			 is_plain ? "" : PREFIX, words[i]);
		all[i] = rooms[i];
	}
	return msg_words(&request, link_attrs, all, count);
}

static int cmd_add(struct sock *s, const char *name, char **words, int count)
{
	char *kind[] = { (char[]){ "linkinfo.kind=sehub" } };
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC };

	begin(s, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info);
	msg_put(&request, IFLA_IFNAME, name, strlen(name) + 1, "name");
	/* Words that share nests must follow each other: plain ones first. */
	for (int i = 0; i < count; i++) {
		if (!strncmp(words[i], "address", 7) ||
		    !strncmp(words[i], "mtu", 3)) {
			if (!add_words(words + i, 1))
				return script_err("bad words");
			words[i--] = words[--count];
		}
	}
	if (count) {
		static char first[] = "linkinfo.kind=sehub";
		char *all[WORDS_MAX + 1] = { first };

		for (int i = 0; i < count && i < WORDS_MAX; i++)
			all[i + 1] = words[i];
		if (!add_words(all, count + 1))
			return script_err("bad words");
	} else if (!add_words(kind, 1)) {
		return script_err("bad words");
	}
	return talk(s);
}

static int cmd_set(struct sock *s, struct ifinfomsg *info, char **words,
		   int count)
{
	static char first[] = "linkinfo.kind=sehub";
	char *all[WORDS_MAX + 1] = { first };
	bool data = false;

	begin(s, RTM_NEWLINK, 0, info);
	for (int i = 0; i < count && i < WORDS_MAX; i++) {
		all[i + 1] = words[i];
		data |= strncmp(words[i], "address", 7) &&
			strncmp(words[i], "name", 4) &&
			strncmp(words[i], "mtu", 3);
	}
	if (!add_words(all + !data, count + data))
		return script_err("bad words");
	return talk(s);
}

static int cmd_netns(struct sock *s, struct ifinfomsg *info, const char *netns)
{
	char path[256];
	int fd, ret;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return script_err("no namespace %s", netns);
	begin(s, RTM_NEWLINK, 0, info);
	msg_put(&request, IFLA_NET_NS_FD, &(uint32_t){ fd }, 4, "netns-fd");
	ret = talk(s);
	close(fd);
	return ret;
}

static int cmd_master(struct sock *s, struct ifinfomsg *info, const char *hub)
{
	uint32_t master = strcmp(hub, "-") ? sock_ifindex(s, hub) : 0;

	if (!master && strcmp(hub, "-"))
		return script_err("no device %s", hub);
	begin(s, RTM_NEWLINK, 0, info);
	msg_put(&request, IFLA_MASTER, &master, 4, "master");
	return talk(s);
}

/* S link VERB DEV [argument...] */
int link_command(struct sock *s, int argc, char **argv)
{
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	const char *verb = argv[0];

	if (argc < 2)
		return script_err("link VERB DEV");
	if (!strcmp(verb, "add"))
		return cmd_add(s, argv[1], argv + 2, argc - 2);
	info.ifi_index = sock_ifindex(s, argv[1]);
	if (!info.ifi_index)
		return script_err("ENODEV attr= text=no device %s", argv[1]);
	if (!strcmp(verb, "set"))
		return cmd_set(s, &info, argv + 2, argc - 2);
	if (!strcmp(verb, "netns") && argc == 3)
		return cmd_netns(s, &info, argv[2]);
	if (!strcmp(verb, "master") && argc == 3)
		return cmd_master(s, &info, argv[2]);
	if (!strcmp(verb, "up") || !strcmp(verb, "down")) {
		info.ifi_change = IFF_UP;
		info.ifi_flags = verb[0] == 'u' ? IFF_UP : 0;
		begin(s, RTM_NEWLINK, 0, &info);
	} else if (!strcmp(verb, "del")) {
		begin(s, RTM_DELLINK, 0, &info);
	} else if (!strcmp(verb, "get")) {
		begin(s, RTM_GETLINK, 0, &info);
	} else {
		return script_err("bad command link %s", verb);
	}
	return talk(s);
}
