/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between control_connection.c (methods), control_connection_params.c (what a
 * connection is) and control_wait.c (those who wait in ConnectionUp until it is
 * decided).
 */
#ifndef SEHUB_TRANSPORTD_CONTROL_CONNECTION_IMPL_H
#define SEHUB_TRANSPORTD_CONTROL_CONNECTION_IMPL_H

#include "control.h"
#include "control_connection.h"
#include "store.h"

struct connection_waiter;

/**
 * struct control_connection - the methods' common state
 * @loop: event loop
 * @store: what connections there are
 * @ops: who makes them
 * @ctx: for @ops
 * @waiters: calls not answered yet
 */
struct control_connection {
	uv_loop_t *loop;
	struct store *store;
	const struct connection_ops *ops;
	void *ctx;
	struct connection_waiter *waiters;
};

/* Says what is wrong with a value of the parameter @key. Return: -EINVAL. */
int connection_refuse(struct control_call *call, const char *key,
		      const char *text);
/*
 * All parameters of a new connection, checked: 0, or the call is answered. The
 * store checks once more, but cannot name parameters.
 */
int connection_params(struct control_call *call, struct store_connection *c);

/* Answers a call with the connection's object, or why there is none. */
void connection_reply_shown(struct control_connection *owner,
			    struct control_call *call, const char *name);

/* Answers a call once the connection is up or will not be, or in time. */
void connection_wait(struct control_connection *owner,
		     struct control_call *call, const char *name,
		     unsigned int seconds);
void connection_end_waiters(struct control_connection *owner);

#endif /* SEHUB_TRANSPORTD_CONTROL_CONNECTION_IMPL_H */
