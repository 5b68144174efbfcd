// SPDX-License-Identifier: GPL-2.0-or-later
#include "control_methods.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct control_call *later;
unsigned int gone, handled, noted;

void method_echo(struct control_call *call, struct json_object *params,
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

void method_later(struct control_call *call, struct json_object *params,
		  void *ctx)
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

int methods_setup(void **state)
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

void expect_echo(int fd, const char *text)
{
	char *answer = receive(fd);
	struct json_object *object;

	assert_non_null(answer);
	object = expect_reply(json_tokener_parse(answer));
	assert_string_equal(text_of(object, "text"), text);
	json_object_put(object);
	free(answer);
}

void expect_closed(int fd)
{
	char *answer = receive(fd);

	if (answer)
		fail_msg("not closed: %s", answer);
	close(fd);
}
