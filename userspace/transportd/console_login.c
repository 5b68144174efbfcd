// SPDX-License-Identifier: GPL-2.0-or-later
/* The first screen: language, password. And the way to another password. */
#include "console_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void ask_to_log_in(struct console_session *s);

static void refuse_for_now(struct console_session *s, uint64_t wait_ms)
{
	char text[160];

	snprintf(text, sizeof(text),
		 T("Too many wrong passwords: try again in %u s."),
		 (unsigned int)((wait_ms + 999) / 1000));
	console_leave(s, text);
}

/* What becomes of an attempt that did not succeed; false: it is another's. */
static void refuse(struct console_session *s, int err, uint64_t wait_ms)
{
	if (err == -EAGAIN)
		refuse_for_now(s, wait_ms);
	else if (err == -ENOENT)
		console_leave(s, T("The administrator has no password yet: sehubctl admin passwd sets it."));
	else
		console_leave(s, T("The password cannot be checked: see the log of sehub-transportd."));
}

static void on_login(struct console_session *s, const char *text)
{
	uint64_t wait_ms = 0;
	int err = console_check_password(s, text, &wait_ms);

	if (err && err != -EACCES) {
		refuse(s, err, wait_ms);
	} else if (err && ++s->attempts >= CONSOLE_ATTEMPTS) {
		console_leave(s, T("Wrong password, too often."));
	} else if (err) {
		console_put(s, T("Wrong password.\n"));
		ask_to_log_in(s);
	} else if (!console_admit(s)) {
		console_leave(s, T("Too many administrators are logged in."));
	} else {
		console_enter(s, &console_main_menu);
	}
}

static void ask_to_log_in(struct console_session *s)
{
	if (console_term_shows_secrets(s->term))
		console_put(s, T("Your client shows what you type, the password too.\n"));
	console_ask_secret(s, T("Administrator's password"), on_login);
}

static void on_language(struct console_session *s, const char *text)
{
	if (!strcmp(text, "2") || !strcmp(text, "ja")) {
		s->texts = console_language(s, CONFIG_LANGUAGE_JA);
	} else if (*text && strcmp(text, "1") && strcmp(text, "en")) {
		console_ask(s, "Language: 1 English, 2 日本語 (Enter: 1)",
			    on_language);
		return;
	}
	ask_to_log_in(s);
}

static void on_admin(struct console_session *s, struct json_object *reply)
{
	if (!console_bool(reply, "password"))
		refuse(s, -ENOENT, 0);
	else if (s->options->language == CONFIG_LANGUAGE_ASK &&
		 console_language(s, CONFIG_LANGUAGE_JA))
		console_ask(s, "Language: 1 English, 2 日本語 (Enter: 1)",
			    on_language);
	else
		ask_to_log_in(s);
}

static void on_failure(struct console_session *s, struct json_object *params)
{
	(void)params;
	refuse(s, -EIO, 0);
}

void console_login(struct console_session *s)
{
	/* wide enough for what it may have to cover */
	console_print(s, T("sehub %s: console of the hub server\n"),
		      s->options->version);
	s->failed = on_failure;
	console_call(s, "AdminShow", NULL, on_admin);
}

/* --- another password ------------------------------------------------------ */

static void set_password(struct console_session *s)
{
	console_call(s, "AdminSetPassword", NULL, console_reply_done);
}

static void on_present(struct console_session *s, const char *text)
{
	uint64_t wait_ms = 0;
	int err = console_check_password(s, text, &wait_ms);

	if (err && err != -EACCES) {
		refuse(s, err, wait_ms);
	} else if (err) {
		console_put(s, T("Wrong password.\n"));
		console_done(s);
	} else {
		console_params(s);
		console_ask_password(s, T("New password"), set_password);
	}
}

void console_password(struct console_session *s)
{
	console_ask_secret(s, T("Present password"), on_present);
}
