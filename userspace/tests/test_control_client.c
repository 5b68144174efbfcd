// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The client of the control socket against a server that answers in every way
 * it should not.
 *
 * links: lib/control.c lib/err.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/control.h"

#define TIMEOUT_MS	10000

/**
 * struct server - answers one call
 * @path: socket
 * @fd: listening socket
 * @answer: what is sent once the request is there
 * @len: its bytes
 * @step: bytes in one send()
 * @stays: wait until the client has gone instead of closing
 * @request: what came, up to its NUL
 */
static struct server {
	char path[64];
	int fd;
	const char *answer;
	size_t len;
	size_t step;
	bool stays;
	char request[4096];
} server;

static void *serve(void *arg)
{
	int fd = accept(server.fd, NULL, NULL);
	size_t len = 0;
	char c;

	(void)arg;
	while (read(fd, &server.request[len], 1) == 1 && server.request[len])
		len++;
	for (size_t at = 0; at < server.len;) {
		size_t n = server.len - at < server.step ? server.len - at :
							   server.step;

		if (send(fd, server.answer + at, n, MSG_NOSIGNAL) < 0)
			break;
		at += n;
	}
	if (server.stays)
		while (read(fd, &c, 1) > 0)
			;
	close(fd);
	return NULL;
}

static int setup(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	(void)state;
	snprintf(server.path, sizeof(server.path), "/tmp/sehub-test-%d.sock",
		 (int)getpid());
	strcpy(addr.sun_path, server.path);
	unlink(server.path);
	server.fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return bind(server.fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	       listen(server.fd, 4);
}

static int teardown(void **state)
{
	(void)state;
	close(server.fd);
	return unlink(server.path);
}

/* One call that is answered with these bytes. */
static int call(const char *answer, size_t len, size_t step, bool stays,
		unsigned int timeout_ms, struct json_object **reply,
		struct sehub_err *err)
{
	struct json_object *params = json_object_new_object();
	pthread_t thread;
	int code;

	server.answer = answer;
	server.len = len;
	server.step = step;
	server.stays = stays;
	json_object_object_add(params, "vlan", json_object_new_int(12));
	assert_int_equal(pthread_create(&thread, NULL, serve, NULL), 0);
	code = sehub_control_call(server.path, "UserList", params, timeout_ms,
				  reply, err);
	pthread_join(thread, NULL);
	json_object_put(params);
	return code;
}

#define ANSWER(text)	text, sizeof(text), sizeof(text)

static void test_reply(void **state)
{
	static const char answer[] = "{\"parameters\":{\"users\":[1,2]}}";
	struct json_object *reply;
	struct json_object *users;
	struct sehub_err err;

	(void)state;
	/* whole, and a byte at a time */
	for (size_t step = 1; step <= sizeof(answer);
	     step += sizeof(answer) - 1) {
		assert_int_equal(call(answer, sizeof(answer), step, false,
				      TIMEOUT_MS, &reply, &err), 0);
		assert_true(json_object_object_get_ex(reply, "users", &users));
		assert_int_equal(json_object_array_length(users), 2);
		json_object_put(reply);
	}
	assert_string_equal(server.request,
			    "{\"method\":\"org.sehub.transportd.UserList\","
			    "\"parameters\":{\"vlan\":12}}");
	/* a reply without parameters is an empty one */
	assert_int_equal(call(ANSWER("{}"), false, TIMEOUT_MS, &reply, &err),
			 0);
	assert_int_equal(json_object_object_length(reply), 0);
	json_object_put(reply);
	assert_int_equal(call(ANSWER("{}"), false, TIMEOUT_MS, NULL, NULL), 0);
}

static void test_long_reply(void **state)
{
	size_t len = 300000;
	char *answer = malloc(len + 64);
	struct json_object *reply;
	struct json_object *text;
	struct sehub_err err;
	int at;

	(void)state;
	at = sprintf(answer, "{\"parameters\":{\"text\":\"");
	memset(answer + at, 'x', len);
	strcpy(answer + at + len, "\"}}");
	assert_int_equal(call(answer, at + len + 4, 65536, false, TIMEOUT_MS,
			      &reply, &err), 0);
	assert_true(json_object_object_get_ex(reply, "text", &text));
	assert_int_equal(json_object_get_string_len(text), len);
	json_object_put(reply);
	free(answer);
}

static void test_errors(void **state)
{
	static const struct {
		const char *answer;
		int code;
		const char *text;
		const char *name;
	} cases[] = {
		{ "{\"error\":\"org.sehub.transportd.NotFound\","
		  "\"parameters\":{\"message\":\"no user bob in hub 12\"}}",
		  -ENOENT, "no user bob in hub 12", "NotFound" },
		{ "{\"error\":\"org.sehub.transportd.Exists\","
		  "\"parameters\":{\"message\":\"there is one\"}}",
		  -EEXIST, "there is one", "Exists" },
		{ "{\"error\":\"org.sehub.transportd.InvalidParameter\","
		  "\"parameters\":{\"parameter\":\"vlan\"}}",
		  -EINVAL, "sehub-transportd says InvalidParameter: vlan",
		  "InvalidParameter" },
		{ "{\"error\":\"org.sehub.transportd.Denied\"}",
		  -EACCES, "sehub-transportd says Denied", "Denied" },
		{ "{\"error\":\"org.sehub.transportd.Failed\","
		  "\"parameters\":{\"message\":7}}",
		  -EIO, "sehub-transportd says Failed", "Failed" },
		{ "{\"error\":\"org.varlink.service.MethodNotFound\"}",
		  -EOPNOTSUPP,
		  "sehub-transportd does not know this; is it an older version?",
		  "MethodNotFound" },
		{ "{\"error\":\"Odd\"}", -EIO, "sehub-transportd says Odd",
		  "Odd" },
	};
	struct json_object *reply;
	struct sehub_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].answer) + 1;

		assert_int_equal(call(cases[i].answer, len, len, false,
				      TIMEOUT_MS, &reply, &err),
				 cases[i].code);
		assert_null(reply);
		assert_int_equal(err.code, cases[i].code);
		assert_string_equal(err.text, cases[i].text);
		assert_string_equal(err.attr, cases[i].name);
	}
}

static void test_bad_answers(void **state)
{
	static const char *const garbage[] = { "", "[]", "{", "hello", "7" };
	struct json_object *reply;
	struct sehub_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
		assert_int_equal(call(garbage[i], strlen(garbage[i]) + 1, 64,
				      false, TIMEOUT_MS, &reply, &err),
				 -EBADMSG);
	/* the connection ends before the NUL, or at once */
	assert_int_equal(call("{}", 2, 2, false, TIMEOUT_MS, &reply, &err),
			 -ECONNRESET);
	assert_int_equal(call("", 0, 1, false, TIMEOUT_MS, &reply, &err),
			 -ECONNRESET);
	/* the answer does not come, or not all of it */
	assert_int_equal(call("", 0, 1, true, 50, &reply, &err), -ETIMEDOUT);
	assert_int_equal(call("{}", 2, 2, true, 50, &reply, &err), -ETIMEDOUT);
}

static void test_endless_answer(void **state)
{
	size_t len = SEHUB_CONTROL_MAX + 1;
	char *answer = malloc(len);
	struct json_object *reply;
	struct sehub_err err;

	(void)state;
	memset(answer, ' ', len);
	assert_int_equal(call(answer, len, 65536, false, TIMEOUT_MS, &reply,
			      &err), -EMSGSIZE);
	free(answer);
}

static void test_no_server(void **state)
{
	char path[200];
	struct sehub_err err;

	(void)state;
	assert_int_equal(sehub_control_call("/nonexistent/socket", "Status",
					    NULL, 100, NULL, &err),
			 -ECONNREFUSED);
	assert_string_equal(err.text,
			    "cannot reach sehub-transportd at /nonexistent/socket: "
			    "No such file or directory; is it running? "
			    "(systemctl start sehub-transportd)");
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(sehub_control_call(path, "Status", NULL, 100, NULL,
					    &err), -ENAMETOOLONG);
	/* the environment names the socket where the caller does not */
	setenv(SEHUB_CONTROL_ENV, "/nonexistent/other", 1);
	assert_int_equal(sehub_control_call(NULL, "Status", NULL, 100, NULL,
					    &err), -ECONNREFUSED);
	assert_non_null(strstr(err.text, "/nonexistent/other"));
	unsetenv(SEHUB_CONTROL_ENV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reply),
		cmocka_unit_test(test_long_reply),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_bad_answers),
		cmocka_unit_test(test_endless_answer),
		cmocka_unit_test(test_no_server),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
