// SPDX-License-Identifier: GPL-2.0-or-later
/* Help, written from the table of commands and the table of options. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

#define USAGE_COLUMN	46

static void append(char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void append(char *buf, size_t size, const char *fmt, ...)
{
	size_t len = strlen(buf);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf + len, size - len, fmt, ap);
	va_end(ap);
}

static void append_option(char *buf, size_t size, int option, bool is_optional)
{
	const struct ctl_option_desc *desc = &ctl_options[option];

	append(buf, size, is_optional ? " [--%s%s%s]" : " --%s%s%s",
	       desc->name, desc->value ? " " : "",
	       desc->value ? desc->value : "");
}

void ctl_format_usage(const struct ctl_command *command, char *buf,
		      size_t size)
{
	buf[0] = '\0';
	append(buf, size, "%s", command->noun);
	if (command->verb)
		append(buf, size, " %s", command->verb);
	if (*command->words)
		append(buf, size, " %s", command->words);
	for (int i = 0; i < OPT_COUNT; i++)
		if (command->required & OPT_BIT(i))
			append_option(buf, size, i, false);
	for (int i = 0; i < OPT_COUNT; i++)
		if (command->optional & OPT_BIT(i))
			append_option(buf, size, i, true);
}

static void print_options(uint64_t options)
{
	for (int i = 0; i < OPT_COUNT; i++) {
		char left[64] = "";

		if (!(options & OPT_BIT(i)))
			continue;
		append(left, sizeof(left), "--%s%s%s", ctl_options[i].name,
		       ctl_options[i].value ? " " : "",
		       ctl_options[i].value ? ctl_options[i].value : "");
		printf("  %-22s %s\n", left, ctl_options[i].help);
	}
}

static void print_policy_words(void)
{
	puts("\nWORDS are joined by commas, \"none\" takes the policy away:");
	for (unsigned int i = 0; sehub_policy_word(i); i++) {
		const struct sehub_policy_word *word = sehub_policy_word(i);
		char left[64] = "";

		append(left, sizeof(left), "%s%s", word->name,
		       word->value ? word->value : "");
		printf("  %-22s %s\n", left, word->doc);
	}
}

static void print_log_classes(void)
{
	char text[256] = "";

	for (unsigned int i = 0; sehub_packet_class_name(i); i++)
		append(text, sizeof(text), "%s, ", sehub_packet_class_name(i));
	printf("\nCLASS is %sall;\nLEVEL is headers, whole or off. Classes that are not named stay as they are.\n",
	       text);
}

static void print_command(const struct ctl_command *command)
{
	uint64_t takes = command->required | command->optional;
	char usage[512];

	ctl_format_usage(command, usage, sizeof(usage));
	printf("Usage: sehubctl %s\n\n%c%s.\n", usage,
	       command->help[0] & ~0x20, command->help + 1);
	if (ctl_takes_hub(command))
		puts("\nHUB is a number (1 to 4094) or the name of a device; --vlan N may stand in its\nplace.");
	if (takes) {
		puts("\nOptions, which may stand without dashes behind all other words:");
		print_options(takes);
	}
	if (takes & OPT(LOG))
		print_log_classes();
	if (takes & OPT(POLICY))
		print_policy_words();
	puts("\nOptions of all commands:");
	print_options(OPT_EVERYWHERE);
}

/* Commands of one noun, or of all, with the options that say what is meant. */
static void print_commands(const char *noun)
{
	const struct ctl_command *before = NULL;

	for (const struct ctl_command *c = ctl_commands; c->noun; c++) {
		char left[128] = "";

		if (noun && strcmp(c->noun, noun))
			continue;
		if (!noun && before && before->verb &&
		    strcmp(before->noun, c->noun))
			putchar('\n');
		before = c;
		append(left, sizeof(left), "%s%s%s%s%s", c->noun,
		       c->verb ? " " : "", c->verb ? c->verb : "",
		       *c->words ? " " : "", c->words);
		for (int i = 0; i < OPT_COUNT; i++)
			if (c->required & OPT_BIT(i))
				append_option(left, sizeof(left), i, false);
		if (c->optional & OPT(VLAN))
			append_option(left, sizeof(left), OPT_VLAN, true);
		if (strlen(left) > USAGE_COLUMN)
			printf("  %s\n  %-*s  %s\n", left, USAGE_COLUMN, "",
			       c->help);
		else
			printf("  %-*s  %s\n", USAGE_COLUMN, left, c->help);
	}
}

void ctl_print_help(const char *noun, const struct ctl_command *command)
{
	if (command) {
		print_command(command);
		return;
	}
	printf("Usage: sehubctl %s VERB [WORD]... [OPTION]...\n\n",
	       noun ? noun : "NOUN");
	print_commands(noun);
	puts("\nOptions of all commands:");
	print_options(OPT_EVERYWHERE);
	printf("\nsehubctl help %s VERB shows the options of a command; sehubctl(8) is the manual.\n",
	       noun ? noun : "NOUN");
}

int cmd_help(struct ctl *ctl)
{
	char text[256];
	struct ctl about;
	char *argv[3];

	for (int i = 0; i < ctl->n_words; i++)
		argv[i] = (char *)ctl->words[i];
	argv[ctl->n_words] = (char *)"--help";
	if (ctl_parse(&about, ctl_commands, ctl->n_words + 1, argv, text,
		      sizeof(text)))
		return ctl_misuse(ctl, "%s", text);
	ctl_print_help(about.noun, about.command);
	return CTL_OK;
}
