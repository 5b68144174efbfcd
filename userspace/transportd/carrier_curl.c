// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Carriers by libcurl, which connects and then hands out the socket. Its multi
 * interface runs in the main loop: it tells which sockets to watch and when to
 * be called again. Proxies of the environment are not used.
 */
#include "carrier.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "addr.h"
#include "config.h"

#define DNS_CACHE_S	5L

struct carriers {
	CURLM *multi;
	uv_loop_t *loop;
	uv_timer_t timer;
};

struct carrier {
	struct carriers *cs;
	CURL *easy;
	struct sehub_endpoint server;
	carrier_fn fn;
	void *arg;
	char error[CURL_ERROR_SIZE];
};

/* A socket that libcurl wants watched. */
struct watch {
	uv_poll_t poll;
	struct carriers *cs;
	curl_socket_t socket;
};

static void free_handle(uv_handle_t *handle)
{
	free(handle->data);
}

static void carrier_free(struct carrier *c)
{
	curl_multi_remove_handle(c->cs->multi, c->easy);
	curl_easy_cleanup(c->easy);
	free(c);
}

void carrier_cancel(struct carrier *c)
{
	if (c)
		carrier_free(c);
}

/* A descriptor of our own: libcurl closes the one that it has. */
static int take_socket(struct carrier *c, char *address, size_t size)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	curl_socket_t s;
	int fd;

	if (curl_easy_getinfo(c->easy, CURLINFO_ACTIVESOCKET, &s) ||
	    s == CURL_SOCKET_BAD)
		return -ENOTCONN;
	fd = fcntl(s, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	if (!getpeername(fd, (struct sockaddr *)&peer, &len))
		config_address_format((struct sockaddr *)&peer, address, size);
	return fd;
}

static void describe(const struct carrier *c, CURLcode code, char *text,
		     size_t size)
{
	char server[SEHUB_HOST_MAX + 16];
	const char *why = c->error;
	long os_errno = 0;

	sehub_format_endpoint(&c->server, server, sizeof(server));
	curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &os_errno);
	if (code == CURLE_COULDNT_RESOLVE_HOST)
		why = "the name cannot be resolved";
	else if (code == CURLE_OPERATION_TIMEDOUT)
		why = "timed out";
	else if (code == CURLE_COULDNT_CONNECT && os_errno)
		why = strerror((int)os_errno);
	else if (!why[0])
		why = curl_easy_strerror(code);
	snprintf(text, size, "cannot connect to %s: %s", server, why);
}

static void finish(struct carrier *c, CURLcode code)
{
	char address[CONFIG_ADDRESS_MAX] = "", error[SEHUB_HOST_MAX + 320];
	carrier_fn fn = c->fn;
	void *arg = c->arg;
	int fd = -1;

	if (code == CURLE_OK) {
		fd = take_socket(c, address, sizeof(address));
		if (fd < 0)
			snprintf(error, sizeof(error), "%s", strerror(-fd));
	} else {
		describe(c, code, error, sizeof(error));
	}
	carrier_free(c);
	fn(arg, fd < 0 ? -1 : fd, address, fd < 0 ? error : NULL);
}

static void take_news(struct carriers *cs)
{
	struct carrier *c;
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(cs->multi, &left))) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &c);
		finish(c, msg->data.result);
	}
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	struct carriers *cs = watch->cs;
	int running, flags = 0;

	if (status < 0)
		flags = CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	curl_multi_socket_action(cs->multi, watch->socket, flags, &running);
	take_news(cs);
}

static int on_socket(CURL *easy, curl_socket_t s, int what, void *arg,
		     void *socket_arg)
{
	struct watch *watch = socket_arg;
	struct carriers *cs = arg;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch) {
			curl_multi_assign(cs->multi, s, NULL);
			uv_close((uv_handle_t *)&watch->poll, free_handle);
		}
		return 0;
	}
	if (!watch) {
		watch = calloc(1, sizeof(*watch));
		if (!watch || uv_poll_init_socket(cs->loop, &watch->poll, s)) {
			free(watch);
			return -1;
		}
		watch->poll.data = watch;
		watch->cs = cs;
		watch->socket = s;
		curl_multi_assign(cs->multi, s, watch);
	}
	if (what & CURL_POLL_IN)
		events |= UV_READABLE;
	if (what & CURL_POLL_OUT)
		events |= UV_WRITABLE;
	uv_poll_start(&watch->poll, events, on_poll);
	return 0;
}

static void on_timer(uv_timer_t *timer)
{
	struct carriers *cs = timer->data;
	int running;

	curl_multi_socket_action(cs->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	take_news(cs);
}

static int on_timeout(CURLM *multi, long timeout_ms, void *arg)
{
	struct carriers *cs = arg;

	(void)multi;
	if (timeout_ms < 0)
		uv_timer_stop(&cs->timer);
	else
		uv_timer_start(&cs->timer, on_timer, (uint64_t)timeout_ms, 0);
	return 0;
}

struct carrier *carrier_connect(struct carriers *cs, const char *host,
				uint16_t port, uint32_t timeout_ms,
				carrier_fn fn, void *arg)
{
	struct carrier *c = calloc(1, sizeof(*c));
	char server[SEHUB_HOST_MAX + 16];
	char url[sizeof(server) + 16];

	if (!c)
		return NULL;
	c->cs = cs;
	c->fn = fn;
	c->arg = arg;
	snprintf(c->server.host, sizeof(c->server.host), "%s", host);
	c->server.port = port;
	c->server.is_ipv6 = strchr(host, ':');
	c->easy = curl_easy_init();
	if (!c->easy) {
		free(c);
		return NULL;
	}
	snprintf(url, sizeof(url), "http://%s/",
		 sehub_format_endpoint(&c->server, server, sizeof(server)));
	curl_easy_setopt(c->easy, CURLOPT_URL, url);
	curl_easy_setopt(c->easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(c->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
	/* A lookup that hangs must not hang the end of a carrier. */
	curl_easy_setopt(c->easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(c->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(c->easy, CURLOPT_DNS_CACHE_TIMEOUT, DNS_CACHE_S);
	curl_easy_setopt(c->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->error);
	curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
	if (curl_multi_add_handle(cs->multi, c->easy)) {
		curl_easy_cleanup(c->easy);
		free(c);
		return NULL;
	}
	return c;
}

struct carriers *carriers_new(uv_loop_t *loop)
{
	struct carriers *cs = calloc(1, sizeof(*cs));

	if (!cs)
		return NULL;
	cs->multi = curl_multi_init();
	if (!cs->multi) {
		free(cs);
		return NULL;
	}
	cs->loop = loop;
	uv_timer_init(loop, &cs->timer);
	cs->timer.data = cs;
	curl_multi_setopt(cs->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(cs->multi, CURLMOPT_SOCKETDATA, cs);
	curl_multi_setopt(cs->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(cs->multi, CURLMOPT_TIMERDATA, cs);
	return cs;
}

void carriers_free(struct carriers *cs)
{
	if (!cs)
		return;
	curl_multi_cleanup(cs->multi);
	uv_close((uv_handle_t *)&cs->timer, free_handle);
}
