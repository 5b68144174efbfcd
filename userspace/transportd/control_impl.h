/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between control.c (the listening socket), control_client.c (bytes of one
 * client), control_local.c (calls from inside), control_dispatch.c (requests to
 * methods) and control_call.c (answers and parameters).
 */
#ifndef SEHUB_TRANSPORTD_CONTROL_IMPL_H
#define SEHUB_TRANSPORTD_CONTROL_IMPL_H

#include <sys/stat.h>

#include "control.h"

#define CONTROL_SERVICE		"org.varlink.service"

/* Sets of methods, and parameters of one method. */
#define CONTROL_SETS_MAX	16
#define CONTROL_PARAMS_MAX	24
/* Longest name of a part of a request, with NUL. */
#define CONTROL_WHERE_MAX	64
/* More than so many do not stay until they can be told that they are refused. */
#define CONTROL_CLIENTS_REFUSED	16
/* Clients at a time of those who may only read. */
#define CONTROL_CLIENTS_READONLY	(CONTROL_CLIENTS_MAX / 2)
/* Longest answer: what clients of this interface take. */
#define CONTROL_ANSWER_MAX	(16 * 1024 * 1024)
/* Of answers that those who may only read have not read yet, all together... */
#define CONTROL_UNREAD_MAX	(2 * CONTROL_ANSWER_MAX)
/* ...but for short ones, of which each client has one. */
#define CONTROL_UNREAD_FREE	16384

/**
 * enum control_kind - whose places a client takes
 * @CONTROL_REFUSED: of those who only get an error
 * @CONTROL_READERS: of those who may only read
 * @CONTROL_GROUP: of the group, and of the daemon's own user
 * @CONTROL_ROOT: root's own
 * @CONTROL_KINDS: number of kinds
 */
enum control_kind {
	CONTROL_REFUSED,
	CONTROL_READERS,
	CONTROL_GROUP,
	CONTROL_ROOT,
	CONTROL_KINDS,
};

struct control_client;

struct control_set {
	const struct control_method *methods;
	size_t count;
	void *ctx;
};

/**
 * struct control - the listening socket
 * @pipe: its handle
 * @loop: event loop
 * @path: of the socket
 * @st: what was bound there: only that is removed
 * @group: members may speak; -1: none
 * @group_readonly: members may ask what changes nothing; -1: none
 * @version: of the software
 * @write_ms: how long an answer may take to be read
 * @sets: methods
 * @set_count: how many of @sets are used
 * @clients: list of all
 * @client_count: its length
 * @counts: the same by kind
 * @unread: bytes of the answers that CONTROL_UNREAD_MAX is about
 * @large: the one that has more than CONTROL_MESSAGE_MAX of a request
 * @closing: control_close() was called
 * @pipe_closed: and the loop has closed the handle
 */
struct control {
	uv_pipe_t pipe;
	uv_loop_t *loop;
	char *path;
	struct stat st;
	gid_t group;
	gid_t group_readonly;
	char *version;
	uint32_t write_ms;
	struct control_set sets[CONTROL_SETS_MAX];
	unsigned int set_count;
	struct control_client *clients;
	unsigned int client_count;
	unsigned int counts[CONTROL_KINDS];
	size_t unread;
	struct control_client *large;
	bool closing;
	bool pipe_closed;
};

/**
 * struct control_client - one connection
 * @pipe: its handle
 * @timer: runs while the last answer is being written, and while one that has
 *	closed its side waits for it
 * @rest: runs between a request that is done and the next one
 * @control: where it came in
 * @next: in the list of the control
 * @link: what points to this in the list
 * @uid: who it is
 * @pid: the same
 * @access: which methods it may call; CONTROL_CHANGES: all
 * @kind: whose place it has
 * @refuse: NULL, or why all it gets is an error
 * @refuse_name: name of that error
 * @in: bytes read and not handled yet
 * @in_len: how many
 * @in_size: room; 0 while there are none
 * @out: answer being written
 * @out_size: its size
 * @write: its request
 * @call: request not answered yet, or not for the last time
 * @busy: @call is set, an answer is being written, or @rest runs: the next one
 *	waits
 * @reading: the loop reads for it
 * @last: the client has closed its side; closed after the last answer
 * @deaf: it broke the rules: nothing more is read or handled
 * @closing: being closed
 * @handles: not closed yet
 */
struct control_client {
	uv_pipe_t pipe;
	uv_timer_t timer;
	uv_idle_t rest;
	struct control *control;
	struct control_client *next;
	struct control_client **link;
	uid_t uid;
	pid_t pid;
	enum control_access access;
	enum control_kind kind;
	const char *refuse;
	const char *refuse_name;
	char *in;
	size_t in_len;
	size_t in_size;
	char *out;
	size_t out_size;
	uv_write_t write;
	struct control_call *call;
	bool busy;
	bool reading;
	bool last;
	bool deaf;
	bool closing;
	unsigned int handles;
};

/**
 * struct control_call - a request being answered
 * @client: who asks; NULL: has gone
 * @request: the whole request
 * @params: its parameters
 * @seen: names of parameters that were asked for
 * @seen_count: how many
 * @oneway: no answer is wanted
 * @more: several answers are taken
 * @gone: called if the client goes
 * @gone_arg: for @gone
 * @ready: called when another of several answers can be taken
 * @ready_arg: for @ready
 * @by: who asks
 * @local: who asks, if that is inside of the daemon
 * @whole: NULL; of a part, the request that it is in
 * @where: of a part, what it is called
 * @is_wrong: of a part, @whole was answered by an error
 */
struct control_call {
	struct control_client *client;
	struct json_object *request;
	struct json_object *params;
	const char *seen[CONTROL_PARAMS_MAX];
	unsigned int seen_count;
	bool oneway;
	bool more;
	void (*gone)(struct control_call *call, void *arg);
	void *gone_arg;
	void (*ready)(struct control_call *call, void *arg);
	void *ready_arg;
	char by[CONTROL_BY_MAX];
	struct control_local *local;
	struct control_call *whole;
	char where[CONTROL_WHERE_MAX];
	bool is_wrong;
};

/* A connection waits to be accepted on control->pipe. */
void control_client_accept(struct control *control);
void control_client_close(struct control_client *client);
/*
 * Text and its terminating NUL, from malloc(), consumed: the last answer of the
 * client's call, or one of them.
 */
void control_client_write(struct control_client *client, char *text,
			  size_t size, bool is_last);
/* Is there room for an answer of so many bytes? */
bool control_client_may_write(const struct control_client *client, size_t size);
/* Nothing more is taken from the client: closed after the present answer. */
void control_client_deafen(struct control_client *client);
/* The client's request has been answered, or wants no answer. */
void control_client_done(struct control_client *client);
/* Frees the control once everything of it is closed. */
void control_put(struct control *control);

/* The method of that name, and the pointer for its handler; or NULL. */
const struct control_method *control_find(const struct control *control,
					  const char *name, void **ctx);

/* The answer of a call from inside, which is gone; @message is consumed. */
void control_local_done(struct control_local *local,
			struct json_object *message);

/* One message without its NUL. */
void control_dispatch(struct control_client *client, const char *text,
		      size_t len);

/* Error of org.varlink.service, with one parameter, or none. */
void control_error_service(struct control_call *call, const char *name,
			   const char *parameter, const char *value);
/* An error that is nobody's answer. */
void control_client_error(struct control_client *client, const char *name,
			  const char *message);

#endif /* SEHUB_TRANSPORTD_CONTROL_IMPL_H */
