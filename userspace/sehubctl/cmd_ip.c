// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl ip */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "print.h"

/* Those parts of the filter that need no hub, so that mistakes come first. */
static int get_words(struct ctl *ctl, struct sehub_ip_filter *filter)
{
	const char *mac = ctl->values[OPT_MAC];
	const char *prefix = ctl->values[OPT_PREFIX];
	int err;

	if (mac) {
		if (sehub_parse_mac(mac, filter->mac))
			return ctl_misuse(ctl, "\"%.40s\" is no MAC address",
					  mac);
		filter->set |= SEHUB_IP_BY_MAC;
	}
	if (prefix) {
		err = sehub_parse_prefix(prefix, &filter->prefix);
		if (err == -ERANGE)
			return ctl_misuse(ctl,
					  "\"%.60s\" has a prefix that is too long: up to 32 for IPv4, 128 for IPv6",
					  prefix);
		if (err)
			return ctl_misuse(ctl,
					  "\"%.60s\" is no address or prefix: 192.0.2.1, 192.0.2.0/24, 2001:db8::/32",
					  prefix);
		filter->set |= SEHUB_IP_BY_PREFIX;
	}
	return CTL_OK;
}

/* The port of --port, if it is given. */
static int get_port(struct ctl *ctl, const struct sehub_hub *hub,
		    struct sehub_ip_filter *filter)
{
	struct sehub_port port;
	int status;

	if (!ctl_has(ctl, OPT_PORT))
		return CTL_OK;
	status = ctl_port(ctl, hub, NULL, &port);
	if (status)
		return status;
	filter->port = port.number;
	filter->set |= SEHUB_IP_BY_PORT;
	return CTL_OK;
}

int cmd_ip_flush(struct ctl *ctl)
{
	struct sehub_ip_filter filter = { .set = 0 };
	struct sehub_hub hub;
	struct sehub_err err;
	int status;

	status = get_words(ctl, &filter);
	if (!status)
		status = ctl_hub(ctl, &hub);
	if (!status)
		status = get_port(ctl, &hub, &filter);
	if (status)
		return status;
	if (sehub_ip_flush(ctl->nl, hub.ifindex, &filter, &err))
		return ctl_fail(ctl, &err);
	return CTL_OK;
}

/* A list under way: into @array, or if that is NULL into @table. */
struct listing {
	struct ctl_ports ports;
	struct json_object *array;
	struct table table;
};

static void add_lease(struct table *table, const struct sehub_ip *ip)
{
	char text[PRINT_MAX];

	if (!ip->has_lease)
		table_add(table, "");
	else if (ip->lease_left == SEHUB_IP_LEASE_INFINITE)
		table_add(table, "forever");
	else
		table_add(table, format_age(ip->lease_left, text));
}

static int list_one(const struct sehub_ip *ip, void *arg)
{
	struct listing *listing = arg;
	const struct sehub_port *port = ctl_ports_find(&listing->ports,
						       ip->hub_ifindex,
						       ip->port);
	struct table *table = &listing->table;
	char text[PRINT_MAX];
	struct json_object *o;

	if (listing->array) {
		o = ctl_json_ip(ip);
		ctl_add_string(o, "port_name", port ? port->name : "");
		return json_object_array_add(listing->array, o);
	}
	table_add(table, ctl_ifname(ip->hub_ifindex));
	table_add(table, sehub_format_ip(&ip->addr, text));
	table_add(table, sehub_format_mac(ip->mac, text));
	table_addf(table, "%u", ip->port);
	table_add(table, port ? port->name : "");
	table_add(table, sehub_ip_source_name(ip->source));
	add_lease(table, ip);
	table_add(table, format_age(ip->idle / 1000, text));
	return 0;
}

int cmd_ip_list(struct ctl *ctl)
{
	char headers[] = "HUB|ADDRESS|MAC|>PORT|NAME|SOURCE|>LEASE|>IDLE";
	struct sehub_ip_filter filter = { .set = 0 };
	struct sehub_hub hub = { .ifindex = 0 };
	struct listing listing = { .array = NULL };
	struct sehub_err err;
	int status;

	if (ctl_has(ctl, OPT_PORT) && !ctl_hub_is_given(ctl))
		return ctl_misuse(ctl, "--port needs a HUB");
	status = get_words(ctl, &filter);
	if (!status)
		status = ctl_hub_is_given(ctl) ? ctl_hub(ctl, &hub) :
						 ctl_nl(ctl);
	if (!status)
		status = get_port(ctl, &hub, &filter);
	if (!status)
		status = ctl_ports_load(ctl, hub.ifindex, &listing.ports);
	if (status)
		return status;

	table_init(&listing.table, headers);
	if (ctl_has(ctl, OPT_JSON))
		listing.array = json_object_new_array();
	if (sehub_ip_list(ctl->nl, hub.ifindex, &filter, list_one, &listing,
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
