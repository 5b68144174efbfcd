/* SPDX-License-Identifier: GPL-2.0-only */
/* The MAC table of a hub: which address is behind which port. */
#ifndef _SEHUB_FDB_H
#define _SEHUB_FDB_H

#include <linux/unaligned.h>

#include "core.h"

struct sehub_policy;

/**
 * struct sehub_fdb_entry - one address
 * @node: in &sehub_fdb.hash
 * @mac: the address, by sehub_fdb_mac(); never changes
 * @id: in &sehub_fdb.by_id; never changes
 * @kind: enum sehub_fdb_kind; table's lock
 * @port: where it is; written under the table's lock, read under RCU
 * @seen: jiffies of the last frame from it
 * @ip_hint: its last IPv4 address, see sehub_iptab_hint()
 * @port_list: in &sehub_port.fdb_list; table's lock
 * @rcu: frees the entry
 */
struct sehub_fdb_entry {
	struct rhash_head node;
	u64 mac;
	u32 id;
	u8 kind;
	struct sehub_port __rcu *port;
	unsigned long seen;
	u64 ip_hint;
	struct list_head port_list;
	struct rcu_head rcu;
};

/**
 * sehub_fdb_mac() - an address as a number
 * @mac: 6 bytes, any alignment
 *
 * Return: what ether_addr_to_u64() makes of it, which takes a loop.
 */
static inline u64 sehub_fdb_mac(const u8 *mac)
{
	return (u64)get_unaligned_be32(mac) << 16 | get_unaligned_be16(mac + 4);
}

int sehub_fdb_module_init(void);
void sehub_fdb_module_exit(void);
int sehub_fdb_init(struct sehub_hub *hub);
void sehub_fdb_uninit(struct sehub_hub *hub);
struct sehub_fdb_entry *sehub_fdb_find(struct sehub_hub *hub, const u8 *mac);
int sehub_fdb_learn(struct sehub_port *port, const struct sehub_policy *policy,
		    const u8 *mac, struct sehub_fdb_entry **entryp);
int sehub_fdb_add(struct sehub_port *port, const u8 *mac, u8 kind);
int sehub_fdb_del(struct sehub_hub *hub, const u8 *mac);
int sehub_fdb_del_local(struct sehub_hub *hub, const u8 *mac);
void sehub_fdb_flush(struct sehub_hub *hub, struct sehub_port *port, u8 kind);
void sehub_fdb_flush_dead(struct sehub_port *port);
void sehub_fdb_inherit(struct sehub_port *port, struct sehub_port *old);
void sehub_fdb_reschedule(struct sehub_hub *hub);

#endif /* _SEHUB_FDB_H */
