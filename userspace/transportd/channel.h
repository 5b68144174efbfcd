/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection on the main loop while the two daemons talk to each other: TLS
 * handshake, then whole control records in and out, all before one deadline.
 * When the login is done its parts are taken out and carried by a worker. Used
 * by both ends.
 */
#ifndef SEHUB_TRANSPORTD_CHANNEL_H
#define SEHUB_TRANSPORTD_CHANNEL_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "tls.h"

struct channel;

/* Why a channel came to its end. */
enum channel_end {
	CHANNEL_NO_TLS,		/* the handshake failed */
	CHANNEL_LOST,		/* the line broke or was closed */
	CHANNEL_TIMEOUT,	/* the deadline passed */
	CHANNEL_MALFORMED,	/* what came is not a control record */
};

/**
 * struct channel_ops - what the owner is told
 * @ready: the handshake is done
 * @record: a control record came
 * @ended: see enum channel_end; nothing more is told. @why is for people
 *
 * Each may end the channel by one of the three functions below, and @ended
 * must. After that no call comes any more.
 */
struct channel_ops {
	void (*ready)(void *arg);
	void (*record)(void *arg, uint8_t type, const uint8_t *payload,
		       size_t len);
	void (*ended)(void *arg, enum channel_end end, const char *why);
};

/**
 * struct channel_parts - what a channel leaves behind
 * @tls: connection
 * @fd: its socket, nonblocking
 * @input: bytes received behind the last record, for free(3), may be NULL
 * @input_len: how many
 * @output: bytes still to be sent, for free(3), may be NULL
 * @output_len: how many
 */
struct channel_parts {
	struct tls *tls;
	int fd;
	uint8_t *input;
	size_t input_len;
	uint8_t *output;
	size_t output_len;
};

/**
 * channel_new() - begin
 * @loop: loop of the calling thread
 * @tls: fresh connection, taken over
 * @fd: its socket, taken over
 * @timeout_ms: until the channel is ended or taken
 * @ops: must stay valid
 * @arg: handed to them
 *
 * No call comes before the loop goes on. Return: the channel; NULL without
 * memory, then @tls and @fd are still the caller's.
 */
struct channel *channel_new(uv_loop_t *loop, struct tls *tls, int fd,
			    uint32_t timeout_ms, const struct channel_ops *ops,
			    void *arg);

/* A whole record. What goes wrong is told by @ended, from the loop. */
void channel_send(struct channel *ch, const void *record, size_t len);

const struct tls *channel_tls(const struct channel *ch);

/* How long a CLOSE may take to arrive. */
#define CHANNEL_LINGER_MS	2000

/* The three ways to end a channel; all free it. */

/* Send a CLOSE and give it a moment to arrive. */
void channel_close(struct channel *ch, uint16_t code, const char *text);
/* At once. NULL is allowed. */
void channel_free(struct channel *ch);
/* Go on with its parts elsewhere. */
void channel_take(struct channel *ch, struct channel_parts *parts);

void channel_parts_free(struct channel_parts *parts);

#endif /* SEHUB_TRANSPORTD_CHANNEL_H */
