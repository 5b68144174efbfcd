// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames from templates: ARP, IPv4 with options, IPv6 with its headers. */
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "csum.h"
#include "frame_impl.h"

#define ARP_LEN		28
#define OPTS_MAX	40
#define IPV4_MF		0x2000
#define IPV6_MF		1

static const struct address ip4_host = { 4, { 192, 0, 2, 1 } };
static const struct address ip4_peer = { 4, { 192, 0, 2, 2 } };
static const struct address ip6_host = {
	16, { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 }
};
static const struct address ip6_peer = {
	16, { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 }
};

bool l3_is_group(const struct address *a)
{
	return a->len == 4 ? (a->b[0] & 0xf0) == 0xe0 : a->b[0] == 0xff;
}

static void set_default(struct address *a, const struct address *otherwise)
{
	if (!a->len)
		*a = *otherwise;
}

void l3_complete(struct template *t)
{
	if (t->body == BODY_IP4) {
		set_default(&t->sip, &ip4_host);
		set_default(&t->dip, &ip4_peer);
	} else if (t->body == BODY_IP6) {
		set_default(&t->sip, &ip6_host);
		set_default(&t->dip, &ip6_peer);
	} else if (t->body == BODY_ARP) {
		set_default(&t->spa, t->sip.len ? &t->sip : &ip4_host);
		set_default(&t->tpa, t->dip.len ? &t->dip : &ip4_peer);
	}
	if (t->ip_proto.set)
		t->proto = t->ip_proto.value;
	/* a fragment needs the header that says so, at the end if not told */
	for (int i = 0; i < t->exts; i++)
		if (t->ext[i].proto == IPPROTO_FRAGMENT)
			return;
	if (t->body == BODY_IP6 && t->frag && t->exts < EXTS_MAX)
		t->ext[t->exts++] = (struct ext){ IPPROTO_FRAGMENT, 8 };
}

static uint32_t opts_len(const struct template *t)
{
	return t->opts ? (strlen(t->opts) / 2 + 3) / 4 * 4 : 0;
}

uint32_t l3_len(const struct template *t)
{
	uint32_t len = IPV6_LEN;

	switch (t->body) {
	case BODY_ARP:
		return ARP_LEN;
	case BODY_IP4:
		return IPV4_LEN + opts_len(t);
	case BODY_IP6:
		for (int i = 0; i < t->exts; i++)
			len += t->ext[i].len;
		return len;
	default:
		return 0;
	}
}

static void build_arp(const struct template *t, uint8_t *p)
{
	static const uint8_t head[] = { 0, 1, 8, 0, 6, 4 };
	static const uint8_t nobody[6];

	memcpy(p, head, sizeof(head));
	put16(p + 6, number_or(&t->op, 1));
	memcpy(p + 8, mac_or(&t->sha, t->src.b), 6);
	memcpy(p + 14, t->spa.b, 4);
	memcpy(p + 18, mac_or(&t->tha, nobody), 6);
	memcpy(p + 24, t->tpa.b, 4);
}

static void build_ipv4(const struct template *t, uint8_t *p, uint32_t len)
{
	uint32_t hl = l3_len(t);

	memset(p, 0, hl);
	p[0] = 0x40 | hl / 4;
	put16(p + 2, number_or(&t->ip_len, len));
	put16(p + 4, number_or(&t->seq, 0));
	put16(p + 6, t->frag ? 0 : 0x4000);
	p[8] = number_or(&t->ttl, 64);
	p[9] = t->proto;
	memcpy(p + 12, t->sip.b, 4);
	memcpy(p + 16, t->dip.b, 4);
	if (t->opts)
		frame_parse_hex(t->opts, p + IPV4_LEN, OPTS_MAX);
	put16(p + 10, ~csum_add(0, p, hl));
}

/* One extension header, with a single option of padding if it has options. */
static void build_ext(uint8_t *p, const struct ext *ext, uint8_t next)
{
	memset(p, 0, ext->len);
	p[0] = next;
	p[1] = ext->len / 8 - 1;
	if (ext->proto == IPPROTO_FRAGMENT)
		p[1] = 0;
	else if (ext->proto == IPPROTO_AH)
		p[1] = ext->len / 4 - 2;
	else if (ext->proto == IPPROTO_HOPOPTS || ext->proto == IPPROTO_DSTOPTS)
		memcpy(p + 2, (uint8_t[]){ 1, ext->len - 4 }, 2);
}

static void build_ipv6(const struct template *t, uint8_t *p, uint32_t len)
{
	uint8_t *at = p + IPV6_LEN;

	memset(p, 0, IPV6_LEN);
	p[0] = 0x60;
	put16(p + 4, number_or(&t->ip_len, len - IPV6_LEN));
	p[6] = t->exts ? t->ext[0].proto : t->proto;
	p[7] = number_or(&t->ttl, t->inner == INNER_ND ? 255 : 64);
	memcpy(p + 8, t->sip.b, 16);
	memcpy(p + 24, t->dip.b, 16);
	for (int i = 0; i < t->exts; i++) {
		build_ext(at, &t->ext[i], i + 1 < t->exts ?
			  t->ext[i + 1].proto : t->proto);
		at += t->ext[i].len;
	}
}

void l3_build(const struct template *t, struct frame *f, uint32_t l3,
	      uint32_t end)
{
	uint8_t *p = f->data + l3;

	if (t->body == BODY_ARP)
		build_arp(t, p);
	else if (t->body == BODY_IP4)
		build_ipv4(t, p, end - l3);
	else
		build_ipv6(t, p, end - l3);
}

/* Offset of the part that is divided among fragments. */
static uint32_t fragmentable(const struct template *t, uint32_t l3)
{
	uint32_t off = l3 + IPV6_LEN;

	if (t->body == BODY_IP4)
		return l3 + l3_len(t);
	for (int i = 0; i < t->exts; i++) {
		off += t->ext[i].len;
		if (t->ext[i].proto == IPPROTO_FRAGMENT)
			break;
	}
	return off;
}

/* "OFFSET:LEN", bytes of the packet that was to be divided. */
void l3_fragment(const struct template *t, struct frame *f, uint32_t l3)
{
	const char *len_text = strchr(t->frag, ':');
	uint32_t part = fragmentable(t, l3), all = f->len - part;
	uint32_t off = strtoul(t->frag, NULL, 0), len = all;
	uint8_t *ip = f->data + l3;
	bool more;

	if (len_text)
		len = strtoul(len_text + 1, NULL, 0);
	if (off > all)
		off = all;
	if (len > all - off)
		len = all - off;
	more = off + len < all;
	memmove(f->data + part, f->data + part + off, len);
	f->len = part + len;
	if (t->body == BODY_IP6) {
		put16(f->data + part - 6, off | (more ? IPV6_MF : 0));
		put32(f->data + part - 4, 0x5345 + number_or(&t->seq, 0));
		put16(ip + 4, number_or(&t->ip_len, f->len - l3 - IPV6_LEN));
		return;
	}
	put16(ip + 2, number_or(&t->ip_len, f->len - l3));
	put16(ip + 6, off / 8 | (more ? IPV4_MF : 0));
	put16(ip + 10, 0);
	put16(ip + 10, ~csum_add(0, ip, part - l3));
}
