/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's names for byte order conversions; usable in constants. */
#ifndef _SEHUB_SHIM_ASM_BYTEORDER_H
#define _SEHUB_SHIM_ASM_BYTEORDER_H

#include_next <asm/byteorder.h>

#define cpu_to_be16(x)	__cpu_to_be16(x)
#define be16_to_cpu(x)	__be16_to_cpu(x)

#endif /* _SEHUB_SHIM_ASM_BYTEORDER_H */
