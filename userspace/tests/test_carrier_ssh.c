// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streams through SSH servers, with a script in place of ssh: what it is called
 * with, what becomes of what it says, and that it never stays behind.
 *
 * links: transportd/carrier.c transportd/carrier_curl.c
 * links: transportd/carrier_env.c transportd/carrier_error.c
 * links: transportd/carrier_negotiate.c transportd/negotiate.c
 * links: transportd/carrier_ssh.c
 * links: transportd/child.c lib/via.c lib/err.c
 * links: transportd/config.c transportd/config_value.c transportd/log.c
 * links: lib/addr.c tests/carrier_run.c
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
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

#include "carrier_run.h"

static char dir[] = "/tmp/carrier-ssh-XXXXXX";
static char *path;

static unsigned int ended;
static char ended_error[1024];
static bool has_error, ended_final;

/* --- a program called ssh ------------------------------------------------- */

static const char *in_dir(const char *name)
{
	static char file[64];

	snprintf(file, sizeof(file), "%s/%s", dir, name);
	return file;
}

static void write_ssh(const char *script)
{
	FILE *f = fopen(in_dir("ssh"), "w");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(in_dir("ssh"), 0755), 0);
}

static void set_path(const char *value)
{
	assert_int_equal(setenv("PATH", value, 1), 0);
}

static int ssh_setup(void **state)
{
	char value[4096];

	path = strdup(getenv("PATH"));
	if (!path || !mkdtemp(dir))
		return -1;
	snprintf(value, sizeof(value), "%s:%s", dir, path);
	set_path(value);
	return carrier_setup(state);
}

static int ssh_teardown(void **state)
{
	static const char *const names[] = { "ssh", "args", "pid", "setpriv" };

	set_path(path);
	free(path);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(in_dir(names[i]));
	assert_int_equal(rmdir(dir), 0);
	return carrier_teardown(state);
}

/* --- streams -------------------------------------------------------------- */

static void on_ended(void *arg, const char *error, bool is_final)
{
	(void)arg;
	ended++;
	has_error = error;
	snprintf(ended_error, sizeof(ended_error), "%s", error ? error : "");
	ended_final = is_final;
}

static void dial(const char *way)
{
	ended = 0;
	carrier_line_ended = on_ended;
	carrier_dial_via("hub.example", 443, way, "", 5000);
}

static void wait_ended(void)
{
	while (!ended)
		uv_run(&carrier_loop, UV_RUN_ONCE);
	assert_int_equal(ended, 1);
}

/* The script ends by itself. */
static void dial_and_wait(const char *script)
{
	write_ssh(script);
	dial("ssh://bob@gate");
	assert_non_null(carrier_line);
	assert_string_equal(carrier_error, "");
	assert_true(fcntl(carrier_fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(carrier_fd, F_GETFD) & FD_CLOEXEC);
	wait_ended();
	close(carrier_fd);
}

static void expect_why(const char *why, bool is_final)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "cannot connect to hub.example:443 through ssh://bob@gate: %s",
		 why);
	assert_string_equal(ended_error, text);
	assert_int_equal(ended_final, is_final);
}

static void read_file(const char *name, char *text, size_t size)
{
	FILE *f = fopen(in_dir(name), "r");

	assert_non_null(f);
	text[fread(text, 1, size - 1, f)] = '\0';
	fclose(f);
}

/* --- tests ---------------------------------------------------------------- */

static void test_no_program(void **state)
{
	char *before = strdup(getenv("PATH"));

	(void)state;
	unlink(in_dir("ssh"));
	set_path(dir);
	dial("ssh://bob@gate");
	assert_int_equal(carrier_fd, -1);
	assert_null(carrier_line);
	assert_string_equal(carrier_error,
			    "cannot connect to hub.example:443 through ssh://bob@gate: setpriv: No such file or directory");

	assert_int_equal(symlink("/usr/bin/setpriv", in_dir("setpriv")), 0);
	dial("ssh://bob@gate");
	wait_ended();
	close(carrier_fd);
	expect_why("there is no ssh: install openssh-client", false);
	unlink(in_dir("setpriv"));
	set_path(before);
	free(before);
}

static void test_words(void **state)
{
	static const struct {
		const char *script, *why;
		bool is_final;
	} cases[] = {
		{ "exit 3", "ssh ended with status 3", false },
		{ "kill -ABRT $$", "ssh was ended by signal 6", false },
		{ "echo 'ssh: connect to host gate port 22: Connection refused' >&2; exit 255",
		  "connect to host gate port 22: Connection refused", false },
		{ "echo 'ssh: Could not resolve hostname gate: Name or service not known' >&2; exit 255",
		  "Could not resolve hostname gate: Name or service not known",
		  false },
		{ "printf 'Warning: Permanently added gate.\\r\\nbob@gate: Permission denied (publickey).\\r\\n' >&2; exit 255",
		  "the SSH server refuses the user or the key: bob@gate: Permission denied (publickey).",
		  true },
		{ "printf '@@@@\\nNASTY\\nHost key verification failed.\\r\\n' >&2; exit 255",
		  "the SSH server's host key is not in known_hosts, or is another one there",
		  true },
		{ "printf 'channel 0: open failed: administratively prohibited: open failed\\r\\nstdio forwarding failed\\r\\n' >&2; exit 255",
		  "the SSH server does not allow it (AllowTcpForwarding, PermitOpen)",
		  false },
		{ "printf 'channel 0: open failed: connect failed: Connection refused\\nstdio forwarding failed\\n' >&2; exit 255",
		  "the SSH server cannot reach the server: Connection refused",
		  false },
		{ "printf 'ssh: connect to host jump port 22: No route to host\\nConnection closed by UNKNOWN port 65535\\n' >&2; exit 255",
		  "connect to host jump port 22: No route to host", false },
		/* a last line without its end, and without words before it */
		{ "printf 'kex_exchange: reset' >&2; exit 255",
		  "kex_exchange: reset", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		dial_and_wait(cases[i].script);
		expect_why(cases[i].why, cases[i].is_final);
	}
}

static void test_words_of_an_enemy(void **state)
{
	char why[300];

	(void)state;
	dial_and_wait("printf '\\033[2J\\200a\\tb\\000' >&2; exit 1");
	expect_why("?[2J?a b?", false);
	dial_and_wait("head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1");
	memset(why, 'x', 240);
	why[240] = '\0';
	expect_why(why, false);
	dial_and_wait("yes | head -n 100000 >&2; exit 1");
	expect_why("y", false);
}

static void test_arguments(void **state)
{
	static const char common[] =
		"-T\n-x\n-a\n-o\nBatchMode=yes\n-o\nControlMaster=no\n-o\n"
		"ForkAfterAuthentication=no\n-o\nConnectTimeout=5\n-W\nhub.example:443\n";
	static const struct {
		const char *way, *source, *config, *args;
	} cases[] = {
		{ "ssh://gate", "", NULL, "--\ngate\n" },
		{ "ssh://gate:2222", "192.0.2.1", NULL,
		  "-p\n2222\n-b\n192.0.2.1\n--\ngate\n" },
		{ "ssh://bob@[2001:db8::1]", "eth1", NULL,
		  "-l\nbob\n-B\neth1\n--\n2001:db8::1\n" },
		{ "ssh://-x%20y@gate:22", "", "/etc/sehub/ssh_config",
		  "-F\n/etc/sehub/ssh_config\n-l\n-x y\n-p\n22\n--\ngate\n" },
	};
	char script[128], text[1024], expected[1024];

	(void)state;
	snprintf(script, sizeof(script), "printf '%%s\\n' \"$@\" >%s",
		 in_dir("args"));
	write_ssh(script);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		carrier_source = cases[i].source;
		carrier_ssh_config = cases[i].config;
		dial(cases[i].way);
		wait_ended();
		close(carrier_fd);
		/* nothing went wrong */
		assert_false(has_error);
		read_file("args", text, sizeof(text));
		snprintf(expected, sizeof(expected), "%s%s", common,
			 cases[i].args);
		assert_string_equal(text, expected);
	}
	carrier_source = "";
	carrier_ssh_config = NULL;
}

static void test_stream(void **state)
{
	char buf[8] = "";
	ssize_t len;

	(void)state;
	write_ssh("exec cat");
	dial("ssh://gate");
	assert_int_equal(carrier_kind, SEHUB_VIA_SSH);
	assert_string_equal(carrier_address, "gate");
	assert_int_equal(write(carrier_fd, "abc", 3), 3);
	do
		len = read(carrier_fd, buf, sizeof(buf));
	while (len < 0 && errno == EAGAIN);
	assert_int_equal(len, 3);
	assert_memory_equal(buf, "abc", 3);
	assert_int_equal(ended, 0);
	/* it finds out by itself */
	close(carrier_fd);
	wait_ended();
	assert_false(has_error);
}

/* It ends, with SIGTERM or with SIGKILL. */
static void finish_stubborn(const char *script)
{
	write_ssh(script);
	dial("ssh://bob@gate");
	close(carrier_fd);
	carrier_line_finish(carrier_line);
	carrier_line_finish(carrier_line);
	wait_ended();
	/* what we did to it is no reason */
	assert_false(has_error);
}

/* A greeting is no reason for an end that has none, or that we wanted. */
static void test_greeting(void **state)
{
	(void)state;
	write_ssh("echo 'Permission denied (to all)' >&2; exec cat");
	dial("ssh://bob@gate");
	close(carrier_fd);
	carrier_line_finish(carrier_line);
	wait_ended();
	assert_false(has_error);
	finish_stubborn("echo Welcome >&2; exec sleep 1000");
	/* it minds SIGTERM, and says so */
	finish_stubborn("trap 'echo Killed >&2; kill $!; exit 255' TERM; sleep 1000 & wait");
	/* and is none where there is another one */
	dial_and_wait("printf '** WARNING: old\\n** See there\\n' >&2; exit 255");
	expect_why("ssh ended with status 255", false);
}

/* Somebody else has its standard error, for longer than it lives. */
static void test_words_behind(void **state)
{
	(void)state;
	dial_and_wait("sleep 3 & printf 'ssh: no such day' >&2; exit 255");
	expect_why("no such day", false);
}

static void test_stubborn(void **state)
{
	(void)state;
	finish_stubborn("exec sleep 1000");
	finish_stubborn("trap '' TERM; sleep 1000 & wait; wait; sleep 1000");
}

/* The process that "pid" names, once it is written. */
static pid_t read_pid(void)
{
	char text[32] = "";
	struct stat st;

	while (stat(in_dir("pid"), &st) || !st.st_size)
		uv_run(&carrier_loop, UV_RUN_NOWAIT);
	read_file("pid", text, sizeof(text));
	return (pid_t)atoi(text);
}

static void test_release(void **state)
{
	char script[128];
	pid_t pid;

	(void)state;
	snprintf(script, sizeof(script), "echo $$ >%s; exec cat",
		 in_dir("pid"));
	write_ssh(script);
	dial("ssh://gate");
	pid = read_pid();
	carrier_line_release(carrier_line);
	close(carrier_fd);
	while (!kill(pid, 0))
		uv_run(&carrier_loop, UV_RUN_NOWAIT);
	assert_int_equal(ended, 0);
}

static void test_cancel(void **state)
{
	char script[128];

	(void)state;
	unlink(in_dir("pid"));
	snprintf(script, sizeof(script), "echo $$ >%s", in_dir("pid"));
	write_ssh(script);
	carrier_cancel(carrier_begin("hub.example", 443, "ssh://gate", "",
				     5000));
	uv_run(&carrier_loop, UV_RUN_DEFAULT);
	assert_int_equal(carrier_calls, 0);
	assert_int_not_equal(access(in_dir("pid"), F_OK), 0);
}

/* Last of all: a process goes with the carriers. */
static void test_end_of_all(void **state)
{
	char script[128];
	int status;
	pid_t pid;

	unlink(in_dir("pid"));
	snprintf(script, sizeof(script),
		 "trap '' TERM; echo $$ >%s; sleep 1000", in_dir("pid"));
	write_ssh(script);
	dial("ssh://gate");
	pid = read_pid();
	assert_int_equal(ssh_teardown(state), 0);
	close(carrier_fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(ended, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_program),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_words_of_an_enemy),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_stubborn),
		cmocka_unit_test(test_greeting),
		cmocka_unit_test(test_words_behind),
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_end_of_all),
	};

	return cmocka_run_group_tests(tests, ssh_setup, NULL);
}
