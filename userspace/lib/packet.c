// SPDX-License-Identifier: GPL-2.0-or-later
/* Classes of the packet log in words, and what is missing in it. Pure. */
#include <stdio.h>
#include <string.h>

#include "packet.h"

/* A number so far back is that of a log which has begun anew. */
#define RESTART		65536

uint32_t sehub_packet_class(const char *name)
{
	for (unsigned int bit = 0; sehub_packet_class_name(bit); bit++)
		if (!strcmp(name, sehub_packet_class_name(bit)))
			return 1U << bit;
	return 0;
}

char *sehub_packet_classes(uint32_t classes, const char *separator,
			   char buf[SEHUB_PACKET_CLASSES_STRLEN])
{
	size_t len = 0;

	buf[0] = '\0';
	for (unsigned int bit = 0; sehub_packet_class_name(bit); bit++) {
		if (!(classes & 1U << bit))
			continue;
		snprintf(buf + len, SEHUB_PACKET_CLASSES_STRLEN - len, "%s%s",
			 len ? separator : "", sehub_packet_class_name(bit));
		len = strlen(buf);
	}
	return buf;
}

static unsigned int count_bits(uint64_t bits)
{
	return __builtin_popcountll(bits);
}

uint64_t sehub_packet_seq_add(struct sehub_packet_seq *seq, uint64_t number)
{
	uint64_t ahead = number - seq->last;
	uint64_t lost;

	if (!seq->last || number + RESTART < seq->last) {
		lost = sehub_packet_seq_settle(seq);
		seq->last = number;
		return lost;
	}
	if (number <= seq->last) {
		ahead = seq->last - number;
		if (ahead < SEHUB_PACKET_LATE)
			seq->seen |= 1ULL << ahead;
		return 0;
	}
	if (ahead >= SEHUB_PACKET_LATE) {
		/* Nothing of what was waited for is in the window any more. */
		lost = SEHUB_PACKET_LATE - count_bits(seq->seen) + ahead -
		       SEHUB_PACKET_LATE;
		seq->seen = 1;
	} else {
		lost = ahead -
		       count_bits(seq->seen >> (SEHUB_PACKET_LATE - ahead));
		seq->seen = seq->seen << ahead | 1;
	}
	seq->last = number;
	return lost;
}

uint64_t sehub_packet_seq_settle(struct sehub_packet_seq *seq)
{
	uint64_t lost = 0;

	if (seq->last)
		lost = SEHUB_PACKET_LATE - count_bits(seq->seen);
	seq->seen = ~0ULL;
	return lost;
}

uint64_t sehub_packet_seq_end(struct sehub_packet_seq *seq, uint64_t last)
{
	uint64_t lost = sehub_packet_seq_settle(seq);

	if (seq->last && last > seq->last) {
		lost += last - seq->last;
		seq->last = last;
	}
	return lost;
}
