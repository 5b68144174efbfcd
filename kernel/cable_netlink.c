// SPDX-License-Identifier: GPL-2.0-only
/*
 * A session's stream over netlink. The owner passes in buffers of records and
 * grants credit; one credit is one answer, at once if there is something to
 * say, else when there is. So the module never sends what nobody waits for,
 * and nothing is lost on the way. xfer_mutex guards the stream, the session's
 * lock the queue.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "cable_netlink.h"
#include "forward.h"
#include "frame.h"
#include "nl.h"
#include "port_session.h"
#include "stats.h"
#include "wire.h"

/* Time until an answer that the socket could not take is tried again. */
#define SEHUB_CABLE_RETRY_MSEC	10
/* Up to this many bytes are copied to an answer, more are lent. */
#define SEHUB_CABLE_COPY_MAX	2048
/*
 * Records delivered in one section with bottom halves off. Short frames for a
 * device could overrun the backlog of its other end if it were longer.
 */
#define SEHUB_CABLE_BURST	256

/**
 * struct sehub_answer - what an answer is made of
 * @ack: an ACK belongs into it
 * @pongs: number of PONGs
 * @control: bytes of control records
 * @room: bytes left for the egress queue
 */
struct sehub_answer {
	bool ack;
	u32 pongs;
	u32 control;
	u32 room;
};

/* What an answer would hold now; false if it would hold nothing. */
static bool __sehub_cable_plan(struct sehub_session *session,
			       struct sehub_answer *answer)
{
	const u32 ack_size = SEHUB_WIRE_HDR_LEN + SEHUB_WIRE_ACK_LEN;
	const u32 pong_size = SEHUB_WIRE_HDR_LEN + SEHUB_WIRE_PING_LEN;
	u32 left = session->credit;
	u32 next;

	lockdep_assert_held(&session->lock);
	if (!session->attached || !left)
		return false;

	answer->ack = session->ack_due;
	answer->pongs = session->pong_count;
	left -= answer->ack * ack_size + answer->pongs * pong_size;
	/* Control records go up whole, or next time. */
	answer->control = session->control_len <= left ?
			  session->control_len : 0;
	left -= answer->control;
	next = sehub_txq_next(&session->txq);
	answer->room = next && next <= left ?
		       min_t(u64, left, sehub_txq_unsent(&session->txq)) : 0;
	return answer->ack || answer->pongs || answer->control || answer->room;
}

/* Copies a piece of the queue to the linear end of the answer. */
static void sehub_cable_copy(void *arg, const void *data, u32 n)
{
	skb_put_data((struct sk_buff *)arg, data, n);
}

/* Lends a piece of the queue to the answer. */
static void sehub_cable_lend(void *arg, const void *data, u32 n)
{
	struct page *page = virt_to_head_page(data);
	struct sk_buff *skb = arg;

	get_page(page);
	skb_fill_page_desc(skb, skb_shinfo(skb)->nr_frags, page,
			   data - page_address(page), n);
	skb->len += n;
	skb->data_len += n;
	skb->truesize += n;
}

/*
 * Writes the records behind the header of the message. They come last, so that
 * what is lent needs nothing behind it, not even padding.
 */
static void sehub_cable_fill(struct sehub_session *session, struct sk_buff *skb,
			     const struct sehub_answer *answer, u32 *taken)
{
	bool lend = answer->room > SEHUB_CABLE_COPY_MAX;
	unsigned int start = skb->len;
	struct nlattr *attr;
	u32 i;

	attr = nla_reserve(skb, SEHUB_A_RECORDS, 0);
	spin_lock_bh(&session->lock);
	if (answer->ack)
		skb_put(skb, sehub_wire_put_ack(skb_tail_pointer(skb),
						session->rx_count));
	for (i = 0; i < answer->pongs; i++)
		skb_put(skb, sehub_wire_put_ping(skb_tail_pointer(skb),
						 SEHUB_WIRE_PONG,
						 session->pongs[i]));
	*taken = sehub_txq_take(&session->txq, answer->room,
				lend ? sehub_cable_lend : sehub_cable_copy,
				skb);
	spin_unlock_bh(&session->lock);

	attr->nla_len = skb->len - start;
	if (!nla_len(attr))
		skb_trim(skb, start);
}

/* The answer went out, or did not: settle what it was made of. */
static void sehub_cable_settle(struct sehub_session *session,
			       const struct sehub_answer *answer, u32 taken,
			       bool sent)
{
	spin_lock_bh(&session->lock);
	if (sent) {
		session->credit = 0;
		if (answer->ack) {
			session->ack_due = false;
			session->rx_acked = session->rx_count;
		}
		session->pong_count = 0;
	} else {
		sehub_txq_untake(&session->txq, taken);
	}
	__sehub_session_wake(session);
	spin_unlock_bh(&session->lock);

	if (sent && answer->control) {
		kfree(session->control);
		session->control = NULL;
		session->control_len = 0;
	}
}

/*
 * Answers if credit was granted and there is something to say. If the socket's
 * buffer is full everything stays as it was and is tried again.
 */
static void sehub_cable_answer(struct sehub_session *session)
{
	struct sehub_answer answer;
	struct sk_buff *skb;
	u32 size, taken;
	bool plan;
	void *hdr;
	int err;

	lockdep_assert_held(&session->xfer_mutex);
	spin_lock_bh(&session->lock);
	plan = __sehub_cable_plan(session, &answer);
	spin_unlock_bh(&session->lock);
	if (!plan)
		return;

	/* Only this function takes from the queue: it can but grow. */
	size = nla_total_size(sizeof(u32)) + nla_total_size(answer.control) +
	       nla_total_size((answer.ack + answer.pongs) *
			      (SEHUB_WIRE_HDR_LEN + SEHUB_WIRE_ACK_LEN) +
			      min_t(u32, answer.room, SEHUB_CABLE_COPY_MAX));
	skb = genlmsg_new(size, GFP_KERNEL);
	if (!skb)
		goto out_retry;
	hdr = genlmsg_put(skb, session->owner_portid, 0, &sehub_nl_family, 0,
			  SEHUB_CMD_XFER);
	if (WARN_ON_ONCE(!hdr ||
			 nla_put_u32(skb, SEHUB_A_PORT_ID, session->id) ||
			 (answer.control &&
			  nla_put(skb, SEHUB_A_CONTROL, answer.control,
				  session->control)))) {
		nlmsg_free(skb);
		return;
	}
	sehub_cable_fill(session, skb, &answer, &taken);
	nlmsg_hdr(skb)->nlmsg_len = skb->len;

	err = genlmsg_unicast(session->owner_net, skb, session->owner_portid);
	sehub_cable_settle(session, &answer, taken, !err);
	/* Gone for good: its closing detaches the session. */
	if (!err || err == -ECONNREFUSED)
		return;
out_retry:
	mod_delayed_work(sehub_wq, &session->ack_work,
			 msecs_to_jiffies(SEHUB_CABLE_RETRY_MSEC));
}

/**
 * sehub_cable_answer_work() - there may be something to say
 * @work: answer_work of a session
 * Context: process.
 */
void sehub_cable_answer_work(struct work_struct *work)
{
	struct sehub_session *session =
		container_of(work, struct sehub_session, answer_work);

	mutex_lock(&session->xfer_mutex);
	sehub_cable_answer(session);
	mutex_unlock(&session->xfer_mutex);
}

/**
 * sehub_cable_ack_work() - an ACK is due, or an answer is tried again
 * @work: ack_work of a session
 * Context: process.
 */
void sehub_cable_ack_work(struct work_struct *work)
{
	struct sehub_session *session =
		container_of(to_delayed_work(work), struct sehub_session,
			     ack_work);

	mutex_lock(&session->xfer_mutex);
	if (session->attached && session->rx_count != session->rx_acked) {
		spin_lock_bh(&session->lock);
		session->ack_due = true;
		spin_unlock_bh(&session->lock);
	}
	sehub_cable_answer(session);
	mutex_unlock(&session->xfer_mutex);
}

static int sehub_cable_rx_data(struct sehub_session *session,
			       const struct sehub_wire_rec *rec,
			       struct sehub_batch *batch)
{
	const u8 *frame = rec->payload;
	struct sehub_frame_offload offload;
	u32 len = rec->len;

	/* The record has arrived and counts, whatever becomes of the frame. */
	session->rx_count += rec->size;
	if (rec->type == SEHUB_WIRE_DATA) {
		sehub_forward_record(&session->port, frame, len, NULL, batch);
		return 0;
	}
	frame += SEHUB_WIRE_VNET_LEN;
	len -= SEHUB_WIRE_VNET_LEN;
	if (sehub_frame_check_offload(frame, len, rec->payload, &offload)) {
		sehub_forward_refuse(&session->port, frame, NULL, len,
				     SEHUB_A_DROPS_MALFORMED);
		return 0;
	}
	sehub_forward_record(&session->port, frame, len,
			     offload.flags || offload.gso_type ? &offload :
								 NULL,
			     batch);
	return 0;
}

static int sehub_cable_rx_ack(struct sehub_session *session,
			      const struct sehub_wire_rec *rec)
{
	int err;

	spin_lock(&session->lock);
	err = sehub_txq_ack(&session->txq, sehub_wire_get_u64(rec->payload));
	__sehub_session_wake(session);
	spin_unlock(&session->lock);
	return err;
}

static void sehub_cable_rx_ping(struct sehub_session *session,
				const struct sehub_wire_rec *rec)
{
	spin_lock(&session->lock);
	if (session->pong_count == SEHUB_PONG_BACKLOG) {
		memmove(session->pongs[0], session->pongs[1],
			sizeof(session->pongs) - SEHUB_WIRE_PING_LEN);
		session->pong_count--;
	}
	memcpy(session->pongs[session->pong_count++], rec->payload,
	       SEHUB_WIRE_PING_LEN);
	spin_unlock(&session->lock);
}

/* Keeps a control record for the owner. */
static int sehub_cable_rx_control(struct sehub_session *session,
				  const struct sehub_wire_rec *rec)
{
	const u8 *start = rec->payload - SEHUB_WIRE_HDR_LEN;
	u32 len = session->control_len + rec->size;
	u8 *control;

	/* The smallest credit has room for all of them. */
	if (len > SEHUB_CREDIT_MIN)
		return -ENOBUFS;
	control = krealloc(session->control, len, GFP_ATOMIC | __GFP_NOWARN);
	if (!control)
		return -ENOMEM;
	memcpy(control + session->control_len, start, rec->size);
	session->control = control;
	session->control_len = len;
	return 0;
}

static int sehub_cable_rx_record(struct sehub_session *session,
				 const struct sehub_wire_rec *rec,
				 struct sehub_batch *batch,
				 struct netlink_ext_ack *extack)
{
	int err = 0;

	switch (rec->type) {
	case SEHUB_WIRE_DATA:
	case SEHUB_WIRE_DATA_OFFLOAD:
		return sehub_cable_rx_data(session, rec, batch);
	case SEHUB_WIRE_ACK:
		err = sehub_cable_rx_ack(session, rec);
		if (err)
			NL_SET_ERR_MSG_MOD(extack,
					   "peer acknowledged what is not a count of records that were sent");
		return err;
	case SEHUB_WIRE_PING:
		sehub_cable_rx_ping(session, rec);
		return 0;
	case SEHUB_WIRE_PONG:
		return 0;
	default:
		err = sehub_cable_rx_control(session, rec);
		if (err)
			NL_SET_ERR_MSG_MOD(extack,
					   "too many control records wait for credit");
		return err;
	}
}

/*
 * Delivers the records of one buffer, in sections with bottom halves off, at
 * whose end the devices see their frames as one burst. A buffer of full-sized
 * frames is one section.
 */
static int sehub_cable_ingress(struct sehub_session *session, const u8 *buf,
			       u32 len, struct netlink_ext_ack *extack)
{
	struct sehub_batch batch = {};
	struct sehub_wire_rec rec;
	unsigned int count = 0;
	u64 unacked;
	int err = 0;

	local_bh_disable();
	rcu_read_lock();
	while (len && !err) {
		err = sehub_wire_parse(buf, len, &rec);
		if (err) {
			if (err == -EAGAIN)
				NL_SET_ERR_MSG_MOD(extack,
						   "last record is cut short");
			else
				NL_SET_ERR_MSG_MOD(extack,
						   "length of a record is not allowed for its type");
			err = -EINVAL;
			break;
		}
		err = sehub_cable_rx_record(session, &rec, &batch, extack);
		buf += rec.size;
		len -= rec.size;
		if (++count % SEHUB_CABLE_BURST)
			continue;
		sehub_batch_flush(&batch);
		rcu_read_unlock();
		local_bh_enable();
		local_bh_disable();
		rcu_read_lock();
	}
	sehub_batch_flush(&batch);
	rcu_read_unlock();
	local_bh_enable();

	unacked = session->rx_count - session->rx_acked;
	if (unacked >= SEHUB_WIRE_ACK_BYTES) {
		spin_lock_bh(&session->lock);
		session->ack_due = true;
		spin_unlock_bh(&session->lock);
	} else if (unacked && !delayed_work_pending(&session->ack_work)) {
		queue_delayed_work(sehub_wq, &session->ack_work,
				   msecs_to_jiffies(SEHUB_WIRE_ACK_MSEC));
	}
	return err;
}

static int sehub_cable_check(const struct sehub_session *session,
			     const struct net *net, u32 portid, u32 credit,
			     struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&session->xfer_mutex);
	if (READ_ONCE(session->port.dead)) {
		NL_SET_ERR_MSG_MOD(extack, "session port is being deleted");
		return -ENOENT;
	}
	if (!session->attached) {
		NL_SET_ERR_MSG_MOD(extack,
				   "session port is detached, attach it first");
		return -ENOTCONN;
	}
	if (session->owner_portid != portid || session->owner_net != net) {
		NL_SET_ERR_MSG_MOD(extack,
				   "session port belongs to another socket");
		return -EPERM;
	}
	if (credit && credit < SEHUB_CREDIT_MAX &&
	    READ_ONCE(session->features) & SEHUB_SESSION_FEATURE_OFFLOAD) {
		NL_SET_ERR_MSG_MOD(extack,
				   "credit is less than the longest record of this session");
		return -EINVAL;
	}
	return 0;
}

/**
 * sehub_cable_xfer() - one exchange with a session's owner
 * @session: held by the caller
 * @net: namespace of the requesting socket
 * @portid: netlink port id of the requesting socket
 * @records: records from the peer, or NULL
 * @len: their length
 * @credit: bytes granted for an answer, 0 for none
 * @extack: receives the reason of a refusal
 *
 * Records before a malformed one are delivered; no credit is taken then.
 *
 * Context: process.
 * Return: 0, -ENOENT, -ENOTCONN, -EPERM, -EINVAL for a malformed record,
 * -ENOBUFS if the owner leaves control records lying, -ENOMEM.
 */
int sehub_cable_xfer(struct sehub_session *session, struct net *net, u32 portid,
		     const u8 *records, u32 len, u32 credit,
		     struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&session->xfer_mutex);
	err = sehub_cable_check(session, net, portid, credit, extack);
	if (!err && records)
		err = sehub_cable_ingress(session, records, len, extack);
	if (!err && credit) {
		spin_lock_bh(&session->lock);
		session->credit = credit;
		spin_unlock_bh(&session->lock);
	}
	if (!err)
		sehub_cable_answer(session);
	mutex_unlock(&session->xfer_mutex);
	return err;
}
