/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests by HTTP, of which metrics_http.c has the connections. */
#ifndef SEHUB_TRANSPORTD_METRICS_REQUEST_H
#define SEHUB_TRANSPORTD_METRICS_REQUEST_H

#include <microhttpd.h>

/* A handler of libmicrohttpd; @ctx is the struct daemon. */
enum MHD_Result metrics_request(void *ctx, struct MHD_Connection *connection,
				const char *url, const char *method,
				const char *version, const char *upload,
				size_t *upload_size, void **state);

#endif /* SEHUB_TRANSPORTD_METRICS_REQUEST_H */
