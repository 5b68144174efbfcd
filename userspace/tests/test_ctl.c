// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sehubctl with a kernel that is made here: what commands ask of it, and how
 * they show what it answers, to people and to programs.
 *
 * links: sehubctl/args.c sehubctl/help.c sehubctl/complete.c
 * links: sehubctl/select.c sehubctl/daemon.c sehubctl/secret.c
 * links: sehubctl/show.c sehubctl/print.c lib/text.c sehubctl/cmd_hub.c
 * links: sehubctl/cmd_port.c sehubctl/cmd_mac.c sehubctl/cmd_ip.c
 * links: sehubctl/cmd_status.c sehubctl/cmd_log.c sehubctl/cmd_admin.c
 * links: sehubctl/monitor_told.c sehubctl/cmd_metrics.c
 * links: sehubctl/cmd_monitor.c sehubctl/cmd_user.c sehubctl/cmd_session.c
 * links: sehubctl/cmd_connection.c sehubctl/cmd_listener.c sehubctl/cmd_state.c lib/addr.c lib/via.c lib/control.c lib/err.c
 * links: lib/event.c lib/fdb.c lib/hub.c lib/link.c lib/names.c
 * links: lib/nl_list.c lib/nl_msg.c lib/port.c lib/policy.c lib/rate.c
 * links: lib/ethertype.c lib/log_words.c lib/ip.c tests/ctl_run.c
 * links: lib/nl_packet.c lib/packet.c
 * links: sehubctl/cmd_packets.c sehubctl/watch.c lib/places.c
 * links: sehubctl/capture.c sehubctl/pcapng.c sehubctl/print_packet.c
 * links: lib/decode.c lib/decode_ip.c lib/decode_l4.c
 * links: lib/decode_icmp6.c lib/decode_dhcp.c
 * links: lib/access.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/genl/genl.h>

#include <linux/sehub_link.h>

#include "lib/nl_priv.h"
#include "sehubctl/cmd.h"
#include "tests/ctl_run.h"

/* Runs a command, and compares what it prints. */
static void check(const char *line, const char *text)
{
	assert_int_equal(ctl_run(line), CTL_OK);
	assert_string_equal(ctl_run_output, text);
}

/* The value at a path of keys in the JSON of the last command, as text. */
static const char *json_at(const char *key, const char *key2)
{
	static char text[1024];
	const int flags = JSON_C_TO_STRING_PLAIN |
			  JSON_C_TO_STRING_NOSLASHESCAPE;
	struct json_object *all = json_tokener_parse(ctl_run_output);
	struct json_object *o = all;

	assert_non_null(all);
	if (json_object_is_type(o, json_type_array))
		o = json_object_array_get_idx(o, 0);
	if (!json_object_object_get_ex(o, key, &o) ||
	    (key2 && !json_object_object_get_ex(o, key2, &o)))
		fail_msg("no %s %s", key, key2 ? key2 : "");
	snprintf(text, sizeof(text), "%s",
		 json_object_to_json_string_ext(o, flags));
	json_object_put(all);
	return text;
}

static void test_port_show(void **state)
{
	(void)state;
	ctl_run_policy = "dhcp-force,max-ip=1,max-mac=2,no-broadcast=arp";
	check("port show 12 2",
	      "port 2 of hub sehub12\n"
	      "  name             alice\n"
	      "  kind             device\n"
	      "  state            up\n"
	      "  macs             0 of 2\n"
	      "  ips              4, at most 1 each of IPv4, IPv6 and IPv6 link-local\n"
	      "  policy           dhcp-force,max-ip=1,max-mac=2,no-broadcast=arp\n"
	      "  in               0 frames, 0 B\n"
	      "  out              0 frames, 0 B\n"
	      "  dropped          9\n"
	      "    ip-limit       9  (from an IP address beyond the port's max-ip)\n");
	ctl_run_policy = "none";
	check("port show 12 2",
	      "port 2 of hub sehub12\n"
	      "  name             alice\n"
	      "  kind             device\n"
	      "  state            up\n"
	      "  macs             0\n"
	      "  ips              4\n"
	      "  policy           none\n"
	      "  in               0 frames, 0 B\n"
	      "  out              0 frames, 0 B\n"
	      "  dropped          9\n"
	      "    ip-limit       9  (from an IP address beyond the port's max-ip)\n");
	check("port list 12",
	      "HUB  PORT  NAME   KIND    STATE  MACS  IPS   IN  OUT  DROPPED\n"
	      "lo      2  alice  device  up        0    4  0 B  0 B        9\n");
}

static void test_port_json(void **state)
{
	(void)state;
	ctl_run_policy = "none";
	assert_int_equal(ctl_run("port show 12 2 --json"), CTL_OK);
	assert_string_equal(json_at("policy", NULL),
			    "{\"words\":\"none\",\"deny\":false,\"no_resume\":false,\"dhcp_force\":false,\"no_ip_dup\":false,\"no_mac_dup\":false,\"no_broadcast\":false,\"no_broadcast_arp\":false,\"no_broadcast_nd\":false,\"no_broadcast_dhcp\":false,\"no_dhcp_server\":false,\"filter_dhcp\":false,\"no_ra\":false,\"max_mac\":0,\"max_ip\":0,\"isolation\":0,\"rate_up\":0,\"burst_up\":0,\"rate_down\":0,\"burst_down\":0,\"broadcast_rate\":0,\"deny_type\":[],\"identity\":0}");
	assert_string_equal(json_at("ip_count", NULL), "4");
	assert_string_equal(json_at("drops", "ip_limit"), "9");

	ctl_run_policy = "no-broadcast=nd,max-mac=3,isolation=7,rate-up=10mbit/64k,deny-type=arp+0x1234,identity=18446744073709551615";
	assert_int_equal(ctl_run("port list 12 --json"), CTL_OK);
	assert_string_equal(json_at("policy", "no_broadcast"), "true");
	assert_string_equal(json_at("policy", "no_broadcast_arp"), "false");
	assert_string_equal(json_at("policy", "no_broadcast_nd"), "true");
	assert_string_equal(json_at("policy", "max_mac"), "3");
	assert_string_equal(json_at("policy", "isolation"), "7");
	assert_string_equal(json_at("policy", "rate_up"), "1250000");
	assert_string_equal(json_at("policy", "burst_up"), "65536");
	assert_string_equal(json_at("policy", "deny_type"),
			    "[\"0x0806\",\"0x1234\"]");
	assert_string_equal(json_at("policy", "identity"),
			    "18446744073709551615");
	assert_string_equal(json_at("policy", "words"),
			    "\"max-mac=3,no-broadcast=nd,isolation=7,rate-up=10mbit/64k,deny-type=arp+0x1234,identity=18446744073709551615\"");
}

static void test_port_set(void **state)
{
	static const char *const lines[] = {
		"port set 12 alice policy no-ra,max-mac=2",
		"port set 12 alice --policy no-ra,max-mac=2",
		"port set --vlan 12 --policy=max-mac=2,no-ra alice",
	};
	struct sehub_port port;
	char text[SEHUB_POLICY_STRLEN];

	(void)state;
	ctl_run_policy = "none";
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct nlmsghdr *nlh;

		assert_int_equal(ctl_run(lines[i]), CTL_OK);
		nlh = ctl_run_request();
		assert_int_equal(sehub_msg_cmd(nlh), SEHUB_CMD_PORT_SET);
		assert_int_equal(sehub_msg_get_port(nlh, &port), 0);
		assert_string_equal(sehub_policy_format(&port.policy, text),
				    "max-mac=2,no-ra");
	}
	/* mistakes never reach the kernel */
	assert_int_equal(ctl_run("port set 12 alice policy no-ra,"), CTL_USAGE);
	assert_int_equal(ctl_run_n_requests, 0);
	assert_int_equal(ctl_run("port set 12 alice policy no-ra fdb-max 3"),
			 CTL_USAGE);
	assert_int_equal(ctl_run_n_requests, 0);
}

static void test_ip_list(void **state)
{
	(void)state;
	ctl_run_policy = "none";
	check("ip list",
	      "HUB  ADDRESS      MAC                PORT  NAME   SOURCE    LEASE  IDLE\n"
	      "lo   192.0.2.7    02:00:00:00:00:07     2  alice  dhcp      1h 1m    1s\n"
	      "lo   192.0.2.8    02:00:00:00:00:07     2  alice  dhcp    forever    1s\n"
	      "lo   2001:db8::1  02:00:00:00:00:07     2  alice  nd            -    1s\n");
	assert_int_equal(ctl_run("ip list 12 --json"), CTL_OK);
	assert_string_equal(json_at("address", NULL), "\"192.0.2.7\"");
	assert_string_equal(json_at("mac", NULL), "\"02:00:00:00:00:07\"");
	assert_string_equal(json_at("port", NULL), "2");
	assert_string_equal(json_at("port_name", NULL), "\"alice\"");
	assert_string_equal(json_at("source", NULL), "\"dhcp\"");
	assert_string_equal(json_at("lease_left", NULL), "3700");
	assert_string_equal(json_at("idle", NULL), "1500");
	assert_string_equal(json_at("vlan", NULL), "12");
}

static void check_ip_filter(const char *line, int cmd, bool has_port,
			    bool has_mac, bool has_prefix)
{
	struct nlattr *tb[SEHUB_A_MAX + 1];
	struct nlattr *ip[SEHUB_A_IP_MAX + 1] = { NULL };
	struct nlmsghdr *nlh;

	assert_int_equal(ctl_run(line), CTL_OK);
	nlh = ctl_run_request();
	assert_int_equal(sehub_msg_cmd(nlh), cmd);
	nlmsg_parse(nlh, GENL_HDRLEN, tb, SEHUB_A_MAX, NULL);
	if (tb[SEHUB_A_IP])
		nla_parse_nested(ip, SEHUB_A_IP_MAX, tb[SEHUB_A_IP], NULL);
	assert_int_equal(!!ip[SEHUB_A_IP_PORT], has_port);
	assert_int_equal(!!ip[SEHUB_A_IP_MAC], has_mac);
	assert_int_equal(!!ip[SEHUB_A_IP_ADDRESS], has_prefix);
}

static void test_ip_filters(void **state)
{
	(void)state;
	ctl_run_policy = "none";
	check_ip_filter("ip list 12 --port alice", SEHUB_CMD_IP_GET, true,
			false, false);
	check_ip_filter("ip list --mac 02:00:00:00:00:01", SEHUB_CMD_IP_GET,
			false, true, false);
	check_ip_filter("ip list --prefix 192.0.2.0/24", SEHUB_CMD_IP_GET,
			false, false, true);
	check_ip_filter("ip flush 12", SEHUB_CMD_IP_FLUSH, false, false, false);
	check_ip_filter("ip flush 12 port 2 mac 02-00-00-00-00-01 prefix ::/0",
			SEHUB_CMD_IP_FLUSH, true, true, true);
	assert_int_equal(ctl_run("ip flush"), CTL_USAGE);
	assert_int_equal(ctl_run("ip list --port alice"), CTL_USAGE);
	assert_int_equal(ctl_run("ip list 12 --prefix 192.0.2.0/33"), CTL_USAGE);
	assert_int_equal(ctl_run("ip flush 12 --mac 02:00"), CTL_USAGE);
	assert_int_equal(ctl_run_n_requests, 0);
}

static void test_hub_show(void **state)
{
	(void)state;
	check("hub show 12",
	      "hub sehub12\n"
	      "  vlan             12\n"
	      "  state            up\n"
	      "  mac              00:00:00:00:00:00\n"
	      "  id               fedcba9876543210\n"
	      "  ageing           300 s\n"
	      "  ports            2 of 16384\n"
	      "  macs             3 of 65536\n"
	      "  moved macs       0\n"
	      "  not learned      0\n"
	      "  ips              4 of 1000\n"
	      "  ip ageing        60 s\n"
	      "  ips not learned  5\n"
	      "  suppress         on, 6 requests answered\n"
	      "  broadcast rate   700 frames/s\n"
	      "  packet log       udp=headers,blocked=whole, 8 frames so far\n"
	      "  in               0 frames, 0 B\n"
	      "  out              0 frames, 0 B\n"
	      "  dropped          0\n");
	/* without a daemon nobody knows what is saved */
	check("hub list --socket /nonexistent/sock",
	      "VLAN  DEVICE   STATE  PORTS  MACS  IPS   IN  OUT  DROPPED  SAVED\n"
	      "  12  sehub12  up         2     3    4  0 B  0 B        0  ?\n");
	assert_int_equal(ctl_run("hub show 12 --json"), CTL_OK);
	assert_string_equal(json_at("ip_ageing", NULL), "60");
	assert_string_equal(json_at("ip_max", NULL), "1000");
	assert_string_equal(json_at("ip_count", NULL), "4");
	assert_string_equal(json_at("ip_not_learned", NULL), "5");
	assert_string_equal(json_at("suppress", NULL), "true");
	assert_string_equal(json_at("suppressed", NULL), "6");
	assert_string_equal(json_at("broadcast_rate", NULL), "700");
	assert_string_equal(json_at("log_headers", NULL), "[\"udp\"]");
	assert_string_equal(json_at("log_whole", NULL), "[\"blocked\"]");
	assert_string_equal(json_at("log_count", NULL), "8");
	assert_string_equal(json_at("id", NULL), "\"fedcba9876543210\"");
}

/* The last request's settings of a hub. */
static void get_settings(struct nlattr **data)
{
	struct nlattr *info[IFLA_INFO_MAX + 1];
	struct nlattr *link;

	link = nlmsg_find_attr(ctl_run_request(),
			       sizeof(struct ifinfomsg), IFLA_LINKINFO);
	assert_non_null(link);
	nla_parse_nested(info, IFLA_INFO_MAX, link, NULL);
	nla_parse_nested(data, IFLA_SEHUB_MAX, info[IFLA_INFO_DATA], NULL);
}

static void test_hub_set(void **state)
{
	struct nlattr *data[IFLA_SEHUB_MAX + 1];

	(void)state;
	/* udp=headers,blocked=whole is what the hub has */
	assert_int_equal(ctl_run("hub set 12 log arp=whole,blocked=off"), CTL_OK);
	get_settings(data);
	assert_int_equal(nla_get_u32(data[IFLA_SEHUB_LOG_HEADERS]),
			 SEHUB_PACKET_CLASS_UDP);
	assert_int_equal(nla_get_u32(data[IFLA_SEHUB_LOG_WHOLE]),
			 SEHUB_PACKET_CLASS_ARP);
	assert_null(data[IFLA_SEHUB_SUPPRESS]);
	assert_null(data[IFLA_SEHUB_IP_MAX]);

	assert_int_equal(ctl_run("hub set 12 --suppress off --ip-ageing 5m --ip-max 0 --broadcast-rate 9"),
			 CTL_OK);
	get_settings(data);
	assert_int_equal(nla_get_u8(data[IFLA_SEHUB_SUPPRESS]), 0);
	assert_int_equal(nla_get_u32(data[IFLA_SEHUB_IP_AGEING]), 300);
	assert_int_equal(nla_get_u32(data[IFLA_SEHUB_IP_MAX]), 0);
	assert_int_equal(nla_get_u32(data[IFLA_SEHUB_BROADCAST_RATE]), 9);
	assert_null(data[IFLA_SEHUB_LOG_HEADERS]);
	assert_null(data[IFLA_SEHUB_AGEING]);

	/* a new one begins without any */
	assert_int_equal(ctl_run("hub add --vlan 12 --log arp=whole"), CTL_OK);
	get_settings(data);
	assert_int_equal(nla_get_u32(data[IFLA_SEHUB_LOG_HEADERS]), 0);
	assert_int_equal(nla_get_u32(data[IFLA_SEHUB_LOG_WHOLE]),
			 SEHUB_PACKET_CLASS_ARP);

	assert_int_equal(ctl_run("hub set 12 --log arp"), CTL_USAGE);
	assert_int_equal(ctl_run("hub set 12 --suppress 2"), CTL_USAGE);
	assert_int_equal(ctl_run("hub set 12 --ip-ageing 0"), CTL_USAGE);
	assert_int_equal(ctl_run_n_requests, 0);
}

/* Before anybody is asked for a password. */
static void test_connection_words(void **state)
{
	static const char *const words[] = {
		"--via ftp://proxy:21", "--via https://proxy:3128",
		"--via http://u:secret@proxy:3128", "--via http://proxy",
		"--via http://proxy:3128 --via-password-file /dev/null",
		"--via socks4://u@proxy --via-password-file /dev/null",
		"--via env --via-password-file /dev/null",
		"--via-password-file /dev/null",
		"--source=", "--source fe80::1%eth0", "--source a/b",
		"--source 192.0.2.256/24", "--grace -1s", "--grace 25h",
		"--anonymous", "--cert /dev/null", "--key /dev/null",
		"--cert /dev/null --key /dev/null --password-fd 0",
	};
	char line[256];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(line, sizeof(line),
			 "connection add x --server h --vlan 1 --user u %s",
			 words[i]);
		if (ctl_run(line) != CTL_USAGE)
			fail_msg("%s", line);
		assert_int_equal(ctl_run_n_requests, 0);
	}
	/* nobody has neither a name nor a certificate */
	assert_int_equal(ctl_run("connection add x --server h --vlan 1"),
			 CTL_USAGE);
	assert_int_equal(ctl_run("connection add x --server h --vlan 1 --anonymous --cert /dev/null"),
			 CTL_USAGE);
	assert_int_equal(ctl_run("connection add x --server h --vlan 1 --anonymous --password-fd 0"),
			 CTL_USAGE);
	/* the words are right, the files are not */
	assert_int_equal(ctl_run("connection add x --server h --vlan 1 --user u --cert /no/such.pem --key /dev/null"),
			 CTL_FAILED);
	assert_int_equal(ctl_run("connection add x --server h --vlan 1 --user u --cert /dev/null --key /dev/null"),
			 CTL_FAILED);
	assert_int_equal(ctl_run("connection add x --server h --vlan 1 --user u --cert /dev/zero --key /dev/null"),
			 CTL_FAILED);
	assert_int_equal(ctl_run("connection add x --server h --vlan 1 --user u --cert / --key /dev/null"),
			 CTL_FAILED);
	/* the device's name and its kind are not the same */
	assert_int_equal(ctl_run("connection up x --device eth0"), CTL_USAGE);
	assert_int_equal(ctl_run("connection up x --device="), CTL_USAGE);
}

static void test_user_words(void **state)
{
	static const char *const words[] = {
		"user add anonymous --vlan 1 --anonymous --password-fd 0",
		"user add anonymous --vlan 1 --anonymous --cert /dev/null",
		"user add x --vlan 1 --cert SHA256:00",
		"user add x --vlan 1 --cert /dev/null,",
		"user set x --vlan 1 --cert ,SHA256:00",
		"user set x --vlan 1 --cert=",
		"user set x --vlan 1 --anonymous",
		"user passwd x --vlan 1 --no-password",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		int want = strstr(words[i], "null,") ? CTL_FAILED : CTL_USAGE;

		if (ctl_run(words[i]) != want)
			fail_msg("%s", words[i]);
	}
	assert_int_equal(ctl_run("user add x --vlan 1 --cert /no/such.pem"),
			 CTL_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_port_show, ctl_run_forget),
		cmocka_unit_test_teardown(test_port_json, ctl_run_forget),
		cmocka_unit_test_teardown(test_port_set, ctl_run_forget),
		cmocka_unit_test_teardown(test_ip_list, ctl_run_forget),
		cmocka_unit_test_teardown(test_ip_filters, ctl_run_forget),
		cmocka_unit_test_teardown(test_hub_show, ctl_run_forget),
		cmocka_unit_test_teardown(test_hub_set, ctl_run_forget),
		cmocka_unit_test_teardown(test_connection_words, ctl_run_forget),
		cmocka_unit_test_teardown(test_user_words, ctl_run_forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
