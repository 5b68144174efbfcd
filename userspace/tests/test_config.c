// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration file: defaults, every kind of value in and out of range,
 * every kind of mistake with the text and line that the operator gets, and
 * that what --check-config prints reads back to the same settings.
 *
 * links: transportd/config.c transportd/config_value.c transportd/log.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../transportd/config.h"

static int load_bytes(struct config *config, const char *text, size_t len,
		      struct config_error *error)
{
	FILE *stream = fmemopen((void *)(uintptr_t)text, len, "r");
	int err;

	assert_non_null(stream);
	err = config_load_stream(config, stream, "t.conf", error);
	fclose(stream);
	return err;
}

static int load(struct config *config, const char *text,
		struct config_error *error)
{
	return load_bytes(config, text, strlen(text), error);
}

static void expect_good(struct config *config, const char *text)
{
	struct config_error error;

	if (load(config, text, &error))
		fail_msg("refused: %s", error.text);
}

static void expect_bad(const char *text, const char *message)
{
	struct config_error error;
	struct config config;

	assert_int_equal(load(&config, text, &error), -EINVAL);
	assert_string_equal(error.text, message);
	/* nothing is left to free, and freeing it does no harm */
	assert_null(config.state_directory);
	config_free(&config);
}

static void expect_address(const struct config *config, unsigned int i,
			   const char *text)
{
	char buf[CONFIG_ADDRESS_MAX];

	assert_true(i < config->listen_count);
	config_address_format((const struct sockaddr *)&config->listen[i].addr,
			      buf, sizeof(buf));
	assert_string_equal(buf, text);
}

/* NULL: there is none. */
static void expect_console(const struct config *config, const char *text)
{
	char buf[CONFIG_ADDRESS_MAX];

	assert_int_equal(!config->console.len, !text);
	if (!text)
		return;
	config_address_format((const struct sockaddr *)&config->console.addr,
			      buf, sizeof(buf));
	assert_string_equal(buf, text);
}

static void test_defaults(void **state)
{
	struct config config;

	(void)state;
	expect_good(&config, "# nothing\n");
	assert_int_equal(config.listen_count, 4);
	expect_address(&config, 0, "0.0.0.0:443");
	expect_address(&config, 1, "[::]:443");
	expect_address(&config, 2, "0.0.0.0:7777");
	expect_address(&config, 3, "[::]:7777");
	assert_string_equal(config.control_socket,
			    "/run/sehub/transportd.sock");
	assert_string_equal(config.control_group, "sehub");
	assert_string_equal(config.control_group_readonly, "sehub-ro");
	assert_int_equal(config.metrics.len, 0);
	assert_string_equal(config.state_directory, "/var/lib/sehub");
	assert_string_equal(config.log_directory, "/var/log/sehub");
	assert_string_equal(config.certificate, "/var/lib/sehub/server.crt");
	assert_string_equal(config.key, "/var/lib/sehub/server.key");
	assert_in_range(config.workers, 1, CONFIG_WORKERS_MAX);
	assert_int_equal(config.log_level, LOG_LEVEL_INFO);
	assert_int_equal(config.login_timeout_ms, 15000);
	assert_int_equal(config.max_logins, 256);
	assert_int_equal(config.max_logins_source, 64);
	assert_int_equal(config.max_sessions, 16384);
	assert_int_equal(config.login_failures_max, 10);
	assert_int_equal(config.login_failures_window_ms, 60000);
	assert_int_equal(config.keepalive_ms, 5000);
	assert_int_equal(config.dead_time_ms, 20000);
	assert_int_equal(config.grace_ms, 120000);
	assert_int_equal(config.queue_limit, 4 * 1024 * 1024);
	assert_int_equal(config.backoff_max_ms, 15000);
	assert_null(config.ssh_config);
	assert_null(config.kerberos_keytab);
	expect_console(&config, "127.0.0.1:8023");
	assert_false(config.console_remote);
	assert_int_equal(config.console_idle_ms, 600000);
	assert_int_equal(config.console_language, CONFIG_LANGUAGE_ASK);
	assert_int_equal(config.renew_time_ms, 3600000);
	assert_int_equal(config.renew_megabytes, 65536);
	config_free(&config);
}

static void test_all_keys(void **state)
{
	char text[CONFIG_ADDRESS_MAX];
	struct config config;

	(void)state;
	expect_good(&config,
		    "listen = 192.0.2.1:8443 [2001:db8::1]:8443\n"
		    "listen = 127.0.0.1:7000\n"
		    "[transportd]\n"
		    "control-socket = /tmp/x/c.sock\n"
		    "control-group = adm\n"
		    "control-group-readonly = staff\n"
		    "metrics = [::1]:9464\n"
		    "state-directory = /tmp/x/state\n"
		    "certificate = /tmp/x/a.crt ; a remark\n"
		    "key = /tmp/x/a.key\n"
		    "workers = 3\n"
		    "log-level = debug\n"
		    "login-timeout = 2s\n"
		    "max-logins = 10\n"
		    "max-logins-source = 5\n"
		    "max-sessions = 77\n"
		    "login-failures = 3\n"
		    "login-failures-window = 2min\n"
		    "keepalive = 250ms\n"
		    "dead-time = 1\n"
		    "grace = 24h\n"
		    "queue-limit = 512K\n"
		    "backoff-max = 2 s\n"
		    "renew-time = 7000s\nrenew-megabytes = 0\n"
		    "ssh-config = /tmp/x/ssh\n"
		    "kerberos-keytab = /tmp/x/keytab\n"
		    "console = [::1]:23\nconsole-remote = yes\n"
		    "console-idle = 1h\nconsole-language = ja\n");
	assert_int_equal(config.listen_count, 3);
	expect_address(&config, 0, "192.0.2.1:8443");
	expect_address(&config, 1, "[2001:db8::1]:8443");
	expect_address(&config, 2, "127.0.0.1:7000");
	assert_string_equal(config.control_socket, "/tmp/x/c.sock");
	assert_string_equal(config.control_group, "adm");
	assert_string_equal(config.control_group_readonly, "staff");
	assert_string_equal(config_address_format((const struct sockaddr *)
						  &config.metrics.addr, text,
						  sizeof(text)),
			    "[::1]:9464");
	assert_string_equal(config.state_directory, "/tmp/x/state");
	assert_string_equal(config.certificate, "/tmp/x/a.crt");
	assert_string_equal(config.key, "/tmp/x/a.key");
	assert_int_equal(config.workers, 3);
	assert_int_equal(config.log_level, LOG_LEVEL_DEBUG);
	assert_int_equal(config.login_timeout_ms, 2000);
	assert_int_equal(config.max_logins, 10);
	assert_int_equal(config.max_logins_source, 5);
	assert_int_equal(config.max_sessions, 77);
	assert_int_equal(config.login_failures_max, 3);
	assert_int_equal(config.login_failures_window_ms, 120000);
	assert_int_equal(config.keepalive_ms, 250);
	assert_int_equal(config.dead_time_ms, 1000);
	assert_int_equal(config.grace_ms, 86400000);
	assert_int_equal(config.queue_limit, 512 * 1024);
	assert_int_equal(config.backoff_max_ms, 2000);
	assert_string_equal(config.ssh_config, "/tmp/x/ssh");
	assert_string_equal(config.kerberos_keytab, "/tmp/x/keytab");
	assert_true(config.console.len && config.console_remote);
	assert_int_equal(config.console_idle_ms, 3600000);
	assert_int_equal(config.console_language, CONFIG_LANGUAGE_JA);
	assert_int_equal(config.renew_time_ms, 7000000);
	assert_int_equal(config.renew_megabytes, 0);
	config_free(&config);
}

#define OPEN_CONSOLE	"t.conf: console: others than this machine reach that "	\
			"address, and telnet is in clear: name one of "		\
			"127.0.0.0/8 or ::1, or set console-remote = yes"

static void test_console(void **state)
{
	struct config config;

	(void)state;
	expect_bad("console = 0.0.0.0:8023\n", OPEN_CONSOLE);
	expect_bad("console = 192.0.2.1:8023\n", OPEN_CONSOLE);
	expect_bad("console = [::]:8023\n", OPEN_CONSOLE);
	expect_bad("console = [::ffff:127.0.0.1]:8023\n", OPEN_CONSOLE);
	expect_bad("console = [2001:db8::1]:8023\nconsole-remote = no\n",
		   OPEN_CONSOLE);
	expect_bad("console = 8023\n",
		   "t.conf:1: console: \"8023\" is no address with a port, such as 127.0.0.1:9464, and not none");
	expect_bad("console-remote = 1\n",
		   "t.conf:1: console-remote: \"1\" is not yes or no");
	expect_bad("console-language = fr\n",
		   "t.conf:1: console-language: \"fr\" is not ask, en or ja");
	expect_bad("console-idle = 0\n",
		   "t.conf:1: console-idle: 0 is outside of 1s to 24h");
	expect_good(&config, "console = 127.200.0.1:1\n");
	expect_console(&config, "127.200.0.1:1");
	config_free(&config);
	expect_good(&config, "console = [::1]:1\n");
	expect_console(&config, "[::1]:1");
	config_free(&config);
	expect_good(&config, "console = none\n");
	expect_console(&config, NULL);
	config_free(&config);
	expect_good(&config, "console = 0.0.0.0:1\nconsole-remote = yes\n");
	expect_console(&config, "0.0.0.0:1");
	config_free(&config);
}

static void test_certificate_follows_state_directory(void **state)
{
	struct config config;

	(void)state;
	expect_good(&config, "state-directory = /srv/s\nkey = /etc/k.pem\n");
	assert_string_equal(config.certificate, "/srv/s/server.crt");
	assert_string_equal(config.key, "/etc/k.pem");
	config_free(&config);
}

static void test_listen(void **state)
{
	struct config config;

	(void)state;
	expect_good(&config, "listen = none\n");
	assert_int_equal(config.listen_count, 0);
	config_free(&config);
	/* a continuation line that looks like a section */
	expect_good(&config, "listen =\n  [::1]:443\n  127.0.0.1:443\n");
	assert_int_equal(config.listen_count, 2);
	config_free(&config);

	expect_bad("listen = none\nlisten = [::]:443\n",
		   "t.conf:2: listen: none and addresses exclude each other");
	expect_bad("listen = [::]:443 [::]:443\n",
		   "t.conf:1: listen: \"[::]:443\" is given twice");
	expect_bad("\nlisten = example.com:443\n",
		   "t.conf:2: listen: \"example.com:443\" is no address with a port, such as 0.0.0.0:443 or [::]:443");
	expect_bad("listen = 1.1.1.1:1 1.1.1.1:2 1.1.1.1:3 1.1.1.1:4 "
		   "1.1.1.1:5 1.1.1.1:6 1.1.1.1:7 1.1.1.1:8 1.1.1.1:9\n"
		   "listen = 1.1.1.2:1 1.1.1.2:2 1.1.1.2:3 1.1.1.2:4 "
		   "1.1.1.2:5 1.1.1.2:6 1.1.1.2:7 1.1.1.2:8\n",
		   "t.conf:2: listen: more than 16 addresses");
}

static void test_address_parse(void **state)
{
	static const char * const bad[] = {
		"", ":", ":443", "1.2.3.4", "1.2.3.4:", "1.2.3.4:0",
		"1.2.3.4:65536", "1.2.3.4:+1", "1.2.3.4: 1", "1.2.3.4:1x",
		"1.2.3:1", "::1:443", "[::1]", "[::1]443", "[]:443", "[:443",
		"[1.2.3.4]:443", "[::1%lo]:443", "[::1]:-1",
		"1.2.3.4:99999999999999999999",
		"[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]:1",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:1",
	};
	struct config_listen address;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (config_address_parse(bad[i], &address) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(config_address_parse("[::ffff:192.0.2.1]:65535",
					      &address), 0);
	assert_int_equal(address.addr.ss_family, AF_INET6);
}

static void test_mistakes(void **state)
{
	(void)state;
	expect_bad("grace = 1s\n\n[server]\nlisten = none\n",
		   "t.conf:3: unknown section [server]; the only one is [transportd]");
	expect_bad("[]\n",
		   "t.conf:1: unknown section []; the only one is [transportd]");
	expect_bad("[transportd]\nlistem = none\n",
		   "t.conf:2: unknown key \"listem\"");
	expect_bad("workers = 1\nlisten = none\nworkers = 2\n",
		   "t.conf:3: workers: already given in line 1");
	expect_bad("grace = 1s\nhello\n",
		   "t.conf:2: not of the form key = value");
	expect_bad("state-directory =\n",
		   "t.conf:1: state-directory: no value");
	expect_bad("state-directory = state\n",
		   "t.conf:1: state-directory: \"state\" is no absolute path");
	expect_bad("log-level = loud\n",
		   "t.conf:1: log-level: \"loud\" is not error, warning, info or debug");
	expect_bad("metrics = localhost:9464\n",
		   "t.conf:1: metrics: \"localhost:9464\" is no address with a port, such as 127.0.0.1:9464, and not none");
	expect_bad("keepalive = 20s\n",
		   "t.conf: dead-time has to be longer than keepalive");
	expect_bad("listen =\n",
		   "t.conf: listen: no address; write none to listen nowhere");
}

static void test_numbers(void **state)
{
	struct config config;

	(void)state;
	expect_bad("workers = 65\n", "t.conf:1: workers: 65 is outside of 0 to 64");
	expect_bad("workers = -1\n", "t.conf:1: workers: \"-1\" is no number");
	expect_bad("workers = two\n", "t.conf:1: workers: \"two\" is no number");
	expect_bad("workers = 2s\n", "t.conf:1: workers: \"2s\" is not a number");
	expect_bad("workers = 4294967297\n",
		   "t.conf:1: workers: 4294967297 is outside of 0 to 64");
	expect_bad("max-logins = 99999999999999999999999\n",
		   "t.conf:1: max-logins: 99999999999999999999999 is outside of 1 to 8192");
	expect_bad("login-timeout = 999ms\n",
		   "t.conf:1: login-timeout: 999ms is outside of 1s to 5min");
	expect_bad("login-timeout = 301s\n",
		   "t.conf:1: login-timeout: 301s is outside of 1s to 5min");
	expect_bad("grace = 4294967295h\n",
		   "t.conf:1: grace: 4294967295h is outside of 0ms to 24h");
	expect_bad("grace = 5 minutes\n",
		   "t.conf:1: grace: \"5 minutes\" is not a time in ms, s, min or h");
	expect_bad("grace = 1.5s\n",
		   "t.conf:1: grace: \"1.5s\" is not a time in ms, s, min or h");
	expect_bad("queue-limit = 255K\n",
		   "t.conf:1: queue-limit: 255K is outside of 256K to 256M");
	expect_bad("queue-limit = 1G\n",
		   "t.conf:1: queue-limit: \"1G\" is not a size in bytes, K or M");

	expect_good(&config, "login-timeout = 1s\nqueue-limit = 256M\ngrace = 0\n");
	assert_int_equal(config.login_timeout_ms, 1000);
	assert_int_equal(config.queue_limit, 256 * 1024 * 1024);
	assert_int_equal(config.grace_ms, 0);
	config_free(&config);
}

static void test_long_lines(void **state)
{
	struct config_error error;
	struct config config;
	char text[4096];

	(void)state;
	/* the second half of a long line must not be read as a line */
	memset(text, 'x', sizeof(text));
	memcpy(text, "# ", 2);
	strcpy(text + 600, "\nworkers = 1\n");
	assert_int_equal(load(&config, text, &error), -EINVAL);
	assert_non_null(strstr(error.text, "t.conf:1: line longer than "));

	snprintf(text, sizeof(text), "control-socket = /%0150d\n", 0);
	assert_int_equal(load(&config, text, &error), -EINVAL);
	assert_string_equal(error.text,
			    "t.conf:1: control-socket: longer than 107 bytes");
}

static void test_not_text(void **state)
{
	static const char nul[] = "workers = 1\nwork\0ers = 2\n";
	struct config_error error;
	struct config config;

	(void)state;
	assert_int_equal(load_bytes(&config, nul, sizeof(nul) - 1, &error),
			 -EINVAL);
	assert_string_equal(error.text,
			    "t.conf:2: a NUL byte: this is no text file");
}

static void test_print_reads_back(void **state)
{
	struct config before, after;
	char *text = NULL;
	size_t len = 0;
	FILE *stream;

	(void)state;
	expect_good(&before, "listen = 1.2.3.4:5 [::1]:6\ngrace = 90s\n"
		    "keepalive = 1500ms\nqueue-limit = 300000\n"
		    "backoff-max = 1h\nworkers = 2\nlog-level = error\n");
	stream = open_memstream(&text, &len);
	assert_non_null(stream);
	config_print(&before, stream);
	fclose(stream);
	assert_non_null(strstr(text, "\ngrace = 90s\n"));
	assert_non_null(strstr(text, "\nbackoff-max = 1h\n"));
	assert_non_null(strstr(text, "\nqueue-limit = 300000\n"));
	assert_non_null(strstr(text, "\n#ssh-config = \n"));
	expect_good(&after, text);
	assert_null(after.ssh_config);
	assert_memory_equal(before.listen, after.listen,
			    sizeof(before.listen));
	assert_memory_equal(&before.workers, &after.workers,
			    sizeof(before) - offsetof(struct config, workers));
	assert_string_equal(before.key, after.key);
	assert_string_equal(before.control_group, after.control_group);
	config_free(&before);
	config_free(&after);
	free(text);
}

static void test_files(void **state)
{
	char path[] = "/tmp/sehub-config-XXXXXX";
	struct config_error error;
	struct config config;
	int fd;

	(void)state;
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "workers = 2\n", 12), 12);
	close(fd);
	assert_int_equal(config_load(&config, path, &error), 0);
	assert_int_equal(config.workers, 2);
	config_free(&config);

	unlink(path);
	assert_int_equal(config_load(&config, path, &error), -ENOENT);
	assert_non_null(strstr(error.text, path));
	assert_non_null(strstr(error.text, "No such file"));

	assert_int_equal(config_load(&config, "/", &error), -EIO);
	assert_string_equal(error.text,
			    "/:1: cannot be read: Is a directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_all_keys),
		cmocka_unit_test(test_console),
		cmocka_unit_test(test_certificate_follows_state_directory),
		cmocka_unit_test(test_listen),
		cmocka_unit_test(test_address_parse),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_not_text),
		cmocka_unit_test(test_print_reads_back),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
