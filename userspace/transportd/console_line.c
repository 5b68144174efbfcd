// SPDX-License-Identifier: GPL-2.0-or-later
/* A line editor for terminals of which nothing is known: no cursor keys. */
#include "console_line.h"

#include <string.h>

#include "lib/text.h"
#include "log.h"

#define KEY_CANCEL	0x03	/* Ctrl-C */
#define KEY_END		0x04	/* Ctrl-D */
#define KEY_BELL	0x07
#define KEY_BACKSPACE	0x08
#define KEY_REDRAW	0x0c	/* Ctrl-L */
#define KEY_REDRAW_TOO	0x12	/* Ctrl-R */
#define KEY_KILL	0x15	/* Ctrl-U */
#define KEY_WORD	0x17	/* Ctrl-W */
#define KEY_ESCAPE	0x1b
#define KEY_DELETE	0x7f

/* Where in an escape sequence. */
enum { NO_ESCAPE, AFTER_ESCAPE, IN_CSI, IN_SS3 };

struct echo {
	console_echo_fn fn;
	void *arg;
};

static void show(const struct console_line *line, const struct echo *echo,
		 const char *bytes, size_t len)
{
	if (line->is_shown)
		echo->fn(echo->arg, bytes, len);
}

static void ring(const struct console_line *line, const struct echo *echo)
{
	show(line, echo, "\a", 1);
}

/* The last character goes, and its columns of the screen. */
static void rub_out(struct console_line *line, const struct echo *echo)
{
	size_t at = line->len;
	int width;

	if (!at)
		return;
	do {
		at--;
	} while (at && (line->text[at] & 0xc0) == 0x80);
	width = text_width(line->text + at);
	memset(line->text + at, 0, line->len - at);
	line->len = at;
	while (width-- > 0)
		show(line, echo, "\b \b", 3);
}

static void rub_out_word(struct console_line *line, const struct echo *echo)
{
	while (line->len && line->text[line->len - 1] == ' ')
		rub_out(line, echo);
	while (line->len && line->text[line->len - 1] != ' ')
		rub_out(line, echo);
}

static void add(struct console_line *line, const struct echo *echo,
		const char *bytes, size_t len)
{
	if (line->len + len > CONSOLE_LINE_MAX) {
		/* who sees no echo has to be told in another way */
		line->is_cut = true;
		ring(line, echo);
		return;
	}
	memcpy(line->text + line->len, bytes, len);
	line->len += len;
	line->text[line->len] = '\0';
	show(line, echo, bytes, len);
}

static size_t length_of(unsigned char head)
{
	return head < 0xc2 ? 0 : head < 0xe0 ? 2 : head < 0xf0 ? 3 :
	       head < 0xf5 ? 4 : 0;
}

/* A byte of a character of more than one. */
static void add_part(struct console_line *line, unsigned char byte,
		     const struct echo *echo)
{
	if ((byte & 0xc0) != 0x80) {
		/* the one before stays incomplete: it is dropped */
		line->part_len = 0;
		if (!length_of(byte)) {
			ring(line, echo);
			return;
		}
	} else if (!line->part_len) {
		ring(line, echo);
		return;
	}
	line->part[line->part_len++] = (char)byte;
	line->part[line->part_len] = '\0';
	if (line->part_len < length_of((unsigned char)line->part[0]))
		return;
	if (log_printable(line->part) == line->part_len)
		add(line, echo, line->part, line->part_len);
	else
		ring(line, echo);
	line->part_len = 0;
}

/* True if the byte is a part of a key that sends several. */
static bool skip_escape(struct console_line *line, unsigned char byte)
{
	switch (line->escape) {
	case AFTER_ESCAPE:
		line->escape = byte == '[' ? IN_CSI :
			       byte == 'O' ? IN_SS3 : NO_ESCAPE;
		/* keys that end a line do so in any case */
		return byte >= ' ';
	case IN_CSI:
		if (byte >= '@' || byte < ' ')
			line->escape = NO_ESCAPE;
		return byte >= ' ';
	case IN_SS3:
		line->escape = NO_ESCAPE;
		return byte >= ' ';
	}
	return false;
}

static enum console_key feed_control(struct console_line *line,
				     unsigned char byte,
				     const struct echo *echo)
{
	switch (byte) {
	case KEY_CANCEL:
		return CONSOLE_KEY_CANCEL;
	case KEY_END:
		if (!line->len)
			return CONSOLE_KEY_CANCEL;
		ring(line, echo);
		break;
	case KEY_REDRAW:
	case KEY_REDRAW_TOO:
		return CONSOLE_KEY_REDRAW;
	case KEY_BACKSPACE:
	case KEY_DELETE:
		rub_out(line, echo);
		break;
	case KEY_KILL:
		while (line->len)
			rub_out(line, echo);
		break;
	case KEY_WORD:
		rub_out_word(line, echo);
		break;
	case KEY_ESCAPE:
		line->escape = AFTER_ESCAPE;
		break;
	case '\0':
		break;
	case '\t':
		add(line, echo, " ", 1);
		break;
	default:
		ring(line, echo);
	}
	return CONSOLE_KEY_NONE;
}

enum console_key console_line_feed(struct console_line *line,
				   unsigned char byte, console_echo_fn fn,
				   void *arg)
{
	const struct echo echo = { fn, arg };
	bool was_return = line->was_return;

	/* Enter is CR LF, CR NUL, CR or LF */
	line->was_return = byte == '\r';
	if (was_return && (byte == '\n' || !byte))
		return CONSOLE_KEY_NONE;
	if (skip_escape(line, byte))
		return CONSOLE_KEY_NONE;
	if (byte < 0x80)
		line->part_len = 0;
	if (byte == '\r' || byte == '\n')
		return CONSOLE_KEY_ENTER;
	if (byte < ' ' || byte == KEY_DELETE)
		return feed_control(line, byte, &echo);
	if (byte >= 0x80) {
		add_part(line, byte, &echo);
	} else {
		char c = (char)byte;

		add(line, &echo, &c, 1);
	}
	return CONSOLE_KEY_NONE;
}

void console_line_clear(struct console_line *line)
{
	explicit_bzero(line->text, sizeof(line->text));
	explicit_bzero(line->part, sizeof(line->part));
	line->len = 0;
	line->part_len = 0;
	line->escape = NO_ESCAPE;
	line->is_cut = false;
}
