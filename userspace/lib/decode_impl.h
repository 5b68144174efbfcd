/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the decoders of the layers share. decode.c has Ethernet and ARP,
 * decode_ip.c IPv4 and IPv6, decode_l4.c what is in them, decode_icmp6.c
 * ICMPv6 with neighbour discovery, decode_dhcp.c DHCPv4 and DHCPv6.
 */
#ifndef SEHUB_LIB_DECODE_IMPL_H
#define SEHUB_LIB_DECODE_IMPL_H

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "decode.h"

/**
 * struct line - text that grows
 * @text: DECODE_MAX bytes
 * @used: of these, without NUL
 */
struct line {
	char *text;
	size_t used;
};

/**
 * struct span - bytes of a layer
 * @p: where they begin
 * @len: how many are at hand
 * @whole: how many there are; not less
 */
struct span {
	const uint8_t *p;
	size_t len;
	size_t whole;
};

/* The addresses of a packet. */
struct ends {
	int family;
	const uint8_t *src;
	const uint8_t *dst;
};

/** decode_say() - append to the line */
void decode_say(struct line *line, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Each appends an address. */
void decode_mac(struct line *line, const uint8_t mac[6]);
void decode_addr(struct line *line, int family, const uint8_t *addr);

/**
 * decode_needs() - whether @n bytes of a layer are at hand
 * @line: told that the layer is cut or too short, if they are not
 * @span: bytes of the layer
 * @n: bytes
 * @what: name of the layer
 */
bool decode_needs(struct line *line, const struct span *span, size_t n,
		  const char *what);

/** decode_bad() - a layer contradicts itself */
void decode_bad(struct line *line, const char *what);

/* decode_ip.c */
void decode_ipv4(struct line *line, struct span ip);
void decode_ipv6(struct line *line, struct span ip);

/* decode_l4.c: @proto is a protocol of IP, @span what is behind all headers */
void decode_transport(struct line *line, uint8_t proto, struct span span,
		      const struct ends *ends);
/** decode_proto_name() - name of a protocol of IP; NULL: it has none here */
const char *decode_proto_name(uint8_t proto);

/* decode_icmp6.c */
void decode_icmpv6(struct line *line, struct span icmp);

/* decode_dhcp.c: @span is behind the UDP header */
void decode_dhcpv4(struct line *line, struct span span);
void decode_dhcpv6(struct line *line, struct span span);

static inline uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static inline uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

/* What is behind the first @n bytes, which need not all be at hand. */
static inline struct span span_behind(struct span span, size_t n)
{
	size_t at_hand = n < span.len ? n : span.len;

	span.p += at_hand;
	span.len -= at_hand;
	span.whole = n < span.whole ? span.whole - n : 0;
	return span;
}

/* No more than the first @n bytes. */
static inline struct span span_first(struct span span, size_t n)
{
	if (span.whole > n)
		span.whole = n;
	if (span.len > n)
		span.len = n;
	return span;
}

#endif /* SEHUB_LIB_DECODE_IMPL_H */
