// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The frame path of a worker. The kernel runs a request inside sendmsg(), so
 * nothing here waits: what it has to say is in the socket's queue by then or
 * comes later, and is read when the descriptor is readable.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/genetlink.h>

#include "nl_priv.h"
#include "xfer.h"

/* A message of SEHUB_XFER_MAX bytes with its headers, and as much again. */
#define SEHUB_XFER_SNDBUF	(256 * 1024)
/*
 * Room for the answers to about 1900 credits that come before one of them is
 * read (the kernel doubles it). A bound, not memory that is set aside.
 */
#define SEHUB_XFER_RCVBUF	(64 * 1024 * 1024)

/**
 * struct pending - a request that is not answered yet
 * @next: next one
 * @request: the message, to name attributes that are refused
 * @done: whom to tell, may be NULL
 * @arg: handed to @done
 * @has_port: @port came
 * @port: the port
 */
struct pending {
	struct pending *next;
	struct nl_msg *request;
	sehub_xfer_done done;
	void *arg;
	bool has_port;
	struct sehub_port port;
};

/**
 * struct sehub_xfer - a worker's socket
 * @fd: nonblocking generic netlink socket, the owner of the ports
 * @family: the module's family
 * @ops: whom to call
 * @arg: handed to @ops
 * @seq: number of the last request that is not xfer
 * @pending: requests without an answer, oldest first
 * @has_lost: the kernel dropped messages since the queue was last empty
 * @buf: receive buffer of SEHUB_NL_BUF_LEN
 */
struct sehub_xfer {
	int fd;
	struct sehub_family family;
	const struct sehub_xfer_ops *ops;
	void *arg;
	uint32_t seq;
	struct pending *pending;
	bool has_lost;
	char *buf;
};

static void set_buffer(int fd, int option, int force, int size)
{
	if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, option, &size, sizeof(size));
}

int sehub_xfer_open(struct sehub_xfer **xp, const struct sehub_xfer_ops *ops,
		    void *arg, struct sehub_err *err)
{
	struct sehub_xfer *x;
	struct sehub_nl *nl;
	int code;

	*xp = NULL;
	code = sehub_nl_open(&nl, err);
	if (code)
		return code;
	x = calloc(1, sizeof(*x));
	if (!x || !(x->buf = malloc(SEHUB_NL_BUF_LEN))) {
		free(x);
		sehub_nl_close(nl);
		return sehub_err_errno(err, ENOMEM, "cannot open netlink");
	}
	x->family = nl->family;
	sehub_nl_close(nl);
	x->ops = ops;
	x->arg = arg;
	x->fd = sehub_nl_socket(NETLINK_GENERIC, SOCK_NONBLOCK, err);
	if (x->fd < 0) {
		code = x->fd;
		sehub_xfer_close(x);
		return code;
	}
	set_buffer(x->fd, SO_SNDBUF, SO_SNDBUFFORCE, SEHUB_XFER_SNDBUF);
	set_buffer(x->fd, SO_RCVBUF, SO_RCVBUFFORCE, SEHUB_XFER_RCVBUF);
	*xp = x;
	return 0;
}

static void free_pending(struct pending *p)
{
	nlmsg_free(p->request);
	free(p);
}

void sehub_xfer_close(struct sehub_xfer *x)
{
	if (!x)
		return;
	if (x->fd >= 0)
		close(x->fd);
	while (x->pending) {
		struct pending *p = x->pending;

		x->pending = p->next;
		free_pending(p);
	}
	free(x->buf);
	free(x);
}

int sehub_xfer_fd(const struct sehub_xfer *x)
{
	return x->fd;
}

/* --- frames -------------------------------------------------------------- */

/* An xfer request up to its records; every member is 4 bytes aligned. */
struct xfer_head {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	struct nlattr port_attr;
	uint32_t port_id;
};

struct xfer_credit {
	struct nlattr attr;
	uint32_t credit;
};

int sehub_xfer_send(struct sehub_xfer *x, uint32_t port_id,
		    const void *records, size_t len, uint32_t credit)
{
	static const char pad[NLA_ALIGNTO];
	struct xfer_credit grant = {
		.attr = { .nla_len = sizeof(grant),
			  .nla_type = SEHUB_A_CREDIT },
		.credit = credit,
	};
	struct nlattr records_attr = {
		.nla_len = NLA_HDRLEN + len, .nla_type = SEHUB_A_RECORDS,
	};
	struct xfer_head head = {
		.nlh = { .nlmsg_type = x->family.id,
			 .nlmsg_flags = NLM_F_REQUEST,
			 .nlmsg_seq = port_id },
		.genl = { .cmd = SEHUB_CMD_XFER,
			  .version = SEHUB_FAMILY_VERSION },
		.port_attr = { .nla_len = NLA_HDRLEN + sizeof(head.port_id),
			       .nla_type = SEHUB_A_PORT_ID },
		.port_id = port_id,
	};
	struct iovec iov[5];
	struct msghdr mh = { .msg_iov = iov };
	size_t total = 0;

	if (len > SEHUB_XFER_MAX || (!len && !credit) ||
	    (credit && (credit < SEHUB_CREDIT_MIN ||
			credit > SEHUB_CREDIT_MAX)))
		return -EINVAL;

	iov[mh.msg_iovlen++] = (struct iovec){ &head, sizeof(head) };
	if (credit)
		iov[mh.msg_iovlen++] = (struct iovec){ &grant, sizeof(grant) };
	if (len) {
		iov[mh.msg_iovlen++] = (struct iovec){ &records_attr,
						       sizeof(records_attr) };
		iov[mh.msg_iovlen++] = (struct iovec){ (void *)records, len };
		iov[mh.msg_iovlen++] = (struct iovec){ (void *)pad,
						       NLA_ALIGN(len) - len };
	}
	for (size_t i = 0; i < mh.msg_iovlen; i++)
		total += iov[i].iov_len;
	head.nlh.nlmsg_len = total;

	while (sendmsg(x->fd, &mh, MSG_DONTWAIT) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

static void take_answer(struct sehub_xfer *x, const struct nlmsghdr *nlh)
{
	struct nlattr *tb[SEHUB_A_MAX + 1];
	struct nlattr *records;
	struct nlattr *control;

	if (nlmsg_parse((struct nlmsghdr *)nlh, GENL_HDRLEN, tb, SEHUB_A_MAX,
			NULL) < 0 ||
	    !tb[SEHUB_A_PORT_ID] || nla_len(tb[SEHUB_A_PORT_ID]) < 4)
		return;
	records = tb[SEHUB_A_RECORDS];
	control = tb[SEHUB_A_CONTROL];
	if (x->ops->answer)
		x->ops->answer(x->arg, nla_get_u32(tb[SEHUB_A_PORT_ID]),
			       records ? nla_data(records) : NULL,
			       records ? nla_len(records) : 0,
			       control ? nla_data(control) : NULL,
			       control ? nla_len(control) : 0);
}

/* --- requests ------------------------------------------------------------ */

static int request(struct sehub_xfer *x, int cmd,
		   const struct sehub_port_ref *ref,
		   const struct sehub_port_config *config,
		   sehub_xfer_done done, void *arg, struct sehub_err *err)
{
	struct pending **end = &x->pending;
	struct pending *p;
	struct nlmsghdr *nlh;

	p = calloc(1, sizeof(*p));
	if (!p)
		return sehub_err_errno(err, ENOMEM, "cannot make the request");
	p->request = sehub_msg_port(&x->family, cmd, ref, config);
	if (!p->request) {
		free(p);
		return sehub_err_errno(err, ENOMEM, "cannot make the request");
	}
	p->done = done;
	p->arg = arg;
	nlh = nlmsg_hdr(p->request);
	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	/* Unsolicited messages have the number 0. */
	x->seq = x->seq + 1 ? x->seq + 1 : 1;
	nlh->nlmsg_seq = x->seq;

	while (send(x->fd, nlh, nlh->nlmsg_len, MSG_DONTWAIT) < 0) {
		int code = errno;

		if (code == EINTR)
			continue;
		free_pending(p);
		return sehub_err_errno(err, code, "cannot send to the kernel");
	}
	while (*end)
		end = &(*end)->next;
	*end = p;
	return 0;
}

int sehub_xfer_port_new(struct sehub_xfer *x, uint32_t hub_ifindex,
			const struct sehub_port_config *config,
			sehub_xfer_done done, void *arg, struct sehub_err *err)
{
	struct sehub_port_ref ref = { .hub_ifindex = hub_ifindex };

	return request(x, SEHUB_CMD_PORT_NEW, &ref, config, done, arg, err);
}

int sehub_xfer_port_attach(struct sehub_xfer *x, uint32_t port_id,
			   const struct sehub_port_config *config,
			   sehub_xfer_done done, void *arg,
			   struct sehub_err *err)
{
	struct sehub_port_ref ref = { .id = port_id };

	return request(x, SEHUB_CMD_PORT_ATTACH, &ref, config, done, arg, err);
}

int sehub_xfer_port_get(struct sehub_xfer *x, uint32_t port_id,
			sehub_xfer_done done, void *arg, struct sehub_err *err)
{
	struct sehub_port_ref ref = { .id = port_id };

	return request(x, SEHUB_CMD_PORT_GET, &ref, NULL, done, arg, err);
}

int sehub_xfer_port_set(struct sehub_xfer *x, uint32_t port_id,
			const struct sehub_port_config *config,
			sehub_xfer_done done, void *arg, struct sehub_err *err)
{
	struct sehub_port_ref ref = { .id = port_id };

	return request(x, SEHUB_CMD_PORT_SET, &ref, config, done, arg, err);
}

int sehub_xfer_port_detach(struct sehub_xfer *x, uint32_t port_id,
			   sehub_xfer_done done, void *arg,
			   struct sehub_err *err)
{
	struct sehub_port_ref ref = { .id = port_id };

	return request(x, SEHUB_CMD_PORT_DETACH, &ref, NULL, done, arg, err);
}

int sehub_xfer_port_del(struct sehub_xfer *x, uint32_t port_id,
			sehub_xfer_done done, void *arg, struct sehub_err *err)
{
	struct sehub_port_ref ref = { .id = port_id };

	return request(x, SEHUB_CMD_PORT_DEL, &ref, NULL, done, arg, err);
}

void sehub_xfer_forget(struct sehub_xfer *x, const void *arg)
{
	for (struct pending *p = x->pending; p; p = p->next)
		if (p->arg == arg)
			p->done = NULL;
}

static struct pending **find_pending(struct sehub_xfer *x, uint32_t seq)
{
	struct pending **p = &x->pending;

	while (*p && nlmsg_hdr((*p)->request)->nlmsg_seq != seq)
		p = &(*p)->next;
	return p;
}

/* The object that a request is answered with; its acknowledgement follows. */
static void take_port(struct sehub_xfer *x, const struct nlmsghdr *nlh)
{
	struct pending *p = *find_pending(x, nlh->nlmsg_seq);

	if (p && !sehub_msg_get_port(nlh, &p->port))
		p->has_port = true;
}

static void finish(struct sehub_xfer *x, const struct nlmsghdr *nlh)
{
	struct pending **link = find_pending(x, nlh->nlmsg_seq);
	struct pending *p = *link;
	struct sehub_err err = { .code = 0 };
	int code;

	if (!p)
		return;
	/* Out of the list first: the call may make new requests. */
	*link = p->next;
	code = sehub_nl_answer_err(nlh, nlmsg_hdr(p->request), &err);
	if (p->done)
		p->done(p->arg, code, p->has_port ? &p->port : NULL, &err);
	free_pending(p);
}

static void take_error(struct sehub_xfer *x, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *answer = NLMSG_DATA(nlh);
	struct sehub_err err = { .code = 0 };
	int code;

	if (nlh->nlmsg_len < NLMSG_HDRLEN + sizeof(*answer))
		return;
	if (answer->msg.nlmsg_flags & NLM_F_ACK) {
		finish(x, nlh);
		return;
	}
	code = sehub_nl_answer_err(nlh, NULL, &err);
	if (code && x->ops->error)
		x->ops->error(x->arg, answer->msg.nlmsg_seq, code, err.text);
}

static void take_message(struct sehub_xfer *x, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_type == NLMSG_ERROR)
		take_error(x, nlh);
	else if (nlh->nlmsg_type != x->family.id)
		return;
	else if (sehub_msg_cmd(nlh) == SEHUB_CMD_XFER)
		take_answer(x, nlh);
	else
		take_port(x, nlh);
}

/*
 * The queue is empty and something was dropped from it. Requests are carried
 * out while they are sent, so what has no answer by now will get none.
 */
static void tell_lost(struct sehub_xfer *x)
{
	struct pending *lost = x->pending;
	struct sehub_err err = { .code = 0 };

	x->has_lost = false;
	x->pending = NULL;
	sehub_err_set(&err, ENOBUFS, "the kernel's answer was lost");
	while (lost) {
		struct pending *p = lost;

		lost = p->next;
		/* The port comes after success only. */
		if (p->done && p->has_port)
			p->done(p->arg, 0, &p->port, &err);
		else if (p->done)
			p->done(p->arg, -ENOBUFS, NULL, &err);
		free_pending(p);
	}
	if (x->ops->overrun)
		x->ops->overrun(x->arg);
}

int sehub_xfer_recv(struct sehub_xfer *x, unsigned int budget,
		    struct sehub_err *err)
{
	for (unsigned int n = 0; !budget || n < budget; n++) {
		struct nlmsghdr *nlh = (void *)x->buf;
		struct sockaddr_nl from = { .nl_pid = 0 };
		socklen_t from_len = sizeof(from);
		ssize_t len;

		len = recvfrom(x->fd, x->buf, SEHUB_NL_BUF_LEN, MSG_DONTWAIT,
			       (struct sockaddr *)&from, &from_len);
		if (len < 0) {
			if (errno == EINTR)
				continue;
			if (errno == ENOBUFS) {
				x->has_lost = true;
				continue;
			}
			if (errno == EAGAIN) {
				if (x->has_lost)
					tell_lost(x);
				return 0;
			}
			return sehub_err_errno(err, errno,
					       "cannot read from netlink");
		}
		if (from.nl_pid)
			continue;
		for (int left = len; nlmsg_ok(nlh, left);
		     nlh = nlmsg_next(nlh, &left))
			take_message(x, nlh);
	}
	return 1;
}
