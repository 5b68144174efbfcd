/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both ends of a TLS connection over a socket pair, moved by hand in one thread.
 */
#ifndef SEHUB_TESTS_TLS_PAIR_H
#define SEHUB_TESTS_TLS_PAIR_H

#include "../transportd/tls.h"

/* The server's, and another one for the same host. */
extern char cert_file[64], key_file[64], other_cert[64], other_key[64];
extern struct tls_context *server_ctx;

struct pair {
	int fd[2];
	struct tls_context *ctx;
	struct tls *server;
	struct tls *client;
	enum tls_status server_status;
	enum tls_status client_status;
};

int group_setup(void **state);
int group_teardown(void **state);

/* A client of this kind and the server, which have not said anything yet. */
void pair_open(struct pair *p, const struct tls_client_config *config,
	       const char *host);
/* May it go on? */
bool is_pending(enum tls_status status);
/* As far as it goes. */
void pair_handshake(struct pair *p);
void pair_close(struct pair *p);
/* A client that knows the server by its fingerprint. */
struct tls_client_config config_pin(void);

#endif /* SEHUB_TESTS_TLS_PAIR_H */
