/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A login from end to end without a line: for the tests of both sides.
 */
#ifndef SEHUB_TESTS_AUTH_RUN_H
#define SEHUB_TESTS_AUTH_RUN_H

#include "../transportd/auth.h"

#define VLAN		12
#define PASSWORD	"p\xc3\xa4ssword, not short"

/* One user, in the form that the server keeps. */
struct user {
	const char *name;
	struct auth_user known;
	int err;		/* instead of 0 */
	unsigned int asked;
};

/* What went over the line, and how each side saw the end. */
struct run {
	char client_first[512], server_first[512];
	char client_final[512], server_final[512];
	enum auth_result server, client;
	char server_reason[128], client_reason[128];
	char user[AUTH_USER_MAX + 1];
	unsigned int steps;	/* that the server took */
};

struct attempt {
	struct user *users;
	enum auth_mechanism mechanism;
	uint16_t vlan;
	const uint8_t *cert;	/* that the client has shown, NULL: none */
	const char *user, *password;
	const uint8_t *client_cb, *server_cb;
	struct auth_salted *salted;
};

extern struct auth *auth;
/* A user of hub VLAN whose password is PASSWORD. */
extern struct user alice;
/* The same at both ends, where the connection does not matter. */
extern uint8_t binding[AUTH_CB_LEN];

int group_setup(void **state);
int group_teardown(void **state);

/* An auth_lookup_fn: @arg is a struct user. */
int lookup(void *arg, uint16_t vlan, const char *name,
	   struct auth_user *found);
/* A user with a password. */
void make_user(struct user *user, const char *name, const char *password);

/* A login by password to alice's hub, over a line with the usual binding. */
struct auth_server *alice_server(void);
struct auth_client *alice_client(struct auth_salted *salted);

void run(const struct attempt *attempt, struct run *result);
/* A login to alice's hub. */
void run_as(const char *user, const char *password, struct run *result);

#endif /* SEHUB_TESTS_AUTH_RUN_H */
