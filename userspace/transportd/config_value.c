// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keys of the configuration file: their table, and how values are read and
 * written. The table's defaults pass through the same parser as the file.
 */
#include "config_value.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/sehub.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define KEY(name, type, member, min, max, value, help) \
	{ name, type, offsetof(struct config, member), min, max, value, help }

#define SECONDS(n)	((n) * 1000U)
#define SOCKET_PATH_MAX	(sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

const struct config_key config_keys[] = {
	KEY("listen", CONFIG_LISTEN, listen, 0, CONFIG_LISTEN_MAX,
	    "0.0.0.0:443 [::]:443 0.0.0.0:7777 [::]:7777",
	    "addresses and ports to listen on, or none"),
	KEY("control-socket", CONFIG_PATH, control_socket, 0, SOCKET_PATH_MAX,
	    "/run/sehub/transportd.sock", "socket for sehubctl"),
	KEY("control-group", CONFIG_NAME, control_group, 0, 32,
	    "sehub", "group that may use the control socket"),
	KEY("control-group-readonly", CONFIG_NAME, control_group_readonly, 0,
	    32, "sehub-ro", "group that may read by it, and change nothing"),
	KEY("metrics", CONFIG_ADDRESS, metrics, 0, 0,
	    "none", "address and port where Prometheus reads figures by HTTP, or none"),
	KEY("state-directory", CONFIG_PATH, state_directory, 0, PATH_MAX - 64,
	    "/var/lib/sehub", "users, connections, certificate"),
	KEY("certificate", CONFIG_PATH, certificate, 0, PATH_MAX - 64,
	    NULL, "PEM file, made if it and the key are missing; default: "
	    "server.crt in the state directory"),
	KEY("key", CONFIG_PATH, key, 0, PATH_MAX - 64,
	    NULL, "PEM file; default: server.key in the state directory"),
	KEY("workers", CONFIG_COUNT, workers, 0, CONFIG_WORKERS_MAX,
	    "0", "threads that carry sessions; 0: one for each CPU"),
	KEY("log-level", CONFIG_LEVEL, log_level, 0, 0,
	    "info", "error, warning, info or debug"),
	KEY("log-directory", CONFIG_PATH, log_directory, 0, PATH_MAX - 256,
	    "/var/log/sehub", "log files"),
	KEY("login-timeout", CONFIG_DURATION, login_timeout_ms,
	    SECONDS(1), SECONDS(300), "15s",
	    "time for a connection to log in"),
	KEY("max-logins", CONFIG_COUNT, max_logins, 1, 8192,
	    "256", "connections at a time that have not logged in"),
	KEY("max-logins-source", CONFIG_COUNT, max_logins_source, 1, 8192,
	    "64", "the same from one IPv4 address or IPv6 /64"),
	KEY("max-sessions", CONFIG_COUNT, max_sessions, 1, 65535,
	    "16384", "sessions at a time"),
	KEY("login-failures", CONFIG_COUNT, login_failures_max, 1, 1000000,
	    "10", "failed logins of a source in the window below before it is "
	    "refused for a time"),
	KEY("login-failures-window", CONFIG_DURATION, login_failures_window_ms,
	    SECONDS(1), SECONDS(86400), "60s", "see login-failures"),
	KEY("keepalive", CONFIG_DURATION, keepalive_ms,
	    100, SECONDS(3600), "5s",
	    "between keepalives on a silent connection"),
	KEY("dead-time", CONFIG_DURATION, dead_time_ms,
	    200, SECONDS(86400), "20s",
	    "silence after which a connection is given up"),
	KEY("grace", CONFIG_DURATION, grace_ms, 0, SEHUB_GRACE_MAX,
	    "120s", "for how long a session without a connection is kept"),
	KEY("queue-limit", CONFIG_SIZE, queue_limit,
	    SEHUB_QUEUE_LIMIT_MIN, SEHUB_QUEUE_LIMIT_MAX, "4M",
	    "bytes that may wait for one session"),
	KEY("backoff-max", CONFIG_DURATION, backoff_max_ms,
	    100, SECONDS(3600), "15s",
	    "longest time between two attempts to connect"),
	KEY("renew-time", CONFIG_DURATION, renew_time_ms,
	    0, SECONDS(604800), "1h",
	    "age at which a connection gets new keys, by a new one; 0: none"),
	KEY("renew-megabytes", CONFIG_COUNT, renew_megabytes, 0, 1000000000,
	    "65536", "the same, by what it has carried in both directions"),
	KEY("ssh-config", CONFIG_PATH, ssh_config, 0, PATH_MAX - 64,
	    NULL, "configuration of ssh for connections through SSH servers; "
	    "default: ssh's own"),
	KEY("kerberos-keytab", CONFIG_PATH, kerberos_keytab, 0, PATH_MAX - 64,
	    NULL, "key for proxies that want Negotiate; default: Kerberos's own"),
	KEY("console", CONFIG_ADDRESS, console, 0, 0,
	    "127.0.0.1:8023", "address and port of the telnet console, or none"),
	KEY("console-remote", CONFIG_BOOL, console_remote, 0, 0,
	    "no", "yes: others than this machine may reach the console, and "
	    "read along"),
	KEY("console-idle", CONFIG_DURATION, console_idle_ms,
	    SECONDS(1), SECONDS(86400), "10min",
	    "silence after which the console logs an administrator out"),
	KEY("console-language", CONFIG_LANGUAGE, console_language, 0, 0,
	    "ask", "of the console: en, ja, or ask at the login"),
};

_Static_assert(sizeof(config_keys) / sizeof(config_keys[0]) == CONFIG_KEYS,
	       "CONFIG_KEYS counts the keys");

int config_fail(struct config_parser *parser, int err, const char *fmt, ...)
{
	char text[400];
	va_list args;

	if (parser->err)
		return parser->err;
	parser->err = err;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (parser->line)
		return log_describe(parser->error->text,
				    sizeof(parser->error->text), err,
				    "%s:%u: %s", parser->name, parser->line,
				    text);
	return log_describe(parser->error->text, sizeof(parser->error->text),
			    err, "%s: %s", parser->name, text);
}

void *config_member(struct config *config, const struct config_key *key)
{
	return (char *)config + key->offset;
}

static int config_port_parse(const char *text, in_port_t *port)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value < 1 || value > 65535)
		return -EINVAL;
	*port = htons((uint16_t)value);
	return 0;
}

int config_address_parse(const char *text, struct config_listen *address)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address->addr;
	struct sockaddr_in *in = (struct sockaddr_in *)&address->addr;
	const char *colon = strrchr(text, ':');
	char host[CONFIG_ADDRESS_MAX];
	size_t len;

	memset(address, 0, sizeof(*address));
	if (!colon)
		return -EINVAL;
	len = (size_t)(colon - text);
	if (text[0] == '[') {
		if (len < 2 || text[len - 1] != ']' || len - 2 >= sizeof(host))
			return -EINVAL;
		memcpy(host, text + 1, len - 2);
		host[len - 2] = '\0';
		in6->sin6_family = AF_INET6;
		address->len = sizeof(*in6);
		if (inet_pton(AF_INET6, host, &in6->sin6_addr) != 1)
			return -EINVAL;
		return config_port_parse(colon + 1, &in6->sin6_port);
	}
	if (len >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, len);
	host[len] = '\0';
	in->sin_family = AF_INET;
	address->len = sizeof(*in);
	if (inet_pton(AF_INET, host, &in->sin_addr) != 1)
		return -EINVAL;
	return config_port_parse(colon + 1, &in->sin_port);
}

const char *config_address_format(const struct sockaddr *addr, char *buf,
				  size_t size)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	char host[INET6_ADDRSTRLEN];

	if (addr->sa_family == AF_INET &&
	    inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host)))
		snprintf(buf, size, "%s:%u", host, ntohs(in->sin_port));
	else if (addr->sa_family == AF_INET6 &&
		 inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host)))
		snprintf(buf, size, "[%s]:%u", host, ntohs(in6->sin6_port));
	else
		snprintf(buf, size, "unknown");
	return buf;
}

bool config_address_is_local(const struct config_listen *address)
{
	const struct sockaddr_in6 *in6 = (const void *)&address->addr;
	const struct sockaddr_in *in = (const void *)&address->addr;

	return address->addr.ss_family == AF_INET ?
	       ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET :
	       IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static int config_listen_add(struct config_parser *parser, const char *text)
{
	struct config *config = parser->config;
	struct config_listen address;

	if (config_address_parse(text, &address))
		return config_fail(parser, -EINVAL,
				   "listen: \"%s\" is no address with a port, such as 0.0.0.0:443 or [::]:443",
				   text);
	if (config->listen_count == CONFIG_LISTEN_MAX)
		return config_fail(parser, -EINVAL,
				   "listen: more than %d addresses",
				   CONFIG_LISTEN_MAX);
	for (unsigned int i = 0; i < config->listen_count; i++)
		if (!memcmp(&config->listen[i], &address, sizeof(address)))
			return config_fail(parser, -EINVAL,
					   "listen: \"%s\" is given twice",
					   text);
	config->listen[config->listen_count++] = address;
	return 0;
}

static const char *const config_languages[] = {
	[CONFIG_LANGUAGE_ASK] = "ask",
	[CONFIG_LANGUAGE_EN] = "en",
	[CONFIG_LANGUAGE_JA] = "ja",
};

static int config_parse_language(struct config_parser *parser,
				 const char *value)
{
	for (unsigned int i = 0; i <= CONFIG_LANGUAGE_JA; i++)
		if (!strcmp(value, config_languages[i])) {
			parser->config->console_language = i;
			return 0;
		}
	return config_fail(parser, -EINVAL,
			   "console-language: \"%s\" is not ask, en or ja",
			   value);
}

static int config_parse_bool(struct config_parser *parser,
			     const struct config_key *key, const char *value)
{
	bool *member = config_member(parser->config, key);

	if (strcmp(value, "yes") && strcmp(value, "no"))
		return config_fail(parser, -EINVAL,
				   "%s: \"%s\" is not yes or no", key->name,
				   value);
	*member = !strcmp(value, "yes");
	return 0;
}

/* @again: an earlier line of the same file has set addresses, or none. */
static int config_parse_listen(struct config_parser *parser, const char *value,
			       bool again)
{
	char *copy, *word, *save = NULL;
	int err = 0;

	if (!again) {
		parser->config->listen_count = 0;
		parser->listen_none = false;
	}
	copy = strdup(value);
	if (!copy)
		return config_fail(parser, -ENOMEM, "out of memory");
	for (word = strtok_r(copy, " \t,", &save); word && !err;
	     word = strtok_r(NULL, " \t,", &save)) {
		if (!strcmp(word, "none"))
			parser->listen_none = true;
		else
			err = config_listen_add(parser, word);
	}
	free(copy);
	if (!err && parser->listen_none && parser->config->listen_count)
		err = config_fail(parser, -EINVAL,
				  "listen: none and addresses exclude each other");
	return err;
}

static int config_parse_address(struct config_parser *parser,
				const struct config_key *key, const char *value)
{
	struct config_listen *address = config_member(parser->config, key);

	memset(address, 0, sizeof(*address));
	if (!strcmp(value, "none") || !config_address_parse(value, address))
		return 0;
	return config_fail(parser, -EINVAL,
			   "%s: \"%s\" is no address with a port, such as 127.0.0.1:9464, and not none",
			   key->name, value);
}

static int config_parse_text(struct config_parser *parser,
			     const struct config_key *key, const char *value)
{
	char **member = config_member(parser->config, key);
	char *copy;

	if (!*value)
		return config_fail(parser, -EINVAL, "%s: no value", key->name);
	if (key->type == CONFIG_PATH && value[0] != '/')
		return config_fail(parser, -EINVAL,
				   "%s: \"%s\" is no absolute path", key->name,
				   value);
	if (strlen(value) > key->max)
		return config_fail(parser, -EINVAL,
				   "%s: longer than %u bytes", key->name,
				   key->max);
	copy = strdup(value);
	if (!copy)
		return config_fail(parser, -ENOMEM, "out of memory");
	free(*member);
	*member = copy;
	return 0;
}

struct config_unit {
	const char *name;
	uint32_t factor;
};

static const struct config_unit config_durations[] = {
	{ "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "min", 60000 },
	{ "h", 3600000 }, { NULL, 0 },
};

static const struct config_unit config_sizes[] = {
	{ "", 1 }, { "K", 1024 }, { "M", 1024 * 1024 }, { NULL, 0 },
};

static const struct config_unit config_counts[] = {
	{ "", 1 }, { NULL, 0 },
};

static const struct config_unit *config_units(enum config_type type)
{
	if (type == CONFIG_DURATION)
		return config_durations;
	return type == CONFIG_SIZE ? config_sizes : config_counts;
}

/* A number as the file would have it, with the greatest unit that fits. */
static void config_number_format(const struct config_key *key, uint32_t number,
				 char *buf, size_t size)
{
	const struct config_unit *unit = config_units(key->type), *best;

	/* without a unit a duration would read as seconds */
	if (key->type == CONFIG_DURATION)
		unit++;
	for (best = unit; unit->name; unit++)
		if (number && number % unit->factor == 0 &&
		    unit->factor > best->factor)
			best = unit;
	snprintf(buf, size, "%u%s", number / best->factor, best->name);
}

static int config_parse_number(struct config_parser *parser,
			       const struct config_key *key, const char *value)
{
	const struct config_unit *unit;
	char min[32], max[32];
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(value, &end, 10);
	if (*value < '0' || *value > '9')
		return config_fail(parser, -EINVAL,
				   "%s: \"%s\" is no number", key->name,
				   value);
	while (*end == ' ')
		end++;
	for (unit = config_units(key->type); unit->name; unit++)
		if (!strcmp(end, unit->name))
			break;
	if (!unit->name)
		return config_fail(parser, -EINVAL, "%s: \"%s\" is not %s",
				   key->name, value,
				   key->type == CONFIG_DURATION ?
				   "a time in ms, s, min or h" :
				   key->type == CONFIG_SIZE ?
				   "a size in bytes, K or M" : "a number");
	if (errno || number > UINT32_MAX ||
	    number * unit->factor < key->min ||
	    number * unit->factor > key->max) {
		config_number_format(key, key->min, min, sizeof(min));
		config_number_format(key, key->max, max, sizeof(max));
		return config_fail(parser, -EINVAL,
				   "%s: %s is outside of %s to %s", key->name,
				   value, min, max);
	}
	*(uint32_t *)config_member(parser->config, key) =
		(uint32_t)(number * unit->factor);
	return 0;
}

int config_parse_value(struct config_parser *parser,
		       const struct config_key *key, const char *value,
		       bool again)
{
	switch (key->type) {
	case CONFIG_LISTEN:
		return config_parse_listen(parser, value, again);
	case CONFIG_ADDRESS:
		return config_parse_address(parser, key, value);
	case CONFIG_PATH:
	case CONFIG_NAME:
		return config_parse_text(parser, key, value);
	case CONFIG_COUNT:
	case CONFIG_DURATION:
	case CONFIG_SIZE:
		return config_parse_number(parser, key, value);
	case CONFIG_LEVEL:
		if (log_level_parse(value, &parser->config->log_level))
			return config_fail(parser, -EINVAL,
					   "%s: \"%s\" is not error, warning, info or debug",
					   key->name, value);
		return 0;
	case CONFIG_BOOL:
		return config_parse_bool(parser, key, value);
	case CONFIG_LANGUAGE:
		return config_parse_language(parser, value);
	}
	return -EINVAL;
}

static void config_print_address(const struct config_listen *address,
				 FILE *stream)
{
	char buf[CONFIG_ADDRESS_MAX] = "none";

	if (address->len)
		config_address_format((const struct sockaddr *)&address->addr,
				      buf, sizeof(buf));
	fputs(buf, stream);
}

static void config_print_value(const struct config *config,
			       const struct config_key *key, FILE *stream)
{
	const void *member = (const char *)config + key->offset;
	char buf[CONFIG_ADDRESS_MAX];

	switch (key->type) {
	case CONFIG_LISTEN:
		for (unsigned int i = 0; i < config->listen_count; i++) {
			config_address_format((const struct sockaddr *)
					      &config->listen[i].addr,
					      buf, sizeof(buf));
			fprintf(stream, "%s%s", i ? "\nlisten = " : "", buf);
		}
		if (!config->listen_count)
			fputs("none", stream);
		break;
	case CONFIG_ADDRESS:
		config_print_address(member, stream);
		break;
	case CONFIG_PATH:
	case CONFIG_NAME:
		fputs(*(char *const *)member, stream);
		break;
	case CONFIG_COUNT:
	case CONFIG_DURATION:
	case CONFIG_SIZE:
		config_number_format(key, *(const uint32_t *)member, buf,
				     sizeof(buf));
		fputs(buf, stream);
		break;
	case CONFIG_LEVEL:
		fputs(log_level_name(config->log_level), stream);
		break;
	case CONFIG_BOOL:
		fputs(*(const bool *)member ? "yes" : "no", stream);
		break;
	case CONFIG_LANGUAGE:
		fputs(config_languages[config->console_language], stream);
		break;
	}
}

/* A path may be missing; the line then stands as a comment. */
static bool is_set(const struct config *config, const struct config_key *key)
{
	return key->type != CONFIG_PATH ||
	       *(char *const *)((const char *)config + key->offset);
}

void config_print(const struct config *config, FILE *stream)
{
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		const struct config_key *key = &config_keys[i];

		fprintf(stream, "# %s\n%s%s = ", key->help,
			is_set(config, key) ? "" : "#", key->name);
		if (is_set(config, key))
			config_print_value(config, key, stream);
		fputc('\n', stream);
	}
}
