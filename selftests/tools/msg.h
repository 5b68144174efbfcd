/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink messages to words and back, by hand: a test must be able to send
 * what no library would.
 *
 * An attribute is a word "path=value" or "path:type=value". A path is names
 * with dots between ("port.session.grace"), "#N" for an attribute without a
 * name. The types override the true one: u8 u16 u32 u64, str (with NUL), bare
 * (without NUL), hex (bytes), mac, ip, fill (that many bytes), flag (no
 * payload). Bits are names joined by "+" or a number; an attribute that is
 * given again is there twice; a nest without a value is empty. Words that
 * follow each other share the nests they have in common.
 */
#ifndef SEHUB_SELFTEST_MSG_H
#define SEHUB_SELFTEST_MSG_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "attrs.h"

#define MSG_ROOM	(128 * 1024)
#define MSG_ATTRS	64
#define MSG_DEPTH	4
#define PATH_LEN	64

/* A request being built, and where its attributes are. */
struct msg {
	uint32_t len;
	int count;
	struct {
		uint32_t offset;
		char path[PATH_LEN];
	} attr[MSG_ATTRS];
	uint8_t buf[MSG_ROOM] __attribute__((aligned(8)));
};

void msg_begin(struct msg *m, uint16_t type, uint16_t flags, uint32_t seq,
	       const void *head, uint32_t head_len);
struct nlattr *msg_put(struct msg *m, uint16_t type, const void *data,
		       uint32_t len, const char *path);
/** msg_words() - attributes from words; false: bad word, said on stdout */
bool msg_words(struct msg *m, const struct attr *set, char **words, int count);

/** msg_print() - " path=value" for each attribute */
void msg_print(FILE *to, const void *attrs, int len, const struct attr *set,
	       const char *prefix);

/** msg_find() - attribute at a path of ids that ends with 0, or NULL */
const struct nlattr *msg_find(const void *attrs, int len, const uint16_t *path);

/**
 * msg_error() - the last line of the answer to a refused request
 * @m: the request
 * @nlh: the NLMSG_ERROR message
 */
int msg_error(const struct msg *m, const struct nlmsghdr *nlh);

#endif
