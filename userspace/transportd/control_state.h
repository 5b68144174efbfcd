/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Export and Import: all of the state that is of use elsewhere in one document,
 * and back. What is imported is read by the functions that read the requests of
 * single methods, and is stored as a whole or not at all.
 */
#ifndef SEHUB_TRANSPORTD_CONTROL_STATE_H
#define SEHUB_TRANSPORTD_CONTROL_STATE_H

#include <stdbool.h>
#include <stdint.h>

struct control;
struct control_state;
struct store;
struct store_user;

/* "version" of a document; one with a higher number is not understood. */
#define STATE_VERSION	1

/**
 * struct state_ops - what follows from a document, once it is stored
 * @user: one that was there is another one now; @is_login: what it logs in with
 *	is, too
 * @connection: the same of a connection
 * @hubs: there may be others
 * @listeners: the same
 * @admin: the administrator's password is another one
 * @logs: settings of log files are
 * @packet_log: what a hub logs is
 *
 * @by is who has imported it.
 *
 * All are required.
 */
struct state_ops {
	void (*user)(void *ctx, const struct store_user *user, bool is_login);
	void (*connection)(void *ctx, const char *name);
	void (*hubs)(void *ctx);
	void (*listeners)(void *ctx);
	void (*admin)(void *ctx, const char *by);
	void (*logs)(void *ctx, const char *by);
	void (*packet_log)(void *ctx, uint16_t vlan, const char *by);
};

/* As control_user_register(). */
int control_state_register(struct control *control, struct store *store,
			   const struct state_ops *ops, void *ctx,
			   struct control_state **state);
void control_state_free(struct control_state *state);

#endif /* SEHUB_TRANSPORTD_CONTROL_STATE_H */
