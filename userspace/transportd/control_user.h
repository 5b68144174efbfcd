/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * User* methods of the control interface: UserAdd, UserDel, UserSetPassword,
 * UserSet, UserList, UserShow. Users live in the store; whoever has the
 * sessions says how many a user has and ends them.
 */
#ifndef SEHUB_TRANSPORTD_CONTROL_USER_H
#define SEHUB_TRANSPORTD_CONTROL_USER_H

#include <stdbool.h>
#include <stdint.h>

struct control;
struct control_user;
struct store;
struct store_user;

/**
 * enum user_change - why sessions of a user may not go on
 * @USER_DELETED: there is no such user any more
 * @USER_PASSWORD: who logged in did so with another password
 * @USER_LOGIN: the same with a password or certificate that is none any more
 */
enum user_change {
	USER_DELETED,
	USER_PASSWORD,
	USER_LOGIN,
};

/**
 * struct user_ops - what this file asks of the sessions
 * @sessions: how many the user has now, connected or detached
 * @revoked: end the user's sessions
 * @changed: what the user may do is something else now
 * @told: @by has made, changed or deleted a user: @change is "add", "set",
 *	"set-password" or "del"
 *
 * Any may be NULL. @user is borrowed for the duration of the call.
 */
struct user_ops {
	uint32_t (*sessions)(void *ctx, const struct store_user *user);
	void (*revoked)(void *ctx, const struct store_user *user,
			enum user_change change);
	void (*changed)(void *ctx, const struct store_user *user);
	void (*told)(void *ctx, uint16_t vlan, const char *name,
		     const char *change, const char *by);
};

/**
 * control_user_register() - add the methods
 * @control: the socket
 * @store: outlives the control
 * @ops: the same
 * @ctx: for @ops
 * @user: made, for control_user_free() after the control is closed
 *
 * Return: 0 or -errno.
 */
int control_user_register(struct control *control, struct store *store,
			  const struct user_ops *ops, void *ctx,
			  struct control_user **user);
void control_user_free(struct control_user *user);

#endif /* SEHUB_TRANSPORTD_CONTROL_USER_H */
