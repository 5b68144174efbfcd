// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catalogues of texts: found, not found, and files that are damaged in every
 * place, of which none may be believed beyond its end.
 *
 * links: transportd/console_text.c
 */
#include <byteswap.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../transportd/console_text.h"

#define COUNT	3
#define AT	(28 + 16 * COUNT)

/* As msgfmt makes it. */
static const struct {
	uint32_t head[7];
	uint32_t texts[2 * COUNT];
	uint32_t translations[2 * COUNT];
	char strings[32];
} good = {
	.head = { 0x950412de, 0, COUNT, 28, 28 + 8 * COUNT, 0, 0 },
	.texts = { 0, AT, 3, AT + 1, 4, AT + 5 },
	.translations = { 4, AT + 10, 2, AT + 15, 0, AT + 18 },
	.strings = "\0" "hub\0" "user\0" "head\0" "HA\0" "\0" "pad",
};

static struct console_catalogue *read_copy(const void *bytes, size_t size)
{
	/* exactly as long, for the sanitizer */
	void *copy = malloc(size ? size : 1);
	struct console_catalogue *catalogue;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	catalogue = console_catalogue_read(copy, size);
	free(copy);
	return catalogue;
}

static void test_find(void **state)
{
	struct console_catalogue *catalogue = read_copy(&good, sizeof(good));

	(void)state;
	assert_non_null(catalogue);
	assert_string_equal(console_catalogue_find(catalogue, "hub"), "HA");
	/* one that is not translated, one that is not there, the empty one */
	assert_string_equal(console_catalogue_find(catalogue, "user"), "user");
	assert_string_equal(console_catalogue_find(catalogue, "hu"), "hu");
	assert_string_equal(console_catalogue_find(catalogue, ""), "");
	assert_string_equal(console_catalogue_find(NULL, "hub"), "hub");
	console_catalogue_free(catalogue);
	console_catalogue_free(NULL);
}

static void test_other_byte_order(void **state)
{
	uint32_t swapped[sizeof(good) / 4];
	struct console_catalogue *catalogue;

	(void)state;
	memcpy(swapped, &good, sizeof(good));
	for (size_t i = 0; i < 7 + 4 * COUNT; i++)
		swapped[i] = bswap_32(swapped[i]);
	catalogue = read_copy(swapped, sizeof(swapped));
	assert_non_null(catalogue);
	assert_string_equal(console_catalogue_find(catalogue, "hub"), "HA");
	console_catalogue_free(catalogue);
}

static void test_cut(void **state)
{
	(void)state;
	/* the last text ends at its NUL */
	for (size_t size = 0; size < AT + 19; size++)
		assert_null(read_copy(&good, size));
}

static void test_damaged(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
	} damage[] = {
		{ 0, 0x950412df }, { 1, 0x10000 }, { 2, 4 },
		{ 2, 0xffffffff }, { 2, 0x20000000 }, { 3, 0xfffffff8 },
		{ 4, 0xfffffff8 }, { 7, 1 }, { 8, 0xffffffff },
		{ 9, 0xffffffff }, { 10, 0xfffffffe }, { 13, 3 },
	};
	uint32_t order[sizeof(good) / 4];

	(void)state;
	for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		uint32_t bytes[sizeof(good) / 4];

		memcpy(bytes, &good, sizeof(good));
		bytes[damage[i].at] = damage[i].value;
		if (read_copy(bytes, sizeof(bytes)))
			fail_msg("%zu is believed", i);
	}
	/* one text twice, and two in the wrong order */
	memcpy(order, &good, sizeof(good));
	memcpy(order + 9, order + 11, 8);
	assert_null(read_copy(order, sizeof(order)));
	memcpy(order + 11, good.texts + 2, 8);
	assert_null(read_copy(order, sizeof(order)));
}

static void test_open(void **state)
{
	struct console_catalogue *catalogue;
	char dir[] = "/tmp/sehub-text-XXXXXX", path[128];
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(dir));
	setenv("TEXTDOMAINDIR", dir, 1);
	assert_int_equal(console_catalogue_open("ja", &catalogue), -ENOENT);
	assert_null(catalogue);
	snprintf(path, sizeof(path), "mkdir -p %s/ja/LC_MESSAGES", dir);
	assert_int_equal(system(path), 0);
	snprintf(path, sizeof(path), "%s/ja/LC_MESSAGES/sehub.mo", dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("no catalogue, but a text that is long enough for one", file);
	fclose(file);
	assert_int_equal(console_catalogue_open("ja", &catalogue), -EUCLEAN);
	file = fopen(path, "w");
	fwrite(&good, sizeof(good), 1, file);
	fclose(file);
	assert_int_equal(console_catalogue_open("ja", &catalogue), 0);
	assert_string_equal(console_catalogue_find(catalogue, "hub"), "HA");
	console_catalogue_free(catalogue);
	snprintf(path, sizeof(path), "rm -r %s", dir);
	assert_int_equal(system(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_other_byte_order),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
