// SPDX-License-Identifier: GPL-2.0-or-later
/* HubSave, HubForget, HubSavedList: see control_hub.h. */
#include "control_hub.h"

#include <errno.h>
#include <stdlib.h>

#include "control.h"
#include "log.h"

struct control_hub {
	struct store *store;
	const struct hub_ops *ops;
	void *ctx;
};

static int put(struct store *store, const struct store_hub *hub,
	       struct store_error *error)
{
	int err = store_begin(store, error);

	if (err)
		return err;
	err = store_hub_put(store, hub, error);
	if (!err)
		err = store_commit(store, error);
	if (err)
		store_rollback(store);
	return err;
}

static void hub_save(struct control_call *call, struct json_object *params,
		     void *ctx)
{
	struct control_hub *owner = ctx;
	struct json_object *reply;
	struct store_error error;
	unsigned int left_out;
	struct store_hub hub;
	struct sehub_err err;
	int64_t vlan;
	int ret;

	(void)params;
	if (control_param_int(call, "vlan", CONTROL_REQUIRED, STORE_VLAN_MIN,
			      STORE_VLAN_MAX, &vlan) ||
	    control_params_end(call))
		return;
	ret = owner->ops->read((uint16_t)vlan, &hub, &left_out, &err);
	if (ret) {
		control_error(call, ret == -ENODEV ? CONTROL_NOT_FOUND :
			      CONTROL_FAILED, NULL, "%s", err.text);
		return;
	}
	ret = put(owner->store, &hub, &error);
	if (ret) {
		store_hub_free(&hub);
		control_error_errno(call, ret, error.text);
		return;
	}
	log_admin("hub-save vlan=%d ports=%zu macs=%zu by=%s", (int)vlan,
		  hub.n_ports, hub.n_macs, control_call_by(call));
	store_hub_free(&hub);
	owner->ops->saved(owner->ctx);
	reply = json_object_new_object();
	json_object_object_add(reply, "left_out",
			       json_object_new_int64(left_out));
	control_reply(call, reply);
}

static void hub_forget(struct control_call *call, struct json_object *params,
		       void *ctx)
{
	struct control_hub *owner = ctx;
	struct store_error error;
	int64_t vlan;
	int err;

	(void)params;
	if (control_param_int(call, "vlan", CONTROL_REQUIRED, STORE_VLAN_MIN,
			      STORE_VLAN_MAX, &vlan) ||
	    control_params_end(call))
		return;
	err = store_hub_del(owner->store, (uint16_t)vlan, &error);
	if (err) {
		control_error_errno(call, err, error.text);
		return;
	}
	log_admin("hub-forget vlan=%d by=%s", (int)vlan,
		  control_call_by(call));
	owner->ops->saved(owner->ctx);
	control_reply(call, NULL);
}

static int list_one(void *arg, const struct store_hub *hub)
{
	return json_object_array_add(arg, hub_describe(hub)) ? -ENOMEM : 0;
}

static void hub_saved_list(struct control_call *call,
			   struct json_object *params, void *ctx)
{
	struct store_error error = { "out of memory" };
	struct json_object *reply, *list;
	struct control_hub *owner = ctx;
	int err;

	(void)params;
	if (control_params_end(call))
		return;
	list = json_object_new_array();
	err = store_hub_list(owner->store, list_one, list, &error);
	if (err) {
		json_object_put(list);
		control_error_errno(call, err, error.text);
		return;
	}
	reply = json_object_new_object();
	json_object_object_add(reply, "hubs", list);
	control_reply(call, reply);
}

static const struct control_method methods[] = {
	{ "HubSave", hub_save, CONTROL_CHANGES },
	{ "HubForget", hub_forget, CONTROL_CHANGES },
	{ "HubSavedList", hub_saved_list, CONTROL_READS },
};

int control_hub_register(struct control *control, struct store *store,
			 const struct hub_ops *ops, void *ctx,
			 struct control_hub **hub)
{
	struct control_hub *made = calloc(1, sizeof(*made));
	int err;

	*hub = NULL;
	if (!made)
		return -ENOMEM;
	made->store = store;
	made->ops = ops;
	made->ctx = ctx;
	err = control_register(control, methods,
			       sizeof(methods) / sizeof(methods[0]), made);
	if (err)
		free(made);
	else
		*hub = made;
	return err;
}

void control_hub_free(struct control_hub *hub)
{
	free(hub);
}
