/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets that accept connections. Main thread only. */
#ifndef SEHUB_TRANSPORTD_LISTEN_H
#define SEHUB_TRANSPORTD_LISTEN_H

#include "daemon.h"
#include "err.h"

/**
 * listeners_open() - listen on all addresses of the configuration
 * @listenersp: where to put them
 * @d: daemon; connections go to its logins
 * @err: names the address that cannot be had
 * Return: 0 or -errno; then none is open.
 */
int listeners_open(struct listeners **listenersp, struct daemon *d,
		   struct sehub_err *err);
/* Run the loop afterwards. NULL is allowed. */
void listeners_close(struct listeners *ls);

#endif /* SEHUB_TRANSPORTD_LISTEN_H */
