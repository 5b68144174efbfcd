// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl session: the sessions that clients have with this server. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "cmd.h"
#include "print.h"

static void print_sessions(struct json_object *sessions)
{
	char headers[] =
		"SESSION|>VLAN|USER|STATE|FROM|CLIENT|>SINCE|>IN|>OUT";
	size_t n = sessions ? json_object_array_length(sessions) : 0;
	time_t now = time(NULL);
	struct table table;

	table_init(&table, headers);
	for (size_t i = 0; i < n; i++) {
		struct json_object *s = json_object_array_get_idx(sessions, i);
		char text[PRINT_MAX];

		table_add(&table, ctl_get_string(s, "session"));
		table_addf(&table, "%d", (int)ctl_get_int(s, "vlan"));
		table_add(&table, ctl_get_string(s, "user"));
		table_add(&table, ctl_get_string(s, "state"));
		table_add(&table, ctl_get_string(s, "address"));
		table_add(&table, ctl_get_string(s, "client_name"));
		table_add(&table, format_since(ctl_get_int(s, "since"), now,
					       text));
		table_add(&table, format_bytes(ctl_get_int(s, "rx_bytes"),
					       text));
		table_add(&table, format_bytes(ctl_get_int(s, "tx_bytes"),
					       text));
	}
	table_print(&table);
	table_free(&table);
}

int cmd_session_list(struct ctl *ctl)
{
	return ctl_list(ctl, "SessionList", "sessions", print_sessions);
}

/* Calls a method that takes nothing but the session that is word 0. */
static int call_about(struct ctl *ctl, const char *method,
		      struct json_object **reply)
{
	struct json_object *params = json_object_new_object();
	int status;

	ctl_add_string(params, "session", ctl->words[0]);
	status = ctl_call(ctl, method, params, reply);
	json_object_put(params);
	return status;
}

int cmd_session_disconnect(struct ctl *ctl)
{
	return call_about(ctl, "SessionDisconnect", NULL);
}

static void print_traffic(struct json_object *s, const char *label,
			  const char *frames, const char *bytes)
{
	char text[PRINT_MAX];

	print_value(label, "%" PRIi64 " frames, %s", ctl_get_int(s, frames),
		    format_bytes(ctl_get_int(s, bytes), text));
}

int cmd_session_show(struct ctl *ctl)
{
	struct json_object *s = NULL;
	char text[PRINT_MAX];
	int status;

	status = call_about(ctl, "SessionShow", &s);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_JSON))
		return ctl_print_json(s);

	printf("session ");
	print_text(ctl_get_string(s, "session"));
	print_value("user", "%s of vlan %d", ctl_get_string(s, "user"),
		    (int)ctl_get_int(s, "vlan"));
	print_value("state", "%s", ctl_get_string(s, "state"));
	print_value("client", "%s", ctl_get_string(s, "client_name"));
	print_value("from", "%s", ctl_get_string(s, "address"));
	if (*ctl_get_string(s, "carrier"))
		print_value("carrier", "%s", ctl_get_string(s, "carrier"));
	if (*ctl_get_string(s, "peer_hub"))
		print_value("leads to", "hub %s",
			    ctl_get_string(s, "peer_hub"));
	print_value("cipher", "%s", ctl_get_string(s, "cipher"));
	print_value("super-frames", "%s", ctl_get_bool(s, "offload") ?
		    "yes" : "no");
	print_value("since", "%s", format_time(ctl_get_int(s, "since"), text));
	print_value("resumed", "%d times", (int)ctl_get_int(s, "resumes"));
	if (*ctl_get_string(s, "device"))
		print_value("port", "device %s", ctl_get_string(s, "device"));
	else if (ctl_get_int(s, "port_id"))
		print_value("port", "%d (session id %d)",
			    (int)ctl_get_int(s, "port"),
			    (int)ctl_get_int(s, "port_id"));
	print_traffic(s, "in", "rx_frames", "rx_bytes");
	print_traffic(s, "out", "tx_frames", "tx_bytes");
	json_object_put(s);
	return CTL_OK;
}
