// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Words to values and back. Pure: no locale, no allocation, no other part of
 * the library.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "addr.h"

#define MS_PER_SECOND	1000ULL

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Value of a hexadecimal digit, -1 for another character. */
static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * Reads digits of @base at *@word and moves it behind them. -EINVAL without a
 * digit, -ERANGE beyond 64 bits.
 */
static int read_digits(const char **word, unsigned int base, uint64_t *value)
{
	const char *p = *word;
	uint64_t v = 0;
	int digit;

	digit = hex_value(*p);
	if (digit < 0 || (unsigned int)digit >= base)
		return -EINVAL;
	for (; digit = hex_value(*p),
	     digit >= 0 && (unsigned int)digit < base; p++) {
		if (__builtin_mul_overflow(v, (uint64_t)base, &v) ||
		    __builtin_add_overflow(v, (uint64_t)digit, &v))
			return -ERANGE;
	}
	*word = p;
	*value = v;
	return 0;
}

int sehub_parse_u64(const char *word, uint64_t min, uint64_t max,
		    uint64_t *value)
{
	unsigned int base = 10;
	uint64_t v;
	int err;

	if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X')) {
		base = 16;
		word += 2;
	}
	err = read_digits(&word, base, &v);
	if (err)
		return err;
	if (*word)
		return -EINVAL;
	if (v < min || v > max)
		return -ERANGE;
	*value = v;
	return 0;
}

int sehub_parse_u32(const char *word, uint32_t min, uint32_t max,
		    uint32_t *value)
{
	uint64_t v;
	int err = sehub_parse_u64(word, min, max, &v);

	if (!err)
		*value = v;
	return err;
}

int sehub_parse_vlan(const char *word, uint16_t *vlan)
{
	uint64_t v;
	int err = sehub_parse_u64(word, 1, 4094, &v);

	if (!err)
		*vlan = v;
	return err;
}

int sehub_parse_bool(const char *word, bool *value)
{
	static const char *const yes[] = { "yes", "true", "on", "1" };
	static const char *const no[] = { "no", "false", "off", "0" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (!strcasecmp(word, yes[i])) {
			*value = true;
			return 0;
		}
		if (!strcasecmp(word, no[i])) {
			*value = false;
			return 0;
		}
	}
	return -EINVAL;
}

/* A unit at *@word: its milliseconds, 0 for none of ours. */
static uint64_t read_unit(const char **word)
{
	static const struct {
		const char *name;
		uint64_t ms;
	} units[] = {
		/* those that begin with m, longest first */
		{ "min", 60 * MS_PER_SECOND },
		{ "ms", 1 },
		{ "s", MS_PER_SECOND },
		{ "m", 60 * MS_PER_SECOND },
		{ "h", 3600 * MS_PER_SECOND },
		{ "d", 86400 * MS_PER_SECOND },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t len = strlen(units[i].name);

		if (strncmp(*word, units[i].name, len))
			continue;
		*word += len;
		return units[i].ms;
	}
	return 0;
}

int sehub_parse_duration(const char *word, uint64_t min_ms, uint64_t max_ms,
			 uint64_t *ms)
{
	uint64_t last = UINT64_MAX;
	uint64_t total = 0;
	const char *p = word;

	do {
		uint64_t unit;
		uint64_t v;
		int err;

		err = read_digits(&p, 10, &v);
		if (err)
			return err;
		if (!*p && last == UINT64_MAX)
			unit = MS_PER_SECOND;
		else
			unit = read_unit(&p);
		/* Units go down, so that 1m1h is no time but a mistake. */
		if (!unit || unit >= last)
			return -EINVAL;
		last = unit;
		if (__builtin_mul_overflow(v, unit, &v) ||
		    __builtin_add_overflow(total, v, &total))
			return -ERANGE;
	} while (*p);

	if (total < min_ms || total > max_ms)
		return -ERANGE;
	*ms = total;
	return 0;
}

int sehub_parse_size(const char *word, uint64_t min, uint64_t max,
		     uint64_t *bytes)
{
	static const char units[] = "KMG";
	uint64_t v;
	int err;

	err = read_digits(&word, 10, &v);
	if (err)
		return err;
	if (*word) {
		const char *unit = strchr(units, *word & ~0x20);

		if (!unit || !*unit || word[1])
			return -EINVAL;
		if (__builtin_mul_overflow(v, 1ULL << 10 * (unit - units + 1),
					   &v))
			return -ERANGE;
	}
	if (v < min || v > max)
		return -ERANGE;
	*bytes = v;
	return 0;
}

char *sehub_format_size(uint64_t bytes, char buf[SEHUB_SIZE_STRLEN])
{
	static const char *const units[] = { "", "k", "m", "g" };
	size_t unit = 0;

	while (bytes && bytes % 1024 == 0 &&
	       unit + 1 < sizeof(units) / sizeof(units[0])) {
		bytes /= 1024;
		unit++;
	}
	snprintf(buf, SEHUB_SIZE_STRLEN, "%" PRIu64 "%s", bytes, units[unit]);
	return buf;
}

/* Exactly @n bytes of two hexadecimal digits, @sep between them if not 0. */
static int read_hex(const char *word, uint8_t *bytes, size_t n, char sep)
{
	for (size_t i = 0; i < n; i++) {
		int high = hex_value(word[0]);
		int low = high < 0 ? -1 : hex_value(word[1]);

		if (low < 0)
			return -EINVAL;
		bytes[i] = high << 4 | low;
		word += 2;
		if (sep && i + 1 < n && *word++ != sep)
			return -EINVAL;
	}
	return *word ? -EINVAL : 0;
}

int sehub_parse_mac(const char *word, uint8_t mac[6])
{
	uint8_t bytes[6];

	if (strlen(word) != SEHUB_MAC_STRLEN - 1 ||
	    (word[2] != ':' && word[2] != '-') ||
	    read_hex(word, bytes, sizeof(bytes), word[2]))
		return -EINVAL;
	memcpy(mac, bytes, sizeof(bytes));
	return 0;
}

char *sehub_format_mac(const uint8_t mac[6], char buf[SEHUB_MAC_STRLEN])
{
	snprintf(buf, SEHUB_MAC_STRLEN, "%02x:%02x:%02x:%02x:%02x:%02x",
		 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return buf;
}

int sehub_parse_ip(const char *word, struct sehub_ip_addr *addr)
{
	struct sehub_ip_addr result = { .len = strchr(word, ':') ? 16 : 4 };

	if (inet_pton(result.len == 16 ? AF_INET6 : AF_INET, word,
		      result.bytes) != 1)
		return -EINVAL;
	*addr = result;
	return 0;
}

char *sehub_format_ip(const struct sehub_ip_addr *addr,
		      char buf[SEHUB_IP_STRLEN])
{
	buf[0] = '\0';
	if (addr->len == 4 || addr->len == 16)
		inet_ntop(addr->len == 4 ? AF_INET : AF_INET6, addr->bytes,
			  buf, SEHUB_IP_STRLEN);
	return buf;
}

int sehub_parse_prefix(const char *word, struct sehub_prefix *prefix)
{
	const char *slash = strchr(word, '/');
	size_t len = slash ? (size_t)(slash - word) : strlen(word);
	struct sehub_prefix result;
	char address[SEHUB_IP_STRLEN];
	uint32_t bits;
	int err;

	if (len >= sizeof(address))
		return -EINVAL;
	memcpy(address, word, len);
	address[len] = '\0';
	err = sehub_parse_ip(address, &result.addr);
	if (err)
		return err;
	bits = 8 * result.addr.len;
	if (slash)
		err = sehub_parse_u32(slash + 1, 0, bits, &bits);
	if (err)
		return err;
	result.bits = bits;
	for (; bits < 8U * result.addr.len; bits++)
		result.addr.bytes[bits / 8] &= ~(0x80 >> bits % 8);
	*prefix = result;
	return 0;
}

int sehub_parse_fingerprint(const char *word,
			    uint8_t hash[SEHUB_FINGERPRINT_LEN])
{
	uint8_t bytes[SEHUB_FINGERPRINT_LEN];

	if (strncasecmp(word, "SHA256:", 7) ||
	    read_hex(word + 7, bytes, sizeof(bytes), '\0'))
		return -EINVAL;
	memcpy(hash, bytes, sizeof(bytes));
	return 0;
}

char *sehub_format_fingerprint(const uint8_t hash[SEHUB_FINGERPRINT_LEN],
			       char buf[SEHUB_FINGERPRINT_STRLEN])
{
	int at = snprintf(buf, SEHUB_FINGERPRINT_STRLEN, "SHA256:");

	for (size_t i = 0; i < SEHUB_FINGERPRINT_LEN; i++)
		at += snprintf(buf + at, SEHUB_FINGERPRINT_STRLEN - at, "%02x",
			       hash[i]);
	return buf;
}

static bool is_ipv6(const char *host)
{
	struct in6_addr addr;
	char bare[SEHUB_HOST_MAX + 1];
	const char *zone = strchr(host, '%');
	size_t len = zone ? (size_t)(zone - host) : strlen(host);

	/*
	 * A link-local address can name its link: fe80::1%eth0. One with a
	 * bracket in its name could not be told from the end of the address.
	 */
	if (len >= sizeof(bare) ||
	    (zone && (!sehub_is_ifname(zone + 1) || strchr(zone, ']'))))
		return false;
	memcpy(bare, host, len);
	bare[len] = '\0';
	return inet_pton(AF_INET6, bare, &addr) == 1;
}

static bool is_host_name(const char *host)
{
	if (!*host || *host == '-' || *host == '.')
		return false;
	for (const char *p = host; *p; p++) {
		if (!is_letter(*p) && !is_digit(*p) && *p != '-' &&
		    *p != '.' && *p != '_')
			return false;
		if (p[0] == '.' && p[1] == '.')
			return false;
	}
	return true;
}

/* Cuts the word into host and port; *@port stays NULL where there is none. */
static int split_endpoint(const char *word, struct sehub_endpoint *endpoint,
			  const char **port)
{
	const char *end;
	size_t len;

	*port = NULL;
	if (*word == '[') {
		end = strchr(++word, ']');
		if (!end || (end[1] && end[1] != ':'))
			return -EINVAL;
		if (end[1])
			*port = end + 2;
		endpoint->is_ipv6 = true;
	} else {
		end = strchr(word, ':');
		endpoint->is_ipv6 = end && strchr(end + 1, ':');
		if (endpoint->is_ipv6 || !end)
			end = word + strlen(word);
		else
			*port = end + 1;
	}
	len = end - word;
	if (len > SEHUB_HOST_MAX)
		return -EINVAL;
	memcpy(endpoint->host, word, len);
	endpoint->host[len] = '\0';
	return 0;
}

int sehub_parse_endpoint(const char *word, uint16_t default_port,
			 struct sehub_endpoint *endpoint)
{
	struct sehub_endpoint result = { .port = default_port };
	const char *port;
	uint32_t number;
	int err;

	err = split_endpoint(word, &result, &port);
	if (err)
		return err;
	if (result.is_ipv6 ? !is_ipv6(result.host) :
			     !is_host_name(result.host))
		return -EINVAL;
	if (port) {
		err = sehub_parse_u32(port, 1, 65535, &number);
		if (err)
			return err;
		result.port = number;
	}
	if (!result.port)
		return -EINVAL;
	*endpoint = result;
	return 0;
}

char *sehub_format_endpoint(const struct sehub_endpoint *endpoint, char *buf,
			    size_t size)
{
	int len = snprintf(buf, size, endpoint->is_ipv6 ? "[%s]" : "%s",
			   endpoint->host);

	if (endpoint->port && (size_t)len < size)
		snprintf(buf + len, size - (size_t)len, ":%u", endpoint->port);
	return buf;
}

bool sehub_is_name(const char *word, size_t max)
{
	if (*word == '-' || *word == '.')
		return false;
	for (const char *p = word; *p; p++) {
		if (!is_letter(*p) && !is_digit(*p) && !strchr("._@-", *p))
			return false;
		if ((size_t)(p - word) >= max)
			return false;
	}
	return *word;
}

bool sehub_is_ifname(const char *word)
{
	if (!*word || strlen(word) >= IFNAMSIZ || !strcmp(word, ".") ||
	    !strcmp(word, ".."))
		return false;
	for (const char *p = word; *p; p++)
		if (*p == '/' || *p == ':' || *p <= ' ' || *p == 0x7f ||
		    *p == '%')
			return false;
	return true;
}
