// SPDX-License-Identifier: GPL-2.0-or-later
/* Rates: what tc(8) takes, what is refused, and back without a loss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>

#include "rate.h"

static void test_words(void **state)
{
	static const struct {
		const char *word;
		uint64_t bytes;
	} good[] = {
		{ "0", 0 }, { "0mbit", 0 }, { "0.0gbps", 0 },
		{ "8", 1 }, { "8bit", 1 }, { "1bps", 1 },
		{ "64000", 8000 }, { "500kbit", 62500 },
		{ "10mbit", 1250000 }, { "10Mbit", 1250000 },
		{ "1GBIT", 125000000 }, { "1tbit", 125000000000 },
		{ "1.5mbit", 187500 }, { "0.5kbit", 62 },
		{ "125kbps", 125000 }, { "1.25mbps", 1250000 },
		{ "2gbps", 2000000000 }, { "1tbps", 1000000000000 },
		{ "1kibit", 128 }, { "1mibit", 131072 },
		{ "1gibit", 134217728 }, { "1tibit", 137438953472 },
		{ "1kibps", 1024 }, { "1.5mibps", 1572864 },
		{ "1gibps", 1073741824 }, { "1tibps", 1099511627776 },
		{ "100.123456789gbit", 12515432098 },
		{ "1.100000000mbit", 137500 },
		{ "18446744073709551615bit", UINT64_MAX / 8 },
		{ "18446744073709551615bps", UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		uint64_t bytes = 7;

		assert_int_equal(sehub_parse_rate(good[i].word, &bytes), 0);
		assert_true(bytes == good[i].bytes);
	}
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"", "mbit", "10m", "10mb", "10 mbit", " 10mbit", "10mbits",
		"-1mbit", "+1mbit", "1,5mbit", ".5mbit", "1.mbit", "1..5mbit",
		"1.5.5mbit", "0x10mbit", "1e3bit", "1.1234567890mbit", "50%",
	};
	static const char *const beyond[] = {
		"7", "7bit", "1", "0.007kbit", "0.5bps",
		"18446744073709551616", "18446744073709551616bps",
		"18446744073709552kbps", "20000000tbps",
	};
	uint64_t bytes = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(sehub_parse_rate(bad[i], &bytes), -EINVAL);
	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
		assert_int_equal(sehub_parse_rate(beyond[i], &bytes), -ERANGE);
	assert_true(bytes == 7);
}

static void test_back(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *word;
	} all[] = {
		{ 0, "0bit" }, { 1, "8bit" }, { 125, "1kbit" },
		{ 187500, "1500kbit" }, { 1250000, "10mbit" },
		{ 16384, "131072bit" }, { 125000000, "1gbit" },
		{ 125000000000, "1tbit" }, { 125000000000000, "1000tbit" },
		{ UINT64_MAX / 8, "18446744073709551608bit" },
		{ UINT64_MAX / 8 + 1, "2305843009213693952bps" },
		{ UINT64_MAX, "18446744073709551615bps" },
	};
	char text[SEHUB_RATE_STRLEN];
	uint64_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_string_equal(sehub_format_rate(all[i].bytes, text),
				    all[i].word);
		assert_int_equal(sehub_parse_rate(text, &bytes), 0);
		assert_true(bytes == all[i].bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
