/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets that accept connections: those of the configuration, which the
 * state can switch off, and those of the state. They come and go while the
 * daemon runs; sessions that came in by one that goes stay. Main thread only.
 */
#ifndef SEHUB_TRANSPORTD_LISTEN_H
#define SEHUB_TRANSPORTD_LISTEN_H

#include "daemon.h"
#include "err.h"
#include "store.h"

/* Of all together. */
#define LISTENERS_MAX	64
/* Where HTTP proxies let clients through to, as a rule. */
#define LISTENER_PROXY_PORT	443

struct control_call;
struct json_object;
struct listener;

/**
 * listeners_open() - listen on all addresses of configuration and state
 * @listenersp: where to put them
 * @d: daemon; connections go to its logins
 * @err: names the address of the configuration that cannot be had. One of the
 *	state is logged, and stands in the list with its error
 * Return: 0 or -errno; then none is open.
 */
int listeners_open(struct listeners **listenersp, struct daemon *d,
		   struct sehub_err *err);
/* Run the loop afterwards. NULL is allowed. */
void listeners_close(struct listeners *ls);

/* A socket that listens there, nonblocking; -1 with errno. */
int listen_on(const struct config_listen *address);

/* How many listen now. */
unsigned int listeners_count(const struct listeners *ls);

/* What became of a connection that a listener accepted. */
enum listener_outcome {
	LISTENER_REFUSED,	/* sent away */
	LISTENER_LOGIN,		/* became a session, or a session's new line */
};

/* @id: of the listener, which may be gone. @ls NULL: all are. */
void listeners_note(struct listeners *ls, uint32_t id,
		    enum listener_outcome outcome);

/*
 * These change the state, too, and nothing at all where they fail: 0 or -errno,
 * as store.h has them; -EADDRINUSE and the like where it cannot be opened.
 */

/* @what: all but is_added is used. */
int listeners_add(struct listeners *ls, const struct store_listener *what,
		  struct sehub_err *err);
int listeners_del(struct listener *l, struct sehub_err *err);
/* One that could not be opened is tried again. */
int listeners_set(struct listener *l, bool is_enabled, struct sehub_err *err);

/*
 * Does as the state says, where something was added or changed; what is taken
 * out of it goes through listeners_del(). What cannot be opened is logged and
 * stands in the list with its error.
 */
void listeners_reload(struct listeners *ls);

/* NULL: there is none. */
struct listener *listeners_find(struct listeners *ls, const char *address,
				uint16_t port);

/* An array with all, as ListenerList shows them. */
struct json_object *listeners_describe(const struct daemon *d);

/* Address and port of a request: 0, or the call is answered. */
int listener_param_address(struct control_call *call,
			   struct store_listener *what);
/*
 * What ListenerAdd is given into @what, is_added and is_enabled left alone: 0,
 * or the call is answered.
 */
int listener_params(struct control_call *call, struct store_listener *what);

/* ListenerList, -Add, -Del, -Set. Return: 0 or -errno. */
int listen_control_register(struct daemon *d);

#endif /* SEHUB_TRANSPORTD_LISTEN_H */
