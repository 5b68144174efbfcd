// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many TAP devices: what happens to one of them is asked of that one, however
 * many there are, and ends that one. The kernel is played here.
 *
 * links: transportd/taps.c transportd/taps_list.c transportd/taps_end.c
 * links: transportd/tap.c ../kernel/txq.c lib/err.c transportd/log.c
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../transportd/log.h"
#include "../transportd/taps.h"
#include "../transportd/tap.h"
#include "../transportd/tls.h"
#include "../transportd/worker.h"
#include "lib/nl.h"

#define COUNT		300
#define BRIDGE		10
#define BRIDGE2		11
#define FIRST		100
#define UNRELATED	99
#define DEADLINE_MS	20000

/* --- the kernel ----------------------------------------------------------- */

static uint32_t masters[FIRST + COUNT + 1];	/* 0: there is no such device */
static uint32_t last_ifindex;
static int fds[FIRST + COUNT + 1];
static unsigned int questions;
static unsigned int deletions;

int sehub_nl_open_rtnl(struct sehub_nl **nlp, struct sehub_err *err)
{
	(void)err;
	*nlp = NULL;
	return 0;
}

void sehub_nl_close(struct sehub_nl *nl)
{
	(void)nl;
}

int sehub_bridge_list(struct sehub_nl *nl, sehub_hub_fn fn, void *arg,
		      struct sehub_err *err)
{
	(void)nl;
	(void)fn;
	(void)arg;
	(void)err;
	return 0;
}

int sehub_bridge_fdb_list(struct sehub_nl *nl, uint32_t ifindex, uint32_t port,
			  sehub_fdb_fn fn, void *arg, struct sehub_err *err)
{
	(void)nl;
	(void)ifindex;
	(void)port;
	(void)fn;
	(void)arg;
	(void)err;
	return 0;
}

int sehub_tap_open(struct sehub_nl *nl, const struct sehub_tap_config *config,
		   struct sehub_tap *tap, struct sehub_err *err)
{
	(void)nl;
	(void)err;
	tap->ifindex = ++last_ifindex;
	tap->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_true(tap->fd >= 0);
	snprintf(tap->ifname, sizeof(tap->ifname), config->ifname,
		 tap->ifindex);
	masters[tap->ifindex] = config->master;
	fds[tap->ifindex] = tap->fd;
	return 0;
}

/* From a thread of libuv's, for a device that is being deleted. */
int sehub_tap_find(struct sehub_nl *nl, const char *ifname, const char *alias,
		   uint32_t *ifindex, struct sehub_err *err)
{
	(void)nl;
	(void)alias;
	(void)err;
	assert_int_equal(sscanf(ifname, "sehub12-%u", ifindex), 1);
	return 0;
}

int sehub_tap_del(struct sehub_nl *nl, uint32_t ifindex, struct sehub_err *err)
{
	(void)nl;
	(void)err;
	(void)ifindex;
	__atomic_fetch_add(&deletions, 1, __ATOMIC_SEQ_CST);
	return 0;
}

int sehub_tap_del_group(struct sehub_nl *nl, uint32_t group,
			struct sehub_err *err)
{
	(void)nl;
	(void)group;
	(void)err;
	return 0;
}

void sehub_tap_release(int fd)
{
	(void)fd;
}

void sehub_tap_set_carrier(int fd, bool on)
{
	(void)fd;
	(void)on;
}

void sehub_tap_set_offload(int fd, bool on)
{
	(void)fd;
	(void)on;
}

bool sehub_tap_is_there(int fd)
{
	uint32_t i;

	questions++;
	for (i = FIRST; i <= last_ifindex; i++)
		if (fds[i] == fd)
			return masters[i];
	return false;
}

int sehub_tap_master(struct sehub_nl *nl, uint32_t ifindex, uint32_t *master,
		     struct sehub_err *err)
{
	(void)nl;
	(void)err;
	questions++;
	*master = masters[ifindex];
	return *master ? 0 : -ENODEV;
}

int sehub_bridge_find(struct sehub_nl *nl, const char *ifname,
		      uint32_t *ifindex, struct sehub_err *err)
{
	(void)nl;
	(void)ifname;
	(void)err;
	*ifindex = BRIDGE;
	return 0;
}

int tls_random(void *buf, size_t len)
{
	memset(buf, 7, len);
	return 0;
}

bool kernel_policy_needs_module(const struct sehub_policy *policy)
{
	(void)policy;
	return false;
}

/* --- set up --------------------------------------------------------------- */

static uv_loop_t loop;
static struct taps *ts;
static uint32_t ids[COUNT];
static struct tap *taps[COUNT];
static uint32_t told[COUNT + 1];
static unsigned int told_count, told_reason;
static const int me;

static void on_deleted(void *arg, const struct sehub_port *port)
{
	assert_ptr_equal(arg, told);
	assert_true(port->has_del_reason);
	told[told_count++] = port->session.id;
	told_reason = port->del_reason;
}

static const struct kernel_ops ops = { .deleted = on_deleted };

static uint32_t device(unsigned int i)
{
	return FIRST + i;
}

/* A session's port in a bridge, attached as a worker does it. */
static void join(unsigned int i, uint32_t bridge, uint32_t grace)
{
	struct session_start start = {
		.is_bridge = true, .hub_ifindex = bridge, .vlan = 12,
		.grace = grace, .queue_limit = 1 << 20,
	};
	struct sehub_err err;

	assert_int_equal(taps_prepare(ts, &start, &err), 0);
	ids[i] = start.port_id;
	taps[i] = start.tap;
	assert_int_equal(tap_ifindex(start.tap), device(i));
	assert_int_equal(tap_attach(start.tap, &me, ids[i], false, NULL, &err),
			 0);
}

static int begin(void **state)
{
	unsigned int i;

	(void)state;
	log_open(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	last_ifindex = FIRST - 1;
	questions = deletions = told_count = told_reason = 0;
	memset(masters, 0, sizeof(masters));
	memset(fds, -1, sizeof(fds));
	masters[UNRELATED] = masters[BRIDGE] = masters[BRIDGE2] = BRIDGE;
	assert_int_equal(uv_loop_init(&loop), 0);
	ts = taps_new(&loop, &ops, told);
	assert_non_null(ts);
	for (i = 0; i < COUNT; i++)
		join(i, i % 2 ? BRIDGE2 : BRIDGE, 60000);
	return 0;
}

static int end(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT; i++)
		tap_put(taps[i]);
	taps_free(ts);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	return 0;
}

static void on_tick(uv_timer_t *timer)
{
	(void)timer;
}

static bool has_port(unsigned int i)
{
	struct sehub_port port;

	return !taps_get_port(ts, ids[i], &port, NULL);
}

#define UNTIL(condition)						\
	do {								\
		uint64_t end_ = uv_hrtime() +				\
				DEADLINE_MS * UINT64_C(1000000);	\
		uv_timer_t tick_;					\
									\
		uv_timer_init(&loop, &tick_);				\
		uv_timer_start(&tick_, on_tick, 5, 5);			\
		while (!(condition) && uv_hrtime() < end_)		\
			uv_run(&loop, UV_RUN_ONCE);			\
		uv_close((uv_handle_t *)&tick_, NULL);			\
		uv_run(&loop, UV_RUN_NOWAIT);				\
		assert_true(condition);					\
	} while (0)

/* --- tests ---------------------------------------------------------------- */

static void test_logins_ask_of_no_other(void **state)
{
	(void)state;
	assert_int_equal(questions, 0);
}

static void test_news_are_asked_of_one(void **state)
{
	(void)state;
	assert_true(taps_network_changed(ts, device(7)));
	assert_int_equal(questions, 1);
	assert_false(taps_network_changed(ts, UNRELATED));
	assert_int_equal(questions, 1);
	/* a bridge that is there, as its ports come */
	assert_true(taps_network_changed(ts, BRIDGE));
	assert_int_equal(questions, 2);
	assert_int_equal(told_count, 0);
	/* nobody knows what: of all of them */
	assert_false(taps_network_changed(ts, 0));
	assert_int_equal(questions, 2 + COUNT);
	assert_int_equal(told_count, 0);
}

static void test_device_that_was_deleted(void **state)
{
	(void)state;
	masters[device(7)] = 0;
	assert_true(taps_network_changed(ts, device(7)));
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0], ids[7]);
	assert_int_equal(told_reason, SEHUB_PORT_DEL_REASON_REQUESTED);
	assert_false(has_port(7));
	assert_true(has_port(6) && has_port(8));
	/* its end is known, and no news of the network any more */
	assert_true(taps_network_changed(ts, device(7)));
	assert_int_equal(told_count, 1);
}

static void test_device_that_left_its_bridge(void **state)
{
	(void)state;
	masters[device(8)] = BRIDGE2;
	assert_true(taps_network_changed(ts, device(8)));
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0], ids[8]);
	assert_int_equal(told_reason, SEHUB_PORT_DEL_REASON_REQUESTED);
}

static void test_bridge_that_was_deleted(void **state)
{
	unsigned int i;

	(void)state;
	masters[BRIDGE2] = 0;
	for (i = 1; i < COUNT; i += 2)
		masters[device(i)] = BRIDGE;
	assert_true(taps_network_changed(ts, BRIDGE2));
	assert_int_equal(told_count, COUNT / 2);
	assert_int_equal(told_reason, SEHUB_PORT_DEL_REASON_HUB);
	for (i = 0; i < COUNT; i++)
		assert_int_equal(has_port(i), i % 2 == 0);
}

/* A worker stumbles over the end of a device: nobody else is looked at. */
static void test_look_at_one(void **state)
{
	(void)state;
	masters[device(9)] = 0;
	tap_look(taps[9]);
	UNTIL(told_count);
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0], ids[9]);
	assert_true(questions <= 3);
}

static void test_session_deletes_its_port(void **state)
{
	(void)state;
	tap_leave(taps[3], &me, true);
	UNTIL(__atomic_load_n(&deletions, __ATOMIC_SEQ_CST));
	assert_int_equal(told_count, 0);
	assert_false(has_port(3));
	assert_true(has_port(2) && has_port(4));
	assert_true(questions <= 1);
}

static void test_grace_times(void **state)
{
	(void)state;
	tap_set_grace(taps[5], 20);
	tap_leave(taps[5], &me, false);
	tap_leave(taps[6], &me, false);
	UNTIL(told_count);
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0], ids[5]);
	assert_int_equal(told_reason, SEHUB_PORT_DEL_REASON_GRACE);
	assert_true(has_port(6));
	/* a shorter one, for a session that waits already */
	tap_set_grace(taps[6], 1);
	UNTIL(told_count == 2);
	assert_int_equal(told[1], ids[6]);
	assert_true(has_port(7));
}

static void test_grace_time_that_is_over_at_once(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT; i++) {
		tap_set_grace(taps[i], 0);
		tap_leave(taps[i], &me, false);
	}
	UNTIL(told_count == COUNT);
	for (i = 0; i < COUNT; i++)
		assert_false(has_port(i));
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_logins_ask_of_no_other),
		TEST(test_news_are_asked_of_one),
		TEST(test_device_that_was_deleted),
		TEST(test_device_that_left_its_bridge),
		TEST(test_bridge_that_was_deleted),
		TEST(test_look_at_one),
		TEST(test_session_deletes_its_port),
		TEST(test_grace_times),
		TEST(test_grace_time_that_is_over_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
