/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading events until a signal comes or nobody reads the output any more. */
#ifndef SEHUB_CTL_WATCH_H
#define SEHUB_CTL_WATCH_H

#include "cmd.h"
#include "lib/control.h"
#include "lib/event.h"

/**
 * struct watch - what to do with events
 * @groups: SEHUB_EVENT_*; 0: nothing of the kernel
 * @stream: events of the daemon; NULL: none
 * @output: where they are written to
 * @start: called when events are collected and none was handed out; an exit
 *	status other than CTL_OK ends it. May be NULL
 * @event: called for each; another value than 0 ends it
 * @told: the same for each event of the daemon
 * @gone: called when the daemon has gone, with what is wrong; an exit status
 *	other than CTL_OK ends it
 * @lost: called when the kernel had to drop events
 * @done: called after some events, and from time to time while there are none;
 *	then @is_idle. May be NULL
 * @arg: handed to all of them
 */
struct watch {
	unsigned int groups;
	struct sehub_control_stream *stream;
	FILE *output;
	int (*start)(void *arg);
	sehub_event_fn event;
	sehub_control_fn told;
	int (*gone)(void *arg, const struct sehub_err *err);
	void (*lost)(void *arg);
	void (*done)(void *arg, bool is_idle);
	void *arg;
};

/** ctl_watch() - hand out events until the end; Return: exit status */
int ctl_watch(struct ctl *ctl, const struct watch *watch);

#endif /* SEHUB_CTL_WATCH_H */
