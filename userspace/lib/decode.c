// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames in words: Ethernet, tags, LLC and ARP; see decode.h. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>

#include "decode_impl.h"
#include "addr.h"
#include "ethertype.h"

#define MACS_LEN	12
#define TAGS_MAX	8

#define TYPE_IPV4	0x0800
#define TYPE_ARP	0x0806
#define TYPE_CTAG	0x8100
#define TYPE_STAG	0x88a8
#define TYPE_IPV6	0x86dd
/* Outer tags before there was a number for them. */
#define TYPE_QINQ1	0x9100
#define TYPE_QINQ2	0x9200
#define TYPE_QINQ3	0x9300

void decode_say(struct line *line, const char *fmt, ...)
{
	size_t room = DECODE_MAX - line->used;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line->text + line->used, room, fmt, ap);
	va_end(ap);
	if (n > 0)
		line->used += (size_t)n < room ? (size_t)n : room - 1;
}

void decode_mac(struct line *line, const uint8_t mac[6])
{
	char text[SEHUB_MAC_STRLEN];

	decode_say(line, "%s", sehub_format_mac(mac, text));
}

void decode_addr(struct line *line, int family, const uint8_t *addr)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(family, addr, text, sizeof(text)))
		decode_say(line, "%s", text);
}

bool decode_needs(struct line *line, const struct span *span, size_t n,
		  const char *what)
{
	if (span->len >= n)
		return true;
	if (span->whole >= n)
		decode_say(line, "[|%s]", what);
	else
		decode_say(line, "[short %s]", what);
	return false;
}

void decode_bad(struct line *line, const char *what)
{
	decode_say(line, "[bad %s]", what);
}

/* --- ARP ------------------------------------------------------------------- */

#define ARP_LEN		28
#define ARP_REQUEST	1
#define ARP_REPLY	2

static const uint8_t arp_ethernet_ipv4[] = { 0, 1, 8, 0, 6, 4 };

static void say_arp(struct line *line, struct span arp, const uint8_t *frame)
{
	static const uint8_t none[6];
	const uint8_t *sender, *target;
	uint16_t op;

	decode_say(line, "ARP, ");
	if (!decode_needs(line, &arp, 8, "arp"))
		return;
	op = get16(arp.p + 6);
	if (memcmp(arp.p, arp_ethernet_ipv4, sizeof(arp_ethernet_ipv4))) {
		decode_say(line, "hardware 0x%04x protocol 0x%04x op %u",
			   get16(arp.p), get16(arp.p + 2), op);
		return;
	}
	if (!decode_needs(line, &arp, ARP_LEN, "arp"))
		return;

	sender = arp.p + 8;
	target = arp.p + 18;
	if (op == ARP_REQUEST && !memcmp(sender + 6, target + 6, 4)) {
		decode_say(line, "Announcement ");
		decode_addr(line, AF_INET, sender + 6);
	} else if (op == ARP_REQUEST) {
		decode_say(line, "Request who-has ");
		decode_addr(line, AF_INET, target + 6);
		if (memcmp(target, none, 6)) {
			decode_say(line, " (");
			decode_mac(line, target);
			decode_say(line, ")");
		}
		decode_say(line, " tell ");
		decode_addr(line, AF_INET, sender + 6);
	} else if (op == ARP_REPLY) {
		decode_say(line, "Reply ");
		decode_addr(line, AF_INET, sender + 6);
		decode_say(line, " is-at ");
		decode_mac(line, sender);
	} else {
		decode_say(line, "op %u ", op);
		decode_addr(line, AF_INET, sender + 6);
		decode_say(line, " > ");
		decode_addr(line, AF_INET, target + 6);
	}
	if (memcmp(sender, frame + 6, 6)) {
		decode_say(line, ", sender ");
		decode_mac(line, sender);
		decode_say(line, " in a frame from ");
		decode_mac(line, frame + 6);
	}
	decode_say(line, ", length %zu", arp.whole);
}

/* --- Ethernet -------------------------------------------------------------- */

static void say_macs(struct line *line, const uint8_t *frame)
{
	decode_mac(line, frame + 6);
	decode_say(line, " > ");
	decode_mac(line, frame);
}

static void say_type(struct line *line, uint16_t type, struct span span,
		     const uint8_t *frame)
{
	char name[SEHUB_ETHERTYPE_STRLEN];

	switch (type) {
	case TYPE_IPV4:
		decode_ipv4(line, span);
		return;
	case TYPE_IPV6:
		decode_ipv6(line, span);
		return;
	case TYPE_ARP:
		say_arp(line, span, frame);
		return;
	}
	say_macs(line, frame);
	sehub_format_ethertype(type, name);
	decode_say(line, ", ethertype %s", name);
	if (strncmp(name, "0x", 2))
		decode_say(line, " (0x%04x)", type);
	decode_say(line, ", length %zu", span.whole);
}

/* An IEEE 802.3 frame: the type is a length, LLC follows. */
static void say_llc(struct line *line, struct span llc, const uint8_t *frame)
{
	/* SNAP with an EtherType behind it, of RFC 1042 or 802.1H */
	static const uint8_t snap[] = { 0xaa, 0xaa, 0x03, 0, 0 };

	if (llc.len >= 8 && !memcmp(llc.p, snap, sizeof(snap)) &&
	    (!llc.p[5] || llc.p[5] == 0xf8) && get16(llc.p + 6) >= SEHUB_ETHERTYPE_MIN) {
		decode_say(line, "SNAP ");
		say_type(line, get16(llc.p + 6), span_behind(llc, 8), frame);
		return;
	}
	say_macs(line, frame);
	decode_say(line, ", 802.3, ");
	if (!decode_needs(line, &llc, 3, "llc"))
		return;
	if (!memcmp(llc.p, snap, 3) && !decode_needs(line, &llc, 8, "snap"))
		return;
	if (llc.p[0] == 0x42 && llc.p[1] == 0x42)
		decode_say(line, "STP");
	else
		decode_say(line, "LLC dsap 0x%02x ssap 0x%02x control 0x%02x",
			   llc.p[0], llc.p[1], llc.p[2]);
	decode_say(line, ", length %zu", llc.whole);
}

static bool is_tag(uint16_t type)
{
	return type == TYPE_CTAG || type == TYPE_STAG || type == TYPE_QINQ1 ||
	       type == TYPE_QINQ2 || type == TYPE_QINQ3;
}

static void say_tag(struct line *line, uint16_t type, uint16_t tci)
{
	decode_say(line, "%s %u", type == TYPE_CTAG ? "vlan" : "svlan",
		   tci & 0x0fff);
	if (tci >> 13)
		decode_say(line, " p %u", tci >> 13);
	if (tci & 0x1000)
		decode_say(line, " DEI");
	decode_say(line, ", ");
}

char *decode_frame(const uint8_t *data, size_t len, size_t frame_len,
		   char buf[DECODE_MAX])
{
	struct line line = { .text = buf };
	struct span span = { .p = data, .len = len, .whole = frame_len };
	uint16_t type;
	int tags;

	buf[0] = '\0';
	if (span.whole < len)
		span.whole = len;
	if (!decode_needs(&line, &span, MACS_LEN + 2, "ethernet")) {
		decode_say(&line, " length %zu", span.whole);
		return buf;
	}
	type = get16(data + MACS_LEN);
	span = span_behind(span, MACS_LEN + 2);
	for (tags = 0; tags < TAGS_MAX; tags++) {
		if (!is_tag(type))
			break;
		if (!decode_needs(&line, &span, 4, "vlan"))
			return buf;
		say_tag(&line, type, get16(span.p));
		type = get16(span.p + 2);
		span = span_behind(span, 4);
	}
	if (type < SEHUB_ETHERTYPE_MIN)
		say_llc(&line, span_first(span, type), data);
	else
		say_type(&line, type, span, data);
	return buf;
}
