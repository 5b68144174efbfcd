/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's own log: one line an event, a lower-case word that names the
 * event first, then key=value fields. Any thread may log; a line is one
 * write(). Nothing here ever sees a secret: do not pass one.
 *
 *	log_info("login user=%s vlan=%u address=%s", log_quote(...), ...);
 *
 * Where the standard error is the journal, lines go there with their fields, or
 * carry a "<priority>" prefix where the journal does not take them so; on a
 * terminal or in a file they carry a time; with LOG_TO_SYSLOG they go to
 * syslog(3). What is of level "info" or more important also goes to the log of
 * its kind (see logs.h), whatever the level that is shown. Control characters in
 * a line are written as \xNN, so that text from outside cannot forge a line. It
 * can forge a field: quote it.
 */
#ifndef SEHUB_TRANSPORTD_LOG_H
#define SEHUB_TRANSPORTD_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest line, terminating NUL included; what is longer is cut. */
#define LOG_LINE_MAX	1024
/* Enough for log_quote() of a name of 64 bytes, all of them escaped. */
#define LOG_QUOTE_MAX	(64 * 4 + 3)

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* Logs that lines are in, besides this one. */
enum log_kind {
	LOG_KIND_SYSTEM,		/* the daemon itself */
	LOG_KIND_ADMINISTRATION,	/* what administrators change */
	LOG_KIND_ACCESS,		/* who comes and goes */
	LOG_KINDS,
};

enum log_target {
	LOG_TO_STDERR,	/* finds out by itself whether that is the journal */
	LOG_TO_SYSLOG,
};

/**
 * struct log_limit - how often one place may log
 * @window_ms: start of the present window, monotonic
 * @count: lines written in the window
 * @suppressed: lines not written since the last one that was
 *
 * A static one per place, zero-initialised; see log_warn_limited(). A lock in
 * log.c protects it.
 */
struct log_limit {
	uint64_t window_ms;
	unsigned int count;
	uint64_t suppressed;
};

/* At most this many lines a window from one place of log_*_limited(). */
#define LOG_LIMIT_BURST		10
#define LOG_LIMIT_WINDOW_MS	10000

/**
 * log_open() - choose where lines go, and the least important level shown
 * @target: where to
 * @level: lines of a higher (less important) level are not written
 *
 * Optional: before it, lines of up to LOG_LEVEL_INFO go to the standard error.
 * May be called again, from the main thread.
 */
void log_open(enum log_target target, enum log_level level);

void log_set_level(enum log_level level);

/*
 * Gives a clean line to the journal, with a priority of syslog(3); false: it
 * goes there by the standard error.
 */
typedef bool (*log_journal_fn)(int priority, const char *text);

/* Before other threads start. */
void log_set_journal(log_journal_fn fn);

/**
 * typedef log_sink_fn - takes lines of the log of a kind
 * @text: the line, without time and level, control characters escaped
 *
 * Called from any thread. It must not log.
 */
typedef void (*log_sink_fn)(void *arg, enum log_kind kind, enum log_level level,
			    const char *text);

/**
 * struct log_sink - who takes lines of logs
 * @fn: called for each
 * @arg: for it
 */
struct log_sink {
	log_sink_fn fn;
	void *arg;
};

/*
 * NULL: nobody, though threads that log meanwhile may still call the one before
 * until they end.
 */
void log_set_sink(const struct log_sink *sink);

/* True if a line of @level would be written: spares the work of composing. */
bool log_enabled(enum log_level level);

/* Level by its name in the configuration: error, warning, info, debug. */
int log_level_parse(const char *name, enum log_level *level);
const char *log_level_name(enum log_level level);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* What an administrator has changed, and who that was. */
void log_admin(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Who has come or gone. */
void log_access(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * log_limited() - log a line that an outsider can cause
 * @limit: state of the calling place
 * @kind: log that it is in as well
 * @level: level of the line
 * @fmt: as printf(3)
 *
 * After LOG_LIMIT_BURST lines in LOG_LIMIT_WINDOW_MS the rest is counted, and
 * the next line that is written ends with " suppressed=N". The access log has
 * all of them, as each can be a guess at a password.
 */
void log_limited(struct log_limit *limit, enum log_kind kind,
		 enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#define log_warn_limited(...)						\
	do {								\
		static struct log_limit log_limit_here;			\
									\
		log_limited(&log_limit_here, LOG_KIND_SYSTEM,		\
			    LOG_LEVEL_WARN, __VA_ARGS__);		\
	} while (0)

#define log_info_limited(...)						\
	do {								\
		static struct log_limit log_limit_here;			\
									\
		log_limited(&log_limit_here, LOG_KIND_SYSTEM,		\
			    LOG_LEVEL_INFO, __VA_ARGS__);		\
	} while (0)

#define log_access_limited(level, ...)					\
	do {								\
		static struct log_limit log_limit_here;			\
									\
		log_limited(&log_limit_here, LOG_KIND_ACCESS, level,	\
			    __VA_ARGS__);				\
	} while (0)

/**
 * log_quote() - text from outside as the value of a field
 * @buf: where to write
 * @size: size of @buf, at least 3; what does not fit is cut
 * @text: any bytes up to a NUL; NULL gives ""
 *
 * Return: @buf: the text in double quotes, with quotes, backslashes and
 * control characters escaped.
 */
const char *log_quote(char *buf, size_t size, const char *text);

/* The same for text from inside, of whatever length, as an argument. */
#define LOG_QUOTED(text) \
	log_quote((char [LOG_LINE_MAX]){ 0 }, LOG_LINE_MAX, text)

/**
 * log_printable() - whether text from outside can be shown as it is
 * @text: at least one byte before its NUL
 *
 * Return: length of the UTF-8 character at @text, 1 to 4, or 0 if that is a
 * control character or no UTF-8.
 */
size_t log_printable(const char *text);

/**
 * log_describe() - write an error's text where the caller wants it
 * @text: buffer, or NULL
 * @size: its size
 * @err: a negative errno
 * @fmt: as printf(3)
 *
 * Not a line in the log: what the functions of this directory fill their
 * "struct x_error" with. Return: @err.
 */
int log_describe(char *text, size_t size, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif /* SEHUB_TRANSPORTD_LOG_H */
