// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a source may do before it has logged in: failures in a window, the
 * growing time of refusal, logins at a time, what counts as one source, and
 * a table that stays bounded and forgets the right ones. Time is made up.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../transportd/ratelimit.h"

static const struct ratelimit_settings settings = {
	.failures_max = 3,
	.window_ms = 60000,
	.concurrent_max = 4,
	.entries_max = 8,
};

static const struct sockaddr *address(const char *text)
{
	static struct sockaddr_storage storage;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&storage;
	struct sockaddr_in *in = (struct sockaddr_in *)&storage;

	memset(&storage, 0, sizeof(storage));
	if (strchr(text, ':')) {
		in6->sin6_family = AF_INET6;
		assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr),
				 1);
	} else {
		in->sin_family = AF_INET;
		assert_int_equal(inet_pton(AF_INET, text, &in->sin_addr), 1);
	}
	return (const struct sockaddr *)&storage;
}

static void fail_once(struct ratelimit *limit, const char *from, uint64_t now)
{
	assert_int_equal(ratelimit_begin(limit, address(from), now, NULL), 0);
	ratelimit_end(limit, address(from), now, true);
}

/* A connection that logs in, or is refused for @wait. */
static void expect_wait(struct ratelimit *limit, const char *from,
			uint64_t now, uint64_t wait)
{
	uint64_t left = 0;
	int err;

	err = ratelimit_begin(limit, address(from), now, &left);
	assert_int_equal(err, wait ? -EAGAIN : 0);
	assert_int_equal(left, wait);
	if (!err)
		ratelimit_end(limit, address(from), now, false);
}

static void test_failures(void **state)
{
	struct ratelimit *limit = ratelimit_new(&settings);
	uint64_t now = 1000000, wait = RATELIMIT_BLOCK_MS;

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		fail_once(limit, "192.0.2.1", now);
	expect_wait(limit, "192.0.2.1", now, 0);
	/* the first one too many, and each further: twice the time */
	for (unsigned int i = 0; i < 20; i++) {
		fail_once(limit, "192.0.2.1", now);
		expect_wait(limit, "192.0.2.1", now, wait);
		expect_wait(limit, "192.0.2.1", now + wait - 1, 1);
		expect_wait(limit, "192.0.2.2", now, 0);
		now += wait;
		expect_wait(limit, "192.0.2.1", now, 0);
		wait *= 2;
		if (wait > RATELIMIT_BLOCK_MAX_MS)
			wait = RATELIMIT_BLOCK_MAX_MS;
	}
	assert_int_equal(wait, RATELIMIT_BLOCK_MAX_MS);
	ratelimit_free(limit);
}

static void test_window(void **state)
{
	struct ratelimit *limit = ratelimit_new(&settings);

	(void)state;
	/* three in each window, for ever */
	for (uint64_t now = 5; now < 10 * 60000; now += 60000)
		for (unsigned int i = 0; i < 3; i++)
			fail_once(limit, "192.0.2.1", now);
	expect_wait(limit, "192.0.2.1", 10 * 60000, 0);

	/* the window begins with its first failure */
	fail_once(limit, "192.0.2.2", 0);
	fail_once(limit, "192.0.2.2", 59999);
	fail_once(limit, "192.0.2.2", 59999);
	fail_once(limit, "192.0.2.2", 59999);
	expect_wait(limit, "192.0.2.2", 60000, RATELIMIT_BLOCK_MS - 1);

	/* after a refusal, a whole window without failure forgives */
	fail_once(limit, "192.0.2.2", 61999 + 59999);
	expect_wait(limit, "192.0.2.2", 61999 + 59999,
		    2 * RATELIMIT_BLOCK_MS);
	fail_once(limit, "192.0.2.2", 61999 + 59999 + 4000 + 60000);
	expect_wait(limit, "192.0.2.2", 61999 + 59999 + 4000 + 60000, 0);
	ratelimit_free(limit);
}

/* Logging in properly now and then does not buy further guesses. */
static void test_success_forgives_nothing(void **state)
{
	struct ratelimit *limit = ratelimit_new(&settings);

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		fail_once(limit, "192.0.2.1", i);
		expect_wait(limit, "192.0.2.1", i, 0);
	}
	fail_once(limit, "192.0.2.1", 3);
	expect_wait(limit, "192.0.2.1", 3, RATELIMIT_BLOCK_MS);
	ratelimit_free(limit);
}

static void test_concurrent(void **state)
{
	struct ratelimit *limit = ratelimit_new(&settings);

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(ratelimit_begin(limit, address("192.0.2.1"),
						 0, NULL), 0);
	assert_int_equal(ratelimit_begin(limit, address("192.0.2.1"), 0,
					 NULL), -EMFILE);
	assert_int_equal(ratelimit_begin(limit, address("192.0.2.2"), 0,
					 NULL), 0);
	ratelimit_end(limit, address("192.0.2.1"), 0, false);
	assert_int_equal(ratelimit_begin(limit, address("192.0.2.1"), 0,
					 NULL), 0);
	assert_int_equal(ratelimit_begin(limit, address("192.0.2.1"), 0,
					 NULL), -EMFILE);
	/* ends without a beginning do no harm */
	ratelimit_end(limit, address("192.0.2.9"), 0, true);
	for (unsigned int i = 0; i < 10; i++)
		ratelimit_end(limit, address("192.0.2.2"), 0, false);
	assert_int_equal(ratelimit_begin(limit, address("192.0.2.2"), 0,
					 NULL), 0);
	ratelimit_free(limit);
}

static void test_sources(void **state)
{
	struct ratelimit *limit = ratelimit_new(&settings);
	struct sockaddr local = { .sa_family = AF_UNIX };
	char text[64];

	(void)state;
	/* any address of a /64 is the same source */
	for (unsigned int i = 1; i <= 4; i++) {
		snprintf(text, sizeof(text), "2001:db8:1:2:%x::1", i);
		fail_once(limit, text, 0);
	}
	expect_wait(limit, "2001:db8:1:2::", 0, RATELIMIT_BLOCK_MS);
	expect_wait(limit, "2001:db8:1:3::", 0, 0);
	/* IPv4 and the same mapped into IPv6 */
	for (unsigned int i = 0; i < 4; i++)
		fail_once(limit, i & 1 ? "::ffff:198.51.100.7" :
			  "198.51.100.7", 0);
	expect_wait(limit, "198.51.100.7", 0, RATELIMIT_BLOCK_MS);
	expect_wait(limit, "::ffff:198.51.100.7", 0, RATELIMIT_BLOCK_MS);
	expect_wait(limit, "198.51.100.8", 0, 0);
	expect_wait(limit, "::1", 0, 0);
	assert_int_equal(ratelimit_count(limit), 5);
	/* what is neither is not limited, nor remembered */
	for (unsigned int i = 0; i < 20; i++) {
		assert_int_equal(ratelimit_begin(limit, &local, 0, NULL), 0);
		ratelimit_end(limit, &local, 0, true);
	}
	assert_int_equal(ratelimit_begin(limit, &local, 0, NULL), 0);
	assert_int_equal(ratelimit_count(limit), 5);
	ratelimit_free(limit);
}

static void test_bounded(void **state)
{
	struct ratelimit *limit = ratelimit_new(&settings);
	char text[64];

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		fail_once(limit, "203.0.113.1", 0);
	assert_int_equal(ratelimit_begin(limit, address("203.0.113.2"), 0,
					 NULL), 0);
	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "10.0.%u.%u", i / 250, i % 250);
		expect_wait(limit, text, i, 0);
		/* what is seen stays */
		expect_wait(limit, "203.0.113.1", 1, RATELIMIT_BLOCK_MS - 1);
		assert_true(ratelimit_count(limit) <= 8);
	}
	/* and what has a login open, as long as it has been unseen */
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(ratelimit_begin(limit, address("203.0.113.2"),
						 0, NULL), 0);
	assert_int_equal(ratelimit_begin(limit, address("203.0.113.2"), 0,
					 NULL), -EMFILE);
	/* the one that was refused is forgotten once others came */
	for (unsigned int i = 0; i < 8; i++) {
		snprintf(text, sizeof(text), "10.1.0.%u", i);
		expect_wait(limit, text, 0, 0);
	}
	expect_wait(limit, "203.0.113.1", 1, 0);
	ratelimit_free(limit);
}

static void test_full_of_logins(void **state)
{
	struct ratelimit *limit = ratelimit_new(&settings);
	char text[64];

	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		snprintf(text, sizeof(text), "10.1.0.%u", i);
		assert_int_equal(ratelimit_begin(limit, address(text), 0,
						 NULL), 0);
	}
	assert_int_equal(ratelimit_begin(limit, address("10.2.0.1"), 0, NULL),
			 -EMFILE);
	ratelimit_end(limit, address("10.1.0.3"), 0, false);
	assert_int_equal(ratelimit_begin(limit, address("10.2.0.1"), 0, NULL),
			 0);
	assert_int_equal(ratelimit_count(limit), 8);
	ratelimit_free(limit);
}

static void test_same_source(void **state)
{
	static const struct {
		const char *a, *b;
		bool is_same;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "::ffff:192.0.2.1", "192.0.2.1", true },
		{ "2001:db8::1", "2001:db8::2:1", true },
		{ "2001:db8::1", "2001:db8:0:1::1", false },
		/* a user of this host has all of these */
		{ "127.0.0.1", "127.20.30.40", true },
		{ "127.0.0.1", "::1", true },
		{ "::ffff:127.0.0.2", "::1", true },
		{ "::2", "::1", false },
		{ "128.0.0.1", "127.0.0.1", false },
	};
	const struct sockaddr nobody = { .sa_family = AF_UNIX };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sockaddr_storage a;

		memcpy(&a, address(cases[i].a), sizeof(a));
		assert_int_equal(ratelimit_is_same_source((struct sockaddr *)&a,
							  address(cases[i].b)),
				 cases[i].is_same);
	}
	assert_false(ratelimit_is_same_source(&nobody, &nobody));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_success_forgives_nothing),
		cmocka_unit_test(test_concurrent),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_full_of_logins),
		cmocka_unit_test(test_same_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
