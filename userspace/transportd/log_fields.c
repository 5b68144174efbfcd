// SPDX-License-Identifier: GPL-2.0-or-later
/* Fields of lines; see log_fields.h. */
#include "log_fields.h"

#include <string.h>

/* Bytes of a value; a quoted one that has no end goes on to that of the line. */
static size_t value_len(const char *value)
{
	const char *p = value;

	if (*p != '"')
		return strcspn(value, " ");
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return (size_t)(p - value) + (*p == '"');
}

bool log_field_next(const char **text, struct log_field *field)
{
	const char *p = *text + strspn(*text, " ");

	if (!*p)
		return false;
	field->key = p;
	field->key_len = strcspn(p, "= \"");
	if (p[field->key_len] == '=' && field->key_len) {
		field->value = p + field->key_len + 1;
	} else {
		field->key_len = 0;
		field->value = p;
	}
	field->value_len = value_len(field->value);
	*text = field->value + field->value_len;
	return true;
}

bool log_field_is(const struct log_field *field, const char *key)
{
	return field->key_len == strlen(key) &&
	       !strncmp(field->key, key, field->key_len);
}

const char *log_field_value(const struct log_field *field, char *buf,
			    size_t size)
{
	const char *p = field->value, *end = p + field->value_len;
	char *out = buf;

	if (field->value_len >= 2 && *p == '"') {
		p++;
		end--;
	}
	for (; p < end && out < buf + size - 1; p++) {
		/* \xNN stays: what it stands for is not to be shown */
		if (*p == '\\' && p + 1 < end && p[1] != 'x')
			p++;
		*out++ = *p;
	}
	*out = '\0';
	return buf;
}
