/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the library that speak netlink share; not for others.
 * nl.c owns sockets and requests, nl_msg.c the building and parsing of the
 * objects in messages.
 */
#ifndef SEHUB_LIB_NL_PRIV_H
#define SEHUB_LIB_NL_PRIV_H

#include <stdint.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "err.h"
#include "event.h"
#include "fdb.h"
#include "hub.h"
#include "ip.h"
#include "log_words.h"
#include "nl.h"
#include "policy.h"
#include "port.h"

/* Takes any message that the kernel sends in one piece. */
#define SEHUB_NL_BUF_LEN	(128 * 1024)

/**
 * struct sehub_family - what the kernel said about the generic netlink family
 * @id: message type
 * @group: multicast group numbers, in the order of SEHUB_EVENT_*
 */
struct sehub_family {
	uint16_t id;
	uint32_t group[SEHUB_EVENT_GROUPS];
};

/**
 * struct sehub_nl - a control handle
 * @genl: generic netlink socket, to which ports of sessions can belong
 * @list: another one for lists, -1 until it is needed
 * @rtnl: rtnetlink socket, the same
 * @seq: sequence number of the last request
 * @timeout_ms: most time for a request
 * @family: the module's family
 * @buf: receive buffer of SEHUB_NL_BUF_LEN
 */
struct sehub_nl {
	int genl;
	int list;
	int rtnl;
	uint32_t seq;
	unsigned int timeout_ms;
	struct sehub_family family;
	char *buf;
};

/* Called for each message of an answer; not 0: no more calls. */
typedef int (*sehub_nl_fn)(const struct nlmsghdr *nlh, void *arg);

/* nl.c */

/** sehub_nl_err_plain() - the text for a refusal that came without one */
int sehub_nl_err_plain(struct sehub_err *err, int code);

/** sehub_nl_socket() - a netlink socket with extended acknowledgements */
int sehub_nl_socket(int protocol, int flags, struct sehub_err *err);

/**
 * sehub_nl_request() - send a request and hand out its answer
 * @nl: handle
 * @is_rtnl: rtnetlink instead of generic netlink
 * @msg: request; consumed. NULL is answered with -ENOMEM, so that the result
 *	of a builder can be handed on unseen
 * @fn: called for each message of the answer, may be NULL
 * @arg: handed to @fn
 * @err: filled on failure
 * A dump that @fn ends is read no further: a table can have a million entries.
 *
 * Return: 0, -errno, or what @fn returned. -EAGAIN: a dump that was disturbed
 * by a change.
 */
int sehub_nl_request(struct sehub_nl *nl, bool is_rtnl, struct nl_msg *msg,
		     sehub_nl_fn fn, void *arg, struct sehub_err *err);

/**
 * sehub_nl_answer_err() - what an NLMSG_ERROR or NLMSG_DONE says
 * @nlh: message
 * @request: request that it answers, to name the attribute; may be NULL
 * @err: filled if the message says that the request failed
 * Return: 0 or -errno.
 */
int sehub_nl_answer_err(const struct nlmsghdr *nlh,
			const struct nlmsghdr *request, struct sehub_err *err);

/** sehub_nl_family() - resolve the family, through @nl's socket */
int sehub_nl_family(struct sehub_nl *nl, struct sehub_err *err);

/* link.c */

/** sehub_link_msg() - an rtnetlink request about a link; NULL without memory */
struct nl_msg *sehub_link_msg(int type, int flags, uint32_t ifindex,
			      unsigned int dev_flags, unsigned int change);

/* nl_msg.c */

/** sehub_msg_new() - a message of the family, NULL without memory */
struct nl_msg *sehub_msg_new(const struct sehub_family *family, int cmd,
			     int flags);

/** sehub_msg_port() - a request about a port; NULL without memory */
struct nl_msg *sehub_msg_port(const struct sehub_family *family, int cmd,
			      const struct sehub_port_ref *ref,
			      const struct sehub_port_config *config);

/** sehub_msg_cmd() - command of a generic netlink message, -1: too short */
int sehub_msg_cmd(const struct nlmsghdr *nlh);

/*
 * Messages to structs: @object is the struct sehub_hub, sehub_port, sehub_fdb
 * or sehub_ip to fill. -EBADMSG if the message has no such object.
 */
typedef int (*sehub_msg_fn)(const struct nlmsghdr *nlh, void *object);
int sehub_msg_get_hub(const struct nlmsghdr *nlh, void *object);
int sehub_msg_get_port(const struct nlmsghdr *nlh, void *object);
int sehub_msg_get_fdb(const struct nlmsghdr *nlh, void *object);
int sehub_msg_get_ip(const struct nlmsghdr *nlh, void *object);

/* nl_packet.c: @object is a struct sehub_packet that refers to the message */
int sehub_msg_get_packet(const struct nlmsghdr *nlh, void *object);

/* nl_list.c */

/** struct sehub_list - objects of a dump; items is to be freed */
struct sehub_list {
	void *items;
	size_t n;
};

/** sehub_nl_get() - a request that is answered with one object */
int sehub_nl_get(struct sehub_nl *nl, struct nl_msg *msg, sehub_msg_fn parse,
		 void *object, struct sehub_err *err);

/**
 * sehub_nl_list() - a dump, read again if it was disturbed by a change
 * @nl: handle
 * @cmd: command
 * @hub_ifindex: hub, 0 for all
 * @parse: fills one object
 * @size: bytes of an object
 * @list: where to put them, also to be freed after a failure
 * @err: filled on failure
 * Return: 0 or -errno.
 */
int sehub_nl_list(struct sehub_nl *nl, int cmd, uint32_t hub_ifindex,
		  sehub_msg_fn parse, size_t size, struct sehub_list *list,
		  struct sehub_err *err);

/* names.c */

/**
 * sehub_msg_attr_name() - name the attribute at an offset of a request
 * @request: generic netlink or rtnetlink request of the library
 * @offset: from the start of the message
 * @buf: where to put the name; empty if it is not known
 * @size: bytes there
 */
void sehub_msg_attr_name(const struct nlmsghdr *request, uint32_t offset,
			 char *buf, size_t size);

/** sehub_msg_missing_name() - the same for an attribute that is missing */
void sehub_msg_missing_name(const struct nlmsghdr *request, bool has_nest,
			    uint32_t nest_offset, uint32_t type, char *buf,
			    size_t size);

#endif /* SEHUB_LIB_NL_PRIV_H */
