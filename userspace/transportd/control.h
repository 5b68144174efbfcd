/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: who may speak, framing, dispatch. Messages are JSON
 * objects, each ended by a NUL byte, over a UNIX stream socket (varlink's
 * form). Knows no method but those of org.varlink.service. Runs in the loop
 * that it is opened in, the main thread's.
 *
 * A method's handler gets a call and answers it exactly once, with
 * control_reply() or control_error(), at once or later, also if its client
 * has gone meanwhile (the answer is then dropped). Calls of one client are
 * handled one after the other. The process has to ignore SIGPIPE.
 *
 *	static void user_show(struct control_call *call,
 *			      struct json_object *params, void *ctx)
 *	{
 *		const char *user;
 *		int64_t vlan;
 *
 *		if (control_param_int(call, "vlan", CONTROL_REQUIRED,
 *				      1, 4094, &vlan) ||
 *		    control_param_string(call, "user", CONTROL_REQUIRED,
 *					 &user) ||
 *		    control_params_end(call))
 *			return;
 *		...
 *		control_reply(call, object);
 *	}
 */
#ifndef SEHUB_TRANSPORTD_CONTROL_H
#define SEHUB_TRANSPORTD_CONTROL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <json-c/json.h>
#include <uv.h>

#define CONTROL_INTERFACE	"org.sehub.transportd"

/* Names of errors for control_error(). */
#define CONTROL_NOT_FOUND	CONTROL_INTERFACE ".NotFound"
#define CONTROL_EXISTS		CONTROL_INTERFACE ".Exists"
#define CONTROL_INVALID		CONTROL_INTERFACE ".InvalidParameter"
#define CONTROL_DENIED		CONTROL_INTERFACE ".Denied"
#define CONTROL_FAILED		CONTROL_INTERFACE ".Failed"

/*
 * Longest request, its NUL byte included, that any number of clients may send
 * at a time; and that one of them may.
 */
#define CONTROL_MESSAGE_MAX	(256 * 1024)
#define CONTROL_LARGE_MAX	(16 * 1024 * 1024)
/*
 * Clients at a time, of root and of the others who may do all; a further one is
 * told so and closed.
 */
#define CONTROL_CLIENTS_MAX	64
/* A client that does not read its answer for this long is closed. */
#define CONTROL_WRITE_MS	30000

struct control;
struct control_call;

/**
 * enum control_access - what a method does, and what a client may call
 * @CONTROL_CHANGES: it changes something, or tells a secret: for root, the
 *	daemon's own user and @group of struct control_options alone
 * @CONTROL_READS: it does neither: also for @group_readonly. Nothing that it
 *	answers may be a secret
 */
enum control_access {
	CONTROL_CHANGES,
	CONTROL_READS,
};

struct control_failure {
	char text[512];
};

/**
 * struct control_options - how to open the socket
 * @path: of the socket; its directory must exist
 * @group: owner of the socket and allowed to use it, if such a group exists;
 *	NULL: none
 * @group_readonly: the same for methods that are CONTROL_READS; it is let in
 *	by an ACL of the socket
 * @version: of the software, for GetInfo
 * @write_ms: instead of CONTROL_WRITE_MS; 0: that
 */
struct control_options {
	const char *path;
	const char *group;
	const char *group_readonly;
	const char *version;
	uint32_t write_ms;
};

/**
 * struct control_method - one method of CONTROL_INTERFACE
 * @name: without the interface: "UserAdd"
 * @handler: gets the call, its "parameters" (an object, never NULL, borrowed
 *	until the call is answered) and the pointer of control_register()
 * @access: who may call it
 */
struct control_method {
	const char *name;
	void (*handler)(struct control_call *call, struct json_object *params,
			void *ctx);
	enum control_access access;
};

/**
 * control_open() - listen
 * @loop: event loop
 * @options: copied
 * @control: made, for control_close()
 * @failure: filled on failure
 *
 * A socket left by a daemon that was killed is replaced. Mode 0660, group and
 * ACL are set before anybody can connect, so that strangers are kept out by the
 * kernel. Allowed are uid 0, the daemon's own uid and members of the groups,
 * which is judged once more by what the kernel says of each client.
 *
 * Return: 0; -EADDRINUSE another daemon answers there; -EEXIST something that
 * is no socket is there; other -errno.
 */
int control_open(uv_loop_t *loop, const struct control_options *options,
		 struct control **control, struct control_failure *failure);

/**
 * control_close() - stop listening, end all clients, remove the socket
 * @control: freed when the loop has closed the last handle; NULL is fine
 *
 * Run the loop until it is done. Calls not yet answered still have to be.
 */
void control_close(struct control *control);

/**
 * control_register() - add methods
 * @methods: array that lives as long as the control
 * @count: its length
 * @ctx: for the handlers
 *
 * Return: 0; -EEXIST a name is taken (nothing is added); -ENOSPC.
 */
int control_register(struct control *control,
		     const struct control_method *methods, size_t count,
		     void *ctx);

/**
 * control_reply() - answer a call
 * @call: gone after this
 * @params: the answer's parameters, consumed; NULL: none
 */
void control_reply(struct control_call *call, struct json_object *params);

/* The same; every text in @params is overwritten afterwards. */
void control_reply_secret(struct control_call *call,
			  struct json_object *params);

/**
 * control_call_wants_more() - whether a client takes more than one answer
 * @call: whose request had "more"
 *
 * A method that makes no sense without answers control_error_more() if not.
 */
bool control_call_wants_more(const struct control_call *call);
void control_error_more(struct control_call *call);

/**
 * control_reply_more() - an answer to a call, and there will be others
 * @call: of a client that wants more; it goes on
 * @params: this answer's parameters, consumed
 *
 * The answer is on its way then. The next one may follow when @on_ready of
 * control_call_on_ready() was called, and not before; it is not called from
 * here, while that of control_call_on_gone() may be. The client may take its
 * time, and costs no more than this one answer; the last one, by
 * control_reply() or control_error(), ends its connection if this one has not
 * been read by then.
 */
void control_reply_more(struct control_call *call, struct json_object *params);
/* @fn: called, from the loop, each time that another answer can be taken. */
void control_call_on_ready(struct control_call *call,
			   void (*fn)(struct control_call *call, void *arg),
			   void *arg);

/**
 * control_error() - refuse a call
 * @call: gone after this
 * @name: CONTROL_NOT_FOUND or another of those above
 * @parameter: name of the parameter that is to blame, or NULL
 * @fmt: as printf(3): what is wrong and what to change: lower case, no full
 *	stop
 */
void control_error(struct control_call *call, const char *name,
		   const char *parameter, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* control_error() with the error that fits a negative errno. */
void control_error_errno(struct control_call *call, int err, const char *text);

/**
 * control_call_on_gone() - learn that the client has gone
 * @fn: called once, from the loop, if the client goes before the answer. The
 *	call is still to be answered, in @fn or later
 */
void control_call_on_gone(struct control_call *call,
			  void (*fn)(struct control_call *call, void *arg),
			  void *arg);

/* Who asks, for the log: a user's number, or control_local.by. */
const char *control_call_by(const struct control_call *call);

#define CONTROL_BY_MAX		80

/**
 * struct control_local - a call that comes from inside of the daemon
 * @by: who asks, for the log: one word
 * @done: gets the answer, once. @error: NULL, or the name of an error;
 *	@params: what the answer, or the error, says: an object, borrowed
 * @call: while it is not answered; else NULL
 */
struct control_local {
	char by[CONTROL_BY_MAX];
	void (*done)(struct control_local *local, const char *error,
		     struct json_object *params);
	struct control_call *call;
};

/**
 * control_local_call() - call a method as a client of the socket would
 * @control: where it is registered
 * @local: @by and @done are set; lives until @done, which may be called at
 *	once, or until control_local_cancel()
 * @method: without the interface
 * @params: consumed, and wiped in the end; NULL: none
 */
void control_local_call(struct control *control, struct control_local *local,
			const char *method, struct json_object *params);
/* Nobody waits for the answer any more. Without a call nothing happens. */
void control_local_cancel(struct control_local *local);

/*
 * Parameters. Each function returns 0, or answers the call with an error that
 * names the parameter and returns -EINVAL: the handler then just returns. An
 * optional one that is absent or null leaves *value as it was. In the end
 * control_params_end() refuses, by name, what no function asked for.
 */
#define CONTROL_REQUIRED	true
#define CONTROL_OPTIONAL	false

/* *value is borrowed until the call is answered. No NUL inside. */
int control_param_string(struct control_call *call, const char *name,
			 bool required, const char **value);
int control_param_int(struct control_call *call, const char *name,
		      bool required, int64_t min, int64_t max, int64_t *value);
int control_param_bool(struct control_call *call, const char *name,
		       bool required, bool *value);
/* *values is an array of strings without NUL inside, borrowed the same way. */
int control_param_strings(struct control_call *call, const char *name,
			  bool required, struct json_object **values);
/* *value is an object, borrowed the same way. */
int control_param_object(struct control_call *call, const char *name,
			 bool required, struct json_object **value);
/* *values is an array of objects, the same. */
int control_param_objects(struct control_call *call, const char *name,
			  bool required, struct json_object **values);
int control_params_end(struct control_call *call);

/**
 * control_part_begin() - read an object in a request's parameters like a request
 * @call: the request
 * @params: the object
 * @where: what errors call it: "users[3]"
 *
 * What is asked of the part as of a call, and control_error(), answer @call, and
 * name @where. It is not to be replied to. Return: for control_part_end(); NULL
 * without memory, and @call is answered.
 */
struct control_call *control_part_begin(struct control_call *call,
					struct json_object *params,
					const char *where);
/* Return: 0, or -EINVAL: something was wrong, and the request is answered. */
int control_part_end(struct control_call *part);

/* Text of the interface definition, for GetInterfaceDescription. */
const char *control_interface_text(void);

#endif /* SEHUB_TRANSPORTD_CONTROL_H */
