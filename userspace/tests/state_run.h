/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Export and Import between machines: a control socket with a store behind it,
 * and a machine that has all that there can be.
 */
#ifndef SEHUB_TESTS_STATE_RUN_H
#define SEHUB_TESTS_STATE_RUN_H

#include <stdbool.h>

#include "../transportd/control_state.h"
#include "control_run.h"
#include "pem.h"

#define VERIFIER "SCRAM-SHA-256$15000:AQIDBAUGBwgJCgsMDQ4PEA==$" \
	"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=:" \
	"QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8="
#define FINGERPRINT "SHA256:" \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* Connected to the control socket. */
extern int fd;
/* What was told of an import, in words, with "by" as "me". */
extern char changes[512];
extern struct pem_pair pair;

/* Setup and teardown of a test; make_pair() of a group. */
int start(void **state);
int stop(void **state);
int make_pair(void **state);

/* Another machine, which has nothing yet. */
void go_elsewhere(void);
/* The document, for json_object_put(). */
struct json_object *export(void);
/* The answer, for json_object_put(). */
struct json_object *import(const char *document, bool replace);
void import_good(const char *document, bool replace, const char *counts);
/* The document of a machine that has nothing. */
void expect_nothing(void);
void must(int err);
/* A hub with a port that has a policy, and one without. */
void save_hub(void);
/* A machine that has all that there can be. */
void fill(void);

#endif /* SEHUB_TESTS_STATE_RUN_H */
