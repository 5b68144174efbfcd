// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Taking a command line apart by the table of commands. Pure: prints nothing,
 * allocates nothing, keeps nothing.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

/* Longest word that suggestions are made for. */
#define NEAREST_WORD_MAX	32
#define NEAREST_NAMES_MAX	64

const struct ctl_option_desc ctl_options[OPT_COUNT] = {
	[OPT_VLAN] = { "vlan", "N", "number of the hub, 1 to 4094" },
	[OPT_NAME] = { "name", "NAME", "name of the device or port" },
	[OPT_AGEING] = { "ageing", "TIME",
		"forget a learned address after this time (default 300 s)" },
	[OPT_FDB_MAX] = { "fdb-max", "N", "most learned addresses" },
	[OPT_PORT_MAX] = { "port-max", "N", "most ports" },
	[OPT_IP_AGEING] = { "ip-ageing", "TIME",
		"forget an IP address after this time (default 300 s)" },
	[OPT_IP_MAX] = { "ip-max", "N", "most IP addresses, 0 learns none" },
	[OPT_SUPPRESS] = { "suppress", "on|off",
		"answer ARP and ND for addresses that the hub knows" },
	[OPT_BROADCAST_RATE] = { "broadcast-rate", "N",
		"most frames to groups in a second, 0 no limit" },
	[OPT_LOG] = { "log", "CLASS=LEVEL,...",
		"what the packet log has, or none" },
	[OPT_SAVE] = { "save", NULL,
		"have the daemon make it again when it starts" },
	[OPT_PORT] = { "port", "PORT", "a port, by number or name" },
	[OPT_POLICY] = { "policy", "WORDS",
		"what the port may do: words joined by commas, or none" },
	[OPT_MAC] = { "mac", "MAC", "only those of a MAC address" },
	[OPT_PREFIX] = { "prefix", "ADDR[/N]",
		"only those that begin so: 192.0.2.0/24, 2001:db8::/32" },
	[OPT_STATIC] = { "static", NULL,
		"static entries instead of learned ones" },
	[OPT_SERVER] = { "server", "HOST[:PORT]",
		"the hub's server; the port is 443 if it is not given" },
	[OPT_USER] = { "user", "NAME", "user to log in as" },
	[OPT_PASSWORD_FILE] = { "password-file", "FILE",
		"read the password from the first line of a file" },
	[OPT_PASSWORD_FD] = { "password-fd", "N",
		"read the password from a descriptor" },
	[OPT_NO_PASSWORD] = { "no-password", NULL,
		"take the password away: only certificates will do" },
	[OPT_CERT] = { "cert", "FILE",
		"certificate to log in with; of a user also SHA256:HEX, and several joined by commas" },
	[OPT_KEY] = { "key", "FILE", "private key of the certificate" },
	[OPT_ANONYMOUS] = { "anonymous", NULL,
		"log in, or let others log in, without saying who it is" },
	[OPT_DISABLED] = { "disabled", NULL, "the user may not log in yet" },
	[OPT_MAX_SESSIONS] = { "max-sessions", "N",
		"sessions that the user may have at a time, 0: any number" },
	[OPT_EXPIRES] = { "expires", "TIME",
		"no login from then on: 2027-01-31, 2027-01-31T18:30, never" },
	[OPT_SOURCES] = { "sources", "PREFIX,...",
		"networks that the user may come from, or any" },
	[OPT_GRACE] = { "grace", "TIME",
		"how long a session waits for its client, or default" },
	[OPT_CASCADE] = { "cascade", "on|off",
		"the user may join a hub to this one" },
	[OPT_VIA] = { "via", "URL",
		"proxy or SSH server on the way: http://[USER@]HOST:PORT, socks5h://..., ssh://..., env" },
	[OPT_VIA_PASSWORD_FILE] = { "via-password-file", "FILE",
		"read the proxy's password from the first line of a file" },
	[OPT_SOURCE] = { "source", "ADDRESS|DEV",
		"go out from this address or network device" },
	[OPT_PIN] = { "pin", "SHA256:HEX",
		"accept the certificate with this fingerprint only" },
	[OPT_CA] = { "ca", "FILE",
		"accept certificates issued by the authorities in a file" },
	[OPT_TRUST_FIRST_USE] = { "trust-first-use", NULL,
		"pin the certificate that the server shows first" },
	[OPT_DEVICE] = { "device", "DEV",
		"name of the virtual network card; for up: auto, hub or tap, what it is" },
	[OPT_HUB] = { "hub", "N",
		"join this hub here to the one there, in place of a network card" },
	[OPT_AUTO] = { "auto", NULL, "connect when the daemon starts" },
	[OPT_PROTOCOL] = { "protocol", "direct|proxy",
		"whom it is meant for: proxy for clients behind HTTP proxies" },
	[OPT_REPLACE] = { "replace", NULL,
		"replace what is there already" },
	[OPT_WAIT] = { "wait", "TIME",
		"wait so long for the connection (default 15 s)" },
	[OPT_NO_WAIT] = { "no-wait", NULL, "do not wait for the connection" },
	[OPT_PACKETS] = { "packets", NULL,
		"frames in the packet logs of hubs, all or of some classes" },
	[OPT_PCAP] = { "pcap", "FILE",
		"write them to a pcapng file; - is standard output" },
	[OPT_ROTATE] = { "rotate", "SCHEDULE",
		"when log files are put aside: never, monthly, daily, hourly, minute, second" },
	[OPT_MAX_BYTES] = { "max-bytes", "SIZE",
		"longest log file, as 100M; 0: no limit" },
	[OPT_KEEP] = { "keep", "N",
		"log files that were put aside and are kept, 0: all" },
	[OPT_COMPRESS] = { "compress", "on|off",
		"compress what was put aside" },
	[OPT_SYSTEM] = { "system", "on|off", "write the system log" },
	[OPT_ADMINISTRATION] = { "administration", "on|off",
		"write the administration log" },
	[OPT_ACCESS] = { "access", "on|off",
		"write the access log, and one of sessions that have ended" },
	[OPT_JSON] = { "json", NULL, "JSON output, for programs" },
	[OPT_SOCKET] = { "socket", "PATH", "control socket of the daemon" },
	[OPT_HELP] = { "help", NULL, "this text" },
	[OPT_VERSION] = { "version", NULL, "version of sehubctl" },
};

/* Options are bits of 64. */
_Static_assert(OPT_COUNT <= 64, "too many options");

static int complain(char *text, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int complain(char *text, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, size, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* --- what is like what ----------------------------------------------------- */

/* How many characters have to be changed, added, removed or swapped. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int rows[3][NEAREST_WORD_MAX + 1];
	unsigned int *before = rows[0];
	unsigned int *last = rows[1];
	unsigned int *row = rows[2];
	size_t len_a = strlen(a);
	size_t len_b = strlen(b);

	if (len_a > NEAREST_WORD_MAX || len_b > NEAREST_WORD_MAX)
		return NEAREST_WORD_MAX;
	for (size_t j = 0; j <= len_b; j++)
		last[j] = j;
	for (size_t i = 1; i <= len_a; i++) {
		unsigned int *free_row = before;

		row[0] = i;
		for (size_t j = 1; j <= len_b; j++) {
			unsigned int best = last[j - 1] + (a[i - 1] != b[j - 1]);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		before = last;
		last = row;
		row = free_row;
	}
	return last[len_b];
}

const char *ctl_nearest(const char *word, const char *const *candidates,
			size_t n)
{
	/* One slip in three letters, and what is a beginning of the right one. */
	unsigned int best = strlen(word) / 3 + 2;
	const char *nearest = NULL;

	for (size_t i = 0; i < n; i++) {
		unsigned int d = distance(word, candidates[i]);

		if (*word && !strncmp(word, candidates[i], strlen(word)))
			d = 1;
		if (d < best) {
			best = d;
			nearest = candidates[i];
		}
	}
	return nearest;
}

/* unknown verb "lst"; did you mean "list"? */
static int complain_unknown(char *text, size_t size, const char *what,
			    const char *word, const char *const *names,
			    size_t n)
{
	const char *nearest = ctl_nearest(word, names, n);

	return complain(text, size, "unknown %s \"%.40s\"%s%s%s", what, word,
			nearest ? "; did you mean \"" : "",
			nearest ? nearest : "", nearest ? "\"?" : "");
}

static int complain_noun(char *text, size_t size,
			 const struct ctl_command *commands, const char *word)
{
	const char *names[NEAREST_NAMES_MAX];
	size_t n = 0;

	for (; commands->noun && n < NEAREST_NAMES_MAX; commands++)
		names[n++] = commands->noun;
	return complain_unknown(text, size, "command", word, names, n);
}

static int complain_verb(char *text, size_t size,
			 const struct ctl_command *commands, const char *noun,
			 const char *word)
{
	const char *names[NEAREST_NAMES_MAX];
	size_t n = 0;

	for (; commands->noun && n < NEAREST_NAMES_MAX; commands++)
		if (!strcmp(commands->noun, noun) && commands->verb)
			names[n++] = commands->verb;
	return complain_unknown(text, size, "verb", word, names, n);
}

static int complain_option(char *text, size_t size,
			   const struct ctl_command *command, const char *word,
			   size_t len)
{
	uint64_t takes = OPT_EVERYWHERE | (command ? command->required |
				command->optional : ~0ULL);
	const char *names[OPT_COUNT];
	char name[NEAREST_WORD_MAX + 1];
	const char *nearest;
	size_t n = 0;

	for (int i = 0; i < OPT_COUNT; i++)
		if (takes & OPT_BIT(i))
			names[n++] = ctl_options[i].name;
	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	nearest = ctl_nearest(name, names, n);
	return complain(text, size, "unknown option --%s%s%s%s", name,
			nearest ? "; did you mean --" : "",
			nearest ? nearest : "", nearest ? "?" : "");
}

/* --- the line -------------------------------------------------------------- */

enum ctl_option ctl_find_option(const char *name, size_t len)
{
	int i = 0;

	while (i < OPT_COUNT && (strncmp(ctl_options[i].name, name, len) ||
				 ctl_options[i].name[len]))
		i++;
	return i;
}

const char *ctl_word_name(const struct ctl_command *command, int i, char *buf,
			  size_t size, bool *is_optional)
{
	const char *p = command->words;
	bool is_repeated;
	size_t len;

	for (;; i--) {
		p += strspn(p, " ");
		len = strcspn(p, " ");
		if (!len)
			return NULL;
		*is_optional = *p == '[';
		is_repeated = !strncmp(p + len - (*is_optional ? 4 : 3), "...",
				       3);
		if (!i || is_repeated)
			break;
		p += len;
	}
	if (*is_optional) {
		p++;
		len -= 2;
	}
	if (is_repeated)
		len -= 3;
	snprintf(buf, size, "%.*s", (int)len, p);
	return buf;
}

bool ctl_takes_hub(const struct ctl_command *command)
{
	char name[32];
	bool is_optional;

	return ctl_word_name(command, 0, name, sizeof(name), &is_optional) &&
	       !strcmp(name, "HUB");
}

bool ctl_takes_word(const struct ctl_command *command, const char *word,
		    enum ctl_option *option)
{
	*option = ctl_find_option(word, strlen(word));
	return *option < OPT_COUNT &&
	       (command->required | command->optional) & OPT_BIT(*option);
}

/* @value is NULL where none is given, "" where it is missing. */
static int set_option(struct ctl *ctl, enum ctl_option option,
		      const char *value, char *text, size_t size)
{
	const struct ctl_option_desc *desc = &ctl_options[option];

	if (ctl_has(ctl, option))
		return complain(text, size, "--%s is given twice", desc->name);
	if (!desc->value && value)
		return complain(text, size, "--%s takes no value", desc->name);
	if (desc->value && !*value)
		return complain(text, size, "--%s needs a value: %s",
				desc->name, desc->value);
	ctl->values[option] = value ? value : "";
	return 0;
}

/* An option at @argv[*i]; moves *i to its value where that is apart. */
static int take_option(struct ctl *ctl, int argc, char **argv, int *i,
		       char *text, size_t size)
{
	const char *name = argv[*i] + 2;
	size_t len = strcspn(name, "=");
	const char *value = name[len] ? name + len + 1 : NULL;
	enum ctl_option option = ctl_find_option(name, len);

	if (option == OPT_COUNT)
		return complain_option(text, size, ctl->command, name, len);
	if (!value && ctl_options[option].value)
		value = *i + 1 < argc ? argv[++*i] : "";
	return set_option(ctl, option, value, text, size);
}

/* The first word, the second word, and the others. */
static int take_word(struct ctl *ctl, const struct ctl_command *commands,
		     const char *word, char *text, size_t size)
{
	const struct ctl_command *c = commands;

	if (ctl->command) {
		if (ctl->n_words == CTL_WORDS_MAX)
			return complain(text, size, "too many words");
		ctl->words[ctl->n_words++] = word;
		return 0;
	}
	while (c->noun && (strcmp(c->noun, ctl->noun ? ctl->noun : word) ||
			   (ctl->noun && strcmp(c->verb, word))))
		c++;
	if (!c->noun && ctl->noun)
		return complain_verb(text, size, commands, ctl->noun, word);
	if (!c->noun)
		return complain_noun(text, size, commands, word);
	if (ctl->noun || !c->verb)
		ctl->command = c;
	ctl->noun = c->noun;
	return 0;
}

static int complain_word(const struct ctl *ctl, const char *word, char *text,
			 size_t size)
{
	uint64_t takes = ctl->command->required | ctl->command->optional;
	const char *names[OPT_COUNT];
	const char *nearest;
	size_t n = 0;

	for (int i = 0; i < OPT_COUNT; i++)
		if (takes & OPT_BIT(i))
			names[n++] = ctl_options[i].name;
	nearest = ctl_nearest(word, names, n);
	return complain(text, size, "unexpected word \"%.40s\"%s%s%s", word,
			nearest ? "; did you mean \"" : "",
			nearest ? nearest : "", nearest ? "\"?" : "");
}

/* Words from @first on are options without dashes: "policy none". */
static int take_pairs(struct ctl *ctl, int first, char *text, size_t size)
{
	int n = ctl->n_words;

	ctl->n_words = first;
	for (int i = first; i < n; i++) {
		const char *name = ctl->words[i];
		const char *value = NULL;
		enum ctl_option option;

		if (!ctl_takes_word(ctl->command, name, &option))
			return complain_word(ctl, name, text, size);
		if (ctl_options[option].value)
			value = i + 1 < n ? ctl->words[++i] : "";
		if (set_option(ctl, option, value, text, size))
			return -EINVAL;
	}
	return 0;
}

static int check_words(struct ctl *ctl, char *text, size_t size)
{
	bool by_option = ctl_has(ctl, OPT_VLAN) && ctl_takes_hub(ctl->command);
	char name[32];
	bool is_optional;
	int i = by_option;

	for (; ctl_word_name(ctl->command, i, name, sizeof(name),
			     &is_optional); i++) {
		if (i - by_option < ctl->n_words)
			continue;
		if (is_optional)
			return 0;
		return complain(text, size, "%s is missing%s", name,
				!strcmp(name, "HUB") ?
				" (a number, a device, or --vlan N)" : "");
	}
	return take_pairs(ctl, i - by_option, text, size);
}

static int check_options(const struct ctl *ctl, char *text, size_t size)
{
	uint64_t takes = ctl->command->required | ctl->command->optional |
			 OPT_EVERYWHERE;

	if (ctl_takes_hub(ctl->command))
		takes |= OPT(VLAN);
	for (int i = 0; i < OPT_COUNT; i++) {
		if (ctl->values[i] && !(takes & OPT_BIT(i)))
			return complain(text, size, "--%s has no meaning here",
					ctl_options[i].name);
		if (!ctl->values[i] && ctl->command->required & OPT_BIT(i))
			return complain(text, size, "--%s %s is missing",
					ctl_options[i].name,
					ctl_options[i].value);
	}
	return 0;
}

int ctl_parse(struct ctl *ctl, const struct ctl_command *commands, int argc,
	      char **argv, char *text, size_t size)
{
	bool only_words = false;
	int err;

	memset(ctl, 0, sizeof(*ctl));
	for (int i = 0; i < argc; i++) {
		const char *arg = argv[i];

		if (!only_words && !strcmp(arg, "--")) {
			only_words = true;
			continue;
		}
		if (!only_words && (!strcmp(arg, "-h") || !strcmp(arg, "-V"))) {
			ctl->values[arg[1] == 'h' ? OPT_HELP : OPT_VERSION] =
				"";
			continue;
		}
		if (!only_words && arg[0] == '-' && arg[1] && arg[1] != '-')
			return complain(text, size,
					"unknown option %.40s; options are long words: --help",
					arg);
		if (!only_words && arg[0] == '-' && arg[1] == '-')
			err = take_option(ctl, argc, argv, &i, text, size);
		else
			err = take_word(ctl, commands, arg, text, size);
		if (err)
			return err;
	}
	if (ctl_has(ctl, OPT_HELP) || ctl_has(ctl, OPT_VERSION))
		return 0;
	if (!ctl->command)
		return complain(text, size, ctl->noun ?
				"what is to be done is missing" :
				"nothing to do");
	err = check_words(ctl, text, size);
	if (err)
		return err;
	return check_options(ctl, text, size);
}
