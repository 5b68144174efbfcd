// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl hub */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "print.h"

/* Settings that are numbers or times. */
static const struct {
	enum ctl_option option;
	unsigned int flag;
	size_t at;
	uint32_t min;
	uint32_t max;
	int (*get)(const struct ctl *ctl, enum ctl_option option, uint32_t min,
		   uint32_t max, uint32_t *value);
} settings[] = {
#define SETTING(name, member, min, max, get)				\
	{ OPT_##name, SEHUB_HUB_##name,					\
	  offsetof(struct sehub_hub_config, member), min, max, get }
	SETTING(AGEING, ageing, 1, SEHUB_AGEING_MAX, ctl_seconds),
	SETTING(FDB_MAX, fdb_max, 0, UINT32_MAX, ctl_u32),
	SETTING(PORT_MAX, port_max, 1, SEHUB_PORT_MAX_MAX, ctl_u32),
	SETTING(IP_AGEING, ip_ageing, 1, SEHUB_IP_AGEING_MAX, ctl_seconds),
	SETTING(IP_MAX, ip_max, 0, UINT32_MAX, ctl_u32),
	SETTING(BROADCAST_RATE, broadcast_rate, 0, UINT32_MAX, ctl_u32),
#undef SETTING
};

/* What is logged, on the base of what @config has; where --log is given. */
static int get_log(struct ctl *ctl, struct sehub_hub_config *config)
{
	struct sehub_err err;

	if (!ctl_has(ctl, OPT_LOG))
		return CTL_OK;
	if (sehub_log_parse(ctl->values[OPT_LOG], &config->log_headers,
			    &config->log_whole, &err))
		return ctl_misuse(ctl, "--log: %s", err.text);
	config->set |= SEHUB_HUB_LOG;
	return CTL_OK;
}

/* Settings that add and set have in common. */
static int get_settings(struct ctl *ctl, struct sehub_hub_config *config)
{
	const char *suppress = ctl->values[OPT_SUPPRESS];
	int status;

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		status = settings[i].get(ctl, settings[i].option,
					 settings[i].min, settings[i].max,
					 (void *)((char *)config +
						  settings[i].at));
		if (status)
			return status;
		if (ctl_has(ctl, settings[i].option))
			config->set |= settings[i].flag;
	}
	if (suppress) {
		if (sehub_parse_bool(suppress, &config->suppress))
			return ctl_misuse(ctl,
					  "--suppress: \"%.40s\" is neither on nor off",
					  suppress);
		config->set |= SEHUB_HUB_SUPPRESS;
	}
	return get_log(ctl, config);
}

int cmd_hub_add(struct ctl *ctl)
{
	const char *name = ctl->values[OPT_NAME];
	struct sehub_hub_config config = { .set = 0 };
	struct sehub_hub hub;
	struct sehub_err err;
	uint32_t ifindex;
	int status;

	if (!name && !ctl_has(ctl, OPT_VLAN))
		return ctl_misuse(ctl,
				  "give the hub a number with --vlan N, or for a hub without one a --name");
	status = ctl_vlan(ctl, &config.vlan);
	if (!status)
		status = get_settings(ctl, &config);
	if (status)
		return status;
	if (name && !sehub_is_ifname(name))
		return ctl_misuse(ctl, "\"%.40s\" is no name for a device",
				  name);
	if (config.vlan)
		config.set |= SEHUB_HUB_VLAN;
	status = ctl_nl(ctl);
	if (status)
		return status;
	if (sehub_hub_add(ctl->nl, name, &config, &ifindex, &err))
		return ctl_fail(ctl, &err);
	if (!ctl_has(ctl, OPT_JSON))
		return CTL_OK;
	if (sehub_hub_get(ctl->nl, ifindex, &hub, &err))
		return ctl_fail(ctl, &err);
	return ctl_print_json(ctl_json_hub(&hub));
}

int cmd_hub_del(struct ctl *ctl)
{
	struct sehub_hub hub;
	struct sehub_err err;
	int status;

	status = ctl_hub(ctl, &hub);
	if (status)
		return status;
	if (sehub_hub_del(ctl->nl, hub.ifindex, &err))
		return ctl_fail(ctl, &err);
	return CTL_OK;
}

int cmd_hub_set(struct ctl *ctl)
{
	struct sehub_hub_config config = { .set = 0 };
	struct sehub_hub hub;
	struct sehub_err err;
	int status;

	status = get_settings(ctl, &config);
	if (status)
		return status;
	if (!config.set)
		return ctl_misuse(ctl, "nothing to change");
	status = ctl_hub(ctl, &hub);
	if (status)
		return status;
	/* Classes that --log does not name stay as they are. */
	config.log_headers = hub.log_headers;
	config.log_whole = hub.log_whole;
	status = get_log(ctl, &config);
	if (status)
		return status;
	if (sehub_hub_set(ctl->nl, hub.ifindex, &config, &err))
		return ctl_fail(ctl, &err);
	return CTL_OK;
}

static const char *state_of(const struct sehub_hub *hub)
{
	if (!hub->up)
		return "down";
	return hub->carrier ? "up" : "no ports";
}

static int list_json(const struct sehub_hub *hub, void *arg)
{
	return json_object_array_add(arg, ctl_json_hub(hub));
}

static int list_row(const struct sehub_hub *hub, void *arg)
{
	char text[PRINT_MAX];
	struct table *table = arg;

	if (hub->vlan)
		table_addf(table, "%u", hub->vlan);
	else
		table_add(table, "-");
	table_add(table, hub->ifname);
	table_add(table, state_of(hub));
	table_addf(table, "%u", hub->port_count);
	table_addf(table, "%u", hub->fdb_count);
	table_addf(table, "%u", hub->ip_count);
	table_add(table, format_bytes(hub->rx_bytes, text));
	table_add(table, format_bytes(hub->tx_bytes, text));
	table_addf(table, "%" PRIu64, sehub_drops_total(&hub->drops));
	return 0;
}

int cmd_hub_list(struct ctl *ctl)
{
	char headers[] = ">VLAN|DEVICE|STATE|>PORTS|>MACS|>IPS|>IN|>OUT|>DROPPED";
	struct json_object *array;
	struct sehub_err err;
	struct table table;
	int status;

	status = ctl_nl(ctl);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_JSON)) {
		array = json_object_new_array();
		if (!sehub_hub_list(ctl->nl, list_json, array, &err))
			return ctl_print_json(array);
		json_object_put(array);
		return ctl_fail(ctl, &err);
	}
	table_init(&table, headers);
	if (sehub_hub_list(ctl->nl, list_row, &table, &err))
		status = ctl_fail(ctl, &err);
	else
		table_print(&table);
	table_free(&table);
	return status;
}

static void print_ip(const struct sehub_hub *hub)
{
	char log[SEHUB_LOG_STRLEN];

	print_value("ips", "%u of %u", hub->ip_count, hub->ip_max);
	print_value("ip ageing", "%u s", hub->ip_ageing);
	print_value("ips not learned", "%" PRIu64, hub->ip_not_learned);
	print_value("suppress", "%s, %" PRIu64 " requests answered",
		    hub->suppress ? "on" : "off", hub->suppressed);
	if (hub->broadcast_rate)
		print_value("broadcast rate", "%u frames/s",
			    hub->broadcast_rate);
	else
		print_value("broadcast rate", "no limit");
	print_value("packet log", "%s, %" PRIu64 " frames so far",
		    sehub_log_format(hub->log_headers, hub->log_whole, log),
		    hub->log_count);
}

int cmd_hub_show(struct ctl *ctl)
{
	char bytes[PRINT_MAX];
	char mac[SEHUB_MAC_STRLEN];
	struct sehub_hub hub;
	int status;

	status = ctl_hub(ctl, &hub);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_JSON))
		return ctl_print_json(ctl_json_hub(&hub));

	printf("hub %s\n", hub.ifname);
	if (hub.vlan)
		print_value("vlan", "%u", hub.vlan);
	print_value("state", "%s", state_of(&hub));
	print_value("mac", "%s", sehub_format_mac(hub.mac, mac));
	print_value("id", "%s", format_id(hub.id, bytes));
	print_value("ageing", "%u s", hub.ageing);
	print_value("ports", "%u of %u", hub.port_count, hub.port_max);
	print_value("macs", "%u of %u", hub.fdb_count, hub.fdb_max);
	print_value("moved macs", "%" PRIu64, hub.moves);
	print_value("not learned", "%" PRIu64, hub.not_learned);
	print_ip(&hub);
	print_value("in", "%" PRIu64 " frames, %s", hub.rx_frames,
		    format_bytes(hub.rx_bytes, bytes));
	print_value("out", "%" PRIu64 " frames, %s", hub.tx_frames,
		    format_bytes(hub.tx_bytes, bytes));
	ctl_print_drops(&hub.drops);
	return CTL_OK;
}
