// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Listeners of the configuration and of the state, over the control socket:
 * opened and closed while the loop runs, kept over a restart, each refusal with
 * nothing changed. Connections are real, logins are made up here.
 *
 * links: transportd/listen.c transportd/listeners.c transportd/listen_control.c
 * links: transportd/listen_params.c transportd/events.c
 * links: transportd/control.c transportd/control_client.c
 * links: transportd/control_dispatch.c transportd/control_call.c transportd/control_local.c
 * links: transportd/control_interface.c transportd/config.c
 * links: transportd/config_value.c transportd/store.c transportd/store_file.c transportd/store_schema.c
 * links: transportd/store_user.c transportd/store_connection.c
 * links: transportd/store_listener.c transportd/store_check.c transportd/auth.c
 * links: transportd/card.c transportd/log.c tests/control_run.c
 * links: tests/store_place.c lib/via.c lib/addr.c lib/access.c lib/policy.c
 * links: lib/ethertype.c lib/rate.c lib/err.c
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../transportd/listen.h"
#include "../transportd/login.h"
#include "../transportd/sessions.h"
#include "control_run.h"
#include "store_place.h"

static struct daemon d;
static int fd;
/* Ports of this host that nobody listens on, and one that is taken. */
static uint16_t port[3], taken_port;
static int taken;

/* --- what the daemon has besides ------------------------------------------- */

static struct server_session session = { .state = SERVER_CONNECTED };
static uint32_t came_in_by;

void login_begin(struct logins *logins, int client, const struct sockaddr *addr,
		 uint32_t listener)
{
	assert_null(logins);
	assert_int_equal(addr->sa_family, AF_INET);
	came_in_by = listener;
	close(client);
}

struct server_session *sessions_first(const struct sessions *ss)
{
	assert_null(ss);
	return &session;
}

static int certificate_error;
static unsigned int certificates;

int daemon_open_certificate(struct daemon *who, struct sehub_err *err)
{
	assert_ptr_equal(who, &d);
	certificates++;
	return certificate_error ? sehub_err_set(err, certificate_error,
						 "no certificate") : 0;
}

/* --- places ---------------------------------------------------------------- */

/* A socket that listens on 127.0.0.1, and its port. */
static int listen_somewhere(uint16_t *where)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);
	int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(made, (struct sockaddr *)&addr, sizeof(addr)), 0);
	/* nobody takes what comes */
	assert_int_equal(listen(made, 64), 0);
	assert_int_equal(getsockname(made, (struct sockaddr *)&addr, &len), 0);
	*where = ntohs(addr.sin_port);
	return made;
}

/* 0, or the errno of a connection to that port. */
static int call_port(uint16_t where)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons(where) };
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), err = 0;

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(client, (struct sockaddr *)&addr, sizeof(addr)))
		err = errno;
	close(client);
	return err;
}

static void configure(uint16_t where)
{
	char text[CONFIG_ADDRESS_MAX];

	snprintf(text, sizeof(text), "127.0.0.1:%u", where);
	assert_int_equal(config_address_parse(text, &d.config.listen[0]), 0);
	d.config.listen_count = 1;
}

static void open_all(void)
{
	struct sehub_err err;

	d.store = store;
	if (listeners_open(&d.listeners, &d, &err))
		fail_msg("%s", err.text);
}

static void close_all(void)
{
	listeners_close(d.listeners);
	d.listeners = NULL;
	uv_run(&d.loop, UV_RUN_DEFAULT);
}

static int start(void **state)
{
	int made[3];

	setup(state);
	for (int i = 0; i < 3; i++)
		made[i] = listen_somewhere(&port[i]);
	for (int i = 0; i < 3; i++)
		close(made[i]);
	taken = listen_somewhere(&taken_port);
	control_setup(state);
	memset(&d, 0, sizeof(d));
	assert_int_equal(uv_loop_init(&d.loop), 0);
	certificate_error = 0;
	certificates = 0;
	configure(port[0]);
	open_all();
	d.control = control;
	assert_int_equal(listen_control_register(&d), 0);
	fd = dial();
	return 0;
}

static int stop(void **state)
{
	close(fd);
	close_all();
	close(taken);
	control_teardown(state);
	assert_int_equal(uv_loop_close(&d.loop), 0);
	return teardown(state);
}

/* As if the daemon were another one. */
static void restart(void)
{
	close_all();
	reopen_store();
	open_all();
}

/* --- what is asked --------------------------------------------------------- */

static struct json_object *ask_about(const char *method, uint16_t where,
				     const char *more)
{
	char params[160];

	snprintf(params, sizeof(params),
		 "{\"address\":\"127.0.0.1\",\"port\":%u%s}", where, more);
	return ask(fd, method, params);
}

static void expect_ok(const char *method, uint16_t where, const char *more)
{
	json_object_put(expect_reply(ask_about(method, where, more)));
}

#define ON	",\"enabled\":true"
#define OFF	",\"enabled\":false"

/* The listener's object in a list of that many; for json_object_put(). */
static struct json_object *shown(uint16_t where, size_t count)
{
	struct json_object *reply = expect_reply(ask(fd, "ListenerList", NULL));
	struct json_object *list = json_object_object_get(reply, "listeners");
	struct json_object *found = NULL;

	assert_int_equal(json_object_array_length(list), count);
	for (size_t i = 0; i < count; i++) {
		struct json_object *l = json_object_array_get_idx(list, i);

		if (int_of(l, "port") == where)
			found = json_object_get(l);
	}
	json_object_put(reply);
	return found;
}

static void expect_state(uint16_t where, size_t count, const char *state,
			 const char *source, const char *error_text)
{
	struct json_object *l = shown(where, count);

	assert_non_null(l);
	assert_string_equal(text_of(l, "address"), "127.0.0.1");
	assert_string_equal(text_of(l, "state"), state);
	assert_string_equal(text_of(l, "source"), source);
	assert_int_equal(bool_of(l, "enabled"), strcmp(state, "off") != 0);
	if (error_text)
		assert_string_equal(text_of(l, "error"), error_text);
	else
		assert_null(text_of(l, "error"));
	json_object_put(l);
	assert_int_equal(call_port(where), strcmp(state, "listening") &&
			 where != taken_port ? ECONNREFUSED : 0);
}

/* --- tests ----------------------------------------------------------------- */

static void test_configured(void **state)
{
	char text[160];

	(void)state;
	expect_state(port[0], 1, "listening", "config", NULL);
	assert_int_equal(listeners_count(d.listeners), 1);
	/* it stands in a file that nobody but the administrator writes */
	snprintf(text, sizeof(text), "the listener on 127.0.0.1 port %u stands in the configuration file: take it out there, or switch it off",
		 port[0]);
	expect_refusal(ask_about("ListenerDel", port[0], ""), CONTROL_INVALID,
		       text, NULL);
	snprintf(text, sizeof(text),
		 "there is a listener on 127.0.0.1 port %u already", port[0]);
	expect_refusal(ask_about("ListenerAdd", port[0], ""), CONTROL_EXISTS,
		       text, NULL);
	expect_ok("ListenerSet", port[0], OFF);
	expect_state(port[0], 1, "off", "config", NULL);
	assert_int_equal(listeners_count(d.listeners), 0);
	/* the switch lasts */
	restart();
	expect_state(port[0], 1, "off", "config", NULL);
	expect_ok("ListenerSet", port[0], ON);
	expect_ok("ListenerSet", port[0], ON);
	expect_state(port[0], 1, "listening", "config", NULL);
	restart();
	expect_state(port[0], 1, "listening", "config", NULL);
}

/* The switch of one that the configuration does not name any more is none. */
static void test_out_of_the_configuration(void **state)
{
	(void)state;
	expect_ok("ListenerSet", port[0], OFF);
	close_all();
	configure(port[1]);
	open_all();
	expect_state(port[1], 1, "listening", "config", NULL);
	close_all();
	configure(port[0]);
	open_all();
	expect_state(port[0], 1, "off", "config", NULL);
	/* one of the state that the configuration now names is in its hands */
	expect_ok("ListenerAdd", port[1], "");
	close_all();
	configure(port[1]);
	open_all();
	expect_state(port[1], 1, "listening", "config", NULL);
	/* and is the state's again when it is named no more */
	expect_ok("ListenerSet", port[1], OFF);
	expect_ok("ListenerSet", port[1], ",\"enabled\":true");
	close_all();
	configure(port[0]);
	open_all();
	expect_state(port[1], 2, "listening", "state", NULL);
}

static void test_of_the_state(void **state)
{
	struct json_object *l;

	(void)state;
	expect_ok("ListenerAdd", port[1], "");
	expect_ok("ListenerAdd", port[2], ",\"protocol\":\"proxy\"");
	expect_state(port[1], 3, "listening", "state", NULL);
	expect_state(port[2], 3, "listening", "state", NULL);
	expect_ok("ListenerSet", port[1], OFF);
	expect_state(port[1], 3, "off", "state", NULL);
	restart();
	expect_state(port[1], 3, "off", "state", NULL);
	expect_state(port[2], 3, "listening", "state", NULL);
	l = shown(port[1], 3);
	assert_string_equal(text_of(l, "protocol"), "direct");
	json_object_put(l);
	l = shown(port[2], 3);
	assert_string_equal(text_of(l, "protocol"), "proxy");
	json_object_put(l);
	expect_ok("ListenerDel", port[2], "");
	assert_int_equal(call_port(port[2]), ECONNREFUSED);
	assert_null(shown(port[2], 2));
	restart();
	assert_null(shown(port[2], 2));
	expect_state(port[0], 2, "listening", "config", NULL);
}

static void test_counters(void **state)
{
	struct json_object *l;

	(void)state;
	expect_ok("ListenerAdd", port[1], "");
	came_in_by = 0;
	assert_int_equal(call_port(port[1]), 0);
	while (!came_in_by)
		uv_run(&d.loop, UV_RUN_ONCE);
	listeners_note(d.listeners, came_in_by, LISTENER_LOGIN);
	listeners_note(d.listeners, came_in_by, LISTENER_REFUSED);
	listeners_note(d.listeners, came_in_by, LISTENER_REFUSED);
	session.listener = came_in_by;
	l = shown(port[1], 2);
	assert_int_equal(int_of(l, "accepted"), 1);
	assert_int_equal(int_of(l, "refused"), 2);
	assert_int_equal(int_of(l, "logins"), 1);
	assert_int_equal(int_of(l, "sessions"), 1);
	json_object_put(l);
	/* one that waits for its client is nowhere */
	session.state = SERVER_DETACHED;
	l = shown(port[1], 2);
	assert_int_equal(int_of(l, "sessions"), 0);
	json_object_put(l);
	session.state = SERVER_CONNECTED;
	l = shown(port[0], 2);
	assert_int_equal(int_of(l, "accepted"), 0);
	assert_int_equal(int_of(l, "sessions"), 0);
	json_object_put(l);
	/* what becomes of those who came in by one that is gone */
	expect_ok("ListenerDel", port[1], "");
	listeners_note(d.listeners, came_in_by, LISTENER_LOGIN);
	listeners_note(NULL, came_in_by, LISTENER_LOGIN);
	expect_ok("ListenerAdd", port[1], "");
	l = shown(port[1], 2);
	assert_int_equal(int_of(l, "logins"), 0);
	assert_int_equal(int_of(l, "sessions"), 0);
	json_object_put(l);
}

static void test_taken_port(void **state)
{
	static const char in_use[] = "Address already in use";
	struct store_listener wanted = {
		.address = "127.0.0.1", .port = taken_port, .is_added = true,
		.is_enabled = true,
	};
	char text[160];

	(void)state;
	snprintf(text, sizeof(text), "cannot listen on 127.0.0.1:%u: %s",
		 taken_port, in_use);
	expect_refusal(ask_about("ListenerAdd", taken_port, ""),
		       CONTROL_FAILED, text, NULL);
	assert_null(shown(taken_port, 1));
	restart();
	assert_null(shown(taken_port, 1));

	/* one that was there before does not keep the others from working */
	assert_int_equal(store_listener_put(store, &wanted, &error), 0);
	restart();
	expect_state(taken_port, 2, "failed", "state", in_use);
	expect_state(port[0], 2, "listening", "config", NULL);
	expect_refusal(ask_about("ListenerSet", taken_port, ON),
		       CONTROL_FAILED, text, NULL);
	expect_state(taken_port, 2, "failed", "state", in_use);
	expect_ok("ListenerSet", taken_port, OFF);
	expect_state(taken_port, 2, "off", "state", NULL);
	/* what is refused changes nothing */
	expect_refusal(ask_about("ListenerSet", taken_port, ON),
		       CONTROL_FAILED, text, NULL);
	expect_state(taken_port, 2, "off", "state", NULL);
	restart();
	expect_state(taken_port, 2, "off", "state", NULL);
	close(taken);
	taken = -1;
	expect_ok("ListenerSet", taken_port, ON);
	expect_state(taken_port, 2, "listening", "state", NULL);
}

/* Without an address that the administrator has asked for there is no start. */
static void test_taken_configured(void **state)
{
	struct sehub_err err;
	char text[160];

	(void)state;
	close_all();
	configure(taken_port);
	assert_int_equal(listeners_open(&d.listeners, &d, &err), -EADDRINUSE);
	snprintf(text, sizeof(text),
		 "cannot listen on 127.0.0.1:%u: Address already in use",
		 taken_port);
	assert_string_equal(err.text, text);
	assert_null(d.listeners);
	uv_run(&d.loop, UV_RUN_DEFAULT);
}

static void test_certificate(void **state)
{
	(void)state;
	assert_int_equal(certificates, 1);
	certificate_error = -EACCES;
	expect_refusal(ask_about("ListenerAdd", port[1], ""), CONTROL_DENIED,
		       "no certificate", NULL);
	assert_null(shown(port[1], 1));
	/* there is one now */
	d.tls = (struct tls_context *)&d;
	expect_ok("ListenerAdd", port[1], "");
	assert_int_equal(certificates, 2);
}

static void test_bad_requests(void **state)
{
	static const struct {
		const char *method, *params, *parameter, *text;
	} bad[] = {
		{ "ListenerAdd", "{\"port\":1}", "address",
		  "address is missing" },
		{ "ListenerAdd", "{\"address\":\"::\"}", "port",
		  "port is missing" },
		{ "ListenerAdd", "{\"address\":\"hub.example\",\"port\":1}",
		  "address",
		  "address: \"hub.example\" is no IPv4 or IPv6 address, such as 0.0.0.0 or ::" },
		{ "ListenerAdd", "{\"address\":\"::\",\"port\":0}", "port",
		  "port: 0 is outside of 1 to 65535" },
		{ "ListenerAdd", "{\"address\":\"::\",\"port\":65536}",
		  "port", "port: 65536 is outside of 1 to 65535" },
		{ "ListenerAdd",
		  "{\"address\":\"::\",\"port\":1,\"protocol\":\"udp\"}",
		  "protocol", "protocol: has to be direct or proxy" },
		{ "ListenerAdd", "{\"address\":\"::\",\"port\":1,\"x\":1}",
		  "x", "unknown parameter \"x\"" },
		{ "ListenerSet", "{\"address\":\"::\",\"port\":1}",
		  "enabled", "enabled is missing" },
		{ "ListenerSet",
		  "{\"address\":\"::\",\"port\":1,\"enabled\":1}",
		  "enabled", "enabled: has to be true or false" },
		{ "ListenerList", "{\"x\":1}", "x",
		  "unknown parameter \"x\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		expect_refusal(ask(fd, bad[i].method, bad[i].params),
			       CONTROL_INVALID, bad[i].text, bad[i].parameter);
	expect_refusal(ask(fd, "ListenerDel",
			   "{\"address\":\"::\",\"port\":1}"),
		       CONTROL_NOT_FOUND, "there is no listener on :: port 1",
		       "address");
	expect_state(port[0], 1, "listening", "config", NULL);
}

/* However an address is written, it is one. */
static void test_one_form(void **state)
{
	char params[96];

	(void)state;
	snprintf(params, sizeof(params), "{\"address\":\"0:0::0001\",\"port\":%u}",
		 port[1]);
	json_object_put(expect_reply(ask(fd, "ListenerAdd", params)));
	snprintf(params, sizeof(params), "{\"address\":\"::1\",\"port\":%u}",
		 port[1]);
	json_object_put(expect_reply(ask(fd, "ListenerDel", params)));
	assert_null(shown(port[1], 1));
}

static void test_stored(void **state)
{
	struct store_listener bad = { .address = "::0", .port = 1 };

	(void)state;
	assert_int_equal(store_listener_put(store, &bad, &error), -EINVAL);
	assert_string_equal(error.text,
			    "address: \"::0\" is no IPv4 or IPv6 address in its usual form");
	strcpy(bad.address, "::'; DROP TABLE listeners");
	assert_int_equal(store_listener_put(store, &bad, &error), -EINVAL);
	strcpy(bad.address, "::");
	bad.port = 0;
	assert_int_equal(store_listener_put(store, &bad, &error), -EINVAL);
	assert_int_equal(store_listener_del(store, "::", 1, &error), -ENOENT);
	assert_string_equal(error.text, "no listener on :: port 1");
	assert_int_equal(store_listener_get(store, "::", 1, &bad, &error),
			 -ENOENT);
}

/* More than the process has room for. */
static void test_too_many(void **state)
{
	struct store_listener one = { .address = "127.0.0.1", .is_added = true };

	(void)state;
	for (one.port = 1; one.port < LISTENERS_MAX + 10; one.port++)
		assert_int_equal(store_listener_put(store, &one, &error), 0);
	restart();
	json_object_put(shown(1, LISTENERS_MAX));
	expect_refusal(ask_about("ListenerAdd", port[1], ""), CONTROL_FAILED,
		       "there are 64 listeners already: delete one first",
		       NULL);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_configured),
		TEST(test_out_of_the_configuration),
		TEST(test_of_the_state),
		TEST(test_counters),
		TEST(test_taken_port),
		TEST(test_taken_configured),
		TEST(test_certificate),
		TEST(test_bad_requests),
		TEST(test_one_form),
		TEST(test_stored),
		TEST(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
