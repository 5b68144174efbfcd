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

/* Room for a time and a level, and for that and a line, all of it escaped. */
#define LOG_PREFIX_MAX	64
#define LOG_OUT_MAX	(LOG_LINE_MAX * 4 + LOG_PREFIX_MAX + 2)
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
static log_journal_fn log_journal;
/* Set and read by any thread, as a pair that is never taken apart. */
static const struct log_sink *log_sink;

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

void log_set_journal(log_journal_fn fn)
{
	log_journal = fn;
}

void log_set_sink(const struct log_sink *sink)
{
	__atomic_store_n(&log_sink, sink, __ATOMIC_RELEASE);
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

/* Puts what precedes a line in front of @text; Return: its length. */
static size_t log_prefix(char *text, enum log_level level)
{
	char prefix[LOG_PREFIX_MAX];
	struct timespec now;
	struct tm tm;
	size_t len;

	if (log_form == LOG_FORM_JOURNAL) {
		len = (size_t)snprintf(prefix, sizeof(prefix), "<%d>",
				       log_levels[level].priority);
	} else {
		clock_gettime(CLOCK_REALTIME, &now);
		gmtime_r(&now.tv_sec, &tm);
		len = strftime(prefix, sizeof(prefix), "%Y-%m-%dT%H:%M:%S",
			       &tm);
		len += (size_t)snprintf(prefix + len, sizeof(prefix) - len,
					".%03ldZ %s: ", now.tv_nsec / 1000000,
					log_levels[level].name);
	}
	memcpy(text - len, prefix, len);
	return len;
}

/* A line that is whole and clean, at @text with room for its end. */
static void log_write(enum log_level level, char *text, char *end)
{
	char *begin;

	if (log_form == LOG_FORM_SYSLOG) {
		syslog(log_levels[level].priority, "%s", text);
		return;
	}
	if (log_form == LOG_FORM_JOURNAL && log_journal &&
	    log_journal(log_levels[level].priority, text))
		return;
	begin = text - log_prefix(text, level);
	*end++ = '\n';
	/* A log that cannot be written is nothing to stop for. */
	while (write(STDERR_FILENO, begin, (size_t)(end - begin)) < 0 &&
	       errno == EINTR)
		;
}

/* The other log for it, NULL: there is none. */
static const struct log_sink *log_sink_for(enum log_level level)
{
	return level <= LOG_LEVEL_INFO ?
	       __atomic_load_n(&log_sink, __ATOMIC_ACQUIRE) : NULL;
}

static void log_emit(enum log_kind kind, enum log_level level,
		     const char *text, const struct log_sink *sink,
		     bool is_shown)
{
	char out[LOG_OUT_MAX];
	char *begin = out + LOG_PREFIX_MAX, *end;

	end = log_escape(begin, sizeof(out) - LOG_PREFIX_MAX - 2, text, false);
	*end = '\0';
	if (sink)
		sink->fn(sink->arg, kind, level, begin);
	if (is_shown)
		log_write(level, begin, end);
}

static void log_va(enum log_kind kind, enum log_level level, const char *fmt,
		   va_list args) __attribute__((format(printf, 3, 0)));

static void log_va(enum log_kind kind, enum log_level level, const char *fmt,
		   va_list args)
{
	const struct log_sink *sink = log_sink_for(level);
	bool is_shown = log_enabled(level);
	char text[LOG_LINE_MAX];
	int err = errno;

	if (!is_shown && !sink)
		return;
	vsnprintf(text, sizeof(text), fmt, args);
	log_emit(kind, level, text, sink, is_shown);
	errno = err;
}

void log_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_va(LOG_KIND_SYSTEM, LOG_LEVEL_ERROR, fmt, args);
	va_end(args);
}

void log_warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_va(LOG_KIND_SYSTEM, LOG_LEVEL_WARN, fmt, args);
	va_end(args);
}

void log_info(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_va(LOG_KIND_SYSTEM, LOG_LEVEL_INFO, fmt, args);
	va_end(args);
}

void log_debug(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_va(LOG_KIND_SYSTEM, LOG_LEVEL_DEBUG, fmt, args);
	va_end(args);
}

void log_admin(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_va(LOG_KIND_ADMINISTRATION, LOG_LEVEL_INFO, fmt, args);
	va_end(args);
}

void log_access(enum log_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_va(LOG_KIND_ACCESS, level, fmt, args);
	va_end(args);
}

static uint64_t log_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Whether one more may be written; @suppressed: how many were not, before. */
static bool log_may(struct log_limit *limit, uint64_t *suppressed)
{
	uint64_t now = log_now_ms();
	bool may;

	pthread_mutex_lock(&log_limit_lock);
	if (!limit->count || now - limit->window_ms >= LOG_LIMIT_WINDOW_MS) {
		limit->window_ms = now;
		limit->count = 0;
	}
	may = limit->count < LOG_LIMIT_BURST;
	if (may) {
		limit->count++;
		*suppressed = limit->suppressed;
		limit->suppressed = 0;
	} else {
		limit->suppressed++;
	}
	pthread_mutex_unlock(&log_limit_lock);
	return may;
}

void log_limited(struct log_limit *limit, enum log_kind kind,
		 enum log_level level, const char *fmt, ...)
{
	const struct log_sink *sink = log_sink_for(level);
	bool is_shown = log_enabled(level);
	uint64_t suppressed = 0;
	char text[LOG_LINE_MAX];
	int err = errno;
	va_list args;
	size_t len;

	if (!sink && !is_shown)
		return;
	if (!log_may(limit, &suppressed)) {
		if (kind != LOG_KIND_ACCESS)
			sink = NULL;
		is_shown = false;
	}
	if (!sink && !is_shown)
		return;

	va_start(args, fmt);
	/* what is appended must not be cut off */
	vsnprintf(text, sizeof(text) - LOG_SUPPRESSED_MAX, fmt, args);
	va_end(args);
	/* where nothing is suppressed nothing is said of it */
	if (kind == LOG_KIND_ACCESS) {
		log_emit(kind, level, text, sink, false);
		sink = NULL;
	}
	len = strlen(text);
	if (suppressed)
		snprintf(text + len, sizeof(text) - len, " suppressed=%llu",
			 (unsigned long long)suppressed);
	log_emit(kind, level, text, sink, is_shown);
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
