// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Export and Import over the control socket: what one daemon has another one
 * gets, whole or not at all; what is wrong is named; what is hostile is refused
 * and leaves nothing behind.
 *
 * links: transportd/control_state.c transportd/control_export.c
 * links: transportd/control_import.c transportd/control_hub_params.c
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
 * links: tests/control_run.c tests/store_place.c
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

#include "../transportd/control_state.h"
#include "control_run.h"
#include "pem.h"
#include "store_place.h"

#define VERIFIER "SCRAM-SHA-256$15000:AQIDBAUGBwgJCgsMDQ4PEA==$" \
	"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=:" \
	"QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8="
#define FINGERPRINT "SHA256:" \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct control_state *states;
static int fd;
static char changes[512];
static struct pem_pair pair;

/* --- what follows ---------------------------------------------------------- */

static void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *fmt, ...)
{
	size_t len = strlen(changes);
	va_list args;

	va_start(args, fmt);
	vsnprintf(changes + len, sizeof(changes) - len, fmt, args);
	va_end(args);
}

static void note_user(void *ctx, const struct store_user *user, bool is_login)
{
	assert_ptr_equal(ctx, changes);
	assert_true(user->id > 0);
	note("%u/%s%s;", user->vlan, user->name, is_login ? " login" : "");
}

static void note_connection(void *ctx, const char *name)
{
	assert_ptr_equal(ctx, changes);
	note("%s;", name);
}

static void note_listeners(void *ctx)
{
	assert_ptr_equal(ctx, changes);
	note("listeners;");
}

static void note_hubs(void *ctx)
{
	assert_ptr_equal(ctx, changes);
	note("hubs;");
}

static const struct state_ops ops = {
	.user = note_user,
	.connection = note_connection,
	.hubs = note_hubs,
	.listeners = note_listeners,
};

static int start(void **state)
{
	setup(state);
	control_setup(state);
	changes[0] = '\0';
	assert_int_equal(control_state_register(control, store, &ops, changes,
						&states), 0);
	fd = dial();
	return 0;
}

static int stop(void **state)
{
	close(fd);
	control_teardown(state);
	control_state_free(states);
	return teardown(state);
}

/* Another machine, which has nothing yet. */
static void go_elsewhere(void)
{
	void *state = NULL;

	stop(&state);
	start(&state);
}

static int make_pair(void **state)
{
	(void)state;
	pem_make(&pair, -3600, 86400);
	return 0;
}

/* --- documents ------------------------------------------------------------- */

/* The document, for json_object_put(). */
static struct json_object *export(void)
{
	struct json_object *reply = expect_reply(ask(fd, "Export", NULL));
	struct json_object *state;

	state = json_object_get(json_object_object_get(reply, "state"));
	assert_non_null(state);
	json_object_put(reply);
	return state;
}

static struct json_object *import(const char *document, bool replace)
{
	struct json_object *answer;
	char *params;

	if (asprintf(&params, "{\"state\":%s,\"replace\":%s}", document,
		     replace ? "true" : "false") < 0)
		fail();
	answer = ask(fd, "Import", params);
	free(params);
	return answer;
}

static void import_good(const char *document, bool replace, const char *counts)
{
	struct json_object *reply = expect_reply(import(document, replace));

	assert_string_equal(json_object_to_json_string_ext(reply,
				JSON_C_TO_STRING_PLAIN), counts);
	json_object_put(reply);
}

/* The document of a machine that has nothing. */
static void expect_nothing(void)
{
	struct json_object *state = export();

	assert_string_equal(json_object_to_json_string_ext(state,
				JSON_C_TO_STRING_PLAIN),
		"{\"version\":1,\"users\":[],\"connections\":[],\"hubs\":[],\"listeners\":[]}");
	assert_string_equal(changes, "");
	json_object_put(state);
}

static void must(int err)
{
	if (err)
		fail_msg("%s", error.text);
}

/* With a port that has a policy, one that has none, and addresses of both. */
static void save_hub(void)
{
	struct store_hub hub = {
		.vlan = 12, .device = "sehub12", .up = true, .ageing = 300,
		.mac = { 2, 0, 0, 0, 0, 9 }, .fdb_max = UINT32_MAX,
		.port_max = 100, .ip_ageing = 60, .ip_max = 0,
		.suppress = true, .broadcast_rate = 50,
	};
	struct store_hub_port *port = store_hub_add_port(&hub);
	struct store_hub_mac *mac = store_hub_add_mac(&hub);

	strcpy(port->device, "eth1");
	strcpy(port->policy, "max-mac=3,no-ra");
	memcpy(mac->mac, "\2\0\0\0\0\1", 6);
	strcpy(mac->device, "eth1");
	mac = store_hub_add_mac(&hub);
	memcpy(mac->mac, "\2\0\0\0\0\2", 6);
	must(store_hub_put(store, &hub, &error));
	store_hub_free(&hub);
}

/* A machine that has all that there can be. */
static void fill(void)
{
	struct store_listener listener = {
		.address = "::", .port = 443, .is_added = true,
		.protocol = LISTENER_PROXY, .is_enabled = true,
	};
	struct store_user user = {
		.vlan = 4094, .name = "all'; DROP TABLE users; --",
		.certs = FINGERPRINT, .disabled = true, .policy = "no-ra",
		.max_sessions = 3, .expires = 2000000000,
		.sources = "192.0.2.0/24", .grace = 60000, .cascade = true,
	};
	struct store_user anybody = {
		.vlan = 1, .name = AUTH_ANONYMOUS_USER, .anonymous = true,
		.grace = -1,
	};
	struct store_connection c = connection("office", "office0");
	struct store_connection last = connection("cert", "");
	struct auth_verifier mine = verifier;
	uint8_t secret[AUTH_SECRET_LEN];

	must(store_secret(store, secret, &error));
	mine.iterations = AUTH_ITERATIONS;
	must(store_user_add(store, &user, &mine, &error));
	must(store_user_add(store, &anybody, NULL, &error));
	must(store_user_get(store, user.vlan, user.name, &user, &error));
	must(store_user_touch_login(store, user.id, &error));
	strcpy(c.via, "socks5h://bob@proxy:1080");
	strcpy(c.via_password, "proxy's");
	strcpy(c.source, "192.0.2.9");
	strcpy(c.pin, FINGERPRINT);
	c.grace = 5000;
	must(store_connection_add(store, &c, &error));
	must(store_connection_set_card(store, c.name, CARD_TAP, &error));
	last.password[0] = '\0';
	last.login = AUTH_EXTERNAL;
	strcpy(last.cert, pair.cert);
	strcpy(last.key, pair.key);
	last.hub = 7;
	last.tofu = true;
	last.auto_up = false;
	last.grace = -1;
	must(store_connection_add(store, &last, &error));
	save_hub();
	must(store_listener_put(store, &listener, &error));
	strcpy(listener.address, "127.0.0.1");
	listener.port = 7777;
	listener.is_added = false;
	listener.is_enabled = false;
	must(store_listener_put(store, &listener, &error));
}

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
		    "{\"users\":2,\"connections\":2,\"hubs\":1,\"listeners\":2}");
	assert_string_equal(changes, "hubs;listeners;");
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
		    "{\"users\":0,\"connections\":1,\"hubs\":0,\"listeners\":0}");
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
		/* what comes before does not stay either */
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
		    "{\"users\":1,\"connections\":0,\"hubs\":0,\"listeners\":0}");
	import_good(DOCUMENT("connections", CONNECTION("x", "")), false,
		    "{\"users\":0,\"connections\":1,\"hubs\":0,\"listeners\":0}");
	import_good(DOCUMENT("listeners", LISTENER("::", "")), false,
		    "{\"users\":0,\"connections\":0,\"hubs\":0,\"listeners\":1}");
	must(store_user_get(store, 12, "a", &before, &error));
	must(store_connection_set_up(store, "x", true, &error));
	must(store_connection_get(store, "x", &c, &error));
	changes[0] = '\0';
	expect_refusal(import(document, false), CONTROL_EXISTS,
		       "users[0]: hub 12 has a user \"a\" already", "users[0]");
	assert_string_equal(changes, "");
	import_good(document, true,
		    "{\"users\":1,\"connections\":1,\"hubs\":0,\"listeners\":1}");
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
		    "{\"users\":2,\"connections\":0,\"hubs\":0,\"listeners\":0}");
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
		    "{\"users\":0,\"connections\":0,\"hubs\":1,\"listeners\":0}");
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
		    "{\"users\":0,\"connections\":0,\"hubs\":1,\"listeners\":0}");
}

/* A switch of the configuration's does not make away with one of the state. */
static void test_switch(void **state)
{
	struct store_listener listener;

	(void)state;
	import_good(DOCUMENT("listeners", LISTENER("::", "")), false,
		    "{\"users\":0,\"connections\":0,\"hubs\":0,\"listeners\":1}");
	import_good(DOCUMENT("listeners", LISTENER("::", ",\"source\":\"config\"")),
		    true, "{\"users\":0,\"connections\":0,\"hubs\":0,\"listeners\":1}");
	must(store_listener_get(store, "::", 1, &listener, &error));
	assert_true(listener.is_added);
}

/* --- what nobody would write ----------------------------------------------- */

static void expect_still_there(void)
{
	close(fd);
	fd = dial();
	expect_nothing();
}

static void test_wrong_types(void **state)
{
	static const char *const others[] = {
		"null", "true", "-1", "1e300", "99999999999999999999", "\"\"",
		"\"\\u0000\"", "\"' OR 1=1; --\"", "[]", "[[]]", "{}", "[{}]",
	};
	struct json_object *document, *section;
	unsigned int refused = 0;

	(void)state;
	fill();
	document = export();
	go_elsewhere();
	json_object_object_foreach(document, name, list) {
		(void)name;
		if (!json_object_is_type(list, json_type_array))
			continue;
		section = json_object_array_get_idx(list, 0);
		json_object_object_foreach(section, key, value) {
			struct json_object *kept = json_object_get(value);
			char *copy = strdup(key);

			for (size_t i = 0; i < sizeof(others) / sizeof(*others);
			     i++) {
				struct json_object *answer;

				json_object_object_add(section, copy,
					json_tokener_parse(others[i]));
				answer = import(
					json_object_to_json_string(document),
					false);
				if (json_object_object_get(answer, "error")) {
					refused++;
					expect_nothing();
				} else {
					go_elsewhere();
				}
				json_object_put(answer);
			}
			json_object_object_add(section, copy, kept);
			free(copy);
		}
	}
	assert_true(refused > 300);
	json_object_put(document);
	expect_still_there();
}

/* As deep as somebody likes, and nothing is left of it. */
static void test_deep(void **state)
{
	char *text = calloc(1, 200100);

	(void)state;
	assert_non_null(text);
	strcpy(text, "{\"version\":1,\"users\":");
	memset(text + strlen(text), '[', 100000);
	memset(text + strlen(text), ']', 100000);
	strcat(text, "}");
	expect_refusal(import(text, false), CONTROL_INVALID,
		       "the request is not JSON, or is incomplete", NULL);
	free(text);
	expect_still_there();
}

/* A big server is copied in one piece. */
static void test_many(void **state)
{
	size_t size = 4 << 20, len;
	char *text = malloc(size);
	struct json_object *document;
	uint64_t count;

	(void)state;
	assert_non_null(text);
	len = (size_t)sprintf(text, "{\"version\":1,\"users\":[");
	for (unsigned int i = 0; i < 5000; i++)
		len += (size_t)sprintf(text + len, "%s{\"vlan\":%u,\"user\":\"user%u\",\"verifier\":\"" VERIFIER "\"}",
				       i ? "," : "", i % 4094 + 1, i);
	sprintf(text + len, "]}");
	import_good(text, false,
		    "{\"users\":5000,\"connections\":0,\"hubs\":0,\"listeners\":0}");
	must(store_user_count(store, &count, &error));
	assert_int_equal(count, 5000);
	document = export();
	assert_int_equal(json_object_array_length(
			 json_object_object_get(document, "users")), 5000);
	json_object_put(document);
	free(text);
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
		TEST(test_wrong_types),
		TEST(test_deep),
		TEST(test_many),
	};

	return cmocka_run_group_tests(tests, make_pair, NULL);
}
