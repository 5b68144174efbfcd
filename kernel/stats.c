// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of ports. Of what passes each CPU counts for itself, with bottom
 * halves off, and readers sum up; what is dropped is counted in one place.
 * Knows nothing of what is counted.
 */
#include "stats.h"

/**
 * sehub_stats_init() - allocate the counters of a port
 * @port: port without counters
 * Context: process. Return: 0 or -ENOMEM.
 */
int sehub_stats_init(struct sehub_port *port)
{
	port->stats = netdev_alloc_pcpu_stats(struct sehub_stats);
	return port->stats ? 0 : -ENOMEM;
}

/**
 * sehub_stats_uninit() - free the counters of a port
 * @port: port that nothing counts on any more
 * Context: any.
 */
void sehub_stats_uninit(struct sehub_port *port)
{
	free_percpu(port->stats);
	port->stats = NULL;
}

/**
 * sehub_stats_add() - add a port's counters to a sum
 * @sum: where to add them
 * @port: the port
 * Context: any.
 */
void sehub_stats_add(struct sehub_totals *sum, const struct sehub_port *port)
{
	struct sehub_totals part;
	unsigned int start;
	int cpu, i;

	for_each_possible_cpu(cpu) {
		struct sehub_stats *stats = per_cpu_ptr(port->stats, cpu);

		do {
			start = u64_stats_fetch_begin(&stats->syncp);
			part.rx_frames = u64_stats_read(&stats->rx_frames);
			part.rx_bytes = u64_stats_read(&stats->rx_bytes);
			part.tx_frames = u64_stats_read(&stats->tx_frames);
			part.tx_bytes = u64_stats_read(&stats->tx_bytes);
		} while (u64_stats_fetch_retry(&stats->syncp, start));

		sum->rx_frames += part.rx_frames;
		sum->rx_bytes += part.rx_bytes;
		sum->tx_frames += part.tx_frames;
		sum->tx_bytes += part.tx_bytes;
	}
	for (i = 0; i < SEHUB_A_DROPS_PAD; i++)
		sum->drops[i] += atomic64_read(&port->drops[i]);
}
