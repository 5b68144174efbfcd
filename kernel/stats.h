/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of ports: one writer per CPU, summed up by readers. */
#ifndef _SEHUB_STATS_H
#define _SEHUB_STATS_H

#include "core.h"

/* All writers run with bottom halves off. */
static inline void sehub_stats_rx(struct sehub_port *port, u32 len)
{
	struct sehub_stats *stats = this_cpu_ptr(port->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->rx_frames);
	u64_stats_add(&stats->rx_bytes, len);
	u64_stats_update_end(&stats->syncp);
}

static inline void sehub_stats_tx(struct sehub_port *port, u32 len)
{
	struct sehub_stats *stats = this_cpu_ptr(port->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->tx_frames);
	u64_stats_add(&stats->tx_bytes, len);
	u64_stats_update_end(&stats->syncp);
}

static inline void sehub_stats_drop(struct sehub_port *port, int reason)
{
	atomic64_inc(&port->drops[reason]);
}

int sehub_stats_init(struct sehub_port *port);
void sehub_stats_uninit(struct sehub_port *port);
void sehub_stats_add(struct sehub_totals *sum, const struct sehub_port *port);

#endif /* _SEHUB_STATS_H */
