/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rates: token buckets without a lock. A meter holds the time at which all
 * that has passed would have been sent at the rate; how far that is ahead of
 * the clock is how much of the bucket is used up (GCRA, ITU-T I.371).
 */
#ifndef _SEHUB_METER_H
#define _SEHUB_METER_H

#include <linux/atomic.h>
#include <linux/types.h>

/**
 * struct sehub_rate - how much may pass
 * @cost: nanoseconds that one unit takes, in 1/2^20; 0: no limit
 * @burst: nanoseconds that what passes at once may take
 * @most: nanoseconds that a meter is ahead of the clock at most
 */
struct sehub_rate {
	u64 cost;
	u64 burst;
	u64 most;
};

/**
 * struct sehub_meter - what has passed
 * @busy: when all of it would be through, CLOCK_MONOTONIC in nanoseconds
 */
struct sehub_meter {
	atomic64_t busy;
};

void sehub_rate_set(struct sehub_rate *rate, u64 per_second, u64 burst,
		    u32 largest);
bool sehub_meter_take(struct sehub_meter *meter, const struct sehub_rate *rate,
		      u32 units, bool spare);

#endif /* _SEHUB_METER_H */
