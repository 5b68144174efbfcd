// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops of hubs that are joined by cascades: the probes. linux/sehub_probe.h
 * says how loops are found and who cuts them. A hub without a cascade spends
 * one test per frame on this.
 */
#include <linux/hash.h>
#include <linux/pkt_sched.h>
#include <linux/random.h>

#include "loop_impl.h"
#include "policy.h"
#include "probe.h"
#include "stats.h"

/* A nonce is used for so long, and then known for as long once more. */
#define SEHUB_LOOP_NONCE_TIME	(64 * HZ)

/* What is queued for a session without a line comes too late to tell much. */
static bool sehub_loop_is_away(struct sehub_port *port)
{
	return port->kind == SEHUB_PORT_KIND_SESSION &&
	       !READ_ONCE(sehub_session(port)->attached);
}

/*
 * Who sees the probes of one port cannot make those of another one; and a probe
 * of @age times SEHUB_LOOP_NONCE_TIME ago is known by its nonce.
 */
static u32 sehub_loop_nonce(const struct sehub_port *port, u32 age)
{
	u64 epoch = div_u64(get_jiffies_64(), SEHUB_LOOP_NONCE_TIME) - age;

	return (u32)siphash_2u64(port->serial, epoch, &port->hub->loop.key);
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
	skb->priority = TC_PRIO_CONTROL;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	sehub_forward_own(out, skb, batch);
}

static void sehub_loop_sign(const struct sehub_port *port,
			    struct sehub_probe *probe)
{
	const struct sehub_policy *policy = rcu_dereference(port->policy);

	probe->port = port->number;
	probe->nonce = sehub_loop_nonce(port, 0);
	probe->flags &= ~SEHUB_PROBE_F_ALL;
	if (policy && policy->isolation)
		probe->flags |= SEHUB_PROBE_F_ALL;
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

/**
 * sehub_loop_probe() - send probes of a hub's own
 * @hub: a hub with a cascade
 * Context: process.
 */
void sehub_loop_probe(struct sehub_hub *hub)
{
	struct sehub_loop *loop = &hub->loop;
	struct sehub_probe probe = {
		.hops = 1,
		.seq = get_random_u32(),
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
	if (!out || out == in || !sehub_loop_has_probes(out) ||
	    (probe->nonce != sehub_loop_nonce(out, 0) &&
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
	out = sehub_loop_choose(in, out);
	sehub_loop_block(out, SEHUB_LOOP_HOLD);
	if (READ_ONCE(out->looped))
		return;
	WRITE_ONCE(out->looped, true);
	sehub_loop_has_news(hub);
}

/* Has this probe been sent on before? */
static bool sehub_loop_was_seen(struct sehub_hub *hub,
				const struct sehub_probe *probe)
{
	struct sehub_loop_seen *seen;
	bool was;

	seen = &hub->loop.seen[hash_64(probe->path[0] ^ probe->port,
				       ilog2(SEHUB_LOOP_SEEN))];
	spin_lock(&hub->loop.lock);
	was = seen->origin == probe->path[0] && seen->port == probe->port &&
	      seen->seq == probe->seq;
	seen->origin = probe->path[0];
	seen->port = probe->port;
	seen->seq = probe->seq;
	spin_unlock(&hub->loop.lock);
	return was;
}

/* Whoever was silent for as long as a block lasts: another way may be open. */
static void sehub_loop_heard(struct sehub_port *in)
{
	unsigned long last = READ_ONCE(in->probe_at), now = jiffies;

	if (!sehub_loop_is_cascade(in))
		return;
	WRITE_ONCE(in->probe_at, now ?: 1);
	if (last && !time_before(now, last + SEHUB_LOOP_HOLD))
		sehub_loop_block(in, SEHUB_LOOP_LISTEN);
}

/* Another hub says that ways have changed. */
static void sehub_loop_heed(struct sehub_hub *hub)
{
	struct sehub_loop *loop = &hub->loop;

	if (time_before(jiffies, READ_ONCE(loop->told_at) + SEHUB_LOOP_HEED))
		return;
	WRITE_ONCE(loop->told_at, jiffies);
	WRITE_ONCE(loop->told, true);
	sehub_loop_has_news(hub);
}

/* Return: 0 if the probe was taken, or the reason that it was dropped for. */
static int sehub_loop_take(struct sehub_frame *frame, const u8 *data, u32 len)
{
	struct sehub_port *in = frame->in;
	struct sehub_hub *hub = in->hub;
	struct sehub_probe probe;

	if (!sehub_loop_has_probes(in) || sehub_probe_parse(data, len, &probe))
		return SEHUB_A_DROPS_PROBE;
	sehub_loop_heard(in);
	if (probe.path[0] == hub->id) {
		sehub_loop_returned(frame, &probe);
		return 0;
	}
	if (sehub_probe_has(&probe, hub->id))
		return 0;
	if (!atomic_add_unless(&in->probe_budget, -1, 0)) {
		/* What is blocked stays so: nobody can tell. */
		WRITE_ONCE(hub->loop.flooded, true);
		return SEHUB_A_DROPS_PROBE;
	}
	if (probe.flags & SEHUB_PROBE_F_CHANGED)
		sehub_loop_heed(hub);
	if ((probe.path[0] > hub->id && !(probe.flags & SEHUB_PROBE_F_ALL)) ||
	    sehub_loop_was_seen(hub, &probe))
		return 0;
	if (probe.hops == SEHUB_PROBE_HOPS_MAX)
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
