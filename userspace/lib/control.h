/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Client of the daemon's control socket: JSON objects with a NUL byte each, over
 * a local stream socket, as varlink frames them.
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

/* A call that has one answer after the other. */
struct sehub_control_stream;

/**
 * typedef sehub_control_fn - called for each answer
 * @reply: its parameters, valid during the call
 * @arg: the caller's
 * Return: 0 to go on, another value to end the reading, which returns it.
 */
typedef int (*sehub_control_fn)(struct json_object *reply, void *arg);

/**
 * sehub_control_stream_open() - call a method that has several answers
 * @streamp: where to put the call
 * @timeout_ms: until the first answer
 * The rest as of sehub_control_call(); the first answer is in @reply.
 */
int sehub_control_stream_open(struct sehub_control_stream **streamp,
			      const char *path, const char *method,
			      struct json_object *params,
			      unsigned int timeout_ms,
			      struct json_object **reply,
			      struct sehub_err *err);
/** sehub_control_stream_close() - end it, NULL is allowed */
void sehub_control_stream_close(struct sehub_control_stream *stream);
/** sehub_control_stream_fd() - descriptor that is readable if there are answers */
int sehub_control_stream_fd(const struct sehub_control_stream *stream);

/**
 * sehub_control_stream_read() - hand out the answers that wait
 * @stream: call
 * @fn: called for each
 * @arg: handed to @fn
 * @err: filled on failure
 * Return: 0 when no more wait, -ECONNRESET when the daemon has gone, another
 * -errno, or what @fn returned.
 */
int sehub_control_stream_read(struct sehub_control_stream *stream,
			      sehub_control_fn fn, void *arg,
			      struct sehub_err *err);

#endif /* SEHUB_LIB_CONTROL_H */
