/* SPDX-License-Identifier: GPL-2.0-only */
/* Notifications: the only way in which tables and objects speak of changes. */
#ifndef _SEHUB_NL_NOTIFY_H
#define _SEHUB_NL_NOTIFY_H

#include "core.h"

struct sehub_ip;
struct sehub_pktlog_entry;

void sehub_nl_notify_hub(struct sehub_hub *hub, u8 cmd);
void sehub_nl_notify_port(struct sehub_port *port);
void sehub_nl_notify_port_del(struct sehub_port *port, u32 reason);
void sehub_nl_notify_session_state(struct sehub_session *session);
void sehub_nl_notify_fdb(struct sehub_hub *hub, u64 mac, u32 number, u8 kind,
			 u8 cmd);
void sehub_nl_notify_ip(struct sehub_hub *hub, const struct sehub_ip *entry,
			u32 number, u8 cmd);

/* nl_packet.c */
bool sehub_nl_notify_wants_packets(const struct sehub_hub *hub);
void sehub_nl_notify_packet(const struct sehub_pktlog_entry *entry);

#endif /* _SEHUB_NL_NOTIFY_H */
