/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the process may do. */
#ifndef SEHUB_TRANSPORTD_PRIVS_H
#define SEHUB_TRANSPORTD_PRIVS_H

#include "err.h"

/**
 * privs_drop() - give up all capabilities that the daemon has no use for
 * @err: filled on failure
 *
 * Before threads are started. What is kept is for hubs and ports
 * (CAP_NET_ADMIN), for listening below port 1024 (CAP_NET_BIND_SERVICE) and,
 * where the daemon runs as root, for files that belong to another user.
 *
 * Return: 0 or -errno.
 */
int privs_drop(struct sehub_err *err);

/* As many descriptors as are allowed: each session takes one. */
void privs_raise_limits(void);

#endif /* SEHUB_TRANSPORTD_PRIVS_H */
