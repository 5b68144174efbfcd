// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "carrier_run.h"

uv_loop_t carrier_loop;
static struct carriers *carriers;
unsigned int carrier_calls;
int carrier_fd;
struct carrier_line *carrier_line;
carrier_line_fn carrier_line_ended;
const char *carrier_source = "";
const char *carrier_ssh_config;
enum sehub_via_kind carrier_kind;
bool carrier_final;
char carrier_address[64], carrier_error[512];

int carrier_setup(void **state)
{
	static const char *const names[] = {
		"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "NO_PROXY",
		"no_proxy",
	};

	(void)state;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	/* Not for us unless asked: a connection through it would fail. */
	setenv("http_proxy", "http://127.0.0.1:9/", 1);
	setenv("all_proxy", "http://127.0.0.1:9/", 1);
	uv_loop_init(&carrier_loop);
	carriers = carriers_new(&carrier_loop);
	return carriers ? 0 : -1;
}

int carrier_teardown(void **state)
{
	(void)state;
	carriers_free(carriers);
	uv_run(&carrier_loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&carrier_loop), 0);
	curl_global_cleanup();
	return 0;
}

static void on_done(void *arg, const struct carrier_result *result)
{
	(void)arg;
	carrier_calls++;
	carrier_fd = result->fd;
	carrier_line = result->line;
	if (carrier_line)
		carrier_line_watch(carrier_line, carrier_line_ended, NULL);
	carrier_kind = result->kind;
	carrier_final = result->is_final;
	snprintf(carrier_address, sizeof(carrier_address), "%s",
		 result->address);
	snprintf(carrier_error, sizeof(carrier_error), "%s",
		 result->error ? result->error : "");
}

struct carrier *carrier_begin(const char *host, uint16_t port, const char *way,
			      const char *password, uint32_t timeout_ms)
{
	struct sehub_via via;
	struct carrier_target target = {
		.name = "office", .host = host, .port = port,
		.source = carrier_source, .via = &via,
		.via_password = password, .ssh_config = carrier_ssh_config,
	};
	const char *why;

	carrier_calls = 0;
	assert_int_equal(sehub_parse_via(way, &via, &why), 0);
	return carrier_connect(carriers, &target, timeout_ms, on_done, NULL);
}

void carrier_dial_via(const char *host, uint16_t port, const char *way,
		      const char *password, uint32_t timeout_ms)
{
	assert_non_null(carrier_begin(host, port, way, password, timeout_ms));
	while (!carrier_calls)
		uv_run(&carrier_loop, UV_RUN_ONCE);
	assert_int_equal(carrier_calls, 1);
}

void carrier_dial(const char *host, uint16_t port)
{
	carrier_dial_via(host, port, "", "", 5000);
}

int carrier_listen(int family, uint16_t *port)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = family == AF_INET ? sizeof(in) : sizeof(in6);
	void *addr = family == AF_INET ? (void *)&in : (void *)&in6;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, addr, len)) {
		close(fd);
		return -1;
	}
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, addr, &len), 0);
	*port = ntohs(family == AF_INET ? in.sin_port : in6.sin6_port);
	return fd;
}
