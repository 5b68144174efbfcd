/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Admin* methods of the control interface: the console's password. */
#ifndef SEHUB_TRANSPORTD_CONTROL_ADMIN_H
#define SEHUB_TRANSPORTD_CONTROL_ADMIN_H

struct control;
struct store;

/* @store outlives the control. Return: 0 or -errno. */
int control_admin_register(struct control *control, struct store *store);

#endif /* SEHUB_TRANSPORTD_CONTROL_ADMIN_H */
