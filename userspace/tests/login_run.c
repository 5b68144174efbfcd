// SPDX-License-Identifier: GPL-2.0-or-later
/* See login_run.h. */
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

#include "../transportd/login.h"
#include "../transportd/ratelimit.h"
#include "login_run.h"

struct daemon d;
struct peer peer;
static char dir[] = "/tmp/sehub-test-login-XXXXXX";
const uint8_t client_id[SEHUB_WIRE_CLIENT_ID_LEN] = "0123456789abcde";
const uint8_t ticket[SEHUB_WIRE_TICKET_LEN] = "ticket";

/* --- sessions, as far as the login goes ---------------------------------- */

unsigned int opened, resumed;
uint16_t refuse_with;
struct store_user opened_user;
struct session_request last;
char mechanisms[256];
char last_client[256], last_carrier[32];
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

/* --- the listener ---------------------------------------------------------- */

unsigned int noted[2];

void listeners_note(struct listeners *ls, uint32_t id,
		    enum listener_outcome outcome)
{
	assert_null(ls);
	assert_int_equal(id, 7);
	noted[outcome]++;
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

int group_setup(void **state)
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

int group_teardown(void **state)
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

int begin(uint16_t port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(port),
	};
	int fd[2];

	inet_pton(AF_INET, "192.0.2.7", &addr.sin_addr);
	opened = resumed = 0;
	noted[LISTENER_REFUSED] = noted[LISTENER_LOGIN] = 0;
	line_sockets(fd);
	login_begin(d.logins, fd[0], (struct sockaddr *)&addr, 7);
	return fd[1];
}

void connect_peer(void)
{
	peer_open(&peer, begin(1000));
	UNTIL(peer.is_ready);
}

void expect(uint8_t type, struct proto_msg *msg)
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

void expect_close(uint16_t code, const char *text)
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

void put(struct proto_builder *b)
{
	int len = proto_end(b);

	assert_true(len > 0);
	peer_send(&peer, b->data, (size_t)len);
}

void say_hello(uint16_t version, uint16_t hub)
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
	proto_text_copy(mechanisms, sizeof(mechanisms), msg.mechanisms);
}

void say_auth(const char *mechanism, const uint8_t *data, size_t len)
{
	struct proto_builder b;
	uint8_t buf[2048];

	proto_begin(&b, buf, sizeof(buf), SEHUB_WIRE_AUTH);
	if (mechanism)
		proto_put_text(&b, SEHUB_WIRE_A_MECHANISM, mechanism);
	proto_put_bytes(&b, SEHUB_WIRE_A_SASL, data, len);
	put(&b);
}

bool log_in_by(enum auth_mechanism mechanism, uint16_t hub, const char *user,
	       const char *password)
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
	client = auth_client_new(d.auth, mechanism, user, password, binding,
				 NULL);
	assert_non_null(client);
	result = auth_client_step(client, NULL, 0, &out, &len);
	for (step = 0; result == AUTH_MORE; step++) {
		say_auth(step ? NULL : auth_mechanism_name(mechanism), out,
			 len);
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

bool log_in(uint16_t hub, const char *user, const char *password)
{
	return log_in_by(AUTH_SCRAM, hub, user, password);
}

void say_attach(void)
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
