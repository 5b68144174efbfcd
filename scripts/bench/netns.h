/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tools of the benchmark share. */
#ifndef SEHUB_BENCH_NETNS_H
#define SEHUB_BENCH_NETNS_H

#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Moves the calling process into a namespace of ip-netns(8), or gives up. */
static inline void netns_enter(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "cannot enter network namespace %s", name);
	close(fd);
}

/* Tells who started the program that it is ready. */
static inline void say_ready(void)
{
	puts("ready");
	fflush(stdout);
}

#endif /* SEHUB_BENCH_NETNS_H */
