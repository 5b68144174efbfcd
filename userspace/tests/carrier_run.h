/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Streams of carriers in a loop, and what became of the last one.
 */
#ifndef SEHUB_TESTS_CARRIER_RUN_H
#define SEHUB_TESTS_CARRIER_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "../transportd/carrier.h"

extern uv_loop_t carrier_loop;
/* How often the call of the last carrier came, and what it said. */
extern unsigned int carrier_calls;
extern int carrier_fd;
extern struct carrier_line *carrier_line;
/* Called at the end of @carrier_line. */
extern carrier_line_fn carrier_line_ended;
/* What streams go out from, "": anything. */
extern const char *carrier_source;
/* Configuration for ssh, NULL: none. */
extern const char *carrier_ssh_config;
extern enum sehub_via_kind carrier_kind;
extern bool carrier_final;
extern char carrier_address[64], carrier_error[512];

int carrier_setup(void **state);
/* The loop has to be empty in the end. */
int carrier_teardown(void **state);

/* @way: as in --via; @password: for its proxy */
struct carrier *carrier_begin(const char *host, uint16_t port, const char *way,
			      const char *password, uint32_t timeout_ms);
/* The same until its call has come. */
void carrier_dial_via(const char *host, uint16_t port, const char *way,
		      const char *password, uint32_t timeout_ms);
void carrier_dial(const char *host, uint16_t port);

/* A listener on a free port of the loopback; -1 without the family. */
int carrier_listen(int family, uint16_t *port);

#endif /* SEHUB_TESTS_CARRIER_RUN_H */
