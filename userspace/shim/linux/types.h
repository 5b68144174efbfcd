/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's names for types, for kernel files built in userspace. */
#ifndef _SEHUB_SHIM_LINUX_TYPES_H
#define _SEHUB_SHIM_LINUX_TYPES_H

#include_next <linux/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define __aligned(x)	__attribute__((__aligned__(x)))

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#endif /* _SEHUB_SHIM_LINUX_TYPES_H */
