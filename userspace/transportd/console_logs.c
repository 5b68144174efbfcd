// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Log management: state, when files are switched, and which of the twelve logs
 * are kept: three of the server, nine of each hub's packets.
 */
#include "console_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "lib/log_words.h"

/* --- state ----------------------------------------------------------------- */

static void add_file(const struct console_session *s, struct table *table,
		     struct json_object *one)
{
	char text[PRINT_MAX];

	table_add(table, console_string(one, "name"));
	if (console_has(one, "vlan"))
		table_addf(table, "%" PRId64, console_int(one, "vlan"));
	else
		table_add(table, "");
	table_add(table, T(console_string(one, "state")));
	table_add(table, format_bytes((uint64_t)console_int(one, "size"),
				      text));
	table_addf(table, "%" PRId64, console_int(one, "lines"));
	table_addf(table, "%" PRId64, console_int(one, "lost"));
}

static void show_files(struct console_session *s, struct json_object *files)
{
	char headers[256];
	struct table table;

	snprintf(headers, sizeof(headers), "%s",
		 T("LOG|>HUB|STATE|>SIZE|>LINES|>LOST"));
	table_init(&table, headers);
	for (size_t i = 0; i < console_length(files); i++)
		add_file(s, &table, json_object_array_get_idx(files, i));
	console_table(s, &table);
	table_free(&table);
}

static const char *on_or_off(const struct console_session *s,
			     struct json_object *object, const char *key)
{
	return console_bool(object, key) ? T("on") : T("off");
}

/* How the daemon calls the six ways to switch files, in the menu's order. */
static const struct {
	const char *word;
	const char *text;
} schedules[] = {
	{ "never", N_("Never") },
	{ "monthly", N_("Monthly") },
	{ "daily", N_("Daily") },
	{ "hourly", N_("Hourly") },
	{ "minute", N_("Every minute") },
	{ "second", N_("Every second") },
};

#define SCHEDULES	(sizeof(schedules) / sizeof(schedules[0]))

static const char *schedule_of(const struct console_session *s,
			       const char *word)
{
	for (size_t i = 0; i < SCHEDULES; i++)
		if (!strcmp(word, schedules[i].word))
			return T(schedules[i].text);
	return word;
}

static void on_state(struct console_session *s, struct json_object *reply)
{
	char text[PRINT_MAX];

	console_value(s, N_("Directory"), "%s",
		      console_string(reply, "directory"));
	console_value(s, N_("Files are switched"), "%s",
		      schedule_of(s, console_string(reply, "rotate")));
	console_value(s, N_("Largest file"), "%s",
		      console_int(reply, "max_bytes") ?
		      format_bytes((uint64_t)console_int(reply, "max_bytes"),
				   text) : T("any size"));
	console_value(s, N_("Old files kept"), "%" PRId64,
		      console_int(reply, "keep"));
	console_value(s, N_("Compressed"), "%s",
		      console_bool(reply, "compress") ? T("yes") : T("no"));
	console_value(s, N_("System log"), "%s",
		      on_or_off(s, reply, "system"));
	console_value(s, N_("Administration log"), "%s",
		      on_or_off(s, reply, "administration"));
	console_value(s, N_("Access log"), "%s",
		      on_or_off(s, reply, "access"));
	show_files(s, json_object_object_get(reply, "files"));
	console_done(s);
}

static void state(struct console_session *s)
{
	console_call(s, "LogShow", NULL, on_state);
}

/* --- switching ------------------------------------------------------------- */

static void set_schedule(struct console_session *s, unsigned int i)
{
	json_object_object_add(console_params(s), "rotate",
			       json_object_new_string(schedules[i].word));
	console_call(s, "LogSet", NULL, console_reply_done);
}

static void set_never(struct console_session *s)
{
	set_schedule(s, 0);
}

static void set_monthly(struct console_session *s)
{
	set_schedule(s, 1);
}

static void set_daily(struct console_session *s)
{
	set_schedule(s, 2);
}

static void set_hourly(struct console_session *s)
{
	set_schedule(s, 3);
}

static void set_minute(struct console_session *s)
{
	set_schedule(s, 4);
}

static void set_second(struct console_session *s)
{
	set_schedule(s, 5);
}

static const struct console_entry switching_entries[] = {
	{ "1", N_("Never"), set_never },
	{ "2", N_("Monthly"), set_monthly },
	{ "3", N_("Daily"), set_daily },
	{ "4", N_("Hourly"), set_hourly },
	{ "5", N_("Every minute"), set_minute },
	{ "6", N_("Every second"), set_second },
	{ "9", N_("Back"), NULL },
	{ NULL, NULL, NULL },
};

static const struct console_menu switching_menu = {
	.title = N_("Log file switching"),
	.prompt = N_("Log file switching"),
	.parent = &console_logs_menu,
	.entries = switching_entries,
};

static void enter_switching(struct console_session *s)
{
	console_enter(s, &switching_menu);
}

/* --- what to save ---------------------------------------------------------- */

/* The three of the server. */
static const struct {
	const char *key;
	const char *text;
} server_logs[] = {
	{ "system", N_("System log") },
	{ "administration", N_("Administration log") },
	{ "access", N_("Access log") },
};

/* The nine of a hub, by the words of lib/log_words.h. */
static const struct {
	const char *word;
	const char *text;
} packet_logs[] = {
	{ "tcp-conn", N_("TCP connection log") },
	{ "tcp-data", N_("TCP data log") },
	{ "dhcp", N_("DHCP packet log") },
	{ "udp", N_("UDP packet log") },
	{ "icmp", N_("ICMP packet log") },
	{ "arp", N_("ARP packet log") },
	{ "ip", N_("IP packet log") },
	{ "ethernet", N_("Ethernet packet log") },
	{ "blocked", N_("Blocked packet log") },
};

#define SERVER_LOGS	(sizeof(server_logs) / sizeof(server_logs[0]))
#define PACKET_LOGS	(sizeof(packet_logs) / sizeof(packet_logs[0]))

static void ask_log(struct console_session *s);

/* How much of a class the words say is kept. */
static const char *amount_of(const struct console_session *s,
			     const char *words, const char *class)
{
	uint32_t headers = 0, whole = 0;

	if (!sehub_log_parse(words, &headers, &whole, NULL))
		for (unsigned int bit = 0; sehub_packet_class_name(bit); bit++) {
			if (strcmp(sehub_packet_class_name(bit), class))
				continue;
			if (whole >> bit & 1)
				return T("whole packets");
			return headers >> bit & 1 ? T("headers") : T("off");
		}
	return T("off");
}

static void show_log(struct console_session *s, size_t number,
		     const char *label, const char *value)
{
	int width;

	label = T(label);
	width = text_width(label);
	console_print(s, "  %2zu  %s%*s%s\n", number, label,
		      width < 24 ? 24 - width : 1, "", value);
}

static void show_logs(struct console_session *s)
{
	const char *words = console_string(s->shown, "packets");

	for (size_t i = 0; i < SERVER_LOGS; i++)
		show_log(s, i + 1, server_logs[i].text,
			 on_or_off(s, s->shown, server_logs[i].key));
	if (!console_has(s->shown, "packets"))
		return;
	console_print(s, T("Hub %d\n"), (int)console_int(s->shown, "vlan"));
	for (size_t i = 0; i < PACKET_LOGS; i++)
		show_log(s, SERVER_LOGS + i + 1, packet_logs[i].text,
			 amount_of(s, words, packet_logs[i].word));
}

static void look_again(struct console_session *s);

static void on_set(struct console_session *s, struct json_object *reply)
{
	(void)reply;
	console_put(s, T("Done.\n"));
	look_again(s);
}

static void call_set(struct console_session *s)
{
	console_call(s, "LogSet", NULL, on_set);
}

static void change_server_log(struct console_session *s, uint32_t i)
{
	const char *key = server_logs[i].key;
	bool is_on = console_bool(s->shown, key);

	json_object_object_add(console_params(s), key,
			       json_object_new_boolean(!is_on));
	if (is_on)
		console_confirm(s, T("What happens from now on will not be in that log. Go on?"),
				call_set);
	else
		call_set(s);
}

static void on_amount(struct console_session *s, const char *text)
{
	static const char *const amounts[] = { "off", "headers", "whole" };
	uint32_t number;
	char words[64];

	if (sehub_parse_u32(text, 1, 3, &number)) {
		console_ask(s, T("1 off, 2 headers, 3 whole packets"),
			    on_amount);
		return;
	}
	snprintf(words, sizeof(words), "%s=%s", packet_logs[s->choice].word,
		 amounts[number - 1]);
	console_params(s);
	json_object_object_add(s->params, "vlan", json_object_new_int64(
				       console_int(s->shown, "vlan")));
	json_object_object_add(s->params, "packets",
			       json_object_new_string(words));
	console_call(s, "LogHubSet", NULL, on_set);
}

static void on_log(struct console_session *s, const char *text)
{
	uint32_t number, count = SERVER_LOGS;

	if (console_has(s->shown, "packets"))
		count += PACKET_LOGS;
	if (!*text) {
		s->again = NULL;
		console_done(s);
	} else if (sehub_parse_u32(text, 0, count, &number)) {
		console_put(s, T("There is no such number.\n"));
		ask_log(s);
	} else if (!number) {
		look_again(s);
	} else if (number <= SERVER_LOGS) {
		change_server_log(s, number - 1);
	} else {
		s->choice = (long)(number - 1 - SERVER_LOGS);
		console_ask(s, T("1 off, 2 headers, 3 whole packets"),
			    on_amount);
	}
}

static void ask_log(struct console_session *s)
{
	s->again = ask_log;
	console_ask(s, T("Log to change (0 shows them, Enter: back)"), on_log);
}

static void on_hub_shown(struct console_session *s, struct json_object *reply)
{
	json_object_object_add(s->shown, "vlan",
			       json_object_new_int64(
				       console_int(reply, "vlan")));
	json_object_object_add(s->shown, "packets",
			       json_object_new_string(
				       console_string(reply, "packets")));
	show_logs(s);
	ask_log(s);
}

/* What is shown is put together from two answers. */
static void on_server_shown(struct console_session *s,
			    struct json_object *reply)
{
	int64_t vlan = console_int(s->shown, "vlan");

	json_object_put(s->shown);
	s->shown = NULL;
	json_object_deep_copy(reply, &s->shown, NULL);
	if (!vlan) {
		show_logs(s);
		ask_log(s);
		return;
	}
	json_object_object_add(console_params(s), "vlan",
			       json_object_new_int64(vlan));
	console_call(s, "LogHubShow", NULL, on_hub_shown);
}

static void look_again(struct console_session *s)
{
	console_params(s);
	console_call(s, "LogShow", NULL, on_server_shown);
}

static void begin_choice(struct console_session *s)
{
	/* the hub, if one was named */
	s->shown = s->params;
	s->params = NULL;
	look_again(s);
}

static void on_scope(struct console_session *s, const char *text)
{
	uint16_t vlan;

	if (*text && sehub_parse_vlan(text, &vlan)) {
		console_put(s, T("A hub is a number from 1 to 4094.\n"));
		console_ask(s, T("Hub (Enter: the server's logs alone)"),
			    on_scope);
		return;
	}
	console_params(s);
	if (*text)
		json_object_object_add(s->params, "vlan",
				       json_object_new_int(vlan));
	begin_choice(s);
}

static void choose(struct console_session *s)
{
	console_ask(s, T("Hub (Enter: the server's logs alone)"), on_scope);
}

/* --- the menu -------------------------------------------------------------- */

static const struct console_entry entries[] = {
	{ "0", N_("State"), state },
	{ "1", N_("Log file setting"), enter_switching },
	{ "2", N_("What to save"), choose },
	{ "9", N_("Back"), NULL },
	{ NULL, NULL, NULL },
};

const struct console_menu console_logs_menu = {
	.title = N_("Log management"),
	.prompt = N_("Log management"),
	.parent = &console_main_menu,
	.entries = entries,
};
