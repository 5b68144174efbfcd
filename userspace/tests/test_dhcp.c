// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DHCPv4 messages (RFC 2131, options of RFC 2132). They are given in buffers
 * of exactly their length, so that the address sanitizer sees a byte read
 * beyond.
 *
 * links: ../kernel/dhcp.c ../kernel/wire.c
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dhcp.h"

#define SNAME	44
#define FILE_	108
#define COOKIE	236
#define OPTIONS	240

struct message {
	u32 len;
	u8 data[1024];
};

/* A reply without options. */
static void message_start(struct message *m)
{
	static const u8 fixed[OPTIONS] = {
		[0] = 2, 1, 6,
		[12] = 192, 0, 2, 1,
		[16] = 192, 0, 2, 2,
		[20] = 192, 0, 2, 3,
		[24] = 192, 0, 2, 4,
		[28] = 2, 0, 0, 0, 0, 1,
		[COOKIE] = 99, 130, 83, 99,
	};

	memset(m, 0, sizeof(*m));
	memcpy(m->data, fixed, sizeof(fixed));
	m->len = OPTIONS;
}

static void put(struct message *m, u32 off, const char *bytes, u32 len)
{
	assert_true(off + len <= sizeof(m->data));
	memcpy(m->data + off, bytes, len);
}

static void add(struct message *m, const char *bytes, u32 len)
{
	put(m, m->len, bytes, len);
	m->len += len;
}

#define PUT(m, off, bytes)	put(m, off, bytes, sizeof(bytes) - 1)
#define ADD(m, bytes)	add(m, bytes, sizeof(bytes) - 1)

#define TYPE_ACK	"\x35\x01\x05"
#define LEASE_HOUR	"\x33\x04\x00\x00\x0e\x10"
#define REQUESTED	"\x32\x04\xc0\x00\x02\x63"
#define END		"\xff"

static int parse(const struct message *m, struct sehub_dhcp *msg)
{
	u8 *p = malloc(m->len ? m->len : 1);
	int err;

	assert_non_null(p);
	memcpy(p, m->data, m->len);
	memset(msg, 0xee, sizeof(*msg));
	err = sehub_dhcp_parse(p, m->len, msg);
	free(p);
	return err;
}

static void expect_refused(const struct message *m)
{
	struct sehub_dhcp msg;

	assert_int_equal(parse(m, &msg), -EINVAL);
}

static void expect_type(const struct message *m, u8 type)
{
	struct sehub_dhcp msg;

	assert_int_equal(parse(m, &msg), 0);
	assert_int_equal(msg.type, type);
}

static void test_shorter_than_the_fixed_part(void **state)
{
	struct message m;
	u32 len;

	(void)state;
	message_start(&m);
	for (len = 0; len <= OPTIONS; len++) {
		m.len = len;
		expect_refused(&m);
	}
	ADD(&m, TYPE_ACK);
	m.len = OPTIONS + 3;
	PUT(&m, OPTIONS, TYPE_ACK);
	expect_type(&m, SEHUB_DHCP_ACK);
}

/* Operation, kind and length of hardware addresses, the cookie. */
static void test_fixed_part(void **state)
{
	static const u8 at[] = { 0, 1, 2, COOKIE, COOKIE + 1, COOKIE + 2,
				 COOKIE + 3 };
	struct message m;
	bool is_good;
	u32 value;
	size_t i;
	u8 want;

	(void)state;
	for (i = 0; i < sizeof(at); i++) {
		for (value = 0; value < 256; value++) {
			message_start(&m);
			ADD(&m, TYPE_ACK END);
			want = m.data[at[i]];
			m.data[at[i]] = (u8)value;
			is_good = value == want || (!at[i] && value == 1);
			if (is_good)
				expect_type(&m, SEHUB_DHCP_ACK);
			else
				expect_refused(&m);
		}
	}
}

static void test_no_type(void **state)
{
	struct message m;

	(void)state;
	message_start(&m);
	ADD(&m, LEASE_HOUR END);
	expect_refused(&m);
	/* behind the end there is nothing */
	ADD(&m, TYPE_ACK END);
	expect_refused(&m);
	message_start(&m);
	ADD(&m, "\x00\x00\x00\x00");
	expect_refused(&m);
}

static void test_options_cut_short(void **state)
{
	struct message m;
	u32 len, whole;

	(void)state;
	message_start(&m);
	ADD(&m, TYPE_ACK "\x0c\x06" "client" LEASE_HOUR);
	whole = m.len;
	for (len = OPTIONS + 3; len <= whole; len++) {
		m.len = len;
		if (len == OPTIONS + 3 || len == OPTIONS + 11 || len == whole)
			expect_type(&m, SEHUB_DHCP_ACK);
		else
			expect_refused(&m);
	}
	message_start(&m);
	ADD(&m, TYPE_ACK "\x0c\xff");
	expect_refused(&m);
}

/* Options 50 and 51 have 4 bytes, 52 and 53 one. */
static void test_options_of_wrong_length(void **state)
{
	static const struct { u8 code, len; } options[] = {
		{ 50, 4 }, { 51, 4 }, { 52, 1 }, { 53, 1 },
	};
	struct message m;
	size_t i;
	u32 len;

	(void)state;
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		for (len = 0; len < 256; len++) {
			message_start(&m);
			m.data[OPTIONS] = options[i].code;
			m.data[OPTIONS + 1] = (u8)len;
			memset(m.data + OPTIONS + 2, 1, len);
			m.len = OPTIONS + 2 + len;
			ADD(&m, TYPE_ACK END);
			if (len == options[i].len)
				expect_type(&m, options[i].code == 53 ?
						1 : SEHUB_DHCP_ACK);
			else
				expect_refused(&m);
		}
	}
}

static void test_everything_is_read(void **state)
{
	struct sehub_dhcp msg;
	struct message m;

	(void)state;
	message_start(&m);
	ADD(&m, "\x00\x00" TYPE_ACK LEASE_HOUR "\x00" REQUESTED END "\x35");
	assert_int_equal(parse(&m, &msg), 0);
	assert_int_equal(msg.op, SEHUB_DHCP_BOOTREPLY);
	assert_int_equal(msg.type, SEHUB_DHCP_ACK);
	assert_memory_equal(msg.mac, "\x02\0\0\0\0\x01", 6);
	assert_int_equal(msg.ciaddr, htonl(0xc0000201));
	assert_int_equal(msg.yiaddr, htonl(0xc0000202));
	assert_int_equal(msg.requested, htonl(0xc0000263));
	assert_int_equal(msg.lease, 3600);

	message_start(&m);
	ADD(&m, "\x35\x01\xff");
	assert_int_equal(parse(&m, &msg), 0);
	assert_int_equal(msg.type, 255);
	assert_int_equal(msg.requested, 0);
	assert_int_equal(msg.lease, 0);

	message_start(&m);
	ADD(&m, "\x33\x04\xff\xff\xff\xff" TYPE_ACK END);
	assert_int_equal(parse(&m, &msg), 0);
	assert_int_equal(msg.lease, SEHUB_DHCP_INFINITE);
}

static void test_first_one_counts(void **state)
{
	struct sehub_dhcp msg;
	struct message m;

	(void)state;
	message_start(&m);
	ADD(&m, TYPE_ACK LEASE_HOUR REQUESTED "\x35\x01\x07"
		"\x33\x04\x00\x00\x00\x01" "\x32\x04\xc0\x00\x02\x64" END);
	assert_int_equal(parse(&m, &msg), 0);
	assert_int_equal(msg.type, SEHUB_DHCP_ACK);
	assert_int_equal(msg.lease, 3600);
	assert_int_equal(msg.requested, htonl(0xc0000263));
}

static void test_overload_that_lies(void **state)
{
	struct message m;
	u32 value;

	(void)state;
	for (value = 0; value < 256; value++) {
		message_start(&m);
		ADD(&m, "\x34\x01\x00" TYPE_ACK END);
		m.data[OPTIONS + 2] = (u8)value;
		if (value >= 1 && value <= 3)
			expect_type(&m, SEHUB_DHCP_ACK);
		else
			expect_refused(&m);
	}
	/* an option over the end of the field, into what is behind it */
	message_start(&m);
	ADD(&m, "\x34\x01\x03" TYPE_ACK END);
	PUT(&m, SNAME + 63, "\x0c");
	expect_refused(&m);
	PUT(&m, SNAME + 63, "\x00");
	PUT(&m, FILE_ + 126, "\x0c\x01");
	expect_refused(&m);
	PUT(&m, FILE_ + 126, "\x0c\x00");
	expect_type(&m, SEHUB_DHCP_ACK);
	PUT(&m, FILE_ + 122, LEASE_HOUR);
	expect_type(&m, SEHUB_DHCP_ACK);
	PUT(&m, FILE_ + 123, LEASE_HOUR);
	PUT(&m, COOKIE, "\x63");
	expect_refused(&m);
}

static void test_overload(void **state)
{
	struct sehub_dhcp msg;
	struct message m;
	u8 where;

	(void)state;
	for (where = 0; where <= 3; where++) {
		message_start(&m);
		PUT(&m, FILE_, "\x33\x04\x00\x00\x00\x01" END);
		PUT(&m, SNAME, REQUESTED "\x33\x04\x00\x00\x00\x02" END);
		if (where)
			ADD(&m, "\x34\x01\x00");
		ADD(&m, TYPE_ACK END);
		if (where)
			m.data[OPTIONS + 2] = where;
		assert_int_equal(parse(&m, &msg), 0);
		/* the file comes first if both are used */
		assert_int_equal(msg.lease, !where ? 0 : where & 1 ? 1 : 2);
		assert_int_equal(msg.requested,
				 where & 2 ? htonl(0xc0000263) : 0);
	}
	/* what matters may all be elsewhere; options come before all */
	message_start(&m);
	PUT(&m, FILE_, LEASE_HOUR TYPE_ACK END);
	ADD(&m, "\x34\x01\x01" "\x33\x04\x00\x00\x00\x07");
	assert_int_equal(parse(&m, &msg), 0);
	assert_int_equal(msg.lease, 7);
	/* nor can the file say that the name counts */
	message_start(&m);
	PUT(&m, FILE_, "\x34\x01\x03" END);
	PUT(&m, SNAME, TYPE_ACK END);
	ADD(&m, "\x34\x01\x01" END);
	expect_refused(&m);
	message_start(&m);
	PUT(&m, FILE_, "\x34\x01\x02" TYPE_ACK END);
	PUT(&m, SNAME, TYPE_ACK END);
	ADD(&m, END);
	expect_refused(&m);
}

/* What udhcpc and dnsmasq have sent, from the fuzzer's corpus. */
static void test_real_messages(void **state)
{
	static const struct {
		const char *name;
		u8 op, type;
		u32 ciaddr, yiaddr, requested, lease;
	} messages[] = {
		{ "discover", 1, SEHUB_DHCP_DISCOVER, 0, 0, 0, 0 },
		{ "offer", 2, SEHUB_DHCP_OFFER, 0, 0xc000023f, 0, 3600 },
		{ "request", 1, SEHUB_DHCP_REQUEST, 0, 0, 0xc000023f, 0 },
		{ "ack", 2, SEHUB_DHCP_ACK, 0, 0xc000023f, 0, 3600 },
		{ "request-renew", 1, SEHUB_DHCP_REQUEST, 0xc000023f, 0, 0, 0 },
		{ "release", 1, SEHUB_DHCP_RELEASE, 0xc000023f, 0, 0, 0 },
	};
	struct sehub_dhcp msg;
	struct message m;
	char path[64];
	size_t i;
	FILE *f;

	(void)state;
	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		snprintf(path, sizeof(path), "../fuzz/corpus/dhcp/%s",
			 messages[i].name);
		f = fopen(path, "r");
		assert_non_null(f);
		m.len = (u32)fread(m.data, 1, sizeof(m.data), f);
		fclose(f);
		assert_int_equal(parse(&m, &msg), 0);
		assert_int_equal(msg.op, messages[i].op);
		assert_int_equal(msg.type, messages[i].type);
		assert_memory_equal(msg.mac, "\x02\0\0\0\0\x01", 6);
		assert_int_equal(ntohl(msg.ciaddr), messages[i].ciaddr);
		assert_int_equal(ntohl(msg.yiaddr), messages[i].yiaddr);
		assert_int_equal(ntohl(msg.requested), messages[i].requested);
		assert_int_equal(msg.lease, messages[i].lease);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shorter_than_the_fixed_part),
		cmocka_unit_test(test_fixed_part),
		cmocka_unit_test(test_no_type),
		cmocka_unit_test(test_options_cut_short),
		cmocka_unit_test(test_options_of_wrong_length),
		cmocka_unit_test(test_everything_is_read),
		cmocka_unit_test(test_first_one_counts),
		cmocka_unit_test(test_overload_that_lies),
		cmocka_unit_test(test_overload),
		cmocka_unit_test(test_real_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
