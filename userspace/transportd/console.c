// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console as a whole: its socket, its languages, how many clients there may
 * be, and how often a password may be tried.
 */
#include "console_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>

#include "auth.h"
#include "log.h"
#include "ratelimit.h"
#include "store.h"

#define CONSOLE_BACKLOG		16
/* Sources whose wrong passwords are remembered. */
#define CONSOLE_SOURCES		1024

static uint64_t now_ms(void)
{
	return uv_hrtime() / 1000000;
}

const struct console_catalogue *
console_language(const struct console_session *s,
		 enum config_language language)
{
	return language == CONFIG_LANGUAGE_JA ? s->client->console->japanese :
						NULL;
}

/* --- passwords ------------------------------------------------------------- */

int console_check_password(struct console_session *s, const char *password,
			   uint64_t *wait_ms)
{
	const struct console_client *client = s->client;
	struct console *console = client->console;
	const struct sockaddr *from = (const struct sockaddr *)&client->source;
	struct auth_verifier verifier;
	struct store_error error;
	int err;

	err = ratelimit_begin(console->limit, from, console->options.now_ms(),
			      wait_ms);
	if (err)
		return -EAGAIN;
	err = store_admin_get(console->options.store, &verifier, &error);
	if (!err)
		err = auth_check_verifier(password, &verifier);
	else if (err != -ENOENT)
		log_error("console error=%s", LOG_QUOTED(error.text));
	OPENSSL_cleanse(&verifier, sizeof(verifier));
	ratelimit_end(console->limit, from, console->options.now_ms(),
		      err == -EACCES);
	if (err == -EACCES)
		log_access_limited(LOG_LEVEL_WARN, "console-refused address=%s",
				   console_address_of(s));
	return err;
}

bool console_admit(struct console_session *s)
{
	struct console *console = s->client->console;

	if (console->admins == CONSOLE_ADMINS_MAX)
		return false;
	console->admins++;
	console->guests--;
	s->is_admin = true;
	console_client_admitted(s->client);
	log_access(LOG_LEVEL_INFO, "console-login address=%s",
		   console_address_of(s));
	return true;
}

/* --- the socket ------------------------------------------------------------ */

static void console_free(struct console *console)
{
	ratelimit_free(console->limit);
	console_catalogue_free(console->japanese);
	free(console);
}

void console_put_away(struct console *console)
{
	if (console->is_closing && console->is_closed && !console->clients)
		console_free(console);
}

static void on_closed(uv_handle_t *handle)
{
	struct console *console = handle->data;

	console->is_closed = true;
	console_put_away(console);
}

static void on_connection(uv_stream_t *stream, int status)
{
	struct console *console = stream->data;

	if (status < 0)
		log_warn_limited("console-accept error=\"%s\"",
				 uv_strerror(status));
	else
		console_client_accept(console);
}

static int console_listen(struct console *console)
{
	const struct config_listen *address = console->options.address;
	unsigned int flags = address->addr.ss_family == AF_INET6 ?
			     UV_TCP_IPV6ONLY : 0;
	int err;

	err = uv_tcp_bind(&console->tcp,
			  (const struct sockaddr *)&address->addr, flags);
	if (!err)
		err = uv_listen((uv_stream_t *)&console->tcp, CONSOLE_BACKLOG,
				on_connection);
	return err;
}

/* Without the catalogue the console speaks English. */
static void open_languages(struct console *console)
{
	int err;

	if (console->options.language == CONFIG_LANGUAGE_EN)
		return;
	err = console_catalogue_open("ja", &console->japanese);
	if (err && (err != -ENOENT ||
		    console->options.language == CONFIG_LANGUAGE_JA))
		log_warn("console-language language=ja error=\"%s\"",
			 err == -EUCLEAN ? "the catalogue is damaged" :
					   strerror(-err));
}

int console_open(const struct console_options *options,
		 struct console **consolep, struct sehub_err *err)
{
	const struct ratelimit_settings limits = {
		.failures_max = CONSOLE_ATTEMPTS,
		.window_ms = CONSOLE_ATTEMPTS_MS,
		.concurrent_max = CONSOLE_GUESTS_MAX + CONSOLE_ADMINS_MAX,
		.entries_max = CONSOLE_SOURCES,
	};
	struct console *console = calloc(1, sizeof(*console));
	char text[CONFIG_ADDRESS_MAX];
	int ret;

	*consolep = NULL;
	if (!console)
		return sehub_err_errno(err, ENOMEM, "console");
	console->options = *options;
	if (!console->options.now_ms)
		console->options.now_ms = now_ms;
	console->limit = ratelimit_new(&limits);
	if (!console->limit) {
		console_free(console);
		return sehub_err_errno(err, ENOMEM, "console");
	}
	open_languages(console);
	uv_tcp_init(options->loop, &console->tcp);
	console->tcp.data = console;
	config_address_format((const struct sockaddr *)&options->address->addr,
			      text, sizeof(text));
	ret = console_listen(console);
	if (ret) {
		console_close(console);
		return sehub_err_set(err, ret,
				     "cannot listen on %s: %s: set console to another address, or to none",
				     text, uv_strerror(ret));
	}
	log_info("console address=%s", text);
	if (!config_address_is_local(options->address))
		log_warn("console-open address=%s effect=\"others reach it, and passwords and all else pass in clear\"",
			 text);
	*consolep = console;
	return 0;
}

void console_close(struct console *console)
{
	struct console_client *client, *next;

	if (!console || console->is_closing)
		return;
	console->is_closing = true;
	for (client = console->clients; client; client = next) {
		next = client->next;
		console_client_close(client);
	}
	uv_close((uv_handle_t *)&console->tcp, on_closed);
}

void console_password_changed(struct console *console, const char *by)
{
	struct console_client *client, *next;

	for (client = console ? console->clients : NULL; client;
	     client = next) {
		struct console_session *s = &client->s;

		next = client->next;
		if (s->is_admin && strcmp(s->by, by))
			console_leave(s, T("The password was changed: logged out."));
	}
}

int console_address(const struct console *console,
		    struct config_listen *address)
{
	int len = sizeof(address->addr);
	int err = uv_tcp_getsockname(&console->tcp,
				     (struct sockaddr *)&address->addr, &len);

	address->len = (socklen_t)len;
	return err;
}
