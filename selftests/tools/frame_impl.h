/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files that build frames share. A template is first filled in from
 * words (frame_words.c), then built from the outside (frame.c) to the inside
 * (frame_l3.c, frame_l4.c, frame_dhcp.c), each layer knowing the length of
 * the next one before it is written.
 */
#ifndef SEHUB_SELFTEST_FRAME_IMPL_H
#define SEHUB_SELFTEST_FRAME_IMPL_H

#include "frame.h"

#define TAGS_MAX	4
#define EXTS_MAX	12
#define TEXTS_MAX	8
#define SNAP_LEN	8
#define IPV4_LEN	20
#define IPV6_LEN	40
#define TCP_LEN		20
#define UDP_LEN		8

enum body { BODY_TYPE, BODY_LLC, BODY_IP4, BODY_IP6, BODY_ARP };

/* What is inside an IP packet. */
enum inner {
	INNER_RAW,
	INNER_UDP,
	INNER_TCP,
	INNER_ECHO,
	INNER_REDIRECT4,
	INNER_ND,
	INNER_DHCP,
	INNER_DHCP6,
};

/* A value that a word gave, or none. */
struct number {
	bool set;
	uint32_t value;
};

struct mac {
	bool set;
	uint8_t b[6];
};

struct address {
	uint8_t len;	/* 0: none */
	uint8_t b[16];
};

/* An IPv6 extension header. */
struct ext {
	uint8_t proto;
	uint32_t len;
};

struct texts {
	int count;
	const char *text[TEXTS_MAX];
};

struct template {
	struct mac dst, src;
	int tags;
	uint16_t tag_type[TAGS_MAX];
	uint16_t tag_vid[TAGS_MAX];
	const char *snap;
	enum body body;
	enum inner inner;
	uint16_t type;
	uint8_t proto;
	uint8_t icmp;		/* type of ICMP, of an inner one that has it */
	bool partial;
	struct number len, seq, mss, cut, pad;
	struct texts poke;
	/* ARP */
	struct number op;
	struct mac sha, tha;
	struct address spa, tpa;
	/* IP */
	struct address sip, dip;
	struct number ttl, ip_proto, ip_len;
	const char *opts;
	int exts;
	struct ext ext[EXTS_MAX];
	const char *frag;
	/* TCP, UDP, ICMP */
	struct number sport, dport, code;
	struct number icmp_type;
	struct number tcp_flags;
	/* neighbour discovery and redirects */
	struct address target, gw;
	const char *lladdr, *flags;
	/* DHCP */
	uint8_t dhcp;
	struct mac chaddr;
	struct address ciaddr, yiaddr, giaddr, requested, server;
	struct number lease;
	bool no_lease;
	struct texts opt;
};

static inline void put16(uint8_t *p, uint16_t value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static inline void put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value);
}

static inline uint32_t number_or(const struct number *n, uint32_t otherwise)
{
	return n->set ? n->value : otherwise;
}

static inline const uint8_t *mac_or(const struct mac *mac,
				    const uint8_t *otherwise)
{
	return mac->set ? mac->b : otherwise;
}

/* words: NULL, or the word that is none; they stay with the template */
const char *template_words(struct template *t, char **words, int count);

/** l3_complete() - defaults that depend on all words */
void l3_complete(struct template *t);
/** l3_len() - of ARP, or of the IP headers */
uint32_t l3_len(const struct template *t);
/** l3_build() - ARP, or the IP headers of a packet that ends with the frame */
void l3_build(const struct template *t, struct frame *f, uint32_t l3,
	      uint32_t end);
/** l3_fragment() - keep one fragment of a finished packet */
void l3_fragment(const struct template *t, struct frame *f, uint32_t l3);
/** l3_is_group() - whether an address is a multicast one */
bool l3_is_group(const struct address *a);

/** l4_len() - of what is behind the IP headers; least one if @stretch is set */
uint32_t l4_len(const struct template *t, bool *stretch);
void l4_complete(struct template *t);
void l4_build(const struct template *t, struct frame *f, uint32_t l3,
	      uint32_t l4, uint32_t end);

/* frame_dhcp.c: the payload of UDP */
bool dhcp_is_server(const struct template *t);
void dhcp_complete(struct template *t);
uint32_t dhcp_len(const struct template *t);
void dhcp_build(const struct template *t, uint8_t *p);

#endif
