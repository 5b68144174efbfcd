// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Log* methods of the control interface.
 */
#include "control_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "control_log_params.h"
#include "daemon.h"
#include "err.h"
#include "log.h"
#include "log_words.h"
#include "log_writer.h"
#include "logs.h"
#include "packet_log.h"

struct control_log {
	struct daemon *d;
	struct logs *logs;
};

static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

static void add_number(struct json_object *object, const char *key,
		       uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

/* Of a file, without what its name ends with. */
static void add_name(struct json_object *object, const char *name)
{
	json_object_object_add(object, "name",
			       json_object_new_string_len(name,
					(int)strcspn(name, ".")));
}

static void add_file(void *arg, const struct log_status *status)
{
	struct json_object *file = json_object_new_object();
	char text[128] = "on";

	add_name(file, status->name);
	if (status->vlan)
		add_number(file, "vlan", status->vlan);
	add_text(file, "path", status->path);
	add_number(file, "size", status->size);
	add_number(file, "lines", status->lines);
	add_number(file, "lost", status->lost);
	if (!status->is_on)
		strcpy(text, "off");
	else if (status->error)
		snprintf(text, sizeof(text), "failed: %s",
			 strerror(-status->error));
	add_text(file, "state", text);
	json_object_array_add(arg, file);
}

/* Of the server first, then by hub, each by name. */
static int compare_files(const void *a, const void *b)
{
	struct json_object *fa = *(struct json_object *const *)a;
	struct json_object *fb = *(struct json_object *const *)b;
	int va = json_object_get_int(json_object_object_get(fa, "vlan"));
	int vb = json_object_get_int(json_object_object_get(fb, "vlan"));

	if (va != vb)
		return va < vb ? -1 : 1;
	return strcmp(json_object_get_string(json_object_object_get(fa, "name")),
		      json_object_get_string(json_object_object_get(fb, "name")));
}

static void log_show(struct control_call *call, struct json_object *params,
		     void *ctx)
{
	struct control_log *log = ctx;
	struct log_writer *writer = logs_writer(log->logs);
	struct json_object *reply, *files;

	(void)params;
	if (control_params_end(call))
		return;
	reply = json_object_new_object();
	files = json_object_new_array();
	add_text(reply, "directory", log_writer_directory(writer));
	log_settings_describe(logs_settings(log->logs), reply);
	log_writer_each(writer, add_file, files);
	json_object_array_sort(files, compare_files);
	json_object_object_add(reply, "files", files);
	control_reply(call, reply);
}

static void log_set(struct control_call *call, struct json_object *params,
		    void *ctx)
{
	struct control_log *log = ctx;
	struct store_logs s = *logs_settings(log->logs);
	struct store_error error;
	int err;

	if (log_settings_params(call, &s))
		return;
	if (!json_object_object_length(params)) {
		control_error(call, CONTROL_INVALID, "rotate",
			      "nothing to set: name rotate, max_bytes, keep, compress, system, administration or access");
		return;
	}
	err = logs_set(log->logs, &s, control_call_by(call), &error);
	if (err)
		control_error_errno(call, err, error.text);
	else
		control_reply(call, NULL);
}

static void log_hub_show(struct control_call *call, struct json_object *params,
			 void *ctx)
{
	struct control_log *log = ctx;
	struct packet_log_masks masks;
	char words[SEHUB_LOG_STRLEN];
	struct json_object *reply;
	int64_t vlan;

	(void)params;
	if (control_param_int(call, "vlan", CONTROL_REQUIRED, STORE_VLAN_MIN,
			      STORE_VLAN_MAX, &vlan) ||
	    control_params_end(call))
		return;
	masks = packet_log_get(log->d->packets, (uint16_t)vlan);
	reply = json_object_new_object();
	add_number(reply, "vlan", (uint64_t)vlan);
	add_text(reply, "packets",
		 sehub_log_format(masks.headers, masks.whole, words));
	control_reply(call, reply);
}

static void log_hub_set(struct control_call *call, struct json_object *params,
			void *ctx)
{
	struct control_log *log = ctx;
	struct packet_log_masks masks;
	struct sehub_err err;
	const char *packets;
	int64_t vlan;
	int ret;

	(void)params;
	if (control_param_int(call, "vlan", CONTROL_REQUIRED, STORE_VLAN_MIN,
			      STORE_VLAN_MAX, &vlan) ||
	    control_param_string(call, "packets", CONTROL_REQUIRED, &packets) ||
	    control_params_end(call))
		return;
	masks = packet_log_get(log->d->packets, (uint16_t)vlan);
	if (log_hub_params(call, packets, &masks))
		return;
	ret = packet_log_set(log->d->packets, log->d->kernel, (uint16_t)vlan,
			     &masks, control_call_by(call), &err);
	if (ret) {
		/* without the module, "not found" would be about the hub */
		control_error_errno(call, ret == -ENOENT ? -EIO : ret,
				    err.text);
		return;
	}
	control_reply(call, NULL);
}

static const struct control_method log_methods[] = {
	{ "LogShow", log_show, CONTROL_READS },
	{ "LogSet", log_set, CONTROL_CHANGES },
	{ "LogHubShow", log_hub_show, CONTROL_READS },
	{ "LogHubSet", log_hub_set, CONTROL_CHANGES },
};

int control_log_register(struct daemon *d, struct control_log **made)
{
	struct control_log *log = calloc(1, sizeof(*log));
	int err;

	*made = NULL;
	if (!log)
		return -ENOMEM;
	log->d = d;
	log->logs = d->logs;
	err = control_register(d->control, log_methods,
			       sizeof(log_methods) / sizeof(*log_methods), log);
	if (err)
		free(log);
	else
		*made = log;
	return err;
}

void control_log_free(struct control_log *log)
{
	free(log);
}
