/* SPDX-License-Identifier: GPL-2.0-only */
/* What all kinds of ports have in common. */
#ifndef _SEHUB_PORT_H
#define _SEHUB_PORT_H

#include "core.h"

int sehub_port_init(struct sehub_port *port, struct sehub_hub *hub, u8 kind);
void sehub_port_uninit(struct sehub_port *port);
int sehub_port_add(struct sehub_port *port, u32 spare,
		   struct netlink_ext_ack *extack);
void sehub_port_unlink(struct sehub_port *port, u32 reason);
int sehub_port_del(struct sehub_port *port, u32 reason,
		   struct netlink_ext_ack *extack);
void sehub_port_put(struct sehub_port *port);
struct sehub_port *sehub_port_find(struct sehub_hub *hub, u32 number);
struct sehub_port *sehub_port_find_name(struct sehub_hub *hub,
					const char *name);
const char *sehub_port_name(const struct sehub_port *port);
u32 sehub_port_state(const struct sehub_port *port);
bool sehub_port_is_live(const struct sehub_port *port);

#endif /* _SEHUB_PORT_H */
