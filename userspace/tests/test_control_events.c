// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The method Events: which events a client gets, as what, and what becomes of
 * those that it does not read.
 *
 * links: transportd/control.c transportd/control_client.c transportd/control_dispatch.c transportd/control_call.c transportd/control_local.c transportd/control_interface.c transportd/control_events.c transportd/events.c transportd/proto.c transportd/log.c tests/control_run.c
 */
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
#include <linux/sehub_wire.h>

#include "../transportd/control_events.h"
#include "../transportd/control_impl.h"
#include "../transportd/events.h"
#include "control_run.h"

static struct events *events;
static struct control_events *owner;

static int setup(void **state)
{
	control_setup(state);
	events = events_new();
	assert_non_null(events);
	assert_int_equal(control_events_register(control, events, &owner), 0);
	return 0;
}

static int teardown(void **state)
{
	control_stop();
	control_events_free(owner);
	events_free(events);
	return control_teardown(state);
}

/* A client that has called Events, and has had its first answer. */
static int subscribe(const char *params)
{
	struct json_object *message, *first;
	int fd = dial();
	char *text;

	assert_true(asprintf(&text, "{\"method\":\"org.sehub.transportd.Events\",\"more\":true,\"parameters\":%s}",
			     params) > 0);
	send_text(fd, text);
	free(text);
	message = receive_json(fd);
	assert_true(bool_of(message, "continues"));
	first = expect_reply(message);
	assert_string_equal(text_of(first, "event"), "begin");
	json_object_put(first);
	return fd;
}

static void publish(enum event_kind kind, uint16_t vlan, const char *session)
{
	events_publish(events, &(struct event){
		.kind = kind, .vlan = vlan, .session = session,
	});
}

/* The next event, which has this name and session. */
static struct json_object *expect_event(int fd, const char *name,
					const char *session)
{
	struct json_object *message = receive_json(fd), *event;

	assert_true(bool_of(message, "continues"));
	event = expect_reply(message);
	assert_string_equal(text_of(event, "event"), name);
	if (session)
		assert_string_equal(text_of(event, "session"), session);
	assert_true(json_object_get_double(json_object_object_get(event,
								  "time")) >
		    1700000000);
	return event;
}

static void expect(int fd, const char *name, const char *session)
{
	json_object_put(expect_event(fd, name, session));
}

static void expect_nothing(int fd)
{
	char byte;

	for (unsigned int i = 0; i < 20; i++)
		turn();
	assert_int_equal(recv(fd, &byte, 1, MSG_PEEK), -1);
}

static void test_bad_parameters(void **state)
{
	static const struct {
		const char *params, *message, *parameter;
	} bad[] = {
		{ "{\"kinds\":[]}",
		  "kinds: an empty list is no event at all; leave it out for all",
		  "kinds" },
		{ "{\"kinds\":\"session-up\"}",
		  "kinds: has to be a list of texts", "kinds" },
		{ "{\"kinds\":[\"session-up\",\"nope\"]}",
		  "kinds: \"nope\" is no kind of event, such as session-up or policy-hit; leave kinds out for all",
		  "kinds" },
		{ "{\"vlan\":0}", "vlan: 0 is outside of 1 to 4094", "vlan" },
		{ "{\"vlan\":\"12\"}", "vlan: has to be a whole number",
		  "vlan" },
		{ "{\"hub\":12}", "unknown parameter \"hub\"", "hub" },
	};
	struct json_object *answer;
	int fd = dial();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_refusal(ask(fd, "Events", bad[i].params),
			       CONTROL_INVALID, bad[i].message,
			       bad[i].parameter);
	answer = ask(fd, "Events", NULL);
	assert_string_equal(text_of(answer, "error"),
			    "org.varlink.service.ExpectedMore");
	json_object_put(answer);
	assert_int_equal(control_events_clients(owner), 0);
	close(fd);
}

static void test_which(void **state)
{
	int all = subscribe("{}");
	int hub = subscribe("{\"vlan\":12}");
	int ups = subscribe("{\"kinds\":[\"session-up\",\"session-up\"]}");

	(void)state;
	assert_int_equal(control_events_clients(owner), 3);
	publish(EVENT_SESSION_UP, 12, "a");
	publish(EVENT_SESSION_DOWN, 12, "b");
	publish(EVENT_SESSION_UP, 13, "c");
	publish(EVENT_LOGIN_REFUSED, 0, "d");
	expect(all, "session-up", "a");
	expect(all, "session-down", "b");
	expect(all, "session-up", "c");
	expect(all, "login-refused", "d");
	expect(hub, "session-up", "a");
	expect(hub, "session-down", "b");
	expect(ups, "session-up", "a");
	expect(ups, "session-up", "c");
	expect_nothing(all);
	expect_nothing(hub);
	expect_nothing(ups);
	close(all);
	close(hub);
	close(ups);
	TURN_UNTIL(!control_events_clients(owner));
	/* nobody wants to know any more */
	assert_false(events_wanted(events, EVENT_SESSION_UP));
	publish(EVENT_SESSION_UP, 12, "e");
}

/* What is not known is left out, and the rest is what it was. */
static void test_members(void **state)
{
	struct json_object *event;
	int fd = subscribe("{}");

	(void)state;
	publish(EVENT_SESSION_DETACHED, 0, NULL);
	event = expect_event(fd, "session-detached", NULL);
	assert_int_equal(json_object_object_length(event), 2);
	json_object_put(event);
	events_publish(events, &(struct event){
		.kind = EVENT_LOGIN_REFUSED, .vlan = 4094, .user = "\xc3\xa4\"",
		.address = "192.0.2.1:1", .has_resumes = true, .count = 1ULL << 40,
		.code = SEHUB_WIRE_CLOSE_NO_HUB, .reason = "no such\nhub",
	});
	event = expect_event(fd, "login-refused", NULL);
	assert_int_equal(int_of(event, "vlan"), 4094);
	assert_string_equal(text_of(event, "user"), "\xc3\xa4\"");
	assert_string_equal(text_of(event, "address"), "192.0.2.1:1");
	assert_int_equal(int_of(event, "resumes"), 0);
	assert_int_equal(int_of(event, "count"), 1LL << 40);
	assert_string_equal(text_of(event, "code"), "no-hub");
	assert_string_equal(text_of(event, "reason"), "no such\nhub");
	assert_int_equal(json_object_object_length(event), 9);
	json_object_put(event);
	close(fd);
}

/* Fills what the kernel and the queue hold for a client that does not read. */
static int64_t flood(unsigned int count)
{
	char session[16];

	for (unsigned int i = 0; i < count; i++) {
		snprintf(session, sizeof(session), "s%u", i);
		publish(EVENT_SESSION_UP, 12, session);
		turn();
	}
	return count;
}

static void test_slow_reader(void **state)
{
	int64_t got = 0, lost = 0, sent;
	int fd, other, size = 1;

	(void)state;
	fd = subscribe("{}");
	other = subscribe("{\"kinds\":[\"session-down\"]}");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	sent = flood(10000);
	assert_true(control_events_lost(owner) > 0);
	/* others are told meanwhile */
	publish(EVENT_SESSION_DOWN, 12, "x");
	expect(other, "session-down", "x");
	/* all come in order, up to those that are missing, and then the rest */
	while (!lost) {
		struct json_object *event = expect_reply(receive_json(fd));
		char session[16];

		if (!strcmp(text_of(event, "event"), "lost")) {
			lost = int_of(event, "count");
		} else {
			snprintf(session, sizeof(session), "s%d", (int)got++);
			assert_string_equal(text_of(event, "session"), session);
		}
		json_object_put(event);
	}
	assert_int_equal(got + lost, sent + 1);
	assert_true(got >= CONTROL_EVENTS_QUEUE);
	assert_int_equal(control_events_lost(owner), lost);
	publish(EVENT_SESSION_UP, 12, "again");
	expect(fd, "session-up", "again");
	expect_nothing(fd);
	close(fd);
	close(other);
}

static void test_gone_with_a_full_queue(void **state)
{
	int fd = subscribe("{}");

	(void)state;
	flood(3000);
	close(fd);
	flood(10);
	TURN_UNTIL(!control_events_clients(owner));
	TURN_UNTIL(!control->client_count);
}

static void test_closed_by_us(void **state)
{
	int fd = subscribe("{}"), full = subscribe("{}");

	(void)state;
	flood(3000);
	control_stop();
	assert_int_equal(control_events_clients(owner), 0);
	publish(EVENT_SESSION_UP, 12, "late");
	close(fd);
	close(full);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bad_parameters),
		TEST(test_which),
		TEST(test_members),
		TEST(test_slow_reader),
		TEST(test_gone_with_a_full_queue),
		TEST(test_closed_by_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
