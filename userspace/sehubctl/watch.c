// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading events until the end; see watch.h. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "watch.h"

/* Without events for so long, nothing is on its way. */
#define IDLE_MS		200

/* Events in one go, so that a flood of them hides no signal. */
#define ROUND		256
/* Goes to read what waits when a signal comes. */
#define ROUNDS_AT_END	256

/* What a round of reading ends with, besides exit statuses. */
#define ALL_READ	(-1)
#define MORE_WAITS	(-2)

/**
 * struct round - events being read
 * @watch: what to do with them
 * @n: how many
 */
struct round {
	const struct watch *watch;
	int n;
};

static int take_event(const struct sehub_event *event, void *arg)
{
	struct round *round = arg;
	int code = round->watch->event(event, round->watch->arg);

	return code ? code : ++round->n == ROUND;
}

/* Return: an exit status, ALL_READ or MORE_WAITS. */
static int read_round(struct ctl *ctl, const struct watch *watch,
		      struct sehub_monitor *mon, bool is_idle)
{
	struct round round = { .watch = watch };
	struct sehub_err err;
	int code = 0;

	if (mon)
		code = sehub_monitor_read(mon, take_event, &round, &err);
	if (code == -ENOBUFS)
		watch->lost(watch->arg);
	if (watch->done)
		watch->done(watch->arg, is_idle && !round.n && !code);
	if (fflush(watch->output) || ferror(watch->output) || code == -EPIPE)
		return CTL_FAILED;
	if (code < 0 && code != -ENOBUFS)
		return ctl_fail(ctl, &err);
	return code ? MORE_WAITS : ALL_READ;
}

/* Return: an exit status, or ALL_READ; without daemon @stream becomes -1. */
static int read_stream(struct ctl *ctl, const struct watch *watch, int *stream)
{
	struct sehub_err err;
	int code, status;

	if (*stream < 0)
		return ALL_READ;
	code = sehub_control_stream_read(watch->stream, watch->told,
					 watch->arg, &err);
	if (fflush(watch->output) || ferror(watch->output) || code == -EPIPE)
		return CTL_FAILED;
	if (!code)
		return ALL_READ;
	if (code != -ECONNRESET)
		return ctl_fail(ctl, &err);
	*stream = -1;
	status = watch->gone(watch->arg, &err);
	return status ? status : ALL_READ;
}

/* What came before the signal is handed out. */
static int read_rest(struct ctl *ctl, const struct watch *watch,
		     struct sehub_monitor *mon, int *stream)
{
	int status = read_stream(ctl, watch, stream);

	if (status >= 0)
		return status;
	status = MORE_WAITS;
	for (int i = 0; i < ROUNDS_AT_END && status == MORE_WAITS; i++)
		status = read_round(ctl, watch, mon, false);
	return status < 0 ? CTL_OK : status;
}

static int run(struct ctl *ctl, const struct watch *watch,
	       struct sehub_monitor *mon, int signals)
{
	struct pollfd fds[] = {
		{ .fd = mon ? sehub_monitor_fd(mon) : -1, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		/* Whether the reader of a pipe has gone. */
		{ .fd = fileno(watch->output), .events = 0 },
		{ .fd = watch->stream ?
			sehub_control_stream_fd(watch->stream) : -1,
		  .events = POLLIN },
	};
	int status = watch->start ? watch->start(watch->arg) : CTL_OK;

	if (status)
		return status;
	for (;;) {
		int n = poll(fds, 4, watch->done ? IDLE_MS : -1);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return ctl_fail_text(ctl, "cannot wait: %s",
					     strerror(errno));
		}
		if (fds[1].revents)
			return read_rest(ctl, watch, mon, &fds[3].fd);
		if (fds[2].revents)
			return CTL_FAILED;
		status = read_round(ctl, watch, mon, !n);
		if (status < 0 && fds[3].revents)
			status = read_stream(ctl, watch, &fds[3].fd);
		if (status >= 0)
			return status;
	}
}

int ctl_watch(struct ctl *ctl, const struct watch *watch)
{
	struct sehub_monitor *mon = NULL;
	struct sehub_err err;
	sigset_t mask;
	int signals;
	int status;

	if (watch->groups && sehub_monitor_open(&mon, watch->groups, &err))
		return ctl_fail(ctl, &err);
	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signals = signalfd(-1, &mask, SFD_CLOEXEC);
	if (signals < 0)
		status = ctl_fail_text(ctl, "cannot wait for signals: %s",
				       strerror(errno));
	else
		status = run(ctl, watch, mon, signals);
	if (signals >= 0)
		close(signals);
	sehub_monitor_close(mon);
	return status;
}
