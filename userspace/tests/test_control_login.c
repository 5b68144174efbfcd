// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What users and connections log in with, over the control socket: passwords,
 * certificates or nothing; what is answered, and each refusal with the parameter
 * at fault. Secrets do not come out again.
 *
 * links: transportd/control.c transportd/control_client.c
 * links: transportd/control_dispatch.c transportd/control_call.c
 * links: transportd/control_local.c
 * links: transportd/control_interface.c transportd/control_connection.c
 * links: transportd/control_connection_params.c transportd/control_wait.c
 * links: transportd/control_user.c transportd/control_user_login.c transportd/auth_text.c
 * links: transportd/cert.c transportd/cert_pem.c transportd/store.c transportd/store_file.c
 * links: transportd/store_schema.c transportd/store_user.c
 * links: transportd/store_connection.c transportd/store_check.c
 * links: transportd/auth.c transportd/card.c transportd/log.c
 * links: transportd/proto.c lib/via.c lib/addr.c tests/control_run.c
 * links: tests/store_place.c tests/pem.c
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

#include "../transportd/control_connection.h"
#include "../transportd/control_user.h"
#include "control_run.h"
#include "pem.h"
#include "store_place.h"

#define DAY	86400L

static struct control_connection *connections;
static struct control_user *users;
static int fd;

static struct pem_pair one, two, expired;
static char print_one[SEHUB_FINGERPRINT_STRLEN];
static char print_two[SEHUB_FINGERPRINT_STRLEN];

/* What the sessions hear, "changed" or why they end. */
static char heard[128];

static void note_revoked(void *ctx, const struct store_user *user,
			 enum user_change change)
{
	static const char *const names[] = {
		[USER_DELETED] = "deleted ", [USER_PASSWORD] = "password ",
		[USER_LOGIN] = "login ",
	};

	(void)ctx;
	(void)user;
	strcat(heard, names[change]);
}

static void note_changed(void *ctx, const struct store_user *user)
{
	(void)ctx;
	(void)user;
	strcat(heard, "changed ");
}

static const struct user_ops user_ops = {
	.revoked = note_revoked,
	.changed = note_changed,
};

static bool was_brought_up;

static int note_up(void *ctx, const struct store_connection *connection,
		   char *why, size_t size)
{
	(void)ctx;
	(void)connection;
	(void)why;
	(void)size;
	was_brought_up = true;
	return 0;
}

static void note_down(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
}

static enum connection_state is_down(void *ctx, const char *name,
				     const char **text)
{
	(void)ctx;
	(void)name;
	*text = NULL;
	return CONNECTION_DOWN;
}

static void knows_nothing(void *ctx, const char *name,
			  struct json_object *object)
{
	(void)ctx;
	(void)name;
	(void)object;
}

static const struct connection_ops connection_ops = {
	.up = note_up,
	.down = note_down,
	.state = is_down,
	.describe = knows_nothing,
};

static int group_setup(void **state)
{
	(void)state;
	pem_make(&one, -DAY, DAY);
	pem_make(&two, -DAY, DAY);
	pem_make(&expired, -2 * DAY, -DAY);
	sehub_format_fingerprint(one.hash, print_one);
	sehub_format_fingerprint(two.hash, print_two);
	return 0;
}

static int start(void **state)
{
	setup(state);
	control_setup(state);
	heard[0] = '\0';
	assert_int_equal(control_user_register(control, store, &user_ops,
					       NULL, &users), 0);
	assert_int_equal(control_connection_register(control, &loop, store,
						     &connection_ops, NULL,
						     &connections), 0);
	fd = dial();
	return 0;
}

static int stop(void **state)
{
	close(fd);
	control_connection_free(connections);
	control_teardown(state);
	control_user_free(users);
	return teardown(state);
}

/* What a request has besides these, as text: JSON, {} is nothing more. */
static const char *with(const char *more, const char *key, const char *text)
{
	static char all[4 * PEM_TEXT_MAX];
	struct json_object *params = json_tokener_parse(more);
	struct json_object *list;

	assert_non_null(params);
	if (key && !strcmp(key, "certs")) {
		list = json_object_new_array();
		json_object_array_add(list, json_object_new_string(text));
		json_object_object_add(params, key, list);
	} else if (key) {
		json_object_object_add(params, key,
				       json_object_new_string(text));
	}
	snprintf(all, sizeof(all), "%s", json_object_to_json_string(params));
	json_object_put(params);
	return all;
}

#define CAROL		"\"vlan\":12,\"user\":\"carol\""
#define ANYBODY		"\"vlan\":12,\"user\":\"anonymous\""

static void carol_has(bool password, const char *first, const char *second)
{
	const char *const want[] = { first, second };
	struct json_object *reply, *certs;
	size_t count = !!first + !!second;

	reply = expect_reply(ask(fd, "UserShow", "{" CAROL "}"));
	assert_int_equal(bool_of(reply, "password"), password);
	assert_false(bool_of(reply, "anonymous"));
	certs = json_object_object_get(reply, "certs");
	assert_int_equal(json_object_array_length(certs), count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(json_object_get_string(
				json_object_array_get_idx(certs, i)), want[i]);
	json_object_put(reply);
}

/* --- users --- */

static void test_user_with_certificate(void **state)
{
	(void)state;
	expect_done(fd, "UserAdd", with("{" CAROL "}", "certs", one.cert));
	carol_has(false, print_one, NULL);
	expect_done(fd, "UserDel", "{" CAROL "}");
	/* with the rest of a file, and with a fingerprint as people type it */
	expect_done(fd, "UserAdd", with("{" CAROL ",\"password\":\"x\"}",
					"certs", print_two));
	carol_has(true, print_two, NULL);
}

static void set_certs(const char *first, const char *second)
{
	char params[512];

	snprintf(params, sizeof(params), "{" CAROL ",\"certs\":[%s%s%s%s%s%s%s]}",
		 first ? "\"" : "", first ? first : "", first ? "\"" : "",
		 second ? "," : "", second ? "\"" : "", second ? second : "",
		 second ? "\"" : "");
	heard[0] = '\0';
	expect_done(fd, "UserSet", params);
}

/* Sessions go on unless something that they may have begun with is gone. */
static void test_changes_of_certificates(void **state)
{
	(void)state;
	expect_done(fd, "UserAdd", with("{" CAROL ",\"password\":\"x\"}",
					"certs", one.cert));
	set_certs(print_two, print_one);
	assert_string_equal(heard, "changed ");
	carol_has(true, print_two, print_one);
	/* each once */
	set_certs(print_one, print_one);
	assert_string_equal(heard, "changed login ");
	carol_has(true, print_one, NULL);
	set_certs(NULL, NULL);
	assert_string_equal(heard, "changed login ");
	carol_has(true, NULL, NULL);
	set_certs(print_two, NULL);
	assert_string_equal(heard, "changed ");
	heard[0] = '\0';
	expect_done(fd, "UserSet", "{" CAROL ",\"no_password\":true}");
	assert_string_equal(heard, "changed login ");
	carol_has(false, print_two, NULL);
	/* it is gone already */
	heard[0] = '\0';
	expect_done(fd, "UserSet", "{" CAROL ",\"no_password\":true}");
	assert_string_equal(heard, "changed ");
	/* a first password takes nothing from anybody, a second one does */
	heard[0] = '\0';
	expect_done(fd, "UserSetPassword", "{" CAROL ",\"password\":\"y\"}");
	assert_string_equal(heard, "");
	carol_has(true, print_two, NULL);
	expect_done(fd, "UserSetPassword", "{" CAROL ",\"password\":\"z\"}");
	assert_string_equal(heard, "password ");
	/* what is not about logging in leaves that alone */
	expect_done(fd, "UserSet", "{" CAROL ",\"max_sessions\":2}");
	carol_has(true, print_two, NULL);
}

static void test_anonymous_user(void **state)
{
	struct json_object *reply;

	(void)state;
	expect_done(fd, "UserAdd", "{" ANYBODY ",\"anonymous\":true,\"max_sessions\":2,\"policy\":\"max-mac=1\"}");
	reply = expect_reply(ask(fd, "UserShow", "{" ANYBODY "}"));
	assert_true(bool_of(reply, "anonymous"));
	assert_false(bool_of(reply, "password"));
	assert_int_equal(int_of(reply, "max_sessions"), 2);
	assert_string_equal(text_of(reply, "policy"), "max-mac=1");
	json_object_put(reply);
	expect_refusal(ask(fd, "UserSetPassword",
			   "{" ANYBODY ",\"password\":\"x\"}"),
		       CONTROL_INVALID,
		       "the user lets in anybody, without a password: delete it first",
		       NULL);
	expect_refusal(ask(fd, "UserSet",
			   with("{" ANYBODY "}", "certs", one.cert)),
		       CONTROL_INVALID,
		       "anonymous: who logs in so has neither password nor certificate",
		       NULL);
	assert_string_equal(heard, "");
	expect_done(fd, "UserSet", "{" ANYBODY ",\"max_sessions\":3}");
}

static void refuses_user(const char *params, const char *message,
			 const char *parameter)
{
	expect_refusal(ask(fd, "UserAdd", params), CONTROL_INVALID, message,
		       parameter);
}

static void test_user_refusals(void **state)
{
	struct json_object *answer, *params;
	const char *text;

	(void)state;
	refuses_user("{" CAROL ",\"certs\":[]}",
		     "password is missing, and there are no certs instead",
		     "password");
	refuses_user("{" CAROL ",\"certs\":\"x\"}",
		     "certs: has to be a list of texts", "certs");
	refuses_user("{" CAROL ",\"certs\":[7]}",
		     "certs: has to be a list of texts", "certs");
	refuses_user("{" CAROL ",\"certs\":[\"a\\u0000b\"]}",
		     "certs: has to be a list of texts", "certs");
	refuses_user("{" CAROL ",\"certs\":[\"carol.pem\"]}",
		     "certs: \"carol.pem\" is neither SHA256: and 64 hex digits nor a certificate in PEM form",
		     "certs");
	refuses_user(with("{" CAROL "}", "certs", one.key),
		     "certs: it has no certificate in PEM form", "certs");
	refuses_user("{" CAROL ",\"anonymous\":true}",
		     "user: who lets in anybody has to be called \"anonymous\"",
		     "user");
	refuses_user("{" ANYBODY ",\"anonymous\":true,\"password\":\"x\"}",
		     "anonymous: who logs in so has neither password nor certificate",
		     "anonymous");
	refuses_user(with("{" ANYBODY ",\"anonymous\":true}", "certs",
			  print_one),
		     "anonymous: who logs in so has neither password nor certificate",
		     "anonymous");
	/* only a word makes one of this name what it is called */
	refuses_user("{" ANYBODY "}",
		     "password is missing, and there are no certs instead",
		     "password");
	/* one that could not be used any more */
	answer = ask(fd, "UserAdd", with("{" CAROL "}", "certs", expired.cert));
	params = json_object_object_get(answer, "parameters");
	text = text_of(params, "message");
	assert_memory_equal(text, "certs: the certificate expired on 2", 35);
	json_object_put(answer);
	/* the last one cannot be taken away */
	expect_done(fd, "UserAdd", with("{" CAROL "}", "certs", one.cert));
	expect_refusal(ask(fd, "UserSet", "{" CAROL ",\"certs\":[]}"),
		       CONTROL_INVALID,
		       "the user has neither password nor certificate, and could not log in: give it one",
		       NULL);
	carol_has(false, print_one, NULL);
	assert_string_equal(heard, "");
}

static void test_too_many_certificates(void **state)
{
	char params[1024] = "{" CAROL ",\"certs\":[";
	char text[SEHUB_FINGERPRINT_STRLEN];
	uint8_t hash[32] = { 0 };

	(void)state;
	for (hash[0] = 1; hash[0] <= AUTH_CERTS_MAX + 1; hash[0]++)
		sprintf(params + strlen(params), "%s\"%s\"",
			hash[0] > 1 ? "," : "",
			sehub_format_fingerprint(hash, text));
	strcpy(params + strlen(params), "]}");
	refuses_user(params, "certs: there are more than 8", "certs");
	/* one less will do */
	strcpy(params + strlen(params) - 2 - strlen(text) - 3, "]}");
	expect_done(fd, "UserAdd", params);
}

/* --- connections --- */

#define WORK	"\"name\":\"work\",\"server\":\"hub.example\",\"vlan\":12"

static const char *pair(const char *cert, const char *key)
{
	char first[2 * PEM_TEXT_MAX];

	snprintf(first, sizeof(first), "%s",
		 with("{" WORK ",\"user\":\"carol\"}", "cert", cert));
	return with(first, "key", key);
}

static void test_connection_with_certificate(void **state)
{
	struct json_object *reply;

	(void)state;
	expect_done(fd, "ConnectionAdd", pair(one.cert, one.key));
	reply = expect_reply(ask(fd, "ConnectionShow", "{\"name\":\"work\"}"));
	assert_string_equal(text_of(reply, "login"), "certificate");
	assert_string_equal(text_of(reply, "user"), "carol");
	/* what the hub's administrator has to know, and nothing else */
	assert_string_equal(text_of(reply, "cert"), print_one);
	assert_false(json_object_object_get_ex(reply, "key", NULL));
	assert_null(strstr(json_object_to_json_string(reply), "PRIVATE"));
	json_object_put(reply);
	/* it needs no password to come up */
	was_brought_up = false;
	json_object_put(expect_reply(ask(fd, "ConnectionUp",
					 "{\"name\":\"work\"}")));
	assert_true(was_brought_up);
}

static void test_anonymous_connection(void **state)
{
	struct json_object *reply;

	(void)state;
	expect_done(fd, "ConnectionAdd", "{" WORK ",\"anonymous\":true}");
	reply = expect_reply(ask(fd, "ConnectionShow", "{\"name\":\"work\"}"));
	assert_string_equal(text_of(reply, "login"), "anonymous");
	assert_string_equal(text_of(reply, "user"), "anonymous");
	assert_null(text_of(reply, "cert"));
	json_object_put(reply);
	was_brought_up = false;
	json_object_put(expect_reply(ask(fd, "ConnectionUp",
					 "{\"name\":\"work\"}")));
	assert_true(was_brought_up);
}

static void refuses_connection(const char *params, const char *message,
			       const char *parameter)
{
	expect_refusal(ask(fd, "ConnectionAdd", params), CONTROL_INVALID,
		       message, parameter);
}

static void test_connection_refusals(void **state)
{
	char encrypted[PEM_TEXT_MAX];

	(void)state;
	pem_encrypt_key(&one, encrypted);
	refuses_connection("{" WORK "}", "user is missing", "user");
	refuses_connection("{" WORK ",\"anonymous\":true,\"user\":\"u\"}",
			   "user: who logs in as anybody has no name", "user");
	refuses_connection("{" WORK ",\"anonymous\":true,\"password\":\"x\"}",
			   "give only one of password, certificate and anonymous",
			   "anonymous");
	refuses_connection("{" WORK ",\"user\":\"u\",\"cert\":\"x\",\"password\":\"x\"}",
			   "give only one of password, certificate and anonymous",
			   "cert");
	refuses_connection("{" WORK ",\"user\":\"u\",\"cert\":\"x\"}",
			   "give certificate and key, or neither", "key");
	refuses_connection("{" WORK ",\"user\":\"u\",\"key\":\"x\"}",
			   "give certificate and key, or neither", "cert");
	refuses_connection(pair(one.key, one.key),
			   "cert: it has no certificate in PEM form", "cert");
	refuses_connection(pair(one.cert, one.cert),
			   "key: it has no private key in PEM form", "key");
	refuses_connection(pair(one.cert, two.key),
			   "key: it is not the key of the certificate", "key");
	refuses_connection(pair(one.cert, encrypted),
			   "key: it is encrypted, and nobody is there to be asked for the passphrase: take it off with openssl pkey -in FILE -out NEW",
			   "key");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_user_with_certificate),
		TEST(test_changes_of_certificates),
		TEST(test_anonymous_user),
		TEST(test_user_refusals),
		TEST(test_too_many_certificates),
		TEST(test_connection_with_certificate),
		TEST(test_anonymous_connection),
		TEST(test_connection_refusals),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
