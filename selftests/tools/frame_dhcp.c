// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames from templates: messages of DHCPv4 (RFC 2131) and DHCPv6 (RFC 8415),
 * in the form in which clients, servers and relays send them unless words say
 * otherwise.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "frame_impl.h"

#define FIXED_LEN	240	/* up to the options */
#define LEN_MIN		300	/* of BOOTP */
#define LEN_MAX		1200
#define LEN6		24
#define RELAY_LEN6	38	/* up to the message inside */
#define LEASE_DEFAULT	3600

enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM };
enum { ADVERTISE6 = 2, REPLY6 = 7, RECONFIGURE6 = 10, RELAY_FORW6 = 12,
       RELAY_REPL6 = 13 };

static const struct address any4 = { 4, { 0 } };
static const struct address broadcast4 = { 4, { 255, 255, 255, 255 } };
static const struct address server4 = { 4, { 192, 0, 2, 254 } };
static const struct address client4 = { 4, { 192, 0, 2, 1 } };
static const struct address client6 = { 16, { 0xfe, 0x80, [15] = 1 } };
static const struct address server6 = { 16, { 0xfe, 0x80, [15] = 0xfe } };
static const struct address servers6 = {
	16, { 0xff, 0x02, [13] = 1, [15] = 2 }
};

static bool is_relayed6(const struct template *t)
{
	return t->dhcp == RELAY_FORW6 || t->dhcp == RELAY_REPL6;
}

bool dhcp_is_server(const struct template *t)
{
	if (t->inner == INNER_DHCP6)
		return t->dhcp == ADVERTISE6 || t->dhcp == REPLY6 ||
		       t->dhcp == RECONFIGURE6 || is_relayed6(t);
	return t->dhcp == OFFER || t->dhcp == ACK || t->dhcp == NAK;
}

static void set_default(struct address *a, const struct address *otherwise)
{
	if (!a->len)
		*a = *otherwise;
}

static void set_ports(struct template *t, uint32_t sport, uint32_t dport)
{
	if (!t->sport.set)
		t->sport = (struct number){ true, sport };
	if (!t->dport.set)
		t->dport = (struct number){ true, dport };
}

static void complete_dhcp4(struct template *t)
{
	bool server = dhcp_is_server(t), relayed = t->giaddr.len;

	if (server) {
		set_default(&t->sip, &server4);
		set_default(&t->dip, relayed ? &t->giaddr : &broadcast4);
		set_default(&t->server, &server4);
		if (t->dhcp != NAK)
			set_default(&t->yiaddr, &client4);
		set_ports(t, 67, relayed ? 67 : 68);
		return;
	}
	set_default(&t->sip, relayed ? &t->giaddr :
		    t->ciaddr.len ? &t->ciaddr : &any4);
	set_default(&t->dip, relayed || t->dhcp == RELEASE ? &server4 :
		    &broadcast4);
	if (t->dhcp == RELEASE || t->dhcp == DECLINE)
		set_default(&t->server, &server4);
	set_ports(t, relayed ? 67 : 68, 67);
}

void dhcp_complete(struct template *t)
{
	bool server = dhcp_is_server(t);

	if (t->inner == INNER_DHCP) {
		complete_dhcp4(t);
		return;
	}
	set_default(&t->sip, server ? &server6 : &client6);
	set_default(&t->dip, server ? &client6 : &servers6);
	set_ports(t, server ? 547 : 546, server && !is_relayed6(t) ? 546 : 547);
}

static uint8_t *put_option(uint8_t *p, uint8_t code, const void *data,
			   uint8_t len)
{
	p[0] = code;
	p[1] = len;
	memcpy(p + 2, data, len);
	return p + 2 + len;
}

static uint8_t *put_address(uint8_t *p, uint8_t code, const struct address *a)
{
	return a->len ? put_option(p, code, a->b, 4) : p;
}

/* "CODE:HEX" */
static uint8_t *put_text(uint8_t *p, const char *text)
{
	const char *hex = strchr(text, ':');
	uint8_t data[255];
	int len = hex ? frame_parse_hex(hex + 1, data, sizeof(data)) : -1;

	return len < 0 ? p : put_option(p, strtoul(text, NULL, 0), data, len);
}

/* Return: length of the options at @p, at most LEN_MAX - FIXED_LEN. */
static uint32_t put_options(const struct template *t, uint8_t *p)
{
	bool leases = t->dhcp == OFFER || t->dhcp == ACK;
	uint8_t *at = put_option(p, 53, &t->dhcp, 1), lease[4];

	at = put_address(at, 50, &t->requested);
	if (!t->no_lease && (leases || t->lease.set)) {
		put32(lease, number_or(&t->lease, LEASE_DEFAULT));
		at = put_option(at, 51, lease, 4);
	}
	at = put_address(at, 54, &t->server);
	for (int i = 0; i < t->opt.count; i++)
		if (at - p < LEN_MAX - FIXED_LEN - 300)
			at = put_text(at, t->opt.text[i]);
	*at++ = 255;
	return at - p;
}

uint32_t dhcp_len(const struct template *t)
{
	uint8_t options[LEN_MAX];
	uint32_t len;

	if (t->inner == INNER_DHCP6)
		return is_relayed6(t) ? RELAY_LEN6 + LEN6 : LEN6;
	len = FIXED_LEN + put_options(t, options);
	return len < LEN_MIN ? LEN_MIN : len;
}

/* Who it is, and how long it has tried. */
static void build_message6(const struct template *t, uint8_t *p, uint8_t type)
{
	static const uint8_t duid[] = { 0, 1, 0, 10, 0, 3, 0, 1 };

	put32(p, (uint32_t)type << 24 | 0x534548);
	memcpy(p + 4, duid, sizeof(duid));
	memcpy(p + 12, mac_or(&t->chaddr, t->src.b), 6);
	memcpy(p + 18, (uint8_t[]){ 0, 8, 0, 2, 0, 0 }, 6);
}

static void build_dhcp6(const struct template *t, uint8_t *p)
{
	memset(p, 0, dhcp_len(t));
	if (!is_relayed6(t)) {
		build_message6(t, p, t->dhcp);
		return;
	}
	p[0] = t->dhcp;
	memcpy(p + 18, client6.b, 16);
	put16(p + 34, 9);
	put16(p + 36, LEN6);
	build_message6(t, p + RELAY_LEN6, t->dhcp == RELAY_FORW6 ? 1 : REPLY6);
}

void dhcp_build(const struct template *t, uint8_t *p)
{
	static const uint8_t cookie[] = { 99, 130, 83, 99 };
	static const uint8_t client[] = { 2, 0, 0, 0, 0, 1 };
	bool server = dhcp_is_server(t);
	uint8_t options[LEN_MAX];
	uint32_t len;

	if (t->inner == INNER_DHCP6) {
		build_dhcp6(t, p);
		return;
	}
	memset(p, 0, dhcp_len(t));
	p[0] = number_or(&t->op, server ? 2 : 1);
	p[1] = 1;
	p[2] = 6;
	put32(p + 4, 0x53454855 + number_or(&t->seq, 0));
	memcpy(p + 12, t->ciaddr.b, 4);
	memcpy(p + 16, t->yiaddr.b, 4);
	memcpy(p + 24, t->giaddr.b, 4);
	memcpy(p + 28, mac_or(&t->chaddr, server ? client : t->src.b), 6);
	memcpy(p + 236, cookie, sizeof(cookie));
	len = put_options(t, options);
	memcpy(p + FIXED_LEN, options, len);
}
