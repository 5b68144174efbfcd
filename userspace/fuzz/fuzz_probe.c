// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loop probes from a remote end. Input: what is behind the addresses, EtherType
 * and magic number of a probe.
 *
 * links: ../kernel/probe.c ../kernel/wire.c
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "probe.h"

static const uint8_t begin[18] = {
	0x03, 0x73, 0x65, 0x68, 0x75, 0x62, 2, 0, 0, 0, 0, 7, 0x88, 0xb5,
	's', 'e', 'h', 'p',
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[SEHUB_PROBE_LEN_MAX];
	struct sehub_probe probe;
	uint8_t *frame;
	u64 least;
	u32 len;

	if (size > 1024)
		return 0;
	frame = malloc(sizeof(begin) + size);
	MUST(frame);
	memcpy(frame, begin, sizeof(begin));
	if (size)
		memcpy(frame + sizeof(begin), data, size);
	len = (u32)(sizeof(begin) + size);
	MUST(sehub_probe_is(frame, len));
	if (sehub_probe_parse(frame, len, &probe)) {
		free(frame);
		return 0;
	}
	MUST(probe.hops >= 1 && probe.hops <= SEHUB_PROBE_HOPS_MAX);
	least = sehub_probe_least(&probe);
	MUST(sehub_probe_has(&probe, least));
	for (u32 i = 0; i < probe.hops; i++)
		MUST(probe.path[i] >= least &&
		     sehub_probe_has(&probe, probe.path[i]));
	/* What was read is what was there; the reserved byte apart. */
	frame[21] = 0;
	MUST(sehub_probe_build(again, frame + 6, &probe) <= len);
	MUST(!memcmp(again, frame,
		     sehub_probe_build(again, frame + 6, &probe)));
	free(frame);
	return 0;
}
