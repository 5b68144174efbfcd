/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between console.c and console_client.c: what a connection and its console are. */
#ifndef SEHUB_TRANSPORTD_CONSOLE_CLIENT_H
#define SEHUB_TRANSPORTD_CONSOLE_CLIENT_H

#include <sys/socket.h>

#include "console_impl.h"

/* Longest first line of a client, what telnet says before it included. */
#define CONSOLE_FIRST_MAX	2048

struct ratelimit;

/**
 * struct console - the console
 * @tcp: where it listens
 * @options: as given
 * @limit: wrong passwords of sources
 * @japanese: catalogue, NULL: not installed
 * @clients: list of all
 * @admins: how many of them have logged in
 * @guests: and have not
 * @is_closing: console_close() was called
 * @is_closed: and the loop has closed @tcp
 */
struct console {
	uv_tcp_t tcp;
	struct console_options options;
	struct ratelimit *limit;
	struct console_catalogue *japanese;
	struct console_client *clients;
	unsigned int admins;
	unsigned int guests;
	bool is_closing;
	bool is_closed;
};

/**
 * struct console_client - one connection
 * @tcp: its handle
 * @timer: until it is closed for its silence
 * @console: where it came in
 * @next: in the list of the console
 * @link: what points to this in the list
 * @source: its address
 * @s: what it does; its terminal is NULL if it was turned away
 * @handles: not closed yet
 * @has_begun: the first question was asked
 * @is_judged: its first line is over, and no request of a browser
 * @is_reading: the loop reads for it
 * @is_leaving: has heard goodbye, and is closed when that is sent
 * @is_closing: being closed
 * @first: its first line so far
 * @first_len: how much of it
 * @buf: read into
 */
struct console_client {
	uv_tcp_t tcp;
	uv_timer_t timer;
	struct console *console;
	struct console_client *next;
	struct console_client **link;
	struct sockaddr_storage source;
	struct console_session s;
	unsigned int handles;
	bool has_begun;
	bool is_judged;
	bool is_reading;
	bool is_leaving;
	bool is_closing;
	char first[CONSOLE_FIRST_MAX];
	size_t first_len;
	char buf[CONSOLE_INPUT_MAX];
};

void console_client_accept(struct console *console);
void console_client_close(struct console_client *client);
/* It has logged in: other times hold. */
void console_client_admitted(struct console_client *client);
/* Frees the console once everything of it is closed. */
void console_put_away(struct console *console);

#endif /* SEHUB_TRANSPORTD_CONSOLE_CLIENT_H */
