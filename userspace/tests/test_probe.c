// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loop probes as bytes: what is one, which are refused, and who decides.
 *
 * links: ../kernel/probe.c ../kernel/wire.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probe.h"

/* The format as linux/sehub_probe.h describes it, written out by hand. */
static const uint8_t example[] = {
	0x03, 0x73, 0x65, 0x68, 0x75, 0x62, 0x02, 0, 0, 0, 0, 7, 0x88, 0xb5,
	's', 'e', 'h', 'p', 1, 0x81, 2, 0, 0, 0, 1, 2, 0xde, 0xad, 0xbe, 0xef,
	0, 0, 3, 4, 0xf0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9,
};

static uint8_t frame[SEHUB_PROBE_LEN_MAX];
static struct sehub_probe probe;

static int parse(size_t len)
{
	uint8_t *copy = malloc(len);
	int ret;

	/* What is read beyond the end is found by the sanitizer. */
	assert_non_null(copy);
	memcpy(copy, frame, len);
	memset(&probe, 0xee, sizeof(probe));
	ret = sehub_probe_is(copy, (u32)len) ?
	      sehub_probe_parse(copy, (u32)len, &probe) : -ENOENT;
	free(copy);
	return ret;
}

static int setup(void **state)
{
	(void)state;
	memcpy(frame, example, sizeof(example));
	return 0;
}

static void test_frames_of_others(void **state)
{
	static const size_t at[] = { 0, 5, 12, 13, 14, 17 };

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		setup(NULL);
		frame[at[i]] ^= 1;
		assert_int_equal(parse(sizeof(example)), -ENOENT);
	}
	setup(NULL);
	for (size_t len = 0; len < 18; len++)
		assert_int_equal(parse(len), -ENOENT);
}

static void test_cut_short(void **state)
{
	(void)state;
	for (size_t len = 18; len < sizeof(example); len++)
		assert_int_equal(parse(len), -EBADMSG);
}

static void test_another_version(void **state)
{
	(void)state;
	frame[18] = 2;
	assert_int_equal(parse(sizeof(example)), -EBADMSG);
	frame[18] = 0;
	assert_int_equal(parse(sizeof(example)), -EBADMSG);
}

static void test_number_of_hubs(void **state)
{
	(void)state;
	frame[20] = 0;
	assert_int_equal(parse(sizeof(example)), -EBADMSG);
	frame[20] = SEHUB_PROBE_HOPS_MAX + 1;
	assert_int_equal(parse(sizeof(frame)), -EBADMSG);
	frame[20] = 255;
	assert_int_equal(parse(sizeof(frame)), -EBADMSG);
	memset(frame + sizeof(example), 1, sizeof(frame) - sizeof(example));
	frame[20] = SEHUB_PROBE_HOPS_MAX;
	assert_int_equal(parse(sizeof(frame) - 1), -EBADMSG);
	assert_int_equal(parse(sizeof(frame)), 0);
	assert_int_equal(probe.hops, SEHUB_PROBE_HOPS_MAX);
}

static void test_id_of_no_hub(void **state)
{
	(void)state;
	frame[sizeof(example) - 1] = 0;
	assert_int_equal(parse(sizeof(example)), -EBADMSG);
}

static void check_example(void)
{
	assert_int_equal(probe.flags, 0x81);
	assert_int_equal(probe.hops, 2);
	assert_int_equal(probe.port, 0x102);
	assert_int_equal(probe.nonce, 0xdeadbeef);
	assert_int_equal(probe.seq, 0x304);
	assert_true(probe.path[0] == 0xf000000000000001);
	assert_true(probe.path[1] == 9);
}

static void test_example(void **state)
{
	(void)state;
	assert_int_equal(parse(sizeof(example)), 0);
	check_example();
	/* Devices pad short frames. */
	memset(frame + sizeof(example), 0xff, 14);
	assert_int_equal(parse(sizeof(example) + 14), 0);
	check_example();
	memset(frame, 0xee, sizeof(frame));
	assert_int_equal(sehub_probe_build(frame, example + 6, &probe),
			 sizeof(example));
	assert_memory_equal(frame, example, sizeof(example));
}

static void test_path(void **state)
{
	(void)state;
	assert_int_equal(parse(sizeof(example)), 0);
	assert_false(sehub_probe_has(&probe, 1));
	assert_true(sehub_probe_has(&probe, 9));
	assert_true(sehub_probe_has(&probe, 0xf000000000000001));
	assert_true(sehub_probe_least(&probe) == 9);
	probe.hops = 1;
	assert_false(sehub_probe_has(&probe, 9));
	assert_true(sehub_probe_least(&probe) == 0xf000000000000001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_frames_of_others, setup),
		cmocka_unit_test_setup(test_cut_short, setup),
		cmocka_unit_test_setup(test_another_version, setup),
		cmocka_unit_test_setup(test_number_of_hubs, setup),
		cmocka_unit_test_setup(test_id_of_no_hub, setup),
		cmocka_unit_test_setup(test_example, setup),
		cmocka_unit_test_setup(test_path, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
