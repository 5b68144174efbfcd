// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Users and connections in the database: they survive, names that look like
 * SQL are just names, limits hold, and each refusal has its text.
 *
 * links: transportd/store.c transportd/store_file.c transportd/store_schema.c transportd/store_user.c transportd/store_connection.c transportd/store_check.c transportd/auth.c transportd/card.c transportd/log.c lib/via.c lib/addr.c tests/store_place.c
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
#include <time.h>

#include <cmocka.h>

#include "store_place.h"

static void expect_error(int result, int err, const char *text)
{
	assert_int_equal(result, err);
	assert_string_equal(error.text, text);
}

/* --- users --- */

static void test_user(void **state)
{
	time_t before = time(NULL);
	struct store_user user;
	struct auth_user found;

	(void)state;
	assert_int_equal(add_user(12, "alice", &verifier, false), 0);
	assert_int_equal(add_user(13, "alice", &verifier, true), 0);
	reopen_store();

	assert_int_equal(store_user_get(store, 12, "alice", &user, &error), 0);
	assert_string_equal(user.name, "alice");
	assert_int_equal(user.vlan, 12);
	assert_false(user.disabled);
	assert_in_range(user.created, before, time(NULL));
	assert_int_equal(user.last_login, 0);
	assert_int_equal(store_auth_lookup(store, 12, "alice", &found), 0);
	assert_memory_equal(&found.verifier, &verifier, sizeof(verifier));
	assert_true(found.has_password);
	assert_false(found.is_anonymous);
	assert_int_equal(found.cert_count, 0);
	assert_int_equal(store_auth_lookup(store, 14, "alice", &found),
			 -ENOENT);

	assert_int_equal(store_user_touch_login(store, user.id, &error), 0);
	assert_string_equal(user.policy, "");
	assert_string_equal(user.sources, "");
	assert_int_equal(user.grace, -1);
	user.disabled = true;
	strcpy(user.policy, "no-resume,deny-type=0x0800");
	user.max_sessions = UINT32_MAX;
	user.expires = 1LL << 40;
	strcpy(user.sources, "192.0.2.0/24");
	user.grace = 86400000;
	assert_int_equal(store_user_set(store, &user, &error), 0);
	reopen_store();
	assert_int_equal(store_user_get(store, 12, "alice", &user, &error), 0);
	assert_in_range(user.last_login, before, time(NULL));
	assert_true(user.disabled);
	assert_string_equal(user.policy, "no-resume,deny-type=0x0800");
	assert_int_equal(user.max_sessions, UINT32_MAX);
	assert_true(user.expires == 1LL << 40);
	assert_string_equal(user.sources, "192.0.2.0/24");
	assert_int_equal(user.grace, 86400000);

	assert_int_equal(store_user_del(store, 12, "alice", &error), 0);
	expect_error(store_user_get(store, 12, "alice", &user, &error),
		     -ENOENT, "hub 12 has no user \"alice\"");
	/* the one of the other hub is another one */
	assert_int_equal(store_user_get(store, 13, "alice", &user, &error), 0);
	assert_true(user.disabled);
}

static void test_user_password(void **state)
{
	struct auth_verifier other = verifier;
	struct auth_user found;

	(void)state;
	other.iterations = 9999;
	memset(other.stored_key, 0xee, sizeof(other.stored_key));
	assert_int_equal(add_user(12, "bob", &verifier, false), 0);
	assert_int_equal(store_user_set_password(store, 12, "bob", &other,
						 &error), 0);
	assert_int_equal(store_auth_lookup(store, 12, "bob", &found), 0);
	assert_memory_equal(&found.verifier, &other, sizeof(other));
}

static void test_user_errors(void **state)
{
	struct store_user user = {
		.vlan = 12, .grace = -1, .has_password = true,
	};
	struct auth_verifier weak = verifier;

	(void)state;
	assert_int_equal(add_user(12, "bob", &verifier, false), 0);
	expect_error(add_user(12, "bob", &verifier, false),
		     -EEXIST, "hub 12 has a user \"bob\" already");
	expect_error(store_user_del(store, 12, "eve", &error), -ENOENT,
		     "hub 12 has no user \"eve\"");
	expect_error(store_user_set_password(store, 13, "bob", &verifier,
					     &error),
		     -ENOENT, "hub 13 has no user \"bob\"");
	strcpy(user.name, "BOB");
	expect_error(store_user_set(store, &user, &error), -ENOENT,
		     "hub 12 has no user \"BOB\"");
	expect_error(store_user_touch_login(store, 4711, &error), -ENOENT,
		     "no such user");
	expect_error(add_user(0, "x", &verifier, false),
		     -EINVAL, "vlan: 0 is outside of 1 to 4094");
	expect_error(add_user(4095, "x", &verifier, false),
		     -EINVAL, "vlan: 4095 is outside of 1 to 4094");
	expect_error(add_user(12, "", &verifier, false),
		     -EINVAL, "user: the name is empty");
	expect_error(add_user(12, "a\nb", &verifier, false),
		     -EINVAL,
		     "user: the name is not UTF-8, or has control characters");
	expect_error(add_user(12, "Ju\xcc\x88rgen", &verifier, false),
		     -EINVAL, "user: the name is not in its prepared form");
	memset(&user, 0, sizeof(user));
	user.has_password = true;
	user.vlan = 12;
	strcpy(user.name, "bob");
	strcpy(user.policy, "identity=1");
	expect_error(store_user_set(store, &user, &error), -EINVAL,
		     "policy: identity is not for users: their sessions are given one");
	strcpy(user.policy, "fly");
	assert_int_equal(store_user_set(store, &user, &error), -EINVAL);
	user.policy[0] = '\0';
	strcpy(user.sources, "here");
	assert_int_equal(store_user_set(store, &user, &error), -EINVAL);
	user.sources[0] = '\0';
	user.grace = 86400001;
	expect_error(store_user_set(store, &user, &error), -EINVAL,
		     "grace: 86400001 ms is outside of 0 to 86400000");
	user.grace = -1;
	user.expires = -1;
	assert_int_equal(store_user_set(store, &user, &error), -EINVAL);
	weak.iterations = 1;
	assert_int_equal(add_user(12, "weak", &weak, false), -EINVAL);
	/* a caller need not want the text */
	assert_int_equal(store_user_del(store, 12, "eve", NULL), -ENOENT);
}

static const char * const hostile[] = {
	"' OR '1'='1", "x'; DROP TABLE users; --", "\"; --", "?1", "%", "_",
	"*", "NULL", "\\", "x\" UNION SELECT 1,2,3,4,5,6 --", "a b",
	"\xc3\xa4\xc3\xb6", "1234567890123456789012345678901234567890123456789012345678901234",
};

#define HOSTILE	(sizeof(hostile) / sizeof(hostile[0]))

static void test_user_hostile_names(void **state)
{
	struct store_user user;
	struct auth_user found;
	uint64_t count;

	(void)state;
	for (size_t i = 0; i < HOSTILE; i++)
		if (add_user(12, hostile[i], &verifier, false))
			fail_msg("%s: %s", hostile[i], error.text);
	for (size_t i = 0; i < HOSTILE; i++) {
		assert_int_equal(store_user_get(store, 12, hostile[i], &user,
						&error), 0);
		assert_string_equal(user.name, hostile[i]);
		assert_int_equal(store_auth_lookup(store, 12, hostile[i],
						   &found), 0);
	}
	/* each is one user, and takes only itself along */
	for (size_t i = 0; i < HOSTILE; i++) {
		assert_int_equal(store_user_count(store, &count, &error), 0);
		assert_int_equal(count, HOSTILE - i);
		assert_int_equal(store_user_del(store, 12, hostile[i],
						&error), 0);
	}
	/* and names with which nobody was added find nobody */
	for (size_t i = 0; i < HOSTILE; i++)
		assert_int_equal(store_auth_lookup(store, 12, hostile[i],
						   &found), -ENOENT);
}

struct names {
	char text[256];
	unsigned int stop_after;
};

static int add_name(void *arg, const struct store_user *user)
{
	struct names *names = arg;

	snprintf(names->text + strlen(names->text),
		 sizeof(names->text) - strlen(names->text), "%u/%s ",
		 user->vlan, user->name);
	return names->stop_after && !--names->stop_after ? 7 : 0;
}

static void test_user_list(void **state)
{
	struct names all = { 0 }, hub = { 0 }, some = { .stop_after = 2 };
	uint64_t count;

	(void)state;
	add_user(200, "a", &verifier, false);
	add_user(12, "c", &verifier, false);
	add_user(12, "b", &verifier, false);
	assert_int_equal(store_user_list(store, 0, add_name, &all, &error), 0);
	assert_string_equal(all.text, "12/b 12/c 200/a ");
	assert_int_equal(store_user_list(store, 12, add_name, &hub, &error),
			 0);
	assert_string_equal(hub.text, "12/b 12/c ");
	assert_int_equal(store_user_list(store, 0, add_name, &some, &error),
			 7);
	assert_string_equal(some.text, "12/b 12/c ");
	assert_int_equal(store_user_count(store, &count, &error), 0);
	assert_int_equal(count, 3);
	/* a list that was ended does not hold the database */
	assert_int_equal(store_user_del(store, 12, "b", &error), 0);
}

static void test_ids_are_not_used_again(void **state)
{
	struct store_user first, second;

	(void)state;
	add_user(12, "a", &verifier, false);
	assert_int_equal(store_user_get(store, 12, "a", &first, &error), 0);
	store_user_del(store, 12, "a", &error);
	reopen_store();
	add_user(12, "a", &verifier, false);
	assert_int_equal(store_user_get(store, 12, "a", &second, &error), 0);
	assert_true(second.id > first.id);
}

/* --- connections --- */

static void test_connection(void **state)
{
	struct store_connection added = connection("work", "sehub-work");
	struct store_connection other = connection("home", "sehub-home");
	struct store_connection found;

	(void)state;
	strcpy(added.ca, "/etc/ssl/it's.pem");
	strcpy(added.source, "2001:db8::1");
	strcpy(added.via, "http://it%27s@proxy:3128");
	strcpy(added.via_password, "'); DROP TABLE connections;--");
	added.grace = SEHUB_GRACE_MAX;
	assert_int_equal(store_connection_add(store, &added, &error), 0);
	assert_int_equal(store_connection_add(store, &other, &error), 0);
	assert_memory_not_equal(added.client_id, other.client_id,
				sizeof(added.client_id));
	reopen_store();
	assert_int_equal(store_connection_get(store, "work", &found, &error),
			 0);
	assert_memory_equal(&found, &added, sizeof(found));
	assert_false(found.up);

	assert_int_equal(store_connection_set_up(store, "work", true, &error),
			 0);
	assert_int_equal(store_connection_set_pin(store, "work", "SHA256:00",
						  &error), 0);
	reopen_store();
	assert_int_equal(store_connection_get(store, "work", &found, &error),
			 0);
	assert_true(found.up);
	assert_string_equal(found.pin, "SHA256:00");
	assert_int_equal(store_connection_get(store, "home", &found, &error),
			 0);
	assert_false(found.up);
	assert_string_equal(found.pin, "");

	assert_int_equal(store_connection_del(store, "work", &error), 0);
	expect_error(store_connection_get(store, "work", &found, &error),
		     -ENOENT, "no connection \"work\"");
	store_connection_clear(&found);
	assert_string_equal(found.password, "");
	assert_string_equal(found.via_password, "");
}

static int add_connection(void *arg, const struct store_connection *c)
{
	strcat(arg, c->name);
	strcat(arg, " ");
	return 0;
}

static void test_connection_list(void **state)
{
	struct store_connection b = connection("b", "b0");
	struct store_connection a = connection("a", "a0");
	char text[64] = "";

	(void)state;
	store_connection_add(store, &b, &error);
	store_connection_add(store, &a, &error);
	assert_int_equal(store_connection_list(store, add_connection, text,
					       &error), 0);
	assert_string_equal(text, "a b ");
}

static void test_connection_errors(void **state)
{
	struct store_connection c = connection("work", "w0"), bad;

	(void)state;
	assert_int_equal(store_connection_add(store, &c, &error), 0);
	bad = connection("work", "w1");
	expect_error(store_connection_add(store, &bad, &error), -EEXIST,
		     "there is a connection \"work\" already");
	bad = connection("home", "w0");
	expect_error(store_connection_add(store, &bad, &error), -EEXIST,
		     "another connection uses the device \"w0\" already: name one with device");
	bad = connection("a b", "w1");
	expect_error(store_connection_add(store, &bad, &error), -EINVAL,
		     "name: needs 1 to 32 letters, digits, dots, underscores or hyphens");
	bad = connection("home", "w1");
	bad.vlan = 0;
	expect_error(store_connection_add(store, &bad, &error), -EINVAL,
		     "vlan: 0 is outside of 1 to 4094");
	bad = connection("home", "w1");
	strcpy(bad.ca, "ca.pem");
	expect_error(store_connection_add(store, &bad, &error), -EINVAL,
		     "ca: \"ca.pem\" is no absolute path");
	bad = connection("home", "w1");
	strcpy(bad.ca, "/ca.pem");
	bad.tofu = true;
	expect_error(store_connection_add(store, &bad, &error), -EINVAL,
		     "give only one of pin, ca and tofu");
	bad = connection("home", "w1");
	strcpy(bad.via, "proxy:3128");
	expect_error(store_connection_add(store, &bad, &error), -EINVAL,
		     "via: the URL has to begin with http://, socks4://, socks4a://, socks5://, socks5h:// or ssh://");
	bad = connection("home", "w1");
	strcpy(bad.via, "http://proxy:3128");
	strcpy(bad.via_password, "pw");
	expect_error(store_connection_add(store, &bad, &error), -EINVAL,
		     "via_password: via has no user who could have one");
	bad = connection("home", "w1");
	strcpy(bad.source, "a b");
	expect_error(store_connection_add(store, &bad, &error), -EINVAL,
		     "source: \"a b\" is no address and no network device");
	bad = connection("home", "w1");
	bad.grace = -2;
	expect_error(store_connection_add(store, &bad, &error), -EINVAL,
		     "grace: -2 ms is outside of 0 to 86400000");
	bad.grace = (int64_t)SEHUB_GRACE_MAX + 1;
	expect_error(store_connection_add(store, &bad, &error), -EINVAL,
		     "grace: 86400001 ms is outside of 0 to 86400000");
	bad = connection("home", "w1");
	strcpy(bad.password, "\xff");
	assert_int_equal(store_connection_add(store, &bad, &error), -EINVAL);
	expect_error(store_connection_set_up(store, "x", true, &error),
		     -ENOENT, "no connection \"x\"");
	expect_error(store_connection_set_pin(store, "x", "", &error),
		     -ENOENT, "no connection \"x\"");
	expect_error(store_connection_del(store, "'--", &error), -ENOENT,
		     "no connection \"'--\"");
}

/* --- what may be stored --- */

static void test_device_names(void **state)
{
	static const char * const good[] = { "a", "sehub12", "123456789012345",
		"x.1", "a-b_c" };
	static const char * const bad[] = { "", "1234567890123456", ".", "..",
		"a/b", "a b", "a:1", "a\tb", "a\x7f", "\xc3\xa4", "eth%d" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(store_check_device_name(good[i], &error), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (store_check_device_name(bad[i], &error) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
}

static void test_servers(void **state)
{
	static const struct {
		const char *server, *host;
		uint16_t port;
	} good[] = {
		{ "hub.example", "hub.example", 443 },
		{ "hub.example:8443", "hub.example", 8443 },
		{ "192.0.2.1:1", "192.0.2.1", 1 },
		{ "[2001:db8::1]", "2001:db8::1", 443 },
		{ "[::1]:65535", "::1", 65535 },
		{ "[fe80::1%eth0]:443", "fe80::1%eth0", 443 },
	};
	static const char * const bad[] = {
		"", ":443", "hub:", "hub:0", "hub:65536", "hub:1x", "hub:-1",
		"hub:000443", "a b", "-x", ".x", "[::1", "[]:443", "[hub]:443",
		"[::1]443", "[::1]:", "http://hub", "user@hub", "hub/",
		"[fe80::1%]", "[fe80::1%a/b]",
	};
	char host[STORE_SERVER_MAX + 1], long_name[400];
	uint16_t port;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(store_check_server(good[i].server, &error),
				 0);
		assert_int_equal(store_server_split(good[i].server, host,
						    &port), 0);
		assert_string_equal(host, good[i].host);
		assert_int_equal(port, good[i].port);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (store_check_server(bad[i], &error) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
	expect_error(store_check_server("2001:db8::1", &error), -EINVAL,
		     "server: write an IPv6 address in brackets: [2001:db8::1]:443");
	memset(long_name, 'x', sizeof(long_name));
	long_name[254] = '\0';
	assert_int_equal(store_check_server(long_name, &error), -EINVAL);
	long_name[254] = 'x';
	long_name[263] = '\0';
	assert_int_equal(store_check_server(long_name, &error), -EINVAL);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_user),
		TEST(test_user_password),
		TEST(test_user_errors),
		TEST(test_user_hostile_names),
		TEST(test_user_list),
		TEST(test_ids_are_not_used_again),
		TEST(test_connection),
		TEST(test_connection_list),
		TEST(test_connection_errors),
		cmocka_unit_test(test_device_names),
		cmocka_unit_test(test_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
