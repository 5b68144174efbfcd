/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the fuzzers. */
#ifndef SEHUB_FUZZ_H
#define SEHUB_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond) do {							\
	if (!(cond)) {							\
		fprintf(stderr, "%s:%d: not true: %s\n", __FILE__,	\
			__LINE__, #cond);				\
		abort();						\
	}								\
} while (0)

/* A copy in a buffer of exactly that length, for the address sanitizer. */
static inline uint8_t *fuzz_exact(const uint8_t *data, size_t size)
{
	uint8_t *p = malloc(size ? size : 1);

	MUST(p);
	if (size)
		memcpy(p, data, size);
	return p;
}

#endif /* SEHUB_FUZZ_H */
