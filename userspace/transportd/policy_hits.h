/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events about what rules of ports drop. The kernel counts drops by port and
 * reason; while somebody wants to know, the counters are read from time to time
 * and what they grew by is published: one event a port and rule, and not more
 * than POLICY_HITS_MAX in one go.
 */
#ifndef SEHUB_TRANSPORTD_POLICY_HITS_H
#define SEHUB_TRANSPORTD_POLICY_HITS_H

#include <uv.h>

#include "lib/port.h"

/* Between two looks, milliseconds; longer where a look takes long. */
#define POLICY_HITS_MS		1000
/* Of the time, at most one part in so many is spent with looking. */
#define POLICY_HITS_SHARE	50
/* Events of one look. What is left over is in those of the next. */
#define POLICY_HITS_MAX		100

struct event;
struct events;
struct policy_hits;

/**
 * struct policy_hits_ops - where ports come from
 * @list: calls @fn for each port there is; 0 or -errno
 * @name: fills in whose port it is: session and user, or device
 */
struct policy_hits_ops {
	int (*list)(void *ctx, sehub_port_fn fn, void *arg);
	void (*name)(void *ctx, const struct sehub_port *port,
		     struct event *event);
};

/* NULL without memory. @ops and @events outlive it. */
struct policy_hits *policy_hits_new(uv_loop_t *loop, struct events *events,
				    const struct policy_hits_ops *ops,
				    void *ctx);
/* Run the loop afterwards. NULL is allowed. */
void policy_hits_free(struct policy_hits *hits);

#endif /* SEHUB_TRANSPORTD_POLICY_HITS_H */
