// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Egress byte queue of a session: append, send, acknowledge, rewind.
 *
 * A list of full chunks with a position in it for each count. What is in the
 * queue was checked when it was committed, so walking its records needs no
 * further check; what a remote end says about it is checked here. No locks:
 * the caller serialises. Knows nothing of ports, frames or buffers.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "chunk.h"
#include "txq.h"
#include "wire.h"

/*
 * A place in the queue. The end of a chunk and the start of the next one are
 * the same place; the former is the only one that always exists.
 */
struct sehub_txq_pos {
	struct sehub_txq_chunk *chunk;
	u32 off;
};

static void sehub_txq_skip(struct sehub_txq_pos *pos, u64 n)
{
	while (n > SEHUB_TXQ_CHUNK_DATA - pos->off) {
		n -= SEHUB_TXQ_CHUNK_DATA - pos->off;
		pos->chunk = pos->chunk->next;
		pos->off = 0;
	}
	pos->off += (u32)n;
}

static void sehub_txq_read(struct sehub_txq_pos *pos, void *dst, u32 n)
{
	u32 piece;

	while (n) {
		if (pos->off == SEHUB_TXQ_CHUNK_DATA) {
			pos->chunk = pos->chunk->next;
			pos->off = 0;
		}
		piece = min(n, SEHUB_TXQ_CHUNK_DATA - pos->off);
		memcpy(dst, pos->chunk->data + pos->off, piece);
		pos->off += piece;
		dst = (u8 *)dst + piece;
		n -= piece;
	}
}

/* Size of the record that begins at @pos. */
static u32 sehub_txq_record(struct sehub_txq_pos pos)
{
	u8 hdr[SEHUB_WIRE_HDR_LEN];

	sehub_txq_read(&pos, hdr, sizeof(hdr));
	return SEHUB_WIRE_HDR_LEN +
	       (sehub_wire_get_u32(hdr) & SEHUB_WIRE_LEN_MASK);
}

static struct sehub_txq_pos sehub_txq_pos_acked(const struct sehub_txq *q)
{
	return (struct sehub_txq_pos){ .chunk = q->head, .off = q->head_off };
}

static struct sehub_txq_pos sehub_txq_pos_sent(const struct sehub_txq *q)
{
	if (!q->cur)
		return sehub_txq_pos_acked(q);
	return (struct sehub_txq_pos){ .chunk = q->cur, .off = q->cur_off };
}

static void sehub_txq_free_chunks(struct sehub_txq_chunk *chunk)
{
	struct sehub_txq_chunk *next;

	for (; chunk; chunk = next) {
		next = chunk->next;
		sehub_chunk_free(chunk);
	}
}

/**
 * sehub_txq_init() - make an empty queue whose counts are 0
 * @q: the queue
 *
 * Context: any.
 */
void sehub_txq_init(struct sehub_txq *q)
{
	memset(q, 0, sizeof(*q));
}

/**
 * sehub_txq_purge() - free all memory of a queue
 * @q: the queue
 *
 * The counts stay, to be shown. A queue that held something is of no further
 * use: it takes no bytes and has none to send.
 *
 * Context: any.
 */
void sehub_txq_purge(struct sehub_txq *q)
{
	sehub_txq_free_chunks(q->head);
	q->head = NULL;
	q->tail = NULL;
	q->cur = NULL;
	q->wr = NULL;
	q->wr_size = 0;
	q->wr_left = 0;
}

/**
 * sehub_txq_begin() - reserve room for one record at the end of a queue
 * @q: the queue, without an open reservation
 * @size: size of the record, header and payload
 *
 * Until sehub_txq_commit() or sehub_txq_abort() only sehub_txq_span(),
 * sehub_txq_advance(), sehub_txq_write() and sehub_txq_purge() may follow. How
 * much may be in the queue is for the caller to decide.
 *
 * Context: any.
 * Return: 0, or %-ENOMEM, and the queue is as it was.
 */
int sehub_txq_begin(struct sehub_txq *q, u32 size)
{
	u32 room = q->tail ? SEHUB_TXQ_CHUNK_DATA - q->tail_off : 0;
	struct sehub_txq_chunk *chunk, *chain = NULL;

	if (!q->head && sehub_txq_held(q))
		return -ENOMEM;		/* purged */

	for (; room < size; room += SEHUB_TXQ_CHUNK_DATA) {
		chunk = sehub_chunk_alloc();
		if (!chunk) {
			sehub_txq_free_chunks(chain);
			return -ENOMEM;
		}
		chunk->next = chain;
		chain = chunk;
	}

	if (q->tail) {
		q->tail->next = chain;
		q->wr = q->tail;
		q->wr_off = q->tail_off;
	} else {
		q->head = chain;
		q->head_off = 0;
		q->wr = chain;
		q->wr_off = 0;
	}
	q->wr_size = size;
	q->wr_left = size;
	return 0;
}

/**
 * sehub_txq_span() - find the next piece of the reservation to write to
 * @q: the queue
 * @n: length of the piece, up to the rest of the reservation
 *
 * The caller writes to it, from its start, and says so by sehub_txq_advance().
 *
 * Context: any.
 * Return: the piece, or NULL with @n 0 if the reservation is written in full.
 */
void *sehub_txq_span(struct sehub_txq *q, u32 *n)
{
	*n = 0;
	if (!q->wr_left)
		return NULL;

	if (q->wr_off == SEHUB_TXQ_CHUNK_DATA) {
		q->wr = q->wr->next;
		q->wr_off = 0;
	}
	*n = min(q->wr_left, SEHUB_TXQ_CHUNK_DATA - q->wr_off);
	return q->wr->data + q->wr_off;
}

/**
 * sehub_txq_advance() - say how much of a piece was written
 * @q: the queue
 * @n: bytes, at most what the last sehub_txq_span() said
 *
 * Context: any.
 */
void sehub_txq_advance(struct sehub_txq *q, u32 n)
{
	q->wr_off += n;
	q->wr_left -= n;
}

/**
 * sehub_txq_write() - copy bytes to the reservation
 * @q: the queue
 * @src: the bytes
 * @n: how many; what is beyond the reservation is not written
 *
 * Context: any.
 */
void sehub_txq_write(struct sehub_txq *q, const void *src, u32 n)
{
	void *dst;
	u32 piece;

	while (n) {
		dst = sehub_txq_span(q, &piece);
		if (WARN_ON_ONCE(!dst))
			return;
		piece = min(piece, n);
		memcpy(dst, src, piece);
		sehub_txq_advance(q, piece);
		src = (const u8 *)src + piece;
		n -= piece;
	}
}

/**
 * sehub_txq_commit() - append the record that was written
 * @q: the queue
 *
 * The reservation must be written in full and its header must state its size:
 * everything else here relies on it, so a record that does not is taken back.
 *
 * Context: any.
 */
void sehub_txq_commit(struct sehub_txq *q)
{
	struct sehub_txq_pos start = {
		.chunk = q->tail ? q->tail : q->head,
		.off = q->tail ? q->tail_off : 0,
	};

	if (WARN_ON_ONCE(q->wr_left || q->wr_size < SEHUB_WIRE_HDR_LEN) ||
	    WARN_ON_ONCE(sehub_txq_record(start) != q->wr_size)) {
		sehub_txq_abort(q);
		return;
	}

	q->tail = q->wr;
	q->tail_off = q->wr_off;
	q->count += q->wr_size;
	q->wr = NULL;
	q->wr_size = 0;
}

/**
 * sehub_txq_abort() - give the reservation back
 * @q: the queue, which is then as it was before sehub_txq_begin()
 *
 * Context: any.
 */
void sehub_txq_abort(struct sehub_txq *q)
{
	if (q->tail) {
		sehub_txq_free_chunks(q->tail->next);
		q->tail->next = NULL;
	} else {
		sehub_txq_free_chunks(q->head);
		q->head = NULL;
	}
	q->wr = NULL;
	q->wr_size = 0;
	q->wr_left = 0;
}

/**
 * sehub_txq_next() - size of the next record to send
 * @q: the queue
 *
 * Context: any.
 * Return: size of the next record, 0 if none waits.
 */
u32 sehub_txq_next(const struct sehub_txq *q)
{
	if (!q->head || q->sent == q->count)
		return 0;
	return sehub_txq_record(sehub_txq_pos_sent(q));
}

/**
 * sehub_txq_take() - take records for sending
 * @q: the queue
 * @max: most bytes to take
 * @piece: called for each contiguous piece of them, in order. What it is given
 *	does not change any more, and is valid until it is acknowledged or, if a
 *	reference to its page is taken, until that is given back
 * @arg: passed to @piece
 *
 * They stay in the queue until they are acknowledged.
 *
 * Context: any.
 * Return: bytes of whole records taken, 0 if none waits or the next one does
 * not fit.
 */
u32 sehub_txq_take(struct sehub_txq *q, u32 max,
		   void (*piece)(void *arg, const void *data, u32 n), void *arg)
{
	struct sehub_txq_pos pos = sehub_txq_pos_sent(q);
	struct sehub_txq_pos end = pos;
	u32 done = 0, left, n;

	if (!q->head)
		return 0;

	while (q->sent + done != q->count) {
		n = sehub_txq_record(end);
		if (n > max - done)
			break;
		sehub_txq_skip(&end, n);
		done += n;
	}
	for (left = done; left; left -= n) {
		if (pos.off == SEHUB_TXQ_CHUNK_DATA) {
			pos.chunk = pos.chunk->next;
			pos.off = 0;
		}
		n = min(left, SEHUB_TXQ_CHUNK_DATA - pos.off);
		piece(arg, pos.chunk->data + pos.off, n);
		pos.off += n;
	}
	if (done) {
		q->cur = end.chunk;
		q->cur_off = end.off;
		q->sent += done;
	}
	return done;
}

/**
 * sehub_txq_untake() - the last bytes taken were not sent
 * @q: the queue
 * @n: how many, the sum of the last calls of sehub_txq_take() or less, ending
 *	at the boundary of a record; those acknowledged since are left out
 *
 * Not for use across sehub_txq_rewind(), which has its own opinion of what was
 * sent. Walks the chunks from the oldest on, as it is for failures only.
 *
 * Context: any.
 */
void sehub_txq_untake(struct sehub_txq *q, u32 n)
{
	struct sehub_txq_pos pos = sehub_txq_pos_acked(q);
	u64 in_flight = q->sent - q->acked;

	if (n >= in_flight || !q->head) {
		q->sent = q->acked;
		q->cur = NULL;
		return;
	}

	sehub_txq_skip(&pos, in_flight - n);
	q->cur = pos.chunk;
	q->cur_off = pos.off;
	q->sent -= n;
}

/**
 * sehub_txq_ack() - free what the peer has
 * @q: the queue
 * @count: bytes that the peer says it has
 *
 * An old acknowledgement has no effect. Walks the records that are
 * acknowledged: a count inside a record would make nonsense of all that
 * follows if it became the start of the queue.
 *
 * Context: any.
 * Return: 0, or %-EINVAL if @count is more than was sent or is not at the
 * boundary of a record; the queue is then as it was.
 */
int sehub_txq_ack(struct sehub_txq *q, u64 count)
{
	struct sehub_txq_pos pos = sehub_txq_pos_acked(q);
	struct sehub_txq_chunk *next;
	u64 at = q->acked;
	u32 size;

	if (count > q->sent)
		return -EINVAL;
	if (count <= q->acked)
		return 0;
	if (!q->head)
		return -EINVAL;		/* purged */

	while (at < count) {
		size = sehub_txq_record(pos);
		sehub_txq_skip(&pos, size);
		at += size;
	}
	if (at != count)
		return -EINVAL;

	q->acked = count;
	if (q->acked == q->sent)
		q->cur = NULL;
	if (q->acked == q->count) {
		sehub_txq_free_chunks(q->head);
		q->head = NULL;
		q->tail = NULL;
		return 0;
	}

	/* something is behind @pos, so a chunk that it ends has a next one */
	if (pos.off == SEHUB_TXQ_CHUNK_DATA) {
		pos.chunk = pos.chunk->next;
		pos.off = 0;
	}
	for (; q->head != pos.chunk; q->head = next) {
		next = q->head->next;
		sehub_chunk_free(q->head);
	}
	q->head_off = pos.off;
	return 0;
}

/**
 * sehub_txq_rewind() - go on from what the peer has
 * @q: the queue
 * @count: bytes that the peer says it has
 *
 * Frees what the peer has; everything else is sent again. A count below
 * @q->acked leaves a gap at the peer, which must be told of it.
 *
 * Context: any.
 * Return: 0, or %-EINVAL as sehub_txq_ack().
 */
int sehub_txq_rewind(struct sehub_txq *q, u64 count)
{
	int err = sehub_txq_ack(q, count);

	if (err)
		return err;

	q->sent = q->acked;
	q->cur = NULL;
	return 0;
}
