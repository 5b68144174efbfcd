// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console's user menu, on a real database.
 *
 * links: transportd/console.c transportd/console_client.c
 * links: transportd/console_session.c transportd/console_login.c
 * links: transportd/console_main.c transportd/console_users.c
 * links: transportd/console_edit.c transportd/console_sessions.c
 * links: transportd/console_protocols.c transportd/console_logs.c
 * links: transportd/console_term.c transportd/console_line.c
 * links: transportd/console_text.c transportd/ratelimit.c
 * links: transportd/config.c transportd/config_value.c
 * links: transportd/control.c transportd/control_client.c
 * links: transportd/control_dispatch.c transportd/control_call.c
 * links: transportd/control_local.c transportd/control_interface.c
 * links: transportd/control_admin.c transportd/control_user.c
 * links: transportd/control_user_login.c transportd/auth_text.c
 * links: transportd/cert_pem.c transportd/store.c transportd/store_file.c transportd/store_schema.c
 * links: transportd/store_user.c transportd/store_admin.c
 * links: transportd/store_connection.c transportd/store_check.c
 * links: transportd/auth.c transportd/card.c transportd/log.c
 * links: lib/via.c lib/addr.c lib/text.c lib/log_words.c lib/names.c
 * links: lib/access.c lib/policy.c lib/ethertype.c lib/rate.c lib/err.c
 * links: tests/control_run.c tests/store_place.c tests/console_run.c
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

#include "../transportd/control_user.h"
#include "console_run.h"
#include "control_run.h"
#include "store_place.h"

static struct control_user *users;
static const struct user_ops user_ops;

static int setup_users(void **state)
{
	return console_setup(state) ||
	       control_user_register(control, store, &user_ops, NULL, &users);
}

static int teardown_users(void **state)
{
	int err = console_teardown(state);

	control_user_free(users);
	return err;
}

static struct store_user user_of(uint16_t vlan, const char *name)
{
	struct store_user user;

	if (store_user_get(store, vlan, name, &user, &error))
		fail_msg("%s", error.text);
	return user;
}

static void test_create_user(void **state)
{
	int fd = console_enter_as_admin();

	(void)state;
	talk(fd, "1\n", "User management: ");
	talk(fd, "2\n", "Hub: ");
	talk(fd, "0\n", "from 1 to 4094");
	talk(fd, "12\n", "User: ");
	talk(fd, "\n", "That name will not do");
	talk(fd, "alice\n", "Logs in with: ");
	talk(fd, "4\n", "Logs in with: ");
	talk(fd, "1\n", "Password of the user: ");
	talk(fd, "pw\n", "The same again: ");
	talk(fd, "pw\n", "was created");
	assert_true(user_of(12, "alice").has_password);
	say(fd, "2\n12\nalice\n1\npw\n");
	talk(fd, "pw\n", "Refused: hub 12 has a user \"alice\" already");
	say(fd, "2\n12\nbob\n2\n");
	talk(fd, "SHA256:00\n", "Refused: certs: ");
	say(fd, "2\n12\nanonymous\n");
	talk(fd, "3\n", "was created");
	assert_true(user_of(12, "anonymous").anonymous);
	talk(fd, "1\n", "Hub (Enter: all): ");
	say(fd, "\n");
	expect_text(fd, " 12  alice      enabled  password             0  never");
	expect_text(fd, " 12  anonymous  enabled  nothing");
	say(fd, "1\n");
	talk(fd, "13\n", "There is no user.");
	close(fd);
}

static void test_delete_user(void **state)
{
	struct store_user user;
	int fd = console_enter_as_admin();

	(void)state;
	assert_int_equal(add_user(12, "alice", &verifier, false), 0);
	say(fd, "1\n3\n12\n");
	talk(fd, "bob\n", "Refused: ");
	say(fd, "3\n12\n");
	talk(fd, "alice\n", "Delete user alice of hub 12?");
	talk(fd, "\n", "Nothing was changed.");
	user_of(12, "alice");
	say(fd, "3\n12\nalice\n");
	talk(fd, "\x03", "Cancelled.");
	user_of(12, "alice");
	say(fd, "3\n12\nalice\n");
	talk(fd, "yes\n", "Done.");
	assert_int_equal(store_user_get(store, 12, "alice", &user, &error),
			 -ENOENT);
	close(fd);
}

static void test_edit_user(void **state)
{
	static const struct {
		const char *typed;
		const char *policy;
	} steps[] = {
		{ "1\n", "deny" },
		{ "2\n", "deny,no-resume" },
		{ "1\n", "no-resume" },
		{ "3\n", "no-resume,dhcp-force" },
		{ "4\n\n", "no-resume,dhcp-force,max-ip=1" },
		{ "5\n7\n", "no-resume,dhcp-force,max-ip=1,max-mac=7" },
		{ "4\n0\n", "no-resume,dhcp-force,max-mac=7" },
		{ "6\n", "no-resume,dhcp-force,max-mac=7,no-ip-dup" },
		{ "18\nnone\n", "" },
		{ "7\n", "no-mac-dup" },
		{ "8\n", "no-mac-dup,no-broadcast" },
		{ "9\n", "no-mac-dup,no-broadcast,no-dhcp-server" },
		{ "10\n", "no-mac-dup,no-broadcast,no-dhcp-server,filter-dhcp" },
	};
	struct store_user user;
	int fd = console_enter_as_admin();

	(void)state;
	assert_int_equal(add_user(12, "alice", &verifier, false), 0);
	say(fd, "1\n5\n12\nalice\n");
	expect_text(fd, "Change (1 to 18");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		talk(fd, steps[i].typed, "Done.");
		expect_text(fd, "Change (1 to 18");
		assert_string_equal(user_of(12, "alice").policy,
				    steps[i].policy);
	}
	talk(fd, "11\n", "Done.");
	say(fd, "13\n");
	talk(fd, "many\n", "no number");
	talk(fd, "13\n2\n", "Done.");
	talk(fd, "14\n2027-01-31\n", "Done.");
	talk(fd, "14\nsoon\n", "A time is");
	talk(fd, "15\n192.0.2.0/24\n", "Done.");
	talk(fd, "15\nhere\n", "Refused: sources: ");
	talk(fd, "16\n90s\n", "Done.");
	talk(fd, "16\n-1\n", "A grace time is");
	talk(fd, "17\n", "Done.");
	say(fd, "12\nnew\n");
	talk(fd, "new\n", "Done.");
	user = user_of(12, "alice");
	assert_true(user.disabled && user.cascade && user.has_password);
	assert_int_equal(user.max_sessions, 2);
	assert_true(user.expires > 0);
	assert_string_equal(user.sources, "192.0.2.0/24");
	assert_int_equal(user.grace, 90000);
	say(fd, "0\n");
	expect_text(fd, "   8  Prohibit broadcast packets                      on");
	expect_text(fd, "  16  Grace time                                      1m 30s");
	talk(fd, "19\n", "no entry");
	talk(fd, "\n", "User management: ");
	talk(fd, "9\n", "Main menu: ");
	close(fd);
}

#define USERS(name) \
	cmocka_unit_test_setup_teardown(name, setup_users, teardown_users)

int main(void)
{
	const struct CMUnitTest tests[] = {
		USERS(test_create_user),
		USERS(test_delete_user),
		USERS(test_edit_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
