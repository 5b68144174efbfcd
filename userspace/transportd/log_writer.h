/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes logs to files, in a thread of its own: whoever has a line leaves it in
 * a queue and never waits for a disk. What a queue has no room for is counted,
 * and a line in the log says so where it is missing. A disk that is full is
 * said once; lines wait as far as they fit, and are written when there is room
 * again. A second thread compresses and deletes what was put aside.
 */
#ifndef SEHUB_TRANSPORTD_LOG_WRITER_H
#define SEHUB_TRANSPORTD_LOG_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "log_file.h"

/*
 * Bytes that may wait for the disk, of one log and of all logs of hubs. Those
 * of the server have room of their own: outsiders fill the others.
 */
#define LOG_QUEUE_MAX		(4U * 1024 * 1024)
#define LOG_QUEUES_MAX		(32U * 1024 * 1024)

/* "time=2026-11-28T10:04:02.123456+01:00 ", with NUL. */
#define LOG_TIME_MAX		96

struct log_writer;
struct log_stream;

/**
 * log_writer_new() - start the threads
 * @directory: where the files are
 * @rotation: when they are put aside; copied
 * Return: NULL without memory or threads.
 */
struct log_writer *log_writer_new(const char *directory,
				  const struct log_rotation *rotation);

/* Writes what waits, as far as the disk takes it, and ends. NULL is allowed. */
void log_writer_free(struct log_writer *writer);

/* From now on, also for files that are there. */
void log_writer_set(struct log_writer *writer,
		    const struct log_rotation *rotation);

/* All files are opened anew, as after logrotate(8). */
void log_writer_reopen(struct log_writer *writer);

const char *log_writer_directory(const struct log_writer *writer);

/**
 * log_writer_add() - one more log
 * @writer: writer
 * @vlan: hub, whose logs are in a directory of its own; 0: of the server
 * @name: of the file, which no other log of it has: "system.log"
 * Return: the log, good as long as the writer; NULL without memory.
 */
struct log_stream *log_writer_add(struct log_writer *writer, uint16_t vlan,
				  const char *name);

/**
 * log_stream_put() - leave a line to be written; any thread
 * @stream: its log
 * @when: its time
 * @parts: the line in pieces, without newline
 * @count: number of pieces
 * Return: false if there was no room: the line is counted as lost.
 */
bool log_stream_put(struct log_stream *stream, const struct timespec *when,
		    const char *const *parts, size_t count);

/* Count lines that were lost on the way here; @why: one word. */
void log_stream_lost(struct log_stream *stream, uint64_t lines,
		     const char *why);

/* A log that is switched off is closed, and has nothing to be put aside. */
void log_stream_set_on(struct log_stream *stream, bool is_on);
bool log_stream_is_on(const struct log_stream *stream);

/**
 * struct log_status - how a log is doing
 * @vlan: hub, 0: of the server
 * @name: name of the file
 * @path: file
 * @size: bytes in it
 * @lines: lines written since the start
 * @lost: lines lost since the start
 * @is_on: it is written to
 * @error: why it cannot be written to, 0 or -errno
 */
struct log_status {
	uint16_t vlan;
	const char *name;
	const char *path;
	uint64_t size;
	uint64_t lines;
	uint64_t lost;
	bool is_on;
	int error;
};

/* Calls @fn for each log. It must not call anything here. */
void log_writer_each(struct log_writer *writer,
		     void (*fn)(void *arg, const struct log_status *status),
		     void *arg);

/* "time=..." with zone and microseconds, and a blank; Return: @text */
const char *log_time_format(const struct timespec *when,
			    char text[LOG_TIME_MAX]);

#endif /* SEHUB_TRANSPORTD_LOG_WRITER_H */
