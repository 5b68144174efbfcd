// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * News of the network, in a namespace of its own: they are gathered, by device
 * even where many come at once, and an overrun of the socket is told and does
 * not end them.
 *
 * links: transportd/netmon.c lib/err.c
 */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <linux/sockios.h>

#include "../transportd/netmon.h"

#define DEADLINE_MS	10000
#define BRIDGES		100

static uv_loop_t loop;
static uv_timer_t tick;
static struct netmon *nm;
static bool is_possible;
static int control = -1;
static unsigned int told, told_several;

static void on_news(void *arg, uint32_t ifindex)
{
	assert_ptr_equal(arg, &told);
	told++;
	told_several += !ifindex;
}

static void on_tick(uv_timer_t *timer)
{
	(void)timer;
}

/* Until something was told. */
static void wait_for_news(void)
{
	uint64_t end = uv_hrtime() + DEADLINE_MS * UINT64_C(1000000);

	while (!told && uv_hrtime() < end) {
		uv_timer_start(&tick, on_tick, 50, 50);
		uv_run(&loop, UV_RUN_ONCE);
	}
	assert_int_not_equal(told, 0);
}

/* One piece of news, or more. */
static void set_address(uint32_t number)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0xc0000200 + number % 200 + 1),
	};
	struct ifreq ifr = { .ifr_name = "lo" };

	memcpy(&ifr.ifr_addr, &addr, sizeof(addr));
	assert_int_equal(ioctl(control, SIOCSIFADDR, &ifr), 0);
}

static void shrink(uv_handle_t *handle, void *arg)
{
	int size = 1;
	uv_os_fd_t fd;

	(void)arg;
	if (handle->type == UV_POLL) {
		assert_int_equal(uv_fileno(handle, &fd), 0);
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size,
					    sizeof(size)), 0);
	}
}

/* As many as log in within a moment. False: this kernel has no bridges. */
static bool make_bridges(void)
{
	char name[IFNAMSIZ];
	unsigned int i;

	for (i = 0; i < BRIDGES; i++) {
		snprintf(name, sizeof(name), "nm%u", i);
		if (ioctl(control, SIOCBRADDBR, name)) {
			assert_int_equal(errno, ENOPKG);
			return false;
		}
	}
	return true;
}

static int begin(void **state)
{
	struct sehub_err err;

	(void)state;
	if (control < 0) {
		is_possible = !unshare(CLONE_NEWNET) ||
			      !unshare(CLONE_NEWUSER | CLONE_NEWNET);
		control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	}
	if (!is_possible)
		return 0;
	told = told_several = 0;
	assert_true(control >= 0);
	assert_int_equal(uv_loop_init(&loop), 0);
	uv_timer_init(&loop, &tick);
	assert_int_equal(netmon_open(&nm, &loop, on_news, &told, &err), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (!is_possible)
		return 0;
	netmon_close(nm);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	return 0;
}

static void need_namespace(void)
{
	if (is_possible)
		return;
	print_message("no network namespace can be made here\n");
	skip();
}

static void test_overrun(void **state)
{
	uint32_t i;

	(void)state;
	need_namespace();
	set_address(0);
	wait_for_news();
	assert_int_equal(told_several, 0);

	/* more than the socket takes: something unknown has changed */
	uv_walk(&loop, shrink, NULL);
	for (i = 0; i < 200; i++)
		set_address(i);
	told = 0;
	wait_for_news();
	assert_int_not_equal(told_several, 0);

	/* and what comes after that is told as before */
	for (i = 0; i < 3; i++) {
		told = told_several = 0;
		set_address(i);
		wait_for_news();
	}
}

/* "Several" would have everything looked at, however much there is. */
static void test_many_devices(void **state)
{
	(void)state;
	need_namespace();
	if (!make_bridges()) {
		print_message("no bridges can be made here\n");
		skip();
	}
	for (uint64_t began = uv_hrtime(); told < BRIDGES;) {
		assert_true(uv_hrtime() - began < DEADLINE_MS * UINT64_C(1000000));
		uv_timer_start(&tick, on_tick, 50, 50);
		uv_run(&loop, UV_RUN_ONCE);
	}
	assert_int_equal(told_several, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_overrun, begin, end),
		cmocka_unit_test_setup_teardown(test_many_devices, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
