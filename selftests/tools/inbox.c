// SPDX-License-Identifier: GPL-2.0-or-later
/* Received frames: compared, described, and checked as pieces of a TCP frame. */
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csum.h"
#include "frame.h"

void vnet_put(uint8_t *p, const struct vnet *vnet)
{
	const uint16_t words[] = { vnet->hdr_len, vnet->gso_size,
				   vnet->csum_start, vnet->csum_offset };

	p[0] = vnet->flags;
	p[1] = vnet->gso_type;
	for (int i = 0; i < 4; i++) {
		p[2 + 2 * i] = words[i];
		p[3 + 2 * i] = words[i] >> 8;
	}
}

void vnet_get(const uint8_t *p, struct vnet *vnet)
{
	vnet->flags = p[0];
	vnet->gso_type = p[1];
	vnet->hdr_len = p[2] | p[3] << 8;
	vnet->gso_size = p[4] | p[5] << 8;
	vnet->csum_start = p[6] | p[7] << 8;
	vnet->csum_offset = p[8] | p[9] << 8;
}

void inbox_add(struct inbox *inbox, struct frame *frame)
{
	if (inbox->count == inbox->room) {
		inbox->room = inbox->room ? 2 * inbox->room : 64;
		inbox->frames = realloc(inbox->frames, inbox->room *
					sizeof(*inbox->frames));
		if (!inbox->frames)
			abort();
	}
	inbox->frames[inbox->count++] = frame;
}

void inbox_clear(struct inbox *inbox)
{
	while (inbox->count)
		free(inbox->frames[--inbox->count]);
}

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

/* Offset of what follows the tags; its type. */
static uint32_t network_offset(const uint8_t *p, uint32_t len, uint16_t *type)
{
	uint32_t off = ETH_HLEN;

	*type = get16(p + 12);
	while ((*type == ETH_P_8021Q || *type == ETH_P_8021AD) &&
	       off + 4 <= len) {
		*type = get16(p + off + 2);
		off += 4;
	}
	return off;
}

void frame_print(const struct frame *frame)
{
	const uint8_t *p = frame->data;
	uint16_t type;

	printf("len=%u", frame->len);
	if (frame->len < ETH_HLEN)
		return;
	printf(" dst=%02x:%02x:%02x:%02x:%02x:%02x", p[0], p[1], p[2], p[3],
	       p[4], p[5]);
	printf(" src=%02x:%02x:%02x:%02x:%02x:%02x", p[6], p[7], p[8], p[9],
	       p[10], p[11]);
	network_offset(p, frame->len, &type);
	printf(" type=0x%04x", type);
	if (frame->vnet.flags || frame->vnet.gso_type)
		printf(" flags=%u gso=%u mss=%u start=%u offset=%u",
		       frame->vnet.flags, frame->vnet.gso_type,
		       frame->vnet.gso_size, frame->vnet.csum_start,
		       frame->vnet.csum_offset);
}

void inbox_print(const struct inbox *inbox)
{
	for (unsigned int i = 0; i < inbox->count; i++) {
		frame_print(inbox->frames[i]);
		putchar('\n');
	}
}

/*
 * A checksum that was left to do may have been done on the way, so a frame is
 * compared as it would be with the checksum filled in.
 */
static struct frame *with_checksum(const struct frame *frame)
{
	struct frame *copy = frame_copy(frame);
	uint32_t start = frame->vnet.csum_start;
	uint32_t field = start + frame->vnet.csum_offset;
	uint16_t sum;

	if (!(frame->vnet.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) ||
	    frame->vnet.gso_type || field + 2 > frame->len)
		return copy;
	sum = ~csum_add(0, copy->data + start, copy->len - start);
	if (!sum)
		sum = 0xffff;
	copy->data[field] = sum >> 8;
	copy->data[field + 1] = sum;
	return copy;
}

unsigned int inbox_count(const struct inbox *inbox, const struct frame *frame)
{
	struct frame *want, *got;
	unsigned int n = 0;

	if (!frame)
		return inbox->count;
	want = with_checksum(frame);
	for (unsigned int i = 0; i < inbox->count; i++) {
		got = with_checksum(inbox->frames[i]);
		n += got->len == want->len &&
		     !memcmp(got->data, want->data, want->len);
		free(got);
	}
	free(want);
	return n;
}

struct piece {
	uint32_t l3;
	uint32_t l4;
	uint32_t payload;
	uint32_t seq;
};

static bool find_piece(const struct frame *f, struct piece *piece, char *why)
{
	const uint8_t *ip;
	uint16_t type;

	piece->l3 = network_offset(f->data, f->len, &type);
	ip = f->data + piece->l3;
	if (type == ETH_P_IP) {
		piece->l4 = piece->l3 + (ip[0] & 15) * 4;
		if (get16(ip + 2) != f->len - piece->l3)
			return snprintf(why, 128, "IPv4 length"), false;
		if (csum_add(0, ip, (ip[0] & 15) * 4) != 0xffff)
			return snprintf(why, 128, "IPv4 checksum"), false;
	} else if (type == ETH_P_IPV6) {
		piece->l4 = piece->l3 + 40;
		if (get16(ip + 4) != f->len - piece->l4)
			return snprintf(why, 128, "IPv6 length"), false;
	} else {
		return snprintf(why, 128, "not IP: 0x%04x", type), false;
	}
	piece->payload = piece->l4 + (f->data[piece->l4 + 12] >> 4) * 4;
	piece->seq = get32(f->data + piece->l4 + 4);
	return true;
}

static bool check_sum(const struct frame *f, const struct piece *piece,
		      char *why)
{
	const uint8_t *tcp = f->data + piece->l4;
	uint32_t len = f->len - piece->l4;
	uint16_t pseudo = csum_pseudo(f->data + piece->l3, len, IPPROTO_TCP);

	if (f->vnet.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		if (f->vnet.csum_start != piece->l4 ||
		    f->vnet.csum_offset != 16)
			return snprintf(why, 128, "checksum at %u + %u",
					f->vnet.csum_start,
					f->vnet.csum_offset), false;
		if (get16(tcp + 16) != pseudo)
			return snprintf(why, 128, "pseudo header sum"), false;
		return true;
	}
	if (csum_add(pseudo, tcp, len) != 0xffff)
		return snprintf(why, 128, "TCP checksum"), false;
	return true;
}

/* A piece must say itself how it is to be cut on, or be short enough. */
static bool check_size(const struct frame *f, const struct frame *sent,
		       uint32_t payload, char *why)
{
	if (payload <= sent->vnet.gso_size)
		return true;
	if (f->vnet.gso_type == sent->vnet.gso_type &&
	    f->vnet.gso_size == sent->vnet.gso_size)
		return true;
	return snprintf(why, 128, "%u bytes of payload, gso type %u size %u",
			payload, f->vnet.gso_type, f->vnet.gso_size), false;
}

bool inbox_stream(const struct inbox *inbox, const struct frame *sent,
		  unsigned int pieces, char why[static 128])
{
	struct piece want, got;
	uint32_t at;

	if (pieces && inbox->count != pieces)
		return snprintf(why, 128, "%u frames", inbox->count), false;
	if (!find_piece(sent, &want, why))
		return false;
	at = want.payload;
	for (unsigned int i = 0; i < inbox->count; i++) {
		const struct frame *f = inbox->frames[i];
		uint32_t len;

		if (!find_piece(f, &got, why) || !check_sum(f, &got, why))
			return false;
		len = f->len - got.payload;
		if (got.payload != want.payload ||
		    memcmp(f->data, sent->data, want.l3))
			return snprintf(why, 128, "headers"), false;
		if (got.seq - want.seq != at - want.payload)
			return snprintf(why, 128, "sequence number"), false;
		if (len > sent->len - at ||
		    memcmp(f->data + got.payload, sent->data + at, len))
			return snprintf(why, 128, "payload at %u", at), false;
		if (!check_size(f, sent, len, why))
			return false;
		at += len;
	}
	if (at != sent->len)
		return snprintf(why, 128, "%u of %u bytes", at, sent->len), false;
	return true;
}
