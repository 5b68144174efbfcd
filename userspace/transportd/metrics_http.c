// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libmicrohttpd inside of our loop: it has an epoll descriptor of its own that
 * the loop watches, and says how long it can wait. Nothing in it blocks, and
 * no other thread sees the daemon's figures. Connections are accepted here:
 * where there are no descriptors left it would try without a pause, and it
 * knows no end of a request of which now and then a byte comes.
 */
#include "metrics_http.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listen.h"
#include "log.h"
#include "metrics_request.h"
#include "ratelimit.h"

/* How long accepting pauses where there is no descriptor or no memory. */
#define PAUSE_MS	1000

/**
 * struct metrics_client - a connection
 * @next: the one that came after it
 * @fd: its descriptor, which is the library's
 * @addr: where it comes from
 * @until: uv_now() at which it is cut off
 */
struct metrics_client {
	struct metrics_client *next;
	int fd;
	struct sockaddr_storage addr;
	uint64_t until;
};

/**
 * struct metrics_http - the listener
 * @d: daemon
 * @mhd: the library's part
 * @fd: what is listened on
 * @listener: watches it
 * @poll: watches the library's descriptor
 * @timer: when the library wants to be called though nothing happened
 * @deadline: when the oldest client is cut off
 * @pause: runs while nothing is accepted
 * @sources: how many come from where
 * @clients: the oldest first
 * @count: how many
 * @handles: not closed yet
 */
struct metrics_http {
	struct daemon *d;
	struct MHD_Daemon *mhd;
	int fd;
	uv_poll_t listener;
	uv_poll_t poll;
	uv_timer_t timer;
	uv_timer_t deadline;
	uv_timer_t pause;
	struct ratelimit *sources;
	struct metrics_client *clients;
	unsigned int count;
	unsigned int handles;
};

/* --- what the library asks -------------------------------------------------- */

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

/* --- the loop -------------------------------------------------------------- */

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

/* --- connections ----------------------------------------------------------- */

static void on_listener(uv_poll_t *poll, int status, int events);

/* Who finds no place waits for one. */
static void watch(struct metrics_http *http)
{
	if (uv_is_closing((uv_handle_t *)&http->listener))
		return;
	if (http->count < METRICS_HTTP_MAX &&
	    !uv_is_active((uv_handle_t *)&http->pause))
		uv_poll_start(&http->listener, UV_READABLE, on_listener);
	else
		uv_poll_stop(&http->listener);
}

static void on_pause_over(uv_timer_t *timer)
{
	watch(timer->data);
}

static void forget(struct metrics_http *http, int fd)
{
	struct metrics_client **at = &http->clients, *client;

	while (*at && (*at)->fd != fd)
		at = &(*at)->next;
	client = *at;
	if (!client)
		return;
	*at = client->next;
	http->count--;
	ratelimit_end(http->sources, (const struct sockaddr *)&client->addr,
		      uv_now(&http->d->loop), false);
	free(client);
	watch(http);
}

/* The descriptor is closed afterwards. */
static void on_connection(void *ctx, struct MHD_Connection *connection,
			  void **state,
			  enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info;

	(void)state;
	if (code != MHD_CONNECTION_NOTIFY_CLOSED)
		return;
	info = MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_CONNECTION_FD);
	forget(ctx, info->connect_fd);
}

static void on_deadline(uv_timer_t *timer);

static void set_deadline(struct metrics_http *http)
{
	uint64_t now = uv_now(&http->d->loop);
	const struct metrics_client *client = http->clients;

	while (client && client->until <= now)
		client = client->next;
	if (client)
		uv_timer_start(&http->deadline, on_deadline,
			       client->until - now, 0);
}

/* The library finds these at their end, and closes them. */
static void on_deadline(uv_timer_t *timer)
{
	struct metrics_http *http = timer->data;
	const struct metrics_client *client;

	for (client = http->clients;
	     client && client->until <= uv_now(&http->d->loop);
	     client = client->next)
		shutdown(client->fd, SHUT_RDWR);
	set_deadline(http);
	run(http);
}

static void add_client(struct metrics_http *http, int fd,
		       const struct sockaddr_storage *addr, socklen_t len)
{
	struct metrics_client **at = &http->clients;
	struct metrics_client *client = calloc(1, sizeof(*client));

	if (!client) {
		close(fd);
		return;
	}
	client->fd = fd;
	client->addr = *addr;
	if (ratelimit_begin(http->sources,
			    (const struct sockaddr *)&client->addr,
			    uv_now(&http->d->loop), NULL)) {
		log_debug("metrics-http text=\"too many connections of one address\"");
		close(fd);
		free(client);
		return;
	}
	client->until = uv_now(&http->d->loop) + METRICS_HTTP_MS;
	while (*at)
		at = &(*at)->next;
	*at = client;
	http->count++;
	/* takes the descriptor over also if it fails */
	if (MHD_add_connection(http->mhd, fd, (const struct sockaddr *)addr,
			       len) != MHD_YES)
		forget(http, fd);
	if (!uv_is_active((uv_handle_t *)&http->deadline))
		set_deadline(http);
}

static void on_listener(uv_poll_t *poll, int status, int events)
{
	struct metrics_http *http = poll->data;
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	int fd;

	(void)status;
	(void)events;
	fd = accept4(http->fd, (struct sockaddr *)&addr, &len,
		     SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		add_client(http, fd, &addr, len);
	} else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		   errno == ENOMEM) {
		log_warn_limited("metrics-accept error=%s",
				 LOG_QUOTED(strerror(errno)));
		uv_timer_start(&http->pause, on_pause_over, PAUSE_MS, 0);
	}
	watch(http);
	run(http);
}

/* --- begin and end --------------------------------------------------------- */

/* NULL without memory. */
static struct MHD_Daemon *start(struct metrics_http *http)
{
	struct MHD_OptionItem options[] = {
		{ MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_log, NULL },
		{ MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)on_unescape, NULL },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, http },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, METRICS_HTTP_MEMORY,
		  NULL },
		{ MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
				MHD_USE_ERROR_LOG, 0, NULL, NULL,
				metrics_request, http->d, MHD_OPTION_ARRAY, options,
				MHD_OPTION_END);
}

static void free_http(struct metrics_http *http)
{
	if (http->mhd)
		MHD_stop_daemon(http->mhd);
	ratelimit_free(http->sources);
	close(http->fd);
	free(http);
}

static void add_timer(struct metrics_http *http, uv_timer_t *timer)
{
	uv_timer_init(&http->d->loop, timer);
	timer->data = http;
	http->handles++;
}

static int add_poll(struct metrics_http *http, uv_poll_t *poll, int fd)
{
	int err = uv_poll_init(&http->d->loop, poll, fd);

	if (err)
		return err;
	poll->data = http;
	http->handles++;
	return 0;
}

/* Takes @fd over; NULL without memory. */
static struct metrics_http *make(struct daemon *d, int fd)
{
	static const struct ratelimit_settings settings = {
		.failures_max = 1, .window_ms = 1,
		.concurrent_max = METRICS_HTTP_SOURCE_MAX,
		.entries_max = METRICS_HTTP_MAX + 1,
	};
	struct metrics_http *http = calloc(1, sizeof(*http));

	if (!http) {
		close(fd);
		return NULL;
	}
	http->d = d;
	http->fd = fd;
	http->sources = ratelimit_new(&settings);
	if (http->sources)
		http->mhd = start(http);
	if (!http->mhd) {
		free_http(http);
		return NULL;
	}
	return http;
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
	http = make(d, fd);
	if (!http)
		return sehub_err_errno(err, ENOMEM, "metrics");
	info = MHD_get_daemon_info(http->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	add_timer(http, &http->timer);
	add_timer(http, &http->deadline);
	add_timer(http, &http->pause);
	if (!info || add_poll(http, &http->poll, info->epoll_fd) ||
	    add_poll(http, &http->listener, fd)) {
		metrics_http_close(http);
		return sehub_err_errno(err, ENOMEM, "metrics");
	}
	uv_poll_start(&http->poll, UV_READABLE, on_poll);
	watch(http);
	log_info("metrics address=%s", text);
	if (!config_address_is_local(address))
		log_warn("metrics address=%s warning=\"whoever can connect can read, and it is not encrypted: listen on 127.0.0.1, or let a firewall see to that\"",
			 text);
	*httpp = http;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct metrics_http *http = handle->data;

	if (!--http->handles)
		free_http(http);
}

static void close_handle(void *handle)
{
	uv_handle_t *any = handle;

	/* one that could not be made has none */
	if (any->data)
		uv_close(any, on_closed);
}

void metrics_http_close(struct metrics_http *http)
{
	if (!http)
		return;
	close_handle(&http->poll);
	close_handle(&http->timer);
	close_handle(&http->deadline);
	close_handle(&http->pause);
	close_handle(&http->listener);
}
