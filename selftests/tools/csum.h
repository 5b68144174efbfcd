/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Internet checksum, done by the book and not by the kernel's code. */
#ifndef SEHUB_SELFTEST_CSUM_H
#define SEHUB_SELFTEST_CSUM_H

#include <stdint.h>
#include <string.h>

/** csum_add() - add bytes to a folded sum, in host byte order */
static inline uint16_t csum_add(uint32_t sum, const uint8_t *p, uint32_t len)
{
	for (; len > 1; len -= 2, p += 2) {
		sum += p[0] << 8 | p[1];
		if (sum >> 31)
			sum = (sum & 0xffff) + (sum >> 16);
	}
	if (len)
		sum += p[0] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/** csum_pseudo() - sum of the pseudo header for the packet at @ip */
static inline uint16_t csum_pseudo(const uint8_t *ip, uint32_t len,
				   uint8_t proto)
{
	uint32_t sum = proto + (len & 0xffff) + (len >> 16);

	return ip[0] >> 4 == 4 ? csum_add(sum, ip + 12, 8) :
				 csum_add(sum, ip + 8, 32);
}

#endif
