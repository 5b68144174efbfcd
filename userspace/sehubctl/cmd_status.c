// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sehubctl status: module, hubs and daemon, each as far as it is there. What is
 * missing is part of the answer, not a failure.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "lib/control.h"
#include "print.h"

#define STATUS_SECONDS	5
#define MODULE_VERSION	"/sys/module/sehub/version"

struct totals {
	unsigned int hubs;
	unsigned int up;
	unsigned int ports;
	unsigned int macs;
	unsigned int ips;
};

/**
 * struct status - what was found
 * @module_err: why the module cannot be asked; code 0: it can
 * @version: of the module, empty if it is not known
 * @totals: over all hubs
 * @daemon_err: why the daemon cannot be asked; code 0: it can
 * @daemon: what it answered
 */
struct status {
	struct sehub_err module_err;
	char version[32];
	struct totals totals;
	struct sehub_err daemon_err;
	struct json_object *daemon;
};

static int count_hub(const struct sehub_hub *hub, void *arg)
{
	struct totals *totals = arg;

	totals->hubs++;
	totals->up += hub->up;
	totals->ports += hub->port_count;
	totals->macs += hub->fdb_count;
	totals->ips += hub->ip_count;
	return 0;
}

static void ask_module(struct ctl *ctl, struct status *status)
{
	FILE *f;

	status->module_err.code = 0;
	if (sehub_nl_open(&ctl->nl, &status->module_err) ||
	    sehub_hub_list(ctl->nl, count_hub, &status->totals,
			   &status->module_err))
		return;
	f = fopen(MODULE_VERSION, "re");
	if (!f)
		return;
	if (fgets(status->version, sizeof(status->version), f))
		status->version[strcspn(status->version, "\n")] = '\0';
	fclose(f);
}

static void ask_daemon(struct ctl *ctl, struct status *status)
{
	status->daemon_err.code = 0;
	sehub_control_call(ctl->values[OPT_SOCKET], "Status", NULL,
			   STATUS_SECONDS * 1000, &status->daemon,
			   &status->daemon_err);
}

static int print_as_json(const struct status *status)
{
	struct json_object *module = json_object_new_object();
	struct json_object *daemon = status->daemon ?
		json_object_get(status->daemon) : json_object_new_object();
	struct json_object *o = json_object_new_object();

	ctl_add_bool(module, "loaded", !status->module_err.code);
	if (status->module_err.code)
		ctl_add_string(module, "error", status->module_err.text);
	else if (status->version[0])
		ctl_add_string(module, "version", status->version);
	ctl_add_int(module, "hubs", status->totals.hubs);
	ctl_add_int(module, "ports", status->totals.ports);
	ctl_add_int(module, "macs", status->totals.macs);
	ctl_add_int(module, "ips", status->totals.ips);

	ctl_add_bool(daemon, "running", !status->daemon_err.code);
	if (status->daemon_err.code)
		ctl_add_string(daemon, "error", status->daemon_err.text);

	json_object_object_add(o, "module", module);
	json_object_object_add(o, "daemon", daemon);
	return ctl_print_json(o);
}

static void print_daemon(struct json_object *d)
{
	struct json_object *listeners = ctl_get_array(d, "listeners");
	size_t n = listeners ? json_object_array_length(listeners) : 0;
	char text[PRINT_MAX];

	puts("daemon");
	print_value("version", "%s", ctl_get_string(d, "version"));
	print_value("running for", "%s (pid %d, %d workers)",
		    format_age(ctl_get_int(d, "uptime_s"), text),
		    (int)ctl_get_int(d, "pid"),
		    (int)ctl_get_int(d, "workers"));
	for (size_t i = 0; i < n; i++) {
		struct json_object *l = json_object_array_get_idx(listeners, i);
		const char *error = ctl_get_string(l, "error");
		char name[CTL_LISTENER_MAX];

		print_value(i ? "" : "listening on", "%s%s%s%s",
			    ctl_format_listener(l, name),
			    strcmp(ctl_get_string(l, "state"), "off") ? "" :
			    " (off)", *error ? ": failed: " : "", error);
	}
	print_value("fingerprint", "%s", ctl_get_string(d, "fingerprint"));
	print_value("users", "%d", (int)ctl_get_int(d, "users"));
	print_value("sessions", "%d", (int)ctl_get_int(d, "sessions"));
	print_value("connections", "%d", (int)ctl_get_int(d, "connections"));
}

static void print_as_text(const struct status *status)
{
	puts("module");
	if (status->module_err.code) {
		print_value("state", "%s", status->module_err.text);
	} else {
		print_value("state", "loaded%s%s",
			    status->version[0] ? ", version " : "",
			    status->version);
		print_value("hubs", "%u, %u of them up", status->totals.hubs,
			    status->totals.up);
		print_value("ports", "%u", status->totals.ports);
		print_value("macs", "%u", status->totals.macs);
		print_value("ips", "%u", status->totals.ips);
	}
	if (!status->daemon_err.code) {
		print_daemon(status->daemon);
		return;
	}
	puts("daemon");
	print_value("state", "%s", status->daemon_err.text);
}

int cmd_status(struct ctl *ctl)
{
	struct status status = { .daemon = NULL };

	ask_module(ctl, &status);
	ask_daemon(ctl, &status);
	if (ctl_has(ctl, OPT_JSON))
		print_as_json(&status);
	else
		print_as_text(&status);
	json_object_put(status.daemon);
	return CTL_OK;
}
