/* SPDX-License-Identifier: GPL-2.0-or-later WITH Linux-syscall-note OR MIT */
/*
 * Loop probes: the Ethernet frames by which hubs that are joined by cascades
 * find out that there is a second way from one to the other.
 *
 * A hub with a cascade sends a probe through each of its ports every second
 * (not through those of ordinary sessions). A hub with a cascade that gets the
 * probe of another one with a lesser id adds its own id to the path and sends
 * it on, through blocked ports too, once: copies that come another way end
 * there, and so do those of hubs with greater ids. All others, Linux bridges
 * and clients' cards among them, take a probe for a frame to a group.
 *
 * A hub that gets its own probe back through another port has the least id on a
 * loop. It blocks the younger of its two ports on the loop, a cascade sooner
 * than a device; so each loop is cut once, and no hub is cut off. A probe goes
 * on through a blocked port, so that it is known how long the loop is there.
 *
 * Two ports of one isolation group are a loop for their own hub alone, as all
 * comes in by both and nothing goes on. What it sends through them is sent on
 * by every hub, and it blocks one of them whatever its id.
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
/* Hubs with lesser ids send it on, too. */
#define SEHUB_PROBE_F_ALL	0x02

/**
 * struct sehub_probe_hdr - a loop probe, behind its Ethernet header
 * @magic: %SEHUB_PROBE_MAGIC
 * @version: %SEHUB_PROBE_VERSION; one of another version is not sent on
 * @flags: SEHUB_PROBE_F_*; unknown ones are sent on
 * @hops: entries of the path, 1 to %SEHUB_PROBE_HOPS_MAX
 * @reserved: 0, and not looked at
 * @port: number of the port that the first hub sent it through
 * @nonce: the first hub's, so that it knows its own probes of late
 * @seq: random number, another one for each probe of a hub
 *
 * Followed by the path: 64-bit ids of hubs, none of them 0, of which the first
 * one sent the probe. What is behind that is padding.
 */
struct sehub_probe_hdr {
	__be32 magic;
	__u8 version;
	__u8 flags;
	__u8 hops;
	__u8 reserved;
	__be32 port;
	__be32 nonce;
	__be32 seq;
};

#endif /* _UAPI_LINUX_SEHUB_PROBE_H */
