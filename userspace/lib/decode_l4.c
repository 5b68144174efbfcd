// SPDX-License-Identifier: GPL-2.0-or-later
/* What is in IP packets, in words: TCP, UDP, ICMP, and names of the rest. */
#include <netinet/in.h>

#include "decode_impl.h"

#define TCP_MIN		20
#define UDP_LEN		8
#define ICMP_LEN	8

#define DHCP_SERVER	67
#define DHCP_CLIENT	68
#define DHCPV6_CLIENT	546
#define DHCPV6_SERVER	547

const char *decode_proto_name(uint8_t proto)
{
	static const struct {
		uint8_t proto;
		const char *name;
	} names[] = {
		{ IPPROTO_ICMP, "ICMP" }, { IPPROTO_IGMP, "IGMP" },
		{ IPPROTO_IPIP, "IPv4" }, { IPPROTO_TCP, "TCP" },
		{ IPPROTO_UDP, "UDP" }, { IPPROTO_IPV6, "IPv6" },
		{ IPPROTO_GRE, "GRE" }, { IPPROTO_ESP, "ESP" },
		{ IPPROTO_AH, "AH" }, { IPPROTO_ICMPV6, "ICMP6" },
		{ IPPROTO_NONE, "no next header" }, { 89, "OSPF" },
		{ IPPROTO_PIM, "PIM" }, { 112, "VRRP" },
		{ IPPROTO_SCTP, "SCTP" }, { IPPROTO_UDPLITE, "UDP-Lite" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].proto == proto)
			return names[i].name;
	return NULL;
}

/* 192.0.2.1 > 192.0.2.2: */
static void say_ends(struct line *line, const struct ends *ends)
{
	decode_addr(line, ends->family, ends->src);
	decode_say(line, " > ");
	decode_addr(line, ends->family, ends->dst);
	decode_say(line, ": ");
}

/* 192.0.2.1.443 > 192.0.2.2.1025: */
static void say_sockets(struct line *line, const struct ends *ends,
			const uint8_t *ports)
{
	decode_addr(line, ends->family, ends->src);
	decode_say(line, ".%u > ", get16(ports));
	decode_addr(line, ends->family, ends->dst);
	decode_say(line, ".%u: ", get16(ports + 2));
}

static void say_tcp_flags(struct line *line, uint8_t flags)
{
	static const char letters[] = "FSRP.UEW";

	decode_say(line, "Flags [");
	for (int bit = 0; bit < 8; bit++)
		if (flags & 1 << bit)
			decode_say(line, "%c", letters[bit]);
	decode_say(line, "%s]", flags ? "" : "none");
}

static void say_tcp(struct line *line, struct span tcp, const struct ends *ends)
{
	unsigned int header;
	uint32_t seq;
	size_t len;

	if (tcp.len < TCP_MIN) {
		if (tcp.len < 4)
			say_ends(line, ends);
		else
			say_sockets(line, ends, tcp.p);
		decode_needs(line, &tcp, TCP_MIN, "tcp");
		return;
	}
	say_sockets(line, ends, tcp.p);
	header = (tcp.p[12] >> 4) * 4;
	if (header < TCP_MIN || header > tcp.whole) {
		decode_bad(line, "tcp");
		return;
	}
	len = tcp.whole - header;
	seq = get32(tcp.p + 4);
	say_tcp_flags(line, tcp.p[13]);
	decode_say(line, ", seq %u", seq);
	if (len)
		decode_say(line, ":%u", (uint32_t)(seq + len));
	if (tcp.p[13] & 0x10)
		decode_say(line, ", ack %u", get32(tcp.p + 8));
	decode_say(line, ", win %u, length %zu", get16(tcp.p + 14), len);
}

static bool is_port(const uint8_t *udp, uint16_t a, uint16_t b)
{
	uint16_t src = get16(udp);
	uint16_t dst = get16(udp + 2);

	return src == a || src == b || dst == a || dst == b;
}

static void say_udp(struct line *line, struct span udp, const struct ends *ends)
{
	uint16_t len;

	if (udp.len < UDP_LEN) {
		say_ends(line, ends);
		decode_needs(line, &udp, UDP_LEN, "udp");
		return;
	}
	say_sockets(line, ends, udp.p);
	len = get16(udp.p + 4);
	/* Less is there in a first fragment; a super-frame may have no length. */
	if (len && len < UDP_LEN) {
		decode_bad(line, "udp");
		return;
	}
	if (ends->family == AF_INET &&
	    is_port(udp.p, DHCP_SERVER, DHCP_CLIENT))
		decode_dhcpv4(line, span_behind(udp, UDP_LEN));
	else if (ends->family == AF_INET6 &&
		 is_port(udp.p, DHCPV6_CLIENT, DHCPV6_SERVER))
		decode_dhcpv6(line, span_behind(udp, UDP_LEN));
	else
		decode_say(line, "UDP");
	decode_say(line, ", length %zu",
		   len ? (size_t)len - UDP_LEN : udp.whole - UDP_LEN);
}

static void say_unreachable(struct line *line, const uint8_t *icmp)
{
	static const char *const names[] = {
		"net unreachable", "host unreachable", "protocol unreachable",
		"port unreachable", "fragmentation needed",
		"source route failed", "net unknown", "host unknown",
		"source isolated", "net prohibited", "host prohibited",
		"net unreachable for this TOS",
		"host unreachable for this TOS", "administratively prohibited",
		"host precedence violated", "precedence cutoff",
	};
	uint8_t code = icmp[1];

	if (code >= sizeof(names) / sizeof(names[0])) {
		decode_say(line, "unreachable, code %u", code);
		return;
	}
	decode_say(line, "%s", names[code]);
	if (code == 4)
		decode_say(line, ", mtu %u", get16(icmp + 6));
}

static void say_icmp(struct line *line, struct span icmp,
		     const struct ends *ends)
{
	uint8_t type, code;

	say_ends(line, ends);
	decode_say(line, "ICMP ");
	if (!decode_needs(line, &icmp, ICMP_LEN, "icmp"))
		return;
	type = icmp.p[0];
	code = icmp.p[1];
	switch (type) {
	case 0:
	case 8:
		decode_say(line, "echo %s, id %u, seq %u",
			   type ? "request" : "reply", get16(icmp.p + 4),
			   get16(icmp.p + 6));
		break;
	case 3:
		say_unreachable(line, icmp.p);
		break;
	case 5:
		decode_say(line, "redirect to ");
		decode_addr(line, AF_INET, icmp.p + 4);
		break;
	case 9:
	case 10:
		decode_say(line, "router %s", type == 9 ? "advertisement" :
			   "solicitation");
		break;
	case 11:
		decode_say(line, "time exceeded%s",
			   code ? " in reassembly" : "");
		break;
	default:
		decode_say(line, "type %u, code %u", type, code);
	}
	decode_say(line, ", length %zu", icmp.whole);
}

void decode_transport(struct line *line, uint8_t proto, struct span span,
		      const struct ends *ends)
{
	const char *name = decode_proto_name(proto);

	if (proto == IPPROTO_TCP) {
		say_tcp(line, span, ends);
		return;
	}
	if (proto == IPPROTO_UDP) {
		say_udp(line, span, ends);
		return;
	}
	if (proto == IPPROTO_ICMP && ends->family == AF_INET) {
		say_icmp(line, span, ends);
		return;
	}
	say_ends(line, ends);
	if (proto == IPPROTO_ICMPV6 && ends->family == AF_INET6)
		decode_icmpv6(line, span);
	else if (name)
		decode_say(line, "%s, length %zu", name, span.whole);
	else
		decode_say(line, "protocol %u, length %zu", proto, span.whole);
}
