/* SPDX-License-Identifier: GPL-2.0-only */
/* The data path: a frame from one port to the others. */
#ifndef _SEHUB_FORWARD_H
#define _SEHUB_FORWARD_H

#include <linux/skbuff.h>

#include "core.h"
#include "frame.h"
#include "inspect.h"

struct sehub_policy;

/* Sessions remembered until the end of a batch. */
#define SEHUB_BATCH_SESSIONS	16

/**
 * struct sehub_batch - what is left to do when a batch of frames is through
 * @sessions: sessions whose owner waits for an answer
 * @count: how many
 * @congested: a session's queue is filling up
 */
struct sehub_batch {
	struct sehub_session *sessions[SEHUB_BATCH_SESSIONS];
	int count;
	bool congested;
};

/**
 * struct sehub_frame - a frame on its way through a hub
 * @in: port that it came in by
 * @batch: batch that it belongs to
 * @data: the frame, if it came in as a record; else NULL
 * @len: its length, without FCS
 * @offload: checked offload metadata of the record, or NULL
 * @skb: the frame as a socket buffer, data at its Ethernet header; NULL until
 *	it is needed if the frame came in as a record. Owned
 * @policy: policy of @in, or NULL
 * @changes: &sehub_hub.changes before the policy and the tables were read
 * @info: what is inside; valid if @inspected
 * @inspected: the frame was looked into
 * @segs: the segments of a super-frame, once a receiver needed them. Owned
 */
struct sehub_frame {
	struct sehub_port *in;
	struct sehub_batch *batch;
	const u8 *data;
	u32 len;
	const struct sehub_frame_offload *offload;
	struct sk_buff *skb;
	struct sk_buff *segs;
	const struct sehub_policy *policy;
	u32 changes;
	struct sehub_inspect *info;
	bool inspected;
};

void sehub_forward_record(struct sehub_port *in, const u8 *data, u32 len,
			  const struct sehub_frame_offload *offload,
			  struct sehub_batch *batch);
void sehub_forward_refuse(struct sehub_port *in, const u8 *data,
			  const struct sk_buff *skb, u32 len, int reason);
void sehub_forward_skb(struct sehub_port *in, struct sk_buff *skb,
		       struct sehub_batch *batch);
const u8 *sehub_forward_header(struct sehub_frame *frame, u32 want, u32 *len);
const struct sehub_inspect *sehub_forward_inspect(struct sehub_frame *frame);
void sehub_forward_reply(struct sehub_frame *frame, struct sk_buff *skb);
void sehub_forward_own(struct sehub_port *out, struct sk_buff *skb,
		       struct sehub_batch *batch);
void sehub_batch_add(struct sehub_batch *batch, struct sehub_session *session);
void sehub_batch_flush(struct sehub_batch *batch);

#endif /* _SEHUB_FORWARD_H */
