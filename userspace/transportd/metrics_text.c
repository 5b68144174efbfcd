// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The grammar of OpenMetrics: what is escaped, and what ends a text.
 */
#include "metrics_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "log.h"

int metrics_text_begin(struct metrics_text *text)
{
	text->text = NULL;
	text->len = 0;
	text->family = NULL;
	text->stream = open_memstream(&text->text, &text->len);
	return text->stream ? 0 : -ENOMEM;
}

char *metrics_text_end(struct metrics_text *text, size_t *len)
{
	int failed;

	fputs("# EOF\n", text->stream);
	failed = ferror(text->stream);
	if (fclose(text->stream) || failed) {
		free(text->text);
		return NULL;
	}
	*len = text->len;
	return text->text;
}

void metrics_family(struct metrics_text *text, const char *name,
		    const char *type, const char *unit, const char *help)
{
	text->family = name;
	fprintf(text->stream, "# TYPE %s %s\n", name, type);
	if (unit)
		fprintf(text->stream, "# UNIT %s %s\n", name, unit);
	fprintf(text->stream, "# HELP %s %s\n", name, help);
}

static void put_label_value(FILE *stream, const char *value)
{
	size_t len;

	while (*value) {
		len = log_printable(value);
		if (*value == '\n')
			fputs("\\n", stream);
		else if (*value == '"' || *value == '\\')
			fprintf(stream, "\\%c", *value);
		else if (len)
			fwrite(value, 1, len, stream);
		else
			fprintf(stream, "\\\\x%02X", (unsigned char)*value);
		value += len ? len : 1;
	}
}

static void put_labels(FILE *stream, va_list labels)
{
	const char *name, *before = "{";

	while ((name = va_arg(labels, const char *))) {
		fprintf(stream, "%s%s=\"", before, name);
		put_label_value(stream, va_arg(labels, const char *));
		fputc('"', stream);
		before = ",";
	}
	if (*before == ',')
		fputc('}', stream);
}

void metrics_value(struct metrics_text *text, const char *suffix,
		   uint64_t value, ...)
{
	va_list labels;

	fprintf(text->stream, "%s%s", text->family, suffix);
	va_start(labels, value);
	put_labels(text->stream, labels);
	va_end(labels);
	fprintf(text->stream, " %" PRIu64 "\n", value);
}

void metrics_seconds(struct metrics_text *text, const char *suffix,
		     double value)
{
	fprintf(text->stream, "%s%s %.3f\n", text->family, suffix, value);
}
