/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Methods of the control socket about the daemon and its sessions. */
#ifndef SEHUB_TRANSPORTD_SESSIONS_CONTROL_H
#define SEHUB_TRANSPORTD_SESSIONS_CONTROL_H

#include "control_user.h"
#include "daemon.h"
#include "policy_hits.h"

/* For control_user_register(), with the struct daemon. */
extern const struct user_ops sessions_user_ops;
/* For policy_hits_new(), with the same. */
extern const struct policy_hits_ops sessions_hits_ops;

/* Status, SessionList, SessionShow, SessionDisconnect. Return: 0 or -errno. */
int sessions_control_register(struct daemon *d);

#endif /* SEHUB_TRANSPORTD_SESSIONS_CONTROL_H */
