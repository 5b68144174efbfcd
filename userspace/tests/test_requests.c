// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the library asks of the kernel about the IP table and about settings of
 * hubs: the requests are caught here and looked into.
 *
 * links: lib/ip.c lib/link.c lib/nl_list.c lib/nl_msg.c lib/names.c lib/err.c
 * links: lib/policy.c lib/addr.c lib/rate.c lib/ethertype.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/genl/genl.h>

#include <linux/sehub_link.h>

#include "lib/nl_priv.h"

static struct sehub_nl nl = { .family = { .id = 0x1c } };

/* The last request, and the messages that are its answer. */
static struct {
	bool is_rtnl;
	struct nl_msg *msg;
	struct nl_msg *answer[2];
} caught;

/* In place of nl.c. */
int sehub_nl_request(struct sehub_nl *handle, bool is_rtnl, struct nl_msg *msg,
		     sehub_nl_fn fn, void *arg, struct sehub_err *err)
{
	int code = 0;

	(void)err;
	assert_ptr_equal(handle, &nl);
	assert_non_null(msg);
	nlmsg_free(caught.msg);
	caught.msg = msg;
	caught.is_rtnl = is_rtnl;
	for (int i = 0; i < 2 && fn && caught.answer[i] && !code; i++)
		code = fn(nlmsg_hdr(caught.answer[i]), arg);
	return code;
}

/* In place of hub.c, for sehub_hub_del(). */
int sehub_hub_get(struct sehub_nl *handle, uint32_t ifindex,
		  struct sehub_hub *hub, struct sehub_err *err)
{
	(void)handle;
	(void)ifindex;
	(void)hub;
	return sehub_err_set(err, ENODEV, "no such hub");
}

static int forget(void **state)
{
	(void)state;
	nlmsg_free(caught.msg);
	for (int i = 0; i < 2; i++)
		nlmsg_free(caught.answer[i]);
	memset(&caught, 0, sizeof(caught));
	return 0;
}

/* The caught request's hub and IP attributes; false: it has no filter. */
static bool caught_ip(int cmd, uint32_t hub, struct nlattr **ip)
{
	struct nlattr *tb[SEHUB_A_MAX + 1];
	struct nlmsghdr *nlh = nlmsg_hdr(caught.msg);

	assert_false(caught.is_rtnl);
	assert_int_equal(sehub_msg_cmd(nlh), cmd);
	nlmsg_parse(nlh, GENL_HDRLEN, tb, SEHUB_A_MAX, NULL);
	assert_int_equal(!!tb[SEHUB_A_IFINDEX], !!hub);
	if (hub)
		assert_int_equal(nla_get_u32(tb[SEHUB_A_IFINDEX]), hub);
	if (!tb[SEHUB_A_IP])
		return false;
	assert_true(tb[SEHUB_A_IP]->nla_type & NLA_F_NESTED);
	nla_parse_nested(ip, SEHUB_A_IP_MAX, tb[SEHUB_A_IP], NULL);
	return true;
}

static int count_one(const struct sehub_ip *ip, void *arg)
{
	int *sum = arg;

	*sum += ip->addr.bytes[3];
	return ip->addr.bytes[3] == 77 ? -EPIPE : 0;
}

static struct nl_msg *entry(uint8_t last)
{
	struct nl_msg *msg = sehub_msg_new(&nl.family, SEHUB_CMD_IP_GET, 0);
	uint8_t addr[4] = { 192, 0, 2, last };
	struct nlattr *nest = nla_nest_start(msg, SEHUB_A_IP);

	nla_put(msg, SEHUB_A_IP_ADDRESS, sizeof(addr), addr);
	nla_nest_end(msg, nest);
	return msg;
}

static void test_ip_list(void **state)
{
	struct sehub_ip_filter filter = { .set = 0 };
	struct nlattr *ip[SEHUB_A_IP_MAX + 1];
	int sum = 0;

	(void)state;
	caught.answer[0] = entry(1);
	caught.answer[1] = entry(2);
	assert_int_equal(sehub_ip_list(&nl, 0, &filter, count_one, &sum, NULL),
			 0);
	assert_int_equal(sum, 3);
	assert_false(caught_ip(SEHUB_CMD_IP_GET, 0, ip));
	assert_int_equal(nlmsg_hdr(caught.msg)->nlmsg_flags & NLM_F_DUMP,
			 NLM_F_DUMP);

	/* the caller can end it */
	nlmsg_free(caught.answer[0]);
	caught.answer[0] = entry(77);
	sum = 0;
	assert_int_equal(sehub_ip_list(&nl, 7, &filter, count_one, &sum, NULL),
			 -EPIPE);
	assert_int_equal(sum, 77);
}

static void test_ip_filters(void **state)
{
	struct sehub_ip_filter filter = {
		.set = SEHUB_IP_BY_PORT | SEHUB_IP_BY_MAC | SEHUB_IP_BY_PREFIX,
		.port = 0, .mac = { 2, 0, 0, 0, 0, 9 },
	};
	struct nlattr *ip[SEHUB_A_IP_MAX + 1];

	(void)state;
	assert_int_equal(sehub_parse_prefix("2001:db8::/32", &filter.prefix),
			 0);
	assert_int_equal(sehub_ip_flush(&nl, 7, &filter, NULL), 0);
	assert_true(caught_ip(SEHUB_CMD_IP_FLUSH, 7, ip));
	assert_int_equal(nlmsg_hdr(caught.msg)->nlmsg_flags & NLM_F_DUMP, 0);
	assert_int_equal(nla_len(ip[SEHUB_A_IP_ADDRESS]), 16);
	assert_int_equal(nla_get_u8(ip[SEHUB_A_IP_PREFIX]), 32);
	assert_memory_equal(nla_data(ip[SEHUB_A_IP_MAC]), filter.mac, 6);
	/* port 0 is a port like the others */
	assert_int_equal(nla_get_u32(ip[SEHUB_A_IP_PORT]), 0);

	/* one at a time */
	filter.set = SEHUB_IP_BY_PREFIX;
	assert_int_equal(sehub_parse_prefix("192.0.2.1", &filter.prefix), 0);
	assert_int_equal(sehub_ip_flush(&nl, 7, &filter, NULL), 0);
	assert_true(caught_ip(SEHUB_CMD_IP_FLUSH, 7, ip));
	assert_int_equal(nla_len(ip[SEHUB_A_IP_ADDRESS]), 4);
	assert_null(ip[SEHUB_A_IP_PREFIX]);
	assert_null(ip[SEHUB_A_IP_MAC]);
	assert_null(ip[SEHUB_A_IP_PORT]);
	filter.set = 0;
	assert_int_equal(sehub_ip_flush(&nl, 7, &filter, NULL), 0);
	assert_false(caught_ip(SEHUB_CMD_IP_FLUSH, 7, ip));
}

static void test_ip_get(void **state)
{
	struct nlattr *attr[SEHUB_A_IP_MAX + 1];
	struct sehub_err err = { .code = 0 };
	struct sehub_ip_addr addr;
	struct sehub_ip ip;

	(void)state;
	assert_int_equal(sehub_parse_ip("192.0.2.5", &addr), 0);
	caught.answer[0] = entry(5);
	assert_int_equal(sehub_ip_get(&nl, 7, &addr, &ip, &err), 0);
	assert_int_equal(ip.addr.bytes[3], 5);
	assert_true(caught_ip(SEHUB_CMD_IP_GET, 7, attr));
	assert_memory_equal(nla_data(attr[SEHUB_A_IP_ADDRESS]), addr.bytes, 4);
	assert_null(attr[SEHUB_A_IP_PREFIX]);
	assert_int_equal(nlmsg_hdr(caught.msg)->nlmsg_flags & NLM_F_DUMP, 0);
}

/* Settings of a hub in the caught request. */
static void caught_hub(struct nlattr **data)
{
	struct nlattr *info[IFLA_INFO_MAX + 1];
	struct nlattr *link;

	assert_true(caught.is_rtnl);
	link = nlmsg_find_attr(nlmsg_hdr(caught.msg), sizeof(struct ifinfomsg),
			       IFLA_LINKINFO);
	nla_parse_nested(info, IFLA_INFO_MAX, link, NULL);
	assert_string_equal(nla_get_string(info[IFLA_INFO_KIND]), "sehub");
	nla_parse_nested(data, IFLA_SEHUB_MAX, info[IFLA_INFO_DATA], NULL);
}

static void test_hub_settings(void **state)
{
	struct sehub_hub_config config = {
		.set = SEHUB_HUB_IP_AGEING | SEHUB_HUB_IP_MAX |
		       SEHUB_HUB_SUPPRESS | SEHUB_HUB_BROADCAST_RATE |
		       SEHUB_HUB_LOG,
		.ip_ageing = 60, .ip_max = 0, .suppress = true,
		.broadcast_rate = 50, .log_headers = 0,
		.log_whole = SEHUB_PACKET_CLASS_ARP,
	};
	struct nlattr *data[IFLA_SEHUB_MAX + 1];

	(void)state;
	assert_int_equal(sehub_hub_set(&nl, 7, &config, NULL), 0);
	caught_hub(data);
	assert_int_equal(nla_get_u32(data[IFLA_SEHUB_IP_AGEING]), 60);
	assert_int_equal(nla_get_u32(data[IFLA_SEHUB_IP_MAX]), 0);
	assert_int_equal(nla_len(data[IFLA_SEHUB_SUPPRESS]), 1);
	assert_int_equal(nla_get_u8(data[IFLA_SEHUB_SUPPRESS]), 1);
	assert_int_equal(nla_get_u32(data[IFLA_SEHUB_BROADCAST_RATE]), 50);
	assert_int_equal(nla_get_u32(data[IFLA_SEHUB_LOG_HEADERS]), 0);
	assert_int_equal(nla_get_u32(data[IFLA_SEHUB_LOG_WHOLE]),
			 SEHUB_PACKET_CLASS_ARP);
	assert_null(data[IFLA_SEHUB_AGEING]);

	/* what is not set is not sent */
	config.set = SEHUB_HUB_AGEING;
	config.ageing = 5;
	assert_int_equal(sehub_hub_set(&nl, 7, &config, NULL), 0);
	caught_hub(data);
	assert_int_equal(nla_get_u32(data[IFLA_SEHUB_AGEING]), 5);
	for (int i = IFLA_SEHUB_FDB_MAX; i <= IFLA_SEHUB_MAX; i++)
		assert_null(data[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_ip_list, forget),
		cmocka_unit_test_teardown(test_ip_filters, forget),
		cmocka_unit_test_teardown(test_ip_get, forget),
		cmocka_unit_test_teardown(test_hub_settings, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
