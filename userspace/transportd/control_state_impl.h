/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between control_state.c (methods), control_export.c (the document),
 * control_import.c (what is in it) and control_import_logs.c (settings in it,
 * of which there is one each).
 */
#ifndef SEHUB_TRANSPORTD_CONTROL_STATE_IMPL_H
#define SEHUB_TRANSPORTD_CONTROL_STATE_IMPL_H

#include <stdint.h>
#include <json-c/json.h>

#include "control.h"
#include "control_state.h"
#include "store.h"

/**
 * enum state_kind - what is another one now
 * @STATE_USER: a user that was there
 * @STATE_CONNECTION: a connection that was there
 * @STATE_PACKET_LOG: what a hub logs
 * @STATE_LOGS: settings of log files
 * @STATE_ADMIN: the administrator's password
 */
enum state_kind {
	STATE_USER,
	STATE_CONNECTION,
	STATE_PACKET_LOG,
	STATE_LOGS,
	STATE_ADMIN,
};

/**
 * struct state_change - one that is another one now
 * @kind: of it
 * @vlan: of a user or a hub
 * @name: of a user or connection
 * @is_login: see struct state_ops
 */
struct state_change {
	enum state_kind kind;
	uint16_t vlan;
	char name[STORE_USER_MAX + 1];
	bool is_login;
};

/**
 * struct state_import - a document on its way in
 * @call: the request
 * @store: where it goes to, in a transaction
 * @replace: what is there may be replaced
 * @changes: what has to follow
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
int state_export_admin(struct store *store, struct json_object *into,
		       struct store_error *error);
int state_export_logs(struct store *store, struct json_object *into,
		      struct store_error *error);
int state_export_packet_logs(struct store *store, struct json_object *into,
			     struct store_error *error);

int state_import_user(struct state_import *import, struct control_call *part);
int state_import_connection(struct state_import *import,
			    struct control_call *part);
int state_import_hub(struct state_import *import, struct control_call *part);
int state_import_listener(struct state_import *import,
			  struct control_call *part);
int state_import_admin(struct state_import *import, struct control_call *part);
int state_import_logs(struct state_import *import, struct control_call *part);
int state_import_packet_log(struct state_import *import,
			    struct control_call *part);

/* Of the store: 0, or an error of @part. */
int state_answer(struct control_call *part, int err,
		 const struct store_error *error);
/* Return: 0, or @part is answered. */
int state_note_change(struct state_import *import, struct control_call *part,
		      const struct state_change *change);

#endif /* SEHUB_TRANSPORTD_CONTROL_STATE_IMPL_H */
