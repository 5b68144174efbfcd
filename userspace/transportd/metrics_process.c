// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the process takes of the machine, under the names that are usual for
 * that among programs of all kinds.
 */
#include "metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "metrics_text.h"

/* Fields of /proc/PID/stat behind the name, which may hold anything. */
#define STAT_START	20
#define STAT_VSIZE	21
#define STAT_RSS	22

static unsigned int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int n = 0;

	if (!dir)
		return 0;
	while (readdir(dir))
		n++;
	closedir(dir);
	/* neither . nor .. nor this one */
	return n > 3 ? n - 3 : 0;
}

/* One of the fields above; 0 if it cannot be had. */
static unsigned long long stat_field(const char *stat, unsigned int field)
{
	const char *at = strrchr(stat, ')');

	while (at && field--)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

static void read_stat(char *stat, size_t size)
{
	FILE *f = fopen("/proc/self/stat", "re");
	size_t n = 0;

	if (f) {
		n = fread(stat, 1, size - 1, f);
		fclose(f);
	}
	stat[n] = '\0';
}

/* Seconds since the epoch, from ticks since the start of the machine. */
static double start_time(unsigned long long ticks)
{
	struct timespec now, up;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	return (double)(now.tv_sec - up.tv_sec) +
	       (double)(now.tv_nsec - up.tv_nsec) / 1e9 +
	       (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static double seconds(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

void metrics_add_process(struct metrics_text *text)
{
	struct rusage usage = { .ru_maxrss = 0 };
	struct rlimit files = { .rlim_cur = 0 };
	char stat[1024];

	getrusage(RUSAGE_SELF, &usage);
	getrlimit(RLIMIT_NOFILE, &files);
	read_stat(stat, sizeof(stat));
	metrics_family(text, "process_cpu_seconds", "counter", "seconds",
		       "CPU time of the daemon, user and system.");
	metrics_seconds(text, "_total", seconds(&usage.ru_utime) +
			seconds(&usage.ru_stime));
	metrics_family(text, "process_start_time_seconds", "gauge", "seconds",
		       "When the daemon was started, since the epoch.");
	metrics_seconds(text, "", start_time(stat_field(stat, STAT_START)));
	metrics_family(text, "process_virtual_memory_bytes", "gauge", "bytes",
		       "Address space of the daemon.");
	metrics_value(text, "", stat_field(stat, STAT_VSIZE), NULL);
	metrics_family(text, "process_resident_memory_bytes", "gauge", "bytes",
		       "Memory of the daemon.");
	metrics_value(text, "", stat_field(stat, STAT_RSS) *
		      (uint64_t)sysconf(_SC_PAGESIZE), NULL);
	metrics_family(text, "process_open_fds", "gauge", NULL,
		       "Open file descriptors of the daemon.");
	metrics_value(text, "", count_fds(), NULL);
	metrics_family(text, "process_max_fds", "gauge", NULL,
		       "How many file descriptors it may have.");
	metrics_value(text, "", files.rlim_cur, NULL);
}
