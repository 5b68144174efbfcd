// SPDX-License-Identifier: GPL-2.0-or-later
/* Blocks of a pcapng file; see pcapng.h. */
#include <string.h>

#include "pcapng.h"

#define BLOCK_SECTION		0x0a0d0d0a
#define BLOCK_INTERFACE		1
#define BLOCK_STATISTICS	5
#define BLOCK_FRAME		6

#define BYTE_ORDER_MAGIC	0x1a2b3c4d
#define LINKTYPE_ETHERNET	1
#define NANOSECONDS		9	/* the power of ten */

#define OPTION_END		0
#define OPTION_COMMENT		1
#define OPTION_APPLICATION	4	/* of a section */
#define OPTION_NAME		2	/* of an interface */
#define OPTION_RESOLUTION	9
#define OPTION_FLAGS		2	/* of a frame */
#define OPTION_DROPPED		4
#define OPTION_OS_DROPPED	7	/* of statistics */

#define FLAG_INBOUND		1
#define FLAG_OUTBOUND		2

#define DATA_MAX		65536

/**
 * struct block - a block that grows
 * @buf: where it begins
 * @len: bytes so far
 */
struct block {
	uint8_t *buf;
	size_t len;
};

static void put(struct block *block, const void *data, size_t len)
{
	memcpy(block->buf + block->len, data, len);
	block->len += len;
}

static void put16(struct block *block, uint16_t value)
{
	put(block, &value, sizeof(value));
}

static void put32(struct block *block, uint32_t value)
{
	put(block, &value, sizeof(value));
}

static void pad(struct block *block)
{
	static const uint8_t zero[4];

	put(block, zero, -block->len & 3);
}

/* Times are two halves, the high one first whatever the byte order is. */
static void put_time(struct block *block, uint64_t time)
{
	put32(block, time >> 32);
	put32(block, (uint32_t)time);
}

static void put_option(struct block *block, uint16_t code, const void *data,
		       size_t len)
{
	put16(block, code);
	put16(block, len);
	put(block, data, len);
	pad(block);
}

static void put_text(struct block *block, uint16_t code, const char *text)
{
	size_t len = strlen(text);

	put_option(block, code, text,
		   len < PCAPNG_TEXT_MAX ? len : PCAPNG_TEXT_MAX);
}

static struct block begin(uint8_t *buf, uint32_t type)
{
	struct block block = { .buf = buf };

	put32(&block, type);
	put32(&block, 0);
	return block;
}

/* The length stands at both ends, so that a file can be read backwards. */
static size_t end(struct block *block)
{
	uint32_t len;

	put_option(block, OPTION_END, "", 0);
	len = block->len + sizeof(len);
	put32(block, len);
	memcpy(block->buf + 4, &len, sizeof(len));
	return len;
}

size_t pcapng_section(uint8_t *buf, const char *application)
{
	static const int64_t unknown_length = -1;
	struct block block = begin(buf, BLOCK_SECTION);

	put32(&block, BYTE_ORDER_MAGIC);
	put16(&block, 1);	/* version 1.0 */
	put16(&block, 0);
	put(&block, &unknown_length, sizeof(unknown_length));
	put_text(&block, OPTION_APPLICATION, application);
	return end(&block);
}

size_t pcapng_interface(uint8_t *buf, const char *name)
{
	static const uint8_t resolution = NANOSECONDS;
	struct block block = begin(buf, BLOCK_INTERFACE);

	put16(&block, LINKTYPE_ETHERNET);
	put16(&block, 0);
	put32(&block, 0);	/* no limit that is known */
	put_text(&block, OPTION_NAME, name);
	put_option(&block, OPTION_RESOLUTION, &resolution, sizeof(resolution));
	return end(&block);
}

size_t pcapng_frame(uint8_t *buf, const struct pcapng_packet *packet)
{
	uint32_t flags = packet->is_outbound ? FLAG_OUTBOUND : FLAG_INBOUND;
	uint32_t data_len = packet->data_len;
	struct block block = begin(buf, BLOCK_FRAME);

	if (data_len > DATA_MAX)
		data_len = DATA_MAX;
	put32(&block, packet->interface);
	put_time(&block, packet->time);
	put32(&block, data_len);
	put32(&block, packet->length);
	put(&block, packet->data, data_len);
	pad(&block);
	put_option(&block, OPTION_FLAGS, &flags, sizeof(flags));
	if (packet->dropped)
		put_option(&block, OPTION_DROPPED, &packet->dropped,
			   sizeof(packet->dropped));
	put_text(&block, OPTION_COMMENT, packet->comment);
	return end(&block);
}

size_t pcapng_statistics(uint8_t *buf, uint32_t interface, uint64_t time,
			 uint64_t dropped)
{
	struct block block = begin(buf, BLOCK_STATISTICS);

	put32(&block, interface);
	put_time(&block, time);
	put_option(&block, OPTION_OS_DROPPED, &dropped, sizeof(dropped));
	return end(&block);
}
