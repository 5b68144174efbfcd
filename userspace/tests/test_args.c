// SPDX-License-Identifier: GPL-2.0-or-later
/* The grammar of sehubctl, by a table of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "cmd.h"

static const struct ctl_command table[] = {
	{ "hub", "add", NULL, "", OPT(VLAN), OPT(AGEING), "" },
	{ "hub", "list", NULL, "", 0, 0, "" },
	{ "port", "show", NULL, "HUB PORT", 0, 0, "" },
	{ "port", "list", NULL, "[HUB]", 0, 0, "" },
	{ "user", "add", NULL, "NAME", OPT(VLAN), OPT(DISABLED), "" },
	{ "monitor", NULL, NULL, "[hub] [CLASS...]", 0, 0, "" },
	{ "port", "set", NULL, "HUB PORT", OPT(NAME),
	  OPT(AGEING) | OPT(STATIC), "" },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};

static char text[256];
static struct ctl ctl;

/* Parses a line of words separated by blanks; "''" is an empty word. */
static int parse(const char *line)
{
	static char copy[256];
	char *argv[64];
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *p = strtok(copy, " "); p; p = strtok(NULL, " "))
		argv[argc++] = strcmp(p, "''") ? p : p + 2;
	text[0] = '\0';
	return ctl_parse(&ctl, table, argc, argv, text, sizeof(text));
}

static void refuse(const char *line, const char *why)
{
	assert_int_equal(parse(line), -EINVAL);
	assert_string_equal(text, why);
}

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(parse("port show 12 3"), 0);
	assert_ptr_equal(ctl.command, &table[2]);
	assert_int_equal(ctl.n_words, 2);
	assert_string_equal(ctl.words[1], "3");
	assert_int_equal(parse("port list"), 0);
	assert_int_equal(parse("port list 12"), 0);
	assert_int_equal(parse("monitor"), 0);
	assert_int_equal(parse("monitor hub port"), 0);
	/* the last one may be repeated */
	assert_int_equal(parse("monitor 1 2 3 4 5 6 7 8 9 10 11 12"), 0);
	assert_int_equal(ctl.n_words, 12);

	refuse("", "nothing to do");
	refuse("port", "what is to be done is missing");
	refuse("port show",
	       "HUB is missing (a number, a device, or --vlan N)");
	refuse("port show 12", "PORT is missing");
	refuse("port show 12 3 4", "unexpected word \"4\"");
	refuse("port list 12 13", "unexpected word \"13\"");
	refuse("hub list 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3",
	       "too many words");
}

static void test_options_stand_anywhere(void **state)
{
	static const char *const lines[] = {
		"hub add --vlan 12 --ageing 5m",
		"--vlan 12 hub --ageing 5m add",
		"hub --vlan=12 add --ageing=5m",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(parse(lines[i]), 0);
		assert_ptr_equal(ctl.command, &table[0]);
		assert_string_equal(ctl.values[OPT_VLAN], "12");
		assert_string_equal(ctl.values[OPT_AGEING], "5m");
	}
	assert_int_equal(parse("user add --vlan 12 -- --json"), 0);
	assert_string_equal(ctl.words[0], "--json");
	assert_null(ctl.values[OPT_JSON]);
}

static void test_vlan_for_hub(void **state)
{
	(void)state;
	assert_int_equal(parse("port show --vlan 12 3"), 0);
	assert_int_equal(ctl.n_words, 1);
	assert_int_equal(parse("port list --vlan 12"), 0);
	refuse("port show --vlan 12 13 3", "unexpected word \"3\"");
	refuse("port show --vlan 12", "PORT is missing");
	refuse("port list --vlan 12 12", "unexpected word \"12\"");
}

static void test_options_without_dashes(void **state)
{
	static const char *const lines[] = {
		"port set 12 3 name x ageing 5m static",
		"port set --vlan 12 3 name x static ageing 5m",
		"port set 3 name x ageing 5m --static --vlan=12",
		"port set 12 3 --ageing 5m static name x",
		"port set -- 12 3 name x static ageing 5m",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(parse(lines[i]), 0);
		assert_string_equal(ctl.values[OPT_NAME], "x");
		assert_string_equal(ctl.values[OPT_AGEING], "5m");
		assert_non_null(ctl.values[OPT_STATIC]);
		/* the command sees its own words alone */
		assert_int_equal(ctl.n_words, ctl.values[OPT_VLAN] ? 1 : 2);
		assert_string_equal(ctl.words[ctl.n_words - 1], "3");
	}
	/* a word that is called like an option is still a word */
	assert_int_equal(parse("port set name static name x"), 0);
	assert_string_equal(ctl.words[0], "name");
	assert_null(ctl.values[OPT_STATIC]);

	refuse("port set 12 3 name", "--name needs a value: NAME");
	refuse("port set 12 3 name ''", "--name needs a value: NAME");
	refuse("port set 12 3 name x name y", "--name is given twice");
	refuse("port set 12 3 name x --name y", "--name is given twice");
	refuse("port set 12 3 ageing 5m", "--name NAME is missing");
	refuse("port set 12 3 nmae x",
	       "unexpected word \"nmae\"; did you mean \"name\"?");
	refuse("port set 12 3 json", "unexpected word \"json\"");
	refuse("port set 12 3 wait 5", "unexpected word \"wait\"");
	refuse("port set name x", "--name NAME is missing");
}

static void test_bad_options(void **state)
{
	(void)state;
	refuse("hub add", "--vlan N is missing");
	refuse("hub add --vlan", "--vlan needs a value: N");
	refuse("hub add --vlan=", "--vlan needs a value: N");
	refuse("hub add --vlan ''", "--vlan needs a value: N");
	refuse("hub add --vlan 1 --vlan 2", "--vlan is given twice");
	refuse("hub list --json=yes", "--json takes no value");
	refuse("hub list --vlan 12", "--vlan has no meaning here");
	refuse("hub list --jsno",
	       "unknown option --jsno; did you mean --json?");
	refuse("hub list --xyzzy", "unknown option --xyzzy");
	refuse("hub list -j",
	       "unknown option -j; options are long words: --help");
}

static void test_suggestions(void **state)
{
	static const char *const names[] = { "list", "show", "disconnect" };

	(void)state;
	refuse("hbu list", "unknown command \"hbu\"; did you mean \"hub\"?");
	refuse("hub lst", "unknown verb \"lst\"; did you mean \"list\"?");
	refuse("frobnicate", "unknown command \"frobnicate\"");
	assert_string_equal(ctl_nearest("disc", names, 3), "disconnect");
	assert_string_equal(ctl_nearest("shwo", names, 3), "show");
	assert_null(ctl_nearest("", names, 0));
	assert_null(ctl_nearest("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				names, 3));
}

static void test_help_needs_no_rest(void **state)
{
	(void)state;
	assert_int_equal(parse("hub add --help"), 0);
	assert_ptr_equal(ctl.command, &table[0]);
	assert_int_equal(parse("hub -h"), 0);
	assert_string_equal(ctl.noun, "hub");
	assert_null(ctl.command);
	assert_int_equal(parse("--version"), 0);
	assert_non_null(ctl.values[OPT_VERSION]);
}

static void test_word_names(void **state)
{
	static const char *const names[] = { "hub", "CLASS", "CLASS", "CLASS" };
	bool is_optional;
	char name[8];

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_string_equal(ctl_word_name(&table[5], i, name,
						  sizeof(name), &is_optional),
				    names[i]);
		assert_true(is_optional);
	}
	assert_string_equal(ctl_word_name(&table[2], 1, name, sizeof(name),
					  &is_optional), "PORT");
	assert_false(is_optional);
	assert_null(ctl_word_name(&table[2], 2, name, sizeof(name),
				  &is_optional));
	assert_null(ctl_word_name(&table[0], 0, name, sizeof(name),
				  &is_optional));
	assert_true(ctl_takes_hub(&table[3]));
	assert_false(ctl_takes_hub(&table[4]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_options_stand_anywhere),
		cmocka_unit_test(test_vlan_for_hub),
		cmocka_unit_test(test_options_without_dashes),
		cmocka_unit_test(test_bad_options),
		cmocka_unit_test(test_suggestions),
		cmocka_unit_test(test_help_needs_no_rest),
		cmocka_unit_test(test_word_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
