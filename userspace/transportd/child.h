/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that run beside the daemon, with a stream as their input and output.
 * They end with the daemon at the latest: setpriv(1) sees to that where the
 * daemon has no time to. Main thread only.
 */
#ifndef SEHUB_TRANSPORTD_CHILD_H
#define SEHUB_TRANSPORTD_CHILD_H

#include <stdint.h>
#include <uv.h>

#include "err.h"

/* Of a line of its messages; the rest of a longer one is left out. */
#define CHILD_LINE_MAX	240
/* Words of a program's command line. */
#define CHILD_ARGS_MAX	32

struct child;

/**
 * struct child_ops - what the owner is told
 * @said: a line of its standard error, printable ASCII without a newline
 * @ended: it ended, by itself (@signal is 0) or by @signal, which may have been
 *	ours; the child is gone
 */
struct child_ops {
	void (*said)(void *arg, const char *line);
	void (*ended)(void *arg, int64_t status, int signal);
};

/**
 * child_start() - begin
 * @loop: loop of the main thread
 * @argv: program, which is looked for in PATH, and its arguments, up to a NULL
 * @fd: its standard input and output, still the caller's
 * @ops: must stay valid
 * @arg: handed to them
 * @err: on failure, why, for people
 *
 * It has a process group of its own. No call comes before the loop goes on.
 * Return: the child, or NULL.
 */
struct child *child_start(uv_loop_t *loop, const char *const argv[], int fd,
			  const struct child_ops *ops, void *arg,
			  struct sehub_err *err);

/*
 * It has nothing to do any more: if it does not find out by itself it is ended
 * by SIGTERM, and if it does not mind that, by SIGKILL. @ended is still called.
 */
void child_finish(struct child *child);
/* At once, without a call. NULL is allowed. The loop sees to the rest. */
void child_abandon(struct child *child);
/* The same where the loop will not wait for it. Run the loop afterwards. */
void child_kill(struct child *child);

#endif /* SEHUB_TRANSPORTD_CHILD_H */
