// SPDX-License-Identifier: GPL-2.0-or-later
/* Export and Import as methods: see control_state.h. */
#include "control_state_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

struct control_state {
	struct store *store;
	const struct state_ops *ops;
	void *ctx;
};

/* What is in a document, in the order in which it is stored. */
static const struct state_section sections[] = {
	{ "users", true, state_export_users, state_import_user },
	{ "connections", true, state_export_connections,
	  state_import_connection },
	{ "hubs", true, state_export_hubs, state_import_hub },
	{ "listeners", true, state_export_listeners, state_import_listener },
	{ "packet_logs", true, state_export_packet_logs,
	  state_import_packet_log },
	{ "logs", false, state_export_logs, state_import_logs },
	{ "admin", false, state_export_admin, state_import_admin },
};

#define SECTIONS	(sizeof(sections) / sizeof(sections[0]))

/* --- out ------------------------------------------------------------------- */

static void export(struct control_call *call, struct json_object *params,
		   void *ctx)
{
	struct store_error error = { "out of memory" };
	struct json_object *reply, *document, *into;
	struct control_state *state = ctx;
	int err = 0;

	(void)params;
	if (control_params_end(call))
		return;
	reply = json_object_new_object();
	document = json_object_new_object();
	json_object_object_add(reply, "state", document);
	json_object_object_add(document, "version",
			       json_object_new_int(STATE_VERSION));
	for (size_t i = 0; !err && i < SECTIONS; i++) {
		into = sections[i].is_list ? json_object_new_array() :
					     json_object_new_object();
		json_object_object_add(document, sections[i].name, into);
		err = sections[i].export(state->store, into, &error);
	}
	if (err) {
		json_object_put(reply);
		control_error_errno(call, err, error.text);
		return;
	}
	log_admin("state-export by=%s", control_call_by(call));
	control_reply_secret(call, reply);
}

/* --- in -------------------------------------------------------------------- */

static int import_part(struct state_import *import,
		       const struct state_section *section,
		       struct json_object *object, const char *where)
{
	struct control_call *part;
	int err, wrong;

	part = control_part_begin(import->call, object, where);
	if (!part)
		return -ENOMEM;
	err = section->import(import, part);
	wrong = control_part_end(part);
	return wrong ? wrong : err;
}

/* How many there were, or -errno and the call is answered. */
static int import_section(struct state_import *import,
			  const struct state_section *section,
			  struct control_call *document)
{
	struct json_object *value = NULL;
	size_t count, i;
	char where[64];
	int err;

	err = section->is_list ?
	      control_param_objects(document, section->name, CONTROL_OPTIONAL,
				    &value) :
	      control_param_object(document, section->name, CONTROL_OPTIONAL,
				   &value);
	if (err || !value)
		return err;
	if (!section->is_list)
		return import_part(import, section, value, section->name);
	count = json_object_array_length(value);
	for (i = 0; !err && i < count; i++) {
		snprintf(where, sizeof(where), "%s[%zu]", section->name, i);
		err = import_part(import, section,
				  json_object_array_get_idx(value, i), where);
	}
	return err ? err : (int)count;
}

/* All of it, with the number of each kind into @reply. */
static int import_document(struct state_import *import,
			   struct control_call *document,
			   struct json_object *reply)
{
	int64_t version;
	int count;

	if (control_param_int(document, "version", CONTROL_REQUIRED, 1,
			      INT64_MAX, &version))
		return -EINVAL;
	if (version > STATE_VERSION) {
		control_error(document, CONTROL_INVALID, "version",
			      "version: %lld was written by a newer sehub-transportd, this one knows %d",
			      (long long)version, STATE_VERSION);
		return -EINVAL;
	}
	for (size_t i = 0; i < SECTIONS; i++) {
		count = import_section(import, &sections[i], document);
		if (count < 0)
			return count;
		if (sections[i].is_list)
			json_object_object_add(reply, sections[i].name,
					       json_object_new_int(count));
	}
	return control_params_end(document);
}

static void apply_user(struct control_state *state,
		       const struct state_change *change)
{
	struct store_error error;
	struct store_user user;

	if (store_user_get(state->store, change->vlan, change->name, &user,
			   &error))
		log_error("state-import error=%s", LOG_QUOTED(error.text));
	else
		state->ops->user(state->ctx, &user, change->is_login);
}

/* It is stored: now it has to happen. */
static void apply(struct control_state *state,
		  const struct state_import *import)
{
	const char *by = control_call_by(import->call);

	for (size_t i = 0; i < import->change_count; i++) {
		const struct state_change *change = &import->changes[i];

		switch (change->kind) {
		case STATE_USER:
			apply_user(state, change);
			break;
		case STATE_CONNECTION:
			state->ops->connection(state->ctx, change->name);
			break;
		case STATE_PACKET_LOG:
			state->ops->packet_log(state->ctx, change->vlan, by);
			break;
		case STATE_LOGS:
			state->ops->logs(state->ctx, by);
			break;
		case STATE_ADMIN:
			state->ops->admin(state->ctx, by);
			break;
		}
	}
	state->ops->hubs(state->ctx);
	state->ops->listeners(state->ctx);
}

/* Who did it, and how much there was of each kind. */
static void say(const struct state_import *import, struct json_object *counts)
{
	char text[200] = "";
	size_t used = 0;

	json_object_object_foreach(counts, name, count)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 " %s=%d", name,
					 json_object_get_int(count));
	/* as in all other lines */
	for (char *c = strchr(text, '_'); c; c = strchr(c, '_'))
		*c = '-';
	log_admin("state-import replace=%s%s by=%s",
		  import->replace ? "yes" : "no", text,
		  control_call_by(import->call));
}

/* 0: all of it is stored; else nothing is, and the call is answered. */
static int store(struct state_import *import, struct json_object *object,
		 struct json_object *reply)
{
	struct control_call *document;
	struct store_error error;
	int err, wrong;

	err = store_begin(import->store, &error);
	if (err) {
		control_error_errno(import->call, err, error.text);
		return err;
	}
	document = control_part_begin(import->call, object, "state");
	err = document ? import_document(import, document, reply) : -ENOMEM;
	wrong = document ? control_part_end(document) : 0;
	err = wrong ? wrong : err;
	if (!err) {
		err = store_commit(import->store, &error);
		if (err)
			control_error_errno(import->call, err, error.text);
	}
	if (err)
		store_rollback(import->store);
	return err;
}

static void import(struct control_call *call, struct json_object *params,
		   void *ctx)
{
	struct control_state *state = ctx;
	struct state_import under_way = { .call = call, .store = state->store };
	struct json_object *object, *reply;

	(void)params;
	if (control_param_object(call, "state", CONTROL_REQUIRED, &object) ||
	    control_param_bool(call, "replace", CONTROL_OPTIONAL,
			       &under_way.replace) ||
	    control_params_end(call))
		return;
	reply = json_object_new_object();
	if (store(&under_way, object, reply)) {
		json_object_put(reply);
	} else {
		say(&under_way, reply);
		apply(state, &under_way);
		control_reply(call, reply);
	}
	free(under_way.changes);
}

static const struct control_method methods[] = {
	{ "Export", export, CONTROL_CHANGES },
	{ "Import", import, CONTROL_CHANGES },
};

int control_state_register(struct control *control, struct store *where,
			   const struct state_ops *ops, void *ctx,
			   struct control_state **state)
{
	struct control_state *made = calloc(1, sizeof(*made));
	int err;

	*state = NULL;
	if (!made)
		return -ENOMEM;
	made->store = where;
	made->ops = ops;
	made->ctx = ctx;
	err = control_register(control, methods,
			       sizeof(methods) / sizeof(methods[0]), made);
	if (err)
		free(made);
	else
		*state = made;
	return err;
}

void control_state_free(struct control_state *state)
{
	free(state);
}
