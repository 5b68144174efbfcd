// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console, from the connection to the main menu: passwords and how often
 * they may be tried, languages, several administrators, and silence.
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

#include "console_run.h"
#include "control_run.h"
#include "store_place.h"

#define STATUS	"{\"version\":\"1.2.3\",\"uptime_s\":187,\"users\":3,"	\
		"\"sessions\":2,\"connections\":1,\"module\":true,"		\
		"\"fingerprint\":\"SHA256:00\",\"listeners\":["		\
		"{\"address\":\"::\",\"port\":443}]}"

/* More than all buffers on the way take. */
#define TYPED_MAX	(32 * 1024 * 1024)

/* --- logging in --- */

static void test_no_password_yet(void **state)
{
	int fd = console_dial();

	(void)state;
	expect_text(fd, "sehub 1.2.3");
	expect_without(fd, "sehubctl admin passwd", "password: ");
	expect_end(fd);
}

static void test_log_in_and_out(void **state)
{
	int fd = console_enter_as_admin();

	(void)state;
	talk(fd, "9\n", "Goodbye.");
	expect_end(fd);
}

static void test_who_shows_the_password_is_told(void **state)
{
	int fd = console_dial();

	(void)state;
	/* nothing is said by the client: it speaks no telnet */
	expect_text(fd, "shows what you type");
	expect_text(fd, "password: ");
	close(fd);
}

static void test_telnet_hides_the_password(void **state)
{
	int fd = console_dial();

	(void)state;
	say(fd, "\xff\xfd\x01\xff\xfd\x03");
	expect_without(fd, "password: ", "shows what you type");
	say(fd, "sesame\r");
	expect_without(fd, "Main menu: ", "sesame");
	talk(fd, "9\r", "Goodbye.");
	expect_end(fd);
}

static void test_three_attempts(void **state)
{
	int fd = console_dial();

	(void)state;
	talk(fd, "wrong\n", "Wrong password.");
	talk(fd, "Sesame\n", "Wrong password.");
	talk(fd, "sesame \n", "too often");
	expect_end(fd);
}

static void fail_once(void)
{
	int fd = console_dial();

	talk(fd, "wrong\n", "Wrong password.");
	close(fd);
}

/* Says for how long the source is refused now. */
static void expect_wait(const char *seconds)
{
	int fd = console_dial();
	char text[64];

	snprintf(text, sizeof(text), "try again in %s s", seconds);
	talk(fd, "sesame\n", text);
	expect_end(fd);
}

/* Each user of this machine has all of its loopback addresses. */
static void test_loopback_is_one_source(void **state)
{
	int fd;

	(void)state;
	for (uint32_t i = 1; i <= 3; i++) {
		fd = console_dial_from(INADDR_LOOPBACK + i);
		talk(fd, "wrong\n", "Wrong password.");
		close(fd);
	}
	fd = console_dial_from(INADDR_LOOPBACK + 9);
	talk(fd, "wrong\n", "Wrong password.");
	close(fd);
	fd = console_dial_from(INADDR_LOOPBACK + 10);
	talk(fd, "sesame\n", "try again in");
	expect_end(fd);
}

static void test_delay_grows(void **state)
{
	int fd;

	(void)state;
	for (int i = 0; i < 3; i++)
		fail_once();
	fail_once();
	/* the right one does not help either */
	expect_wait("2");
	clock_ms += 1999;
	expect_wait("1");
	clock_ms += 1;
	fail_once();
	expect_wait("4");
	clock_ms += 4000;
	fail_once();
	expect_wait("8");
	clock_ms += 8000;
	fd = console_enter_as_admin();
	close(fd);
}

static void test_two_administrators(void **state)
{
	int one = console_enter_as_admin();
	int two = console_enter_as_admin();

	(void)state;
	play("Status", STATUS);
	play("HubList", "{\"hubs\":[]}");
	talk(one, "0\n", "There is no hub.");
	talk(two, "1\n", "User management: ");
	talk(one, "0\n", "There is no hub.");
	talk(two, "9\n", "Main menu: ");
	close(one);
	talk(two, "9\n", "Goodbye.");
	expect_end(two);
}

static void test_silence(void **state)
{
	int fd;

	(void)state;
	fd = console_enter_as_admin();
	expect_text(fd, "logged out");
	expect_end(fd);
}

static int setup_quick(void **state)
{
	console_options.idle_ms = 200;
	return console_setup(state);
}

static void test_broken_telnet(void **state)
{
	int fd = console_enter_as_admin();

	(void)state;
	say(fd, "\xff\xfa\x56\xff\xf0");
	expect_end(fd);
	fd = console_enter_as_admin();
	close(fd);
}

/* What a browser sends is no attempt, whatever is in it. */
static void test_browser(void **state)
{
	int fd;

	(void)state;
	for (int i = 0; i < 5; i++) {
		fd = console_dial();
		say(fd, "POST / HTTP/1.1\r\nHost: localhost:8023\r\n\r\n"
		    "guess\r\nsesame\r\n4\r\n");
		expect_without(fd, "This is no web server.", "password");
		expect_end(fd);
	}
	fd = console_enter_as_admin();
	close(fd);
}

/* However long its URL is, in however many pieces it comes. */
static void test_browser_with_a_long_url(void **state)
{
	static const char *const methods[] = { "GET /", "POST /", "XYZ /" };
	static const size_t lengths[] = { 900, 1500, 2100, 8000 };
	static const char rest[] = " HTTP/1.1\r\nHost: localhost:8023\r\n\r\n"
				   "guess\r\nsesame\r\n4\r\n";
	char url[8001];
	int fd;

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		memset(url, 'a', sizeof(url));
		url[lengths[i % 4]] = '\0';
		fd = console_dial();
		say(fd, methods[i / 4]);
		turn();
		say(fd, url);
		turn();
		say(fd, " HTT");
		turn();
		say(fd, rest + 4);
		expect_without(fd, "This is no web server.", "Wrong password");
		expect_end(fd);
	}
	/* none of it was an attempt */
	for (int i = 0; i < CONSOLE_ATTEMPTS; i++)
		fail_once();
	fd = console_enter_as_admin();
	close(fd);
}

/* Who types it key by key gets in. */
static void test_first_line_in_pieces(void **state)
{
	int fd = console_dial();

	(void)state;
	say(fd, "\xff\xfd\x01\xff\xfd\x03\xff\xfb\x1f\xff\xfa\x1f");
	say(fd, "\x01\x50\x01\x18\xff\xf0");
	expect_text(fd, "password: ");
	for (const char *key = "sesame"; *key; key++) {
		send_bytes(fd, key, 1);
		turn();
	}
	send_bytes(fd, "\r\0", 2);
	expect_text(fd, "Main menu: ");
	close(fd);
}

static void test_client_that_does_not_read(void **state)
{
	int fd = console_enter_as_admin(), small = 4096;
	size_t typed = 0;
	char lines[512];
	ssize_t len;

	(void)state;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	memset(lines, '\n', sizeof(lines));
	do {
		len = send(fd, lines, sizeof(lines), MSG_DONTWAIT);
		typed += len > 0 ? (size_t)len : 0;
		turn();
	} while (len > 0 && typed < TYPED_MAX);
	/* at some point nothing more is taken; what was is answered */
	assert_true(typed < TYPED_MAX);
	talk(fd, "", "Main menu: ");
	close(fd);
	turn();
}

/* --- languages --- */

static const char *const texts[][2] = {
	{ "", "Content-Type: text/plain; charset=UTF-8\n" },
	{ "Administrator's password", "PASUWAADO" },
	{ "Main menu", "MENYUU" },
};

static int setup_asking(void **state)
{
	write_catalogue("ja", texts, 3);
	return console_setup(state);
}

static int setup_japanese(void **state)
{
	console_options.language = CONFIG_LANGUAGE_JA;
	return setup_asking(state);
}

static int setup_english(void **state)
{
	console_options.language = CONFIG_LANGUAGE_EN;
	return setup_asking(state);
}

static int teardown_texts(void **state)
{
	remove_catalogues();
	return console_teardown(state);
}

static void test_language_is_asked_for(void **state)
{
	int one = console_dial(), two = console_dial();

	(void)state;
	expect_text(one, "Language: 1 English, 2");
	talk(one, "3\n", "Language: 1 English, 2");
	talk(one, "2\n", "PASUWAADO: ");
	expect_text(two, "Language: ");
	talk(two, "\n", "Administrator's password: ");
	/* both at once, each in its own */
	talk(one, "sesame\n", "MENYUU: ");
	talk(two, "sesame\n", "Main menu: ");
	close(one);
	close(two);
}

static void test_language_is_set(void **state)
{
	int fd = console_dial();

	(void)state;
	expect_without(fd, "PASUWAADO: ", "Language");
	close(fd);
}

static void test_english_is_set(void **state)
{
	int fd = console_dial();

	(void)state;
	expect_without(fd, "Administrator's password: ", "Language");
	close(fd);
}

/* --- menus --- */

static void test_main_menu(void **state)
{
	int fd = console_dial();

	(void)state;
	say(fd, "sesame\n");
	expect_text(fd, " 0  Status\r\n   1  User management\r\n"
		    "   2  Session management\r\n   3  Protocol management\r\n"
		    "   4  Password setting\r\n   5  Log management\r\n"
		    "   9  Log out\r\nMain menu: ");
	talk(fd, "7\n", "no entry \"7\"");
	talk(fd, "\x1b[31mx\n", "no entry \"x\"");
	talk(fd, "\n", "   9  Log out\r\nMain menu: ");
	close(fd);
}

static void test_status(void **state)
{
	int fd = console_enter_as_admin();

	(void)state;
	play("Status", STATUS);
	play("HubList", "{\"hubs\":[{\"vlan\":12,\"device\":\"sehub12\","
	     "\"ports\":2,\"macs\":30,\"ips\":4,\"rx_bytes\":2048,"
	     "\"tx_bytes\":512,\"drops\":7},{\"vlan\":4094,"
	     "\"device\":\"sehub4094\",\"ports\":1,\"macs\":1,\"ips\":1,"
	     "\"rx_bytes\":0,\"tx_bytes\":0,\"drops\":1}]}");
	say(fd, "0\n");
	expect_text(fd, "Version               1.2.3");
	expect_text(fd, "Uptime                3m 7s");
	expect_text(fd, "Kernel module         loaded");
	expect_text(fd, "Listens on            [::]:443");
	expect_text(fd, "12    sehub12        2    30    4  2.0 KiB  512 B        7");
	expect_text(fd, "all   -              3    31    5  2.0 KiB  512 B        8");
	play("HubList", "!no kernel");
	talk(fd, "0\n", "Refused: no kernel");
	expect_text(fd, "Main menu: ");
	close(fd);
}

static void test_password_setting(void **state)
{
	int fd = console_enter_as_admin();

	(void)state;
	talk(fd, "4\n", "Present password: ");
	talk(fd, "guess\n", "Wrong password.");
	expect_text(fd, "Main menu: ");
	say(fd, "4\nsesame\nopen\n");
	talk(fd, "opem\n", "nothing was changed");
	say(fd, "4\nsesame\n");
	talk(fd, "\n", "Nothing was changed");
	say(fd, "4\nsesame\nopen\n");
	talk(fd, "open\n", "Done.");
	close(fd);
	fd = console_dial();
	talk(fd, "sesame\n", "Wrong password.");
	talk(fd, "open\n", "Main menu: ");
	close(fd);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, console_setup, console_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_no_password_yet,
						console_setup_new,
						console_teardown),
		TEST(test_log_in_and_out),
		TEST(test_who_shows_the_password_is_told),
		TEST(test_telnet_hides_the_password),
		TEST(test_three_attempts),
		TEST(test_loopback_is_one_source),
		TEST(test_delay_grows),
		TEST(test_two_administrators),
		cmocka_unit_test_setup_teardown(test_silence, setup_quick,
						console_teardown),
		TEST(test_broken_telnet),
		TEST(test_browser),
		TEST(test_browser_with_a_long_url),
		TEST(test_first_line_in_pieces),
		TEST(test_client_that_does_not_read),
		cmocka_unit_test_setup_teardown(test_language_is_asked_for,
						setup_asking, teardown_texts),
		cmocka_unit_test_setup_teardown(test_language_is_set,
						setup_japanese,
						teardown_texts),
		cmocka_unit_test_setup_teardown(test_english_is_set,
						setup_english, teardown_texts),
		TEST(test_main_menu),
		TEST(test_status),
		TEST(test_password_setting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
