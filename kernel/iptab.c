// SPDX-License-Identifier: GPL-2.0-only
/*
 * The IP table. Built as the MAC table is: looking up and refreshing a known
 * address takes no lock; a new address, a move and a deletion take the lock of
 * the id table. Who may have an address is decided in iptab_claim.c.
 */
#include <linux/log2.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "iptab_impl.h"
#include "nl_notify.h"

/* Entries looked at to find one that can go when the table is full. */
#define SEHUB_IPTAB_VICTIMS	64
/* Notes of an address in an ageing time; jiffies that a note lasts. */
#define SEHUB_IPTAB_HINTS	16
#define SEHUB_IPTAB_HINT_MIN	(HZ / 2)
#define SEHUB_IPTAB_HINT_MAX	(32 * HZ)

static struct kmem_cache *sehub_iptab_cache;

static const struct rhashtable_params sehub_iptab_params = {
	.head_offset = offsetof(struct sehub_ip, node),
	.key_offset = offsetof(struct sehub_ip, addr),
	.key_len = SEHUB_INSPECT_ADDR_LEN,
	.automatic_shrinking = true,
};

/**
 * sehub_iptab_module_init() - make what all tables share
 * Return: 0 or -ENOMEM.
 */
int __init sehub_iptab_module_init(void)
{
	sehub_iptab_cache = KMEM_CACHE(sehub_ip, 0);
	return sehub_iptab_cache ? 0 : -ENOMEM;
}

/**
 * sehub_iptab_module_exit() - undo sehub_iptab_module_init()
 * Context: after rcu_barrier().
 */
void sehub_iptab_module_exit(void)
{
	kmem_cache_destroy(sehub_iptab_cache);
}

static void sehub_iptab_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(sehub_iptab_cache,
			container_of(head, struct sehub_ip, rcu));
}

/**
 * sehub_iptab_class() - kind of an address
 * @addr: see %SEHUB_INSPECT_ADDR_LEN
 * Context: any. Return: enum sehub_ip_class.
 */
u8 sehub_iptab_class(const u8 *addr)
{
	if (sehub_inspect_is_ipv4(addr))
		return SEHUB_IP_CLASS_V4;
	return sehub_inspect_is_link_local(addr) ? SEHUB_IP_CLASS_LINK_LOCAL :
						   SEHUB_IP_CLASS_V6;
}

/**
 * sehub_iptab_find() - find an address
 * @hub: whose table
 * @addr: address, see %SEHUB_INSPECT_ADDR_LEN, aligned to 4 bytes
 * Context: RCU read side. Return: the entry, valid until unlock, or NULL.
 */
struct sehub_ip *sehub_iptab_find(struct sehub_hub *hub, const u8 *addr)
{
	return rhashtable_lookup(&hub->iptab.hash, addr, sehub_iptab_params);
}

/* Counts an entry behind its port, or no longer. */
static void __sehub_iptab_count(struct sehub_port *port,
				const struct sehub_ip *entry, int n)
{
	WRITE_ONCE(port->ip_count[entry->class],
		   port->ip_count[entry->class] + n);
	if (entry->source == SEHUB_IP_SOURCE_DHCP)
		WRITE_ONCE(port->ip_leases, port->ip_leases + n);
	else if (entry->source == SEHUB_IP_SOURCE_HEADER)
		WRITE_ONCE(port->ip_headers, port->ip_headers + n);
}

/* Puts an entry into its port's list, leases first. */
static void __sehub_iptab_list(struct sehub_port *port, struct sehub_ip *entry)
{
	if (sehub_iptab_is_leased(entry))
		list_add(&entry->port_list, &port->ip_list);
	else
		list_add_tail(&entry->port_list, &port->ip_list);
	__sehub_iptab_count(port, entry, 1);
}

static void __sehub_iptab_unlist(struct sehub_port *port,
				 struct sehub_ip *entry)
{
	list_del(&entry->port_list);
	__sehub_iptab_count(port, entry, -1);
}

/**
 * __sehub_iptab_set_source() - more is known of an address
 * @port: where it is
 * @entry: its entry
 * @source: enum sehub_ip_source
 * Context: table's lock held.
 */
void __sehub_iptab_set_source(struct sehub_port *port,
			      struct sehub_ip *entry, u8 source)
{
	__sehub_iptab_unlist(port, entry);
	WRITE_ONCE(entry->source, source);
	__sehub_iptab_list(port, entry);
}

/**
 * __sehub_iptab_notify() - tell of a change
 * @hub: whose table
 * @entry: what has changed
 * @cmd: %SEHUB_CMD_IP_NTF or %SEHUB_CMD_IP_DEL_NTF
 * Context: table's lock held.
 */
void __sehub_iptab_notify(struct sehub_hub *hub, const struct sehub_ip *entry,
			  u8 cmd)
{
	sehub_nl_notify_ip(hub, entry, sehub_iptab_port(hub, entry)->number,
			   cmd);
}

/**
 * __sehub_iptab_del() - delete an address
 * @hub: whose table
 * @entry: its entry, freed after a grace period
 * Context: table's lock held.
 */
void __sehub_iptab_del(struct sehub_hub *hub, struct sehub_ip *entry)
{
	sehub_iptab_assert_locked(hub);
	rhashtable_remove_fast(&hub->iptab.hash, &entry->node,
			       sehub_iptab_params);
	__xa_erase(&hub->iptab.by_id, entry->id);
	__sehub_iptab_unlist(sehub_iptab_port(hub, entry), entry);
	WRITE_ONCE(hub->iptab.count, hub->iptab.count - 1);
	sehub_hub_addrs_changed(hub);
	__sehub_iptab_notify(hub, entry, SEHUB_CMD_IP_DEL_NTF);
	call_rcu(&entry->rcu, sehub_iptab_free_rcu);
}

/**
 * __sehub_iptab_insert() - add an address that is not in the table
 * @port: where it is
 * @mac: who uses it
 * @addr: the address, aligned to 4 bytes
 * @source: enum sehub_ip_source
 * @lease_end: of a lease, else 0
 * Context: table's lock held; the caller has looked at the limits.
 * Return: the entry, or NULL if out of memory.
 */
struct sehub_ip *__sehub_iptab_insert(struct sehub_port *port, u64 mac,
				      const u8 *addr, u8 source,
				      time64_t lease_end)
{
	struct sehub_hub *hub = port->hub;
	struct sehub_iptab *tab = &hub->iptab;
	struct sehub_ip *entry;

	sehub_iptab_assert_locked(hub);
	entry = kmem_cache_zalloc(sehub_iptab_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!entry)
		return NULL;
	memcpy(entry->addr, addr, sizeof(entry->addr));
	entry->class = sehub_iptab_class(addr);
	entry->source = source;
	entry->mac = mac;
	entry->lease_end = lease_end;
	entry->seen = jiffies;
	rcu_assign_pointer(entry->port, port);

	if (__xa_alloc_cyclic(&tab->by_id, &entry->id, entry, xa_limit_32b,
			      &tab->next_id, GFP_ATOMIC | __GFP_NOWARN) < 0)
		goto err_free;
	if (rhashtable_lookup_insert_fast(&tab->hash, &entry->node,
					  sehub_iptab_params))
		goto err_erase;

	__sehub_iptab_list(port, entry);
	WRITE_ONCE(tab->count, tab->count + 1);
	if (tab->count == 1)
		mod_delayed_work(sehub_wq, &tab->ageing_work,
				 sehub_iptab_interval(hub, S32_MAX));
	__sehub_iptab_notify(hub, entry, SEHUB_CMD_IP_NTF);
	return entry;

err_erase:
	__xa_erase(&tab->by_id, entry->id);
err_free:
	kmem_cache_free(sehub_iptab_cache, entry);
	return NULL;
}

/**
 * __sehub_iptab_has_room() - may an entry be added?
 * @hub: whose table
 * @needed: a policy needs the entry
 *
 * For one that is needed room is made: an entry that nothing depends on goes,
 * if there is one among those looked at; each time others.
 *
 * Context: table's lock held, RCU read side. Return: true if there is room.
 */
bool __sehub_iptab_has_room(struct sehub_hub *hub, bool needed)
{
	struct sehub_iptab *tab = &hub->iptab;
	const struct sehub_policy *policy;
	struct sehub_ip *entry;
	unsigned long id;
	int n = 0;

	if (!sehub_iptab_is_full(hub))
		return true;
	if (!needed || !READ_ONCE(hub->ip_max))
		return false;
	xa_for_each_start(&tab->by_id, id, entry, tab->next_victim) {
		tab->next_victim = id + 1;
		policy = rcu_dereference(sehub_iptab_port(hub, entry)->policy);
		if (!sehub_iptab_is_leased(entry) &&
		    !sehub_policy_needs(policy, SEHUB_POLICY_NEEDS_IP)) {
			__sehub_iptab_del(hub, entry);
			return !sehub_iptab_is_full(hub);
		}
		if (++n == SEHUB_IPTAB_VICTIMS)
			return false;
	}
	tab->next_victim = 0;
	return false;
}

/**
 * __sehub_iptab_move() - give an address to another user
 * @port: where that is, perhaps another port than before
 * @entry: the address's entry
 * @mac: who it is
 * @source: enum sehub_ip_source, how that is known
 * Context: table's lock held.
 */
void __sehub_iptab_move(struct sehub_port *port, struct sehub_ip *entry,
			u64 mac, u8 source)
{
	struct sehub_hub *hub = port->hub;

	sehub_iptab_assert_locked(hub);
	__sehub_iptab_unlist(sehub_iptab_port(hub, entry), entry);
	rcu_assign_pointer(entry->port, port);
	WRITE_ONCE(entry->source, source);
	__sehub_iptab_list(port, entry);
	WRITE_ONCE(entry->mac, mac);
	WRITE_ONCE(entry->is_advertised, false);
	WRITE_ONCE(entry->seen, jiffies);
	sehub_hub_addrs_changed(hub);
	__sehub_iptab_notify(hub, entry, SEHUB_CMD_IP_NTF);
}

/**
 * __sehub_iptab_hand_over() - an address is behind another port from now on
 * @port: that one
 * @entry: the address's entry; all that is known of it stays
 * Context: table's lock held.
 */
void __sehub_iptab_hand_over(struct sehub_port *port, struct sehub_ip *entry)
{
	struct sehub_hub *hub = port->hub;

	sehub_iptab_assert_locked(hub);
	__sehub_iptab_unlist(sehub_iptab_port(hub, entry), entry);
	rcu_assign_pointer(entry->port, port);
	__sehub_iptab_list(port, entry);
	sehub_hub_addrs_changed(hub);
	__sehub_iptab_notify(hub, entry, SEHUB_CMD_IP_NTF);
}

/**
 * sehub_iptab_matches() - is this entry meant?
 * @entry: the entry
 * @filter: what is meant
 * Context: RCU read side. Return: true if it is.
 */
bool sehub_iptab_matches(const struct sehub_ip *entry,
			 const struct sehub_ip_filter *filter)
{
	u8 bytes = filter->bits / 8, rest = filter->bits % 8;

	if (filter->only_ipv6 && entry->class == SEHUB_IP_CLASS_V4)
		return false;
	if (filter->has_port &&
	    rcu_dereference(entry->port)->number != filter->port)
		return false;
	if (filter->has_mac && READ_ONCE(entry->mac) != filter->mac)
		return false;
	if (memcmp(entry->addr, filter->addr, bytes))
		return false;
	return !rest || !((entry->addr[bytes] ^ filter->addr[bytes]) >>
			  (8 - rest));
}

static bool sehub_iptab_is_old(struct sehub_hub *hub,
			       const struct sehub_ip *entry)
{
	unsigned long limit = (unsigned long)READ_ONCE(hub->ip_ageing) * HZ;

	if (entry->lease_end)
		return entry->lease_end <= ktime_get_seconds();
	return time_after(jiffies, READ_ONCE(entry->seen) + limit);
}

/*
 * Looks at all entries in batches; deletes what matches, or what is old.
 * Returns the seconds until the next lease of the others ends.
 */
static time64_t sehub_iptab_sweep(struct sehub_hub *hub,
				  const struct sehub_ip_filter *filter)
{
	time64_t next = SEHUB_IP_LEASE_INFINITE;
	XA_STATE(xas, &hub->iptab.by_id, 0);
	struct sehub_ip *entry;
	int n;

	do {
		n = 0;
		rcu_read_lock();
		xas_lock_bh(&xas);
		xas_for_each(&xas, entry, ULONG_MAX) {
			/* The place of id 0, which none has. */
			if (xas_retry(&xas, entry))
				continue;
			if (filter ? sehub_iptab_matches(entry, filter) :
				     sehub_iptab_is_old(hub, entry)) {
				/* Its node may go with it. */
				xas_set(&xas, xas.xa_index + 1);
				__sehub_iptab_del(hub, entry);
			} else if (entry->lease_end) {
				next = min(next, entry->lease_end);
			}
			if (++n == SEHUB_IPTAB_BATCH)
				break;
		}
		xas_pause(&xas);
		xas_unlock_bh(&xas);
		rcu_read_unlock();
		cond_resched();
	} while (n == SEHUB_IPTAB_BATCH);
	return next - ktime_get_seconds();
}

/**
 * sehub_iptab_flush() - forget addresses
 * @hub: whose table
 * @filter: which
 * Context: process, RTNL.
 */
void sehub_iptab_flush(struct sehub_hub *hub,
		       const struct sehub_ip_filter *filter)
{
	ASSERT_RTNL();
	sehub_iptab_sweep(hub, filter);
}

/**
 * sehub_iptab_flush_port() - forget the addresses of a port
 * @port: the port; one that was marked dead learns nothing afterwards
 * @leases_too: not only what was not leased
 * Context: process, RTNL.
 */
void sehub_iptab_flush_port(struct sehub_port *port, bool leases_too)
{
	struct sehub_hub *hub = port->hub;
	struct sehub_ip *entry;
	int n = 0;

	ASSERT_RTNL();
	xa_lock_bh(&hub->iptab.by_id);
	/* Leases are the first in the list, so they are what is left. */
	while (!list_empty(&port->ip_list)) {
		entry = list_last_entry(&port->ip_list, struct sehub_ip,
					port_list);
		if (!leases_too && sehub_iptab_is_leased(entry))
			break;
		__sehub_iptab_del(hub, entry);
		if (++n % SEHUB_IPTAB_BATCH)
			continue;
		xa_unlock_bh(&hub->iptab.by_id);
		cond_resched();
		xa_lock_bh(&hub->iptab.by_id);
	}
	xa_unlock_bh(&hub->iptab.by_id);
}

static void sehub_iptab_ageing_work(struct work_struct *work)
{
	struct sehub_hub *hub = container_of(to_delayed_work(work),
					     struct sehub_hub,
					     iptab.ageing_work);
	time64_t lease_left = sehub_iptab_sweep(hub, NULL);

	/* Not put off if a short lease has asked for an earlier look. */
	if (READ_ONCE(hub->iptab.count))
		queue_delayed_work(sehub_wq, &hub->iptab.ageing_work,
				   sehub_iptab_interval(hub, lease_left));
}

/**
 * sehub_iptab_set_ageing() - set the ageing time, and let it take effect
 * @hub: whose table, perhaps of a hub that is being made
 * @seconds: after which an address that was not seen is forgotten
 * Context: process, RTNL.
 */
void sehub_iptab_set_ageing(struct sehub_hub *hub, u32 seconds)
{
	unsigned long hint = (unsigned long)seconds * HZ / SEHUB_IPTAB_HINTS;

	WRITE_ONCE(hub->ip_ageing, seconds);
	WRITE_ONCE(hub->hint_shift,
		   ilog2(clamp_t(unsigned long, hint, SEHUB_IPTAB_HINT_MIN,
				 SEHUB_IPTAB_HINT_MAX)));
	if (READ_ONCE(hub->iptab.count))
		mod_delayed_work(sehub_wq, &hub->iptab.ageing_work,
				 sehub_iptab_interval(hub, 1));
}

/**
 * sehub_iptab_init() - make an empty table
 * @hub: whose table
 * Context: process. Return: 0 or -ENOMEM.
 */
int sehub_iptab_init(struct sehub_hub *hub)
{
	xa_init_flags(&hub->iptab.by_id, XA_FLAGS_ALLOC1 | XA_FLAGS_LOCK_BH);
	INIT_DELAYED_WORK(&hub->iptab.ageing_work, sehub_iptab_ageing_work);
	return rhashtable_init(&hub->iptab.hash, &sehub_iptab_params);
}

/**
 * sehub_iptab_uninit() - free a table
 * @hub: whose table; all ports, the local one included, have been flushed
 * Context: process; nothing forwards any more.
 */
void sehub_iptab_uninit(struct sehub_hub *hub)
{
	unsigned long id = 0;

	cancel_delayed_work_sync(&hub->iptab.ageing_work);
	/* Nodes without entries may be left from where memory ran out. */
	WARN_ON_ONCE(xa_find(&hub->iptab.by_id, &id, ULONG_MAX, XA_PRESENT));
	rhashtable_destroy(&hub->iptab.hash);
	xa_destroy(&hub->iptab.by_id);
}
