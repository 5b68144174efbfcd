/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between control_state.c (methods), control_export.c (the document) and
 * control_import.c (what is in it).
 */
#ifndef SEHUB_TRANSPORTD_CONTROL_STATE_IMPL_H
#define SEHUB_TRANSPORTD_CONTROL_STATE_IMPL_H

#include <stdint.h>
#include <json-c/json.h>

#include "control.h"
#include "control_state.h"
#include "store.h"

/**
 * struct state_change - one that was there and is another one now
 * @vlan: of a user; 0: it is a connection
 * @name: of it
 * @is_login: see struct state_ops
 */
struct state_change {
	uint16_t vlan;
	char name[STORE_USER_MAX + 1];
	bool is_login;
};

/**
 * struct state_import - a document on its way in
 * @call: the request
 * @store: where it goes to, in a transaction
 * @replace: what is there may be replaced
 * @changes: what was there
 * @change_count: how many
 */
struct state_import {
	struct control_call *call;
	struct store *store;
	bool replace;
	struct state_change *changes;
	size_t change_count;
};

/**
 * struct state_section - a member of a document
 * @name: of the member
 * @is_list: it is a list of objects; false: an object
 * @export: fills the list, or the object: 0, or -errno with @error
 * @import: stores an object of the list, or the object: 0, or the call of which
 *	@part is one is answered
 */
struct state_section {
	const char *name;
	bool is_list;
	int (*export)(struct store *store, struct json_object *into,
		      struct store_error *error);
	int (*import)(struct state_import *import, struct control_call *part);
};

int state_export_users(struct store *store, struct json_object *into,
		       struct store_error *error);
int state_export_connections(struct store *store, struct json_object *into,
			     struct store_error *error);
int state_export_listeners(struct store *store, struct json_object *into,
			   struct store_error *error);

int state_export_hubs(struct store *store, struct json_object *into,
		      struct store_error *error);

int state_import_user(struct state_import *import, struct control_call *part);
int state_import_connection(struct state_import *import,
			    struct control_call *part);
int state_import_hub(struct state_import *import, struct control_call *part);
int state_import_listener(struct state_import *import,
			  struct control_call *part);

#endif /* SEHUB_TRANSPORTD_CONTROL_STATE_IMPL_H */
