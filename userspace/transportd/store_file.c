// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The database's file: it is made as a whole, is nobody else's to read, and is
 * set aside, never replaced, where it is damaged.
 */
#include "store_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STORE_MAGIC		"SQLite format 3"
/* While it is made. */
#define STORE_NEW		STORE_FILE ".new"
/* Set aside, with the time behind. */
#define STORE_DAMAGED		STORE_FILE ".damaged-"
#define STORE_DAMAGED_STRLEN	(sizeof(STORE_DAMAGED) + 32)

/* What SQLite has beside a database. */
static const char *const companions[] = { "-wal", "-shm", "-journal" };

#define COMPANIONS	(sizeof(companions) / sizeof(companions[0]))

int store_file_lock(struct store *store, const char *directory,
		    struct store_error *error)
{
	struct stat st;

	if (mkdir(directory, 0700) && errno != EEXIST)
		return store_fail(error, -errno, "%s: cannot be made: %s",
				  directory, strerror(errno));
	store->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->directory < 0 || fstat(store->directory, &st))
		return store_fail(error, -errno, "%s: %s", directory,
				  strerror(errno));
	if (st.st_mode & 022)
		return store_fail(error, -EACCES,
				  "%s is writable by others: chmod go-w it",
				  directory);
	if (flock(store->directory, LOCK_EX | LOCK_NB))
		return store_fail(error, errno == EWOULDBLOCK ? -EBUSY : -errno,
				  "%s is in use by another process: each daemon needs a state-directory of its own",
				  directory);
	return 0;
}

/* --- making it ------------------------------------------------------------- */

/*
 * Name of a database that was set aside, the latest one; false: there is none.
 * What belonged to it has a "-" behind the time.
 */
static bool find_damaged(struct store *store, char name[STORE_DAMAGED_STRLEN])
{
	int fd = openat(store->directory, ".", O_RDONLY | O_DIRECTORY |
			O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	name[0] = '\0';
	while (dir && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, STORE_DAMAGED,
			     strlen(STORE_DAMAGED)) &&
		    !strchr(entry->d_name + strlen(STORE_DAMAGED), '-') &&
		    strlen(entry->d_name) < STORE_DAMAGED_STRLEN &&
		    strcmp(entry->d_name, name) > 0)
			strcpy(name, entry->d_name);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return name[0];
}

/* An empty one may be made where nothing is left of another. */
static int may_make(struct store *store, struct store_error *error)
{
	char name[STORE_DAMAGED_STRLEN];
	struct stat st;

	if (find_damaged(store, name))
		return store_fail(error, -EUCLEAN,
				  "%s was damaged, and is set aside as %s: put a copy in its place, or, to start with an empty one, move that file to another directory",
				  store->path, name);
	snprintf(name, sizeof(name), STORE_FILE "%s", companions[0]);
	if (!fstatat(store->directory, name, &st, AT_SYMLINK_NOFOLLOW) &&
	    st.st_size)
		return store_fail(error, -EUCLEAN,
				  "%s is gone, but its last changes, %s, are there: put it back, or, to start with an empty one, move these to another directory",
				  store->path, name);
	return 0;
}

/* A daemon that ends in the middle leaves nothing that looks like one. */
static int make_file(struct store *store, struct store_error *error)
{
	char *path;
	int fd, err;

	err = may_make(store, error);
	if (err)
		return err;
	if (asprintf(&path, "%.*s" STORE_NEW,
		     (int)(strlen(store->path) - strlen(STORE_FILE)),
		     store->path) < 0)
		return store_fail(error, -ENOMEM, "out of memory");
	unlinkat(store->directory, STORE_NEW, 0);
	unlinkat(store->directory, STORE_NEW "-journal", 0);
	fd = openat(store->directory, STORE_NEW,
		    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		err = store_fail(error, -errno, "%s: cannot be made: %s",
				 store->path, strerror(errno));
	} else {
		close(fd);
		err = store_fill(store, path, error);
	}
	if (!err && (renameat(store->directory, STORE_NEW, store->directory,
			      STORE_FILE) || fsync(store->directory)))
		err = store_fail(error, -errno, "%s: cannot be made: %s",
				 store->path, strerror(errno));
	free(path);
	return err;
}

/* --- looking at it --------------------------------------------------------- */

static int check_content(struct store *store, int fd, struct store_error *error)
{
	char magic[sizeof(STORE_MAGIC)] = "";
	ssize_t len = pread(fd, magic, sizeof(magic), 0);

	if (len < 0)
		return store_fail(error, -errno, "%s: %s", store->path,
				  strerror(errno));
	if (!len)
		return store_fail_damaged(store, error, "empty");
	if (len != (ssize_t)sizeof(magic) ||
	    memcmp(magic, STORE_MAGIC, sizeof(magic)))
		return store_fail_damaged(store, error, "no database");
	return 0;
}

int store_file_check(struct store *store, struct store_error *error)
{
	struct stat st;
	int fd, err;

	fd = openat(store->directory, STORE_FILE,
		    O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return make_file(store, error);
	if (fd < 0 || fstat(fd, &st))
		err = store_fail(error, -errno, "%s: %s", store->path,
				 strerror(errno));
	else if (!S_ISREG(st.st_mode))
		err = store_fail(error, -EUCLEAN, "%s is not a file",
				 store->path);
	else if (st.st_uid != geteuid())
		err = store_fail(error, -EACCES,
				 "%s belongs to user %u, and the daemon runs as user %u: run it as that one, or chown the file",
				 store->path, st.st_uid, geteuid());
	else if ((st.st_mode & 077) && fchmod(fd, 0600))
		err = store_fail(error, -errno,
				 "%s can be read by others, and that cannot be changed: %s",
				 store->path, strerror(errno));
	else
		err = check_content(store, fd, error);
	if (fd >= 0)
		close(fd);
	return err;
}

/* --- setting it aside ------------------------------------------------------ */

/* The database goes first: what is left without it is not taken for one. */
static int move_all(struct store *store, const char *name)
{
	char from[sizeof(STORE_FILE) + 16];
	char to[STORE_DAMAGED_STRLEN + 16];

	if (renameat(store->directory, STORE_FILE, store->directory, name))
		return -errno;
	for (size_t i = 0; i < COMPANIONS; i++) {
		snprintf(from, sizeof(from), STORE_FILE "%s", companions[i]);
		snprintf(to, sizeof(to), "%s%s", name, companions[i]);
		if (renameat(store->directory, from, store->directory, to) &&
		    errno != ENOENT)
			return -errno;
	}
	return fsync(store->directory) ? -errno : 0;
}

/* One that no file has yet. */
static void make_name(struct store *store, char name[STORE_DAMAGED_STRLEN])
{
	time_t now = time(NULL);
	unsigned int n = 1;
	struct stat st;
	char text[24];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(name, STORE_DAMAGED_STRLEN, STORE_DAMAGED "%s", text);
	while (!fstatat(store->directory, name, &st, AT_SYMLINK_NOFOLLOW))
		snprintf(name, STORE_DAMAGED_STRLEN, STORE_DAMAGED "%s.%u",
			 text, n++);
}

void store_file_set_aside(struct store *store, struct store_error *error)
{
	struct store_error why = *error;
	char name[STORE_DAMAGED_STRLEN];
	int err;

	make_name(store, name);
	err = move_all(store, name);
	if (err)
		store_fail(error, err,
			   "%.300s; it cannot be set aside (%s): move it to another directory, and put a copy in its place",
			   why.text, strerror(-err));
	else
		store_fail(error, 0,
			   "%.250s and was set aside as %s: put a copy in its place, or, to start with an empty one, move that file to another directory",
			   why.text, name);
}
