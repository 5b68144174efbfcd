/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HubSave, HubForget and HubSavedList, and hubs in documents of Export. */
#ifndef SEHUB_TRANSPORTD_CONTROL_HUB_H
#define SEHUB_TRANSPORTD_CONTROL_HUB_H

#include "err.h"
#include "store.h"

struct control;
struct control_call;
struct control_hub;
struct json_object;

/**
 * struct hub_ops - what this file asks of those who have the hubs
 * @read: a hub as it is, see hubs_read()
 * @saved: what is saved is something else now
 *
 * Both are required.
 */
struct hub_ops {
	int (*read)(uint16_t vlan, struct store_hub *hub,
		    unsigned int *left_out, struct sehub_err *err);
	void (*saved)(void *ctx);
};

/* As control_user_register(). */
int control_hub_register(struct control *control, struct store *store,
			 const struct hub_ops *ops, void *ctx,
			 struct control_hub **hub);
void control_hub_free(struct control_hub *hub);

/* A hub as it is saved, without the address of its device. */
struct json_object *hub_describe(const struct store_hub *hub);
/*
 * The same way back: 0, and store_hub_free() it; or the call is answered. The
 * store checks once more.
 */
int hub_params(struct control_call *call, struct store_hub *hub);

#endif /* SEHUB_TRANSPORTD_CONTROL_HUB_H */
