// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon's own log. A line is composed on the stack and leaves by one
 * write(), so that threads need no lock; only the counters of the limited
 * lines have one.
 */
#include "log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* Room for a prefix and for a line of which every byte is escaped. */
#define LOG_OUT_MAX	(LOG_LINE_MAX * 4 + 64)
/* Room for " suppressed=N". */
#define LOG_SUPPRESSED_MAX	40

enum log_form {
	LOG_FORM_PLAIN,		/* a time in front */
	LOG_FORM_JOURNAL,	/* a priority in front */
	LOG_FORM_SYSLOG,
};

static const struct {
	const char *name;
	int priority;
} log_levels[] = {
	[LOG_LEVEL_ERROR] = { "error", LOG_ERR },
	[LOG_LEVEL_WARN] = { "warning", LOG_WARNING },
	[LOG_LEVEL_INFO] = { "info", LOG_INFO },
	[LOG_LEVEL_DEBUG] = { "debug", LOG_DEBUG },
};

#define LOG_LEVELS	(sizeof(log_levels) / sizeof(log_levels[0]))

/* Set by the main thread before others start; the level may change later. */
static enum log_form log_form;
static int log_max_level = LOG_LEVEL_INFO;

static pthread_mutex_t log_limit_lock = PTHREAD_MUTEX_INITIALIZER;

/* systemd puts device and inode of the journal's stream in the environment. */
static bool log_stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	if (!stream || sscanf(stream, "%llu:%llu", &dev, &ino) != 2)
		return false;
	if (fstat(STDERR_FILENO, &st))
		return false;
	return st.st_dev == dev && st.st_ino == ino;
}

void log_open(enum log_target target, enum log_level level)
{
	if (target == LOG_TO_SYSLOG) {
		openlog("sehub-transportd", LOG_PID, LOG_DAEMON);
		log_form = LOG_FORM_SYSLOG;
	} else {
		log_form = log_stderr_is_journal() ? LOG_FORM_JOURNAL :
						     LOG_FORM_PLAIN;
	}
	log_set_level(level);
}

void log_set_level(enum log_level level)
{
	__atomic_store_n(&log_max_level, (int)level, __ATOMIC_RELAXED);
}

bool log_enabled(enum log_level level)
{
	return (int)level <= __atomic_load_n(&log_max_level, __ATOMIC_RELAXED);
}

int log_level_parse(const char *name, enum log_level *level)
{
	for (size_t i = 0; i < LOG_LEVELS; i++) {
		if (!strcasecmp(name, log_levels[i].name)) {
			*level = (enum log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *log_level_name(enum log_level level)
{
	return log_levels[level].name;
}

/* Bytes of continuation that follow @lead, or -1 if it leads nothing. */
static int log_utf8_follow(unsigned char lead)
{
	if (lead >= 0xc2 && lead <= 0xdf)
		return 1;
	if ((lead & 0xf0) == 0xe0)
		return 2;
	if (lead >= 0xf0 && lead <= 0xf4)
		return 3;
	return -1;
}

size_t log_printable(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	int follow;

	if (s[0] < 0x80)
		return s[0] >= 0x20 && s[0] != 0x7f;
	follow = log_utf8_follow(s[0]);
	if (follow < 0)
		return 0;
	for (int i = 1; i <= follow; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* C1 controls, overlong forms, surrogates, beyond U+10FFFF */
	if ((s[0] == 0xc2 && s[1] < 0xa0) ||
	    (s[0] == 0xe0 && s[1] < 0xa0) ||
	    (s[0] == 0xed && s[1] >= 0xa0) ||
	    (s[0] == 0xf0 && s[1] < 0x90) ||
	    (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return (size_t)follow + 1;
}

/*
 * Copy @text to @out, which has room for @size bytes, with what is not
 * printable as \xNN; with @quote, quotes and backslashes get one in front.
 * Return: the end of what was written; there is no NUL.
 */
static char *log_escape(char *out, size_t size, const char *text, bool quote)
{
	static const char hex[] = "0123456789abcdef";
	const char *end = out + size;

	while (*text) {
		size_t len = log_printable(text);
		unsigned char byte = (unsigned char)*text;

		if (len) {
			bool mark = quote && (byte == '"' || byte == '\\');

			if ((size_t)(end - out) < len + mark)
				break;
			if (mark)
				*out++ = '\\';
			memcpy(out, text, len);
			out += len;
			text += len;
			continue;
		}
		if (end - out < 4)
			break;
		*out++ = '\\';
		*out++ = 'x';
		*out++ = hex[byte >> 4];
		*out++ = hex[byte & 15];
		text++;
	}
	return out;
}

const char *log_quote(char *buf, size_t size, const char *text)
{
	char *end;

	buf[0] = '"';
	end = log_escape(buf + 1, size - 3, text ? text : "", true);
	end[0] = '"';
	end[1] = '\0';
	return buf;
}

static size_t log_prefix(char *out, size_t size, enum log_level level)
{
	struct timespec now;
	struct tm tm;
	size_t len;

	if (log_form == LOG_FORM_JOURNAL)
		return (size_t)snprintf(out, size, "<%d>",
					log_levels[level].priority);
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	len = strftime(out, size, "%Y-%m-%dT%H:%M:%S", &tm);
	return len + (size_t)snprintf(out + len, size - len, ".%03ldZ %s: ",
				      now.tv_nsec / 1000000,
				      log_levels[level].name);
}

static void log_emit(enum log_level level, const char *text)
{
	char out[LOG_OUT_MAX];
	size_t len = 0;
	char *end;

	if (log_form != LOG_FORM_SYSLOG)
		len = log_prefix(out, sizeof(out), level);
	end = log_escape(out + len, sizeof(out) - len - 1, text, false);
	if (log_form == LOG_FORM_SYSLOG) {
		*end = '\0';
		syslog(log_levels[level].priority, "%s", out);
		return;
	}
	*end++ = '\n';
	/* A log that cannot be written is nothing to stop for. */
	while (write(STDERR_FILENO, out, (size_t)(end - out)) < 0 &&
	       errno == EINTR)
		;
}

static void log_va(enum log_level level, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

static void log_va(enum log_level level, const char *fmt, va_list args)
{
	char text[LOG_LINE_MAX];
	int err = errno;

	if (!log_enabled(level))
		return;
	vsnprintf(text, sizeof(text), fmt, args);
	log_emit(level, text);
	errno = err;
}

void log_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_va(LOG_LEVEL_ERROR, fmt, args);
	va_end(args);
}

void log_warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_va(LOG_LEVEL_WARN, fmt, args);
	va_end(args);
}

void log_info(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_va(LOG_LEVEL_INFO, fmt, args);
	va_end(args);
}

void log_debug(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_va(LOG_LEVEL_DEBUG, fmt, args);
	va_end(args);
}

static uint64_t log_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void log_limited(struct log_limit *limit, enum log_level level,
		 const char *fmt, ...)
{
	uint64_t now = log_now_ms(), suppressed = 0;
	char text[LOG_LINE_MAX];
	int err = errno;
	bool write_it;
	va_list args;
	size_t len;

	if (!log_enabled(level))
		return;

	pthread_mutex_lock(&log_limit_lock);
	if (!limit->count || now - limit->window_ms >= LOG_LIMIT_WINDOW_MS) {
		limit->window_ms = now;
		limit->count = 0;
	}
	write_it = limit->count < LOG_LIMIT_BURST;
	if (write_it) {
		limit->count++;
		suppressed = limit->suppressed;
		limit->suppressed = 0;
	} else {
		limit->suppressed++;
	}
	pthread_mutex_unlock(&log_limit_lock);
	if (!write_it)
		return;

	va_start(args, fmt);
	/* what is appended must not be cut off */
	vsnprintf(text, sizeof(text) - LOG_SUPPRESSED_MAX, fmt, args);
	va_end(args);
	len = strlen(text);
	if (suppressed)
		snprintf(text + len, sizeof(text) - len, " suppressed=%llu",
			 (unsigned long long)suppressed);
	log_emit(level, text);
	errno = err;
}

int log_describe(char *text, size_t size, int err, const char *fmt, ...)
{
	va_list args;

	if (!text)
		return err;
	va_start(args, fmt);
	vsnprintf(text, size, fmt, args);
	va_end(args);
	return err;
}
