// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of egress queues and of long frames. A chunk is a compound page, so
 * that a socket buffer can hold a reference to a part of it. Some are kept on
 * each CPU and used again: kernels that clear each page they give out spend
 * more on that than on the copying. A CPU's own chunks are used with bottom
 * halves off.
 */
#include <linux/bottom_half.h>
#include <linux/mm.h>
#include <linux/percpu.h>

#include "chunk.h"

#define SEHUB_CHUNK_ORDER	get_order(SEHUB_CHUNK_SIZE)
/* Free chunks that a CPU keeps, 512 KiB. */
#define SEHUB_CHUNK_CACHE	32
/* Chunks given to buffers that a CPU looks at again, 1 MiB. */
#define SEHUB_CHUNK_RING	64

/**
 * struct sehub_chunk_cache - chunks of one CPU
 * @count: number of @chunks
 * @chunks: free, referred to by nobody else
 * @next: the one of @ring that was given away first
 * @ring: given to buffers and perhaps free again, with a reference of ours
 */
struct sehub_chunk_cache {
	unsigned int count;
	void *chunks[SEHUB_CHUNK_CACHE];
	unsigned int next;
	void *ring[SEHUB_CHUNK_RING];
};

static DEFINE_PER_CPU(struct sehub_chunk_cache, sehub_chunk_cache);

static void *sehub_chunk_new(void)
{
	struct page *page;

	page = alloc_pages(GFP_ATOMIC | __GFP_NOWARN | __GFP_COMP,
			   SEHUB_CHUNK_ORDER);
	return page ? page_address(page) : NULL;
}

/**
 * sehub_chunk_alloc() - get a chunk
 * Context: any. Return: %SEHUB_CHUNK_SIZE bytes of any content, or NULL.
 */
void *sehub_chunk_alloc(void)
{
	struct sehub_chunk_cache *cache;
	void *chunk = NULL;

	local_bh_disable();
	cache = this_cpu_ptr(&sehub_chunk_cache);
	if (cache->count)
		chunk = cache->chunks[--cache->count];
	local_bh_enable();
	return chunk ?: sehub_chunk_new();
}

/**
 * sehub_chunk_get() - get a chunk for a socket buffer
 *
 * Whoever frees the buffer gives the reference back by put_page(); we keep one
 * of our own and give the chunk out again when it is the only one.
 *
 * Context: bottom halves off.
 * Return: %SEHUB_CHUNK_SIZE bytes of any content, or NULL.
 */
void *sehub_chunk_get(void)
{
	struct sehub_chunk_cache *cache = this_cpu_ptr(&sehub_chunk_cache);
	void **slot = &cache->ring[cache->next];

	if (*slot && page_ref_count(virt_to_page(*slot)) != 1) {
		put_page(virt_to_page(*slot));
		*slot = NULL;
	}
	if (!*slot)
		*slot = sehub_chunk_new();
	if (!*slot)
		return NULL;
	cache->next = (cache->next + 1) % SEHUB_CHUNK_RING;
	get_page(virt_to_page(*slot));
	return *slot;
}

/**
 * sehub_chunk_free() - give a chunk back
 * @chunk: from sehub_chunk_alloc(). Buffers may still refer to it; it is then
 *	theirs alone
 * Context: any.
 */
void sehub_chunk_free(void *chunk)
{
	struct page *page = virt_to_page(chunk);
	struct sehub_chunk_cache *cache;
	bool kept = false;

	local_bh_disable();
	cache = this_cpu_ptr(&sehub_chunk_cache);
	if (cache->count < SEHUB_CHUNK_CACHE && page_ref_count(page) == 1) {
		cache->chunks[cache->count++] = chunk;
		kept = true;
	}
	local_bh_enable();
	if (!kept)
		put_page(page);
}

/**
 * sehub_chunk_module_exit() - free what the CPUs keep
 * Context: process; there are no queues any more.
 */
void sehub_chunk_module_exit(void)
{
	struct sehub_chunk_cache *cache;
	int cpu, i;

	for_each_possible_cpu(cpu) {
		cache = per_cpu_ptr(&sehub_chunk_cache, cpu);
		while (cache->count)
			put_page(virt_to_page(cache->chunks[--cache->count]));
		for (i = 0; i < SEHUB_CHUNK_RING; i++)
			if (cache->ring[i])
				put_page(virt_to_page(cache->ring[i]));
	}
}
