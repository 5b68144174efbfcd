/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two files of the IP table share; not for others. */
#ifndef _SEHUB_IPTAB_IMPL_H
#define _SEHUB_IPTAB_IMPL_H

#include "iptab.h"

/* Entries looked at before an ageing or flush run lets others have the CPU. */
#define SEHUB_IPTAB_BATCH	256

#define sehub_iptab_assert_locked(hub) \
	lockdep_assert_held(&(hub)->iptab.by_id.xa_lock)

static inline bool sehub_iptab_is_leased(const struct sehub_ip *entry)
{
	return READ_ONCE(entry->source) == SEHUB_IP_SOURCE_DHCP;
}

static inline bool sehub_iptab_is_full(const struct sehub_hub *hub)
{
	return READ_ONCE(hub->iptab.count) >= READ_ONCE(hub->ip_max);
}

static inline struct sehub_port *
sehub_iptab_port(struct sehub_hub *hub, const struct sehub_ip *entry)
{
	return rcu_dereference_protected(entry->port,
			lockdep_is_held(&hub->iptab.by_id.xa_lock));
}

/* As often as the MAC table is looked at, and when a lease ends. */
static inline unsigned long
sehub_iptab_interval(const struct sehub_hub *hub, time64_t lease_left)
{
	unsigned long interval;

	interval = clamp_t(unsigned long,
			   READ_ONCE(hub->ip_ageing) * (HZ / 10), HZ / 10,
			   10 * HZ);
	return min_t(u64, interval, (u64)max_t(s64, lease_left, 1) * HZ);
}

u8 sehub_iptab_class(const u8 *addr);
struct sehub_ip *__sehub_iptab_insert(struct sehub_port *port, u64 mac,
				      const u8 *addr, u8 source,
				      time64_t lease_end);
bool __sehub_iptab_has_room(struct sehub_hub *hub, bool needed);
void __sehub_iptab_move(struct sehub_port *port, struct sehub_ip *entry,
			u64 mac, u8 source);
void __sehub_iptab_hand_over(struct sehub_port *port, struct sehub_ip *entry);
void __sehub_iptab_set_source(struct sehub_port *port,
			      struct sehub_ip *entry, u8 source);
void __sehub_iptab_del(struct sehub_hub *hub, struct sehub_ip *entry);
void __sehub_iptab_notify(struct sehub_hub *hub, const struct sehub_ip *entry,
			  u8 cmd);

#endif /* _SEHUB_IPTAB_IMPL_H */
