// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A TAP device as a session's port: who may use it, what is delivered and
 * counted, what is sent again after a resume. A pair of datagram sockets is the
 * device.
 *
 * links: transportd/tap.c transportd/tap_frames.c transportd/tap_frame.c lib/tapdev.c lib/err.c
 * links: ../kernel/txq.c ../kernel/frame.c ../kernel/wire.c tests/frames.c
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

#include <linux/virtio_net.h>

#include "frames.h"
#include "pure.h"
#include "tap.h"

#define ID		7
#define LIMIT		SEHUB_QUEUE_LIMIT_MIN
#define NEEDS_CSUM	VIRTIO_NET_HDR_F_NEEDS_CSUM

static struct tap *tap;
static int host;		/* the network's end of the device */
static unsigned int detaches;
static const int me, other;
static struct sehub_err err;
static uint8_t buffer[TAP_BUFFER_SIZE + 65536];

static void on_detach(void *arg)
{
	assert_ptr_equal(arg, &detaches);
	detaches++;
}

static void begin(void)
{
	const struct tap_config config = {
		.id = ID, .grace = 5000, .queue_limit = LIMIT,
	};

	tap_begin(tap, &config);
}

static void attach(bool offload)
{
	begin();
	assert_int_equal(tap_attach(tap, &me, ID, offload, NULL, &err), 0);
}

static struct tap_state state_now(void)
{
	struct tap_state state;

	tap_read_state(tap, &state);
	return state;
}

static uint64_t drops(unsigned int reason)
{
	return state_now().port.drops.count[reason];
}

/* --- records and frames --------------------------------------------------- */

static size_t put_data(uint8_t *p, size_t len, uint8_t fill)
{
	sehub_wire_put_hdr(p, SEHUB_WIRE_DATA, (uint32_t)len);
	memset(p + SEHUB_WIRE_HDR_LEN, fill, len);
	return SEHUB_WIRE_HDR_LEN + len;
}

static int input(const uint8_t *records, size_t len)
{
	return tap_input(tap, &me, records, len, &err);
}

/* The next frame that the host gets, with its header in front; 0: none. */
static size_t host_gets(uint8_t *frame)
{
	ssize_t n = recv(host, frame, TAP_BUFFER_SIZE, MSG_DONTWAIT);

	return n < 0 ? 0 : (size_t)n;
}

static void host_sends(const uint8_t *vnet, const uint8_t *data, size_t len)
{
	uint8_t *frame = malloc(10 + len);

	assert_non_null(frame);
	memset(frame, 0, 10);
	if (vnet)
		memcpy(frame, vnet, 10);
	memcpy(frame + 10, data, len);
	assert_int_equal(send(host, frame, 10 + len, MSG_DONTWAIT), 10 + len);
	free(frame);
}

static void host_sends_plain(size_t len, uint8_t fill)
{
	uint8_t *data = malloc(len);

	assert_non_null(data);
	memset(data, fill, len);
	host_sends(NULL, data, len);
	free(data);
}

/* What is there for the peer now, in @buffer. */
static size_t output(void)
{
	assert_int_equal(tap_fill(tap, &me, buffer), 0);
	return tap_output(tap, &me, buffer, SEHUB_CREDIT_MAX);
}

static struct sehub_wire_rec record_at(size_t at, size_t len)
{
	struct sehub_wire_rec rec;

	assert_int_equal(sehub_wire_parse(buffer + at, len - at, &rec), 0);
	return rec;
}

static void expect_data(size_t at, size_t end, size_t len, uint8_t fill)
{
	struct sehub_wire_rec rec = record_at(at, end);
	size_t i;

	assert_int_equal(rec.type, SEHUB_WIRE_DATA);
	assert_int_equal(rec.len, len);
	for (i = 0; i < len; i++)
		assert_int_equal(rec.payload[i], fill);
}

/* --- who may -------------------------------------------------------------- */

static void test_port_that_is_not_there(void **state)
{
	(void)state;
	assert_int_equal(tap_attach(tap, &me, ID, true, NULL, &err), -ENOENT);
	begin();
	assert_int_equal(tap_attach(tap, &me, ID + 1, true, NULL, &err),
			 -ENOENT);
	assert_int_equal(input(buffer, put_data(buffer, 60, 1)), -ENOTCONN);
	assert_int_equal(tap_fill(tap, &me, buffer), -ENOTCONN);
	assert_int_equal(host_gets(buffer), 0);
}

static void test_only_the_owner(void **state)
{
	uint8_t record[64];
	size_t len = put_data(record, 60, 1);

	(void)state;
	attach(true);
	assert_int_equal(tap_attach(tap, &other, ID, true, NULL, &err),
			 -EBUSY);
	assert_int_equal(tap_input(tap, &other, record, len, &err), -ENOTCONN);
	host_sends_plain(60, 2);
	assert_int_equal(tap_fill(tap, &other, buffer), -ENOTCONN);
	assert_int_equal(tap_output(tap, &other, buffer, SEHUB_CREDIT_MAX), 0);
	tap_leave(tap, &other, true);
	assert_int_equal(detaches, 0);
	assert_int_equal(output(), 64);
}

static void test_owner_that_loses_it(void **state)
{
	uint8_t record[64];
	size_t len = put_data(record, 60, 1);

	(void)state;
	attach(true);
	tap_detach(tap);
	assert_int_equal(detaches, 1);
	assert_int_equal(state_now().port.state, SEHUB_PORT_STATE_DETACHED);
	assert_int_equal(input(record, len), -ENOTCONN);
	tap_detach(tap);
	assert_int_equal(detaches, 1);
	assert_int_equal(tap_attach(tap, &other, ID, true, NULL, &err), 0);
	assert_int_equal(input(record, len), -ENOTCONN);
	/* the end of another port is none of this one's */
	tap_end(tap, ID + 1);
	assert_int_equal(state_now().port.session.id, ID);
	tap_end(tap, ID);
	assert_int_equal(state_now().port.session.id, 0);
	assert_int_equal(tap_input(tap, &other, record, len, &err), -ENOENT);
	assert_int_equal(host_gets(buffer), 0);
}

/* --- from the peer -------------------------------------------------------- */

static void test_malformed_record_ends_a_buffer(void **state)
{
	uint8_t records[256];
	size_t len = put_data(records, 60, 1);

	(void)state;
	attach(true);
	sehub_wire_put_hdr(records + len, SEHUB_WIRE_ACK, 7);
	assert_int_equal(input(records, len + 11), -EINVAL);
	assert_non_null(strstr(err.text, "length"));
	assert_int_equal(host_gets(buffer), 70);
	assert_int_equal(state_now().port.session.rx_count, 64);
}

static void test_acknowledgement_of_what_was_not_sent(void **state)
{
	uint8_t record[12];

	(void)state;
	attach(true);
	host_sends_plain(60, 2);
	assert_int_equal(output(), 64);
	sehub_wire_put_ack(record, 65);
	assert_int_equal(input(record, sizeof(record)), -EINVAL);
	sehub_wire_put_ack(record, 63);
	assert_int_equal(input(record, sizeof(record)), -EINVAL);
	sehub_wire_put_ack(record, 64);
	assert_int_equal(input(record, sizeof(record)), 0);
	assert_int_equal(state_now().port.session.tx_acked, 64);
}

static void test_metadata_that_lies_is_dropped(void **state)
{
	const struct frame_spec spec = { .doff = 5, .payload = 4000 };
	struct frame *f = malloc(sizeof(*f));
	uint8_t *record = buffer;
	size_t len;

	(void)state;
	assert_non_null(f);
	attach(true);
	frame_build(f, &spec, 1400);
	len = 4 + 10 + f->len;
	sehub_wire_put_hdr(record, SEHUB_WIRE_DATA_OFFLOAD, f->len + 10);
	memcpy(record + 4, f->vnet, 10);
	record[5] = 77;
	memcpy(record + 14, f->data, f->len);
	assert_int_equal(input(record, len), 0);
	assert_int_equal(drops(SEHUB_A_DROPS_MALFORMED), 1);
	/* it has arrived all the same */
	assert_int_equal(state_now().port.session.rx_count, len);
	record[5] = f->vnet[1];
	assert_int_equal(input(record, len), 0);
	assert_int_equal(host_gets(buffer), 10 + f->len);
	assert_memory_equal(buffer + 4, f->vnet + 4, 6);
	assert_memory_equal(buffer + 10, f->data, f->len);
	assert_int_equal(host_gets(buffer), 0);
	free(f);
}

static void test_frames_reach_the_host(void **state)
{
	uint8_t records[512];
	size_t len = put_data(records, 14, 1), i;

	(void)state;
	attach(false);
	len += put_data(records + len, 200, 2);
	assert_int_equal(input(records, len), 0);
	assert_int_equal(host_gets(buffer), 24);
	for (i = 0; i < 10; i++)
		assert_int_equal(buffer[i], 0);
	assert_int_equal(buffer[10], 1);
	assert_int_equal(host_gets(buffer), 210);
	assert_int_equal(buffer[209], 2);
	assert_int_equal(state_now().port.rx_frames, 2);
	assert_int_equal(state_now().port.rx_bytes, 214);
}

static void test_acknowledges_in_time(void **state)
{
	size_t len = put_data(buffer, 16384, 1), total = 0;
	uint8_t *record = malloc(len);
	struct sehub_wire_rec rec;

	(void)state;
	assert_non_null(record);
	memcpy(record, buffer, len);
	attach(true);
	assert_false(tap_owes_ack(tap, true));
	assert_false(tap_has_output(tap));
	while (total + len < SEHUB_WIRE_ACK_BYTES) {
		assert_int_equal(input(record, len), 0);
		total += len;
		host_gets(buffer);
		assert_false(tap_has_output(tap));
		assert_true(tap_owes_ack(tap, false));
		assert_false(tap_has_output(tap));
	}
	assert_int_equal(input(record, len), 0);
	total += len;
	assert_int_equal(output(), 12);
	rec = record_at(0, 12);
	assert_int_equal(rec.type, SEHUB_WIRE_ACK);
	assert_int_equal(sehub_wire_get_u64(rec.payload), total);
	assert_false(tap_owes_ack(tap, false));

	assert_int_equal(input(record, len), 0);
	assert_true(tap_owes_ack(tap, true));
	assert_int_equal(output(), 12);
	rec = record_at(0, 12);
	assert_int_equal(sehub_wire_get_u64(rec.payload), total + len);
	free(record);
}

static void test_answers_pings(void **state)
{
	uint8_t record[12], text[9];
	size_t n, i;

	(void)state;
	attach(true);
	for (i = 0; i < 10; i++) {
		snprintf((char *)text, sizeof(text), "number %zu", i);
		sehub_wire_put_ping(record, SEHUB_WIRE_PING, text);
		assert_int_equal(input(record, sizeof(record)), 0);
	}
	sehub_wire_put_ping(record, SEHUB_WIRE_PONG, text);
	assert_int_equal(input(record, sizeof(record)), 0);
	/* the last eight */
	n = output();
	assert_int_equal(n, 8 * 12);
	for (i = 0; i < 8; i++) {
		snprintf((char *)text, sizeof(text), "number %zu", i + 2);
		assert_int_equal(record_at(12 * i, n).type, SEHUB_WIRE_PONG);
		assert_memory_equal(record_at(12 * i, n).payload, text, 8);
	}
	assert_int_equal(output(), 0);
}

/* --- to the peer ---------------------------------------------------------- */

static void test_frame_that_is_none(void **state)
{
	uint8_t few[23] = { 0 };

	(void)state;
	attach(true);
	assert_int_equal(send(host, few, 9, 0), 9);
	assert_int_equal(send(host, few, 23, 0), 23);
	host_sends_plain(16385, 1);
	assert_int_equal(output(), 0);
	assert_int_equal(drops(SEHUB_A_DROPS_MALFORMED), 2);
	assert_int_equal(drops(SEHUB_A_DROPS_TOO_BIG), 1);
}

static void test_frames_become_records(void **state)
{
	size_t n;

	(void)state;
	attach(true);
	assert_int_equal(output(), 0);
	host_sends_plain(60, 1);
	host_sends_plain(16384, 2);
	n = output();
	assert_int_equal(n, 64 + 16388);
	expect_data(0, n, 60, 1);
	expect_data(64, n, 16384, 2);
	assert_int_equal(state_now().port.tx_frames, 2);
}

static void test_super_frames(void **state)
{
	const struct frame_spec spec = { .doff = 5, .payload = 4000 };
	struct frame *f = malloc(sizeof(*f));
	struct sehub_wire_rec rec;
	size_t n;

	(void)state;
	assert_non_null(f);
	frame_build(f, &spec, 1400);
	attach(false);
	host_sends(f->vnet, f->data, f->len);
	assert_int_equal(output(), 0);
	assert_int_equal(drops(SEHUB_A_DROPS_MALFORMED), 1);
	attach(true);
	host_sends(f->vnet, f->data, f->len);
	n = output();
	assert_int_equal(n, 4 + 10 + f->len);
	rec = record_at(0, n);
	assert_int_equal(rec.type, SEHUB_WIRE_DATA_OFFLOAD);
	assert_memory_equal(rec.payload + 10, f->data, f->len);
	free(f);
}

/* What is not acknowledged is held, and no more than the bound of it. */
static void test_queue_has_a_bound(void **state)
{
	uint8_t record[12];
	size_t held = 0, n, i;

	(void)state;
	attach(true);
	for (i = 0; tap_has_room(tap); i++) {
		assert_in_range(i, 0, 100);
		host_sends_plain(16000, (uint8_t)i);
		n = output();
		assert_int_equal(n, 16004);
		held += n;
	}
	assert_in_range(held, LIMIT - SEHUB_WIRE_RECORD_MAX, LIMIT);
	host_sends_plain(16000, 99);
	assert_int_equal(output(), 0);
	sehub_wire_put_ack(record, held);
	assert_int_equal(input(record, sizeof(record)), 0);
	assert_true(tap_has_room(tap));
	n = output();
	expect_data(0, n, 16000, 99);
}

/* --- resume --------------------------------------------------------------- */

static void test_resume_that_cannot_be(void **state)
{
	struct tap_resume resume = { .peer_rx = 65 };

	(void)state;
	attach(true);
	host_sends_plain(60, 1);
	assert_int_equal(output(), 64);
	tap_detach(tap);
	assert_int_equal(tap_attach(tap, &other, ID, true, &resume, &err),
			 -EINVAL);
	resume.peer_rx = 63;
	assert_int_equal(tap_attach(tap, &other, ID, true, &resume, &err),
			 -EINVAL);
	resume.peer_rx = 64;
	assert_int_equal(tap_attach(tap, &other, ID, true, &resume, &err), 0);
}

static void test_resume_sends_the_rest_again(void **state)
{
	struct tap_resume resume = { .peer_rx = 64 };
	size_t n;

	(void)state;
	attach(true);
	host_sends_plain(60, 1);
	host_sends_plain(70, 2);
	host_sends_plain(80, 3);
	assert_int_equal(output(), 64 + 74 + 84);
	tap_detach(tap);
	/* what comes meanwhile waits in the device */
	host_sends_plain(90, 4);
	assert_int_equal(tap_attach(tap, &me, ID, true, &resume, &err), 0);
	n = output();
	assert_int_equal(n, 74 + 84 + 94);
	expect_data(0, n, 70, 2);
	expect_data(74, n, 80, 3);
	expect_data(158, n, 90, 4);
	assert_int_equal(state_now().port.session.tx_again, 74 + 84);
	assert_int_equal(state_now().port.session.tx_acked, 64);
	assert_int_equal(state_now().port.session.attaches, 2);
}

static void test_gap_that_the_peer_states(void **state)
{
	struct tap_resume resume = { .peer_rx = 0, .peer_oldest = 1000 };
	uint8_t record[64];

	(void)state;
	attach(true);
	assert_int_equal(input(record, put_data(record, 60, 1)), 0);
	tap_detach(tap);
	assert_int_equal(tap_attach(tap, &me, ID, true, &resume, &err), 0);
	assert_int_equal(state_now().port.session.rx_gap, 1000 - 64);
	assert_int_equal(state_now().port.session.rx_count, 1000);
	/* known to both already */
	assert_false(tap_owes_ack(tap, true));
}

/* A new session starts with an empty device. */
static void test_frames_of_an_earlier_session(void **state)
{
	(void)state;
	attach(true);
	host_sends_plain(60, 1);
	tap_end(tap, ID);
	host_sends_plain(1500, 2);
	host_sends_plain(70, 3);
	attach(true);
	assert_int_equal(output(), 0);
	host_sends_plain(80, 4);
	assert_int_equal(output(), 84);
	expect_data(0, 84, 80, 4);
}

/* However many frames are of no use, others have their turn. */
static void test_reading_ends(void **state)
{
	unsigned int sent, i;
	uint8_t few[9] = { 0 };

	(void)state;
	attach(true);
	for (sent = 0; send(host, few, sizeof(few), MSG_DONTWAIT) > 0; sent++)
		;
	assert_int_equal(tap_fill(tap, &me, buffer), 0);
	for (i = 0; drops(SEHUB_A_DROPS_MALFORMED) < sent; i++) {
		assert_in_range(i, 0, sent);
		assert_int_equal(tap_fill(tap, &me, buffer), 0);
	}
}

static void test_device_that_is_gone(void **state)
{
	(void)state;
	attach(true);
	close(host);
	host = -1;
	assert_int_equal(input(buffer, put_data(buffer, 60, 1)), 0);
	assert_int_equal(state_now().port.rx_frames, 0);
	assert_int_equal(state_now().port.session.rx_count, 64);
}

static void test_grace_time(void **state)
{
	(void)state;
	attach(true);
	assert_int_equal(state_now().port.session.owner, 1);
	assert_int_equal(state_now().port.session.grace_left, 0);
	tap_leave(tap, &me, false);
	assert_int_equal(detaches, 1);
	assert_in_range(state_now().port.session.grace_left, 1, 5000);
	tap_set_grace(tap, 0);
	assert_int_equal(detaches, 2);
	assert_int_equal(state_now().port.session.grace_left, 0);
	begin();
	assert_int_equal(state_now().port.session.rx_count, 0);
	assert_int_equal(state_now().port.session.attaches, 0);
}

static int setup(void **state)
{
	struct sehub_tap dev = { .ifindex = 3, .ifname = "office" };
	int fds[2], size = 1 << 20;

	(void)state;
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds))
		return -1;
	setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	dev.fd = fds[0];
	host = fds[1];
	detaches = 0;
	tap = tap_new(&dev, on_detach, &detaches);
	return !tap;
}

static int teardown(void **state)
{
	(void)state;
	tap_put(tap);
	close(host);
	return 0;
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_port_that_is_not_there),
		TEST(test_only_the_owner),
		TEST(test_owner_that_loses_it),
		TEST(test_malformed_record_ends_a_buffer),
		TEST(test_acknowledgement_of_what_was_not_sent),
		TEST(test_metadata_that_lies_is_dropped),
		TEST(test_frames_reach_the_host),
		TEST(test_acknowledges_in_time),
		TEST(test_answers_pings),
		TEST(test_frame_that_is_none),
		TEST(test_frames_become_records),
		TEST(test_super_frames),
		TEST(test_queue_has_a_bound),
		TEST(test_resume_that_cannot_be),
		TEST(test_resume_sends_the_rest_again),
		TEST(test_gap_that_the_peer_states),
		TEST(test_frames_of_an_earlier_session),
		TEST(test_reading_ends),
		TEST(test_device_that_is_gone),
		TEST(test_grace_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
