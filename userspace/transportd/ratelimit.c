// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What one source may do before it has logged in: a hash table of bounded
 * size whose entries also hang in a list, longest unseen first.
 */
#include "ratelimit.h"

#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/rand.h>

#define RATELIMIT_NONE		UINT32_MAX

/**
 * struct ratelimit_entry - one source
 * @key: its address, see ratelimit_key()
 * @chain: next of the same hash
 * @older: neighbour in the list by time
 * @newer: neighbour in the list by time
 * @open: logins begun and not ended: such an entry stays
 * @failures: in the window, and those after a refusal
 * @window_ms: start of the window
 * @blocked_ms: refused until then; 0: not
 */
struct ratelimit_entry {
	uint64_t key;
	uint32_t chain;
	uint32_t older;
	uint32_t newer;
	uint32_t open;
	uint32_t failures;
	uint64_t window_ms;
	uint64_t blocked_ms;
};

/**
 * struct ratelimit - the table
 * @settings: limits
 * @seed: of the hash: who chooses addresses must not choose chains
 * @mask: number of hash heads less one
 * @heads: first entry of each hash
 * @entries: room for all
 * @count: sources in the table: the first so many of @entries
 * @oldest: longest unseen
 * @newest: last seen
 */
struct ratelimit {
	struct ratelimit_settings settings;
	uint64_t seed[2];
	uint32_t mask;
	uint32_t *heads;
	struct ratelimit_entry *entries;
	uint32_t count;
	uint32_t oldest;
	uint32_t newest;
};

/*
 * A 64-bit number for a source: an IPv6 /64 as it is; an IPv4 address in a
 * prefix that no network has (100::/32, out of which only 100::/64 is given
 * away, to be discarded). This host is 127.0.0.1.
 * Return: false if the source is not limited.
 */
static bool ratelimit_key(const struct sockaddr *addr, uint64_t *key)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	uint64_t prefix;
	uint32_t v4;

	if (addr->sa_family == AF_INET) {
		v4 = ntohl(in->sin_addr.s_addr);
	} else if (addr->sa_family != AF_INET6) {
		return false;
	} else if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		memcpy(&v4, &in6->sin6_addr.s6_addr[12], sizeof(v4));
		v4 = ntohl(v4);
	} else if (IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr)) {
		v4 = INADDR_LOOPBACK;
	} else {
		memcpy(&prefix, in6->sin6_addr.s6_addr, sizeof(prefix));
		*key = be64toh(prefix);
		return true;
	}
	if (v4 >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET)
		v4 = INADDR_LOOPBACK;
	*key = 0x0100000000000000ULL | v4;
	return true;
}

bool ratelimit_is_same_source(const struct sockaddr *a,
			      const struct sockaddr *b)
{
	uint64_t key_a, key_b;

	return ratelimit_key(a, &key_a) && ratelimit_key(b, &key_b) &&
	       key_a == key_b;
}

/* Keyed multiply-and-fold of a 64-bit number. */
static uint32_t ratelimit_hash(const struct ratelimit *limit, uint64_t key)
{
	unsigned __int128 product;

	product = (unsigned __int128)(key ^ limit->seed[0]) * limit->seed[1];
	key = (uint64_t)product ^ (uint64_t)(product >> 64);
	product = (unsigned __int128)(key ^ limit->seed[1]) *
		  (limit->seed[0] | 1);
	return ((uint32_t)product ^ (uint32_t)(product >> 64)) & limit->mask;
}

struct ratelimit *ratelimit_new(const struct ratelimit_settings *settings)
{
	struct ratelimit *limit = calloc(1, sizeof(*limit));
	uint32_t heads = 16;

	if (!limit)
		return NULL;
	while (heads < settings->entries_max && heads < 1U << 30)
		heads <<= 1;
	limit->settings = *settings;
	limit->mask = heads - 1;
	limit->oldest = RATELIMIT_NONE;
	limit->newest = RATELIMIT_NONE;
	limit->heads = malloc(heads * sizeof(*limit->heads));
	limit->entries = calloc(settings->entries_max,
				sizeof(*limit->entries));
	if (!limit->heads || !limit->entries ||
	    RAND_bytes((unsigned char *)limit->seed,
		       sizeof(limit->seed)) != 1) {
		ratelimit_free(limit);
		return NULL;
	}
	limit->seed[1] |= 1;
	memset(limit->heads, 0xff, heads * sizeof(*limit->heads));
	return limit;
}

void ratelimit_free(struct ratelimit *limit)
{
	if (!limit)
		return;
	free(limit->heads);
	free(limit->entries);
	free(limit);
}

static void ratelimit_unlink(struct ratelimit *limit, uint32_t at)
{
	struct ratelimit_entry *entry = &limit->entries[at];

	if (entry->older == RATELIMIT_NONE)
		limit->oldest = entry->newer;
	else
		limit->entries[entry->older].newer = entry->newer;
	if (entry->newer == RATELIMIT_NONE)
		limit->newest = entry->older;
	else
		limit->entries[entry->newer].older = entry->older;
}

static void ratelimit_link_newest(struct ratelimit *limit, uint32_t at)
{
	struct ratelimit_entry *entry = &limit->entries[at];

	entry->newer = RATELIMIT_NONE;
	entry->older = limit->newest;
	if (limit->newest == RATELIMIT_NONE)
		limit->oldest = at;
	else
		limit->entries[limit->newest].newer = at;
	limit->newest = at;
}

static uint32_t ratelimit_find(const struct ratelimit *limit, uint64_t key)
{
	uint32_t at = limit->heads[ratelimit_hash(limit, key)];

	while (at != RATELIMIT_NONE && limit->entries[at].key != key)
		at = limit->entries[at].chain;
	return at;
}

static void ratelimit_unhash(struct ratelimit *limit, uint32_t at)
{
	uint64_t key = limit->entries[at].key;
	uint32_t *link = &limit->heads[ratelimit_hash(limit, key)];

	while (*link != at)
		link = &limit->entries[*link].chain;
	*link = limit->entries[at].chain;
}

/* An entry to use: a new one, or the longest unseen that has nothing open. */
static uint32_t ratelimit_take(struct ratelimit *limit)
{
	uint32_t at;

	if (limit->count < limit->settings.entries_max)
		return limit->count++;
	for (at = limit->oldest; at != RATELIMIT_NONE;
	     at = limit->entries[at].newer)
		if (!limit->entries[at].open)
			break;
	if (at == RATELIMIT_NONE)
		return at;
	ratelimit_unhash(limit, at);
	ratelimit_unlink(limit, at);
	return at;
}

static struct ratelimit_entry *ratelimit_get(struct ratelimit *limit,
					     uint64_t key)
{
	struct ratelimit_entry *entry;
	uint32_t at = ratelimit_find(limit, key), *head;

	if (at != RATELIMIT_NONE) {
		ratelimit_unlink(limit, at);
		ratelimit_link_newest(limit, at);
		return &limit->entries[at];
	}
	at = ratelimit_take(limit);
	if (at == RATELIMIT_NONE)
		return NULL;
	entry = &limit->entries[at];
	memset(entry, 0, sizeof(*entry));
	entry->key = key;
	head = &limit->heads[ratelimit_hash(limit, key)];
	entry->chain = *head;
	*head = at;
	ratelimit_link_newest(limit, at);
	return entry;
}

int ratelimit_begin(struct ratelimit *limit, const struct sockaddr *addr,
		    uint64_t now_ms, uint64_t *wait_ms)
{
	struct ratelimit_entry *entry;
	uint64_t key;

	if (!ratelimit_key(addr, &key))
		return 0;
	entry = ratelimit_get(limit, key);
	if (!entry)
		return -EMFILE;
	if (now_ms < entry->blocked_ms) {
		if (wait_ms)
			*wait_ms = entry->blocked_ms - now_ms;
		return -EAGAIN;
	}
	if (entry->open >= limit->settings.concurrent_max)
		return -EMFILE;
	entry->open++;
	return 0;
}

/* Twice as long for each failure beyond the limit. */
static uint64_t ratelimit_block_ms(uint32_t excess)
{
	uint64_t block = RATELIMIT_BLOCK_MS;

	while (--excess && block < RATELIMIT_BLOCK_MAX_MS)
		block *= 2;
	return block < RATELIMIT_BLOCK_MAX_MS ? block : RATELIMIT_BLOCK_MAX_MS;
}

static void ratelimit_fail(const struct ratelimit *limit,
			   struct ratelimit_entry *entry, uint64_t now_ms)
{
	const struct ratelimit_settings *settings = &limit->settings;
	uint64_t quiet_since = entry->window_ms;

	/* a time of refusal is no time of good behaviour */
	if (entry->blocked_ms > quiet_since)
		quiet_since = entry->blocked_ms;
	if (!entry->failures ||
	    (now_ms > quiet_since &&
	     now_ms - quiet_since >= settings->window_ms)) {
		entry->failures = 0;
		entry->window_ms = now_ms;
		entry->blocked_ms = 0;
	}
	if (entry->failures < UINT32_MAX)
		entry->failures++;
	if (entry->failures > settings->failures_max)
		entry->blocked_ms = now_ms +
			ratelimit_block_ms(entry->failures -
					   settings->failures_max);
}

void ratelimit_end(struct ratelimit *limit, const struct sockaddr *addr,
		   uint64_t now_ms, bool failed)
{
	uint64_t key;
	uint32_t at;

	if (!ratelimit_key(addr, &key))
		return;
	/* it is there: entries with a login open are not given away */
	at = ratelimit_find(limit, key);
	if (at == RATELIMIT_NONE || !limit->entries[at].open)
		return;
	limit->entries[at].open--;
	if (failed)
		ratelimit_fail(limit, &limit->entries[at], now_ms);
}

bool ratelimit_is_blocked(const struct ratelimit *limit,
			  const struct sockaddr *addr, uint64_t now_ms)
{
	uint64_t key;
	uint32_t at;

	if (!ratelimit_key(addr, &key))
		return false;
	at = ratelimit_find(limit, key);
	return at != RATELIMIT_NONE && now_ms < limit->entries[at].blocked_ms;
}

uint32_t ratelimit_count(const struct ratelimit *limit)
{
	return limit->count;
}
