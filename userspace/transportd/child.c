// SPDX-License-Identifier: GPL-2.0-or-later
/* Programs that run beside the daemon: begun, heard, ended. */
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Time to see the end of the input; time to obey SIGTERM. */
#define PATIENCE_MS	2000
/* Others may hold its standard error: so long is waited for the last words. */
#define LAST_WORDS_MS	500

/**
 * struct child - a program
 * @process: libuv's handle of it
 * @output: its standard error
 * @timer: of its end
 * @handles: that are not closed yet
 * @has_ended: @process is a process no more
 * @is_silent: all was heard
 * @status: of its end
 * @ended_by: signal of its end, or one that it was sent
 * @signal: the next one to end it with, 0: none is planned
 * @ops: the owner's, NULL: nobody listens
 * @arg: the owner's
 * @line: what was said since the last newline
 * @used: its length
 */
struct child {
	uv_process_t process;
	uv_pipe_t output;
	uv_timer_t timer;
	unsigned int handles;
	bool has_ended;
	bool is_silent;
	int64_t status;
	int ended_by;
	int signal;
	const struct child_ops *ops;
	void *arg;
	char line[CHILD_LINE_MAX + 1];
	size_t used;
};

static void on_closed(uv_handle_t *handle)
{
	struct child *child = handle->data;

	if (!--child->handles)
		free(child);
}

/* No call after this one. */
static void child_free(struct child *child)
{
	child->ops = NULL;
	uv_close((uv_handle_t *)&child->process, on_closed);
	uv_close((uv_handle_t *)&child->output, on_closed);
	uv_close((uv_handle_t *)&child->timer, on_closed);
}

static void say_line(struct child *child)
{
	child->line[child->used] = '\0';
	if (child->used && child->ops)
		child->ops->said(child->arg, child->line);
	child->used = 0;
}

/* A server at the other end may have written it. */
static void hear(struct child *child, char c)
{
	if (c == '\n') {
		say_line(child);
		return;
	}
	if (c == '\r' || child->used == CHILD_LINE_MAX)
		return;
	if (c == '\t')
		c = ' ';
	else if (c < ' ' || c > '~')
		c = '?';
	child->line[child->used++] = c;
}

static void tell_end(struct child *child)
{
	const struct child_ops *ops;
	void *arg = child->arg;
	int64_t status = child->status;
	int signal = child->ended_by;

	say_line(child);
	ops = child->ops;
	child_free(child);
	if (ops)
		ops->ended(arg, status, signal);
}

static void on_output(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
	struct child *child = stream->data;

	for (ssize_t i = 0; i < len; i++)
		hear(child, buf->base[i]);
	if (len >= 0)
		return;
	uv_read_stop(stream);
	child->is_silent = true;
	if (child->has_ended)
		tell_end(child);
}

static void on_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	static char data[4096];

	(void)handle;
	(void)size;
	*buf = uv_buf_init(data, sizeof(data));
}

static void on_last_words(uv_timer_t *timer)
{
	tell_end(timer->data);
}

static void on_exit_of(uv_process_t *process, int64_t status, int signal)
{
	struct child *child = process->data;

	child->has_ended = true;
	child->status = status;
	/* SIGKILL comes next where SIGTERM was sent */
	child->ended_by = signal || child->signal != SIGKILL ? signal : SIGTERM;
	if (child->is_silent)
		tell_end(child);
	else
		uv_timer_start(&child->timer, on_last_words, LAST_WORDS_MS, 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct child *child = timer->data;

	uv_kill(-child->process.pid, child->signal);
	if (child->signal == SIGKILL)
		return;
	child->signal = SIGKILL;
	uv_timer_start(timer, on_timer, PATIENCE_MS, 0);
}

void child_finish(struct child *child)
{
	if (child->signal || child->has_ended)
		return;
	child->signal = SIGTERM;
	uv_timer_start(&child->timer, on_timer, PATIENCE_MS, 0);
}

void child_kill(struct child *child)
{
	if (!child)
		return;
	if (!child->has_ended)
		uv_kill(-child->process.pid, SIGKILL);
	child_free(child);
}

void child_abandon(struct child *child)
{
	if (!child)
		return;
	child->ops = NULL;
	if (!child->has_ended)
		uv_kill(-child->process.pid, SIGKILL);
}

static struct child *child_new(uv_loop_t *loop, const struct child_ops *ops,
			       void *arg)
{
	struct child *child = calloc(1, sizeof(*child));

	if (!child)
		return NULL;
	child->ops = ops;
	child->arg = arg;
	child->handles = 3;
	child->process.data = child;
	uv_pipe_init(loop, &child->output, 0);
	child->output.data = child;
	uv_timer_init(loop, &child->timer);
	child->timer.data = child;
	return child;
}

struct child *child_start(uv_loop_t *loop, const char *const argv[], int fd,
			  const struct child_ops *ops, void *arg,
			  struct sehub_err *err)
{
	const char *args[CHILD_ARGS_MAX + 4] = {
		"setpriv", "--pdeathsig", "TERM",
	};
	struct child *child = child_new(loop, ops, arg);
	uv_stdio_container_t stdio[] = {
		{ .flags = UV_INHERIT_FD, .data.fd = fd },
		{ .flags = UV_INHERIT_FD, .data.fd = fd },
		{ .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE },
	};
	uv_process_options_t options = {
		.exit_cb = on_exit_of, .file = args[0], .args = (char **)args,
		.flags = UV_PROCESS_DETACHED, .stdio = stdio, .stdio_count = 3,
	};
	size_t i;
	int ret;

	if (!child) {
		sehub_err_errno(err, ENOMEM, argv[0]);
		return NULL;
	}
	for (i = 0; argv[i] && i < CHILD_ARGS_MAX; i++)
		args[3 + i] = argv[i];
	stdio[2].data.stream = (uv_stream_t *)&child->output;
	ret = uv_spawn(loop, &child->process, &options);
	if (ret) {
		sehub_err_errno(err, -ret, args[0]);
		child_free(child);
		return NULL;
	}
	uv_read_start((uv_stream_t *)&child->output, on_buffer, on_output);
	return child;
}
