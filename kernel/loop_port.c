// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops of hubs that are joined by cascades: what becomes of ports. One is
 * blocked at once when it is found to close a loop, and a cascade from its
 * beginning until it is known that it does not. What else there is to do then,
 * and the end of a block, needs RTNL and is the work item's.
 */
#include <linux/net.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>

#include "fdb.h"
#include "iptab.h"
#include "loop_impl.h"
#include "nl_notify.h"
#include "policy.h"
#include "port.h"

/* From probe to probe. */
#define SEHUB_LOOP_INTERVAL	HZ
/* While somebody else has RTNL. */
#define SEHUB_LOOP_RETRY	(HZ / 100 + 1)

/**
 * sehub_loop_soon() - the next probes are sent at once
 * @hub: the hub
 * Context: any.
 */
void sehub_loop_soon(struct sehub_hub *hub)
{
	WRITE_ONCE(hub->loop.next, jiffies);
	mod_delayed_work(sehub_wq, &hub->loop.work, 0);
}

/**
 * sehub_loop_has_news() - there is something to settle
 * @hub: the hub
 * Context: any.
 */
void sehub_loop_has_news(struct sehub_hub *hub)
{
	WRITE_ONCE(hub->loop.news, true);
	mod_delayed_work(sehub_wq, &hub->loop.work, 0);
}

/**
 * sehub_loop_block() - block a port, or let its block last
 * @port: the port
 * @time: jiffies from now on
 * Context: any.
 */
void sehub_loop_block(struct sehub_port *port, unsigned long time)
{
	unsigned long until = jiffies + time;

	if (!READ_ONCE(port->blocked) ||
	    time_after(until, READ_ONCE(port->blocked_until)))
		WRITE_ONCE(port->blocked_until, until);
	/* Pairs with sehub_loop_unblock(). */
	smp_mb();
	if (READ_ONCE(port->blocked))
		return;
	WRITE_ONCE(port->blocked, true);
	sehub_loop_has_news(port->hub);
}

static void sehub_loop_forget(struct sehub_port *port)
{
	sehub_fdb_flush(port->hub, port, SEHUB_FDB_KIND_LEARNED);
	sehub_iptab_flush_port(port, false);
}

/* First come, first kept holds where a policy says so. */
static bool sehub_loop_keeps(const struct sehub_port *port)
{
	const struct sehub_policy *policy = rtnl_dereference(port->policy);

	return READ_ONCE(port->fdb_max) || (policy && (policy->max_ip ||
	       policy->flags & (SEHUB_POLICY_FLAG_NO_MAC_DUP |
				SEHUB_POLICY_FLAG_NO_IP_DUP)));
}

/* Ways have changed, and addresses are learned anew. */
static void sehub_loop_forget_all(struct sehub_hub *hub)
{
	struct sehub_port *port;

	list_for_each_entry(port, &hub->port_list, list)
		if (sehub_loop_has_probes(port) && !sehub_loop_keeps(port))
			sehub_loop_forget(port);
	if (!sehub_loop_keeps(&hub->local))
		sehub_loop_forget(&hub->local);
}

/* Whoever looks after the machine is told of loops, and of their ends. */
static void sehub_loop_log(struct sehub_port *port, bool looped)
{
	struct sehub_hub *hub = port->hub;

	if (looped == port->loop_told)
		return;
	port->loop_told = looped;
	if (!net_ratelimit())
		return;
	if (looped)
		netdev_info(hub->dev, "port %u (%s) is blocked: it closes a loop of %u hubs\n",
			    port->number, sehub_port_name(port),
			    READ_ONCE(hub->loop.hops));
	else
		netdev_info(hub->dev, "port %u (%s) passes frames again\n",
			    port->number, sehub_port_name(port));
}

static bool sehub_loop_is_blocked_on(const struct sehub_port *port)
{
	return time_before(jiffies, READ_ONCE(port->blocked_until));
}

/* Return: true if the port is blocked still, as another probe has come back. */
static bool sehub_loop_unblock(struct sehub_port *port)
{
	bool is_none = !port->hub->cascades;

	WRITE_ONCE(port->looped, false);
	WRITE_ONCE(port->blocked, false);
	/* Pairs with sehub_loop_block(). */
	smp_mb();
	if (!is_none && sehub_loop_is_blocked_on(port))
		WRITE_ONCE(port->blocked, true);
	return READ_ONCE(port->blocked);
}

/* Return: true if the port is blocked from now on, or not any more. */
static bool sehub_loop_settle_port(struct sehub_port *port)
{
	struct sehub_hub *hub = port->hub;
	bool blocked = READ_ONCE(port->blocked);

	if (blocked && (!hub->cascades || !sehub_loop_is_blocked_on(port)))
		blocked = sehub_loop_unblock(port);
	sehub_loop_log(port, blocked && READ_ONCE(port->looped));
	if (blocked == port->block_told)
		return false;
	port->block_told = blocked;
	if (blocked)
		sehub_loop_forget(port);
	sehub_nl_notify_port(port);
	return true;
}

static void sehub_loop_settle(struct sehub_hub *hub)
{
	struct sehub_loop *loop = &hub->loop;
	struct sehub_port *port;
	bool changed, forget;

	ASSERT_RTNL();
	/* What comes after this is news again. */
	smp_store_mb(loop->news, false);
	forget = xchg(&loop->told, false);
	changed = sehub_loop_settle_port(&hub->local);
	list_for_each_entry(port, &hub->port_list, list)
		changed |= sehub_loop_settle_port(port);
	if (changed)
		loop->tell_until = jiffies + SEHUB_LOOP_TELL;
	if (changed || forget)
		sehub_loop_forget_all(hub);
}

/* Is the time of a block over? */
static bool sehub_loop_is_over(struct sehub_hub *hub)
{
	struct sehub_port *port;
	bool over;

	over = READ_ONCE(hub->local.blocked) &&
	       !sehub_loop_is_blocked_on(&hub->local);
	rcu_read_lock();
	list_for_each_entry_rcu(port, &hub->port_list, list) {
		if (over)
			break;
		over = READ_ONCE(port->blocked) &&
		       !sehub_loop_is_blocked_on(port);
	}
	rcu_read_unlock();
	return over;
}

/* @keep: blocks last as if the probes had come that could not be heeded. */
static void sehub_loop_refill(struct sehub_hub *hub, bool keep)
{
	struct sehub_port *port = &hub->local;

	rcu_read_lock();
	atomic_set(&port->probe_budget, SEHUB_LOOP_BUDGET);
	if (keep && READ_ONCE(port->blocked))
		WRITE_ONCE(port->blocked_until, jiffies + SEHUB_LOOP_HOLD);
	list_for_each_entry_rcu(port, &hub->port_list, list) {
		atomic_set(&port->probe_budget, SEHUB_LOOP_BUDGET);
		if (keep && READ_ONCE(port->blocked))
			WRITE_ONCE(port->blocked_until,
				   jiffies + SEHUB_LOOP_HOLD);
	}
	rcu_read_unlock();
}

/* Another interval begins. */
static void sehub_loop_tick(struct sehub_hub *hub)
{
	struct sehub_loop *loop = &hub->loop;

	WRITE_ONCE(loop->next, jiffies + SEHUB_LOOP_INTERVAL);
	sehub_loop_refill(hub, xchg(&loop->flooded, false));
	sehub_loop_probe(hub);
}

static void sehub_loop_work(struct work_struct *work)
{
	struct sehub_hub *hub = container_of(to_delayed_work(work),
					     struct sehub_hub, loop.work);
	struct sehub_loop *loop = &hub->loop;
	unsigned long now;
	bool busy = false;

	if (READ_ONCE(loop->news) || sehub_loop_is_over(hub)) {
		/* Not waited for: who deletes the hub may have it. */
		busy = !rtnl_trylock();
		if (!busy) {
			sehub_loop_settle(hub);
			rtnl_unlock();
		}
	}
	if (READ_ONCE(hub->cascades) && !time_before(jiffies, loop->next))
		sehub_loop_tick(hub);
	now = jiffies;
	if (busy)
		queue_delayed_work(sehub_wq, &loop->work, SEHUB_LOOP_RETRY);
	else if (READ_ONCE(hub->cascades))
		queue_delayed_work(sehub_wq, &loop->work,
				   time_before(now, loop->next) ?
				   loop->next - now : 0);
}

/* --- cascades that come and go -------------------------------------------- */

/**
 * sehub_loop_check_peer() - may a cascade to this hub be made?
 * @hub: where it would be a port
 * @peer: id of the hub at its other end
 * @old: session that it replaces, or NULL
 * @extack: receives the reason of a refusal
 * Context: process, RTNL. Return: 0 or -ELOOP.
 */
int sehub_loop_check_peer(struct sehub_hub *hub, u64 peer,
			  const struct sehub_session *old,
			  struct netlink_ext_ack *extack)
{
	struct sehub_port *port;

	ASSERT_RTNL();
	if (peer == hub->id) {
		NL_SET_ERR_MSG_MOD(extack, "a hub cannot be joined to itself");
		return -ELOOP;
	}
	list_for_each_entry(port, &hub->port_list, list) {
		if (port->kind != SEHUB_PORT_KIND_SESSION ||
		    sehub_session(port)->peer_hub != peer ||
		    sehub_session(port) == old)
			continue;
		NL_SET_ERR_MSG_MOD(extack,
				   "another port joins these two hubs already");
		return -ELOOP;
	}
	return 0;
}

/**
 * sehub_loop_cascade_added() - a cascade is about to become a port
 * @session: its session, with a peer hub, in no list yet
 * Context: process, RTNL.
 */
void sehub_loop_cascade_added(struct sehub_session *session)
{
	struct sehub_hub *hub = session->port.hub;

	ASSERT_RTNL();
	session->port.blocked = true;
	session->port.block_told = true;
	session->port.blocked_until = jiffies + SEHUB_LOOP_LISTEN;
	if (!hub->cascades) {
		hub->loop.tell_until = jiffies;
		WRITE_ONCE(hub->loop.told_at, jiffies - SEHUB_LOOP_HEED);
	}
	WRITE_ONCE(hub->cascades, hub->cascades + 1);
}

/**
 * sehub_loop_cascade_up() - a cascade has its line, for the first time or again
 * @session: its session
 * @away: jiffies that it had none
 * Context: process.
 */
void sehub_loop_cascade_up(struct sehub_session *session, unsigned long away)
{
	struct sehub_port *port = &session->port;
	struct sehub_hub *hub = port->hub;

	/* Meanwhile another way may have been opened. */
	if (away >= SEHUB_LOOP_LISTEN)
		sehub_loop_block(port, SEHUB_LOOP_LISTEN);
	sehub_loop_soon(hub);
}

/**
 * sehub_loop_changed() - there may be a way that was not there before
 * @hub: a device of it, or its own, is up
 *
 * While the hub was down it let no probes through, and others may have opened
 * what they had blocked.
 *
 * Context: process, RTNL.
 */
void sehub_loop_changed(struct sehub_hub *hub)
{
	struct sehub_port *port;

	ASSERT_RTNL();
	if (!hub->cascades)
		return;
	list_for_each_entry(port, &hub->port_list, list)
		if (sehub_loop_is_cascade(port))
			sehub_loop_block(port, SEHUB_LOOP_LISTEN);
	sehub_loop_soon(hub);
}

/**
 * sehub_loop_cascade_deleted() - a cascade is no port any more
 * @session: its session, unlinked
 * Context: process, RTNL.
 */
void sehub_loop_cascade_deleted(struct sehub_session *session)
{
	struct sehub_hub *hub = session->port.hub;

	ASSERT_RTNL();
	WRITE_ONCE(hub->cascades, hub->cascades - 1);
	sehub_loop_has_news(hub);
}

/**
 * sehub_loop_init() - give a hub its id
 * @hub: hub that is being made
 * Context: process.
 */
void sehub_loop_init(struct sehub_hub *hub)
{
	do {
		hub->id = get_random_u64();
	} while (!hub->id);
	spin_lock_init(&hub->loop.lock);
	get_random_bytes(&hub->loop.key, sizeof(hub->loop.key));
	hub->loop.next = jiffies;
	INIT_DELAYED_WORK(&hub->loop.work, sehub_loop_work);
}

/**
 * sehub_loop_uninit() - undo sehub_loop_init()
 * @hub: hub without ports
 * Context: process.
 */
void sehub_loop_uninit(struct sehub_hub *hub)
{
	cancel_delayed_work_sync(&hub->loop.work);
}
