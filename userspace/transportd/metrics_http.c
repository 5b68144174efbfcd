// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libmicrohttpd inside of our loop: it has an epoll descriptor of its own that
 * the loop watches, and says how long it can wait. Nothing in it blocks, and
 * no other thread sees the daemon's figures.
 */
#include "metrics_http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "listen.h"
#include "log.h"
#include "metrics.h"

#define PATH		"/metrics"
#define TYPE		"application/openmetrics-text; version=1.0.0; charset=utf-8"

/**
 * struct metrics_http - the listener
 * @d: daemon
 * @mhd: the library's part
 * @poll: its descriptor
 * @timer: when it wants to be called though nothing happened
 */
struct metrics_http {
	struct daemon *d;
	struct MHD_Daemon *mhd;
	uv_poll_t poll;
	uv_timer_t timer;
};

static enum MHD_Result answer(struct MHD_Connection *connection,
			      unsigned int status, const char *type,
			      const char *text, size_t len)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	response = MHD_create_response_from_buffer(len,
						   (void *)(uintptr_t)text,
						   MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
				"no-store");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
					MHD_HTTP_METHOD_GET);
	/* what a refused request has in its body is not read */
	if (status != MHD_HTTP_OK)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION,
					"close");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection,
			      unsigned int status, const char *text)
{
	return answer(connection, status, "text/plain; charset=utf-8", text,
		      strlen(text));
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection,
				  const char *url, const char *method,
				  const char *version, const char *upload,
				  size_t *upload_size, void **state)
{
	struct metrics_http *http = ctx;
	const char *text;
	size_t len;

	(void)version;
	(void)upload;
	if (strcmp(method, MHD_HTTP_METHOD_GET))
		return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
			      "only GET is allowed here\n");
	if (strcmp(url, PATH))
		return refuse(connection, MHD_HTTP_NOT_FOUND,
			      "there is nothing here but " PATH "\n");
	/* The request is read to its end first, whatever it brings. */
	if (!*state || *upload_size) {
		*state = http;
		*upload_size = 0;
		return MHD_YES;
	}
	text = metrics_get(http->d->metrics, &len);
	if (!text)
		return refuse(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "out of memory\n");
	return answer(connection, MHD_HTTP_OK, TYPE, text, len);
}

static void on_log(void *ctx, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

/* What clients do wrong is of no interest otherwise. */
static void on_log(void *ctx, const char *fmt, va_list args)
{
	char text[256];

	(void)ctx;
	if (!log_enabled(LOG_LEVEL_DEBUG))
		return;
	vsnprintf(text, sizeof(text), fmt, args);
	text[strcspn(text, "\n")] = '\0';
	log_debug("metrics-http text=%s", LOG_QUOTED(text));
}

/* The path is what was sent, and there is no other way to write it. */
static size_t on_unescape(void *ctx, struct MHD_Connection *connection,
			  char *text)
{
	(void)ctx;
	(void)connection;
	return strlen(text);
}

/* --- the loop ------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer);

static void run(struct metrics_http *http)
{
	MHD_UNSIGNED_LONG_LONG ms;

	MHD_run(http->mhd);
	if (MHD_get_timeout(http->mhd, &ms) == MHD_YES)
		uv_timer_start(&http->timer, on_timer, ms, 0);
	else
		uv_timer_stop(&http->timer);
}

static void on_timer(uv_timer_t *timer)
{
	run(timer->data);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	run(poll->data);
}

/* --- begin and end -------------------------------------------------------- */

/* Takes @fd over; NULL without memory. */
static struct MHD_Daemon *start(struct metrics_http *http, int fd)
{
	struct MHD_OptionItem options[] = {
		{ MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_log, NULL },
		{ MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)on_unescape, NULL },
		{ MHD_OPTION_LISTEN_SOCKET, fd, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT, METRICS_HTTP_MAX, NULL },
		{ MHD_OPTION_PER_IP_CONNECTION_LIMIT, METRICS_HTTP_SOURCE_MAX,
		  NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, METRICS_HTTP_SECONDS, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, METRICS_HTTP_MEMORY,
		  NULL },
		{ MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL,
				NULL, on_request, http, MHD_OPTION_ARRAY,
				options, MHD_OPTION_END);
}

int metrics_http_open(struct metrics_http **httpp, struct daemon *d,
		      struct sehub_err *err)
{
	const struct config_listen *address = &d->config.metrics;
	const union MHD_DaemonInfo *info;
	char text[CONFIG_ADDRESS_MAX];
	struct metrics_http *http;
	int fd;

	*httpp = NULL;
	if (!address->len)
		return 0;
	config_address_format((const struct sockaddr *)&address->addr, text,
			      sizeof(text));
	fd = listen_on(address);
	if (fd < 0)
		return sehub_err_set(err, errno, "cannot listen on %s for metrics: %s",
				     text, strerror(errno));
	http = calloc(1, sizeof(*http));
	if (http) {
		http->d = d;
		http->mhd = start(http, fd);
	}
	if (!http || !http->mhd) {
		close(fd);
		free(http);
		return sehub_err_errno(err, ENOMEM, "metrics");
	}
	info = MHD_get_daemon_info(http->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info || uv_poll_init(&d->loop, &http->poll, info->epoll_fd)) {
		MHD_stop_daemon(http->mhd);
		free(http);
		return sehub_err_errno(err, ENOMEM, "metrics");
	}
	uv_timer_init(&d->loop, &http->timer);
	http->poll.data = http;
	http->timer.data = http;
	uv_poll_start(&http->poll, UV_READABLE, on_poll);
	log_info("metrics address=%s", text);
	if (!config_address_is_local(address))
		log_warn("metrics address=%s warning=\"whoever can connect can read, and it is not encrypted: listen on 127.0.0.1, or let a firewall see to that\"",
			 text);
	*httpp = http;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* The one after the other, as the last one frees both. */
static void on_poll_closed(uv_handle_t *handle)
{
	struct metrics_http *http = handle->data;

	uv_close((uv_handle_t *)&http->timer, on_closed);
}

void metrics_http_close(struct metrics_http *http)
{
	if (!http)
		return;
	uv_timer_stop(&http->timer);
	uv_close((uv_handle_t *)&http->poll, on_poll_closed);
	MHD_stop_daemon(http->mhd);
}
