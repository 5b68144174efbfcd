// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the menus are made with: questions, calls of methods, tables, and the way
 * from one menu to another. There is one form of a prompt: "What: ".
 */
#include "console_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "auth.h"
#include "store.h"

/* Columns of labels before values. */
#define LABEL_COLUMNS	22

const char *console_text(const struct console_session *s, const char *text)
{
	return console_catalogue_find(s->texts, text);
}

/* --- what stays between two steps ------------------------------------------ */

static void forget_secrets(struct console_session *s)
{
	explicit_bzero(s->secret, sizeof(s->secret));
}

/* Nothing of the entry that was under way is left. */
static void forget(struct console_session *s)
{
	control_local_cancel(&s->call);
	json_object_put(s->params);
	json_object_put(s->shown);
	json_object_put(s->list);
	s->params = NULL;
	s->shown = NULL;
	s->list = NULL;
	s->again = NULL;
	s->failed = NULL;
	forget_secrets(s);
}

struct json_object *console_params(struct console_session *s)
{
	json_object_put(s->params);
	s->params = json_object_new_object();
	return s->params;
}

struct json_object *console_copy_params(const struct console_session *s)
{
	struct json_object *copy = NULL;

	json_object_deep_copy(s->params, &copy, NULL);
	return copy;
}

/* --- showing --------------------------------------------------------------- */

void console_value(struct console_session *s, const char *label,
		   const char *fmt, ...)
{
	char text[1200];
	va_list args;
	int width;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	label = console_text(s, label);
	width = text_width(label);
	console_print(s, "  %s%*s", label,
		      width < LABEL_COLUMNS ? LABEL_COLUMNS - width : 1, "");
	console_put(s, *text ? text : "-");
	console_put(s, "\n");
}

static void put_piece(void *arg, const char *text)
{
	console_term_put(arg, text);
}

void console_table(struct console_session *s, const struct table *table)
{
	table_write(table, put_piece, s->term);
}

/* --- questions ------------------------------------------------------------- */

static void on_answer(void *arg, const char *text)
{
	struct console_session *s = arg;
	console_step_fn step = s->step;

	s->step = NULL;
	if (text) {
		step(s, text);
		return;
	}
	if (!s->is_admin) {
		console_leave(s, T("Goodbye."));
		return;
	}
	/* out of what was begun, not only of its last step */
	s->again = NULL;
	console_put(s, T("Cancelled.\n"));
	console_done(s);
}

static void ask(struct console_session *s, const char *prompt, bool is_secret,
		console_step_fn step)
{
	char text[256];

	s->step = step;
	snprintf(text, sizeof(text), "%s: ", prompt);
	console_term_ask(s->term, text, is_secret, on_answer);
}

void console_ask(struct console_session *s, const char *prompt,
		 console_step_fn step)
{
	ask(s, prompt, false, step);
}

void console_ask_secret(struct console_session *s, const char *prompt,
			console_step_fn step)
{
	ask(s, prompt, true, step);
}

/* What a form's field leads to. */
static void run_choice(struct console_session *s)
{
	void (*then)(struct console_session *) = s->then;

	s->then = NULL;
	then(s);
}

static void on_hub(struct console_session *s, const char *text)
{
	uint16_t vlan;

	if (!*text && s->is_optional) {
		run_choice(s);
	} else if (sehub_parse_vlan(text, &vlan)) {
		console_put(s, T("A hub is a number from 1 to 4094.\n"));
		console_ask_hub(s, s->is_optional, s->then);
	} else {
		json_object_object_add(s->params, "vlan",
				       json_object_new_int(vlan));
		run_choice(s);
	}
}

void console_ask_hub(struct console_session *s, bool optional,
		     void (*then)(struct console_session *s))
{
	s->is_optional = optional;
	s->then = then;
	console_ask(s, optional ? T("Hub (Enter: all)") : T("Hub"), on_hub);
}

static void on_password_again(struct console_session *s, const char *text)
{
	if (strcmp(text, s->secret)) {
		forget_secrets(s);
		console_put(s, T("The two passwords differ: nothing was changed.\n"));
		console_done(s);
		return;
	}
	forget_secrets(s);
	json_object_object_add(s->params, "password",
			       json_object_new_string(text));
	run_choice(s);
}

static void on_password(struct console_session *s, const char *text)
{
	const char *why;

	if (auth_check_password(text, &why)) {
		console_print(s, T("That password will not do: it %s. Nothing was changed.\n"),
			      why);
		console_done(s);
		return;
	}
	snprintf(s->secret, sizeof(s->secret), "%s", text);
	console_ask_secret(s, T("The same again"), on_password_again);
}

void console_ask_password(struct console_session *s, const char *prompt,
			  void (*then)(struct console_session *s))
{
	s->then = then;
	console_ask_secret(s, prompt, on_password);
}

static void on_confirm(struct console_session *s, const char *text)
{
	if (!strcmp(text, "yes") || !strcmp(text, "y") ||
	    !strcmp(text, T("yes"))) {
		run_choice(s);
		return;
	}
	console_put(s, T("Nothing was changed.\n"));
	console_done(s);
}

void console_confirm(struct console_session *s, const char *question,
		     void (*then)(struct console_session *s))
{
	s->then = then;
	console_print(s, "%s\n", question);
	console_ask(s, T("Type yes to go on"), on_confirm);
}

/* --- calls ----------------------------------------------------------------- */

/*
 * What went wrong, for those who do not read English, in which methods say the
 * rest; NULL: it is no error of ours.
 */
static const char *error_kind(const char *error)
{
	static const struct {
		const char *error;
		const char *kind;
	} kinds[] = {
		{ CONTROL_NOT_FOUND, N_("there is none") },
		{ CONTROL_EXISTS, N_("there is one already") },
		{ CONTROL_INVALID, N_("not valid") },
		{ CONTROL_DENIED, N_("not permitted") },
		{ CONTROL_FAILED, N_("did not succeed") },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(error, kinds[i].error))
			return kinds[i].kind;
	return NULL;
}

static void say_refused(struct console_session *s, const char *error,
			struct json_object *params)
{
	const char *kind = s->texts ? error_kind(error) : NULL;
	const char *text = console_has(params, "message") ?
			   console_string(params, "message") : error;

	if (kind)
		console_print(s, T("Refused, %s: %s\n"), T(kind), text);
	else
		console_print(s, T("Refused: %s\n"), text);
}

static void on_reply(struct control_local *call, const char *error,
		     struct json_object *params)
{
	struct console_session *s = (struct console_session *)
		((char *)call - offsetof(struct console_session, call));
	console_reply_fn reply = s->reply, failed = s->failed;

	s->reply = NULL;
	s->failed = NULL;
	if (!error) {
		reply(s, params);
	} else if (failed) {
		failed(s, params);
	} else {
		say_refused(s, error, params);
		console_done(s);
	}
	console_resume(s);
}

void console_call(struct console_session *s, const char *method,
		  struct json_object *params, console_reply_fn reply)
{
	if (!params) {
		params = s->params;
		s->params = NULL;
	}
	s->reply = reply;
	control_local_call(s->options->control, &s->call, method, params);
}

void console_reply_done(struct console_session *s, struct json_object *reply)
{
	(void)reply;
	console_put(s, T("Done.\n"));
	console_done(s);
}

/* --- menus ----------------------------------------------------------------- */

static void ask_choice(struct console_session *s);

static void show_menu(struct console_session *s)
{
	const struct console_menu *menu = s->menu;
	const struct console_entry *entry;

	console_print(s, "\n%s\n", T(menu->title));
	for (entry = menu->entries; entry->key; entry++)
		console_print(s, "  %2s  %s\n", entry->key, T(entry->text));
}

static void on_choice(struct console_session *s, const char *text)
{
	const struct console_entry *entry;

	if (!*text) {
		show_menu(s);
		ask_choice(s);
		return;
	}
	for (entry = s->menu->entries; entry->key; entry++)
		if (!strcmp(entry->key, text))
			break;
	if (!entry->key) {
		console_print(s, T("There is no entry \"%s\"; Enter shows the menu.\n"),
			      text);
		ask_choice(s);
	} else if (entry->run) {
		entry->run(s);
	} else {
		console_enter(s, s->menu->parent);
	}
}

static void ask_choice(struct console_session *s)
{
	console_ask(s, T(s->menu->prompt), on_choice);
}

void console_enter(struct console_session *s, const struct console_menu *menu)
{
	forget(s);
	s->menu = menu;
	show_menu(s);
	ask_choice(s);
}

void console_done(struct console_session *s)
{
	void (*again)(struct console_session *) = s->again;

	if (again) {
		again(s);
		return;
	}
	forget(s);
	ask_choice(s);
}

/* --- sessions -------------------------------------------------------------- */

int console_session_begin(struct console_session *s)
{
	_Static_assert(sizeof(s->secret) > AUTH_PASSWORD_MAX,
		       "room for the longest password");
	snprintf(s->call.by, sizeof(s->call.by), "%s", s->by);
	s->call.done = on_reply;
	s->texts = console_language(s, s->options->language);
	return 0;
}

void console_session_end(struct console_session *s)
{
	forget(s);
}

/* --- members of answers ---------------------------------------------------- */

const char *console_string(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);

	return json_object_is_type(value, json_type_string) ?
	       json_object_get_string(value) : "";
}

int64_t console_int(struct json_object *object, const char *key)
{
	return json_object_get_int64(json_object_object_get(object, key));
}

bool console_bool(struct json_object *object, const char *key)
{
	return json_object_get_boolean(json_object_object_get(object, key));
}

bool console_has(struct json_object *object, const char *key)
{
	return json_object_object_get(object, key);
}

size_t console_length(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ?
	       json_object_array_length(array) : 0;
}
