// SPDX-License-Identifier: GPL-2.0-or-later
/* A tool that obeys lines of words; see script.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "script.h"

#define WATCH_MAX	1200
#define WORDS_MAX	512
#define LINE_ROOM	(256 * 1024)
#define SLOW_FACTOR	6
#define DEBUG_FACTOR	4

static struct {
	void (*fn)(void *arg);
	void *arg;
} watched[WATCH_MAX];
static struct pollfd polled[WATCH_MAX + 1];
static int watch_count;

int script_ok(const char *fmt, ...)
{
	va_list ap;

	fputs("ok ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	return 0;
}

int script_err(const char *fmt, ...)
{
	va_list ap;

	fputs("err ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	return 0;
}

void script_watch(int fd, void (*fn)(void *arg), void *arg)
{
	int i;

	for (i = 0; i < watch_count; i++)
		if (polled[i].fd == fd)
			break;
	if (!fn) {
		if (i == watch_count)
			return;
		watch_count--;
		polled[i] = polled[watch_count];
		watched[i] = watched[watch_count];
		return;
	}
	if (i == WATCH_MAX)
		abort();
	if (i == watch_count)
		watch_count++;
	polled[i] = (struct pollfd){ .fd = fd, .events = POLLIN };
	watched[i].fn = fn;
	watched[i].arg = arg;
}

static long now_msec(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Serves descriptors once; with stdin if @input. Return: stdin is readable. */
static bool serve(int msec, bool input)
{
	int n = watch_count;

	polled[n] = (struct pollfd){ .fd = input ? 0 : -1, .events = POLLIN };
	if (poll(polled, n + 1, msec) <= 0)
		return false;
	input = polled[n].revents;
	for (int i = n - 1; i >= 0; i--)
		if (polled[i].revents && i < watch_count)
			watched[i].fn(watched[i].arg);
	return input;
}

bool script_wait(unsigned int msec, bool (*done)(void *arg), void *arg)
{
	const char *slow = getenv("KSFT_MACHINE_SLOW");
	long left, end;

	if (slow && !strcmp(slow, "yes"))
		msec *= SLOW_FACTOR;
	if (getenv("KSFT_DEBUG_KERNEL"))
		msec *= DEBUG_FACTOR;
	end = now_msec() + msec;
	for (;;) {
		if (done(arg))
			return true;
		left = end - now_msec();
		if (left <= 0)
			return false;
		serve(left, false);
	}
}

int script_open(const char *netns, int (*open_fn)(void *arg), void *arg)
{
	char path[256];
	int home, other, fd;

	if (!netns || !strcmp(netns, "-"))
		return open_fn(arg);
	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	other = open(path, O_RDONLY | O_CLOEXEC);
	if (home < 0 || other < 0 || setns(other, CLONE_NEWNET)) {
		printf("# %s: %s\n", path, strerror(errno));
		fd = -1;
	} else {
		fd = open_fn(arg);
		if (setns(home, CLONE_NEWNET))
			abort();
	}
	close(home);
	close(other);
	return fd;
}

static void obey(char *line, int (*run)(int argc, char **argv))
{
	char *words[WORDS_MAX];
	int n = 0;

	for (char *word = strtok(line, " \t\n"); word && n < WORDS_MAX;
	     word = strtok(NULL, " \t\n"))
		words[n++] = word;
	if (n)
		run(n, words);
}

int script_run(int (*run)(int argc, char **argv))
{
	static char buf[LINE_ROOM];
	const char *number = getenv("KSFT_CPU");
	size_t have = 0;
	cpu_set_t cpu;
	ssize_t n;

	/*
	 * What one process sends in order arrives in order only if all of it
	 * passes through the receive queue of one CPU.
	 */
	CPU_ZERO(&cpu);
	CPU_SET(number ? atoi(number) : 0, &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);

	for (;;) {
		char *end;

		if (!serve(-1, true))
			continue;
		n = read(0, buf + have, sizeof(buf) - have - 1);
		if (n <= 0)
			return n < 0;
		have += n;
		buf[have] = '\0';
		while ((end = strchr(buf, '\n'))) {
			*end++ = '\0';
			obey(buf, run);
			have -= end - buf;
			memmove(buf, end, have + 1);
		}
	}
}
