// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl log: the files that the daemon keeps logs in. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "print.h"

static void print_files(struct json_object *files)
{
	char headers[] = "HUB|LOG|STATE|>SIZE|>LINES|>LOST|FILE";
	size_t n = files ? json_object_array_length(files) : 0;
	struct table table;

	table_init(&table, headers);
	for (size_t i = 0; i < n; i++) {
		struct json_object *f = json_object_array_get_idx(files, i);
		int vlan = (int)ctl_get_int(f, "vlan");
		char text[PRINT_MAX];

		if (vlan)
			table_addf(&table, "%d", vlan);
		else
			table_add(&table, "-");
		table_add(&table, ctl_get_string(f, "name"));
		table_add(&table, ctl_get_string(f, "state"));
		table_add(&table, format_bytes((uint64_t)
					       ctl_get_int(f, "size"), text));
		table_addf(&table, "%" PRIi64, ctl_get_int(f, "lines"));
		table_addf(&table, "%" PRIi64, ctl_get_int(f, "lost"));
		table_add(&table, ctl_get_string(f, "path"));
	}
	table_print(&table);
	table_free(&table);
}

int cmd_log_show(struct ctl *ctl)
{
	struct json_object *logs = NULL;
	char text[PRINT_MAX];
	int64_t number;
	int status;

	status = ctl_call(ctl, "LogShow", NULL, &logs);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_JSON))
		return ctl_print_json(logs);

	puts("logs");
	print_value("directory", "%s", ctl_get_string(logs, "directory"));
	print_value("rotate", "%s", ctl_get_string(logs, "rotate"));
	number = ctl_get_int(logs, "max_bytes");
	print_value("longest", "%s", number ?
		    format_bytes((uint64_t)number, text) : "no limit");
	number = ctl_get_int(logs, "keep");
	if (number)
		print_value("keep", "%" PRIi64, number);
	else
		print_value("keep", "all");
	print_value("compress", "%s",
		    ctl_get_bool(logs, "compress") ? "on" : "off");
	putchar('\n');
	print_files(ctl_get_array(logs, "files"));
	json_object_put(logs);
	return CTL_OK;
}

static int add_switch(struct ctl *ctl, enum ctl_option option,
		      struct json_object *params)
{
	const char *word = ctl->values[option];

	if (!word)
		return CTL_OK;
	if (strcmp(word, "on") && strcmp(word, "off"))
		return ctl_misuse(ctl, "--%s: \"%.40s\" is not on or off",
				  ctl_options[option].name, word);
	ctl_add_bool(params, ctl_options[option].name, !strcmp(word, "on"));
	return CTL_OK;
}

static int add_max_bytes(struct ctl *ctl, struct json_object *params)
{
	static const char units[] = "KMG";
	const char *word = ctl->values[OPT_MAX_BYTES], *unit;
	unsigned long long number;
	unsigned int shift = 0;
	char *end;

	if (!word)
		return CTL_OK;
	errno = 0;
	number = strtoull(word, &end, 10);
	if (*end && !end[1] && (unit = strchr(units, *end))) {
		shift = 10 * (unsigned int)(unit - units + 1);
		end++;
	}
	if (*word < '0' || *word > '9' || *end || errno ||
	    number > (unsigned long long)INT64_MAX >> shift)
		return ctl_misuse(ctl, "--max-bytes: \"%.40s\" is no size, as 100M or 4096",
				  word);
	ctl_add_int(params, "max_bytes", (int64_t)(number << shift));
	return CTL_OK;
}

int cmd_log_set(struct ctl *ctl)
{
	static const enum ctl_option switches[] = {
		OPT_COMPRESS, OPT_SYSTEM, OPT_ADMINISTRATION, OPT_ACCESS,
	};
	struct json_object *params = json_object_new_object();
	uint32_t keep = 0;
	int status;

	if (ctl_has(ctl, OPT_ROTATE))
		ctl_add_string(params, "rotate", ctl->values[OPT_ROTATE]);
	status = add_max_bytes(ctl, params);
	if (!status)
		status = ctl_u32(ctl, OPT_KEEP, 0, UINT32_MAX, &keep);
	if (!status && ctl_has(ctl, OPT_KEEP))
		ctl_add_int(params, "keep", keep);
	for (size_t i = 0; !status &&
	     i < sizeof(switches) / sizeof(*switches); i++)
		status = add_switch(ctl, switches[i], params);
	if (!status && !json_object_object_length(params))
		status = ctl_misuse(ctl, "nothing to set");
	if (!status)
		status = ctl_call(ctl, "LogSet", params, NULL);
	json_object_put(params);
	return status;
}

static int set_hub(struct ctl *ctl, uint16_t vlan)
{
	struct json_object *params = json_object_new_object();
	uint32_t headers = 0, whole = 0;
	struct sehub_err err;
	int status;

	/* Words that are wrong are so without the daemon. */
	if (sehub_log_parse(ctl->values[OPT_LOG], &headers, &whole, &err)) {
		json_object_put(params);
		return ctl_misuse(ctl, "--log: %s", err.text);
	}
	ctl_add_int(params, "vlan", vlan);
	ctl_add_string(params, "packets", ctl->values[OPT_LOG]);
	status = ctl_call(ctl, "LogHubSet", params, NULL);
	json_object_put(params);
	return status;
}

int cmd_log_hub(struct ctl *ctl)
{
	struct json_object *params, *reply = NULL;
	uint16_t vlan = 0;
	int status;

	status = ctl_vlan(ctl, &vlan);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_LOG))
		return set_hub(ctl, vlan);
	params = json_object_new_object();
	ctl_add_int(params, "vlan", vlan);
	status = ctl_call(ctl, "LogHubShow", params, &reply);
	json_object_put(params);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_JSON))
		return ctl_print_json(reply);
	puts(ctl_get_string(reply, "packets"));
	json_object_put(reply);
	return CTL_OK;
}
