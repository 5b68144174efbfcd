// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests that are longer than most, over the control socket: one client's at
 * a time, up to a limit.
 *
 * links: transportd/control.c transportd/control_client.c transportd/control_dispatch.c transportd/control_call.c transportd/control_local.c transportd/control_interface.c transportd/log.c tests/control_run.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../transportd/control_impl.h"
#include "control_run.h"

static void method_size(struct control_call *call, struct json_object *params,
			void *ctx)
{
	struct json_object *reply;
	const char *text;

	(void)params;
	(void)ctx;
	if (control_param_string(call, "text", CONTROL_REQUIRED, &text))
		return;
	reply = json_object_new_object();
	json_object_object_add(reply, "size",
			       json_object_new_uint64(strlen(text)));
	control_reply(call, reply);
}

static const struct control_method methods[] = {
	{ "Size", method_size, CONTROL_READS },
};

static int setup(void **state)
{
	control_setup(state);
	assert_int_equal(control_register(control, methods, 1, NULL), 0);
	return 0;
}

static void expect_closed(int fd)
{
	char *answer = receive(fd);

	if (answer)
		fail_msg("not closed: %s", answer);
	close(fd);
}

#define SIZE_BEGIN \
	"{\"method\":\"org.sehub.transportd.Size\",\"parameters\":{\"text\":\""

static const char small[] = SIZE_BEGIN "small\"}}";

/* A request of @len bytes with its NUL, for free(). */
static char *request_of(size_t len)
{
	size_t before = strlen(SIZE_BEGIN);
	char *text = malloc(len);

	assert_non_null(text);
	memset(text, 'x', len);
	memcpy(text, SIZE_BEGIN, before);
	memcpy(text + len - 4, "\"}}", 4);
	return text;
}

static void expect_size(int fd, size_t len)
{
	struct json_object *reply = expect_reply(receive_json(fd));

	assert_int_equal(int_of(reply, "size"),
			 len - strlen(SIZE_BEGIN "\"}}") - 1);
	json_object_put(reply);
}

static void test_longest_request(void **state)
{
	char *text = request_of(CONTROL_LARGE_MAX);
	int fd = dial();

	(void)state;
	send_bytes(fd, text, CONTROL_LARGE_MAX);
	send_bytes(fd, small, sizeof(small));
	expect_size(fd, CONTROL_LARGE_MAX);
	expect_size(fd, sizeof(small));
	TURN_UNTIL(!control->large);
	free(text);

	text = request_of(CONTROL_LARGE_MAX + 1);
	send_bytes(fd, text, CONTROL_LARGE_MAX + 1);
	expect_refusal(receive_json(fd), CONTROL_INVALID,
		       "the request is too long", NULL);
	expect_closed(fd);
	TURN_UNTIL(!control->large);
	free(text);
}

/* What all clients together can make the daemon hold is bounded. */
static void test_one_large_request(void **state)
{
	size_t len = 2 * CONTROL_MESSAGE_MAX;
	char *text = request_of(len);
	int fd = dial(), other = dial();

	(void)state;
	send_bytes(fd, text, len - 10);
	TURN_UNTIL(control->large);
	send_bytes(other, small, sizeof(small));
	expect_size(other, sizeof(small));
	send_bytes(other, text, len);
	expect_refusal(receive_json(other), CONTROL_INVALID,
		       "the request is long, as is another client's that is not finished: try again",
		       NULL);
	expect_closed(other);
	send_bytes(fd, text + len - 10, 10);
	expect_size(fd, len);
	TURN_UNTIL(!control->large);
	/* one that goes in the middle makes room as well */
	send_bytes(fd, text, len - 10);
	TURN_UNTIL(control->large);
	close(fd);
	TURN_UNTIL(!control->large);
	other = dial();
	send_bytes(other, text, len);
	expect_size(other, len);
	close(other);
	free(text);
}

/* Who may only read has no use for one, and keeps nobody from sending one. */
static void test_reader(void **state)
{
	size_t len = CONTROL_MESSAGE_MAX + 1;
	char *text = request_of(len);
	int fd = dial();

	(void)state;
	TURN_UNTIL(control->clients);
	control->clients->access = CONTROL_READS;
	send_bytes(fd, small, sizeof(small));
	expect_size(fd, sizeof(small));
	send_bytes(fd, text, len);
	expect_refusal(receive_json(fd), CONTROL_INVALID,
		       "the request is too long", NULL);
	assert_null(control->large);
	expect_closed(fd);
	free(text);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, control_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_longest_request),
		TEST(test_one_large_request),
		TEST(test_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
