// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records from a remote end. Input: two bytes that choose where the buffer is
 * cut, then the buffer.
 *
 * links: ../kernel/wire.c
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire.h"

/* The same walk by hand, one byte after the other being waited for. */
static size_t walk(const u8 *buf, size_t len, size_t max, int *err)
{
	struct sehub_wire_rec rec;
	size_t done = 0;
	int ret;

	*err = 0;
	while (done < len) {
		memset(&rec, 0xee, sizeof(rec));
		ret = sehub_wire_parse(buf + done, len - done, &rec);
		if (ret == -EAGAIN) {
			MUST(rec.size > len - done);
			MUST(rec.size <= SEHUB_WIRE_RECORD_MAX);
			break;
		}
		if (ret) {
			MUST(ret == -EINVAL && len - done >= 4);
			*err = ret;
			break;
		}
		MUST(rec.type == buf[done]);
		MUST(rec.size == rec.len + SEHUB_WIRE_HDR_LEN);
		MUST(rec.size <= len - done);
		MUST(rec.payload == buf + done + SEHUB_WIRE_HDR_LEN);
		if (done + rec.size > max)
			break;
		done += rec.size;
	}
	return done;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t cut, whole, max;
	struct sehub_wire_rec rec;
	int err, want_err;
	u8 hdr[4];
	u8 *buf;

	if (size < 2)
		return 0;
	cut = sehub_wire_get_u16(data);
	data += 2;
	size -= 2;

	buf = fuzz_exact(data, size);
	whole = sehub_wire_whole(buf, size, SIZE_MAX, &err);
	MUST(whole == walk(buf, size, SIZE_MAX, &want_err));
	MUST(err == want_err);

	/* a limit takes no record apart and adds none */
	max = sehub_wire_whole(buf, size, cut, &err);
	MUST(max <= cut && max <= whole);
	MUST(max == walk(buf, size, cut, &want_err));
	MUST(err == want_err);

	/* a record is built the way it was read */
	if (!sehub_wire_parse(buf, size, &rec)) {
		sehub_wire_put_hdr(hdr, rec.type, rec.len);
		MUST(!memcmp(hdr, buf, sizeof(hdr)));
	}
	free(buf);

	/* what is whole does not depend on what is behind it */
	if (cut < size) {
		buf = fuzz_exact(data, cut);
		max = sehub_wire_whole(buf, cut, SIZE_MAX, &err);
		MUST(max <= whole);
		MUST(err || cut - max < SEHUB_WIRE_RECORD_MAX);
		free(buf);
	}
	return 0;
}
