/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EtherTypes in words. */
#ifndef SEHUB_LIB_ETHERTYPE_H
#define SEHUB_LIB_ETHERTYPE_H

#include <stdint.h>

/* Below it the field is a length. */
#define SEHUB_ETHERTYPE_MIN	0x0600
#define SEHUB_ETHERTYPE_STRLEN	16	/* with NUL */

/**
 * sehub_parse_ethertype() - "arp", "0x0806"
 * @word: a name, or four hexadecimal digits at most behind 0x
 * @type: where to put the number
 * Return: 0, -EINVAL, or -ERANGE below %SEHUB_ETHERTYPE_MIN.
 */
int sehub_parse_ethertype(const char *word, uint16_t *type);

/** sehub_format_ethertype() - "arp", or else "0x1234"; Return: @buf */
char *sehub_format_ethertype(uint16_t type, char buf[SEHUB_ETHERTYPE_STRLEN]);

/** sehub_ethertype_name() - the names, counted from 0; NULL: no more */
const char *sehub_ethertype_name(unsigned int i);

#endif /* SEHUB_LIB_ETHERTYPE_H */
