// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes hubs that last where they are not there: see hubs.h. Of each device port
 * is known which device was seen last, so that one that comes, or comes anew, is
 * attached once, and one that somebody has released stays so.
 */
#include "hubs.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fdb.h"
#include "lib/hub.h"
#include "lib/port.h"
#include "lib/tapdev.h"
#include "log.h"

#define REQUEST_MS	2000

/**
 * struct hub_device - a device that is a port of a hub that is saved
 * @vlan: number of the hub
 * @device: its name
 * @seen: interface index when it was looked for last, 0: it was not there
 */
struct hub_device {
	uint16_t vlan;
	char device[IFNAMSIZ];
	unsigned int seen;
};

struct hubs {
	struct daemon *d;
	struct hub_device *devices;
	size_t count;
};

/* A walk through what is saved. */
struct restoring {
	struct hubs *hs;
	struct sehub_nl *nl;
};

struct hubs *hubs_new(struct daemon *d)
{
	struct hubs *hs = calloc(1, sizeof(*hs));

	if (hs)
		hs->d = d;
	return hs;
}

void hubs_free(struct hubs *hs)
{
	if (hs)
		free(hs->devices);
	free(hs);
}

/* --- devices --------------------------------------------------------------- */

static void forget_devices(struct hubs *hs)
{
	free(hs->devices);
	hs->devices = NULL;
	hs->count = 0;
}

/* @is_there: one that is there now has been dealt with. */
static void watch_devices(struct hubs *hs, const struct store_hub *hub,
			  bool is_there)
{
	struct hub_device *grown;

	for (size_t i = 0; i < hub->n_ports; i++) {
		if (!hub->ports[i].device[0])
			continue;
		grown = realloc(hs->devices, (hs->count + 1) * sizeof(*grown));
		if (!grown) {
			log_error("hub-restore vlan=%u error=\"out of memory\"",
				  hub->vlan);
			return;
		}
		hs->devices = grown;
		grown += hs->count++;
		grown->vlan = hub->vlan;
		strcpy(grown->device, hub->ports[i].device);
		grown->seen = is_there ? if_nametoindex(grown->device) : 0;
	}
}

static void log_port(uint16_t vlan, const char *device, const char *error)
{
	log_warn("hub-port vlan=%u device=%s error=%s", vlan, device,
		 LOG_QUOTED(error));
}

/* What is saved of a port onto the one that is there, with its addresses. */
static int set_up_port(struct sehub_nl *nl, uint32_t ifindex,
		       const struct store_hub *hub,
		       const struct store_hub_port *saved,
		       struct sehub_err *err)
{
	struct sehub_port_ref ref = {
		.hub_ifindex = ifindex,
		.name = saved->device[0] ? saved->device : NULL,
	};
	struct sehub_policy policy = { .flags = 0 };
	struct sehub_port_config config = {
		.set = SEHUB_PORT_POLICY, .policy = &policy,
	};
	struct sehub_port port;
	int ret = 0;

	if (saved->policy[0])
		ret = sehub_policy_parse(saved->policy, &policy, err);
	if (!ret && saved->policy[0])
		ret = sehub_port_set(nl, &ref, &config, err);
	if (!ret)
		ret = sehub_port_get(nl, &ref, &port, err);
	for (size_t i = 0; !ret && i < hub->n_macs; i++)
		if (!strcmp(hub->macs[i].device, saved->device))
			ret = sehub_fdb_add(nl, ifindex, hub->macs[i].mac,
					    port.number, err);
	return ret;
}

/* One that has come: unless it is somebody else's already. */
static int attach(struct sehub_nl *nl, const struct store_hub *hub,
		  const struct store_hub_port *saved, unsigned int device,
		  struct sehub_err *err)
{
	struct sehub_hub now;
	uint32_t master;
	int ret;

	ret = sehub_hub_get_vlan(nl, hub->vlan, &now, err);
	if (!ret)
		ret = sehub_tap_master(nl, device, &master, err);
	if (!ret && master == now.ifindex)
		return 0;
	if (!ret && master)
		ret = sehub_err_set(err, EBUSY,
				    "it is a port of something else, and is left there");
	if (!ret)
		ret = sehub_port_add_device(nl, now.ifindex, device, err);
	if (!ret)
		ret = set_up_port(nl, now.ifindex, hub, saved, err);
	if (!ret)
		log_info("hub-port vlan=%u device=%s", hub->vlan,
			 saved->device);
	return ret;
}

static void attach_saved(struct hubs *hs, struct sehub_nl *nl,
			 const struct hub_device *device)
{
	struct store_error error;
	struct store_hub hub;
	struct sehub_err err;

	if (store_hub_get(hs->d->store, device->vlan, &hub, &error)) {
		log_port(device->vlan, device->device, error.text);
		return;
	}
	for (size_t i = 0; i < hub.n_ports; i++)
		if (!strcmp(hub.ports[i].device, device->device) &&
		    attach(nl, &hub, &hub.ports[i], device->seen, &err))
			log_port(hub.vlan, device->device, err.text);
	store_hub_free(&hub);
}

void hubs_network_changed(struct hubs *hs, uint32_t ifindex)
{
	char name[IFNAMSIZ] = "";
	struct sehub_nl *nl = NULL;
	struct sehub_err err;

	if (hs->count && ifindex)
		if_indextoname(ifindex, name);
	for (size_t i = 0; i < hs->count; i++) {
		struct hub_device *device = &hs->devices[i];
		unsigned int now;

		if (ifindex && device->seen != ifindex &&
		    strcmp(device->device, name))
			continue;
		now = if_nametoindex(device->device);
		if (now == device->seen)
			continue;
		device->seen = now;
		if (!now)
			continue;
		if (!nl && sehub_nl_open(&nl, &err)) {
			log_port(device->vlan, device->device, err.text);
			return;
		}
		sehub_nl_set_timeout(nl, REQUEST_MS);
		attach_saved(hs, nl, device);
	}
	sehub_nl_close(nl);
}

/* --- hubs ------------------------------------------------------------------ */

/* Its packet log is kept, and set, by another part: see logs.h. */
static void configure(const struct store_hub *hub,
		      struct sehub_hub_config *config)
{
	static const uint8_t none[6];

	*config = (struct sehub_hub_config){
		.set = SEHUB_HUB_VLAN | SEHUB_HUB_AGEING | SEHUB_HUB_FDB_MAX |
		       SEHUB_HUB_PORT_MAX | SEHUB_HUB_IP_AGEING |
		       SEHUB_HUB_IP_MAX | SEHUB_HUB_SUPPRESS |
		       SEHUB_HUB_BROADCAST_RATE,
		.vlan = hub->vlan, .ageing = hub->ageing,
		.fdb_max = hub->fdb_max, .port_max = hub->port_max,
		.ip_ageing = hub->ip_ageing, .ip_max = hub->ip_max,
		.suppress = hub->suppress,
		.broadcast_rate = hub->broadcast_rate,
	};
	if (memcmp(hub->mac, none, sizeof(none))) {
		config->set |= SEHUB_HUB_MAC;
		memcpy(config->mac, hub->mac, sizeof(hub->mac));
	}
}

static int make(struct sehub_nl *nl, const struct store_hub *hub,
		struct sehub_err *err)
{
	static const struct store_hub_port local;
	const struct store_hub_port *own = &local;
	struct sehub_hub_config config;
	uint32_t ifindex;
	int ret;

	configure(hub, &config);
	ret = sehub_hub_add(nl, hub->device, &config, &ifindex, err);
	if (!ret && !hub->up)
		ret = sehub_hub_set_up(nl, ifindex, false, err);
	for (size_t i = 0; i < hub->n_ports; i++)
		if (!hub->ports[i].device[0])
			own = &hub->ports[i];
	if (!ret)
		ret = set_up_port(nl, ifindex, hub, own, err);
	if (!ret)
		log_info("hub-restore vlan=%u device=%s", hub->vlan,
			 hub->device);
	return ret;
}

static bool has_port(const struct store_hub *hub,
		     const struct store_hub_port *port)
{
	for (size_t i = 0; i < hub->n_ports; i++)
		if (!strcmp(hub->ports[i].device, port->device))
			return !strcmp(hub->ports[i].policy, port->policy);
	/* a local port without a policy need not be there */
	return !port->device[0] && !port->policy[0];
}

static bool has_mac(const struct store_hub *hub,
		    const struct store_hub_mac *mac)
{
	for (size_t i = 0; i < hub->n_macs; i++)
		if (!memcmp(hub->macs[i].mac, mac->mac, sizeof(mac->mac)))
			return !strcmp(hub->macs[i].device, mac->device);
	return false;
}

/* The first thing in which one of them has not what the other has. */
static const char *find_difference(const struct store_hub *saved,
				   const struct store_hub *now)
{
	if (strcmp(saved->device, now->device))
		return "name of the device";
	if (saved->up != now->up)
		return "state of the device";
	if (saved->ageing != now->ageing || saved->fdb_max != now->fdb_max ||
	    saved->port_max != now->port_max ||
	    saved->ip_ageing != now->ip_ageing ||
	    saved->ip_max != now->ip_max ||
	    saved->suppress != now->suppress ||
	    saved->broadcast_rate != now->broadcast_rate)
		return "settings";
	for (size_t i = 0; i < saved->n_ports; i++)
		if (!has_port(now, &saved->ports[i]))
			return "ports";
	for (size_t i = 0; i < now->n_ports; i++)
		if (!has_port(saved, &now->ports[i]))
			return "ports";
	for (size_t i = 0; i < saved->n_macs; i++)
		if (!has_mac(now, &saved->macs[i]))
			return "static addresses";
	return saved->n_macs == now->n_macs ? NULL : "static addresses";
}

/* It is there: what runs is what holds. */
static void compare(const struct store_hub *hub)
{
	unsigned int left_out;
	struct store_hub now;
	struct sehub_err err;
	const char *what;

	if (hubs_read(hub->vlan, &now, &left_out, &err)) {
		log_warn("hub-restore vlan=%u error=%s", hub->vlan,
			 LOG_QUOTED(err.text));
		return;
	}
	what = find_difference(hub, &now);
	if (what)
		log_warn("hub-differs vlan=%u what=\"%s\" effect=\"it is left as it is; sehubctl hub save %u saves it so\"",
			 hub->vlan, what, hub->vlan);
	store_hub_free(&now);
}

static int restore(void *arg, const struct store_hub *hub)
{
	struct restoring *r = arg;
	struct sehub_hub now;
	struct sehub_err err;
	bool is_there;

	is_there = !sehub_hub_get_vlan(r->nl, hub->vlan, &now, &err);
	if (is_there)
		compare(hub);
	else if (make(r->nl, hub, &err))
		log_error("hub-restore vlan=%u error=%s", hub->vlan,
			  LOG_QUOTED(err.text));
	watch_devices(r->hs, hub, is_there);
	return 0;
}

static int count_hub(void *arg, const struct store_hub *hub)
{
	(void)hub;
	(*(unsigned int *)arg)++;
	return 0;
}

void hubs_restore(struct hubs *hs)
{
	struct restoring r = { .hs = hs };
	struct store_error error;
	unsigned int count = 0;
	struct sehub_err err;
	int ret;

	forget_devices(hs);
	ret = store_hub_list(hs->d->store, count_hub, &count, &error);
	if (!ret && count && sehub_nl_open(&r.nl, &err)) {
		log_warn("hub-restore hubs=%u error=%s", count,
			 LOG_QUOTED(err.text));
		return;
	}
	if (!ret && count) {
		sehub_nl_set_timeout(r.nl, REQUEST_MS);
		ret = store_hub_list(hs->d->store, restore, &r, &error);
	}
	if (ret)
		log_error("hub-restore error=%s", LOG_QUOTED(error.text));
	sehub_nl_close(r.nl);
	hubs_network_changed(hs, 0);
}

static int watch(void *arg, const struct store_hub *hub)
{
	watch_devices(arg, hub, true);
	return 0;
}

void hubs_reload(struct hubs *hs)
{
	struct store_error error;

	forget_devices(hs);
	if (store_hub_list(hs->d->store, watch, hs, &error))
		log_error("hub-restore error=%s", LOG_QUOTED(error.text));
}
