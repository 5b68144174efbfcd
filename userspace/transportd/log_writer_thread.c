// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The threads that have the files of logs: one writes, one compresses and
 * deletes. Neither holds the lock while it waits for the disk.
 */
#include "log_writer_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "log.h"

/* What could not be written is tried again so often. */
#define RETRY_SECONDS	1
/* A file that nothing was written to for so long is closed. */
#define IDLE_SECONDS	60

static time_t now_monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* --- writing --------------------------------------------------------------- */

/* What the queue had no room for is said where it is missing. */
static void say_lost(struct log_stream *stream)
{
	char text[LOG_LOST_MAX];
	const char *line = text;
	size_t len;

	if (!stream->lost)
		return;
	log_lost_format(stream->is_json, &stream->lost_when, stream->lost,
			"queue", text);
	len = strlen(text) + 1;
	if (log_batch_add(&stream->out, &stream->lost_when, &line, 1, len))
		return;
	*log_stream_queued(stream) += len;
	stream->lost = 0;
}

/* With the lock: the lines that wait become those that are written. */
static void take(struct log_stream *stream)
{
	if (stream->out.len)
		return;
	log_batch_clear(&stream->out);
	stream->out = stream->queue;
	stream->out_run = 0;
	stream->out_done = 0;
	memset(&stream->queue, 0, sizeof(stream->queue));
	say_lost(stream);
}

static uint64_t count_lines(const char *data, size_t len)
{
	const char *end = data + len;
	uint64_t n = 0;

	while (data < end && (data = memchr(data, '\n', (size_t)(end - data)))) {
		data++;
		n++;
	}
	return n;
}

/* Without the lock. Return: 0 or -errno; @lines is how many were written. */
static int write_out(struct log_stream *stream,
		     const struct log_rotation *rotation, uint64_t *lines)
{
	struct log_batch *out = &stream->out;
	int err = 0;

	*lines = 0;
	while (stream->out_run < out->run_count && !err) {
		const struct log_run *run = &out->runs[stream->out_run];
		const char *data = out->data + stream->out_done;
		size_t done = 0;

		err = log_file_append(&stream->file, rotation, run->when, data,
				      run->end - stream->out_done, &done);
		*lines += count_lines(data, done);
		stream->out_done += done;
		if (!err)
			stream->out_run++;
	}
	return err;
}

/* With the lock, which is let go: once for each disk that is full. */
static void say_state(struct log_stream *stream, int before, int after)
{
	pthread_mutex_t *lock = &stream->writer->lock;
	uint64_t lost = stream->lost_all - stream->lost_said;

	if (!before == !after)
		return;
	stream->lost_said = stream->lost_all;
	pthread_mutex_unlock(lock);
	if (after)
		log_error("log-failed file=%s error=%s", stream->path,
			  LOG_QUOTED(strerror(-after)));
	else
		log_warn("log-recovered file=%s lost=%" PRIu64, stream->path,
			 lost);
	pthread_mutex_lock(lock);
}

/* With the lock, which is let go meanwhile. */
static void work(struct log_writer *w, struct log_stream *stream)
{
	struct log_rotation rotation = w->rotation;
	unsigned int rotations = stream->file.rotations;
	bool reopen = stream->reopen;
	size_t before, after;
	uint64_t lines;
	int err;

	stream->reopen = false;
	take(stream);
	pthread_mutex_unlock(&w->lock);

	if (reopen)
		log_file_close(&stream->file);
	before = stream->out.len - stream->out_done;
	err = write_out(stream, &rotation, &lines);
	after = stream->out.len - stream->out_done;
	stream->used = now_monotonic();

	pthread_mutex_lock(&w->lock);
	if (!after)
		log_batch_clear(&stream->out);
	*log_stream_queued(stream) -= before - after;
	stream->lines += lines;
	stream->size = stream->file.size;
	if (rotations != stream->file.rotations)
		log_stream_make_untidy(stream);
	say_state(stream, stream->error, err);
	stream->error = err;
	if (!err && (stream->queue.len || stream->lost))
		log_stream_make_ready(stream);
}

/* --- what time brings ------------------------------------------------------ */

/* With the lock, which is let go meanwhile. */
static void turn(struct log_writer *w, struct log_stream *stream)
{
	struct log_rotation rotation = w->rotation;
	unsigned int rotations = stream->file.rotations;

	pthread_mutex_unlock(&w->lock);
	/* If it fails, so does the next line, and that is said. */
	log_file_turn(&stream->file, &rotation, time(NULL));
	pthread_mutex_lock(&w->lock);
	stream->size = stream->file.size;
	if (rotations != stream->file.rotations)
		log_stream_make_untidy(stream);
}

/* With the lock, which is let go meanwhile: that may wait for the disk, too. */
static void close_file(struct log_writer *w, struct log_stream *stream)
{
	pthread_mutex_unlock(&w->lock);
	log_file_close(&stream->file);
	pthread_mutex_lock(&w->lock);
}

/* Return: seconds until the next time. */
static unsigned int look_around(struct log_writer *w)
{
	unsigned int wait = rotate_wait(w->rotation.schedule, time(NULL));
	time_t now = now_monotonic();
	struct log_stream *stream;
	bool is_failed = false;

	for (stream = w->all; stream; stream = stream->next) {
		if (stream->error) {
			is_failed = true;
			/* Not before its time, whatever else goes on. */
			if (now - stream->used >= RETRY_SECONDS)
				log_stream_make_ready(stream);
			continue;
		}
		if (stream->file.fd < 0)
			continue;
		if (stream->is_on)
			turn(w, stream);
		if (stream->reopen || now - stream->used >= IDLE_SECONDS)
			close_file(w, stream);
	}
	if (!wait || wait > IDLE_SECONDS)
		wait = IDLE_SECONDS;
	return is_failed ? RETRY_SECONDS : wait;
}

static void wait_for(struct log_writer *w, unsigned int seconds)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += seconds;
	pthread_cond_timedwait(&w->wake, &w->lock, &until);
}

/* At the end, what the disk does not take is lost. */
static void give_up(struct log_writer *w)
{
	struct log_stream *stream;

	for (stream = w->all; stream; stream = stream->next) {
		uint64_t lines;

		if (!stream->error)
			continue;
		work(w, stream);
		if (stream->error || stream->queue.len)
			work(w, stream);
		if (!stream->error)
			continue;
		lines = count_lines(stream->out.data + stream->out_done,
				    stream->out.len - stream->out_done) +
			count_lines(stream->queue.data, stream->queue.len);
		pthread_mutex_unlock(&w->lock);
		log_error("log-failed file=%s lost=%" PRIu64, stream->path,
			  lines + stream->lost);
		pthread_mutex_lock(&w->lock);
	}
}

void *log_writer_run(void *arg)
{
	struct log_writer *w = arg;
	struct log_stream *stream;
	time_t looked = 0;
	unsigned int wait = 0;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		time_t now = now_monotonic();

		/* Also while there is always something to write. */
		if (now - looked >= RETRY_SECONDS) {
			wait = look_around(w);
			looked = now;
		}
		stream = TAILQ_FIRST(&w->ready);
		if (stream) {
			TAILQ_REMOVE(&w->ready, stream, ready);
			stream->is_ready = false;
			work(w, stream);
			wait = RETRY_SECONDS;
		} else if (w->is_ending) {
			break;
		} else {
			wait_for(w, wait);
		}
	}
	give_up(w);
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* --- tidying --------------------------------------------------------------- */

/* With the lock, which is let go meanwhile. */
static void tidy(struct log_writer *w, struct log_stream *stream)
{
	struct log_rotation rotation = w->rotation;
	int err;

	pthread_mutex_unlock(&w->lock);
	err = log_file_tidy(stream->file.path, stream->file.name, &rotation,
			    time(NULL), &w->is_ending);
	if (err && err != -ECANCELED && !stream->tidy_error)
		log_error("log-tidy file=%s error=%s", stream->path,
			  LOG_QUOTED(strerror(-err)));
	stream->tidy_error = err;
	pthread_mutex_lock(&w->lock);
}

void *log_writer_run_tidy(void *arg)
{
	struct log_writer *w = arg;
	struct log_stream *stream;

	pthread_mutex_lock(&w->lock);
	while (!w->is_ending) {
		stream = TAILQ_FIRST(&w->untidy);
		if (!stream) {
			pthread_cond_wait(&w->wake_tidy, &w->lock);
			continue;
		}
		TAILQ_REMOVE(&w->untidy, stream, untidy);
		stream->is_untidy = false;
		tidy(w, stream);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}
