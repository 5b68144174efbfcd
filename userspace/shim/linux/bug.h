/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What warns once in the kernel ends a test at once, and is in the daemon's log. */
#ifndef _SEHUB_SHIM_LINUX_BUG_H
#define _SEHUB_SHIM_LINUX_BUG_H

#include <stdbool.h>

bool shim_warn(const char *file, int line, const char *what);

#define WARN_ON_ONCE(x) \
	((x) ? shim_warn(__FILE__, __LINE__, #x) : false)

#endif /* _SEHUB_SHIM_LINUX_BUG_H */
