/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames as hexadecimal digits, and what is found inside them. */
#ifndef SEHUB_TESTS_INSPECT_RUN_H
#define SEHUB_TESTS_INSPECT_RUN_H

#include "inspect.h"

#define SAMPLE_MAX	2048

#define DST	"020000000002"
#define SRC	"020000000001"
#define ETH	DST SRC

/* Addresses as digits. */
#define V4_A	"c0000201"			/* 192.0.2.1 */
#define V4_B	"c0000202"
#define V6_NONE	"00000000000000000000000000000000"
#define V6_A	"20010db8000000000000000000000001"
#define V6_B	"20010db8000000000000000000000002"
#define V6_LL	"fe800000000000000000000000000001"
#define V6_ALL	"ff020000000000000000000000000001"

/* Headers; lengths, fragment and addresses are digits too. */
#define IPV4(total, frag, proto, src) \
	"4500" total "0001" frag "40" proto "0000" src V4_B
#define IPV6(payload, next, hops, src, dst) \
	"60000000" payload next hops src dst
#define UDP(from, to, len)	from to len "0000"
#define TCP(flags)	"303901bb" "00000001" "00000000" "50" flags "ffff" \
			"0000" "0000"

/**
 * struct sample - a frame
 * @len: length of it
 * @data: the frame
 */
struct sample {
	u32 len;
	u8 data[SAMPLE_MAX];
};

void sample_set(struct sample *s, const char *hex);
void sample_add(struct sample *s, const char *hex);
void sample_put16(struct sample *s, u32 off, u16 value);
void sample_inspect(const struct sample *s, struct sehub_inspect *out);
void inspect_hex(const char *hex, struct sehub_inspect *out);
u32 inspect_what(const char *hex);
bool inspect_is_bad(const char *hex);
void expect_addr(const u8 *addr, const char *hex);

#endif /* SEHUB_TESTS_INSPECT_RUN_H */
