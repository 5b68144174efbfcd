/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Egress byte queue of a session, in wire format. It holds the data records
 * that were sent and not acknowledged, then those not yet sent:
 *
 *	        acked           sent            count
 *	          |--- in flight --|--- unsent ---|
 *
 * All three are numbers of bytes since the session began and always stand at
 * the boundary of a record. The bytes are in chunks, allocated as the queue
 * fills and freed as it is acknowledged; an empty queue has none.
 *
 * The caller serialises all calls. Pure arithmetic but for the chunks' memory:
 * compiled in userspace too.
 */
#ifndef _SEHUB_TXQ_H
#define _SEHUB_TXQ_H

#include <linux/types.h>

#include "chunk.h"

/* What is allocated at once, and the bytes of the queue in it. */
#define SEHUB_TXQ_CHUNK_SIZE	SEHUB_CHUNK_SIZE
#define SEHUB_TXQ_CHUNK_DATA \
	(SEHUB_TXQ_CHUNK_SIZE - (u32)sizeof(struct sehub_txq_chunk *))

/**
 * struct sehub_txq_chunk - a piece of the queue
 * @next: the piece behind it, or NULL
 * @data: its bytes; every chunk but the last is full
 */
struct sehub_txq_chunk {
	struct sehub_txq_chunk *next;
	u8 data[SEHUB_TXQ_CHUNK_DATA];
};

/**
 * struct sehub_txq - egress byte queue
 * @head: chunk of byte number @acked, NULL if the queue is empty
 * @tail: chunk of the last byte that was committed, NULL if there is none
 * @cur: chunk of byte number @sent, NULL if @sent is @acked
 * @head_off: where byte @acked is in @head
 * @tail_off: where byte @count will be in @tail; may be its end
 * @cur_off: where byte @sent is in @cur; may be its end
 * @wr_off: where the next byte of the reservation goes in @wr
 * @wr: chunk of the next byte of the reservation
 * @wr_size: size of the reservation, 0 if there is none
 * @wr_left: bytes of it that are not written yet
 * @acked: bytes that the peer has, no longer held
 * @sent: bytes taken for sending
 * @count: bytes appended
 *
 * The counts may be read by anybody, other members are private.
 */
struct sehub_txq {
	struct sehub_txq_chunk *head;
	struct sehub_txq_chunk *tail;
	struct sehub_txq_chunk *cur;
	u32 head_off;
	u32 tail_off;
	u32 cur_off;
	u32 wr_off;
	struct sehub_txq_chunk *wr;
	u32 wr_size;
	u32 wr_left;
	u64 acked;
	u64 sent;
	u64 count;
};

void sehub_txq_init(struct sehub_txq *q);
void sehub_txq_purge(struct sehub_txq *q);

int sehub_txq_begin(struct sehub_txq *q, u32 size);
void *sehub_txq_span(struct sehub_txq *q, u32 *n);
void sehub_txq_advance(struct sehub_txq *q, u32 n);
void sehub_txq_write(struct sehub_txq *q, const void *src, u32 n);
void sehub_txq_commit(struct sehub_txq *q);
void sehub_txq_abort(struct sehub_txq *q);

u32 sehub_txq_next(const struct sehub_txq *q);
u32 sehub_txq_take(struct sehub_txq *q, u32 max,
		   void (*piece)(void *arg, const void *data, u32 n),
		   void *arg);
void sehub_txq_untake(struct sehub_txq *q, u32 n);
int sehub_txq_ack(struct sehub_txq *q, u64 count);
int sehub_txq_rewind(struct sehub_txq *q, u64 count);

/**
 * sehub_txq_held() - bytes in the queue
 * @q: the queue
 *
 * Return: bytes that are not acknowledged, sent or not.
 */
static inline u64 sehub_txq_held(const struct sehub_txq *q)
{
	return q->count - q->acked;
}

/**
 * sehub_txq_unsent() - bytes in the queue that wait to be sent
 * @q: the queue
 *
 * Return: bytes that are not sent.
 */
static inline u64 sehub_txq_unsent(const struct sehub_txq *q)
{
	return q->count - q->sent;
}

#endif /* _SEHUB_TXQ_H */
