// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames of the packet log in messages. */
#include <errno.h>
#include <string.h>
#include <linux/genetlink.h>

#include "nl_priv.h"
#include "packet.h"

/* What is shorter than it should be makes the message a bad one. */
static struct nla_policy outer_policy[SEHUB_A_MAX + 1] = {
	[SEHUB_A_IFINDEX] = { .type = NLA_U32 },
	[SEHUB_A_VLAN] = { .type = NLA_U16 },
};

static struct nla_policy packet_policy[SEHUB_A_PACKET_MAX + 1] = {
	[SEHUB_A_PACKET_SEQ] = { .type = NLA_U64 },
	[SEHUB_A_PACKET_TIME] = { .type = NLA_U64 },
	[SEHUB_A_PACKET_CLASS] = { .type = NLA_U32 },
	[SEHUB_A_PACKET_PORT] = { .type = NLA_U32 },
	[SEHUB_A_PACKET_OUT_PORT] = { .type = NLA_U32 },
	[SEHUB_A_PACKET_REASON] = { .type = NLA_U32 },
	[SEHUB_A_PACKET_LENGTH] = { .type = NLA_U32 },
};

static uint32_t get_u32(struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

static uint64_t get_u64(struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

int sehub_msg_get_packet(const struct nlmsghdr *nlh, void *object)
{
	struct sehub_packet *packet = object;
	struct nlattr *outer[SEHUB_A_MAX + 1];
	struct nlattr *tb[SEHUB_A_PACKET_MAX + 1];
	struct nlattr *data;

	memset(packet, 0, sizeof(*packet));
	if (nlmsg_parse((struct nlmsghdr *)nlh, GENL_HDRLEN, outer,
			SEHUB_A_MAX, outer_policy) < 0 ||
	    !outer[SEHUB_A_PACKET] ||
	    nla_parse_nested(tb, SEHUB_A_PACKET_MAX, outer[SEHUB_A_PACKET],
			     packet_policy) < 0 ||
	    !tb[SEHUB_A_PACKET_SEQ])
		return -EBADMSG;

	packet->hub_ifindex = get_u32(outer[SEHUB_A_IFINDEX]);
	if (outer[SEHUB_A_VLAN])
		packet->hub_vlan = nla_get_u16(outer[SEHUB_A_VLAN]);
	packet->seq = get_u64(tb[SEHUB_A_PACKET_SEQ]);
	packet->time = get_u64(tb[SEHUB_A_PACKET_TIME]);
	packet->classes = get_u32(tb[SEHUB_A_PACKET_CLASS]);
	packet->port = get_u32(tb[SEHUB_A_PACKET_PORT]);
	packet->has_out_port = tb[SEHUB_A_PACKET_OUT_PORT];
	packet->out_port = get_u32(tb[SEHUB_A_PACKET_OUT_PORT]);
	packet->reason = get_u32(tb[SEHUB_A_PACKET_REASON]);
	packet->length = get_u32(tb[SEHUB_A_PACKET_LENGTH]);
	data = tb[SEHUB_A_PACKET_DATA];
	packet->data = data ? nla_data(data) : (const void *)"";
	packet->data_len = data ? nla_len(data) : 0;
	return 0;
}
