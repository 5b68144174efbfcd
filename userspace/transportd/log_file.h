/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One log file: lines are appended to it, it is put aside when its period is
 * over or it is long enough, and it is opened anew when somebody else has put
 * it aside or removed it. Belongs to one thread, which may wait for the disk.
 * Has no clock: each line brings its time.
 */
#ifndef SEHUB_TRANSPORTD_LOG_FILE_H
#define SEHUB_TRANSPORTD_LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "rotate.h"

/**
 * struct log_rotation - when files are put aside, and what becomes of them
 * @schedule: how long a file's period is
 * @max_bytes: a file is put aside before it would be longer; 0: no limit
 * @keep: files that were put aside and are kept, 0: all
 * @compress: they are compressed
 */
struct log_rotation {
	enum rotate_schedule schedule;
	uint64_t max_bytes;
	unsigned int keep;
	bool compress;
};

/**
 * struct log_file - a log file
 * @path: its directory
 * @name: its name there
 * @dir: the directory, -1: not open
 * @fd: the file, -1: not open
 * @dev: what is open
 * @ino: the same
 * @size: its length
 * @last: time of its last line
 * @rotations: how often it was put aside
 * @aside: what it is called when it is put aside next in the same period
 */
struct log_file {
	char *path;
	char name[ROTATE_FILE_MAX / 2];
	int dir;
	int fd;
	dev_t dev;
	ino_t ino;
	uint64_t size;
	time_t last;
	unsigned int rotations;
	struct rotate_file aside;
};

/* -ENOMEM. The directory is made, with the one that it is in, when it is needed. */
int log_file_init(struct log_file *file, const char *path, const char *name);
/* Closes it; it is opened again when there is something to write. */
void log_file_close(struct log_file *file);
void log_file_free(struct log_file *file);

/**
 * log_file_append() - append lines that have the same time
 * @file: the file
 * @rotation: when to put it aside
 * @when: their time
 * @lines: whole lines
 * @len: bytes there
 * @done: bytes that were written, also on failure; whole lines too
 *
 * A line is written as a whole or not at all. One that is longer than a file
 * may be is a file of its own.
 *
 * Return: 0 or -errno.
 */
int log_file_append(struct log_file *file, const struct log_rotation *rotation,
		    time_t when, const char *lines, size_t len, size_t *done);

/* Puts the file aside if its period is over. Return: 0 or -errno. */
int log_file_turn(struct log_file *file, const struct log_rotation *rotation,
		  time_t now);

/*
 * Calls @fn with the name of each entry of a directory, until it returns other
 * than 0. Return: that, or -errno.
 */
int log_file_each(int dir, int (*fn)(void *arg, const char *entry), void *arg);

/**
 * log_file_tidy() - compress what was put aside, delete what is too much of it
 * @path: directory
 * @name: of the file that is written to
 * @rotation: what to do
 * @now: the time
 * @stop: set by somebody else to end it early; what is left is done next time
 *
 * May run beside a thread that writes. The newest ones are kept.
 *
 * Return: 0 or -errno.
 */
int log_file_tidy(const char *path, const char *name,
		  const struct log_rotation *rotation, time_t now,
		  const bool *stop);

#endif /* SEHUB_TRANSPORTD_LOG_FILE_H */
