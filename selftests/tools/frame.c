// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames from templates: the Ethernet part, and what is done at last. */
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame_impl.h"

#define LEN_DEFAULT	60

struct frame *frame_new(const void *data, uint32_t len, const struct vnet *vnet)
{
	struct frame *frame = calloc(1, sizeof(*frame) + len);

	if (!frame)
		abort();
	frame->len = len;
	if (data)
		memcpy(frame->data, data, len);
	if (vnet)
		frame->vnet = *vnet;
	return frame;
}

struct frame *frame_copy(const struct frame *frame)
{
	return frame_new(frame->data, frame->len, &frame->vnet);
}

bool frame_parse_mac(const char *word, uint8_t mac[6])
{
	unsigned int b[6];
	char end;

	if (sscanf(word, "%2x:%2x:%2x:%2x:%2x:%2x%c", &b[0], &b[1], &b[2],
		   &b[3], &b[4], &b[5], &end) != 6)
		return false;
	for (int i = 0; i < 6; i++)
		mac[i] = b[i];
	return true;
}

int frame_parse_hex(const char *word, uint8_t *data, size_t room)
{
	size_t n = strlen(word);
	unsigned int byte;

	if (n % 2 || n / 2 > room)
		return -1;
	for (size_t i = 0; i < n / 2; i++) {
		if (sscanf(word + 2 * i, "%2x", &byte) != 1)
			return -1;
		data[i] = byte;
	}
	return n / 2;
}

/* Payload that depends on @seq and repeats at no convenient distance. */
static void fill(uint8_t *p, uint32_t len, uint32_t seq)
{
	uint32_t x = seq * 2654435761u + 12345;

	for (uint32_t i = 0; i < len; i++) {
		x = x * 1664525u + 1013904223u;
		p[i] = x >> 24;
	}
}

/* Of an address that is not given: that of the IP group, or broadcast. */
static void put_dst(const struct template *t, uint8_t *p)
{
	memset(p, 0xff, 6);
	if (t->dst.set) {
		memcpy(p, t->dst.b, 6);
	} else if (t->dip.len == 16 && l3_is_group(&t->dip)) {
		memset(p, 0x33, 2);
		memcpy(p + 2, t->dip.b + 12, 4);
	} else if (t->dip.len == 4 && l3_is_group(&t->dip)) {
		memcpy(p, (uint8_t[]){ 0x01, 0x00, 0x5e }, 3);
		memcpy(p + 3, t->dip.b + 1, 3);
		p[3] &= 0x7f;
	}
}

static uint32_t head_len(const struct template *t)
{
	return ETH_HLEN + 4 * t->tags + (t->snap ? SNAP_LEN : 0);
}

/* Everything in front of the packet, which ends at @end. */
static void build_head(const struct template *t, struct frame *f, uint32_t end)
{
	uint8_t *p = f->data + 12;
	uint32_t off;

	put_dst(t, f->data);
	memcpy(f->data + 6, t->src.b, 6);
	for (int i = 0; i < t->tags; i++, p += 4) {
		put16(p, t->tag_type[i]);
		put16(p + 2, t->tag_vid[i]);
	}
	off = p + 2 - f->data;
	if (t->snap) {
		put16(p, end - off);
		memcpy(p + 2, (uint8_t[]){ 0xaa, 0xaa, 0x03 }, 3);
		frame_parse_hex(t->snap, p + 5, 3);
		p += SNAP_LEN;
	}
	put16(p, t->body == BODY_LLC ? end - off : t->type);
}

/*
 * The frame without what was cut off or added. Packets of a fixed length are
 * padded with zeros to the length of the frame.
 */
static struct frame *build_whole(const struct template *t)
{
	uint32_t l3 = head_len(t), l4 = l3 + l3_len(t), end = l4;
	uint32_t len = number_or(&t->len, LEN_DEFAULT);
	bool is_ip = t->body == BODY_IP4 || t->body == BODY_IP6;
	bool stretch = !is_ip && t->body != BODY_ARP;
	struct frame *f;

	if (is_ip)
		end += l4_len(t, &stretch);
	if (stretch && len > end)
		end = len;
	if (len < end)
		len = end;
	if (len > FRAME_MAX)
		return NULL;
	f = frame_new(NULL, len, NULL);
	fill(f->data + l3, end - l3, number_or(&t->seq, 0));
	build_head(t, f, end);
	if (is_ip || t->body == BODY_ARP)
		l3_build(t, f, l3, end);
	if (is_ip)
		l4_build(t, f, l3, l4, end);
	if (t->frag)
		l3_fragment(t, f, l3);
	return f;
}

static bool poke(struct frame *f, const char *text)
{
	const char *hex = strchr(text, ':');
	uint32_t off = strtoul(text, NULL, 0);

	return hex && off <= f->len &&
	       frame_parse_hex(hex + 1, f->data + off, f->len - off) >= 0;
}

static struct frame *build(const struct template *t)
{
	struct frame *whole = build_whole(t), *f;
	uint32_t pad = number_or(&t->pad, 0);

	if (!whole || whole->len + pad > FRAME_MAX) {
		free(whole);
		return NULL;
	}
	f = frame_new(NULL, whole->len + pad, &whole->vnet);
	memcpy(f->data, whole->data, whole->len);
	fill(f->data + whole->len, pad, 4711);
	free(whole);
	if (t->cut.set && t->cut.value < f->len)
		f->len = t->cut.value;
	for (int i = 0; i < t->poke.count; i++) {
		if (poke(f, t->poke.text[i]))
			continue;
		free(f);
		return NULL;
	}
	return f;
}

struct frame *frame_build(char **words, int count)
{
	struct template t = {
		.src = { true, { 2, 0, 0, 0, 0, 1 } },
		.type = 0x88b5,
	};
	static uint8_t raw[FRAME_MAX];
	struct frame *f;
	const char *bad;
	int len;

	if (count && !strncmp(words[0], "hex=", 4)) {
		len = frame_parse_hex(words[0] + 4, raw, sizeof(raw));
		return len < 0 ? NULL : frame_new(raw, len, NULL);
	}
	bad = template_words(&t, words, count);
	if (bad) {
		printf("# bad word of a frame: %s\n", bad);
		return NULL;
	}
	l4_complete(&t);
	l3_complete(&t);
	f = build(&t);
	if (!f)
		puts("# a frame that cannot be built");
	return f;
}
