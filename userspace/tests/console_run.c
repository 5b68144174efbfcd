// SPDX-License-Identifier: GPL-2.0-or-later
/* See console_run.h. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../transportd/control.h"
#include "../transportd/control_admin.h"
#include "console_run.h"
#include "control_run.h"
#include "store_place.h"

#define PLAYED_MAX	16
#define CLIENTS		128

struct console_options console_options;
struct console *console;
uint64_t clock_ms;

/* --- methods that are played --- */

static struct played {
	struct control_method method;
	const char *reply;
	char params[1024];
	unsigned int calls;
} played[PLAYED_MAX];
static unsigned int played_count;

static void play_handler(struct control_call *call, struct json_object *params,
			 void *ctx)
{
	struct played *p = ctx;

	snprintf(p->params, sizeof(p->params), "%s",
		 json_object_to_json_string_ext(params,
						JSON_C_TO_STRING_PLAIN));
	p->calls++;
	if (p->reply[0] == '!')
		control_error(call, CONTROL_FAILED, NULL, "%s", p->reply + 1);
	else
		control_reply(call, json_tokener_parse(p->reply));
}

static struct played *find_played(const char *method)
{
	for (unsigned int i = 0; i < played_count; i++)
		if (!strcmp(played[i].method.name, method))
			return &played[i];
	return NULL;
}

void play(const char *method, const char *reply)
{
	struct played *p = find_played(method);

	if (!p) {
		assert_true(played_count < PLAYED_MAX);
		p = &played[played_count++];
		memset(p, 0, sizeof(*p));
		p->method.name = method;
		p->method.handler = play_handler;
		assert_int_equal(control_register(control, &p->method, 1, p),
				 0);
	}
	p->reply = reply;
}

void expect_call(const char *method, const char *params)
{
	struct played *p = find_played(method);

	assert_non_null(p);
	assert_true(p->calls);
	assert_string_equal(p->params, params);
}

unsigned int calls_of(const char *method)
{
	struct played *p = find_played(method);

	return p ? p->calls : 0;
}

void await_calls(const char *method, unsigned int count)
{
	TURN_UNTIL(calls_of(method) == count);
}

/* --- the console --- */

static uint64_t now(void)
{
	return clock_ms;
}

static struct control_admin *admin;

static void on_password(void *ctx, const char *by)
{
	(void)ctx;
	console_password_changed(console, by);
}

int console_setup_new(void **state)
{
	static struct config_listen address;
	struct sehub_err err;

	signal(SIGPIPE, SIG_IGN);
	played_count = 0;
	clock_ms = 1000000;
	if (setup(state) || control_setup(state) ||
	    control_admin_register(control, store, on_password, NULL, &admin) ||
	    config_address_parse("127.0.0.1:1", &address))
		return -1;
	/* any port */
	memset((char *)&address.addr + 2, 0, 2);
	console_options.loop = &loop;
	console_options.address = &address;
	console_options.control = control;
	console_options.store = store;
	console_options.version = "1.2.3";
	console_options.now_ms = now;
	if (!console_options.idle_ms)
		console_options.idle_ms = 600000;
	if (console_open(&console_options, &console, &err))
		fail_msg("%s", err.text);
	return 0;
}

int console_setup(void **state)
{
	static struct auth_verifier sesame;

	/* once: it is made to take its time */
	if (console_setup_new(state) ||
	    (!sesame.iterations && auth_make_verifier("sesame", &sesame)))
		return -1;
	return store_admin_set(store, &sesame, NULL);
}

int console_teardown(void **state)
{
	console_close(console);
	console = NULL;
	memset(&console_options, 0, sizeof(console_options));
	if (control_teardown(state))
		return -1;
	control_admin_free(admin);
	return teardown(state);
}

/* --- clients --- */

/* What a client has received, and how much of it was looked at. */
static struct {
	char text[256 * 1024];
	size_t len;
	size_t seen;
} heard[CLIENTS];

int console_dial_from(uint32_t source)
{
	struct sockaddr_in from = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(source),
	};
	struct config_listen address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(console_address(console, &address), 0);
	assert_true(fd >= 0 && fd < CLIENTS);
	heard[fd].len = 0;
	heard[fd].seen = 0;
	assert_int_equal(connect(fd, (struct sockaddr *)&address.addr,
				 address.len), 0);
	return fd;
}

int console_dial(void)
{
	return console_dial_from(INADDR_LOOPBACK);
}

/* False: the console has closed it. */
static bool hear(int fd)
{
	size_t room = sizeof(heard[fd].text) - 1 - heard[fd].len;
	ssize_t got = recv(fd, heard[fd].text + heard[fd].len, room,
			   MSG_DONTWAIT);

	assert_true(room);
	if (!got || (got < 0 && errno == ECONNRESET))
		return false;
	if (got < 0) {
		assert_int_equal(errno, EAGAIN);
		turn();
		return true;
	}
	/* options have NULs */
	for (ssize_t i = 0; i < got; i++)
		if (!heard[fd].text[heard[fd].len + (size_t)i])
			heard[fd].text[heard[fd].len + (size_t)i] = ' ';
	heard[fd].len += (size_t)got;
	heard[fd].text[heard[fd].len] = '\0';
	return true;
}

void say(int fd, const char *text)
{
	send_bytes(fd, text, strlen(text));
}

void expect_without(int fd, const char *text, const char *other)
{
	uint64_t start = uv_hrtime();
	const char *from, *found;

	for (;;) {
		from = heard[fd].text + heard[fd].seen;
		heard[fd].text[heard[fd].len] = '\0';
		found = strstr(from, text);
		if (found)
			break;
		if (uv_hrtime() - start > DEADLINE_MS * 1000000ULL)
			fail_msg("never: \"%s\" in \"%s\"", text, from);
		if (!hear(fd))
			fail_msg("closed before \"%s\" in \"%s\"", text, from);
	}
	if (other && strstr(from, other) && strstr(from, other) < found)
		fail_msg("\"%s\" in \"%s\"", other, from);
	heard[fd].seen = (size_t)(found - heard[fd].text) + strlen(text);
}

void expect_text(int fd, const char *text)
{
	expect_without(fd, text, NULL);
}

void talk(int fd, const char *text, const char *answer)
{
	say(fd, text);
	expect_text(fd, answer);
}

void expect_end(int fd)
{
	uint64_t start = uv_hrtime();

	while (hear(fd))
		if (uv_hrtime() - start > DEADLINE_MS * 1000000ULL)
			fail_msg("never closed");
	close(fd);
}

int console_enter_as_admin(void)
{
	int fd = console_dial();

	talk(fd, "sesame\n", "Main menu: ");
	return fd;
}

/* --- catalogues --- */

static char catalogues[64];

void write_catalogue(const char *language, const char *const pairs[][2],
		     unsigned int count)
{
	uint32_t head[7] = { 0x950412de, 0, count, 28, 28 + 8 * count };
	char name[160], texts[4096];
	uint32_t at = 28 + 16 * count, tables[2][2 * 64];
	size_t len = 0;
	FILE *file;

	assert_true(count <= 64);
	for (unsigned int side = 0; side < 2; side++)
		for (unsigned int i = 0; i < count; i++) {
			tables[side][2 * i] = (uint32_t)strlen(pairs[i][side]);
			tables[side][2 * i + 1] = at + (uint32_t)len;
			strcpy(texts + len, pairs[i][side]);
			len += strlen(pairs[i][side]) + 1;
		}
	strcpy(catalogues, "/tmp/sehub-texts-XXXXXX");
	assert_non_null(mkdtemp(catalogues));
	snprintf(name, sizeof(name), "mkdir -p %s/%s/LC_MESSAGES", catalogues,
		 language);
	assert_int_equal(system(name), 0);
	snprintf(name, sizeof(name), "%s/%s/LC_MESSAGES/sehub.mo", catalogues,
		 language);
	file = fopen(name, "w");
	assert_non_null(file);
	fwrite(head, sizeof(head), 1, file);
	fwrite(tables[0], 8, count, file);
	fwrite(tables[1], 8, count, file);
	fwrite(texts, 1, len, file);
	fclose(file);
	setenv("TEXTDOMAINDIR", catalogues, 1);
}

void remove_catalogues(void)
{
	char command[96];

	unsetenv("TEXTDOMAINDIR");
	snprintf(command, sizeof(command), "rm -r %s", catalogues);
	assert_int_equal(system(command), 0);
}
