// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls of the control interface from inside of the daemon: the same answers and
 * errors as over the socket, at once or later, or to nobody; and the methods of
 * the administrator's password, both ways.
 *
 * links: transportd/control.c transportd/control_client.c
 * links: transportd/control_dispatch.c transportd/control_call.c
 * links: transportd/control_local.c transportd/control_interface.c
 * links: transportd/control_admin.c transportd/control_user_login.c transportd/auth_text.c
 * links: transportd/cert_pem.c transportd/store.c transportd/store_file.c transportd/store_schema.c
 * links: transportd/store_user.c transportd/store_admin.c
 * links: transportd/store_connection.c transportd/store_check.c
 * links: transportd/auth.c transportd/card.c transportd/log.c
 * links: lib/via.c lib/addr.c tests/control_run.c tests/store_place.c
 * links: lib/access.c lib/policy.c lib/ethertype.c lib/rate.c lib/err.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../transportd/control_admin.h"
#include "../transportd/control_impl.h"
#include "control_run.h"
#include "store_place.h"

static struct control_call *later;
static unsigned int gone, answers;
static char error_name[64], message[256], by_seen[CONTROL_BY_MAX];
static int64_t doubled;

static void method_double(struct control_call *call,
			  struct json_object *params, void *ctx)
{
	struct json_object *reply;
	int64_t number;

	(void)params;
	(void)ctx;
	if (control_param_int(call, "number", CONTROL_REQUIRED, 1, 100,
			      &number) ||
	    control_params_end(call))
		return;
	snprintf(by_seen, sizeof(by_seen), "%s", control_call_by(call));
	reply = json_object_new_object();
	json_object_object_add(reply, "doubled",
			       json_object_new_int64(2 * number));
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
	later = call;
	control_call_on_gone(call, on_gone, &gone);
}

static const struct control_method methods[] = {
	{ "Double", method_double, CONTROL_READS },
	{ "Later", method_later, CONTROL_READS },
};

static void on_done(struct control_local *who, const char *name,
		    struct json_object *params)
{
	struct json_object *text = json_object_object_get(params, "message");

	assert_null(who->call);
	answers++;
	snprintf(error_name, sizeof(error_name), "%s", name ? name : "");
	snprintf(message, sizeof(message), "%s",
		 text ? json_object_get_string(text) : "");
	doubled = json_object_get_int64(
		json_object_object_get(params, "doubled"));
}

static struct control_local local = {
	.by = "console:192.0.2.1:4000", .done = on_done,
};

static int local_setup(void **state)
{
	control_setup(state);
	later = NULL;
	gone = 0;
	answers = 0;
	assert_int_equal(control_register(control, methods, 2, NULL), 0);
	return 0;
}

static struct json_object *numbered(int number)
{
	struct json_object *params = json_object_new_object();

	json_object_object_add(params, "number", json_object_new_int(number));
	return params;
}

static void test_answer_at_once(void **state)
{
	(void)state;
	control_local_call(control, &local, "Double", numbered(21));
	assert_int_equal(answers, 1);
	assert_string_equal(error_name, "");
	assert_int_equal(doubled, 42);
	assert_string_equal(by_seen, "console:192.0.2.1:4000");
}

static void test_who_asks_over_the_socket(void **state)
{
	char uid[16];
	int fd = dial();

	(void)state;
	json_object_put(ask(fd, "Double", "{\"number\":1}"));
	snprintf(uid, sizeof(uid), "%u", getuid());
	assert_string_equal(by_seen, uid);
	close(fd);
}

static void test_refusals_are_those_of_the_socket(void **state)
{
	(void)state;
	control_local_call(control, &local, "Double", numbered(101));
	assert_string_equal(error_name, CONTROL_INVALID);
	assert_string_equal(message, "number: 101 is outside of 1 to 100");
	control_local_call(control, &local, "Double", NULL);
	assert_string_equal(error_name, CONTROL_INVALID);
	assert_string_equal(message, "number is missing");
	control_local_call(control, &local, "Halve", NULL);
	assert_string_equal(error_name, CONTROL_NOT_FOUND);
	assert_string_equal(message, "there is no method Halve");
	assert_int_equal(answers, 3);
}

static void test_answer_later(void **state)
{
	(void)state;
	control_local_call(control, &local, "Later", NULL);
	assert_int_equal(answers, 0);
	assert_ptr_equal(local.call, later);
	control_reply(later, NULL);
	assert_int_equal(answers, 1);
	assert_int_equal(gone, 0);
}

static void test_cancelled(void **state)
{
	(void)state;
	control_local_cancel(&local);
	assert_int_equal(gone, 0);
	control_local_call(control, &local, "Later", NULL);
	control_local_cancel(&local);
	assert_int_equal(gone, 1);
	assert_null(local.call);
	/* nobody hears it, and the next call is another one */
	control_error(later, CONTROL_FAILED, NULL, "too late");
	assert_int_equal(answers, 0);
	control_local_call(control, &local, "Double", numbered(2));
	assert_int_equal(answers, 1);
	assert_int_equal(doubled, 4);
}

/* --- the administrator's password --- */

static struct control_admin *admin;
static unsigned int admin_changes;

static void note_admin(void *ctx, const char *by)
{
	char me[16];

	(void)ctx;
	snprintf(me, sizeof(me), "%u", getuid());
	assert_string_equal(by, me);
	admin_changes++;
}

static int admin_setup(void **state)
{
	admin_changes = 0;
	return setup(state) || control_setup(state) ||
	       control_register(control, methods, 2, NULL) ||
	       control_admin_register(control, store, note_admin, NULL,
				      &admin);
}

static int admin_teardown(void **state)
{
	if (control_teardown(state))
		return -1;
	control_admin_free(admin);
	return teardown(state);
}

static bool has_admin(int fd)
{
	struct json_object *reply = expect_reply(ask(fd, "AdminShow", NULL));
	bool has = bool_of(reply, "password");

	json_object_put(reply);
	return has;
}

static void test_admin_password(void **state)
{
	struct auth_verifier kept;
	int fd = dial();

	(void)state;
	assert_false(has_admin(fd));
	assert_int_equal(store_admin_get(store, &kept, &error), -ENOENT);
	expect_refusal(ask(fd, "AdminSetPassword", "{}"), CONTROL_INVALID,
		       "password is missing", "password");
	expect_refusal(ask(fd, "AdminSetPassword", "{\"password\":\"\"}"),
		       CONTROL_INVALID, "password: it is empty", "password");
	assert_false(has_admin(fd));
	assert_int_equal(admin_changes, 0);

	expect_done(fd, "AdminSetPassword", "{\"password\":\"open sesame\"}");
	assert_int_equal(admin_changes, 1);
	assert_true(has_admin(fd));
	reopen_store();
	assert_int_equal(store_admin_get(store, &kept, &error), 0);
	assert_int_equal(auth_check_verifier("open sesame", &kept), 0);
	assert_int_equal(auth_check_verifier("open sesam", &kept),
			 -EACCES);
	assert_int_equal(auth_check_verifier("", &kept), -EACCES);
	assert_int_equal(auth_check_verifier("\xff", &kept), -EACCES);
	close(fd);
}

static void test_admin_password_changes(void **state)
{
	struct auth_verifier kept;
	int fd = dial();

	(void)state;
	expect_done(fd, "AdminSetPassword", "{\"password\":\"one\"}");
	expect_done(fd, "AdminSetPassword", "{\"password\":\"two\"}");
	assert_int_equal(store_admin_get(store, &kept, &error), 0);
	assert_int_equal(auth_check_verifier("one", &kept), -EACCES);
	assert_int_equal(auth_check_verifier("two", &kept), 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answer_at_once, local_setup,
						control_teardown),
		cmocka_unit_test_setup_teardown(test_who_asks_over_the_socket,
						local_setup, control_teardown),
		cmocka_unit_test_setup_teardown(
			test_refusals_are_those_of_the_socket, local_setup,
			control_teardown),
		cmocka_unit_test_setup_teardown(test_answer_later, local_setup,
						control_teardown),
		cmocka_unit_test_setup_teardown(test_cancelled, local_setup,
						control_teardown),
		cmocka_unit_test_setup_teardown(test_admin_password,
						admin_setup, admin_teardown),
		cmocka_unit_test_setup_teardown(test_admin_password_changes,
						admin_setup, admin_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
