// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the operator's configuration file with inih and brings the settings
 * together.
 */
#include "config_value.h"

#include <errno.h>
#include <ini.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_SECTION		"transportd"

/* For inih: 1 is success. */
static int config_handle(void *user, const char *section, const char *name,
			 const char *value)
{
	struct config_parser *parser = user;
	size_t i;

	if (section[0] && strcmp(section, CONFIG_SECTION)) {
		config_fail(parser, -EINVAL,
			    "unknown section [%s]; the only one is ["
			    CONFIG_SECTION "]", section);
		return 0;
	}
	for (i = 0; i < CONFIG_KEYS; i++)
		if (!strcmp(name, config_keys[i].name))
			break;
	if (i == CONFIG_KEYS) {
		config_fail(parser, -EINVAL, "unknown key \"%s\"", name);
		return 0;
	}
	if (parser->key_line[i] && config_keys[i].type != CONFIG_LISTEN) {
		config_fail(parser, -EINVAL,
			    "%s: already given in line %u", name,
			    parser->key_line[i]);
		return 0;
	}
	if (config_parse_value(parser, &config_keys[i], value,
			       parser->key_line[i] != 0))
		return 0;
	parser->key_line[i] = parser->line;
	return 1;
}

/*
 * For inih, in place of fgets(): inih would take the rest of a line that is
 * too long for another line, and has no word for sections without keys.
 */
static char *config_read(char *line, int size, void *stream)
{
	struct config_parser *parser = stream;
	int c, len = 0;

	if (parser->err)
		return NULL;
	parser->line++;
	while ((c = getc(parser->stream)) != EOF) {
		if (!c) {
			config_fail(parser, -EINVAL,
				    "a NUL byte: this is no text file");
			return NULL;
		}
		if (len == size - 1) {
			config_fail(parser, -EINVAL,
				    "line longer than %d bytes", size - 2);
			return NULL;
		}
		line[len++] = (char)c;
		if (c == '\n')
			break;
	}
	line[len] = '\0';
	if (ferror(parser->stream))
		config_fail(parser, -EIO, "cannot be read: %s",
			    strerror(errno));
	else if (line[0] == '[' &&
		 strncmp(line, "[" CONFIG_SECTION "]",
			 strlen("[" CONFIG_SECTION "]")))
		config_fail(parser, -EINVAL,
			    "unknown section %.*s; the only one is ["
			    CONFIG_SECTION "]", (int)strcspn(line, "\r\n"),
			    line);
	return parser->err || !len ? NULL : line;
}

static int config_defaults(struct config_parser *parser)
{
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		const struct config_key *key = &config_keys[i];
		int err;

		if (!key->value)
			continue;
		err = config_parse_value(parser, key, key->value, false);
		if (err)
			return err;
	}
	return 0;
}

static unsigned int config_cpus(void)
{
	cpu_set_t set;
	int count;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	count = CPU_COUNT(&set);
	return count > CONFIG_WORKERS_MAX ? CONFIG_WORKERS_MAX :
					    (unsigned int)count;
}

static int config_derive(char **member, const char *directory,
			 const char *file)
{
	if (*member)
		return 0;
	if (asprintf(member, "%s/%s", directory, file) < 0) {
		*member = NULL;
		return -ENOMEM;
	}
	return 0;
}

/* What follows from several values together. */
static int config_finish(struct config_parser *parser)
{
	struct config *config = parser->config;

	parser->line = 0;
	/* not an error of its line: continuation lines may bring addresses */
	if (!config->listen_count && !parser->listen_none)
		return config_fail(parser, -EINVAL,
				   "listen: no address; write none to listen nowhere");
	if (config->console.len && !config->console_remote &&
	    !config_address_is_local(&config->console))
		return config_fail(parser, -EINVAL,
				   "console: others than this machine reach that address, and telnet is in clear: name one of 127.0.0.0/8 or ::1, or set console-remote = yes");
	if (config->dead_time_ms <= config->keepalive_ms)
		return config_fail(parser, -EINVAL,
				   "dead-time has to be longer than keepalive");
	if (config_derive(&config->certificate, config->state_directory,
			  "server.crt") ||
	    config_derive(&config->key, config->state_directory,
			  "server.key"))
		return config_fail(parser, -ENOMEM, "out of memory");
	if (!config->workers)
		config->workers = config_cpus();
	return 0;
}

int config_load_stream(struct config *config, FILE *stream, const char *name,
		       struct config_error *error)
{
	struct config_parser parser = {
		.config = config,
		.stream = stream,
		.name = name,
		.error = error,
	};
	int err;

	memset(config, 0, sizeof(*config));
	error->text[0] = '\0';
	err = config_defaults(&parser);
	if (!err && stream) {
		int line = ini_parse_stream(config_read, &parser,
					    config_handle, &parser);

		if (line && !parser.err) {
			/* inih's own finding: neither section nor key */
			parser.line = line > 0 ? (unsigned int)line : 0;
			config_fail(&parser, line > 0 ? -EINVAL : -ENOMEM,
				    line > 0 ? "not of the form key = value" :
					       "out of memory");
		}
		err = parser.err;
	}
	if (!err)
		err = config_finish(&parser);
	if (err)
		config_free(config);
	return err;
}

int config_load(struct config *config, const char *path,
		struct config_error *error)
{
	const char *name = path ? path : CONFIG_FILE;
	FILE *stream;
	int err;

	memset(config, 0, sizeof(*config));
	stream = fopen(name, "re");
	if (!stream && (path || errno != ENOENT))
		return log_describe(error->text, sizeof(error->text), -errno,
				    "%s: %s", name, strerror(errno));
	err = config_load_stream(config, stream, name, error);
	if (stream)
		fclose(stream);
	return err;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < CONFIG_KEYS; i++)
		if (config_keys[i].type == CONFIG_PATH ||
		    config_keys[i].type == CONFIG_NAME)
			free(*(char **)config_member(config, &config_keys[i]));
	memset(config, 0, sizeof(*config));
}
