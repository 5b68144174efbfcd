// SPDX-License-Identifier: GPL-2.0-or-later
/* What the packet log has, in words and back. Pure. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "log_words.h"

/* All classes that have names. */
static uint32_t all_classes(void)
{
	unsigned int bit = 0;

	while (sehub_packet_class_name(bit))
		bit++;
	return (1U << bit) - 1;
}

static uint32_t classes_of(const char *name)
{
	if (!strcmp(name, "all") || !strcmp(name, "none"))
		return all_classes();
	for (unsigned int bit = 0; sehub_packet_class_name(bit); bit++)
		if (!strcmp(name, sehub_packet_class_name(bit)))
			return 1U << bit;
	return 0;
}

static int complain_class(const char *name, struct sehub_err *err)
{
	char list[128] = "";
	size_t len = 0;

	for (unsigned int bit = 0; sehub_packet_class_name(bit); bit++)
		len += snprintf(list + len, sizeof(list) - len, "%s, ",
				sehub_packet_class_name(bit));
	return sehub_err_set(err, EINVAL,
			     "\"%.20s\" is no class of frames: %sall, none",
			     name, list);
}

static int parse_word(char *word, uint32_t *seen, uint32_t *headers,
		      uint32_t *whole, struct sehub_err *err)
{
	char *level = strchr(word, '=');
	uint32_t classes;

	if (level)
		*level++ = '\0';
	classes = classes_of(word);
	if (!classes)
		return complain_class(word, err);
	if (!strcmp(word, "none")) {
		if (level)
			return sehub_err_set(err, EINVAL,
					     "none takes no value");
		level = (char *)"off";
	}
	if (!level || !*level)
		return sehub_err_set(err, EINVAL,
				     "%s needs headers, whole or off: %s=headers",
				     word, word);
	if (classes & *seen && classes != all_classes())
		return sehub_err_set(err, EINVAL, "%s is given twice", word);
	if (classes != all_classes())
		*seen |= classes;

	if (strcmp(level, "headers") && strcmp(level, "whole") &&
	    strcmp(level, "off"))
		return sehub_err_set(err, EINVAL,
				     "%s: \"%.40s\" is none of headers, whole, off",
				     word, level);
	*headers &= ~classes;
	*whole &= ~classes;
	if (!strcmp(level, "headers"))
		*headers |= classes;
	if (!strcmp(level, "whole"))
		*whole |= classes;
	return 0;
}

int sehub_log_parse(const char *words, uint32_t *headers, uint32_t *whole,
		    struct sehub_err *err)
{
	uint32_t new_headers = *headers;
	uint32_t new_whole = *whole;
	char copy[SEHUB_LOG_STRLEN];
	uint32_t seen = 0;
	int code;

	if (strlen(words) >= sizeof(copy))
		return sehub_err_set(err, EINVAL,
				     "at most %zu characters can say what is logged",
				     sizeof(copy) - 1);
	strcpy(copy, words);
	for (char *word = copy, *next; word; word = next) {
		next = strchr(word, ',');
		if (next)
			*next++ = '\0';
		code = parse_word(word, &seen, &new_headers, &new_whole, err);
		if (code)
			return code;
	}
	*headers = new_headers;
	*whole = new_whole;
	return 0;
}

static void append(char *buf, const char *name, bool is_whole)
{
	size_t len = strlen(buf);

	snprintf(buf + len, SEHUB_LOG_STRLEN - len, "%s%s=%s", len ? "," : "",
		 name, is_whole ? "whole" : "headers");
}

char *sehub_log_format(uint32_t headers, uint32_t whole,
		       char buf[SEHUB_LOG_STRLEN])
{
	uint32_t all = all_classes();

	buf[0] = '\0';
	whole &= all;
	headers &= all & ~whole;
	if (headers == all || whole == all) {
		append(buf, "all", whole);
		return buf;
	}
	for (unsigned int bit = 0; sehub_packet_class_name(bit); bit++)
		if ((headers | whole) & 1U << bit)
			append(buf, sehub_packet_class_name(bit),
			       whole & 1U << bit);
	if (!buf[0])
		strcpy(buf, "none");
	return buf;
}
