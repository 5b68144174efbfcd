// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sehubctl: the table of commands, which help, completion and the parser are
 * made from; messages; exit statuses.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

#ifndef SEHUB_VERSION
#define SEHUB_VERSION	"unknown"
#endif

#define OPT_HUB_SETTINGS	(OPT(AGEING) | OPT(FDB_MAX) | OPT(PORT_MAX) | \
				 OPT(IP_AGEING) | OPT(IP_MAX) |		      \
				 OPT(SUPPRESS) | OPT(BROADCAST_RATE) |	      \
				 OPT(LOG))
#define OPT_IP_FILTER		(OPT(PORT) | OPT(MAC) | OPT(PREFIX))
#define OPT_PASSWORD		(OPT(PASSWORD_FILE) | OPT(PASSWORD_FD))
#define OPT_RULES		(OPT(POLICY) | OPT(MAX_SESSIONS) |	      \
				 OPT(EXPIRES) | OPT(SOURCES) | OPT(GRACE) |   \
				 OPT(CASCADE))

const struct ctl_command ctl_commands[] = {
	{ "hub", "add", cmd_hub_add, "", 0,
	  OPT(VLAN) | OPT(NAME) | OPT_HUB_SETTINGS | OPT(SAVE),
	  "make a hub and set it up" },
	{ "hub", "del", cmd_hub_del, "HUB", 0, 0,
	  "delete a hub with its ports" },
	{ "hub", "list", cmd_hub_list, "", 0, 0, "list hubs" },
	{ "hub", "show", cmd_hub_show, "HUB", 0, 0,
	  "show a hub with its counters" },
	{ "hub", "set", cmd_hub_set, "HUB", 0, OPT_HUB_SETTINGS,
	  "change settings of a hub" },
	{ "hub", "save", cmd_hub_save, "HUB", 0, 0,
	  "have the daemon make it as it is now when it starts" },
	{ "hub", "forget", cmd_hub_forget, "VLAN", 0, 0,
	  "have the daemon make it no more; it stays as it is" },

	{ "port", "add", cmd_port_add, "HUB DEV", 0, 0,
	  "attach a network device to a hub" },
	{ "port", "del", cmd_port_del, "HUB PORT", 0, 0,
	  "delete a session port, or release a device" },
	{ "port", "list", cmd_port_list, "[HUB]", 0, 0, "list ports" },
	{ "port", "show", cmd_port_show, "HUB PORT", 0, 0,
	  "show a port with its counters" },
	{ "port", "set", cmd_port_set, "HUB PORT", 0,
	  OPT(POLICY) | OPT(FDB_MAX) | OPT(NAME),
	  "change settings of a port" },

	{ "mac", "add", cmd_mac_add, "HUB MAC", OPT(PORT), 0,
	  "bind an address to a port" },
	{ "mac", "del", cmd_mac_del, "HUB MAC", 0, 0,
	  "delete an address from the table" },
	{ "mac", "list", cmd_mac_list, "[HUB]", 0, OPT(PORT),
	  "list the addresses that hubs know" },
	{ "mac", "flush", cmd_mac_flush, "HUB", 0, OPT(PORT) | OPT(STATIC),
	  "forget learned addresses" },

	{ "ip", "list", cmd_ip_list, "[HUB]", 0, OPT_IP_FILTER,
	  "list the IP addresses that hubs know" },
	{ "ip", "flush", cmd_ip_flush, "HUB", 0, OPT_IP_FILTER,
	  "forget IP addresses, leases too" },

	{ "user", "add", cmd_user_add, "NAME", OPT(VLAN),
	  OPT_PASSWORD | OPT(CERT) | OPT(ANONYMOUS) | OPT(DISABLED) | OPT_RULES,
	  "make a user of a hub" },
	{ "user", "set", cmd_user_set, "USER", OPT(VLAN),
	  OPT(NO_PASSWORD) | OPT(CERT) | OPT_RULES,
	  "change what a user may do, also in the user's sessions" },
	{ "user", "del", cmd_user_del, "USER", OPT(VLAN), 0,
	  "delete a user and end the user's sessions" },
	{ "user", "list", cmd_user_list, "", 0, OPT(VLAN), "list users" },
	{ "user", "show", cmd_user_show, "USER", OPT(VLAN), 0, "show a user" },
	{ "user", "passwd", cmd_user_passwd, "USER", OPT(VLAN), OPT_PASSWORD,
	  "set a user's password" },
	{ "user", "enable", cmd_user_enable, "USER", OPT(VLAN), 0,
	  "let a user log in" },
	{ "user", "disable", cmd_user_disable, "USER", OPT(VLAN), 0,
	  "refuse a user and end the user's sessions" },

	{ "session", "list", cmd_session_list, "", 0, OPT(VLAN),
	  "list sessions of this server" },
	{ "session", "show", cmd_session_show, "SESSION", 0, 0,
	  "show a session" },
	{ "session", "disconnect", cmd_session_disconnect, "SESSION", 0, 0,
	  "end a session" },

	{ "connection", "add", cmd_connection_add, "NAME",
	  OPT(SERVER) | OPT(VLAN),
	  OPT(USER) | OPT_PASSWORD | OPT(CERT) | OPT(KEY) |
	  OPT(ANONYMOUS) | OPT(VIA) | OPT(VIA_PASSWORD_FILE) |
	  OPT(SOURCE) | OPT(PIN) |
	  OPT(CA) | OPT(TRUST_FIRST_USE) | OPT(DEVICE) | OPT(HUB) |
	  OPT(AUTO) | OPT(GRACE),
	  "describe a connection to a hub" },
	{ "connection", "del", cmd_connection_del, "CONNECTION", 0, 0,
	  "end a connection and forget it" },
	{ "connection", "list", cmd_connection_list, "", 0, 0,
	  "list connections" },
	{ "connection", "show", cmd_connection_show, "CONNECTION", 0, 0,
	  "show a connection" },
	{ "connection", "up", cmd_connection_up, "CONNECTION", 0,
	  OPT(DEVICE) | OPT(WAIT) | OPT(NO_WAIT), "connect" },
	{ "connection", "down", cmd_connection_down, "CONNECTION", 0, 0,
	  "disconnect" },

	{ "listener", "list", cmd_listener_list, "", 0, 0,
	  "list addresses and ports that clients are accepted on" },
	{ "listener", "add", cmd_listener_add, "ADDRESS:PORT", 0, OPT(PROTOCOL),
	  "accept clients on one more" },
	{ "listener", "del", cmd_listener_del, "LISTENER", 0, 0,
	  "accept none there any more; sessions go on" },
	{ "listener", "on", cmd_listener_on, "LISTENER", 0, 0,
	  "accept clients there, or try again to" },
	{ "listener", "off", cmd_listener_off, "LISTENER", 0, 0,
	  "accept none there for now; sessions go on" },

	{ "log", "show", cmd_log_show, "", 0, 0,
	  "show settings of log files, and the files" },
	{ "log", "set", cmd_log_set, "", 0,
	  OPT(ROTATE) | OPT(MAX_BYTES) | OPT(KEEP) | OPT(COMPRESS) |
	  OPT(SYSTEM) | OPT(ADMINISTRATION) | OPT(ACCESS),
	  "change settings of log files" },
	{ "log", "hub", cmd_log_hub, "", OPT(VLAN), OPT(LOG),
	  "show or change which frames of a hub are in log files" },

	{ "admin", "passwd", cmd_admin_passwd, "", 0, OPT_PASSWORD,
	  "set the password of the console" },
	{ "admin", "show", cmd_admin_show, "", 0, 0,
	  "show whether the console has a password" },

	{ "export", NULL, cmd_export, "[FILE]", 0, 0,
	  "write all that the daemon keeps, with passwords, as JSON" },
	{ "import", NULL, cmd_import, "[FILE]", 0, OPT(REPLACE),
	  "take over what export has written, all of it or nothing" },

	{ "status", NULL, cmd_status, "", 0, 0,
	  "show module, hubs and daemon in short" },
	{ "monitor", NULL, cmd_monitor,
	  "[hub] [port] [mac] [ip] [session] [login] [connection] [policy] [user] [listener] [CLASS...]",
	  0, OPT(PACKETS) | OPT(PCAP),
	  "print every change, or every frame, as it happens" },
	{ "metrics", NULL, cmd_metrics, "", 0, 0,
	  "print the daemon's figures for Prometheus" },
	{ "help", NULL, cmd_help, "[NOUN] [VERB]", 0, 0, "explain a command" },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};

/* "sehubctl: hub add 12: ", as far as the command is known. */
static void print_context(const struct ctl *ctl)
{
	fputs("sehubctl: ", stderr);
	if (!ctl->noun)
		return;
	fputs(ctl->noun, stderr);
	if (ctl->command && ctl->command->verb)
		fprintf(stderr, " %s", ctl->command->verb);
	if (ctl_has(ctl, OPT_VLAN))
		fprintf(stderr, " %s", ctl->values[OPT_VLAN]);
	for (int i = 0; i < ctl->n_words; i++)
		fprintf(stderr, " %s", ctl->words[i]);
	fputs(": ", stderr);
}

static void vprint(const struct ctl *ctl, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void vprint(const struct ctl *ctl, const char *fmt, va_list ap)
{
	print_context(ctl);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

int ctl_fail_text(const struct ctl *ctl, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprint(ctl, fmt, ap);
	va_end(ap);
	return CTL_FAILED;
}

int ctl_fail(const struct ctl *ctl, const struct sehub_err *err)
{
	const char *attr = strrchr(err->attr, '.');

	attr = attr ? attr + 1 : err->attr;
	/*
	 * The daemon's names of errors are for programs, its texts say more;
	 * and nobody here has given an interface index.
	 */
	if (*attr >= 'a' && *attr <= 'z' && strcmp(attr, "ifindex") &&
	    !strcasestr(err->text, attr))
		return ctl_fail_text(ctl, "%s (%s)", err->text, attr);
	return ctl_fail_text(ctl, "%s", err->text);
}

int ctl_misuse(const struct ctl *ctl, const char *fmt, ...)
{
	char usage[512];
	va_list ap;

	va_start(ap, fmt);
	vprint(ctl, fmt, ap);
	va_end(ap);
	if (ctl->command) {
		ctl_format_usage(ctl->command, usage, sizeof(usage));
		fprintf(stderr, "usage: sehubctl %s\n", usage);
	} else {
		fprintf(stderr, "sehubctl help%s%s shows what there is\n",
			ctl->noun ? " " : "", ctl->noun ? ctl->noun : "");
	}
	return CTL_USAGE;
}

/* Output that nobody got is a failure. A closed pipe needs no words. */
static int finish_output(int status)
{
	bool is_broken = ferror(stdout);

	errno = 0;
	if (fflush(stdout) || is_broken) {
		if (errno && errno != EPIPE)
			fprintf(stderr, "sehubctl: cannot write: %s\n",
				strerror(errno));
		return status ? status : CTL_FAILED;
	}
	return status;
}

int main(int argc, char **argv)
{
	char text[256];
	struct ctl ctl;
	int status;

	signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && !strcmp(argv[1], "--complete"))
		return finish_output(ctl_complete(argc - 2, argv + 2));

	if (ctl_parse(&ctl, ctl_commands, argc - 1, argv + 1, text,
		      sizeof(text)))
		return ctl_misuse(&ctl, "%s", text);
	if (ctl_has(&ctl, OPT_VERSION)) {
		puts("sehubctl " SEHUB_VERSION);
		status = CTL_OK;
	} else if (ctl_has(&ctl, OPT_HELP)) {
		ctl_print_help(ctl.noun, ctl.command);
		status = CTL_OK;
	} else {
		status = ctl.command->run(&ctl);
	}
	sehub_nl_close(ctl.nl);
	return finish_output(status);
}
