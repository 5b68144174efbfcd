/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between console.c (listening, limits, times), console_client.c (one
 * connection), console_session.c (questions, calls, menus), console_login.c,
 * and console_<menu>.c.
 *
 * A menu's entry asks for what it needs, calls a method, prints what it answers,
 * and ends with console_done(). Each step is a function that the one before
 * names; none of them waits.
 */
#ifndef SEHUB_TRANSPORTD_CONSOLE_IMPL_H
#define SEHUB_TRANSPORTD_CONSOLE_IMPL_H

#include <stdbool.h>
#include <stdint.h>
#include <json-c/json.h>

#include "config.h"
#include "console.h"
#include "console_term.h"
#include "console_text.h"
#include "control.h"
#include "lib/text.h"

/* Marks a text for the catalogue; console_text() gets it from there. */
#define N_(text)	(text)
/* A text in the language of session s. */
#define T(text)		console_text(s, text)

struct console_client;
struct console_session;

/* A step that the answer to a question leads to; @text is never NULL. */
typedef void (*console_step_fn)(struct console_session *s, const char *text);
/* A step that the answer of a method leads to; @reply is borrowed. */
typedef void (*console_reply_fn)(struct console_session *s,
				 struct json_object *reply);

/**
 * struct console_entry - one line of a menu
 * @key: what is typed for it
 * @text: what it does
 * @run: does it; NULL: back to the menu above
 */
struct console_entry {
	const char *key;
	const char *text;
	void (*run)(struct console_session *s);
};

/**
 * struct console_menu - a menu
 * @title: of it
 * @prompt: before the choice: "Users"
 * @parent: the one above
 * @entries: its lines, up to one without @key
 */
struct console_menu {
	const char *title;
	const char *prompt;
	const struct console_menu *parent;
	const struct console_entry *entries;
};

/**
 * struct console_session - what a client is doing
 * @client: its connection
 * @term: its terminal
 * @by: who it is, for the log: "console:192.0.2.1:40000"
 * @options: of the console
 * @texts: catalogue of its language, NULL: English
 * @attempts: wrong passwords so far
 * @is_admin: has logged in
 * @menu: where it is
 * @again: entry that is asked for again after each of its steps, NULL: the menu
 * @step: what the answer leads to
 * @reply: what the answer of the method leads to
 * @call: the method's
 * @failed: what an error of the method leads to, NULL: back to the menu
 * @then: what a question of several steps leads to
 * @is_optional: it need not be answered
 * @chosen: what the choice of a user or session leads to
 * @params: of the request that is being put together
 * @shown: what the object looks like that is being changed
 * @list: rows that can be chosen from
 * @choice: number of the option that is being changed
 * @secret: a password until it was typed the second time
 */
struct console_session {
	struct console_client *client;
	struct console_term *term;
	char by[CONTROL_BY_MAX];
	const struct console_options *options;
	const struct console_catalogue *texts;
	unsigned int attempts;
	bool is_admin;
	const struct console_menu *menu;
	void (*again)(struct console_session *s);
	console_step_fn step;
	console_reply_fn reply;
	struct control_local call;
	console_reply_fn failed;
	void (*then)(struct console_session *s);
	bool is_optional;
	void (*chosen)(struct console_session *s);
	struct json_object *params;
	struct json_object *shown;
	struct json_object *list;
	long choice;
	char secret[260];
};

/* --- console.c ------------------------------------------------------------- */

/* NULL: the language is English, or is not installed. */
const struct console_catalogue *
console_language(const struct console_session *s,
		 enum config_language language);
/*
 * console_check_password() - one attempt
 * @wait_ms: for how long this source may not try again
 * Return: 0, -EACCES wrong, -EAGAIN not now, -ENOENT there is none, or -errno.
 */
int console_check_password(struct console_session *s, const char *password,
			   uint64_t *wait_ms);
/* It has logged in; false: there are too many. */
bool console_admit(struct console_session *s);

/* --- console_client.c ------------------------------------------------------ */

/* The client's address and port, as logs have them. */
const char *console_address_of(const struct console_session *s);

/* Says goodbye with @text, and closes the connection. */
void console_leave(struct console_session *s, const char *text);
/* A question was asked that no input led to: more may be typed. */
void console_resume(struct console_session *s);

/* --- console_session.c ----------------------------------------------------- */

const char *console_text(const struct console_session *s, const char *text)
	__attribute__((format_arg(2)));

int console_session_begin(struct console_session *s);
void console_session_end(struct console_session *s);

#define console_put(s, text)	console_term_put((s)->term, text)
#define console_print(s, ...)	console_term_print((s)->term, __VA_ARGS__)
/* "  label     text", one line; @label in the session's language. */
void console_value(struct console_session *s, const char *label,
		   const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void console_table(struct console_session *s, const struct table *table);

/* Cancelled, it is console_done(). */
void console_ask(struct console_session *s, const char *prompt,
		 console_step_fn step);
void console_ask_secret(struct console_session *s, const char *prompt,
			console_step_fn step);
/* A hub's number, into @params as "vlan"; @optional: or none. */
void console_ask_hub(struct console_session *s, bool optional,
		     void (*then)(struct console_session *s));
/* A new password, twice, into @params as "password". */
void console_ask_password(struct console_session *s, const char *prompt,
			  void (*then)(struct console_session *s));
/* Does @then if the answer is yes, else nothing is changed. */
void console_confirm(struct console_session *s, const char *question,
		     void (*then)(struct console_session *s));

/* Takes @params of the session, or @params if not NULL. */
void console_call(struct console_session *s, const char *method,
		  struct json_object *params, console_reply_fn reply);
/* An empty set of parameters in s->params. */
struct json_object *console_params(struct console_session *s);
/* Of them, for a call after which they are wanted again: a call wipes its own. */
struct json_object *console_copy_params(const struct console_session *s);
/* For calls whose answer is nothing. */
void console_reply_done(struct console_session *s, struct json_object *reply);

void console_enter(struct console_session *s, const struct console_menu *menu);
/* The entry is over: the menu's prompt again. */
void console_done(struct console_session *s);

/* Members; what is missing is "" or 0. */
const char *console_string(struct json_object *object, const char *key);
int64_t console_int(struct json_object *object, const char *key);
bool console_bool(struct json_object *object, const char *key);
bool console_has(struct json_object *object, const char *key);
size_t console_length(struct json_object *array);

/* --- console_login.c, console_<menu>.c ------------------------------------- */

void console_login(struct console_session *s);
void console_main(struct console_session *s);
void console_status(struct console_session *s);
void console_password(struct console_session *s);
void console_user_show(struct console_session *s, struct json_object *user);
void console_user_edit(struct console_session *s, struct json_object *user);

extern const struct console_menu console_main_menu;
extern const struct console_menu console_users_menu;
extern const struct console_menu console_sessions_menu;
extern const struct console_menu console_protocols_menu;
extern const struct console_menu console_logs_menu;

#endif /* SEHUB_TRANSPORTD_CONSOLE_IMPL_H */
