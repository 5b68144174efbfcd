// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Session management: list, show, disconnect, and the addresses behind sessions.
 * A session is named by its number in the list that was shown last.
 */
#include "console_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "addr.h"

/* --- list ------------------------------------------------------------------ */

static void show_list(struct console_session *s)
{
	char headers[256], text[PRINT_MAX];
	time_t now = time(NULL);
	struct table table;

	snprintf(headers, sizeof(headers), "%s",
		 T(">NO|SESSION|>HUB|USER|STATE|FROM|>AGE"));
	table_init(&table, headers);
	for (size_t i = 0; i < console_length(s->list); i++) {
		struct json_object *one = json_object_array_get_idx(s->list, i);

		table_addf(&table, "%zu", i + 1);
		table_add(&table, console_string(one, "session"));
		table_addf(&table, "%" PRId64, console_int(one, "vlan"));
		table_add(&table, console_string(one, "user"));
		table_add(&table, T(console_string(one, "state")));
		table_add(&table, console_string(one, "address"));
		table_add(&table, format_since(console_int(one, "since"), now,
					       text));
	}
	if (console_length(s->list))
		console_table(s, &table);
	else
		console_put(s, T("There is no session.\n"));
	table_free(&table);
}

static void keep_list(struct console_session *s, struct json_object *reply)
{
	json_object_put(s->list);
	s->list = json_object_get(json_object_object_get(reply, "sessions"));
	show_list(s);
}

static void on_list(struct console_session *s, struct json_object *reply)
{
	keep_list(s, reply);
	console_done(s);
}

static void call_list(struct console_session *s)
{
	console_call(s, "SessionList", NULL, on_list);
}

static void list(struct console_session *s)
{
	console_params(s);
	console_ask_hub(s, true, call_list);
}

/* --- choosing one ---------------------------------------------------------- */

/* The answer is the session's name, or its number in the list. */
static void on_session(struct console_session *s, const char *text)
{
	void (*then)(struct console_session *) = s->chosen;
	uint32_t number, count = (uint32_t)console_length(s->list);

	if (!*text) {
		console_done(s);
		return;
	}
	if (count && !sehub_parse_u32(text, 1, count, &number))
		text = console_string(json_object_array_get_idx(s->list,
								number - 1),
				      "session");
	json_object_object_add(console_params(s), "session",
			       json_object_new_string(text));
	then(s);
}

static void on_choices(struct console_session *s, struct json_object *reply)
{
	keep_list(s, reply);
	if (console_length(s->list))
		console_ask(s, T("Number or name of the session (Enter: none)"),
			    on_session);
	else
		console_done(s);
}

static void choose_session(struct console_session *s,
			   void (*then)(struct console_session *s))
{
	s->chosen = then;
	console_params(s);
	console_call(s, "SessionList", NULL, on_choices);
}

/* --- show, disconnect ------------------------------------------------------ */

static void show_traffic(struct console_session *s, struct json_object *one)
{
	char text[PRINT_MAX];

	if (!console_has(one, "rx_frames"))
		return;
	console_value(s, N_("From the client"), T("%lld frames, %s"),
		      (long long)console_int(one, "rx_frames"),
		      format_bytes((uint64_t)console_int(one, "rx_bytes"),
				   text));
	console_value(s, N_("To the client"), T("%lld frames, %s"),
		      (long long)console_int(one, "tx_frames"),
		      format_bytes((uint64_t)console_int(one, "tx_bytes"),
				   text));
}

static void on_show(struct console_session *s, struct json_object *one)
{
	char text[PRINT_MAX];

	console_value(s, N_("Session"), "%s", console_string(one, "session"));
	console_value(s, N_("Hub"), "%" PRId64, console_int(one, "vlan"));
	console_value(s, N_("User"), "%s", console_string(one, "user"));
	console_value(s, N_("State"), "%s", T(console_string(one, "state")));
	console_value(s, N_("From"), "%s", console_string(one, "address"));
	console_value(s, N_("Client"), "%s",
		      console_string(one, "client_name"));
	console_value(s, N_("Way"), "%s", console_string(one, "carrier"));
	console_value(s, N_("Since"), "%s",
		      format_time(console_int(one, "since"), text));
	console_value(s, N_("Reconnected"), T("%lld times"),
		      (long long)console_int(one, "resumes"));
	console_value(s, N_("Encryption"), "%s", console_string(one, "cipher"));
	if (console_has(one, "device"))
		console_value(s, N_("Device"), "%s",
			      console_string(one, "device"));
	else if (console_has(one, "port"))
		console_value(s, N_("Port"), "%" PRId64,
			      console_int(one, "port"));
	if (console_has(one, "peer_hub"))
		console_value(s, N_("Joins hub"), "%s",
			      console_string(one, "peer_hub"));
	show_traffic(s, one);
	console_done(s);
}

static void call_show(struct console_session *s)
{
	console_call(s, "SessionShow", NULL, on_show);
}

static void show(struct console_session *s)
{
	choose_session(s, call_show);
}

static void call_disconnect(struct console_session *s)
{
	console_call(s, "SessionDisconnect", NULL, console_reply_done);
}

static void on_doomed(struct console_session *s, struct json_object *one)
{
	char question[256];

	snprintf(question, sizeof(question),
		 T("End the session of user %s at hub %d? The client will not come back by itself."),
		 console_string(one, "user"), (int)console_int(one, "vlan"));
	console_confirm(s, question, call_disconnect);
}

static void call_doomed(struct console_session *s)
{
	console_call(s, "SessionShow", console_copy_params(s), on_doomed);
}

static void disconnect(struct console_session *s)
{
	choose_session(s, call_doomed);
}

/* What the daemon says of sessions and addresses, for the catalogue. */
static const char *const said[] __attribute__((unused)) = {
	N_("connected"), N_("detached"), N_("learned"), N_("static"),
	N_("local"), N_("header"), N_("arp"), N_("nd"), N_("dhcp"),
};

/* --- tables ---------------------------------------------------------------- */

/* @list: rows in @reply; @columns: what @headers begins with, up to NULL. */
static void show_addresses(struct console_session *s, struct json_object *reply,
			   const char *list, const char *headers,
			   const char *const *columns)
{
	struct json_object *rows = json_object_object_get(reply, list);
	char text[PRINT_MAX], words[256];
	struct table table;

	snprintf(words, sizeof(words), "%s", headers);
	table_init(&table, words);
	for (size_t i = 0; i < console_length(rows); i++) {
		struct json_object *one = json_object_array_get_idx(rows, i);

		for (const char *const *column = columns; *column; column++)
			table_add(&table, console_string(one, *column));
		table_add(&table, T(console_string(one, "kind")));
		table_addf(&table, "%" PRId64, console_int(one, "port"));
		table_add(&table, console_string(one, "session"));
		table_add(&table,
			  format_age((uint64_t)console_int(one, "idle_ms") /
				     1000, text));
	}
	if (table.n_cells)
		console_table(s, &table);
	else
		console_put(s, T("There is no entry.\n"));
	if (!console_bool(reply, "complete"))
		console_put(s, T("There are more: sehubctl shows all.\n"));
	table_free(&table);
	console_done(s);
}

static void on_macs(struct console_session *s, struct json_object *reply)
{
	static const char *const columns[] = { "mac", NULL };

	show_addresses(s, reply, "macs", T("MAC|KIND|>PORT|SESSION|>IDLE"),
		       columns);
}

static void on_ips(struct console_session *s, struct json_object *reply)
{
	static const char *const columns[] = { "ip", "mac", NULL };

	show_addresses(s, reply, "ips", T("IP|MAC|KIND|>PORT|SESSION|>IDLE"),
		       columns);
}

static void call_macs(struct console_session *s)
{
	console_call(s, "MacList", NULL, on_macs);
}

static void call_ips(struct console_session *s)
{
	console_call(s, "IpList", NULL, on_ips);
}

static void on_filter(struct console_session *s, const char *text)
{
	if (*text)
		json_object_object_add(s->params, "session",
				       json_object_new_string(text));
	s->chosen(s);
}

static void ask_filter(struct console_session *s)
{
	console_ask(s, T("Session (Enter: all of the hub)"), on_filter);
}

static void macs(struct console_session *s)
{
	console_params(s);
	s->chosen = call_macs;
	console_ask_hub(s, false, ask_filter);
}

static void ips(struct console_session *s)
{
	console_params(s);
	s->chosen = call_ips;
	console_ask_hub(s, false, ask_filter);
}

/* --- the menu -------------------------------------------------------------- */

static const struct console_entry entries[] = {
	{ "1", N_("List"), list },
	{ "2", N_("Show"), show },
	{ "3", N_("Disconnect by force"), disconnect },
	{ "4", N_("MAC addresses"), macs },
	{ "5", N_("IP addresses"), ips },
	{ "9", N_("Back"), NULL },
	{ NULL, NULL, NULL },
};

const struct console_menu console_sessions_menu = {
	.title = N_("Session management"),
	.prompt = N_("Session management"),
	.parent = &console_main_menu,
	.entries = entries,
};
