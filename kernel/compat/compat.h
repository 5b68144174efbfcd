/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the supported kernels, 6.1 to 7.2. The only file that
 * asks for a version; each shim names the release that made it unnecessary.
 */
#ifndef _SEHUB_COMPAT_H
#define _SEHUB_COMPAT_H

#include <linux/netdevice.h>
#include <linux/version.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>

/* 6.12 made "transmission takes its own locks" a bit of the device. */
static inline void sehub_compat_set_lltx(struct net_device *dev)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	dev->features |= NETIF_F_LLTX;
#else
	dev->lltx = true;
#endif
}

/* 6.12 made "stays in its namespace" a bit, 6.15 gave it its present name. */
static inline void sehub_compat_set_netns_immutable(struct net_device *dev,
						    bool immutable)
{
#if defined(SEHUB_HAVE_NETNS_IMMUTABLE)
	dev->netns_immutable = immutable;
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	if (immutable)
		dev->features |= NETIF_F_NETNS_LOCAL;
	else
		dev->features &= ~NETIF_F_NETNS_LOCAL;
#else
	dev->netns_local = immutable;
#endif
}

/* 6.15 passes what belongs to a new link in one structure. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
struct rtnl_newlink_params {
	struct nlattr **tb;
	struct nlattr **data;
};

#define SEHUB_COMPAT_NEWLINK(fn)					\
static int fn##_compat(struct net *net, struct net_device *dev,		\
		       struct nlattr *tb[], struct nlattr *data[],	\
		       struct netlink_ext_ack *extack)			\
{									\
	struct rtnl_newlink_params params = { .tb = tb, .data = data };	\
									\
	return fn(dev, &params, extack);				\
}

#define SEHUB_COMPAT_NEWLINK_OP(fn)	fn##_compat
#else
#define SEHUB_COMPAT_NEWLINK(fn)
#define SEHUB_COMPAT_NEWLINK_OP(fn)	fn
#endif

/* 6.7 keeps a dump's request in a struct genl_info. */
static inline struct nlattr **
sehub_compat_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	return genl_dumpit_info(cb)->attrs;
#else
	return genl_info_dump(cb)->attrs;
#endif
}

#endif /* _SEHUB_COMPAT_H */
