/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a byte stream to a server comes about: direct TCP, both address
 * families tried side by side, or through an HTTP or SOCKS proxy; names looked
 * up without blocking. Main thread only.
 */
#ifndef SEHUB_TRANSPORTD_CARRIER_H
#define SEHUB_TRANSPORTD_CARRIER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "via.h"

struct carriers;
struct carrier;

/**
 * struct carrier_target - where to, and how
 * @host: name or address of the server, without brackets
 * @port: its TCP port
 * @via: the way to it
 * @via_password: for the proxy of @via, "" if there is none
 */
struct carrier_target {
	const char *host;
	uint16_t port;
	const struct sehub_via *via;
	const char *via_password;
};

/**
 * struct carrier_result - a stream, or why there is none
 * @fd: connected nonblocking socket, the callee's from now on; -1: failed
 * @address: of the other side, which may be a proxy; "" if it failed
 * @kind: how it was made, not %SEHUB_VIA_ENV. A SOCKS proxy of the environment is
 *	not seen, and counts as none
 * @error: one line that names the step that failed; NULL if none did
 * @is_final: failed in a way that time does not heal: a proxy refuses the user
 */
struct carrier_result {
	int fd;
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

#endif /* SEHUB_TRANSPORTD_CARRIER_H */
