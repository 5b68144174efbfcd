// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses that are listened on, as the method ListenerList tells of them.
 */
#include "metrics.h"

#include <stdio.h>
#include <string.h>
#include <json-c/json.h>

#include "listen.h"
#include "metrics_text.h"

static int64_t number_in(struct json_object *listener, const char *key)
{
	return json_object_get_int64(json_object_object_get(listener, key));
}

static const char *text_in(struct json_object *listener, const char *key)
{
	return json_object_get_string(json_object_object_get(listener, key));
}

static void add(struct metrics_text *text, struct json_object *listener,
		const char *suffix, int64_t value)
{
	const char *host = text_in(listener, "address");
	char address[CONFIG_ADDRESS_MAX];

	snprintf(address, sizeof(address), strchr(host, ':') ? "[%s]:%d" :
		 "%s:%d", host, (int)number_in(listener, "port"));
	metrics_value(text, suffix, (uint64_t)value, "address", address, NULL);
}

static void add_count(struct metrics_text *text, struct json_object *list,
		      const char *name, const char *help, const char *key)
{
	metrics_family(text, name, "counter", NULL, help);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *l = json_object_array_get_idx(list, i);

		add(text, l, "_total", number_in(l, key));
	}
}

void metrics_add_listeners(struct metrics_text *text, const struct daemon *d)
{
	struct json_object *list = listeners_describe(d);

	metrics_family(text, "sehub_listener_up", "gauge", NULL,
		       "Whether an address is listened on: 0 or 1.");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *l = json_object_array_get_idx(list, i);

		add(text, l, "", !strcmp(text_in(l, "state"), "listening"));
	}
	add_count(text, list, "sehub_listener_accepted",
		  "Connections that were accepted, also those that ended before they logged in.",
		  "accepted");
	/* the rest of them was lost before the login, or is about to log in */
	add_count(text, list, "sehub_listener_refused",
		  "Accepted ones, sent away at once or after a login that failed.",
		  "refused");
	add_count(text, list, "sehub_listener_logins",
		  "Accepted ones that became a session, or a session's new line.",
		  "logins");
	json_object_put(list);
}
