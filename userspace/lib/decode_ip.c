// SPDX-License-Identifier: GPL-2.0-or-later
/* IPv4 and IPv6 in words, with fragments and extension headers. */
#include <netinet/in.h>

#include "decode_impl.h"

#define IPV4_MIN	20
#define IPV6_LEN	40
#define EXTENSIONS_MAX	8

#define IPV4_MORE	0x2000
#define IPV4_OFFSET	0x1fff

static void say_ends(struct line *line, const struct ends *ends)
{
	decode_addr(line, ends->family, ends->src);
	decode_say(line, " > ");
	decode_addr(line, ends->family, ends->dst);
}

static void say_proto(struct line *line, uint8_t proto)
{
	const char *name = decode_proto_name(proto);

	if (name)
		decode_say(line, "%s", name);
	else
		decode_say(line, "protocol %u", proto);
}

/* A fragment that is not the first one: what is in it cannot be told. */
static void say_fragment(struct line *line, const struct ends *ends,
			 uint8_t proto, uint32_t id, unsigned int offset,
			 bool more, size_t len)
{
	say_ends(line, ends);
	decode_say(line, ": ");
	say_proto(line, proto);
	decode_say(line, " fragment, id %u, offset %u%s, length %zu", id,
		   offset, more ? "+" : "", len);
}

void decode_ipv4(struct line *line, struct span ip)
{
	struct ends ends = { .family = AF_INET };
	unsigned int header, offset;
	uint16_t total, flags;
	struct span payload;
	uint8_t proto;

	decode_say(line, "IP ");
	if (!decode_needs(line, &ip, IPV4_MIN, "ip"))
		return;
	header = (ip.p[0] & 15) * 4;
	total = get16(ip.p + 2);
	flags = get16(ip.p + 6);
	proto = ip.p[9];
	ends.src = ip.p + 12;
	ends.dst = ip.p + 16;
	if (ip.p[0] >> 4 != 4 || header < IPV4_MIN ||
	    (total && total < header)) {
		decode_bad(line, "ip");
		return;
	}
	/* A super-frame that is longer than the field says nothing there. */
	if (total && total > ip.whole) {
		say_ends(line, &ends);
		decode_say(line, ": [short ip], %zu of %u bytes", ip.whole,
			   total);
		return;
	}
	if (total)
		ip = span_first(ip, total);
	payload = span_behind(ip, header);

	offset = (flags & IPV4_OFFSET) * 8;
	if (offset) {
		say_fragment(line, &ends, proto, get16(ip.p + 4), offset,
			     flags & IPV4_MORE, payload.whole);
		return;
	}
	decode_transport(line, proto, payload, &ends);
	if (flags & IPV4_MORE)
		decode_say(line, ", first fragment, id %u", get16(ip.p + 4));
}

/* Bytes of an extension header, at least 8 of which are at hand; 0: none. */
static size_t extension_len(uint8_t proto, const uint8_t *p)
{
	switch (proto) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_MH:
		return (p[1] + 1) * 8;
	case IPPROTO_AH:
		return (p[1] + 2) * 4;
	case IPPROTO_FRAGMENT:
		return 8;
	}
	return 0;
}

static bool is_extension(uint8_t proto)
{
	static const uint8_t any[8];

	return extension_len(proto, any);
}

/* Return: false if what is behind the extension headers was described. */
static bool skip_extensions(struct line *line, const struct ends *ends,
			    uint8_t *proto, struct span *payload)
{
	for (int i = 0; is_extension(*proto); i++) {
		const uint8_t *p = payload->p;
		unsigned int offset;

		if (i == EXTENSIONS_MAX) {
			say_ends(line, ends);
			decode_say(line, ": ");
			decode_bad(line, "ip6");
			return false;
		}
		if (payload->len < 8) {
			say_ends(line, ends);
			decode_say(line, ": ");
			decode_needs(line, payload, 8, "ip6");
			return false;
		}
		if (*proto == IPPROTO_FRAGMENT && get16(p + 2) & 0xfff8) {
			offset = get16(p + 2) & 0xfff8;
			say_fragment(line, ends, p[0], get32(p + 4), offset,
				     p[3] & 1, payload->whole - 8);
			return false;
		}
		*payload = span_behind(*payload, extension_len(*proto, p));
		*proto = p[0];
	}
	return true;
}

void decode_ipv6(struct line *line, struct span ip)
{
	struct ends ends = { .family = AF_INET6 };
	struct span payload;
	uint8_t proto;
	uint16_t len;

	decode_say(line, "IP6 ");
	if (!decode_needs(line, &ip, IPV6_LEN, "ip6"))
		return;
	if (ip.p[0] >> 4 != 6) {
		decode_bad(line, "ip6");
		return;
	}
	len = get16(ip.p + 4);
	proto = ip.p[6];
	ends.src = ip.p + 8;
	ends.dst = ip.p + 24;
	payload = span_behind(ip, IPV6_LEN);
	if (len > payload.whole) {
		say_ends(line, &ends);
		decode_say(line, ": [short ip6], %zu of %u bytes",
			   payload.whole, len);
		return;
	}
	/* A super-frame or a jumbogram has no length in this field. */
	if (len)
		payload = span_first(payload, len);
	if (skip_extensions(line, &ends, &proto, &payload))
		decode_transport(line, proto, payload, &ends);
}
