/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Editing one line that comes byte by byte from a terminal. Pure: bytes in,
 * a line and its echo out. UTF-8; what is none, and keys that mean nothing here,
 * are dropped.
 */
#ifndef SEHUB_TRANSPORTD_CONSOLE_LINE_H
#define SEHUB_TRANSPORTD_CONSOLE_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes, without the NUL. */
#define CONSOLE_LINE_MAX	1024

enum console_key {
	CONSOLE_KEY_NONE,	/* goes on */
	CONSOLE_KEY_ENTER,	/* the line is complete */
	CONSOLE_KEY_CANCEL,	/* Ctrl-C, or Ctrl-D in an empty line */
	CONSOLE_KEY_REDRAW,	/* Ctrl-L, Ctrl-R: show it again */
};

/**
 * struct console_line - a line being typed; all zero to begin with
 * @text: so far, NUL at its end
 * @len: its length
 * @is_shown: what is typed is echoed: the terminal does not do it
 * @is_cut: there was more than fits
 * @was_return: a carriage return was the last byte: what may follow belongs to
 *	it. Survives console_line_clear()
 * @escape: inside of a key's escape sequence
 * @part: bytes of a character that is not complete
 * @part_len: how many
 */
struct console_line {
	char text[CONSOLE_LINE_MAX + 1];
	size_t len;
	bool is_shown;
	bool is_cut;
	bool was_return;
	unsigned char escape;
	char part[5];
	size_t part_len;
};

/* Gets what the terminal is to show; @len may be 0. */
typedef void (*console_echo_fn)(void *arg, const char *bytes, size_t len);

/**
 * console_line_feed() - one byte
 * @line: changed; complete after CONSOLE_KEY_ENTER, which is not in it
 * @byte: from the terminal
 * @echo: called for what is to be shown, if @line->is_shown
 * @arg: for @echo
 */
enum console_key console_line_feed(struct console_line *line,
				   unsigned char byte, console_echo_fn echo,
				   void *arg);

/* Wipes the text: the next line begins. */
void console_line_clear(struct console_line *line);

#endif /* SEHUB_TRANSPORTD_CONSOLE_LINE_H */
