// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events inside the daemon: who is told of what, also while listeners come and
 * go; and what rules of ports drop, from counters that grow.
 *
 * links: transportd/events.c transportd/policy_hits.c lib/names.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../transportd/events.h"
#include "../transportd/policy_hits.h"

static struct events *events;

struct ear {
	struct events_listener listener;
	unsigned int count;
	char last[64];
	int64_t time_ms;
	struct ear *ends;	/* this one is to hear no more */
};

static void hear(void *arg, const struct event *event, int64_t time_ms)
{
	struct ear *ear = arg;

	ear->count++;
	ear->time_ms = time_ms;
	snprintf(ear->last, sizeof(ear->last), "%s %s",
		 event_kind_name(event->kind),
		 event->session ? event->session : "-");
	if (ear->ends)
		events_unlisten(events, &ear->ends->listener);
}

static void listen_to(struct ear *ear, uint32_t kinds)
{
	memset(ear, 0, sizeof(*ear));
	ear->listener.kinds = kinds;
	ear->listener.fn = hear;
	ear->listener.arg = ear;
	events_listen(events, &ear->listener);
}

static void publish(enum event_kind kind, const char *session)
{
	events_publish(events, &(struct event){
		.kind = kind, .session = session,
	});
}

static int setup(void **state)
{
	(void)state;
	events = events_new();
	return events ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	events_free(events);
	return 0;
}

static void test_names(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < EVENT_KINDS; kind++)
		assert_int_equal(event_kind_find(event_kind_name(kind)), kind);
	assert_int_equal(event_kind_find(""), EVENT_KINDS);
	assert_int_equal(event_kind_find("session"), EVENT_KINDS);
	assert_int_equal(event_kind_find("session-up "), EVENT_KINDS);
	assert_string_equal(event_kind_name(EVENT_POLICY_HIT), "policy-hit");
}

static void test_nobody_listens(void **state)
{
	(void)state;
	events_publish(NULL, &(struct event){ .kind = EVENT_SESSION_UP });
	assert_false(events_wanted(NULL, EVENT_SESSION_UP));
	publish(EVENT_SESSION_UP, "a");
	assert_false(events_wanted(events, EVENT_SESSION_UP));
	assert_int_equal(events_count(events, EVENT_SESSION_UP), 1);
	assert_int_equal(events_count(events, EVENT_SESSION_DOWN), 0);
}

static void test_kinds(void **state)
{
	struct ear up, all;

	(void)state;
	listen_to(&up, EVENT_BIT(EVENT_SESSION_UP));
	assert_true(events_wanted(events, EVENT_SESSION_UP));
	assert_false(events_wanted(events, EVENT_SESSION_DOWN));
	listen_to(&all, EVENT_ALL);
	publish(EVENT_SESSION_UP, "a");
	publish(EVENT_SESSION_DOWN, "b");
	assert_int_equal(up.count, 1);
	assert_string_equal(up.last, "session-up a");
	assert_true(up.time_ms > 1700000000000);
	assert_int_equal(all.count, 2);
	assert_string_equal(all.last, "session-down b");
	events_change(events, &up.listener, 0);
	events_unlisten(events, &all.listener);
	events_unlisten(events, &all.listener);
	publish(EVENT_SESSION_UP, "c");
	assert_int_equal(up.count, 1);
	assert_int_equal(all.count, 2);
	assert_false(events_wanted(events, EVENT_SESSION_UP));
	events_unlisten(events, &up.listener);
}

/* Each of three ends each of three, whichever is told first. */
static void test_ends_meanwhile(void **state)
{
	struct ear ears[3];

	(void)state;
	for (unsigned int who = 0; who < 3; who++) {
		for (unsigned int whom = 0; whom < 3; whom++) {
			unsigned int told = 0;

			for (unsigned int i = 0; i < 3; i++)
				listen_to(&ears[i], EVENT_ALL);
			ears[who].ends = &ears[whom];
			publish(EVENT_SESSION_UP, "a");
			for (unsigned int i = 0; i < 3; i++) {
				assert_in_range(ears[i].count,
						i != whom, 1);
				told += ears[i].count;
			}
			publish(EVENT_SESSION_UP, "b");
			assert_in_range(told, 2, 3);
			assert_string_not_equal(ears[whom].last,
						"session-up b");
			for (unsigned int i = 0; i < 3; i++)
				events_unlisten(events, &ears[i].listener);
		}
	}
}

/* --- what rules drop ------------------------------------------------------ */

static uv_loop_t loop;
static struct sehub_port ports[200];
static unsigned int n_ports, looks;
static int list_error;
static struct policy_hits *hits;
static struct {
	char text[80];
	uint64_t count;
} told[300];
static unsigned int n_told;

static int list_ports(void *ctx, sehub_port_fn fn, void *arg)
{
	int code = 0;

	assert_ptr_equal(ctx, &loop);
	looks++;
	for (unsigned int i = 0; i < n_ports && !code; i++) {
		if (list_error && i == n_ports / 2)
			return list_error;
		code = fn(&ports[i], arg);
	}
	return code;
}

static void name_port(void *ctx, const struct sehub_port *port,
		      struct event *event)
{
	assert_ptr_equal(ctx, &loop);
	event->session = port->name;
	event->user = "alice";
}

static const struct policy_hits_ops ops = {
	.list = list_ports, .name = name_port,
};

static void hear_hit(void *arg, const struct event *event, int64_t time_ms)
{
	(void)arg;
	(void)time_ms;
	assert_int_equal(event->kind, EVENT_POLICY_HIT);
	assert_string_equal(event->user, "alice");
	assert_true(n_told < sizeof(told) / sizeof(told[0]));
	snprintf(told[n_told].text, sizeof(told[0].text), "%u:%u %s %s",
		 event->vlan, event->port, event->session, event->policy);
	told[n_told++].count = event->count;
}

static struct events_listener hit_listener = {
	.kinds = EVENT_BIT(EVENT_POLICY_HIT), .fn = hear_hit,
};

static struct sehub_port *add_port(uint32_t hub, uint32_t number)
{
	struct sehub_port *port = &ports[n_ports++];

	memset(port, 0, sizeof(*port));
	port->hub_ifindex = hub;
	port->hub_vlan = (uint16_t)(hub + 10);
	port->number = number;
	port->kind = SEHUB_PORT_KIND_SESSION;
	port->session.id = hub * 1000 + number;
	snprintf(port->name, sizeof(port->name), "p%u", number);
	return port;
}

static int hits_setup(void **state)
{
	n_ports = 0;
	n_told = 0;
	looks = 0;
	list_error = 0;
	if (setup(state) || uv_loop_init(&loop))
		return -1;
	hits = policy_hits_new(&loop, events, &ops, &loop);
	return hits ? 0 : -1;
}

static int hits_teardown(void **state)
{
	policy_hits_free(hits);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	return teardown(state);
}

/* The next look, without waiting for its time. */
static void look(void)
{
	unsigned int before = looks;
	uv_timer_t *timer = (uv_timer_t *)hits;

	assert_true(uv_is_active((uv_handle_t *)timer));
	uv_timer_start(timer, timer->timer_cb, 0, 0);
	while (looks == before)
		uv_run(&loop, UV_RUN_NOWAIT);
}

static void test_hits(void **state)
{
	struct sehub_port *a = add_port(2, 1), *b = add_port(2, 2);

	(void)state;
	/* what was there before is no news */
	a->drops.count[SEHUB_A_DROPS_IP_DUP] = 7;
	events_listen(events, &hit_listener);
	look();
	assert_int_equal(n_told, 0);
	a->drops.count[SEHUB_A_DROPS_IP_DUP] += 3;
	a->drops.count[SEHUB_A_DROPS_DHCP] += 1;
	/* not of a rule */
	a->drops.count[SEHUB_A_DROPS_QUEUE_FULL] += 1;
	b->drops.count[SEHUB_A_DROPS_RATE_UP] += 1000;
	look();
	assert_int_equal(n_told, 3);
	assert_string_equal(told[0].text, "12:1 p1 ip-dup");
	assert_int_equal(told[0].count, 3);
	assert_string_equal(told[1].text, "12:1 p1 dhcp");
	assert_string_equal(told[2].text, "12:2 p2 rate-up");
	assert_int_equal(told[2].count, 1000);
	look();
	assert_int_equal(n_told, 3);
	events_unlisten(events, &hit_listener);
}

static void test_nobody_looks_for_hits(void **state)
{
	struct sehub_port *a = add_port(2, 1);

	(void)state;
	assert_int_equal(uv_run(&loop, UV_RUN_NOWAIT), 0);
	events_listen(events, &hit_listener);
	look();
	events_unlisten(events, &hit_listener);
	assert_int_equal(uv_run(&loop, UV_RUN_NOWAIT), 0);
	/* what happened while nobody wanted to know is no news later */
	a->drops.count[SEHUB_A_DROPS_IP_DUP] += 3;
	events_listen(events, &hit_listener);
	look();
	look();
	assert_int_equal(n_told, 0);
	events_unlisten(events, &hit_listener);
}

static void test_ports_come_and_go(void **state)
{
	struct sehub_port *a = add_port(2, 1), *b;

	(void)state;
	a->drops.count[SEHUB_A_DROPS_IP_DUP] = 50;
	events_listen(events, &hit_listener);
	look();
	/* in no order */
	b = add_port(1, 5);
	b->drops.count[SEHUB_A_DROPS_ROUTER] = 2;
	look();
	assert_int_equal(n_told, 1);
	assert_string_equal(told[0].text, "11:5 p5 router");
	assert_int_equal(told[0].count, 2);
	/* another session has the number, and has dropped more already */
	a->session.id++;
	a->drops.count[SEHUB_A_DROPS_IP_DUP] = 60;
	look();
	assert_int_equal(n_told, 2);
	assert_int_equal(told[1].count, 60);
	/* a device port that was away */
	b->kind = SEHUB_PORT_KIND_DEVICE;
	look();
	b->drops.count[SEHUB_A_DROPS_ROUTER] = 1;
	n_told = 0;
	look();
	assert_int_equal(n_told, 1);
	assert_int_equal(told[0].count, 1);
	n_ports = 0;
	look();
	assert_int_equal(n_told, 1);
	events_unlisten(events, &hit_listener);
}

/* More than there may be at once comes the next time, and none is missed. */
static void test_hits_are_bounded(void **state)
{
	uint64_t sum = 0;

	(void)state;
	for (unsigned int i = 0; i < 150; i++)
		add_port(2, i + 1);
	events_listen(events, &hit_listener);
	look();
	for (unsigned int i = 0; i < 150; i++)
		ports[i].drops.count[SEHUB_A_DROPS_DHCP] = 10;
	look();
	assert_int_equal(n_told, POLICY_HITS_MAX);
	for (unsigned int i = 0; i < 150; i++)
		ports[i].drops.count[SEHUB_A_DROPS_DHCP] = 11;
	for (unsigned int i = 0; i < 5; i++)
		look();
	for (unsigned int i = 0; i < n_told; i++)
		sum += told[i].count;
	assert_int_equal(sum, 150 * 11);
	events_unlisten(events, &hit_listener);
}

/* Where everybody always drops, everybody's turn comes. */
static void test_hits_are_fair(void **state)
{
	bool was_told[150] = { false };

	(void)state;
	for (unsigned int i = 0; i < 150; i++)
		add_port(2, i + 1);
	events_listen(events, &hit_listener);
	look();
	for (unsigned int round = 0; round < 4; round++) {
		for (unsigned int i = 0; i < 150; i++)
			ports[i].drops.count[SEHUB_A_DROPS_DHCP]++;
		n_told = 0;
		look();
		assert_in_range(n_told, 50, POLICY_HITS_MAX);
		for (unsigned int i = 0; i < n_told; i++)
			was_told[atoi(told[i].text + 3) - 1] = true;
	}
	for (unsigned int i = 0; i < 150; i++)
		assert_true(was_told[i]);
	events_unlisten(events, &hit_listener);
}

/* Half a list is none, and the next whole one is the first again. */
static void test_look_fails(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 10; i++)
		add_port(2, i + 1);
	events_listen(events, &hit_listener);
	look();
	list_error = -EINTR;
	look();
	list_error = 0;
	ports[9].drops.count[SEHUB_A_DROPS_DHCP] = 5;
	look();
	assert_int_equal(n_told, 0);
	ports[9].drops.count[SEHUB_A_DROPS_DHCP] = 6;
	look();
	assert_int_equal(n_told, 1);
	assert_int_equal(told[0].count, 1);
	events_unlisten(events, &hit_listener);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)
#define HITS(name)	cmocka_unit_test_setup_teardown(name, hits_setup, \
							hits_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names),
		TEST(test_nobody_listens),
		TEST(test_kinds),
		TEST(test_ends_meanwhile),
		HITS(test_hits),
		HITS(test_nobody_looks_for_hits),
		HITS(test_ports_come_and_go),
		HITS(test_hits_are_bounded),
		HITS(test_hits_are_fair),
		HITS(test_look_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
