// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls of the daemon, and getting at what it answers. */
#include <string.h>

#include "cmd.h"
#include "lib/control.h"

#define CALL_SECONDS	10

int ctl_call_within(struct ctl *ctl, unsigned int seconds, const char *method,
		    struct json_object *params, struct json_object **reply)
{
	struct sehub_err err;

	if (sehub_control_call(ctl->values[OPT_SOCKET], method, params,
			       seconds * 1000, reply, &err))
		return ctl_fail(ctl, &err);
	return CTL_OK;
}

int ctl_call(struct ctl *ctl, const char *method, struct json_object *params,
	     struct json_object **reply)
{
	return ctl_call_within(ctl, CALL_SECONDS, method, params, reply);
}

int ctl_list(struct ctl *ctl, const char *method, const char *key,
	     void (*print)(struct json_object *rows))
{
	struct json_object *params = json_object_new_object();
	struct json_object *reply = NULL;
	uint16_t vlan = 0;
	int status;

	status = ctl_vlan(ctl, &vlan);
	if (!status && vlan)
		ctl_add_int(params, "vlan", vlan);
	if (!status)
		status = ctl_call(ctl, method, params, &reply);
	if (!status && ctl_has(ctl, OPT_JSON))
		ctl_print_json_array(reply, key);
	else if (!status)
		print(ctl_get_array(reply, key));
	json_object_put(params);
	json_object_put(reply);
	return status;
}

const char *ctl_get_string(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return "";
	return json_object_get_string(value);
}

int64_t ctl_get_int(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		return 0;
	return json_object_get_int64(value);
}

bool ctl_get_bool(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) &&
	       json_object_get_boolean(value);
}

struct json_object *ctl_get_array(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_array))
		return NULL;
	return value;
}

void ctl_add_string(struct json_object *object, const char *key,
		    const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

void ctl_add_int(struct json_object *object, const char *key, int64_t value)
{
	json_object_object_add(object, key, json_object_new_int64(value));
}

void ctl_add_u64(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

void ctl_add_bool(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

int ctl_add_grace(struct ctl *ctl, struct json_object *params)
{
	const char *grace = ctl->values[OPT_GRACE];
	uint64_t ms;

	if (!grace)
		return CTL_OK;
	if (!strcmp(grace, "default")) {
		ctl_add_int(params, "grace_ms", -1);
		return CTL_OK;
	}
	if (sehub_parse_duration(grace, 0, SEHUB_GRACE_MAX, &ms))
		return ctl_misuse(ctl,
				  "--grace: \"%.40s\" is no time from 0 to 24h, as 90s or 10m, and not default",
				  grace);
	ctl_add_int(params, "grace_ms", (int64_t)ms);
	return CTL_OK;
}
