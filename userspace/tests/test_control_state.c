// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Export and Import over the control socket: what one daemon has another one
 * gets, whole or not at all; what is wrong is named.
 *
 * links: transportd/control_state.c transportd/control_export.c
 * links: transportd/control_import.c transportd/control_import_logs.c
 * links: transportd/control_log_params.c transportd/control_hub_params.c
 * links: transportd/store_admin.c transportd/store_logs.c
 * links: transportd/rotate.c lib/log_words.c lib/names.c
 * links: transportd/store_hub.c transportd/control_user.c
 * links: transportd/control_user_login.c transportd/auth_text.c
 * links: transportd/control_connection_params.c transportd/listen_params.c
 * links: transportd/control.c transportd/control_client.c
 * links: transportd/control_dispatch.c transportd/control_call.c transportd/control_local.c
 * links: transportd/control_interface.c transportd/cert.c transportd/cert_pem.c
 * links: transportd/store.c transportd/store_file.c transportd/store_schema.c transportd/store_user.c
 * links: transportd/store_connection.c transportd/store_listener.c
 * links: transportd/store_check.c transportd/auth.c transportd/card.c
 * links: transportd/log.c transportd/proto.c lib/via.c lib/addr.c lib/access.c
 * links: lib/policy.c lib/ethertype.c lib/rate.c lib/err.c tests/pem.c
 * links: tests/control_run.c tests/state_run.c tests/store_place.c
 */
#include <errno.h>
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
#include "state_run.h"
#include "store_place.h"

static void test_there_and_back(void **state)
{
	struct store_connection c, copy;
	struct store_user user, copied;
	struct json_object *document, *again;
	uint8_t secret[AUTH_SECRET_LEN], other[AUTH_SECRET_LEN];
	const char *text;

	(void)state;
	fill();
	must(store_user_get(store, 4094, "all'; DROP TABLE users; --", &user,
			    &error));
	must(store_connection_get(store, "office", &c, &error));
	must(store_secret(store, secret, &error));
	document = export();
	text = json_object_to_json_string_ext(document,
					      JSON_C_TO_STRING_PLAIN |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
	go_elsewhere();
	import_good(text, false,
		    "{\"users\":2,\"connections\":2,\"hubs\":1,\"listeners\":2,\"packet_logs\":2}");
	assert_string_equal(changes, "packets of 12 by me;packets of 4094 by me;logs by me;admin by me;hubs;listeners;");
	again = export();
	assert_true(json_object_equal(document, again));
	json_object_put(again);
	json_object_put(document);

	must(store_user_get(store, user.vlan, user.name, &copied, &error));
	assert_int_equal(copied.created, user.created);
	assert_true(copied.last_login > 0);
	/* the copy is another client, and another installation */
	must(store_connection_get(store, "office", &copy, &error));
	assert_memory_not_equal(copy.client_id, c.client_id,
				sizeof(c.client_id));
	assert_false(copy.up);
	must(store_secret(store, other, &error));
	assert_memory_not_equal(other, secret, sizeof(secret));
}

/* One whose certificate was taken down trusts that one, and no other. */
static void test_trust_on_first_use(void **state)
{
	struct store_connection c = connection("first", "f0");
	struct json_object *document, *list;

	(void)state;
	c.tofu = true;
	must(store_connection_add(store, &c, &error));
	must(store_connection_set_pin(store, "first", FINGERPRINT, &error));
	document = export();
	list = json_object_object_get(document, "connections");
	assert_false(bool_of(json_object_array_get_idx(list, 0), "tofu"));
	go_elsewhere();
	import_good(json_object_to_json_string(document), false,
		    "{\"users\":0,\"connections\":1,\"hubs\":0,\"listeners\":0,\"packet_logs\":0}");
	must(store_connection_get(store, "first", &c, &error));
	assert_string_equal(c.pin, FINGERPRINT);
	json_object_put(document);
}

#define USER(name, more) \
	"{\"vlan\":12,\"user\":\"" name "\",\"verifier\":\"" VERIFIER "\"" \
	more "}"
#define CONNECTION(name, more) \
	"{\"name\":\"" name "\",\"server\":\"h\",\"vlan\":1,\"user\":\"u\"" \
	more "}"
#define LISTENER(address, more) \
	"{\"address\":\"" address "\",\"port\":1" more "}"
#define HUB(vlan, device, ports, macs) \
	"{\"vlan\":" vlan ",\"device\":\"" device "\",\"up\":true," \
	"\"ageing\":300,\"fdb_max\":1,\"port_max\":1,\"ip_ageing\":1," \
	"\"ip_max\":1,\"suppress\":false,\"broadcast_rate\":0," \
	"\"ports\":[" ports "],\"macs\":[" macs "]}"
#define PORT(device) "{\"device\":\"" device "\",\"policy\":\"none\"}"
#define MAC(mac, device) "{\"mac\":\"" mac "\",\"device\":\"" device "\"}"
#define DOCUMENT(key, elements) \
	"{\"version\":1,\"" key "\":[" elements "]}"

#define PACKETS(vlan) \
	"{\"vlan\":" vlan ",\"packets\":\"arp=headers\"}"
/* Of those that every server has. */
#define SETTINGS(key, members) \
	"{\"version\":1,\"" key "\":{" members "}}"

/* Each is refused for its last element, and nothing of it is kept. */
static void test_what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *document, *parameter, *text;
	} bad[] = {
		{ "{}", "state.version", "state.version is missing" },
		{ "{\"version\":2}", "state.version",
		  "state.version: 2 was written by a newer sehub-transportd, this one knows 1" },
		{ "{\"version\":\"1\"}", "state.version",
		  "state.version: has to be a whole number" },
		{ "{\"version\":1,\"user\":[]}", "state.user",
		  "state: unknown parameter \"user\"" },
		{ "{\"version\":1,\"users\":{}}", "state.users",
		  "state.users: has to be a list of objects" },
		{ DOCUMENT("users", USER("a", "") ",7"), "state.users",
		  "state.users: has to be a list of objects" },
		{ DOCUMENT("users", USER("a", "") "," USER("b", ",\"grace_ms\":-2")),
		  "users[1].grace_ms",
		  "users[1].grace_ms: -2 is outside of -1 to 86400000" },
		{ DOCUMENT("users", USER("a", "") "," USER("a", "")),
		  "users[1]",
		  "users[1]: hub 12 has a user \"a\" already" },
		{ DOCUMENT("users", "{\"vlan\":12}"), "users[0].user",
		  "users[0].user is missing" },
		{ DOCUMENT("users", USER("a", ",\"id\":1")), "users[0].id",
		  "users[0]: unknown parameter \"id\"" },
		{ DOCUMENT("users", USER("a", ",\"created\":-1")),
		  "users[0].created",
		  "users[0].created: -1 is outside of 0 to 9223372036854775807" },
		{ DOCUMENT("users", USER("a", ",\"password\":\"x\"")),
		  "users[0].verifier",
		  "users[0].verifier: give it or a password, not both" },
		{ DOCUMENT("connections", CONNECTION("x", "") ","
			   CONNECTION("y", ",\"device\":\"x\"")),
		  "connections[1]",
		  "connections[1]: another connection uses the device \"x\" already: name one with device" },
		{ DOCUMENT("connections", CONNECTION("x", ",\"card\":\"pci\"")),
		  "connections[0].card",
		  "connections[0].card: has to be auto, hub or tap" },
		{ DOCUMENT("connections", CONNECTION("x", ",\"client_id\":\"1\"")),
		  "connections[0].client_id",
		  "connections[0]: unknown parameter \"client_id\"" },
		{ DOCUMENT("connections", CONNECTION("x", ",\"ca\":\"/no/such\"")),
		  "connections[0].ca",
		  "connections[0].ca: /no/such: No such file or directory" },
		{ DOCUMENT("listeners", LISTENER("::", "") ","
			   LISTENER("0::0", "")), "listeners[1]",
		  "listeners[1]: there is a listener on :: port 1 already" },
		{ DOCUMENT("listeners", LISTENER("::", ",\"source\":\"x\"")),
		  "listeners[0].source",
		  "listeners[0].source: has to be config or state" },
		{ DOCUMENT("hubs", HUB("4095", "h", "", "")), "hubs[0].vlan",
		  "hubs[0].vlan: 4095 is outside of 1 to 4094" },
		{ DOCUMENT("hubs", HUB("1", "a/b", "", "")), "hubs[0].device",
		  "hubs[0].device: the name has a character that device names may not have" },
		{ DOCUMENT("hubs", HUB("1", "h", PORT("e0") ",{}", "")),
		  "hubs[0].ports[1].device",
		  "hubs[0].ports[1].device is missing" },
		{ DOCUMENT("hubs", HUB("1", "h", PORT("e0") "," PORT("e0"), "")),
		  "hubs[0]",
		  "hubs[0]: ports: device \"e0\" is a port already, of this hub or of another one that is saved" },
		{ DOCUMENT("hubs", HUB("1", "h", PORT("e0"), "") ","
			   HUB("2", "i", PORT("e0"), "")), "hubs[1]",
		  "hubs[1]: ports: device \"e0\" is a port already, of this hub or of another one that is saved" },
		{ DOCUMENT("hubs", HUB("1", "h", "", "") "," HUB("2", "h", "", "")),
		  "hubs[1]",
		  "hubs[1]: device: another hub that is saved is called \"h\" already" },
		{ DOCUMENT("hubs", HUB("1", "h", "", "") "," HUB("1", "i", "", "")),
		  "hubs[1]", "hubs[1]: hub 1 is saved already" },
		{ DOCUMENT("hubs", HUB("1", "h", "", MAC("x", ""))),
		  "hubs[0].macs[0].mac",
		  "hubs[0].macs[0].mac: \"x\" is no MAC address" },
		{ DOCUMENT("hubs", HUB("1", "h", "", MAC("02:00:00:00:00:01", "e0"))),
		  "hubs[0]", "hubs[0]: macs: device \"e0\" is none of the ports" },
		{ DOCUMENT("hubs", HUB("1", "h", "", MAC("01:00:00:00:00:01", ""))),
		  "hubs[0]", "hubs[0]: macs: the address of a group is nobody's" },
		{ DOCUMENT("packet_logs", "{\"vlan\":1,\"packets\":\"tcp=whole\"}"),
		  "packet_logs[0].packets",
		  "packet_logs[0].packets: \"tcp\" is no class of frames: tcp-conn, tcp-data, dhcp, udp, icmp, arp, ip, ethernet, blocked, all, none" },
		{ DOCUMENT("packet_logs", PACKETS("7") ",{\"vlan\":8}"),
		  "packet_logs[1].packets",
		  "packet_logs[1].packets is missing" },
		{ DOCUMENT("packet_logs", PACKETS("4095")),
		  "packet_logs[0].vlan",
		  "packet_logs[0].vlan: 4095 is outside of 1 to 4094" },
		{ SETTINGS("logs", "\"keep\":-1"), "logs.keep",
		  "logs.keep: -1 is outside of 0 to 100000" },
		{ SETTINGS("logs", "\"keep\":1,\"rotate\":\"weekly\""),
		  "logs.rotate",
		  "logs.rotate: \"weekly\" is not never, monthly, daily, hourly, minute or second" },
		{ SETTINGS("logs", "\"tcp\":true"), "logs.tcp",
		  "logs: unknown parameter \"tcp\"" },
		{ DOCUMENT("logs", ""), "state.logs",
		  "state.logs: has to be an object" },
		{ SETTINGS("admin", "\"password\":\"pw\""), "admin.password",
		  "admin: unknown parameter \"password\"" },
		/* what comes before does not stay either */
		{ "{\"version\":1,\"packet_logs\":[" PACKETS("1")
		  "],\"logs\":{\"keep\":1},\"admin\":{\"verifier\":7}}",
		  "admin.verifier", "admin.verifier: has to be a text" },
		{ "{\"version\":1,\"users\":[" USER("a", "") "],\"connections\":["
		  CONNECTION("x", "") "],\"listeners\":[" LISTENER("::", "")
		  "],\"hub\":[]}", "state.hub",
		  "state: unknown parameter \"hub\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		expect_refusal(import(bad[i].document, false),
			       strstr(bad[i].text, "already") ?
			       CONTROL_EXISTS : CONTROL_INVALID, bad[i].text,
			       bad[i].parameter);
		expect_nothing();
	}
}

static void test_bad_verifiers(void **state)
{
	static const char *const bad[] = {
		"", "x", "SCRAM-SHA-1$15000:", "SCRAM-SHA-256$",
		"SCRAM-SHA-256$15000:AQID$AQID:AQID",
		"SCRAM-SHA-256$4095:AQIDBAUGBwgJCgsMDQ4PEA==$"
		"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=:"
		"QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=",
		"SCRAM-SHA-256$600001:AQIDBAUGBwgJCgsMDQ4PEA==$"
		"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=:"
		"QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=",
		"SCRAM-SHA-256$+15000:AQIDBAUGBwgJCgsMDQ4PEA==$"
		"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=:"
		"QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=",
		"SCRAM-SHA-256$15000:AQIDBAUGBwgJCgsMDQ4PEB==$"
		"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=:"
		"QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=",
		VERIFIER "A", VERIFIER " ", " " VERIFIER,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct json_object *answer, *params;
		char document[512];

		snprintf(document, sizeof(document),
			 DOCUMENT("users",
				  "{\"vlan\":1,\"user\":\"a\",\"verifier\":\"%s\"}"),
			 bad[i]);
		answer = import(document, false);
		params = json_object_object_get(answer, "parameters");
		assert_string_equal(text_of(params, "parameter"),
				    "users[0].verifier");
		json_object_put(answer);
		expect_nothing();
		snprintf(document, sizeof(document),
			 SETTINGS("admin", "\"verifier\":\"%s\""), bad[i]);
		answer = import(document, false);
		params = json_object_object_get(answer, "parameters");
		assert_string_equal(text_of(params, "parameter"),
				    "admin.verifier");
		json_object_put(answer);
		expect_nothing();
	}
}

static void test_what_is_there(void **state)
{
	static const char document[] = "{\"version\":1,\"users\":["
		USER("a", ",\"max_sessions\":5") "],\"connections\":["
		CONNECTION("x", ",\"device\":\"x1\"") "],\"listeners\":["
		LISTENER("::", ",\"enabled\":false") "]}";
	struct store_listener listener;
	struct store_connection c, now;
	struct store_user before, user;

	(void)state;
	import_good(DOCUMENT("users", USER("a", "")), false,
		    "{\"users\":1,\"connections\":0,\"hubs\":0,\"listeners\":0,\"packet_logs\":0}");
	import_good(DOCUMENT("connections", CONNECTION("x", "")), false,
		    "{\"users\":0,\"connections\":1,\"hubs\":0,\"listeners\":0,\"packet_logs\":0}");
	import_good(DOCUMENT("listeners", LISTENER("::", "")), false,
		    "{\"users\":0,\"connections\":0,\"hubs\":0,\"listeners\":1,\"packet_logs\":0}");
	must(store_user_get(store, 12, "a", &before, &error));
	must(store_connection_set_up(store, "x", true, &error));
	must(store_connection_get(store, "x", &c, &error));
	changes[0] = '\0';
	expect_refusal(import(document, false), CONTROL_EXISTS,
		       "users[0]: hub 12 has a user \"a\" already", "users[0]");
	assert_string_equal(changes, "");
	import_good(document, true,
		    "{\"users\":1,\"connections\":1,\"hubs\":0,\"listeners\":1,\"packet_logs\":0}");
	assert_string_equal(changes, "12/a;x;hubs;listeners;");
	/* sessions and connections that are there are still of these */
	must(store_user_get(store, 12, "a", &user, &error));
	assert_int_equal(user.id, before.id);
	assert_int_equal(user.max_sessions, 5);
	assert_int_equal(user.created, before.created);
	must(store_connection_get(store, "x", &now, &error));
	assert_int_equal(now.id, c.id);
	assert_true(now.up);
	assert_memory_equal(now.client_id, c.client_id, sizeof(c.client_id));
	assert_string_equal(now.device, "x1");
	must(store_listener_get(store, "::", 1, &listener, &error));
	assert_false(listener.is_enabled);

	/* another login is told apart; another document leaves the rest alone */
	changes[0] = '\0';
	import_good(DOCUMENT("users", "{\"vlan\":12,\"user\":\"a\",\"certs\":[\""
			     FINGERPRINT "\"]},{\"vlan\":12,\"user\":\"b\","
			     "\"password\":\"pw\"}"), true,
		    "{\"users\":2,\"connections\":0,\"hubs\":0,\"listeners\":0,\"packet_logs\":0}");
	assert_string_equal(changes, "12/a login;hubs;listeners;");
	must(store_user_get(store, 12, "a", &user, &error));
	assert_false(user.has_password);
	must(store_connection_get(store, "x", &now, &error));
}

/* A hub keeps the address of its device; a document has none. */
static void test_hub_in_its_place(void **state)
{
	struct store_hub hub;

	(void)state;
	save_hub();
	expect_refusal(import(DOCUMENT("hubs", HUB("12", "other", "", "")),
			      false), CONTROL_EXISTS,
		       "hubs[0]: hub 12 is saved already", "hubs[0]");
	import_good(DOCUMENT("hubs", HUB("12", "other", PORT("eth2"), "")), true,
		    "{\"users\":0,\"connections\":0,\"hubs\":1,\"listeners\":0,\"packet_logs\":0}");
	must(store_hub_get(store, 12, &hub, &error));
	assert_string_equal(hub.device, "other");
	assert_int_equal(hub.mac[5], 9);
	assert_int_equal(hub.n_ports, 1);
	assert_int_equal(hub.n_macs, 0);
	assert_string_equal(hub.ports[0].device, "eth2");
	store_hub_free(&hub);
	must(store_hub_del(store, 12, &error));
	assert_int_equal(store_hub_del(store, 12, &error), -ENOENT);
	assert_string_equal(error.text, "hub 12 is not saved");
	/* with all that was its own, which others can have now */
	import_good(DOCUMENT("hubs", HUB("13", "other", PORT("eth2"), "")), false,
		    "{\"users\":0,\"connections\":0,\"hubs\":1,\"listeners\":0,\"packet_logs\":0}");
}

/* A switch of the configuration's does not make away with one of the state. */
static void test_switch(void **state)
{
	struct store_listener listener;

	(void)state;
	import_good(DOCUMENT("listeners", LISTENER("::", "")), false,
		    "{\"users\":0,\"connections\":0,\"hubs\":0,\"listeners\":1,\"packet_logs\":0}");
	import_good(DOCUMENT("listeners", LISTENER("::", ",\"source\":\"config\"")),
		    true, "{\"users\":0,\"connections\":0,\"hubs\":0,\"listeners\":1,\"packet_logs\":0}");
	must(store_listener_get(store, "::", 1, &listener, &error));
	assert_true(listener.is_added);
}

static void expect_imported(const char *document, bool replace,
			    const char *told)
{
	struct json_object *reply;

	changes[0] = '\0';
	reply = expect_reply(import(document, replace));
	json_object_put(reply);
	assert_string_equal(changes, told);
}

/*
 * Settings that every server has are there to be replaced only if somebody has
 * set them; the same ones again are nothing new.
 */
static void test_settings_in_their_place(void **state)
{
	static const char logs[] = SETTINGS("logs", "\"keep\":3");
	static const char admin[] = SETTINGS("admin",
					     "\"verifier\":\"" VERIFIER "\"");
	static const char packets[] = DOCUMENT("packet_logs", PACKETS("12"));
	struct auth_verifier found;
	char words[SEHUB_LOG_STRLEN];
	struct store_logs kept;

	(void)state;
	expect_imported(logs, false, "logs by me;hubs;listeners;");
	expect_imported(logs, false, "hubs;listeners;");
	expect_imported(admin, false, "admin by me;hubs;listeners;");
	expect_imported(admin, false, "hubs;listeners;");
	expect_imported(packets, false, "packets of 12 by me;hubs;listeners;");
	expect_imported(packets, false, "hubs;listeners;");
	expect_imported(SETTINGS("admin", ""), true, "hubs;listeners;");

	must(store_admin_set(store, &verifier, &error));
	must(store_log_hub_set(store, 12, "all=whole", &error));
	expect_refusal(import(SETTINGS("logs", "\"keep\":4"), false),
		       CONTROL_EXISTS,
		       "logs: the log files have other settings of their own already",
		       "logs");
	expect_refusal(import(admin, false), CONTROL_EXISTS,
		       "admin: the administrator has another password already",
		       "admin");
	expect_refusal(import(packets, false), CONTROL_EXISTS,
		       "packet_logs[0]: the hub logs other frames already",
		       "packet_logs[0]");
	must(store_logs_get(store, &kept, &error));
	assert_int_equal(kept.rotation.keep, 3);
	must(store_admin_get(store, &found, &error));
	assert_memory_equal(&found, &verifier, sizeof(found));

	expect_imported(SETTINGS("logs", "\"system\":false"), true,
			"logs by me;hubs;listeners;");
	must(store_logs_get(store, &kept, &error));
	/* what is not named is left alone */
	assert_int_equal(kept.rotation.keep, 3);
	assert_false(kept.system);
	expect_imported(admin, true, "admin by me;hubs;listeners;");
	must(store_admin_get(store, &found, &error));
	assert_int_equal(found.iterations, 15000);
	expect_imported(packets, true, "packets of 12 by me;hubs;listeners;");
	must(store_log_hub_get(store, 12, words, &error));
	assert_string_equal(words, "arp=headers");
	expect_imported(DOCUMENT("packet_logs", "{\"vlan\":12,\"packets\":\"none\"}"),
			true, "packets of 12 by me;hubs;listeners;");
	assert_int_equal(store_log_hub_get(store, 12, words, &error), -ENOENT);
}

static char lines[1024];

static void note_line(void *arg, enum log_kind kind, enum log_level level,
		      const char *text)
{
	(void)arg;
	(void)level;
	if (kind == LOG_KIND_ADMINISTRATION)
		snprintf(lines, sizeof(lines), "%s", text);
}

/* Who did it is known, and how much it was. */
static void test_import_is_logged(void **state)
{
	static const struct log_sink sink = { .fn = note_line };
	char line[256];

	(void)state;
	log_set_sink(&sink);
	lines[0] = '\0';
	expect_refusal(import(DOCUMENT("users", USER("a", "") "," USER("a", "")),
			      false), CONTROL_EXISTS,
		       "users[1]: hub 12 has a user \"a\" already", "users[1]");
	assert_string_equal(lines, "");
	import_good(DOCUMENT("users", USER("a", "") "," USER("b", "")), true,
		    "{\"users\":2,\"connections\":0,\"hubs\":0,\"listeners\":0,\"packet_logs\":0}");
	log_set_sink(NULL);
	snprintf(line, sizeof(line),
		 "state-import replace=yes users=2 connections=0 hubs=0 listeners=0 packet-logs=0 by=%u",
		 getuid());
	assert_string_equal(lines, line);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_there_and_back),
		TEST(test_trust_on_first_use),
		TEST(test_what_is_wrong_is_named),
		TEST(test_bad_verifiers),
		TEST(test_what_is_there),
		TEST(test_hub_in_its_place),
		TEST(test_switch),
		TEST(test_settings_in_their_place),
		TEST(test_import_is_logged),
	};

	return cmocka_run_group_tests(tests, make_pair, NULL);
}
