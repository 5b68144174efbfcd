/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The values of one attribute in the messages of a dump that is too long to be
 * shown: how many, how many of them again, how many that begin with some bytes.
 */
#ifndef SEHUB_SELFTEST_TALLY_H
#define SEHUB_SELFTEST_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "attrs.h"

#define TALLY_DEPTH	4
#define TALLY_VALUE	16

struct tally_value {
	uint8_t len;
	uint8_t b[TALLY_VALUE];
};

struct tally {
	uint16_t path[TALLY_DEPTH + 1];
	struct tally_value *values;
	unsigned int count;
	unsigned int room;
};

/** tally_begin() - @name: path of the attribute; false: there is none such */
bool tally_begin(struct tally *tally, const struct attr *set, const char *name);
/** tally_take() - a message's attributes */
void tally_take(struct tally *tally, const void *attrs, int len);

/**
 * tally_end() - count, and forget the values
 * @start: hexadecimal digits, or NULL
 * @again: set to the number of values that were there before
 * @under: set to the number of values that begin with @start
 */
void tally_end(struct tally *tally, const char *start, unsigned int *again,
	       unsigned int *under);

#endif
