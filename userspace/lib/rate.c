// SPDX-License-Identifier: GPL-2.0-or-later
/* Rates to words and back. Pure: no locale, no allocation. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <strings.h>

#include "rate.h"

#define DECIMALS_MAX	9
#define BITS		8

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/**
 * struct unit - what a number is counted in
 * @name: its word
 * @factor: how many
 * @divisor: of how many in a byte
 */
struct unit {
	const char *name;
	uint64_t factor;
	uint64_t divisor;
};

static const struct unit units[] = {
	{ "", 1, BITS },
	{ "bit", 1, BITS },
	{ "kbit", 1000, BITS },
	{ "mbit", 1000000, BITS },
	{ "gbit", 1000000000, BITS },
	{ "tbit", 1000000000000, BITS },
	{ "kibit", 1ULL << 10, BITS },
	{ "mibit", 1ULL << 20, BITS },
	{ "gibit", 1ULL << 30, BITS },
	{ "tibit", 1ULL << 40, BITS },
	{ "bps", 1, 1 },
	{ "kbps", 1000, 1 },
	{ "mbps", 1000000, 1 },
	{ "gbps", 1000000000, 1 },
	{ "tbps", 1000000000000, 1 },
	{ "kibps", 1ULL << 10, 1 },
	{ "mibps", 1ULL << 20, 1 },
	{ "gibps", 1ULL << 30, 1 },
	{ "tibps", 1ULL << 40, 1 },
};

/*
 * Reads digits at *@word into *@number and moves it behind them. Return: how
 * many, or -ERANGE.
 */
static int read_digits(const char **word, uint64_t *number)
{
	int n = 0;

	for (; **word >= '0' && **word <= '9'; (*word)++, n++)
		if (__builtin_mul_overflow(*number, 10ULL, number) ||
		    __builtin_add_overflow(*number, (uint64_t)(**word - '0'),
					   number))
			return -ERANGE;
	return n;
}

/* A number with decimals: *@number / *@scale. */
static int read_decimal(const char **word, uint64_t *number, uint64_t *scale)
{
	int n;

	*number = 0;
	*scale = 1;
	n = read_digits(word, number);
	if (n <= 0)
		return n ? n : -EINVAL;
	if (**word != '.')
		return 0;
	(*word)++;
	n = read_digits(word, number);
	if (n < 0)
		return n;
	if (!n || n > DECIMALS_MAX)
		return -EINVAL;
	while (n--)
		*scale *= 10;
	return 0;
}

int sehub_parse_rate(const char *word, uint64_t *bytes)
{
	const struct unit *unit = units;
	uint64_t number;
	uint64_t factor;
	uint64_t scale;
	int err;

	err = read_decimal(&word, &number, &scale);
	if (err)
		return err;
	while (unit < units + ARRAY_SIZE(units) && strcasecmp(word, unit->name))
		unit++;
	if (unit == units + ARRAY_SIZE(units))
		return -EINVAL;

	/* What both have in common goes first, so that all that fits does. */
	factor = unit->factor;
	for (; scale > 1 && factor % 10 == 0; scale /= 10)
		factor /= 10;
	if (__builtin_mul_overflow(number, factor, &factor))
		return -ERANGE;
	factor /= scale * unit->divisor;
	if (number && !factor)
		return -ERANGE;
	*bytes = factor;
	return 0;
}

char *sehub_format_rate(uint64_t bytes, char buf[SEHUB_RATE_STRLEN])
{
	static const char *const prefixes[] = { "", "k", "m", "g", "t" };
	bool is_bits = bytes <= UINT64_MAX / BITS;
	uint64_t number = is_bits ? bytes * BITS : bytes;
	size_t i = 0;

	while (number && number % 1000 == 0 && i + 1 < ARRAY_SIZE(prefixes)) {
		number /= 1000;
		i++;
	}
	snprintf(buf, SEHUB_RATE_STRLEN, "%" PRIu64 "%s%s", number,
		 prefixes[i], is_bits ? "bit" : "bps");
	return buf;
}
