// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames of a sender who wants to get past a policy. Input: two bytes that
 * choose how much of the frame is at hand, then the frame. The verdict must be
 * that of a second implementation, written from the rules and not from the
 * code.
 *
 * links: ../kernel/inspect.c ../kernel/inspect_l4.c ../kernel/wire.c
 * links: fuzz/inspect_rules.c
 */
#include "fuzz.h"
#include "inspect_rules.h"
#include "wire.h"

#define CLASSES	(SEHUB_INSPECT_ARP | SEHUB_INSPECT_IPV4 | SEHUB_INSPECT_IPV6)
#define L4	(SEHUB_INSPECT_TCP | SEHUB_INSPECT_UDP | SEHUB_INSPECT_ICMP)

static bool is_one_at_most(u32 bits)
{
	return !(bits & (bits - 1));
}

/* What holds whatever the frame is. */
static void check_form(const struct sehub_inspect *out, u32 len)
{
	u32 what = out->what;

	MUST(is_one_at_most(what & CLASSES));
	MUST(is_one_at_most(what & L4));
	MUST(!(what & L4) == !out->l4_off);
	MUST(out->tags <= SEHUB_INSPECT_TAGS_MAX);
	MUST(len < 14 || (out->l3_off >= 14 && out->l3_off <= len));
	MUST(out->l4_off + (what & L4 ? 8 : 0) <= SEHUB_INSPECT_LEN);
	MUST(out->l4_off + (what & L4 ? 8 : 0) <= len);
	MUST(out->addrs <= (what & SEHUB_INSPECT_ND ? 2 : 1));
	MUST(!(what & SEHUB_INSPECT_BAD) || (!out->addrs && !out->has_target));
	MUST(!(what & SEHUB_INSPECT_ND) || what & SEHUB_INSPECT_ICMP);
	MUST(!(what & SEHUB_INSPECT_DHCP) || what & SEHUB_INSPECT_UDP);
	MUST(!(what & SEHUB_INSPECT_DHCP_SERVER) || what & SEHUB_INSPECT_DHCP);
	MUST(!(what & SEHUB_INSPECT_ARP_REQUEST) || what & SEHUB_INSPECT_ARP);
}

/* A policy goes by addresses; none may be in two forms or be nobody's. */
static void check_addrs(const struct sehub_inspect *out)
{
	static const u8 zero[16], loopback[16] = { [15] = 1 };
	int i;

	for (i = 0; i < out->addrs; i++) {
		MUST(memcmp(out->addr[i], zero, 16));
		MUST(memcmp(out->addr[i], loopback, 16));
		MUST(out->addr[i][0] != 0xff);
		MUST(sehub_inspect_is_ipv4(out->addr[i]) ==
		     !(out->what & SEHUB_INSPECT_IPV6));
		MUST(!sehub_inspect_is_link_local(out->addr[i]) ||
		     out->what & SEHUB_INSPECT_IPV6);
	}
	if (out->addrs == 2)
		MUST(memcmp(out->addr[0], out->addr[1], 16));
	if (out->has_target)
		MUST(sehub_inspect_is_ipv4(out->target) ==
		     !!(out->what & SEHUB_INSPECT_ARP));
}

static void check_same(const struct sehub_inspect *a,
		       const struct sehub_inspect *b)
{
	int i;

	MUST(a->what == b->what);
	MUST(a->type == b->type);
	MUST(a->tags == b->tags);
	MUST(!memcmp(a->tag, b->tag, sizeof(a->tag)));
	MUST(a->proto == b->proto);
	MUST(a->icmp_type == b->icmp_type);
	MUST(a->tcp_flags == b->tcp_flags);
	MUST(a->l3_off == b->l3_off);
	MUST(a->l4_off == b->l4_off);
	MUST(a->addrs == b->addrs);
	for (i = 0; i < a->addrs; i++)
		MUST(!memcmp(a->addr[i], b->addr[i], 16));
	MUST(a->has_target == b->has_target);
	if (a->has_target)
		MUST(!memcmp(a->target, b->target, 16));
}

static void inspect(const uint8_t *data, u32 len, u32 frame_len,
		    struct sehub_inspect *out)
{
	struct sehub_inspect want;
	u8 *frame = fuzz_exact(data, len);

	memset(out, 0xee, sizeof(*out));
	sehub_inspect(frame, len, frame_len, out);
	check_form(out, len < frame_len ? len : frame_len);
	check_addrs(out);
	if (inspect_rules(frame, len, frame_len, &want))
		check_same(out, &want);
	else
		MUST(out->what & SEHUB_INSPECT_BAD);
	free(frame);
}

/* More at hand may tell what was not understood, and changes nothing else. */
static void check_more(const struct sehub_inspect *less,
		       const struct sehub_inspect *more, u32 len)
{
	struct sehub_inspect same = *less;

	if (less->what & SEHUB_INSPECT_BAD) {
		MUST(len < SEHUB_INSPECT_LEN ||
		     more->what & (SEHUB_INSPECT_BAD | SEHUB_INSPECT_ND));
		return;
	}
	/* what could not be read counted as a server's */
	if (len < SEHUB_INSPECT_LEN &&
	    same.what & SEHUB_INSPECT_DHCP_SERVER &&
	    !(more->what & SEHUB_INSPECT_DHCP_SERVER))
		same.what &= ~SEHUB_INSPECT_DHCP_SERVER;
	check_same(&same, more);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sehub_inspect part, ends, enough, whole;
	u32 cut, len;

	if (size < 2)
		return 0;
	cut = sehub_wire_get_u16(data);
	data += 2;
	len = (u32)size - 2;
	cut = len ? cut % len : 0;

	inspect(data, len, len, &whole);
	inspect(data, cut, len, &part);
	check_more(&part, &whole, cut);
	/* if it ends there, nothing behind it matters */
	inspect(data, cut, cut, &part);
	inspect(data, len, cut, &ends);
	check_same(&part, &ends);
	if (len > SEHUB_INSPECT_LEN) {
		inspect(data, SEHUB_INSPECT_LEN, len, &enough);
		check_more(&enough, &whole, SEHUB_INSPECT_LEN);
	}
	return 0;
}
