/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both ends of a TLS line in one loop, for tests of what runs over it.
 */
#ifndef SEHUB_TESTS_LINE_H
#define SEHUB_TESTS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "../transportd/channel.h"
#include "../transportd/proto.h"
#include "../transportd/tls.h"

/* Nothing takes this long, on any machine. */
#define LINE_DEADLINE_MS	20000

/* Where it all runs; line_setup() makes one unless it is set already. */
extern uv_loop_t *line_loop;
extern struct tls_context *line_server, *line_client;

/* Loop, certificate and contexts; the loop has to be empty in the end. */
int line_setup(void **state);
int line_teardown(void **state);

/* Lets the loop do what is there to do, waiting a little for more. */
void line_turn(void);
/* Until the condition holds. */
#define LINE_UNTIL(condition)						\
	do {								\
		for (uint64_t start_ = uv_hrtime(); !(condition);) {	\
			line_turn();					\
			if (uv_hrtime() - start_ >			\
			    LINE_DEADLINE_MS * 1000000ULL)		\
				fail_msg("never: %s", #condition);	\
		}							\
	} while (0)

/* A connected pair of nonblocking sockets. */
void line_sockets(int fd[2]);

/**
 * struct peer - the other end: a TLS client that is moved by hand
 * @tls: its connection
 * @fd: its socket
 * @in: what came and was not taken yet
 * @len: how much
 * @is_ended: the other side closed the stream
 * @is_failed: TLS broke
 */
struct peer {
	struct tls *tls;
	int fd;
	uint8_t in[512 * 1024];
	size_t len;
	bool is_ready;
	bool is_ended;
	bool is_failed;
};

/* @fd is the peer's from now on. */
void peer_open(struct peer *p, int fd);
void peer_close(struct peer *p);
/* Shakes hands, then reads what there is. */
void peer_move(struct peer *p);
/* Runs the loop until the handshake is done. */
void peer_handshake(struct peer *p);
/* All of it, running the loop while the line is full. */
void peer_send(struct peer *p, const void *data, size_t len);
/* The next whole record, out of the buffer; false if there is none. */
bool peer_take(struct peer *p, uint8_t *type, uint8_t *payload, size_t *len);
/* Waits for a record of this type and reads its attributes. */
void peer_expect(struct peer *p, uint8_t type, struct proto_msg *msg);
/* Waits for a CLOSE with this code; returns its text. */
const char *peer_expect_close(struct peer *p, uint16_t code);

#endif /* SEHUB_TESTS_LINE_H */
