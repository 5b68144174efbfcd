// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DHCPv4 messages as bytes.
 *
 * Everything here comes from a remote sender and is read byte by byte after a
 * check against the length, with no alignment assumed. Takes no lock and
 * allocates nothing; also built and fuzzed in userspace.
 */
#include <linux/errno.h>
#include <linux/if_ether.h>
#include <linux/string.h>

#include "dhcp.h"
#include "wire.h"

/* The fixed part, RFC 2131 section 2: offset and length. */
#define SEHUB_DHCP_CIADDR	12
#define SEHUB_DHCP_YIADDR	16
#define SEHUB_DHCP_CHADDR	28
#define SEHUB_DHCP_SNAME	44
#define SEHUB_DHCP_SNAME_LEN	64
#define SEHUB_DHCP_FILE		108
#define SEHUB_DHCP_FILE_LEN	128
#define SEHUB_DHCP_COOKIE	236
#define SEHUB_DHCP_OPTIONS	240

/* Options, RFC 2132. */
#define SEHUB_DHCP_O_PAD	0
#define SEHUB_DHCP_O_REQUESTED	50
#define SEHUB_DHCP_O_LEASE	51
#define SEHUB_DHCP_O_OVERLOAD	52
#define SEHUB_DHCP_O_TYPE	53
#define SEHUB_DHCP_O_END	255

/* Values of option 52, as bits: which fields have options too. */
#define SEHUB_DHCP_IN_FILE	1
#define SEHUB_DHCP_IN_SNAME	2

/**
 * struct sehub_dhcp_options - the options that matter, where they are first
 * @requested: value of option 50, NULL if absent
 * @lease: value of option 51, NULL if absent
 * @overload: value of option 52, NULL if absent
 * @type: value of option 53, NULL if absent
 */
struct sehub_dhcp_options {
	const u8 *requested;
	const u8 *lease;
	const u8 *overload;
	const u8 *type;
};

/* Take an option unless there was one; all that matter have a fixed length. */
static int sehub_dhcp_take(const u8 *opt, u8 len, const u8 **value)
{
	if (*value)
		return 0;
	if (opt[1] != len)
		return -EINVAL;
	*value = opt + 2;
	return 0;
}

static int sehub_dhcp_option(const u8 *opt, struct sehub_dhcp_options *found)
{
	switch (opt[0]) {
	case SEHUB_DHCP_O_REQUESTED:
		return sehub_dhcp_take(opt, 4, &found->requested);
	case SEHUB_DHCP_O_LEASE:
		return sehub_dhcp_take(opt, 4, &found->lease);
	case SEHUB_DHCP_O_OVERLOAD:
		return sehub_dhcp_take(opt, 1, &found->overload);
	case SEHUB_DHCP_O_TYPE:
		return sehub_dhcp_take(opt, 1, &found->type);
	default:
		return 0;
	}
}

/* A field of options; it may end without the option that says so. */
static int sehub_dhcp_walk(const u8 *opt, u32 len,
			   struct sehub_dhcp_options *found)
{
	u32 size;
	int err;

	while (len && opt[0] != SEHUB_DHCP_O_END) {
		size = 1;
		if (opt[0] != SEHUB_DHCP_O_PAD) {
			if (len < 2 || len - 2 < opt[1])
				return -EINVAL;
			size = 2 + opt[1];
			err = sehub_dhcp_option(opt, found);
			if (err)
				return err;
		}
		opt += size;
		len -= size;
	}
	return 0;
}

/* All fields of options, in the order of RFC 2131 section 4.1. */
static int sehub_dhcp_find(const u8 *data, u32 len,
			   struct sehub_dhcp_options *found)
{
	u8 overload;
	int err;

	memset(found, 0, sizeof(*found));
	err = sehub_dhcp_walk(data + SEHUB_DHCP_OPTIONS,
			      len - SEHUB_DHCP_OPTIONS, found);
	if (err || !found->overload)
		return err;

	/* the other fields cannot say again which of them count */
	overload = found->overload[0];
	if (!overload || overload > (SEHUB_DHCP_IN_FILE | SEHUB_DHCP_IN_SNAME))
		return -EINVAL;
	if (overload & SEHUB_DHCP_IN_FILE) {
		err = sehub_dhcp_walk(data + SEHUB_DHCP_FILE,
				      SEHUB_DHCP_FILE_LEN, found);
		if (err)
			return err;
	}
	if (overload & SEHUB_DHCP_IN_SNAME)
		return sehub_dhcp_walk(data + SEHUB_DHCP_SNAME,
				       SEHUB_DHCP_SNAME_LEN, found);
	return 0;
}

/**
 * sehub_dhcp_parse() - read a DHCPv4 message
 * @data: the message, which is the payload of the UDP datagram
 * @len: its length
 * @msg: what it says
 *
 * Options may be anywhere, so the caller must have the whole message in one
 * piece: all that the length in the UDP header says, and nothing behind it. If
 * it is in fragments, or does not fit in the packet, the verdict is %-EINVAL
 * without asking. Of an option that is there again the first one counts.
 *
 * Context: any.
 * Return: 0, or %-EINVAL if it is no whole DHCP message about an Ethernet
 * address; @msg is then undefined.
 */
int sehub_dhcp_parse(const u8 *data, u32 len, struct sehub_dhcp *msg)
{
	static const u8 cookie[4] = { 99, 130, 83, 99 };
	struct sehub_dhcp_options found;
	int err;

	if (len < SEHUB_DHCP_OPTIONS ||
	    (data[0] != SEHUB_DHCP_BOOTREQUEST &&
	     data[0] != SEHUB_DHCP_BOOTREPLY) ||
	    data[1] != 1 || data[2] != ETH_ALEN ||
	    memcmp(data + SEHUB_DHCP_COOKIE, cookie, sizeof(cookie)))
		return -EINVAL;
	err = sehub_dhcp_find(data, len, &found);
	if (err)
		return err;
	if (!found.type)
		return -EINVAL;

	memset(msg, 0, sizeof(*msg));
	msg->op = data[0];
	msg->type = found.type[0];
	memcpy(msg->mac, data + SEHUB_DHCP_CHADDR, ETH_ALEN);
	memcpy(&msg->ciaddr, data + SEHUB_DHCP_CIADDR, sizeof(msg->ciaddr));
	memcpy(&msg->yiaddr, data + SEHUB_DHCP_YIADDR, sizeof(msg->yiaddr));
	if (found.requested)
		memcpy(&msg->requested, found.requested,
		       sizeof(msg->requested));
	if (found.lease)
		msg->lease = sehub_wire_get_u32(found.lease);
	return 0;
}
