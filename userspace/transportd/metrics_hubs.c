// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hubs of sehub.ko, and the bridges that stand for hubs. The samples of a
 * family stand together, so all hubs are read first. What passed through a
 * bridge is the sum over the devices in it, which shrinks when one leaves: no
 * counter, and so it has no series.
 */
#include "metrics.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon.h"
#include "kernel.h"
#include "metrics_text.h"

/**
 * struct hub_figures - hubs as they were read
 * @hubs: array, with bridges after hubs
 * @bridges: where bridges begin in it
 * @count: how many
 * @size: how many fit
 */
struct hub_figures {
	struct sehub_hub *hubs;
	size_t bridges;
	size_t count;
	size_t size;
};

static int take_hub(const struct sehub_hub *hub, void *arg)
{
	struct hub_figures *all = arg;
	size_t size = all->size ? 2 * all->size : 16;
	struct sehub_hub *grown;

	if (all->count == all->size) {
		grown = realloc(all->hubs, size * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		all->hubs = grown;
		all->size = size;
	}
	all->hubs[all->count++] = *hub;
	return 0;
}

/* A family with one sample of each hub, or of each that is no bridge. */
#define ADD(text, all, n, name, type, unit, suffix, help, member)	      \
	do {								      \
		metrics_family(text, name, type, unit, help);		      \
		for (size_t i_ = 0; i_ < (n); i_++)			      \
			add_hub(text, suffix, &(all)->hubs[i_],		      \
				(all)->hubs[i_].member);		      \
	} while (0)

static const char *hub_number(const struct sehub_hub *hub, char number[8])
{
	number[0] = '\0';
	if (hub->vlan)
		snprintf(number, 8, "%u", hub->vlan);
	return number;
}

/* A card, which has no number, has an empty one. */
static void add_hub(struct metrics_text *text, const char *suffix,
		    const struct sehub_hub *hub, uint64_t value)
{
	char number[8];

	metrics_value(text, suffix, value, "vlan", hub_number(hub, number),
		      "device", hub->ifname, NULL);
}

/* A reason for which nothing was dropped yet has no series. */
static void add_drops(struct metrics_text *text, const struct sehub_hub *hub)
{
	char number[8];

	for (unsigned int i = 1; i <= SEHUB_A_DROPS_MAX; i++)
		if (sehub_drops_name(i) && hub->drops.count[i])
			metrics_value(text, "_total", hub->drops.count[i],
				      "vlan", hub_number(hub, number),
				      "device", hub->ifname,
				      "reason", sehub_drops_name(i), NULL);
}

/* What a bridge does not know, or not in a way that never shrinks. */
static void add_own(struct metrics_text *text, const struct hub_figures *all)
{
	size_t n = all->bridges;

	ADD(text, all, n, "sehub_hub_receive_frames", "counter", NULL,
	    "_total", "Frames that entered the hub.", rx_frames);
	ADD(text, all, n, "sehub_hub_receive_bytes", "counter", "bytes",
	    "_total", "Bytes of these.", rx_bytes);
	ADD(text, all, n, "sehub_hub_transmit_frames", "counter", NULL,
	    "_total", "Frames that left the hub, once for each port.",
	    tx_frames);
	ADD(text, all, n, "sehub_hub_transmit_bytes", "counter", "bytes",
	    "_total", "Bytes of these.", tx_bytes);
	ADD(text, all, n, "sehub_hub_ips", "gauge", NULL, "",
	    "IP addresses that the hub knows.", ip_count);
	ADD(text, all, n, "sehub_hub_macs_not_learned", "counter", NULL,
	    "_total", "Source addresses for which the table had no room.",
	    not_learned);
	ADD(text, all, n, "sehub_hub_mac_moves", "counter", NULL, "_total",
	    "Addresses seen on another port than before.", moves);
	ADD(text, all, n, "sehub_hub_ips_not_learned", "counter", NULL,
	    "_total", "IP addresses for which the table had no room.",
	    ip_not_learned);
	ADD(text, all, n, "sehub_hub_suppressed", "counter", NULL, "_total",
	    "Requests for addresses that the hub answered itself.",
	    suppressed);
	ADD(text, all, n, "sehub_hub_logged_frames", "counter", NULL, "_total",
	    "Frames of the packet log.", log_count);
	metrics_family(text, "sehub_hub_dropped_frames", "counter", NULL,
		       "Frames that the hub dropped, by reason, see sehub(7).");
	for (size_t i = 0; i < n; i++)
		add_drops(text, &all->hubs[i]);
}

void metrics_add_hubs(struct metrics_text *text, struct daemon *d)
{
	struct hub_figures all = { .count = 0 };
	size_t n;

	/* what cannot be had has no series */
	if (kernel_list_hubs(d->kernel, take_hub, &all, NULL))
		all.count = 0;
	all.bridges = all.count;
	if (kernel_list_bridges(d->kernel, take_hub, &all, NULL))
		all.count = all.bridges;
	n = all.count;
	ADD(text, &all, n, "sehub_hub_ports", "gauge", NULL, "",
	    "Ports of the hub, the local one not among them.", port_count);
	ADD(text, &all, n, "sehub_hub_macs", "gauge", NULL, "",
	    "MAC addresses that the hub knows.", fdb_count);
	add_own(text, &all);
	free(all.hubs);
}
