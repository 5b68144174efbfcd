// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sehubctl --complete WORD...: what the last word can become, for the shells'
 * completion. Nouns, verbs and options come from the tables, names from the
 * kernel and the daemon as far as these answer at once. Prints "@file" where
 * a file name is wanted. Never complains.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "via.h"
#include "lib/control.h"
#include "lib/ethertype.h"
#include "lib/log_words.h"

#define ASK_MS		1000

/* What log files can be put aside by, as in the control interface. */
static const char *const schedules[] = {
	"never", "monthly", "daily", "hourly", "minute", "second",
};

#define SCHEDULES	(sizeof(schedules) / sizeof(*schedules))

/**
 * struct completion - a line under way
 * @ctl: the words before the last one, as far as they were understood
 * @last: the last word, perhaps empty
 */
struct completion {
	struct ctl ctl;
	const char *last;
};

static void offer(const struct completion *c, const char *word)
{
	if (!strncmp(word, c->last, strlen(c->last)))
		puts(word);
}

/* --- live names ------------------------------------------------------------ */

static bool open_nl(struct completion *c)
{
	if (!c->ctl.nl && sehub_nl_open(&c->ctl.nl, NULL))
		return false;
	sehub_nl_set_timeout(c->ctl.nl, ASK_MS);
	return true;
}

static int offer_vlan(const struct sehub_hub *hub, void *arg)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", hub->vlan);
	if (hub->vlan)
		offer(arg, text);
	return 0;
}

static int offer_hub(const struct sehub_hub *hub, void *arg)
{
	offer(arg, hub->ifname);
	return offer_vlan(hub, arg);
}

static int offer_port(const struct sehub_port *port, void *arg)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", port->number);
	offer(arg, text);
	offer(arg, port->name);
	return 0;
}

static int offer_mac(const struct sehub_fdb *fdb, void *arg)
{
	char text[SEHUB_MAC_STRLEN];

	offer(arg, sehub_format_mac(fdb->mac, text));
	return 0;
}

/* The hub of the line; false if it is not there or not known. */
static bool find_hub(struct completion *c, struct sehub_hub *hub)
{
	const char *word = c->ctl.values[OPT_VLAN];
	uint16_t vlan;

	if (!word && c->ctl.n_words)
		word = c->ctl.words[0];
	if (!word || !open_nl(c))
		return false;
	if (!sehub_parse_vlan(word, &vlan))
		return !sehub_hub_get_vlan(c->ctl.nl, vlan, hub, NULL);
	return !sehub_hub_get_name(c->ctl.nl, word, hub, NULL);
}

static void offer_devices(struct completion *c)
{
	struct if_nameindex *all = if_nameindex();

	for (struct if_nameindex *i = all; i && i->if_index; i++)
		offer(c, i->if_name);
	if (all)
		if_freenameindex(all);
}

/* Without the module a hub is the bridge that is called after its number. */
static void offer_bridges(struct completion *c)
{
	static const char before[] = "sehub";
	struct if_nameindex *all = if_nameindex();
	uint16_t vlan;

	for (struct if_nameindex *i = all; i && i->if_index; i++)
		if (!strncmp(i->if_name, before, strlen(before)) &&
		    !sehub_parse_vlan(i->if_name + strlen(before), &vlan))
			offer(c, i->if_name + strlen(before));
	if (all)
		if_freenameindex(all);
}

static void offer_classes(const struct completion *c)
{
	const char *name;

	for (unsigned int bit = 0; (name = sehub_packet_class_name(bit)); bit++)
		offer(c, name);
}

/* Names in a list of the daemon; only those of the line's hub if it has one. */
static void offer_from_daemon(struct completion *c, const char *method,
			      const char *list, const char *key)
{
	struct json_object *reply = NULL;
	struct json_object *array;
	uint16_t vlan = 0;

	if (c->ctl.values[OPT_VLAN])
		sehub_parse_vlan(c->ctl.values[OPT_VLAN], &vlan);
	if (sehub_control_call(c->ctl.values[OPT_SOCKET], method, NULL, ASK_MS,
			       &reply, NULL))
		return;
	array = ctl_get_array(reply, list);
	for (size_t i = 0; array && i < json_object_array_length(array); i++) {
		struct json_object *o = json_object_array_get_idx(array, i);

		if (!vlan || ctl_get_int(o, "vlan") == vlan)
			offer(c, ctl_get_string(o, key));
	}
	json_object_put(reply);
}

static void offer_listeners(struct completion *c)
{
	struct json_object *reply = NULL;
	char text[CTL_LISTENER_MAX];
	struct json_object *array;

	if (sehub_control_call(c->ctl.values[OPT_SOCKET], "ListenerList", NULL,
			       ASK_MS, &reply, NULL))
		return;
	array = ctl_get_array(reply, "listeners");
	for (size_t i = 0; array && i < json_object_array_length(array); i++)
		offer(c, ctl_format_listener(json_object_array_get_idx(array,
								       i),
					     text));
	json_object_put(reply);
}

/* --- places ---------------------------------------------------------------- */

static void offer_nouns(const struct completion *c)
{
	const char *before = "";

	for (const struct ctl_command *k = ctl_commands; k->noun; k++) {
		if (strcmp(before, k->noun))
			offer(c, k->noun);
		before = k->noun;
	}
}

static void offer_verbs(const struct completion *c, const char *noun)
{
	for (const struct ctl_command *k = ctl_commands; k->noun; k++)
		if (k->verb && !strcmp(k->noun, noun))
			offer(c, k->verb);
}

static void offer_options(const struct completion *c, const char *dashes)
{
	const struct ctl_command *command = c->ctl.command;
	uint64_t takes = 0;
	char text[64];

	if (command)
		takes |= command->required | command->optional;
	if (*dashes)
		takes |= OPT_EVERYWHERE;
	if (*dashes && command && ctl_takes_hub(command))
		takes |= OPT(VLAN);
	for (int i = 0; i < OPT_COUNT; i++) {
		if (!(takes & OPT_BIT(i)) || c->ctl.values[i])
			continue;
		snprintf(text, sizeof(text), "%s%s", dashes,
			 ctl_options[i].name);
		offer(c, text);
	}
}

static void offer_named(struct completion *c, const char *what)
{
	struct sehub_hub hub;

	if (!strcmp(what, "HUB") && open_nl(c))
		sehub_hub_list(c->ctl.nl, offer_hub, c, NULL);
	else if (!strcmp(what, "VLAN") && open_nl(c))
		sehub_hub_list(c->ctl.nl, offer_vlan, c, NULL);
	else if (!strcmp(what, "VLAN"))
		offer_bridges(c);
	else if (!strcmp(what, "PORT") && find_hub(c, &hub))
		sehub_port_list(c->ctl.nl, hub.ifindex, offer_port, c, NULL);
	else if (!strcmp(what, "MAC") && find_hub(c, &hub))
		sehub_fdb_list(c->ctl.nl, hub.ifindex, SEHUB_FDB_ANY_PORT,
			       offer_mac, c, NULL);
	else if (!strcmp(what, "DEV"))
		offer_devices(c);
	else if (!strcmp(what, "USER"))
		offer_from_daemon(c, "UserList", "users", "user");
	else if (!strcmp(what, "SESSION"))
		offer_from_daemon(c, "SessionList", "sessions", "session");
	else if (!strcmp(what, "CONNECTION"))
		offer_from_daemon(c, "ConnectionList", "connections", "name");
	else if (!strcmp(what, "LISTENER"))
		offer_listeners(c);
	else if (!strcmp(what, "FILE"))
		puts("@file");
	else if (!strcmp(what, "NOUN"))
		offer_nouns(c);
	else if (!strcmp(what, "VERB"))
		offer_verbs(c, c->ctl.words[0]);
	else if (*what >= 'a' && *what <= 'z')
		offer(c, what);
}

/* --- lists in one word ----------------------------------------------------- */

/* Offers @head (@head_len bytes), @word and @tail in one. */
static void offer_joined(const struct completion *c, size_t head_len,
			 const char *word, const char *tail)
{
	char text[SEHUB_POLICY_STRLEN + 64];

	snprintf(text, sizeof(text), "%.*s%s%s", (int)head_len, c->last, word,
		 tail);
	offer(c, text);
}

/* Whether a list has a word already, with a value or without. */
static bool has_word(const char *list, char separator, const char *word)
{
	size_t len = strlen(word);

	for (; list; list = strchr(list, separator)) {
		list += *list == separator;
		if (!strncmp(list, word, len) &&
		    (!list[len] || list[len] == separator || list[len] == '='))
			return true;
	}
	return false;
}

/* Length of @c->last up to what is to be completed, behind one of @cuts. */
static size_t head_of(const struct completion *c, const char *cuts)
{
	size_t len = strlen(c->last);

	while (len && !strchr(cuts, c->last[len - 1]))
		len--;
	return len;
}

/* What is joined by "+" behind "=" in @part of the last word. */
static void offer_policy_value(const struct completion *c, const char *part)
{
	static const char *const spared[] = { "arp", "nd", "dhcp" };
	const char *value = strchr(part, '=') + 1;
	size_t head = head_of(c, "=+");

	if (!strncmp(part, "no-broadcast=", value - part)) {
		if (c->last + head == value)
			offer_joined(c, head, "all", "");
		for (size_t i = 0; i < sizeof(spared) / sizeof(*spared); i++)
			if (!has_word(value, '+', spared[i]))
				offer_joined(c, head, spared[i], "");
	} else if (!strncmp(part, "deny-type=", value - part)) {
		for (int i = 0; sehub_ethertype_name(i); i++)
			if (!has_word(value, '+', sehub_ethertype_name(i)))
				offer_joined(c, head, sehub_ethertype_name(i),
					     "");
	}
}

static void offer_policy(const struct completion *c)
{
	size_t head = head_of(c, ",");

	if (strchr(c->last + head, '=')) {
		offer_policy_value(c, c->last + head);
		return;
	}
	if (!head)
		offer(c, "none");
	for (int i = 0; sehub_policy_word(i); i++) {
		const struct sehub_policy_word *word = sehub_policy_word(i);

		if (!has_word(c->last, ',', word->name))
			offer_joined(c, head, word->name,
				     word->value && *word->value == '=' ?
				     "=" : "");
	}
}

static void offer_log(const struct completion *c)
{
	static const char *const levels[] = { "headers", "whole", "off" };
	size_t head = head_of(c, ",");

	if (strchr(c->last + head, '=')) {
		head = head_of(c, "=");
		for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
			offer_joined(c, head, levels[i], "");
		return;
	}
	if (!head)
		offer(c, "none");
	offer_joined(c, head, "all", "=");
	for (int i = 0; sehub_packet_class_name(i); i++)
		if (!has_word(c->last, ',', sehub_packet_class_name(i)))
			offer_joined(c, head, sehub_packet_class_name(i), "=");
}

static void offer_via(struct completion *c)
{
	for (int i = SEHUB_VIA_HTTP; i < SEHUB_VIA_ENV; i++) {
		char text[32];

		snprintf(text, sizeof(text), "%s://", sehub_via_name(i));
		offer(c, text);
	}
	offer(c, "env");
}

static void offer_value(struct completion *c, enum ctl_option option)
{
	switch (option) {
	case OPT_VLAN:
	case OPT_HUB:
		offer_named(c, "VLAN");
		break;
	case OPT_PORT:
		offer_named(c, "PORT");
		break;
	case OPT_MAC:
		offer_named(c, "MAC");
		break;
	case OPT_POLICY:
		offer_policy(c);
		break;
	case OPT_LOG:
		offer_log(c);
		break;
	case OPT_EXPIRES:
		offer(c, "never");
		break;
	case OPT_SOURCES:
		offer(c, "any");
		break;
	case OPT_GRACE:
		offer(c, "default");
		break;
	case OPT_ROTATE:
		for (unsigned int i = 0; i < SCHEDULES; i++)
			offer(c, schedules[i]);
		break;
	case OPT_SUPPRESS:
	case OPT_CASCADE:
	case OPT_COMPRESS:
	case OPT_SYSTEM:
	case OPT_ADMINISTRATION:
	case OPT_ACCESS:
		offer(c, "on");
		offer(c, "off");
		break;
	case OPT_DEVICE:
		/* A new one's name is anybody's guess. */
		if (c->ctl.command &&
		    c->ctl.command->run == cmd_connection_up) {
			offer(c, "auto");
			offer(c, "hub");
			offer(c, "tap");
		}
		break;
	case OPT_PROTOCOL:
		offer(c, "direct");
		offer(c, "proxy");
		break;
	case OPT_VIA:
		offer_via(c);
		break;
	case OPT_SOURCE:
		offer_devices(c);
		break;
	case OPT_PASSWORD_FILE:
	case OPT_VIA_PASSWORD_FILE:
	case OPT_CERT:
	case OPT_KEY:
	case OPT_CA:
	case OPT_PCAP:
	case OPT_SOCKET:
		puts("@file");
		break;
	default:
		break;
	}
}

/* The kinds of event, or of frames, come in any order. */
static void offer_monitored(struct completion *c)
{
	char name[32];
	bool is_optional;

	if (c->ctl.values[OPT_PACKETS]) {
		offer_classes(c);
		return;
	}
	for (int i = 0; ctl_word_name(c->ctl.command, i, name, sizeof(name),
				      &is_optional); i++) {
		if (!strcmp(name, "CLASS"))
			return;
		offer(c, name);
	}
}

static void offer_word(struct completion *c)
{
	const struct ctl_command *command = c->ctl.command;
	bool by_option = c->ctl.values[OPT_VLAN] && command &&
			 ctl_takes_hub(command);
	char name[32];
	bool is_optional;

	if (!c->ctl.noun) {
		offer_nouns(c);
		return;
	}
	if (!command) {
		offer_verbs(c, c->ctl.noun);
		return;
	}
	if (command->run == cmd_monitor) {
		offer_monitored(c);
		return;
	}
	if (ctl_word_name(command, c->ctl.n_words + by_option, name,
			  sizeof(name), &is_optional))
		offer_named(c, name);
	else
		offer_options(c, *c->last ? "" : "--");
}

/*
 * The option without dashes that the word before the last one is, OPT_COUNT if
 * it is something else.
 */
static enum ctl_option option_word(const struct completion *c,
				   const char *before)
{
	const struct ctl *ctl = &c->ctl;
	enum ctl_option option;

	if (!ctl->command || !ctl_takes_word(ctl->command, before, &option) ||
	    !ctl_options[option].value)
		return OPT_COUNT;
	/* It has been taken for an object, or for the value of an option. */
	for (int i = 0; i < ctl->n_words; i++)
		if (ctl->words[i] == before)
			return OPT_COUNT;
	for (int i = 0; i < OPT_COUNT; i++)
		if (ctl->values[i] == before)
			return OPT_COUNT;
	return option;
}

int ctl_complete(int argc, char **argv)
{
	struct completion c = { .last = argc ? argv[argc - 1] : "" };
	const char *before = argc > 1 ? argv[argc - 2] : "";
	enum ctl_option option = OPT_COUNT;
	char text[256];

	if (!strncmp(before, "--", 2) && before[2] && !strchr(before, '='))
		option = ctl_find_option(before + 2, strlen(before + 2));
	if (option < OPT_COUNT && !ctl_options[option].value)
		option = OPT_COUNT;
	/* The line is not complete, so its verdict does not matter. */
	ctl_parse(&c.ctl, ctl_commands,
		  argc - 1 - (option < OPT_COUNT) > 0 ?
		  argc - 1 - (option < OPT_COUNT) : 0, argv, text,
		  sizeof(text));

	if (option == OPT_COUNT)
		option = option_word(&c, before);
	if (option < OPT_COUNT)
		offer_value(&c, option);
	else if (*c.last == '-')
		offer_options(&c, "--");
	else
		offer_word(&c);
	sehub_nl_close(c.ctl.nl);
	return CTL_OK;
}
