// SPDX-License-Identifier: GPL-2.0-or-later
/* See txq_model.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/slab.h>

#include "txq_model.h"
#include "wire.h"

#define CHECK(m, cond) do {						\
	if (!(cond))							\
		return "not true: " #cond;				\
	(void)(m);							\
} while (0)

static u64 chunk_of(const struct txq_model *m, u64 byte)
{
	return (byte - m->origin) / SEHUB_TXQ_CHUNK_DATA;
}

static unsigned long chunks(const struct txq_model *m)
{
	if (m->count == m->acked)
		return 0;
	return chunk_of(m, m->count - 1) - chunk_of(m, m->acked) + 1;
}

static bool is_boundary(const struct txq_model *m, u64 count)
{
	return count == m->acked || m->ends[count - 1 - m->base];
}

/* Size of the record that begins at @at. */
static u32 record(const struct txq_model *m, u64 at)
{
	const u8 *start = m->ends + (at - m->base);
	const u8 *end = memchr(start, 1, (size_t)(m->count - at));

	return (u32)(end + 1 - start);
}

static const char *compare(const struct txq_model *m)
{
	CHECK(m, m->q.acked == m->acked);
	CHECK(m, m->q.sent == m->sent);
	CHECK(m, m->q.count == m->count);
	CHECK(m, sehub_txq_held(&m->q) == m->count - m->acked);
	CHECK(m, sehub_txq_unsent(&m->q) == m->count - m->sent);
	CHECK(m, sehub_txq_next(&m->q) ==
	      (m->sent == m->count ? 0 : record(m, m->sent)));
	CHECK(m, shim_slab.live == chunks(m));
	return NULL;
}

void txq_model_init(struct txq_model *m, u64 start)
{
	memset(m, 0, sizeof(*m));
	sehub_txq_init(&m->q);
	m->q.acked = start;
	m->q.sent = start;
	m->q.count = start;
	m->acked = start;
	m->sent = start;
	m->count = start;
	m->base = start;
	m->origin = start;
}

void txq_model_free(struct txq_model *m)
{
	sehub_txq_purge(&m->q);
	free(m->bytes);
	free(m->ends);
}

/* Make room for @n bytes behind @count, and forget what is acknowledged. */
static void make_room(struct txq_model *m, u32 n)
{
	size_t held = (size_t)(m->count - m->acked);
	size_t gone = (size_t)(m->acked - m->base);

	if (gone > 65536 || !held) {
		if (held) {
			memmove(m->bytes, m->bytes + gone, held);
			memmove(m->ends, m->ends + gone, held);
		}
		m->base = m->acked;
		gone = 0;
	}
	if (gone + held + n <= m->room)
		return;

	m->room = 2 * (gone + held + n);
	m->bytes = realloc(m->bytes, m->room);
	m->ends = realloc(m->ends, m->room);
	if (!m->bytes || !m->ends)
		abort();
}

/* Noise that is another one for each record. */
static void fill(struct txq_model *m, u8 *dst, u32 len)
{
	static u8 noise[2 * 65536];
	size_t i;

	if (!noise[0])
		for (i = 0; i < sizeof(noise); i++)
			noise[i] = (u8)(((i + 1) * 2654435761U) >> 24) | !i;
	m->fill = (m->fill * 5 + 4099) & 65535;
	memcpy(dst, noise + m->fill, len);
}

static const char *write_pieces(struct txq_model *m, const u8 *src, u32 size,
				u32 piece, bool stop_early)
{
	u32 left = size, n;
	u8 *dst;

	while (left) {
		dst = sehub_txq_span(&m->q, &n);
		CHECK(m, dst && n && n <= left);
		if (n > piece)
			n = piece;
		if (stop_early && left - n < size / 2)
			return NULL;
		memcpy(dst, src, n);
		sehub_txq_advance(&m->q, n);
		src += n;
		left -= n;
	}
	CHECK(m, !sehub_txq_span(&m->q, &n) && !n);
	return NULL;
}

const char *txq_model_append(struct txq_model *m, u32 len,
			     enum txq_model_how how, u32 piece,
			     unsigned long fail_in)
{
	u64 origin = m->count == m->acked ? m->count : m->origin;
	u32 size = SEHUB_WIRE_HDR_LEN + len;
	const char *wrong = NULL;
	unsigned long need;
	u8 *rec;
	int err;

	need = (m->count + size - 1 - origin) / SEHUB_TXQ_CHUNK_DATA + 1;
	if (m->count != m->acked)
		need -= chunk_of(m, m->count - 1) + 1;

	make_room(m, size);
	rec = m->bytes + (m->count - m->base);
	sehub_wire_put_hdr(rec, SEHUB_WIRE_DATA, len);
	fill(m, rec + SEHUB_WIRE_HDR_LEN, len);
	memset(m->ends + (rec - m->bytes), 0, size);
	m->ends[rec - m->bytes + size - 1] = 1;

	shim_slab.fail_in = fail_in;
	err = sehub_txq_begin(&m->q, size);
	shim_slab.fail_in = 0;
	if (fail_in && fail_in <= need) {
		CHECK(m, err == -ENOMEM);
		return compare(m);
	}
	CHECK(m, !err);

	switch (how) {
	case TXQ_MODEL_WRITE:
		sehub_txq_write(&m->q, rec, SEHUB_WIRE_HDR_LEN);
		sehub_txq_write(&m->q, rec + SEHUB_WIRE_HDR_LEN, len);
		break;
	case TXQ_MODEL_PIECES:
		wrong = write_pieces(m, rec, size, piece ? piece : 1, false);
		break;
	default:
		wrong = write_pieces(m, rec, size, piece ? piece : 1, true);
		sehub_txq_abort(&m->q);
		return wrong ? wrong : compare(m);
	}
	sehub_txq_commit(&m->q);
	m->origin = origin;
	m->count += size;
	return wrong ? wrong : compare(m);
}

static void copy_piece(void *arg, const void *data, u32 n)
{
	u8 **dst = arg;

	memcpy(*dst, data, n);
	*dst += n;
}

u32 txq_take(struct sehub_txq *q, void *dst, u32 max)
{
	u8 *at = dst;

	return sehub_txq_take(q, max, copy_piece, &at);
}

const char *txq_model_take(struct txq_model *m, u32 max)
{
	u8 *dst = malloc(max ? max : 1);
	u32 want = 0, got, size;
	bool same;

	if (!dst)
		abort();
	while (m->sent + want != m->count) {
		size = record(m, m->sent + want);
		if (want + size > max)
			break;
		want += size;
	}
	got = txq_take(&m->q, dst, max);
	same = got == want &&
	       (!got || !memcmp(dst, m->bytes + (m->sent - m->base), got));
	free(dst);
	CHECK(m, got == want);
	CHECK(m, same);
	m->sent += got;
	m->last_take = got;
	return compare(m);
}

const char *txq_model_untake(struct txq_model *m)
{
	u64 back = m->last_take;

	sehub_txq_untake(&m->q, m->last_take);
	if (back > m->sent - m->acked)
		back = m->sent - m->acked;
	m->sent -= back;
	m->last_take = 0;
	return compare(m);
}

static const char *ack(struct txq_model *m, u64 count, bool rewind)
{
	int err, want = 0;

	if (count > m->sent ||
	    (count > m->acked && !is_boundary(m, count)))
		want = -EINVAL;

	err = rewind ? sehub_txq_rewind(&m->q, count) :
		       sehub_txq_ack(&m->q, count);
	CHECK(m, err == want);
	if (!err && count > m->acked)
		m->acked = count;
	if (!err && rewind) {
		m->sent = m->acked;
		m->last_take = 0;
	}
	return compare(m);
}

const char *txq_model_ack(struct txq_model *m, u64 count)
{
	return ack(m, count, false);
}

const char *txq_model_rewind(struct txq_model *m, u64 count)
{
	return ack(m, count, true);
}

u64 txq_model_boundary(const struct txq_model *m, u64 hint)
{
	size_t n = (size_t)(hint % (m->sent - m->acked + 1));
	const u8 *end;

	if (!n)
		return m->acked;
	end = memrchr(m->ends + (m->acked - m->base), 1, n);
	return end ? m->base + (u64)(end + 1 - m->ends) : m->acked;
}
