/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between config.c, which reads the file, and config_value.c, which knows the
 * keys and how their values read. Nobody else includes this.
 */
#ifndef SEHUB_TRANSPORTD_CONFIG_VALUE_H
#define SEHUB_TRANSPORTD_CONFIG_VALUE_H

#include "config.h"

enum config_type {
	CONFIG_LISTEN,
	CONFIG_ADDRESS,		/* one, or none */
	CONFIG_PATH,		/* absolute */
	CONFIG_NAME,		/* of a group */
	CONFIG_COUNT,
	CONFIG_DURATION,	/* milliseconds */
	CONFIG_SIZE,		/* bytes */
	CONFIG_LEVEL,
	CONFIG_BOOL,
	CONFIG_LANGUAGE,
};

/**
 * struct config_key - one key of the file
 * @name: as written
 * @type: how the value reads
 * @offset: of the member in struct config; for paths and names a char *, for
 *	numbers a uint32_t
 * @min: least value; for paths unused
 * @max: greatest value; for paths and names the greatest length
 * @value: default, as it would stand in the file; NULL: derived from another
 * @help: for config_print() and the manual page
 */
struct config_key {
	const char *name;
	enum config_type type;
	size_t offset;
	uint32_t min;
	uint32_t max;
	const char *value;
	const char *help;
};

#define CONFIG_KEYS	30

extern const struct config_key config_keys[CONFIG_KEYS];

/* What a load knows besides the result. */
struct config_parser {
	struct config *config;
	FILE *stream;
	const char *name;
	unsigned int line;
	unsigned int key_line[CONFIG_KEYS];	/* 0: not given yet */
	bool listen_none;			/* "listen = none" */
	int err;
	struct config_error *error;
};

/*
 * config_fail() - note what is wrong, with file and line
 *
 * The first error is the one to report; later ones are dropped. Return: @err,
 * or the first error's.
 */
int config_fail(struct config_parser *parser, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The member of @config that @key sets. */
void *config_member(struct config *config, const struct config_key *key);

/*
 * config_parse_value() - set a member from text
 * @again: an earlier line of the same file has set it: "listen" adds
 */
int config_parse_value(struct config_parser *parser,
		       const struct config_key *key, const char *value,
		       bool again);

#endif /* SEHUB_TRANSPORTD_CONFIG_VALUE_H */
