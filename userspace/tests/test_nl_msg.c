// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Objects in messages, both ways, and the kernel's refusals as text: no kernel
 * takes part, the messages are made here.
 *
 * links: lib/nl_msg.c lib/names.c lib/nl.c lib/err.c lib/policy.c lib/addr.c
 * links: lib/rate.c lib/ethertype.c
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
#include <linux/rtnetlink.h>
#include <netlink/genl/genl.h>

#include "lib/nl_priv.h"

static const struct sehub_family family = { .id = 0x1c };

/* Offset of an attribute in a message. */
static uint32_t offset_of(struct nl_msg *msg, const struct nlattr *attr)
{
	return (const char *)attr - (const char *)nlmsg_hdr(msg);
}

static struct nl_msg *port_request(void)
{
	struct sehub_port_ref ref = { .hub_ifindex = 7 };
	struct sehub_port_config config = {
		.set = SEHUB_PORT_NAME | SEHUB_PORT_GRACE | SEHUB_PORT_COOKIE,
		.name = "alice", .grace = 60000, .cookie = "abc",
		.cookie_len = 3,
	};

	return sehub_msg_port(&family, SEHUB_CMD_PORT_NEW, &ref, &config);
}

static void test_port_request(void **state)
{
	struct nlattr *tb[SEHUB_A_MAX + 1];
	struct nlattr *port[SEHUB_A_PORT_MAX + 1];
	struct nlattr *session[SEHUB_A_SESSION_MAX + 1];
	struct nl_msg *msg = port_request();

	(void)state;
	assert_int_equal(sehub_msg_cmd(nlmsg_hdr(msg)), SEHUB_CMD_PORT_NEW);
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_type, 0x1c);
	nlmsg_parse(nlmsg_hdr(msg), GENL_HDRLEN, tb, SEHUB_A_MAX, NULL);
	assert_int_equal(nla_get_u32(tb[SEHUB_A_IFINDEX]), 7);
	/* the kernel's strict validation asks for the flag */
	assert_true(tb[SEHUB_A_PORT]->nla_type & NLA_F_NESTED);
	nla_parse_nested(port, SEHUB_A_PORT_MAX, tb[SEHUB_A_PORT], NULL);
	assert_string_equal(nla_get_string(port[SEHUB_A_PORT_NAME]), "alice");
	assert_null(port[SEHUB_A_PORT_NUMBER]);
	assert_null(port[SEHUB_A_PORT_FDB_MAX]);
	nla_parse_nested(session, SEHUB_A_SESSION_MAX,
			 port[SEHUB_A_PORT_SESSION], NULL);
	assert_int_equal(nla_get_u32(session[SEHUB_A_SESSION_GRACE]), 60000);
	assert_int_equal(nla_len(session[SEHUB_A_SESSION_COOKIE]), 3);
	assert_null(session[SEHUB_A_SESSION_ID]);
	nlmsg_free(msg);
}

/* A port is addressed in one of three ways, never in two. */
static void test_port_addresses(void **state)
{
	struct sehub_port_ref refs[] = {
		{ .hub_ifindex = 7, .number = 3 },
		{ .hub_ifindex = 7, .name = "bob" },
		{ .id = 9, .hub_ifindex = 7, .number = 3, .name = "bob" },
	};
	struct sehub_port_config rename = {
		.set = SEHUB_PORT_NAME, .name = "carol",
	};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct nlattr *tb[SEHUB_A_MAX + 1];
		struct nlattr *port[SEHUB_A_PORT_MAX + 1];
		struct nl_msg *msg = sehub_msg_port(&family,
						    SEHUB_CMD_PORT_SET,
						    &refs[i], &rename);

		nlmsg_parse(nlmsg_hdr(msg), GENL_HDRLEN, tb, SEHUB_A_MAX, NULL);
		nla_parse_nested(port, SEHUB_A_PORT_MAX, tb[SEHUB_A_PORT],
				 NULL);
		assert_int_equal(!!tb[SEHUB_A_IFINDEX], i != 2);
		assert_int_equal(!!port[SEHUB_A_PORT_NUMBER], i == 0);
		assert_int_equal(!!port[SEHUB_A_PORT_SESSION], i == 2);
		assert_string_equal(nla_get_string(port[SEHUB_A_PORT_NAME]),
				    i == 1 ? "bob" : "carol");
		nlmsg_free(msg);
	}
}

/* A request that sets a policy, and the nest of it. */
static struct nl_msg *policy_request(const char *words, struct nlattr **port,
				     struct nlattr **nest)
{
	struct sehub_port_ref ref = { .hub_ifindex = 7, .number = 3 };
	struct sehub_policy policy;
	struct sehub_port_config config = {
		.set = SEHUB_PORT_POLICY, .fdb_max = 99, .policy = &policy,
	};
	struct nlattr *outer;
	struct nl_msg *msg;

	assert_int_equal(sehub_policy_parse(words, &policy, NULL), 0);
	msg = sehub_msg_port(&family, SEHUB_CMD_PORT_SET, &ref, &config);
	outer = nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN, SEHUB_A_PORT);
	nla_parse_nested(port, SEHUB_A_PORT_MAX, outer, NULL);
	assert_non_null(port[SEHUB_A_PORT_POLICY]);
	assert_true(port[SEHUB_A_PORT_POLICY]->nla_type & NLA_F_NESTED);
	nla_parse_nested(nest, SEHUB_A_POLICY_MAX, port[SEHUB_A_PORT_POLICY],
			 NULL);
	return msg;
}

static void test_policy_request(void **state)
{
	static const char words[] =
		"dhcp-force,max-ip=1,max-mac=2,no-broadcast=all,isolation=3,rate-up=8bit/5,rate-down=32bit/7,broadcast-rate=8,deny-type=arp+ipv6,identity=9";
	struct nlattr *port[SEHUB_A_PORT_MAX + 1];
	struct nlattr *p[SEHUB_A_POLICY_MAX + 1];
	struct nl_msg *msg = policy_request(words, port, p);
	struct nlattr *type;
	int sum = 0;
	int left;

	(void)state;
	assert_int_equal(nla_get_u32(port[SEHUB_A_PORT_FDB_MAX]), 2);
	assert_null(port[SEHUB_A_PORT_SESSION]);
	assert_int_equal(nla_get_u32(p[SEHUB_A_POLICY_FLAGS]),
			 SEHUB_POLICY_FLAG_DHCP_FORCE |
			 SEHUB_POLICY_FLAG_NO_BROADCAST |
			 SEHUB_POLICY_FLAG_NO_BROADCAST_ARP |
			 SEHUB_POLICY_FLAG_NO_BROADCAST_ND |
			 SEHUB_POLICY_FLAG_NO_BROADCAST_DHCP);
	assert_int_equal(nla_get_u32(p[SEHUB_A_POLICY_MAX_IP]), 1);
	assert_int_equal(nla_get_u32(p[SEHUB_A_POLICY_ISOLATION]), 3);
	assert_int_equal(nla_get_u64(p[SEHUB_A_POLICY_RATE_UP]), 1);
	assert_int_equal(nla_get_u32(p[SEHUB_A_POLICY_BURST_UP]), 5);
	assert_int_equal(nla_get_u64(p[SEHUB_A_POLICY_RATE_DOWN]), 4);
	assert_int_equal(nla_get_u32(p[SEHUB_A_POLICY_BURST_DOWN]), 7);
	assert_int_equal(nla_get_u32(p[SEHUB_A_POLICY_BROADCAST_RATE]), 8);
	assert_int_equal(nla_get_u64(p[SEHUB_A_POLICY_IDENTITY]), 9);
	nla_for_each_nested(type, port[SEHUB_A_PORT_POLICY], left)
		if (nla_type(type) == SEHUB_A_POLICY_DENY_TYPE)
			sum += nla_get_u16(type);
	assert_int_equal(sum, 0x0806 + 0x86dd);
	nlmsg_free(msg);
}

/* No policy is sent as an empty nest; libnl would leave it out by itself. */
static void test_policy_taken_away(void **state)
{
	struct nlattr *port[SEHUB_A_PORT_MAX + 1];
	struct nlattr *p[SEHUB_A_POLICY_MAX + 1];
	struct nl_msg *msg = policy_request("none", port, p);

	(void)state;
	assert_int_equal(nla_len(port[SEHUB_A_PORT_POLICY]), 0);
	assert_int_equal(nla_get_u32(port[SEHUB_A_PORT_FDB_MAX]), 0);
	nlmsg_free(msg);
	/* a limit of MAC addresses alone is no policy to the kernel */
	msg = policy_request("max-mac=4", port, p);
	assert_int_equal(nla_len(port[SEHUB_A_PORT_POLICY]), 0);
	assert_int_equal(nla_get_u32(port[SEHUB_A_PORT_FDB_MAX]), 4);
	nlmsg_free(msg);
}

/* What is sent comes back: the request has the nest that answers have. */
static void test_policy_answer(void **state)
{
	static const char *const all[] = {
		"none", "max-mac=4",
		"deny,no-resume,dhcp-force,max-ip=1,max-mac=1,no-ip-dup,no-mac-dup,no-broadcast=arp+nd,no-dhcp-server,filter-dhcp,no-ra,isolation=7,rate-up=10mbit/64k,rate-down=18446744073709551608bit,broadcast-rate=50,deny-type=arp+ipv6+0xffff,identity=99",
	};
	char text[SEHUB_POLICY_STRLEN];
	struct sehub_port port;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct nlattr *tb[SEHUB_A_PORT_MAX + 1];
		struct nlattr *p[SEHUB_A_POLICY_MAX + 1];
		struct nl_msg *msg = policy_request(all[i], tb, p);

		assert_int_equal(sehub_msg_get_port(nlmsg_hdr(msg), &port), 0);
		assert_string_equal(sehub_policy_format(&port.policy, text),
				    all[i]);
		assert_int_equal(port.policy.max_mac, port.fdb_max);
		nlmsg_free(msg);
	}
}

static void test_ip_answer(void **state)
{
	struct nl_msg *msg = sehub_msg_new(&family, SEHUB_CMD_IP_GET, 0);
	char text[SEHUB_IP_STRLEN];
	struct sehub_ip ip;
	struct nlattr *nest;

	(void)state;
	assert_int_equal(sehub_msg_get_ip(nlmsg_hdr(msg), &ip), -EBADMSG);
	nla_put_u32(msg, SEHUB_A_IFINDEX, 5);
	nla_put_u16(msg, SEHUB_A_VLAN, 12);
	nest = nla_nest_start(msg, SEHUB_A_IP);
	nla_put(msg, SEHUB_A_IP_ADDRESS, 4, "\xc0\x00\x02\x07");
	nla_put(msg, SEHUB_A_IP_MAC, 6, "\2\0\0\0\0\7");
	nla_put_u32(msg, SEHUB_A_IP_PORT, 3);
	nla_put_u32(msg, SEHUB_A_IP_SOURCE, SEHUB_IP_SOURCE_DHCP);
	nla_put_u32(msg, SEHUB_A_IP_IDLE, 1500);
	nla_put_u32(msg, SEHUB_A_IP_LEASE_LEFT, 0);
	nla_nest_end(msg, nest);
	assert_int_equal(sehub_msg_get_ip(nlmsg_hdr(msg), &ip), 0);
	assert_int_equal(ip.hub_ifindex, 5);
	assert_int_equal(ip.hub_vlan, 12);
	assert_string_equal(sehub_format_ip(&ip.addr, text), "192.0.2.7");
	assert_int_equal(ip.mac[5], 7);
	assert_int_equal(ip.port, 3);
	assert_string_equal(sehub_ip_source_name(ip.source), "dhcp");
	assert_int_equal(ip.idle, 1500);
	/* a lease that ends now is one */
	assert_true(ip.has_lease);
	assert_int_equal(ip.lease_left, 0);
	nlmsg_free(msg);

	/* an address that is none: no entry */
	msg = sehub_msg_new(&family, SEHUB_CMD_IP_GET, 0);
	nest = nla_nest_start(msg, SEHUB_A_IP);
	nla_put(msg, SEHUB_A_IP_ADDRESS, 5, "12345");
	nla_nest_end(msg, nest);
	assert_int_equal(sehub_msg_get_ip(nlmsg_hdr(msg), &ip), -EBADMSG);
	nlmsg_free(msg);
}

/* Attributes too short for their type count as absent, unknown ones too. */
static void test_hub_answer(void **state)
{
	struct nl_msg *msg = sehub_msg_new(&family, SEHUB_CMD_HUB_GET, 0);
	struct sehub_hub hub;
	struct nlattr *nest;
	struct nlattr *drops;

	(void)state;
	assert_int_equal(sehub_msg_get_hub(nlmsg_hdr(msg), &hub), -EBADMSG);
	nla_put_u32(msg, SEHUB_A_IFINDEX, 5);
	nla_put_u16(msg, SEHUB_A_VLAN, 12);
	nla_put_u32(msg, 900, 1);
	nest = nla_nest_start(msg, SEHUB_A_HUB);
	nla_put_string(msg, SEHUB_A_HUB_IFNAME, "a-name-beyond-all-bounds");
	nla_put_u8(msg, SEHUB_A_HUB_UP, 1);
	nla_put_u16(msg, SEHUB_A_HUB_AGEING, 300);
	nla_put(msg, SEHUB_A_HUB_MAC, 5, "\1\2\3\4\5");
	nla_put_u64(msg, SEHUB_A_HUB_RX_BYTES, UINT64_MAX);
	drops = nla_nest_start(msg, SEHUB_A_HUB_DROPS);
	nla_put_u64(msg, SEHUB_A_DROPS_QUEUE_FULL, 3);
	nla_put_u64(msg, SEHUB_A_DROPS_RATE_DOWN, 4);
	nla_nest_end(msg, drops);
	nla_put_u32(msg, SEHUB_A_HUB_IP_AGEING, 60);
	nla_put_u32(msg, SEHUB_A_HUB_IP_MAX, 100);
	nla_put_u32(msg, SEHUB_A_HUB_IP_COUNT, 7);
	nla_put_u64(msg, SEHUB_A_HUB_IP_NOT_LEARNED, 8);
	nla_put_u8(msg, SEHUB_A_HUB_SUPPRESS, 1);
	nla_put_u64(msg, SEHUB_A_HUB_SUPPRESSED, 9);
	nla_put_u32(msg, SEHUB_A_HUB_BROADCAST_RATE, 10);
	nla_put_u32(msg, SEHUB_A_HUB_LOG_HEADERS, SEHUB_PACKET_CLASS_ARP);
	nla_put_u32(msg, SEHUB_A_HUB_LOG_WHOLE, SEHUB_PACKET_CLASS_UDP);
	nla_put_u64(msg, SEHUB_A_HUB_LOG_COUNT, 11);
	nla_put_u64(msg, SEHUB_A_HUB_ID, 0x8000000000000001);
	nla_nest_end(msg, nest);

	assert_int_equal(sehub_msg_get_hub(nlmsg_hdr(msg), &hub), 0);
	assert_int_equal(hub.ifindex, 5);
	assert_int_equal(hub.vlan, 12);
	assert_int_equal(strlen(hub.ifname), sizeof(hub.ifname) - 1);
	assert_true(hub.up);
	assert_false(hub.carrier);
	assert_int_equal(hub.ageing, 0);
	assert_int_equal(hub.mac[0], 0);
	assert_true(hub.rx_bytes == UINT64_MAX);
	assert_true(hub.drops.count[SEHUB_A_DROPS_QUEUE_FULL] == 3);
	assert_true(hub.drops.count[SEHUB_A_DROPS_RATE_DOWN] == 4);
	assert_true(sehub_drops_total(&hub.drops) == 7);
	assert_int_equal(hub.ip_ageing, 60);
	assert_int_equal(hub.ip_max, 100);
	assert_int_equal(hub.ip_count, 7);
	assert_int_equal(hub.ip_not_learned, 8);
	assert_true(hub.suppress);
	assert_int_equal(hub.suppressed, 9);
	assert_int_equal(hub.broadcast_rate, 10);
	assert_int_equal(hub.log_headers, SEHUB_PACKET_CLASS_ARP);
	assert_int_equal(hub.log_whole, SEHUB_PACKET_CLASS_UDP);
	assert_int_equal(hub.log_count, 11);
	assert_true(hub.id == 0x8000000000000001);
	nlmsg_free(msg);
}

static void test_port_answer(void **state)
{
	struct nl_msg *msg = sehub_msg_new(&family, SEHUB_CMD_PORT_GET, 0);
	uint8_t cookie[SEHUB_COOKIE_MAX + 1] = { 1, 2, 3 };
	struct sehub_port port;
	struct nlattr *session;
	struct nlattr *nest;

	(void)state;
	nest = nla_nest_start(msg, SEHUB_A_PORT);
	nla_put_u32(msg, SEHUB_A_PORT_NUMBER, 3);
	nla_put_u32(msg, SEHUB_A_PORT_DEL_REASON, SEHUB_PORT_DEL_REASON_GRACE);
	nla_put_u32(msg, SEHUB_A_PORT_IP_COUNT, 5);
	session = nla_nest_start(msg, SEHUB_A_PORT_SESSION);
	nla_put_u32(msg, SEHUB_A_SESSION_ID, 77);
	nla_put_u64(msg, SEHUB_A_SESSION_PEER_HUB, UINT64_MAX);
	/* longer than ours: not taken, not cut */
	nla_put(msg, SEHUB_A_SESSION_COOKIE, sizeof(cookie), cookie);
	nla_nest_end(msg, session);
	nla_nest_end(msg, nest);

	assert_int_equal(sehub_msg_get_port(nlmsg_hdr(msg), &port), 0);
	assert_int_equal(port.number, 3);
	assert_int_equal(port.ip_count, 5);
	assert_true(port.has_del_reason);
	assert_string_equal(sehub_port_del_reason_name(port.del_reason),
			    "grace");
	assert_int_equal(port.session.id, 77);
	assert_true(port.session.peer_hub == UINT64_MAX);
	assert_int_equal(port.session.cookie_len, 0);
	nlmsg_free(msg);
}

static void test_names(void **state)
{
	unsigned int n = 0;

	(void)state;
	for (unsigned int i = 0; i <= SEHUB_A_DROPS_MAX + 5; i++) {
		if (!sehub_drops_name(i))
			continue;
		n++;
		assert_non_null(sehub_drops_doc(i));
	}
	/* every reason of the header but the padding */
	assert_int_equal(n, SEHUB_A_DROPS_MAX - 1);
	assert_string_equal(sehub_drops_name(SEHUB_A_DROPS_NO_RECEIVER),
			    "no-receiver");
	assert_string_equal(sehub_drops_name(SEHUB_A_DROPS_RATE_DOWN),
			    "rate-down");
	assert_string_equal(sehub_port_kind_name(99), "unknown");
	assert_string_equal(sehub_ip_source_name(SEHUB_IP_SOURCE_ND), "nd");
	assert_string_equal(sehub_ip_source_name(99), "unknown");
	assert_string_equal(sehub_fdb_kind_name(SEHUB_FDB_KIND_STATIC),
			    "static");
}

/* A refusal as the kernel sends it to a socket with CAP_ACK and EXT_ACK. */
static struct nl_msg *refusal(int error, const char *text, int attr,
			      uint32_t value)
{
	struct nl_msg *msg = nlmsg_alloc_simple(NLMSG_ERROR, NLM_F_CAPPED |
						NLM_F_ACK_TLVS);
	struct nlmsgerr answer = { .error = error };

	nlmsg_append(msg, &answer, sizeof(answer), NLMSG_ALIGNTO);
	if (text)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, text);
	if (attr)
		nla_put_u32(msg, attr, value);
	return msg;
}

static void check_refusal(struct nl_msg *msg, struct nl_msg *request, int code,
			  const char *text, const char *attr)
{
	struct sehub_err err = { .code = 0 };

	assert_int_equal(sehub_nl_answer_err(nlmsg_hdr(msg),
					     request ? nlmsg_hdr(request) :
						       NULL, &err), code);
	assert_int_equal(err.code, code);
	assert_string_equal(err.text, text);
	assert_string_equal(err.attr, attr);
	/* nobody has to want the text */
	assert_int_equal(sehub_nl_answer_err(nlmsg_hdr(msg), NULL, NULL),
			 code);
	nlmsg_free(msg);
}

static void test_refusals(void **state)
{
	struct nl_msg *request = port_request();
	struct nlattr *port = nlmsg_find_attr(nlmsg_hdr(request), GENL_HDRLEN,
					      SEHUB_A_PORT);
	struct nlattr *session = nla_find(nla_data(port), nla_len(port),
					  SEHUB_A_PORT_SESSION);
	struct nlattr *grace = nla_find(nla_data(session), nla_len(session),
					SEHUB_A_SESSION_GRACE);

	(void)state;
	check_refusal(refusal(-ENODEV, "sehub: no such hub", 0, 0), request,
		      -ENODEV, "no such hub", "");
	check_refusal(refusal(-ERANGE, "integer out of range",
			      NLMSGERR_ATTR_OFFS, offset_of(request, grace)),
		      request, -ERANGE, "integer out of range",
		      "port.session.grace");
	check_refusal(refusal(-EINVAL, "bad", NLMSGERR_ATTR_OFFS,
			      offset_of(request, port)),
		      request, -EINVAL, "bad", "port");
	/* offsets that are none: inside a value, beyond the end */
	check_refusal(refusal(-EINVAL, "bad", NLMSGERR_ATTR_OFFS,
			      offset_of(request, grace) + 4),
		      request, -EINVAL, "bad", "");
	check_refusal(refusal(-EINVAL, "bad", NLMSGERR_ATTR_OFFS, 1U << 30),
		      request, -EINVAL, "bad", "");
	check_refusal(refusal(-EINVAL, "bad", NLMSGERR_ATTR_OFFS, 1), request,
		      -EINVAL, "bad", "");
	check_refusal(refusal(-EINVAL, NULL, NLMSGERR_ATTR_MISS_TYPE,
			      SEHUB_A_VLAN),
		      request, -EINVAL, "attribute missing", "vlan");
	check_refusal(refusal(-ENOSPC, NULL, 0, 0), NULL, -ENOSPC,
		      "no space left on device", "");
	check_refusal(refusal(-EPERM, NULL, 0, 0), request, -EPERM,
		      "not permitted: this needs CAP_NET_ADMIN (run it as root)",
		      "");
	nlmsg_free(request);
}

/* The attribute to blame has the name that its word has. */
static void test_refused_policy(void **state)
{
	struct nlattr *port[SEHUB_A_PORT_MAX + 1];
	struct nlattr *p[SEHUB_A_POLICY_MAX + 1];
	struct nl_msg *request = policy_request("rate-up=8bit,isolation=1",
						port, p);

	(void)state;
	check_refusal(refusal(-EINVAL, "bad", NLMSGERR_ATTR_OFFS,
			      offset_of(request, p[SEHUB_A_POLICY_RATE_UP])),
		      request, -EINVAL, "bad", "port.policy.rate-up");
	nlmsg_free(request);
}

static void test_acknowledgement(void **state)
{
	struct sehub_err err = { .code = 0 };
	struct nl_msg *msg = refusal(0, "just so", 0, 0);

	(void)state;
	assert_int_equal(sehub_nl_answer_err(nlmsg_hdr(msg), NULL, &err), 0);
	assert_int_equal(err.code, 0);
	nlmsg_free(msg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_port_request),
		cmocka_unit_test(test_port_addresses),
		cmocka_unit_test(test_policy_request),
		cmocka_unit_test(test_policy_taken_away),
		cmocka_unit_test(test_policy_answer),
		cmocka_unit_test(test_ip_answer),
		cmocka_unit_test(test_hub_answer),
		cmocka_unit_test(test_port_answer),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_refused_policy),
		cmocka_unit_test(test_acknowledgement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
