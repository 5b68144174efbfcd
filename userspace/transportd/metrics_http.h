/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures by HTTP, for Prometheus: GET /metrics and nothing else, to anybody
 * who can connect. Off unless the configuration names an address. Main thread
 * only.
 */
#ifndef SEHUB_TRANSPORTD_METRICS_HTTP_H
#define SEHUB_TRANSPORTD_METRICS_HTTP_H

#include "daemon.h"
#include "err.h"

struct metrics_http;

/* Connections at a time, of all and of one source: this host is one. */
#define METRICS_HTTP_MAX	64
#define METRICS_HTTP_SOURCE_MAX	8
/* A connection, which is one request and its answer, is over in so long. */
#define METRICS_HTTP_MS		10000
/* What a request may take of memory, bytes. */
#define METRICS_HTTP_MEMORY	16384

/**
 * metrics_http_open() - listen as the configuration says
 * @http: where to put it; NULL if it is off
 * @d: daemon
 * @err: filled on failure
 * Return: 0 or -errno.
 */
int metrics_http_open(struct metrics_http **http, struct daemon *d,
		      struct sehub_err *err);
/* Run the loop afterwards. NULL is allowed. */
void metrics_http_close(struct metrics_http *http);

#endif /* SEHUB_TRANSPORTD_METRICS_HTTP_H */
