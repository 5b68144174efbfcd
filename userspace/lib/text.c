// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for people. Knows no command and no object. */
#include "text.h"

#include <inttypes.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

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

/* --- width ----------------------------------------------------------------- */

/* One character of UTF-8, or a byte that is none; what is behind it. */
static const char *next_char(const char *text, wchar_t *c)
{
	static const unsigned char heads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	const unsigned char *p = (const unsigned char *)text;
	int len = *p < 0xc0 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;

	*c = *p - heads[len];
	for (int i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			*c = L'?';
			return text + i;
		}
		*c = *c << 6 | (p[i] & 0x3f);
	}
	return text + len;
}

/*
 * The locale of this process says nothing of the terminal's; each C library of
 * today has this one, also where no other is installed.
 */
static locale_t utf8_locale(void)
{
	static locale_t locale;

	if (!locale)
		locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	return locale;
}

int text_width(const char *text)
{
	locale_t locale = utf8_locale(), before = (locale_t)0;
	int width = 0;
	wchar_t c;

	if (locale)
		before = uselocale(locale);
	while (*text) {
		int columns;

		text = next_char(text, &c);
		columns = c < 0x80 ? 1 : wcwidth(c);
		width += columns < 0 ? 1 : columns;
	}
	if (locale)
		uselocale(before);
	return width;
}

/* --- tables ---------------------------------------------------------------- */

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

struct out {
	void (*put)(void *arg, const char *text);
	void *arg;
};

static void put_blanks(const struct out *out, int count)
{
	char blanks[33];

	memset(blanks, ' ', sizeof(blanks) - 1);
	blanks[sizeof(blanks) - 1] = '\0';
	for (; count > 0; count -= (int)sizeof(blanks) - 1)
		out->put(out->arg, count < (int)sizeof(blanks) ?
			 blanks + sizeof(blanks) - 1 - count : blanks);
}

static void put_cell(const struct out *out, const struct table *table,
		     int column, int width, const char *text)
{
	bool is_last = column == table->n_columns - 1;
	int fill = width - text_width(text);

	if (column)
		out->put(out->arg, "  ");
	if (is_right(table, column))
		put_blanks(out, fill);
	out->put(out->arg, text);
	if (!is_right(table, column) && !is_last)
		put_blanks(out, fill);
	if (is_last)
		out->put(out->arg, "\n");
}

void table_write(const struct table *table,
		 void (*put)(void *arg, const char *text), void *arg)
{
	size_t n_cells = table->n_cells - table->n_cells % table->n_columns;
	const struct out out = { put, arg };
	int widths[TABLE_COLUMNS_MAX];

	for (int i = 0; i < table->n_columns; i++)
		widths[i] = text_width(header_of(table, i));
	for (size_t i = 0; i < n_cells; i++) {
		int width = text_width(table->cells[i]);

		if (width > widths[i % table->n_columns])
			widths[i % table->n_columns] = width;
	}
	for (int i = 0; n_cells && i < table->n_columns; i++)
		put_cell(&out, table, i, widths[i], header_of(table, i));
	for (size_t i = 0; i < n_cells; i++)
		put_cell(&out, table, i % table->n_columns,
			 widths[i % table->n_columns], table->cells[i]);
	if (table->is_broken)
		put(arg, "(the rest does not fit into memory)\n");
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cells[i]);
	free(table->cells);
	memset(table, 0, sizeof(*table));
}

/* --- numbers and times ----------------------------------------------------- */

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
