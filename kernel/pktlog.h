/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet log of a hub: which frames are told to those who listen. */
#ifndef _SEHUB_PKTLOG_H
#define _SEHUB_PKTLOG_H

#include <linux/skbuff.h>

#include "inspect.h"
#include "core.h"

/* All classes; what is set elsewhere is refused. */
#define SEHUB_PKTLOG_ALL	(2 * SEHUB_PACKET_CLASS_BLOCKED - 1)

/* Most bytes of a frame: the nests around it can be no longer than 65,535. */
#define SEHUB_PKTLOG_WHOLE_LEN	65000

/**
 * struct sehub_pktlog_entry - a frame in the packet log
 * @in: port that it came in by
 * @out: port that it could not leave by, or NULL
 * @data: the frame, or NULL
 * @skb: the frame if it is not at @data, its data at the Ethernet header
 * @len: length of the frame
 * @keep: bytes of it that are logged
 * @classes: classes for which it is logged, SEHUB_PACKET_CLASS_*
 * @reason: why it was dropped, SEHUB_A_DROPS_*, or 0
 * @seq: number in the log of the hub
 * @time: nanoseconds since 1970
 */
struct sehub_pktlog_entry {
	const struct sehub_port *in;
	const struct sehub_port *out;
	const u8 *data;
	const struct sk_buff *skb;
	u32 len;
	u32 keep;
	u32 classes;
	u32 reason;
	u64 seq;
	u64 time;
};

/**
 * sehub_pktlog_is_on() - whether a hub logs anything
 * @hub: the hub
 *
 * All that the log costs while it is off.
 *
 * Context: any. Return: true if sehub_pktlog_wants() is to be asked.
 */
static inline bool sehub_pktlog_is_on(const struct sehub_hub *hub)
{
	return unlikely(READ_ONCE(hub->log_mask));
}

/**
 * sehub_pktlog_logs_blocked() - whether a hub logs frames that it drops
 * @hub: the hub
 * Context: any. Return: true if a frame has to be kept until its end is known.
 */
static inline bool sehub_pktlog_logs_blocked(const struct sehub_hub *hub)
{
	return unlikely(READ_ONCE(hub->log_mask) &
			SEHUB_PACKET_CLASS_BLOCKED);
}

void sehub_pktlog_set(struct sehub_hub *hub, u32 headers, u32 whole);
bool sehub_pktlog_wants(const struct sehub_hub *hub, u32 reason);
u32 sehub_pktlog_classes(const struct sehub_inspect *info, u32 reason);
void sehub_pktlog_frame(struct sehub_port *in, struct sehub_port *out,
			const u8 *data, const struct sk_buff *skb, u32 len,
			const struct sehub_inspect *info, u32 reason);

#endif /* _SEHUB_PKTLOG_H */
