// SPDX-License-Identifier: GPL-2.0-or-later
/* What other threads have of the writer of logs; see log_writer.h. */
#include "log_writer_impl.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void log_stream_make_ready(struct log_stream *stream)
{
	struct log_writer *w = stream->writer;

	if (stream->is_ready)
		return;
	stream->is_ready = true;
	TAILQ_INSERT_TAIL(&w->ready, stream, ready);
	pthread_cond_signal(&w->wake);
}

void log_stream_make_untidy(struct log_stream *stream)
{
	struct log_writer *w = stream->writer;

	if (stream->is_untidy)
		return;
	stream->is_untidy = true;
	TAILQ_INSERT_TAIL(&w->untidy, stream, untidy);
	pthread_cond_signal(&w->wake_tidy);
}

/* Signals are the main thread's. */
static int start_thread(pthread_t *thread, void *(*run)(void *), void *arg)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

static void end_thread(struct log_writer *w, pthread_t thread)
{
	pthread_mutex_lock(&w->lock);
	__atomic_store_n(&w->is_ending, true, __ATOMIC_RELAXED);
	pthread_cond_signal(&w->wake);
	pthread_cond_signal(&w->wake_tidy);
	pthread_mutex_unlock(&w->lock);
	pthread_join(thread, NULL);
}

static void free_stream(struct log_stream *stream)
{
	if (!stream)
		return;
	log_batch_clear(&stream->queue);
	log_batch_clear(&stream->out);
	log_file_free(&stream->file);
	free(stream->path);
	free(stream);
}

static void free_writer(struct log_writer *w)
{
	struct log_stream *stream, *next;

	for (stream = w->all; stream; stream = next) {
		next = stream->next;
		free_stream(stream);
	}
	pthread_cond_destroy(&w->wake);
	pthread_cond_destroy(&w->wake_tidy);
	pthread_mutex_destroy(&w->lock);
	free(w->directory);
	free(w);
}

struct log_writer *log_writer_new(const char *directory,
				  const struct log_rotation *rotation)
{
	struct log_writer *w = calloc(1, sizeof(*w));
	pthread_condattr_t attr;

	if (!w)
		return NULL;
	tzset();
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->wake, &attr);
	pthread_cond_init(&w->wake_tidy, &attr);
	pthread_condattr_destroy(&attr);
	TAILQ_INIT(&w->ready);
	TAILQ_INIT(&w->untidy);
	w->rotation = *rotation;
	w->directory = strdup(directory);
	if (!w->directory || start_thread(&w->thread, log_writer_run, w))
		goto err_free;
	if (start_thread(&w->tidy_thread, log_writer_run_tidy, w))
		goto err_end;
	return w;

err_end:
	end_thread(w, w->thread);
err_free:
	free_writer(w);
	return NULL;
}

void log_writer_free(struct log_writer *w)
{
	if (!w)
		return;
	end_thread(w, w->thread);
	end_thread(w, w->tidy_thread);
	free_writer(w);
}

void log_writer_set(struct log_writer *w, const struct log_rotation *rotation)
{
	struct log_stream *stream;

	pthread_mutex_lock(&w->lock);
	w->rotation = *rotation;
	for (stream = w->all; stream; stream = stream->next)
		if (stream->is_on)
			log_stream_make_untidy(stream);
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

void log_writer_reopen(struct log_writer *w)
{
	struct log_stream *stream;

	pthread_mutex_lock(&w->lock);
	for (stream = w->all; stream; stream = stream->next)
		stream->reopen = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

const char *log_writer_directory(const struct log_writer *w)
{
	return w->directory;
}

static struct log_stream *make_stream(struct log_writer *w, uint16_t vlan,
				      const char *name)
{
	struct log_stream *stream = calloc(1, sizeof(*stream));
	char *directory = NULL;
	int err;

	if (!stream)
		return NULL;
	stream->file.dir = -1;
	stream->file.fd = -1;
	stream->writer = w;
	stream->vlan = vlan;
	stream->is_on = true;
	stream->is_json = strstr(name, ".json");
	if (vlan)
		err = asprintf(&directory, "%s/hub%u", w->directory, vlan) < 0;
	else
		err = !(directory = strdup(w->directory));
	if (!err && asprintf(&stream->path, "%s/%s", directory, name) < 0) {
		stream->path = NULL;
		err = -ENOMEM;
	}
	if (!err)
		err = log_file_init(&stream->file, directory, name);
	free(directory);
	if (!err)
		return stream;
	free_stream(stream);
	return NULL;
}

struct log_stream *log_writer_add(struct log_writer *w, uint16_t vlan,
				  const char *name)
{
	struct log_stream *stream = make_stream(w, vlan, name);

	if (!stream)
		return NULL;
	pthread_mutex_lock(&w->lock);
	stream->next = w->all;
	w->all = stream;
	/* An earlier daemon may have left something to do. */
	log_stream_make_untidy(stream);
	pthread_mutex_unlock(&w->lock);
	return stream;
}

/* With the lock: false if there is no room. */
static bool put(struct log_stream *stream, const struct timespec *when,
		const char *const *parts, size_t count)
{
	size_t *queued = log_stream_queued(stream);
	bool is_in;
	size_t len = 1;

	for (size_t i = 0; i < count; i++)
		len += strlen(parts[i]);
	/* What is behind the first one that is lost is lost with it. */
	is_in = !stream->lost && stream->queue.len + len <= LOG_QUEUE_MAX &&
		(!stream->vlan || *queued + len <= LOG_QUEUES_MAX) &&
		!log_batch_add(&stream->queue, when, parts, count, len);
	if (is_in)
		*queued += len;
	/*
	 * That a line is lost is to be written, too. After a failure the next
	 * attempt is a matter of time.
	 */
	if (!stream->error)
		log_stream_make_ready(stream);
	return is_in;
}

bool log_stream_put(struct log_stream *stream, const struct timespec *when,
		    const char *const *parts, size_t count)
{
	bool is_in = true;

	pthread_mutex_lock(&stream->writer->lock);
	if (stream->is_on) {
		is_in = put(stream, when, parts, count);
		if (!is_in) {
			stream->lost++;
			stream->lost_all++;
			stream->lost_when = *when;
		}
	}
	pthread_mutex_unlock(&stream->writer->lock);
	return is_in;
}

void log_stream_lost(struct log_stream *stream, uint64_t lines, const char *why)
{
	char text[LOG_LOST_MAX];
	const char *line = text;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	log_lost_format(stream->is_json, &now, lines, why, text);
	pthread_mutex_lock(&stream->writer->lock);
	if (stream->is_on) {
		stream->lost_all += lines;
		if (!put(stream, &now, &line, 1)) {
			stream->lost += lines;
			stream->lost_when = now;
		}
	}
	pthread_mutex_unlock(&stream->writer->lock);
}

void log_stream_set_on(struct log_stream *stream, bool is_on)
{
	pthread_mutex_lock(&stream->writer->lock);
	stream->is_on = is_on;
	if (!is_on)
		stream->reopen = true;
	pthread_mutex_unlock(&stream->writer->lock);
}

bool log_stream_is_on(const struct log_stream *stream)
{
	bool is_on;

	pthread_mutex_lock(&stream->writer->lock);
	is_on = stream->is_on;
	pthread_mutex_unlock(&stream->writer->lock);
	return is_on;
}

void log_writer_each(struct log_writer *w,
		     void (*fn)(void *arg, const struct log_status *status),
		     void *arg)
{
	const struct log_stream *stream;

	pthread_mutex_lock(&w->lock);
	for (stream = w->all; stream; stream = stream->next) {
		struct log_status status = {
			.vlan = stream->vlan,
			.name = stream->file.name,
			.path = stream->path,
			.size = stream->size,
			.lines = stream->lines,
			.lost = stream->lost_all,
			.is_on = stream->is_on,
			.error = stream->error,
		};

		fn(arg, &status);
	}
	pthread_mutex_unlock(&w->lock);
}
