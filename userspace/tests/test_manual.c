// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of commands, sehubctl(8) and help say the same: every command and
 * option of the table is in the manual, and every command of the manual is in
 * the table. Completion and help are made from the table.
 *
 * links: sehubctl/args.c sehubctl/help.c sehubctl/complete.c
 * links: sehubctl/select.c sehubctl/daemon.c sehubctl/secret.c
 * links: sehubctl/show.c sehubctl/print.c lib/text.c sehubctl/cmd_hub.c
 * links: sehubctl/cmd_port.c sehubctl/cmd_mac.c sehubctl/cmd_ip.c
 * links: sehubctl/cmd_status.c sehubctl/cmd_log.c sehubctl/cmd_admin.c
 * links: sehubctl/monitor_told.c sehubctl/cmd_metrics.c
 * links: sehubctl/cmd_monitor.c sehubctl/cmd_user.c sehubctl/cmd_session.c
 * links: sehubctl/cmd_connection.c sehubctl/cmd_listener.c sehubctl/cmd_state.c lib/addr.c lib/via.c lib/control.c lib/err.c
 * links: lib/event.c lib/fdb.c lib/hub.c lib/link.c lib/names.c lib/nl.c
 * links: lib/nl_list.c lib/nl_msg.c lib/port.c lib/policy.c lib/rate.c
 * links: lib/ethertype.c lib/log_words.c lib/ip.c lib/nl_packet.c lib/packet.c
 * links: sehubctl/cmd_packets.c sehubctl/watch.c lib/places.c
 * links: sehubctl/capture.c sehubctl/pcapng.c sehubctl/print_packet.c
 * links: lib/decode.c lib/decode_ip.c lib/decode_l4.c
 * links: lib/decode_icmp6.c lib/decode_dhcp.c
 * links: lib/access.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

/* The table lives where main() does. */
int sehubctl_main(int argc, char **argv);
#define main sehubctl_main
#include "sehubctl/main.c"
#undef main

/* sehubctl(8) and sehub(7) */
static char manual[65536];
static char concepts[65536];

static int read_file(const char *path, char *buf, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
		return -1;
	n = fread(buf, 1, size - 1, f);
	fclose(f);
	return n == size - 1;
}

static int read_manuals(void **state)
{
	(void)state;
	return read_file("../man/sehubctl.8", manual, sizeof(manual)) ||
	       read_file("../man/sehub.7", concepts, sizeof(concepts));
}

/* The lines of the manual that describe a command; NULL: there are none. */
static const char *entry_of(const struct ctl_command *c, size_t *len)
{
	char start[64];
	const char *entry;
	const char *end;

	snprintf(start, sizeof(start), "\n.It Ic %s%s%s", c->noun,
		 c->verb ? " " : "", c->verb ? c->verb : "");
	entry = strstr(manual, start);
	while (entry && !strchr(" \n", entry[strlen(start)]))
		entry = strstr(entry + 1, start);
	if (!entry)
		return NULL;
	end = strstr(entry + 1, "\n.It Ic ");
	*len = end ? (size_t)(end - entry) : strlen(entry);
	return entry;
}

static void test_table_is_in_manual(void **state)
{
	(void)state;
	for (const struct ctl_command *c = ctl_commands; c->noun; c++) {
		uint64_t takes = c->required | c->optional;
		const char *entry;
		size_t len = 0;

		entry = entry_of(c, &len);
		if (!entry)
			fail_msg("%s %s is not in the manual", c->noun,
				 c->verb ? c->verb : "");
		for (int i = 0; i < OPT_COUNT; i++) {
			char flag[64];

			snprintf(flag, sizeof(flag), "Fl -%s",
				 ctl_options[i].name);
			if (takes & OPT_BIT(i) && !memmem(entry, len, flag,
						       strlen(flag)))
				fail_msg("%s %s: --%s is not in the manual",
					 c->noun, c->verb ? c->verb : "",
					 ctl_options[i].name);
		}
	}
	for (int i = 0; i < OPT_COUNT; i++) {
		char flag[64];

		snprintf(flag, sizeof(flag), "Fl -%s", ctl_options[i].name);
		if (!strstr(manual, flag))
			fail_msg("--%s is not in the manual",
				 ctl_options[i].name);
	}
}

static void test_manual_is_in_table(void **state)
{
	const char *p = manual;
	int n = 0;
	int commands = 0;

	(void)state;
	while ((p = strstr(p, "\n.It Ic "))) {
		char noun[32] = "";
		char verb[32] = "";
		bool is_known = false;

		p += strlen("\n.It Ic ");
		assert_true(sscanf(p, "%31s %31s", noun, verb) >= 1);
		for (const struct ctl_command *c = ctl_commands; c->noun; c++)
			if (!strcmp(c->noun, noun) &&
			    (!c->verb || !strcmp(c->verb, verb)))
				is_known = true;
		if (!is_known)
			fail_msg("the manual has %s %s", noun, verb);
		n++;
	}
	for (const struct ctl_command *c = ctl_commands; c->noun; c++)
		commands++;
	assert_int_equal(n, commands);
}

/* Options that the manual shows, at a command that takes them. */
static void test_manual_options_are_in_table(void **state)
{
	(void)state;
	for (const struct ctl_command *c = ctl_commands; c->noun; c++) {
		uint64_t takes = c->required | c->optional | OPT_EVERYWHERE |
				 (ctl_takes_hub(c) ? OPT(VLAN) : 0);
		size_t len = 0;
		const char *line = entry_of(c, &len);
		const char *end;

		assert_non_null(line);
		/* the first line is the command itself */
		end = strchr(line + 1, '\n');
		while ((line = strstr(line, "Fl -")) && line < end) {
			size_t n;
			enum ctl_option option;

			line += strlen("Fl -");
			n = strspn(line, "abcdefghijklmnopqrstuvwxyz-");
			option = ctl_find_option(line, n);
			if (option == OPT_COUNT || !(takes & OPT_BIT(option)))
				fail_msg("the manual has %s %s --%.*s", c->noun,
					 c->verb ? c->verb : "", (int)n, line);
		}
	}
	for (const char *p = manual; (p = strstr(p, "Fl -"));) {
		size_t n;

		p += strlen("Fl -");
		n = strspn(p, "abcdefghijklmnopqrstuvwxyz-");
		if (n && ctl_find_option(p, n) == OPT_COUNT)
			fail_msg("the manual has an option --%.*s", (int)n, p);
	}
}

/* Whether a text has a word, which can have a value behind "=". */
static bool has_word(const char *text, size_t len, const char *word)
{
	const char *end = text + len;
	const char *p = text;
	char start[64];

	snprintf(start, sizeof(start), " %s", word);
	while ((p = memmem(p, end - p, start, strlen(start)))) {
		p += strlen(start);
		if (p < end && strchr(" =\n", *p))
			return true;
	}
	return false;
}

/* Each word of a policy is explained where policies are set. */
static void test_policy_words_are_in_manual(void **state)
{
	const struct ctl_command *c = ctl_commands;
	const char *entry;
	size_t len = 0;

	(void)state;
	while (c->run != cmd_port_set)
		c++;
	entry = entry_of(c, &len);
	assert_non_null(entry);
	for (unsigned int i = 0; sehub_policy_word(i); i++)
		if (!has_word(entry, len, sehub_policy_word(i)->name))
			fail_msg("policy word %s is not in the manual",
				 sehub_policy_word(i)->name);
}

/* sehub(7): the reasons for dropped frames, and what drops them. */
static void test_reasons_are_in_manual(void **state)
{
	char text[128];

	(void)state;
	for (unsigned int i = 1; i <= SEHUB_A_DROPS_MAX; i++) {
		if (!sehub_drops_name(i))
			continue;
		snprintf(text, sizeof(text), "\n.It %s Ta %s\n",
			 sehub_drops_name(i), sehub_drops_doc(i));
		if (!strstr(concepts, text))
			fail_msg("not in sehub(7): %s", text);
	}
	for (unsigned int i = 0; sehub_policy_word(i); i++) {
		snprintf(text, sizeof(text), "\n.It Cm %s",
			 sehub_policy_word(i)->name);
		if (!strstr(concepts, text))
			fail_msg("not in sehub(7): %s", text);
	}
}

static void test_log_classes_are_in_manual(void **state)
{
	const struct ctl_command *c = ctl_commands;
	const char *entry;
	size_t len = 0;

	(void)state;
	while (c->run != cmd_hub_add)
		c++;
	entry = entry_of(c, &len);
	assert_non_null(entry);
	for (unsigned int i = 0; sehub_packet_class_name(i); i++)
		if (!has_word(entry, len, sehub_packet_class_name(i)))
			fail_msg("class %s is not in the manual",
				 sehub_packet_class_name(i));
}

static void test_table_is_sound(void **state)
{
	(void)state;
	for (const struct ctl_command *c = ctl_commands; c->noun; c++) {
		char usage[512];

		assert_non_null(c->run);
		assert_int_equal(c->required & c->optional, 0);
		assert_int_equal((c->required | c->optional) & OPT_EVERYWHERE,
				 0);
		/* it stands for HUB by itself */
		if (ctl_takes_hub(c))
			assert_int_equal((c->required | c->optional) &
					 OPT(VLAN), 0);
		ctl_format_usage(c, usage, sizeof(usage));
		assert_true(strlen(usage) < sizeof(usage) - 1);
	}
	for (int i = 0; i < OPT_COUNT; i++) {
		assert_non_null(ctl_options[i].name);
		assert_int_equal(ctl_find_option(ctl_options[i].name,
						 strlen(ctl_options[i].name)),
				 i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_is_sound),
		cmocka_unit_test(test_table_is_in_manual),
		cmocka_unit_test(test_manual_is_in_table),
		cmocka_unit_test(test_manual_options_are_in_table),
		cmocka_unit_test(test_policy_words_are_in_manual),
		cmocka_unit_test(test_reasons_are_in_manual),
		cmocka_unit_test(test_log_classes_are_in_manual),
	};

	return cmocka_run_group_tests(tests, read_manuals, NULL);
}
