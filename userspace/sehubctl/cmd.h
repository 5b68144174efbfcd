/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of sehubctl share. main.c has the table of commands; args.c
 * takes a command line apart by it; help.c and complete.c show it; cmd_<noun>.c
 * carry it out with what is in select.c (objects by their words), daemon.c
 * (calls of the daemon), secret.c (passwords, keys), show.c (objects as JSON)
 * and print.c (text for people).
 */
#ifndef SEHUB_CTL_CMD_H
#define SEHUB_CTL_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <json-c/json.h>

#include "lib/addr.h"
#include "lib/err.h"
#include "lib/fdb.h"
#include "lib/hub.h"
#include "lib/ip.h"
#include "lib/log_words.h"
#include "lib/nl.h"
#include "lib/policy.h"
#include "lib/port.h"

/* Exit statuses. */
#define CTL_OK		0
#define CTL_FAILED	1
#define CTL_USAGE	2

#define CTL_WORDS_MAX	32

/* Options, in the order of the table in args.c. */
enum ctl_option {
	OPT_VLAN,
	OPT_NAME,
	OPT_AGEING,
	OPT_FDB_MAX,
	OPT_PORT_MAX,
	OPT_IP_AGEING,
	OPT_IP_MAX,
	OPT_SUPPRESS,
	OPT_BROADCAST_RATE,
	OPT_LOG,
	OPT_SAVE,
	OPT_PORT,
	OPT_POLICY,
	OPT_MAC,
	OPT_PREFIX,
	OPT_STATIC,
	OPT_SERVER,
	OPT_USER,
	OPT_PASSWORD_FILE,
	OPT_PASSWORD_FD,
	OPT_NO_PASSWORD,
	OPT_CERT,
	OPT_KEY,
	OPT_ANONYMOUS,
	OPT_DISABLED,
	OPT_MAX_SESSIONS,
	OPT_EXPIRES,
	OPT_SOURCES,
	OPT_GRACE,
	OPT_CASCADE,
	OPT_VIA,
	OPT_VIA_PASSWORD_FILE,
	OPT_SOURCE,
	OPT_PIN,
	OPT_CA,
	OPT_TRUST_FIRST_USE,
	OPT_DEVICE,
	OPT_HUB,
	OPT_AUTO,
	OPT_PROTOCOL,
	OPT_REPLACE,
	OPT_WAIT,
	OPT_NO_WAIT,
	OPT_PACKETS,
	OPT_PCAP,
	OPT_ROTATE,
	OPT_MAX_BYTES,
	OPT_KEEP,
	OPT_COMPRESS,
	OPT_SYSTEM,
	OPT_ADMINISTRATION,
	OPT_ACCESS,
	OPT_JSON,
	OPT_SOCKET,
	OPT_HELP,
	OPT_VERSION,
	OPT_COUNT,
};

#define OPT_BIT(i)	(1ULL << (i))
#define OPT(name)	OPT_BIT(OPT_##name)
/* Taken by every command. */
#define OPT_EVERYWHERE	(OPT(JSON) | OPT(SOCKET) | OPT(HELP) | OPT(VERSION))

/**
 * struct ctl_option_desc - an option
 * @name: without the dashes
 * @value: what its value is called; NULL: it has none
 * @help: one line
 */
struct ctl_option_desc {
	const char *name;
	const char *value;
	const char *help;
};

extern const struct ctl_option_desc ctl_options[OPT_COUNT];

struct ctl;
struct sehub_control_stream;

/**
 * struct ctl_command - one command
 * @noun: first word
 * @verb: second word; NULL: the noun is the command
 * @run: carries it out; returns an exit status
 * @words: what may follow: "HUB PORT", "[HUB]", "[hub] [port]"; the last one
 *	as often as wanted if it ends with dots: "[CLASS...]". Where HUB
 *	stands, --vlan may be given in its place. Behind all of them, options
 *	may stand without dashes: "policy none"
 * @required: options that must be given
 * @optional: options that may be given, besides OPT_EVERYWHERE
 * @help: one line, for people
 */
struct ctl_command {
	const char *noun;
	const char *verb;
	int (*run)(struct ctl *ctl);
	const char *words;
	uint64_t required;
	uint64_t optional;
	const char *help;
};

/* The table, ended by an entry without noun. */
extern const struct ctl_command ctl_commands[];

/**
 * struct ctl - a command line, taken apart
 * @command: what to do; NULL while it is not known
 * @noun: noun, also of an incomplete command; else NULL
 * @words: words after the command, options without dashes not among them
 * @n_words: how many
 * @values: value of each option that was given, "" if it has none; else NULL
 * @nl: control handle, see ctl_nl()
 */
struct ctl {
	const struct ctl_command *command;
	const char *noun;
	const char *words[CTL_WORDS_MAX];
	int n_words;
	const char *values[OPT_COUNT];
	struct sehub_nl *nl;
};

static inline bool ctl_has(const struct ctl *ctl, enum ctl_option option)
{
	return ctl->values[option];
}

/* --- args.c: pure ---------------------------------------------------------- */

/**
 * ctl_parse() - take a command line apart
 * @ctl: filled; its strings are those of @argv
 * @commands: table
 * @argc: number of arguments, the program's name not among them
 * @argv: arguments
 * @text: what is wrong, for people
 * @size: bytes there
 * Return: 0 or -EINVAL. With --help or --version the rest is not judged.
 */
int ctl_parse(struct ctl *ctl, const struct ctl_command *commands, int argc,
	      char **argv, char *text, size_t size);

/** ctl_find_option() - option by its name of @len bytes; OPT_COUNT: none */
enum ctl_option ctl_find_option(const char *name, size_t len);

/**
 * ctl_takes_word() - whether a word behind the others is an option
 * @command: command
 * @word: name of an option, without dashes
 * @option: filled if it is one that @command takes
 */
bool ctl_takes_word(const struct ctl_command *command, const char *word,
		    enum ctl_option *option);

/**
 * ctl_word_name() - name of word @i of a command, no brackets and dots; NULL:
 * no more
 */
const char *ctl_word_name(const struct ctl_command *command, int i, char *buf,
			  size_t size, bool *is_optional);

/** ctl_takes_hub() - whether a command's first word is HUB */
bool ctl_takes_hub(const struct ctl_command *command);

/** ctl_nearest() - the candidate most like @word, NULL: none is like it */
const char *ctl_nearest(const char *word, const char *const *candidates,
			size_t n);

/* --- help.c ---------------------------------------------------------------- */

/** ctl_format_usage() - one command's usage line, without newline */
void ctl_format_usage(const struct ctl_command *command, char *buf,
		      size_t size);
/** ctl_print_help() - help on all, on a noun, or on a command, to stdout */
void ctl_print_help(const char *noun, const struct ctl_command *command);
int cmd_help(struct ctl *ctl);

/* --- complete.c ------------------------------------------------------------ */

/**
 * ctl_complete() - print what the last of @argv can be, one a line
 * @argc: number of words, the program's name not among them
 * @argv: words of the command line so far; the last one is not finished
 * Return: CTL_OK.
 */
int ctl_complete(int argc, char **argv);

/* --- main.c: messages ------------------------------------------------------ */

/** ctl_fail() - say what went wrong with the command; Return: CTL_FAILED */
int ctl_fail(const struct ctl *ctl, const struct sehub_err *err);
/** ctl_fail_text() - the same with a text of our own */
int ctl_fail_text(const struct ctl *ctl, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** ctl_misuse() - say what is wrong with the words; Return: CTL_USAGE */
int ctl_misuse(const struct ctl *ctl, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* --- select.c -------------------------------------------------------------- */

/*
 * These say themselves what is wrong and return an exit status, CTL_OK if all
 * is well.
 */

/** ctl_nl() - open the control handle of @ctl, once */
int ctl_nl(struct ctl *ctl);
/** ctl_hub() - the hub that --vlan or word 0 names, opening the handle */
int ctl_hub(struct ctl *ctl, struct sehub_hub *hub);
/** ctl_hub_is_given() - whether --vlan or word 0 names a hub */
bool ctl_hub_is_given(const struct ctl *ctl);
/** ctl_word() - word @i, where HUB is word 0 even if it is given by --vlan */
const char *ctl_word(const struct ctl *ctl, int i);
/** ctl_port() - port of a hub by number or name; @word NULL: as --port says */
int ctl_port(struct ctl *ctl, const struct sehub_hub *hub, const char *word,
	     struct sehub_port *port);
/** ctl_u32() - number of an option, if given: *value is left alone if not */
int ctl_u32(const struct ctl *ctl, enum ctl_option option, uint32_t min,
	    uint32_t max, uint32_t *value);
/** ctl_seconds() - the same for a time */
int ctl_seconds(const struct ctl *ctl, enum ctl_option option, uint32_t min,
		uint32_t max, uint32_t *value);
/** ctl_vlan() - value of --vlan, if given */
int ctl_vlan(const struct ctl *ctl, uint16_t *vlan);

/**
 * struct ctl_ports - ports by hub and number
 * @n: how many
 * @port: the ports, sorted
 */
struct ctl_ports {
	size_t n;
	struct sehub_port *port;
};

/** ctl_ports_load() - ports of a hub, or of all (0), sorted; free() @port */
int ctl_ports_load(struct ctl *ctl, uint32_t hub_ifindex,
		   struct ctl_ports *ports);
/** ctl_ports_find() - by hub and number; NULL: not there */
const struct sehub_port *ctl_ports_find(const struct ctl_ports *ports,
					uint32_t hub_ifindex, uint32_t number);

/* --- daemon.c -------------------------------------------------------------- */

/** ctl_call() - call the daemon; says what is wrong; Return: exit status */
int ctl_call(struct ctl *ctl, const char *method, struct json_object *params,
	     struct json_object **reply);
/** ctl_call_within() - the same with a time limit in seconds */
int ctl_call_within(struct ctl *ctl, unsigned int seconds, const char *method,
		    struct json_object *params, struct json_object **reply);
/**
 * ctl_list() - call a method that lists, and show what it answers
 * @ctl: command line: --vlan, if given, is handed on; --json is obeyed
 * @method: takes at most "vlan"
 * @key: of the array in the reply
 * @print: shows the array, or NULL, to people
 * Return: exit status.
 */
int ctl_list(struct ctl *ctl, const char *method, const char *key,
	     void (*print)(struct json_object *rows));

/* Members of replies; what is missing is "" or 0. */
const char *ctl_get_string(struct json_object *object, const char *key);
int64_t ctl_get_int(struct json_object *object, const char *key);
bool ctl_get_bool(struct json_object *object, const char *key);
/* An array, or NULL. */
struct json_object *ctl_get_array(struct json_object *object, const char *key);

/* Adding members; key and value are copied. */
void ctl_add_string(struct json_object *object, const char *key,
		    const char *value);
void ctl_add_int(struct json_object *object, const char *key, int64_t value);
void ctl_add_u64(struct json_object *object, const char *key, uint64_t value);
void ctl_add_bool(struct json_object *object, const char *key, bool value);
/** ctl_add_grace() - value of --grace, if given, as "grace_ms" */
int ctl_add_grace(struct ctl *ctl, struct json_object *params);

/* --- secret.c -------------------------------------------------------------- */

#define CTL_PASSWORD_MAX	256

/**
 * ctl_password() - get a password from --password-file, --password-fd, or the
 * terminal with echo off
 * @ctl: command line
 * @what: whose, for the prompt
 * @is_new: ask twice
 * @password: where to put it; the caller wipes it with explicit_bzero()
 * Return: exit status.
 */
int ctl_password(const struct ctl *ctl, const char *what, bool is_new,
		 char password[CTL_PASSWORD_MAX + 1]);
/** ctl_via_password() - the same for a proxy, by --via-password-file */
int ctl_via_password(const struct ctl *ctl, const char *what,
		     char password[CTL_PASSWORD_MAX + 1]);

/* Longest PEM file: several of them are a request. */
#define CTL_PEM_MAX	30000

/**
 * ctl_add_pem() - add what is in a PEM file, which may be a secret
 * @ctl: command line
 * @params: object, or array if @key is NULL
 * @key: member
 * @path: file
 * Return: exit status.
 */
int ctl_add_pem(const struct ctl *ctl, struct json_object *params,
		const char *key, const char *path);

/* --- show.c ---------------------------------------------------------------- */

/**
 * ctl_ifname() - name of a device
 * @ifindex: of the device
 * Return: its name, the last one that is known if it is gone, or "if" and the
 * number; valid until the next call.
 */
const char *ctl_ifname(uint32_t ifindex);
/** ctl_note_ifname() - an event has told what a device is called now */
void ctl_note_ifname(uint32_t ifindex, const char *name);
/** ctl_print_drops() - for what reasons frames were dropped, for people */
void ctl_print_drops(const struct sehub_drops *drops);

struct json_object *ctl_json_hub(const struct sehub_hub *hub);
struct json_object *ctl_json_port(const struct sehub_port *port);
struct json_object *ctl_json_fdb(const struct sehub_fdb *fdb);
struct json_object *ctl_json_ip(const struct sehub_ip *ip);
/** ctl_print_json() - print an object, and release it; Return: CTL_OK */
int ctl_print_json(struct json_object *object);
/** ctl_print_json_array() - print an array in a reply, [] if it is not there */
void ctl_print_json_array(struct json_object *reply, const char *key);

/* --- cmd_<noun>.c ---------------------------------------------------------- */

int cmd_hub_add(struct ctl *ctl);
int cmd_hub_del(struct ctl *ctl);
int cmd_hub_list(struct ctl *ctl);
int cmd_hub_show(struct ctl *ctl);
int cmd_hub_set(struct ctl *ctl);
int cmd_hub_save(struct ctl *ctl);
int cmd_hub_forget(struct ctl *ctl);

int cmd_port_add(struct ctl *ctl);
int cmd_port_del(struct ctl *ctl);
int cmd_port_list(struct ctl *ctl);
int cmd_port_show(struct ctl *ctl);
int cmd_port_set(struct ctl *ctl);

int cmd_mac_add(struct ctl *ctl);
int cmd_mac_del(struct ctl *ctl);
int cmd_mac_flush(struct ctl *ctl);
int cmd_mac_list(struct ctl *ctl);

int cmd_ip_flush(struct ctl *ctl);
int cmd_ip_list(struct ctl *ctl);

int cmd_status(struct ctl *ctl);
int cmd_monitor(struct ctl *ctl);
int cmd_metrics(struct ctl *ctl);
/* cmd_packets.c: monitor --packets */
int ctl_monitor_packets(struct ctl *ctl);
/* monitor_told.c: a bit for a word that names kinds of the daemon's events */
unsigned int ctl_told_word(const char *word);
/* The events of these words; NULL: @err says why not. */
struct sehub_control_stream *ctl_told_open(struct ctl *ctl, unsigned int kinds,
					   struct sehub_err *err);
void ctl_print_told(struct ctl *ctl, struct json_object *event);

int cmd_user_add(struct ctl *ctl);
int cmd_user_set(struct ctl *ctl);
int cmd_user_del(struct ctl *ctl);
int cmd_user_list(struct ctl *ctl);
int cmd_user_show(struct ctl *ctl);
int cmd_user_passwd(struct ctl *ctl);
int cmd_user_enable(struct ctl *ctl);
int cmd_user_disable(struct ctl *ctl);

int cmd_session_list(struct ctl *ctl);
int cmd_session_show(struct ctl *ctl);
int cmd_session_disconnect(struct ctl *ctl);

int cmd_log_show(struct ctl *ctl);
int cmd_log_set(struct ctl *ctl);
int cmd_log_hub(struct ctl *ctl);

int cmd_admin_passwd(struct ctl *ctl);
int cmd_admin_show(struct ctl *ctl);

int cmd_connection_add(struct ctl *ctl);
int cmd_connection_del(struct ctl *ctl);
int cmd_connection_list(struct ctl *ctl);
int cmd_connection_show(struct ctl *ctl);
int cmd_connection_up(struct ctl *ctl);
int cmd_connection_down(struct ctl *ctl);

/* Longest "[ADDRESS]:PORT", with NUL. */
#define CTL_LISTENER_MAX	64

/** ctl_format_listener() - a listener of the daemon's as its users name it */
const char *ctl_format_listener(struct json_object *listener,
				char buf[CTL_LISTENER_MAX]);

int cmd_listener_list(struct ctl *ctl);
int cmd_listener_add(struct ctl *ctl);
int cmd_listener_del(struct ctl *ctl);
int cmd_listener_on(struct ctl *ctl);
int cmd_listener_off(struct ctl *ctl);

int cmd_export(struct ctl *ctl);
int cmd_import(struct ctl *ctl);

#endif /* SEHUB_CTL_CMD_H */
