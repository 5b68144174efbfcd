// SPDX-License-Identifier: GPL-2.0-only
/*
 * The packet log: which frames are told to those who listen, how much of each,
 * and under which number. Keeps no frame: each is one message, and what the
 * socket of a listener has no room for is lost, which the listener sees by the
 * number that is missing. Knows nothing of messages.
 */
#include <linux/rtnetlink.h>
#include <linux/timekeeping.h>

#include "nl_notify.h"
#include "pktlog.h"

/* FIN, SYN and RST: a connection begins or ends. */
#define SEHUB_PKTLOG_TCP_CONN	0x07

/**
 * sehub_pktlog_set() - choose what a hub logs
 * @hub: the hub
 * @headers: classes of which it logs the beginning of a frame
 * @whole: classes of which it logs whole frames
 *
 * A frame that is on its way is judged by the old or by the new settings, or
 * by one of each.
 *
 * Context: process, RTNL.
 */
void sehub_pktlog_set(struct sehub_hub *hub, u32 headers, u32 whole)
{
	ASSERT_RTNL();
	WRITE_ONCE(hub->log_headers, headers);
	WRITE_ONCE(hub->log_whole, whole);
	WRITE_ONCE(hub->log_mask, headers | whole);
}

/**
 * sehub_pktlog_wants() - whether a frame is worth a look for the log
 * @hub: the hub that it enters
 * @reason: why it is dropped, SEHUB_A_DROPS_*, or 0
 * Context: any.
 * Return: true if it is to be inspected and given to sehub_pktlog_frame().
 */
bool sehub_pktlog_wants(const struct sehub_hub *hub, u32 reason)
{
	u32 mask = READ_ONCE(hub->log_mask);

	if (!reason)
		mask &= ~SEHUB_PACKET_CLASS_BLOCKED;
	return mask && sehub_nl_notify_wants_packets(hub);
}

/**
 * sehub_pktlog_classes() - classes of a frame
 * @info: what is inside
 * @reason: why it was dropped, or 0
 *
 * The protocols exclude each other; a fragment that is not the first one is
 * only an IP packet.
 *
 * Context: any. Return: SEHUB_PACKET_CLASS_*.
 */
u32 sehub_pktlog_classes(const struct sehub_inspect *info, u32 reason)
{
	u32 classes = SEHUB_PACKET_CLASS_ETHERNET;
	u32 what = info->what;

	if (reason)
		classes |= SEHUB_PACKET_CLASS_BLOCKED;
	if (what & (SEHUB_INSPECT_IPV4 | SEHUB_INSPECT_IPV6))
		classes |= SEHUB_PACKET_CLASS_IP;

	if (what & (SEHUB_INSPECT_ARP | SEHUB_INSPECT_ND))
		classes |= SEHUB_PACKET_CLASS_ARP;
	else if (what & SEHUB_INSPECT_ICMP)
		classes |= SEHUB_PACKET_CLASS_ICMP;
	else if (what & SEHUB_INSPECT_DHCP)
		classes |= SEHUB_PACKET_CLASS_DHCP;
	else if (what & SEHUB_INSPECT_UDP)
		classes |= SEHUB_PACKET_CLASS_UDP;
	else if (what & SEHUB_INSPECT_TCP)
		classes |= info->tcp_flags & SEHUB_PKTLOG_TCP_CONN ?
			   SEHUB_PACKET_CLASS_TCP_CONN :
			   SEHUB_PACKET_CLASS_TCP_DATA;
	return classes;
}

/**
 * sehub_pktlog_frame() - log a frame if the hub logs its kind
 * @in: port that it came in by
 * @out: port that it could not leave by, or NULL
 * @data: the frame, or NULL
 * @skb: the frame if it is not at @data, its data at the Ethernet header; not
 *	changed
 * @len: length of the frame
 * @info: what is inside, of a frame that enters; NULL if it was logged then
 * @reason: why it is dropped, SEHUB_A_DROPS_*, or 0
 *
 * A frame is logged when it enters, with what was decided about it. What then
 * happens to it is logged once more, for each port that it could not leave by,
 * and for the class of blocked frames alone; so each class has a frame that
 * passed once.
 *
 * Nothing is made while nobody listens, and nothing is numbered. A frame that
 * somebody should have got has a number even if there is no memory to tell.
 * Numbers of frames that enter at the same time through several ports can
 * arrive in another order.
 *
 * Context: RCU read side, bottom halves off.
 */
void sehub_pktlog_frame(struct sehub_port *in, struct sehub_port *out,
			const u8 *data, const struct sk_buff *skb, u32 len,
			const struct sehub_inspect *info, u32 reason)
{
	struct sehub_hub *hub = in->hub;
	struct sehub_pktlog_entry entry = {
		.in = in,
		.out = out,
		.data = data,
		.skb = skb,
		.len = len,
		.reason = reason,
	};

	entry.classes = out || !info ? SEHUB_PACKET_CLASS_BLOCKED :
			sehub_pktlog_classes(info, reason);
	entry.classes &= READ_ONCE(hub->log_mask);
	if (!entry.classes || !sehub_nl_notify_wants_packets(hub))
		return;

	entry.keep = entry.classes & READ_ONCE(hub->log_whole) ?
		     SEHUB_PKTLOG_WHOLE_LEN : SEHUB_LOG_HEADERS_LEN;
	entry.keep = min(entry.keep, len);
	entry.time = ktime_get_real_ns();
	entry.seq = atomic64_inc_return(&hub->log_seq);
	sehub_nl_notify_packet(&entry);
}
