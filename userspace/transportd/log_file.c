// SPDX-License-Identifier: GPL-2.0-or-later
/* A log file that is written to; see log_file.h. */
#include "log_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_FILE_MODE	0640
#define LOG_DIR_MODE	0750

int log_file_init(struct log_file *file, const char *path, const char *name)
{
	memset(file, 0, sizeof(*file));
	file->dir = -1;
	file->fd = -1;
	file->path = strdup(path);
	if (!file->path || strlen(name) >= sizeof(file->name))
		return -ENOMEM;
	strcpy(file->name, name);
	return 0;
}

void log_file_close(struct log_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	if (file->dir >= 0)
		close(file->dir);
	file->fd = -1;
	file->dir = -1;
}

void log_file_free(struct log_file *file)
{
	log_file_close(file);
	free(file->path);
	file->path = NULL;
}

/* The directory of a hub is in that of all logs. */
static void make_directories(const char *path)
{
	char *copy = strdup(path);

	if (copy)
		mkdir(dirname(copy), LOG_DIR_MODE);
	free(copy);
	mkdir(path, LOG_DIR_MODE);
}

static int open_directory(struct log_file *file)
{
	if (file->dir >= 0)
		return 0;
	file->dir = open(file->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->dir < 0 && errno == ENOENT) {
		make_directories(file->path);
		file->dir = open(file->path,
				 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return file->dir < 0 ? -errno : 0;
}

/* What was left in the middle of a line by whoever wrote there is ended. */
static void end_line(struct log_file *file)
{
	char last;

	if (file->size &&
	    pread(file->fd, &last, 1, (off_t)file->size - 1) == 1 &&
	    last != '\n' && write(file->fd, "\n", 1) == 1)
		file->size++;
}

static int open_file(struct log_file *file)
{
	struct stat st;
	int err;

	err = open_directory(file);
	if (err)
		return err;
	file->fd = openat(file->dir, file->name,
			  O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
			  O_NONBLOCK, LOG_FILE_MODE);
	if (file->fd < 0)
		return -errno;
	err = fstat(file->fd, &st) ? -errno : 0;
	if (!err && !S_ISREG(st.st_mode))
		err = -EEXIST;
	if (err) {
		close(file->fd);
		file->fd = -1;
		return err;
	}
	file->dev = st.st_dev;
	file->ino = st.st_ino;
	file->size = (uint64_t)st.st_size;
	file->last = st.st_mtime;
	end_line(file);
	return 0;
}

/* Whether the directory that is open still has its name. */
static bool is_same_directory(const struct log_file *file)
{
	struct stat open_one, named;

	return !fstat(file->dir, &open_one) && !stat(file->path, &named) &&
	       open_one.st_dev == named.st_dev &&
	       open_one.st_ino == named.st_ino;
}

/*
 * Opens the file, anew if another one has its name now, or none; and learns how
 * long it is, as it may have been cut.
 */
static int look(struct log_file *file)
{
	struct stat st;

	if (file->fd >= 0) {
		if (is_same_directory(file) &&
		    !fstatat(file->dir, file->name, &st, AT_SYMLINK_NOFOLLOW) &&
		    st.st_dev == file->dev && st.st_ino == file->ino) {
			file->size = (uint64_t)st.st_size;
			return 0;
		}
		log_file_close(file);
	}
	return open_file(file);
}

/* Not where something is, whatever else goes on in the directory. */
static int rename_to_new(int dir, const char *from, const char *to)
{
	if (!renameat2(dir, from, dir, to, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* The file system cannot do it at one go. */
	if (!faccessat(dir, to, F_OK, AT_SYMLINK_NOFOLLOW))
		return -EEXIST;
	return renameat(dir, from, dir, to) ? -errno : 0;
}

int log_file_each(int dir, int (*fn)(void *arg, const char *entry), void *arg)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int err = 0;

	if (!stream) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	while (!err && (entry = readdir(stream)))
		err = fn(arg, entry->d_name);
	closedir(stream);
	return err;
}

static int take_number(void *arg, const char *entry)
{
	struct log_file *file = arg;
	struct rotate_file found;

	if (rotate_file_parse(file->name, entry, &found) &&
	    !strcmp(found.stamp, file->aside.stamp) &&
	    found.number >= file->aside.number &&
	    found.number < ROTATE_NUMBER_MAX)
		file->aside.number = found.number + 1;
	return 0;
}

/*
 * The name that comes after all of its period, those included that were deleted
 * meanwhile: one that is free before them would make the newest file the oldest.
 */
static int next_aside(struct log_file *file, enum rotate_schedule schedule)
{
	char stamp[ROTATE_STAMP_MAX];
	int err;

	rotate_stamp(schedule, file->last, stamp);
	if (!strcmp(stamp, file->aside.stamp))
		return 0;
	memset(&file->aside, 0, sizeof(file->aside));
	strcpy(file->aside.stamp, stamp);
	err = log_file_each(file->dir, take_number, file);
	if (err)
		file->aside.stamp[0] = '\0';
	return err;
}

/* Puts the file aside under a name that none has, compressed or not. */
static int put_aside(struct log_file *file, const struct log_rotation *rotation)
{
	const struct timespec times[] = {
		{ .tv_nsec = UTIME_OMIT }, { .tv_sec = file->last },
	};
	struct rotate_file *aside = &file->aside;
	char name[ROTATE_FILE_MAX];
	int err;

	err = next_aside(file, rotation->schedule);
	if (err)
		return err;
	err = -EEXIST;
	while (err == -EEXIST && aside->number <= ROTATE_NUMBER_MAX) {
		aside->is_packed = true;
		rotate_file_name(file->name, aside, name);
		if (faccessat(file->dir, name, F_OK, AT_SYMLINK_NOFOLLOW)) {
			aside->is_packed = false;
			rotate_file_name(file->name, aside, name);
			err = rename_to_new(file->dir, file->name, name);
		}
		if (!err || err == -EEXIST)
			aside->number++;
	}
	if (err)
		return err;
	file->rotations++;
	/* who tidies up tells by it which one is older */
	futimens(file->fd, times);
	close(file->fd);
	file->fd = -1;
	file->size = 0;
	return 0;
}

/* Bytes of whole lines that there is room for. */
static size_t fits(const struct log_file *file,
		   const struct log_rotation *rotation, const char *lines,
		   size_t len)
{
	uint64_t room;
	const char *end;

	if (!rotation->max_bytes || file->size + len <= rotation->max_bytes)
		return len;
	room = rotation->max_bytes > file->size ?
	       rotation->max_bytes - file->size : 0;
	end = room ? memrchr(lines, '\n', room < len ? room : len) : NULL;
	if (end)
		return (size_t)(end - lines) + 1;
	if (file->size)
		return 0;
	end = memchr(lines, '\n', len);
	return end ? (size_t)(end - lines) + 1 : len;
}

/* All of it or nothing: what a full disk has cut off is taken back. */
static int write_lines(struct log_file *file, const char *lines, size_t len,
		       size_t *done)
{
	size_t written = 0;
	int err = 0;

	while (written < len && !err) {
		ssize_t n = write(file->fd, lines + written, len - written);

		if (n > 0)
			written += (size_t)n;
		else if (!n)
			err = -EIO;
		else if (errno != EINTR)
			err = -errno;
	}
	if (err && written) {
		const char *end = memrchr(lines, '\n', written);
		size_t whole = end ? (size_t)(end - lines) + 1 : 0;

		if (whole < written &&
		    !ftruncate(file->fd, (off_t)(file->size + whole)))
			written = whole;
	}
	file->size += written;
	*done += written;
	return err;
}

int log_file_append(struct log_file *file, const struct log_rotation *rotation,
		    time_t when, const char *lines, size_t len, size_t *done)
{
	int err = 0;

	*done = 0;
	while (*done < len && !err) {
		size_t n;

		err = look(file);
		if (err)
			break;
		n = fits(file, rotation, lines + *done, len - *done);
		if (file->size &&
		    (!n || rotate_is_due(rotation->schedule, file->last,
					 when))) {
			err = put_aside(file, rotation);
			continue;
		}
		err = write_lines(file, lines + *done, n, done);
		file->last = when;
	}
	return err;
}

int log_file_turn(struct log_file *file, const struct log_rotation *rotation,
		  time_t now)
{
	int err;

	if (rotation->schedule == ROTATE_NEVER)
		return 0;
	err = look(file);
	if (err || !file->size ||
	    !rotate_is_due(rotation->schedule, file->last, now))
		return err;
	return put_aside(file, rotation);
}
