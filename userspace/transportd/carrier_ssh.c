// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streams through SSH servers: `ssh -W host:port` at the other end of a pair of
 * sockets. Keys, agents, known hosts and jump hosts are what the configuration
 * of ssh(1) says; nobody is asked for anything. There is no word from ssh when it
 * has reached the server, so the stream is handed out at once.
 */
#include "carrier.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "carrier_impl.h"
#include "child.h"
#include "log.h"

/* What waits in the socket is late for the session; ssh has buffers, too. */
#define SOCKET_BUFFER	65536
/* So many of ssh's lines are logged in so many milliseconds. */
#define LINES_MAX	20
#define LINES_MS	10000
/* The status by which setpriv(1) says that there is no such program. */
#define STATUS_NOT_FOUND	127

/**
 * struct carrier_line - ssh, and what it said
 * @next: list of all
 * @cs: where it belongs
 * @child: its process, once that is begun
 * @name: of the connection
 * @server: where it leads
 * @via: the SSH server
 * @source: address or device to go out from, "": any
 * @ssh_config: file for ssh, NULL: the usual ones
 * @timeout_s: to reach the SSH server
 * @fn: to be called, NULL: nobody listens
 * @arg: handed to @fn
 * @words: the line that tells most about why it ended
 * @is_cause: @words says so without doubt
 * @is_finishing: it is we who want its end
 * @since: start of the time in which @lines were logged
 * @lines: how many
 */
struct carrier_line {
	struct carrier_line *next;
	struct carriers *cs;
	struct child *child;
	char *name;
	struct sehub_endpoint server;
	struct sehub_via via;
	char source[SEHUB_SOURCE_STRLEN];
	char *ssh_config;
	unsigned int timeout_s;
	carrier_line_fn fn;
	void *arg;
	char words[CHILD_LINE_MAX + 1];
	bool is_cause;
	bool is_finishing;
	uint64_t since;
	unsigned int lines;
};

static void line_free(struct carrier_line *line)
{
	free(line->name);
	free(line->ssh_config);
	free(line);
}

static void line_unlink(struct carrier_line *line)
{
	struct carrier_line **at = &line->cs->lines;

	while (*at != line)
		at = &(*at)->next;
	*at = line->next;
}

/* --- what ssh says -------------------------------------------------------- */

static const char *behind(const char *text, const char *prefix)
{
	const char *at = strstr(text, prefix);

	return at ? at + strlen(prefix) : NULL;
}

static bool begins(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* What follows it is its consequence. */
static bool is_cause(const char *words)
{
	return begins(words, "ssh: ") || strstr(words, ": open failed: ") ||
	       strstr(words, "Permission denied (") ||
	       begins(words, "Host key verification failed") ||
	       begins(words, "setpriv: ");
}

static bool is_noise(const char *words)
{
	return begins(words, "debug") || begins(words, "Warning: ") ||
	       begins(words, "** ") ||
	       begins(words, "stdio forwarding failed");
}

static void log_words(struct carrier_line *line, const char *words)
{
	uint64_t now = uv_now(line->cs->loop);
	char text[LOG_QUOTE_MAX];

	if (!line->lines || now - line->since > LINES_MS) {
		line->since = now;
		line->lines = 0;
	}
	if (line->lines++ < LINES_MAX)
		log_info("connection-ssh connection=%s text=%s", line->name,
			 log_quote(text, sizeof(text), words));
}

static void on_said(void *arg, const char *words)
{
	struct carrier_line *line = arg;

	log_words(line, words);
	if (line->is_cause || is_noise(words))
		return;
	snprintf(line->words, sizeof(line->words), "%s", words);
	line->is_cause = is_cause(words);
}

/* Return: true if trying again would not help. */
static bool describe_words(const char *words, char *why, size_t size)
{
	const char *rest;

	if (begins(words, "Host key verification failed")) {
		snprintf(why, size,
			 "the SSH server's host key is not in known_hosts, or is another one there");
		return true;
	}
	if (strstr(words, "Permission denied (")) {
		snprintf(why, size, "the SSH server refuses the user or the key: %s",
			 words);
		return true;
	}
	rest = behind(words, ": open failed: connect failed: ");
	if (rest)
		snprintf(why, size, "the SSH server cannot reach the server: %s",
			 rest);
	else if (strstr(words, ": open failed: administratively prohibited"))
		snprintf(why, size,
			 "the SSH server does not allow it (AllowTcpForwarding, PermitOpen)");
	else if (begins(words, "ssh: "))
		snprintf(why, size, "%s", words + strlen("ssh: "));
	else
		snprintf(why, size, "%s", words);
	return false;
}

static void on_ended(void *arg, int64_t status, int signal)
{
	struct carrier_line *line = arg;
	char why[CHILD_LINE_MAX + 80], text[CARRIER_ERROR_MAX];
	/* an end of its own, not one that we wanted; greetings are no reason */
	bool is_reason = signal ? !line->is_finishing : status;
	bool is_final = false;

	if (status == STATUS_NOT_FOUND)
		snprintf(why, sizeof(why), "there is no ssh: install openssh-client");
	else if (line->words[0])
		is_final = describe_words(line->words, why, sizeof(why));
	else if (signal)
		snprintf(why, sizeof(why), "ssh was ended by signal %d", signal);
	else
		snprintf(why, sizeof(why), "ssh ended with status %d",
			 (int)status);
	carrier_word_failure(&line->server, &line->via, why, text);
	log_debug("connection-ssh connection=%s ended status=%d signal=%d",
		  line->name, (int)status, signal);
	line_unlink(line);
	if (line->fn)
		line->fn(line->arg, is_reason ? text : NULL, is_final);
	line_free(line);
}

/* --- the process ---------------------------------------------------------- */

static const struct child_ops ssh_ops = {
	.said = on_said,
	.ended = on_ended,
};

static int start_ssh(struct carrier_line *line, int fd, struct sehub_err *err)
{
	char target[SEHUB_HOST_MAX + 16], port[8], timeout[32];
	enum sehub_source source = SEHUB_SOURCE_ANY;
	const char *argv[CHILD_ARGS_MAX + 1] = {
		"ssh", "-T", "-x", "-a", "-o", "BatchMode=yes",
		/* Neither of its processes may outlive the connection. */
		"-o", "ControlMaster=no", "-o", "ForkAfterAuthentication=no",
		"-o", timeout, "-W", target,
	};
	size_t n = 14;

	snprintf(timeout, sizeof(timeout), "ConnectTimeout=%u",
		 line->timeout_s);
	sehub_format_endpoint(&line->server, target, sizeof(target));
	if (line->ssh_config) {
		argv[n++] = "-F";
		argv[n++] = line->ssh_config;
	}
	if (line->via.user[0]) {
		argv[n++] = "-l";
		argv[n++] = line->via.user;
	}
	if (line->via.proxy.port) {
		snprintf(port, sizeof(port), "%u", line->via.proxy.port);
		argv[n++] = "-p";
		argv[n++] = port;
	}
	sehub_parse_source(line->source, &source);
	if (source != SEHUB_SOURCE_ANY) {
		argv[n++] = source == SEHUB_SOURCE_ADDRESS ? "-b" : "-B";
		argv[n++] = line->source;
	}
	argv[n++] = "--";
	argv[n++] = line->via.proxy.host;
	line->child = child_start(line->cs->loop, argv, fd, &ssh_ops, line,
				  err);
	return line->child ? 0 : err->code;
}

/* The daemon's end of a pair whose other end ssh has. */
static int open_line(struct carrier_line *line, struct sehub_err *err)
{
	const int size = SOCKET_BUFFER;
	int fds[2], ret;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return sehub_err_errno(err, errno, "socketpair");
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	ret = start_ssh(line, fds[1], err);
	close(fds[1]);
	if (!ret)
		return fds[0];
	close(fds[0]);
	return ret;
}

static void on_soon(uv_timer_t *timer)
{
	struct carrier *c = timer->data;
	struct carrier_line *line = c->line;
	char address[SEHUB_HOST_MAX + 16], text[CARRIER_ERROR_MAX];
	struct carrier_result result = {
		.kind = SEHUB_VIA_SSH, .address = address,
	};
	struct sehub_err err;

	sehub_format_endpoint(&c->via.proxy, address, sizeof(address));
	result.fd = open_line(line, &err);
	if (result.fd >= 0) {
		result.line = line;
		line->next = c->cs->lines;
		c->cs->lines = line;
	} else {
		result.fd = -1;
		result.address = "";
		result.error = text;
		carrier_word_failure(&c->server, &c->via, err.text, text);
	}
	carrier_finish(c, &result);
}

int carrier_ssh_begin(struct carrier *c, const struct carrier_target *target,
		      uint32_t timeout_ms)
{
	struct carrier_line *line = calloc(1, sizeof(*line));

	if (!line)
		return -ENOMEM;
	line->cs = c->cs;
	line->server = c->server;
	line->via = c->via;
	memcpy(line->source, c->source, sizeof(line->source));
	line->timeout_s = (timeout_ms + 999) / 1000;
	line->name = strdup(target->name);
	if (target->ssh_config)
		line->ssh_config = strdup(target->ssh_config);
	if (!line->name || (target->ssh_config && !line->ssh_config)) {
		line_free(line);
		return -ENOMEM;
	}
	c->line = line;
	uv_timer_init(c->cs->loop, &c->timer);
	c->timer.data = c;
	uv_timer_start(&c->timer, on_soon, 0, 0);
	return 0;
}

void carrier_ssh_end(struct carrier *c)
{
	/* a line that was not begun has nobody else */
	if (!c->line->child)
		line_free(c->line);
	carrier_close_timer(c);
}

/* --- lines ---------------------------------------------------------------- */

void carrier_line_watch(struct carrier_line *line, carrier_line_fn fn,
			void *arg)
{
	line->fn = fn;
	line->arg = arg;
}

void carrier_line_finish(struct carrier_line *line)
{
	line->is_finishing = true;
	child_finish(line->child);
}

void carrier_line_release(struct carrier_line *line)
{
	if (!line)
		return;
	line->fn = NULL;
	carrier_line_finish(line);
}

void carrier_ssh_uninit(struct carriers *cs)
{
	struct carrier_line *line;

	while ((line = cs->lines)) {
		cs->lines = line->next;
		child_kill(line->child);
		line_free(line);
	}
}
