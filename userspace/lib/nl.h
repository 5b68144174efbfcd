/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control handle: blocking requests to sehub.ko (generic netlink) and to
 * rtnetlink, each with a deadline. One handle belongs to one thread. Frames
 * are moved by xfer.h, events are read by event.h; both have sockets of their
 * own.
 */
#ifndef SEHUB_LIB_NL_H
#define SEHUB_LIB_NL_H

#include <stdbool.h>

#include "err.h"

struct sehub_nl;

/**
 * sehub_nl_open() - open a control handle in the caller's network namespace
 * @nlp: where to put the handle
 * @err: filled on failure
 * Return: 0, -ENOENT if the module is not loaded, or another -errno. The
 * text of -ENOENT says what to do about it.
 */
int sehub_nl_open(struct sehub_nl **nlp, struct sehub_err *err);

/**
 * sehub_nl_open_rtnl() - the same for rtnetlink alone; needs no module
 * @nlp: where to put the handle, which serves tapdev.h only
 * @err: filled on failure
 * Return: 0 or -errno.
 */
int sehub_nl_open_rtnl(struct sehub_nl **nlp, struct sehub_err *err);

/**
 * sehub_nl_close() - close a handle and free it
 * @nl: handle, may be NULL
 *
 * Session ports that were made or attached through the handle are detached by
 * the kernel.
 */
void sehub_nl_close(struct sehub_nl *nl);

/**
 * sehub_nl_set_timeout() - change how long a request may take
 * @nl: handle
 * @ms: milliseconds, default 10000
 */
void sehub_nl_set_timeout(struct sehub_nl *nl, unsigned int ms);

/**
 * sehub_nl_is_loaded() - see whether the module is there
 * Return: true if its generic netlink family exists.
 */
bool sehub_nl_is_loaded(void);

#endif /* SEHUB_LIB_NL_H */
