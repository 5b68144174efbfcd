/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tool that obeys lines of words on stdin while it watches descriptors. Each
 * command is answered by lines of text, the last of which begins with "ok" or
 * "err". One process, so no start-up time for each step of a test.
 */
#ifndef SEHUB_SELFTEST_SCRIPT_H
#define SEHUB_SELFTEST_SCRIPT_H

#include <stdbool.h>

/* Deadline of what should take no time. */
#define SCRIPT_MSEC	5000

/** script_ok(), script_err() - the last line of an answer; Return: 0 */
int script_ok(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int script_err(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** script_watch() - call @fn when @fd is readable; @fn NULL ends it */
void script_watch(int fd, void (*fn)(void *arg), void *arg);

/**
 * script_wait() - watch until something is so
 * @msec: deadline, longer if KSFT_MACHINE_SLOW=yes or KSFT_DEBUG_KERNEL is set
 * @done: asked again whenever a descriptor was served
 * @arg: handed to @done
 * Return: whether it became so in time.
 */
bool script_wait(unsigned int msec, bool (*done)(void *arg), void *arg);

/** script_open() - run @open(@arg) inside a network namespace
 * @netns: name as of ip-netns(8), or NULL for the own one
 * Return: what @open returns, a descriptor; or -1.
 */
int script_open(const char *netns, int (*open)(void *arg), void *arg);

/**
 * script_run() - obey stdin until its end
 * @run: called with the words of each line; prints the answer
 *
 * The process keeps to the CPU that the environment has in KSFT_CPU, or to the
 * first one.
 *
 * Return: exit status.
 */
int script_run(int (*run)(int argc, char **argv));

#endif
