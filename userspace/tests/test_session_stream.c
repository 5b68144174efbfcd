// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A session's two directions: what it hands to the kernel of a stream, and
 * when it grants credit.
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

/* Records of all lengths; returns how many bytes. */
static size_t make_records(uint8_t *out, size_t size, bool is_super)
{
	size_t at = 0, n = 0, len;

	for (;;) {
		len = is_super ? SEHUB_WIRE_VNET_LEN + SEHUB_WIRE_SUPER_MAX -
				 n % 3 * 30000 : 14 + n * 37 % 1500;
		if (at + SEHUB_WIRE_HDR_LEN + len > size)
			return at;
		sehub_wire_put_hdr(out + at, is_super ?
				   SEHUB_WIRE_DATA_OFFLOAD : SEHUB_WIRE_DATA,
				   (uint32_t)len);
		memset(out + at + SEHUB_WIRE_HDR_LEN, (int)n, len);
		at += SEHUB_WIRE_HDR_LEN + len;
		n++;
	}
}

static uint8_t stream[1024 * 1024];

static void test_stream_is_cut_into_records(void **state)
{
	size_t len = make_records(stream, 300000, false), at, n;

	(void)state;
	begin_open();
	for (at = 0; at < len; at += n) {
		n = 1 + at % 4999;
		if (n > len - at)
			n = len - at;
		peer_send(&peer, stream + at, n);
		if (at % 7 == 0)
			line_turn();
	}
	UNTIL(kernel.len == len);
	assert_memory_equal(kernel.got, stream, len);
	/* many records at a time, not each by itself */
	assert_true(kernel.sends < 150);
	finish();
}

/* Once, by the bytes of both directions, and the line goes on. */
static void test_line_that_is_worn(void **state)
{
	uint8_t data[SEHUB_WIRE_HDR_LEN + 1000] = { SEHUB_WIRE_DATA, 0, 3, 0xe8 };
	size_t got = 0;

	(void)state;
	prepare(false);
	start.worn_after = 3 * sizeof(data);
	begin();
	kernel_answers(0, "");
	assert_int_equal(event_count, 1);
	peer_send(&peer, data, sizeof(data));
	UNTIL(kernel.len == sizeof(data));
	assert_int_equal(event_count, 1);
	session_answer(s, data, sizeof(data), NULL, 0);
	for (int i = 0; i < 3; i++) {
		peer_send(&peer, data, sizeof(data));
		got = (size_t)(i + 2) * sizeof(data);
		UNTIL(kernel.len == got);
	}
	assert_int_equal(event_count, 2);
	assert_int_equal(events[1].kind, SESSION_EVENT_WORN);
	assert_true(events[1].ref.serial == events[0].ref.serial);
	finish();
}

static void test_longest_records(void **state)
{
	size_t len = make_records(stream, sizeof(stream), true);

	(void)state;
	begin_open();
	peer_send(&peer, stream, len);
	UNTIL(kernel.len == len);
	assert_memory_equal(kernel.got, stream, len);
	finish();
}

static void test_input_that_came_with_the_login(void **state)
{
	(void)state;
	prepare(false);
	start.parts.input = malloc(10);
	memcpy(start.parts.input, "\x13\0\0\x08" "123456", 10);
	start.parts.input_len = 10;
	begin();
	kernel_answers(0, "");
	peer_send(&peer, "78", 2);
	UNTIL(kernel.len == 12);
	assert_memory_equal(kernel.got, "\x13\0\0\x08" "12345678", 12);
	finish();
}

static void test_kernel_without_memory_loses_nothing(void **state)
{
	size_t len = make_records(stream, 150000, false);

	(void)state;
	begin_open();
	kernel.busy = 25;
	peer_send(&peer, stream, len);
	UNTIL(kernel.len == len);
	assert_int_equal(kernel.busy, 0);
	assert_memory_equal(kernel.got, stream, len);
	finish();
}

static void test_credit_is_withheld_from_a_slow_line(void **state)
{
	static uint8_t all[2 * 1024 * 1024];
	size_t len = make_records(stream, 64000, false), sent = 0;
	unsigned int i, credits;

	(void)state;
	begin_open();
	for (i = 0; i < 30; i++) {
		credits = kernel.credits;
		memset(stream + 4, (int)i, 14);
		session_answer(s, stream, len, NULL, 0);
		memcpy(all + sent, stream, len);
		sent += len;
		if (kernel.credits == credits)
			break;
	}
	/* the socket's own room, the mark, and one answer */
	assert_true(i < 29);
	assert_true(sent < 1000000);
	/* it goes on when the line does */
	UNTIL(kernel.credits > credits && peer.len == sent);
	assert_memory_equal(peer.in, all, sent);
	finish();
}

static void test_control_records_are_not_the_kernels(void **state)
{
	(void)state;
	begin_open();
	peer_send(&peer, "\x13\0\0\x08" "11111111" "\x0e\0\0\x02xx"
		  "\x05\0\0\0" "\x7f\0\0\x01x" "\x13\0\0\x08" "22222222", 39);
	UNTIL(kernel.len == 24);
	assert_memory_equal(kernel.got, "\x13\0\0\x08" "11111111"
			    "\x13\0\0\x08" "22222222", 24);
	finish();
}

static void check_bad(const void *data, size_t len)
{
	begin_open();
	peer_send(&peer, "\x13\0\0\x08" "11111111", 12);
	peer_send(&peer, data, len);
	UNTIL(event_count);
	assert_int_equal(events[0].kind, SESSION_EVENT_CLOSED);
	assert_false(events[0].by_peer);
	assert_int_equal(events[0].code, SEHUB_WIRE_CLOSE_PROTOCOL);
	/* the port goes once who hears of it has read its counters */
	assert_int_equal(kernel.deletes, 0);
	assert_int_equal(kernel.detaches, 0);
	/* what was right before it has arrived */
	assert_int_equal(kernel.len, 12);
	peer_expect_close(&peer, SEHUB_WIRE_CLOSE_PROTOCOL);
	finish();
}

static void test_broken_rules_end_the_session(void **state)
{
	(void)state;
	check_bad("\x10\0\0\x0d", 4);
	check_bad("\x10\0\x40\x01", 4);
	check_bad("\x11\0\0\x17", 4);
	check_bad("\x12\0\0\x09", 4);
	check_bad("\x01\0\x40\x01", 4);
	check_bad("\xff\xff\xff\xff", 4);
	/* a login in the middle of a session */
	check_bad("\x01\0\0\0", 4);
	check_bad("\x04\0\0\0", 4);
	/* a CLOSE that is itself wrong */
	check_bad("\x06\0\0\x03xxx", 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream_is_cut_into_records),
		cmocka_unit_test(test_line_that_is_worn),
		cmocka_unit_test(test_longest_records),
		cmocka_unit_test(test_input_that_came_with_the_login),
		cmocka_unit_test(test_kernel_without_memory_loses_nothing),
		cmocka_unit_test(test_credit_is_withheld_from_a_slow_line),
		cmocka_unit_test(test_control_records_are_not_the_kernels),
		cmocka_unit_test(test_broken_rules_end_the_session),
	};

	return cmocka_run_group_tests(tests, line_setup, line_teardown);
}
