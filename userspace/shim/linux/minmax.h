/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As strict about types as the kernel's own. */
#ifndef _SEHUB_SHIM_LINUX_MINMAX_H
#define _SEHUB_SHIM_LINUX_MINMAX_H

#define shim_pick(x, op, y) __extension__ ({				\
	__auto_type shim_x = (x);					\
	__auto_type shim_y = (y);					\
	_Static_assert(_Generic(shim_x, __typeof__(shim_y): 1,		\
				default: 0), "types differ");		\
	shim_x op shim_y ? shim_x : shim_y; })

#define min(x, y)	shim_pick(x, <, y)
#define max(x, y)	shim_pick(x, >, y)

#endif /* _SEHUB_SHIM_LINUX_MINMAX_H */
