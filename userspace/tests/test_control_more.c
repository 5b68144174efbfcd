// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a request says of its answers: several of them to one call, none, or
 * another protocol; and clients that do not read what they asked for.
 *
 * links: transportd/control.c transportd/control_client.c transportd/control_dispatch.c transportd/control_call.c transportd/control_local.c transportd/control_interface.c transportd/log.c tests/control_run.c
 */
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

#include "../transportd/control_impl.h"
#include "control_run.h"

#define NAME		"org.sehub.transportd.Count"
#define MORE		"{\"method\":\"" NAME "\",\"more\":true}"

/* The one call of a test, what was told of it, and the next number. */
static struct control_call *counting;
static unsigned int ready, gone, handled;
static int64_t next;

static void on_ready(struct control_call *call, void *arg)
{
	assert_ptr_equal(call, counting);
	assert_ptr_equal(arg, &next);
	ready++;
}

static void on_gone(struct control_call *call, void *arg)
{
	assert_ptr_equal(call, counting);
	assert_ptr_equal(arg, &next);
	gone++;
	counting = NULL;
	control_reply(call, NULL);
}

static struct json_object *number(const char *filler)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "number", json_object_new_int64(next++));
	if (filler)
		json_object_object_add(object, "filler",
				       json_object_new_string(filler));
	return object;
}

static void method_count(struct control_call *call, struct json_object *params,
			 void *ctx)
{
	(void)params;
	(void)ctx;
	handled++;
	if (control_params_end(call))
		return;
	if (!control_call_wants_more(call)) {
		control_error_more(call);
		return;
	}
	counting = call;
	control_call_on_ready(call, on_ready, &next);
	control_call_on_gone(call, on_gone, &next);
	control_reply_more(call, number(NULL));
}

static const struct control_method methods[] = {
	{ "Count", method_count, CONTROL_READS },
};

static int setup(void **state)
{
	control_setup(state);
	counting = NULL;
	ready = 0;
	gone = 0;
	handled = 0;
	next = 1;
	assert_int_equal(control_register(control, methods, 1, NULL), 0);
	return 0;
}

static void expect_number(int fd, int64_t value, bool continues)
{
	struct json_object *message = receive_json(fd);

	assert_int_equal(int_of(json_object_object_get(message, "parameters"),
				"number"), value);
	assert_int_equal(json_object_object_get_ex(message, "continues", NULL),
			 continues);
	if (continues)
		assert_true(bool_of(message, "continues"));
	json_object_put(message);
}

static void expect_closed(int fd)
{
	char *answer = receive(fd);

	if (answer)
		fail_msg("not closed: %s", answer);
	close(fd);
}

static void test_several(void **state)
{
	int fd = dial();

	(void)state;
	send_text(fd, MORE);
	/* the next request waits for the end of this one */
	send_text(fd, "{\"method\":\"org.varlink.service.GetInfo\"}");
	expect_number(fd, 1, true);
	TURN_UNTIL(ready == 1);
	control_reply_more(counting, number(NULL));
	assert_int_equal(ready, 1);
	expect_number(fd, 2, true);
	TURN_UNTIL(ready == 2);
	control_reply(counting, number(NULL));
	expect_number(fd, 3, false);
	json_object_put(expect_reply(receive_json(fd)));
	assert_int_equal(ready, 2);
	assert_int_equal(gone, 0);
	close(fd);
}

static void test_ends_with_an_error(void **state)
{
	int fd = dial();

	(void)state;
	send_text(fd, MORE);
	expect_number(fd, 1, true);
	TURN_UNTIL(ready);
	control_error(counting, CONTROL_FAILED, NULL, "no more");
	expect_refusal(receive_json(fd), CONTROL_FAILED, "no more", NULL);
	close(fd);
}

static void test_more_is_expected(void **state)
{
	struct json_object *answer;
	int fd = dial();

	(void)state;
	answer = ask(fd, "Count", NULL);
	assert_string_equal(text_of(answer, "error"),
			    "org.varlink.service.ExpectedMore");
	assert_int_equal(json_object_object_length(
				 json_object_object_get(answer, "parameters")),
			 0);
	json_object_put(answer);
	send_text(fd, "{\"method\":\"" NAME "\",\"more\":false}");
	answer = receive_json(fd);
	assert_string_equal(text_of(answer, "error"),
			    "org.varlink.service.ExpectedMore");
	json_object_put(answer);
	/* one that has one answer gives that */
	send_text(fd, "{\"method\":\"org.varlink.service.GetInfo\",\"more\":true}");
	answer = receive_json(fd);
	assert_false(json_object_object_get_ex(answer, "continues", NULL));
	json_object_put(expect_reply(answer));
	close(fd);
}

static void test_flags(void **state)
{
	static const struct {
		const char *flags, *message, *parameter;
	} bad[] = {
		{ "\"more\":1", "more: has to be true or false", "more" },
		{ "\"more\":\"true\"", "more: has to be true or false",
		  "more" },
		{ "\"oneway\":[]", "oneway: has to be true or false",
		  "oneway" },
		{ "\"upgrade\":{}", "upgrade: has to be true or false",
		  "upgrade" },
		{ "\"upgrade\":true",
		  "upgrade: no method here speaks another protocol: leave it out",
		  "upgrade" },
		{ "\"upgrade\":true,\"more\":true",
		  "upgrade: no method here speaks another protocol: leave it out",
		  "upgrade" },
		{ "\"oneway\":true,\"more\":true",
		  "more: a oneway call has no answer at all: leave out one of them",
		  "more" },
	};
	char text[256];
	int fd = dial();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "{\"method\":\"" NAME "\",%s}",
			 bad[i].flags);
		send_text(fd, text);
		expect_refusal(receive_json(fd), CONTROL_INVALID,
			       bad[i].message, bad[i].parameter);
	}
	assert_int_equal(handled, 0);
	/* the connection is what it was */
	send_text(fd, "{\"method\":\"" NAME "\",\"upgrade\":false,\"oneway\":false,\"more\":true}");
	expect_number(fd, 1, true);
	close(fd);
	TURN_UNTIL(gone);
}

static void test_gone(void **state)
{
	int fd = dial();

	(void)state;
	send_text(fd, MORE);
	expect_number(fd, 1, true);
	TURN_UNTIL(ready);
	close(fd);
	TURN_UNTIL(gone);
	TURN_UNTIL(!control->client_count);
	/* and while an answer is on its way */
	ready = 0;
	gone = 0;
	fd = dial();
	send_text(fd, MORE);
	TURN_UNTIL(counting);
	close(fd);
	TURN_UNTIL(gone);
	TURN_UNTIL(!control->client_count);
}

static void test_closed_by_us(void **state)
{
	int fd = dial();

	(void)state;
	send_text(fd, MORE);
	expect_number(fd, 1, true);
	control_stop();
	assert_int_equal(gone, 1);
	expect_closed(fd);
}

/* Who closes his own side still reads, for as long as he likes. */
static void test_half_closed(void **state)
{
	int fd = dial();

	(void)state;
	send_text(fd, MORE);
	shutdown(fd, SHUT_WR);
	expect_number(fd, 1, true);
	for (int64_t i = 2; i < 20; i++) {
		TURN_UNTIL(ready);
		ready = 0;
		control_reply_more(counting, number(NULL));
		expect_number(fd, i, true);
	}
	assert_int_equal(gone, 0);
	TURN_UNTIL(ready);
	control_reply(counting, number(NULL));
	expect_number(fd, 20, false);
	expect_closed(fd);
}

/* One that has closed his side and then goes is missed, though nothing happens. */
static void test_half_closed_and_gone(void **state)
{
	int fd = dial();

	(void)state;
	send_text(fd, MORE);
	shutdown(fd, SHUT_WR);
	expect_number(fd, 1, true);
	TURN_UNTIL(ready && control->clients->last);
	close(fd);
	TURN_UNTIL(gone);
	TURN_UNTIL(!control->client_count);
}

/* Fills what the kernel holds for a client: the last answer stays behind. */
static void fill(const char *filler)
{
	do {
		ready = 0;
		control_reply_more(counting, number(filler));
		for (unsigned int i = 0; i < 20 && !ready; i++)
			turn();
	} while (ready);
}

static char *make_filler(void)
{
	char *text = malloc(60001);

	assert_non_null(text);
	memset(text, 'x', 60000);
	text[60000] = '\0';
	return text;
}

static void test_slow_reader(void **state)
{
	char *filler = make_filler();
	int64_t last;
	int fd;

	(void)state;
	/* no time is long enough to end him */
	control->write_ms = 20;
	fd = dial();
	send_text(fd, MORE);
	TURN_UNTIL(ready);
	fill(filler);
	last = next;
	for (uint64_t start = uv_hrtime();
	     uv_hrtime() - start < 5 * control->write_ms * 1000000ULL;)
		turn();
	assert_int_equal(gone, 0);
	for (int64_t i = 1; i < last; i++)
		expect_number(fd, i, true);
	TURN_UNTIL(ready);
	control_reply(counting, number(NULL));
	expect_number(fd, last, false);
	close(fd);
	free(filler);
}

/* The last answer cannot wait behind one that nobody reads. */
static void test_end_behind_a_slow_reader(void **state)
{
	char *filler = make_filler();
	int fd = dial();

	(void)state;
	send_text(fd, MORE);
	TURN_UNTIL(ready);
	fill(filler);
	control_reply(counting, number(NULL));
	TURN_UNTIL(!control->client_count);
	assert_int_equal(gone, 0);
	close(fd);
	free(filler);
}

static void test_too_long(void **state)
{
	size_t size = CONTROL_ANSWER_MAX;
	char *filler = malloc(size + 1);
	int fd = dial();

	(void)state;
	assert_non_null(filler);
	memset(filler, 'x', size);
	filler[size] = '\0';
	send_text(fd, MORE);
	expect_number(fd, 1, true);
	TURN_UNTIL(ready);
	control_reply_more(counting, number(filler));
	assert_int_equal(gone, 1);
	expect_closed(fd);
	free(filler);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, \
							control_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_several),
		TEST(test_ends_with_an_error),
		TEST(test_more_is_expected),
		TEST(test_flags),
		TEST(test_gone),
		TEST(test_closed_by_us),
		TEST(test_half_closed),
		TEST(test_half_closed_and_gone),
		TEST(test_slow_reader),
		TEST(test_end_behind_a_slow_reader),
		TEST(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
