// SPDX-License-Identifier: GPL-2.0-or-later
/* Words of a template; see frame.h for what they mean. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame_impl.h"

#define ETH_P_QINQ	0x9100

enum kind { NUMBER, MAC, ADDRESS, TEXT, TEXTS };

#define WORD(name, kind, member) { name, kind, offsetof(struct template, member) }

static const struct {
	const char *name;
	enum kind kind;
	size_t offset;
} values[] = {
	WORD("dst", MAC, dst),
	WORD("src", MAC, src),
	WORD("len", NUMBER, len),
	WORD("seq", NUMBER, seq),
	WORD("mss", NUMBER, mss),
	WORD("cut", NUMBER, cut),
	WORD("pad", NUMBER, pad),
	WORD("poke", TEXTS, poke),
	WORD("op", NUMBER, op),
	WORD("sha", MAC, sha),
	WORD("tha", MAC, tha),
	WORD("spa", ADDRESS, spa),
	WORD("tpa", ADDRESS, tpa),
	WORD("sip", ADDRESS, sip),
	WORD("dip", ADDRESS, dip),
	WORD("ttl", NUMBER, ttl),
	WORD("proto", NUMBER, ip_proto),
	WORD("iplen", NUMBER, ip_len),
	WORD("opts", TEXT, opts),
	WORD("frag", TEXT, frag),
	WORD("sport", NUMBER, sport),
	WORD("dport", NUMBER, dport),
	WORD("icmp", NUMBER, icmp_type),
	WORD("code", NUMBER, code),
	WORD("tcpflags", NUMBER, tcp_flags),
	WORD("target", ADDRESS, target),
	WORD("gw", ADDRESS, gw),
	WORD("lladdr", TEXT, lladdr),
	WORD("flags", TEXT, flags),
	WORD("chaddr", MAC, chaddr),
	WORD("ciaddr", ADDRESS, ciaddr),
	WORD("yiaddr", ADDRESS, yiaddr),
	WORD("giaddr", ADDRESS, giaddr),
	WORD("requested", ADDRESS, requested),
	WORD("server", ADDRESS, server),
	WORD("lease", NUMBER, lease),
	WORD("opt", TEXTS, opt),
};

static const struct {
	const char *word;
	enum body body;
	uint16_t type;
	uint8_t proto;
	enum inner inner;
	uint8_t icmp;
} bodies[] = {
	{ "arp", BODY_ARP, ETH_P_ARP, 0, 0, 0 },
	{ "ip4", BODY_IP4, ETH_P_IP, IPPROTO_UDP, INNER_UDP, 0 },
	{ "ip6", BODY_IP6, ETH_P_IPV6, IPPROTO_UDP, INNER_UDP, 0 },
	{ "udp4", BODY_IP4, ETH_P_IP, IPPROTO_UDP, INNER_UDP, 0 },
	{ "udp6", BODY_IP6, ETH_P_IPV6, IPPROTO_UDP, INNER_UDP, 0 },
	{ "tcp4", BODY_IP4, ETH_P_IP, IPPROTO_TCP, INNER_TCP, 0 },
	{ "tcp6", BODY_IP6, ETH_P_IPV6, IPPROTO_TCP, INNER_TCP, 0 },
	{ "raw4", BODY_IP4, ETH_P_IP, 253, INNER_RAW, 0 },
	{ "raw6", BODY_IP6, ETH_P_IPV6, 253, INNER_RAW, 0 },
	{ "echo4", BODY_IP4, ETH_P_IP, IPPROTO_ICMP, INNER_ECHO, 8 },
	{ "echo6", BODY_IP6, ETH_P_IPV6, IPPROTO_ICMPV6, INNER_ECHO, 128 },
	{ "redirect4", BODY_IP4, ETH_P_IP, IPPROTO_ICMP, INNER_REDIRECT4, 5 },
	{ "rs", BODY_IP6, ETH_P_IPV6, IPPROTO_ICMPV6, INNER_ND, 133 },
	{ "ra", BODY_IP6, ETH_P_IPV6, IPPROTO_ICMPV6, INNER_ND, 134 },
	{ "ns", BODY_IP6, ETH_P_IPV6, IPPROTO_ICMPV6, INNER_ND, 135 },
	{ "na", BODY_IP6, ETH_P_IPV6, IPPROTO_ICMPV6, INNER_ND, 136 },
	{ "redirect6", BODY_IP6, ETH_P_IPV6, IPPROTO_ICMPV6, INNER_ND, 137 },
	{ "dhcp", BODY_IP4, ETH_P_IP, IPPROTO_UDP, INNER_DHCP, 0 },
	{ "dhcp6", BODY_IP6, ETH_P_IPV6, IPPROTO_UDP, INNER_DHCP6, 0 },
	{ "ipx", BODY_TYPE, ETH_P_IPX, 0, 0, 0 },
	{ "llc", BODY_LLC, 0, 0, 0, 0 },
};

/* The number of a message is its place. */
static const char *const dhcp_types[] = {
	"", "discover", "offer", "request", "decline", "ack", "nak",
	"release", "inform", NULL
};

static const char *const dhcp6_types[] = {
	"", "solicit", "advertise", "request", "confirm", "renew", "rebind",
	"reply", "release", "decline", "reconfigure", "inform", "relay-forw",
	"relay-repl", NULL
};

static const struct {
	const char *name;
	uint8_t proto;
} ext_names[] = {
	{ "hop", IPPROTO_HOPOPTS },
	{ "rt", IPPROTO_ROUTING },
	{ "frag", IPPROTO_FRAGMENT },
	{ "ah", IPPROTO_AH },
	{ "dst", IPPROTO_DSTOPTS },
	{ "mh", IPPROTO_MH },
	{ "hip", 139 },
	{ "shim6", 140 },
};

static bool parse_body(struct template *t, const char *word)
{
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		if (strcmp(word, bodies[i].word))
			continue;
		t->body = bodies[i].body;
		t->type = bodies[i].type;
		t->proto = bodies[i].proto;
		t->inner = bodies[i].inner;
		t->icmp = bodies[i].icmp;
		return true;
	}
	return false;
}

static bool parse_plain(struct template *t, const char *word)
{
	if (!strcmp(word, "partial"))
		t->partial = true;
	else if (!strcmp(word, "nolease"))
		t->no_lease = true;
	else if (!strcmp(word, "snap"))
		t->snap = "000000";
	else
		return parse_body(t, word);
	return true;
}

static bool parse_number(const char *text, uint32_t *number)
{
	char *end;

	*number = strtoul(text, &end, 0);
	return *text && !*end;
}

static bool parse_address(const char *text, struct address *a)
{
	a->len = 4;
	if (inet_pton(AF_INET, text, a->b) == 1)
		return true;
	a->len = 16;
	return inet_pton(AF_INET6, text, a->b) == 1;
}

static bool parse_value(void *member, enum kind kind, const char *text)
{
	struct number *number = member;
	struct texts *texts = member;
	struct mac *mac = member;

	switch (kind) {
	case NUMBER:
		number->set = true;
		return parse_number(text, &number->value);
	case MAC:
		mac->set = true;
		return frame_parse_mac(text, mac->b);
	case ADDRESS:
		return parse_address(text, member);
	case TEXT:
		*(const char **)member = text;
		return true;
	case TEXTS:
		if (texts->count == TEXTS_MAX)
			return false;
		texts->text[texts->count++] = text;
		return true;
	}
	return false;
}

static bool parse_tag(struct template *t, uint16_t type, const char *vid)
{
	uint32_t number;

	if (t->tags == TAGS_MAX || !parse_number(vid, &number))
		return false;
	t->tag_type[t->tags] = type;
	t->tag_vid[t->tags++] = number;
	return true;
}

/* "dst", "dst:24": with so many bytes */
static bool parse_ext(struct template *t, const char *text)
{
	const char *size = strchr(text, ':');
	size_t len = size ? (size_t)(size - text) : strlen(text);
	struct ext *ext = &t->ext[t->exts];

	if (t->exts == EXTS_MAX)
		return false;
	for (size_t i = 0; i < sizeof(ext_names) / sizeof(ext_names[0]); i++) {
		if (strlen(ext_names[i].name) != len ||
		    strncmp(ext_names[i].name, text, len))
			continue;
		ext->proto = ext_names[i].proto;
		ext->len = 8;
		t->exts++;
		return !size || (parse_number(size + 1, &ext->len) &&
				 ext->len >= 8 && ext->len % 8 == 0);
	}
	return false;
}

static bool parse_message(struct template *t, const char *body,
			  const char *const *types, const char *name)
{
	for (int i = 1; types[i]; i++) {
		if (strcmp(types[i], name))
			continue;
		t->dhcp = i;
		return parse_body(t, body);
	}
	return false;
}

/* Words that are more than a value. */
static bool parse_special(struct template *t, const char *name,
			  const char *value)
{
	uint32_t number;

	if (!strcmp(name, "tag"))
		return parse_tag(t, ETH_P_8021Q, value);
	if (!strcmp(name, "stag"))
		return parse_tag(t, ETH_P_8021AD, value);
	if (!strcmp(name, "qtag"))
		return parse_tag(t, ETH_P_QINQ, value);
	if (!strcmp(name, "ext"))
		return parse_ext(t, value);
	if (!strcmp(name, "dhcp"))
		return parse_message(t, "dhcp", dhcp_types, value);
	if (!strcmp(name, "dhcp6"))
		return parse_message(t, "dhcp6", dhcp6_types, value);
	if (!strcmp(name, "snap")) {
		t->snap = value;
		return true;
	}
	if (strcmp(name, "type") || !parse_number(value, &number))
		return false;
	t->type = number;
	return true;
}

static bool parse_word(struct template *t, const char *word)
{
	const char *value = strchr(word, '=');
	char name[16];

	if (!value)
		return parse_plain(t, word);
	snprintf(name, sizeof(name), "%.*s", (int)(value++ - word), word);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (!strcmp(name, values[i].name))
			return parse_value((char *)t + values[i].offset,
					   values[i].kind, value);
	return parse_special(t, name, value);
}

const char *template_words(struct template *t, char **words, int count)
{
	for (int i = 0; i < count; i++)
		if (!parse_word(t, words[i]))
			return words[i];
	return NULL;
}
