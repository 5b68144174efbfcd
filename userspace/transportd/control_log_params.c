// SPDX-License-Identifier: GPL-2.0-or-later
/* See control_log_params.h. */
#include "control_log_params.h"

#include <errno.h>

#include "control.h"
#include "err.h"
#include "log_words.h"

void log_settings_describe(const struct store_logs *logs,
			   struct json_object *object)
{
	const struct log_rotation *rotation = &logs->rotation;
	const char *rotate = rotate_name(rotation->schedule);

	json_object_object_add(object, "rotate",
			       json_object_new_string(rotate));
	json_object_object_add(object, "max_bytes",
			       json_object_new_uint64(rotation->max_bytes));
	json_object_object_add(object, "keep",
			       json_object_new_uint64(rotation->keep));
	json_object_object_add(object, "compress",
			       json_object_new_boolean(rotation->compress));
	json_object_object_add(object, "system",
			       json_object_new_boolean(logs->system));
	json_object_object_add(object, "administration",
			       json_object_new_boolean(logs->administration));
	json_object_object_add(object, "access",
			       json_object_new_boolean(logs->access));
}

static int param_rotate(struct control_call *call,
			enum rotate_schedule *schedule)
{
	const char *text = NULL;

	if (control_param_string(call, "rotate", CONTROL_OPTIONAL, &text))
		return -EINVAL;
	if (!text || !rotate_parse(text, schedule))
		return 0;
	control_error(call, CONTROL_INVALID, "rotate",
		      "rotate: \"%.40s\" is not never, monthly, daily, hourly, minute or second",
		      text);
	return -EINVAL;
}

/* 0 stands for no limit, which is below the least one. */
static int param_max_bytes(struct control_call *call, uint64_t *max_bytes)
{
	int64_t value = (int64_t)*max_bytes;

	if (control_param_int(call, "max_bytes", CONTROL_OPTIONAL, 0,
			      STORE_LOG_BYTES_MAX, &value))
		return -EINVAL;
	if (value && value < STORE_LOG_BYTES_MIN) {
		control_error(call, CONTROL_INVALID, "max_bytes",
			      "max_bytes: %d is too little: give at least %d, or 0 for no limit",
			      (int)value, STORE_LOG_BYTES_MIN);
		return -EINVAL;
	}
	*max_bytes = (uint64_t)value;
	return 0;
}

int log_settings_params(struct control_call *call, struct store_logs *logs)
{
	struct log_rotation *rotation = &logs->rotation;
	int64_t keep = rotation->keep;

	if (param_rotate(call, &rotation->schedule) ||
	    param_max_bytes(call, &rotation->max_bytes) ||
	    control_param_int(call, "keep", CONTROL_OPTIONAL, 0,
			      STORE_LOG_KEEP_MAX, &keep) ||
	    control_param_bool(call, "compress", CONTROL_OPTIONAL,
			       &rotation->compress) ||
	    control_param_bool(call, "system", CONTROL_OPTIONAL,
			       &logs->system) ||
	    control_param_bool(call, "administration", CONTROL_OPTIONAL,
			       &logs->administration) ||
	    control_param_bool(call, "access", CONTROL_OPTIONAL,
			       &logs->access) ||
	    control_params_end(call))
		return -EINVAL;
	rotation->keep = (unsigned int)keep;
	return 0;
}

int log_hub_params(struct control_call *call, const char *packets,
		   struct packet_log_masks *masks)
{
	struct sehub_err err;

	if (!sehub_log_parse(packets, &masks->headers, &masks->whole, &err))
		return 0;
	control_error(call, CONTROL_INVALID, "packets", "packets: %s",
		      err.text);
	return -EINVAL;
}
