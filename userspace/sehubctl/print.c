// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for people on the standard output. */
#include <stdarg.h>
#include <stdio.h>

#include "print.h"

#define VALUE_COLUMN	16

static void put(void *arg, const char *text)
{
	fputs(text, arg);
}

void table_print(const struct table *table)
{
	table_write(table, put, stdout);
}

void print_value(const char *label, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	print_clean(text);
	printf("  %-*s %s\n", VALUE_COLUMN, label, *text ? text : "-");
}

void print_text(const char *text)
{
	char copy[1024];

	snprintf(copy, sizeof(copy), "%s", text);
	print_clean(copy);
	puts(copy);
}
