/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of egress queues and long frames: chunks of pages that socket buffers
 * can refer to.
 * Userspace builds of the queue bring an allocator of their own.
 */
#ifndef _SEHUB_CHUNK_H
#define _SEHUB_CHUNK_H

#define SEHUB_CHUNK_SIZE	16384U

void *sehub_chunk_alloc(void);
void *sehub_chunk_get(void);
void sehub_chunk_free(void *chunk);
void sehub_chunk_module_exit(void);

#endif /* _SEHUB_CHUNK_H */
