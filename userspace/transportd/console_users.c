// SPDX-License-Identifier: GPL-2.0-or-later
/* User management: list, create, delete, show; editing is in console_edit.c. */
#include "console_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "auth.h"

/* --- list ------------------------------------------------------------------ */

static const char *login_of(const struct console_session *s,
			    struct json_object *user)
{
	if (console_bool(user, "anonymous"))
		return T("nothing");
	if (!console_bool(user, "password"))
		return T("certificate");
	return console_length(json_object_object_get(user, "certs")) ?
	       T("both") : T("password");
}

static void on_list(struct console_session *s, struct json_object *reply)
{
	struct json_object *users = json_object_object_get(reply, "users");
	char headers[256], text[PRINT_MAX];
	struct table table;

	if (!console_length(users))
		console_put(s, T("There is no user.\n"));
	snprintf(headers, sizeof(headers), "%s",
		 T(">HUB|USER|STATE|LOGS IN WITH|>SESSIONS|LAST LOGIN"));
	table_init(&table, headers);
	for (size_t i = 0; i < console_length(users); i++) {
		struct json_object *user = json_object_array_get_idx(users, i);
		int64_t last = console_int(user, "last_login");

		table_addf(&table, "%" PRId64, console_int(user, "vlan"));
		table_add(&table, console_string(user, "user"));
		table_add(&table, console_bool(user, "disabled") ?
			  T("disabled") : T("enabled"));
		table_add(&table, login_of(s, user));
		table_addf(&table, "%" PRId64, console_int(user, "sessions"));
		table_add(&table, last ? format_time(last, text) : T("never"));
	}
	console_table(s, &table);
	table_free(&table);
	console_done(s);
}

static void call_list(struct console_session *s)
{
	console_call(s, "UserList", NULL, on_list);
}

static void list(struct console_session *s)
{
	console_params(s);
	console_ask_hub(s, true, call_list);
}

/* --- naming one ------------------------------------------------------------ */

static void on_user(struct console_session *s, const char *text)
{
	void (*then)(struct console_session *) = s->chosen;
	char name[AUTH_USER_MAX + 1];
	const char *why;

	if (auth_prepare_user(text, name, &why)) {
		console_print(s, T("That name will not do: it %s.\n"), why);
		console_ask(s, T("User"), on_user);
		return;
	}
	json_object_object_add(s->params, "user", json_object_new_string(name));
	then(s);
}

static void ask_user(struct console_session *s)
{
	console_ask(s, T("User"), on_user);
}

/* Hub and name, into the parameters. */
static void choose_user(struct console_session *s,
			void (*then)(struct console_session *s))
{
	console_params(s);
	s->chosen = then;
	console_ask_hub(s, false, ask_user);
}

/* --- create ---------------------------------------------------------------- */

static void on_created(struct console_session *s, struct json_object *reply)
{
	(void)reply;
	console_put(s, T("The user was created, without security options: entry 5 sets them.\n"));
	console_done(s);
}

static void call_create(struct console_session *s)
{
	console_call(s, "UserAdd", NULL, on_created);
}

static void on_cert(struct console_session *s, const char *text)
{
	struct json_object *certs = json_object_new_array();

	json_object_array_add(certs, json_object_new_string(text));
	json_object_object_add(s->params, "certs", certs);
	call_create(s);
}

static void on_login(struct console_session *s, const char *text)
{
	if (!*text || !strcmp(text, "1")) {
		console_ask_password(s, T("Password of the user"),
				     call_create);
	} else if (!strcmp(text, "2")) {
		console_ask(s, T("Fingerprint of the certificate, SHA256:..."),
			    on_cert);
	} else if (!strcmp(text, "3")) {
		json_object_object_add(s->params, "anonymous",
				       json_object_new_boolean(true));
		call_create(s);
	} else {
		console_ask(s, T("Logs in with: 1 password, 2 certificate, 3 nothing (Enter: 1)"),
			    on_login);
	}
}

static void ask_login(struct console_session *s)
{
	on_login(s, "?");
}

static void create(struct console_session *s)
{
	choose_user(s, ask_login);
}

/* --- show, delete, edit ---------------------------------------------------- */

static void on_show(struct console_session *s, struct json_object *reply)
{
	console_user_show(s, reply);
	console_done(s);
}

static void call_show(struct console_session *s)
{
	console_call(s, "UserShow", NULL, on_show);
}

static void show(struct console_session *s)
{
	choose_user(s, call_show);
}

static void call_edit(struct console_session *s)
{
	console_call(s, "UserShow", NULL, console_user_edit);
}

static void edit(struct console_session *s)
{
	choose_user(s, call_edit);
}

static void call_delete(struct console_session *s)
{
	console_call(s, "UserDel", NULL, console_reply_done);
}

static void on_doomed(struct console_session *s, struct json_object *reply)
{
	char question[256];

	/* its name and hub are still the parameters */
	snprintf(question, sizeof(question),
		 T("Delete user %s of hub %d? Its sessions, now %d, end."),
		 console_string(reply, "user"),
		 (int)console_int(reply, "vlan"),
		 (int)console_int(reply, "sessions"));
	console_confirm(s, question, call_delete);
}

static void call_doomed(struct console_session *s)
{
	console_call(s, "UserShow", console_copy_params(s), on_doomed);
}

static void delete(struct console_session *s)
{
	choose_user(s, call_doomed);
}

/* --- the menu -------------------------------------------------------------- */

static const struct console_entry entries[] = {
	{ "1", N_("List"), list },
	{ "2", N_("Create"), create },
	{ "3", N_("Delete"), delete },
	{ "4", N_("Show"), show },
	{ "5", N_("Edit"), edit },
	{ "9", N_("Back"), NULL },
	{ NULL, NULL, NULL },
};

const struct console_menu console_users_menu = {
	.title = N_("User management"),
	.prompt = N_("User management"),
	.parent = &console_main_menu,
	.entries = entries,
};
