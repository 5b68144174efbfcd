/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line about a frame, in the way of tcpdump. Pure: bytes in, text out. The
 * bytes come from hostile senders: of them only numbers and addresses are
 * shown, never text, so that no control character can come out.
 */
#ifndef SEHUB_LIB_DECODE_H
#define SEHUB_LIB_DECODE_H

#include <stddef.h>
#include <stdint.h>

/* Longest line, with NUL; what is longer is cut. */
#define DECODE_MAX	512

/**
 * decode_frame() - describe a frame
 * @data: the frame, or its beginning
 * @len: bytes at @data
 * @frame_len: length of the frame
 * @buf: where to put the text
 *
 * Where the bytes at hand end, the text ends with the layer that is cut:
 * "[|tcp]"; a layer that the frame itself has too little of is a
 * "[short tcp]", one that contradicts itself a "[bad tcp]".
 *
 * Return: @buf.
 */
char *decode_frame(const uint8_t *data, size_t len, size_t frame_len,
		   char buf[DECODE_MAX]);

#endif /* SEHUB_LIB_DECODE_H */
