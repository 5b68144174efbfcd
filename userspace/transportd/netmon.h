/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * News of addresses, links and routes, gathered: one call for what happens
 * within a moment. Main thread only.
 */
#ifndef SEHUB_TRANSPORTD_NETMON_H
#define SEHUB_TRANSPORTD_NETMON_H

#include <stdint.h>
#include <uv.h>

#include "err.h"

struct netmon;

/* @ifindex: the device concerned; 0: several, or not known. */
typedef void (*netmon_fn)(void *arg, uint32_t ifindex);

/* Return: 0 or -errno. */
int netmon_open(struct netmon **nmp, uv_loop_t *loop, netmon_fn fn, void *arg,
		struct sehub_err *err);
/* Run the loop afterwards. NULL is allowed. */
void netmon_close(struct netmon *nm);

#endif /* SEHUB_TRANSPORTD_NETMON_H */
