/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A database in a directory of its own, for a test's setup and teardown.
 */
#ifndef SEHUB_TESTS_STORE_PLACE_H
#define SEHUB_TESTS_STORE_PLACE_H

#include "../transportd/store.h"

extern char dir[];			/* state directory */
extern char path[64];			/* of the file in it */
extern struct store *store;
extern struct store_error error;	/* of the last call */

/* The least that a user needs. */
extern const struct auth_verifier verifier;

int setup(void **state);
int teardown(void **state);
void open_store(void);
void reopen_store(void);

/* A user who may do all; 0 or -errno. */
int add_user(uint16_t vlan, const char *name, const struct auth_verifier *v,
	     bool disabled);
/* A connection with a password; the device has to be given. */
struct store_connection connection(const char *name, const char *device);

#endif /* SEHUB_TESTS_STORE_PLACE_H */
