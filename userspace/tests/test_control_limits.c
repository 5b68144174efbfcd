// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket: the limits of what one client, and all of them, can make
 * the daemon hold.
 *
 * links: transportd/control.c transportd/control_client.c transportd/control_dispatch.c transportd/control_call.c transportd/control_local.c transportd/control_interface.c transportd/log.c tests/control_run.c tests/control_methods.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "control_methods.h"

static void test_input_is_bounded(void **state)
{
	static char junk[65536];
	int fd = dial(), size = 4096;
	size_t sent = 0;
	ssize_t n;

	(void)state;
	memset(junk, 'x', sizeof(junk));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	send_text(fd, "{\"method\":\"org.sehub.transportd.Later\"}");
	TURN_UNTIL(later);
	for (unsigned int still = 0; still < 50; still++) {
		n = send(fd, junk, sizeof(junk), MSG_NOSIGNAL);
		if (n > 0) {
			sent += (size_t)n;
			still = 0;
		}
		assert_true(sent < 4 * CONTROL_MESSAGE_MAX);
		turn();
	}
	assert_true(sent >= CONTROL_MESSAGE_MAX);
	assert_int_equal(control->clients->in_size, CONTROL_MESSAGE_MAX);
	control_reply(later, NULL);
	free(receive(fd));
	/* now it is a request, of which more may be read */
	send_bytes(fd, junk, sizeof(junk));
	TURN_UNTIL(control->large);
	close(fd);
	TURN_UNTIL(!control->large);
}

static void test_big_answer(void **state)
{
	struct json_object *reply;
	int fd = dial();

	(void)state;
	reply = expect_reply(ask(fd, "Big", "{\"size\":3000000}"));
	assert_int_equal(strlen(text_of(reply, "text")), 3000000);
	json_object_put(reply);
	expect_refusal(ask(fd, "Big", "{\"size\":17000000}"), CONTROL_FAILED,
		       "the answer is too long: ask for less", NULL);
	close(fd);
}

static void test_slow_reader(void **state)
{
	int fd;

	(void)state;
	control->write_ms = 50;
	fd = dial();
	send_text(fd, "{\"method\":\"org.sehub.transportd.Big\",\"parameters\":{\"size\":5000000}}");
	send_text(fd, REQUEST("never handled"));
	TURN_UNTIL(control->client_count);
	TURN_UNTIL(!control->client_count);
	assert_int_equal(handled, 0);
	close(fd);
}

static void test_idle_client_costs_nothing(void **state)
{
	int fd = dial();

	(void)state;
	send_text(fd, REQUEST("x"));
	expect_echo(fd, "x");
	turn();
	assert_null(control->clients->in);
	assert_null(control->clients->out);
	assert_false(uv_is_active((uv_handle_t *)&control->clients->timer));
	close(fd);
}

static void test_too_many_clients(void **state)
{
	int places = CONTROL_CLIENTS_MAX;
	int fds[2 * CONTROL_CLIENTS_MAX + 1], extra;

	(void)state;
	for (int i = 0; i < places; i++) {
		fds[i] = dial();
		TURN_UNTIL(control->client_count == (unsigned int)i + 1);
	}
	extra = dial();
	expect_refusal(ask(extra, "Echo", "{\"text\":\"x\"}"), CONTROL_FAILED,
		       "too many clients of the control socket: try again",
		       NULL);
	expect_closed(extra);
	assert_int_equal(handled, 0);
	/* one that says nothing does not stay either */
	extra = dial();
	expect_closed(extra);
	/* those that are there are served, and a place that is left is free */
	send_text(fds[0], REQUEST("first"));
	expect_echo(fds[0], "first");
	close(fds[1]);
	TURN_UNTIL(control->client_count == (unsigned int)places - 1);
	fds[1] = dial();
	send_text(fds[1], REQUEST("again"));
	expect_echo(fds[1], "again");
	for (int i = 0; i < places; i++)
		close(fds[i]);
	TURN_UNTIL(!control->client_count);
}

/* As if its user were in the group of those who may only read. */
static int dial_reader(void)
{
	struct control_client *before = control->clients;
	int fd = dial();

	TURN_UNTIL(control->clients != before);
	control->counts[control->clients->kind]--;
	control->clients->kind = CONTROL_READERS;
	control->counts[CONTROL_READERS]++;
	return fd;
}

static int dial_unread(void)
{
	int fd = dial_reader();

	send_text(fd, "{\"method\":\"org.sehub.transportd.Big\",\"parameters\":{\"size\":16000000}}");
	TURN_UNTIL(control->clients->out);
	return fd;
}

static void test_unread_answers(void **state)
{
	int one = dial_unread(), two = dial_unread(), fd = dial_reader();

	(void)state;
	expect_refusal(ask(fd, "Big", "{\"size\":3000000}"), CONTROL_FAILED,
		       "others have not read their long answers yet: try again",
		       NULL);
	expect_closed(fd);
	/* short ones are had by everybody, and long ones by who is no reader */
	fd = dial_reader();
	json_object_put(expect_reply(ask(fd, "Big", "{\"size\":9000}")));
	close(fd);
	fd = dial();
	json_object_put(expect_reply(ask(fd, "Big", "{\"size\":3000000}")));
	close(fd);
	/* whether it is read, or its reader goes */
	free(receive(one));
	close(two);
	TURN_UNTIL(!control->unread);
	fd = dial_reader();
	json_object_put(expect_reply(ask(fd, "Big", "{\"size\":3000000}")));
	close(fd);
	close(one);
	TURN_UNTIL(!control->client_count);
	assert_int_equal(control->unread, 0);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, methods_setup, \
							control_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_input_is_bounded),
		TEST(test_big_answer),
		TEST(test_slow_reader),
		TEST(test_idle_client_costs_nothing),
		TEST(test_too_many_clients),
		TEST(test_unread_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
