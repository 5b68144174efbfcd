/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Admin* methods of the control interface: the console's password. */
#ifndef SEHUB_TRANSPORTD_CONTROL_ADMIN_H
#define SEHUB_TRANSPORTD_CONTROL_ADMIN_H

struct control;
struct control_admin;
struct store;

/**
 * control_admin_register() - add the methods
 * @control: where
 * @store: has the password, outlives it
 * @changed: called when the password is another one; @by: who did that
 * @ctx: for @changed
 * @admin: made, for control_admin_free() after the control is closed
 *
 * Return: 0 or -errno.
 */
int control_admin_register(struct control *control, struct store *store,
			   void (*changed)(void *ctx, const char *by),
			   void *ctx, struct control_admin **admin);
/* The password that is stored is another one; @by: who did that. */
void control_admin_changed(struct control_admin *admin, const char *by);
void control_admin_free(struct control_admin *admin);

#endif /* SEHUB_TRANSPORTD_CONTROL_ADMIN_H */
