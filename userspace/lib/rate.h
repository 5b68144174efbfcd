/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rates in words, as tc(8) has them: "10mbit" is 10,000,000 bits in a second,
 * "125kbps" 125,000 bytes. Here they are bytes in a second.
 */
#ifndef SEHUB_LIB_RATE_H
#define SEHUB_LIB_RATE_H

#include <stdint.h>

#define SEHUB_RATE_STRLEN	28	/* with NUL */

/**
 * sehub_parse_rate() - a number and a unit
 * @word: up to nine decimals; bit (also without a unit) or bps, in front of
 *	them k, m, g, t for powers of 1000 or ki, mi, gi, ti for powers of 1024,
 *	in upper or lower case
 * @bytes: where to put the bytes in a second, a fraction cut off
 * Return: 0, -EINVAL (not of that form), or -ERANGE: beyond 64 bits, or less
 * than one byte but not 0.
 */
int sehub_parse_rate(const char *word, uint64_t *bytes);

/** sehub_format_rate() - exactly, in the largest unit; Return: @buf */
char *sehub_format_rate(uint64_t bytes, char buf[SEHUB_RATE_STRLEN]);

#endif /* SEHUB_LIB_RATE_H */
