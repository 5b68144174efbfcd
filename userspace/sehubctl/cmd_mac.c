// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl mac */
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "print.h"

/* The address that the second word is. */
static int get_mac(struct ctl *ctl, uint8_t mac[6])
{
	const char *word = ctl_word(ctl, 1);

	if (sehub_parse_mac(word, mac))
		return ctl_misuse(ctl, "\"%.40s\" is no MAC address", word);
	return CTL_OK;
}

int cmd_mac_add(struct ctl *ctl)
{
	struct sehub_port port;
	struct sehub_hub hub;
	struct sehub_err err;
	uint8_t mac[6];
	int status;

	status = get_mac(ctl, mac);
	if (!status)
		status = ctl_hub(ctl, &hub);
	if (!status)
		status = ctl_port(ctl, &hub, NULL, &port);
	if (status)
		return status;
	if (sehub_fdb_add(ctl->nl, hub.ifindex, mac, port.number, &err))
		return ctl_fail(ctl, &err);
	return CTL_OK;
}

int cmd_mac_del(struct ctl *ctl)
{
	struct sehub_hub hub;
	struct sehub_err err;
	uint8_t mac[6];
	int status;

	status = get_mac(ctl, mac);
	if (!status)
		status = ctl_hub(ctl, &hub);
	if (status)
		return status;
	if (sehub_fdb_del(ctl->nl, hub.ifindex, mac, &err))
		return ctl_fail(ctl, &err);
	return CTL_OK;
}

/* The port of --port, or all. */
static int get_filter(struct ctl *ctl, const struct sehub_hub *hub,
		      uint32_t *number)
{
	struct sehub_port port;
	int status;

	*number = SEHUB_FDB_ANY_PORT;
	if (!ctl_has(ctl, OPT_PORT))
		return CTL_OK;
	status = ctl_port(ctl, hub, NULL, &port);
	if (!status)
		*number = port.number;
	return status;
}

int cmd_mac_flush(struct ctl *ctl)
{
	struct sehub_hub hub;
	struct sehub_err err;
	uint32_t number;
	int status;

	status = ctl_hub(ctl, &hub);
	if (!status)
		status = get_filter(ctl, &hub, &number);
	if (status)
		return status;
	if (sehub_fdb_flush(ctl->nl, hub.ifindex, number,
			    ctl_has(ctl, OPT_STATIC) ?
			    SEHUB_FDB_KIND_STATIC : SEHUB_FDB_KIND_LEARNED,
			    &err))
		return ctl_fail(ctl, &err);
	return CTL_OK;
}

/* A list under way: into @array, or if that is NULL into @table. */
struct listing {
	struct ctl_ports ports;
	struct json_object *array;
	struct table table;
};

static int list_one(const struct sehub_fdb *fdb, void *arg)
{
	struct listing *listing = arg;
	const struct sehub_port *port = ctl_ports_find(&listing->ports,
						       fdb->hub_ifindex,
						       fdb->port);
	struct table *table = &listing->table;
	char text[PRINT_MAX];
	struct json_object *o;

	if (listing->array) {
		o = ctl_json_fdb(fdb);
		ctl_add_string(o, "port_name", port ? port->name : "");
		return json_object_array_add(listing->array, o);
	}
	table_add(table, ctl_ifname(fdb->hub_ifindex));
	table_add(table, sehub_format_mac(fdb->mac, text));
	table_addf(table, "%u", fdb->port);
	table_add(table, port ? port->name : "");
	table_add(table, sehub_fdb_kind_name(fdb->kind));
	table_add(table, fdb->kind == SEHUB_FDB_KIND_LEARNED ?
		  format_age(fdb->idle / 1000, text) : "");
	return 0;
}

int cmd_mac_list(struct ctl *ctl)
{
	char headers[] = "HUB|MAC|>PORT|NAME|KIND|>IDLE";
	struct sehub_hub hub = { .ifindex = 0 };
	struct listing listing = { .array = NULL };
	struct sehub_err err;
	uint32_t number;
	int status;

	if (ctl_has(ctl, OPT_PORT) && !ctl_hub_is_given(ctl))
		return ctl_misuse(ctl, "--port needs a HUB");
	status = ctl_hub_is_given(ctl) ? ctl_hub(ctl, &hub) : ctl_nl(ctl);
	if (!status)
		status = get_filter(ctl, &hub, &number);
	if (!status)
		status = ctl_ports_load(ctl, hub.ifindex, &listing.ports);
	if (status)
		return status;

	table_init(&listing.table, headers);
	if (ctl_has(ctl, OPT_JSON))
		listing.array = json_object_new_array();
	if (sehub_fdb_list(ctl->nl, hub.ifindex, number, list_one, &listing,
			   &err))
		status = ctl_fail(ctl, &err);
	else if (listing.array)
		ctl_print_json(json_object_get(listing.array));
	else
		table_print(&listing.table);
	json_object_put(listing.array);
	table_free(&listing.table);
	free(listing.ports.port);
	return status;
}
