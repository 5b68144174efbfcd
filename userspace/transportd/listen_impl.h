/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between listen.c (sockets, accepting), listeners.c (which there are) and
 * listen_control.c (methods).
 */
#ifndef SEHUB_TRANSPORTD_LISTEN_IMPL_H
#define SEHUB_TRANSPORTD_LISTEN_IMPL_H

#include "listen.h"

struct listen_socket;

/**
 * struct listener - one address
 * @next: list of all, those of the configuration first
 * @ls: where it is in
 * @id: never used again while the daemon runs
 * @what: as stored
 * @address: the same for bind(2)
 * @is_config: it stands in the configuration file
 * @socket: NULL: not open
 * @error: why it could not be opened, "": it was not tried, or is open
 * @accepted: connections so far
 * @refused: of these, sent away at once or after a login that failed
 * @logins: of these, became a session, or a session's new line
 */
struct listener {
	struct listener *next;
	struct listeners *ls;
	uint32_t id;
	struct store_listener what;
	struct config_listen address;
	bool is_config;
	struct listen_socket *socket;
	char error[256];
	uint64_t accepted;
	uint64_t refused;
	uint64_t logins;
};

/**
 * struct listeners - all of them
 * @d: daemon
 * @pause: while the system has no memory
 * @spare: descriptor in reserve
 * @handles: of the loop, not closed yet
 * @list: listeners
 * @count: how many
 * @last_id: given last
 */
struct listeners {
	struct daemon *d;
	uv_timer_t pause;
	int spare;
	unsigned int handles;
	struct listener *list;
	unsigned int count;
	uint32_t last_id;
};

/* listen.c */

/* Opens the socket, if it is not open. Return: 0 or -errno. */
int listen_socket_open(struct listener *l, struct sehub_err *err);
void listen_socket_close(struct listener *l);

/* What all have in common. NULL without memory. */
struct listeners *listen_new(struct daemon *d);
/* Without listeners; run the loop afterwards. */
void listen_free(struct listeners *ls);

#endif /* SEHUB_TRANSPORTD_LISTEN_IMPL_H */
