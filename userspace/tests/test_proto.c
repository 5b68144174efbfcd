// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control records: what is built is parsed back, and every way in which a
 * record can be wrong is refused with the name of the attribute at fault.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../transportd/proto.h"

static const uint8_t ticket[SEHUB_WIRE_TICKET_LEN] = "0123456789abcdef0123456789abcde";

static void test_hello_round_trip(void **state)
{
	uint8_t buf[PROTO_RECORD_MAX];
	struct proto_builder b;
	struct proto_error err;
	struct proto_msg msg;
	char text[32];
	int len;

	(void)state;
	proto_begin(&b, buf, sizeof(buf), SEHUB_WIRE_HELLO);
	proto_put_u16(&b, SEHUB_WIRE_A_VERSION, 1);
	proto_put_text(&b, SEHUB_WIRE_A_SOFTWARE, "sehub 0.1 \xc3\xa4");
	proto_put_u32(&b, SEHUB_WIRE_A_FEATURES, 0x80000001);
	proto_put_u16(&b, SEHUB_WIRE_A_HUB, 4094);
	len = proto_end(&b);
	assert_true(len > SEHUB_WIRE_HDR_LEN);
	assert_int_equal(buf[0], SEHUB_WIRE_HELLO);
	assert_int_equal(buf[1] << 16 | buf[2] << 8 | buf[3],
			 len - SEHUB_WIRE_HDR_LEN);

	assert_int_equal(proto_parse(buf[0], buf + 4, len - 4, &msg, &err), 0);
	assert_int_equal(msg.present, PROTO_BIT(SEHUB_WIRE_A_VERSION) |
				      PROTO_BIT(SEHUB_WIRE_A_SOFTWARE) |
				      PROTO_BIT(SEHUB_WIRE_A_FEATURES) |
				      PROTO_BIT(SEHUB_WIRE_A_HUB));
	assert_int_equal(msg.version, 1);
	assert_int_equal(msg.features, 0x80000001);
	assert_int_equal(msg.hub, 4094);
	proto_text_copy(text, sizeof(text), msg.software);
	assert_string_equal(text, "sehub 0.1 \xc3\xa4");
}

static void test_resume_round_trip(void **state)
{
	uint8_t buf[256];
	struct proto_builder b;
	struct proto_error err;
	struct proto_msg msg;
	int len;

	(void)state;
	proto_begin(&b, buf, sizeof(buf), SEHUB_WIRE_RESUME);
	proto_put_bytes(&b, SEHUB_WIRE_A_TICKET, ticket, sizeof(ticket));
	proto_put_u64(&b, SEHUB_WIRE_A_RX_COUNT, 0x0123456789abcdef);
	proto_put_u64(&b, SEHUB_WIRE_A_TX_OLDEST, UINT64_MAX);
	len = proto_end(&b);
	assert_int_equal(proto_parse(buf[0], buf + 4, len - 4, &msg, &err), 0);
	assert_true(msg.rx_count == 0x0123456789abcdef);
	assert_true(msg.tx_oldest == UINT64_MAX);
	assert_memory_equal(msg.ticket, ticket, sizeof(ticket));
	assert_int_equal(proto_require(SEHUB_WIRE_RESUME, &msg,
				       PROTO_BIT(SEHUB_WIRE_A_TICKET), &err),
			 0);
	assert_int_equal(proto_require(SEHUB_WIRE_RESUME, &msg,
				       PROTO_BIT(SEHUB_WIRE_A_FEATURES), &err),
			 -EBADMSG);
	assert_int_equal(err.attr, SEHUB_WIRE_A_FEATURES);
	assert_string_equal(err.text, "RESUME: features: missing");
}

static void test_every_prefix_is_safe(void **state)
{
	uint8_t buf[256], part[256];
	struct proto_builder b;
	struct proto_error err;
	struct proto_msg msg;
	int len, i, accepted = 0;

	(void)state;
	proto_begin(&b, buf, sizeof(buf), SEHUB_WIRE_CLOSE);
	proto_put_u16(&b, SEHUB_WIRE_A_CODE, SEHUB_WIRE_CLOSE_AUTH);
	proto_put_text(&b, SEHUB_WIRE_A_TEXT, "authentication failed");
	len = proto_end(&b) - 4;
	for (i = 0; i <= len; i++) {
		memcpy(part, buf + 4, i);
		if (!proto_parse(SEHUB_WIRE_CLOSE, part, i, &msg, &err))
			accepted++;
		else
			assert_int_equal(msg.present, 0);
	}
	/* only the empty record, the code alone, and the whole */
	assert_int_equal(accepted, 3);
}

struct bad {
	const char *what;
	uint8_t type;
	uint8_t len;
	uint8_t data[24];
	uint16_t attr;
};

static const struct bad bad_records[] = {
	{ "header cut short", SEHUB_WIRE_CLOSE, 3, { 0, 17, 0 }, 0 },
	{ "value cut short", SEHUB_WIRE_CLOSE, 5, { 0, 17, 0, 2, 1 }, 17 },
	{ "u16 too short", SEHUB_WIRE_CLOSE, 5, { 0, 17, 0, 1, 1 }, 17 },
	{ "u16 too long", SEHUB_WIRE_CLOSE, 7,
	  { 0, 17, 0, 3, 1, 2, 3 }, 17 },
	{ "repeated", SEHUB_WIRE_CLOSE, 12,
	  { 0, 17, 0, 2, 0, 1, 0, 17, 0, 2, 0, 1 }, 17 },
	{ "unknown one repeated", SEHUB_WIRE_CLOSE, 8,
	  { 0, 40, 0, 0, 0, 40, 0, 0 }, 40 },
	{ "NUL in text", SEHUB_WIRE_CLOSE, 5, { 0, 18, 0, 1, 0 }, 18 },
	{ "newline in text", SEHUB_WIRE_CLOSE, 5, { 0, 18, 0, 1, '\n' }, 18 },
	{ "DEL in text", SEHUB_WIRE_CLOSE, 5, { 0, 18, 0, 1, 0x7f }, 18 },
	{ "lone continuation", SEHUB_WIRE_CLOSE, 5,
	  { 0, 18, 0, 1, 0x80 }, 18 },
	{ "character cut short", SEHUB_WIRE_CLOSE, 6,
	  { 0, 18, 0, 2, 0xe2, 0x82 }, 18 },
	{ "overlong slash", SEHUB_WIRE_CLOSE, 6,
	  { 0, 18, 0, 2, 0xc0, 0xaf }, 18 },
	{ "overlong three bytes", SEHUB_WIRE_CLOSE, 7,
	  { 0, 18, 0, 3, 0xe0, 0x80, 0xaf }, 18 },
	{ "C1 control", SEHUB_WIRE_CLOSE, 6, { 0, 18, 0, 2, 0xc2, 0x85 }, 18 },
	{ "surrogate", SEHUB_WIRE_CLOSE, 7,
	  { 0, 18, 0, 3, 0xed, 0xa0, 0x80 }, 18 },
	{ "beyond Unicode", SEHUB_WIRE_CLOSE, 8,
	  { 0, 18, 0, 4, 0xf4, 0x90, 0x80, 0x80 }, 18 },
	{ "hub 0", SEHUB_WIRE_HELLO, 6, { 0, 4, 0, 2, 0, 0 }, 4 },
	{ "hub 4095", SEHUB_WIRE_HELLO, 6, { 0, 4, 0, 2, 0x0f, 0xff }, 4 },
	{ "short client-id", SEHUB_WIRE_ATTACH, 8,
	  { 0, 8, 0, 4, 1, 2, 3, 4 }, 8 },
	{ "empty mechanism", SEHUB_WIRE_AUTH, 4, { 0, 6, 0, 0 }, 6 },
	{ "short count", SEHUB_WIRE_RESUME, 8,
	  { 0, 15, 0, 4, 1, 2, 3, 4 }, 15 },
};

static void test_bad_records_are_refused(void **state)
{
	const struct bad *bad = bad_records;
	struct proto_error err;
	struct proto_msg msg;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_records) / sizeof(*bad); i++, bad++) {
		print_message("  %s\n", bad->what);
		assert_int_equal(proto_parse(bad->type, bad->data, bad->len,
					     &msg, &err), -EBADMSG);
		assert_int_equal(err.attr, bad->attr);
		assert_int_equal(msg.present, 0);
		assert_true(strlen(err.text) > 6);
	}
}

static void test_unknown_and_misplaced_are_ignored(void **state)
{
	/* attribute 99, a ticket of wrong length in a CLOSE, then the code */
	static const uint8_t data[] = { 0, 99, 0, 1, 7, 0, 11, 0, 1, 9,
					0, 17, 0, 2, 0, 4 };
	struct proto_error err;
	struct proto_msg msg;

	(void)state;
	assert_int_equal(proto_parse(SEHUB_WIRE_CLOSE, data, sizeof(data),
				     &msg, &err), 0);
	assert_int_equal(msg.present, PROTO_BIT(SEHUB_WIRE_A_CODE));
	assert_int_equal(msg.code, SEHUB_WIRE_CLOSE_AUTH);
	assert_null(msg.ticket);
}

static void test_only_known_control_records(void **state)
{
	struct proto_error err;
	struct proto_msg msg;
	int type;

	(void)state;
	for (type = 0; type < 256; type++)
		assert_int_equal(proto_parse(type, NULL, 0, &msg, &err),
				 type >= SEHUB_WIRE_HELLO &&
				 type <= SEHUB_WIRE_CLOSE ?
				 0 : -EPROTONOSUPPORT);
}

static void test_builder_never_overflows(void **state)
{
	uint8_t buf[64];
	struct proto_builder b;
	size_t size;

	(void)state;
	for (size = 0; size < 40; size++) {
		memset(buf, 0xee, sizeof(buf));
		proto_begin(&b, buf, size, SEHUB_WIRE_CLOSE);
		proto_put_u16(&b, SEHUB_WIRE_A_CODE, 1);
		proto_put_text(&b, SEHUB_WIRE_A_TEXT, "0123456789");
		assert_int_equal(proto_end(&b), size >= 24 ? 24 : -EMSGSIZE);
		assert_int_equal(buf[size], 0xee);
	}
}

static void test_text_is_made_acceptable(void **state)
{
	char text[SEHUB_WIRE_TEXT_MAX * 2];
	uint8_t buf[PROTO_CLOSE_MAX];
	struct proto_error err;
	struct proto_msg msg;
	char copy[8];
	size_t len;

	(void)state;
	len = proto_close(buf, sizeof(buf), 1, "a\nb\xff");
	assert_int_equal(proto_parse(buf[0], buf + 4, len - 4, &msg, &err), 0);
	assert_int_equal(msg.text.len, 4);
	assert_memory_equal(msg.text.data, "a?b?", 4);

	/* 254 bytes, then a character of two: cut before it */
	memset(text, 'x', 254);
	strcpy(text + 254, "\xc3\xa4");
	len = proto_close(buf, sizeof(buf), 1, text);
	assert_int_equal(proto_parse(buf[0], buf + 4, len - 4, &msg, &err), 0);
	assert_int_equal(msg.text.len, 254);

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	len = proto_close(buf, sizeof(buf), 1, text);
	assert_int_equal(len, PROTO_CLOSE_MAX);
	assert_int_equal(proto_parse(buf[0], buf + 4, len - 4, &msg, &err), 0);

	proto_text_copy(copy, sizeof(copy),
			(struct proto_bytes){ (const uint8_t *)
					      "abcdef\xc3\xa4", 8 });
	assert_string_equal(copy, "abcdef");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hello_round_trip),
		cmocka_unit_test(test_resume_round_trip),
		cmocka_unit_test(test_every_prefix_is_safe),
		cmocka_unit_test(test_bad_records_are_refused),
		cmocka_unit_test(test_unknown_and_misplaced_are_ignored),
		cmocka_unit_test(test_only_known_control_records),
		cmocka_unit_test(test_builder_never_overflows),
		cmocka_unit_test(test_text_is_made_acceptable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
