/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loop probes as bytes: read and build them. The format is in
 * linux/sehub_probe.h. Pure: bytes in, verdict out; compiled in userspace too.
 */
#ifndef _SEHUB_PROBE_H
#define _SEHUB_PROBE_H

#include <linux/types.h>
#include <linux/sehub_probe.h>

/* Shortest and longest probe, Ethernet header included. */
#define SEHUB_PROBE_LEN_MIN \
	(14 + (u32)sizeof(struct sehub_probe_hdr) + 8)
#define SEHUB_PROBE_LEN_MAX \
	(14 + (u32)sizeof(struct sehub_probe_hdr) + 8 * SEHUB_PROBE_HOPS_MAX)

/**
 * struct sehub_probe - a loop probe, in host byte order
 * @flags: SEHUB_PROBE_F_*
 * @hops: entries of @path
 * @port: number of the port that the first hub sent it through
 * @nonce: the first hub's
 * @seq: tells the probes of a hub apart
 * @path: ids of hubs
 */
struct sehub_probe {
	u8 flags;
	u8 hops;
	u32 port;
	u32 nonce;
	u32 seq;
	u64 path[SEHUB_PROBE_HOPS_MAX];
};

bool sehub_probe_is(const u8 *data, u32 len);
int sehub_probe_parse(const u8 *data, u32 len, struct sehub_probe *probe);
u32 sehub_probe_build(u8 *data, const u8 *src, const struct sehub_probe *probe);
bool sehub_probe_has(const struct sehub_probe *probe, u64 id);
u64 sehub_probe_least(const struct sehub_probe *probe);

#endif /* _SEHUB_PROBE_H */
