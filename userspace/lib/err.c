// SPDX-License-Identifier: GPL-2.0-or-later
/* Filling a struct sehub_err; knows no other part of the library. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

int sehub_err_set(struct sehub_err *err, int code, const char *fmt, ...)
{
	va_list ap;

	code = -abs(code);
	if (!err)
		return code;

	err->code = code;
	err->attr[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return code;
}

int sehub_err_errno(struct sehub_err *err, int code, const char *what)
{
	return sehub_err_set(err, code, "%s: %s", what, strerror(abs(code)));
}
