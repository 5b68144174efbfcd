// SPDX-License-Identifier: GPL-2.0-or-later
/* ICMPv6 in words, neighbour discovery above all. */
#include "decode_impl.h"

#define ICMP_LEN	8
#define ADDR_LEN	16
#define OPTIONS_MAX	16

enum {
	TYPE_UNREACHABLE = 1,
	TYPE_TOO_BIG = 2,
	TYPE_ECHO_REQUEST = 128,
	TYPE_ROUTER_SOLICIT = 133,
	TYPE_ROUTER_ADVERT = 134,
	TYPE_NEIGHBOUR_SOLICIT = 135,
	TYPE_NEIGHBOUR_ADVERT = 136,
	TYPE_REDIRECT = 137,
};

enum {
	OPTION_SOURCE = 1,
	OPTION_TARGET = 2,
	OPTION_PREFIX = 3,
};

static const char *type_name(uint8_t type)
{
	static const struct {
		uint8_t type;
		const char *name;
	} names[] = {
		{ TYPE_UNREACHABLE, "unreachable" },
		{ TYPE_TOO_BIG, "packet too big" },
		{ 3, "time exceeded" },
		{ 4, "parameter problem" },
		{ TYPE_ECHO_REQUEST, "echo request" },
		{ 129, "echo reply" },
		{ 130, "multicast listener query" },
		{ 131, "multicast listener report" },
		{ 132, "multicast listener done" },
		{ TYPE_ROUTER_SOLICIT, "router solicitation" },
		{ TYPE_ROUTER_ADVERT, "router advertisement" },
		{ TYPE_NEIGHBOUR_SOLICIT, "neighbour solicitation" },
		{ TYPE_NEIGHBOUR_ADVERT, "neighbour advertisement" },
		{ TYPE_REDIRECT, "redirect" },
		{ 143, "multicast listener report v2" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type)
			return names[i].name;
	return NULL;
}

static void say_option(struct line *line, const uint8_t *option, size_t len)
{
	switch (option[0]) {
	case OPTION_SOURCE:
	case OPTION_TARGET:
		decode_say(line, option[0] == OPTION_SOURCE ? ", from " :
			   ", is-at ");
		decode_mac(line, option + 2);
		break;
	case OPTION_PREFIX:
		if (len < 32)
			break;
		decode_say(line, ", prefix ");
		decode_addr(line, AF_INET6, option + 16);
		decode_say(line, "/%u", option[2]);
		break;
	}
}

static void say_options(struct line *line, struct span options)
{
	for (int i = 0; i < OPTIONS_MAX && options.whole; i++) {
		size_t len;

		if (options.len < 8) {
			decode_say(line, ", ");
			decode_needs(line, &options, 8, "nd");
			return;
		}
		len = options.p[1] * 8;
		if (!len || len > options.whole) {
			decode_say(line, ", ");
			decode_bad(line, "nd");
			return;
		}
		if (len > options.len) {
			decode_say(line, ", [|nd]");
			return;
		}
		say_option(line, options.p, len);
		options = span_behind(options, len);
	}
}

static void say_router_advert(struct line *line, struct span icmp)
{
	if (!decode_needs(line, &icmp, 16, "nd"))
		return;
	decode_say(line, "lifetime %us", get16(icmp.p + 6));
	if (icmp.p[5] & 0x80)
		decode_say(line, ", managed");
	if (icmp.p[5] & 0x40)
		decode_say(line, ", other");
	say_options(line, span_behind(icmp, 16));
}

/* Solicitation, advertisement and redirect have an address behind 8 bytes. */
static void say_neighbour(struct line *line, struct span icmp)
{
	uint8_t type = icmp.p[0];
	uint8_t flags = icmp.p[4];
	size_t head = ICMP_LEN + ADDR_LEN;

	if (type == TYPE_REDIRECT)
		head += ADDR_LEN;
	if (!decode_needs(line, &icmp, head, "nd"))
		return;
	if (type == TYPE_NEIGHBOUR_SOLICIT) {
		decode_say(line, "who has ");
		decode_addr(line, AF_INET6, icmp.p + ICMP_LEN);
	} else if (type == TYPE_NEIGHBOUR_ADVERT) {
		decode_say(line, "target ");
		decode_addr(line, AF_INET6, icmp.p + ICMP_LEN);
		if (flags & 0xe0)
			decode_say(line, " [%s%s%s]", flags & 0x80 ? "R" : "",
				   flags & 0x40 ? "S" : "",
				   flags & 0x20 ? "O" : "");
	} else {
		decode_addr(line, AF_INET6, icmp.p + ICMP_LEN + ADDR_LEN);
		decode_say(line, " by ");
		decode_addr(line, AF_INET6, icmp.p + ICMP_LEN);
	}
	say_options(line, span_behind(icmp, head));
}

void decode_icmpv6(struct line *line, struct span icmp)
{
	const char *name;
	uint8_t type;

	decode_say(line, "ICMP6 ");
	if (!decode_needs(line, &icmp, ICMP_LEN, "icmp6"))
		return;
	type = icmp.p[0];
	name = type_name(type);
	if (name)
		decode_say(line, "%s, ", name);
	else
		decode_say(line, "type %u, code %u, ", type, icmp.p[1]);
	switch (type) {
	case TYPE_UNREACHABLE:
		decode_say(line, "code %u", icmp.p[1]);
		break;
	case TYPE_TOO_BIG:
		decode_say(line, "mtu %u", get32(icmp.p + 4));
		break;
	case TYPE_ECHO_REQUEST:
	case TYPE_ECHO_REQUEST + 1:
		decode_say(line, "id %u, seq %u", get16(icmp.p + 4),
			   get16(icmp.p + 6));
		break;
	case TYPE_ROUTER_SOLICIT:
		decode_say(line, "length %zu", icmp.whole);
		say_options(line, span_behind(icmp, ICMP_LEN));
		return;
	case TYPE_ROUTER_ADVERT:
		say_router_advert(line, icmp);
		break;
	case TYPE_NEIGHBOUR_SOLICIT:
	case TYPE_NEIGHBOUR_ADVERT:
	case TYPE_REDIRECT:
		say_neighbour(line, icmp);
		break;
	default:
		decode_say(line, "length %zu", icmp.whole);
		return;
	}
	decode_say(line, ", length %zu", icmp.whole);
}
