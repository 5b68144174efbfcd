/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server that takes logins up to the session, which is made up here, and a
 * client that is moved by hand, over TLS.
 */
#ifndef SEHUB_TESTS_LOGIN_RUN_H
#define SEHUB_TESTS_LOGIN_RUN_H

#include "../transportd/auth.h"
#include "../transportd/listen.h"
#include "../transportd/login.h"
#include "../transportd/sessions.h"
#include "../transportd/store.h"
#include "line.h"

#define PASSWORD	"correct horse"

/* Users: alice of hub 12, bob of hub 13, eve of hub 12, who is disabled. */
extern struct daemon d;
extern struct peer peer;
extern const uint8_t client_id[SEHUB_WIRE_CLIENT_ID_LEN];
extern const uint8_t ticket[SEHUB_WIRE_TICKET_LEN];

/* How many sessions were asked for since begin(), and what the last one was. */
extern unsigned int opened, resumed;
extern struct store_user opened_user;
extern struct session_request last;
extern char last_client[256], last_carrier[32];
/* What the listener was told since then, by enum listener_outcome. */
extern unsigned int noted[2];
/* What those who ask for one are told, 0: they get it. */
extern uint16_t refuse_with;
/* What the server offered last. */
extern char mechanisms[256];

#define UNTIL(condition)	LINE_UNTIL((peer_move(&peer), condition))

int group_setup(void **state);
int group_teardown(void **state);

/* A connection from this port; the client's end. */
int begin(uint16_t port);
/* One with TLS, as @peer. */
void connect_peer(void);
/* The next record of @peer is one of this type. */
void expect(uint8_t type, struct proto_msg *msg);
/* It is a CLOSE; @text NULL: whatever it says. */
void expect_close(uint16_t code, const char *text);
void put(struct proto_builder *b);
void say_hello(uint16_t version, uint16_t hub);
void say_auth(const char *mechanism, const uint8_t *data, size_t len);
/* The whole exchange; true if the server said that it was right. */
bool log_in_by(enum auth_mechanism mechanism, uint16_t hub, const char *user,
	       const char *password);
/* The same with a password. */
bool log_in(uint16_t hub, const char *user, const char *password);
void say_attach(void);

#endif /* SEHUB_TESTS_LOGIN_RUN_H */
