// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loop probes as bytes.
 *
 * They come from remote senders and are read byte by byte after a check against
 * the length, with no alignment assumed. Takes no lock and allocates nothing;
 * also built and fuzzed in userspace.
 */
#include <linux/errno.h>
#include <linux/if_ether.h>
#include <linux/string.h>

#include "probe.h"
#include "wire.h"

#define SEHUB_PROBE_HDR_LEN	((u32)sizeof(struct sehub_probe_hdr))

static const u8 sehub_probe_dst[ETH_ALEN] = SEHUB_PROBE_DST;

static void sehub_probe_put_u32(u8 *p, u32 value)
{
	int i;

	for (i = 0; i < 4; i++)
		p[i] = (u8)(value >> (24 - 8 * i));
}

/**
 * sehub_probe_is() - is this frame meant to be a probe?
 * @data: its beginning
 * @len: bytes there
 * Return: true if it is, good or bad; false for everybody's frame.
 */
bool sehub_probe_is(const u8 *data, u32 len)
{
	return len >= ETH_HLEN + 4 &&
	       !memcmp(data, sehub_probe_dst, ETH_ALEN) &&
	       sehub_wire_get_u16(data + 2 * ETH_ALEN) ==
	       SEHUB_PROBE_ETHERTYPE &&
	       sehub_wire_get_u32(data + ETH_HLEN) == SEHUB_PROBE_MAGIC;
}

/**
 * sehub_probe_parse() - read a probe
 * @data: a frame of which sehub_probe_is() is true
 * @len: bytes there
 * @probe: filled in
 * Return: 0, or -EBADMSG if it is cut short, of another version, or has a path
 * that is empty, too long, or has an id of no hub.
 */
int sehub_probe_parse(const u8 *data, u32 len, struct sehub_probe *probe)
{
	const u8 *p = data + ETH_HLEN;
	u32 i;

	if (len < SEHUB_PROBE_LEN_MIN || p[4] != SEHUB_PROBE_VERSION)
		return -EBADMSG;
	probe->flags = p[5];
	probe->hops = p[6];
	probe->port = sehub_wire_get_u32(p + 8);
	probe->nonce = sehub_wire_get_u32(p + 12);
	probe->seq = sehub_wire_get_u32(p + 16);
	p += SEHUB_PROBE_HDR_LEN;
	if (!probe->hops || probe->hops > SEHUB_PROBE_HOPS_MAX ||
	    len < ETH_HLEN + SEHUB_PROBE_HDR_LEN + 8U * probe->hops)
		return -EBADMSG;
	for (i = 0; i < probe->hops; i++) {
		probe->path[i] = sehub_wire_get_u64(p + 8 * i);
		if (!probe->path[i])
			return -EBADMSG;
	}
	return 0;
}

/**
 * sehub_probe_build() - write a probe
 * @data: where to, room for %SEHUB_PROBE_LEN_MAX bytes
 * @src: source address
 * @probe: the probe
 * Return: its length.
 */
u32 sehub_probe_build(u8 *data, const u8 *src, const struct sehub_probe *probe)
{
	u8 *p = data + ETH_HLEN;
	u32 i;

	memcpy(data, sehub_probe_dst, ETH_ALEN);
	memcpy(data + ETH_ALEN, src, ETH_ALEN);
	data[2 * ETH_ALEN] = SEHUB_PROBE_ETHERTYPE >> 8;
	data[2 * ETH_ALEN + 1] = SEHUB_PROBE_ETHERTYPE & 0xff;
	sehub_probe_put_u32(p, SEHUB_PROBE_MAGIC);
	p[4] = SEHUB_PROBE_VERSION;
	p[5] = probe->flags;
	p[6] = probe->hops;
	p[7] = 0;
	sehub_probe_put_u32(p + 8, probe->port);
	sehub_probe_put_u32(p + 12, probe->nonce);
	sehub_probe_put_u32(p + 16, probe->seq);
	p += SEHUB_PROBE_HDR_LEN;
	for (i = 0; i < probe->hops; i++, p += 8) {
		sehub_probe_put_u32(p, (u32)(probe->path[i] >> 32));
		sehub_probe_put_u32(p + 4, (u32)probe->path[i]);
	}
	return (u32)(p - data);
}

/**
 * sehub_probe_has() - has a probe been at a hub?
 * @probe: the probe
 * @id: the hub's
 * Return: true if it has.
 */
bool sehub_probe_has(const struct sehub_probe *probe, u64 id)
{
	u32 i;

	for (i = 0; i < probe->hops; i++)
		if (probe->path[i] == id)
			return true;
	return false;
}

/**
 * sehub_probe_least() - who decides about the loop that a probe went through
 * @probe: the probe
 * Return: the least id of its path.
 */
u64 sehub_probe_least(const struct sehub_probe *probe)
{
	u64 least = probe->path[0];
	u32 i;

	for (i = 1; i < probe->hops; i++)
		if (probe->path[i] < least)
			least = probe->path[i];
	return least;
}
