// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catalogues in GNU's format: a head of seven 32-bit numbers, then two tables of
 * (length, offset), of the texts in order and of their translations. Everything
 * is checked once, when it is read.
 */
#include "console_text.h"

#include <byteswap.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MO_MAGIC	0x950412de
#define MO_MAX		(1024 * 1024)

/* Of the head, in 32-bit numbers. */
enum { MO_HEAD_MAGIC, MO_HEAD_REVISION, MO_HEAD_COUNT, MO_HEAD_TEXTS,
       MO_HEAD_TRANSLATIONS, MO_HEAD_LEN = 7 };

struct entry {
	const char *text;
	const char *translation;
};

struct console_catalogue {
	char *bytes;
	uint32_t count;
	struct entry entries[];
};

struct reader {
	const char *bytes;
	size_t size;
	bool is_swapped;
};

static uint32_t number_at(const struct reader *reader, size_t at)
{
	uint32_t value;

	memcpy(&value, reader->bytes + at, sizeof(value));
	return reader->is_swapped ? bswap_32(value) : value;
}

/* A text of a table, or NULL. */
static const char *text_at(const struct reader *reader, uint32_t table,
			   uint32_t i)
{
	uint64_t at = (uint64_t)table + 8 * (uint64_t)i;
	uint64_t len, offset;

	if (at + 8 > reader->size)
		return NULL;
	len = number_at(reader, at);
	offset = number_at(reader, at + 4);
	if (offset + len >= reader->size || reader->bytes[offset + len])
		return NULL;
	return reader->bytes + offset;
}

struct console_catalogue *console_catalogue_read(const void *bytes,
						 size_t size)
{
	struct reader reader = { .bytes = bytes, .size = size };
	struct console_catalogue *made;
	uint32_t count;

	if (size < 4 * MO_HEAD_LEN || size > MO_MAX)
		return NULL;
	reader.is_swapped = number_at(&reader, 0) != MO_MAGIC;
	/* a major revision that is not 0 would be another format */
	if (number_at(&reader, 0) != MO_MAGIC ||
	    number_at(&reader, 4 * MO_HEAD_REVISION) >> 16)
		return NULL;
	count = number_at(&reader, 4 * MO_HEAD_COUNT);
	if (count > size / 8)
		return NULL;
	made = malloc(sizeof(*made) + count * sizeof(made->entries[0]));
	if (!made)
		return NULL;
	made->count = count;
	made->bytes = malloc(size);
	if (!made->bytes)
		goto err_free;
	memcpy(made->bytes, bytes, size);
	reader.bytes = made->bytes;
	for (uint32_t i = 0; i < count; i++) {
		struct entry *entry = &made->entries[i];

		entry->text = text_at(&reader,
				number_at(&reader, 4 * MO_HEAD_TEXTS), i);
		entry->translation = text_at(&reader,
				number_at(&reader, 4 * MO_HEAD_TRANSLATIONS),
				i);
		if (!entry->text || !entry->translation ||
		    (i && strcmp(entry[-1].text, entry->text) >= 0))
			goto err_free;
	}
	return made;

err_free:
	console_catalogue_free(made);
	return NULL;
}

int console_catalogue_open(const char *language,
			   struct console_catalogue **catalogue)
{
	const char *directory = getenv("TEXTDOMAINDIR");
	char path[512];
	size_t size;
	char *bytes;
	FILE *file;

	*catalogue = NULL;
	snprintf(path, sizeof(path), "%s/%s/LC_MESSAGES/" CONSOLE_DOMAIN ".mo",
		 directory ? directory : SEHUB_LOCALEDIR, language);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	bytes = malloc(MO_MAX + 1);
	if (!bytes) {
		fclose(file);
		return -ENOMEM;
	}
	size = fread(bytes, 1, MO_MAX + 1, file);
	*catalogue = console_catalogue_read(bytes, size);
	free(bytes);
	fclose(file);
	return *catalogue ? 0 : -EUCLEAN;
}

void console_catalogue_free(struct console_catalogue *catalogue)
{
	if (!catalogue)
		return;
	free(catalogue->bytes);
	free(catalogue);
}

static int by_text(const void *key, const void *entry)
{
	return strcmp(key, ((const struct entry *)entry)->text);
}

const char *console_catalogue_find(const struct console_catalogue *catalogue,
				   const char *text)
{
	const struct entry *entry;

	/* the translation of "" is about the catalogue itself */
	if (!catalogue || !*text)
		return text;
	entry = bsearch(text, catalogue->entries, catalogue->count,
			sizeof(*entry), by_text);
	return entry && *entry->translation ? entry->translation : text;
}
