/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for people on the standard output, see lib/text.h. */
#ifndef SEHUB_CTL_PRINT_H
#define SEHUB_CTL_PRINT_H

#include "lib/text.h"

/** table_print() - write a table */
void table_print(const struct table *table);

/** print_value() - "  label     text", one line */
void print_value(const char *label, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** print_text() - a text from elsewhere and a newline */
void print_text(const char *text);

#endif /* SEHUB_CTL_PRINT_H */
