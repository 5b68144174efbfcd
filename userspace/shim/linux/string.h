/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SEHUB_SHIM_LINUX_STRING_H
#define _SEHUB_SHIM_LINUX_STRING_H

#include <string.h>

#endif /* _SEHUB_SHIM_LINUX_STRING_H */
