// SPDX-License-Identifier: GPL-2.0-or-later
/* DHCPv4 and DHCPv6 in words: which message, about which address. */
#include "decode_impl.h"

#define DHCP_FIXED	236
#define DHCP_OPTIONS	240
#define DHCP_COOKIE	0x63825363

enum {
	OPTION_PAD = 0,
	OPTION_REQUESTED = 50,
	OPTION_LEASE = 51,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_END = 255,
};

/**
 * struct options - what is of interest in the options of a message
 * @type: option 53, 0 none
 * @requested: option 50, or NULL
 * @server: option 54, or NULL
 * @lease: option 51, or NULL
 * @is_cut: the bytes at hand ended before the options did
 */
struct options {
	uint8_t type;
	const uint8_t *requested;
	const uint8_t *server;
	const uint8_t *lease;
	bool is_cut;
};

static void take_option(struct options *o, uint8_t code, const uint8_t *p,
			size_t len)
{
	if (code == OPTION_TYPE && len == 1)
		o->type = p[0];
	else if (code == OPTION_REQUESTED && len == 4)
		o->requested = p;
	else if (code == OPTION_SERVER && len == 4)
		o->server = p;
	else if (code == OPTION_LEASE && len == 4)
		o->lease = p;
}

static void take_options(struct options *o, struct span span)
{
	while (span.len && span.p[0] != OPTION_END) {
		size_t len;

		if (span.p[0] == OPTION_PAD) {
			span = span_behind(span, 1);
			continue;
		}
		if (span.len < 2)
			break;
		len = span.p[1];
		if (span.len < 2 + len)
			break;
		take_option(o, span.p[0], span.p + 2, len);
		span = span_behind(span, 2 + len);
	}
	o->is_cut = !span.len || span.p[0] != OPTION_END;
}

static void say_address(struct line *line, const char *what,
			const uint8_t *addr)
{
	static const uint8_t none[4];

	if (!addr || !memcmp(addr, none, sizeof(none)))
		return;
	decode_say(line, ", %s ", what);
	decode_addr(line, AF_INET, addr);
}

static void say_type(struct line *line, const uint8_t *msg, uint8_t type)
{
	static const char *const names[] = {
		NULL, "Discover", "Offer", "Request", "Decline", "ACK", "NAK",
		"Release", "Inform",
	};

	if (type && type < sizeof(names) / sizeof(names[0]))
		decode_say(line, "DHCP %s", names[type]);
	else if (type)
		decode_say(line, "DHCP type %u", type);
	else
		decode_say(line, "BOOTP %s", msg[0] == 1 ? "Request" :
			   msg[0] == 2 ? "Reply" : "op ?");
}

void decode_dhcpv4(struct line *line, struct span span)
{
	struct options options = { .type = 0 };
	const uint8_t *p = span.p;

	if (!decode_needs(line, &span, 44, "dhcp"))
		return;
	if (span.len >= DHCP_OPTIONS && get32(p + DHCP_FIXED) == DHCP_COOKIE)
		take_options(&options, span_behind(span, DHCP_OPTIONS));
	else
		options.is_cut = span.len < DHCP_OPTIONS;
	say_type(line, p, options.type);
	if (p[1] == 1 && p[2] == 6) {
		decode_say(line, ", client ");
		decode_mac(line, p + 28);
	}
	decode_say(line, ", xid 0x%08x", get32(p + 4));
	say_address(line, "has", p + 12);
	say_address(line, "requested", options.requested);
	say_address(line, "gets", p + 16);
	say_address(line, "server", options.server);
	say_address(line, "relay", p + 24);
	if (options.lease)
		decode_say(line, ", lease %us", get32(options.lease));
	if (options.is_cut && span.len < span.whole)
		decode_say(line, ", [|dhcp]");
}

void decode_dhcpv6(struct line *line, struct span span)
{
	static const char *const names[] = {
		NULL, "solicit", "advertise", "request", "confirm", "renew",
		"rebind", "reply", "release", "decline", "reconfigure",
		"information request", "relay-forward", "relay-reply",
	};
	uint8_t type;

	if (!decode_needs(line, &span, 4, "dhcp6"))
		return;
	type = span.p[0];
	if (type && type < sizeof(names) / sizeof(names[0]))
		decode_say(line, "DHCPv6 %s", names[type]);
	else
		decode_say(line, "DHCPv6 type %u", type);
	/* Messages between relays have hops in place of a transaction. */
	if (type == 12 || type == 13)
		decode_say(line, ", hops %u", span.p[1]);
	else
		decode_say(line, ", xid 0x%06x", get32(span.p) & 0xffffff);
}
