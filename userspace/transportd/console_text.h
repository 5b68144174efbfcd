/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The console's texts in other languages than English: catalogues as msgfmt(1)
 * makes them. gettext(3) itself takes the language of the whole process, and
 * of a locale that has to be installed; here each session has its own, and
 * machines that are servers often have no locale but C.UTF-8. So the file is
 * read here. Pure but for console_catalogue_open().
 */
#ifndef SEHUB_TRANSPORTD_CONSOLE_TEXT_H
#define SEHUB_TRANSPORTD_CONSOLE_TEXT_H

#include <stddef.h>

#define CONSOLE_DOMAIN		"sehub"

#ifndef SEHUB_LOCALEDIR
#define SEHUB_LOCALEDIR		"/usr/share/locale"
#endif

struct console_catalogue;

/**
 * console_catalogue_read() - take a catalogue apart
 * @bytes: the file; copied
 * @size: its size
 * Return: the catalogue, or NULL if it is none, or is damaged, or there is no
 * memory.
 */
struct console_catalogue *console_catalogue_read(const void *bytes,
						 size_t size);

/**
 * console_catalogue_open() - the catalogue of a language
 * @language: "ja"
 *
 * From the directory that the environment names in TEXTDOMAINDIR, as
 * gettext(1) has it, or from the one of the installation.
 * Return: 0, -ENOENT, -EUCLEAN, or another -errno.
 */
int console_catalogue_open(const char *language,
			   struct console_catalogue **catalogue);
/* NULL is fine. */
void console_catalogue_free(struct console_catalogue *catalogue);

/* The translation of @text; @text itself if there is none, or no catalogue. */
const char *console_catalogue_find(const struct console_catalogue *catalogue,
				   const char *text)
	__attribute__((format_arg(2)));

#endif /* SEHUB_TRANSPORTD_CONSOLE_TEXT_H */
