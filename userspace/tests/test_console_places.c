// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may stay at the console: not too many who have not logged in, whoever
 * they are, and nobody who logged in with a password that is no more.
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
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "console_run.h"
#include "control_run.h"

/* Of one source the oldest goes, also if it types, and does not stay. */
static void test_too_many_of_one_source(void **state)
{
	int fds[CONSOLE_GUESTS_SOURCE], fd;

	(void)state;
	for (int i = 0; i < CONSOLE_GUESTS_SOURCE; i++) {
		/* all the same to the console */
		fds[i] = console_dial_from(INADDR_LOOPBACK + (uint32_t)i);
		expect_text(fds[i], "password: ");
	}
	fd = console_dial();
	expect_text(fd, "password: ");
	talk(fds[0], "wrong", "Too many clients");
	say(fds[0], "\nwrong\n");
	/* while it is open */
	talk(fds[1], "\n", "Wrong password.");
	talk(fd, "sesame\n", "Main menu: ");
	say(fds[0], "wrong\nwrong\n");
	TURN_UNTIL(send(fds[0], "wrong\n", 6, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
		   errno != EAGAIN);
	close(fds[0]);
	/* none of it was an attempt */
	talk(fds[1], "wrong\n", "Wrong password.");
	close(fd);
	for (int i = 1; i < CONSOLE_GUESTS_SOURCE; i++)
		close(fds[i]);
}

/* However many places somebody takes, who comes last has one. */
static void test_flood_of_clients(void **state)
{
	int fds[40], fd;

	(void)state;
	for (int i = 0; i < 40; i++) {
		fds[i] = console_dial();
		turn();
	}
	fd = console_enter_as_admin();
	for (int i = 0; i < 36; i++)
		close(fds[i]);
	for (int i = 37; i < 40; i++)
		expect_text(fds[i], "password: ");
	for (int i = 36; i < 40; i++)
		close(fds[i]);
	close(fd);
}

static void test_password_changed(void **state)
{
	int one = console_enter_as_admin(), two = console_enter_as_admin();
	int guest = console_dial(), fd;

	(void)state;
	expect_text(guest, "password: ");
	say(one, "4\nsesame\n");
	expect_text(one, "New password: ");
	say(one, "tahini\n");
	expect_text(one, "The same again: ");
	talk(one, "tahini\n", "Done.");
	/* but for who did it, and who has not logged in yet */
	expect_without(two, "The password was changed: logged out.", "Done.");
	expect_end(two);
	talk(one, "\n", "Main menu: ");
	talk(guest, "tahini\n", "Main menu: ");
	fd = dial();
	expect_done(fd, "AdminSetPassword", "{\"password\":\"sesame\"}");
	close(fd);
	expect_text(one, "logged out.");
	expect_end(one);
	expect_text(guest, "logged out.");
	expect_end(guest);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, console_setup, console_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_too_many_of_one_source),
		TEST(test_flood_of_clients),
		TEST(test_password_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
