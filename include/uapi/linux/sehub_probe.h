/* SPDX-License-Identifier: GPL-2.0-or-later WITH Linux-syscall-note OR MIT */
/*
 * Loop probes: the Ethernet frames by which hubs that are joined by cascades
 * find out that there is a second way from one to the other.
 *
 * A hub with a cascade sends a probe through each of its ports every second
 * (not through those of ordinary sessions). A hub with a cascade that gets the
 * probe of another one adds its own id to the path and sends it on, through
 * blocked ports too; it drops one that has its id in the path already. All
 * others, Linux bridges and clients' cards among them, take a probe for a frame
 * to a group.
 *
 * A hub that gets its own probe back through another port knows a loop, and by
 * the path all hubs on it. The one with the least id blocks the younger of its
 * two ports on the loop, the others do nothing; so each loop is cut once, and
 * no hub is cut off. A probe goes on through a blocked port, so that it is
 * known for how long the loop is there.
 *
 * All integers are big-endian.
 */
#ifndef _UAPI_LINUX_SEHUB_PROBE_H
#define _UAPI_LINUX_SEHUB_PROBE_H

#include <linux/types.h>

/* Destination: a locally administered group address, "sehub" in its octets. */
#define SEHUB_PROBE_DST		{ 0x03, 0x73, 0x65, 0x68, 0x75, 0x62 }
/* IEEE 802: Local Experimental EtherType 1. */
#define SEHUB_PROBE_ETHERTYPE	0x88b5
#define SEHUB_PROBE_MAGIC	0x73656870U	/* "sehp" */
#define SEHUB_PROBE_VERSION	1
/* Most hubs on the path of a probe. */
#define SEHUB_PROBE_HOPS_MAX	32

/* The frames that addresses were learned from came another way until now. */
#define SEHUB_PROBE_F_CHANGED	0x01

/**
 * struct sehub_probe_hdr - a loop probe, behind its Ethernet header
 * @magic: %SEHUB_PROBE_MAGIC
 * @version: %SEHUB_PROBE_VERSION; one of another version is not sent on
 * @flags: SEHUB_PROBE_F_*; unknown ones are sent on
 * @hops: entries of the path, 1 to %SEHUB_PROBE_HOPS_MAX
 * @reserved: 0, and not looked at
 * @port: number of the port that the first hub sent it through
 * @nonce: the first hub's, so that it knows its own probes of late
 *
 * Followed by the path: 64-bit ids of hubs, of which the first one sent the
 * probe. What is behind that is padding.
 */
struct sehub_probe_hdr {
	__be32 magic;
	__u8 version;
	__u8 flags;
	__u8 hops;
	__u8 reserved;
	__be32 port;
	__be32 nonce;
};

#endif /* _UAPI_LINUX_SEHUB_PROBE_H */
