// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The terminal: libtelnet between the line and the editor, and the pager. What
 * a client can make this hold is one read's worth of input, one line, and the
 * option that libtelnet is collecting, at most 16 KiB.
 */
#include "console_term.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libtelnet.h>

#include "console_line.h"
#include "lib/text.h"
#include "log.h"

#define ROWS		24
#define COLUMNS		80
#define ROWS_MIN	4
#define COLUMNS_MIN	20
#define SIZE_MAX_	1000
#define PROMPT_MAX	256
/* Longest text of a print with a format. */
#define PRINT_LEN	2048

enum term_state {
	TERM_BUSY,	/* no question: what is typed waits */
	TERM_PAGING,	/* there is more to show */
	TERM_ASKING,
	TERM_ENDED,
};

/**
 * struct console_term - the terminal
 * @ops: the other side
 * @arg: for it
 * @telnet: protocol
 * @state: see enum term_state
 * @is_telnet: it has answered in telnet
 * @echoes: it leaves the echo to us
 * @is_broken: went against the protocol
 * @is_pumping: typed bytes are being handled
 * @rows: height of the window
 * @columns: its width
 * @text: printed, not shown yet
 * @text_len: how much
 * @text_room: of how much room
 * @shown: how much of it is on the screen
 * @prompt: of the question
 * @is_secret: its answer is not to be seen
 * @fn: gets it
 * @line: being typed
 * @in: typed and not handled yet
 * @in_at: first of it
 * @in_len: end of it
 */
struct console_term {
	const struct console_term_ops *ops;
	void *arg;
	telnet_t *telnet;
	enum term_state state;
	bool is_telnet;
	bool echoes;
	bool is_broken;
	bool is_pumping;
	unsigned int rows;
	unsigned int columns;
	char *text;
	size_t text_len;
	size_t text_room;
	size_t shown;
	char prompt[PROMPT_MAX];
	bool is_secret;
	console_answer_fn fn;
	struct console_line line;
	char in[CONSOLE_INPUT_MAX];
	size_t in_at;
	size_t in_len;
};

static const telnet_telopt_t options[] = {
	{ TELNET_TELOPT_ECHO, TELNET_WILL, TELNET_DONT },
	{ TELNET_TELOPT_SGA, TELNET_WILL, TELNET_DO },
	{ TELNET_TELOPT_BINARY, TELNET_WILL, TELNET_DO },
	{ TELNET_TELOPT_NAWS, TELNET_WONT, TELNET_DO },
	{ -1, 0, 0 },
};

/* --- to the client --------------------------------------------------------- */

static void send_text(struct console_term *term, const char *text)
{
	telnet_send(term->telnet, text, strlen(text));
}

static void on_echo(void *arg, const char *bytes, size_t len)
{
	struct console_term *term = arg;

	telnet_send(term->telnet, bytes, len);
}

/* Lines with the ends that telnet has. */
static void send_lines(struct console_term *term, const char *text, size_t len)
{
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t part = end ? (size_t)(end - text) : len;

		telnet_send(term->telnet, text, part);
		if (!end)
			break;
		send_text(term, "\r\n");
		text += part + 1;
		len -= part + 1;
	}
}

static void show_prompt(struct console_term *term)
{
	send_text(term, term->prompt);
	if (!term->is_secret && term->line.is_shown)
		send_text(term, term->line.text);
}

/* --- pages ----------------------------------------------------------------- */

/* Rows that a line takes. */
static unsigned int rows_of(const struct console_term *term, char *line,
			    size_t len)
{
	char end = line[len];
	unsigned int width;

	line[len] = '\0';
	width = (unsigned int)text_width(line);
	line[len] = end;
	return width ? (width + term->columns - 1) / term->columns : 1;
}

/* What fits on the screen above a prompt; true if that was all. */
static bool show_page(struct console_term *term)
{
	unsigned int room = term->rows - 1;

	while (term->shown < term->text_len) {
		char *line = term->text + term->shown;
		size_t left = term->text_len - term->shown;
		char *end = memchr(line, '\n', left);
		size_t len = end ? (size_t)(end - line) : left;
		unsigned int rows = rows_of(term, line, len);

		if (rows > room && room < term->rows - 1)
			return false;
		room -= rows < room ? rows : room;
		len += end != NULL;
		send_lines(term, line, len);
		term->shown += len;
	}
	return true;
}

static void drop_text(struct console_term *term)
{
	free(term->text);
	term->text = NULL;
	term->text_len = 0;
	term->text_room = 0;
	term->shown = 0;
}

static void begin_line(struct console_term *term, bool is_shown)
{
	console_line_clear(&term->line);
	term->line.is_shown = is_shown && term->echoes;
}

static void go_on(struct console_term *term)
{
	if (show_page(term)) {
		drop_text(term);
		term->state = TERM_ASKING;
		begin_line(term, !term->is_secret);
		show_prompt(term);
	} else {
		term->state = TERM_PAGING;
		begin_line(term, false);
		send_text(term, term->ops->more(term->arg));
	}
}

/* The prompt for more makes room for what it promised. */
static void hide_more(struct console_term *term)
{
	int width = text_width(term->ops->more(term->arg));

	if (!term->echoes)
		return;
	send_text(term, "\r");
	while (width-- > 0)
		send_text(term, " ");
	send_text(term, "\r");
}

static void end_page(struct console_term *term, bool is_enough)
{
	hide_more(term);
	if (is_enough)
		drop_text(term);
	go_on(term);
}

/* --- from the client ------------------------------------------------------- */

/* Without blanks at both ends; changes the line. */
static const char *trimmed(struct console_line *line)
{
	char *text = line->text;

	while (line->len && line->text[line->len - 1] == ' ')
		line->text[--line->len] = '\0';
	while (*text == ' ')
		text++;
	return text;
}

static void answer(struct console_term *term, bool is_cancelled)
{
	console_answer_fn fn = term->fn;
	char text[CONSOLE_LINE_MAX + 1];

	if (term->line.is_shown || (term->is_secret && term->echoes))
		send_text(term, is_cancelled ? "^C\r\n" : "\r\n");
	if (!is_cancelled && term->line.is_cut && !term->line.is_shown) {
		console_term_put(term, term->ops->too_long(term->arg));
		go_on(term);
		return;
	}
	term->state = TERM_BUSY;
	strcpy(text, term->is_secret ? term->line.text :
				       trimmed(&term->line));
	console_line_clear(&term->line);
	fn(term->arg, is_cancelled ? NULL : text);
	explicit_bzero(text, sizeof(text));
}

/* @is_inner: a byte of a key such as an arrow, which is none that is meant here */
static void take_key_at_page(struct console_term *term, unsigned char byte,
			     enum console_key key, bool is_inner)
{
	const char *text = term->line.text;
	bool is_enough = key == CONSOLE_KEY_CANCEL;

	if (!term->echoes) {
		/* there a key comes with Enter behind it */
		if (key != CONSOLE_KEY_ENTER && key != CONSOLE_KEY_CANCEL)
			return;
		is_enough |= text[0] == 'q' || text[0] == 'Q';
	} else if (key == CONSOLE_KEY_NONE &&
		   (byte == '\0' || byte == '\n' || is_inner)) {
		return;
	} else {
		is_enough |= byte == 'q' || byte == 'Q';
	}
	end_page(term, is_enough);
}

static void take_byte(struct console_term *term, unsigned char byte)
{
	bool is_inner = term->line.escape;
	enum console_key key;

	key = console_line_feed(&term->line, byte, on_echo, term);
	if (term->state == TERM_PAGING) {
		take_key_at_page(term, byte, key,
				 is_inner || term->line.escape);
		return;
	}
	switch (key) {
	case CONSOLE_KEY_NONE:
		break;
	case CONSOLE_KEY_REDRAW:
		send_text(term, "\r\n");
		show_prompt(term);
		break;
	case CONSOLE_KEY_ENTER:
		answer(term, false);
		break;
	case CONSOLE_KEY_CANCEL:
		answer(term, true);
		break;
	}
}

/* What was typed, as far as somebody asks for it. */
static void pump(struct console_term *term)
{
	if (term->is_pumping)
		return;
	term->is_pumping = true;
	while (term->in_at < term->in_len &&
	       (term->state == TERM_ASKING || term->state == TERM_PAGING)) {
		unsigned char byte = (unsigned char)term->in[term->in_at];

		/* it may be a password's */
		term->in[term->in_at++] = 0;
		take_byte(term, byte);
	}
	if (term->in_at == term->in_len || term->state == TERM_ENDED) {
		explicit_bzero(term->in, sizeof(term->in));
		term->in_at = 0;
		term->in_len = 0;
	}
	term->is_pumping = false;
}

/* Room for it: reads are short, and what came before has been taken. */
static void type_bytes(struct console_term *term, const char *bytes, size_t len)
{
	if (term->state == TERM_ENDED)
		return;
	if (len > sizeof(term->in) - term->in_len) {
		term->is_broken = true;
		return;
	}
	memcpy(term->in + term->in_len, bytes, len);
	term->in_len += len;
}

static void on_window(struct console_term *term, const unsigned char *bytes,
		      size_t len)
{
	unsigned int columns, rows;

	if (len != 4)
		return;
	columns = (unsigned int)bytes[0] << 8 | bytes[1];
	rows = (unsigned int)bytes[2] << 8 | bytes[3];
	/* 0 is for those who do not know */
	if (columns)
		term->columns = columns < COLUMNS_MIN ? COLUMNS_MIN :
				columns > SIZE_MAX_ ? SIZE_MAX_ : columns;
	if (rows)
		term->rows = rows < ROWS_MIN ? ROWS_MIN :
			     rows > SIZE_MAX_ ? SIZE_MAX_ : rows;
}

/* Keys that telnet has words for. */
static void on_command(struct console_term *term, unsigned char command)
{
	switch (command) {
	case TELNET_IP:
	case TELNET_BREAK:
	case TELNET_ABORT:
		type_bytes(term, "\x03", 1);
		break;
	case TELNET_EOF:
		type_bytes(term, "\x04", 1);
		break;
	case TELNET_EC:
		type_bytes(term, "\x7f", 1);
		break;
	case TELNET_EL:
		type_bytes(term, "\x15", 1);
		break;
	case TELNET_AYT:
		send_text(term, "\r\n[sehub]\r\n");
		if (term->state == TERM_ASKING)
			show_prompt(term);
		break;
	}
}

static void set_echo(struct console_term *term, bool on)
{
	term->echoes = on;
	if (term->state == TERM_ASKING)
		term->line.is_shown = on && !term->is_secret;
}

static void on_event(telnet_t *telnet, telnet_event_t *event, void *arg)
{
	struct console_term *term = arg;

	(void)telnet;
	switch (event->type) {
	case TELNET_EV_SEND:
		term->ops->send(term->arg, event->data.buffer,
				event->data.size);
		break;
	case TELNET_EV_DATA:
		type_bytes(term, event->data.buffer, event->data.size);
		break;
	/* nobody offered it, and a little of it becomes a lot */
	case TELNET_EV_COMPRESS:
	case TELNET_EV_ERROR:
		term->is_broken = true;
		break;
	case TELNET_EV_DO:
	case TELNET_EV_DONT:
		if (event->neg.telopt == TELNET_TELOPT_ECHO)
			set_echo(term, event->type == TELNET_EV_DO);
		break;
	case TELNET_EV_SUBNEGOTIATION:
		if (event->sub.telopt == TELNET_TELOPT_NAWS)
			on_window(term, (const unsigned char *)
				  event->sub.buffer, event->sub.size);
		break;
	case TELNET_EV_IAC:
		on_command(term, event->iac.cmd);
		break;
	default:
		break;
	}
}

int console_term_input(struct console_term *term, const char *bytes,
		       size_t len)
{
	if (term->is_broken)
		return -EPROTO;
	/* no character of UTF-8 has this byte */
	term->is_telnet |= memchr(bytes, TELNET_IAC, len) != NULL;
	telnet_recv(term->telnet, bytes, len);
	if (term->is_broken)
		return -EPROTO;
	pump(term);
	return 0;
}

bool console_term_is_hungry(const struct console_term *term)
{
	return !term->in_len;
}

/* --- the rest -------------------------------------------------------------- */

struct console_term *console_term_new(const struct console_term_ops *ops,
				      void *arg)
{
	struct console_term *term = calloc(1, sizeof(*term));

	if (!term)
		return NULL;
	term->ops = ops;
	term->arg = arg;
	term->rows = ROWS;
	term->columns = COLUMNS;
	term->telnet = telnet_init(options, on_event, 0, term);
	if (!term->telnet) {
		free(term);
		return NULL;
	}
	return term;
}

void console_term_free(struct console_term *term)
{
	if (!term)
		return;
	telnet_free(term->telnet);
	drop_text(term);
	explicit_bzero(term, sizeof(*term));
	free(term);
}

void console_term_begin(struct console_term *term)
{
	telnet_negotiate(term->telnet, TELNET_WILL, TELNET_TELOPT_ECHO);
	telnet_negotiate(term->telnet, TELNET_WILL, TELNET_TELOPT_SGA);
	telnet_negotiate(term->telnet, TELNET_DO, TELNET_TELOPT_NAWS);
	/* else clients cut letters of other languages to seven bits */
	telnet_negotiate(term->telnet, TELNET_WILL, TELNET_TELOPT_BINARY);
	telnet_negotiate(term->telnet, TELNET_DO, TELNET_TELOPT_BINARY);
	/* where that shows as rubbish, the first line is written over it */
	send_text(term, "\r");
}

bool console_term_is_telnet(const struct console_term *term)
{
	return term->is_telnet;
}

bool console_term_shows_secrets(const struct console_term *term)
{
	return !term->echoes;
}

unsigned int console_term_columns(const struct console_term *term)
{
	return term->columns;
}

static bool make_room(struct console_term *term, size_t len)
{
	size_t room = term->text_room ? term->text_room : 1024;
	char *text;

	while (room < term->text_len + len + 1)
		room *= 2;
	if (room == term->text_room)
		return true;
	text = realloc(term->text, room);
	if (!text)
		return false;
	term->text = text;
	term->text_room = room;
	return true;
}

void console_term_put(struct console_term *term, const char *text)
{
	/* no character becomes longer */
	if (!make_room(term, strlen(text)))
		return;
	while (*text) {
		size_t len = *text == '\n' ? 1 : log_printable(text);

		if (len)
			memcpy(term->text + term->text_len, text, len);
		else
			term->text[term->text_len] = '?';
		term->text_len += len ? len : 1;
		text += len ? len : 1;
	}
	term->text[term->text_len] = '\0';
}

void console_term_print(struct console_term *term, const char *fmt, ...)
{
	char text[PRINT_LEN];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	console_term_put(term, text);
}

void console_term_ask(struct console_term *term, const char *prompt,
		      bool is_secret, console_answer_fn fn)
{
	size_t at = 0;

	if (term->state == TERM_ENDED)
		return;
	while (*prompt && at + 4 < sizeof(term->prompt)) {
		size_t len = log_printable(prompt);

		if (len)
			memcpy(term->prompt + at, prompt, len);
		else
			term->prompt[at] = '?';
		at += len ? len : 1;
		prompt += len ? len : 1;
	}
	term->prompt[at] = '\0';
	term->is_secret = is_secret;
	term->fn = fn;
	go_on(term);
	pump(term);
}

void console_term_end(struct console_term *term)
{
	if (term->state == TERM_ENDED)
		return;
	/* at a prompt its line is left first */
	if (term->state != TERM_BUSY)
		send_text(term, "\r\n");
	if (term->text)
		send_lines(term, term->text + term->shown,
			   term->text_len - term->shown);
	drop_text(term);
	console_line_clear(&term->line);
	term->state = TERM_ENDED;
}
