// SPDX-License-Identifier: GPL-2.0-only
/*
 * Token buckets without a lock. Knows nothing of what is counted.
 */
#include <linux/math64.h>
#include <linux/ktime.h>

#include "meter.h"

#define SEHUB_METER_SHIFT	20
/* Longest burst, more than U32_MAX seconds; twice that is no overflow yet. */
#define SEHUB_METER_BURST_MAX	(U64_MAX / 4)

/**
 * sehub_rate_set() - fill in a rate
 * @rate: the rate
 * @per_second: units in a second, 0 for no limit
 * @burst: units at once
 * @largest: units of the largest thing that passes
 * Context: any.
 */
void sehub_rate_set(struct sehub_rate *rate, u64 per_second, u64 burst,
		    u32 largest)
{
	rate->cost = 0;
	rate->burst = 0;
	rate->most = 0;
	if (!per_second)
		return;
	/* Faster than this is the same as no limit. */
	rate->cost = div64_u64((u64)NSEC_PER_SEC << SEHUB_METER_SHIFT,
			       per_second) ?: 1;
	rate->burst = min(mul_u64_u64_shr(rate->cost, burst,
					  SEHUB_METER_SHIFT),
			  SEHUB_METER_BURST_MAX);
	rate->most = max(rate->burst,
			 mul_u64_u32_shr(rate->cost, largest,
					 SEHUB_METER_SHIFT));
}

/*
 * A meter that is further ahead than this rate allows was so by a slower one,
 * whose time nobody has to wait for: the bucket is empty, and that is all.
 */
static s64 sehub_meter_read(struct sehub_meter *meter,
			    const struct sehub_rate *rate, s64 now)
{
	s64 busy = atomic64_read(&meter->busy);
	s64 empty = now + rate->burst;

	if (likely(busy <= now + (s64)rate->most))
		return busy;
	/* Who was here at the same time has seen to it already. */
	return atomic64_try_cmpxchg(&meter->busy, &busy, empty) ? empty : busy;
}

/**
 * sehub_meter_take() - may something pass?
 * @meter: what has passed
 * @rate: how much may pass
 * @units: size of what wants to pass
 * @spare: leave one half of the bucket for others
 *
 * A bucket that nothing was taken from lets anything pass, so that a frame
 * longer than the burst does not wait for ever.
 *
 * Context: any.
 * Return: true if it may, and was taken from the bucket.
 */
bool sehub_meter_take(struct sehub_meter *meter, const struct sehub_rate *rate,
		      u32 units, bool spare)
{
	s64 cost = mul_u64_u32_shr(rate->cost, units, SEHUB_METER_SHIFT);
	s64 burst = spare ? rate->burst / 2 : rate->burst;
	s64 now = ktime_get_ns();
	s64 busy = sehub_meter_read(meter, rate, now);
	s64 start;

	do {
		start = max(busy, now);
		if (busy > now && start - now + cost > burst)
			return false;
	} while (!atomic64_try_cmpxchg(&meter->busy, &busy, start + cost));
	return true;
}
