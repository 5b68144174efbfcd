// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Notifications as events: which command is which kind, what is not one, and a
 * module that does not know a kind.
 *
 * links: lib/nl_msg.c lib/names.c lib/nl.c lib/err.c lib/policy.c lib/addr.c
 * links: lib/nl_packet.c
 * links: lib/rate.c lib/ethertype.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>

/* A monitor's socket can only be replaced from inside. */
#include "lib/event.c"

static const struct sehub_family family = { .id = 0x1c };
static char buffer[SEHUB_NL_BUF_LEN];

static struct sehub_event last;
static int n_events;

static int take(const struct sehub_event *event, void *arg)
{
	(void)arg;
	last = *event;
	n_events++;
	return 0;
}

/* Sends one message of a command with an empty object, and reads it. */
static int events_of(int cmd, uint16_t type, int object)
{
	struct sehub_monitor mon = { .family = family.id, .buf = buffer };
	struct sehub_family from = { .id = type };
	struct nl_msg *msg = sehub_msg_new(&from, cmd, 0);
	struct nlattr *nest = nla_nest_start(msg, object);
	int fds[2];

	if (object == SEHUB_A_IP)
		nla_put(msg, SEHUB_A_IP_ADDRESS, 4, "\xc0\x00\x02\x07");
	else
		nla_put_u32(msg, SEHUB_A_FDB_PORT, 3);
	nla_nest_end(msg, nest);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
	mon.fd = fds[0];
	assert_int_equal(send(fds[1], nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len,
			      0), nlmsg_hdr(msg)->nlmsg_len);
	n_events = 0;
	assert_int_equal(sehub_monitor_read(&mon, take, NULL, NULL), 0);
	close(fds[0]);
	close(fds[1]);
	nlmsg_free(msg);
	return n_events;
}

static void test_kinds(void **state)
{
	static const struct {
		int cmd;
		int object;
		unsigned int group;
		bool is_deleted;
	} all[] = {
		{ SEHUB_CMD_HUB_NTF, SEHUB_A_HUB, SEHUB_EVENT_HUB, false },
		{ SEHUB_CMD_HUB_DEL_NTF, SEHUB_A_HUB, SEHUB_EVENT_HUB, true },
		{ SEHUB_CMD_PORT_NTF, SEHUB_A_PORT, SEHUB_EVENT_PORT, false },
		{ SEHUB_CMD_PORT_DEL_NTF, SEHUB_A_PORT, SEHUB_EVENT_PORT,
		  true },
		{ SEHUB_CMD_FDB_NTF, SEHUB_A_FDB, SEHUB_EVENT_FDB, false },
		{ SEHUB_CMD_FDB_DEL_NTF, SEHUB_A_FDB, SEHUB_EVENT_FDB, true },
		{ SEHUB_CMD_IP_NTF, SEHUB_A_IP, SEHUB_EVENT_IP, false },
		{ SEHUB_CMD_IP_DEL_NTF, SEHUB_A_IP, SEHUB_EVENT_IP, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_int_equal(events_of(all[i].cmd, family.id,
					   all[i].object), 1);
		assert_int_equal(last.group, all[i].group);
		assert_int_equal(last.is_deleted, all[i].is_deleted);
	}
	assert_int_equal(last.ip.addr.bytes[3], 7);
}

static void test_no_events(void **state)
{
	(void)state;
	assert_int_equal(events_of(SEHUB_CMD_IP_GET, family.id, SEHUB_A_IP), 0);
	assert_int_equal(events_of(200, family.id, SEHUB_A_IP), 0);
	/* of another family, without its object */
	assert_int_equal(events_of(SEHUB_CMD_IP_NTF, 0x1d, SEHUB_A_IP), 0);
	assert_int_equal(events_of(SEHUB_CMD_IP_NTF, family.id, SEHUB_A_FDB),
			 0);
}

static void test_module_without_a_group(void **state)
{
	struct sehub_monitor mon = { .fd = -1 };
	struct sehub_err err = { .text = "" };

	(void)state;
	assert_int_equal(subscribe(&mon, SEHUB_EVENT_IP, &family, &err),
			 -EOPNOTSUPP);
	assert_string_equal(err.text, "sehub.ko is too old for these events");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_no_events),
		cmocka_unit_test(test_module_without_a_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
