// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records on the wire: find them in a buffer and build them.
 *
 * Takes no lock, allocates nothing and knows neither sockets nor ports: what
 * is here is all that stands between a remote sender and the rest, so it is
 * also built and fuzzed in userspace.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "wire.h"

static bool sehub_wire_is_len_valid(u8 type, u32 len)
{
	switch (type) {
	case SEHUB_WIRE_DATA:
		return len >= SEHUB_WIRE_FRAME_MIN &&
		       len <= SEHUB_WIRE_FRAME_MAX;
	case SEHUB_WIRE_DATA_OFFLOAD:
		return len >= SEHUB_WIRE_VNET_LEN + SEHUB_WIRE_FRAME_MIN &&
		       len <= SEHUB_WIRE_VNET_LEN + SEHUB_WIRE_SUPER_MAX;
	case SEHUB_WIRE_ACK:
		return len == SEHUB_WIRE_ACK_LEN;
	case SEHUB_WIRE_PING:
	case SEHUB_WIRE_PONG:
		return len == SEHUB_WIRE_PING_LEN;
	default:
		return len <= SEHUB_WIRE_CONTROL_MAX;
	}
}

/**
 * sehub_wire_parse() - read the record at the start of a buffer
 * @buf: the buffer
 * @len: bytes in it
 * @rec: the record; with %-EAGAIN only @rec->size is set, to the bytes that
 *	are needed as far as can be told
 *
 * A wrong length is found as soon as the header is there, so nobody waits for
 * a payload that is refused anyway. A type that is not known is no error.
 *
 * Context: any.
 * Return: 0, %-EAGAIN if more bytes are needed, or %-EINVAL if the length is
 * not allowed for the type.
 */
int sehub_wire_parse(const u8 *buf, size_t len, struct sehub_wire_rec *rec)
{
	u32 hdr;

	rec->size = SEHUB_WIRE_HDR_LEN;
	if (len < SEHUB_WIRE_HDR_LEN)
		return -EAGAIN;

	hdr = sehub_wire_get_u32(buf);
	rec->type = (u8)(hdr >> SEHUB_WIRE_TYPE_SHIFT);
	rec->len = hdr & SEHUB_WIRE_LEN_MASK;
	rec->payload = buf + SEHUB_WIRE_HDR_LEN;
	if (!sehub_wire_is_len_valid(rec->type, rec->len))
		return -EINVAL;

	rec->size += rec->len;
	return len < rec->size ? -EAGAIN : 0;
}

/**
 * sehub_wire_whole() - measure the whole records at the start of a buffer
 * @buf: the buffer
 * @len: bytes in it
 * @max: most bytes wanted; %SEHUB_WIRE_RECORD_MAX or more, or the longest
 *	record never fits
 * @err: 0, or %-EINVAL if what follows the whole records is malformed
 *
 * Context: any.
 * Return: length of the leading whole records, at most @max.
 */
size_t sehub_wire_whole(const u8 *buf, size_t len, size_t max, int *err)
{
	struct sehub_wire_rec rec;
	size_t done = 0;
	int ret;

	*err = 0;
	for (;;) {
		ret = sehub_wire_parse(buf + done, len - done, &rec);
		if (ret == -EINVAL)
			*err = ret;
		if (ret || rec.size > max - done)
			return done;
		done += rec.size;
	}
}

/**
 * sehub_wire_put_hdr() - write a record's header
 * @p: where, %SEHUB_WIRE_HDR_LEN bytes
 * @type: type of the record
 * @len: length of its payload, at most %SEHUB_WIRE_LEN_MASK
 *
 * Context: any.
 */
void sehub_wire_put_hdr(u8 *p, u8 type, u32 len)
{
	p[0] = type;
	p[1] = (u8)(len >> 16);
	p[2] = (u8)(len >> 8);
	p[3] = (u8)len;
}

/**
 * sehub_wire_put_ack() - write an ACK
 * @p: where, %SEHUB_WIRE_HDR_LEN + %SEHUB_WIRE_ACK_LEN bytes
 * @count: bytes of data records received and delivered
 *
 * Context: any.
 * Return: size of the record.
 */
u32 sehub_wire_put_ack(u8 *p, u64 count)
{
	int i;

	sehub_wire_put_hdr(p, SEHUB_WIRE_ACK, SEHUB_WIRE_ACK_LEN);
	p += SEHUB_WIRE_HDR_LEN;
	for (i = SEHUB_WIRE_ACK_LEN - 1; i >= 0; i--) {
		p[i] = (u8)count;
		count >>= 8;
	}
	return SEHUB_WIRE_HDR_LEN + SEHUB_WIRE_ACK_LEN;
}

/**
 * sehub_wire_put_ping() - write a PING or PONG
 * @p: where, %SEHUB_WIRE_HDR_LEN + %SEHUB_WIRE_PING_LEN bytes
 * @type: %SEHUB_WIRE_PING or %SEHUB_WIRE_PONG
 * @opaque: its %SEHUB_WIRE_PING_LEN bytes, not overlapping @p
 *
 * Context: any.
 * Return: size of the record.
 */
u32 sehub_wire_put_ping(u8 *p, u8 type, const u8 *opaque)
{
	sehub_wire_put_hdr(p, type, SEHUB_WIRE_PING_LEN);
	memcpy(p + SEHUB_WIRE_HDR_LEN, opaque, SEHUB_WIRE_PING_LEN);
	return SEHUB_WIRE_HDR_LEN + SEHUB_WIRE_PING_LEN;
}

/**
 * sehub_wire_get_u64() - read a 64-bit big-endian number
 * @p: where, any alignment
 *
 * Context: any.
 * Return: the number.
 */
u64 sehub_wire_get_u64(const u8 *p)
{
	return (u64)sehub_wire_get_u32(p) << 32 | sehub_wire_get_u32(p + 4);
}
