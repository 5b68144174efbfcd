/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text in the format of OpenMetrics 1.0, as Prometheus reads it. Pure: values
 * in, text out.
 *
 *	metrics_family(&text, "sehub_sessions", "gauge", NULL, "Sessions.");
 *	metrics_value(&text, "", 3, "vlan", "12", "state", "connected", NULL);
 *	...
 *	text = metrics_text_end(&text, &len);
 */
#ifndef SEHUB_TRANSPORTD_METRICS_TEXT_H
#define SEHUB_TRANSPORTD_METRICS_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct metrics_text - text being written
 * @stream: into memory
 * @text: what was written, once @stream is flushed
 * @len: bytes of it
 * @family: name of the present family
 */
struct metrics_text {
	FILE *stream;
	char *text;
	size_t len;
	const char *family;
};

/* 0, or -ENOMEM. */
int metrics_text_begin(struct metrics_text *text);
/* The whole text for free(), with its end; NULL without memory. */
char *metrics_text_end(struct metrics_text *text, size_t *len);

/**
 * metrics_family() - begin a family of samples
 * @text: where
 * @name: of the family, without _total; ends with "_" and @unit if there is one
 * @type: "counter", "gauge" or "info"
 * @unit: "bytes", "seconds" or NULL
 * @help: one line
 */
void metrics_family(struct metrics_text *text, const char *name,
		    const char *type, const char *unit, const char *help);

/**
 * metrics_value() - a sample of the present family
 * @text: where
 * @suffix: "_total" of a counter, "_info" of an info, "" of a gauge
 * @value: of the sample
 * ...: names and values of labels, in pairs, then NULL. Values may be any text:
 *	what is not UTF-8, or a control character other than a newline, is shown
 *	as \xNN
 */
void metrics_value(struct metrics_text *text, const char *suffix,
		   uint64_t value, ...) __attribute__((sentinel));
/* The same for one that is not whole. */
void metrics_seconds(struct metrics_text *text, const char *suffix,
		     double value);

#endif /* SEHUB_TRANSPORTD_METRICS_TEXT_H */
