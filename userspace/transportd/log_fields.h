/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of the daemon's log, taken apart again: an event, then key=value, where
 * a value that has blanks is quoted as log_quote() does it. Pure.
 */
#ifndef SEHUB_TRANSPORTD_LOG_FIELDS_H
#define SEHUB_TRANSPORTD_LOG_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct log_field - a field of a line; neither text has a NUL at its end
 * @key: its name
 * @key_len: bytes of it, 0: a word without a name
 * @value: its value, with its quotes
 * @value_len: bytes of it
 */
struct log_field {
	const char *key;
	size_t key_len;
	const char *value;
	size_t value_len;
};

/**
 * log_field_next() - the next field of a line
 * @text: where it begins; moved behind it
 * @field: filled
 * Return: false at the end.
 */
bool log_field_next(const char **text, struct log_field *field);

bool log_field_is(const struct log_field *field, const char *key);

/* Value without quotes and escapes, cut to @size; Return: @buf */
const char *log_field_value(const struct log_field *field, char *buf,
			    size_t size);

#endif /* SEHUB_TRANSPORTD_LOG_FIELDS_H */
