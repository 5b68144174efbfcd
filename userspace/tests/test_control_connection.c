// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connection* methods over the control socket, with a database and a made-up
 * connection: what is stored, what is answered, each refusal with the
 * parameter at fault, and who waits in ConnectionUp.
 *
 * links: transportd/control.c transportd/control_client.c transportd/control_dispatch.c transportd/control_call.c transportd/control_local.c transportd/control_interface.c transportd/control_connection.c transportd/control_connection_params.c transportd/control_wait.c transportd/cert.c transportd/cert_pem.c transportd/store.c transportd/store_file.c transportd/store_schema.c transportd/store_user.c transportd/store_connection.c transportd/store_check.c transportd/auth.c transportd/card.c transportd/log.c transportd/proto.c lib/via.c lib/addr.c tests/control_run.c tests/store_place.c
 * links: lib/access.c lib/policy.c lib/ethertype.c lib/rate.c lib/err.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../transportd/control_connection.h"
#include "control_run.h"
#include "store_place.h"

static struct control_connection *connections;
static int fd;

/* One connection, whose state the test sets. */
static struct {
	enum connection_state state;
	const char *error;
	int up_result;
	enum connection_state state_after_up;
	char password[64], device[16];
	enum card_kind card;
	unsigned int ups, downs;
} line;

static int line_up(void *ctx, const struct store_connection *connection,
		   char *why, size_t why_size)
{
	assert_ptr_equal(ctx, &line);
	line.ups++;
	strcpy(line.password, connection->password);
	strcpy(line.device, connection->device);
	line.card = connection->card;
	if (line.up_result) {
		snprintf(why, why_size, "the device is taken");
		return line.up_result;
	}
	line.state = line.state_after_up;
	control_connection_changed(connections, connection->name);
	return 0;
}

static void line_down(void *ctx, const char *name)
{
	(void)ctx;
	assert_string_equal(name, "work");
	line.downs++;
	line.state = CONNECTION_DOWN;
}

static enum connection_state line_state(void *ctx, const char *name,
					const char **text)
{
	assert_ptr_equal(ctx, &line);
	if (strcmp(name, "work"))
		return CONNECTION_DOWN;
	*text = line.error;
	return line.state;
}

static void line_describe(void *ctx, const char *name,
			  struct json_object *object)
{
	(void)ctx;
	json_object_object_add(object, "session", strcmp(name, "work") ? NULL :
			       json_object_new_string("S1"));
}

static const struct connection_ops connection_ops = {
	.up = line_up,
	.down = line_down,
	.state = line_state,
	.describe = line_describe,
};

static void line_becomes(enum connection_state new_state, const char *text)
{
	line.state = new_state;
	line.error = text;
	control_connection_changed(connections, "work");
}

static int start(void **state)
{
	setup(state);
	control_setup(state);
	memset(&line, 0, sizeof(line));
	line.state_after_up = CONNECTION_CONNECTING;
	assert_int_equal(control_connection_register(control, &loop, store,
						     &connection_ops, &line,
						     &connections), 0);
	fd = dial();
	return 0;
}

static int stop(void **state)
{
	close(fd);
	control_connection_free(connections);
	connections = NULL;
	control_teardown(state);
	return teardown(state);
}

#define WORK	"\"name\":\"work\",\"server\":\"hub.example\",\"vlan\":12," \
		"\"user\":\"bob\""
#define HEX64	"00112233445566778899AABBCCDDEEFF" \
		"00112233445566778899aabbccddeeff"

static void add_work(void)
{
	expect_done(fd, "ConnectionAdd",
		    "{" WORK ",\"password\":\"pw\",\"device\":\"w0\"}");
}

static void test_connection_add_and_show(void **state)
{
	struct json_object *reply, *list;

	(void)state;
	expect_done(fd, "ConnectionAdd", "{" WORK ",\"password\":\"pw\",\"auto\":true,\"pin\":\"sha256:" HEX64 "\"}");
	reply = expect_reply(ask(fd, "ConnectionShow", "{\"name\":\"work\"}"));
	assert_string_equal(text_of(reply, "name"), "work");
	assert_string_equal(text_of(reply, "server"), "hub.example");
	assert_int_equal(int_of(reply, "vlan"), 12);
	assert_string_equal(text_of(reply, "user"), "bob");
	/* not given: named as the connection */
	assert_string_equal(text_of(reply, "device"), "work");
	/* in the form in which the server shows it */
	assert_string_equal(text_of(reply, "pin"),
			    "SHA256:00112233445566778899aabbccddeeff"
			    "00112233445566778899aabbccddeeff");
	assert_null(text_of(reply, "ca"));
	assert_false(bool_of(reply, "tofu"));
	assert_true(bool_of(reply, "auto"));
	assert_string_equal(text_of(reply, "state"), "down");
	assert_null(text_of(reply, "error"));
	assert_string_equal(text_of(reply, "session"), "S1");
	/* the password is never shown */
	assert_false(json_object_object_get_ex(reply, "password", NULL));
	assert_null(text_of(reply, "via"));
	assert_null(text_of(reply, "source"));
	json_object_put(reply);
	expect_done(fd, "ConnectionAdd", "{\"name\":\"a\",\"server\":\"[::1]:444\",\"vlan\":1,\"user\":\"u\",\"tofu\":true,\"device\":\"d\"}");
	reply = expect_reply(ask(fd, "ConnectionList", NULL));
	list = json_object_object_get(reply, "connections");
	assert_int_equal(json_object_array_length(list), 2);
	assert_string_equal(text_of(json_object_array_get_idx(list, 0),
				    "name"), "a");
	json_object_put(reply);
}

static void test_connection_via(void **state)
{
	struct json_object *reply;

	(void)state;
	expect_done(fd, "ConnectionAdd", "{\"name\":\"by-proxy\",\"server\":\"h\",\"vlan\":1,\"user\":\"u\",\"via\":\"HTTP://it%27s@proxy:3128/\",\"via_password\":\"secret\",\"source\":\"eth1\",\"grace_ms\":0}");
	reply = expect_reply(ask(fd, "ConnectionShow", "{\"name\":\"by-proxy\"}"));
	/* in one form */
	assert_string_equal(text_of(reply, "via"), "http://it%27s@proxy:3128");
	assert_string_equal(text_of(reply, "source"), "eth1");
	assert_int_equal(json_object_get_int64(json_object_object_get(reply,
							"grace_ms")), 0);
	assert_false(json_object_object_get_ex(reply, "via_password", NULL));
	json_object_put(reply);
}

static void test_connection_refusals(void **state)
{
	static const struct {
		const char *params, *message, *parameter;
	} cases[] = {
		{ "{}", "name is missing", "name" },
		{ "{\"name\":\"a b\",\"server\":\"h\",\"vlan\":1,\"user\":\"u\"}",
		  "name: needs 1 to 32 letters, digits, dots, underscores or hyphens",
		  "name" },
		{ "{\"name\":\"a23456789012345678901234567890123\",\"server\":\"h\",\"vlan\":1,\"user\":\"u\"}",
		  "name: longer than 32 bytes", "name" },
		{ "{\"name\":\"a\",\"server\":\"h:x\",\"vlan\":1,\"user\":\"u\"}",
		  "server: \"h:x\" is not HOST, HOST:PORT or [IPV6]:PORT",
		  "server" },
		{ "{\"name\":\"a\",\"server\":\"h\",\"vlan\":0,\"user\":\"u\"}",
		  "vlan: 0 is outside of 1 to 4094", "vlan" },
		{ "{\"name\":\"a\",\"server\":\"h\",\"vlan\":1,\"user\":\"\"}",
		  "user: the name is empty", "user" },
		{ "{" WORK ",\"grace_ms\":86400001}",
		  "grace_ms: 86400001 is outside of -1 to 86400000",
		  "grace_ms" },
		{ "{" WORK ",\"device\":\"a/b\"}",
		  "device: the name has a character that device names may not have",
		  "device" },
		{ "{" WORK ",\"device\":\"1234567890123456\"}",
		  "device: longer than 15 bytes", "device" },
		{ "{\"name\":\"a234567890123456\",\"server\":\"h\",\"vlan\":1,\"user\":\"u\"}",
		  "device: name one, as \"a234567890123456\" cannot be the name of a device",
		  "device" },
		{ "{" WORK ",\"hub\":0}", "hub: 0 is outside of 1 to 4094",
		  "hub" },
		{ "{" WORK ",\"hub\":12,\"device\":\"w0\"}",
		  "device: a connection that joins a hub has none", "device" },
		{ "{" WORK ",\"source\":\"fe80::1%eth0\"}",
		  "source: has to be an address without a zone, or the name of a network device",
		  "source" },
		{ "{" WORK ",\"pin\":\"SHA256:00\"}",
		  "pin: has to be SHA256: and 64 hex digits, as the server shows it",
		  "pin" },
		{ "{" WORK ",\"ca\":\"ca.pem\"}",
		  "ca: has to be an absolute path", "ca" },
		{ "{" WORK ",\"ca\":\"/no/such.pem\"}",
		  "ca: /no/such.pem: No such file or directory", "ca" },
		{ "{" WORK ",\"ca\":\"/etc/passwd\",\"pin\":\"SHA256:" HEX64 "\"}",
		  "give only one of pin, ca and tofu", "ca" },
		{ "{" WORK ",\"tofu\":true,\"pin\":\"SHA256:" HEX64 "\"}",
		  "give only one of pin, ca and tofu", "tofu" },
		{ "{" WORK ",\"password\":\"\xc2\xad\"}",
		  "password: it has no visible character", "password" },
		{ "{" WORK ",\"via\":\"https://proxy:1\"}",
		  "via: the URL is a proxy that is spoken to in TLS, which cannot carry a session: use its http:// port",
		  "via" },
		{ "{" WORK ",\"via\":\"http://u:p@proxy:1\"}",
		  "via: the URL holds a password, which others could read: give it apart from the URL",
		  "via" },
		{ "{" WORK ",\"via\":\"http://proxy:1\",\"via_password\":\"x\"}",
		  "via_password: via has no user who could have one",
		  "via_password" },
		{ "{" WORK ",\"via\":\"socks4://u@proxy\",\"via_password\":\"x\"}",
		  "via_password: via has no user who could have one",
		  "via_password" },
		{ "{" WORK ",\"via\":\"http://u@proxy:1\",\"via_password\":\"a\\nb\"}",
		  "via_password: it has to be UTF-8 without control characters",
		  "via_password" },
		{ "{" WORK ",\"passwort\":\"x\"}",
		  "unknown parameter \"passwort\"", "passwort" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_refusal(ask(fd, "ConnectionAdd", cases[i].params),
			       CONTROL_INVALID, cases[i].message,
			       cases[i].parameter);
	add_work();
	expect_refusal(ask(fd, "ConnectionAdd", "{" WORK "}"), CONTROL_EXISTS,
		       "there is a connection \"work\" already", NULL);
	expect_refusal(ask(fd, "ConnectionAdd", "{\"name\":\"b\",\"server\":\"h\",\"vlan\":1,\"user\":\"u\",\"device\":\"w0\"}"),
		       CONTROL_EXISTS,
		       "another connection uses the device \"w0\" already: name one with device",
		       NULL);
}

static void test_connection_unknown(void **state)
{
	static const char * const methods[] = {
		"ConnectionDel", "ConnectionShow", "ConnectionUp",
		"ConnectionDown",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		expect_refusal(ask(fd, methods[i], "{\"name\":\"nope\"}"),
			       CONTROL_NOT_FOUND, "no connection \"nope\"",
			       NULL);
	assert_int_equal(line.ups + line.downs, 0);
}

static bool stored_up(void)
{
	struct store_connection found;

	assert_int_equal(store_connection_get(store, "work", &found, &error),
			 0);
	return found.up;
}

static void test_connection_up_and_down(void **state)
{
	struct json_object *reply;

	(void)state;
	add_work();
	reply = expect_reply(ask(fd, "ConnectionUp", "{\"name\":\"work\"}"));
	assert_string_equal(text_of(reply, "state"), "connecting");
	json_object_put(reply);
	assert_string_equal(line.password, "pw");
	assert_string_equal(line.device, "w0");
	assert_true(stored_up());
	line.state = CONNECTION_WAITING;
	line.error = "nobody answers";
	reply = expect_reply(ask(fd, "ConnectionShow", "{\"name\":\"work\"}"));
	assert_string_equal(text_of(reply, "state"), "waiting");
	assert_string_equal(text_of(reply, "error"), "nobody answers");
	json_object_put(reply);
	expect_done(fd, "ConnectionDown", "{\"name\":\"work\"}");
	assert_int_equal(line.downs, 1);
	assert_false(stored_up());
	expect_done(fd, "ConnectionDel", "{\"name\":\"work\"}");
	assert_int_equal(line.downs, 2);
}

/* What the device is to be is chosen while there is none. */
static void test_connection_card(void **state)
{
	struct json_object *reply;

	(void)state;
	add_work();
	expect_refusal(ask(fd, "ConnectionUp", "{\"name\":\"work\",\"card\":\"tun\"}"),
		       CONTROL_INVALID, "card: has to be auto, hub or tap",
		       "card");
	expect_refusal(ask(fd, "ConnectionUp", "{\"name\":\"work\",\"card\":\"\"}"),
		       CONTROL_INVALID, "card: has to be auto, hub or tap",
		       "card");
	assert_int_equal(line.ups, 0);
	reply = expect_reply(ask(fd, "ConnectionShow", "{\"name\":\"work\"}"));
	assert_string_equal(text_of(reply, "card"), "auto");
	json_object_put(reply);
	reply = expect_reply(ask(fd, "ConnectionUp", "{\"name\":\"work\",\"card\":\"tap\"}"));
	assert_string_equal(text_of(reply, "card"), "tap");
	json_object_put(reply);
	assert_int_equal(line.card, CARD_TAP);
	line.state = CONNECTION_CONNECTED;
	expect_refusal(ask(fd, "ConnectionUp", "{\"name\":\"work\",\"card\":\"hub\"}"),
		       CONTROL_FAILED,
		       "connection \"work\" has its device already: take it down first",
		       "card");
	assert_int_equal(line.ups, 1);
	/* the same again is no change, and it is kept */
	json_object_put(expect_reply(ask(fd, "ConnectionUp", "{\"name\":\"work\",\"card\":\"tap\"}")));
	expect_done(fd, "ConnectionDown", "{\"name\":\"work\"}");
	line.card = CARD_AUTO;
	json_object_put(expect_reply(ask(fd, "ConnectionUp", "{\"name\":\"work\"}")));
	assert_int_equal(line.card, CARD_TAP);
}

static void test_connection_cannot_start(void **state)
{
	(void)state;
	expect_done(fd, "ConnectionAdd", "{" WORK "}");
	expect_refusal(ask(fd, "ConnectionUp", "{\"name\":\"work\"}"),
		       CONTROL_FAILED,
		       "connection \"work\" has no password: delete it, and add it with one",
		       NULL);
	assert_int_equal(line.ups, 0);
	expect_done(fd, "ConnectionDel", "{\"name\":\"work\"}");
	add_work();
	line.up_result = -EBUSY;
	expect_refusal(ask(fd, "ConnectionUp", "{\"name\":\"work\"}"),
		       CONTROL_FAILED,
		       "connection \"work\" cannot be brought up: the device is taken",
		       NULL);
	assert_false(stored_up());
}

static void ask_and_wait(int client, const char *more)
{
	char text[256];

	snprintf(text, sizeof(text), "{\"method\":\"org.sehub.transportd.ConnectionUp\",\"parameters\":{\"name\":\"work\",\"wait\":true%s}}",
		 more);
	line.ups = 0;
	send_text(client, text);
	TURN_UNTIL(line.ups);
}

static void expect_silent(int client)
{
	char byte;

	for (unsigned int i = 0; i < 5; i++)
		turn();
	assert_int_equal(recv(client, &byte, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
}

static void test_wait_connected(void **state)
{
	struct json_object *reply;
	int other = dial();

	(void)state;
	add_work();
	ask_and_wait(fd, "");
	ask_and_wait(other, "");
	line_becomes(CONNECTION_WAITING, "first try failed");
	line_becomes(CONNECTION_CONNECTING, NULL);
	expect_silent(fd);
	line_becomes(CONNECTION_CONNECTED, NULL);
	reply = expect_reply(receive_json(fd));
	assert_string_equal(text_of(reply, "state"), "connected");
	json_object_put(reply);
	json_object_put(expect_reply(receive_json(other)));
	/* it is: nothing to wait for */
	line.state_after_up = CONNECTION_CONNECTED;
	ask_and_wait(fd, "");
	json_object_put(expect_reply(receive_json(fd)));
	close(other);
}

static void test_wait_failed(void **state)
{
	(void)state;
	add_work();
	ask_and_wait(fd, "");
	line_becomes(CONNECTION_FAILED, "authentication failed");
	expect_refusal(receive_json(fd), CONTROL_FAILED,
		       "connection \"work\" failed: authentication failed",
		       NULL);
}

static void test_wait_too_long(void **state)
{
	(void)state;
	add_work();
	ask_and_wait(fd, ",\"timeout_s\":1");
	line_becomes(CONNECTION_WAITING, "nobody answers");
	expect_refusal(receive_json(fd), CONTROL_FAILED,
		       "connection \"work\" is not up after 1 s: nobody answers; it goes on trying",
		       NULL);
	expect_refusal(ask(fd, "ConnectionUp", "{\"name\":\"work\",\"wait\":true,\"timeout_s\":0}"),
		       CONTROL_INVALID,
		       "timeout_s: 0 is outside of 1 to 3600", "timeout_s");
}

static void test_wait_taken_down(void **state)
{
	int other = dial();

	(void)state;
	add_work();
	ask_and_wait(fd, "");
	expect_done(other, "ConnectionDown", "{\"name\":\"work\"}");
	expect_refusal(receive_json(fd), CONTROL_FAILED,
		       "connection \"work\" was taken down", NULL);
	line.state_after_up = CONNECTION_CONNECTING;
	ask_and_wait(fd, "");
	expect_done(other, "ConnectionDel", "{\"name\":\"work\"}");
	expect_refusal(receive_json(fd), CONTROL_FAILED,
		       "connection \"work\" was taken down", NULL);
	close(other);
}

/* Who waits may go; who still waits at the end is told. */
static void test_wait_gone(void **state)
{
	int other = dial(), third = dial();

	(void)state;
	add_work();
	ask_and_wait(fd, "");
	ask_and_wait(other, "");
	ask_and_wait(third, "");
	close(other);
	expect_silent(fd);
	line_becomes(CONNECTION_WAITING, NULL);
	control_connection_free(connections);
	connections = NULL;
	expect_refusal(receive_json(fd), CONTROL_FAILED, "the daemon ends",
		       NULL);
	expect_refusal(receive_json(third), CONTROL_FAILED, "the daemon ends",
		       NULL);
	close(third);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_connection_add_and_show),
		TEST(test_connection_via),
		TEST(test_connection_refusals),
		TEST(test_connection_unknown),
		TEST(test_connection_up_and_down),
		TEST(test_connection_card),
		TEST(test_connection_cannot_start),
		TEST(test_wait_connected),
		TEST(test_wait_failed),
		TEST(test_wait_too_long),
		TEST(test_wait_taken_down),
		TEST(test_wait_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
