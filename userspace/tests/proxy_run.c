// SPDX-License-Identifier: GPL-2.0-or-later
#include "proxy_run.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "carrier_run.h"

struct proxy proxy;

static size_t hear(int fd, const struct step *step)
{
	size_t len = 0;

	while (len < sizeof(proxy.heard) - 1 &&
	       (step->hears_len ? len < step->hears_len :
		!strstr(proxy.heard, "\r\n\r\n"))) {
		ssize_t n = read(fd, proxy.heard + len, 1);

		if (n <= 0)
			break;
		proxy.heard[++len] = '\0';
	}
	return len;
}

static bool is_heard(const struct step *step, size_t len)
{
	if (step->hears_len)
		return len == step->hears_len &&
		       !memcmp(proxy.heard, step->hears, len);
	return strstr(proxy.heard, step->hears);
}

static void *proxy_main(void *arg)
{
	int fd = accept(proxy.listener, NULL, NULL);
	char rest[16];
	size_t len;

	(void)arg;
	if (fd < 0) {
		snprintf(proxy.failure, sizeof(proxy.failure), "nobody came");
		return NULL;
	}
	for (int i = 0; i < STEPS_MAX && proxy.steps[i].hears; i++) {
		const struct step *step = &proxy.steps[i];

		memset(proxy.heard, 0, sizeof(proxy.heard));
		len = hear(fd, step);
		if (!is_heard(step, len)) {
			snprintf(proxy.failure, sizeof(proxy.failure),
				 "step %d: heard %zu bytes \"%.180s\"", i, len,
				 proxy.heard);
			break;
		}
		if (write(fd, step->says, step->says_len) < 0)
			break;
	}
	while (proxy.is_silent && read(fd, rest, sizeof(rest)) > 0)
		;
	/* What is on its way arrives before the end does. */
	shutdown(fd, SHUT_WR);
	while (read(fd, rest, sizeof(rest)) > 0)
		;
	close(fd);
	return NULL;
}

void proxy_start(const struct step *steps, bool is_silent)
{
	const struct timeval limit = { .tv_sec = 20 };

	memset(&proxy, 0, sizeof(proxy));
	for (int i = 0; i < STEPS_MAX && steps[i].hears; i++)
		proxy.steps[i] = steps[i];
	proxy.is_silent = is_silent;
	proxy.listener = carrier_listen(AF_INET, &proxy.port);
	assert_true(proxy.listener >= 0);
	/* accept() does not wait for ever */
	setsockopt(proxy.listener, SOL_SOCKET, SO_RCVTIMEO, &limit,
		   sizeof(limit));
	assert_int_equal(pthread_create(&proxy.thread, NULL, proxy_main, NULL),
			 0);
}

void proxy_end(void)
{
	if (carrier_fd >= 0)
		close(carrier_fd);
	pthread_join(proxy.thread, NULL);
	close(proxy.listener);
	if (proxy.failure[0])
		fail_msg("%s; the carrier says \"%s\"", proxy.failure,
			 carrier_error);
}

void proxy_go(const char *way, const char *password, const struct step *steps,
	      bool is_silent, uint32_t timeout_ms)
{
	char url[128], *at;

	proxy_start(steps, is_silent);
	snprintf(url, sizeof(url), "%s", way);
	at = strstr(url, "PORT");
	if (at)
		snprintf(at, sizeof(url) - (size_t)(at - url), "%u",
			 proxy.port);
	carrier_dial_via(SERVER, SERVER_PORT, url, password, timeout_ms);
}

void proxy_works(const char *way, const char *password,
		 const struct step *steps)
{
	char expected[64];

	proxy_go(way, password, steps, true, 10000);
	if (carrier_error[0])
		fail_msg("%s", carrier_error);
	assert_true(carrier_fd >= 0);
	snprintf(expected, sizeof(expected), "127.0.0.1:%u", proxy.port);
	assert_string_equal(carrier_address, expected);
	proxy_end();
}

void proxy_fails(const char *way, const char *password,
		 const struct step *steps, bool is_final, const char *why)
{
	char text[1024];
	size_t len;

	proxy_go(way, password, steps, false, 10000);
	assert_int_equal(carrier_fd, -1);
	proxy_end();
	assert_string_equal(carrier_address, "");
	/* whole sentence: what, by which way, and why */
	snprintf(text, sizeof(text), "cannot connect to %s:%u ", SERVER,
		 SERVER_PORT);
	assert_memory_equal(carrier_error, text, strlen(text));
	len = strlen(carrier_error);
	if (len < strlen(why) ||
	    strcmp(carrier_error + len - strlen(why), why))
		fail_msg("\"%s\" does not end with \"%s\"", carrier_error,
			 why);
	assert_int_equal(carrier_final, is_final);
}
