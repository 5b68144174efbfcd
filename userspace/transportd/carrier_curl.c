// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Carriers by libcurl, which connects, speaks to the proxy if there is one, and
 * then hands out the socket. Its multi interface runs in the main loop: it
 * tells which sockets to watch and when to be called again. The environment has
 * a say only where it is asked to.
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

#include "carrier_impl.h"
#include "config.h"

#define DNS_CACHE_S	5L

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

void carrier_curl_end(struct carrier *c)
{
	curl_multi_remove_handle(c->cs->multi, c->easy);
	curl_easy_cleanup(c->easy);
	c->easy = NULL;
}

void carrier_peer(int fd, char *address, size_t size)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	address[0] = '\0';
	if (!getpeername(fd, (struct sockaddr *)&peer, &len))
		config_address_format((struct sockaddr *)&peer, address, size);
}

/* A descriptor of our own: libcurl closes the one that it has. */
static int take_socket(struct carrier *c, char *address, size_t size)
{
	curl_socket_t s;
	int fd;

	if (curl_easy_getinfo(c->easy, CURLINFO_ACTIVESOCKET, &s) ||
	    s == CURL_SOCKET_BAD)
		return -ENOTCONN;
	fd = fcntl(s, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	carrier_peer(fd, address, size);
	return fd;
}

/*
 * The proxy of the environment is for this server: libcurl, which knows the
 * exceptions, did not get along with the one that it was given in its place.
 */
static bool is_for_proxy(const struct carrier *c, CURLcode code)
{
	return carrier_has_bad_proxy(c, code) && c->asked != SEHUB_VIA_ENV;
}

static uint64_t time_left(const struct carrier *c)
{
	uint64_t now = uv_now(c->cs->loop);

	/* 0 would stand for libcurl's default */
	return c->deadline > now ? c->deadline - now : 1;
}

static int dial(struct carrier *c, const char *password);

static void finish(struct carrier *c, CURLcode code)
{
	char address[CONFIG_ADDRESS_MAX] = "", error[CARRIER_ERROR_MAX];
	struct carrier_result result = { .fd = -1, .address = address };

	if (is_for_proxy(c, code)) {
		c->kind = c->asked;
		c->asked = SEHUB_VIA_DIRECT;
		carrier_curl_end(c);
		if (!dial(c, ""))
			return;
		code = CURLE_OUT_OF_MEMORY;
	} else if (carrier_wants_negotiate(c, code)) {
		carrier_curl_end(c);
		carrier_negotiate(c, time_left(c));
		return;
	}
	result.kind = c->kind;
	if (code == CURLE_OK) {
		result.fd = take_socket(c, address, sizeof(address));
		if (result.fd < 0)
			snprintf(error, sizeof(error), "%s",
				 strerror(-result.fd));
	} else {
		result.is_final = carrier_describe(c, code, error);
	}
	if (result.fd < 0) {
		result.fd = -1;
		result.error = error;
	}
	carrier_finish(c, &result);
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

static void set_proxy_of_environment(struct carrier *c)
{
	curl_easy_setopt(c->easy, CURLOPT_PROXY,
			 c->asked == SEHUB_VIA_DIRECT ? carrier_env_proxy() :
			 "none://none");
	curl_easy_setopt(c->easy, CURLOPT_PROXYAUTH, CARRIER_PASSWORD_AUTH);
}

static void set_proxy(struct carrier *c, const char *password)
{
	char url[sizeof(c->via.proxy.host) + 32];
	size_t len;

	curl_easy_setopt(c->easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
	curl_easy_setopt(c->easy, CURLOPT_SOCKS5_AUTH, CURLAUTH_BASIC);
	if (c->via.kind == SEHUB_VIA_ENV) {
		set_proxy_of_environment(c);
		return;
	}
	curl_easy_setopt(c->easy, CURLOPT_NOPROXY, "");
	if (c->via.kind == SEHUB_VIA_DIRECT) {
		curl_easy_setopt(c->easy, CURLOPT_PROXY, "");
		return;
	}
	len = (size_t)snprintf(url, sizeof(url), "%s://",
			       sehub_via_name(c->via.kind));
	sehub_format_endpoint(&c->via.proxy, url + len, sizeof(url) - len);
	curl_easy_setopt(c->easy, CURLOPT_PROXY, url);
	if (!c->via.user[0])
		return;
	curl_easy_setopt(c->easy, CURLOPT_PROXYAUTH, CARRIER_PASSWORD_AUTH);
	curl_easy_setopt(c->easy, CURLOPT_PROXYUSERNAME, c->via.user);
	curl_easy_setopt(c->easy, CURLOPT_PROXYPASSWORD, password);
}

static void set_source(struct carrier *c)
{
	enum sehub_source source = SEHUB_SOURCE_ANY;
	char text[SEHUB_SOURCE_STRLEN + 8];

	sehub_parse_source(c->source, &source);
	if (source == SEHUB_SOURCE_ANY)
		return;
	snprintf(text, sizeof(text), "%s!%s",
		 source == SEHUB_SOURCE_ADDRESS ? "host" : "if", c->source);
	curl_easy_setopt(c->easy, CURLOPT_INTERFACE, text);
}

static int on_new_socket(void *arg, curl_socket_t s, curlsocktype purpose)
{
	struct carrier *c = arg;

	(void)s;
	(void)purpose;
	c->has_socket = true;
	return CURL_SOCKOPT_OK;
}

static void set_up(struct carrier *c, const char *password,
		   uint64_t timeout_ms)
{
	char server[SEHUB_HOST_MAX + 16];
	char url[sizeof(server) + 16];

	snprintf(url, sizeof(url), "http://%s/",
		 sehub_format_endpoint(&c->server, server, sizeof(server)));
	curl_easy_setopt(c->easy, CURLOPT_URL, url);
	curl_easy_setopt(c->easy, CURLOPT_CONNECT_ONLY, 1L);
	set_proxy(c, password);
	set_source(c);
	curl_easy_setopt(c->easy, CURLOPT_SOCKOPTFUNCTION, on_new_socket);
	curl_easy_setopt(c->easy, CURLOPT_SOCKOPTDATA, c);
	curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
	/* A lookup that hangs must not hang the end of a carrier. */
	curl_easy_setopt(c->easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(c->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(c->easy, CURLOPT_DNS_CACHE_TIMEOUT, DNS_CACHE_S);
	curl_easy_setopt(c->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->error);
	curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
}

int carrier_curl_open(struct carrier *c, const char *password,
		      uint64_t timeout_ms)
{
	c->has_socket = false;
	c->error[0] = '\0';
	c->easy = curl_easy_init();
	if (!c->easy)
		return -ENOMEM;
	set_up(c, password, timeout_ms);
	return 0;
}

/* Return: 0 or -ENOMEM. */
static int dial(struct carrier *c, const char *password)
{
	int err = carrier_curl_open(c, password, time_left(c));

	if (err)
		return err;
	if (!curl_multi_add_handle(c->cs->multi, c->easy))
		return 0;
	curl_easy_cleanup(c->easy);
	c->easy = NULL;
	return -ENOMEM;
}

int carrier_curl_begin(struct carrier *c, const char *password,
		       uint32_t timeout_ms)
{
	c->deadline = uv_now(c->cs->loop) + timeout_ms;
	c->kind = c->via.kind;
	c->has_user = c->via.user[0];
	if (c->via.kind == SEHUB_VIA_ENV)
		carrier_env_read(c);
	return dial(c, password);
}

int carrier_curl_init(struct carriers *cs)
{
	cs->multi = curl_multi_init();
	if (!cs->multi)
		return -ENOMEM;
	uv_timer_init(cs->loop, &cs->timer);
	cs->timer.data = cs;
	curl_multi_setopt(cs->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(cs->multi, CURLMOPT_SOCKETDATA, cs);
	curl_multi_setopt(cs->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(cs->multi, CURLMOPT_TIMERDATA, cs);
	return 0;
}

void carrier_curl_uninit(struct carriers *cs)
{
	curl_multi_cleanup(cs->multi);
	uv_close((uv_handle_t *)&cs->timer, free_handle);
}
