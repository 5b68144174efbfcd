// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl listener: addresses and ports that the daemon accepts clients on. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "print.h"

const char *ctl_format_listener(struct json_object *listener,
				char buf[CTL_LISTENER_MAX])
{
	const char *address = ctl_get_string(listener, "address");

	snprintf(buf, CTL_LISTENER_MAX,
		 strchr(address, ':') ? "[%s]:%d" : "%s:%d", address,
		 (int)ctl_get_int(listener, "port"));
	return buf;
}

static void print_listeners(struct json_object *listeners)
{
	char headers[] =
		"LISTENER|FOR|STATE|FROM|>ACCEPTED|>REFUSED|>LOGINS|>SESSIONS|ERROR";
	size_t n = listeners ? json_object_array_length(listeners) : 0;
	static const char *const counters[] = {
		"accepted", "refused", "logins", "sessions",
	};
	struct table table;

	table_init(&table, headers);
	for (size_t i = 0; i < n; i++) {
		struct json_object *l = json_object_array_get_idx(listeners, i);
		char text[CTL_LISTENER_MAX];

		table_add(&table, ctl_format_listener(l, text));
		table_add(&table, ctl_get_string(l, "protocol"));
		table_add(&table, ctl_get_string(l, "state"));
		table_add(&table, ctl_get_string(l, "source"));
		for (size_t j = 0; j < sizeof(counters) / sizeof(*counters);
		     j++)
			table_addf(&table, "%" PRIi64,
				   ctl_get_int(l, counters[j]));
		table_add(&table, ctl_get_string(l, "error"));
	}
	table_print(&table);
	table_free(&table);
}

int cmd_listener_list(struct ctl *ctl)
{
	return ctl_list(ctl, "ListenerList", "listeners", print_listeners);
}

/* Parameters that name the listener; NULL: the words are wrong, and it is said. */
static struct json_object *listener_params(struct ctl *ctl)
{
	struct sehub_endpoint endpoint;
	struct json_object *params;
	struct sehub_ip_addr addr;

	if (sehub_parse_endpoint(ctl->words[0], 0, &endpoint) ||
	    sehub_parse_ip(endpoint.host, &addr)) {
		ctl_misuse(ctl,
			   "\"%.80s\" is no address with a port, such as 0.0.0.0:443 or [::]:443",
			   ctl->words[0]);
		return NULL;
	}
	params = json_object_new_object();
	ctl_add_string(params, "address", endpoint.host);
	ctl_add_int(params, "port", endpoint.port);
	return params;
}

int cmd_listener_add(struct ctl *ctl)
{
	struct json_object *params = listener_params(ctl);
	int status;

	if (!params)
		return CTL_USAGE;
	if (ctl_has(ctl, OPT_PROTOCOL))
		ctl_add_string(params, "protocol", ctl->values[OPT_PROTOCOL]);
	status = ctl_call(ctl, "ListenerAdd", params, NULL);
	json_object_put(params);
	return status;
}

int cmd_listener_del(struct ctl *ctl)
{
	struct json_object *params = listener_params(ctl);
	int status;

	if (!params)
		return CTL_USAGE;
	status = ctl_call(ctl, "ListenerDel", params, NULL);
	json_object_put(params);
	return status;
}

static int set_enabled(struct ctl *ctl, bool is_enabled)
{
	struct json_object *params = listener_params(ctl);
	int status;

	if (!params)
		return CTL_USAGE;
	ctl_add_bool(params, "enabled", is_enabled);
	status = ctl_call(ctl, "ListenerSet", params, NULL);
	json_object_put(params);
	return status;
}

int cmd_listener_on(struct ctl *ctl)
{
	return set_enabled(ctl, true);
}

int cmd_listener_off(struct ctl *ctl)
{
	return set_enabled(ctl, false);
}
