// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops of hubs that are joined by cascades. linux/sehub_probe.h says how they
 * are found and who cuts them. A hub without a cascade spends one test per
 * frame on this.
 *
 * A port is blocked at once when it is found to close a loop, and a cascade
 * from its beginning until it is known that it does not. What else there is to
 * do then, and the end of a block, needs RTNL and is the work item's.
 */
#include <linux/etherdevice.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>

#include "fdb.h"
#include "iptab.h"
#include "loop.h"
#include "nl_notify.h"
#include "policy.h"
#include "port.h"
#include "port_session.h"
#include "probe.h"
#include "stats.h"

/* From probe to probe. */
#define SEHUB_LOOP_INTERVAL	HZ
/* A cascade that begins passes frames when no probe came back for so long. */
#define SEHUB_LOOP_LISTEN	(2 * HZ)
/* A block ends when none did for so long: some may be lost on the way. */
#define SEHUB_LOOP_HOLD		(4 * HZ)
/* Others are told for so long that ways have changed. */
#define SEHUB_LOOP_TELL		(3 * HZ)
/* While somebody else has RTNL. */
#define SEHUB_LOOP_RETRY	(HZ / 100 + 1)
/* Intervals for which a nonce is used, and then known once more. */
#define SEHUB_LOOP_NONCE_TICKS	64
/* Probes of other hubs that are sent on in an interval. */
#define SEHUB_LOOP_BUDGET	1000

static bool sehub_loop_is_cascade(struct sehub_port *port)
{
	return port->kind == SEHUB_PORT_KIND_SESSION &&
	       sehub_session(port)->peer_hub;
}

/* Those that may be part of a loop that this hub can know. */
static bool sehub_loop_has_probes(struct sehub_port *port)
{
	return port->kind != SEHUB_PORT_KIND_SESSION ||
	       sehub_session(port)->peer_hub;
}

/* What is queued for a session without a line comes too late to tell much. */
static bool sehub_loop_is_away(struct sehub_port *port)
{
	return port->kind == SEHUB_PORT_KIND_SESSION &&
	       !READ_ONCE(sehub_session(port)->attached);
}

/*
 * Who sees the probes of one port cannot make those of another one; and a probe
 * of @age times SEHUB_LOOP_NONCE_TICKS ago is known by its nonce.
 */
static u32 sehub_loop_nonce(const struct sehub_port *port, u32 age)
{
	const struct sehub_loop *loop = &port->hub->loop;
	u32 epoch = READ_ONCE(loop->ticks) / SEHUB_LOOP_NONCE_TICKS - age;

	return (u32)siphash_2u64(port->serial, epoch, &loop->key);
}

/* --- what is sent --------------------------------------------------------- */

static void sehub_loop_send(struct sehub_port *out,
			    const struct sehub_probe *probe,
			    struct sehub_batch *batch)
{
	struct net_device *dev = out->hub->dev;
	struct sk_buff *skb;

	skb = alloc_skb(LL_MAX_HEADER + SEHUB_PROBE_LEN_MAX,
			GFP_ATOMIC | __GFP_NOWARN);
	if (!skb) {
		sehub_stats_drop(out, SEHUB_A_DROPS_NO_MEMORY);
		return;
	}
	skb_reserve(skb, LL_MAX_HEADER);
	skb_put(skb, sehub_probe_build(skb->data, dev->dev_addr, probe));
	skb->dev = dev;
	skb->protocol = htons(SEHUB_PROBE_ETHERTYPE);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	sehub_forward_own(out, skb, batch);
}

static void sehub_loop_sign(const struct sehub_port *port,
			    struct sehub_probe *probe)
{
	probe->port = port->number;
	probe->nonce = sehub_loop_nonce(port, 0);
}

/* One through each port; @from: what came in goes where other frames go. */
static void sehub_loop_send_all(struct sehub_hub *hub,
				struct sehub_probe *probe,
				const struct sehub_frame *from,
				struct sehub_batch *batch)
{
	struct sehub_port *in = from ? from->in : NULL;
	struct sehub_port *port;

	list_for_each_entry_rcu(port, &hub->port_list, list) {
		if (port == in || !sehub_loop_has_probes(port) ||
		    sehub_loop_is_away(port) ||
		    (from && sehub_policy_is_isolated(port, from)))
			continue;
		if (!from)
			sehub_loop_sign(port, probe);
		sehub_loop_send(port, probe, batch);
	}
	port = &hub->local;
	if (port == in)
		return;
	if (!from)
		sehub_loop_sign(port, probe);
	sehub_loop_send(port, probe, batch);
}

/* The hub's own. */
static void sehub_loop_probe(struct sehub_hub *hub)
{
	struct sehub_loop *loop = &hub->loop;
	struct sehub_probe probe = {
		.hops = 1,
		.path = { hub->id },
	};
	struct sehub_batch batch = {};

	if (time_before(jiffies, loop->tell_until))
		probe.flags = SEHUB_PROBE_F_CHANGED;
	local_bh_disable();
	rcu_read_lock();
	if (netif_running(hub->dev))
		sehub_loop_send_all(hub, &probe, NULL, &batch);
	sehub_batch_flush(&batch);
	rcu_read_unlock();
	local_bh_enable();
}

/* --- what is received ----------------------------------------------------- */

static void sehub_loop_has_news(struct sehub_hub *hub)
{
	WRITE_ONCE(hub->loop.news, true);
	mod_delayed_work(sehub_wq, &hub->loop.work, 0);
}

static void sehub_loop_block(struct sehub_port *port, unsigned long time)
{
	WRITE_ONCE(port->blocked_until, jiffies + time);
	/* Pairs with sehub_loop_unblock(). */
	smp_mb();
	if (READ_ONCE(port->blocked))
		return;
	WRITE_ONCE(port->blocked, true);
	sehub_loop_has_news(port->hub);
}

/* The younger cascade; the network behind a device has but this way. */
static struct sehub_port *sehub_loop_choose(struct sehub_port *a,
					    struct sehub_port *b)
{
	bool is_cascade = sehub_loop_is_cascade(a);

	if (is_cascade != sehub_loop_is_cascade(b))
		return is_cascade ? a : b;
	return a->serial > b->serial ? a : b;
}

/* A probe of this hub came back: is there a loop that is ours to cut? */
static void sehub_loop_returned(const struct sehub_frame *frame,
				const struct sehub_probe *probe)
{
	struct sehub_port *in = frame->in, *out;
	struct sehub_hub *hub = in->hub;

	out = probe->port ? xa_load(&hub->ports, probe->port) : &hub->local;
	if (!out || out == in || (probe->nonce != sehub_loop_nonce(out, 0) &&
				  probe->nonce != sehub_loop_nonce(out, 1)))
		return;
	/*
	 * Two ports of one isolation group: nothing goes round through here,
	 * and no other hub sees a loop, but all comes in by both.
	 */
	if (sehub_probe_least(probe) != hub->id &&
	    !sehub_policy_is_isolated(out, frame))
		return;
	WRITE_ONCE(hub->loop.hops, probe->hops);
	sehub_loop_block(sehub_loop_choose(in, out), SEHUB_LOOP_HOLD);
}

/* Return: 0 if the probe was taken, or the reason that it was dropped for. */
static int sehub_loop_take(struct sehub_frame *frame, const u8 *data, u32 len)
{
	struct sehub_hub *hub = frame->in->hub;
	struct sehub_probe probe;

	if (!sehub_loop_has_probes(frame->in) ||
	    sehub_probe_parse(data, len, &probe))
		return SEHUB_A_DROPS_PROBE;
	if (probe.path[0] == hub->id) {
		sehub_loop_returned(frame, &probe);
		return 0;
	}
	if (sehub_probe_has(&probe, hub->id))
		return 0;
	if (probe.flags & SEHUB_PROBE_F_CHANGED && !READ_ONCE(hub->loop.told)) {
		WRITE_ONCE(hub->loop.told, true);
		sehub_loop_has_news(hub);
	}
	if (probe.hops == SEHUB_PROBE_HOPS_MAX ||
	    !atomic_add_unless(&hub->loop.budget, -1, 0))
		return SEHUB_A_DROPS_PROBE;
	probe.path[probe.hops++] = hub->id;
	sehub_loop_send_all(hub, &probe, frame, frame->batch);
	return 0;
}

/**
 * sehub_loop_enter() - what loops have to do with a frame
 * @frame: frame that comes into a hub with a cascade; its policy is known
 * @dst: its destination
 * Context: RCU read side, bottom halves off.
 * Return: 0 if it may pass; %SEHUB_A_DROPS_LOOP or %SEHUB_A_DROPS_PROBE if it
 * may not; %SEHUB_LOOP_TAKEN if it was a probe.
 */
int sehub_loop_enter(struct sehub_frame *frame, const u8 *dst)
{
	const u8 *data;
	int reason;
	u32 len;

	if (unlikely(sehub_frame_is_group(dst))) {
		data = sehub_forward_header(frame, SEHUB_PROBE_LEN_MAX, &len);
		if (data && sehub_probe_is(data, len)) {
			reason = sehub_loop_take(frame, data, len);
			return reason ?: SEHUB_LOOP_TAKEN;
		}
	}
	return READ_ONCE(frame->in->blocked) ? SEHUB_A_DROPS_LOOP : 0;
}

/* --- what becomes of ports ------------------------------------------------ */

static void sehub_loop_forget(struct sehub_port *port)
{
	sehub_fdb_flush(port->hub, port, SEHUB_FDB_KIND_LEARNED);
	sehub_iptab_flush_port(port, false);
}

static bool sehub_loop_is_blocked_on(const struct sehub_port *port)
{
	return time_before(jiffies, READ_ONCE(port->blocked_until));
}

/* Return: true if the port is blocked still, as another probe has come back. */
static bool sehub_loop_unblock(struct sehub_port *port)
{
	bool is_none = !port->hub->cascades;

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
	if (blocked == port->block_told)
		return false;
	port->block_told = blocked;
	if (blocked)
		netdev_info(hub->dev, "port %u (%s) is blocked: it closes a loop of %u hubs\n",
			    port->number, sehub_port_name(port),
			    READ_ONCE(hub->loop.hops));
	else
		netdev_info(hub->dev, "port %u (%s) passes frames\n",
			    port->number, sehub_port_name(port));
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
	WRITE_ONCE(loop->news, false);
	forget = READ_ONCE(loop->told);
	changed = sehub_loop_settle_port(&hub->local);
	list_for_each_entry(port, &hub->port_list, list)
		changed |= sehub_loop_settle_port(port);
	if (changed)
		loop->tell_until = jiffies + SEHUB_LOOP_TELL;
	if (!changed && !forget)
		return;
	list_for_each_entry(port, &hub->port_list, list)
		if (sehub_loop_has_probes(port))
			sehub_loop_forget(port);
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

/* Another interval begins. */
static void sehub_loop_tick(struct sehub_hub *hub)
{
	struct sehub_loop *loop = &hub->loop;

	loop->next = jiffies + SEHUB_LOOP_INTERVAL;
	WRITE_ONCE(loop->ticks, loop->ticks + 1);
	atomic_set(&loop->budget, SEHUB_LOOP_BUDGET);
	/* They say so for longer than that, and once a second is enough. */
	WRITE_ONCE(loop->told, false);
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
	sehub_loop_has_news(hub);
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
