// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plugin of ip(8): words to attributes and back, without ip, whose
 * functions are made here.
 *
 * links: iproute2/link_sehub.c lib/addr.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <linux/sehub_link.h>

#include "iproute2/link_util.h"

extern struct link_util sehub_link_util;

/* --- in place of ip -------------------------------------------------------- */

static bool is_json;
static char json[1024];

/* What was added to the request, by type: length and value. */
static struct {
	int len;
	uint32_t value;
} added[IFLA_SEHUB_MAX + 1];

static int add(int type, int len, uint32_t value)
{
	assert_true(type > 0 && type <= IFLA_SEHUB_MAX);
	added[type].len = len;
	added[type].value = value;
	return 0;
}

int addattr8(struct nlmsghdr *n, int maxlen, int type, uint8_t data)
{
	(void)n;
	(void)maxlen;
	return add(type, 1, data);
}

int addattr16(struct nlmsghdr *n, int maxlen, int type, uint16_t data)
{
	(void)n;
	(void)maxlen;
	return add(type, 2, data);
}

int addattr32(struct nlmsghdr *n, int maxlen, int type, uint32_t data)
{
	(void)n;
	(void)maxlen;
	return add(type, 4, data);
}

bool is_json_context(void)
{
	return is_json;
}

struct json_writer *get_json_writer(void)
{
	return NULL;
}

void jsonw_uint_field(struct json_writer *self, const char *prop,
		      unsigned int num)
{
	size_t len = strlen(json);

	(void)self;
	snprintf(json + len, sizeof(json) - len, "%s=%u ", prop, num);
}

void jsonw_bool_field(struct json_writer *self, const char *prop, bool value)
{
	size_t len = strlen(json);

	(void)self;
	snprintf(json + len, sizeof(json) - len, "%s=%s ", prop,
		 value ? "true" : "false");
}

/* --- tests ----------------------------------------------------------------- */

static int parse(const char *line)
{
	static char copy[256];
	char *argv[32];
	int argc = 0;

	memset(added, 0, sizeof(added));
	strcpy(copy, line);
	for (char *p = strtok(copy, " "); p; p = strtok(NULL, " "))
		argv[argc++] = p;
	return sehub_link_util.parse_opt(&sehub_link_util, argc, argv, NULL);
}

static void check_added(int type, int len, uint32_t value)
{
	assert_int_equal(added[type].len, len);
	assert_int_equal(added[type].value, value);
}

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(parse("vlan 12 ageing 60 ip_ageing 30 ip_max 0 suppress on broadcast_rate 50 log_headers 0x21 log_whole 256"),
			 0);
	check_added(IFLA_SEHUB_VLAN, 2, 12);
	check_added(IFLA_SEHUB_AGEING, 4, 60);
	check_added(IFLA_SEHUB_IP_AGEING, 4, 30);
	check_added(IFLA_SEHUB_IP_MAX, 4, 0);
	check_added(IFLA_SEHUB_SUPPRESS, 1, 1);
	check_added(IFLA_SEHUB_BROADCAST_RATE, 4, 50);
	check_added(IFLA_SEHUB_LOG_HEADERS, 4, 0x21);
	check_added(IFLA_SEHUB_LOG_WHOLE, 4, 256);
	assert_int_equal(added[IFLA_SEHUB_FDB_MAX].len, 0);
	assert_int_equal(parse("suppress off"), 0);
	check_added(IFLA_SEHUB_SUPPRESS, 1, 0);
}

static void test_bad_words(void **state)
{
	static const char *const bad[] = {
		"suppress 2", "suppress", "ip_ageing 0", "ip_ageing 1000001",
		"ip_max -1", "ip_count 5", "log_whole arp", "log_headers 0x",
		"broadcast_rate 4294967296", "nonsense 5", "help",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse(bad[i]), -1);
}

/* What is shown of all attributes; each has the number of its type. */
static const char *shown(void)
{
	static struct {
		struct rtattr head;
		uint8_t value[4];
	} attrs[IFLA_SEHUB_MAX + 1];
	static char text[1024];
	struct rtattr *tb[IFLA_SEHUB_MAX + 1] = { NULL };
	FILE *f;

	for (int i = 1; i <= IFLA_SEHUB_MAX; i++) {
		int len = i == IFLA_SEHUB_SUPPRESS ? 1 :
			  i == IFLA_SEHUB_VLAN ? 2 : 4;

		attrs[i].head.rta_len = RTA_LENGTH(len);
		attrs[i].value[0] = i;
		tb[i] = &attrs[i].head;
	}
	/* of a length that is none of ours */
	attrs[IFLA_SEHUB_AGEING].head.rta_len = RTA_LENGTH(3);
	memset(text, 0, sizeof(text));
	json[0] = '\0';
	f = fmemopen(text, sizeof(text), "w");
	assert_non_null(f);
	sehub_link_util.print_opt(&sehub_link_util, f, tb);
	fclose(f);
	return is_json ? json : text;
}

static void test_shown(void **state)
{
	(void)state;
	is_json = false;
	assert_string_equal(shown(),
			    "vlan 1 fdb_max 3 fdb_count 5 port_max 4 port_count 6 ip_ageing 7 ip_max 8 ip_count 9 suppress on broadcast_rate 11 log_headers 0xc log_whole 0xd ");
	is_json = true;
	assert_string_equal(shown(),
			    "vlan=1 fdb_max=3 fdb_count=5 port_max=4 port_count=6 ip_ageing=7 ip_max=8 ip_count=9 suppress=true broadcast_rate=11 log_headers=12 log_whole=13 ");
	/* of a link without data */
	sehub_link_util.print_opt(&sehub_link_util, stdout, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_bad_words),
		cmocka_unit_test(test_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
