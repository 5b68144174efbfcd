/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ip(8) and a plugin for a link kind expect of each other. iproute2
 * installs no header for it, so this is a declaration of our own of the binary
 * interface: the object that ip looks up by the name "<kind>_link_util" in
 * link_<kind>.so, and the functions of ip that the plugin uses.
 *
 * The members up to @print_help have kept their places since the interface
 * exists; later versions of iproute2 have only appended to them. @appended
 * leaves room, so that such a version reads null pointers behind our members
 * and not another object.
 */
#ifndef SEHUB_IPROUTE2_LINK_UTIL_H
#define SEHUB_IPROUTE2_LINK_UTIL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/**
 * struct link_util - a link kind, as ip knows it
 * @next: ip's list
 * @id: the kind
 * @maxattr: highest attribute that print_opt() wants to see
 * @parse_opt: add the words behind "type KIND" to a request; 0, or -1 when
 *	it has said what is wrong
 * @print_opt: print a link's own attributes, by type, null if absent
 * @print_xstats: print statistics; not used here
 * @print_help: print what parse_opt() takes
 * @appended: what newer versions know besides; none of it is used here
 */
struct link_util {
	struct link_util *next;
	const char *id;
	int maxattr;
	int (*parse_opt)(struct link_util *lu, int argc, char **argv,
			 struct nlmsghdr *n);
	void (*print_opt)(struct link_util *lu, FILE *f, struct rtattr *tb[]);
	void (*print_xstats)(struct link_util *lu, FILE *f,
			     struct rtattr *xstats);
	void (*print_help)(struct link_util *lu, int argc, char **argv,
			   FILE *f);
	void (*appended[8])(void);
};

struct json_writer;

/* Functions of ip, found when it loads the plugin. */
int addattr8(struct nlmsghdr *n, int maxlen, int type, uint8_t data);
int addattr16(struct nlmsghdr *n, int maxlen, int type, uint16_t data);
int addattr32(struct nlmsghdr *n, int maxlen, int type, uint32_t data);
bool is_json_context(void);
struct json_writer *get_json_writer(void);
void jsonw_uint_field(struct json_writer *self, const char *prop,
		      unsigned int num);
void jsonw_bool_field(struct json_writer *self, const char *prop, bool value);

#endif /* SEHUB_IPROUTE2_LINK_UTIL_H */
