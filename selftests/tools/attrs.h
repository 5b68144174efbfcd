/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes and commands of the module in words, as the specification calls
 * them. Written by hand and on its own, so that it does not share a mistake
 * with the module or the library.
 */
#ifndef SEHUB_SELFTEST_ATTRS_H
#define SEHUB_SELFTEST_ATTRS_H

#include <stdint.h>

enum attr_type {
	ATTR_U8,
	ATTR_U16,
	ATTR_U32,
	ATTR_U64,
	ATTR_STRING,
	ATTR_BINARY,
	ATTR_MAC,
	ATTR_IP,	/* 4 or 16 bytes */
	ATTR_FLAGS,	/* u32 */
	ATTR_NEST,
};

struct attr {
	const char *name;
	uint16_t id;
	enum attr_type type;
	const struct attr *nested;
	const char *const *words;	/* of values or bits, NULL at the end */
};

struct command {
	const char *name;
	uint8_t id;
};

/* Ended by an entry without a name. */
extern const struct attr sehub_attrs[];
extern const struct attr link_attrs[];
extern const struct command sehub_commands[];

#endif
