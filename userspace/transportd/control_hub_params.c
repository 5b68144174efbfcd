// SPDX-License-Identifier: GPL-2.0-or-later
/* Hubs that last as JSON, and back. */
#include "control_hub.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "lib/hub.h"

/* --- out ------------------------------------------------------------------- */

static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

static void add_number(struct json_object *object, const char *key,
		       uint32_t value)
{
	json_object_object_add(object, key, json_object_new_int64(value));
}

static void add_bool(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

static void describe_ports(const struct store_hub *hub,
			   struct json_object *object)
{
	struct json_object *ports = json_object_new_array(), *one;
	struct json_object *macs = json_object_new_array();
	char text[SEHUB_MAC_STRLEN];

	for (size_t i = 0; i < hub->n_ports; i++) {
		const struct store_hub_port *port = &hub->ports[i];

		one = json_object_new_object();
		add_text(one, "device", port->device);
		add_text(one, "policy", port->policy[0] ? port->policy :
							  "none");
		json_object_array_add(ports, one);
	}
	for (size_t i = 0; i < hub->n_macs; i++) {
		one = json_object_new_object();
		add_text(one, "mac", sehub_format_mac(hub->macs[i].mac, text));
		add_text(one, "device", hub->macs[i].device);
		json_object_array_add(macs, one);
	}
	json_object_object_add(object, "ports", ports);
	json_object_object_add(object, "macs", macs);
}

struct json_object *hub_describe(const struct store_hub *hub)
{
	struct json_object *object = json_object_new_object();

	add_number(object, "vlan", hub->vlan);
	add_text(object, "device", hub->device);
	add_bool(object, "up", hub->up);
	add_number(object, "ageing", hub->ageing);
	add_number(object, "fdb_max", hub->fdb_max);
	add_number(object, "port_max", hub->port_max);
	add_number(object, "ip_ageing", hub->ip_ageing);
	add_number(object, "ip_max", hub->ip_max);
	add_bool(object, "suppress", hub->suppress);
	add_number(object, "broadcast_rate", hub->broadcast_rate);
	describe_ports(hub, object);
	return object;
}

/* --- in -------------------------------------------------------------------- */

static int param_number(struct control_call *call, const char *key,
			int64_t min, int64_t max, uint32_t *value)
{
	int64_t number;

	if (control_param_int(call, key, CONTROL_REQUIRED, min, max, &number))
		return -EINVAL;
	*value = (uint32_t)number;
	return 0;
}

/* "": the hub's own port, where that may be. */
static int param_device(struct control_call *call, char device[IFNAMSIZ],
			bool may_be_none)
{
	struct store_error error;
	const char *text;

	if (control_param_string(call, "device", CONTROL_REQUIRED, &text))
		return -EINVAL;
	if ((!*text && may_be_none) || !store_check_device_name(text, &error)) {
		strcpy(device, text);
		return 0;
	}
	control_error(call, CONTROL_INVALID, "device", "%s", error.text);
	return -EINVAL;
}

static int read_port(struct control_call *part, struct store_hub *hub)
{
	struct store_hub_port *port = store_hub_add_port(hub);
	struct sehub_policy policy;
	struct sehub_err err;
	const char *words;

	if (!port) {
		control_error(part, CONTROL_FAILED, NULL, "out of memory");
		return -ENOMEM;
	}
	if (param_device(part, port->device, true) ||
	    control_param_string(part, "policy", CONTROL_REQUIRED, &words) ||
	    control_params_end(part))
		return -EINVAL;
	if (sehub_policy_parse(words, &policy, &err)) {
		control_error(part, CONTROL_INVALID, "policy", "policy: %s",
			      err.text);
		return -EINVAL;
	}
	sehub_policy_format(&policy, port->policy);
	if (!strcmp(port->policy, "none"))
		port->policy[0] = '\0';
	return 0;
}

static int read_mac(struct control_call *part, struct store_hub *hub)
{
	struct store_hub_mac *mac = store_hub_add_mac(hub);
	const char *text;

	if (!mac) {
		control_error(part, CONTROL_FAILED, NULL, "out of memory");
		return -ENOMEM;
	}
	if (control_param_string(part, "mac", CONTROL_REQUIRED, &text) ||
	    param_device(part, mac->device, true) ||
	    control_params_end(part))
		return -EINVAL;
	if (!sehub_parse_mac(text, mac->mac))
		return 0;
	control_error(part, CONTROL_INVALID, "mac",
		      "mac: \"%.40s\" is no MAC address", text);
	return -EINVAL;
}

/* A list of objects of the call, each read by @read. */
static int read_list(struct control_call *call, const char *key,
		     int (*read)(struct control_call *part,
				 struct store_hub *hub),
		     struct store_hub *hub)
{
	struct json_object *list;
	struct control_call *part;
	char where[32];
	int err = 0;

	if (control_param_objects(call, key, CONTROL_REQUIRED, &list))
		return -EINVAL;
	for (size_t i = 0; !err && i < json_object_array_length(list); i++) {
		snprintf(where, sizeof(where), "%s[%zu]", key, i);
		part = control_part_begin(call,
					  json_object_array_get_idx(list, i),
					  where);
		if (!part)
			return -ENOMEM;
		err = read(part, hub);
		if (control_part_end(part))
			err = -EINVAL;
	}
	return err;
}

static int read_hub(struct control_call *call, struct store_hub *hub)
{
	uint32_t vlan;

	if (param_number(call, "vlan", STORE_VLAN_MIN, STORE_VLAN_MAX, &vlan) ||
	    param_device(call, hub->device, false) ||
	    control_param_bool(call, "up", CONTROL_REQUIRED, &hub->up) ||
	    param_number(call, "ageing", 1, SEHUB_AGEING_MAX, &hub->ageing) ||
	    param_number(call, "fdb_max", 0, UINT32_MAX, &hub->fdb_max) ||
	    param_number(call, "port_max", 1, SEHUB_PORT_MAX_MAX,
			 &hub->port_max) ||
	    param_number(call, "ip_ageing", 1, SEHUB_IP_AGEING_MAX,
			 &hub->ip_ageing) ||
	    param_number(call, "ip_max", 0, UINT32_MAX, &hub->ip_max) ||
	    control_param_bool(call, "suppress", CONTROL_REQUIRED,
			       &hub->suppress) ||
	    param_number(call, "broadcast_rate", 0, UINT32_MAX,
			 &hub->broadcast_rate) ||
	    read_list(call, "ports", read_port, hub) ||
	    read_list(call, "macs", read_mac, hub) ||
	    control_params_end(call))
		return -EINVAL;
	hub->vlan = (uint16_t)vlan;
	return 0;
}

int hub_params(struct control_call *call, struct store_hub *hub)
{
	int err;

	memset(hub, 0, sizeof(*hub));
	err = read_hub(call, hub);
	if (err)
		store_hub_free(hub);
	return err;
}
