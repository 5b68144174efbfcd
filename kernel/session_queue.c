// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames into a session's egress queue, in wire format, by one copy under the
 * session's lock. What does not fit is dropped before it has a number.
 */
#include "convert.h"
#include "port_session.h"
#include "stats.h"
#include "wire.h"

/* What a queue takes of the hub's own frames when it is full. */
#define SEHUB_SESSION_OWN_ROOM	(16 * 1024)

/**
 * __sehub_session_is_congested() - whether the host should wait
 * @session: the session
 *
 * True from half of either bound of the queue on.
 *
 * Context: session's lock held. Return: as said.
 */
bool __sehub_session_is_congested(const struct sehub_session *session)
{
	u32 limit = READ_ONCE(session->queue_limit);

	lockdep_assert_held(&session->lock);
	return sehub_txq_unsent(&session->txq) >
	       limit >> (SEHUB_UNSENT_SHIFT + 1) ||
	       sehub_txq_held(&session->txq) > limit / 4 * 3;
}

/**
 * __sehub_session_wake() - let the host go on when there is room again
 * @session: the session, of which something was sent or acknowledged
 *
 * Well below the mark at which it was stopped, so that it goes on for a while.
 *
 * Context: session's lock held.
 */
void __sehub_session_wake(struct sehub_session *session)
{
	struct net_device *dev = session->port.hub->dev;
	u32 limit = READ_ONCE(session->queue_limit);

	lockdep_assert_held(&session->lock);
	if (netif_queue_stopped(dev) &&
	    sehub_txq_unsent(&session->txq) <=
	    limit >> (SEHUB_UNSENT_SHIFT + 2) &&
	    sehub_txq_held(&session->txq) <= limit / 2)
		netif_wake_queue(dev);
}

/**
 * sehub_session_is_congested() - whether the host should wait
 * @session: the session
 * Context: bottom halves off. Return: as __sehub_session_is_congested().
 */
bool sehub_session_is_congested(struct sehub_session *session)
{
	bool congested;

	spin_lock(&session->lock);
	congested = __sehub_session_is_congested(session);
	spin_unlock(&session->lock);
	return congested;
}

/* Copies @len bytes of @skb behind what the reservation holds already. */
static int sehub_session_copy_skb(struct sehub_txq *txq,
				  const struct sk_buff *skb, u32 len)
{
	u32 done = 0, n;

	while (done < len) {
		void *span = sehub_txq_span(txq, &n);

		n = min(n, len - done);
		if (skb_copy_bits(skb, done, span, n))
			return -EFAULT;
		sehub_txq_advance(txq, n);
		done += n;
	}
	return 0;
}

/**
 * __sehub_session_append() - append one record
 * @session: where to
 * @batch: notes the session if its owner waits
 * @vnet: offload metadata for a DATA_OFFLOAD record, or NULL for DATA
 * @data: the frame, or NULL if it is in @skb
 * @skb: the frame, if @data is NULL
 * @len: its length
 * @spare: how much more than others it may have of the queue, bytes
 * Return: 0 or the reason SEHUB_A_DROPS_*.
 */
static int __sehub_session_append(struct sehub_session *session,
				  struct sehub_batch *batch, const u8 *vnet,
				  const u8 *data, const struct sk_buff *skb,
				  u32 len, u32 spare)
{
	u8 type = vnet ? SEHUB_WIRE_DATA_OFFLOAD : SEHUB_WIRE_DATA;
	u32 payload = len + (vnet ? SEHUB_WIRE_VNET_LEN : 0);
	u32 size = SEHUB_WIRE_HDR_LEN + payload;
	u32 limit = READ_ONCE(session->queue_limit);
	struct sehub_txq *txq = &session->txq;
	u8 hdr[SEHUB_WIRE_HDR_LEN];
	int reason = 0;

	sehub_wire_put_hdr(hdr, type, payload);
	spin_lock(&session->lock);
	if (unlikely(sehub_txq_held(txq) + size > limit + spare ||
		     sehub_txq_unsent(txq) + size >
		     (limit >> SEHUB_UNSENT_SHIFT) + spare)) {
		reason = SEHUB_A_DROPS_QUEUE_FULL;
		goto out_unlock;
	}
	if (unlikely(sehub_txq_begin(txq, size))) {
		reason = SEHUB_A_DROPS_NO_MEMORY;
		goto out_unlock;
	}
	sehub_txq_write(txq, hdr, sizeof(hdr));
	if (vnet)
		sehub_txq_write(txq, vnet, SEHUB_WIRE_VNET_LEN);
	if (data) {
		sehub_txq_write(txq, data, len);
	} else if (unlikely(sehub_session_copy_skb(txq, skb, len))) {
		sehub_txq_abort(txq);
		reason = SEHUB_A_DROPS_MALFORMED;
		goto out_unlock;
	}
	sehub_txq_commit(txq);
	if (session->credit)
		sehub_batch_add(batch, session);
	if (unlikely(__sehub_session_is_congested(session)))
		batch->congested = true;
out_unlock:
	spin_unlock(&session->lock);
	if (likely(!reason))
		sehub_stats_tx(&session->port, len);
	return reason;
}

static int sehub_session_append(struct sehub_session *session,
				struct sehub_batch *batch, const u8 *vnet,
				const u8 *data, const struct sk_buff *skb,
				u32 len)
{
	return __sehub_session_append(session, batch, vnet, data, skb, len, 0);
}

/**
 * sehub_session_queue_own() - send a frame of the hub's own to a session's peer
 * @session: the session
 * @batch: batch that the frame belongs to
 * @skb: the frame, in one piece. Not consumed
 *
 * It has a place where others find the queue full.
 *
 * Context: RCU read side, bottom halves off.
 * Return: 0 or the reason SEHUB_A_DROPS_* that the frame was dropped for.
 */
int sehub_session_queue_own(struct sehub_session *session,
			    struct sehub_batch *batch,
			    const struct sk_buff *skb)
{
	return __sehub_session_append(session, batch, NULL, skb->data, NULL,
				      skb->len, SEHUB_SESSION_OWN_ROOM);
}

/* A super-frame for a peer that takes none. */
static int sehub_session_append_segs(struct sehub_session *session,
				     struct sehub_frame *frame)
{
	struct sk_buff *seg;
	int reason, last = 0;

	seg = sehub_convert_segs(frame);
	if (IS_ERR(seg))
		return PTR_ERR(seg) == -ENOMEM ? SEHUB_A_DROPS_NO_MEMORY :
						 SEHUB_A_DROPS_MALFORMED;
	for (; seg; seg = seg->next) {
		if (seg->len > SEHUB_WIRE_FRAME_MAX)
			reason = SEHUB_A_DROPS_TOO_BIG;
		else
			reason = sehub_session_append(session, frame->batch,
						      NULL, NULL, seg,
						      seg->len);
		/* Each one lost counts; the caller counts the last of them. */
		if (reason && last)
			sehub_stats_drop(&session->port, last);
		if (reason)
			last = reason;
	}
	return last;
}

/**
 * sehub_session_queue() - send a frame to a session's peer
 * @session: the session
 * @frame: the frame; its socket buffer may be made or its checksum filled in
 *
 * Metadata goes along if the peer takes it; else the frame is completed, and
 * a super-frame cut, before.
 *
 * Context: RCU read side, bottom halves off.
 * Return: 0 or the reason SEHUB_A_DROPS_* that the frame was dropped for.
 */
int sehub_session_queue(struct sehub_session *session,
			struct sehub_frame *frame)
{
	bool offload = READ_ONCE(session->features) &
		       SEHUB_SESSION_FEATURE_OFFLOAD;
	u8 vnet[SEHUB_WIRE_VNET_LEN];
	struct sk_buff *skb;

	if (frame->data && !frame->offload)
		return sehub_session_append(session, frame->batch, NULL,
					    frame->data, NULL, frame->len);
	if (frame->data && offload) {
		sehub_convert_put_vnet(vnet, frame->offload);
		return sehub_session_append(session, frame->batch, vnet,
					    frame->data, NULL, frame->len);
	}

	skb = sehub_convert_skb(frame);
	if (!skb)
		return SEHUB_A_DROPS_NO_MEMORY;
	if (skb_is_gso(skb) || skb->ip_summed == CHECKSUM_PARTIAL) {
		if (offload && !sehub_convert_offload(skb, vnet))
			return sehub_session_append(session, frame->batch,
						    vnet, NULL, skb, skb->len);
		if (skb_is_gso(skb))
			return sehub_session_append_segs(session, frame);
		if (skb_checksum_help(skb))
			return SEHUB_A_DROPS_NO_MEMORY;
	}
	if (skb->len > SEHUB_WIRE_FRAME_MAX)
		return SEHUB_A_DROPS_TOO_BIG;
	return sehub_session_append(session, frame->batch, NULL, NULL, skb,
				    skb->len);
}
