/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames in the packet log of a hub, the names of their classes, and what is
 * missing between them. Pure but for the names of the kernel's attributes.
 */
#ifndef SEHUB_LIB_PACKET_H
#define SEHUB_LIB_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/sehub.h>

#include "log_words.h"

/* All classes in words, with NUL. */
#define SEHUB_PACKET_CLASSES_STRLEN	128

/**
 * struct sehub_packet - a frame that a hub has logged
 * @hub_ifindex: interface index of the hub
 * @hub_vlan: number of the hub, 0 if unnumbered
 * @seq: number of the frame in the log of its hub, from 1 on
 * @time: nanoseconds since 1970
 * @classes: classes for which it was logged, SEHUB_PACKET_CLASS_*
 * @port: number of the port that it came in by
 * @has_out_port: it was dropped where it should have left
 * @out_port: number of the port that it could not leave by
 * @reason: why it was dropped, SEHUB_A_DROPS_*, or 0
 * @length: its length
 * @data: its bytes or the first of them; valid during the call that hands it
 *	out
 * @data_len: how many
 */
struct sehub_packet {
	uint32_t hub_ifindex;
	uint16_t hub_vlan;
	uint64_t seq;
	uint64_t time;
	uint32_t classes;
	uint32_t port;
	bool has_out_port;
	uint32_t out_port;
	uint32_t reason;
	uint32_t length;
	const uint8_t *data;
	uint32_t data_len;
};

/** sehub_packet_class() - SEHUB_PACKET_CLASS_* of a name, 0: there is none */
uint32_t sehub_packet_class(const char *name);

/**
 * sehub_packet_classes() - classes in words
 * @classes: SEHUB_PACKET_CLASS_*
 * @separator: what stands between them
 * @buf: where to put them
 * Return: @buf; "" for no class.
 */
char *sehub_packet_classes(uint32_t classes, const char *separator,
			   char buf[SEHUB_PACKET_CLASSES_STRLEN]);

/*
 * Numbers that are still waited for: what several processors log at the same
 * time can come in another order.
 */
#define SEHUB_PACKET_LATE	64

/**
 * struct sehub_packet_seq - what is missing in the log of one hub; all zero
 * before the first frame
 * @last: highest number so far
 * @seen: bit i: @last - i has come, or is no longer waited for
 */
struct sehub_packet_seq {
	uint64_t last;
	uint64_t seen;
};

/**
 * sehub_packet_seq_add() - a frame has come
 * @seq: what is missing
 * @number: its number
 * Return: how many others are now given up as lost.
 */
uint64_t sehub_packet_seq_add(struct sehub_packet_seq *seq, uint64_t number);

/** sehub_packet_seq_settle() - nothing is on its way; Return: as above */
uint64_t sehub_packet_seq_settle(struct sehub_packet_seq *seq);

/**
 * sehub_packet_seq_end() - nothing up to a number is on its way
 * @seq: what is missing; nothing is known before the first frame
 * @last: number of the last frame that was logged
 * Return: as above.
 */
uint64_t sehub_packet_seq_end(struct sehub_packet_seq *seq, uint64_t last);

#endif /* SEHUB_LIB_PACKET_H */
