/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records on the wire: find them in a buffer and build them. The format is in
 * linux/sehub_wire.h. Pure: bytes in, verdict out; compiled in userspace too.
 */
#ifndef _SEHUB_WIRE_REC_H
#define _SEHUB_WIRE_REC_H

#include <linux/types.h>
#include <linux/sehub_wire.h>

/**
 * struct sehub_wire_rec - one record in a buffer
 * @type: enum sehub_wire_type, or a type that is not known
 * @len: length of the payload
 * @payload: where it is, in the caller's buffer
 * @size: length of the whole record, header and payload
 */
struct sehub_wire_rec {
	u8 type;
	u32 len;
	const u8 *payload;
	u32 size;
};

int sehub_wire_parse(const u8 *buf, size_t len, struct sehub_wire_rec *rec);
size_t sehub_wire_whole(const u8 *buf, size_t len, size_t max, int *err);
void sehub_wire_put_hdr(u8 *p, u8 type, u32 len);
u32 sehub_wire_put_ack(u8 *p, u64 count);
u32 sehub_wire_put_ping(u8 *p, u8 type, const u8 *opaque);
u64 sehub_wire_get_u64(const u8 *p);

/**
 * sehub_wire_get_u16() - read a 16-bit big-endian number
 * @p: where, any alignment
 *
 * Return: the number.
 */
static inline u16 sehub_wire_get_u16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

/**
 * sehub_wire_get_u32() - read a 32-bit big-endian number
 * @p: where, any alignment
 *
 * Return: the number.
 */
static inline u32 sehub_wire_get_u32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/**
 * sehub_wire_is_data() - does a record of this type count?
 * @type: type of the record
 *
 * Return: true if it carries a frame, so that its bytes have numbers and are
 * acknowledged.
 */
static inline bool sehub_wire_is_data(u8 type)
{
	return type == SEHUB_WIRE_DATA || type == SEHUB_WIRE_DATA_OFFLOAD;
}

#endif /* _SEHUB_WIRE_REC_H */
