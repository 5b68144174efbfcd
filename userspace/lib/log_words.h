/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Of which classes of frames the packet log of a hub has how much, in words:
 *
 *	CLASS=headers|whole|off[,CLASS=...]...
 *
 * where CLASS can be "all", and "none" stands for all=off. Pure.
 */
#ifndef SEHUB_LIB_LOG_WORDS_H
#define SEHUB_LIB_LOG_WORDS_H

#include <stdint.h>

#include "err.h"

/* Longest form in words, with NUL. */
#define SEHUB_LOG_STRLEN	256

/**
 * sehub_packet_class_name() - a class of frames
 * @bit: number of its bit in enum sehub_packet_class
 * Return: "tcp-conn", or NULL: there is none. Counting @bit from 0 until NULL
 * gives all classes.
 */
const char *sehub_packet_class_name(unsigned int bit);

/**
 * sehub_log_parse() - change what is logged
 * @words: form in words, carried out from left to right; classes that are not
 *	named are left as they are
 * @headers: SEHUB_PACKET_CLASS_* logged by their headers; changed
 * @whole: SEHUB_PACKET_CLASS_* logged as a whole; changed
 * @err: filled on failure, and then nothing is changed
 * Return: 0 or -EINVAL.
 */
int sehub_log_parse(const char *words, uint32_t *headers, uint32_t *whole,
		    struct sehub_err *err);

/** sehub_log_format() - in words, or "none"; Return: @buf */
char *sehub_log_format(uint32_t headers, uint32_t whole,
		       char buf[SEHUB_LOG_STRLEN]);

#endif /* SEHUB_LIB_LOG_WORDS_H */
