/* SPDX-License-Identifier: GPL-2.0-only */
/* The IP table of a hub: which address is used by whom behind which port. */
#ifndef _SEHUB_IPTAB_H
#define _SEHUB_IPTAB_H

#include <linux/etherdevice.h>
#include <linux/jiffies.h>

#include "core.h"
#include "fdb.h"
#include "inspect.h"
#include "policy.h"

/* A lease that does not end. */
#define SEHUB_IP_LEASE_INFINITE		TIME64_MAX

/**
 * struct sehub_ip - one address
 * @node: in &sehub_iptab.hash
 * @addr: the address, see %SEHUB_INSPECT_ADDR_LEN
 * @mac: who uses it, by ether_addr_to_u64(); written under the table's lock
 * @lease_end: when a leased address is free again, CLOCK_MONOTONIC seconds;
 *	written under the table's lock
 * @port: where it is; written under the table's lock, read under RCU
 * @seen: jiffies of the last frame from it
 * @id: in &sehub_iptab.by_id; never changes
 * @source: enum sehub_ip_source; written under the table's lock
 * @class: enum sehub_ip_class; never changes
 * @is_router: IPv6, the last advertisement said so
 * @is_advertised: IPv6, seen in a neighbour advertisement
 * @port_list: in &sehub_port.ip_list; table's lock
 * @rcu: frees the entry
 */
struct sehub_ip {
	struct rhash_head node;
	u8 addr[SEHUB_INSPECT_ADDR_LEN] __aligned(4);
	u64 mac;
	time64_t lease_end;
	struct sehub_port __rcu *port;
	unsigned long seen;
	u32 id;
	u8 source;
	u8 class;
	bool is_router;
	bool is_advertised;
	struct list_head port_list;
	struct rcu_head rcu;
};

/**
 * struct sehub_ip_filter - which entries are meant
 * @addr: address, see %SEHUB_INSPECT_ADDR_LEN
 * @bits: leading bits of @addr that count; 0: all addresses
 * @only_ipv6: not the IPv4 ones
 * @has_mac: only with @mac
 * @has_port: only behind @port
 * @mac: by ether_addr_to_u64()
 * @port: number of the port
 */
struct sehub_ip_filter {
	u8 addr[SEHUB_INSPECT_ADDR_LEN] __aligned(4);
	u8 bits;
	bool only_ipv6;
	bool has_mac;
	bool has_port;
	u64 mac;
	u32 port;
};

int sehub_iptab_module_init(void);
void sehub_iptab_module_exit(void);
int sehub_iptab_init(struct sehub_hub *hub);
void sehub_iptab_uninit(struct sehub_hub *hub);
struct sehub_ip *sehub_iptab_find(struct sehub_hub *hub, const u8 *addr);
int sehub_iptab_learn(struct sehub_port *port,
		      const struct sehub_policy *policy, u64 mac,
		      const u8 *addr, u8 source, bool *lasts);
void sehub_iptab_advertised(struct sehub_port *port, const u8 *addr,
			    bool is_router);
void sehub_iptab_lease(struct sehub_port *port, u64 mac, const u8 *addr,
		       u32 seconds);
void sehub_iptab_release(struct sehub_port *port, u64 mac, const u8 *addr);
bool sehub_iptab_matches(const struct sehub_ip *entry,
			 const struct sehub_ip_filter *filter);
void sehub_iptab_flush(struct sehub_hub *hub,
		       const struct sehub_ip_filter *filter);
void sehub_iptab_flush_port(struct sehub_port *port, bool leases_too);
void sehub_iptab_inherit(struct sehub_port *port, struct sehub_port *old);
void sehub_iptab_set_ageing(struct sehub_hub *hub, u32 seconds);

/**
 * sehub_iptab_put_ipv4() - write an IPv4 address in the table's form
 * @addr: %SEHUB_INSPECT_ADDR_LEN bytes
 * @ipv4: the address
 */
static inline void sehub_iptab_put_ipv4(u8 *addr, __be32 ipv4)
{
	memset(addr, 0, 10);
	addr[10] = 0xff;
	addr[11] = 0xff;
	memcpy(addr + 12, &ipv4, sizeof(ipv4));
}

/**
 * sehub_iptab_hint() - what a MAC address's last IPv4 address is noted as
 * @hub: the hub
 * @changes: what &sehub_hub.changes was before anything was looked at that the
 *	note rests on, read with acquire semantics
 * @ipv4: the address
 *
 * An entry of the MAC table that has it noted was found to be the address's
 * rightful user not long ago, and nothing has changed since. How long a note
 * lasts is how much too old the table may take an address to be, so it follows
 * from the ageing time. Not on 32-bit machines, which could read one half of an
 * old note.
 *
 * Return: the note, 0 if none can be made.
 */
static inline u64 sehub_iptab_hint(const struct sehub_hub *hub, u32 changes,
				   __be32 ipv4)
{
	unsigned long now = jiffies;
	u32 stamp = changes + (u32)(now >> READ_ONCE(hub->hint_shift));

	return IS_ENABLED(CONFIG_64BIT) ?
	       (u64)be32_to_cpu(ipv4) << 32 | stamp : 0;
}

#endif /* _SEHUB_IPTAB_H */
