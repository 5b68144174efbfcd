// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a session begins, lives and ends, and what becomes of its port.
 *
 * links: tests/session_run.c tests/line.c transportd/session.c
 * links: transportd/session_stream.c transportd/session_netlink.c
 * links: transportd/session_tap.c transportd/tap.c transportd/tap_frames.c transportd/tap_frame.c
 * links: lib/tapdev.c ../kernel/txq.c ../kernel/frame.c
 * links: transportd/channel.c transportd/tls.c transportd/tls_context.c transportd/cert_pem.c
 * links: transportd/tls_bytes.c
 * links: transportd/proto.c transportd/cert.c transportd/log.c lib/err.c
 * links: lib/addr.c ../kernel/wire.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "session_run.h"

static void test_new_port(void **state)
{
	(void)state;
	prepare(false);
	/* a peer that is newer than we are */
	start.features = UINT32_MAX;
	begin();
	assert_int_equal(kernel.news, 1);
	assert_string_equal(kernel.config.name, "alice-1");
	assert_string_equal(kernel.cookie, "cookie");
	assert_int_equal(kernel.config.grace, 5000);
	assert_int_equal(kernel.config.features, SEHUB_WIRE_F_OFFLOAD);
	assert_int_equal(event_count, 0);
	kernel_answers(0, "");
	assert_int_equal(bound, 1);
	assert_int_equal(session_port_id(s), PORT_ID);
	assert_int_equal(events[0].kind, SESSION_EVENT_STARTED);
	assert_int_equal(events[0].port_id, PORT_ID);
	assert_int_equal(events[0].port_number, 3);
	assert_int_equal(events[0].ref.serial, 99);
	assert_int_equal(kernel.credits, 1);
	peer_expect(&peer, SEHUB_WIRE_ATTACH, NULL);
	finish();
	assert_int_equal(event_count, 2);
	assert_int_equal(events[1].kind, SESSION_EVENT_LOST);
	assert_int_equal(kernel.detaches, 1);
	assert_int_equal(kernel.deletes, 0);
}

static void test_resumed_port(void **state)
{
	struct proto_msg msg;

	(void)state;
	prepare(true);
	begin();
	assert_int_equal(kernel.attaches, 1);
	assert_int_equal(kernel.config.peer_rx, 11);
	assert_int_equal(kernel.config.peer_oldest, 22);
	/* What comes now was meant for the line before. */
	session_answer(s, (const uint8_t *)"\x14\0\0\x08" "12345678", 12, NULL,
		       0);
	kernel_answers(0, "");
	peer_expect(&peer, SEHUB_WIRE_RESUME, &msg);
	assert_int_equal(msg.rx_count, 1001);
	assert_int_equal(msg.tx_oldest, 2002);
	assert_memory_equal(msg.ticket, "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT", 32);
	assert_int_equal(event_count, 1);
	peer_send(&peer, "\x12", 1);
	UNTIL(event_count == 2);
	assert_int_equal(events[1].kind, SESSION_EVENT_HEARD);
	peer_send(&peer, "\0\0\x08" "12345678", 11);
	UNTIL(kernel.len == 12);
	assert_int_equal(event_count, 2);
	finish();
}

static void check_refusal(bool is_resume, int code, uint16_t close)
{
	prepare(is_resume);
	begin();
	kernel_answers(code, "because");
	assert_int_equal(events[0].kind, SESSION_EVENT_REFUSED);
	assert_int_equal(events[0].code, close);
	assert_string_equal(events[0].text, "because");
	assert_string_equal(peer_expect_close(&peer, close), "because");
	finish();
	assert_int_equal(event_count, 1);
	assert_int_equal(kernel.detaches + kernel.deletes, 0);
}

static void test_no_port(void **state)
{
	(void)state;
	check_refusal(false, -ENODEV, SEHUB_WIRE_CLOSE_NO_HUB);
	check_refusal(false, -ENOSPC, SEHUB_WIRE_CLOSE_BUSY);
	check_refusal(true, -ENOENT, SEHUB_WIRE_CLOSE_NO_SESSION);
	check_refusal(true, -EINVAL, SEHUB_WIRE_CLOSE_NO_SESSION);
	check_refusal(true, -EBUSY, SEHUB_WIRE_CLOSE_BUSY);
}

static void check_close(uint16_t code, enum session_event_kind kind)
{
	uint8_t record[PROTO_CLOSE_MAX];
	size_t len = proto_close(record, sizeof(record), code, "good\nbye");

	begin_open();
	peer_send(&peer, record, len);
	UNTIL(gone);
	assert_int_equal(event_count, 1);
	assert_int_equal(events[0].kind, kind);
	assert_string_equal(events[0].text, "good?bye");
	if (kind == SESSION_EVENT_CLOSED) {
		assert_true(events[0].by_peer);
		assert_int_equal(events[0].code, code);
	}
	/* what it has carried is still to be read */
	assert_int_equal(kernel.deletes, 0);
	assert_int_equal(kernel.detaches, kind == SESSION_EVENT_LOST);
	peer_close(&peer);
}

static void test_the_peer_closes(void **state)
{
	(void)state;
	check_close(SEHUB_WIRE_CLOSE_BYE, SESSION_EVENT_CLOSED);
	check_close(SEHUB_WIRE_CLOSE_REPLACED, SESSION_EVENT_CLOSED);
	check_close(SEHUB_WIRE_CLOSE_SHUTDOWN, SESSION_EVENT_LOST);
	check_close(SEHUB_WIRE_CLOSE_TIMEOUT, SESSION_EVENT_LOST);
}

static void test_we_close(void **state)
{
	(void)state;
	begin_open();
	session_end(s, SEHUB_WIRE_CLOSE_DISCONNECTED, "go away");
	/* even while the peer goes on talking */
	peer_send(&peer, "\x13\0\0\x08" "11111111", 12);
	assert_string_equal(peer_expect_close(&peer,
					      SEHUB_WIRE_CLOSE_DISCONNECTED),
			    "go away");
	UNTIL(peer.is_ended);
	finish();
	assert_int_equal(event_count, 0);
	assert_int_equal(kernel.len, 0);
	/* the port too, which the main thread may not have heard of */
	assert_int_equal(kernel.deletes, 1);
	assert_int_equal(kernel.detaches, 0);

	/* the daemon's end is not the session's */
	begin_open();
	session_end(s, SEHUB_WIRE_CLOSE_SHUTDOWN, "ending");
	peer_expect_close(&peer, SEHUB_WIRE_CLOSE_SHUTDOWN);
	finish();
	assert_int_equal(kernel.detaches + kernel.deletes, 0);

	/* while the port is being made: it is of no use to anybody */
	prepare(false);
	begin();
	session_end(s, SEHUB_WIRE_CLOSE_SHUTDOWN, "ending");
	kernel_answers(0, "");
	peer_expect_close(&peer, SEHUB_WIRE_CLOSE_SHUTDOWN);
	assert_int_equal(kernel.deletes, 1);
	finish();

	/* another line has the port */
	begin_open();
	session_drop(s);
	UNTIL(peer.is_ended);
	assert_int_equal(event_count, 0);
	assert_int_equal(kernel.detaches + kernel.deletes, 0);
	finish();
}

/* The time that a session is kept is the server's to change. */
static void test_changed_grace_time(void **state)
{
	static const uint8_t config[] = {
		0x05, 0, 0, 8, 0, 14, 0, 4, 0, 0, 0x75, 0x30,
	};
	static const uint8_t short_one[] = {
		0x05, 0, 0, 7, 0, 14, 0, 3, 0, 0, 0x75,
	};
	struct proto_msg msg;

	(void)state;
	begin_open();
	session_tell_grace(s, 77);
	peer_expect(&peer, SEHUB_WIRE_CONFIG, &msg);
	assert_int_equal(msg.grace, 77);
	/* a client's word is none */
	peer_send(&peer, config, sizeof(config));
	session_probe(s);
	peer_expect(&peer, SEHUB_WIRE_PING, NULL);
	assert_int_equal(event_count, 0);
	finish();

	prepare(false);
	start.is_server = false;
	begin();
	kernel_answers(0, "");
	assert_int_equal(event_count, 1);
	peer_send(&peer, config, sizeof(config));
	UNTIL(event_count == 2);
	assert_int_equal(events[1].kind, SESSION_EVENT_GRACE);
	assert_int_equal(events[1].grace, 30000);
	assert_int_equal(events[1].port_id, PORT_ID);
	peer_send(&peer, short_one, sizeof(short_one));
	UNTIL(event_count == 3);
	assert_int_equal(events[2].kind, SESSION_EVENT_CLOSED);
	assert_int_equal(events[2].code, SEHUB_WIRE_CLOSE_PROTOCOL);
	assert_int_equal(kernel.deletes, 1);
	peer_expect_close(&peer, SEHUB_WIRE_CLOSE_PROTOCOL);
	peer_close(&peer);
	UNTIL(gone);
}

static void test_errors_of_the_port(void **state)
{
	(void)state;
	begin_open();
	session_port_error(s, -EINVAL, "bad record");
	assert_string_equal(peer_expect_close(&peer,
					      SEHUB_WIRE_CLOSE_PROTOCOL),
			    "bad record");
	finish();

	/* nobody says why it is gone */
	begin_open();
	session_port_error(s, -ENOENT, "no such port");
	assert_int_equal(urgent, 1);
	assert_int_equal(event_count, 0);
	peer_expect_close(&peer, SEHUB_WIRE_CLOSE_NO_SESSION);
	assert_int_equal(events[0].kind, SESSION_EVENT_CLOSED);
	finish();

	begin_open();
	session_port_error(s, -ENOMEM, "out of memory");
	assert_int_equal(events[0].kind, SESSION_EVENT_LOST);
	assert_int_equal(kernel.detaches, 1);
	finish();
}

static void test_signs_of_life(void **state)
{
	struct proto_msg msg;
	uint64_t began;

	(void)state;
	/* one PING after another, as long as something comes back */
	prepare(false);
	start.keepalive = 50;
	start.dead_time = 400;
	begin();
	kernel_answers(0, "");
	peer_expect(&peer, SEHUB_WIRE_ATTACH, &msg);
	began = uv_hrtime();
	while (uv_hrtime() - began < 800000000) {
		peer_expect(&peer, SEHUB_WIRE_PING, NULL);
		peer_send(&peer, "\x14\0\0\x08" "12345678", 12);
	}
	assert_int_equal(gone, 0);
	/* then silence */
	UNTIL(gone);
	assert_int_equal(events[1].kind, SESSION_EVENT_LOST);
	assert_string_equal(events[1].text, "the other side fell silent");
	assert_int_equal(kernel.detaches, 1);
	peer_close(&peer);
}

static void find_soonest(uv_handle_t *handle, void *arg)
{
	uint64_t *soonest = arg, due;

	/* The test's own repeats itself. */
	if (handle->type != UV_TIMER || !uv_is_active(handle) ||
	    uv_timer_get_repeat((uv_timer_t *)handle))
		return;
	due = uv_timer_get_due_in((uv_timer_t *)handle);
	if (due < *soonest)
		*soonest = due;
}

/* An answered PING is the last thing that happens until the next one is due. */
static void test_idle_line_is_left_alone(void **state)
{
	uint64_t pinged, answered, soonest = UINT64_MAX;

	(void)state;
	prepare(false);
	start.keepalive = 200;
	begin();
	kernel_answers(0, "");
	peer_expect(&peer, SEHUB_WIRE_ATTACH, NULL);
	peer_expect(&peer, SEHUB_WIRE_PING, NULL);
	pinged = uv_now(line_loop);
	UNTIL(uv_now(line_loop) >= pinged + 20);
	answered = uv_now(line_loop);
	peer_send(&peer, "\x14\0\0\x08" "12345678", 12);
	UNTIL(kernel.sends);
	uv_walk(line_loop, find_soonest, &soonest);
	assert_int_not_equal(soonest, UINT64_MAX);
	assert_true(uv_now(line_loop) + soonest >= answered + 200);
	finish();
}

static void check_moved_port(const uint8_t *record, size_t len)
{
	begin_open();
	drop_on_urgent = true;
	if (len)
		peer_send(&peer, record, len);
	else
		peer_close(&peer);
	UNTIL(gone);
	assert_int_equal(event_count, 0);
	assert_int_equal(kernel.detaches + kernel.deletes, 0);
	if (len)
		peer_close(&peer);
}

static void test_port_of_another_line(void **state)
{
	static const uint8_t unexpected[] = { 0x01, 0, 0, 0 };
	uint8_t record[PROTO_CLOSE_MAX];
	size_t len = proto_close(record, sizeof(record), SEHUB_WIRE_CLOSE_BYE,
				 "bye");

	(void)state;
	/* the line is lost, closed, of no use: all too late */
	check_moved_port(NULL, 0);
	check_moved_port(record, len);
	check_moved_port(unexpected, sizeof(unexpected));
}

static void test_reset_of_an_idle_line(void **state)
{
	(void)state;
	begin_open();
	session_answer(s, (const uint8_t *)"\x14\0\0\x08" "12345678", 12, NULL,
		       0);
	/* What the peer has not read makes its end a reset. */
	peer_close(&peer);
	UNTIL(gone);
	assert_int_equal(event_count, 1);
	assert_int_equal(events[0].kind, SESSION_EVENT_LOST);
	assert_int_equal(kernel.detaches, 1);
}

static void test_probe(void **state)
{
	(void)state;
	prepare(false);
	start.dead_time = 200;
	begin();
	kernel_answers(0, "");
	peer_expect(&peer, SEHUB_WIRE_ATTACH, NULL);
	session_probe(s);
	peer_expect(&peer, SEHUB_WIRE_PING, NULL);
	UNTIL(gone);
	assert_int_equal(events[1].kind, SESSION_EVENT_LOST);
	peer_close(&peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_port),
		cmocka_unit_test(test_resumed_port),
		cmocka_unit_test(test_no_port),
		cmocka_unit_test(test_the_peer_closes),
		cmocka_unit_test(test_we_close),
		cmocka_unit_test(test_changed_grace_time),
		cmocka_unit_test(test_errors_of_the_port),
		cmocka_unit_test(test_signs_of_life),
		cmocka_unit_test(test_idle_line_is_left_alone),
		cmocka_unit_test(test_port_of_another_line),
		cmocka_unit_test(test_reset_of_an_idle_line),
		cmocka_unit_test(test_probe),
	};

	return cmocka_run_group_tests(tests, line_setup, line_teardown);
}
