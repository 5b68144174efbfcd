// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls that come from inside of the daemon: the same methods, parameters and
 * answers as over the socket, without the socket.
 */
#include "control_impl.h"

#include <stdio.h>
#include <stdlib.h>

void control_local_done(struct control_local *local,
			struct json_object *message)
{
	struct json_object *error = json_object_object_get(message, "error");

	local->call = NULL;
	local->done(local, error ? json_object_get_string(error) : NULL,
		    json_object_object_get(message, "parameters"));
	json_object_put(message);
}

void control_local_call(struct control *control, struct control_local *local,
			const char *name, struct json_object *params)
{
	struct control_call *call = calloc(1, sizeof(*call));
	const struct control_method *method;
	void *ctx;

	if (!call) {
		json_object_put(params);
		local->done(local, CONTROL_FAILED, NULL);
		return;
	}
	call->local = local;
	call->request = json_object_new_object();
	call->params = params ? params : json_object_new_object();
	json_object_object_add(call->request, "parameters", call->params);
	snprintf(call->by, sizeof(call->by), "%s", local->by);
	local->call = call;
	method = control_find(control, name, &ctx);
	if (method)
		method->handler(call, call->params, ctx);
	else
		control_error(call, CONTROL_NOT_FOUND, NULL,
			      "there is no method %s", name);
}

void control_local_cancel(struct control_local *local)
{
	struct control_call *call = local->call;

	if (!call)
		return;
	local->call = NULL;
	call->local = NULL;
	if (call->gone)
		call->gone(call, call->gone_arg);
}
