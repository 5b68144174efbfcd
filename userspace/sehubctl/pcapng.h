/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks of a pcapng file (draft-ietf-opsawg-pcapng), in the byte order of this
 * machine. Pure: values in, bytes out. Interfaces are numbered from 0 on, in
 * the order of their blocks.
 */
#ifndef SEHUB_CTL_PCAPNG_H
#define SEHUB_CTL_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest block, with a frame as long as they come. */
#define PCAPNG_MAX		(65536 + 1024)

/* Longest text in a block, bytes; what is longer is cut. */
#define PCAPNG_TEXT_MAX		255

/**
 * struct pcapng_packet - a frame
 * @interface: number of its interface
 * @time: nanoseconds since 1970
 * @data: its bytes, or the first of them
 * @data_len: how many, 65536 at most
 * @length: its length
 * @is_outbound: it was to leave through the interface; else it came in there
 * @dropped: frames that are missing in front of it
 * @comment: what is to be said about it
 */
struct pcapng_packet {
	uint32_t interface;
	uint64_t time;
	const uint8_t *data;
	uint32_t data_len;
	uint32_t length;
	bool is_outbound;
	uint64_t dropped;
	const char *comment;
};

/*
 * Each writes one block into @buf of PCAPNG_MAX bytes and returns its length.
 */

/** pcapng_section() - what a file begins with */
size_t pcapng_section(uint8_t *buf, const char *application);
/** pcapng_interface() - an Ethernet interface with times in nanoseconds */
size_t pcapng_interface(uint8_t *buf, const char *name);
/** pcapng_frame() - a frame */
size_t pcapng_frame(uint8_t *buf, const struct pcapng_packet *packet);
/** pcapng_statistics() - how many frames are missing at an interface in all */
size_t pcapng_statistics(uint8_t *buf, uint32_t interface, uint64_t time,
			 uint64_t dropped);

#endif /* SEHUB_CTL_PCAPNG_H */
