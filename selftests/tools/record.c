// SPDX-License-Identifier: GPL-2.0-or-later
/* Records on the wire: from words, and back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/sehub_wire.h>

#include "script.h"
#include "stream.h"

#define FRAMES_MAX	64

/* Where the last three bytes of addresses are in frames without a tag. */
#define DST_NUMBER	3
#define SRC_NUMBER	9
#define ARP_MAC_NUMBER	25
#define ARP_IP_NUMBER	29
#define IP_NUMBER	27

static struct named {
	char name[32];
	struct frame *frame;
} named[FRAMES_MAX];

static struct named *find_named(const char *name)
{
	for (int i = 0; i < FRAMES_MAX; i++)
		if (!strcmp(named[i].name, name))
			return &named[i];
	return NULL;
}

int stream_frame(const char *name, char **words, int count)
{
	struct named *n = find_named(name);
	struct frame *frame = frame_build(words, count);

	if (!n)
		n = find_named("");
	if (!frame || !n)
		return script_err("bad frame, or too many");
	free(n->frame);
	n->frame = frame;
	snprintf(n->name, sizeof(n->name), "%s", name);
	return script_ok("len=%u", frame->len);
}

const struct frame *stream_named(const char *name)
{
	const struct named *n = find_named(name);

	return n ? n->frame : NULL;
}

int stream_vnet(const char *name, char **words, int count)
{
	struct named *n = find_named(name);
	struct vnet *vnet;

	if (!n)
		return script_err("no frame %s", name);
	vnet = &n->frame->vnet;
	for (int i = 0; i < count; i++) {
		char *value = strchr(words[i], '=');
		unsigned long number = value ? strtoul(value + 1, NULL, 0) : 0;

		if (!strncmp(words[i], "flags=", 6))
			vnet->flags = number;
		else if (!strncmp(words[i], "gso=", 4))
			vnet->gso_type = number;
		else if (!strncmp(words[i], "mss=", 4))
			vnet->gso_size = number;
		else if (!strncmp(words[i], "hdr=", 4))
			vnet->hdr_len = number;
		else if (!strncmp(words[i], "start=", 6))
			vnet->csum_start = number;
		else if (!strncmp(words[i], "offset=", 7))
			vnet->csum_offset = number;
		else
			return script_err("bad word %s", words[i]);
	}
	return script_ok("vnet");
}

struct out {
	uint8_t *buf;
	int len;
	bool full;
};

static void put(struct out *out, const void *data, uint32_t len)
{
	if (out->len + len > RECORDS_ROOM) {
		out->full = true;
		return;
	}
	if (data)
		memcpy(out->buf + out->len, data, len);
	else
		memset(out->buf + out->len, 0, len);
	out->len += len;
}

static void put_hdr(struct out *out, uint8_t type, uint32_t len)
{
	put(out, (uint8_t[]){ type, len >> 16, len >> 8, len }, 4);
}

static void put_number(struct out *out, uint8_t type, uint64_t number)
{
	uint8_t p[8];

	for (int i = 7; i >= 0; i--, number >>= 8)
		p[i] = number;
	put_hdr(out, type, 8);
	put(out, p, 8);
}

static void put_frame(struct out *out, const struct frame *frame, bool offload)
{
	uint8_t vnet[VNET_LEN];

	if (offload) {
		vnet_put(vnet, &frame->vnet);
		put_hdr(out, SEHUB_WIRE_DATA_OFFLOAD, VNET_LEN + frame->len);
		put(out, vnet, VNET_LEN);
	} else {
		put_hdr(out, SEHUB_WIRE_DATA, frame->len);
	}
	put(out, frame->data, frame->len);
}

int record_put(uint8_t *buf, const struct frame *frame)
{
	struct out out = { .buf = buf };

	put_frame(&out, frame, frame->vnet.flags);
	return out.full ? -1 : out.len;
}

static bool put_frames(struct out *out, char *kind, char *name)
{
	char *times = strchr(name, ':');
	struct named *n;
	struct frame *f;
	int count = 1;

	if (times) {
		*times++ = '\0';
		count = atoi(times);
	}
	n = find_named(name);
	if (!n || !n->name[0]) {
		printf("# no frame %s\n", name);
		return false;
	}
	f = frame_copy(n->frame);
	for (int i = 0; i < count; i++) {
		if (!strcmp(kind, "burst")) {
			f->data[10] = i >> 8;
			f->data[11] = i;
		}
		put_frame(out, f, !strcmp(kind, "offload"));
	}
	free(f);
	return true;
}

/*
 * "F:N:OFFSET:FIRST": N frames with the numbers from FIRST on in the two bytes
 * at OFFSET, as an address that grows.
 */
static bool put_sweep(struct out *out, char *value)
{
	unsigned int count, off, first;
	struct named *n;
	struct frame *f;
	char name[32];

	if (sscanf(value, "%31[^:]:%u:%u:%u", name, &count, &off, &first) != 4)
		return false;
	n = find_named(name);
	if (!n || n->frame->len < off + 2)
		return false;
	f = frame_copy(n->frame);
	for (unsigned int i = 0; i < count; i++) {
		f->data[off] = (first + i) >> 8;
		f->data[off + 1] = first + i;
		put_frame(out, f, false);
	}
	free(f);
	return true;
}

static void set_number(struct frame *f, unsigned int off, unsigned int number)
{
	if (f->len < off + 3)
		return;
	f->data[off] = number >> 16;
	f->data[off + 1] = number >> 8;
	f->data[off + 2] = number;
}

static void put_crowd(struct out *out, const struct frame *frame,
		      unsigned int count, unsigned int first,
		      const char *parts)
{
	struct frame *f = frame_copy(frame);
	bool arp = f->data[12] == 8 && f->data[13] == 6;

	for (unsigned int i = 0; i < count; i++) {
		if (strchr(parts, 'd'))
			set_number(f, DST_NUMBER, first + count - 1 - i);
		if (strchr(parts, 's'))
			set_number(f, SRC_NUMBER, first + i);
		if (strchr(parts, 'i')) {
			set_number(f, arp ? ARP_IP_NUMBER : IP_NUMBER,
				   first + i);
			if (arp)
				set_number(f, ARP_MAC_NUMBER, first + i);
		}
		put_frame(out, f, false);
	}
	free(f);
}

int record_crowd(uint8_t *buf, const struct frame *frame, unsigned int count,
		 unsigned int first, const char *parts)
{
	struct out out = { .buf = buf };

	put_crowd(&out, frame, count, first, parts);
	return out.full ? -1 : out.len;
}

/* "F:N:FIRST:PARTS" */
static bool put_named_crowd(struct out *out, const char *value)
{
	unsigned int count, first;
	char name[32], parts[8];
	struct named *n;

	if (sscanf(value, "%31[^:]:%u:%u:%7s", name, &count, &first,
		   parts) != 4)
		return false;
	n = find_named(name);
	if (!n)
		return false;
	put_crowd(out, n->frame, count, first, parts);
	return true;
}

static bool put_hex(struct out *out, const char *hex, int type)
{
	static uint8_t bytes[RECORDS_ROOM];
	int len = frame_parse_hex(hex, bytes, sizeof(bytes));

	if (len < 0)
		return false;
	if (type >= 0)
		put_hdr(out, type, len);
	put(out, bytes, len);
	return true;
}

/* "0x06:0102" or "0x10:1500": a type and what follows it. */
static bool put_typed(struct out *out, const char *kind, char *value)
{
	char *rest = strchr(value, ':');
	uint32_t len, type = strtoul(value, NULL, 0);

	if (!rest)
		return false;
	rest++;
	if (!strcmp(kind, "rec"))
		return put_hex(out, rest, type);
	len = strtoul(rest, NULL, 0);
	put_hdr(out, type, len);
	if (!strcmp(kind, "fill"))
		put(out, NULL, len);
	return true;
}

int record_build(uint8_t *buf, char **words, int count)
{
	struct out out = { .buf = buf };

	for (int i = 0; i < count; i++) {
		char *kind = words[i], *value = strchr(kind, ':');
		bool good;

		if (!value)
			return -1;
		*value++ = '\0';
		if (!strcmp(kind, "data") || !strcmp(kind, "offload") ||
		    !strcmp(kind, "burst"))
			good = put_frames(&out, kind, value);
		else if (!strcmp(kind, "sweep"))
			good = put_sweep(&out, value);
		else if (!strcmp(kind, "crowd"))
			good = put_named_crowd(&out, value);
		else if (!strcmp(kind, "ack"))
			good = (put_number(&out, SEHUB_WIRE_ACK,
					   strtoull(value, NULL, 0)), true);
		else if (!strcmp(kind, "ping"))
			good = put_hex(&out, value, SEHUB_WIRE_PING);
		else if (!strcmp(kind, "pong"))
			good = put_hex(&out, value, SEHUB_WIRE_PONG);
		else if (!strcmp(kind, "hex"))
			good = put_hex(&out, value, -1);
		else
			good = put_typed(&out, kind, value);
		if (!good || out.full) {
			printf("# bad record, or no room: %s\n", kind);
			return -1;
		}
	}
	return out.len;
}

bool record_next(const uint8_t **p, int *left, struct record *rec)
{
	if (*left < SEHUB_WIRE_HDR_LEN)
		return false;
	rec->type = (*p)[0];
	rec->len = (*p)[1] << 16 | (*p)[2] << 8 | (*p)[3];
	rec->payload = *p + SEHUB_WIRE_HDR_LEN;
	if (rec->len > (uint32_t)*left - SEHUB_WIRE_HDR_LEN)
		return false;
	*p += SEHUB_WIRE_HDR_LEN + rec->len;
	*left -= SEHUB_WIRE_HDR_LEN + rec->len;
	return true;
}

struct frame *record_frame(const struct record *rec)
{
	struct vnet vnet;

	if (rec->type == SEHUB_WIRE_DATA)
		return frame_new(rec->payload, rec->len, NULL);
	vnet_get(rec->payload, &vnet);
	return frame_new(rec->payload + VNET_LEN, rec->len - VNET_LEN, &vnet);
}

uint64_t record_number(const struct record *rec)
{
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | rec->payload[i];
	return number;
}

void record_print(const struct record *rec)
{
	struct frame *frame;

	switch (rec->type) {
	case SEHUB_WIRE_DATA:
	case SEHUB_WIRE_DATA_OFFLOAD:
		frame = record_frame(rec);
		printf("record %s ", rec->type == SEHUB_WIRE_DATA ? "data" :
								   "offload");
		frame_print(frame);
		free(frame);
		break;
	case SEHUB_WIRE_ACK:
		printf("record ack %llu",
		       (unsigned long long)record_number(rec));
		break;
	default:
		printf("record type=0x%02x len=%u hex=", rec->type, rec->len);
		for (uint32_t i = 0; i < rec->len && i < 32; i++)
			printf("%02x", rec->payload[i]);
	}
	putchar('\n');
}
