/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports whose cable is an enslaved network device. */
#ifndef _SEHUB_PORT_DEVICE_H
#define _SEHUB_PORT_DEVICE_H

#include "core.h"

int sehub_port_device_add(struct sehub_hub *hub, struct net_device *dev,
			  struct netlink_ext_ack *extack);
void sehub_port_device_del(struct sehub_port *port, u32 reason);
struct sehub_port *sehub_port_device_find(struct net_device *dev);
void sehub_port_device_event(struct sehub_port *port, unsigned long event);

#endif /* _SEHUB_PORT_DEVICE_H */
