// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The egress queue beside a flat buffer. Input: the count that it begins at (8
 * bytes), then steps of 4 bytes: what to do, how, and a number of 16 bits.
 *
 * links: ../kernel/txq.c ../kernel/wire.c tests/txq_model.c
 */
#include <linux/slab.h>

#include "fuzz.h"
#include "txq_model.h"
#include "wire.h"

/* Bounds for the time that an input takes: bytes in the queue, and steps. */
#define HELD_MAX	300000
#define STEPS_MAX	400

static const char *append(struct txq_model *m, u8 how, u16 arg)
{
	u32 len = arg;

	if (m->count - m->acked > HELD_MAX)
		return NULL;
	if (how & 0x80)		/* near a multiple of a chunk */
		len = SEHUB_TXQ_CHUNK_DATA * (1 + (arg >> 8) % 3) - 16 +
		      (arg & 31);
	if (len > SEHUB_WIRE_RECORD_MAX - SEHUB_WIRE_HDR_LEN)
		len = SEHUB_WIRE_RECORD_MAX - SEHUB_WIRE_HDR_LEN;
	return txq_model_append(m, len, how % TXQ_MODEL_HOWS, 1 + (arg ^ how),
				how >> 2 & 7);
}

static u64 count_of(const struct txq_model *m, u8 how, u16 arg)
{
	u64 boundary = txq_model_boundary(m, arg * 7ULL);

	switch (how & 7) {
	case 0:
		return m->acked + arg;
	case 1:
		return m->acked - arg;
	case 2:
		return m->sent + arg;
	case 3:
		return boundary + 1;
	case 4:
		return m->sent;
	default:
		return boundary;
	}
}

static const char *step(struct txq_model *m, u8 what, u8 how, u16 arg)
{
	switch (what % 8) {
	case 0:
	case 1:
	case 2:
		return append(m, how, arg);
	case 3:
	case 4:
		return txq_model_take(m, how & 1 ? arg : 64500);
	case 5:
		return txq_model_untake(m);
	case 6:
		return txq_model_ack(m, count_of(m, how, arg));
	default:
		return txq_model_rewind(m, count_of(m, how, arg));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *wrong;
	struct txq_model m;

	if (size < 8)
		return 0;
	if (size > 8 + 4 * STEPS_MAX)
		size = 8 + 4 * STEPS_MAX;
	/* 2^63 bytes are some centuries at 1 Tbit/s */
	txq_model_init(&m, sehub_wire_get_u64(data) >> 1);
	for (data += 8, size -= 8; size >= 4; data += 4, size -= 4) {
		wrong = step(&m, data[0], data[1], sehub_wire_get_u16(data + 2));
		if (wrong) {
			fprintf(stderr, "%s\n", wrong);
			abort();
		}
	}
	txq_model_free(&m);
	MUST(!shim_slab.live);
	return 0;
}
