// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server's side of a login over TLS, up to the session: who comes in, what
 * others are told, and that nothing tells a wrong user from a wrong password.
 *
 * links: tests/line.c transportd/user_rules.c transportd/login.c transportd/channel.c
 * links: transportd/tls.c transportd/tls_context.c transportd/cert_pem.c transportd/tls_bytes.c
 * links: transportd/proto.c transportd/cert.c transportd/log.c lib/err.c
 * links: lib/addr.c lib/via.c transportd/auth.c transportd/auth_client.c
 * links: transportd/auth_server.c transportd/ratelimit.c transportd/store.c
 * links: transportd/store_check.c transportd/store_connection.c
 * links: transportd/store_schema.c transportd/store_user.c
 * links: transportd/config.c transportd/config_value.c
 * links: lib/access.c lib/policy.c lib/ethertype.c lib/rate.c
 */
#include <arpa/inet.h>
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

#include "../transportd/auth.h"
#include "../transportd/login.h"
#include "../transportd/ratelimit.h"
#include "../transportd/sessions.h"
#include "../transportd/store.h"
#include "line.h"

#define PASSWORD	"correct horse"

static struct daemon d;
static struct peer peer;
static char dir[] = "/tmp/sehub-test-login-XXXXXX";
static const uint8_t client_id[SEHUB_WIRE_CLIENT_ID_LEN] = "0123456789abcde";
static const uint8_t ticket[SEHUB_WIRE_TICKET_LEN] = "ticket";

/* --- sessions, as far as the login goes ---------------------------------- */

static unsigned int opened, resumed;
static uint16_t refuse_with;
static struct store_user opened_user;
static struct session_request last;
static char last_client[256], last_carrier[32];
static struct channel_parts parts;

static int finish(struct channel *ch, struct refusal *why)
{
	if (refuse_with) {
		why->code = refuse_with;
		strcpy(why->text, "not now");
		return -ECONNREFUSED;
	}
	channel_take(ch, &parts);
	channel_parts_free(&parts);
	return 0;
}

int sessions_open(struct sessions *ss, const struct session_request *req,
		  struct channel *ch, struct refusal *why)
{
	(void)ss;
	opened++;
	last = *req;
	opened_user = *req->user;
	strcpy(last_client, req->client_name);
	proto_text_copy(last_carrier, sizeof(last_carrier), req->carrier);
	assert_memory_equal(req->client_id, client_id, sizeof(client_id));
	return finish(ch, why);
}

int sessions_resume(struct sessions *ss, const struct session_request *req,
		    struct channel *ch, struct refusal *why)
{
	(void)ss;
	resumed++;
	last = *req;
	assert_memory_equal(req->ticket, ticket, sizeof(ticket));
	return finish(ch, why);
}

/* --- a client ------------------------------------------------------------ */

static void add_user(uint16_t vlan, const char *name, bool disabled)
{
	struct store_user user = {
		.vlan = vlan, .disabled = disabled, .grace = -1,
	};
	struct auth_verifier verifier;

	strcpy(user.name, name);
	assert_int_equal(auth_make_verifier(PASSWORD, &verifier), 0);
	assert_int_equal(store_user_add(d.store, &user, &verifier, NULL), 0);
}

static int group_setup(void **state)
{
	struct ratelimit_settings limits = {
		.failures_max = 1000, .window_ms = 60000,
		.concurrent_max = 3, .entries_max = 100,
	};
	uint8_t secret[AUTH_SECRET_LEN];

	line_loop = &d.loop;
	line_setup(state);
	assert_non_null(mkdtemp(dir));
	assert_int_equal(store_open(dir, &d.store, NULL), 0);
	assert_int_equal(store_secret(d.store, secret, NULL), 0);
	assert_int_equal(auth_new(secret, &d.auth), 0);
	d.tls = line_server;
	d.limit = ratelimit_new(&limits);
	d.config.login_timeout_ms = LINE_DEADLINE_MS;
	d.config.max_logins = 100;
	add_user(12, "alice", false);
	add_user(13, "bob", false);
	add_user(12, "eve", true);
	d.logins = logins_new(&d);
	return 0;
}

#define UNTIL(condition)	LINE_UNTIL((peer_move(&peer), condition))

static int group_teardown(void **state)
{
	char path[64];

	logins_free(d.logins);
	uv_run(&d.loop, UV_RUN_DEFAULT);
	auth_free(d.auth);
	ratelimit_free(d.limit);
	store_close(d.store);
	snprintf(path, sizeof(path), "rm -r %s", dir);
	assert_int_equal(system(path), 0);
	return line_teardown(state);
}

static int begin(uint16_t port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(port),
	};
	int fd[2];

	inet_pton(AF_INET, "192.0.2.7", &addr.sin_addr);
	opened = resumed = 0;
	line_sockets(fd);
	login_begin(d.logins, fd[0], (struct sockaddr *)&addr);
	return fd[1];
}

static void connect_peer(void)
{
	peer_open(&peer, begin(1000));
	UNTIL(peer.is_ready);
}

static void expect(uint8_t type, struct proto_msg *msg)
{
	static uint8_t payload[SEHUB_WIRE_RECORD_MAX];
	struct proto_error err;
	uint8_t got = 0;
	size_t len = 0;

	UNTIL(peer_take(&peer, &got, payload, &len));
	if (got != type)
		print_message("wanted %s, got %s\n", proto_type_name(type),
			      proto_type_name(got));
	assert_int_equal(got, type);
	assert_int_equal(proto_parse(got, payload, len, msg, &err), 0);
}

static void expect_close(uint16_t code, const char *text)
{
	struct proto_msg msg;
	char got[256];

	expect(SEHUB_WIRE_CLOSE, &msg);
	assert_int_equal(msg.code, code);
	proto_text_copy(got, sizeof(got), msg.text);
	if (text)
		assert_string_equal(got, text);
	peer_close(&peer);
	for (int i = 0; i < 5; i++)
		line_turn();
}

static void put(struct proto_builder *b)
{
	int len = proto_end(b);

	assert_true(len > 0);
	peer_send(&peer, b->data, (size_t)len);
}

static void say_hello(uint16_t version, uint16_t hub)
{
	struct proto_builder b;
	struct proto_msg msg;
	uint8_t buf[128];

	proto_begin(&b, buf, sizeof(buf), SEHUB_WIRE_HELLO);
	proto_put_u16(&b, SEHUB_WIRE_A_VERSION, version);
	proto_put_u32(&b, SEHUB_WIRE_A_FEATURES, SEHUB_WIRE_F_OFFLOAD);
	if (hub)
		proto_put_u16(&b, SEHUB_WIRE_A_HUB, hub);
	put(&b);
	if (version != 1 || !hub)
		return;
	expect(SEHUB_WIRE_HELLO, &msg);
	assert_int_equal(msg.version, 1);
	assert_int_equal(msg.features, SEHUB_WIRE_F_OFFLOAD);
	assert_int_equal(msg.mechanisms.len, strlen(AUTH_MECHANISM));
}

static void say_auth(const char *mechanism, const uint8_t *data, size_t len)
{
	struct proto_builder b;
	uint8_t buf[2048];

	proto_begin(&b, buf, sizeof(buf), SEHUB_WIRE_AUTH);
	if (mechanism)
		proto_put_text(&b, SEHUB_WIRE_A_MECHANISM, mechanism);
	proto_put_bytes(&b, SEHUB_WIRE_A_SASL, data, len);
	put(&b);
}

/* The whole exchange; true if the server said that it was right. */
static bool log_in(uint16_t hub, const char *user, const char *password)
{
	uint8_t binding[TLS_EXPORTER_LEN], *out = NULL;
	struct auth_client *client;
	struct proto_msg msg;
	enum auth_result result;
	size_t len = 0;
	int step;

	connect_peer();
	say_hello(1, hub);
	assert_int_equal(tls_exporter(peer.tls, binding), 0);
	client = auth_client_new(d.auth, user, password, binding, NULL);
	assert_non_null(client);
	result = auth_client_step(client, NULL, 0, &out, &len);
	for (step = 0; result == AUTH_MORE; step++) {
		say_auth(step ? NULL : AUTH_MECHANISM, out, len);
		free(out);
		out = NULL;
		UNTIL(peer.len >= SEHUB_WIRE_HDR_LEN);
		if (peer.in[0] == SEHUB_WIRE_CLOSE)
			break;
		expect(SEHUB_WIRE_AUTH, &msg);
		result = auth_client_step(client, msg.sasl.data, msg.sasl.len,
					  &out, &len);
	}
	free(out);
	auth_client_free(client);
	return result == AUTH_OK;
}

static void say_attach(void)
{
	struct proto_builder b;
	uint8_t buf[128];

	proto_begin(&b, buf, sizeof(buf), SEHUB_WIRE_ATTACH);
	proto_put_bytes(&b, SEHUB_WIRE_A_CLIENT_ID, client_id,
			sizeof(client_id));
	proto_put_text(&b, SEHUB_WIRE_A_CLIENT_NAME, "a client");
	proto_put_text(&b, SEHUB_WIRE_A_CARRIER, "socks5h");
	proto_put_u32(&b, SEHUB_WIRE_A_KEEPALIVE, 700);
	proto_put_u32(&b, SEHUB_WIRE_A_DEAD_TIME, 1700);
	put(&b);
}

static void test_right_password(void **state)
{
	struct store_user user;

	(void)state;
	refuse_with = 0;
	assert_true(log_in(12, "alice", PASSWORD));
	say_attach();
	UNTIL(opened);
	assert_string_equal(opened_user.name, "alice");
	assert_int_equal(opened_user.vlan, 12);
	assert_string_equal(last_client, "a client");
	assert_string_equal(last_carrier, "socks5h");
	assert_int_equal(last.features, SEHUB_WIRE_F_OFFLOAD);
	assert_int_equal(last.keepalive, 700);
	assert_int_equal(last.dead_time, 1700);
	peer_close(&peer);
	assert_int_equal(store_user_get(d.store, 12, "alice", &user, NULL), 0);
	assert_true(user.last_login > 0);
}

static void test_refused_by_sessions(void **state)
{
	(void)state;
	refuse_with = SEHUB_WIRE_CLOSE_NO_HUB;
	assert_true(log_in(12, "alice", PASSWORD));
	say_attach();
	expect_close(SEHUB_WIRE_CLOSE_NO_HUB, "not now");
	assert_int_equal(opened, 1);
	refuse_with = 0;
}

static void test_all_failures_look_alike(void **state)
{
	static const struct {
		uint16_t hub;
		const char *user, *password;
	} wrong[] = {
		{ 12, "alice", "incorrect horse" },
		{ 12, "nobody", PASSWORD },
		{ 12, "bob", PASSWORD },
		{ 4000, "alice", PASSWORD },
		{ 12, "eve", "incorrect horse" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(log_in(wrong[i].hub, wrong[i].user,
				    wrong[i].password));
		expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");
		assert_int_equal(opened, 0);
	}
}

static void test_disabled_user_with_right_password(void **state)
{
	(void)state;
	log_in(12, "eve", PASSWORD);
	expect_close(SEHUB_WIRE_CLOSE_DENIED, "the user may not connect");
	assert_int_equal(opened, 0);
}

/* Who has shown the password, and waits until it is worth nothing any more. */
static void test_user_that_changes_meanwhile(void **state)
{
	struct store_user user = { .vlan = 13, .name = "alice" };

	(void)state;
	assert_true(log_in(12, "alice", PASSWORD));
	logins_user_changed(d.logins, &user);
	user.vlan = 12;
	logins_user_changed(d.logins, &user);
	expect_close(SEHUB_WIRE_CLOSE_BUSY,
		     "the user changed meanwhile, try again");
	/* before there is a name */
	connect_peer();
	say_hello(1, 12);
	logins_user_changed(d.logins, &user);
	peer_close(&peer);
}

static void test_other_mechanisms(void **state)
{
	static const uint8_t plain[] = "\0alice\0" PASSWORD;

	(void)state;
	connect_peer();
	say_hello(1, 12);
	say_auth("PLAIN", plain, sizeof(plain) - 1);
	expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");

	connect_peer();
	say_hello(1, 12);
	say_auth("SCRAM-SHA-256", (const uint8_t *)"n,,n=alice,r=abc", 16);
	expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");

	connect_peer();
	say_hello(1, 12);
	say_auth(NULL, plain, 1);
	expect_close(SEHUB_WIRE_CLOSE_AUTH, "authentication failed");
}

static void test_resume(void **state)
{
	struct proto_builder b;
	uint8_t buf[128];

	(void)state;
	connect_peer();
	say_hello(1, 12);
	proto_begin(&b, buf, sizeof(buf), SEHUB_WIRE_RESUME);
	proto_put_bytes(&b, SEHUB_WIRE_A_TICKET, ticket, sizeof(ticket));
	proto_put_u64(&b, SEHUB_WIRE_A_RX_COUNT, 77);
	proto_put_u64(&b, SEHUB_WIRE_A_TX_OLDEST, 88);
	put(&b);
	UNTIL(resumed);
	assert_int_equal(last.vlan, 12);
	assert_int_equal(last.rx_count, 77);
	assert_int_equal(last.tx_oldest, 88);
	assert_int_equal(opened, 0);
	peer_close(&peer);

	/* counts are not optional */
	connect_peer();
	say_hello(1, 12);
	proto_begin(&b, buf, sizeof(buf), SEHUB_WIRE_RESUME);
	proto_put_bytes(&b, SEHUB_WIRE_A_TICKET, ticket, sizeof(ticket));
	put(&b);
	expect_close(SEHUB_WIRE_CLOSE_PROTOCOL, "RESUME: rx-count: missing");
	assert_int_equal(resumed, 0);
}

static void test_order_of_records(void **state)
{
	(void)state;
	connect_peer();
	say_hello(2, 12);
	expect_close(SEHUB_WIRE_CLOSE_VERSION, NULL);

	connect_peer();
	say_hello(1, 0);
	expect_close(SEHUB_WIRE_CLOSE_PROTOCOL, "HELLO: hub: missing");

	/* ATTACH without a login */
	connect_peer();
	say_attach();
	expect_close(SEHUB_WIRE_CLOSE_PROTOCOL, "unexpected ATTACH");
	connect_peer();
	say_hello(1, 12);
	say_attach();
	expect_close(SEHUB_WIRE_CLOSE_PROTOCOL, "unexpected ATTACH");
	assert_int_equal(opened, 0);

	/* frames without a session */
	connect_peer();
	peer_send(&peer, "\x10\0\0\x0e" "aaaaaabbbbbbcc", 18);
	expect_close(SEHUB_WIRE_CLOSE_PROTOCOL, NULL);

	/* unknown control records are passed over */
	connect_peer();
	peer_send(&peer, "\x0d\0\0\x01x", 5);
	say_hello(1, 12);
	peer_send(&peer, "\x01\0\0\x00", 4);
	expect_close(SEHUB_WIRE_CLOSE_PROTOCOL, "unexpected HELLO");
}

static void test_limits(void **state)
{
	int fd[8], i;
	char byte;

	(void)state;
	/* three of one source at a time, by the table */
	for (i = 0; i < 3; i++)
		fd[i] = begin(1);
	fd[3] = begin(1);
	assert_int_equal(read(fd[3], &byte, 1), 0);
	for (i = 0; i < 4; i++)
		close(fd[i]);
	for (i = 0; i < 20; i++)
		line_turn();
	/* and they are free again */
	connect_peer();
	peer_close(&peer);
	for (i = 0; i < 20; i++)
		line_turn();
}

static void test_guesses_on_open_connections(void **state)
{
	struct ratelimit_settings settings = {
		.failures_max = 1, .window_ms = 60000,
		.concurrent_max = 10, .entries_max = 100,
	};
	struct ratelimit *usual = d.limit;
	struct peer early;
	int i;

	(void)state;
	d.limit = ratelimit_new(&settings);
	assert_non_null(d.limit);
	connect_peer();
	say_hello(1, 12);
	early = peer;
	for (i = 0; i < 2; i++) {
		assert_false(log_in(12, "alice", "incorrect horse"));
		expect_close(SEHUB_WIRE_CLOSE_AUTH, NULL);
	}
	peer = early;
	say_auth(AUTH_MECHANISM, (const uint8_t *)"n,,n=alice,r=abc", 16);
	expect_close(SEHUB_WIRE_CLOSE_BUSY, NULL);
	ratelimit_free(d.limit);
	d.limit = usual;
}

static void test_refusals_are_bounded(void **state)
{
	int i;

	(void)state;
	d.config.max_logins = 2;
	/* those before this test count as well */
	for (i = 0; i < 3 && !peer.is_ended; i++) {
		connect_peer();
		say_hello(2, 12);
		UNTIL(peer.len || peer.is_ended || peer.is_failed);
		peer.is_ended |= !peer.len;
		peer_close(&peer);
	}
	assert_true(peer.is_ended);
	d.config.max_logins = 100;
}

static bool is_closed(int fd)
{
	char byte;

	return !read(fd, &byte, 1);
}

static void test_silent_peers(void **state)
{
	struct ratelimit_settings settings = {
		.failures_max = 2, .window_ms = 60000,
		.concurrent_max = 10, .entries_max = 100,
	};
	struct ratelimit *usual = d.limit;
	uint64_t began;
	int fd[6], i;

	(void)state;
	d.limit = ratelimit_new(&settings);
	assert_non_null(d.limit);
	d.config.max_logins = 4;
	for (i = 0; i < 4; i++)
		fd[i] = begin(1);
	/* there are four at a time, and each has a chance */
	fd[4] = begin(1);
	assert_true(is_closed(fd[4]));
	close(fd[4]);
	for (began = uv_hrtime(); uv_hrtime() - began < 3200000000;)
		line_turn();
	fd[4] = begin(1);
	assert_true(is_closed(fd[0]));
	assert_false(is_closed(fd[1]));
	assert_false(is_closed(fd[4]));
	/* who held a place for long has failed */
	for (i = 0; i < 5; i++)
		close(fd[i]);
	for (i = 0; i < 20; i++)
		line_turn();
	fd[5] = begin(1);
	assert_true(is_closed(fd[5]));
	close(fd[5]);
	d.config.max_logins = 100;
	ratelimit_free(d.limit);
	d.limit = usual;
}

static void test_deadline(void **state)
{
	(void)state;
	d.config.login_timeout_ms = 300;
	connect_peer();
	say_hello(1, 12);
	expect_close(SEHUB_WIRE_CLOSE_TIMEOUT, "the login took too long");
	d.config.login_timeout_ms = LINE_DEADLINE_MS;
}

static void test_end_while_logging_in(void **state)
{
	(void)state;
	connect_peer();
	say_hello(1, 12);
	logins_free(d.logins);
	expect_close(SEHUB_WIRE_CLOSE_SHUTDOWN, NULL);
	d.logins = logins_new(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right_password),
		cmocka_unit_test(test_refused_by_sessions),
		cmocka_unit_test(test_all_failures_look_alike),
		cmocka_unit_test(test_disabled_user_with_right_password),
		cmocka_unit_test(test_user_that_changes_meanwhile),
		cmocka_unit_test(test_other_mechanisms),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_order_of_records),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_guesses_on_open_connections),
		cmocka_unit_test(test_refusals_are_bounded),
		cmocka_unit_test(test_silent_peers),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_end_while_logging_in),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
