/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From where and until when somebody may come, in words and as structs. Pure,
 * but for the time zone.
 */
#ifndef SEHUB_LIB_ACCESS_H
#define SEHUB_LIB_ACCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "addr.h"

#define SEHUB_SOURCES_MAX	16
/* An address, "/128" and a comma for each; with NUL. */
#define SEHUB_SOURCES_STRLEN	(SEHUB_SOURCES_MAX * (SEHUB_IP_STRLEN + 5) + 1)

/**
 * struct sehub_sources - networks to come from
 * @count: how many; 0: any
 * @prefix: these, in the order in which they were given
 */
struct sehub_sources {
	unsigned int count;
	struct sehub_prefix prefix[SEHUB_SOURCES_MAX];
};

/**
 * sehub_parse_sources() - "any", or "192.0.2.0/24,2001:db8::/32"
 * @words: prefixes or addresses joined by single commas; "" is "any"
 * @sources: where to put them, left alone on failure
 * @why: on failure, what is wrong, for people: "has to be ..."
 * Return: 0 or -EINVAL.
 */
int sehub_parse_sources(const char *words, struct sehub_sources *sources,
			const char **why);

/** sehub_format_sources() - the same way back; Return: @buf */
char *sehub_format_sources(const struct sehub_sources *sources,
			   char buf[SEHUB_SOURCES_STRLEN]);

/**
 * sehub_sources_have() - whether an address is in one of the networks
 * @sources: networks
 * @addr: IPv4, IPv6, or IPv4 in IPv6 (RFC 4291 section 2.5.5.2)
 */
bool sehub_sources_have(const struct sehub_sources *sources,
			const struct sockaddr *addr);

/**
 * sehub_parse_time() - "never", "2027-01-31", "2027-01-31T18:30[:00]"
 * @word: time of this host's zone; a day alone: its beginning
 * @when: where to put it, seconds since the epoch; 0: never
 * Return: 0, -EINVAL, or -ERANGE for a day or time that there is not.
 */
int sehub_parse_time(const char *word, int64_t *when);

#endif /* SEHUB_LIB_ACCESS_H */
