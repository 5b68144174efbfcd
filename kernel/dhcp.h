/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv4 messages (RFC 2131, options of RFC 2132), as far as leases are
 * concerned. Pure: bytes in, verdict out; compiled in userspace too.
 */
#ifndef _SEHUB_DHCP_H
#define _SEHUB_DHCP_H

#include <linux/types.h>

#define SEHUB_DHCP_BOOTREQUEST	1
#define SEHUB_DHCP_BOOTREPLY	2

/* Values of option 53. */
#define SEHUB_DHCP_DISCOVER	1
#define SEHUB_DHCP_OFFER	2
#define SEHUB_DHCP_REQUEST	3
#define SEHUB_DHCP_DECLINE	4
#define SEHUB_DHCP_ACK		5
#define SEHUB_DHCP_NAK		6
#define SEHUB_DHCP_RELEASE	7
#define SEHUB_DHCP_INFORM	8

#define SEHUB_DHCP_INFINITE	0xffffffff

/**
 * struct sehub_dhcp - a DHCPv4 message
 * @op: %SEHUB_DHCP_BOOTREQUEST or %SEHUB_DHCP_BOOTREPLY
 * @type: SEHUB_DHCP_*, option 53
 * @mac: hardware address of the client, chaddr
 * @ciaddr: address that the client has, network order
 * @yiaddr: address that it gets, network order
 * @requested: option 50, network order, 0 if absent
 * @lease: option 51, seconds, %SEHUB_DHCP_INFINITE; 0 if absent
 */
struct sehub_dhcp {
	u8 op;
	u8 type;
	u8 mac[6];
	__be32 ciaddr;
	__be32 yiaddr;
	__be32 requested;
	u32 lease;
};

int sehub_dhcp_parse(const u8 *data, u32 len, struct sehub_dhcp *msg);

#endif /* _SEHUB_DHCP_H */
