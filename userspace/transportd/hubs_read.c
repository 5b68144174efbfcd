// SPDX-License-Identifier: GPL-2.0-or-later
/* Hubs as the kernel has them: see hubs_read(). */
#include "hubs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fdb.h"
#include "lib/hub.h"
#include "lib/port.h"

#define REQUEST_MS	2000

/**
 * struct reading - a hub that is read
 * @hub: where it goes
 * @numbers: of the ports in @hub, in the same order
 * @left_out: addresses of other ports
 */
struct reading {
	struct store_hub *hub;
	uint32_t numbers[SEHUB_PORT_MAX_MAX + 1];
	unsigned int left_out;
};

static int read_port(const struct sehub_port *port, void *arg)
{
	struct reading *reading = arg;
	char words[SEHUB_POLICY_STRLEN];
	struct store_hub_port *p;

	sehub_policy_format(&port->policy, words);
	if (port->kind == SEHUB_PORT_KIND_SESSION ||
	    (port->kind == SEHUB_PORT_KIND_LOCAL && !strcmp(words, "none")))
		return 0;
	p = store_hub_add_port(reading->hub);
	if (!p)
		return -ENOMEM;
	reading->numbers[reading->hub->n_ports - 1] = port->number;
	if (port->kind == SEHUB_PORT_KIND_DEVICE)
		snprintf(p->device, sizeof(p->device), "%.*s", IFNAMSIZ - 1,
			 port->name);
	if (strcmp(words, "none"))
		strcpy(p->policy, words);
	return 0;
}

static int read_mac(const struct sehub_fdb *fdb, void *arg)
{
	struct reading *reading = arg;
	struct store_hub *hub = reading->hub;
	struct store_hub_mac *mac;
	size_t i = 0;

	if (fdb->kind != SEHUB_FDB_KIND_STATIC)
		return 0;
	while (i < hub->n_ports && reading->numbers[i] != fdb->port)
		i++;
	if (i == hub->n_ports && fdb->port) {
		reading->left_out++;
		return 0;
	}
	mac = store_hub_add_mac(hub);
	if (!mac)
		return -ENOMEM;
	memcpy(mac->mac, fdb->mac, sizeof(mac->mac));
	if (fdb->port)
		strcpy(mac->device, hub->ports[i].device);
	return 0;
}

static void read_settings(const struct sehub_hub *from, struct store_hub *hub)
{
	hub->vlan = from->vlan;
	strcpy(hub->device, from->ifname);
	memcpy(hub->mac, from->mac, sizeof(hub->mac));
	hub->up = from->up;
	hub->ageing = from->ageing;
	hub->fdb_max = from->fdb_max;
	hub->port_max = from->port_max;
	hub->ip_ageing = from->ip_ageing;
	hub->ip_max = from->ip_max;
	hub->suppress = from->suppress;
	hub->broadcast_rate = from->broadcast_rate;
}

int hubs_read(uint16_t vlan, struct store_hub *hub, unsigned int *left_out,
	      struct sehub_err *err)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	struct sehub_nl *nl = NULL;
	struct sehub_hub from;
	int ret;

	memset(hub, 0, sizeof(*hub));
	if (!reading)
		return sehub_err_errno(err, ENOMEM, "cannot read the hub");
	reading->hub = hub;
	ret = sehub_nl_open(&nl, err);
	if (!ret) {
		sehub_nl_set_timeout(nl, REQUEST_MS);
		ret = sehub_hub_get_vlan(nl, vlan, &from, err);
	}
	if (ret == -ENODEV)
		sehub_err_set(err, ENODEV, "there is no hub %u", vlan);
	if (!ret) {
		read_settings(&from, hub);
		ret = sehub_port_list(nl, from.ifindex, read_port, reading,
				      err);
	}
	if (!ret)
		ret = sehub_fdb_list(nl, from.ifindex, SEHUB_FDB_ANY_PORT,
				     read_mac, reading, err);
	if (ret == -ENOMEM)
		sehub_err_errno(err, ENOMEM, "cannot read the hub");
	*left_out = reading->left_out;
	free(reading);
	sehub_nl_close(nl);
	if (ret)
		store_hub_free(hub);
	return ret;
}
