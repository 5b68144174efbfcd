// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket: framing, requests in every broken form, parameters,
 * answers at once, later and to nobody.
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

#define TEST(name)	cmocka_unit_test_setup_teardown(name, methods_setup, \
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
		TEST(test_register),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
