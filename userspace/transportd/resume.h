/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lets a session outlive its line, and the daemon: tickets, and the
 * cookie that the kernel keeps with the session's port. A cookie holds all
 * that a daemon which was killed needs to go on with the session.
 */
#ifndef SEHUB_TRANSPORTD_RESUME_H
#define SEHUB_TRANSPORTD_RESUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/sehub.h>
#include <linux/sehub_wire.h>

#define RESUME_INSTANCE_LEN	8
#define RESUME_HASH_LEN		32
/* Bytes, without the terminating NUL. */
#define RESUME_SESSION_MAX	24
#define RESUME_USER_MAX		64
#define RESUME_CLIENT_MAX	40
#define RESUME_CONNECTION_MAX	32

/**
 * struct resume_server - the server's end of a session
 * @vlan: number of the hub
 * @user_id: the user's number in the store
 * @client_id: see SEHUB_WIRE_A_CLIENT_ID
 * @ticket: SHA-256 of the ticket that the client was given last
 * @old_ticket: that of the ticket which it used last; good until the client
 *	has shown that it holds the new one
 * @has_old: @old_ticket is valid
 * @since: when the session began, seconds since the epoch
 * @keepalive: agreed milliseconds
 * @dead_time: the same
 * @resumes: how often it was resumed
 * @grace_max: milliseconds, the most that the client wants to be waited for
 * @session: name of the session
 * @user: name of the user
 * @client_name: what the client says it is
 */
struct resume_server {
	uint16_t vlan;
	int64_t user_id;
	uint8_t client_id[SEHUB_WIRE_CLIENT_ID_LEN];
	uint8_t ticket[RESUME_HASH_LEN];
	uint8_t old_ticket[RESUME_HASH_LEN];
	bool has_old;
	int64_t since;
	uint32_t keepalive;
	uint32_t dead_time;
	uint32_t resumes;
	uint32_t grace_max;
	char session[RESUME_SESSION_MAX + 1];
	char user[RESUME_USER_MAX + 1];
	char client_name[RESUME_CLIENT_MAX + 1];
};

/**
 * struct resume_client - the client's end of a session
 * @connection_id: the connection's number in the store
 * @ticket: to be shown to the server
 * @since: when the session began, seconds since the epoch
 * @keepalive: agreed milliseconds
 * @dead_time: the same
 * @resumes: how often it was resumed
 * @session: name of the session at the server
 * @connection: name of the connection
 */
struct resume_client {
	int64_t connection_id;
	uint8_t ticket[SEHUB_WIRE_TICKET_LEN];
	int64_t since;
	uint32_t keepalive;
	uint32_t dead_time;
	uint32_t resumes;
	char session[RESUME_SESSION_MAX + 1];
	char connection[RESUME_CONNECTION_MAX + 1];
};

enum resume_kind {
	RESUME_NONE,	/* no cookie of this installation */
	RESUME_SERVER,
	RESUME_CLIENT,
};

/*
 * Cookies carry an instance, so that installations that share a network
 * namespace leave each other's ports alone. Return: length, at most
 * SEHUB_COOKIE_MAX.
 */
size_t resume_pack_server(uint8_t cookie[SEHUB_COOKIE_MAX],
			  const uint8_t instance[RESUME_INSTANCE_LEN],
			  const struct resume_server *server);
size_t resume_pack_client(uint8_t cookie[SEHUB_COOKIE_MAX],
			  const uint8_t instance[RESUME_INSTANCE_LEN],
			  const struct resume_client *client);

/**
 * resume_unpack() - read a cookie
 * @cookie: bytes that the kernel kept
 * @len: how many
 * @instance: this installation's
 * @server: filled for %RESUME_SERVER
 * @client: filled for %RESUME_CLIENT
 *
 * Return: what it is; %RESUME_NONE for anything not made by these functions.
 */
enum resume_kind resume_unpack(const uint8_t *cookie, size_t len,
			       const uint8_t instance[RESUME_INSTANCE_LEN],
			       struct resume_server *server,
			       struct resume_client *client);

/* A new ticket and what the server keeps of it. Return: 0 or -EIO. */
int resume_ticket(uint8_t ticket[SEHUB_WIRE_TICKET_LEN],
		  uint8_t hash[RESUME_HASH_LEN]);

#endif /* SEHUB_TRANSPORTD_RESUME_H */
