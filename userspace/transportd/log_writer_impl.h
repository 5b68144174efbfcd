/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between log_writer.c (what other threads call), log_writer_queue.c (lines
 * that wait) and log_writer_thread.c (the threads that have the files).
 */
#ifndef SEHUB_TRANSPORTD_LOG_WRITER_IMPL_H
#define SEHUB_TRANSPORTD_LOG_WRITER_IMPL_H

#include <pthread.h>
#include <sys/queue.h>

#include "log_writer.h"

/**
 * struct log_run - lines of the same second
 * @when: their time
 * @end: where they end among all lines
 * @lines: how many
 */
struct log_run {
	time_t when;
	size_t end;
	unsigned int lines;
};

/**
 * struct log_batch - lines, one after the other
 * @data: the lines
 * @len: bytes of them
 * @size: bytes that there is room for
 * @runs: what time they are of
 * @run_count: how many
 * @run_size: runs that there is room for
 */
struct log_batch {
	char *data;
	size_t len;
	size_t size;
	struct log_run *runs;
	size_t run_count;
	size_t run_size;
};

/* -ENOMEM: nothing has changed. */
int log_batch_add(struct log_batch *batch, const struct timespec *when,
		  const char *const *parts, size_t count, size_t len);
/* A line that says that lines are missing, with NUL. */
#define LOG_LOST_MAX		(LOG_TIME_MAX + 96)

/* In the form of the other lines; Return: @text */
const char *log_lost_format(bool is_json, const struct timespec *when,
			    uint64_t lines, const char *why,
			    char text[LOG_LOST_MAX]);

/* Forgets all of it, with its memory. */
void log_batch_clear(struct log_batch *batch);

/**
 * struct log_stream - one log
 * @writer: its writer
 * @next: list of all
 * @vlan: hub, 0: of the server
 * @path: file, for messages
 * @is_json: its lines are JSON objects
 * @ready: list of those with lines that can be written
 * @untidy: list of those with something to compress or to delete
 * @is_ready: it is in that list
 * @is_untidy: the same
 * @is_on: lines are taken
 * @reopen: the file is to be opened anew
 * @queue: lines that wait
 * @lost: lines that the queue had no room for since it was last emptied
 * @lost_when: time of the last one of these
 * @error: of the last attempt to write, 0 or -errno
 * @lines: lines written
 * @lost_all: lines lost
 * @lost_said: of these, what was lost when the disk failed last
 * @size: of the file
 * @file: the writing thread's
 * @out: lines that it writes
 * @out_run: run of these that is next
 * @out_done: bytes of these that are written
 * @used: when it last wrote, by the monotonic clock
 * @tidy_error: the tidying thread's: of its last attempt
 *
 * The writer's lock protects all but what a thread has for itself.
 */
struct log_stream {
	struct log_writer *writer;
	struct log_stream *next;
	uint16_t vlan;
	char *path;
	bool is_json;
	TAILQ_ENTRY(log_stream) ready;
	TAILQ_ENTRY(log_stream) untidy;
	bool is_ready;
	bool is_untidy;
	bool is_on;
	bool reopen;
	struct log_batch queue;
	uint64_t lost;
	struct timespec lost_when;
	int error;
	uint64_t lines;
	uint64_t lost_all;
	uint64_t lost_said;
	uint64_t size;
	struct log_file file;
	struct log_batch out;
	size_t out_run;
	size_t out_done;
	time_t used;
	int tidy_error;
};

TAILQ_HEAD(log_streams, log_stream);

/**
 * struct log_writer - the writer
 * @lock: protects all of it, and of its streams what is not a thread's own
 * @wake: there is something to write, or an end
 * @wake_tidy: the same, to tidy
 * @directory: where the files are
 * @rotation: when they are put aside
 * @all: all logs
 * @ready: those with lines that can be written
 * @untidy: those with something to compress or to delete
 * @queued: bytes that wait in those of the server, and in those of hubs
 * @is_ending: the threads are to end
 * @thread: the one that writes
 * @tidy_thread: the one that tidies
 */
struct log_writer {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_cond_t wake_tidy;
	char *directory;
	struct log_rotation rotation;
	struct log_stream *all;
	struct log_streams ready;
	struct log_streams untidy;
	size_t queued[2];
	bool is_ending;
	pthread_t thread;
	pthread_t tidy_thread;
};

/* With the lock: bytes that wait in all logs that share their room with it. */
static inline size_t *log_stream_queued(const struct log_stream *stream)
{
	return &stream->writer->queued[stream->vlan != 0];
}

/* With the lock. */
void log_stream_make_ready(struct log_stream *stream);
void log_stream_make_untidy(struct log_stream *stream);

/* Each with a struct log_writer. */
void *log_writer_run(void *arg);
void *log_writer_run_tidy(void *arg);

#endif /* SEHUB_TRANSPORTD_LOG_WRITER_IMPL_H */
