// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists out of the kernel, in a namespace with bridges of its own: one that the
 * caller ends is read no further and disturbs none after it, and bridges are
 * counted by one list of addresses. What is sent and received is counted here.
 *
 * links: lib/nl.c lib/bridge.c lib/link.c lib/nl_msg.c lib/nl_list.c
 * links: lib/hub.c lib/names.c lib/policy.c lib/addr.c lib/rate.c
 * links: lib/ethertype.c lib/err.c
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
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
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <netlink/genl/genl.h>

#include "lib/bridge.h"
#include "lib/nl_priv.h"

/* The answer about them does not fit into one message. */
#define DEVICES		100

static struct sehub_nl *nl;
static int control = -1;
static bool is_possible;
static unsigned int reads, lists_of_addresses;

/* In place of libc's, and no less. */
ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	ssize_t n = syscall(SYS_recvmsg, fd, msg, flags);

	reads += n > 0;
	return n;
}

ssize_t send(int fd, const void *buf, size_t len, int flags)
{
	lists_of_addresses += ((const struct nlmsghdr *)buf)->nlmsg_type ==
			      RTM_GETNEIGH;
	return syscall(SYS_sendto, fd, buf, len, flags, NULL, 0);
}

static void need_namespace(void)
{
	if (is_possible)
		return;
	print_message("no network namespace with bridges can be made here\n");
	skip();
}

static uint32_t index_of(const char *ifname)
{
	uint32_t ifindex = if_nametoindex(ifname);

	assert_int_not_equal(ifindex, 0);
	return ifindex;
}

static int add_bridge(const char *ifname)
{
	return ioctl(control, SIOCBRADDBR, ifname);
}

static void set_up_device(const char *ifname)
{
	struct nl_msg *msg = sehub_link_msg(RTM_NEWLINK, 0, index_of(ifname),
					    IFF_UP, IFF_UP);

	assert_int_equal(sehub_nl_request(nl, true, msg, NULL, NULL, NULL), 0);
}

/* One end of a cable, the other one of which is nobody's. */
static void add_port(const char *ifname, const char *bridge)
{
	struct nl_msg *msg = sehub_link_msg(RTM_NEWLINK,
					    NLM_F_CREATE | NLM_F_EXCL, 0, 0, 0);
	static unsigned int cables;
	struct nlattr *info;
	char peer[IFNAMSIZ];

	assert_non_null(msg);
	nla_put_string(msg, IFLA_IFNAME, ifname);
	nla_put_u32(msg, IFLA_MASTER, index_of(bridge));
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, "veth");
	nla_nest_end(msg, info);
	assert_int_equal(sehub_nl_request(nl, true, msg, NULL, NULL, NULL), 0);
	/* nothing is learned of a port that is not up */
	snprintf(peer, sizeof(peer), "veth%u", cables++);
	set_up_device(peer);
	set_up_device(bridge);
	set_up_device(ifname);
}

static void add_address(const char *port, uint16_t number, uint16_t state)
{
	struct ndmsg ndm = {
		.ndm_family = AF_BRIDGE, .ndm_ifindex = (int)index_of(port),
		.ndm_state = state, .ndm_flags = NTF_MASTER,
	};
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWNEIGH, NLM_F_CREATE);
	uint8_t mac[6] = {
		2, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number,
	};

	assert_non_null(msg);
	nlmsg_append(msg, &ndm, sizeof(ndm), NLMSG_ALIGNTO);
	nla_put(msg, NDA_LLADDR, sizeof(mac), mac);
	assert_int_equal(sehub_nl_request(nl, true, msg, NULL, NULL, NULL), 0);
}

static int set_up(void **state)
{
	char name[IFNAMSIZ];

	(void)state;
	is_possible = !unshare(CLONE_NEWNET) ||
		      !unshare(CLONE_NEWUSER | CLONE_NEWNET);
	control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sehub_nl_open_rtnl(&nl, NULL))
		return -1;
	is_possible = is_possible && !add_bridge("sehub12");
	for (int i = 0; is_possible && i < DEVICES; i++) {
		snprintf(name, sizeof(name), "nl%d", i);
		if (add_bridge(name))
			return -1;
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sehub_nl_close(nl);
	close(control);
	return 0;
}

/* --- lists that the caller ends --- */

static int count_one(const struct nlmsghdr *nlh, void *arg)
{
	unsigned int *count = arg;

	(void)nlh;
	++*count;
	return 0;
}

static int one_is_enough(const struct nlmsghdr *nlh, void *arg)
{
	count_one(nlh, arg);
	return -EPIPE;
}

static int list_devices(sehub_nl_fn fn, unsigned int *count)
{
	*count = reads = 0;
	return sehub_nl_request(nl, true,
				sehub_link_msg(RTM_GETLINK, NLM_F_DUMP, 0, 0,
					       0), fn, count, NULL);
}

static void test_a_list_that_is_ended(void **state)
{
	unsigned int count, all;

	(void)state;
	need_namespace();
	assert_int_equal(list_devices(count_one, &count), 0);
	all = reads;
	assert_true(count > DEVICES);
	assert_true(all > 2);

	assert_int_equal(list_devices(one_is_enough, &count), -EPIPE);
	assert_int_equal(count, 1);
	assert_int_equal(reads, 1);

	/* nothing of it is left in the way of another one */
	assert_int_equal(list_devices(count_one, &count), 0);
	assert_true(count > DEVICES);
	assert_int_equal(reads, all);
}

static struct nl_msg *family_msg(int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(msg);
	genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, flags, CTRL_CMD_GETFAMILY, 1);
	if (!flags)
		nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, "nlctrl");
	return msg;
}

/* What belongs to the socket of other requests would go with it. */
static void test_the_other_socket_stays(void **state)
{
	unsigned int count = 0;
	int fd;

	(void)state;
	assert_int_equal(sehub_nl_request(nl, false, family_msg(0), count_one,
					  &count, NULL), 0);
	assert_int_equal(count, 1);
	fd = nl->genl;
	assert_true(fd >= 0);
	assert_int_equal(sehub_nl_request(nl, false, family_msg(NLM_F_DUMP),
					  one_is_enough, &count, NULL),
			 -EPIPE);
	assert_int_equal(nl->genl, fd);
	assert_true(fcntl(fd, F_GETFD) >= 0);
	assert_int_equal(sehub_nl_request(nl, false, family_msg(0), count_one,
					  &count, NULL), 0);
	assert_int_equal(count, 3);
}

/* --- bridges --- */

static int take_hub(const struct sehub_hub *hub, void *arg)
{
	struct sehub_hub *hubs = arg;

	assert_in_range(hub->vlan, 12, 14);
	assert_int_equal(hubs[hub->vlan].vlan, 0);
	hubs[hub->vlan] = *hub;
	return 0;
}

static int take_address(const struct sehub_fdb *fdb, void *arg)
{
	uint32_t *seen = arg;

	if (fdb->kind == SEHUB_FDB_KIND_LEARNED && !fdb->mac[4])
		*seen |= 1U << fdb->mac[5];
	return 0;
}

static void make_hubs(void)
{
	assert_int_equal(add_bridge("sehub13"), 0);
	assert_int_equal(add_bridge("sehub14"), 0);
	add_port("a", "sehub12");
	add_port("b", "sehub12");
	add_port("c", "sehub13");
	/* of no hub */
	add_port("d", "nl0");
	add_address("a", 1, NUD_REACHABLE);
	add_address("a", 2, NUD_REACHABLE);
	add_address("b", 3, NUD_REACHABLE);
	/* nobody learned this one */
	add_address("b", 4, NUD_NOARP);
	add_address("c", 5, NUD_REACHABLE);
	add_address("d", 6, NUD_REACHABLE);
}

static void test_bridges(void **state)
{
	struct sehub_hub hubs[15] = { { .vlan = 0 } };
	uint32_t seen = 0;

	(void)state;
	need_namespace();
	make_hubs();
	lists_of_addresses = 0;
	assert_int_equal(sehub_bridge_list(nl, take_hub, hubs, NULL), 0);
	assert_int_equal(lists_of_addresses, 1);
	assert_int_equal(hubs[12].fdb_count, 3);
	assert_int_equal(hubs[12].port_count, 2);
	assert_int_equal(hubs[13].fdb_count, 1);
	assert_int_equal(hubs[14].vlan, 14);
	assert_int_equal(hubs[14].fdb_count, 0);

	assert_int_equal(sehub_bridge_fdb_list(nl, index_of("sehub12"),
					       SEHUB_FDB_ANY_PORT,
					       take_address, &seen, NULL), 0);
	assert_int_equal(seen, 1U << 1 | 1U << 2 | 1U << 3);
}

static void test_addresses_of_one_port(void **state)
{
	unsigned int all;
	uint32_t seen = 0;

	(void)state;
	need_namespace();
	for (uint16_t i = 0; i < 2000; i++)
		add_address("b", 256 + i, NUD_REACHABLE);
	reads = 0;
	assert_int_equal(sehub_bridge_fdb_list(nl, index_of("sehub12"),
					       SEHUB_FDB_ANY_PORT,
					       take_address, &seen, NULL), 0);
	all = reads;

	/* the others do not come out of the kernel at all */
	reads = seen = 0;
	assert_int_equal(sehub_bridge_fdb_list(nl, index_of("sehub12"),
					       index_of("a"), take_address,
					       &seen, NULL), 0);
	assert_int_equal(seen, 1U << 1 | 1U << 2);
	assert_true(all > 3);
	assert_true(reads <= 2);
	/* a device of another bridge has none in this one */
	seen = 0;
	assert_int_equal(sehub_bridge_fdb_list(nl, index_of("sehub12"),
					       index_of("c"), take_address,
					       &seen, NULL), 0);
	assert_int_equal(seen, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_list_that_is_ended),
		cmocka_unit_test(test_the_other_socket_stays),
		cmocka_unit_test(test_bridges),
		cmocka_unit_test(test_addresses_of_one_port),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
