// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel offers to the module's pure files, for the daemon. */
#include "pure.h"

#include <stdlib.h>

#include "log.h"
#include "shim/linux/bug.h"

void *sehub_chunk_alloc(void)
{
	return malloc(SEHUB_CHUNK_SIZE);
}

void sehub_chunk_free(void *chunk)
{
	free(chunk);
}

bool shim_warn(const char *file, int line, const char *what)
{
	log_error("bug file=%s line=%d condition=\"%s\"", file, line, what);
	return true;
}
