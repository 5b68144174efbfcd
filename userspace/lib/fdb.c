// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The MAC table. Its list is handed out as it is read: it can have a million
 * entries, and a busy table changes during every read.
 */
#include <errno.h>

#include "nl_priv.h"

/* Which members of an entry a request has. */
#define HAS_MAC		0x1
#define HAS_PORT	0x2
#define HAS_KIND	0x4

static struct nl_msg *fdb_msg(struct sehub_nl *nl, int cmd, int flags,
			      uint32_t hub_ifindex, unsigned int has,
			      const struct sehub_fdb *fdb)
{
	struct nl_msg *msg = sehub_msg_new(&nl->family, cmd, flags);
	struct nlattr *nest;
	int err = 0;

	if (!msg)
		return NULL;
	if (hub_ifindex)
		err |= nla_put_u32(msg, SEHUB_A_IFINDEX, hub_ifindex);
	if (has) {
		nest = nla_nest_start(msg, SEHUB_A_FDB);
		if (!nest)
			goto err_free;
		if (has & HAS_MAC)
			err |= nla_put(msg, SEHUB_A_FDB_MAC, 6, fdb->mac);
		if (has & HAS_PORT)
			err |= nla_put_u32(msg, SEHUB_A_FDB_PORT, fdb->port);
		if (has & HAS_KIND)
			err |= nla_put_u32(msg, SEHUB_A_FDB_KIND, fdb->kind);
		nla_nest_end(msg, nest);
	}
	if (!err)
		return msg;
err_free:
	nlmsg_free(msg);
	return NULL;
}

static struct sehub_fdb fdb_of(const uint8_t mac[6], uint32_t port)
{
	struct sehub_fdb fdb = { .port = port };

	for (int i = 0; i < 6; i++)
		fdb.mac[i] = mac[i];
	return fdb;
}

struct list_call {
	sehub_fdb_fn fn;
	void *arg;
};

static int list_one(const struct nlmsghdr *nlh, void *arg)
{
	const struct list_call *call = arg;
	struct sehub_fdb fdb;

	if (sehub_msg_get_fdb(nlh, &fdb))
		return 0;
	return call->fn(&fdb, call->arg);
}

int sehub_fdb_list(struct sehub_nl *nl, uint32_t hub_ifindex, uint32_t port,
		   sehub_fdb_fn fn, void *arg, struct sehub_err *err)
{
	struct list_call call = { .fn = fn, .arg = arg };
	struct sehub_fdb filter = { .port = port };
	int code;

	code = sehub_nl_request(nl, false,
				fdb_msg(nl, SEHUB_CMD_FDB_GET, NLM_F_DUMP,
					hub_ifindex,
					port == SEHUB_FDB_ANY_PORT ?
					0 : HAS_PORT, &filter),
				list_one, &call, err);
	return code == -EAGAIN ? 0 : code;
}

int sehub_fdb_get(struct sehub_nl *nl, uint32_t hub_ifindex,
		  const uint8_t mac[6], struct sehub_fdb *fdb,
		  struct sehub_err *err)
{
	struct sehub_fdb want = fdb_of(mac, 0);

	return sehub_nl_get(nl, fdb_msg(nl, SEHUB_CMD_FDB_GET, 0, hub_ifindex,
					HAS_MAC, &want),
			    sehub_msg_get_fdb, fdb, err);
}

int sehub_fdb_add(struct sehub_nl *nl, uint32_t hub_ifindex,
		  const uint8_t mac[6], uint32_t port, struct sehub_err *err)
{
	struct sehub_fdb fdb = fdb_of(mac, port);

	return sehub_nl_request(nl, false,
				fdb_msg(nl, SEHUB_CMD_FDB_NEW, 0, hub_ifindex,
					HAS_MAC | HAS_PORT, &fdb),
				NULL, NULL, err);
}

int sehub_fdb_del(struct sehub_nl *nl, uint32_t hub_ifindex,
		  const uint8_t mac[6], struct sehub_err *err)
{
	struct sehub_fdb fdb = fdb_of(mac, 0);

	return sehub_nl_request(nl, false,
				fdb_msg(nl, SEHUB_CMD_FDB_DEL, 0, hub_ifindex,
					HAS_MAC, &fdb),
				NULL, NULL, err);
}

int sehub_fdb_flush(struct sehub_nl *nl, uint32_t hub_ifindex, uint32_t port,
		    uint32_t kind, struct sehub_err *err)
{
	struct sehub_fdb filter = { .port = port, .kind = kind };
	unsigned int has = 0;

	if (port != SEHUB_FDB_ANY_PORT)
		has |= HAS_PORT;
	if (kind != SEHUB_FDB_KIND_LEARNED)
		has |= HAS_KIND;
	return sehub_nl_request(nl, false,
				fdb_msg(nl, SEHUB_CMD_FDB_FLUSH, 0,
					hub_ifindex, has, &filter),
				NULL, NULL, err);
}
