// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One connection of the console. It is read from only while what was typed is
 * taken and what was said is sent, so that a client that only talks, or only
 * listens, costs little.
 */
#include "console_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "ratelimit.h"

/* Bytes that wait to be sent while the client is still read from. */
#define CLIENT_UNSENT_MAX	(64 * 1024)
/* After goodbye, for the client to close its side. */
#define CLIENT_LINGER_MS	2000
/* Before the address of who changed something. */
#define CONSOLE_BY		"console:"

static void client_read(struct console_client *client);

/* --- the end --------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
	struct console_client *client = handle->data;
	struct console *console = client->console;

	if (--client->handles)
		return;
	*client->link = client->next;
	if (client->next)
		client->next->link = client->link;
	if (client->s.is_admin)
		console->admins--;
	else
		console->guests--;
	console_term_free(client->s.term);
	explicit_bzero(client, sizeof(*client));
	free(client);
	console_put_away(console);
}

const char *console_address_of(const struct console_session *s)
{
	return s->by + strlen(CONSOLE_BY);
}

void console_client_close(struct console_client *client)
{
	if (client->is_closing)
		return;
	client->is_closing = true;
	if (client->s.is_admin)
		log_access(LOG_LEVEL_INFO, "console-logout address=%s",
			   console_address_of(&client->s));
	console_session_end(&client->s);
	uv_close((uv_handle_t *)&client->tcp, on_closed);
	uv_close((uv_handle_t *)&client->timer, on_closed);
}

static void on_linger(uv_timer_t *timer)
{
	console_client_close(timer->data);
}

static void on_shutdown(uv_shutdown_t *request, int status)
{
	(void)status;
	free(request);
}

void console_leave(struct console_session *s, const char *text)
{
	struct console_client *client = s->client;
	uv_shutdown_t *request;

	if (client->is_leaving || client->is_closing)
		return;
	console_term_put(s->term, text);
	console_term_put(s->term, "\n");
	console_term_end(s->term);
	client->is_leaving = true;
	console_session_end(s);
	request = malloc(sizeof(*request));
	/* closed at once, what the client still sends would cost it the text */
	if (!request ||
	    uv_shutdown(request, (uv_stream_t *)&client->tcp, on_shutdown)) {
		free(request);
		console_client_close(client);
		return;
	}
	uv_timer_start(&client->timer, on_linger, CLIENT_LINGER_MS, 0);
	client_read(client);
}

/* --- silence --------------------------------------------------------------- */

static void on_idle(uv_timer_t *timer)
{
	struct console_client *client = timer->data;
	struct console_session *s = &client->s;

	console_leave(s, s->is_admin ?
		      T("Nothing was typed for a long time: logged out.") :
		      T("The time to log in is over."));
}

static void client_begin(struct console_client *client)
{
	client->has_begun = true;
	uv_timer_start(&client->timer, on_idle, CONSOLE_LOGIN_MS, 0);
	console_login(&client->s);
}

static void on_silence(uv_timer_t *timer)
{
	client_begin(timer->data);
}

/* Of those who have logged in, each sign of life counts; else the whole time. */
static void client_is_alive(struct console_client *client)
{
	if (client->s.is_admin && !client->is_leaving)
		uv_timer_start(&client->timer, on_idle,
			       client->console->options.idle_ms, 0);
}

void console_client_admitted(struct console_client *client)
{
	client_is_alive(client);
}

/* --- bytes ----------------------------------------------------------------- */

/* A write under way, its bytes behind it. */
struct pending {
	uv_write_t write;
	struct console_client *client;
	char bytes[];
};

static void on_written(uv_write_t *write, int status)
{
	struct pending *pending = write->data;
	struct console_client *client = pending->client;

	free(pending);
	if (client->is_closing)
		return;
	if (status)
		console_client_close(client);
	else
		client_read(client);
}

static void client_send(void *arg, const char *bytes, size_t len)
{
	struct console_session *s = arg;
	struct console_client *client = s->client;
	uv_stream_t *stream = (uv_stream_t *)&client->tcp;
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes,
				   (unsigned int)len);
	struct pending *pending;
	int sent;

	if (client->is_closing || client->is_leaving)
		return;
	sent = uv_try_write(stream, &buf, 1);
	if (sent == (int)len)
		return;
	if (sent < 0 && sent != UV_EAGAIN)
		return;	/* reading finds out, too */
	sent = sent < 0 ? 0 : sent;
	len -= (size_t)sent;
	pending = malloc(sizeof(*pending) + len);
	if (!pending)
		return;
	memcpy(pending->bytes, bytes + sent, len);
	pending->write.data = pending;
	pending->client = client;
	buf = uv_buf_init(pending->bytes, (unsigned int)len);
	if (uv_write(&pending->write, stream, &buf, 1, on_written))
		free(pending);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct console_client *client = handle->data;

	(void)suggested;
	*buf = uv_buf_init(client->buf, sizeof(client->buf));
}

/*
 * A page of the web can make a browser on this machine send what it likes, to
 * here, too: guesses of the password among the lines of a request. Only its
 * first line tells: nothing that ends that line is taken before it is judged.
 */
static bool is_request(const struct console_client *client, size_t len)
{
	static const char *const methods[] = {
		"GET /", "HEAD /", "POST /", "PUT /", "DELETE /", "OPTIONS ",
		"PATCH /", "CONNECT ", "TRACE /",
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		size_t method_len = strlen(methods[i]);

		if (len >= method_len &&
		    !memcmp(client->first, methods[i], method_len))
			return true;
	}
	return memmem(client->first, len, " HTTP/1.", 8);
}

/* A line that is that long is no password, and may be the URL of a request. */
static bool is_first_line_good(struct console_client *client,
			       const char *bytes, size_t len)
{
	size_t room = sizeof(client->first) - client->first_len;
	size_t end = 0;

	/* Enter of telnet is CR NUL */
	while (end < len && bytes[end] != '\r' && bytes[end] != '\n')
		end++;
	if (end > room)
		return false;
	memcpy(client->first + client->first_len, bytes, end);
	client->first_len += end;
	if (is_request(client, client->first_len))
		return false;
	if (end < len) {
		client->is_judged = true;
		/* it may be a password */
		explicit_bzero(client->first, sizeof(client->first));
	}
	return true;
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
	struct console_client *client = stream->data;
	int err = 0;

	if (!count)
		return;
	if (count < 0) {
		console_client_close(client);
		return;
	}
	if (!client->is_judged && !client->is_leaving &&
	    !is_first_line_good(client, buf->base, (size_t)count)) {
		log_warn_limited("console-http by=%s", client->s.by);
		console_leave(&client->s, "This is no web server.");
	}
	if (!client->is_leaving) {
		client_is_alive(client);
		err = console_term_input(client->s.term, buf->base,
					 (size_t)count);
	}
	/* it may be a password */
	explicit_bzero(client->buf, sizeof(client->buf));
	if (client->is_closing)
		return;
	if (err) {
		log_warn_limited("console-broken by=%s", client->s.by);
		console_client_close(client);
		return;
	}
	if (!client->has_begun && !client->is_leaving)
		client_begin(client);
	client_read(client);
}

/* Whether the client is read from now. */
static void client_read(struct console_client *client)
{
	uv_stream_t *stream = (uv_stream_t *)&client->tcp;
	bool on;

	if (client->is_closing)
		return;
	on = client->is_leaving ||
	     (console_term_is_hungry(client->s.term) &&
	      uv_stream_get_write_queue_size(stream) < CLIENT_UNSENT_MAX);
	if (on == client->is_reading)
		return;
	client->is_reading = on;
	if (!on)
		uv_read_stop(stream);
	else if (uv_read_start(stream, on_alloc, on_read))
		console_client_close(client);
}

void console_resume(struct console_session *s)
{
	client_read(s->client);
}

/* --- the beginning --------------------------------------------------------- */

static const char *client_more(void *arg)
{
	struct console_session *s = arg;

	return T("-- more: Enter; enough: q --");
}

static const char *client_too_long(void *arg)
{
	struct console_session *s = arg;

	return T("That line is too long.\n");
}

static const struct console_term_ops term_ops = {
	.send = client_send,
	.more = client_more,
	.too_long = client_too_long,
};

static int client_init(struct console_client *client)
{
	char text[CONFIG_ADDRESS_MAX];
	int len = sizeof(client->source);

	uv_tcp_nodelay(&client->tcp, 1);
	if (uv_tcp_getpeername(&client->tcp,
			       (struct sockaddr *)&client->source, &len))
		return -ENOTCONN;
	config_address_format((const struct sockaddr *)&client->source, text,
			      sizeof(text));
	snprintf(client->s.by, sizeof(client->s.by), CONSOLE_BY "%s", text);
	client->s.options = &client->console->options;
	client->s.term = console_term_new(&term_ops, &client->s);
	return client->s.term ? console_session_begin(&client->s) : -ENOMEM;
}

/* --- places ---------------------------------------------------------------- */

static bool has_place(const struct console_client *client)
{
	return !client->s.is_admin && !client->is_leaving &&
	       !client->is_closing;
}

/* How many guests a source has, and which of them came first. */
static unsigned int count_guests(const struct console_client *of,
				 struct console_client **oldest)
{
	const struct sockaddr *source = (const struct sockaddr *)&of->source;
	struct console_client *client;
	unsigned int count = 0;

	/* the newest is the first */
	for (client = of->console->clients; client; client = client->next) {
		if (!has_place(client) ||
		    !ratelimit_is_same_source((struct sockaddr *)
					      &client->source, source))
			continue;
		count++;
		*oldest = client;
	}
	return count;
}

static void client_turn_away(struct console_session *s)
{
	console_leave(s, T("Too many clients: try again."));
}

/*
 * Whoever only takes places away takes them from itself: the oldest guest goes
 * of the source that has too many, or, if all places are taken, of the one that
 * has the most.
 */
static void make_room(const struct console_client *newest)
{
	struct console *console = newest->console;
	struct console_client *client, *oldest = NULL, *victim = NULL;
	unsigned int guests = 0, count, most = 0;

	for (client = console->clients; client; client = client->next)
		guests += has_place(client);
	if (count_guests(newest, &oldest) > CONSOLE_GUESTS_SOURCE)
		victim = oldest;
	else if (guests <= CONSOLE_GUESTS_MAX)
		return;
	for (client = victim ? NULL : console->clients; client;
	     client = client->next) {
		count = has_place(client) ? count_guests(client, &oldest) : 0;
		if (count > most) {
			most = count;
			victim = oldest;
		}
	}
	log_warn_limited("console-full by=%s", victim->s.by);
	/* those who are turned away do not stay, either */
	if (console->guests > 2 * CONSOLE_GUESTS_MAX)
		console_client_close(victim);
	else
		client_turn_away(&victim->s);
}

void console_client_accept(struct console *console)
{
	struct console_client *client = calloc(1, sizeof(*client));

	if (!client) {
		log_warn_limited("console-accept error=\"out of memory\"");
		return;
	}
	uv_tcp_init(console->options.loop, &client->tcp);
	uv_timer_init(console->options.loop, &client->timer);
	client->tcp.data = client;
	client->timer.data = client;
	client->handles = 2;
	client->console = console;
	client->s.client = client;
	client->next = console->clients;
	client->link = &console->clients;
	if (client->next)
		client->next->link = &client->next;
	console->clients = client;
	console->guests++;
	if (uv_accept((uv_stream_t *)&console->tcp,
		      (uv_stream_t *)&client->tcp) || client_init(client)) {
		console_client_close(client);
		return;
	}
	log_debug("console-connect by=%s", client->s.by);
	make_room(client);
	console_term_begin(client->s.term);
	uv_timer_start(&client->timer, on_silence, CONSOLE_SILENCE_MS, 0);
	client_read(client);
}
