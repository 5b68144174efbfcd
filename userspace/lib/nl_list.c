// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers as objects: one, or a list. A list is collected before it is handed
 * out, so that one that changed while it was read can be read again.
 */
#include <errno.h>
#include <stdlib.h>

#include "nl_priv.h"

/* How often a list is read before it is taken as it is. */
#define SEHUB_LIST_TRIES	5

struct one {
	sehub_msg_fn parse;
	void *object;
	bool is_found;
};

static int take_one(const struct nlmsghdr *nlh, void *arg)
{
	struct one *one = arg;

	if (!one->parse(nlh, one->object))
		one->is_found = true;
	return 0;
}

int sehub_nl_get(struct sehub_nl *nl, struct nl_msg *msg, sehub_msg_fn parse,
		 void *object, struct sehub_err *err)
{
	struct one one = { .parse = parse, .object = object };
	int code;

	code = sehub_nl_request(nl, false, msg, take_one, &one, err);
	if (!code && !one.is_found)
		return sehub_err_set(err, EBADMSG,
				     "the kernel's answer is not complete");
	return code;
}

struct collection {
	struct sehub_list *list;
	sehub_msg_fn parse;
	size_t size;
	size_t room;
};

static int collect(const struct nlmsghdr *nlh, void *arg)
{
	struct collection *all = arg;
	struct sehub_list *list = all->list;

	if (list->n == all->room) {
		size_t room = all->room ? 2 * all->room : 64;
		void *items = reallocarray(list->items, room, all->size);

		if (!items)
			return -ENOMEM;
		list->items = items;
		all->room = room;
	}
	if (!all->parse(nlh, (char *)list->items + list->n * all->size))
		list->n++;
	return 0;
}

int sehub_nl_list(struct sehub_nl *nl, int cmd, uint32_t hub_ifindex,
		  sehub_msg_fn parse, size_t size, struct sehub_list *list,
		  struct sehub_err *err)
{
	struct collection all = { .list = list, .parse = parse, .size = size };
	struct nl_msg *msg;
	int code = -EAGAIN;

	list->items = NULL;
	for (int i = 0; i < SEHUB_LIST_TRIES && code == -EAGAIN; i++) {
		list->n = 0;
		msg = sehub_msg_new(&nl->family, cmd, NLM_F_DUMP);
		if (msg && hub_ifindex &&
		    nla_put_u32(msg, SEHUB_A_IFINDEX, hub_ifindex)) {
			nlmsg_free(msg);
			msg = NULL;
		}
		code = sehub_nl_request(nl, false, msg, collect, &all, err);
	}
	if (code == -ENOMEM)
		sehub_err_errno(err, ENOMEM, "cannot read the list");
	/* Never at rest: what was read is as true as the next try would be. */
	return code == -EAGAIN ? 0 : code;
}
