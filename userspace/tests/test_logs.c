// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What becomes of the daemon's lines in its log files: which one they are in,
 * their fields, what hostile names cannot do, logs that are switched off, and
 * settings in the database; what the control interface says of them.
 *
 * links: transportd/logs.c transportd/log_fields.c transportd/log_writer.c
 * links: transportd/log_writer_queue.c transportd/log_writer_thread.c
 * links: transportd/log_file.c transportd/log_tidy.c transportd/rotate.c
 * links: transportd/log.c transportd/store.c transportd/store_file.c transportd/store_schema.c
 * links: transportd/store_logs.c transportd/store_user.c
 * links: transportd/store_connection.c transportd/store_check.c
 * links: transportd/auth.c transportd/card.c transportd/cert_pem.c lib/via.c
 * links: lib/addr.c lib/err.c lib/access.c lib/policy.c lib/rate.c
 * links: lib/ethertype.c
 * links: transportd/control.c transportd/control_client.c
 * links: transportd/control_dispatch.c transportd/control_call.c transportd/control_local.c
 * links: transportd/control_interface.c transportd/control_log.c
 * links: transportd/control_log_params.c
 * links: transportd/packet_log.c lib/log_words.c lib/names.c
 * links: tests/control_run.c tests/store_place.c tests/log_place.c
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "control_run.h"
#include "log_place.h"
#include "store_place.h"
#include "../transportd/control_log.h"
#include "../transportd/daemon.h"
#include "../transportd/kernel.h"
#include "../transportd/log.h"
#include "../transportd/log_fields.h"
#include "../transportd/logs.h"
#include "../transportd/packet_log_impl.h"
#include "err.h"

static struct control_log *methods;
static struct logs *logs;
static struct daemon d;

/* In place of kernel.c and of the thread, which need the kernel. */
static int kernel_says;
static uint32_t kernel_headers, kernel_whole;
static int running;

int kernel_set_log(struct kernel *k, uint16_t vlan, uint32_t headers,
		   uint32_t whole, struct sehub_err *err)
{
	(void)k;
	(void)vlan;
	if (kernel_says)
		return sehub_err_set(err, kernel_says, "the kernel's word");
	kernel_headers = headers;
	kernel_whole = whole;
	return 0;
}

/* It waits for the kernel until the end, whatever it is told before. */
void *packet_log_run(void *arg)
{
	struct packet_log *log = arg;
	struct pollfd fd = { .fd = log->wake, .events = POLLIN };
	bool is_ending = false;
	uint64_t times;

	__atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST);
	while (!is_ending) {
		poll(&fd, 1, -1);
		if (read(log->wake, &times, sizeof(times)) < 0)
			break;
		pthread_mutex_lock(&log->lock);
		is_ending = log->is_ending;
		pthread_mutex_unlock(&log->lock);
	}
	__atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static int saved = -1;

static int setup_logs(void **state)
{
	struct sehub_err err;
	int fd = open("/dev/null", O_WRONLY);

	saved = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	log_open(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	if (control_setup(state) || setup(state) || log_place_setup(state))
		return -1;
	if (logs_open(&logs, log_dir, store, &err))
		return -1;
	d.control = control;
	d.logs = logs;
	kernel_says = 0;
	return packet_log_open(&d.packets, logs_writer(logs), store, &err) ||
	       control_log_register(&d, &methods);
}

/* All is written. */
static void flush(void)
{
	packet_log_free(d.packets);
	d.packets = NULL;
	logs_free(logs);
	logs = NULL;
}

static int teardown_logs(void **state)
{
	int ret = control_teardown(state);

	control_log_free(methods);
	flush();
	dup2(saved, STDERR_FILENO);
	close(saved);
	return ret || teardown(state) || log_place_teardown(state);
}

/* The only line of a file, behind its time, which has a form of its own. */
static const char *line_of(const char *name)
{
	const char *text = log_text(name);
	static char line[16384];
	int n = 0;

	assert_non_null(strchr(text, '\n'));
	assert_string_equal(strchr(text, '\n'), "\n");
	assert_int_equal(sscanf(text, "time=%*4d-%*2d-%*2dT%*2d:%*2d:%*2d.%*6d+00:00%n",
				&n), 0);
	assert_int_equal(n, strlen("time=2026-11-28T10:04:02.123456+00:00"));
	snprintf(line, sizeof(line), "%s", text + n + 1);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static void test_each_line_has_its_log(void **state)
{
	(void)state;
	log_warn("disk-full path=%s", "/x");
	log_admin("user-add user=%s vlan=%d by=%u", LOG_QUOTED("bob"), 12, 0U);
	log_access(LOG_LEVEL_INFO, "session-end session=b-1 vlan=12 user=\"b\" reason=\"x\"");
	logs_session(logs, "{\"user\":\"b\"}");
	flush();
	/* though none of them is shown */
	assert_string_equal(line_of("system.log"),
			    "level=warning event=disk-full path=/x");
	assert_string_equal(line_of("administration.log"),
			    "level=info event=user-add user=\"bob\" hub=12 by=0");
	assert_string_equal(line_of("access.log"),
			    "level=info event=session-end session=b-1 hub=12 user=\"b\" reason=\"x\"");
	log_expect("sessions.jsonl", "{\"user\":\"b\"}\n");
}

static void test_levels(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("not kept");
	log_set_level(LOG_LEVEL_ERROR);
	log_info("kept");
	flush();
	assert_string_equal(line_of("system.log"), "level=info event=kept");
	assert_false(log_exists("access.log"));
}

static void test_bare_words(void **state)
{
	(void)state;
	log_info("connection-renew connection=x failed reason=\"a b=c\" in=\"\" end");
	flush();
	assert_string_equal(line_of("system.log"),
			    "level=info event=connection-renew connection=x note=failed reason=\"a b=c\" in=\"\" note=end");
}

/* Neither a line nor a field comes from a name. */
static void test_hostile_names(void **state)
{
	static const char *const names[] = {
		"bob\ntime=2026-01-01T00:00:00.000000+00:00 level=info event=session-start user=\"root\"",
		"bob\" reason=\"no such user\" address=192.0.2.99:1",
		"bob\\", "\\\"", "\xff\xfe\r\n\x1b[2J", "a=b c=d vlan=13",
	};
	struct log_field field;
	char value[256];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		log_access(LOG_LEVEL_WARN, "login-failed address=192.0.2.6:4 vlan=12 user=%s reason=%s",
			   LOG_QUOTED(names[i]), LOG_QUOTED("no such user"));
	flush();
	const char *text = log_text("access.log"), *end;
	size_t lines = 0;

	for (; (end = strchr(text, '\n')); text = end + 1) {
		char line[4096];
		const char *p = line;
		int seen = 0;

		snprintf(line, sizeof(line), "%.*s", (int)(end - text), text);
		/* each field once, and nothing else */
		while (log_field_next(&p, &field)) {
			static const char *const keys[] = {
				"time", "level", "event", "address", "hub",
				"user", "reason",
			};

			assert_in_range(seen, 0, 6);
			assert_true(log_field_is(&field, keys[seen++]));
			if (log_field_is(&field, "address"))
				assert_string_equal(log_field_value(&field,
						    value, sizeof(value)),
						    "192.0.2.6:4");
			if (log_field_is(&field, "hub"))
				assert_string_equal(log_field_value(&field,
						    value, sizeof(value)),
						    "12");
		}
		assert_int_equal(seen, 7);
		lines++;
	}
	assert_int_equal(lines, sizeof(names) / sizeof(*names));
}

/* Fields are left out at the end rather than cut. */
static void test_long_lines(void **state)
{
	char text[LOG_LINE_MAX * 2];

	(void)state;
	memset(text, 1, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_error("x user=%s", text);
	flush();
	assert_memory_equal(line_of("system.log"),
			    "level=error event=x user=\\x01", 29);
}

static void test_limits(void **state)
{
	size_t lines = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		log_access_limited(LOG_LEVEL_WARN, "login-failed n=%d", i);
		log_warn_limited("knock n=%d", i);
	}
	flush();
	/* a guess each, so each is there, and nothing is said of others */
	for (const char *p = log_text("access.log"); (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, 1000);
	assert_null(strstr(log_text("access.log"), "suppressed"));
	lines = 0;
	for (const char *p = log_text("system.log"); (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, LOG_LIMIT_BURST);
}

/* --- settings -------------------------------------------------------------- */

static void test_settings_are_kept(void **state)
{
	struct store_logs found, set = {
		.rotation = { ROTATE_SECOND, 4096, 7, true }, .access = true,
	};

	(void)state;
	assert_int_equal(store_logs_get(store, &found, &error), 0);
	assert_int_equal(found.rotation.schedule, ROTATE_DAILY);
	assert_int_equal(found.rotation.max_bytes, 100 * 1024 * 1024);
	assert_int_equal(found.rotation.keep, 14);
	assert_true(found.rotation.compress && found.system &&
		    found.administration && found.access);
	assert_true(store_logs_are_same(&found, &store_logs_default));
	assert_int_equal(store_logs_set(store, &set, &error), 0);
	reopen_store();
	assert_int_equal(store_logs_get(store, &found, &error), 0);
	assert_int_equal(found.rotation.schedule, ROTATE_SECOND);
	assert_int_equal(found.rotation.max_bytes, 4096);
	assert_int_equal(found.rotation.keep, 7);
	assert_true(found.rotation.compress && found.access);
	assert_false(found.system || found.administration);
	set.rotation.max_bytes = 4095;
	assert_int_equal(store_logs_set(store, &set, &error), -EINVAL);
	set.rotation.max_bytes = 0;
	set.rotation.keep = STORE_LOG_KEEP_MAX + 1;
	assert_int_equal(store_logs_set(store, &set, &error), -EINVAL);
	assert_int_equal(store_logs_get(store, &found, &error), 0);
	assert_int_equal(found.rotation.keep, 7);
}

static int note_hub(void *arg, uint16_t vlan, const char *packets)
{
	char *text = arg;

	sprintf(text + strlen(text), "%u:%s ", vlan, packets);
	return vlan == 99;
}

static void test_hubs_are_kept(void **state)
{
	char text[256] = "";

	(void)state;
	assert_int_equal(store_log_hub_set(store, 12, "udp=whole", &error), 0);
	assert_int_equal(store_log_hub_set(store, 7, "arp=headers", &error), 0);
	assert_int_equal(store_log_hub_set(store, 12, "all=headers", &error),
			 0);
	assert_int_equal(store_log_hub_set(store, 99, "ip=headers", &error), 0);
	assert_int_equal(store_log_hub_list(store, note_hub, text, &error), 1);
	assert_string_equal(text, "7:arp=headers 12:all=headers 99:ip=headers ");
	assert_int_equal(store_log_hub_set(store, 12, "none", &error), 0);
	assert_int_equal(store_log_hub_set(store, 99, "none", &error), 0);
	assert_int_equal(store_log_hub_set(store, 1, "none", &error), 0);
	text[0] = '\0';
	assert_int_equal(store_log_hub_list(store, note_hub, text, &error), 0);
	assert_string_equal(text, "7:arp=headers ");
	assert_int_equal(store_log_hub_set(store, 0, "ip=whole", &error),
			 -EINVAL);
}

/* --- control interface ----------------------------------------------------- */

static void test_show(void **state)
{
	int fd = dial();
	struct json_object *reply = expect_reply(ask(fd, "LogShow", NULL));
	struct json_object *files, *file;

	(void)state;
	assert_string_equal(text_of(reply, "directory"), log_dir);
	assert_string_equal(text_of(reply, "rotate"), "daily");
	assert_int_equal(int_of(reply, "max_bytes"), 104857600);
	assert_int_equal(int_of(reply, "keep"), 14);
	assert_true(bool_of(reply, "compress"));
	assert_true(bool_of(reply, "system"));
	files = json_object_object_get(reply, "files");
	assert_int_equal(json_object_array_length(files), 4);
	file = json_object_array_get_idx(files, 0);
	assert_string_equal(text_of(file, "name"), "access");
	assert_string_equal(text_of(file, "path"), log_path("access.log"));
	assert_string_equal(text_of(file, "state"), "on");
	assert_null(json_object_object_get(file, "vlan"));
	file = json_object_array_get_idx(files, 2);
	assert_string_equal(text_of(file, "name"), "sessions");
	json_object_put(reply);
	close(fd);
}

static void test_set(void **state)
{
	struct json_object *reply, *file;
	struct store_logs found;
	int fd = dial();

	(void)state;
	expect_done(fd, "LogSet", "{\"rotate\":\"hourly\",\"max_bytes\":8192,\"keep\":0,\"compress\":false,\"access\":false}");
	log_access(LOG_LEVEL_INFO, "not-written");
	assert_int_equal(store_logs_get(store, &found, &error), 0);
	assert_int_equal(found.rotation.schedule, ROTATE_HOURLY);
	assert_int_equal(found.rotation.keep, 0);
	assert_true(found.system);
	reply = expect_reply(ask(fd, "LogShow", NULL));
	assert_string_equal(text_of(reply, "rotate"), "hourly");
	file = json_object_array_get_idx(json_object_object_get(reply, "files"),
					 0);
	assert_string_equal(text_of(file, "state"), "off");
	json_object_put(reply);
	/* who switches a log off is in it */
	expect_done(fd, "LogSet", "{\"administration\":false}");
	expect_done(fd, "LogSet", "{\"keep\":3}");
	close(fd);
	flush();
	assert_false(log_exists("access.log"));
	assert_non_null(strstr(log_text("administration.log"),
			       " level=info event=log-set rotate=hourly max-bytes=8192 keep=0 compress=off system=on administration=off access=off by="));
	assert_null(strstr(log_text("administration.log"), "keep=3"));
}

static void test_refusals(void **state)
{
	static const struct {
		const char *params;
		const char *text;
		const char *parameter;
	} cases[] = {
		{ "{}", "nothing to set: name rotate, max_bytes, keep, compress, system, administration or access", "rotate" },
		{ "{\"rotate\":\"weekly\"}", "rotate: \"weekly\" is not never, monthly, daily, hourly, minute or second", "rotate" },
		{ "{\"rotate\":7}", "rotate: has to be a text", "rotate" },
		{ "{\"max_bytes\":4095}", "max_bytes: 4095 is too little: give at least 4096, or 0 for no limit", "max_bytes" },
		{ "{\"max_bytes\":-1}", "max_bytes: -1 is outside of 0 to 1099511627776", "max_bytes" },
		{ "{\"keep\":100001}", "keep: 100001 is outside of 0 to 100000", "keep" },
		{ "{\"compress\":\"on\"}", "compress: has to be true or false", "compress" },
		{ "{\"system\":true,\"tcp\":true}", "unknown parameter \"tcp\"", "tcp" },
	};
	struct store_logs found;
	int fd = dial();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		expect_refusal(ask(fd, "LogSet", cases[i].params),
			       CONTROL_INVALID, cases[i].text,
			       cases[i].parameter);
	close(fd);
	assert_int_equal(store_logs_get(store, &found, &error), 0);
	assert_int_equal(found.rotation.schedule, ROTATE_DAILY);
	assert_int_equal(found.rotation.keep, 14);
}

static void expect_packets(int fd, int vlan, const char *packets)
{
	struct json_object *reply;
	char params[32];

	snprintf(params, sizeof(params), "{\"vlan\":%d}", vlan);
	reply = expect_reply(ask(fd, "LogHubShow", params));
	assert_int_equal(int_of(reply, "vlan"), vlan);
	assert_string_equal(text_of(reply, "packets"), packets);
	json_object_put(reply);
}

static void test_hub(void **state)
{
	struct sehub_err err;
	char text[256] = "";
	int fd = dial();

	(void)state;
	expect_packets(fd, 12, "none");
	assert_false(d.packets->is_running);
	expect_done(fd, "LogHubSet", "{\"vlan\":12,\"packets\":\"udp=whole,arp=headers\"}");
	assert_true(d.packets->is_running);
	assert_int_equal(kernel_headers, SEHUB_PACKET_CLASS_ARP);
	assert_int_equal(kernel_whole, SEHUB_PACKET_CLASS_UDP);
	expect_packets(fd, 12, "udp=whole,arp=headers");
	expect_packets(fd, 13, "none");
	/* what is not named stays; a hub that is not there gets it when it comes */
	kernel_says = -ENODEV;
	expect_done(fd, "LogHubSet", "{\"vlan\":12,\"packets\":\"udp=off,ip=headers\"}");
	expect_packets(fd, 12, "arp=headers,ip=headers");
	assert_int_equal(store_log_hub_list(store, note_hub, text, &error), 0);
	assert_string_equal(text, "12:arp=headers,ip=headers ");
	/* the next daemon */
	packet_log_free(d.packets);
	assert_int_equal(packet_log_open(&d.packets, logs_writer(logs), store,
					 &err), 0);
	assert_true(d.packets->is_running);
	expect_packets(fd, 12, "arp=headers,ip=headers");
	/* nobody waits for the thread, which may be waiting for the kernel */
	expect_done(fd, "LogHubSet", "{\"vlan\":12,\"packets\":\"none\"}");
	assert_true(d.packets->is_running);
	assert_int_equal(d.packets->count, 0);
	expect_done(fd, "LogHubSet", "{\"vlan\":12,\"packets\":\"ip=whole\"}");
	assert_int_equal(d.packets->count, 1);
	close(fd);
	flush();
	assert_int_equal(__atomic_load_n(&running, __ATOMIC_SEQ_CST), 0);
	assert_non_null(strstr(log_text("administration.log"),
			       " level=info event=log-hub-set hub=12 packets=udp=whole,arp=headers by="));
}

static void test_hub_refusals(void **state)
{
	int fd = dial();

	(void)state;
	expect_refusal(ask(fd, "LogHubSet", "{\"vlan\":12,\"packets\":\"tcp=whole\"}"),
		       CONTROL_INVALID, "packets: \"tcp\" is no class of frames: tcp-conn, tcp-data, dhcp, udp, icmp, arp, ip, ethernet, blocked, all, none",
		       "packets");
	expect_refusal(ask(fd, "LogHubSet", "{\"vlan\":4095,\"packets\":\"none\"}"),
		       CONTROL_INVALID, "vlan: 4095 is outside of 1 to 4094",
		       "vlan");
	expect_refusal(ask(fd, "LogHubShow", "{}"), CONTROL_INVALID,
		       "vlan is missing", "vlan");
	kernel_says = -ENOENT;
	expect_refusal(ask(fd, "LogHubSet", "{\"vlan\":12,\"packets\":\"udp=whole\"}"),
		       CONTROL_FAILED, "the kernel's word", NULL);
	expect_packets(fd, 12, "none");
	/* without the module there is nothing to be switched off */
	expect_done(fd, "LogHubSet", "{\"vlan\":12,\"packets\":\"none\"}");
	assert_false(d.packets->is_running);
	close(fd);
}

/* What was imported is stored by somebody else. */
static void test_hub_from_the_store(void **state)
{
	struct sehub_err err;
	int fd = dial();

	(void)state;
	assert_int_equal(store_log_hub_set(store, 12, "udp=whole", &error), 0);
	kernel_says = -ENOENT;
	assert_int_equal(packet_log_restore(d.packets, NULL, 12, "0", &err), 0);
	expect_packets(fd, 12, "udp=whole");
	assert_true(d.packets->is_running);
	assert_int_equal(store_log_hub_set(store, 12, "none", &error), 0);
	kernel_says = -EIO;
	assert_int_equal(packet_log_restore(d.packets, NULL, 12, "0", &err), -EIO);
	expect_packets(fd, 12, "udp=whole");
	kernel_says = 0;
	assert_int_equal(packet_log_restore(d.packets, NULL, 12, "0", &err), 0);
	assert_int_equal(kernel_whole, 0);
	expect_packets(fd, 12, "none");
	close(fd);
}

static void test_settings_from_the_store(void **state)
{
	struct store_logs set = store_logs_default;

	(void)state;
	set.rotation.keep = 3;
	assert_int_equal(store_logs_set(store, &set, &error), 0);
	assert_int_equal(logs_settings(logs)->rotation.keep, 14);
	assert_int_equal(logs_reload(logs, "bob", &error), 0);
	assert_int_equal(logs_settings(logs)->rotation.keep, 3);
	flush();
	assert_non_null(strstr(log_text("administration.log"),
			       " event=log-set rotate=daily max-bytes=104857600 keep=3 compress=on system=on administration=on access=on by=bob\n"));
}

/* Sessions need no log files: what is damaged there costs no more than itself. */
static void test_damaged_settings(void **state)
{
	struct sehub_err err;
	sqlite3 *db;

	(void)state;
	flush();
	store_close(store);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE logs SET rotate = 'weekly', keep = 3;"
				      "INSERT INTO log_hubs VALUES (7, 'tcp=whole'), (8, 'ip=whole')",
				      NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	open_store();
	assert_int_equal(logs_open(&logs, log_dir, store, &err), 0);
	assert_true(store_logs_are_same(logs_settings(logs),
					&store_logs_default));
	assert_int_equal(packet_log_open(&d.packets, logs_writer(logs), store,
					 &err), 0);
	assert_int_equal(packet_log_get(d.packets, 7).whole, 0);
	assert_int_equal(packet_log_get(d.packets, 8).whole,
			 SEHUB_PACKET_CLASS_IP);
	/* and can be mended */
	assert_int_equal(logs_set(logs, &store_logs_default, "0", &error), 0);
	flush();
	assert_int_equal(logs_open(&logs, log_dir, store, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
		cmocka_unit_test_setup_teardown(name, setup_logs, teardown_logs)
		TEST(test_each_line_has_its_log),
		TEST(test_levels),
		TEST(test_bare_words),
		TEST(test_hostile_names),
		TEST(test_long_lines),
		TEST(test_limits),
		TEST(test_settings_are_kept),
		TEST(test_hubs_are_kept),
		TEST(test_show),
		TEST(test_set),
		TEST(test_refusals),
		TEST(test_hub),
		TEST(test_hub_refusals),
		TEST(test_hub_from_the_store),
		TEST(test_settings_from_the_store),
		TEST(test_damaged_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
