// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What becomes of log files that were put aside. Looks at the directory alone,
 * so that what one run has not finished the next one does.
 */
#include "log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* Ends the name of a file that is being compressed. */
#define PART		".part"
#define COPY_LEN	65536

/**
 * struct aside - a file that was put aside
 * @file: which one
 * @when: time of its last line; names cannot tell the order of two in the hour
 *	that comes twice at the end of summer time
 */
struct aside {
	struct rotate_file file;
	time_t when;
};

/**
 * struct listing - files of one log that were put aside
 * @dir: where they are
 * @name: of the log that is written to
 * @files: the files
 * @count: how many
 */
struct listing {
	int dir;
	const char *name;
	struct aside *files;
	size_t count;
};

static int compare(const void *a, const void *b)
{
	const struct aside *one = a, *other = b;

	if (one->when != other->when)
		return one->when < other->when ? -1 : 1;
	return rotate_file_compare(&one->file, &other->file);
}

/* What a run that was cut short has left behind. */
static void remove_part(int dir, const char *name, const char *entry)
{
	char whole[ROTATE_FILE_MAX];
	struct rotate_file file;
	size_t len = strlen(entry), tail = strlen(PART);

	if (len <= tail || len - tail >= sizeof(whole) ||
	    strcmp(entry + len - tail, PART))
		return;
	memcpy(whole, entry, len - tail);
	whole[len - tail] = '\0';
	if (rotate_file_parse(name, whole, &file))
		unlinkat(dir, entry, 0);
}

static int note(struct listing *listing, const struct aside *aside)
{
	struct aside *files;

	/* Room for a power of two. */
	if (!(listing->count & (listing->count - 1))) {
		files = realloc(listing->files, sizeof(*files) * 2 *
				(listing->count ? listing->count : 1));
		if (!files)
			return -ENOMEM;
		listing->files = files;
	}
	listing->files[listing->count++] = *aside;
	return 0;
}

static int take_entry(void *arg, const char *entry)
{
	struct listing *listing = arg;
	struct aside aside;
	struct stat st;

	if (!rotate_file_parse(listing->name, entry, &aside.file)) {
		remove_part(listing->dir, listing->name, entry);
		return 0;
	}
	/* somebody else has just deleted it */
	if (fstatat(listing->dir, entry, &st, AT_SYMLINK_NOFOLLOW))
		return 0;
	aside.when = st.st_mtime;
	return note(listing, &aside);
}

/* By age. */
static int list(struct listing *listing)
{
	int err = log_file_each(listing->dir, take_entry, listing);

	if (listing->count)
		qsort(listing->files, listing->count, sizeof(*listing->files),
		      compare);
	return err;
}

/* Consumes @out. */
static int pack(int in, int out, const bool *stop)
{
	gzFile gz = gzdopen(out, "wb");
	char *buf = malloc(COPY_LEN);
	ssize_t n = 0;
	int err = 0;

	if (!gz || !buf) {
		err = -ENOMEM;
		goto out;
	}
	while (!err && (n = read(in, buf, COPY_LEN)) > 0) {
		if (__atomic_load_n(stop, __ATOMIC_RELAXED))
			err = -ECANCELED;
		else if (gzwrite(gz, buf, (unsigned int)n) != n)
			err = errno ? -errno : -EIO;
	}
	if (n < 0)
		err = -errno;
out:
	free(buf);
	errno = 0;
	if (gz) {
		if (gzclose(gz) != Z_OK && !err)
			err = errno ? -errno : -EIO;
	} else {
		close(out);
	}
	return err;
}

/* What was written there is on the disk. */
static int sync_file(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int err = fd < 0 || fsync(fd) ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

/* A file of the same owner, mode and time, under its name when it is whole. */
static int pack_file(int dir, const char *from, const char *to,
		     const bool *stop)
{
	char part[ROTATE_FILE_MAX + sizeof(PART)];
	struct timespec times[2];
	struct stat st;
	int in, out;
	int err = 0;

	snprintf(part, sizeof(part), "%s" PART, to);
	in = openat(dir, from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (in < 0 || fstat(in, &st)) {
		err = -errno;
		goto out_close;
	}
	out = openat(dir, part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		     st.st_mode & 0777);
	if (out < 0) {
		err = -errno;
		goto out_close;
	}
	errno = 0;
	err = pack(in, out, stop);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	if (!err && utimensat(dir, part, times, AT_SYMLINK_NOFOLLOW))
		err = -errno;
	/* one of the two is there, whenever the machine loses its power */
	if (!err)
		err = sync_file(dir, part);
	if (!err && (renameat(dir, part, dir, to) || fsync(dir)))
		err = -errno;
	unlinkat(dir, err ? part : from, 0);
out_close:
	if (in >= 0)
		close(in);
	return err == -ENOENT ? 0 : err;
}

static int pack_all(int dir, const char *name, struct listing *listing,
		    const bool *stop)
{
	char from[ROTATE_FILE_MAX], to[ROTATE_FILE_MAX];
	int err = 0;

	for (size_t i = 0; i < listing->count && !err; i++) {
		struct rotate_file *file = &listing->files[i].file;

		if (file->is_packed)
			continue;
		rotate_file_name(name, file, from);
		file->is_packed = true;
		err = pack_file(dir, from, rotate_file_name(name, file, to),
				stop);
	}
	return err;
}

/*
 * Deletes the oldest ones. What is of a time that is yet to come was put aside
 * before the clock was set back, and so is older than all others.
 */
static void delete_rest(int dir, const char *name, struct listing *listing,
			unsigned int keep, time_t now)
{
	size_t count = listing->count, rest = count > keep ? count - keep : 0;
	size_t to_come = 0, kept = 0;
	char text[ROTATE_FILE_MAX];

	while (to_come < count &&
	       listing->files[count - 1 - to_come].when > now)
		to_come++;
	for (size_t i = 0; i < count; i++) {
		const struct aside *aside = &listing->files[i];
		size_t age = (i + to_come) % count;

		if (age < rest)
			unlinkat(dir, rotate_file_name(name, &aside->file,
						       text), 0);
		else
			listing->files[kept++] = *aside;
	}
	listing->count = kept;
}

int log_file_tidy(const char *path, const char *name,
		  const struct log_rotation *rotation, time_t now,
		  const bool *stop)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct listing listing = { .dir = dir, .name = name };
	int err;

	/* Where nothing can be there is nothing; who writes says what is wrong. */
	if (dir < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	err = list(&listing);
	if (!err && rotation->keep)
		delete_rest(dir, name, &listing, rotation->keep, now);
	if (!err && rotation->compress)
		err = pack_all(dir, name, &listing, stop);
	free(listing.files);
	close(dir);
	return err;
}
