// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MAC table. Looking up and refreshing a known address takes no lock;
 * a new address, a move and a deletion take the lock of the id table. Entries
 * are found by address through a hash table that is seeded at random, and
 * walked in the order of their ids, so that a dump or an ageing run that
 * pauses goes on where it was, whatever changed in between.
 */
#include <linux/etherdevice.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "fdb.h"
#include "nl_notify.h"
#include "policy.h"

/* Entries looked at before an ageing or flush run lets others have the CPU. */
#define SEHUB_FDB_BATCH		256

static struct kmem_cache *sehub_fdb_cache;

static u32 sehub_fdb_hash(const void *key, u32 len, u32 seed)
{
	u64 mac = *(const u64 *)key;

	return jhash_2words(lower_32_bits(mac), upper_32_bits(mac), seed);
}

static int sehub_fdb_differs(struct rhashtable_compare_arg *arg,
			     const void *entry)
{
	return ((const struct sehub_fdb_entry *)entry)->mac !=
	       *(const u64 *)arg->key;
}

static const struct rhashtable_params sehub_fdb_params = {
	.head_offset = offsetof(struct sehub_fdb_entry, node),
	.key_offset = offsetof(struct sehub_fdb_entry, mac),
	.key_len = sizeof(u64),
	.hashfn = sehub_fdb_hash,
	.obj_cmpfn = sehub_fdb_differs,
	.automatic_shrinking = true,
};

#define sehub_fdb_assert_locked(hub) \
	lockdep_assert_held(&(hub)->fdb.by_id.xa_lock)

/**
 * sehub_fdb_module_init() - make what all tables share
 * Return: 0 or -ENOMEM.
 */
int __init sehub_fdb_module_init(void)
{
	sehub_fdb_cache = KMEM_CACHE(sehub_fdb_entry, 0);
	return sehub_fdb_cache ? 0 : -ENOMEM;
}

/**
 * sehub_fdb_module_exit() - undo sehub_fdb_module_init()
 * Context: after rcu_barrier().
 */
void sehub_fdb_module_exit(void)
{
	kmem_cache_destroy(sehub_fdb_cache);
}

static void sehub_fdb_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(sehub_fdb_cache,
			container_of(head, struct sehub_fdb_entry, rcu));
}

static struct sehub_port *
sehub_fdb_port(struct sehub_hub *hub, const struct sehub_fdb_entry *entry)
{
	return rcu_dereference_protected(entry->port,
			lockdep_is_held(&hub->fdb.by_id.xa_lock));
}

/* Ageing looks at the table often enough to be late by a tenth at most. */
static unsigned long sehub_fdb_interval(const struct sehub_hub *hub)
{
	return clamp_t(unsigned long, READ_ONCE(hub->ageing) * (HZ / 10),
		       HZ / 10, 10 * HZ);
}

/**
 * sehub_fdb_find() - find an address
 * @hub: whose table
 * @mac: address, any alignment
 * Context: RCU read side. Return: the entry, valid until unlock, or NULL.
 */
struct sehub_fdb_entry *sehub_fdb_find(struct sehub_hub *hub, const u8 *mac)
{
	u64 key = sehub_fdb_mac(mac);

	return rhashtable_lookup(&hub->fdb.hash, &key, sehub_fdb_params);
}

/* Unlinks @entry everywhere; it is freed after a grace period. */
static void __sehub_fdb_del(struct sehub_hub *hub,
			    struct sehub_fdb_entry *entry)
{
	struct sehub_port *port = sehub_fdb_port(hub, entry);

	sehub_fdb_assert_locked(hub);
	rhashtable_remove_fast(&hub->fdb.hash, &entry->node, sehub_fdb_params);
	__xa_erase(&hub->fdb.by_id, entry->id);
	list_del(&entry->port_list);
	if (entry->kind == SEHUB_FDB_KIND_LEARNED) {
		WRITE_ONCE(port->fdb_count, port->fdb_count - 1);
		WRITE_ONCE(hub->fdb.count, hub->fdb.count - 1);
	}
	sehub_nl_notify_fdb(hub, entry->mac, port->number, entry->kind,
			    SEHUB_CMD_FDB_DEL_NTF);
	call_rcu(&entry->rcu, sehub_fdb_free_rcu);
}

/* Adds an address that is not in the table; the caller checked the limits. */
static struct sehub_fdb_entry *
__sehub_fdb_insert(struct sehub_port *port, const u8 *mac, u8 kind)
{
	struct sehub_hub *hub = port->hub;
	struct sehub_fdb_entry *entry;
	int err;

	sehub_fdb_assert_locked(hub);
	entry = kmem_cache_alloc(sehub_fdb_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!entry)
		return ERR_PTR(-ENOMEM);
	entry->mac = sehub_fdb_mac(mac);
	entry->kind = kind;
	entry->seen = jiffies;
	entry->ip_hint = 0;
	rcu_assign_pointer(entry->port, port);

	err = __xa_alloc_cyclic(&hub->fdb.by_id, &entry->id, entry,
				xa_limit_32b, &hub->fdb.next_id,
				GFP_ATOMIC | __GFP_NOWARN);
	if (err < 0)
		goto err_free;
	err = rhashtable_lookup_insert_fast(&hub->fdb.hash, &entry->node,
					    sehub_fdb_params);
	if (err)
		goto err_erase;

	list_add_tail(&entry->port_list, &port->fdb_list);
	if (kind == SEHUB_FDB_KIND_LEARNED) {
		WRITE_ONCE(port->fdb_count, port->fdb_count + 1);
		WRITE_ONCE(hub->fdb.count, hub->fdb.count + 1);
		/* A timer of fuller days may still run, with another time. */
		if (hub->fdb.count == 1)
			mod_delayed_work(sehub_wq, &hub->fdb.ageing_work,
					 sehub_fdb_interval(hub));
	}
	sehub_nl_notify_fdb(hub, entry->mac, port->number, kind,
			    SEHUB_CMD_FDB_NTF);
	return entry;

err_erase:
	__xa_erase(&hub->fdb.by_id, entry->id);
err_free:
	kmem_cache_free(sehub_fdb_cache, entry);
	return ERR_PTR(err);
}

static bool sehub_fdb_port_is_full(const struct sehub_port *port)
{
	u32 max = READ_ONCE(port->fdb_max);

	return max && port->fdb_count >= max;
}

/* @entry belongs to @port from now on; the caller counts and tells it. */
static void __sehub_fdb_rebind(struct sehub_port *port,
			       struct sehub_fdb_entry *entry)
{
	sehub_fdb_assert_locked(port->hub);
	list_move_tail(&entry->port_list, &port->fdb_list);
	rcu_assign_pointer(entry->port, port);
	WRITE_ONCE(entry->seen, jiffies);
	sehub_hub_addrs_changed(port->hub);
}

/* A learned address is another port's from now on. */
static void __sehub_fdb_give(struct sehub_port *port, struct sehub_port *old,
			     struct sehub_fdb_entry *entry)
{
	WRITE_ONCE(old->fdb_count, old->fdb_count - 1);
	WRITE_ONCE(port->fdb_count, port->fdb_count + 1);
	__sehub_fdb_rebind(port, entry);
	sehub_nl_notify_fdb(port->hub, entry->mac, port->number, entry->kind,
			    SEHUB_CMD_FDB_NTF);
}

/* A known address was seen behind another port. */
static int __sehub_fdb_move(struct sehub_port *port,
			    const struct sehub_policy *policy,
			    struct sehub_fdb_entry *entry)
{
	struct sehub_hub *hub = port->hub;
	struct sehub_port *old = sehub_fdb_port(hub, entry);

	sehub_fdb_assert_locked(hub);
	if (old == port)
		return 0;
	if (entry->kind != SEHUB_FDB_KIND_LEARNED)
		return SEHUB_A_DROPS_STATIC_PORT;
	if (sehub_policy_has(policy, SEHUB_POLICY_FLAG_NO_MAC_DUP) &&
	    !sehub_policy_may_take_over(policy, old))
		return SEHUB_A_DROPS_MAC_DUP;
	if (sehub_fdb_port_is_full(port))
		return SEHUB_A_DROPS_MAC_LIMIT;

	__sehub_fdb_give(port, old, entry);
	atomic64_inc(&hub->fdb.moves);
	return 0;
}

/* The slow half of learning: @mac is new, or not where it was. */
static int sehub_fdb_learn_locked(struct sehub_port *port,
				  const struct sehub_policy *policy,
				  const u8 *mac,
				  struct sehub_fdb_entry **entryp)
{
	struct sehub_hub *hub = port->hub;
	struct sehub_fdb_entry *entry;
	int reason = 0;

	*entryp = NULL;
	xa_lock_bh(&hub->fdb.by_id);
	if (port->dead)
		goto out_unlock;
	entry = sehub_fdb_find(hub, mac);
	if (entry) {
		reason = __sehub_fdb_move(port, policy, entry);
		*entryp = entry;
		goto out_unlock;
	}
	if (sehub_fdb_port_is_full(port)) {
		reason = SEHUB_A_DROPS_MAC_LIMIT;
		goto out_unlock;
	}
	if (hub->fdb.count < READ_ONCE(hub->fdb_max))
		entry = __sehub_fdb_insert(port, mac, SEHUB_FDB_KIND_LEARNED);
	if (IS_ERR_OR_NULL(entry))
		atomic64_inc(&hub->fdb.not_learned);
	else
		*entryp = entry;
out_unlock:
	xa_unlock_bh(&hub->fdb.by_id);
	return reason;
}

/**
 * sehub_fdb_learn() - take note of a frame's source address
 * @port: port that the frame came in by
 * @policy: policy that the frame is judged by, or NULL
 * @mac: its source, unicast
 * @entryp: set to its entry, valid until unlock, or NULL
 *
 * At the hub's limit, or out of memory, the address is not learned and the
 * frame passes; at the port's limit the frame is to be dropped.
 *
 * Context: softirq or bottom halves off, RCU read side.
 * Return: 0, or the reason SEHUB_A_DROPS_* to drop the frame.
 */
int sehub_fdb_learn(struct sehub_port *port, const struct sehub_policy *policy,
		    const u8 *mac, struct sehub_fdb_entry **entryp)
{
	struct sehub_fdb_entry *entry;
	unsigned long now = jiffies;

	entry = sehub_fdb_find(port->hub, mac);
	if (likely(entry && rcu_access_pointer(entry->port) == port)) {
		/* Once a tick, so that CPUs do not fight for the line. */
		if (time_before(READ_ONCE(entry->seen), now))
			WRITE_ONCE(entry->seen, now);
		*entryp = entry;
		return 0;
	}
	return sehub_fdb_learn_locked(port, policy, mac, entryp);
}

/* A learned address becomes one that was configured, perhaps elsewhere. */
static void __sehub_fdb_fix(struct sehub_port *port,
			    struct sehub_fdb_entry *entry, u8 kind)
{
	struct sehub_hub *hub = port->hub;
	struct sehub_port *old = sehub_fdb_port(hub, entry);

	WRITE_ONCE(old->fdb_count, old->fdb_count - 1);
	WRITE_ONCE(hub->fdb.count, hub->fdb.count - 1);
	WRITE_ONCE(entry->kind, kind);
	__sehub_fdb_rebind(port, entry);
	sehub_nl_notify_fdb(hub, entry->mac, port->number, kind,
			    SEHUB_CMD_FDB_NTF);
}

/**
 * sehub_fdb_add() - bind an address to a port
 * @port: the port
 * @mac: unicast address
 * @kind: %SEHUB_FDB_KIND_STATIC or %SEHUB_FDB_KIND_LOCAL
 *
 * A learned entry becomes one of this kind.
 *
 * Context: process, RTNL.
 * Return: 0, -EEXIST if the address is static or local already, -ENOMEM.
 */
int sehub_fdb_add(struct sehub_port *port, const u8 *mac, u8 kind)
{
	struct sehub_hub *hub = port->hub;
	struct sehub_fdb_entry *entry;
	int err = 0;

	ASSERT_RTNL();
	rcu_read_lock();
	xa_lock_bh(&hub->fdb.by_id);
	entry = sehub_fdb_find(hub, mac);
	if (!entry) {
		entry = __sehub_fdb_insert(port, mac, kind);
		if (IS_ERR(entry))
			err = PTR_ERR(entry);
	} else if (entry->kind == SEHUB_FDB_KIND_LEARNED) {
		__sehub_fdb_fix(port, entry, kind);
	} else {
		err = -EEXIST;
	}
	xa_unlock_bh(&hub->fdb.by_id);
	rcu_read_unlock();
	return err;
}

static int sehub_fdb_del_kind(struct sehub_hub *hub, const u8 *mac, bool local)
{
	struct sehub_fdb_entry *entry;
	int err = 0;

	rcu_read_lock();
	xa_lock_bh(&hub->fdb.by_id);
	entry = sehub_fdb_find(hub, mac);
	if (!entry)
		err = -ENOENT;
	else if (local != (entry->kind == SEHUB_FDB_KIND_LOCAL))
		err = -EOPNOTSUPP;
	else
		__sehub_fdb_del(hub, entry);
	xa_unlock_bh(&hub->fdb.by_id);
	rcu_read_unlock();
	return err;
}

/**
 * sehub_fdb_del() - delete a learned or static address
 * @hub: whose table
 * @mac: the address
 * Context: process.
 * Return: 0, -ENOENT if it is not there, -EOPNOTSUPP if it is local.
 */
int sehub_fdb_del(struct sehub_hub *hub, const u8 *mac)
{
	return sehub_fdb_del_kind(hub, mac, false);
}

/**
 * sehub_fdb_del_local() - delete the hub device's own address
 * @hub: whose table
 * @mac: the address
 * Context: process.
 * Return: 0, -ENOENT if it is not there, -EOPNOTSUPP if it is not local.
 */
int sehub_fdb_del_local(struct sehub_hub *hub, const u8 *mac)
{
	return sehub_fdb_del_kind(hub, mac, true);
}

/*
 * Deletes entries of one port; lets go of the lock now and then. The list is
 * taken from the port at the beginning, so that each entry is looked at once,
 * and what is learned meanwhile is none of them. Others may move or delete
 * entries of either list.
 */
static void sehub_fdb_flush_port(struct sehub_port *port, u8 kind, bool all)
{
	struct sehub_hub *hub = port->hub;
	struct sehub_fdb_entry *entry;
	LIST_HEAD(todo);
	int n = 0;

	ASSERT_RTNL();
	xa_lock_bh(&hub->fdb.by_id);
	list_splice_init(&port->fdb_list, &todo);
	while (!list_empty(&todo)) {
		entry = list_first_entry(&todo, struct sehub_fdb_entry,
					 port_list);
		if (all || entry->kind == kind)
			__sehub_fdb_del(hub, entry);
		else
			list_move_tail(&entry->port_list, &port->fdb_list);
		if (++n % SEHUB_FDB_BATCH)
			continue;
		xa_unlock_bh(&hub->fdb.by_id);
		cond_resched();
		xa_lock_bh(&hub->fdb.by_id);
	}
	xa_unlock_bh(&hub->fdb.by_id);
}

/**
 * sehub_fdb_flush_dead() - delete all addresses of a port that goes away
 * @port: the port; it learns nothing any more
 * Context: process, RTNL.
 */
void sehub_fdb_flush_dead(struct sehub_port *port)
{
	ASSERT_RTNL();
	xa_lock_bh(&port->hub->fdb.by_id);
	WRITE_ONCE(port->dead, true);
	xa_unlock_bh(&port->hub->fdb.by_id);
	sehub_fdb_flush_port(port, 0, true);
}

/**
 * sehub_fdb_inherit() - learned addresses of a port become another one's
 * @port: who gets them, up to its limit
 * @old: who had them; keeps the rest
 * Context: process, RTNL.
 */
void sehub_fdb_inherit(struct sehub_port *port, struct sehub_port *old)
{
	struct sehub_hub *hub = port->hub;
	struct sehub_fdb_entry *entry, *tmp;
	LIST_HEAD(rest);
	int n = 0;

	ASSERT_RTNL();
	xa_lock_bh(&hub->fdb.by_id);
	while (!list_empty(&old->fdb_list) && !sehub_fdb_port_is_full(port)) {
		entry = list_first_entry(&old->fdb_list, struct sehub_fdb_entry,
					 port_list);
		if (entry->kind == SEHUB_FDB_KIND_LEARNED)
			__sehub_fdb_give(port, old, entry);
		else
			list_move(&entry->port_list, &rest);
		if (++n % SEHUB_FDB_BATCH)
			continue;
		xa_unlock_bh(&hub->fdb.by_id);
		cond_resched();
		xa_lock_bh(&hub->fdb.by_id);
	}
	list_for_each_entry_safe(entry, tmp, &rest, port_list)
		list_move(&entry->port_list, &old->fdb_list);
	xa_unlock_bh(&hub->fdb.by_id);
}

/* Looks at all entries in batches; deletes those that @match says. */
static void sehub_fdb_sweep(struct sehub_hub *hub,
			    bool (*match)(struct sehub_hub *hub,
					  struct sehub_fdb_entry *entry,
					  u8 kind), u8 kind)
{
	XA_STATE(xas, &hub->fdb.by_id, 0);
	struct sehub_fdb_entry *entry;
	int n;

	do {
		n = 0;
		xas_lock_bh(&xas);
		xas_for_each(&xas, entry, ULONG_MAX) {
			/* The place of id 0, which none has. */
			if (xas_retry(&xas, entry))
				continue;
			if (match(hub, entry, kind)) {
				/* Its node may go with it. */
				xas_set(&xas, xas.xa_index + 1);
				__sehub_fdb_del(hub, entry);
			}
			if (++n == SEHUB_FDB_BATCH)
				break;
		}
		xas_pause(&xas);
		xas_unlock_bh(&xas);
		cond_resched();
	} while (n == SEHUB_FDB_BATCH);
}

static bool sehub_fdb_is_kind(struct sehub_hub *hub,
			      struct sehub_fdb_entry *entry, u8 kind)
{
	return entry->kind == kind;
}

static bool sehub_fdb_is_old(struct sehub_hub *hub,
			     struct sehub_fdb_entry *entry, u8 kind)
{
	unsigned long limit = (unsigned long)READ_ONCE(hub->ageing) * HZ;

	return entry->kind == kind &&
	       time_after(jiffies, READ_ONCE(entry->seen) + limit);
}

/**
 * sehub_fdb_flush() - delete all addresses of a kind
 * @hub: whose table
 * @port: only those behind this port, or NULL
 * @kind: %SEHUB_FDB_KIND_LEARNED or %SEHUB_FDB_KIND_STATIC
 * Context: process, RTNL.
 */
void sehub_fdb_flush(struct sehub_hub *hub, struct sehub_port *port, u8 kind)
{
	ASSERT_RTNL();
	if (port)
		sehub_fdb_flush_port(port, kind, false);
	else
		sehub_fdb_sweep(hub, sehub_fdb_is_kind, kind);
}

static void sehub_fdb_ageing_work(struct work_struct *work)
{
	struct sehub_hub *hub = container_of(to_delayed_work(work),
					     struct sehub_hub,
					     fdb.ageing_work);

	sehub_fdb_sweep(hub, sehub_fdb_is_old, SEHUB_FDB_KIND_LEARNED);
	if (READ_ONCE(hub->fdb.count))
		queue_delayed_work(sehub_wq, &hub->fdb.ageing_work,
				   sehub_fdb_interval(hub));
}

/**
 * sehub_fdb_reschedule() - let a changed ageing time take effect
 * @hub: whose table
 * Context: process.
 */
void sehub_fdb_reschedule(struct sehub_hub *hub)
{
	if (READ_ONCE(hub->fdb.count))
		mod_delayed_work(sehub_wq, &hub->fdb.ageing_work,
				 sehub_fdb_interval(hub));
}

/**
 * sehub_fdb_init() - make an empty table
 * @hub: whose table
 * Context: process. Return: 0 or -ENOMEM.
 */
int sehub_fdb_init(struct sehub_hub *hub)
{
	xa_init_flags(&hub->fdb.by_id, XA_FLAGS_ALLOC1 | XA_FLAGS_LOCK_BH);
	INIT_DELAYED_WORK(&hub->fdb.ageing_work, sehub_fdb_ageing_work);
	return rhashtable_init(&hub->fdb.hash, &sehub_fdb_params);
}

/**
 * sehub_fdb_uninit() - free a table
 * @hub: whose table; all ports, the local one included, have been flushed
 * Context: process; nothing forwards any more.
 */
void sehub_fdb_uninit(struct sehub_hub *hub)
{
	unsigned long id = 0;

	cancel_delayed_work_sync(&hub->fdb.ageing_work);
	/* Nodes without entries may be left from where memory ran out. */
	WARN_ON_ONCE(xa_find(&hub->fdb.by_id, &id, ULONG_MAX, XA_PRESENT));
	rhashtable_destroy(&hub->fdb.hash);
	xa_destroy(&hub->fdb.by_id);
}
