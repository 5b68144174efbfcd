/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operator's configuration file. Only ever read. Keys and defaults stand
 * in one table in config_value.c, from which the manual page is written.
 *
 * The file is INI: "key = value" lines, before any section header or under
 * [transportd]; comments start with # or ; at the start of a line or with ;
 * after a blank. Durations are a number with a unit (ms, s, min, h); without
 * a unit, seconds. Sizes take K or M. "listen" takes addresses separated by
 * blanks and may be repeated; any other key given twice is an error.
 */
#ifndef SEHUB_TRANSPORTD_CONFIG_H
#define SEHUB_TRANSPORTD_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "log.h"

#ifndef SEHUB_SYSCONFDIR
#define SEHUB_SYSCONFDIR	"/etc"
#endif
#define CONFIG_FILE		SEHUB_SYSCONFDIR "/sehub/transportd.conf"
#define CONFIG_LISTEN_MAX	16
#define CONFIG_WORKERS_MAX	64

/**
 * struct config_listen - one address to listen on
 * @addr: address and port; never a name
 * @len: length of @addr
 */
struct config_listen {
	struct sockaddr_storage addr;
	socklen_t len;
};

/* What the console speaks. */
enum config_language {
	CONFIG_LANGUAGE_ASK,	/* what each administrator chooses */
	CONFIG_LANGUAGE_EN,
	CONFIG_LANGUAGE_JA,
};

/**
 * struct config - every setting, after defaults
 * @listen: addresses to listen on; "listen = none" gives @listen_count 0
 * @listen_count: how many
 * @control_socket: path of the control socket
 * @control_group: group whose members may use it; need not exist
 * @control_group_readonly: group whose members may ask what changes nothing
 * @metrics: address for HTTP clients that read figures; @len 0: none
 * @state_directory: holds state.db
 * @certificate: PEM file; default server.crt in @state_directory
 * @key: PEM file; default server.key in @state_directory
 * @ssh_config: configuration of ssh(1); NULL: its usual ones
 * @kerberos_keytab: key for proxies that want Negotiate; NULL: Kerberos's own
 * @workers: threads that carry sessions; 0 in the file: one for each CPU that
 *	the process may use; here always >= 1
 * @log_directory: holds log files
 * @log_level: least important level that is logged
 * @login_timeout_ms: from accept to a finished login
 * @max_logins: connections at a time that have not logged in
 * @max_logins_source: the same, from one source (see ratelimit.h)
 * @max_sessions: sessions, connected or awaiting their return
 * @login_failures_max: failures of one source in @login_failures_window_ms
 *	before its connections are refused for a time
 * @login_failures_window_ms: see @login_failures_max
 * @keepalive_ms: between PINGs on an otherwise silent connection
 * @dead_time_ms: silence after which a connection is given up; more than
 *	@keepalive_ms
 * @grace_ms: for how long a session without a connection is kept
 * @queue_limit: bytes that wait for one session
 * @renew_time_ms: after which a connection is replaced by a new one, with new
 *	keys; 0: never
 * @renew_megabytes: the same, by what it has carried, in MiB
 * @backoff_max_ms: longest time between two attempts of a client connection
 * @console: where the console listens; "console = none" gives a @len of 0
 * @console_remote: that may be an address that others reach
 * @console_idle_ms: without input for so long an administrator is logged out
 * @console_language: see enum config_language
 *
 * Strings are owned by the struct.
 */
struct config {
	struct config_listen listen[CONFIG_LISTEN_MAX];
	unsigned int listen_count;
	char *control_socket;
	char *control_group;
	char *control_group_readonly;
	struct config_listen metrics;
	char *state_directory;
	char *certificate;
	char *key;
	char *ssh_config;
	char *kerberos_keytab;
	char *log_directory;
	unsigned int workers;
	enum log_level log_level;
	uint32_t login_timeout_ms;
	uint32_t max_logins;
	uint32_t max_logins_source;
	uint32_t max_sessions;
	uint32_t login_failures_max;
	uint32_t login_failures_window_ms;
	uint32_t keepalive_ms;
	uint32_t dead_time_ms;
	uint32_t grace_ms;
	uint32_t queue_limit;
	uint32_t backoff_max_ms;
	uint32_t renew_time_ms;
	uint32_t renew_megabytes;
	struct config_listen console;
	bool console_remote;
	uint32_t console_idle_ms;
	enum config_language console_language;
};

/* What is wrong, with file and line: "FILE:LINE: text", for the operator. */
struct config_error {
	char text[512];
};

/**
 * config_load() - read the configuration
 * @config: filled; config_free() it after success only
 * @path: the file that the operator named, or NULL for CONFIG_FILE, which need
 *	not exist
 * @error: filled on failure
 *
 * Return: 0; -ENOENT and other errors of open(2); -EINVAL for anything wrong in
 * the file; -ENOMEM.
 */
int config_load(struct config *config, const char *path,
		struct config_error *error);

/* As config_load(), from an open stream; @name is for messages. */
int config_load_stream(struct config *config, FILE *stream, const char *name,
		       struct config_error *error);

/* Frees what @config owns and zeroes it. NULL and an all-zero one are fine. */
void config_free(struct config *config);

/**
 * config_print() - write all settings in effect as a configuration file
 *
 * For --check-config; config_load_stream() reads it back to the same.
 */
void config_print(const struct config *config, FILE *stream);

/**
 * config_address_parse() - "192.0.2.1:443" or "[2001:db8::1]:443"
 * @text: numeric address and port, both required
 *
 * Return: 0 or -EINVAL.
 */
int config_address_parse(const char *text, struct config_listen *address);

/* Reached from this machine alone. */
bool config_address_is_local(const struct config_listen *address);

#define CONFIG_ADDRESS_MAX	64

/* The reverse; returns @buf. */
const char *config_address_format(const struct sockaddr *addr, char *buf,
				  size_t size);

#endif /* SEHUB_TRANSPORTD_CONFIG_H */
