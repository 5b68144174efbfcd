// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * link_sehub.so: lets ip(8) speak of hubs.
 *
 *	ip link add sehub12 type sehub vlan 12 ageing 300
 *	ip link set sehub12 type sehub fdb_max 100000 suppress on
 *	ip -d link show sehub12
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/sehub_link.h>

#include "lib/addr.h"
#include "lib/hub.h"
#include "link_util.h"

/* Room in the request that ip has made for us. */
#define REQUEST_MAX	1024

/* How a value is written, and what is sent of it. */
enum kind {
	VLAN,		/* a number, two bytes */
	NUMBER,		/* a number, four bytes */
	MASK,		/* the same, shown in hexadecimal */
	SWITCH,		/* on or off, one byte */
	COUNT,		/* a number, shown only */
};

/**
 * struct setting - an attribute of a hub
 * @word: what it is called
 * @type: IFLA_SEHUB_*
 * @kind: how it is written
 * @min: smallest value
 * @max: largest value
 */
static const struct setting {
	const char *word;
	int type;
	enum kind kind;
	uint32_t min;
	uint32_t max;
} settings[] = {
	{ "vlan", IFLA_SEHUB_VLAN, VLAN, 0, SEHUB_VLAN_MAX },
	{ "ageing", IFLA_SEHUB_AGEING, NUMBER, 1, SEHUB_AGEING_MAX },
	{ "fdb_max", IFLA_SEHUB_FDB_MAX, NUMBER, 0, UINT32_MAX },
	{ "fdb_count", IFLA_SEHUB_FDB_COUNT, COUNT, 0, 0 },
	{ "port_max", IFLA_SEHUB_PORT_MAX, NUMBER, 1, SEHUB_PORT_MAX_MAX },
	{ "port_count", IFLA_SEHUB_PORT_COUNT, COUNT, 0, 0 },
	{ "ip_ageing", IFLA_SEHUB_IP_AGEING, NUMBER, 1, SEHUB_IP_AGEING_MAX },
	{ "ip_max", IFLA_SEHUB_IP_MAX, NUMBER, 0, UINT32_MAX },
	{ "ip_count", IFLA_SEHUB_IP_COUNT, COUNT, 0, 0 },
	{ "suppress", IFLA_SEHUB_SUPPRESS, SWITCH, 0, 1 },
	{ "broadcast_rate", IFLA_SEHUB_BROADCAST_RATE, NUMBER, 0, UINT32_MAX },
	{ "log_headers", IFLA_SEHUB_LOG_HEADERS, MASK, 0, UINT32_MAX },
	{ "log_whole", IFLA_SEHUB_LOG_WHOLE, MASK, 0, UINT32_MAX },
};

#define N_SETTINGS	(sizeof(settings) / sizeof(settings[0]))

static void print_help(struct link_util *lu, int argc, char **argv, FILE *f)
{
	(void)lu;
	(void)argc;
	(void)argv;
	fputs("Usage: ... sehub [ vlan NUMBER ] [ ageing SECONDS ]\n"
	      "\t\t[ fdb_max ADDRESSES ] [ port_max PORTS ]\n"
	      "\t\t[ ip_ageing SECONDS ] [ ip_max ADDRESSES ]\n"
	      "\t\t[ suppress { on | off } ] [ broadcast_rate FRAMES ]\n"
	      "\t\t[ log_headers MASK ] [ log_whole MASK ]\n"
	      "\n"
	      "Where:\tNUMBER := 1-4094, the number of the hub; 0 or absent: none\n"
	      "\tSECONDS := 1-1000000, a learned address is forgotten after it\n"
	      "\tADDRESSES := most learned addresses\n"
	      "\tPORTS := 1-65535, most ports\n"
	      "\tFRAMES := most frames to groups in a second; 0: no limit\n"
	      "\tMASK := classes of frames to log; see sehubctl hub set --log\n",
	      f);
}

static const struct setting *find_setting(const char *word)
{
	for (size_t i = 0; i < N_SETTINGS; i++)
		if (settings[i].kind != COUNT &&
		    !strcmp(settings[i].word, word))
			return &settings[i];
	return NULL;
}

/* Adds a setting to the request; says what is wrong with its value. */
static int add_setting(const struct setting *s, const char *word,
		       struct nlmsghdr *n)
{
	uint32_t value;
	bool is_on;

	if (s->kind == SWITCH) {
		if (sehub_parse_bool(word, &is_on)) {
			fprintf(stderr,
				"sehub: %s: \"%s\" is neither on nor off\n",
				s->word, word);
			return -1;
		}
		return addattr8(n, REQUEST_MAX, s->type, is_on);
	}
	if (sehub_parse_u32(word, s->min, s->max, &value)) {
		fprintf(stderr,
			"sehub: %s: \"%s\" is no number from %u to %u\n",
			s->word, word, s->min, s->max);
		return -1;
	}
	if (s->kind == VLAN)
		return addattr16(n, REQUEST_MAX, s->type, value);
	return addattr32(n, REQUEST_MAX, s->type, value);
}

static int parse_opt(struct link_util *lu, int argc, char **argv,
		     struct nlmsghdr *n)
{
	for (; argc > 0; argc -= 2, argv += 2) {
		const struct setting *s = find_setting(argv[0]);

		if (!strcmp(argv[0], "help")) {
			print_help(lu, argc, argv, stderr);
			return -1;
		}
		if (!s) {
			fprintf(stderr, "sehub: unknown setting \"%s\"\n",
				argv[0]);
			print_help(lu, argc, argv, stderr);
			return -1;
		}
		if (argc < 2) {
			fprintf(stderr, "sehub: %s needs a value\n", s->word);
			return -1;
		}
		if (add_setting(s, argv[1], n))
			return -1;
	}
	return 0;
}

/* Value of an attribute of up to four bytes; false for another length. */
static bool get_value(const struct rtattr *attr, uint32_t *value)
{
	uint16_t small;

	switch (RTA_PAYLOAD(attr)) {
	case 1:
		*value = *(const uint8_t *)RTA_DATA(attr);
		return true;
	case sizeof(small):
		memcpy(&small, RTA_DATA(attr), sizeof(small));
		*value = small;
		return true;
	case sizeof(*value):
		memcpy(value, RTA_DATA(attr), sizeof(*value));
		return true;
	}
	return false;
}

static void print_setting(FILE *f, const struct setting *s, uint32_t value)
{
	if (is_json_context() && s->kind == SWITCH)
		jsonw_bool_field(get_json_writer(), s->word, value);
	else if (is_json_context())
		jsonw_uint_field(get_json_writer(), s->word, value);
	else if (s->kind == SWITCH)
		fprintf(f, "%s %s ", s->word, value ? "on" : "off");
	else
		fprintf(f, s->kind == MASK ? "%s 0x%x " : "%s %u ", s->word,
			value);
}

static void print_opt(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	(void)lu;
	if (!tb)
		return;
	for (size_t i = 0; i < N_SETTINGS; i++) {
		const struct rtattr *attr = tb[settings[i].type];
		uint32_t value;

		if (attr && get_value(attr, &value))
			print_setting(f, &settings[i], value);
	}
}

/* What ip looks up: the name is its, not ours. */
extern struct link_util sehub_link_util;

struct link_util __attribute__((visibility("default"))) sehub_link_util = {
	.id = SEHUB_LINK_KIND,
	.maxattr = IFLA_SEHUB_MAX,
	.parse_opt = parse_opt,
	.print_opt = print_opt,
	.print_help = print_help,
};
