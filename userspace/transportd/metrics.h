/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures about hubs, sessions, logins, connections and the process, in the
 * format of OpenMetrics: the method Metrics of the control interface, and the
 * text that metrics_http.c hands out. No series is about a single session or
 * user, so their number depends on what is configured, not on who comes.
 */
#ifndef SEHUB_TRANSPORTD_METRICS_H
#define SEHUB_TRANSPORTD_METRICS_H

#include <stddef.h>
#include <stdint.h>

struct daemon;
struct metrics;
struct metrics_text;

/* Connections that have series of their own; what is beyond is only counted. */
#define METRICS_CONNECTIONS_MAX	256

/* At most this part of the time is spent with composing: one in so many. */
#define METRICS_SHARE		50

/* The method, too: 0 or -errno. Metrics are for metrics_free(). */
int metrics_register(struct daemon *d, struct metrics **metrics);
/* NULL is allowed. */
void metrics_free(struct metrics *metrics);

/**
 * struct metrics_page - the text as it was composed once
 * @text: from malloc()
 * @len: its length
 * @users: who has it: the last one frees it
 */
struct metrics_page {
	char *text;
	size_t len;
	unsigned int users;
};

/*
 * The text, for metrics_put(); NULL without memory. One that was just composed
 * is given again, so that who asks in a loop has nothing of it.
 */
struct metrics_page *metrics_get(struct metrics *metrics);
/* NULL is allowed. */
void metrics_put(struct metrics_page *page);

/* metrics_hubs.c */
void metrics_add_hubs(struct metrics_text *text, struct daemon *d);
/* metrics_sessions.c */
void metrics_add_sessions(struct metrics_text *text, struct daemon *d);
/* metrics_listeners.c */
void metrics_add_listeners(struct metrics_text *text, const struct daemon *d);
/* metrics_process.c */
void metrics_add_process(struct metrics_text *text);

#endif /* SEHUB_TRANSPORTD_METRICS_H */
