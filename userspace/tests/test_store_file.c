// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The database's file: modes, one process at a time, a daemon killed in the
 * middle, deleted secrets; one that is damaged is set aside and not replaced,
 * one that is foreign or from the future is refused and left as it is.
 *
 * links: transportd/store.c transportd/store_file.c transportd/store_schema.c transportd/store_user.c transportd/store_connection.c transportd/store_check.c transportd/auth.c transportd/card.c transportd/log.c lib/via.c lib/addr.c tests/store_place.c
 * links: lib/access.c lib/policy.c lib/ethertype.c lib/rate.c lib/err.c
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store_place.h"

static void test_secret(void **state)
{
	uint8_t first[AUTH_SECRET_LEN], again[AUTH_SECRET_LEN];
	uint8_t zero[AUTH_SECRET_LEN] = { 0 };

	(void)state;
	assert_int_equal(store_secret(store, first, &error), 0);
	assert_memory_not_equal(first, zero, sizeof(first));
	assert_int_equal(store_secret(store, again, &error), 0);
	assert_memory_equal(first, again, sizeof(first));
	reopen_store();
	assert_int_equal(store_secret(store, again, &error), 0);
	assert_memory_equal(first, again, sizeof(first));
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return st.st_mode & 07777;
}

static void test_modes(void **state)
{
	char name[96];
	mode_t mask;

	(void)state;
	store_close(store);
	/* as it is after installation: only the parent exists */
	unlink(path);
	assert_int_equal(rmdir(dir), 0);
	mask = umask(0);
	open_store();
	umask(mask);
	assert_int_equal(mode_of(dir), 0700);
	assert_int_equal(mode_of(path), 0600);
	add_user(12, "a", &verifier, false);
	snprintf(name, sizeof(name), "%s-wal", path);
	assert_int_equal(mode_of(name), 0600);

	/* a file that was opened up is closed again */
	assert_int_equal(chmod(path, 0644), 0);
	reopen_store();
	assert_int_equal(mode_of(path), 0600);

	store_close(store);
	assert_int_equal(chmod(dir, 0777), 0);
	assert_int_equal(store_open(dir, &store, &error), -EACCES);
	assert_non_null(strstr(error.text, "is writable by others"));
	assert_int_equal(chmod(dir, 0700), 0);
	open_store();
}

static void test_one_at_a_time(void **state)
{
	struct store *second;
	pid_t child;
	int status;

	(void)state;
	assert_int_equal(store_open(dir, &second, &error), -EBUSY);
	assert_null(second);
	assert_non_null(strstr(error.text, "is in use by another process"));
	child = fork();
	if (!child)
		_exit(store_open(dir, &second, &error) == -EBUSY ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* A daemon that is killed in the middle leaves a database that opens. */
static void test_killed(void **state)
{
	struct store_user user;
	pid_t child;
	int status;

	(void)state;
	store_close(store);
	store = NULL;
	child = fork();
	if (!child) {
		open_store();
		add_user(12, "kept", &verifier, false);
		abort();
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	open_store();
	assert_int_equal(store_user_get(store, 12, "kept", &user, &error), 0);
}

struct bytes {
	char *data;
	size_t len;
};

static struct bytes read_file(const char *name)
{
	struct bytes bytes;
	struct stat st;
	int fd = open(name, O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	bytes.len = (size_t)st.st_size;
	bytes.data = malloc(bytes.len + 1);
	assert_non_null(bytes.data);
	assert_int_equal(read(fd, bytes.data, bytes.len), bytes.len);
	close(fd);
	return bytes;
}

static void write_at(off_t at, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, data, len, at), len);
	close(fd);
}

/* Opening fails with this, and the file is what it was, bit by bit. */
static void expect_refused(int err, const char *text)
{
	struct bytes before = read_file(path), after;

	assert_int_equal(store_open(dir, &store, &error), err);
	assert_null(store);
	if (!strstr(error.text, text) || !strstr(error.text, path))
		fail_msg("%s", error.text);
	after = read_file(path);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.data, after.data, before.len);
	free(before.data);
	free(after.data);
}

/* --- damage ---------------------------------------------------------------- */

/* Name of what was set aside, for free(); NULL: nothing. @end: of its name. */
static char *find_aside(const char *end)
{
	DIR *directory = opendir(dir);
	struct dirent *entry;
	char *name = NULL;

	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		size_t len = strlen(entry->d_name);

		if (strncmp(entry->d_name, STORE_FILE ".damaged-",
			    strlen(STORE_FILE ".damaged-")) ||
		    len < strlen(end) ||
		    strcmp(entry->d_name + len - strlen(end), end))
			continue;
		assert_null(name);
		assert_true(asprintf(&name, "%s/%s", dir, entry->d_name) > 0);
	}
	closedir(directory);
	return name;
}

/*
 * It is set aside, bit by bit what it was, and nothing comes in its place until
 * somebody has moved it away.
 */
static void expect_set_aside(const char *text)
{
	struct bytes before = read_file(path), after;
	char *name;

	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(store_open(dir, &store, &error), -EUCLEAN);
		assert_null(store);
		if (!strstr(error.text, path) ||
		    !strstr(error.text, i ? "is set aside as state.db.damaged-" :
				    "was set aside as state.db.damaged-") ||
		    !strstr(error.text, "put a copy in its place, or, to start with an empty one, move that file to another directory") ||
		    (!i && !strstr(error.text, text)))
			fail_msg("%s", error.text);
		assert_int_equal(access(path, F_OK), -1);
	}
	name = find_aside("Z");
	assert_non_null(name);
	after = read_file(name);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.data, after.data, before.len);
	free(before.data);
	free(after.data);
	assert_int_equal(unlink(name), 0);
	free(name);
	open_store();
}

/* A database of several pages, closed. */
static void fill_and_close(void)
{
	for (unsigned int i = 0; i < 50; i++) {
		char name[16];

		snprintf(name, sizeof(name), "user%u", i);
		assert_int_equal(add_user(12, name, &verifier, false), 0);
	}
	store_close(store);
	store = NULL;
}

static void test_damaged(void **state)
{
	char junk[8192];

	(void)state;
	memset(junk, 0x5a, sizeof(junk));
	/* not the first page: that the header is right is not enough */
	fill_and_close();
	write_at(4096 * 3 + 500, junk, 3000);
	write_at(4096 * 4 + 500, junk, 3000);
	expect_set_aside("is damaged");
	fill_and_close();
	write_at(50, junk, 100);
	expect_set_aside("is damaged");
	fill_and_close();
	write_at(0, junk, 100);
	expect_set_aside("is damaged (no database)");
	memset(junk, 0, sizeof(junk));
	fill_and_close();
	write_at(4096 * 2, junk, 4096);
	expect_set_aside("is damaged");
	fill_and_close();
	write_at(0, junk, 4096);
	expect_set_aside("is damaged (no database)");
}

static void test_truncated(void **state)
{
	static const off_t lengths[] = { 4096 * 5, 4096 * 3 + 100, 4096, 10 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		fill_and_close();
		assert_int_equal(truncate(path, lengths[i]), 0);
		expect_set_aside("is damaged");
	}
	/* nobody has made it so, not even a daemon that was killed */
	fill_and_close();
	assert_int_equal(truncate(path, 0), 0);
	expect_set_aside("is damaged (empty)");
}

/* What was not in the file yet goes with it. */
static void test_damaged_with_wal(void **state)
{
	char name[96];
	pid_t child;
	char *aside;

	(void)state;
	store_close(store);
	store = NULL;
	child = fork();
	if (!child) {
		open_store();
		add_user(12, "a", &verifier, false);
		abort();
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	snprintf(name, sizeof(name), "%s-wal", path);
	assert_int_equal(access(name, F_OK), 0);
	write_at(0, "junk", 4);
	assert_int_equal(store_open(dir, &store, &error), -EUCLEAN);
	assert_int_equal(access(name, F_OK), -1);
	aside = find_aside("-wal");
	assert_non_null(aside);
	free(aside);
}

/* Another database must never be given changes that were this one's. */
static void test_wal_alone(void **state)
{
	pid_t child;

	(void)state;
	store_close(store);
	store = NULL;
	child = fork();
	if (!child) {
		open_store();
		add_user(12, "a", &verifier, false);
		abort();
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(store_open(dir, &store, &error), -EUCLEAN);
	assert_non_null(strstr(error.text,
			       "is gone, but its last changes, state.db-wal, are there"));
	assert_int_equal(access(path, F_OK), -1);
}

/* With a copy in its place all is well, whatever lies beside it. */
static void test_copy_in_its_place(void **state)
{
	struct store_user user;
	char copy[96], command[256];
	char *aside;

	(void)state;
	fill_and_close();
	snprintf(copy, sizeof(copy), "%s/copy", dir);
	snprintf(command, sizeof(command), "cp %s %s", path, copy);
	assert_int_equal(system(command), 0);
	write_at(0, "junk", 4);
	assert_int_equal(store_open(dir, &store, &error), -EUCLEAN);
	assert_int_equal(rename(copy, path), 0);
	open_store();
	assert_int_equal(store_user_get(store, 12, "user7", &user, &error), 0);
	aside = find_aside("Z");
	assert_non_null(aside);
	free(aside);
}

static void test_other_owner(void **state)
{
	struct bytes before, after;

	(void)state;
	if (geteuid())
		skip();
	store_close(store);
	before = read_file(path);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(store_open(dir, &store, &error), -EACCES);
	assert_non_null(strstr(error.text,
			       "belongs to user 65534, and the daemon runs as user 0: run it as that one, or chown the file"));
	after = read_file(path);
	assert_memory_equal(before.data, after.data, before.len);
	free(before.data);
	free(after.data);
	assert_int_equal(chown(path, 0, 0), 0);
	open_store();
}

/* What a daemon that was killed has left of a file that it was making. */
static void test_half_made(void **state)
{
	char name[96], command[128];

	(void)state;
	store_close(store);
	assert_int_equal(unlink(path), 0);
	snprintf(name, sizeof(name), "%s.new", path);
	snprintf(command, sizeof(command), "echo junk >%s", name);
	assert_int_equal(system(command), 0);
	open_store();
	assert_int_equal(access(name, F_OK), -1);
}

static void run_sql(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* A database as the first version made it, with a connection in it. */
static const char schema_1[] =
	"PRAGMA application_id = 0x73656862;"
	"CREATE TABLE settings ("
	" key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) STRICT;"
	"CREATE TABLE users ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" vlan INTEGER NOT NULL CHECK (vlan BETWEEN 1 AND 4094),"
	" name TEXT NOT NULL,"
	" iterations INTEGER NOT NULL CHECK (iterations >= 4096),"
	" salt BLOB NOT NULL CHECK (length(salt) = 16),"
	" stored_key BLOB NOT NULL CHECK (length(stored_key) = 32),"
	" server_key BLOB NOT NULL CHECK (length(server_key) = 32),"
	" disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),"
	" created INTEGER NOT NULL, last_login INTEGER NOT NULL,"
	" UNIQUE (vlan, name)) STRICT;"
	"CREATE TABLE connections ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
	" server TEXT NOT NULL,"
	" vlan INTEGER NOT NULL CHECK (vlan BETWEEN 1 AND 4094),"
	" user TEXT NOT NULL, password TEXT NOT NULL, pin TEXT NOT NULL,"
	" ca TEXT NOT NULL, tofu INTEGER NOT NULL CHECK (tofu IN (0, 1)),"
	" device TEXT NOT NULL UNIQUE,"
	" auto INTEGER NOT NULL CHECK (auto IN (0, 1)),"
	" up INTEGER NOT NULL CHECK (up IN (0, 1)),"
	" client_id BLOB NOT NULL CHECK (length(client_id) = 16)) STRICT;"
	"INSERT INTO users VALUES (3, 12, 'ann', 4096, zeroblob(16),"
	" zeroblob(32), zeroblob(32), 0, 1, 2);"
	/* a connection with a higher number was there and is gone */
	"INSERT INTO sqlite_sequence VALUES ('connections', 20);"
	"INSERT INTO connections VALUES (7, 'old', 'hub.example', 12, 'bob',"
	" 'pw', '', '', 1, 'old0', 0, 1, x'000102030405060708090a0b0c0d0e0f');"
	"PRAGMA user_version = 1;";

static void test_older_version(void **state)
{
	struct store_connection found, added = {
		.name = "new", .server = "h", .vlan = 1, .user = "u",
		.device = "n0", .via = "socks5h://u@p:1080",
		.via_password = "x", .source = "eth1",
	};
	struct store_connection joins = {
		.name = "joins", .server = "h", .vlan = 1, .user = "u",
		.hub = 12,
	};
	struct auth_user login;
	struct store_user user;

	(void)state;
	store_close(store);
	unlink(path);
	run_sql(schema_1);
	open_store();
	assert_int_equal(store_connection_get(store, "old", &found, &error),
			 0);
	assert_int_equal(found.id, 7);
	assert_string_equal(found.password, "pw");
	assert_true(found.up);
	assert_int_equal(found.client_id[15], 15);
	assert_string_equal(found.via, "");
	assert_string_equal(found.via_password, "");
	assert_string_equal(found.source, "");
	assert_int_equal(found.card, CARD_AUTO);
	assert_int_equal(found.grace, -1);
	assert_int_equal(found.login, AUTH_SCRAM);
	assert_string_equal(found.cert, "");
	assert_string_equal(found.key, "");
	/* who could do everything still can, with the same password */
	assert_int_equal(store_auth_lookup(store, 12, "ann", &login), 0);
	assert_true(login.has_password);
	assert_int_equal(login.verifier.iterations, 4096);
	assert_int_equal(login.cert_count, 0);
	assert_false(login.is_anonymous);
	assert_int_equal(store_user_get(store, 12, "ann", &user, &error), 0);
	assert_int_equal(user.id, 3);
	assert_string_equal(user.policy, "");
	assert_string_equal(user.sources, "");
	assert_int_equal(user.max_sessions, 0);
	assert_int_equal(user.expires, 0);
	assert_int_equal(user.grace, -1);
	assert_false(user.cascade);
	assert_int_equal(found.hub, 0);
	assert_string_equal(found.device, "old0");
	assert_int_equal(store_connection_add(store, &added, &error), 0);
	/* numbers are never used again */
	assert_int_equal(added.id, 21);
	strcpy(added.name, "other");
	assert_int_equal(store_connection_add(store, &added, &error), -EEXIST);
	assert_non_null(strstr(error.text, "uses the device \"n0\" already"));
	/* those that have no device do not share one */
	assert_int_equal(store_connection_add(store, &joins, &error), 0);
	strcpy(joins.name, "joins too");
	assert_int_equal(store_connection_add(store, &joins, &error), -EINVAL);
	strcpy(joins.name, "joins.too");
	assert_int_equal(store_connection_add(store, &joins, &error), 0);
	strcpy(joins.device, "n1");
	assert_int_equal(store_connection_add(store, &joins, &error), -EINVAL);
	joins.device[0] = '\0';
	joins.hub = 0;
	assert_int_equal(store_connection_add(store, &joins, &error), -EINVAL);
	joins.hub = 4095;
	assert_int_equal(store_connection_add(store, &joins, &error), -EINVAL);
	assert_int_equal(store_connection_set_card(store, "none", CARD_TAP,
						   &error), -ENOENT);
	assert_int_equal(store_connection_set_card(store, "new", CARD_TAP,
						   &error), 0);
	store_close(store);
	open_store();
	assert_int_equal(store_connection_get(store, "new", &found, &error),
			 0);
	assert_string_equal(found.via, "socks5h://u@p:1080");
	assert_string_equal(found.via_password, "x");
	assert_string_equal(found.source, "eth1");
	assert_int_equal(found.card, CARD_TAP);
	assert_int_equal(store_connection_get(store, "joins.too", &found,
					      &error), 0);
	assert_int_equal(found.hub, 12);
	assert_string_equal(found.device, "");
}

static void test_foreign(void **state)
{
	(void)state;
	store_close(store);
	run_sql("PRAGMA user_version = 99");
	expect_refused(-EPROTO, "was written by a newer version (schema 99, ");
	unlink(path);
	run_sql("CREATE TABLE theirs (x)");
	expect_refused(-EUCLEAN, "is a database of another program");
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(store_open(dir, &store, &error), -EISDIR);
	rmdir(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(store_open(dir, &store, &error), -ELOOP);
	unlink(path);
	open_store();
}

static void test_no_parent(void **state)
{
	struct store *other;
	char name[128];

	(void)state;
	snprintf(name, sizeof(name), "%s/a/b", dir);
	assert_int_equal(store_open(name, &other, &error), -ENOENT);
	assert_non_null(strstr(error.text, "cannot be made"));
}

/* What is deleted is gone from the file, too. */
static void test_deleted_secrets(void **state)
{
	struct store_connection c = connection("work", "w0");
	struct bytes bytes;

	(void)state;
	strcpy(c.password, "find-this-password");
	assert_int_equal(store_connection_add(store, &c, &error), 0);
	store_close(store);
	store = NULL;
	bytes = read_file(path);
	assert_non_null(memmem(bytes.data, bytes.len, "find-this", 9));
	free(bytes.data);
	open_store();
	assert_int_equal(store_connection_del(store, "work", &error), 0);
	store_close(store);
	store = NULL;
	bytes = read_file(path);
	assert_null(memmem(bytes.data, bytes.len, "find-this", 9));
	free(bytes.data);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_secret),
		TEST(test_modes),
		TEST(test_one_at_a_time),
		TEST(test_killed),
		TEST(test_damaged),
		TEST(test_truncated),
		TEST(test_damaged_with_wal),
		TEST(test_wal_alone),
		TEST(test_copy_in_its_place),
		TEST(test_other_owner),
		TEST(test_half_made),
		TEST(test_older_version),
		TEST(test_foreign),
		TEST(test_no_parent),
		TEST(test_deleted_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
