// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process that changes the database, from making it on, is killed at any
 * point, over and over: what it had confirmed is there, what it had not is there
 * as a whole or not at all, and the file is sound.
 *
 * links: transportd/store.c transportd/store_file.c transportd/store_schema.c transportd/store_user.c transportd/store_connection.c transportd/store_listener.c transportd/store_check.c transportd/auth.c transportd/card.c transportd/log.c lib/via.c lib/addr.c tests/store_place.c
 * links: lib/access.c lib/policy.c lib/ethertype.c lib/rate.c lib/err.c
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store_place.h"

#define ROUNDS		30
/* A process has confirmed up to so many changes, and goes on for up to this. */
#define CHANGES		3
#define LIFE_US		5000

/* Change @i is a user, a connection and a listener, in one. */
static int change(unsigned int i)
{
	struct store_user user = { .vlan = 12, .policy = "no-ra", .grace = -1 };
	struct store_connection c = connection("", "");
	struct store_listener listener = {
		.address = "192.0.2.1", .port = (uint16_t)(i + 1),
		.is_added = true,
	};
	int err;

	snprintf(user.name, sizeof(user.name), "u%u", i);
	snprintf(c.name, sizeof(c.name), "c%u", i);
	snprintf(c.device, sizeof(c.device), "d%u", i);
	err = store_begin(store, &error);
	if (!err)
		err = store_user_add(store, &user, &verifier, &error);
	if (!err)
		err = store_connection_add(store, &c, &error);
	if (!err)
		err = store_listener_put(store, &listener, &error);
	return err ? err : store_commit(store, &error);
}

/* Changes from @from on, each confirmed by a byte; never comes back. */
static void go_on(unsigned int from, int fd)
{
	if (store_open(dir, &store, &error))
		_exit(3);
	for (;;) {
		if (change(from++))
			_exit(4);
		if (write(fd, "", 1) != 1)
			_exit(5);
	}
}

/* Returns how many changes were confirmed before it was killed. */
static unsigned int kill_one(unsigned int from, unsigned int wanted)
{
	struct timespec life = { .tv_nsec = random() % LIFE_US * 1000L };
	unsigned int confirmed = 0;
	int fds[2], status;
	pid_t child;
	char byte;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (!child)
		go_on(from, fds[1]);
	close(fds[1]);
	while (confirmed < wanted && read(fds[0], &byte, 1) == 1)
		confirmed++;
	/* not to wait for something: the moment is to be any */
	nanosleep(&life, NULL);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFSIGNALED(status))
		fail_msg("ended by itself: %d", WEXITSTATUS(status));
	while (read(fds[0], &byte, 1) == 1)
		confirmed++;
	close(fds[0]);
	return confirmed;
}

/* All three of a change are there and as they were given, or none is. */
static bool is_there(unsigned int i)
{
	struct store_listener listener;
	struct store_connection c;
	struct store_user user;
	char name[16];
	int found;

	snprintf(name, sizeof(name), "u%u", i);
	found = store_user_get(store, 12, name, &user, &error);
	snprintf(name, sizeof(name), "c%u", i);
	assert_int_equal(store_connection_get(store, name, &c, &error), found);
	assert_int_equal(store_listener_get(store, "192.0.2.1",
					    (uint16_t)(i + 1), &listener,
					    &error), found);
	if (found) {
		assert_int_equal(found, -ENOENT);
		return false;
	}
	assert_string_equal(user.policy, "no-ra");
	assert_string_equal(c.password, "secret'; --");
	assert_true(listener.is_added);
	return true;
}

static void expect_sound(void)
{
	sqlite3_stmt *statement;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1,
					    &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(statement, 0),
			    "ok");
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

static void test_killed_while_changing(void **state)
{
	unsigned int next = 0;

	(void)state;
	store_close(store);
	store = NULL;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		unsigned int confirmed;

		confirmed = kill_one(next, random() % (CHANGES + 1));
		open_store();
		for (unsigned int i = next; i < next + confirmed; i++)
			assert_true(is_there(i));
		next += confirmed;
		/* it may have been saved without having been confirmed */
		if (is_there(next))
			next++;
		assert_false(is_there(next));
		store_close(store);
		store = NULL;
		expect_sound();
	}
}

/* The first start, in which everything is made. */
static void test_killed_while_making(void **state)
{
	(void)state;
	store_close(store);
	store = NULL;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		assert_int_equal(unlink(path), 0);
		kill_one(0, 0);
		open_store();
		store_close(store);
		store = NULL;
		expect_sound();
	}
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_killed_while_changing),
		TEST(test_killed_while_making),
	};

	srandom((unsigned int)time(NULL));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
