// SPDX-License-Identifier: GPL-2.0-or-later
#include "state_run.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store_place.h"

int fd;
char changes[512];
struct pem_pair pair;

static struct control_state *states;

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

static const char *name_of(const char *by)
{
	char me[16];

	snprintf(me, sizeof(me), "%u", getuid());
	return strcmp(by, me) ? by : "me";
}

static void note_admin(void *ctx, const char *by)
{
	assert_ptr_equal(ctx, changes);
	note("admin by %s;", name_of(by));
}

static void note_logs(void *ctx, const char *by)
{
	assert_ptr_equal(ctx, changes);
	note("logs by %s;", name_of(by));
}

static void note_packet_log(void *ctx, uint16_t vlan, const char *by)
{
	assert_ptr_equal(ctx, changes);
	note("packets of %u by %s;", vlan, name_of(by));
}

static const struct state_ops ops = {
	.user = note_user,
	.connection = note_connection,
	.hubs = note_hubs,
	.listeners = note_listeners,
	.admin = note_admin,
	.logs = note_logs,
	.packet_log = note_packet_log,
};

int start(void **state)
{
	setup(state);
	control_setup(state);
	changes[0] = '\0';
	assert_int_equal(control_state_register(control, store, &ops, changes,
						&states), 0);
	fd = dial();
	return 0;
}

int stop(void **state)
{
	close(fd);
	control_teardown(state);
	control_state_free(states);
	return teardown(state);
}

/* Another machine, which has nothing yet. */
void go_elsewhere(void)
{
	void *state = NULL;

	stop(&state);
	start(&state);
}

int make_pair(void **state)
{
	(void)state;
	pem_make(&pair, -3600, 86400);
	return 0;
}

/* --- documents ------------------------------------------------------------- */

/* The document, for json_object_put(). */
struct json_object *export(void)
{
	struct json_object *reply = expect_reply(ask(fd, "Export", NULL));
	struct json_object *state;

	state = json_object_get(json_object_object_get(reply, "state"));
	assert_non_null(state);
	json_object_put(reply);
	return state;
}

struct json_object *import(const char *document, bool replace)
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

void import_good(const char *document, bool replace, const char *counts)
{
	struct json_object *reply = expect_reply(import(document, replace));

	assert_string_equal(json_object_to_json_string_ext(reply,
				JSON_C_TO_STRING_PLAIN), counts);
	json_object_put(reply);
}

/* The document of a machine that has nothing. */
void expect_nothing(void)
{
	struct json_object *state = export();

	assert_string_equal(json_object_to_json_string_ext(state,
				JSON_C_TO_STRING_PLAIN),
		"{\"version\":1,\"users\":[],\"connections\":[],\"hubs\":[],\"listeners\":[],\"packet_logs\":[],"
		"\"logs\":{\"rotate\":\"daily\",\"max_bytes\":104857600,\"keep\":14,"
		"\"compress\":true,\"system\":true,\"administration\":true,"
		"\"access\":true},\"admin\":{}}");
	assert_string_equal(changes, "");
	json_object_put(state);
}

void must(int err)
{
	if (err)
		fail_msg("%s", error.text);
}

/* With a port that has a policy, one that has none, and addresses of both. */
void save_hub(void)
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
void fill(void)
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
	struct store_logs logs = {
		.rotation = { ROTATE_HOURLY, 4096, 0, false }, .access = true,
	};
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
	must(store_admin_set(store, &mine, &error));
	must(store_logs_set(store, &logs, &error));
	must(store_log_hub_set(store, 12, "udp=whole,arp=headers", &error));
	must(store_log_hub_set(store, 4094, "all=headers", &error));
}
