/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parser of records, which is the module's own, with its names of types. */
#ifndef SEHUB_TRANSPORTD_RECORDS_H
#define SEHUB_TRANSPORTD_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#include "wire.h"

#endif /* SEHUB_TRANSPORTD_RECORDS_H */
