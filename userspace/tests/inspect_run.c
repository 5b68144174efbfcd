// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See inspect_run.h. Each frame is also given in part, in buffers of exactly
 * that length, and with padding behind it: that must not change what is said
 * about it, or make it something that is not understood.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inspect_run.h"

#define PADDING	46

void sample_set(struct sample *s, const char *hex)
{
	s->len = 0;
	sample_add(s, hex);
}

void sample_add(struct sample *s, const char *hex)
{
	unsigned int byte;

	for (; *hex; hex += 2) {
		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		assert_int_not_equal(hex[1], 0);
		assert_true(s->len < SAMPLE_MAX);
		s->data[s->len++] = (u8)byte;
	}
}

void sample_put16(struct sample *s, u32 off, u16 value)
{
	s->data[off] = (u8)(value >> 8);
	s->data[off + 1] = (u8)value;
}

static void inspect_part(const struct sample *s, u32 len, u32 frame_len,
			 struct sehub_inspect *out)
{
	u8 *p = malloc(len ? len : 1);

	assert_non_null(p);
	memcpy(p, s->data, len);
	memset(out, 0xee, sizeof(*out));
	sehub_inspect(p, len, frame_len, out);
	free(p);
}

static void expect_same(const struct sehub_inspect *a,
			const struct sehub_inspect *b)
{
	u32 i;

	assert_int_equal(a->what, b->what);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->tags, b->tags);
	assert_memory_equal(a->tag, b->tag, sizeof(a->tag));
	assert_int_equal(a->proto, b->proto);
	assert_int_equal(a->icmp_type, b->icmp_type);
	assert_int_equal(a->tcp_flags, b->tcp_flags);
	assert_int_equal(a->l3_off, b->l3_off);
	assert_int_equal(a->l4_off, b->l4_off);
	assert_int_equal(a->addrs, b->addrs);
	for (i = 0; i < a->addrs; i++)
		assert_memory_equal(a->addr[i], b->addr[i], 16);
	assert_int_equal(a->has_target, b->has_target);
	if (a->has_target)
		assert_memory_equal(a->target, b->target, 16);
}

static void expect_no_claims(const struct sehub_inspect *out)
{
	assert_int_equal(out->addrs, 0);
	assert_false(out->has_target);
}

void sample_inspect(const struct sample *s, struct sehub_inspect *out)
{
	struct sample padded = *s;
	struct sehub_inspect part;
	u32 len;

	inspect_part(s, s->len, s->len, out);
	if (out->what & SEHUB_INSPECT_BAD)
		expect_no_claims(out);

	for (len = 0; len < s->len; len++) {
		inspect_part(s, len, s->len, &part);
		if (part.what & SEHUB_INSPECT_BAD) {
			expect_no_claims(&part);
			continue;
		}
		/* unless it can be read it is a server's */
		if (len < SEHUB_INSPECT_LEN &&
		    !(out->what & SEHUB_INSPECT_DHCP_SERVER))
			part.what &= ~SEHUB_INSPECT_DHCP_SERVER;
		expect_same(&part, out);
	}

	if (out->what & SEHUB_INSPECT_BAD || s->len + PADDING > SAMPLE_MAX)
		return;
	memset(padded.data + s->len, 0xff, PADDING);
	padded.len += PADDING;
	inspect_part(&padded, padded.len, padded.len, &part);
	expect_same(&part, out);
}

void inspect_hex(const char *hex, struct sehub_inspect *out)
{
	struct sample s;

	sample_set(&s, hex);
	sample_inspect(&s, out);
}

u32 inspect_what(const char *hex)
{
	struct sehub_inspect out;

	inspect_hex(hex, &out);
	return out.what;
}

bool inspect_is_bad(const char *hex)
{
	return inspect_what(hex) & SEHUB_INSPECT_BAD;
}

/* @hex is an IPv4 or an IPv6 address. */
void expect_addr(const u8 *addr, const char *hex)
{
	struct sample want;

	sample_set(&want, strlen(hex) == 8 ? "00000000000000000000ffff" : "");
	sample_add(&want, hex);
	assert_int_equal(want.len, SEHUB_INSPECT_ADDR_LEN);
	assert_memory_equal(addr, want.data, SEHUB_INSPECT_ADDR_LEN);
}
