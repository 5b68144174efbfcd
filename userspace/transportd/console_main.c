// SPDX-License-Identifier: GPL-2.0-or-later
/* The main menu, and its status page. */
#include "console_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"

/* --- status ---------------------------------------------------------------- */

/* Sums over all hubs. */
struct sums {
	int64_t ports;
	int64_t macs;
	int64_t ips;
	int64_t rx_bytes;
	int64_t tx_bytes;
	int64_t drops;
};

/* What a bridge does not have is -1. */
static void add_number(struct table *table, int64_t number)
{
	if (number < 0)
		table_add(table, "");
	else
		table_addf(table, "%" PRId64, number);
}

static void add_row(struct table *table, const struct sums *sums)
{
	char in[PRINT_MAX], out[PRINT_MAX];

	table_addf(table, "%" PRId64, sums->ports);
	table_addf(table, "%" PRId64, sums->macs);
	add_number(table, sums->ips);
	table_add(table, format_bytes((uint64_t)sums->rx_bytes, in));
	table_add(table, format_bytes((uint64_t)sums->tx_bytes, out));
	add_number(table, sums->drops);
}

static void add_hub(struct table *table, struct json_object *hub,
		    struct sums *all)
{
	struct sums one = {
		.ports = console_int(hub, "ports"),
		.macs = console_int(hub, "macs"),
		.ips = console_has(hub, "ips") ? console_int(hub, "ips") : -1,
		.rx_bytes = console_int(hub, "rx_bytes"),
		.tx_bytes = console_int(hub, "tx_bytes"),
		.drops = console_has(hub, "drops") ?
			 console_int(hub, "drops") : -1,
	};

	table_addf(table, "%" PRId64, console_int(hub, "vlan"));
	table_add(table, console_string(hub, "device"));
	add_row(table, &one);
	all->ports += one.ports;
	all->macs += one.macs;
	all->ips += one.ips > 0 ? one.ips : 0;
	all->rx_bytes += one.rx_bytes;
	all->tx_bytes += one.tx_bytes;
	all->drops += one.drops > 0 ? one.drops : 0;
}

static void on_hubs(struct console_session *s, struct json_object *reply)
{
	struct json_object *hubs = json_object_object_get(reply, "hubs");
	struct sums all = { .ports = 0 };
	char headers[256];
	struct table table;

	snprintf(headers, sizeof(headers), "%s",
		 T("HUB|DEVICE|>PORTS|>MACS|>IPS|>IN|>OUT|>DROPPED"));
	table_init(&table, headers);
	for (size_t i = 0; i < console_length(hubs); i++)
		add_hub(&table, json_object_array_get_idx(hubs, i), &all);
	if (console_length(hubs) > 1) {
		table_add(&table, T("all"));
		table_add(&table, "");
		add_row(&table, &all);
	}
	if (console_length(hubs))
		console_table(s, &table);
	else
		console_put(s, T("There is no hub.\n"));
	table_free(&table);
	console_done(s);
}

static void on_status(struct console_session *s, struct json_object *reply)
{
	struct sehub_endpoint where = { .port = 0 };
	struct json_object *listeners, *one;
	char text[PRINT_MAX];

	console_value(s, N_("Version"), "%s", console_string(reply, "version"));
	console_value(s, N_("Uptime"), "%s",
		      format_age((uint64_t)console_int(reply, "uptime_s"),
				 text));
	console_value(s, N_("Kernel module"), "%s",
		      console_bool(reply, "module") ? T("loaded") :
		      T("not loaded: hubs are Linux bridges"));
	console_value(s, N_("Certificate"), "%s",
		      console_string(reply, "fingerprint"));
	listeners = json_object_object_get(reply, "listeners");
	for (size_t i = 0; i < console_length(listeners); i++) {
		one = json_object_array_get_idx(listeners, i);
		snprintf(where.host, sizeof(where.host), "%s",
			 console_string(one, "address"));
		where.port = (uint16_t)console_int(one, "port");
		where.is_ipv6 = strchr(where.host, ':');
		console_value(s, N_("Listens on"), "%s",
			      sehub_format_endpoint(&where, text,
						    sizeof(text)));
	}
	console_value(s, N_("Users"), "%" PRId64, console_int(reply, "users"));
	console_value(s, N_("Sessions"), "%" PRId64,
		      console_int(reply, "sessions"));
	console_value(s, N_("Connections"), "%" PRId64,
		      console_int(reply, "connections"));
	console_call(s, "HubList", NULL, on_hubs);
}

void console_status(struct console_session *s)
{
	console_call(s, "Status", NULL, on_status);
}

/* --- the menu -------------------------------------------------------------- */

static void enter_users(struct console_session *s)
{
	console_enter(s, &console_users_menu);
}

static void enter_sessions(struct console_session *s)
{
	console_enter(s, &console_sessions_menu);
}

static void enter_protocols(struct console_session *s)
{
	console_enter(s, &console_protocols_menu);
}

static void enter_logs(struct console_session *s)
{
	console_enter(s, &console_logs_menu);
}

static void log_out(struct console_session *s)
{
	console_leave(s, T("Goodbye."));
}

static const struct console_entry entries[] = {
	{ "0", N_("Status"), console_status },
	{ "1", N_("User management"), enter_users },
	{ "2", N_("Session management"), enter_sessions },
	{ "3", N_("Protocol management"), enter_protocols },
	{ "4", N_("Password setting"), console_password },
	{ "5", N_("Log management"), enter_logs },
	{ "9", N_("Log out"), log_out },
	{ NULL, NULL, NULL },
};

const struct console_menu console_main_menu = {
	.title = N_("Main menu"),
	.prompt = N_("Main menu"),
	.entries = entries,
};
