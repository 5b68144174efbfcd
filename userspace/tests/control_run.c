// SPDX-License-Identifier: GPL-2.0-or-later
/* See control_run.h. */
#include <errno.h>
#include <poll.h>
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
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "control_run.h"

uv_loop_t loop;
struct control *control;
struct control_options options;
char control_dir[64], control_path[96];

int control_setup(void **state)
{
	struct control_failure failure;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	strcpy(control_dir, "/tmp/sehub-control-XXXXXX");
	assert_non_null(mkdtemp(control_dir));
	/* other users come, too */
	assert_int_equal(chmod(control_dir, 0711), 0);
	snprintf(control_path, sizeof(control_path), "%s/c.sock", control_dir);
	options = (struct control_options){
		.path = control_path,
		.version = "1.2.3",
	};
	assert_int_equal(uv_loop_init(&loop), 0);
	if (control_open(&loop, &options, &control, &failure))
		fail_msg("%s", failure.text);
	return 0;
}

void control_stop(void)
{
	control_close(control);
	control = NULL;
	uv_run(&loop, UV_RUN_DEFAULT);
}

int control_teardown(void **state)
{
	(void)state;
	control_stop();
	assert_int_equal(uv_loop_close(&loop), 0);
	unlink(control_path);
	assert_int_equal(rmdir(control_dir), 0);
	return 0;
}

int dial(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			0);

	assert_true(fd >= 0);
	strcpy(address.sun_path, control_path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address,
				 sizeof(address)), 0);
	return fd;
}

void turn(void)
{
	struct pollfd poll_fd = { .fd = uv_backend_fd(&loop),
				  .events = POLLIN };

	/* a moment's rest if there is nothing to do */
	if (!uv_run(&loop, UV_RUN_NOWAIT) || uv_backend_timeout(&loop))
		poll(&poll_fd, 1, 1);
}

void send_bytes(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

		if (sent < 0) {
			/* a daemon that has had enough closes */
			if (errno == EPIPE || errno == ECONNRESET)
				return;
			assert_int_equal(errno, EAGAIN);
			turn();
			continue;
		}
		bytes += sent;
		len -= (size_t)sent;
	}
}

void send_text(int fd, const char *text)
{
	send_bytes(fd, text, strlen(text) + 1);
}

char *receive(int fd)
{
	size_t len = 0, size = 4096;
	char *text = malloc(size);
	uint64_t start = uv_hrtime();

	assert_non_null(text);
	for (;;) {
		/* what follows the NUL is another message's */
		ssize_t got = recv(fd, text + len, size - len, MSG_PEEK);
		const char *end;

		if (!got || (got < 0 && errno == ECONNRESET)) {
			free(text);
			return NULL;
		}
		if (got < 0) {
			assert_int_equal(errno, EAGAIN);
			if (uv_hrtime() - start > DEADLINE_MS * 1000000ULL)
				fail_msg("no answer");
			turn();
			continue;
		}
		end = memchr(text + len, 0, (size_t)got);
		if (end)
			got = end + 1 - (text + len);
		assert_int_equal(recv(fd, text + len, (size_t)got, 0), got);
		if (end)
			return text;
		len += (size_t)got;
		if (len == size) {
			size *= 2;
			text = realloc(text, size);
			assert_non_null(text);
		}
	}
}

struct json_object *receive_json(int fd)
{
	struct json_object *object;
	char *text = receive(fd);

	if (!text)
		fail_msg("closed instead of an answer");
	object = json_tokener_parse(text);
	if (!object)
		fail_msg("no JSON: %s", text);
	free(text);
	return object;
}

struct json_object *ask(int fd, const char *method, const char *params)
{
	char *text;

	if (asprintf(&text, "{\"method\":\"%s%s\"%s%s}",
		     strchr(method, '.') ? "" : CONTROL_INTERFACE ".", method,
		     params ? ",\"parameters\":" : "",
		     params ? params : "") < 0)
		fail();
	send_text(fd, text);
	free(text);
	return receive_json(fd);
}

struct json_object *expect_reply(struct json_object *answer)
{
	struct json_object *params;

	if (json_object_object_get(answer, "error"))
		fail_msg("%s", json_object_to_json_string(answer));
	params = json_object_get(json_object_object_get(answer, "parameters"));
	assert_non_null(params);
	json_object_put(answer);
	return params;
}

void expect_done(int fd, const char *method, const char *params)
{
	struct json_object *reply = expect_reply(ask(fd, method, params));

	assert_int_equal(json_object_object_length(reply), 0);
	json_object_put(reply);
}

const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no \"%s\" in %s", key,
			 json_object_to_json_string(object));
	return value ? json_object_get_string(value) : NULL;
}

int64_t int_of(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);

	if (!json_object_is_type(value, json_type_int))
		fail_msg("no number \"%s\" in %s", key,
			 json_object_to_json_string(object));
	return json_object_get_int64(value);
}

bool bool_of(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);

	if (!json_object_is_type(value, json_type_boolean))
		fail_msg("no boolean \"%s\" in %s", key,
			 json_object_to_json_string(object));
	return json_object_get_boolean(value);
}

void expect_refusal(struct json_object *answer, const char *error,
		    const char *message, const char *parameter)
{
	struct json_object *params;

	params = json_object_object_get(answer, "parameters");
	assert_non_null(params);
	assert_string_equal(text_of(answer, "error"), error);
	assert_string_equal(text_of(params, "message"), message);
	if (parameter)
		assert_string_equal(text_of(params, "parameter"), parameter);
	else
		assert_false(json_object_object_get_ex(params, "parameter",
						       NULL));
	json_object_put(answer);
}
