// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Protocol management: the listeners that clients reach directly, and those
 * meant for clients behind HTTP proxies. Both menus are alike.
 */
#include "console_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"

static const struct console_menu direct_menu, proxy_menu;

static const char *protocol_of(const struct console_session *s)
{
	return s->menu == &proxy_menu ? "proxy" : "direct";
}

/* --- list ------------------------------------------------------------------ */

static void add_listener(const struct console_session *s, struct table *table,
			 size_t number, struct json_object *one)
{
	table_addf(table, "%zu", number);
	table_add(table, console_string(one, "address"));
	table_addf(table, "%" PRId64, console_int(one, "port"));
	table_add(table, T(console_string(one, "state")));
	table_addf(table, "%" PRId64, console_int(one, "accepted"));
	table_addf(table, "%" PRId64, console_int(one, "refused"));
	table_addf(table, "%" PRId64, console_int(one, "logins"));
	table_addf(table, "%" PRId64, console_int(one, "sessions"));
}

static void show_errors(struct console_session *s)
{
	for (size_t i = 0; i < console_length(s->list); i++) {
		struct json_object *one = json_object_array_get_idx(s->list, i);

		if (console_has(one, "error"))
			console_print(s, "  %zu: %s\n", i + 1,
				      console_string(one, "error"));
	}
}

static void show_list(struct console_session *s)
{
	char headers[256];
	struct table table;

	snprintf(headers, sizeof(headers), "%s",
		 T(">NO|ADDRESS|>PORT|STATE|>ACCEPTED|>REFUSED|>LOGINS|>SESSIONS"));
	table_init(&table, headers);
	for (size_t i = 0; i < console_length(s->list); i++)
		add_listener(s, &table, i + 1,
			     json_object_array_get_idx(s->list, i));
	if (console_length(s->list))
		console_table(s, &table);
	else
		console_put(s, T("There is no listener of this protocol.\n"));
	table_free(&table);
	show_errors(s);
}

/* Those of the menu's protocol. */
static void keep_list(struct console_session *s, struct json_object *reply)
{
	struct json_object *all = json_object_object_get(reply, "listeners");

	json_object_put(s->list);
	s->list = json_object_new_array();
	for (size_t i = 0; i < console_length(all); i++) {
		struct json_object *one = json_object_array_get_idx(all, i);

		if (!strcmp(console_string(one, "protocol"), protocol_of(s)))
			json_object_array_add(s->list,
					      json_object_get(one));
	}
	show_list(s);
}

static void on_list(struct console_session *s, struct json_object *reply)
{
	keep_list(s, reply);
	console_done(s);
}

static void list(struct console_session *s)
{
	console_call(s, "ListenerList", NULL, on_list);
}

/* --- choosing one ---------------------------------------------------------- */

static void on_number(struct console_session *s, const char *text)
{
	uint32_t number, count = (uint32_t)console_length(s->list);

	if (!*text) {
		console_done(s);
	} else if (sehub_parse_u32(text, 1, count, &number)) {
		console_put(s, T("There is no such number.\n"));
		console_ask(s, T("Number (Enter: none)"), on_number);
	} else {
		json_object_put(s->shown);
		s->shown = json_object_get(
			json_object_array_get_idx(s->list, number - 1));
		s->chosen(s);
	}
}

static void on_choices(struct console_session *s, struct json_object *reply)
{
	keep_list(s, reply);
	if (console_length(s->list))
		console_ask(s, T("Number (Enter: none)"), on_number);
	else
		console_done(s);
}

static void choose(struct console_session *s,
		   void (*then)(struct console_session *s))
{
	s->chosen = then;
	console_call(s, "ListenerList", NULL, on_choices);
}

/* Parameters that name the one that was chosen. */
static struct json_object *name_listener(struct console_session *s)
{
	struct json_object *params = console_params(s);

	json_object_object_add(params, "address", json_object_new_string(
				       console_string(s->shown, "address")));
	json_object_object_add(params, "port", json_object_new_int64(
				       console_int(s->shown, "port")));
	return params;
}

static void call_set(struct console_session *s)
{
	console_call(s, "ListenerSet", NULL, console_reply_done);
}

static void turn_on(struct console_session *s)
{
	json_object_object_add(name_listener(s), "enabled",
			       json_object_new_boolean(true));
	call_set(s);
}

static void switch_on(struct console_session *s)
{
	choose(s, turn_on);
}

static void turn_off(struct console_session *s)
{
	json_object_object_add(name_listener(s), "enabled",
			       json_object_new_boolean(false));
	console_confirm(s, T("Nobody will be able to connect there any more. Go on?"),
			call_set);
}

static void switch_off(struct console_session *s)
{
	choose(s, turn_off);
}

static void call_delete(struct console_session *s)
{
	console_call(s, "ListenerDel", NULL, console_reply_done);
}

static void confirm_delete(struct console_session *s)
{
	name_listener(s);
	console_confirm(s, T("Nobody will be able to connect there any more. Go on?"),
			call_delete);
}

static void delete(struct console_session *s)
{
	choose(s, confirm_delete);
}

/* --- another port, a new one ----------------------------------------------- */

/* Takes a port number, or asks @again. */
static bool take_port(struct console_session *s, const char *text,
		      console_step_fn again)
{
	uint32_t port;

	if (!sehub_parse_u32(text, 1, 65535, &port)) {
		json_object_object_add(s->params, "port",
				       json_object_new_int64(port));
		json_object_object_add(s->params, "protocol",
				       json_object_new_string(protocol_of(s)));
		return true;
	}
	console_put(s, T("A port is a number from 1 to 65535.\n"));
	console_ask(s, T("Port"), again);
	return false;
}

/* The new one listens: the old one is not wanted any more. */
static void on_moved(struct console_session *s, struct json_object *reply)
{
	(void)reply;
	name_listener(s);
	if (!strcmp(console_string(s->shown, "source"), "state")) {
		call_delete(s);
		return;
	}
	/* the configuration file's can be switched off alone */
	json_object_object_add(s->params, "enabled",
			       json_object_new_boolean(false));
	call_set(s);
}

static void call_move(struct console_session *s)
{
	console_call(s, "ListenerAdd", NULL, on_moved);
}

static void on_new_port(struct console_session *s, const char *text)
{
	if (take_port(s, text, on_new_port))
		console_confirm(s, T("Clients that know the present port will not connect any more. Go on?"),
				call_move);
}

static void ask_new_port(struct console_session *s)
{
	name_listener(s);
	console_ask(s, T("New port"), on_new_port);
}

static void change_port(struct console_session *s)
{
	choose(s, ask_new_port);
}

static void on_port(struct console_session *s, const char *text)
{
	if (take_port(s, text, on_port))
		console_call(s, "ListenerAdd", NULL, console_reply_done);
}

static void on_address(struct console_session *s, const char *text)
{
	struct sehub_ip_addr addr;

	if (!*text)
		text = "0.0.0.0";
	if (sehub_parse_ip(text, &addr)) {
		console_put(s, T("An address is 192.0.2.1, 2001:db8::1, 0.0.0.0 or ::.\n"));
		console_ask(s, T("Address (Enter: 0.0.0.0)"), on_address);
		return;
	}
	json_object_object_add(s->params, "address",
			       json_object_new_string(text));
	console_ask(s, T("Port"), on_port);
}

static void add(struct console_session *s)
{
	console_params(s);
	console_ask(s, T("Address (Enter: 0.0.0.0)"), on_address);
}

/* --- certificate ----------------------------------------------------------- */

static void on_status(struct console_session *s, struct json_object *reply)
{
	console_value(s, N_("Certificate"), "%s",
		      console_string(reply, "fingerprint"));
	console_put(s, T("It is that of all listeners, and clients have pinned it. The configuration\nfile names its files; they are read anew by a reload.\n"));
	console_done(s);
}

static void certificate(struct console_session *s)
{
	console_call(s, "Status", NULL, on_status);
}

/* --- the menus ------------------------------------------------------------- */

static const struct console_entry listener_entries[] = {
	{ "1", N_("List, with counters"), list },
	{ "2", N_("Switch on"), switch_on },
	{ "3", N_("Switch off"), switch_off },
	{ "4", N_("Change the port"), change_port },
	{ "5", N_("Add"), add },
	{ "6", N_("Delete"), delete },
	{ "7", N_("Certificate"), certificate },
	{ "9", N_("Back"), NULL },
	{ NULL, NULL, NULL },
};

static const struct console_menu direct_menu = {
	.title = N_("Direct TCP/IP connection"),
	.prompt = N_("Direct TCP/IP connection"),
	.parent = &console_protocols_menu,
	.entries = listener_entries,
};

static const struct console_menu proxy_menu = {
	.title = N_("Connection via HTTP proxy"),
	.prompt = N_("Connection via HTTP proxy"),
	.parent = &console_protocols_menu,
	.entries = listener_entries,
};

static void enter_direct(struct console_session *s)
{
	console_enter(s, &direct_menu);
}

static void enter_proxy(struct console_session *s)
{
	console_enter(s, &proxy_menu);
}

/* What the daemon says of listeners, for the catalogue. */
static const char *const said[] __attribute__((unused)) = {
	N_("listening"), N_("off"), N_("failed"),
};

static const struct console_entry entries[] = {
	{ "0", N_("Direct TCP/IP connection"), enter_direct },
	{ "1", N_("Connection via HTTP proxy"), enter_proxy },
	{ "9", N_("Back"), NULL },
	{ NULL, NULL, NULL },
};

const struct console_menu console_protocols_menu = {
	.title = N_("Protocol management"),
	.prompt = N_("Protocol management"),
	.parent = &console_main_menu,
	.entries = entries,
};
