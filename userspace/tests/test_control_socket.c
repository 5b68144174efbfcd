// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket as a file: its mode, group and ACL, what is replaced and
 * what is not, and which users may speak, and call what. The latter needs root.
 *
 * links: transportd/control.c transportd/control_client.c transportd/control_dispatch.c transportd/control_call.c transportd/control_local.c transportd/control_interface.c transportd/log.c tests/control_run.c
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/acl.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../transportd/control_impl.h"
#include "control_run.h"

#define NOBODY	65534

static struct control_failure failure;

static void open_again(void)
{
	if (control_open(&loop, &options, &control, &failure))
		fail_msg("%s", failure.text);
}

static void expect_not_opened(int err, const char *text)
{
	struct control *other;

	assert_int_equal(control_open(&loop, &options, &other, &failure), err);
	assert_null(other);
	if (!strstr(failure.text, text) ||
	    !strstr(failure.text, options.path))
		fail_msg("%s", failure.text);
	uv_run(&loop, UV_RUN_NOWAIT);
}

static void expect_served(void)
{
	int fd = dial();

	json_object_put(expect_reply(ask(fd, "org.varlink.service.GetInfo",
					 NULL)));
	close(fd);
}

static void test_mode(void **state)
{
	struct stat st;
	mode_t mask;

	(void)state;
	assert_int_equal(stat(control_path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);
	control_stop();
	assert_int_equal(stat(control_path, &st), -1);
	assert_int_equal(errno, ENOENT);
	mask = umask(0777);
	open_again();
	umask(mask);
	assert_int_equal(stat(control_path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
}

static void test_group(void **state)
{
	struct group *group = getgrnam("daemon");
	struct stat st;

	(void)state;
	if (geteuid() || !group)
		skip();
	control_stop();
	options.group = "daemon";
	open_again();
	assert_int_equal(stat(control_path, &st), 0);
	assert_int_equal(st.st_gid, group->gr_gid);
	control_stop();
	/* one that does not exist is no error */
	options.group = "no-such-group-here";
	open_again();
	assert_int_equal(stat(control_path, &st), 0);
	assert_int_equal(st.st_gid, getegid());
	expect_served();
}

static void test_running_already(void **state)
{
	(void)state;
	expect_not_opened(-EADDRINUSE, "another daemon is running there");
	expect_served();
}

static void test_left_behind(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	(void)state;
	control_stop();
	/* as a daemon that was killed leaves it */
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(address.sun_path, control_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
			      sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	close(fd);
	assert_int_equal(access(control_path, F_OK), 0);
	open_again();
	expect_served();
}

static void test_not_ours_to_remove(void **state)
{
	struct stat st;
	int fd;

	(void)state;
	control_stop();
	fd = open(control_path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	expect_not_opened(-EEXIST, "exists and is no socket: remove it");
	assert_int_equal(stat(control_path, &st), 0);
	unlink(control_path);
	assert_int_equal(symlink("/etc/passwd", control_path), 0);
	expect_not_opened(-EEXIST, "exists and is no socket");
	unlink(control_path);
	open_again();
	/* somebody put something else there: it stays when we end */
	unlink(control_path);
	fd = open(control_path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	control_stop();
	assert_int_equal(stat(control_path, &st), 0);
	unlink(control_path);
	open_again();
}

static void test_bad_paths(void **state)
{
	char path[200];

	(void)state;
	snprintf(path, sizeof(path), "%s/no/such/c.sock", control_dir);
	options.path = path;
	expect_not_opened(-ENOENT, "No such file");
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[150] = '\0';
	expect_not_opened(-ENAMETOOLONG, "File name too long");
	options.path = control_path;
}

/* What is called by those who may, or may not. */
static const char info[] = "{\"method\":\"org.varlink.service.GetInfo\"}";
static const char look[] = "{\"method\":\"org.sehub.transportd.Look\"}";
static const char touch[] = "{\"method\":\"org.sehub.transportd.Touch\"}";

static unsigned int touched;

static void method_look(struct control_call *call, struct json_object *params,
			void *ctx)
{
	(void)params;
	(void)ctx;
	control_reply(call, NULL);
}

static void method_touch(struct control_call *call, struct json_object *params,
			 void *ctx)
{
	(void)params;
	(void)ctx;
	touched++;
	control_reply(call, NULL);
}

/* One that does not say what it is changes something. */
static const struct control_method methods[] = {
	{ "Look", method_look, CONTROL_READS },
	{ .name = "Touch", .handler = method_touch },
};

/*
 * What another user is told: 0 served, 1 denied, 2 cannot connect, 3 else. It
 * runs in a process of its own, this one runs the loop.
 */
static int told(const char *request, uid_t uid, gid_t gid, gid_t other_group)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char answer[4096];
	int fd, status;
	ssize_t len;
	pid_t child;

	strcpy(address.sun_path, control_path);
	child = fork();
	if (!child) {
		if (setgroups(1, &other_group) || setgid(gid) || setuid(uid))
			_exit(9);
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
			_exit(errno == EACCES ? 2 : 8);
		if (send(fd, request, strlen(request) + 1, 0) < 0)
			_exit(7);
		len = recv(fd, answer, sizeof(answer) - 1, 0);
		if (len <= 0)
			_exit(6);
		answer[len] = '\0';
		if (!strstr(answer, "\"error\""))
			_exit(0);
		_exit(strstr(answer, CONTROL_DENIED) ? 1 : 3);
	}
	assert_true(child > 0);
	TURN_UNTIL(waitpid(child, &status, WNOHANG) == child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int told_to(uid_t uid, gid_t gid, gid_t other_group)
{
	return told(info, uid, gid, other_group);
}

static void test_users(void **state)
{
	struct group *group = getgrnam("daemon");
	gid_t gid;

	(void)state;
	if (geteuid() || !group)
		skip();
	gid = group->gr_gid;
	control_stop();
	options.group = "daemon";
	open_again();
	assert_int_equal(told_to(0, 0, 0), 0);
	assert_int_equal(told_to(NOBODY, gid, NOBODY), 0);
	assert_int_equal(told_to(NOBODY, NOBODY, gid), 0);
	assert_int_equal(told_to(NOBODY, NOBODY, NOBODY), 2);
	/* the mode is not the only guard */
	assert_int_equal(chmod(control_path, 0666), 0);
	assert_int_equal(told_to(NOBODY, NOBODY, NOBODY), 1);
	assert_int_equal(told_to(NOBODY, NOBODY, gid), 0);
	control_stop();
	options.group = NULL;
	open_again();
	assert_int_equal(chmod(control_path, 0666), 0);
	assert_int_equal(told_to(NOBODY, gid, gid), 1);
}

/* The kernel lets nobody of it connect where the file system has no ACLs. */
static void skip_without_acls(gid_t group)
{
	char text[96];
	acl_t acl;
	int err;

	snprintf(text, sizeof(text), "u::rw-,g::rw-,g:%u:rw-,m::rw-,o::---",
		 group);
	acl = acl_from_text(text);
	assert_non_null(acl);
	err = acl_set_file(control_path, ACL_TYPE_ACCESS, acl) ? errno : 0;
	acl_free(acl);
	if (err == ENOTSUP)
		skip();
	assert_int_equal(err, 0);
}

static void test_readonly_group(void **state)
{
	struct group *group = getgrnam("daemon"), *other = getgrnam("bin");
	gid_t all, readonly;

	(void)state;
	if (geteuid() || !group || !other)
		skip();
	/* getgrnam() has one buffer for both */
	readonly = other->gr_gid;
	all = getgrnam("daemon")->gr_gid;
	skip_without_acls(readonly);
	control_stop();
	options.group = "daemon";
	options.group_readonly = "bin";
	open_again();
	assert_int_equal(control_register(control, methods, 2, NULL), 0);
	touched = 0;
	/* by the group of the process, and by one of the others */
	assert_int_equal(told(info, NOBODY, readonly, NOBODY), 0);
	assert_int_equal(told(look, NOBODY, readonly, NOBODY), 0);
	assert_int_equal(told(look, NOBODY, NOBODY, readonly), 0);
	assert_int_equal(told(touch, NOBODY, readonly, NOBODY), 1);
	assert_int_equal(told(touch, NOBODY, NOBODY, readonly), 1);
	assert_int_equal(touched, 0);
	/* whoever is in both may do all */
	assert_int_equal(told(touch, NOBODY, all, readonly), 0);
	assert_int_equal(told(touch, NOBODY, readonly, all), 0);
	assert_int_equal(told(touch, 0, 0, 0), 0);
	assert_int_equal(touched, 3);
	/* the ACL has not let in everybody */
	assert_int_equal(told(look, NOBODY, NOBODY, NOBODY), 2);
	assert_int_equal(chmod(control_path, 0666), 0);
	assert_int_equal(told(look, NOBODY, NOBODY, NOBODY), 1);
	assert_int_equal(told(touch, NOBODY, NOBODY, NOBODY), 1);
	assert_int_equal(touched, 3);
}

/* One group for both is no restriction of the first. */
static void test_same_group(void **state)
{
	struct group *group = getgrnam("daemon");
	gid_t gid;

	(void)state;
	if (geteuid() || !group)
		skip();
	gid = group->gr_gid;
	control_stop();
	options.group = "daemon";
	options.group_readonly = "daemon";
	open_again();
	assert_int_equal(control_register(control, methods, 2, NULL), 0);
	assert_int_equal(told(touch, NOBODY, NOBODY, gid), 0);
	control_stop();
	/* one that does not exist lets in nobody, and is no error */
	options.group_readonly = "no-such-group-here";
	open_again();
	assert_int_equal(told(info, NOBODY, NOBODY, gid), 0);
	assert_int_equal(told(info, NOBODY, NOBODY, NOBODY), 2);
}

/* A client of another user: the kernel tells who it was when it connected. */
static int dial_as(uid_t uid, gid_t gid)
{
	int fd;

	assert_int_equal(setegid(gid), 0);
	assert_int_equal(seteuid(uid), 0);
	fd = dial();
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(setegid(0), 0);
	return fd;
}

#define READERS		(3 * CONTROL_CLIENTS_MAX)

/* Those who read cannot keep out those who have something to do. */
static void test_readers_leave_room(void **state)
{
	int fds[READERS];
	struct group *group = getgrnam("bin");
	gid_t readonly, all;

	(void)state;
	if (geteuid() || !group || !getgrnam("daemon"))
		skip();
	/* getgrnam() has one buffer for both */
	all = getgrnam("daemon")->gr_gid;
	readonly = getgrnam("bin")->gr_gid;
	skip_without_acls(readonly);
	control_stop();
	options.group = "daemon";
	options.group_readonly = "bin";
	open_again();
	for (unsigned int i = 0; i < CONTROL_CLIENTS_READONLY; i++) {
		fds[i] = dial_as(NOBODY, readonly);
		TURN_UNTIL(control->client_count == i + 1);
	}
	assert_int_equal(told(info, NOBODY, readonly, NOBODY), 3);
	/* nor can those who are refused, and stay for as long as they may */
	for (unsigned int i = CONTROL_CLIENTS_READONLY; i < READERS; i++) {
		fds[i] = dial_as(NOBODY, readonly);
		turn();
	}
	assert_int_equal(told(info, NOBODY, NOBODY, all), 0);
	assert_int_equal(told(info, 0, 0, 0), 0);
	for (unsigned int i = CONTROL_CLIENTS_READONLY; i < READERS; i++)
		close(fds[i]);
	close(fds[0]);
	TURN_UNTIL(control->client_count < CONTROL_CLIENTS_READONLY);
	assert_int_equal(told(info, NOBODY, readonly, NOBODY), 0);
	for (unsigned int i = 1; i < CONTROL_CLIENTS_READONLY; i++)
		close(fds[i]);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, control_setup, \
							control_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_mode),
		TEST(test_group),
		TEST(test_running_already),
		TEST(test_left_behind),
		TEST(test_not_ours_to_remove),
		TEST(test_bad_paths),
		TEST(test_users),
		TEST(test_readonly_group),
		TEST(test_same_group),
		TEST(test_readers_leave_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
