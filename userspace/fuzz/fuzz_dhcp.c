// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DHCPv4 messages. Input: the payload of a UDP datagram. What is read must be
 * what a second reader finds, who first writes down all options in a table.
 *
 * links: ../kernel/dhcp.c ../kernel/wire.c
 */
#include <arpa/inet.h>
#include <errno.h>

#include "dhcp.h"
#include "fuzz.h"

struct bootp {
	uint8_t op, htype, hlen, hops;
	uint32_t xid;
	uint16_t secs, flags;
	uint32_t ciaddr, yiaddr, siaddr, giaddr;
	uint8_t chaddr[16];
	uint8_t sname[64];
	uint8_t file[128];
	uint8_t cookie[4];
};

/* The first option of each code, -1 for those that are not there. */
struct table {
	int len[256];
	uint8_t value[256][255];
};

static int list_options(struct table *t, const uint8_t *p, const uint8_t *end)
{
	while (p < end) {
		uint8_t code = *p++;
		uint8_t len;

		if (code == 0)
			continue;
		if (code == 255)
			break;
		if (p == end)
			return -1;
		len = *p++;
		if (end - p < len)
			return -1;
		if (t->len[code] < 0) {
			t->len[code] = len;
			memcpy(t->value[code], p, len);
		}
		p += len;
	}
	return 0;
}

static int is_len(const struct table *t, uint8_t code, int len)
{
	return t->len[code] < 0 || t->len[code] == len;
}

static int read_options(struct table *t, const uint8_t *data, size_t size,
			const struct bootp *b)
{
	uint8_t where;

	memset(t->len, 0xff, sizeof(t->len));
	if (list_options(t, data + sizeof(*b), data + size))
		return -1;
	if (!is_len(t, 52, 1))
		return -1;
	if (t->len[52] == 1) {
		where = t->value[52][0];
		if (where < 1 || where > 3)
			return -1;
		if (where != 2 && list_options(t, b->file, b->file + 128))
			return -1;
		if (where != 1 && list_options(t, b->sname, b->sname + 64))
			return -1;
	}
	return is_len(t, 50, 4) && is_len(t, 51, 4) && is_len(t, 53, 1) &&
	       t->len[53] > 0 ? 0 : -1;
}

static int rules(const uint8_t *data, size_t size, struct sehub_dhcp *want)
{
	struct table t;
	struct bootp b;
	uint32_t lease;

	memset(want, 0, sizeof(*want));
	if (size < sizeof(b))
		return -1;
	memcpy(&b, data, sizeof(b));
	if ((b.op != 1 && b.op != 2) || b.htype != 1 || b.hlen != 6 ||
	    memcmp(b.cookie, "\x63\x82\x53\x63", 4) ||
	    read_options(&t, data, size, &b))
		return -1;
	want->op = b.op;
	want->type = t.value[53][0];
	memcpy(want->mac, b.chaddr, 6);
	want->ciaddr = b.ciaddr;
	want->yiaddr = b.yiaddr;
	if (t.len[50] == 4)
		memcpy(&want->requested, t.value[50], 4);
	if (t.len[51] == 4) {
		memcpy(&lease, t.value[51], 4);
		want->lease = ntohl(lease);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *exact = fuzz_exact(data, size);
	struct sehub_dhcp got, want;
	int err = rules(data, size, &want) ? -EINVAL : 0;

	memset(&got, 0xee, sizeof(got));
	MUST(sehub_dhcp_parse(exact, (u32)size, &got) == err);
	if (!err) {
		MUST(got.op == want.op);
		MUST(got.type == want.type);
		MUST(!memcmp(got.mac, want.mac, 6));
		MUST(got.ciaddr == want.ciaddr);
		MUST(got.yiaddr == want.yiaddr);
		MUST(got.requested == want.requested);
		MUST(got.lease == want.lease);
	}
	free(exact);
	return 0;
}
