// SPDX-License-Identifier: GPL-2.0-or-later
/* From where and until when somebody may come. */
#include "access.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int refuse(const char **why, const char *text)
{
	*why = text;
	return -EINVAL;
}

int sehub_parse_sources(const char *words, struct sehub_sources *sources,
			const char **why)
{
	struct sehub_sources result = { .count = 0 };
	char word[SEHUB_IP_STRLEN + 8];
	size_t len;

	if (!*words || !strcmp(words, "any")) {
		*sources = result;
		return 0;
	}
	for (;; words += len + 1) {
		len = strcspn(words, ",");
		if (result.count == SEHUB_SOURCES_MAX)
			return refuse(why, "has more than 16 networks");
		if (len >= sizeof(word))
			return refuse(why, "has to be networks as 192.0.2.0/24,2001:db8::/32, or any");
		memcpy(word, words, len);
		word[len] = '\0';
		switch (sehub_parse_prefix(word,
					   &result.prefix[result.count++])) {
		case 0:
			break;
		case -ERANGE:
			return refuse(why, "has a network with more bits than its address has");
		default:
			return refuse(why, "has to be networks as 192.0.2.0/24,2001:db8::/32, or any");
		}
		if (!words[len])
			break;
	}
	*sources = result;
	return 0;
}

char *sehub_format_sources(const struct sehub_sources *sources,
			   char buf[SEHUB_SOURCES_STRLEN])
{
	char *end = buf + SEHUB_SOURCES_STRLEN, *p = buf;
	char address[SEHUB_IP_STRLEN];

	if (!sources->count)
		p += snprintf(p, (size_t)(end - p), "any");
	for (unsigned int i = 0; i < sources->count; i++)
		p += snprintf(p, (size_t)(end - p), "%s%s/%u", i ? "," : "",
			      sehub_format_ip(&sources->prefix[i].addr,
					      address),
			      sources->prefix[i].bits);
	return buf;
}

static bool begins_alike(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	uint8_t mask = (uint8_t)(0xff00 >> bits % 8);

	return !memcmp(a, b, bits / 8) &&
	       (!(bits % 8) || !((a[bits / 8] ^ b[bits / 8]) & mask));
}

bool sehub_sources_have(const struct sehub_sources *sources,
			const struct sockaddr *addr)
{
	const uint8_t *bytes;
	uint8_t len;

	if (!sources->count)
		return true;
	if (addr->sa_family == AF_INET) {
		bytes = (const uint8_t *)
			&((const struct sockaddr_in *)addr)->sin_addr;
		len = 4;
	} else if (addr->sa_family == AF_INET6) {
		const struct in6_addr *in6 =
			&((const struct sockaddr_in6 *)addr)->sin6_addr;

		bytes = in6->s6_addr;
		len = 16;
		if (IN6_IS_ADDR_V4MAPPED(in6)) {
			bytes += 12;
			len = 4;
		}
	} else {
		return false;
	}
	for (unsigned int i = 0; i < sources->count; i++)
		if (sources->prefix[i].addr.len == len &&
		    begins_alike(sources->prefix[i].addr.bytes, bytes,
				 sources->prefix[i].bits))
			return true;
	return false;
}

/* mktime() takes the 30th of February for the 2nd of March, and hours that a
 * change of the clock left out for others.
 */
static bool is_same_time(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon &&
	       a->tm_mday == b->tm_mday && a->tm_hour == b->tm_hour &&
	       a->tm_min == b->tm_min;
}

int sehub_parse_time(const char *word, int64_t *when)
{
	static const char *const forms[] = {
		"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d",
	};
	struct tm tm, given;
	const char *end;
	time_t t;

	if (!strcmp(word, "never")) {
		*when = 0;
		return 0;
	}
	/* strptime() also takes blanks and signs */
	if (word[strspn(word, "0123456789-T:")] || *word == '-')
		return -EINVAL;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		memset(&tm, 0, sizeof(tm));
		end = strptime(word, forms[i], &tm);
		if (!end || *end)
			continue;
		tm.tm_isdst = -1;
		given = tm;
		t = mktime(&tm);
		if (t <= 0 || !is_same_time(&tm, &given))
			return -ERANGE;
		*when = t;
		return 0;
	}
	return -EINVAL;
}
