// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel offers to its pure files, for tests and fuzzers. */
#include <stdio.h>
#include <stdlib.h>

#include <linux/bug.h>
#include <linux/slab.h>

#include "chunk.h"

struct shim_slab shim_slab;

void *sehub_chunk_alloc(void)
{
	void *p;

	if (shim_slab.fail_in && !--shim_slab.fail_in)
		return NULL;

	p = malloc(SEHUB_CHUNK_SIZE);
	if (!p)
		abort();
	shim_slab.live++;
	return p;
}

void sehub_chunk_free(void *chunk)
{
	shim_slab.live--;
	free(chunk);
}

bool shim_warn(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: warning: %s\n", file, line, what);
	abort();
}
