// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data path. A frame is judged once, its source is learned, its receiver
 * looked up, and it is delivered there or to everybody. Nothing here takes a
 * lock; the whole path runs under RCU with bottom halves off. Every frame that
 * goes nowhere is counted, at the port it came in by if it is to blame, else
 * at the port it should have left by.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>

#include "convert.h"
#include "fdb.h"
#include "forward.h"
#include "loop.h"
#include "pktlog.h"
#include "policy.h"
#include "port_session.h"
#include "snoop.h"
#include "stats.h"
#include "suppress.h"

/* Frames up to this length are looked into as a whole if need be. */
#define SEHUB_FORWARD_INSPECT_MAX	9216

/**
 * sehub_batch_add() - remember a session whose owner waits for an answer
 * @batch: the batch
 * @session: valid until the batch is flushed
 * Context: RCU read side.
 */
void sehub_batch_add(struct sehub_batch *batch, struct sehub_session *session)
{
	int i;

	for (i = batch->count - 1; i >= 0; i--)
		if (batch->sessions[i] == session)
			return;
	if (batch->count == SEHUB_BATCH_SESSIONS)
		sehub_batch_flush(batch);
	batch->sessions[batch->count++] = session;
}

/**
 * sehub_batch_flush() - wake the owners that wait for an answer
 * @batch: the batch, empty afterwards
 * Context: RCU read side, the one in which the sessions were added.
 */
void sehub_batch_flush(struct sehub_batch *batch)
{
	int i;

	for (i = 0; i < batch->count; i++)
		queue_work(sehub_wq, &batch->sessions[i]->answer_work);
	batch->count = 0;
}

/**
 * sehub_forward_header() - the beginning of a frame, in one piece
 * @frame: the frame
 * @want: bytes that are needed, if the frame has them
 * @len: set to the bytes that are there
 * Context: RCU read side, bottom halves off. What an earlier call returned is
 * not valid any more.
 * Return: the frame's bytes, or NULL if out of memory.
 */
const u8 *sehub_forward_header(struct sehub_frame *frame, u32 want, u32 *len)
{
	struct sk_buff *skb = frame->skb;

	if (frame->data) {
		*len = frame->len;
		return frame->data;
	}
	want = min(want, frame->len);
	if (unlikely(skb_headlen(skb) < want) && !pskb_may_pull(skb, want))
		return NULL;
	*len = skb_headlen(skb);
	return skb->data;
}

/**
 * sehub_forward_inspect() - what is inside a frame
 * @frame: the frame
 * Context: RCU read side, bottom halves off. Looks at the first call only.
 * Return: the description; %SEHUB_INSPECT_BAD if out of memory.
 */
const struct sehub_inspect *sehub_forward_inspect(struct sehub_frame *frame)
{
	const u8 *data;
	u32 len;

	if (frame->inspected)
		return frame->info;
	frame->inspected = true;
	data = sehub_forward_header(frame, SEHUB_INSPECT_LEN, &len);
	if (data)
		sehub_inspect(data, len, frame->len, frame->info);
	/* Options of neighbour discovery can go on behind that. */
	if (data && frame->info->what & SEHUB_INSPECT_BAD && len < frame->len &&
	    frame->len <= SEHUB_FORWARD_INSPECT_MAX) {
		data = sehub_forward_header(frame, frame->len, &len);
		if (data)
			sehub_inspect(data, len, frame->len, frame->info);
	}
	if (unlikely(!data)) {
		memset(frame->info, 0, sizeof(*frame->info));
		frame->info->what = SEHUB_INSPECT_BAD;
	}
	return frame->info;
}

/* The packet log gets a frame that enters, and what is decided about it. */
static noinline void sehub_forward_log_entry(struct sehub_frame *frame,
					     int reason)
{
	if (!sehub_pktlog_wants(frame->in->hub, reason))
		return;
	sehub_pktlog_frame(frame->in, NULL, frame->data,
			   frame->data ? NULL : frame->skb, frame->len,
			   sehub_forward_inspect(frame), reason);
}

/* It gets one that entered and goes nowhere, or not where it should. */
static noinline void sehub_forward_log_drop(const struct sehub_frame *frame,
					    struct sehub_port *out, int reason)
{
	sehub_pktlog_frame(frame->in, out, frame->data,
			   frame->data ? NULL : frame->skb, frame->len, NULL,
			   reason);
}

/* Consumes @skb. Return: 0 or the reason that it was dropped for. */
static int sehub_forward_to_device(struct sehub_port *out, struct sk_buff *skb)
{
	u32 len = skb->len;
	int ret;

	if (unlikely(!netif_running(out->dev) || !netif_carrier_ok(out->dev))) {
		kfree_skb(skb);
		return SEHUB_A_DROPS_PORT_DOWN;
	}
	if (unlikely(!is_skb_forwardable(out->dev, skb))) {
		kfree_skb(skb);
		return SEHUB_A_DROPS_TOO_BIG;
	}
	skb->dev = out->dev;
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	ret = dev_queue_xmit(skb);
	if (unlikely(net_xmit_eval(ret)))
		return SEHUB_A_DROPS_DEVICE;
	sehub_stats_tx(out, len);
	return 0;
}

/* Consumes @skb. Return: 0 or the reason that it was dropped for. */
static int sehub_forward_to_local(struct sehub_port *out, struct sk_buff *skb,
				  bool gro)
{
	struct sehub_hub *hub = out->hub;
	u32 len = skb->len;
	int ret;

	/* What it was for the device that it came in by does not count. */
	skb->pkt_type = PACKET_HOST;
	skb->protocol = eth_type_trans(skb, hub->dev);
	ret = gro ? gro_cells_receive(&hub->gro_cells, skb) :
		    netif_receive_skb(skb);
	if (unlikely(ret != NET_RX_SUCCESS && gro))
		return SEHUB_A_DROPS_QUEUE_FULL;
	sehub_stats_tx(out, len);
	return 0;
}

/* Return: 0 or the reason that it was dropped for. */
static int sehub_forward_to_port(struct sehub_port *out,
				 struct sehub_frame *frame, bool last)
{
	bool gro = frame->data;
	struct sk_buff *skb;
	int reason;

	reason = sehub_policy_leave(out, frame);
	if (unlikely(reason))
		return reason;
	if (out->kind == SEHUB_PORT_KIND_SESSION)
		return sehub_session_queue(sehub_session(out), frame);

	skb = sehub_convert_skb(frame);
	/* The log may have to show what a device did not take. */
	if (sehub_pktlog_logs_blocked(out->hub) && !frame->data)
		last = false;
	if (last)
		frame->skb = NULL;
	else if (skb)
		skb = skb_clone(skb, GFP_ATOMIC | __GFP_NOWARN);
	if (unlikely(!skb))
		return SEHUB_A_DROPS_NO_MEMORY;
	if (out->kind == SEHUB_PORT_KIND_DEVICE)
		return sehub_forward_to_device(out, skb);
	return sehub_forward_to_local(out, skb, gro);
}

/* Gives the frame to one port; @last: nobody needs it afterwards. */
static void sehub_forward_deliver(struct sehub_port *out,
				  struct sehub_frame *frame, bool last)
{
	int reason = SEHUB_A_DROPS_LOOP;

	if (likely(!READ_ONCE(out->blocked)))
		reason = sehub_forward_to_port(out, frame, last);
	if (likely(!reason))
		return;
	sehub_stats_drop(out, reason);
	/* It may have been switched on meanwhile, when the frame is gone. */
	if (sehub_pktlog_logs_blocked(out->hub) && (frame->data || frame->skb))
		sehub_forward_log_drop(frame, out, reason);
}

/**
 * sehub_forward_reply() - send a frame of the hub's own back
 * @frame: frame that is answered
 * @skb: the answer, data at its Ethernet header. Consumed
 * Context: RCU read side, bottom halves off.
 */
void sehub_forward_reply(struct sehub_frame *frame, struct sk_buff *skb)
{
	struct sehub_inspect info;
	struct sehub_frame reply = {
		.in = &frame->in->hub->local,
		.batch = frame->batch,
		.skb = skb,
		.len = skb->len,
		.info = &info,
	};

	int reason;

	/* Not at once: the host may be in the middle of asking. */
	if (frame->in->kind == SEHUB_PORT_KIND_LOCAL) {
		reason = sehub_forward_to_local(frame->in, skb, true);
		if (unlikely(reason))
			sehub_stats_drop(frame->in, reason);
		return;
	}
	sehub_forward_deliver(frame->in, &reply, true);
	if (reply.skb)
		consume_skb(reply.skb);
}

/**
 * sehub_forward_own() - send a frame of the hub's own, blocked port or not
 * @out: port that it leaves by
 * @skb: the frame, in one piece, data at its Ethernet header. Consumed
 * @batch: batch that it belongs to
 *
 * No policy holds it up, and neither does the length of a session's queue.
 *
 * Context: RCU read side, bottom halves off.
 */
void sehub_forward_own(struct sehub_port *out, struct sk_buff *skb,
		       struct sehub_batch *batch)
{
	int reason;

	switch (out->kind) {
	case SEHUB_PORT_KIND_SESSION:
		reason = sehub_session_queue_own(sehub_session(out), batch,
						 skb);
		consume_skb(skb);
		break;
	case SEHUB_PORT_KIND_DEVICE:
		reason = sehub_forward_to_device(out, skb);
		break;
	default:
		/* Not at once: the host may be in the middle of sending. */
		reason = sehub_forward_to_local(out, skb, true);
		break;
	}
	if (unlikely(reason))
		sehub_stats_drop(out, reason);
}

/*
 * The hub's device gets what a network card would let through: groups, its own
 * address (which the table knows, unless there was no memory for it), and
 * everything if it is promiscuous.
 */
static bool sehub_forward_local_wants(const struct sehub_hub *hub,
				      const u8 *dst)
{
	return sehub_frame_is_group(dst) || hub->dev->flags & IFF_PROMISC ||
	       ether_addr_equal(dst, hub->dev->dev_addr);
}

static void sehub_forward_flood(struct sehub_frame *frame, const u8 *dst)
{
	struct sehub_hub *hub = frame->in->hub;
	struct sehub_port *port, *prev = NULL;
	bool taken = false;

	/* One behind, so that the last receiver can be given the original. */
	list_for_each_entry_rcu(port, &hub->port_list, list) {
		if (port == frame->in)
			continue;
		if (prev)
			sehub_forward_deliver(prev, frame, false);
		prev = port;
		taken = true;
	}
	if (&hub->local != frame->in && sehub_forward_local_wants(hub, dst)) {
		if (prev)
			sehub_forward_deliver(prev, frame, false);
		prev = &hub->local;
		taken = true;
	}
	if (prev)
		sehub_forward_deliver(prev, frame, true);
	if (taken)
		return;
	sehub_stats_drop(frame->in, SEHUB_A_DROPS_NO_RECEIVER);
	if (sehub_pktlog_is_on(hub))
		sehub_forward_log_drop(frame, NULL, SEHUB_A_DROPS_NO_RECEIVER);
}

/* What the frame teaches; a policy may refuse it for that. */
static int sehub_forward_learn(struct sehub_frame *frame, const u8 *src)
{
	struct sehub_fdb_entry *entry;
	int reason;

	reason = sehub_fdb_learn(frame->in, frame->policy, src, &entry);
	if (unlikely(reason))
		return reason;
	if (READ_ONCE(frame->in->hub->ip_max) ||
	    sehub_policy_needs(frame->policy, SEHUB_POLICY_NEEDS_IP))
		return sehub_snoop(frame, entry);
	return 0;
}

/* Why a frame may not enter the hub, or 0. */
static int sehub_forward_police(struct sehub_frame *frame, const u8 *dst,
				const u8 *src)
{
	struct sehub_port *in = frame->in;
	int reason;

	if (unlikely(!(in->hub->dev->flags & IFF_UP)))
		return SEHUB_A_DROPS_HUB_DOWN;
	if (unlikely(!sehub_frame_is_valid_source(src)))
		return SEHUB_A_DROPS_BAD_SOURCE;
	if (unlikely(sehub_frame_is_reserved(dst)))
		return SEHUB_A_DROPS_RESERVED;
	/* Before all that may change then. */
	frame->changes = atomic_read_acquire(&in->hub->changes);
	frame->policy = rcu_dereference(in->policy);
	if (unlikely(READ_ONCE(in->hub->cascades))) {
		reason = sehub_loop_enter(frame, dst);
		if (reason)
			return reason;
	}
	if (frame->policy) {
		reason = sehub_policy_enter(frame, dst);
		if (unlikely(reason))
			return reason;
	}
	reason = sehub_forward_learn(frame, src);
	if (unlikely(reason))
		return reason;
	if (frame->policy || READ_ONCE(in->hub->broadcast.cost))
		return sehub_policy_enter_rate(frame, dst);
	return 0;
}

static void sehub_forward_to_group(struct sehub_frame *frame, const u8 *dst)
{
	if (READ_ONCE(frame->in->hub->suppress) && sehub_suppress(frame))
		return;
	sehub_forward_flood(frame, dst);
}

static void sehub_forward_frame(struct sehub_frame *frame, const u8 *header)
{
	struct sehub_port *in = frame->in;
	struct sehub_fdb_entry *entry;
	struct sehub_inspect info;
	struct sehub_port *out;
	u8 dst[ETH_ALEN] __aligned(2), src[ETH_ALEN] __aligned(2);
	int reason;

	/* @header moves when the buffer behind it is changed. */
	ether_addr_copy(dst, header);
	ether_addr_copy(src, header + ETH_ALEN);
	frame->info = &info;
	sehub_stats_rx(in, frame->len);
	reason = sehub_forward_police(frame, dst, src);
	if (unlikely(reason == SEHUB_LOOP_TAKEN))
		goto out_free;
	if (sehub_pktlog_is_on(in->hub))
		sehub_forward_log_entry(frame, reason);
	if (unlikely(reason)) {
		sehub_stats_drop(in, reason);
		goto out_free;
	}

	if (sehub_frame_is_group(dst)) {
		sehub_forward_to_group(frame, dst);
		goto out_free;
	}
	entry = sehub_fdb_find(in->hub, dst);
	if (!entry) {
		sehub_forward_flood(frame, dst);
		goto out_free;
	}
	out = rcu_dereference(entry->port);
	if (likely(out != in)) {
		sehub_forward_deliver(out, frame, true);
		goto out_free;
	}
	sehub_stats_drop(in, SEHUB_A_DROPS_HAIRPIN);
	if (sehub_pktlog_is_on(in->hub))
		sehub_forward_log_drop(frame, NULL, SEHUB_A_DROPS_HAIRPIN);

out_free:
	if (frame->segs)
		kfree_skb_list(frame->segs);
	if (frame->skb)
		consume_skb(frame->skb);
}

/**
 * sehub_forward_refuse() - a frame does not enter the hub at all
 * @in: port that it came in by
 * @data: the frame, or NULL
 * @skb: the frame if it is not at @data
 * @len: its length
 * @reason: SEHUB_A_DROPS_*
 * Context: RCU read side, bottom halves off.
 */
void sehub_forward_refuse(struct sehub_port *in, const u8 *data,
			  const struct sk_buff *skb, u32 len, int reason)
{
	sehub_stats_drop(in, reason);
	if (sehub_pktlog_is_on(in->hub))
		sehub_pktlog_frame(in, NULL, data, skb, len, NULL, reason);
}

/**
 * sehub_forward_record() - a frame from a session enters the hub
 * @in: the session's port
 * @data: the frame
 * @len: its length, %SEHUB_WIRE_FRAME_MIN at least
 * @offload: checked offload metadata, or NULL
 * @batch: batch that it belongs to
 * Context: RCU read side, bottom halves off. @data is not kept.
 */
void sehub_forward_record(struct sehub_port *in, const u8 *data, u32 len,
			  const struct sehub_frame_offload *offload,
			  struct sehub_batch *batch)
{
	struct sehub_frame frame = {
		.in = in,
		.batch = batch,
		.data = data,
		.len = len,
		.offload = offload,
	};

	sehub_forward_frame(&frame, data);
}

/**
 * sehub_forward_skb() - a frame from a device enters the hub
 * @in: the local port or a device port
 * @skb: the frame, data at its Ethernet header. Consumed
 * @batch: batch that it belongs to
 * Context: RCU read side, bottom halves off.
 */
void sehub_forward_skb(struct sehub_port *in, struct sk_buff *skb,
		       struct sehub_batch *batch)
{
	struct sehub_frame frame = {
		.in = in,
		.batch = batch,
	};

	if (skb_vlan_tag_present(skb)) {
		skb = __vlan_hwaccel_push_inside(skb);
		if (unlikely(!skb)) {
			sehub_stats_drop(in, SEHUB_A_DROPS_NO_MEMORY);
			return;
		}
	}
	if (unlikely(!pskb_may_pull(skb, ETH_HLEN))) {
		sehub_forward_refuse(in, NULL, skb, skb->len,
				     SEHUB_A_DROPS_MALFORMED);
		kfree_skb(skb);
		return;
	}
	skb_reset_mac_header(skb);
	frame.skb = skb;
	frame.len = skb->len;
	sehub_forward_frame(&frame, skb->data);
}
