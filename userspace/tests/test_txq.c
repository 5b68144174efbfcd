// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The egress queue: what a lying peer is refused, what is left of a failed
 * allocation, where records meet the ends of chunks, and millions of bytes in
 * random steps beside a flat buffer.
 *
 * links: ../kernel/txq.c ../kernel/wire.c tests/txq_model.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/slab.h>

#include "txq_model.h"
#include "wire.h"

#define OK(step) do {							\
	const char *wrong = (step);					\
									\
	if (wrong)							\
		fail_msg("%s", wrong);					\
} while (0)

/* Longest payload: with its header the longest record. */
#define LEN_MAX		(SEHUB_WIRE_RECORD_MAX - SEHUB_WIRE_HDR_LEN)

static int setup(void **state)
{
	struct txq_model *m = malloc(sizeof(*m));

	if (!m || shim_slab.live)
		return -1;
	txq_model_init(m, 0);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	txq_model_free(*state);
	free(*state);
	return shim_slab.live ? -1 : 0;
}

static void append(struct txq_model *m, u32 len)
{
	OK(txq_model_append(m, len, TXQ_MODEL_WRITE, 0, 0));
}

static void test_more_than_sent_is_refused(void **state)
{
	struct txq_model *m = *state;

	OK(txq_model_ack(m, 1));
	OK(txq_model_rewind(m, 1));
	append(m, 60);
	OK(txq_model_ack(m, 64));	/* not sent yet */
	OK(txq_model_rewind(m, 64));
	OK(txq_model_take(m, 64));
	OK(txq_model_ack(m, 65));
	OK(txq_model_ack(m, UINT64_MAX));
	OK(txq_model_rewind(m, UINT64_MAX));
	assert_int_equal(m->acked, 0);
	assert_int_equal(m->sent, 64);
	assert_int_equal(sehub_txq_ack(&m->q, 65), -EINVAL);
	assert_int_equal(sehub_txq_rewind(&m->q, 65), -EINVAL);
}

static void test_inside_a_record_is_refused(void **state)
{
	struct txq_model *m = *state;
	u64 count;

	append(m, 60);
	append(m, 14);
	append(m, 100);
	OK(txq_model_take(m, 64 + 18));
	for (count = 1; count < 200; count++) {
		if (count == 64 || count == 82)
			continue;
		assert_int_equal(sehub_txq_ack(&m->q, count), -EINVAL);
		assert_int_equal(sehub_txq_rewind(&m->q, count), -EINVAL);
		assert_int_equal(m->q.acked, 0);
		assert_int_equal(m->q.sent, 82);
	}
	OK(txq_model_ack(m, 64));
	OK(txq_model_rewind(m, 82));
}

static void test_old_count_has_no_effect(void **state)
{
	struct txq_model *m = *state;

	append(m, 60);
	append(m, 60);
	append(m, 60);
	OK(txq_model_take(m, 128));
	OK(txq_model_ack(m, 64));
	OK(txq_model_ack(m, 0));
	OK(txq_model_ack(m, 63));
	OK(txq_model_ack(m, 64));
	assert_int_equal(m->q.acked, 64);
	assert_int_equal(m->q.sent, 128);
	/* a gap at the peer: goes on from the oldest that is held */
	OK(txq_model_rewind(m, 13));
	assert_int_equal(m->q.acked, 64);
	assert_int_equal(m->q.sent, 64);
}

static void test_failed_allocation_leaves_no_trace(void **state)
{
	struct txq_model *m = *state;
	unsigned long nth;

	/* the longest record needs four chunks */
	for (nth = 1; nth <= 4; nth++) {
		OK(txq_model_append(m, LEN_MAX, TXQ_MODEL_WRITE, 0, nth));
		assert_int_equal(m->count, 0);
		assert_int_equal(shim_slab.live, 0);
	}
	append(m, 1000);
	for (nth = 1; nth <= 3; nth++) {
		OK(txq_model_append(m, LEN_MAX, TXQ_MODEL_WRITE, 0, nth));
		assert_int_equal(m->count, 1004);
		assert_int_equal(shim_slab.live, 1);
	}
	/* the room that is left needs none */
	OK(txq_model_append(m, SEHUB_TXQ_CHUNK_DATA - 1008, TXQ_MODEL_WRITE, 0,
			    1));
	assert_int_equal(m->count, SEHUB_TXQ_CHUNK_DATA);
	assert_int_equal(shim_slab.live, 1);
	OK(txq_model_take(m, 64500));
	OK(txq_model_ack(m, SEHUB_TXQ_CHUNK_DATA));
}

static void test_aborted_record_leaves_no_trace(void **state)
{
	struct txq_model *m = *state;

	OK(txq_model_append(m, LEN_MAX, TXQ_MODEL_ABORT, 5000, 0));
	append(m, 60);
	OK(txq_model_append(m, LEN_MAX, TXQ_MODEL_ABORT, 5000, 0));
	OK(txq_model_append(m, 14, TXQ_MODEL_ABORT, 1, 0));
	append(m, 60);
	OK(txq_model_take(m, 1000));
	OK(txq_model_append(m, LEN_MAX, TXQ_MODEL_ABORT, 64000, 0));
	OK(txq_model_ack(m, 128));
	assert_int_equal(shim_slab.live, 0);
}

static void test_empty_queue_holds_no_memory(void **state)
{
	struct txq_model *m = *state;
	int i;

	OK(txq_model_take(m, 64500));
	for (i = 0; i < 1000; i++) {
		append(m, 1514);
		assert_int_equal(shim_slab.live, 1);
		OK(txq_model_take(m, 64500));
		assert_int_equal(shim_slab.live, 1);
		OK(txq_model_ack(m, m->count));
		assert_int_equal(shim_slab.live, 0);
	}
}

static void test_chunks_go_as_they_are_acknowledged(void **state)
{
	struct txq_model *m = *state;
	u32 per_chunk = SEHUB_TXQ_CHUNK_DATA / 168;
	u32 i;

	/* 168 * 97.47: records run over the ends of chunks */
	for (i = 0; i < 10 * per_chunk; i++)
		append(m, 164);
	OK(txq_model_take(m, 10 * per_chunk * 168));
	for (i = 1; i <= 10 * per_chunk; i++)
		OK(txq_model_ack(m, i * 168));
	assert_int_equal(shim_slab.live, 0);
}

/* The end of a record, and its header, at each place near a chunk's end. */
static void test_records_meet_the_end_of_a_chunk(void **state)
{
	struct txq_model *m = *state;
	u32 gap;

	for (gap = 0; gap < 40; gap++) {
		append(m, SEHUB_TXQ_CHUNK_DATA - SEHUB_WIRE_HDR_LEN - gap);
		OK(txq_model_take(m, SEHUB_TXQ_CHUNK_DATA));
		assert_int_equal(m->q.sent, m->q.count);
		append(m, 14);
		append(m, 20);
		OK(txq_model_take(m, 18));
		OK(txq_model_untake(m));
		OK(txq_model_take(m, 18));
		OK(txq_model_rewind(m, m->acked));
		OK(txq_model_take(m, 64500));
		OK(txq_model_ack(m, m->count - 24));
		OK(txq_model_rewind(m, m->count - 24));
		OK(txq_model_take(m, 64500));
		OK(txq_model_ack(m, m->count));
	}
}

static void test_take_gives_whole_records(void **state)
{
	struct txq_model *m = *state;
	u32 max;

	append(m, 60);
	append(m, 1514);
	append(m, LEN_MAX);
	for (max = 0; max < 1700; max++) {
		OK(txq_model_take(m, max));
		assert_int_equal(m->last_take,
				 max < 64 ? 0 : max < 1582 ? 64 : 1582);
		OK(txq_model_untake(m));
	}
	OK(txq_model_take(m, 1582));
	OK(txq_model_take(m, SEHUB_WIRE_RECORD_MAX - 1));
	assert_int_equal(m->last_take, 0);
	OK(txq_model_take(m, SEHUB_WIRE_RECORD_MAX));
	assert_int_equal(m->last_take, SEHUB_WIRE_RECORD_MAX);
	OK(txq_model_take(m, UINT16_MAX));
	assert_int_equal(m->last_take, 0);
}

static void test_untake_stops_at_what_is_acknowledged(void **state)
{
	struct txq_model *m = *state;

	append(m, 60);
	append(m, 60);
	append(m, 60);
	OK(txq_model_take(m, 192));
	OK(txq_model_ack(m, 128));
	OK(txq_model_untake(m));
	assert_int_equal(m->q.sent, 128);
	OK(txq_model_take(m, 64));
	OK(txq_model_ack(m, 192));
	OK(txq_model_untake(m));
	assert_int_equal(m->q.sent, 192);
}

static void test_counts_of_64_bits(void **state)
{
	static const u64 starts[] = {
		0xffffff00, 0x100000000, 0x7fffffffffffff00, 0xfffffffffff00000,
	};
	struct txq_model *m = *state;
	size_t i;
	int n;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		txq_model_free(m);
		txq_model_init(m, starts[i]);
		for (n = 0; n < 100; n++) {
			append(m, 1514);
			append(m, 60);
			OK(txq_model_take(m, 3000));
			OK(txq_model_ack(m, m->sent + 1));
			if (n % 3 == 0)
				OK(txq_model_rewind(m, m->sent));
			else if (n % 7 == 0)
				OK(txq_model_rewind(m, starts[i]));
		}
		OK(txq_model_ack(m, 0));
		OK(txq_model_rewind(m, 0));
	}
}

static void test_purged_queue_has_nothing(void **state)
{
	struct txq_model *m = *state;
	u8 buf[64];

	append(m, 60);
	append(m, LEN_MAX);
	OK(txq_model_take(m, 64));
	assert_int_equal(sehub_txq_begin(&m->q, 64), 0);
	sehub_txq_purge(&m->q);
	assert_int_equal(shim_slab.live, 0);
	assert_int_equal(sehub_txq_held(&m->q), 64 + SEHUB_WIRE_RECORD_MAX);
	assert_int_equal(m->q.sent, 64);

	assert_int_equal(sehub_txq_begin(&m->q, 64), -ENOMEM);
	assert_int_equal(sehub_txq_next(&m->q), 0);
	assert_int_equal(txq_take(&m->q, buf, 64), 0);
	assert_int_equal(sehub_txq_ack(&m->q, 64), -EINVAL);
	assert_int_equal(sehub_txq_ack(&m->q, 0), 0);
	assert_int_equal(sehub_txq_rewind(&m->q, 64), -EINVAL);
	sehub_txq_untake(&m->q, 64);
	assert_int_equal(m->q.sent, 0);
	assert_int_equal(txq_take(&m->q, buf, 64), 0);
	assert_int_equal(sehub_txq_rewind(&m->q, 0), 0);
	sehub_txq_purge(&m->q);
}

static u64 rnd(u64 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed >> 11;
}

static u32 random_len(u64 *seed)
{
	switch (rnd(seed) % 8) {
	case 0:
		return (u32)(rnd(seed) % (LEN_MAX + 1));
	case 1:		/* near a chunk's length */
		return SEHUB_TXQ_CHUNK_DATA - 8 + (u32)(rnd(seed) % 16);
	case 2:
		return (u32)(rnd(seed) % 3);
	case 3:
		return 1514;
	default:
		return 14 + (u32)(rnd(seed) % 200);
	}
}

static u64 random_count(struct txq_model *m, u64 *seed)
{
	switch (rnd(seed) % 8) {
	case 0:		/* mostly wrong */
		return m->acked + rnd(seed) % (m->sent - m->acked + 2);
	case 1:
		return rnd(seed);
	case 2:
		return m->acked - (m->acked ? rnd(seed) % m->acked : 0);
	default:
		return txq_model_boundary(m, rnd(seed));
	}
}

static const char *random_step(struct txq_model *m, u64 *seed)
{
	switch (rnd(seed) % 16) {
	default:
		/* half of the time it grows, so bound it */
		if (m->count - m->acked < 300000)
			return txq_model_append(m, random_len(seed),
						rnd(seed) % TXQ_MODEL_HOWS,
						(u32)(rnd(seed) % 3000),
						rnd(seed) % 4 ? 0 :
						rnd(seed) % 5);
		return txq_model_take(m, 64500);
	case 8 ... 10:
		return txq_model_take(m, (u32)(rnd(seed) % 64501));
	case 11:
		return txq_model_untake(m);
	case 12 ... 13:
		return txq_model_ack(m, random_count(m, seed));
	case 14:
		return txq_model_ack(m, m->sent);
	case 15:
		if (rnd(seed) % 4)
			return txq_model_ack(m, random_count(m, seed));
		return txq_model_rewind(m, random_count(m, seed));
	}
}

static void test_random_steps_beside_a_flat_buffer(void **state)
{
	u64 first, start, seed;
	const char *wrong;
	u64 moved = 0;
	int i;

	for (first = 1; first <= 40; first++) {
		struct txq_model *m = *state;

		txq_model_free(m);
		start = first % 2 ? 0 : UINT32_MAX - 1000 * first;
		txq_model_init(m, start);
		seed = first * 0x9e3779b97f4a7c15ULL;
		for (i = 0; i < 5000; i++) {
			wrong = random_step(m, &seed);
			if (wrong)
				fail_msg("seed %d, step %d: %s", (int)first, i,
					 wrong);
		}
		moved += m->acked - start;
	}
	/* the steps did go somewhere */
	assert_true(moved > 100 * 1000 * 1000);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_more_than_sent_is_refused),
		TEST(test_inside_a_record_is_refused),
		TEST(test_old_count_has_no_effect),
		TEST(test_failed_allocation_leaves_no_trace),
		TEST(test_aborted_record_leaves_no_trace),
		TEST(test_empty_queue_holds_no_memory),
		TEST(test_chunks_go_as_they_are_acknowledged),
		TEST(test_records_meet_the_end_of_a_chunk),
		TEST(test_take_gives_whole_records),
		TEST(test_untake_stops_at_what_is_acknowledged),
		TEST(test_counts_of_64_bits),
		TEST(test_purged_queue_has_nothing),
		TEST(test_random_steps_beside_a_flat_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
