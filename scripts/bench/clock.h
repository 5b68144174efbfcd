/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time in nanoseconds, and how much of it the processors were not idle. */
#ifndef SEHUB_BENCH_CLOCK_H
#define SEHUB_BENCH_CLOCK_H

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NS_PER_S	1000000000ULL
#define NS_PER_MS	1000000ULL

static inline uint64_t clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static inline void clock_sleep_until(uint64_t ns)
{
	struct timespec ts = { ns / NS_PER_S, ns % NS_PER_S };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL))
		;
}

/* Idle time of all processors, from the only file that has it exactly. */
static inline uint64_t clock_idle(void)
{
	FILE *f = fopen("/proc/timer_list", "r");
	unsigned long long ns;
	uint64_t sum = 0;
	char line[256];
	int found = 0;

	if (!f)
		err(1, "/proc/timer_list");
	while (fgets(line, sizeof(line), f)) {
		char *at = strstr(line, ".idle_sleeptime");

		if (at && sscanf(at, ".idle_sleeptime : %llu", &ns) == 1) {
			sum += ns;
			found = 1;
		}
	}
	fclose(f);
	if (!found)
		errx(1, "no idle time in /proc/timer_list");
	return sum;
}

/* Where there is one processor: how long it has not been idle so far. */
static inline uint64_t clock_busy(void)
{
	uint64_t idle = clock_idle();

	return clock_now() - idle;
}

#endif /* SEHUB_BENCH_CLOCK_H */
