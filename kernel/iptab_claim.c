// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may have an IP address: what frames and DHCP servers say, what the
 * policies of ports allow, and who had it before. The table's lock guards every
 * change.
 */
#include <linux/rtnetlink.h>

#include "iptab_impl.h"

/*
 * Addresses that a port has from IP headers alone: a router sends packets of
 * the whole Internet, and they are not all its neighbours.
 */
#define SEHUB_IPTAB_HEADERS_MAX	1024
/* Leases of a port that are searched for the one of a client. */
#define SEHUB_IPTAB_LEASES_SEEN	1024
/* Seconds; leases up to this have the table looked at when they end. */
#define SEHUB_IPTAB_LEASE_SHORT	10

static bool sehub_iptab_port_is_full(const struct sehub_port *port,
				     const struct sehub_policy *policy,
				     u8 class)
{
	return policy && policy->max_ip &&
	       port->ip_count[class] >= policy->max_ip;
}

/* Does the port have to have this address from a DHCP server? */
static bool sehub_iptab_needs_lease(const struct sehub_policy *policy,
				    const u8 *addr)
{
	return sehub_policy_has(policy, SEHUB_POLICY_FLAG_DHCP_FORCE) &&
	       sehub_inspect_is_ipv4(addr);
}

/* A known address is used by somebody else than before. */
static int __sehub_iptab_claim(struct sehub_port *port,
			       const struct sehub_policy *policy,
			       struct sehub_ip *entry, u64 mac, u8 source)
{
	struct sehub_port *old = sehub_iptab_port(port->hub, entry);
	bool takes_over = old != port &&
			  sehub_policy_may_take_over(policy, old);
	bool same_mac = entry->mac == mac;

	/* Who comes back with another MAC address has to ask for a lease. */
	if (sehub_iptab_needs_lease(policy, entry->addr) &&
	    !(takes_over && same_mac && sehub_iptab_is_leased(entry)))
		return SEHUB_A_DROPS_NO_LEASE;
	if (old != port && !takes_over &&
	    sehub_policy_has(policy, SEHUB_POLICY_FLAG_NO_IP_DUP))
		return SEHUB_A_DROPS_IP_DUP;
	/* A lease is the lessee's, who may have moved; it counts only there. */
	if (sehub_iptab_is_leased(entry) && !same_mac)
		return old != port && !takes_over && policy &&
		       policy->max_ip ? SEHUB_A_DROPS_IP_LIMIT : 0;
	if (old != port &&
	    sehub_iptab_port_is_full(port, policy, entry->class))
		return SEHUB_A_DROPS_IP_LIMIT;
	/* What was known of the one before says nothing of this one. */
	if (same_mac)
		source = max(source, entry->source);
	__sehub_iptab_move(port, entry, mac, source);
	return 0;
}

/* An address that is not in the table. */
static int __sehub_iptab_new(struct sehub_port *port,
			     const struct sehub_policy *policy, u64 mac,
			     const u8 *addr, u8 source)
{
	struct sehub_hub *hub = port->hub;
	bool needed = sehub_policy_needs(policy, SEHUB_POLICY_NEEDS_IP);

	if (sehub_iptab_needs_lease(policy, addr))
		return SEHUB_A_DROPS_NO_LEASE;
	if (sehub_iptab_port_is_full(port, policy, sehub_iptab_class(addr)))
		return SEHUB_A_DROPS_IP_LIMIT;
	if (source == SEHUB_IP_SOURCE_HEADER && !needed &&
	    port->ip_headers >= SEHUB_IPTAB_HEADERS_MAX)
		return 0;
	if (__sehub_iptab_has_room(hub, needed) &&
	    __sehub_iptab_insert(port, mac, addr, source, 0))
		return 0;
	atomic64_inc(&hub->iptab.not_learned);
	return needed ? SEHUB_A_DROPS_IP_LIMIT : 0;
}

/* The slow half of learning: something is new, or not as it was. */
static int sehub_iptab_learn_locked(struct sehub_port *port,
				    const struct sehub_policy *policy, u64 mac,
				    const u8 *addr, u8 source)
{
	struct sehub_hub *hub = port->hub;
	struct sehub_ip *entry;
	int reason = 0;

	xa_lock_bh(&hub->iptab.by_id);
	if (READ_ONCE(port->dead))
		goto out_unlock;
	entry = sehub_iptab_find(hub, addr);
	if (entry && entry->lease_end &&
	    entry->lease_end <= ktime_get_seconds()) {
		__sehub_iptab_del(hub, entry);
		entry = NULL;
	}
	if (!entry)
		reason = __sehub_iptab_new(port, policy, mac, addr, source);
	else if (sehub_iptab_port(hub, entry) != port || entry->mac != mac)
		reason = __sehub_iptab_claim(port, policy, entry, mac, source);
	else if (sehub_iptab_needs_lease(policy, addr) &&
		 !sehub_iptab_is_leased(entry))
		reason = SEHUB_A_DROPS_NO_LEASE;
	else if (source > entry->source)
		__sehub_iptab_set_source(port, entry, source);
out_unlock:
	xa_unlock_bh(&hub->iptab.by_id);
	return reason;
}

/* Would nothing come of taking the lock? Only without a policy that asks. */
static bool sehub_iptab_is_vain(const struct sehub_port *port,
				const struct sehub_ip *entry, u64 mac,
				u8 source)
{
	if (entry)
		return sehub_iptab_is_leased(entry) &&
		       READ_ONCE(entry->mac) != mac;
	if (source == SEHUB_IP_SOURCE_HEADER &&
	    READ_ONCE(port->ip_headers) >= SEHUB_IPTAB_HEADERS_MAX)
		return true;
	if (!sehub_iptab_is_full(port->hub))
		return false;
	atomic64_inc(&port->hub->iptab.not_learned);
	return true;
}

/**
 * sehub_iptab_learn() - take note of an address that a frame's sender uses
 * @port: port that the frame came in by
 * @policy: policy that the frame is judged by, or NULL
 * @mac: its source, by ether_addr_to_u64()
 * @addr: the address, aligned to 4 bytes
 * @source: how it is known, not %SEHUB_IP_SOURCE_DHCP
 * @lasts: set to whether the answer holds as long as nothing changes
 *
 * Out of room, the address is not learned; the frame passes if no policy
 * needs the address in the table.
 *
 * Context: softirq or bottom halves off, RCU read side.
 * Return: 0, or the reason SEHUB_A_DROPS_* to drop the frame.
 */
int sehub_iptab_learn(struct sehub_port *port,
		      const struct sehub_policy *policy, u64 mac,
		      const u8 *addr, u8 source, bool *lasts)
{
	unsigned long now = jiffies;
	time64_t lease_end, today;
	struct sehub_ip *entry;

	*lasts = false;
	entry = sehub_iptab_find(port->hub, addr);
	if (likely(entry && rcu_access_pointer(entry->port) == port &&
		   READ_ONCE(entry->mac) == mac &&
		   READ_ONCE(entry->source) >= source)) {
		if (time_before(READ_ONCE(entry->seen), now))
			WRITE_ONCE(entry->seen, now);
		lease_end = READ_ONCE(entry->lease_end);
		if (!lease_end) {
			*lasts = !sehub_iptab_needs_lease(policy, addr);
			return *lasts ? 0 : SEHUB_A_DROPS_NO_LEASE;
		}
		today = ktime_get_seconds();
		*lasts = lease_end - today >
			 (1 << READ_ONCE(port->hub->hint_shift)) / HZ + 2;
		if (likely(lease_end > today))
			return 0;
	} else if (!sehub_policy_needs(policy, SEHUB_POLICY_NEEDS_IP) &&
		   sehub_iptab_is_vain(port, entry, mac, source)) {
		return 0;
	}
	return sehub_iptab_learn_locked(port, policy, mac, addr, source);
}

/**
 * sehub_iptab_advertised() - an address was seen in an advertisement
 * @port: port that it came in by
 * @addr: IPv6 address, aligned to 4 bytes
 * @is_router: its R flag
 *
 * From then on the hub knows enough to answer in the neighbour's place.
 *
 * Context: softirq or bottom halves off, RCU read side.
 */
void sehub_iptab_advertised(struct sehub_port *port, const u8 *addr,
			    bool is_router)
{
	struct sehub_ip *entry = sehub_iptab_find(port->hub, addr);

	if (!entry || rcu_access_pointer(entry->port) != port)
		return;
	WRITE_ONCE(entry->is_router, is_router);
	WRITE_ONCE(entry->is_advertised, true);
}

/* The lease of a client; those of a port are the first in its list. */
static struct sehub_ip *__sehub_iptab_find_lease(struct sehub_port *port,
						 u64 mac)
{
	struct sehub_ip *entry;
	int n = 0;

	list_for_each_entry(entry, &port->ip_list, port_list) {
		if (!sehub_iptab_is_leased(entry) ||
		    ++n > SEHUB_IPTAB_LEASES_SEEN)
			break;
		if (entry->mac == mac)
			return entry;
	}
	return NULL;
}

/* An address becomes a lease; told if that is news. */
static void __sehub_iptab_give(struct sehub_port *port, u64 mac,
			       const u8 *addr, time64_t end)
{
	const struct sehub_policy *policy = rcu_dereference(port->policy);
	struct sehub_hub *hub = port->hub;
	struct sehub_ip *entry = sehub_iptab_find(hub, addr);
	bool same_port = entry && sehub_iptab_port(hub, entry) == port;
	bool ends_sooner;

	if (!same_port &&
	    sehub_iptab_port_is_full(port, policy, SEHUB_IP_CLASS_V4))
		return;
	if (!entry) {
		if (!__sehub_iptab_has_room(hub, true) ||
		    !__sehub_iptab_insert(port, mac, addr,
					  SEHUB_IP_SOURCE_DHCP, end))
			atomic64_inc(&hub->iptab.not_learned);
		return;
	}
	ends_sooner = end < entry->lease_end;
	WRITE_ONCE(entry->lease_end, end);
	/* Notes of the address are not to outlive it. */
	if (ends_sooner)
		sehub_hub_addrs_changed(hub);
	WRITE_ONCE(entry->seen, jiffies);
	if (!same_port || entry->mac != mac || !sehub_iptab_is_leased(entry))
		__sehub_iptab_move(port, entry, mac, SEHUB_IP_SOURCE_DHCP);
}

/**
 * sehub_iptab_lease() - a DHCP server gave an address to somebody
 * @port: port behind which the client is
 * @mac: the client, by ether_addr_to_u64()
 * @addr: IPv4 address in the table's form, aligned to 4 bytes
 * @seconds: how long, U32_MAX for ever
 *
 * The server knows best: whoever had the address before has it no longer, and
 * the client no other one. Only the port's limit stands above it.
 *
 * Context: softirq or bottom halves off, RCU read side.
 */
void sehub_iptab_lease(struct sehub_port *port, u64 mac, const u8 *addr,
		       u32 seconds)
{
	struct sehub_hub *hub = port->hub;
	struct sehub_ip *entry;

	xa_lock_bh(&hub->iptab.by_id);
	if (READ_ONCE(port->dead))
		goto out_unlock;
	entry = __sehub_iptab_find_lease(port, mac);
	if (entry && memcmp(entry->addr, addr, sizeof(entry->addr)))
		__sehub_iptab_del(hub, entry);
	__sehub_iptab_give(port, mac, addr, seconds == U32_MAX ?
			   SEHUB_IP_LEASE_INFINITE :
			   ktime_get_seconds() + seconds);
	/* One that ends before the table is looked at again. */
	if (seconds <= SEHUB_IPTAB_LEASE_SHORT)
		mod_delayed_work(sehub_wq, &hub->iptab.ageing_work,
				 sehub_iptab_interval(hub, seconds));
out_unlock:
	xa_unlock_bh(&hub->iptab.by_id);
}

/**
 * sehub_iptab_release() - a lease has ended before its time
 * @port: port behind which the client is
 * @mac: the client, by ether_addr_to_u64()
 * @addr: IPv4 address in the table's form, aligned to 4 bytes, or NULL for
 *	whatever the client has
 * Context: softirq or bottom halves off, RCU read side.
 */
void sehub_iptab_release(struct sehub_port *port, u64 mac, const u8 *addr)
{
	struct sehub_hub *hub = port->hub;
	struct sehub_ip *entry;

	xa_lock_bh(&hub->iptab.by_id);
	entry = addr ? sehub_iptab_find(hub, addr) :
		       __sehub_iptab_find_lease(port, mac);
	if (entry && sehub_iptab_is_leased(entry) && entry->mac == mac &&
	    sehub_iptab_port(hub, entry) == port)
		__sehub_iptab_del(hub, entry);
	xa_unlock_bh(&hub->iptab.by_id);
}

/**
 * sehub_iptab_inherit() - addresses of a port become another one's
 * @port: who gets them, as far as its policy lets it
 * @old: who had them; keeps the rest
 *
 * Leases come first. What is known of an address stays known.
 *
 * Context: process, RTNL.
 */
void sehub_iptab_inherit(struct sehub_port *port, struct sehub_port *old)
{
	const struct sehub_policy *policy = rtnl_dereference(port->policy);
	struct sehub_hub *hub = port->hub;
	struct sehub_ip *entry, *next;
	LIST_HEAD(rest);
	int n = 0;

	ASSERT_RTNL();
	xa_lock_bh(&hub->iptab.by_id);
	while (!list_empty(&old->ip_list)) {
		entry = list_first_entry(&old->ip_list, struct sehub_ip,
					 port_list);
		if (sehub_iptab_port_is_full(port, policy, entry->class) ||
		    (sehub_iptab_needs_lease(policy, entry->addr) &&
		     !sehub_iptab_is_leased(entry)))
			list_move_tail(&entry->port_list, &rest);
		else
			__sehub_iptab_hand_over(port, entry);
		if (++n % SEHUB_IPTAB_BATCH)
			continue;
		xa_unlock_bh(&hub->iptab.by_id);
		cond_resched();
		xa_lock_bh(&hub->iptab.by_id);
	}
	list_for_each_entry_safe(entry, next, &rest, port_list)
		list_move_tail(&entry->port_list, &old->ip_list);
	xa_unlock_bh(&hub->iptab.by_id);
}
