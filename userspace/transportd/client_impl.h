/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What client.c (connections and their states), client_attempt.c (from a
 * name to a stream), client_login.c (from there to a session), client_auth.c
 * (who it is there), client_renew.c (from one line to the next) and
 * client_recover.c (after a start) share.
 */
#ifndef SEHUB_TRANSPORTD_CLIENT_IMPL_H
#define SEHUB_TRANSPORTD_CLIENT_IMPL_H

#include "auth.h"
#include "carrier.h"
#include "channel.h"
#include "client.h"
#include "kernel.h"
#include "proto.h"
#include "resume.h"
#include "store.h"

#define CLIENT_ERROR_MAX	384

struct clients {
	struct daemon *d;
	struct carriers *carriers;
	struct client *list;
	uv_timer_t recover;
	unsigned int recover_tries;
	bool found_owned;
};

/**
 * enum client_step - how far an attempt has come
 * @CLIENT_IDLE: there is none
 * @CLIENT_CARRIER: the stream is being made
 * @CLIENT_TLS: handshake
 * @CLIENT_HELLO: the server's HELLO is to come
 * @CLIENT_AUTH: in the middle of the exchange that says who it is
 * @CLIENT_ATTACH: the server's ATTACH is to come
 * @CLIENT_RESUME: the server's RESUME is to come
 * @CLIENT_WORKER: a worker is getting the port
 * @CLIENT_LINE: the stream broke, and the process behind it is to say why
 */
enum client_step {
	CLIENT_IDLE,
	CLIENT_CARRIER,
	CLIENT_TLS,
	CLIENT_HELLO,
	CLIENT_AUTH,
	CLIENT_ATTACH,
	CLIENT_RESUME,
	CLIENT_WORKER,
	CLIENT_LINE,
};

/**
 * struct client - a connection that is asked to be up
 * @next: list of all
 * @cs: where it belongs
 * @id: number in the store
 * @name: name in the store
 * @hub: number of the hub here that it joins to the one there, 0: none, it has
 *	a device
 * @device: its network device, "" with @hub
 * @place: the one or the other, for the log
 * @card: what the device is to be
 * @ifindex: of the device, 0 until it is made; or of the hub
 * @is_bridge: the hub is a bridge
 * @hub_id: of the hub
 * @client_id: for ATTACH
 * @state: as shown
 * @error: last failure, "" if there was none since it was last connected
 * @since: start of @state, seconds since the epoch
 * @line_up: when the line came up, loop's milliseconds
 * @retry: timer of the next attempt
 * @failures: attempts that failed in a row
 * @renew: timer of the next line with new keys
 * @is_renewing: the attempt is for one, and the session still has its line
 * @step: of the attempt under way
 * @attempt_began: when, loop's milliseconds
 * @server: host and port
 * @via: the way there
 * @vlan: number of the hub there
 * @grace: milliseconds that a session is to be kept at most, -1: any
 * @line_error: why the stream ended, as its process says or for want of that;
 *	"": not known
 * @wants_pin: trust on first use: keep what the server shows
 * @has_pin: what it showed could not be stored, @pin is it
 * @pin: its fingerprint
 * @ctx: TLS context of the attempt
 * @carrier: stream being made
 * @ch: channel of the login
 * @line: process behind the stream of the attempt
 * @session_line: the same of the session's line
 * @login: how to log in
 * @auth: exchange about who it is
 * @salted: what spares the next one its iterations
 * @has_session: there is a session to resume: @port_id and @session are valid
 * @port_id: the session's port
 * @session: the session
 * @ref: at its worker, if it has a line
 * @is_resuming: the worker was given a resume
 * @carrier_kind: how the attempt's line is made
 * @peer: the server's address, or its proxy's, of the attempt
 * @address: the same of the line
 * @cipher: of the line
 */
struct client {
	struct client *next;
	struct clients *cs;
	int64_t id;
	char name[STORE_CONNECTION_MAX + 1];
	uint16_t hub;
	char device[IFNAMSIZ];
	char place[IFNAMSIZ + 8];
	enum card_kind card;
	uint32_t ifindex;
	bool is_bridge;
	uint64_t hub_id;
	uint8_t client_id[STORE_CLIENT_ID_LEN];
	enum connection_state state;
	char error[CLIENT_ERROR_MAX];
	int64_t since;
	uint64_t line_up;
	uv_timer_t retry;
	unsigned int failures;
	uv_timer_t renew;
	bool is_renewing;

	enum client_step step;
	uint64_t attempt_began;
	char host[STORE_SERVER_MAX + 1];
	uint16_t port;
	struct sehub_via via;
	uint16_t vlan;
	int64_t grace;
	bool wants_pin;
	bool has_pin;
	uint8_t pin[SEHUB_FINGERPRINT_LEN];
	struct tls_context *ctx;
	struct carrier *carrier;
	struct channel *ch;
	struct carrier_line *line;
	struct carrier_line *session_line;
	char line_error[CLIENT_ERROR_MAX];
	enum auth_mechanism login;
	struct auth_client *auth;
	struct auth_salted salted;

	bool has_session;
	uint32_t port_id;
	struct resume_client session;
	struct session_ref ref;
	bool is_resuming;
	enum sehub_via_kind carrier_kind;
	char peer[SEHUB_HOST_MAX + 16];
	char address[SEHUB_HOST_MAX + 16];
	char cipher[40];
};

/* client.c */

struct client *client_new(struct clients *cs,
			  const struct store_connection *sc);
struct client *client_find(const struct clients *cs, const char *name);
void client_set_state(struct client *c, enum connection_state state);
/* Begin an attempt as soon as the loop goes on. */
void client_try_now(struct client *c);
/* The attempt, or the line, failed: try again in a while. */
void client_retry(struct client *c, const char *error);
/* It failed in a way that time does not heal. */
void client_give_up(struct client *c, const char *error);
/* There is no session to resume any more. */
void client_forget_session(struct client *c);

/* client_attempt.c */

void client_attempt(struct client *c);
/* Leaves nothing of an attempt but its process, which may say why it failed. */
void client_stop_attempt(struct client *c);
/* No stream of the attempt needs its process any more; nor one of a session. */
void client_release_line(struct client *c);
void client_release_session_line(struct client *c);
/* The attempt's process is the session's from now on. */
void client_keep_line(struct client *c);
/* The stream broke: try again once it is known why; @error if nobody says. */
void client_await_line(struct client *c, const char *error);

/* Its device or hub, made or found, unless its port is there; 0 or -errno. */
int client_find_place(struct client *c, struct sehub_err *err);

/* client_login.c */

/* Over a stream; on failure, 0 or -errno, @fd is still the caller's. */
int client_login(struct client *c, int fd, struct sehub_err *err);
/* As client_retry(), and the server is told why. */
void client_leave(struct client *c, uint16_t code, const char *text);
void client_send_record(struct client *c, struct proto_builder *b);
/* It is clear to the server who it is. */
void client_send_attach(struct client *c);

/* client_auth.c */

/* @offered: the server's list of mechanisms. */
void client_begin_auth(struct client *c, struct proto_bytes offered);
/* A step of the exchange; the first one has no input. */
void client_auth_step(struct client *c, const uint8_t *in, size_t in_len);
/* Adds to the server's words what its user can do. */
void client_explain_refusal(const struct client *c, char *text, size_t size);
/* Trust on first use: keep what the server shows. */
void client_keep_pin(struct client *c);

/* client_renew.c */

/* The session has a line: when will it be worn out? */
void client_renew_later(struct client *c);
/* It is: begin another one. */
void client_renew(struct client *c);
/* The new line is there: leave the old one, and only then count what came. */
void client_leave_old_line(struct client *c);
/* There is no new line for now; the old one goes on. */
void client_renew_failed(struct client *c, const char *error);

/* client_recover.c */

/* Port and session as found in the kernel; state is "down" until begun. */
void client_adopt(struct client *c, uint32_t port_id,
		  const struct resume_client *session);

#endif /* SEHUB_TRANSPORTD_CLIENT_IMPL_H */
