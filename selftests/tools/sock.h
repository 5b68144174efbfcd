/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generic netlink sockets of porttool. Each may be in another network
 * namespace, and owns the session ports made through it.
 */
#ifndef SEHUB_SELFTEST_SOCK_H
#define SEHUB_SELFTEST_SOCK_H

#include "msg.h"
#include "tally.h"

#define SOCK_GROUPS	5

struct stream;

/* A notification in words. */
struct event {
	struct event *next;
	char *text;
};

struct sock {
	struct sock *next;
	char name[16];
	char netns[64];
	int fd;			/* generic netlink */
	int rtnl;		/* rtnetlink */
	int inet;		/* to look up interfaces */
	uint16_t family;
	uint32_t groups[SOCK_GROUPS];
	uint32_t portid;
	uint32_t seq;
	/* The request that is waited for. */
	struct msg request;
	bool quiet;
	struct tally *tally;	/* takes messages in place of their showing */
	struct tally counted;	/* of a dump in parts */
	bool done;
	bool overrun;
	bool interrupted;
	unsigned int messages;
	struct nlmsghdr *reply;	/* last message of an answer, a copy */
	struct nlmsghdr *ack;	/* NLMSG_ERROR or NLMSG_DONE, a copy */
	/* The last xfer request, which is answered only if refused. */
	struct msg xfer;
	uint32_t xfer_seq;
	struct nlmsghdr *xfer_ack;
	unsigned int refused;	/* xfer requests, since the socket was made */
	struct event *events;
	struct event *last_event;	/* if there are events */
	struct stream *streams;
};

extern struct sock *socks;
extern const char *const sock_group_names[SOCK_GROUPS];

/** sock_new(), sock_free() - open in a namespace, close with all it owns */
struct sock *sock_new(const char *name, const char *netns);
void sock_free(struct sock *s);

/* Sequence numbers of xfer requests have this bit. */
#define SOCK_XFER	0x80000000u

/** sock_begin() - start a generic netlink request in @s->request */
void sock_begin(struct sock *s, uint8_t cmd, uint16_t flags);
/** sock_words() - add attributes; "dev=NAME" stands for the ifindex */
bool sock_words(struct sock *s, char **words, int count);
/** sock_send() - hand the request to the kernel; Return: 0 or -errno */
int sock_send(struct sock *s);
/** sock_wait() - until it is answered; false: it was not, said so */
bool sock_wait(struct sock *s);
/** sock_end() - the last line of the answer */
int sock_end(struct sock *s);
/** sock_error() - what the kernel said to the request: 0 or -errno */
int sock_error(const struct sock *s);
/** sock_receive_one() - read one buffer of messages; false: there is none */
bool sock_receive_one(struct sock *s);
/** sock_receive() - read what there is; also called by the main loop */
void sock_receive(void *arg);

/** sock_ifindex() - of a device in the socket's namespace, 0 if none */
uint32_t sock_ifindex(struct sock *s, const char *dev);

const char *sock_command_name(uint8_t cmd);
int sock_command(const char *name);

/* link.c */
int link_command(struct sock *s, int argc, char **argv);

#endif
