/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between login.c (connections that log in, from their beginning to a session)
 * and login_auth.c (who it is).
 */
#ifndef SEHUB_TRANSPORTD_LOGIN_IMPL_H
#define SEHUB_TRANSPORTD_LOGIN_IMPL_H

#include "auth.h"
#include "channel.h"
#include "login.h"
#include "proto.h"
#include "sessions.h"
#include "store.h"

enum login_state {
	LOGIN_HELLO,	/* the client's HELLO is to come */
	LOGIN_CHOICE,	/* AUTH or RESUME is to come */
	LOGIN_AUTH,	/* in the middle of an exchange */
	LOGIN_ATTACH,	/* known; ATTACH is to come */
};

struct login {
	struct login *next;
	struct login **prev;
	struct logins *logins;
	struct channel *ch;
	enum login_state state;
	uint64_t began;		/* loop's milliseconds */
	struct sockaddr_storage addr;
	uint32_t listener;	/* where it came in */
	char address[SESSION_ADDRESS_MAX];
	uint16_t vlan;
	uint32_t features;
	enum auth_mechanism mechanism;
	struct auth_server *auth;
	struct store_user user;
	char why[128];		/* in the words of the log, if that has any */
};

struct logins {
	struct daemon *d;
	struct login *list;
	unsigned int count;
	/* Refusals since then: their connections may still be there. */
	uint64_t refused_since;
	unsigned int refused;
	struct login_counts counts;
};

/* The loop's clock. */
uint64_t login_now_ms(const struct login *login);
void login_set_state(struct login *login, enum login_state state);
/* For the log, and, once it is refused, for those who want to know. */
void login_log_failure(struct login *login, const char *why);
void login_send_record(struct login *login, struct proto_builder *b);
/* Sends the client away. Frees @login. */
void login_refuse(struct login *login, uint16_t code, const char *text,
		  bool is_failure);

/* login_auth.c */

/* What the client may choose from, for HELLO. */
void login_put_mechanisms(const struct login *login, struct proto_builder *b);
/* A step of the exchange; may free @login. */
void login_take_auth(struct login *login, const struct proto_msg *msg);

#endif /* SEHUB_TRANSPORTD_LOGIN_IMPL_H */
