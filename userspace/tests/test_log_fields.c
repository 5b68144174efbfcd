// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of the daemon's log taken apart into their fields.
 *
 * links: transportd/log_fields.c transportd/log.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../transportd/log_fields.h"

static void test_fields(void **state)
{
	const char *text = "event a=1  b=\"x \\\" y\" word c= \"q\"d=2 e=\"open";
	static const struct {
		const char *key;
		const char *value;
	} expected[] = {
		{ "", "event" }, { "a", "1" }, { "b", "x \" y" },
		{ "", "word" }, { "c", "" }, { "", "q" }, { "d", "2" },
		{ "e", "ope" },
	};
	struct log_field field;
	char value[16];

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		assert_true(log_field_next(&text, &field));
		assert_true(log_field_is(&field, expected[i].key));
		log_field_value(&field, value, sizeof(value));
		if (i < 7)
			assert_string_equal(value, expected[i].value);
	}
	assert_false(log_field_next(&text, &field));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
