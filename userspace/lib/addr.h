/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words to numbers, addresses and times; the only such parsers. All of them
 * consume the whole word, leave the result alone on failure, and return 0,
 * -EINVAL (not of that form) or -ERANGE (out of the given range).
 */
#ifndef SEHUB_LIB_ADDR_H
#define SEHUB_LIB_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEHUB_MAC_STRLEN		18	/* with NUL */
#define SEHUB_IP_STRLEN			46	/* with NUL */
#define SEHUB_SIZE_STRLEN		21	/* with NUL */
#define SEHUB_FINGERPRINT_LEN		32
#define SEHUB_FINGERPRINT_STRLEN	72	/* "SHA256:", 64 digits, NUL */
#define SEHUB_HOST_MAX			253
#define SEHUB_USER_MAX			64

/** sehub_parse_u64() - decimal or 0x number between @min and @max */
int sehub_parse_u64(const char *word, uint64_t min, uint64_t max,
		    uint64_t *value);
/** sehub_parse_u32() - the same for 32 bits */
int sehub_parse_u32(const char *word, uint32_t min, uint32_t max,
		    uint32_t *value);

/** sehub_parse_vlan() - number of a hub, 1 to 4094 */
int sehub_parse_vlan(const char *word, uint16_t *vlan);

/** sehub_parse_bool() - yes/no, true/false, on/off, 1/0 */
int sehub_parse_bool(const char *word, bool *value);

/**
 * sehub_parse_duration() - "300", "300s", "250ms", "5m", "1h30m", "2d"
 * @word: units are ms, s, m or min, h, d, larger ones first; a number without
 *	a unit is in seconds
 * @min_ms: smallest result
 * @max_ms: largest result
 * @ms: where to put the milliseconds
 * Return: 0, -EINVAL or -ERANGE.
 */
int sehub_parse_duration(const char *word, uint64_t min_ms, uint64_t max_ms,
			 uint64_t *ms);

/** sehub_parse_size() - bytes, with K, M or G for powers of 1024 */
int sehub_parse_size(const char *word, uint64_t min, uint64_t max,
		     uint64_t *bytes);
/** sehub_format_size() - exactly, in the largest unit: "64k"; Return: @buf */
char *sehub_format_size(uint64_t bytes, char buf[SEHUB_SIZE_STRLEN]);

/** sehub_parse_mac() - six hexadecimal bytes, separated by : or - */
int sehub_parse_mac(const char *word, uint8_t mac[6]);
/** sehub_format_mac() - "02:00:00:00:00:01"; Return: @buf */
char *sehub_format_mac(const uint8_t mac[6], char buf[SEHUB_MAC_STRLEN]);

/**
 * struct sehub_ip_addr - an IPv4 or IPv6 address
 * @len: 4 or 16 bytes; 0: none
 * @bytes: address in network order
 */
struct sehub_ip_addr {
	uint8_t len;
	uint8_t bytes[16];
};

/**
 * struct sehub_prefix - addresses that begin alike
 * @addr: first of them
 * @bits: leading bits that they have in common
 */
struct sehub_prefix {
	struct sehub_ip_addr addr;
	uint8_t bits;
};

/** sehub_parse_ip() - "192.0.2.1", "2001:db8::1"; no name, no zone */
int sehub_parse_ip(const char *word, struct sehub_ip_addr *addr);
/** sehub_format_ip() - the same way back, "" for none; Return: @buf */
char *sehub_format_ip(const struct sehub_ip_addr *addr,
		      char buf[SEHUB_IP_STRLEN]);
/**
 * sehub_parse_prefix() - "192.0.2.0/24", "2001:db8::/32", or one address
 * @word: bits of the address behind the prefix are of no account
 * @prefix: where to put the result
 * Return: 0, -EINVAL, or -ERANGE for a prefix that is too long.
 */
int sehub_parse_prefix(const char *word, struct sehub_prefix *prefix);

/** sehub_parse_fingerprint() - "SHA256:" and 64 hexadecimal digits */
int sehub_parse_fingerprint(const char *word,
			    uint8_t hash[SEHUB_FINGERPRINT_LEN]);
/** sehub_format_fingerprint() - the same way back; Return: @buf */
char *sehub_format_fingerprint(const uint8_t hash[SEHUB_FINGERPRINT_LEN],
			       char buf[SEHUB_FINGERPRINT_STRLEN]);

/**
 * struct sehub_endpoint - a host and a TCP port
 * @host: name or address, without brackets
 * @port: TCP port
 * @is_ipv6: @host is an IPv6 address and needs brackets before a port
 */
struct sehub_endpoint {
	char host[SEHUB_HOST_MAX + 1];
	uint16_t port;
	bool is_ipv6;
};

/**
 * sehub_parse_endpoint() - "hub.example", "192.0.2.1:7777", "[2001:db8::1]:443"
 * @word: a bare IPv6 address is taken too; then there is no port
 * @default_port: port if @word has none; 0: it must have one
 * @endpoint: where to put the result
 * Return: 0, -EINVAL, or -ERANGE for a port outside 1 to 65535.
 */
int sehub_parse_endpoint(const char *word, uint16_t default_port,
			 struct sehub_endpoint *endpoint);
/**
 * sehub_format_endpoint() - "host:port", "[host]:port", without a port 0
 *
 * Return: @buf.
 */
char *sehub_format_endpoint(const struct sehub_endpoint *endpoint, char *buf,
			    size_t size);

/**
 * sehub_is_name() - whether a word can name a user, port or connection
 * @word: word
 * @max: most bytes
 * Return: true for 1 to @max of letters, digits and "._@-", the first one no
 * "-" and no ".".
 */
bool sehub_is_name(const char *word, size_t max);

/** sehub_is_ifname() - whether a word can name a network device */
bool sehub_is_ifname(const char *word);

#endif /* SEHUB_LIB_ADDR_H */
