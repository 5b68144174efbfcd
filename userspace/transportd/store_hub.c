// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hubs that last in the database, with their device ports and the addresses
 * that are bound to these. An address is of a port that is there, so the local
 * port has a row wherever it has an address or a policy.
 */
#include "store_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hub.h"

static int store_hub_missing(struct store_error *error, uint16_t vlan)
{
	return store_fail(error, -ENOENT, "hub %u is not saved", vlan);
}

/* --- in memory ------------------------------------------------------------- */

struct store_hub_port *store_hub_add_port(struct store_hub *hub)
{
	struct store_hub_port *grown;

	grown = realloc(hub->ports, (hub->n_ports + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	hub->ports = grown;
	grown += hub->n_ports++;
	memset(grown, 0, sizeof(*grown));
	return grown;
}

struct store_hub_mac *store_hub_add_mac(struct store_hub *hub)
{
	struct store_hub_mac *grown;

	grown = realloc(hub->macs, (hub->n_macs + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	hub->macs = grown;
	grown += hub->n_macs++;
	memset(grown, 0, sizeof(*grown));
	return grown;
}

void store_hub_free(struct store_hub *hub)
{
	free(hub->ports);
	free(hub->macs);
	hub->ports = NULL;
	hub->macs = NULL;
	hub->n_ports = 0;
	hub->n_macs = 0;
}

static bool store_hub_has_port(const struct store_hub *hub, const char *device)
{
	size_t i = 0;

	while (i < hub->n_ports && strcmp(hub->ports[i].device, device))
		i++;
	return i < hub->n_ports;
}

/* --- what may be stored ---------------------------------------------------- */

/* As sehubctl and the kernel have it. */
static int store_hub_check_numbers(const struct store_hub *hub,
				   struct store_error *error)
{
	const struct {
		const char *name;
		uint32_t value, min, max;
	} numbers[] = {
		{ "vlan", hub->vlan, STORE_VLAN_MIN, STORE_VLAN_MAX },
		{ "ageing", hub->ageing, 1, SEHUB_AGEING_MAX },
		{ "port_max", hub->port_max, 1, SEHUB_PORT_MAX_MAX },
		{ "ip_ageing", hub->ip_ageing, 1, SEHUB_IP_AGEING_MAX },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].value < numbers[i].min ||
		    numbers[i].value > numbers[i].max)
			return store_fail(error, -EINVAL,
					  "%s: %u is outside of %u to %u",
					  numbers[i].name, numbers[i].value,
					  numbers[i].min, numbers[i].max);
	return 0;
}

static int store_hub_check_ports(const struct store_hub *hub,
				 struct store_error *error)
{
	struct sehub_policy policy;
	struct sehub_err err;
	int ret;

	for (size_t i = 0; i < hub->n_ports; i++) {
		const struct store_hub_port *port = &hub->ports[i];

		ret = port->device[0] ? store_check_device_name(port->device,
								error) : 0;
		if (ret)
			return ret;
		if (port->policy[0] &&
		    sehub_policy_parse(port->policy, &policy, &err))
			return store_fail(error, -EINVAL, "policy: %s",
					  err.text);
	}
	for (size_t i = 0; i < hub->n_macs; i++) {
		if (hub->macs[i].mac[0] & 1)
			return store_fail(error, -EINVAL,
					  "macs: the address of a group is nobody's");
		if (hub->macs[i].device[0] &&
		    !store_hub_has_port(hub, hub->macs[i].device))
			return store_fail(error, -EINVAL,
					  "macs: device \"%s\" is none of the ports",
					  hub->macs[i].device);
	}
	return 0;
}

static int store_hub_check(const struct store_hub *hub,
			   struct store_error *error)
{
	int ret;

	ret = store_hub_check_numbers(hub, error);
	if (!ret)
		ret = store_check_device_name(hub->device, error);
	return ret ? ret : store_hub_check_ports(hub, error);
}

/* --- tables ---------------------------------------------------------------- */

static int store_hub_put_port(struct store *store, uint16_t vlan,
			      const struct store_hub_port *port,
			      struct store_error *error)
{
	sqlite3_stmt *put = store_prepare(store, STORE_HUB_PORT_PUT, error);
	int err;

	if (!put)
		return -EIO;
	sqlite3_bind_int(put, 1, vlan);
	store_bind_text(put, 2, port->device);
	store_bind_text(put, 3, port->policy);
	err = store_run(store, put, error);
	if (err == -EEXIST)
		return store_fail(error, err,
				  "ports: device \"%s\" is a port already, of this hub or of another one that is saved",
				  port->device);
	return err < 0 ? err : 0;
}

static int store_hub_put_mac(struct store *store, uint16_t vlan,
			     const struct store_hub_mac *mac,
			     struct store_error *error)
{
	sqlite3_stmt *put = store_prepare(store, STORE_HUB_MAC_PUT, error);
	char text[SEHUB_MAC_STRLEN];
	int err;

	if (!put)
		return -EIO;
	sqlite3_bind_int(put, 1, vlan);
	store_bind_blob(put, 2, mac->mac, sizeof(mac->mac));
	store_bind_text(put, 3, mac->device);
	err = store_run(store, put, error);
	if (err == -EEXIST)
		return store_fail(error, err, "macs: %s is there twice",
				  sehub_format_mac(mac->mac, text));
	return err < 0 ? err : 0;
}

static int store_hub_put_row(struct store *store, const struct store_hub *hub,
			     struct store_error *error)
{
	sqlite3_stmt *put = store_prepare(store, STORE_HUB_PUT, error);
	int err;

	if (!put)
		return -EIO;
	sqlite3_bind_int(put, 1, hub->vlan);
	store_bind_text(put, 2, hub->device);
	store_bind_blob(put, 3, hub->mac, sizeof(hub->mac));
	sqlite3_bind_int(put, 4, hub->up);
	sqlite3_bind_int64(put, 5, hub->ageing);
	sqlite3_bind_int64(put, 6, hub->fdb_max);
	sqlite3_bind_int64(put, 7, hub->port_max);
	sqlite3_bind_int64(put, 8, hub->ip_ageing);
	sqlite3_bind_int64(put, 9, hub->ip_max);
	sqlite3_bind_int(put, 10, hub->suppress);
	sqlite3_bind_int64(put, 11, hub->broadcast_rate);
	err = store_run(store, put, error);
	if (err == -EEXIST)
		return store_fail(error, err,
				  "device: another hub that is saved is called \"%s\" already",
				  hub->device);
	return err < 0 ? err : 0;
}

/* Return: how many there were, or -errno. */
static int store_hub_drop(struct store *store, uint16_t vlan,
			  struct store_error *error)
{
	sqlite3_stmt *del = store_prepare(store, STORE_HUB_DEL, error);

	if (!del)
		return -EIO;
	sqlite3_bind_int(del, 1, vlan);
	return store_run(store, del, error);
}

int store_hub_put(struct store *store, const struct store_hub *hub,
		  struct store_error *error)
{
	static const struct store_hub_port local;
	bool needs_local = false;
	int err;

	err = store_hub_check(hub, error);
	if (!err)
		err = store_hub_drop(store, hub->vlan, error);
	if (err >= 0)
		err = store_hub_put_row(store, hub, error);
	for (size_t i = 0; !err && i < hub->n_ports; i++)
		err = store_hub_put_port(store, hub->vlan, &hub->ports[i],
					 error);
	for (size_t i = 0; i < hub->n_macs; i++)
		needs_local |= !hub->macs[i].device[0];
	if (!err && needs_local && !store_hub_has_port(hub, ""))
		err = store_hub_put_port(store, hub->vlan, &local, error);
	for (size_t i = 0; !err && i < hub->n_macs; i++)
		err = store_hub_put_mac(store, hub->vlan, &hub->macs[i],
					error);
	return err;
}

int store_hub_del(struct store *store, uint16_t vlan,
		  struct store_error *error)
{
	int changed = store_hub_drop(store, vlan, error);

	if (changed < 0)
		return changed;
	return changed ? 0 : store_hub_missing(error, vlan);
}

static int store_hub_read_ports(struct store *store, struct store_hub *hub,
				struct store_error *error)
{
	sqlite3_stmt *list = store_prepare(store, STORE_HUB_PORT_LIST, error);
	struct store_hub_port *port;
	int row;

	if (!list)
		return -EIO;
	sqlite3_bind_int(list, 1, hub->vlan);
	while ((row = store_step(store, list, error)) > 0) {
		port = store_hub_add_port(hub);
		if (!port) {
			sqlite3_reset(list);
			return store_fail(error, -ENOMEM, "out of memory");
		}
		store_column_text(list, 0, port->device, sizeof(port->device));
		store_column_text(list, 1, port->policy, sizeof(port->policy));
	}
	return row;
}

static int store_hub_read_macs(struct store *store, struct store_hub *hub,
			       struct store_error *error)
{
	sqlite3_stmt *list = store_prepare(store, STORE_HUB_MAC_LIST, error);
	struct store_hub_mac *mac;
	int row;

	if (!list)
		return -EIO;
	sqlite3_bind_int(list, 1, hub->vlan);
	while ((row = store_step(store, list, error)) > 0) {
		mac = store_hub_add_mac(hub);
		if (!mac) {
			sqlite3_reset(list);
			return store_fail(error, -ENOMEM, "out of memory");
		}
		store_column_blob(list, 0, mac->mac, sizeof(mac->mac));
		store_column_text(list, 1, mac->device, sizeof(mac->device));
	}
	return row;
}

/* For store_hub_free(), on failure too. */
static int store_hub_read(struct store *store, sqlite3_stmt *row,
			  struct store_hub *hub, struct store_error *error)
{
	int err;

	memset(hub, 0, sizeof(*hub));
	hub->vlan = (uint16_t)sqlite3_column_int(row, 0);
	store_column_text(row, 1, hub->device, sizeof(hub->device));
	store_column_blob(row, 2, hub->mac, sizeof(hub->mac));
	hub->up = sqlite3_column_int(row, 3);
	hub->ageing = (uint32_t)sqlite3_column_int64(row, 4);
	hub->fdb_max = (uint32_t)sqlite3_column_int64(row, 5);
	hub->port_max = (uint32_t)sqlite3_column_int64(row, 6);
	hub->ip_ageing = (uint32_t)sqlite3_column_int64(row, 7);
	hub->ip_max = (uint32_t)sqlite3_column_int64(row, 8);
	hub->suppress = sqlite3_column_int(row, 9);
	hub->broadcast_rate = (uint32_t)sqlite3_column_int64(row, 10);
	err = store_hub_read_ports(store, hub, error);
	return err ? err : store_hub_read_macs(store, hub, error);
}

int store_hub_get(struct store *store, uint16_t vlan, struct store_hub *hub,
		  struct store_error *error)
{
	sqlite3_stmt *get = store_prepare(store, STORE_HUB_LIST, error);
	int row;

	if (!get)
		return -EIO;
	sqlite3_bind_int(get, 1, vlan);
	row = store_step(store, get, error);
	if (row <= 0)
		return row ? row : store_hub_missing(error, vlan);
	row = store_hub_read(store, get, hub, error);
	sqlite3_reset(get);
	if (row)
		store_hub_free(hub);
	return row;
}

int store_hub_list(struct store *store, store_hub_fn fn, void *arg,
		   struct store_error *error)
{
	sqlite3_stmt *list = store_prepare(store, STORE_HUB_LIST, error);
	struct store_hub hub;
	int row, end = 0;

	if (!list)
		return -EIO;
	sqlite3_bind_int(list, 1, 0);
	while (!end && (row = store_step(store, list, error)) > 0) {
		end = store_hub_read(store, list, &hub, error);
		if (!end)
			end = fn(arg, &hub);
		store_hub_free(&hub);
	}
	if (end)
		sqlite3_reset(list);
	return end ? end : row;
}
