/* SPDX-License-Identifier: GPL-2.0-only */
/* The rtnetlink link kind "sehub" and its network devices. */
#ifndef _SEHUB_LINK_H
#define _SEHUB_LINK_H

#include <linux/netdevice.h>

int sehub_link_module_init(void);
void sehub_link_module_exit(void);
bool sehub_link_is_hub(const struct net_device *dev);

#endif /* _SEHUB_LINK_H */
