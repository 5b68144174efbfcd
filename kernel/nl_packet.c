// SPDX-License-Identifier: GPL-2.0-only
/*
 * The packet log's messages. They are made on the fast path, with bottom
 * halves off: memory is what is there at once, and a long frame is put into
 * pages behind the attributes rather than into one large piece of memory.
 */
#include "nl.h"
#include "nl_notify.h"
#include "pktlog.h"

/* Frames up to this length are in one piece of memory with the attributes. */
#define SEHUB_NL_PACKET_LINEAR	2048

#define put_u32(type, value) nla_put_u32(msg, SEHUB_A_PACKET_##type, value)
#define put_u64(type, value) \
	nla_put_u64_64bit(msg, SEHUB_A_PACKET_##type, value, SEHUB_A_PACKET_PAD)

/**
 * sehub_nl_notify_wants_packets() - whether somebody listens to a packet log
 * @hub: the hub
 * Context: any. Return: true if a message would find a reader.
 */
bool sehub_nl_notify_wants_packets(const struct sehub_hub *hub)
{
	return genl_has_listeners(&sehub_nl_family, dev_net(hub->dev),
				  SEHUB_NL_GROUP_PACKET);
}

/* Bytes of a message without the frame. */
static size_t sehub_nl_packet_size(void)
{
	return nlmsg_total_size(GENL_HDRLEN) +
	       nla_total_size(sizeof(u32)) +		/* SEHUB_A_IFINDEX */
	       nla_total_size(sizeof(u16)) +		/* SEHUB_A_VLAN */
	       nla_total_size(0) +			/* SEHUB_A_PACKET */
	       nla_total_size_64bit(sizeof(u64)) +	/* _SEQ */
	       nla_total_size_64bit(sizeof(u64)) +	/* _TIME */
	       nla_total_size(sizeof(u32)) +		/* _CLASS */
	       nla_total_size(sizeof(u32)) +		/* _PORT */
	       nla_total_size(sizeof(u32)) +		/* _OUT_PORT */
	       nla_total_size(sizeof(u32)) +		/* _REASON */
	       nla_total_size(sizeof(u32)) +		/* _LENGTH */
	       nla_total_size(0);			/* _DATA */
}

/* A message with room for @len bytes behind @head, in pages if it is much. */
static struct sk_buff *sehub_nl_packet_alloc(size_t head, size_t len)
{
	size_t in_pages = len > SEHUB_NL_PACKET_LINEAR ? len : 0;
	int err;

	return alloc_skb_with_frags(head + len - in_pages, in_pages,
				    PAGE_ALLOC_COSTLY_ORDER, &err,
				    GFP_ATOMIC | __GFP_NOWARN);
}

/* Return: 0, or -EFAULT for memory that only a device can read. */
static int sehub_nl_packet_copy(const struct sehub_pktlog_entry *entry,
				u32 offset, u8 *to, u32 len)
{
	if (!entry->data)
		return skb_copy_bits(entry->skb, offset, to, len);
	memcpy(to, entry->data + offset, len);
	return 0;
}

/*
 * Fills the room behind the header of the last attribute with the frame and
 * zeroes. From here on nothing can be put behind it.
 */
static int sehub_nl_packet_put_frame(struct sk_buff *msg,
				     const struct sehub_pktlog_entry *entry)
{
	struct skb_shared_info *shinfo = skb_shinfo(msg);
	u32 room = NLA_ALIGN(entry->keep), done = 0;
	int i;

	if (!shinfo->nr_frags) {
		u8 *to = skb_put(msg, room);

		memset(to + entry->keep, 0, room - entry->keep);
		return sehub_nl_packet_copy(entry, 0, to, entry->keep);
	}

	for (i = 0; i < shinfo->nr_frags; i++) {
		u8 *to = skb_frag_address(&shinfo->frags[i]);
		u32 size = skb_frag_size(&shinfo->frags[i]);
		u32 n = min(size, entry->keep - done);

		memset(to + n, 0, size - n);
		if (sehub_nl_packet_copy(entry, done, to, n))
			return -EFAULT;
		done += n;
	}
	msg->data_len = room;
	msg->len += room;
	return 0;
}

static int sehub_nl_packet_fill(struct sk_buff *msg,
				const struct sehub_pktlog_entry *entry)
{
	struct nlattr *nest, *data;
	struct nlmsghdr *nlh;
	void *hdr;
	int err;

	hdr = genlmsg_put(msg, 0, 0, &sehub_nl_family, 0, SEHUB_CMD_PACKET_NTF);
	if (!hdr || sehub_nl_put_hub_id(msg, entry->in->hub))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, SEHUB_A_PACKET);
	if (!nest || put_u64(SEQ, entry->seq) || put_u64(TIME, entry->time) ||
	    put_u32(CLASS, entry->classes) ||
	    put_u32(PORT, entry->in->number) ||
	    (entry->out && put_u32(OUT_PORT, entry->out->number)) ||
	    put_u32(REASON, entry->reason) || put_u32(LENGTH, entry->len))
		return -EMSGSIZE;
	data = nla_reserve(msg, SEHUB_A_PACKET_DATA, 0);
	if (!data)
		return -EMSGSIZE;
	err = sehub_nl_packet_put_frame(msg, entry);
	if (err)
		return err;

	/* What ends in pages is not seen by the helpers that close things. */
	nlh = nlmsg_hdr(msg);
	nlh->nlmsg_len = msg->len;
	nest->nla_len = msg->len - ((u8 *)nest - msg->data);
	data->nla_len = NLA_HDRLEN + entry->keep;
	return 0;
}

/**
 * sehub_nl_notify_packet() - tell of a frame in the packet log
 * @entry: the frame
 *
 * One that cannot be told is missed by its number.
 *
 * Context: RCU read side, bottom halves off.
 */
void sehub_nl_notify_packet(const struct sehub_pktlog_entry *entry)
{
	struct sk_buff *msg;
	int err;

	BUILD_BUG_ON(NLA_HDRLEN + 128 + SEHUB_PKTLOG_WHOLE_LEN > U16_MAX);
	msg = sehub_nl_packet_alloc(sehub_nl_packet_size(),
				    NLA_ALIGN(entry->keep));
	if (!msg)
		return;
	err = sehub_nl_packet_fill(msg, entry);
	if (err) {
		WARN_ON_ONCE(err == -EMSGSIZE);
		nlmsg_free(msg);
		return;
	}
	genlmsg_multicast_netns(&sehub_nl_family, dev_net(entry->in->hub->dev),
				msg, 0, SEHUB_NL_GROUP_PACKET,
				GFP_ATOMIC | __GFP_NOWARN);
}
