/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The console: menus for administrators over telnet. It is a client of the
 * control interface inside of the daemon, so that each entry does what a method
 * does. Runs in the loop that it is opened in, the main thread's, and never
 * blocks it.
 *
 * Telnet is in clear: by default it listens where only this machine connects.
 * Before the administrator has a password (store_admin_set()) nobody gets in.
 */
#ifndef SEHUB_TRANSPORTD_CONSOLE_H
#define SEHUB_TRANSPORTD_CONSOLE_H

#include <stdint.h>
#include <uv.h>

#include "config.h"
#include "err.h"

/* Clients that have logged in, and those that have not, at a time. */
#define CONSOLE_ADMINS_MAX	16
#define CONSOLE_GUESTS_MAX	16
/* Of those who have not, from one source. */
#define CONSOLE_GUESTS_SOURCE	4
/* To log in, a client has this long. */
#define CONSOLE_LOGIN_MS	60000
/*
 * Wrong passwords of a source in so long that are let pass; see ratelimit.h for
 * what comes then. After as many a connection is closed.
 */
#define CONSOLE_ATTEMPTS	3
#define CONSOLE_ATTEMPTS_MS	600000
/* Before it is taken for one that speaks no telnet. */
#define CONSOLE_SILENCE_MS	500

struct console;
struct control;
struct store;

/**
 * struct console_options - how to open it
 * @loop: event loop
 * @address: to listen on
 * @control: its methods are called
 * @store: has the password
 * @version: of the software
 * @language: enum config_language
 * @idle_ms: without input for so long an administrator is logged out
 * @now_ms: monotonic time, NULL: uv_hrtime()'s
 */
struct console_options {
	uv_loop_t *loop;
	const struct config_listen *address;
	struct control *control;
	struct store *store;
	const char *version;
	enum config_language language;
	uint32_t idle_ms;
	uint64_t (*now_ms)(void);
};

/**
 * console_open() - listen
 * @options: copied; what it points to outlives the console
 * @console: made, for console_close()
 * @err: filled on failure
 * Return: 0 or -errno.
 */
int console_open(const struct console_options *options,
		 struct console **console, struct sehub_err *err);

/*
 * End all sessions and stop listening, before the control is closed. Freed when
 * the loop has closed the last handle. NULL is fine.
 */
void console_close(struct console *console);

/*
 * The administrator's password is another one: those who logged in with the one
 * before are logged out, but for who has changed it, @by. NULL is fine.
 */
void console_password_changed(struct console *console, const char *by);

/* Where it listens: a port that was 0 is another one then. */
int console_address(const struct console *console, struct config_listen *address);

#endif /* SEHUB_TRANSPORTD_CONSOLE_H */
