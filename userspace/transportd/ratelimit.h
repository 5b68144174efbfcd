/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one source may do before it has logged in: how many connections at a
 * time, and how many failed logins in a window before its connections are
 * refused for a time that doubles with each further failure. A source is an
 * IPv4 address (also when mapped into IPv6) or an IPv6 /64; this host is one,
 * by whichever of its loopback addresses, as any user of it has them all. Time
 * is given by the caller: monotonic milliseconds. No lock: main thread only.
 *
 * The table is bounded; when it is full the source longest unseen, with no
 * connection open, makes room. Keys are hashed with a random secret.
 *
 *	if (ratelimit_begin(limit, addr, now, &wait))
 *		close the connection at once;
 *	...
 *	ratelimit_end(limit, addr, now, failed);
 */
#ifndef SEHUB_TRANSPORTD_RATELIMIT_H
#define SEHUB_TRANSPORTD_RATELIMIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct ratelimit;

/* How long a source is refused: first time, and longest. */
#define RATELIMIT_BLOCK_MS	2000
#define RATELIMIT_BLOCK_MAX_MS	300000

/**
 * struct ratelimit_settings - limits
 * @failures_max: failures in a window that are let pass, >= 1
 * @window_ms: the window, >= 1
 * @concurrent_max: logins at a time from one source, >= 1
 * @entries_max: sources remembered, >= 1; more than the logins that the
 *	daemon lets be open in all
 */
struct ratelimit_settings {
	uint32_t failures_max;
	uint32_t window_ms;
	uint32_t concurrent_max;
	uint32_t entries_max;
};

#define RATELIMIT_ENTRIES	16384

/* NULL without memory or random bytes. */
struct ratelimit *ratelimit_new(const struct ratelimit_settings *settings);
void ratelimit_free(struct ratelimit *limit);

/**
 * ratelimit_begin() - a connection came in
 * @limit: the table
 * @addr: where from; other families than IPv4 and IPv6 are not limited
 * @now_ms: monotonic
 * @wait_ms: on -EAGAIN, for how long the source will be refused; may be NULL
 *
 * Return: 0: go on, and call ratelimit_end() once; -EAGAIN: refused for its
 * failures; -EMFILE: too many logins open from there. After a refusal there is
 * no ratelimit_end().
 */
int ratelimit_begin(struct ratelimit *limit, const struct sockaddr *addr,
		    uint64_t now_ms, uint64_t *wait_ms);

/**
 * ratelimit_end() - the login of a connection is over
 * @failed: the peer is to blame: wrong password, malformed record, timeout,
 *	an end after a long silence. A TLS handshake cut short at once is no
 *	failure: scanners and health checks do that
 *
 * A success does not forgive failures: it would be a way to reset the count.
 */
void ratelimit_end(struct ratelimit *limit, const struct sockaddr *addr,
		   uint64_t now_ms, bool failed);

/* Is the source refused for its failures now? */
bool ratelimit_is_blocked(const struct ratelimit *limit,
			  const struct sockaddr *addr, uint64_t now_ms);

/* Are both the same source? One that is not limited is none. */
bool ratelimit_is_same_source(const struct sockaddr *a,
			      const struct sockaddr *b);

/* Sources remembered now. */
uint32_t ratelimit_count(const struct ratelimit *limit);

#endif /* SEHUB_TRANSPORTD_RATELIMIT_H */
