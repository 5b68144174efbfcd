/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A TAP device as a session's port: what a session port of sehub.ko is in the
 * kernel, for machines without it. Keeps the egress queue and the counts, so
 * that a session can be resumed; knows nothing of loops and workers.
 *
 * The main thread makes it and begins and ends its port; the worker that has
 * attached it moves the frames. All functions may be called from any thread.
 * References: tap_get(), tap_put(); the last one closes the device.
 */
#ifndef SEHUB_TRANSPORTD_TAP_H
#define SEHUB_TRANSPORTD_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/tapdev.h"
#include "lib/port.h"

/* Bytes that tap_fill() needs for one frame with its header. */
#define TAP_BUFFER_SIZE		(SEHUB_TAP_HDR_LEN + 65536)

struct tap;

/**
 * struct tap_config - what the port of a session is to be
 * @id: names it, not 0
 * @grace: milliseconds that it lives without an owner
 * @queue_limit: most bytes in its egress queue
 * @peer_hub: id of the hub at the other end, 0: it is none
 */
struct tap_config {
	uint32_t id;
	uint32_t grace;
	uint32_t queue_limit;
	uint64_t peer_hub;
};

/**
 * struct tap_state - what a port is at this moment
 * @port: as the kernel would show one of its own; the owner is 0 or 1
 * @detached_ms: how long it has had no owner
 */
struct tap_state {
	struct sehub_port port;
	uint64_t detached_ms;
};

/**
 * tap_new() - keep an open device
 * @dev: the device; @dev->fd is taken, also on failure
 * @on_detach: called, from any thread, when the port lost its owner or was
 *	deleted by it, and by tap_look()
 * @arg: handed to @on_detach
 * Return: the device without a port, with one reference; NULL without memory.
 */
struct tap *tap_new(const struct sehub_tap *dev, void (*on_detach)(void *arg),
		    void *arg);
struct tap *tap_get(struct tap *t);
/* NULL is allowed. */
void tap_put(struct tap *t);

const char *tap_name(const struct tap *t);
uint32_t tap_ifindex(const struct tap *t);
int tap_fd(const struct tap *t);
/* Was @on_detach called for it since this was asked last? */
bool tap_take_news(struct tap *t);

/* --- the port's beginning and end ----------------------------------------- */

/* A new port, in place of one that may be there. Nobody owns it yet. */
void tap_begin(struct tap *t, const struct tap_config *config);
/* Deletes port @id if there still is one; its owner finds out. */
void tap_end(struct tap *t, uint32_t id);
/* Takes the port from its owner, who finds out. */
void tap_detach(struct tap *t);
void tap_set_grace(struct tap *t, uint32_t grace);
void tap_read_state(struct tap *t, struct tap_state *state);

/* --- for the owner -------------------------------------------------------- */

/**
 * struct tap_resume - what the peer says when it comes back
 * @peer_rx: bytes of DATA records that it has
 * @peer_oldest: number of the oldest byte that it can send again
 */
struct tap_resume {
	uint64_t peer_rx;
	uint64_t peer_oldest;
};

/**
 * tap_attach() - take a port that nobody owns
 * @t: device
 * @owner: names the owner from now on; any address of its own
 * @id: the port
 * @offload: the peer takes super-frames
 * @resume: of a resumed session; NULL: of a new one
 * @err: filled on failure
 * Return: 0, -ENOENT if the port is gone, -EBUSY if it has an owner, -EINVAL
 * if @resume cannot be true.
 */
int tap_attach(struct tap *t, const void *owner, uint32_t id, bool offload,
	       const struct tap_resume *resume, struct sehub_err *err);
/* The device seems to be gone: have the main thread look. */
void tap_look(struct tap *t);
/* Leaves the port to its grace time, or deletes it. */
void tap_leave(struct tap *t, const void *owner, bool is_end);

/**
 * tap_input() - deal with whole records from the peer
 * @t: device
 * @owner: who asks
 * @records: DATA to PONG (linux/sehub_wire.h)
 * @len: bytes
 * @err: filled on failure
 *
 * Records before a malformed one are delivered.
 * Return: 0, -EINVAL for a malformed record, -ENOENT or -ENOTCONN if the port
 * is not @owner's any more.
 */
int tap_input(struct tap *t, const void *owner, const uint8_t *records,
	      size_t len, struct sehub_err *err);

/**
 * tap_fill() - read frames of the device into the egress queue
 * @t: device
 * @owner: who asks
 * @buffer: TAP_BUFFER_SIZE bytes to use
 *
 * Reads until one answer is full, the queue is, or nothing waits, and not for
 * ever.
 * Return: 0, or as tap_input(); -ENODEV if the device is gone.
 */
int tap_fill(struct tap *t, const void *owner, uint8_t *buffer);

/**
 * tap_output() - take records for the peer
 * @t: device
 * @owner: who asks
 * @buffer: where to put them
 * @size: bytes there, at least SEHUB_CREDIT_MAX
 * Return: bytes of whole records, 0 if nothing is to be said.
 */
size_t tap_output(struct tap *t, const void *owner, uint8_t *buffer,
		  size_t size);
/* Something waits for tap_output(). */
bool tap_has_output(struct tap *t);
/* There is room for what tap_fill() would read. */
bool tap_has_room(struct tap *t);
/* Received bytes wait to be acknowledged; @now: do that with the next output. */
bool tap_owes_ack(struct tap *t, bool now);

#endif /* SEHUB_TRANSPORTD_TAP_H */
