/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Client of the daemon's control socket: one JSON object and a NUL byte each
 * way over a local stream socket, as varlink frames them.
 */
#ifndef SEHUB_LIB_CONTROL_H
#define SEHUB_LIB_CONTROL_H

#include <json-c/json.h>

#include "err.h"

#define SEHUB_CONTROL_PATH	"/run/sehub/transportd.sock"
#define SEHUB_CONTROL_ENV	"SEHUB_SOCKET"
#define SEHUB_CONTROL_INTERFACE	"org.sehub.transportd"
/* Longest message of either direction, NUL included. */
#define SEHUB_CONTROL_MAX	(16 * 1024 * 1024)

/**
 * sehub_control_call() - call a method of the daemon and wait for the reply
 * @path: socket; NULL: $SEHUB_SOCKET, else %SEHUB_CONTROL_PATH
 * @method: "UserAdd"; a name with a dot is taken as it is, else it is one of
 *	%SEHUB_CONTROL_INTERFACE
 * @params: object with the parameters, stays the caller's; NULL: none
 * @timeout_ms: for the whole call
 * @reply: where to put the reply's parameters (an object, to be released with
 *	json_object_put()); NULL: not wanted
 * @err: filled on failure; @attr has the name of the daemon's error, without
 *	its interface
 * Return: 0; -ENOENT, -EEXIST, -EINVAL, -EACCES, -EIO for the daemon's
 * NotFound, Exists, InvalidParameter, Denied, Failed; -EOPNOTSUPP for a method
 * that it does not know; -ECONNREFUSED if no daemon answers; another -errno.
 */
int sehub_control_call(const char *path, const char *method,
		       struct json_object *params, unsigned int timeout_ms,
		       struct json_object **reply, struct sehub_err *err);

#endif /* SEHUB_LIB_CONTROL_H */
