// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The keys of the configuration file are the same in the code, in
 * sehub-transportd.conf(5) and in the file that is installed, none more and
 * none less, with the same defaults.
 *
 * links: transportd/config.c transportd/config_value.c transportd/log.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../transportd/config_value.h"

#define TEXT_MAX	65536

static char manual[TEXT_MAX];
static char installed[TEXT_MAX];

static int read_file(const char *path, char *buf)
{
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
		return -1;
	n = fread(buf, 1, TEXT_MAX - 1, f);
	fclose(f);
	return n == TEXT_MAX - 1;
}

static int read_texts(void **state)
{
	(void)state;
	return read_file("../man/sehub-transportd.conf.5", manual) ||
	       read_file("../systemd/transportd.conf", installed);
}

static bool is_key(const char *name, size_t len)
{
	for (size_t i = 0; i < CONFIG_KEYS; i++)
		if (strlen(config_keys[i].name) == len &&
		    !strncmp(config_keys[i].name, name, len))
			return true;
	return false;
}

/* What the manual says of a key; NULL: nothing. */
static const char *entry_of(const char *name, size_t *len)
{
	char start[64];
	const char *entry, *end;

	snprintf(start, sizeof(start), "\n.It Ic %s\n", name);
	entry = strstr(manual, start);
	if (!entry)
		return NULL;
	entry += strlen(start);
	end = strstr(entry, "\n.It Ic ");
	if (!end)
		end = strstr(entry, "\n.El\n");
	assert_non_null(end);
	*len = (size_t)(end - entry);
	return entry;
}

/* A default as the manual writes it: "15s" as "15 s". */
static void spell(char *text, size_t size, const struct config_key *key)
{
	size_t digits = strspn(key->value, "0123456789");

	if (key->type == CONFIG_DURATION)
		snprintf(text, size, "%.*s %s", (int)digits, key->value,
			 key->value + digits);
	else
		snprintf(text, size, "%s", key->value);
}

/* As a word: 15 is not there because 150 is. */
static bool says(const char *text, size_t len, const char *value)
{
	static const char word[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	const char *end = text + len, *p;

	for (p = text; (p = memmem(p, (size_t)(end - p), value,
				   strlen(value))); p++)
		if (!strchr(word, p[-1]) && !strchr(word, p[strlen(value)]))
			return true;
	return false;
}

static void test_keys_are_in_manual(void **state)
{
	(void)state;
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		const struct config_key *key = &config_keys[i];
		const char *entry, *said;
		char value[512];
		size_t len = 0;

		entry = entry_of(key->name, &len);
		if (!entry)
			fail_msg("%s is not in the manual", key->name);
		said = memmem(entry, len, "Default:", strlen("Default:"));
		/* of two keys that are explained together one has it */
		if (!said)
			fail_msg("the manual has no default of %s", key->name);
		if (!key->value)
			continue;
		spell(value, sizeof(value), key);
		if (!says(said, len - (size_t)(said - entry), value))
			fail_msg("the manual says another default of %s than %s",
				 key->name, value);
	}
}

static void test_manual_has_keys_alone(void **state)
{
	const char *p = strstr(manual, "\n.Sh KEYS\n");
	const char *end = strstr(manual, "\n.Sh FILES\n");
	size_t n = 0;

	(void)state;
	assert_non_null(p);
	assert_non_null(end);
	while ((p = strstr(p, "\n.It Ic ")) && p < end) {
		p += strlen("\n.It Ic ");
		if (!is_key(p, strcspn(p, "\n")))
			fail_msg("the manual has %.*s", (int)strcspn(p, "\n"),
				 p);
		n++;
	}
	assert_int_equal(n, CONFIG_KEYS);
}

/* Each key once, as a comment with its default or an example. */
static void test_keys_are_in_the_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		const struct config_key *key = &config_keys[i];
		const char *line;
		char text[512];

		snprintf(text, sizeof(text), "\n#%s = %s", key->name,
			 key->value ? key->value : "");
		line = strstr(installed, text);
		if (!line)
			fail_msg("not in the installed file: %s", text + 1);
		if (key->value && line[strlen(text)] != '\n')
			fail_msg("the installed file has another default of %s",
				 key->name);
		assert_null(strstr(line + 1, text));
	}
}

static void test_file_has_keys_alone(void **state)
{
	const char *p = installed;
	size_t n = 0;

	(void)state;
	while ((p = strstr(p, "\n#"))) {
		size_t len;

		p += strlen("\n#");
		/* what is explained begins with a blank */
		if (*p == ' ' || *p == '\n')
			continue;
		len = strcspn(p, " \n");
		if (!is_key(p, len))
			fail_msg("the installed file has %.*s", (int)len, p);
		n++;
	}
	assert_int_equal(n, CONFIG_KEYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_are_in_manual),
		cmocka_unit_test(test_manual_has_keys_alone),
		cmocka_unit_test(test_keys_are_in_the_file),
		cmocka_unit_test(test_file_has_keys_alone),
	};

	return cmocka_run_group_tests(tests, read_texts, NULL);
}
