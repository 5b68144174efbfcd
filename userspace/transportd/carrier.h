/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a byte stream to a server comes about: direct TCP, both address
 * families tried side by side, or through an HTTP or SOCKS proxy; names looked
 * up without blocking. Or through an SSH server, by a child process, which then
 * is a part of the stream. Main thread only.
 */
#ifndef SEHUB_TRANSPORTD_CARRIER_H
#define SEHUB_TRANSPORTD_CARRIER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "via.h"

struct carriers;
struct carrier;
struct carrier_line;

/**
 * struct carrier_target - where to, and how
 * @name: of the connection, for the log
 * @host: name or address of the server, without brackets
 * @port: its TCP port
 * @source: address or device to go out from, as sehub_parse_source() takes it, "":
 *	any
 * @via: the way to it
 * @via_password: for the proxy of @via, "" if there is none
 * @ssh_config: file for ssh(1), NULL: those of the daemon's user and of the
 *	machine
 */
struct carrier_target {
	const char *name;
	const char *host;
	uint16_t port;
	const char *source;
	const struct sehub_via *via;
	const char *via_password;
	const char *ssh_config;
};

/**
 * struct carrier_result - a stream, or why there is none
 * @fd: connected nonblocking stream socket, the callee's from now on; -1:
 *	failed
 * @line: the process behind @fd, the callee's from now on; NULL: there is none.
 *	It may not have reached the server yet, and may never do so
 * @address: of the other side, which may be a proxy; "" if it failed
 * @kind: how it was made, not %SEHUB_VIA_ENV
 * @error: one line that names the step that failed; NULL if none did
 * @is_final: failed in a way that time does not heal: a proxy refuses the user
 */
struct carrier_result {
	int fd;
	struct carrier_line *line;
	const char *address;
	enum sehub_via_kind kind;
	const char *error;
	bool is_final;
};

/* The carrier is gone when this is called. */
typedef void (*carrier_fn)(void *arg, const struct carrier_result *result);

/* NULL without memory. */
struct carriers *carriers_new(uv_loop_t *loop);
/* After all carriers are done or cancelled. Run the loop afterwards. */
void carriers_free(struct carriers *cs);

/**
 * carrier_connect() - begin
 * @cs: carriers
 * @target: need not stay valid
 * @timeout_ms: for all of it
 * @fn: called once, from the loop, unless cancelled
 * @arg: handed to @fn
 * Return: the carrier, or NULL without memory.
 */
struct carrier *carrier_connect(struct carriers *cs,
				const struct carrier_target *target,
				uint32_t timeout_ms, carrier_fn fn, void *arg);

/* Without a call. NULL is allowed. */
void carrier_cancel(struct carrier *c);

/*
 * The process behind a stream has ended, and the line is gone. @error is one
 * line that names what failed, NULL if it had nothing to say; @is_final as in
 * struct carrier_result.
 */
typedef void (*carrier_line_fn)(void *arg, const char *error, bool is_final);

/*
 * Before the loop goes on; later ones take the place of the first. @fn is called
 * once, unless released.
 */
void carrier_line_watch(struct carrier_line *line, carrier_line_fn fn,
			void *arg);
/*
 * The stream was closed: the process gets a moment to find out and to say why
 * the line broke, and then is ended. @fn is still called.
 */
void carrier_line_finish(struct carrier_line *line);
/* The same without a call. NULL is allowed. */
void carrier_line_release(struct carrier_line *line);

#endif /* SEHUB_TRANSPORTD_CARRIER_H */
