// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for people. Knows no command and no object. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"

#define VALUE_COLUMN	16

void print_clean(char *text)
{
	unsigned char *p = (unsigned char *)text;

	for (; *p; p++) {
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
		/* The control characters from U+0080 to U+009F. */
		else if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
			p[0] = p[1] = '?';
	}
}

/* Characters, not bytes, of UTF-8. */
static int width_of(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static bool is_right(const struct table *table, int column)
{
	return table->headers[column][0] == '>';
}

static const char *header_of(const struct table *table, int column)
{
	return table->headers[column] + is_right(table, column);
}

void table_init(struct table *table, char *headers)
{
	char *save = NULL;

	memset(table, 0, sizeof(*table));
	for (char *p = strtok_r(headers, "|", &save);
	     p && table->n_columns < TABLE_COLUMNS_MAX;
	     p = strtok_r(NULL, "|", &save))
		table->headers[table->n_columns++] = p;
}

void table_add(struct table *table, const char *text)
{
	size_t room = table->room ? 2 * table->room : 256;
	char **cells;

	if (table->is_broken)
		return;
	if (table->n_cells == table->room) {
		cells = reallocarray(table->cells, room, sizeof(*cells));
		if (!cells) {
			table->is_broken = true;
			return;
		}
		table->cells = cells;
		table->room = room;
	}
	table->cells[table->n_cells] = strdup(*text ? text : "-");
	if (!table->cells[table->n_cells]) {
		table->is_broken = true;
		return;
	}
	print_clean(table->cells[table->n_cells++]);
}

void table_addf(struct table *table, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	table_add(table, text);
}

static void print_cell(const struct table *table, int column, int width,
		       const char *text)
{
	bool is_last = column == table->n_columns - 1;
	int fill = width - width_of(text);

	if (column)
		fputs("  ", stdout);
	if (is_right(table, column))
		printf("%*s", fill, "");
	fputs(text, stdout);
	if (!is_right(table, column) && !is_last)
		printf("%*s", fill, "");
	if (is_last)
		putchar('\n');
}

void table_print(const struct table *table)
{
	size_t n_cells = table->n_cells - table->n_cells % table->n_columns;
	int widths[TABLE_COLUMNS_MAX];

	for (int i = 0; i < table->n_columns; i++)
		widths[i] = width_of(header_of(table, i));
	for (size_t i = 0; i < n_cells; i++) {
		int width = width_of(table->cells[i]);

		if (width > widths[i % table->n_columns])
			widths[i % table->n_columns] = width;
	}
	for (int i = 0; n_cells && i < table->n_columns; i++)
		print_cell(table, i, widths[i], header_of(table, i));
	for (size_t i = 0; i < n_cells; i++)
		print_cell(table, i % table->n_columns,
			   widths[i % table->n_columns], table->cells[i]);
	if (table->is_broken)
		fputs("(the rest does not fit into memory)\n", stdout);
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cells[i]);
	free(table->cells);
	memset(table, 0, sizeof(*table));
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

char *format_bytes(uint64_t bytes, char buf[PRINT_MAX])
{
	static const char *const units[] = {
		"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB",
	};
	double value = bytes;
	size_t unit = 0;

	/* 1023.95 would be shown as 1024.0 of the smaller unit. */
	while (value >= 1023.95 && unit + 1 < sizeof(units) / sizeof(*units)) {
		value /= 1024;
		unit++;
	}
	if (!unit)
		snprintf(buf, PRINT_MAX, "%" PRIu64 " B", bytes);
	else
		snprintf(buf, PRINT_MAX, "%.1f %s", value, units[unit]);
	return buf;
}

char *format_id(uint64_t id, char buf[PRINT_MAX])
{
	snprintf(buf, PRINT_MAX, "%016" PRIx64, id);
	return buf;
}

char *format_age(uint64_t seconds, char buf[PRINT_MAX])
{
	uint64_t minutes = seconds / 60;
	uint64_t hours = minutes / 60;
	uint64_t days = hours / 24;

	if (days)
		snprintf(buf, PRINT_MAX, "%" PRIu64 "d %" PRIu64 "h", days,
			 hours % 24);
	else if (hours)
		snprintf(buf, PRINT_MAX, "%" PRIu64 "h %" PRIu64 "m", hours,
			 minutes % 60);
	else if (minutes)
		snprintf(buf, PRINT_MAX, "%" PRIu64 "m %" PRIu64 "s", minutes,
			 seconds % 60);
	else
		snprintf(buf, PRINT_MAX, "%" PRIu64 "s", seconds);
	return buf;
}

char *format_since(int64_t then, time_t now, char buf[PRINT_MAX])
{
	if (then <= 0) {
		strcpy(buf, "-");
		return buf;
	}
	/* A clock that was set back makes no age. */
	return format_age(now > then ? now - then : 0, buf);
}

char *format_time(int64_t when, char buf[PRINT_MAX])
{
	time_t t = when;
	struct tm tm;

	if (when <= 0 || !localtime_r(&t, &tm) ||
	    !strftime(buf, PRINT_MAX, "%Y-%m-%d %H:%M:%S", &tm))
		strcpy(buf, "never");
	return buf;
}
