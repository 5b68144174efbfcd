/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic netlink family. Only nl_*.c and cables include this. */
#ifndef _SEHUB_NL_H
#define _SEHUB_NL_H

#include <net/genetlink.h>
#include <net/sock.h>

#include "iptab.h"
#include "policy.h"

enum sehub_nl_group {
	SEHUB_NL_GROUP_HUB,
	SEHUB_NL_GROUP_PORT,
	SEHUB_NL_GROUP_FDB,
	SEHUB_NL_GROUP_IP,
	SEHUB_NL_GROUP_PACKET,
};

/**
 * struct sehub_nl_cursor - where a dump of things in hubs goes on
 * @seq: the hub's &sehub_hub.seq
 * @pos: place in it, by an order that does not change when others come or go,
 *	so that what stays is shown once
 */
struct sehub_nl_cursor {
	u64 seq;
	u64 pos;
};

static inline struct sehub_nl_cursor *
sehub_nl_cursor(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct sehub_nl_cursor) > sizeof(cb->ctx));
	return (struct sehub_nl_cursor *)cb->ctx;
}

extern struct genl_family sehub_nl_family;

/* nl_policy.c: filled into the family */
extern const struct genl_ops sehub_nl_ops[];
extern const unsigned int sehub_nl_ops_count;
extern const struct nla_policy sehub_nl_port_select_policy[];
extern const struct nla_policy sehub_nl_port_new_policy[];
extern const struct nla_policy sehub_nl_port_set_policy[];
extern const struct nla_policy sehub_nl_port_attach_policy[];
extern const struct nla_policy sehub_nl_session_select_policy[];
extern const struct nla_policy sehub_nl_session_config_policy[];
extern const struct nla_policy sehub_nl_session_set_policy[];
extern const struct nla_policy sehub_nl_session_attach_policy[];
extern const struct nla_policy sehub_nl_port_policy_policy[];
extern const struct nla_policy sehub_nl_fdb_policy[];
extern const struct nla_policy sehub_nl_ip_policy[];

int sehub_nl_module_init(void);
void sehub_nl_module_exit(void);

struct sehub_hub *sehub_nl_hub(struct net *net, struct nlattr **attrs,
			       struct netlink_ext_ack *extack);
int sehub_nl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		  int (*dump_hub)(struct sk_buff *skb,
				  struct netlink_callback *cb,
				  struct sehub_hub *hub, void *arg), void *arg);
int sehub_nl_dump_table(struct sk_buff *skb, struct netlink_callback *cb,
			struct sehub_hub *hub, struct xarray *table,
			int (*put)(struct sk_buff *skb,
				   struct netlink_callback *cb,
				   struct sehub_hub *hub, const void *entry,
				   const void *filter), const void *filter);
int sehub_nl_put_hub_id(struct sk_buff *skb, const struct sehub_hub *hub);
int sehub_nl_put_drops(struct sk_buff *skb, int type, const u64 *drops);

/* nl_hub.c */
int sehub_nl_hub_get_doit(struct sk_buff *skb, struct genl_info *info);
int sehub_nl_hub_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int sehub_nl_hub_fill(struct sk_buff *skb, struct sehub_hub *hub, u32 portid,
		      u32 seq, int flags, u8 cmd);

/* nl_port.c, nl_port_get.c */
int sehub_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info);
int sehub_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int sehub_nl_port_new_doit(struct sk_buff *skb, struct genl_info *info);
int sehub_nl_port_set_doit(struct sk_buff *skb, struct genl_info *info);
int sehub_nl_port_del_doit(struct sk_buff *skb, struct genl_info *info);
int sehub_nl_port_attach_doit(struct sk_buff *skb, struct genl_info *info);
int sehub_nl_port_detach_doit(struct sk_buff *skb, struct genl_info *info);
struct sehub_port *sehub_nl_port(struct genl_info *info, struct nlattr **tb,
				 bool by_name);
int sehub_nl_port_reply(struct genl_info *info, struct sehub_port *port);
int sehub_nl_port_fill(struct sk_buff *skb, struct sehub_port *port,
		       bool privileged, int del_reason, u32 portid, u32 seq,
		       int flags, u8 cmd);
size_t sehub_nl_port_size(void);

/* nl_port_policy.c */
int sehub_nl_port_policy_parse(struct nlattr *nest,
			       struct sehub_policy_config *config,
			       struct netlink_ext_ack *extack);
int sehub_nl_port_policy_set(struct sehub_port *port, struct nlattr *nest,
			     struct netlink_ext_ack *extack);
int sehub_nl_port_policy_put(struct sk_buff *skb, struct sehub_port *port);

/* nl_fdb.c */
int sehub_nl_fdb_get_doit(struct sk_buff *skb, struct genl_info *info);
int sehub_nl_fdb_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int sehub_nl_fdb_new_doit(struct sk_buff *skb, struct genl_info *info);
int sehub_nl_fdb_del_doit(struct sk_buff *skb, struct genl_info *info);
int sehub_nl_fdb_flush_doit(struct sk_buff *skb, struct genl_info *info);

/* nl_ip.c */
int sehub_nl_ip_get_doit(struct sk_buff *skb, struct genl_info *info);
int sehub_nl_ip_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int sehub_nl_ip_flush_doit(struct sk_buff *skb, struct genl_info *info);
int sehub_nl_ip_fill(struct sk_buff *skb, struct sehub_hub *hub,
		     const struct sehub_ip *entry, u32 number, u32 portid,
		     u32 seq, int flags, u8 cmd);

/* nl_xfer.c */
int sehub_nl_xfer_doit(struct sk_buff *skb, struct genl_info *info);

#endif /* _SEHUB_NL_H */
