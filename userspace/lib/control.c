// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls of the daemon: connect, send, wait for the NUL, take it apart; and for
 * calls with several answers, wait for the next one.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "control.h"

#define SEHUB_CONTROL_CHUNK	4096

/**
 * struct call - a call under way
 * @path: socket
 * @fd: connection
 * @deadline: of the whole call, milliseconds of the monotonic clock
 * @buf: the reply so far
 * @len: bytes there
 * @room: bytes that fit
 */
struct call {
	const char *path;
	int fd;
	int64_t deadline;
	char *buf;
	size_t len;
	size_t room;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int open_socket(struct call *call, struct sehub_err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int code;

	if (strlen(call->path) >= sizeof(addr.sun_path))
		return sehub_err_set(err, ENAMETOOLONG,
				     "the path of the control socket is too long: %s",
				     call->path);
	strcpy(addr.sun_path, call->path);

	call->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (call->fd < 0)
		return sehub_err_errno(err, errno, "cannot open a socket");
	if (!connect(call->fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fcntl(call->fd, F_SETFL, O_NONBLOCK) ?
			sehub_err_errno(err, errno, "cannot set up a socket") :
			0;

	code = errno;
	if (code == EACCES || code == EPERM)
		return sehub_err_set(err, EACCES,
				     "may not talk to sehub-transportd at %s: %s (be root or a member of the group sehub, or of sehub-ro to read)",
				     call->path, strerror(code));
	sehub_err_set(err, ECONNREFUSED,
		      "cannot reach sehub-transportd at %s: %s; is it running? (systemctl start sehub-transportd)",
		      call->path, strerror(code));
	return -ECONNREFUSED;
}

static int wait_for(struct call *call, short events, struct sehub_err *err)
{
	struct pollfd pfd = { .fd = call->fd, .events = events };

	for (;;) {
		int64_t left = call->deadline - now_ms();
		int n;

		if (left <= 0)
			return sehub_err_set(err, ETIMEDOUT,
					     "sehub-transportd did not answer in time");
		n = poll(&pfd, 1, left > 60000 ? 60000 : (int)left);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return sehub_err_errno(err, errno, "cannot wait");
	}
}

static int send_all(struct call *call, const char *text, size_t len,
		    struct sehub_err *err)
{
	while (len) {
		ssize_t n = send(call->fd, text, len, MSG_NOSIGNAL);
		int code;

		if (n >= 0) {
			text += n;
			len -= n;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return sehub_err_errno(err, errno,
					       "cannot talk to sehub-transportd");
		code = wait_for(call, POLLOUT, err);
		if (code)
			return code;
	}
	return 0;
}

/* Makes room for one chunk more. */
static int grow(struct call *call, struct sehub_err *err)
{
	size_t room = call->room ? 2 * call->room : SEHUB_CONTROL_CHUNK;
	char *buf;

	if (call->len + SEHUB_CONTROL_CHUNK <= call->room)
		return 0;
	if (room < call->len + SEHUB_CONTROL_CHUNK)
		room = call->len + SEHUB_CONTROL_CHUNK;
	if (room > SEHUB_CONTROL_MAX)
		return sehub_err_set(err, EMSGSIZE,
				     "the answer of sehub-transportd is too long");
	buf = realloc(call->buf, room);
	if (!buf)
		return sehub_err_errno(err, ENOMEM, "cannot read the answer");
	call->buf = buf;
	call->room = room;
	return 0;
}

/* Reads up to and with the NUL. */
static int receive(struct call *call, struct sehub_err *err)
{
	for (;;) {
		ssize_t n;
		int code;

		code = grow(call, err);
		if (!code)
			code = wait_for(call, POLLIN, err);
		if (code)
			return code;
		n = recv(call->fd, call->buf + call->len, SEHUB_CONTROL_CHUNK,
			 0);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return sehub_err_errno(err, errno,
					       "cannot read from sehub-transportd");
		if (!n)
			return sehub_err_set(err, ECONNRESET,
					     "sehub-transportd closed the connection without an answer");
		call->len += n;
		if (memchr(call->buf + call->len - n, '\0', n))
			return 0;
	}
}

/* The request's text with its NUL is in the object's own buffer. */
static struct json_object *make_request(const char *method,
					struct json_object *params)
{
	struct json_object *request = json_object_new_object();
	char name[128];

	if (!request)
		return NULL;
	snprintf(name, sizeof(name), "%s%s",
		 strchr(method, '.') ? "" : SEHUB_CONTROL_INTERFACE ".",
		 method);
	if (json_object_object_add(request, "method",
				   json_object_new_string(name)) ||
	    json_object_object_add(request, "parameters",
				   params ? json_object_get(params) :
					    json_object_new_object())) {
		json_object_put(request);
		return NULL;
	}
	return request;
}

static int code_of(const char *name)
{
	static const struct {
		const char *name;
		int code;
	} codes[] = {
		{ "NotFound", ENOENT },
		{ "Exists", EEXIST },
		{ "InvalidParameter", EINVAL },
		{ "Denied", EACCES },
		{ "MethodNotFound", EOPNOTSUPP },
		{ "MethodNotImplemented", EOPNOTSUPP },
		{ "InterfaceNotFound", EOPNOTSUPP },
		{ "ExpectedMore", EINVAL },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (!strcmp(name, codes[i].name))
			return codes[i].code;
	return EIO;
}

static const char *string_in(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

/* What the daemon says about its error, in order of how well it says it. */
static int take_error(const char *full_name, struct json_object *params,
		      struct sehub_err *err)
{
	const char *name = strrchr(full_name, '.');
	const char *text = string_in(params, "message");
	const char *about = string_in(params, "parameter");
	int code;

	name = name ? name + 1 : full_name;
	code = code_of(name);
	if (text)
		sehub_err_set(err, code, "%s", text);
	else if (code == EOPNOTSUPP)
		sehub_err_set(err, code,
			      "sehub-transportd does not know this; is it an older version?");
	else
		sehub_err_set(err, code, "sehub-transportd says %s%s%s", name,
			      about ? ": " : "", about ? about : "");
	if (err)
		snprintf(err->attr, sizeof(err->attr), "%s", name);
	return -code;
}

static int take_reply(struct call *call, struct json_object **reply,
		      struct sehub_err *err)
{
	struct json_object *object = json_tokener_parse(call->buf);
	struct json_object *params = NULL;
	const char *error;
	int code = 0;

	if (!object || !json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		return sehub_err_set(err, EBADMSG,
				     "the answer of sehub-transportd is not understood");
	}
	if (!json_object_object_get_ex(object, "parameters", &params) ||
	    !json_object_is_type(params, json_type_object))
		params = NULL;

	error = string_in(object, "error");
	if (error)
		code = take_error(error, params, err);
	else if (reply)
		*reply = params ? json_object_get(params) :
				  json_object_new_object();
	json_object_put(object);
	return code;
}

static const char *default_path(void)
{
	const char *path = getenv(SEHUB_CONTROL_ENV);

	return path && *path ? path : SEHUB_CONTROL_PATH;
}

/* Connects, sends the request and waits for an answer. */
static int begin(struct call *call, const char *method,
		 struct json_object *params, bool more, struct sehub_err *err)
{
	struct json_object *request;
	const char *text;
	size_t len;
	int code;

	request = make_request(method, params);
	if (!request || (more && json_object_object_add(request, "more",
					json_object_new_boolean(true)))) {
		json_object_put(request);
		return sehub_err_errno(err, ENOMEM, "cannot make the request");
	}
	text = json_object_to_json_string_length(request,
						 JSON_C_TO_STRING_PLAIN, &len);
	code = open_socket(call, err);
	if (!code)
		code = send_all(call, text, len + 1, err);
	if (!code)
		code = receive(call, err);

	/* The request can hold a password. */
	explicit_bzero((void *)text, len);
	json_object_put(request);
	return code;
}

static void end(struct call *call)
{
	if (call->fd >= 0)
		close(call->fd);
	free(call->buf);
}

int sehub_control_call(const char *path, const char *method,
		       struct json_object *params, unsigned int timeout_ms,
		       struct json_object **reply, struct sehub_err *err)
{
	struct call call = {
		.path = path ? path : default_path(), .fd = -1,
		.deadline = now_ms() + timeout_ms,
	};
	int code;

	if (reply)
		*reply = NULL;
	code = begin(&call, method, params, false, err);
	if (!code)
		code = take_reply(&call, reply, err);
	end(&call);
	return code;
}

/* --- several answers ------------------------------------------------------- */

struct sehub_control_stream {
	struct call call;
};

/* Forgets the first message, which is there. */
static void drop_first(struct call *call)
{
	size_t len = strlen(call->buf) + 1;

	call->len -= len;
	memmove(call->buf, call->buf + len, call->len);
}

int sehub_control_stream_open(struct sehub_control_stream **streamp,
			      const char *path, const char *method,
			      struct json_object *params,
			      unsigned int timeout_ms,
			      struct json_object **reply,
			      struct sehub_err *err)
{
	struct sehub_control_stream *stream = calloc(1, sizeof(*stream));
	int code;

	*streamp = NULL;
	*reply = NULL;
	if (!stream)
		return sehub_err_errno(err, ENOMEM, "cannot make the request");
	stream->call = (struct call){
		.path = path ? path : default_path(), .fd = -1,
		.deadline = now_ms() + timeout_ms,
	};
	code = begin(&stream->call, method, params, true, err);
	if (!code)
		code = take_reply(&stream->call, reply, err);
	if (code) {
		sehub_control_stream_close(stream);
		return code;
	}
	drop_first(&stream->call);
	*streamp = stream;
	return 0;
}

void sehub_control_stream_close(struct sehub_control_stream *stream)
{
	if (!stream)
		return;
	end(&stream->call);
	free(stream);
}

int sehub_control_stream_fd(const struct sehub_control_stream *stream)
{
	return stream->call.fd;
}

/* Return: 1 if a message is there, 0 if none is, or -errno. */
static int receive_some(struct call *call, struct sehub_err *err)
{
	ssize_t n;
	int code;

	while (!call->len || !memchr(call->buf, '\0', call->len)) {
		code = grow(call, err);
		if (code)
			return code;
		n = recv(call->fd, call->buf + call->len, SEHUB_CONTROL_CHUNK,
			 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0)
			return sehub_err_errno(err, errno,
					       "cannot read from sehub-transportd");
		if (!n)
			return sehub_err_set(err, ECONNRESET,
					     "sehub-transportd closed the connection");
		call->len += n;
	}
	return 1;
}

int sehub_control_stream_read(struct sehub_control_stream *stream,
			      sehub_control_fn fn, void *arg,
			      struct sehub_err *err)
{
	struct json_object *reply;
	int code;

	for (;;) {
		code = receive_some(&stream->call, err);
		if (code <= 0)
			return code;
		code = take_reply(&stream->call, &reply, err);
		if (code)
			return code;
		drop_first(&stream->call);
		code = fn(reply, arg);
		json_object_put(reply);
		if (code)
			return code;
	}
}
