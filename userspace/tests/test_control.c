// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket: framing, requests in every broken form, parameters,
 * answers at once, later and to nobody, and the limits of what one client,
 * and all of them, can make the daemon hold.
 *
 * links: transportd/control.c transportd/control_client.c transportd/control_dispatch.c transportd/control_call.c transportd/control_local.c transportd/control_interface.c transportd/log.c tests/control_run.c
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

#include "../transportd/control_impl.h"
#include "control_run.h"

static struct control_call *later;
static unsigned int gone, handled, noted;

static void method_echo(struct control_call *call, struct json_object *params,
			void *ctx)
{
	const char *text = "absent";
	int64_t number = -1;
	bool flag = false;
	struct json_object *reply;

	handled++;
	assert_ptr_equal(ctx, &later);
	assert_non_null(params);
	if (control_param_string(call, "text", CONTROL_REQUIRED, &text) ||
	    control_param_int(call, "number", CONTROL_OPTIONAL, 1, 4094,
			      &number) ||
	    control_param_bool(call, "flag", CONTROL_OPTIONAL, &flag) ||
	    control_params_end(call))
		return;
	reply = json_object_new_object();
	json_object_object_add(reply, "text", json_object_new_string(text));
	json_object_object_add(reply, "number",
			       json_object_new_int64(number));
	json_object_object_add(reply, "flag", json_object_new_boolean(flag));
	control_reply(call, reply);
}

static void on_gone(struct control_call *call, void *arg)
{
	assert_ptr_equal(call, later);
	assert_ptr_equal(arg, &gone);
	gone++;
}

static void method_later(struct control_call *call,
			 struct json_object *params, void *ctx)
{
	(void)params;
	(void)ctx;
	assert_null(later);
	later = call;
	control_call_on_gone(call, on_gone, &gone);
}

/* An answer of about so many bytes. */
static void method_big(struct control_call *call, struct json_object *params,
		       void *ctx)
{
	struct json_object *reply = json_object_new_object();
	int64_t size;
	char *text;

	(void)params;
	(void)ctx;
	if (control_param_int(call, "size", CONTROL_REQUIRED, 0, 100000000,
			      &size)) {
		json_object_put(reply);
		return;
	}
	text = malloc((size_t)size + 1);
	assert_non_null(text);
	memset(text, 'x', (size_t)size);
	text[size] = '\0';
	json_object_object_add(reply, "text", json_object_new_string(text));
	free(text);
	control_reply(call, reply);
}

/* Changes something, and takes no time. */
static void method_note(struct control_call *call, struct json_object *params,
			void *ctx)
{
	(void)params;
	(void)ctx;
	noted++;
	control_reply(call, NULL);
}

static const struct control_method methods[] = {
	{ "Note", method_note, CONTROL_CHANGES },
	{ "LaterNote", method_later, CONTROL_CHANGES },
	{ "Echo", method_echo, CONTROL_READS },
	{ "Later", method_later, CONTROL_READS },
	{ "Big", method_big, CONTROL_READS },
};

static int setup(void **state)
{
	control_setup(state);
	later = NULL;
	gone = 0;
	handled = 0;
	noted = 0;
	assert_int_equal(control_register(control, methods,
					  sizeof(methods) / sizeof(methods[0]),
					  &later), 0);
	return 0;
}

#define REQUEST(text) \
	"{\"method\":\"org.sehub.transportd.Echo\"," \
	"\"parameters\":{\"text\":\"" text "\"}}"

#define ONEWAY(name) \
	"{\"method\":\"org.sehub.transportd." name "\",\"oneway\":true}"

static void expect_echo(int fd, const char *text)
{
	char *answer = receive(fd);
	struct json_object *object;

	assert_non_null(answer);
	object = expect_reply(json_tokener_parse(answer));
	assert_string_equal(text_of(object, "text"), text);
	json_object_put(object);
	free(answer);
}

static void expect_closed(int fd)
{
	char *answer = receive(fd);

	if (answer)
		fail_msg("not closed: %s", answer);
	close(fd);
}

static void test_call(void **state)
{
	struct json_object *reply;
	int fd = dial();

	(void)state;
	reply = expect_reply(ask(fd, "Echo",
				 "{\"text\":\"\xc3\xa4/\\\"\\n\","
				 "\"number\":12,\"flag\":true}"));
	assert_string_equal(text_of(reply, "text"), "\xc3\xa4/\"\n");
	assert_int_equal(int_of(reply, "number"), 12);
	assert_true(bool_of(reply, "flag"));
	json_object_put(reply);
	/* absent and null are the same */
	reply = expect_reply(ask(fd, "Echo",
				 "{\"text\":\"\",\"number\":null}"));
	assert_int_equal(int_of(reply, "number"), -1);
	json_object_put(reply);
	close(fd);
}

static void test_framing(void **state)
{
	static const char text[] = " \n" REQUEST("a") " \r\n";
	int fd = dial();

	(void)state;
	/* byte by byte */
	for (size_t i = 0; i < sizeof(text); i++) {
		send_bytes(fd, text + i, 1);
		turn();
	}
	expect_echo(fd, "a");
	/* several at once, and the beginning of one more */
	send_bytes(fd, REQUEST("b") "\0" REQUEST("c") "\0" "{\"meth",
		   2 * sizeof(REQUEST("b")) + 6);
	expect_echo(fd, "b");
	expect_echo(fd, "c");
	send_text(fd, "od\":\"org.sehub.transportd.Echo\",\"parameters\":{\"text\":\"d\"}}");
	expect_echo(fd, "d");
	close(fd);
}

static void test_not_a_request(void **state)
{
	static const char * const bad[] = {
		"", " ", "hello", "[]", "1", "\"x\"", "null", "{", "{}x",
		"{\"method\"}", "{'method':'x'}", "{}{}",
		"{\"a\":[[[[[[[[[[1]]]]]]]]]]}",
		"{\"method\":\"x\xff\"}", "{\"method\":\"x\",}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int fd = dial();
		char *answer;

		send_text(fd, bad[i]);
		send_text(fd, REQUEST("not handled any more"));
		answer = receive(fd);
		if (!answer || !strstr(answer, CONTROL_INVALID))
			fail_msg("%s: %s", bad[i], answer ? answer : "closed");
		free(answer);
		expect_closed(fd);
	}
	assert_int_equal(handled, 0);
}

static void test_no_method(void **state)
{
	struct json_object *answer;
	int fd = dial();

	(void)state;
	send_text(fd, "{\"parameters\":{}}");
	answer = receive_json(fd);
	expect_refusal(answer, CONTROL_INVALID, "the request has no method",
		       NULL);
	expect_closed(fd);
	fd = dial();
	expect_refusal(ask(fd, "Echo", "[]"), CONTROL_INVALID,
		       "the parameters are no JSON object", NULL);
	expect_refusal(ask(fd, "Echo", "null"), CONTROL_INVALID,
		       "text is missing", "text");
	close(fd);
}

static void test_unknown_methods(void **state)
{
	static const struct {
		const char *method, *error, *key, *value;
	} cases[] = {
		{ "org.sehub.transportd.Nope", "MethodNotFound", "method",
		  "org.sehub.transportd.Nope" },
		{ "org.sehub.transportd.", "MethodNotFound", "method",
		  "org.sehub.transportd." },
		{ "org.varlink.service.Nope", "MethodNotFound", "method",
		  "org.varlink.service.Nope" },
		{ "org.other.Echo", "InterfaceNotFound", "interface",
		  "org.other" },
		{ ".Echo", "InterfaceNotFound", "interface", "" },
	};
	int fd = dial();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json_object *answer = ask(fd, cases[i].method, NULL);
		char error[64];

		snprintf(error, sizeof(error), "org.varlink.service.%s",
			 cases[i].error);
		assert_string_equal(text_of(answer, "error"), error);
		assert_string_equal(text_of(json_object_object_get(answer,
								   "parameters"),
					    cases[i].key), cases[i].value);
		json_object_put(answer);
	}
	assert_int_equal(handled, 0);
	close(fd);
}

static void test_parameters(void **state)
{
	static const struct {
		const char *params, *message, *parameter;
	} bad[] = {
		{ "{}", "text is missing", "text" },
		{ "{\"text\":1}", "text: has to be a text", "text" },
		{ "{\"text\":\"a\\u0000b\"}", "text: has a NUL character",
		  "text" },
		{ "{\"text\":\"\",\"number\":\"1\"}",
		  "number: has to be a whole number", "number" },
		{ "{\"text\":\"\",\"number\":1.5}",
		  "number: has to be a whole number", "number" },
		{ "{\"text\":\"\",\"number\":0}",
		  "number: 0 is outside of 1 to 4094", "number" },
		{ "{\"text\":\"\",\"number\":4095}",
		  "number: 4095 is outside of 1 to 4094", "number" },
		{ "{\"text\":\"\",\"number\":99999999999999999999}",
		  "number: 9223372036854775807 is outside of 1 to 4094",
		  "number" },
		{ "{\"text\":\"\",\"flag\":1}",
		  "flag: has to be true or false", "flag" },
		{ "{\"text\":\"\",\"fla\":true}",
		  "unknown parameter \"fla\"", "fla" },
	};
	int fd = dial();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_refusal(ask(fd, "Echo", bad[i].params),
			       CONTROL_INVALID, bad[i].message,
			       bad[i].parameter);
	close(fd);
}

static void test_service(void **state)
{
	struct json_object *reply, *list;
	const char *text;
	int fd = dial();

	(void)state;
	reply = expect_reply(ask(fd, "org.varlink.service.GetInfo", NULL));
	assert_string_equal(text_of(reply, "vendor"), "sehub");
	assert_string_equal(text_of(reply, "product"), "sehub-transportd");
	assert_string_equal(text_of(reply, "version"), "1.2.3");
	list = json_object_object_get(reply, "interfaces");
	assert_int_equal(json_object_array_length(list), 2);
	json_object_put(reply);

	reply = expect_reply(ask(fd,
				 "org.varlink.service.GetInterfaceDescription",
				 "{\"interface\":\"org.sehub.transportd\"}"));
	text = text_of(reply, "description");
	assert_non_null(strstr(text, "\ninterface org.sehub.transportd\n"));
	assert_non_null(strstr(text, "\nmethod UserAdd("));
	json_object_put(reply);
	reply = expect_reply(ask(fd,
				 "org.varlink.service.GetInterfaceDescription",
				 "{\"interface\":\"org.varlink.service\"}"));
	json_object_put(reply);
	reply = ask(fd, "org.varlink.service.GetInterfaceDescription",
		    "{\"interface\":\"x\"}");
	assert_string_equal(text_of(reply, "error"),
			    "org.varlink.service.InterfaceNotFound");
	json_object_put(reply);
	close(fd);
}

static void test_later(void **state)
{
	int fd = dial(), other = dial();

	(void)state;
	send_text(fd, "{\"method\":\"org.sehub.transportd.Later\"}");
	send_text(fd, REQUEST("second"));
	TURN_UNTIL(later);
	/* others are served meanwhile, the same client is not */
	send_text(other, REQUEST("other"));
	expect_echo(other, "other");
	assert_int_equal(handled, 1);
	control_error(later, CONTROL_FAILED, NULL, "no %s", "luck");
	expect_refusal(receive_json(fd), CONTROL_FAILED,
		       "no luck", NULL);
	expect_echo(fd, "second");
	assert_int_equal(gone, 0);
	close(fd);
	close(other);
}

static void test_later_but_gone(void **state)
{
	int fd = dial();

	(void)state;
	send_text(fd, "{\"method\":\"org.sehub.transportd.Later\"}");
	TURN_UNTIL(later);
	close(fd);
	TURN_UNTIL(gone);
	TURN_UNTIL(!control->client_count);
	control_reply(later, NULL);
	assert_int_equal(gone, 1);
}

static void test_later_but_closed(void **state)
{
	int fd = dial();

	(void)state;
	send_text(fd, "{\"method\":\"org.sehub.transportd.Later\"}");
	TURN_UNTIL(later);
	control_stop();
	assert_int_equal(gone, 1);
	control_error(later, CONTROL_FAILED, "x", "too late");
	expect_closed(fd);
}

/* Who closes only its own side still gets its answers. */
static void test_half_closed(void **state)
{
	int fd = dial();

	(void)state;
	send_text(fd, "{\"method\":\"org.sehub.transportd.Later\"}");
	send_text(fd, REQUEST("last"));
	shutdown(fd, SHUT_WR);
	TURN_UNTIL(later);
	for (unsigned int i = 0; i < 10; i++)
		turn();
	assert_int_equal(gone, 0);
	control_reply(later, NULL);
	free(receive(fd));
	expect_echo(fd, "last");
	expect_closed(fd);
}

static void test_oneway(void **state)
{
	int fd = dial();

	(void)state;
	send_text(fd, ONEWAY("Note"));
	send_text(fd, ONEWAY("LaterNote"));
	send_text(fd, REQUEST("y"));
	TURN_UNTIL(later);
	assert_int_equal(noted, 1);
	assert_int_equal(handled, 0);
	control_reply(later, NULL);
	expect_echo(fd, "y");
	assert_int_equal(handled, 1);
	close(fd);
}

/* What only answers is not worked for when nobody wants to know. */
static void test_oneway_to_what_answers(void **state)
{
	int fd = dial();

	(void)state;
	send_text(fd, ONEWAY("Echo"));
	expect_refusal(receive_json(fd), CONTROL_INVALID,
		       "oneway: Echo does nothing but answer: leave it out",
		       "oneway");
	send_text(fd, "{\"method\":\"org.varlink.service.GetInfo\",\"oneway\":true}");
	expect_refusal(receive_json(fd), CONTROL_INVALID,
		       "oneway: GetInfo does nothing but answer: leave it out",
		       "oneway");
	assert_int_equal(handled, 0);
	send_text(fd, REQUEST("y"));
	expect_echo(fd, "y");
	close(fd);
}

static void on_other(uv_timer_t *timer)
{
	unsigned int *turns = timer->data;

	(*turns)++;
}

/* However many come in one go: all else has its turn between any two. */
static void test_others_have_their_turn(void **state)
{
	const unsigned int count = 100;
	unsigned int turns = 0;
	static uv_timer_t other;
	int fd = dial();

	(void)state;
	uv_timer_init(&loop, &other);
	uv_unref((uv_handle_t *)&other);
	other.data = &turns;
	uv_timer_start(&other, on_other, 1, 1);
	for (unsigned int i = 0; i < count; i++)
		send_text(fd, ONEWAY("Note"));
	for (unsigned int before = 0; noted < count; before = noted) {
		turn();
		assert_in_range(noted - before, 0, 1);
	}
	TURN_UNTIL(turns);
	/* nor is any lost of one that is gone before they are done */
	for (unsigned int i = 0; i < count; i++)
		send_text(fd, ONEWAY("Note"));
	close(fd);
	TURN_UNTIL(!control->client_count);
	assert_int_equal(noted, 2 * count);
	uv_close((uv_handle_t *)&other, NULL);
}

/* Input that piles up behind a request that waits is not read without end. */
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

static void test_register(void **state)
{
	static const struct control_method more[] = {
		{ "New", method_echo, CONTROL_READS },
		{ "Later", method_later, CONTROL_READS },
	};
	struct json_object *answer;
	int fd = dial();

	(void)state;
	assert_int_equal(control_register(control, more, 2, NULL), -EEXIST);
	answer = ask(fd, "New", NULL);
	assert_string_equal(text_of(answer, "error"),
			    "org.varlink.service.MethodNotFound");
	json_object_put(answer);
	assert_int_equal(control_register(control, more, 1, &later), 0);
	expect_refusal(ask(fd, "New", NULL), CONTROL_INVALID,
		       "text is missing", "text");
	close(fd);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, \
							control_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_call),
		TEST(test_framing),
		TEST(test_not_a_request),
		TEST(test_no_method),
		TEST(test_unknown_methods),
		TEST(test_parameters),
		TEST(test_service),
		TEST(test_later),
		TEST(test_later_but_gone),
		TEST(test_later_but_closed),
		TEST(test_half_closed),
		TEST(test_oneway),
		TEST(test_oneway_to_what_answers),
		TEST(test_others_have_their_turn),
		TEST(test_input_is_bounded),
		TEST(test_big_answer),
		TEST(test_slow_reader),
		TEST(test_idle_client_costs_nothing),
		TEST(test_too_many_clients),
		TEST(test_register),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
