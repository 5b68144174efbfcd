// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console's menus for sessions, protocols and logs: what each entry asks of
 * the daemon, word for word, and what it shows of the answer. The methods are
 * played.
 *
 * links: transportd/console.c transportd/console_client.c
 * links: transportd/console_session.c transportd/console_login.c
 * links: transportd/console_main.c transportd/console_users.c
 * links: transportd/console_edit.c transportd/console_sessions.c
 * links: transportd/console_protocols.c transportd/console_logs.c
 * links: transportd/console_term.c transportd/console_line.c
 * links: transportd/console_text.c transportd/ratelimit.c
 * links: transportd/config.c transportd/config_value.c
 * links: transportd/control.c transportd/control_client.c
 * links: transportd/control_dispatch.c transportd/control_call.c
 * links: transportd/control_local.c transportd/control_interface.c
 * links: transportd/control_admin.c transportd/control_user.c
 * links: transportd/control_user_login.c transportd/auth_text.c
 * links: transportd/cert_pem.c transportd/store.c transportd/store_file.c transportd/store_schema.c
 * links: transportd/store_user.c transportd/store_admin.c
 * links: transportd/store_connection.c transportd/store_check.c
 * links: transportd/auth.c transportd/card.c transportd/log.c
 * links: lib/via.c lib/addr.c lib/text.c lib/log_words.c lib/names.c
 * links: lib/access.c lib/policy.c lib/ethertype.c lib/rate.c lib/err.c
 * links: tests/control_run.c tests/store_place.c tests/console_run.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "console_run.h"

static int fd;

static int setup_menu(void **state)
{
	if (console_setup(state))
		return -1;
	fd = console_enter_as_admin();
	return 0;
}

static int teardown_menu(void **state)
{
	close(fd);
	return console_teardown(state);
}

/* --- sessions --- */

#define ALICE	"{\"session\":\"a1b2\",\"vlan\":12,\"user\":\"alice\","	\
		"\"state\":\"connected\",\"address\":\"192.0.2.1\","		\
		"\"since\":1000}"
#define BOB	"{\"session\":\"c3d4\",\"vlan\":13,\"user\":\"b\\u001bob\","	\
		"\"state\":\"detached\",\"since\":1000}"

static void test_session_list(void **state)
{
	(void)state;
	play("SessionList", "{\"sessions\":[" ALICE "," BOB "]}");
	talk(fd, "2\n", "Session management: ");
	say(fd, "1\n\n");
	expect_text(fd, " 1  a1b2      12  alice  connected  192.0.2.1");
	expect_text(fd, " 2  c3d4      13  b?ob   detached   -");
	expect_call("SessionList", "{}");
	say(fd, "1\n13\n");
	await_calls("SessionList", 2);
	expect_call("SessionList", "{\"vlan\":13}");
	play("SessionList", "{\"sessions\":[]}");
	talk(fd, "1\n\n", "There is no session.");
	talk(fd, "3\n", "There is no session.");
	expect_text(fd, "Session management: ");
}

static void test_session_show(void **state)
{
	(void)state;
	play("SessionList", "{\"sessions\":[" ALICE "," BOB "]}");
	play("SessionShow", "{\"session\":\"c3d4\",\"vlan\":13,\"user\":\"bob\","
	     "\"state\":\"detached\",\"rx_frames\":5,\"rx_bytes\":2048,"
	     "\"tx_frames\":6,\"tx_bytes\":0,\"cipher\":\"X\",\"resumes\":3}");
	talk(fd, "2\n2\n", "Number or name of the session");
	talk(fd, "2\n", "From the client       5 frames, 2.0 KiB");
	expect_call("SessionShow", "{\"session\":\"c3d4\"}");
	say(fd, "2\nother\n");
	await_calls("SessionShow", 2);
	expect_call("SessionShow", "{\"session\":\"other\"}");
	/* a number that is not in the list is a name */
	say(fd, "2\n3\n");
	await_calls("SessionShow", 3);
	expect_call("SessionShow", "{\"session\":\"3\"}");
}

static void test_session_disconnect(void **state)
{
	(void)state;
	play("SessionList", "{\"sessions\":[" ALICE "]}");
	play("SessionShow", ALICE);
	play("SessionDisconnect", "{}");
	talk(fd, "2\n3\n1\n", "End the session of user alice at hub 12?");
	talk(fd, "no\n", "Nothing was changed.");
	talk(fd, "3\n1\n", "Type yes to go on: ");
	talk(fd, "\n", "Nothing was changed.");
	assert_int_equal(calls_of("SessionDisconnect"), 0);
	talk(fd, "3\n1\nyes\n", "Done.");
	expect_call("SessionDisconnect", "{\"session\":\"a1b2\"}");
	play("SessionDisconnect", "!there is no session \"a1b2\"");
	talk(fd, "3\n1\ny\n", "Refused: there is no session \"a1b2\"");
	expect_text(fd, "Session management: ");
}

static void test_mac_addresses(void **state)
{
	(void)state;
	play("MacList", "{\"macs\":[{\"mac\":\"02:00:00:00:00:01\","
	     "\"kind\":\"learned\",\"port\":3,\"session\":\"a1b2\","
	     "\"idle_ms\":61000}],\"complete\":true}");
	talk(fd, "2\n4\n", "Hub: ");
	talk(fd, "\n", "from 1 to 4094");
	talk(fd, "12\n", "Session (Enter: all of the hub): ");
	say(fd, "\n");
	expect_text(fd, "02:00:00:00:00:01  learned     3  a1b2     1m 1s");
	expect_call("MacList", "{\"vlan\":12}");
	say(fd, "4\n12\na1b2\n");
	await_calls("MacList", 2);
	expect_call("MacList", "{\"vlan\":12,\"session\":\"a1b2\"}");
	play("MacList", "{\"macs\":[],\"complete\":false}");
	talk(fd, "4\n12\n\n", "There is no entry.");
	expect_text(fd, "There are more");
}

static void test_ip_addresses(void **state)
{
	(void)state;
	play("IpList", "{\"ips\":[{\"ip\":\"2001:db8::1\","
	     "\"mac\":\"02:00:00:00:00:01\",\"kind\":\"nd\",\"port\":3,"
	     "\"session\":null,\"idle_ms\":0}],\"complete\":true}");
	talk(fd, "2\n5\n12\n\n",
	     "2001:db8::1  02:00:00:00:00:01  nd       3  -          0s");
	expect_call("IpList", "{\"vlan\":12}");
	play("IpList", "!the hub is a Linux bridge");
	talk(fd, "5\n12\n\n", "Refused: the hub is a Linux bridge");
	expect_text(fd, "Session management: ");
}

static void test_long_lists_come_in_pages(void **state)
{
	static char list[64 * 1024] = "{\"sessions\":[" ALICE;

	(void)state;
	for (int i = 0; i < 99; i++)
		strcat(list, "," ALICE);
	strcat(list, "]}");
	play("SessionList", list);
	talk(fd, "2\n1\n\n", " 22  a1b2");
	expect_without(fd, "-- more: Enter; enough: q --", " 23  a1b2");
	talk(fd, "\n", " 45  a1b2");
	expect_text(fd, "enough: q --");
	say(fd, "q\n");
	expect_without(fd, "Session management: ", "a1b2");
}

/* --- protocols --- */

#define LISTENERS "{\"listeners\":["						\
	"{\"address\":\"0.0.0.0\",\"port\":7777,\"protocol\":\"direct\","	\
	"\"enabled\":true,\"state\":\"listening\",\"source\":\"config\","	\
	"\"accepted\":9,\"refused\":1,\"logins\":8,\"sessions\":2},"		\
	"{\"address\":\"::\",\"port\":443,\"protocol\":\"proxy\","		\
	"\"enabled\":true,\"state\":\"failed\",\"source\":\"state\","		\
	"\"error\":\"in use\",\"accepted\":0,\"refused\":0,\"logins\":0,"	\
	"\"sessions\":0}]}"

static void test_protocol_list(void **state)
{
	(void)state;
	play("ListenerList", LISTENERS);
	say(fd, "3\n");
	expect_text(fd, " 0  Direct TCP/IP connection\r\n"
		    "   1  Connection via HTTP proxy\r\n   9  Back\r\n");
	talk(fd, "0\n", "Direct TCP/IP connection: ");
	talk(fd, "1\n", " 1  0.0.0.0  7777  listening         9        1       8         2");
	expect_without(fd, "Direct TCP/IP connection: ", "443");
	talk(fd, "9\n1\n", "Connection via HTTP proxy: ");
	talk(fd, "1\n", " 1  ::        443  failed");
	expect_text(fd, "  1: in use");
	expect_call("ListenerList", "{}");
	play("ListenerList", "{\"listeners\":[]}");
	talk(fd, "1\n", "There is no listener");
}

static void test_protocol_on_and_off(void **state)
{
	(void)state;
	play("ListenerList", LISTENERS);
	play("ListenerSet", "{}");
	talk(fd, "3\n0\n2\n", "Number (Enter: none): ");
	talk(fd, "2\n", "There is no such number.");
	talk(fd, "1\n", "Done.");
	expect_call("ListenerSet",
		    "{\"address\":\"0.0.0.0\",\"port\":7777,\"enabled\":true}");
	talk(fd, "3\n1\n", "Nobody will be able");
	talk(fd, "no\n", "Nothing was changed.");
	assert_int_equal(calls_of("ListenerSet"), 1);
	talk(fd, "3\n1\nyes\n", "Done.");
	expect_call("ListenerSet",
		    "{\"address\":\"0.0.0.0\",\"port\":7777,\"enabled\":false}");
	/* none is chosen */
	talk(fd, "2\n\n", "Direct TCP/IP connection: ");
	assert_int_equal(calls_of("ListenerSet"), 2);
}

static void test_protocol_port(void **state)
{
	(void)state;
	play("ListenerList", LISTENERS);
	play("ListenerAdd", "!cannot listen on port 1");
	play("ListenerSet", "{}");
	play("ListenerDel", "{}");
	talk(fd, "3\n0\n4\n1\n", "New port: ");
	talk(fd, "0\n", "from 1 to 65535");
	talk(fd, "1\n", "Clients that know the present port");
	talk(fd, "yes\n", "Refused: cannot listen on port 1");
	/* the old one is left alone */
	assert_int_equal(calls_of("ListenerSet") + calls_of("ListenerDel"), 0);
	play("ListenerAdd", "{}");
	talk(fd, "4\n1\n8443\nyes\n", "Done.");
	expect_call("ListenerAdd",
		    "{\"address\":\"0.0.0.0\",\"port\":8443,\"protocol\":\"direct\"}");
	/* one of the file can be switched off alone */
	expect_call("ListenerSet",
		    "{\"address\":\"0.0.0.0\",\"port\":7777,\"enabled\":false}");
	talk(fd, "9\n1\n4\n1\n8443\nyes\n", "Done.");
	expect_call("ListenerDel", "{\"address\":\"::\",\"port\":443}");
}

static void test_protocol_add_and_delete(void **state)
{
	(void)state;
	play("ListenerList", LISTENERS);
	play("ListenerAdd", "{}");
	play("ListenerDel", "!that one is in the configuration file");
	talk(fd, "3\n1\n5\n", "Address (Enter: 0.0.0.0): ");
	talk(fd, "hub.example\n", "An address is");
	talk(fd, "2001:db8::1\n", "Port: ");
	talk(fd, "70000\n", "from 1 to 65535");
	talk(fd, "8080\n", "Done.");
	expect_call("ListenerAdd",
		    "{\"address\":\"2001:db8::1\",\"port\":8080,\"protocol\":\"proxy\"}");
	talk(fd, "6\n1\n", "Type yes to go on: ");
	talk(fd, "yes\n", "Refused: that one is in the configuration file");
	expect_call("ListenerDel", "{\"address\":\"::\",\"port\":443}");
}

static void test_protocol_certificate(void **state)
{
	(void)state;
	play("Status", "{\"fingerprint\":\"SHA256:abcd\"}");
	talk(fd, "3\n0\n7\n", "Certificate           SHA256:abcd");
}

/* --- logs --- */

#define LOGS	"{\"directory\":\"/var/log/sehub\",\"rotate\":\"daily\","	\
		"\"max_bytes\":1048576,\"keep\":30,\"compress\":true,"		\
		"\"system\":true,\"administration\":false,\"access\":true,"	\
		"\"files\":[{\"name\":\"system\",\"path\":\"/x\",\"size\":2048,"	\
		"\"lines\":20,\"lost\":0,\"state\":\"open\"}]}"
#define PACKETS	"{\"vlan\":12,\"packets\":\"tcp-conn=headers,dhcp=whole\"}"

static void test_log_state(void **state)
{
	(void)state;
	play("LogShow", LOGS);
	say(fd, "5\n");
	expect_text(fd, " 0  State\r\n   1  Log file setting\r\n"
		    "   2  What to save\r\n   9  Back\r\n");
	talk(fd, "0\n", "Files are switched    Daily");
	expect_text(fd, "Largest file          1.0 MiB");
	expect_text(fd, "Administration log    off");
	expect_text(fd, "system    -  open   2.0 KiB     20     0");
	play("LogShow", "!no log");
	talk(fd, "0\n", "Refused: no log");
}

static void test_log_switching(void **state)
{
	static const char *const words[] = {
		"never", "monthly", "daily", "hourly", "minute", "second",
	};
	char key[] = "1\n", params[64];

	(void)state;
	play("LogSet", "{}");
	say(fd, "5\n1\n");
	expect_text(fd, " 1  Never\r\n   2  Monthly\r\n   3  Daily\r\n"
		    "   4  Hourly\r\n   5  Every minute\r\n"
		    "   6  Every second\r\n   9  Back\r\n");
	for (unsigned int i = 0; i < 6; i++) {
		key[0] = (char)('1' + i);
		talk(fd, key, "Done.");
		snprintf(params, sizeof(params), "{\"rotate\":\"%s\"}",
			 words[i]);
		expect_call("LogSet", params);
	}
	talk(fd, "9\n", "Log management: ");
}

static void test_logs_of_the_server(void **state)
{
	(void)state;
	play("LogShow", LOGS);
	play("LogSet", "{}");
	talk(fd, "5\n2\n", "Hub (Enter: the server's logs alone): ");
	say(fd, "\n");
	expect_text(fd, "   1  System log              on");
	expect_without(fd, "Log to change", "packet log");
	talk(fd, "2\n", "Done.");
	expect_call("LogSet", "{\"administration\":true}");
	talk(fd, "1\n", "will not be in that log");
	talk(fd, "no\n", "Nothing was changed.");
	expect_text(fd, "Log to change");
	assert_int_equal(calls_of("LogSet"), 1);
	talk(fd, "3\nyes\n", "Done.");
	expect_call("LogSet", "{\"access\":false}");
	talk(fd, "4\n", "There is no such number.");
	talk(fd, "\n", "Log management: ");
}

static void test_logs_of_a_hub(void **state)
{
	static const char *const words[] = {
		"tcp-conn", "tcp-data", "dhcp", "udp", "icmp", "arp", "ip",
		"ethernet", "blocked",
	};
	char typed[16], params[96];

	(void)state;
	play("LogShow", LOGS);
	play("LogHubShow", PACKETS);
	play("LogHubSet", "{}");
	talk(fd, "5\n2\n4095\n", "from 1 to 4094");
	say(fd, "12\n");
	expect_text(fd, "Hub 12\r\n   4  TCP connection log      headers");
	expect_text(fd, "   6  DHCP packet log         whole packets");
	expect_text(fd, "  12  Blocked packet log      off");
	expect_call("LogHubShow", "{\"vlan\":12}");
	for (unsigned int i = 0; i < 9; i++) {
		snprintf(typed, sizeof(typed), "%u\n%u\n", 4 + i, 1 + i % 3);
		talk(fd, typed, "Done.");
		expect_text(fd, "Log to change");
		snprintf(params, sizeof(params),
			 "{\"vlan\":12,\"packets\":\"%s=%s\"}", words[i],
			 i % 3 == 0 ? "off" : i % 3 == 1 ? "headers" : "whole");
		expect_call("LogHubSet", params);
	}
	talk(fd, "13\n", "There is no such number.");
	play("LogHubSet", "!there is no hub 12");
	talk(fd, "4\n9\n", "1 off, 2 headers, 3 whole packets: ");
	talk(fd, "1\n", "Refused: there is no hub 12");
	talk(fd, "\n", "Log management: ");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup_menu, teardown_menu)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_session_list),
		TEST(test_session_show),
		TEST(test_session_disconnect),
		TEST(test_mac_addresses),
		TEST(test_ip_addresses),
		TEST(test_long_lists_come_in_pages),
		TEST(test_protocol_list),
		TEST(test_protocol_on_and_off),
		TEST(test_protocol_port),
		TEST(test_protocol_add_and_delete),
		TEST(test_protocol_certificate),
		TEST(test_log_state),
		TEST(test_log_switching),
		TEST(test_logs_of_the_server),
		TEST(test_logs_of_a_hub),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
