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
#include <strings.h>
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

/* The environment may have named a proxy, and made an exception. */
static enum sehub_via_kind used_way(const struct carrier *c)
{
	long http = 0;

	if (c->via.kind != SEHUB_VIA_ENV)
		return c->via.kind;
	curl_easy_getinfo(c->easy, CURLINFO_HTTP_CONNECTCODE, &http);
	return http ? SEHUB_VIA_HTTP : SEHUB_VIA_DIRECT;
}

static void finish(struct carrier *c, CURLcode code)
{
	char address[CONFIG_ADDRESS_MAX] = "", error[CARRIER_ERROR_MAX];
	struct carrier_result result = {
		.fd = -1, .address = address, .kind = used_way(c),
	};

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

/*
 * What the environment says of a stream that carries TLS. curl(1) looks there
 * in this order, and libcurl itself honours no_proxy.
 */
static const char *proxy_of_environment(void)
{
	static const char *const names[] = {
		"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
	};
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = getenv(names[i]);
		if (value && *value)
			return value;
	}
	return "";
}

static void set_proxy_of_environment(struct carrier *c)
{
	const char *url = proxy_of_environment();

	/* libcurl would hand out a socket with TLS on it: let it fail. */
	c->is_tls_proxy = !strncasecmp(url, "https:", strlen("https:"));
	curl_easy_setopt(c->easy, CURLOPT_PROXY,
			 c->is_tls_proxy ? "none://none" : url);
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

int carrier_curl_begin(struct carrier *c, const struct carrier_target *target,
		       uint32_t timeout_ms)
{
	char server[SEHUB_HOST_MAX + 16];
	char url[sizeof(server) + 16];

	c->easy = curl_easy_init();
	if (!c->easy)
		return -ENOMEM;
	snprintf(url, sizeof(url), "http://%s/",
		 sehub_format_endpoint(&c->server, server, sizeof(server)));
	curl_easy_setopt(c->easy, CURLOPT_URL, url);
	curl_easy_setopt(c->easy, CURLOPT_CONNECT_ONLY, 1L);
	set_proxy(c, target->via_password);
	set_source(c);
	curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
	/* A lookup that hangs must not hang the end of a carrier. */
	curl_easy_setopt(c->easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(c->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(c->easy, CURLOPT_DNS_CACHE_TIMEOUT, DNS_CACHE_S);
	curl_easy_setopt(c->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->error);
	curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
	if (!curl_multi_add_handle(c->cs->multi, c->easy))
		return 0;
	curl_easy_cleanup(c->easy);
	return -ENOMEM;
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
