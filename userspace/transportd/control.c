// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket itself: made so that nobody can connect before its mode
 * and group are right, replaced only if nobody answers there.
 */
#include "control_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/acl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"

#define CONTROL_BACKLOG		64
#define CONTROL_MODE		0660
#define CONTROL_GROUP_MAX	(64 * 1024)

static int control_fail(struct control_failure *failure, int err,
			const char *path, const char *what)
{
	return log_describe(failure->text, sizeof(failure->text), err,
			    "%s: %s: %s", path, what, strerror(-err));
}

/* The group's number, or -1 if it does not exist. */
static gid_t control_find_group(const char *name)
{
	struct group group, *found = NULL;
	gid_t gid = (gid_t)-1;
	size_t size = 1024;
	char *buf = NULL;
	int err;

	if (!name)
		return gid;
	do {
		free(buf);
		buf = malloc(size);
		if (!buf)
			return gid;
		err = getgrnam_r(name, &group, buf, size, &found);
		size *= 2;
	} while (err == ERANGE && size <= CONTROL_GROUP_MAX);
	if (!err && found)
		gid = group.gr_gid;
	free(buf);
	return gid;
}

/*
 * Lets one more group connect than a mode has room for. The daemon need not be
 * a member of it, as it would for chown(2).
 */
static int control_admit(const char *path, gid_t group)
{
	char text[96];
	acl_t acl;
	int err = 0;

	snprintf(text, sizeof(text),
		 "u::rw-,g::rw-,g:%u:rw-,m::rw-,o::---", group);
	acl = acl_from_text(text);
	if (!acl || acl_set_file(path, ACL_TYPE_ACCESS, acl))
		err = -errno;
	if (acl)
		acl_free(acl);
	return err;
}

/* Whoever is not let in is kept out, which is no reason not to start. */
static void control_set_groups(const struct control *control)
{
	const char *path = control->path;
	int err;

	if (control->group != (gid_t)-1 &&
	    chown(path, (uid_t)-1, control->group))
		log_warn("control-group path=%s error=%s", path,
			 LOG_QUOTED(strerror(errno)));
	if (control->group_readonly == (gid_t)-1)
		return;
	err = control_admit(path, control->group_readonly);
	if (err)
		log_warn("control-group-readonly path=%s error=%s", path,
			 LOG_QUOTED(strerror(-err)));
}

/* A socket that nobody listens on any more makes room. */
static int control_remove_stale(const char *path,
				const struct sockaddr_un *address,
				struct control_failure *failure)
{
	struct stat st;
	int fd, err = 0;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 :
		       control_fail(failure, -errno, path, "control socket");
	if (!S_ISSOCK(st.st_mode))
		return log_describe(failure->text, sizeof(failure->text),
				    -EEXIST,
				    "%s exists and is no socket: remove it, or set control-socket",
				    path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return control_fail(failure, -errno, path, "control socket");
	if (!connect(fd, (const struct sockaddr *)address, sizeof(*address)) ||
	    errno == EAGAIN)
		err = log_describe(failure->text, sizeof(failure->text),
				   -EADDRINUSE,
				   "%s: another daemon is running there: stop it, or set control-socket",
				   path);
	else if (errno != ECONNREFUSED)
		err = control_fail(failure, -errno, path, "control socket");
	else if (unlink(path) && errno != ENOENT)
		err = control_fail(failure, -errno, path,
				   "old control socket cannot be removed");
	close(fd);
	return err;
}

/* Bound, with mode and group, not listening: a descriptor or -errno. */
static int control_bind(struct control *control,
			struct control_failure *failure)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = control->path;
	int fd, err;

	if (strlen(path) >= sizeof(address.sun_path))
		return control_fail(failure, -ENAMETOOLONG, path,
				    "control socket");
	strcpy(address.sun_path, path);
	err = control_remove_stale(path, &address, failure);
	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return control_fail(failure, -errno, path, "control socket");
	if (bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		err = control_fail(failure, -errno, path, "control socket");
		close(fd);
		return err;
	}
	if (chmod(path, CONTROL_MODE) || stat(path, &control->st)) {
		err = control_fail(failure, -errno, path,
				   "mode of the control socket");
		unlink(path);
		close(fd);
		return err;
	}
	control_set_groups(control);
	return fd;
}

static void control_on_connection(uv_stream_t *stream, int status)
{
	struct control *control = stream->data;

	if (status < 0) {
		log_warn_limited("control-accept error=%s",
				 LOG_QUOTED(uv_strerror(status)));
		return;
	}
	control_client_accept(control);
}

static void control_free(struct control *control)
{
	free(control->path);
	free(control->version);
	free(control);
}

void control_put(struct control *control)
{
	if (control->closing && control->pipe_closed && !control->client_count)
		control_free(control);
}

static void control_on_pipe_closed(uv_handle_t *handle)
{
	struct control *control = handle->data;

	control->pipe_closed = true;
	control_put(control);
}

/* For a control whose handle is known to the loop. */
static void control_remove(struct control *control)
{
	struct stat st;

	if (!lstat(control->path, &st) && st.st_ino == control->st.st_ino &&
	    st.st_dev == control->st.st_dev)
		unlink(control->path);
	control->closing = true;
	uv_close((uv_handle_t *)&control->pipe, control_on_pipe_closed);
}

int control_open(uv_loop_t *loop, const struct control_options *options,
		 struct control **control, struct control_failure *failure)
{
	struct control *made = calloc(1, sizeof(*made));
	int fd, err;

	*control = NULL;
	failure->text[0] = '\0';
	if (!made)
		return control_fail(failure, -ENOMEM, options->path,
				    "control socket");
	made->loop = loop;
	made->group = control_find_group(options->group);
	made->group_readonly = control_find_group(options->group_readonly);
	made->write_ms = options->write_ms ? options->write_ms :
					     CONTROL_WRITE_MS;
	made->path = strdup(options->path);
	made->version = strdup(options->version ? options->version : "");
	fd = -ENOMEM;
	if (made->path && made->version)
		fd = control_bind(made, failure);
	if (fd < 0) {
		control_free(made);
		return fd;
	}
	uv_pipe_init(loop, &made->pipe, 0);
	made->pipe.data = made;
	err = uv_pipe_open(&made->pipe, fd);
	if (err)
		close(fd);
	else
		err = uv_listen((uv_stream_t *)&made->pipe, CONTROL_BACKLOG,
				control_on_connection);
	if (err) {
		control_fail(failure, err, options->path, "control socket");
		control_remove(made);
		return err;
	}
	*control = made;
	return 0;
}

void control_close(struct control *control)
{
	struct control_client *client, *next;

	if (!control || control->closing)
		return;
	for (client = control->clients; client; client = next) {
		next = client->next;
		control_client_close(client);
	}
	control_remove(control);
}

const struct control_method *control_find(const struct control *control,
					  const char *name, void **ctx)
{
	for (unsigned int i = 0; i < control->set_count; i++) {
		const struct control_set *set = &control->sets[i];

		for (size_t j = 0; j < set->count; j++) {
			if (strcmp(set->methods[j].name, name))
				continue;
			*ctx = set->ctx;
			return &set->methods[j];
		}
	}
	return NULL;
}

int control_register(struct control *control,
		     const struct control_method *methods, size_t count,
		     void *ctx)
{
	void *unused;

	if (control->set_count == CONTROL_SETS_MAX)
		return -ENOSPC;
	for (size_t i = 0; i < count; i++)
		if (control_find(control, methods[i].name, &unused))
			return -EEXIST;
	control->sets[control->set_count++] = (struct control_set){
		.methods = methods,
		.count = count,
		.ctx = ctx,
	};
	return 0;
}
