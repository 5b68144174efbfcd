/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An egress queue and, beside it, what it should hold: one flat buffer. Every
 * step is done with both and everything that can be seen is compared, memory
 * included. Used by the unit test (random steps) and the fuzzer (steps from its
 * input).
 */
#ifndef SEHUB_TESTS_TXQ_MODEL_H
#define SEHUB_TESTS_TXQ_MODEL_H

#include "txq.h"

/**
 * struct txq_model - a queue and what it should hold
 * @q: the queue
 * @bytes: bytes from number @base on
 * @ends: for each of @bytes, is it the last one of a record?
 * @room: bytes allocated for each of the two
 * @base: number of the first of @bytes
 * @origin: number of the byte at the start of a chunk
 * @acked: as in the queue
 * @sent: as in the queue
 * @count: as in the queue
 * @last_take: bytes that sehub_txq_take() gave last, 0 if that may not be
 *	taken back any more
 * @fill: what the last record was filled with
 */
struct txq_model {
	struct sehub_txq q;
	u8 *bytes;
	u8 *ends;
	size_t room;
	u64 base;
	u64 origin;
	u64 acked;
	u64 sent;
	u64 count;
	u32 last_take;
	u32 fill;
};

enum txq_model_how {
	TXQ_MODEL_WRITE,	/* in one go */
	TXQ_MODEL_PIECES,	/* less than a span at a time */
	TXQ_MODEL_ABORT,	/* give it back when it is partly written */
	TXQ_MODEL_HOWS,
};

void txq_model_init(struct txq_model *m, u64 start);
void txq_model_free(struct txq_model *m);

/*
 * One step each. Return: NULL, or what the queue did wrong. @fail_in makes
 * that allocation of the step fail; 0: none.
 */
const char *txq_model_append(struct txq_model *m, u32 len,
			     enum txq_model_how how, u32 piece,
			     unsigned long fail_in);
const char *txq_model_take(struct txq_model *m, u32 max);
const char *txq_model_untake(struct txq_model *m);
const char *txq_model_ack(struct txq_model *m, u64 count);
const char *txq_model_rewind(struct txq_model *m, u64 count);

/* A count that is the end of a record between acked and sent, near @hint. */
u64 txq_model_boundary(const struct txq_model *m, u64 hint);

/**
 * txq_take() - take records from a queue into one buffer
 * @q: the queue
 * @dst: where to copy them
 * @max: room there
 * Return: as sehub_txq_take().
 */
u32 txq_take(struct sehub_txq *q, void *dst, u32 max);

#endif /* SEHUB_TESTS_TXQ_MODEL_H */
