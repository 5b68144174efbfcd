/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a byte stream to a server comes about: direct TCP, both address
 * families tried side by side, names looked up without blocking. Main thread
 * only.
 */
#ifndef SEHUB_TRANSPORTD_CARRIER_H
#define SEHUB_TRANSPORTD_CARRIER_H

#include <stdint.h>
#include <uv.h>

struct carriers;
struct carrier;

/**
 * typedef carrier_fn - a stream is there, or will not be
 * @arg: as given to carrier_connect()
 * @fd: connected nonblocking socket, the callee's from now on; -1: failed
 * @address: of the other side, "" if it failed
 * @error: why it failed, one line; NULL if it did not
 *
 * The carrier is gone when this is called.
 */
typedef void (*carrier_fn)(void *arg, int fd, const char *address,
			   const char *error);

/* NULL without memory. */
struct carriers *carriers_new(uv_loop_t *loop);
/* After all carriers are done or cancelled. Run the loop afterwards. */
void carriers_free(struct carriers *cs);

/**
 * carrier_connect() - begin
 * @cs: carriers
 * @host: name or address, without brackets
 * @port: TCP port
 * @timeout_ms: for all of it
 * @fn: called once, from the loop, unless cancelled
 * @arg: handed to @fn
 * Return: the carrier, or NULL without memory.
 */
struct carrier *carrier_connect(struct carriers *cs, const char *host,
				uint16_t port, uint32_t timeout_ms,
				carrier_fn fn, void *arg);

/* Without a call. NULL is allowed. */
void carrier_cancel(struct carrier *c);

#endif /* SEHUB_TRANSPORTD_CARRIER_H */
