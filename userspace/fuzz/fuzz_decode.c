// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames in words: whatever the bytes are and wherever they end, the text
 * holds printable characters only, and no byte behind the end was read.
 *
 * links: lib/decode.c lib/decode_ip.c lib/decode_l4.c
 * links: lib/decode_icmp6.c lib/decode_dhcp.c lib/addr.c
 * links: lib/ethertype.c
 */
#include "decode.h"
#include "fuzz.h"

/* More bytes than this are not looked at one by one. */
#define CUTS_MAX	160

static void decode(const uint8_t *data, size_t len, size_t frame_len)
{
	uint8_t *frame = fuzz_exact(data, len);
	char text[DECODE_MAX];
	size_t n;

	memset(text, 0x1b, sizeof(text));
	MUST(decode_frame(frame, len, frame_len, text) == text);
	free(frame);
	MUST(memchr(text, '\0', sizeof(text)));
	n = strlen(text);
	MUST(n);
	for (size_t i = 0; i < n; i++)
		MUST(text[i] >= 0x20 && text[i] <= 0x7e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	decode(data, size, size);
	decode(data, size, size + 100);
	decode(data, size, size / 2);
	/* only the beginning was logged */
	for (size_t len = 0; len < size && len < CUTS_MAX; len++)
		decode(data, len, size);
	return 0;
}
