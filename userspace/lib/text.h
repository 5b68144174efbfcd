/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text for people: aligned tables, byte counts and times. Values can come from
 * other machines, so control characters in them are shown as "?" and never
 * reach a terminal. Makes text; where it goes is the caller's affair.
 */
#ifndef SEHUB_LIB_TEXT_H
#define SEHUB_LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define TABLE_COLUMNS_MAX	12
#define PRINT_MAX		64

/**
 * struct table - rows that are written when all are there
 * @n_columns: columns
 * @headers: their names; one that begins with ">" is aligned to the right
 * @cells: texts, row by row
 * @n_cells: how many
 * @room: how many fit
 * @is_broken: a row is missing, there was no memory for it
 */
struct table {
	int n_columns;
	const char *headers[TABLE_COLUMNS_MAX];
	char **cells;
	size_t n_cells;
	size_t room;
	bool is_broken;
};

/** table_init() - @headers: names, separated by "|": "NAME|>PORTS|STATE" */
void table_init(struct table *table, char *headers);
/** table_add() - the next cell, copied */
void table_add(struct table *table, const char *text);
/** table_addf() - the same by format */
void table_addf(struct table *table, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * table_write() - what the table looks like
 * @table: nothing, not even headers, without rows
 * @put: gets it piece by piece, "\n" at the ends of lines
 * @arg: for @put
 */
void table_write(const struct table *table,
		 void (*put)(void *arg, const char *text), void *arg);
/** table_free() - release the cells */
void table_free(struct table *table);

/** text_width() - columns that UTF-8 takes on a terminal */
int text_width(const char *text);

/* Each writes into @buf and returns it. */

/** format_bytes() - "0 B", "1.5 KiB", "12 MiB" */
char *format_bytes(uint64_t bytes, char buf[PRINT_MAX]);
/** format_id() - a hub's, "00f3a59b01c2d4e6" */
char *format_id(uint64_t id, char buf[PRINT_MAX]);
/** format_age() - "0s", "59s", "3m 7s", "2h 5m", "8d 3h" */
char *format_age(uint64_t seconds, char buf[PRINT_MAX]);
/** format_since() - age of a time of the epoch; "-" for 0 */
char *format_since(int64_t then, time_t now, char buf[PRINT_MAX]);
/** format_time() - "2026-01-31 13:05:00" local; "never" for 0 */
char *format_time(int64_t when, char buf[PRINT_MAX]);

/** print_clean() - replace control characters in @text in place */
void print_clean(char *text);

#endif /* SEHUB_LIB_TEXT_H */
