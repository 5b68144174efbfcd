/* SPDX-License-Identifier: GPL-2.0-or-later WITH Linux-syscall-note OR MIT */
/*
 * Attributes of the rtnetlink link kind "sehub", inside IFLA_LINKINFO /
 * IFLA_INFO_DATA. A hub is made, changed and deleted through rtnetlink
 * (RTM_NEWLINK, RTM_DELLINK); everything else is in the generic netlink family
 * of <linux/sehub.h>.
 */
#ifndef _UAPI_LINUX_SEHUB_LINK_H
#define _UAPI_LINUX_SEHUB_LINK_H

#define SEHUB_LINK_KIND		"sehub"

/**
 * enum sehub_link_attr - settings of a hub
 * @IFLA_SEHUB_UNSPEC: unused
 * @IFLA_SEHUB_VLAN: u16, the hub's number, unique in its network namespace, 1
 *	to 4094; 0 or absent: unnumbered. A numbered hub cannot be moved to
 *	another network namespace
 * @IFLA_SEHUB_AGEING: u32, seconds after which a learned address that was not
 *	seen is forgotten, 1 to 1000000; default 300
 * @IFLA_SEHUB_FDB_MAX: u32, most learned addresses of the hub; default 65536.
 *	Beyond it frames are forwarded, but their source is not learned
 * @IFLA_SEHUB_PORT_MAX: u32, most ports, without the local one, 1 to 65535;
 *	default 16384
 * @IFLA_SEHUB_FDB_COUNT: u32, read only, learned addresses now
 * @IFLA_SEHUB_PORT_COUNT: u32, read only, ports now, without the local one
 * @IFLA_SEHUB_IP_AGEING: u32, seconds after which an IP address that was not
 *	seen is forgotten, 1 to 1000000; default 300. Leases stay to their end
 * @IFLA_SEHUB_IP_MAX: u32, most entries of the IP table; default 65536, 0: no
 *	IP addresses are learned. Beyond it frames are forwarded, but their IP
 *	address is not learned, if no policy needs it
 * @IFLA_SEHUB_IP_COUNT: u32, read only, entries of the IP table now
 * @IFLA_SEHUB_SUPPRESS: u8, 1: the hub answers ARP requests and neighbour
 *	solicitations for addresses that it knows, in place of flooding them;
 *	default 0
 * @IFLA_SEHUB_BROADCAST_RATE: u32, frames to groups that the hub takes in a
 *	second, from all ports together; default 0, no limit. What is not ARP,
 *	neighbour discovery or DHCP may use up one half of what is allowed at
 *	once
 * @IFLA_SEHUB_LOG_HEADERS: u32, enum sehub_packet_class, classes of which the
 *	packet log has the first %SEHUB_LOG_HEADERS_LEN bytes; default 0
 * @IFLA_SEHUB_LOG_WHOLE: u32, enum sehub_packet_class, classes of which the
 *	packet log has whole frames; default 0
 */
enum sehub_link_attr {
	IFLA_SEHUB_UNSPEC,
	IFLA_SEHUB_VLAN,
	IFLA_SEHUB_AGEING,
	IFLA_SEHUB_FDB_MAX,
	IFLA_SEHUB_PORT_MAX,
	IFLA_SEHUB_FDB_COUNT,
	IFLA_SEHUB_PORT_COUNT,
	IFLA_SEHUB_IP_AGEING,
	IFLA_SEHUB_IP_MAX,
	IFLA_SEHUB_IP_COUNT,
	IFLA_SEHUB_SUPPRESS,
	IFLA_SEHUB_BROADCAST_RATE,
	IFLA_SEHUB_LOG_HEADERS,
	IFLA_SEHUB_LOG_WHOLE,

	__IFLA_SEHUB_MAX,
};

#define IFLA_SEHUB_MAX	(__IFLA_SEHUB_MAX - 1)

#endif /* _UAPI_LINUX_SEHUB_LINK_H */
