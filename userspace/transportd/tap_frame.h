/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames of a TAP device and frames on the wire: which metadata goes along, and
 * what is completed where none may. Pure: bytes in, verdict out.
 */
#ifndef SEHUB_TRANSPORTD_TAP_FRAME_H
#define SEHUB_TRANSPORTD_TAP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sehub_frame_offload;

/**
 * enum tap_frame - what a frame that was read is to the peer
 * @TAP_FRAME_PLAIN: a DATA record
 * @TAP_FRAME_OFFLOAD: a DATA_OFFLOAD record
 * @TAP_FRAME_TOO_BIG: longer than a record may be
 * @TAP_FRAME_BAD: has metadata that the wire has no way to say
 */
enum tap_frame {
	TAP_FRAME_PLAIN,
	TAP_FRAME_OFFLOAD,
	TAP_FRAME_TOO_BIG,
	TAP_FRAME_BAD,
};

/**
 * tap_frame_judge() - decide how a frame is sent
 * @vnet: the device's struct virtio_net_hdr, 10 bytes, little-endian
 * @frame: the frame; a missing checksum may be filled in
 * @len: its length, at least 14
 * @offload: the peer takes DATA_OFFLOAD
 * @header: filled for %TAP_FRAME_OFFLOAD, 10 bytes
 * Return: what it is.
 */
enum tap_frame tap_frame_judge(const uint8_t *vnet, uint8_t *frame, size_t len,
			       bool offload, uint8_t *header);

/* Writes checked metadata as a struct virtio_net_hdr, 10 bytes. */
void tap_frame_put_header(uint8_t *header,
			  const struct sehub_frame_offload *offload);

#endif /* SEHUB_TRANSPORTD_TAP_FRAME_H */
