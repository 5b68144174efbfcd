// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User* methods over the control socket, with a database and made-up
 * sessions: what is stored, what is answered, each refusal with the parameter
 * at fault. And that the interface's description names every method.
 *
 * links: transportd/control.c transportd/control_client.c transportd/control_dispatch.c transportd/control_call.c transportd/control_local.c transportd/control_interface.c transportd/control_user.c transportd/control_user_login.c transportd/auth_text.c transportd/cert_pem.c transportd/store.c transportd/store_file.c transportd/store_schema.c transportd/store_user.c transportd/store_connection.c transportd/store_check.c transportd/auth.c transportd/card.c transportd/log.c tests/control_run.c lib/via.c lib/addr.c tests/store_place.c
 * links: lib/access.c lib/policy.c lib/ethertype.c lib/rate.c lib/err.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../transportd/control_user.h"
#include "control_run.h"
#include "store_place.h"

static struct control_user *users;
static int fd;
static char revoked[256];

static uint32_t count_sessions(void *ctx, const struct store_user *user)
{
	assert_ptr_equal(ctx, revoked);
	return strcmp(user->name, "busy") ? 0 : 3;
}

static void note_revoked(void *ctx, const struct store_user *user,
			 enum user_change change)
{
	static const char *const names[] = {
		[USER_DELETED] = "deleted", [USER_PASSWORD] = "password",
		[USER_LOGIN] = "login",
	};

	assert_ptr_equal(ctx, revoked);
	assert_true(user->id > 0);
	snprintf(revoked + strlen(revoked), sizeof(revoked) - strlen(revoked),
		 "%u/%s %s;", user->vlan, user->name,
		 names[change]);
}

static void note_changed(void *ctx, const struct store_user *user)
{
	assert_ptr_equal(ctx, revoked);
	assert_true(user->id > 0);
	snprintf(revoked + strlen(revoked), sizeof(revoked) - strlen(revoked),
		 "%u/%s changed;", user->vlan, user->name);
}

static const struct user_ops user_ops = {
	.sessions = count_sessions,
	.revoked = note_revoked,
	.changed = note_changed,
};

static int start(void **state)
{
	setup(state);
	control_setup(state);
	revoked[0] = '\0';
	assert_int_equal(control_user_register(control, store, &user_ops,
					       revoked, &users), 0);
	fd = dial();
	return 0;
}

static int stop(void **state)
{
	close(fd);
	control_teardown(state);
	control_user_free(users);
	return teardown(state);
}

#define KNOWN	"\"vlan\":12,\"user\":\"known\""
#define BOB	"\"vlan\":12,\"user\":\"bob\""

static void test_user_add_and_show(void **state)
{
	struct json_object *reply;
	struct auth_user found;

	(void)state;
	expect_done(fd, "UserAdd", "{" BOB ",\"password\":\"pw\"}");
	expect_done(fd, "UserAdd", "{\"vlan\":12,\"user\":\"busy\",\"password\":\"pw\",\"disabled\":true}");
	reply = expect_reply(ask(fd, "UserShow", "{" BOB "}"));
	assert_int_equal(int_of(reply, "vlan"), 12);
	assert_string_equal(text_of(reply, "user"), "bob");
	assert_false(bool_of(reply, "disabled"));
	assert_true(int_of(reply, "created") > 1700000000);
	assert_int_equal(int_of(reply, "last_login"), 0);
	assert_int_equal(int_of(reply, "sessions"), 0);
	/* what nobody forbids is allowed */
	assert_string_equal(text_of(reply, "policy"), "none");
	assert_int_equal(int_of(reply, "max_sessions"), 0);
	assert_int_equal(int_of(reply, "expires"), 0);
	assert_string_equal(text_of(reply, "sources"), "any");
	assert_null(json_object_object_get(reply, "grace_ms"));
	assert_false(bool_of(reply, "cascade"));
	assert_true(bool_of(reply, "password"));
	assert_false(bool_of(reply, "anonymous"));
	assert_int_equal(json_object_array_length(
			 json_object_object_get(reply, "certs")), 0);
	assert_int_equal(json_object_object_length(reply), 15);
	json_object_put(reply);
	reply = expect_reply(ask(fd, "UserShow",
				 "{\"vlan\":12,\"user\":\"busy\"}"));
	assert_true(bool_of(reply, "disabled"));
	assert_int_equal(int_of(reply, "sessions"), 3);
	json_object_put(reply);
	assert_int_equal(store_auth_lookup(store, 12, "bob", &found), 0);
	assert_int_equal(found.verifier.iterations,
			 AUTH_ITERATIONS);
}

/* As people type it: the form in which it is stored is another one. */
static void test_user_name_forms(void **state)
{
	struct json_object *reply;

	(void)state;
	expect_done(fd, "UserAdd", "{\"vlan\":12,\"user\":\"Ju\xcc\x88rgen\",\"password\":\"pw\"}");
	expect_refusal(ask(fd, "UserAdd", "{\"vlan\":12,\"user\":\"J\xc3\xbcrgen\",\"password\":\"pw\"}"),
		       CONTROL_EXISTS,
		       "hub 12 has a user \"J\xc3\xbcrgen\" already", NULL);
	reply = expect_reply(ask(fd, "UserShow",
				 "{\"vlan\":12,\"user\":\"Ju\xcc\x88rgen\"}"));
	assert_string_equal(text_of(reply, "user"), "J\xc3\xbcrgen");
	json_object_put(reply);
	expect_done(fd, "UserAdd", "{\"vlan\":12,\"user\":\"' OR 1=1 --\",\"password\":\"pw\"}");
	expect_done(fd, "UserDel", "{\"vlan\":12,\"user\":\"' OR 1=1 --\"}");
	reply = expect_reply(ask(fd, "UserList", NULL));
	assert_int_equal(json_object_array_length(
			 json_object_object_get(reply, "users")), 1);
	json_object_put(reply);
}

static void test_user_refusals(void **state)
{
	static const struct {
		const char *method, *params, *error, *message, *parameter;
	} cases[] = {
		{ "UserAdd", "{" BOB "}", CONTROL_INVALID,
		  "password is missing, and there are no certs instead",
		  "password" },
		{ "UserSetPassword", "{" KNOWN "}", CONTROL_INVALID,
		  "password is missing", "password" },
		{ "UserAdd", "{" BOB ",\"password\":\"\"}", CONTROL_INVALID,
		  "password: it is empty", "password" },
		{ "UserAdd", "{\"user\":\"x\",\"password\":\"x\"}",
		  CONTROL_INVALID, "vlan is missing", "vlan" },
		{ "UserAdd", "{\"vlan\":4095,\"user\":\"x\",\"password\":\"x\"}",
		  CONTROL_INVALID, "vlan: 4095 is outside of 1 to 4094",
		  "vlan" },
		{ "UserAdd", "{\"vlan\":1,\"user\":\"\",\"password\":\"x\"}",
		  CONTROL_INVALID, "user: the name is empty", "user" },
		{ "UserAdd", "{\"vlan\":1,\"user\":\"a\\tb\",\"password\":\"x\"}",
		  CONTROL_INVALID,
		  "user: the name is not UTF-8, or has control characters",
		  "user" },
		{ "UserAdd", "{" BOB ",\"password\":\"x\",\"admin\":true}",
		  CONTROL_INVALID, "unknown parameter \"admin\"", "admin" },
		{ "UserDel", "{" BOB "}", CONTROL_NOT_FOUND,
		  "hub 12 has no user \"bob\"", NULL },
		{ "UserShow", "{" BOB "}", CONTROL_NOT_FOUND,
		  "hub 12 has no user \"bob\"", NULL },
		{ "UserSet", "{" BOB ",\"disabled\":true}", CONTROL_NOT_FOUND,
		  "hub 12 has no user \"bob\"", NULL },
		{ "UserSet", "{\"vlan\":12,\"user\":\"known\"}", CONTROL_INVALID,
		  "nothing to set: name disabled, policy, max_sessions, expires, sources, grace_ms, cascade, certs or no_password",
		  "disabled" },
		{ "UserSet", "{" KNOWN ",\"policy\":\"max-ip\"}", CONTROL_INVALID,
		  "policy: max-ip needs a value: max-ip=1", "policy" },
		{ "UserSet", "{" KNOWN ",\"policy\":\"identity=5\"}",
		  CONTROL_INVALID,
		  "policy: identity is not for users: their sessions are given one",
		  NULL },
		{ "UserSet", "{" KNOWN ",\"max_sessions\":-1}", CONTROL_INVALID,
		  "max_sessions: -1 is outside of 0 to 4294967295",
		  "max_sessions" },
		{ "UserSet", "{" KNOWN ",\"expires\":\"2027-01-01\"}",
		  CONTROL_INVALID, "expires: has to be a whole number", "expires" },
		{ "UserSet", "{" KNOWN ",\"sources\":\"192.0.2.0/33\"}",
		  CONTROL_INVALID,
		  "sources: it has a network with more bits than its address has",
		  "sources" },
		{ "UserSet", "{" KNOWN ",\"grace_ms\":-2}", CONTROL_INVALID,
		  "grace_ms: -2 is outside of -1 to 86400000", "grace_ms" },
		{ "UserAdd", "{" BOB ",\"password\":\"x\",\"policy\":\"max-mac\"}",
		  CONTROL_INVALID, "policy: max-mac needs a value: max-mac=1",
		  "policy" },
		{ "UserSetPassword", "{" BOB ",\"password\":\"x\"}",
		  CONTROL_NOT_FOUND, "hub 12 has no user \"bob\"", NULL },
		{ "UserList", "{\"vlan\":0}", CONTROL_INVALID,
		  "vlan: 0 is outside of 1 to 4094", "vlan" },
	};

	(void)state;
	expect_done(fd, "UserAdd", "{" KNOWN ",\"password\":\"x\"}");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_refusal(ask(fd, cases[i].method, cases[i].params),
			       cases[i].error, cases[i].message,
			       cases[i].parameter);
	assert_string_equal(revoked, "");
}

static void test_user_changes(void **state)
{
	struct auth_user before, after;

	(void)state;
	expect_done(fd, "UserAdd", "{" BOB ",\"password\":\"pw\"}");
	assert_int_equal(store_auth_lookup(store, 12, "bob", &before), 0);
	expect_done(fd, "UserSetPassword", "{" BOB ",\"password\":\"new\"}");
	assert_int_equal(store_auth_lookup(store, 12, "bob", &after), 0);
	assert_memory_not_equal(&before, &after, sizeof(before));
	assert_string_equal(revoked, "12/bob password;");
	revoked[0] = '\0';
	/* sessions end when their user may not log in any more */
	expect_done(fd, "UserSet", "{" BOB ",\"disabled\":true}");
	assert_string_equal(revoked, "12/bob changed;");
	expect_done(fd, "UserDel", "{" BOB "}");
	assert_string_equal(revoked, "12/bob changed;12/bob deleted;");
}

static void test_user_rules(void **state)
{
	struct json_object *reply;
	struct store_user user;

	(void)state;
	expect_done(fd, "UserAdd", "{" BOB ",\"password\":\"pw\",\"policy\":\"max-mac=1,deny\",\"max_sessions\":2,\"grace_ms\":0}");
	expect_done(fd, "UserSet", "{" BOB ",\"expires\":1801353600,\"sources\":\"192.0.2.9/24,2001:DB8::/32\"}");
	reply = expect_reply(ask(fd, "UserShow", "{" BOB "}"));
	/* in one form, and what was not named is as before */
	assert_string_equal(text_of(reply, "policy"), "deny,max-mac=1");
	assert_int_equal(int_of(reply, "max_sessions"), 2);
	assert_int_equal(int_of(reply, "expires"), 1801353600);
	assert_string_equal(text_of(reply, "sources"),
			    "192.0.2.0/24,2001:db8::/32");
	assert_int_equal(int_of(reply, "grace_ms"), 0);
	assert_false(bool_of(reply, "disabled"));
	json_object_put(reply);
	expect_done(fd, "UserSet", "{" BOB ",\"policy\":\"none\",\"sources\":\"any\",\"max_sessions\":0,\"expires\":0,\"grace_ms\":-1,\"disabled\":true}");
	assert_int_equal(store_user_get(store, 12, "bob", &user, &error), 0);
	assert_string_equal(user.policy, "");
	assert_string_equal(user.sources, "");
	assert_int_equal(user.max_sessions, 0);
	assert_int_equal(user.expires, 0);
	assert_int_equal(user.grace, -1);
	assert_true(user.disabled);
	assert_string_equal(revoked, "12/bob changed;12/bob changed;");
}

static void test_user_list(void **state)
{
	struct json_object *reply, *list;

	(void)state;
	expect_done(fd, "UserAdd", "{\"vlan\":13,\"user\":\"a\",\"password\":\"pw\"}");
	expect_done(fd, "UserAdd", "{" BOB ",\"password\":\"pw\"}");
	reply = expect_reply(ask(fd, "UserList", "{}"));
	list = json_object_object_get(reply, "users");
	assert_int_equal(json_object_array_length(list), 2);
	assert_string_equal(text_of(json_object_array_get_idx(list, 0),
				    "user"), "bob");
	json_object_put(reply);
	reply = expect_reply(ask(fd, "UserList", "{\"vlan\":13}"));
	list = json_object_object_get(reply, "users");
	assert_int_equal(json_object_array_length(list), 1);
	json_object_put(reply);
}

static void test_interface_text_is_complete(void **state)
{
	static const char * const methods[] = {
		"Status", "UserAdd", "UserDel", "UserSetPassword", "UserSet",
		"UserList", "UserShow", "SessionList", "SessionShow",
		"SessionDisconnect", "ConnectionAdd", "ConnectionDel",
		"ConnectionList", "ConnectionShow", "ConnectionUp",
		"ConnectionDown",
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		snprintf(text, sizeof(text), "\nmethod %s(", methods[i]);
		if (!strstr(control_interface_text(), text))
			fail_msg("no %s", methods[i]);
	}
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_user_add_and_show),
		TEST(test_user_name_forms),
		TEST(test_user_refusals),
		TEST(test_user_changes),
		TEST(test_user_rules),
		TEST(test_user_list),
		cmocka_unit_test(test_interface_text_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
