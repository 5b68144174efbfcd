// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sockets and blocking requests: send one message, read until it is answered
 * or the deadline has passed, turn refusals into text. Knows nothing about the
 * objects in the messages.
 */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>

#include "nl_priv.h"

#define SEHUB_NL_TIMEOUT_MS	10000
#define SEHUB_NL_RCVBUF		(1024 * 1024)

#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK	12
#endif

/* In the order of SEHUB_EVENT_*. */
static const char *const group_names[SEHUB_EVENT_GROUPS] = {
	SEHUB_MCGRP_HUB, SEHUB_MCGRP_PORT, SEHUB_MCGRP_FDB, SEHUB_MCGRP_IP,
	SEHUB_MCGRP_PACKET,
};

int sehub_nl_socket(int protocol, int flags, struct sehub_err *err)
{
	static const int options[] = {
		NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK,
	};
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	int one = 1;
	int fd;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, protocol);
	if (fd < 0)
		return sehub_err_errno(err, errno, "cannot open netlink");
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		int code = errno;

		close(fd);
		return sehub_err_errno(err, code, "cannot bind netlink");
	}
	/* Each only makes answers better; a kernel without it still answers. */
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		setsockopt(fd, SOL_NETLINK, options[i], &one, sizeof(one));
	return fd;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int sehub_nl_err_plain(struct sehub_err *err, int code)
{
	if (code == -EPERM)
		return sehub_err_set(err, code,
				     "not permitted: this needs CAP_NET_ADMIN (run it as root)");
	sehub_err_set(err, code, "%s", strerror(-code));
	if (err && islower((unsigned char)err->text[1]))
		err->text[0] = tolower((unsigned char)err->text[0]);
	return code;
}

/* Extended acknowledgement: attributes at @head, in an answer to @request. */
static void set_ext_text(struct sehub_err *err, int code,
			 const struct nlattr *head, int len,
			 const struct nlmsghdr *request)
{
	struct nlattr *tb[NLMSGERR_ATTR_MISS_NEST + 1] = { NULL };
	const struct nlattr *nest;

	if (nla_parse(tb, NLMSGERR_ATTR_MISS_NEST, (struct nlattr *)head, len,
		      NULL) < 0)
		return;

	if (tb[NLMSGERR_ATTR_MSG]) {
		const char *text = nla_data(tb[NLMSGERR_ATTR_MSG]);
		int text_len = nla_len(tb[NLMSGERR_ATTR_MSG]);

		text_len = strnlen(text, text_len);
		/* Text of a module is prefixed with its name. */
		if (text_len > 7 && !strncmp(text, "sehub: ", 7)) {
			text += 7;
			text_len -= 7;
		}
		if (text_len > 0)
			sehub_err_set(err, code, "%.*s", text_len, text);
	}
	if (!request)
		return;
	if (tb[NLMSGERR_ATTR_OFFS] &&
	    nla_len(tb[NLMSGERR_ATTR_OFFS]) >= 4) {
		sehub_msg_attr_name(request,
				    nla_get_u32(tb[NLMSGERR_ATTR_OFFS]),
				    err->attr, sizeof(err->attr));
	} else if (tb[NLMSGERR_ATTR_MISS_TYPE] &&
		   nla_len(tb[NLMSGERR_ATTR_MISS_TYPE]) >= 4) {
		nest = tb[NLMSGERR_ATTR_MISS_NEST];
		if (!tb[NLMSGERR_ATTR_MSG])
			sehub_err_set(err, code, "attribute missing");
		sehub_msg_missing_name(request, nest && nla_len(nest) >= 4,
				       nest && nla_len(nest) >= 4 ?
				       nla_get_u32(nest) : 0,
				       nla_get_u32(tb[NLMSGERR_ATTR_MISS_TYPE]),
				       err->attr, sizeof(err->attr));
	}
}

int sehub_nl_answer_err(const struct nlmsghdr *nlh,
			const struct nlmsghdr *request, struct sehub_err *err)
{
	const struct nlmsgerr *answer = NLMSG_DATA(nlh);
	struct sehub_err unused;
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN;
	size_t fixed;

	/* NLMSG_DONE of some dumps is empty; both start with the code. */
	if (len < sizeof(int))
		return 0;
	if (answer->error >= 0)
		return 0;
	if (!err)
		err = &unused;

	sehub_nl_err_plain(err, answer->error);
	fixed = sizeof(int);
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		if (len < sizeof(*answer))
			return answer->error;
		fixed = sizeof(*answer);
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
			fixed += NLMSG_ALIGN(answer->msg.nlmsg_len) -
				 NLMSG_HDRLEN;
	}
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS && len > fixed)
		set_ext_text(err, answer->error,
			     (const struct nlattr *)((const char *)answer +
						     fixed),
			     len - fixed, request);
	return answer->error;
}

/* Waits for the socket; -ETIMEDOUT at the deadline. */
static int wait_readable(int fd, int64_t deadline, struct sehub_err *err)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	for (;;) {
		int64_t left = deadline - now_ms();
		int n;

		if (left <= 0)
			return sehub_err_set(err, ETIMEDOUT,
					     "the kernel did not answer in time");
		n = poll(&pfd, 1, left > 1000 ? 1000 : (int)left);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return sehub_err_errno(err, errno, "cannot wait");
	}
}

static ssize_t receive(int fd, char *buf, int64_t deadline,
		       struct sehub_err *err)
{
	struct sockaddr_nl from;
	struct iovec iov = { .iov_base = buf, .iov_len = SEHUB_NL_BUF_LEN };
	struct msghdr mh = {
		.msg_name = &from, .msg_namelen = sizeof(from),
		.msg_iov = &iov, .msg_iovlen = 1,
	};
	ssize_t n;
	int code;

	for (;;) {
		code = wait_readable(fd, deadline, err);
		if (code)
			return code;
		mh.msg_namelen = sizeof(from);
		n = recvmsg(fd, &mh, MSG_DONTWAIT);
		if (n < 0) {
			if (errno == EINTR || errno == EAGAIN)
				continue;
			return sehub_err_errno(err, errno,
					       "cannot read from netlink");
		}
		if (mh.msg_flags & MSG_TRUNC)
			return sehub_err_set(err, EMSGSIZE,
					     "answer of the kernel is too long");
		/* Anybody can send to a netlink port; only 0 is the kernel. */
		if (from.nl_pid == 0)
			return n;
	}
}

/*
 * State of one answer. A dump ends with NLMSG_DONE, or where the caller wants
 * no more of it; anything else with an NLMSG_ERROR, which is also the
 * acknowledgement.
 */
struct answer {
	const struct nlmsghdr *request;
	bool is_dump;
	sehub_nl_fn fn;
	void *arg;
	int fn_result;
	bool is_disturbed;
	bool is_done;
	int code;
};

static void handle_one(struct answer *answer, const struct nlmsghdr *nlh,
		       struct sehub_err *err)
{
	if (nlh->nlmsg_seq != answer->request->nlmsg_seq)
		return;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->is_disturbed = true;

	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		answer->is_done = true;
		answer->code = sehub_nl_answer_err(nlh, answer->request, err);
		break;
	case NLMSG_NOOP:
	case NLMSG_OVERRUN:
		break;
	default:
		if (answer->fn && !answer->fn_result)
			answer->fn_result = answer->fn(nlh, answer->arg);
	}
}

static int read_answer(struct sehub_nl *nl, int fd, struct answer *answer,
		       struct sehub_err *err)
{
	int64_t deadline = now_ms() + nl->timeout_ms;

	while (!answer->is_done && !(answer->is_dump && answer->fn_result)) {
		const struct nlmsghdr *nlh = (const void *)nl->buf;
		ssize_t n = receive(fd, nl->buf, deadline, err);

		if (n < 0)
			return n;
		for (int left = n; nlmsg_ok(nlh, left) && !answer->is_done;
		     nlh = nlmsg_next((struct nlmsghdr *)nlh, &left))
			handle_one(answer, nlh, err);
		/* A long dump is no dead kernel: only silence counts. */
		deadline = now_ms() + nl->timeout_ms;
	}
	if (answer->code)
		return answer->code;
	if (answer->fn_result)
		return answer->fn_result;
	if (answer->is_disturbed)
		return sehub_err_set(err, EAGAIN,
				     "the list changed while it was read");
	return 0;
}

static int open_socket(struct sehub_nl *nl, int *fd, struct sehub_err *err)
{
	int rcvbuf = SEHUB_NL_RCVBUF;
	int made;

	if (*fd >= 0)
		return 0;
	made = sehub_nl_socket(fd == &nl->rtnl ? NETLINK_ROUTE :
			       NETLINK_GENERIC, 0, err);
	if (made < 0)
		return made;
	if (fd != &nl->rtnl)
		setsockopt(made, SOL_SOCKET, SO_RCVBUF, &rcvbuf,
			   sizeof(rcvbuf));
	*fd = made;
	return 0;
}

/* The rest of a list goes with its socket, to which nothing belongs. */
static void drop_rest(int *fd)
{
	close(*fd);
	*fd = -1;
}

int sehub_nl_request(struct sehub_nl *nl, bool is_rtnl, struct nl_msg *msg,
		     sehub_nl_fn fn, void *arg, struct sehub_err *err)
{
	struct answer answer = { .fn = fn, .arg = arg };
	struct nlmsghdr *nlh;
	int code;
	int *fd;

	if (!msg)
		return sehub_err_errno(err, ENOMEM, "cannot make the request");

	nlh = nlmsg_hdr(msg);
	nlh->nlmsg_seq = ++nl->seq;
	nlh->nlmsg_flags |= NLM_F_REQUEST;
	answer.is_dump = (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	if (!answer.is_dump)
		nlh->nlmsg_flags |= NLM_F_ACK;
	answer.request = nlh;

	if (is_rtnl)
		fd = &nl->rtnl;
	else
		fd = answer.is_dump ? &nl->list : &nl->genl;
	code = open_socket(nl, fd, err);
	if (code)
		goto out;
	if (send(*fd, nlh, nlh->nlmsg_len, 0) < 0) {
		code = sehub_err_errno(err, errno, "cannot send to the kernel");
		goto out;
	}
	code = read_answer(nl, *fd, &answer, err);
	if (answer.is_dump && !answer.is_done)
		drop_rest(fd);
out:
	nlmsg_free(msg);
	return code;
}

static void get_groups(struct sehub_family *family, struct nlattr *groups)
{
	struct nlattr *one;
	int left;

	nla_for_each_nested(one, groups, left) {
		struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];

		if (nla_parse_nested(tb, CTRL_ATTR_MCAST_GRP_MAX, one, NULL) ||
		    !tb[CTRL_ATTR_MCAST_GRP_NAME] ||
		    !tb[CTRL_ATTR_MCAST_GRP_ID])
			continue;
		for (size_t i = 0; i < SEHUB_EVENT_GROUPS; i++)
			if (!nla_strcmp(tb[CTRL_ATTR_MCAST_GRP_NAME],
					group_names[i]))
				family->group[i] = nla_get_u32(
					tb[CTRL_ATTR_MCAST_GRP_ID]);
	}
}

static int get_family(const struct nlmsghdr *nlh, void *arg)
{
	struct sehub_family *family = arg;
	struct nlattr *tb[CTRL_ATTR_MAX + 1];

	if (nlmsg_parse((struct nlmsghdr *)nlh, GENL_HDRLEN, tb, CTRL_ATTR_MAX,
			NULL) < 0)
		return 0;
	if (tb[CTRL_ATTR_FAMILY_ID])
		family->id = nla_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	if (tb[CTRL_ATTR_MCAST_GROUPS])
		get_groups(family, tb[CTRL_ATTR_MCAST_GROUPS]);
	return 0;
}

int sehub_nl_family(struct sehub_nl *nl, struct sehub_err *err)
{
	struct nl_msg *msg = nlmsg_alloc();
	int code;

	if (msg && (!genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0,
				 CTRL_CMD_GETFAMILY, 1) ||
		    nla_put_string(msg, CTRL_ATTR_FAMILY_NAME,
				   SEHUB_FAMILY_NAME))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	memset(&nl->family, 0, sizeof(nl->family));
	code = sehub_nl_request(nl, false, msg, get_family, &nl->family, err);
	if (code == -ENOENT || (!code && !nl->family.id))
		return sehub_err_set(err, ENOENT,
				     "sehub.ko is not loaded (insmod sehub.ko or modprobe sehub)");
	return code;
}

int sehub_nl_open_rtnl(struct sehub_nl **nlp, struct sehub_err *err)
{
	struct sehub_nl *nl;

	*nlp = NULL;
	nl = calloc(1, sizeof(*nl));
	if (!nl)
		return sehub_err_errno(err, ENOMEM, "cannot open netlink");
	nl->genl = -1;
	nl->list = -1;
	nl->rtnl = -1;
	nl->timeout_ms = SEHUB_NL_TIMEOUT_MS;
	nl->buf = malloc(SEHUB_NL_BUF_LEN);
	if (!nl->buf) {
		sehub_nl_close(nl);
		return sehub_err_errno(err, ENOMEM, "cannot open netlink");
	}
	*nlp = nl;
	return 0;
}

int sehub_nl_open(struct sehub_nl **nlp, struct sehub_err *err)
{
	struct sehub_nl *nl;
	int code;

	code = sehub_nl_open_rtnl(&nl, err);
	*nlp = NULL;
	if (code)
		return code;
	code = open_socket(nl, &nl->genl, err);
	if (!code)
		code = sehub_nl_family(nl, err);
	if (code)
		goto err_close;
	*nlp = nl;
	return 0;

err_close:
	sehub_nl_close(nl);
	return code;
}

void sehub_nl_close(struct sehub_nl *nl)
{
	if (!nl)
		return;
	if (nl->genl >= 0)
		close(nl->genl);
	if (nl->list >= 0)
		close(nl->list);
	if (nl->rtnl >= 0)
		close(nl->rtnl);
	free(nl->buf);
	free(nl);
}

void sehub_nl_set_timeout(struct sehub_nl *nl, unsigned int ms)
{
	nl->timeout_ms = ms;
}

bool sehub_nl_is_loaded(void)
{
	struct sehub_nl *nl;

	if (sehub_nl_open(&nl, NULL))
		return false;
	sehub_nl_close(nl);
	return true;
}
