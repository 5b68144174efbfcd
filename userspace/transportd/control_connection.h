/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connection* methods of the control interface: ConnectionAdd, -Del, -List,
 * -Show, -Up, -Down. What a connection is lives in the store; whoever makes
 * the lines brings it up and down, describes it, and tells of its changes.
 */
#ifndef SEHUB_TRANSPORTD_CONTROL_CONNECTION_H
#define SEHUB_TRANSPORTD_CONTROL_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct control;
struct control_connection;
struct json_object;
struct store;
struct store_connection;

/* How long ConnectionUp waits where the request names no time. */
#define CONTROL_WAIT_S		15
#define CONTROL_WAIT_MAX_S	3600

/* What connection_ops.state() answers; names on the socket in brackets. */
enum connection_state {
	CONNECTION_DOWN,	/* "down" not asked to be up */
	CONNECTION_CONNECTING,	/* "connecting" an attempt is under way */
	CONNECTION_CONNECTED,	/* "connected" frames pass */
	CONNECTION_WAITING,	/* "waiting" for the next attempt */
	CONNECTION_FAILED,	/* "failed" given up: somebody has to act */
};

const char *connection_state_name(enum connection_state state);

/**
 * struct connection_ops - what this file asks of the client side
 * @up: bring the connection up, or try at once if it is waiting; nothing to
 *	do if it is connected. @connection (with the password) is borrowed for
 *	the duration of the call. Return 0, or -errno with a text in @why
 * @down: end the session, remove the device; nothing to do if it is down
 * @state: of the connection now; @error: text of the last failure, NULL if
 *	there is none, borrowed until the loop goes on. A name that is not
 *	known (any more) is CONNECTION_DOWN
 * @describe: add what is known at run time to the connection's JSON object:
 *	since, session, retry_in_ms, address, cipher, resumes, device_kind
 *	(state and error come from @state, the rest from the store)
 *
 * All are required and are called from the loop.
 */
struct connection_ops {
	int (*up)(void *ctx, const struct store_connection *connection,
		  char *why, size_t why_size);
	void (*down)(void *ctx, const char *name);
	enum connection_state (*state)(void *ctx, const char *name,
				       const char **error);
	void (*describe)(void *ctx, const char *name,
			 struct json_object *object);
};

/* As control_user_register(). Free it after the control is closed. */
int control_connection_register(struct control *control, uv_loop_t *loop,
				struct store *store,
				const struct connection_ops *ops, void *ctx,
				struct control_connection **connection);

/* Answers those who still wait. Run the loop once more afterwards. */
void control_connection_free(struct control_connection *connection);

/**
 * control_connection_changed() - a connection's state is another one
 *
 * Call it after each change, from the loop, also from inside @up and @down:
 * whoever waits in ConnectionUp is answered when it is connected or failed.
 */
void control_connection_changed(struct control_connection *connection,
				const char *name);

#endif /* SEHUB_TRANSPORTD_CONTROL_CONNECTION_H */
