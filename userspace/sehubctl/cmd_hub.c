// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl hub */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "lib/control.h"
#include "print.h"

/* How long the daemon may take to say which hubs are saved. */
#define ASK_MS		1000

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

/* Has the daemon keep a hub as it is. */
static int save(struct ctl *ctl, uint16_t vlan)
{
	struct json_object *params = json_object_new_object();
	struct json_object *reply = NULL;
	int64_t left_out;
	int status;

	ctl_add_int(params, "vlan", vlan);
	status = ctl_call(ctl, "HubSave", params, &reply);
	json_object_put(params);
	if (status)
		return status;
	left_out = ctl_get_int(reply, "left_out");
	json_object_put(reply);
	if (left_out)
		ctl_fail_text(ctl,
			      "saved without %d static addresses of session ports, which come and go",
			      (int)left_out);
	return CTL_OK;
}

int cmd_hub_save(struct ctl *ctl)
{
	struct sehub_hub hub;
	int status;

	status = ctl_hub(ctl, &hub);
	if (status)
		return status;
	if (!hub.vlan)
		return ctl_fail_text(ctl,
				     "%s has no number, and belongs to a connection or to whoever made it",
				     hub.ifname);
	return save(ctl, hub.vlan);
}

int cmd_hub_forget(struct ctl *ctl)
{
	struct json_object *params;
	uint16_t vlan;
	int status;

	if (sehub_parse_vlan(ctl->words[0], &vlan))
		return ctl_misuse(ctl, "\"%.40s\" is no number of a hub, 1 to 4094",
				  ctl->words[0]);
	params = json_object_new_object();
	ctl_add_int(params, "vlan", vlan);
	status = ctl_call(ctl, "HubForget", params, NULL);
	json_object_put(params);
	return status;
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
	if (ctl_has(ctl, OPT_SAVE) && !ctl_has(ctl, OPT_VLAN))
		return ctl_misuse(ctl,
				  "--save: only a hub with a number, --vlan N, can be saved");
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
	if (ctl_has(ctl, OPT_SAVE)) {
		status = save(ctl, config.vlan);
		if (status)
			return ctl_fail_text(ctl,
					     "the hub was made, but is not saved");
	}
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

/**
 * struct listing - a list of hubs under way
 * @array: where it goes as JSON
 * @table: where it goes for people
 * @saved: hubs that the daemon makes when it starts; NULL: it does not say
 */
struct listing {
	struct json_object *array;
	struct table table;
	struct json_object *saved;
};

static bool is_saved(const struct listing *listing,
		     const struct sehub_hub *hub)
{
	size_t n = json_object_array_length(listing->saved);

	for (size_t i = 0; hub->vlan && i < n; i++)
		if (ctl_get_int(json_object_array_get_idx(listing->saved, i),
				"vlan") == hub->vlan)
			return true;
	return false;
}

static int list_json(const struct sehub_hub *hub, void *arg)
{
	struct json_object *object = ctl_json_hub(hub);
	struct listing *listing = arg;

	if (listing->saved)
		ctl_add_bool(object, "saved", is_saved(listing, hub));
	return json_object_array_add(listing->array, object);
}

static int list_row(const struct sehub_hub *hub, void *arg)
{
	char text[PRINT_MAX];
	struct listing *listing = arg;
	struct table *table = &listing->table;

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
	if (listing->saved)
		table_add(table, is_saved(listing, hub) ? "yes" : "no");
	else
		table_add(table, "?");
	return 0;
}

/* Hubs are shown without the daemon, too. */
static struct json_object *get_saved(struct ctl *ctl)
{
	struct json_object *reply = NULL, *saved;

	if (sehub_control_call(ctl->values[OPT_SOCKET], "HubSavedList", NULL,
			       ASK_MS, &reply, NULL))
		return NULL;
	saved = json_object_get(ctl_get_array(reply, "hubs"));
	json_object_put(reply);
	return saved;
}

int cmd_hub_list(struct ctl *ctl)
{
	char headers[] = ">VLAN|DEVICE|STATE|>PORTS|>MACS|>IPS|>IN|>OUT|>DROPPED|SAVED";
	struct listing listing = { .array = NULL };
	struct sehub_err err;
	int status;

	status = ctl_nl(ctl);
	if (status)
		return status;
	listing.saved = get_saved(ctl);
	if (ctl_has(ctl, OPT_JSON)) {
		listing.array = json_object_new_array();
		if (sehub_hub_list(ctl->nl, list_json, &listing, &err)) {
			json_object_put(listing.array);
			status = ctl_fail(ctl, &err);
		} else {
			status = ctl_print_json(listing.array);
		}
		json_object_put(listing.saved);
		return status;
	}
	table_init(&listing.table, headers);
	if (sehub_hub_list(ctl->nl, list_row, &listing, &err))
		status = ctl_fail(ctl, &err);
	else
		table_print(&listing.table);
	table_free(&listing.table);
	json_object_put(listing.saved);
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
