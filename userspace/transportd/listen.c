// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Listening sockets. One descriptor is kept in reserve: when there is no other
 * left it is given up for a moment to accept a connection and close it, so
 * that clients see a refusal and the loop does not spin.
 */
#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "login.h"

#define BACKLOG		1024
/* Connections accepted before others have their turn. */
#define ACCEPT_ROUNDS	32
/* How long accepting pauses where the system has no memory. */
#define PAUSE_MS	100

struct listener {
	struct listeners *ls;
	uv_poll_t poll;
	int fd;
};

struct listeners {
	struct daemon *d;
	uv_timer_t pause;
	int spare;
	unsigned int handles;
	unsigned int count;
	struct listener list[];
};

static void on_poll(uv_poll_t *poll, int status, int events);

static void on_pause_over(uv_timer_t *timer)
{
	struct listeners *ls = timer->data;
	unsigned int i;

	for (i = 0; i < ls->count; i++)
		uv_poll_start(&ls->list[i].poll, UV_READABLE, on_poll);
}

static void pause_accepting(struct listeners *ls)
{
	unsigned int i;

	for (i = 0; i < ls->count; i++)
		uv_poll_stop(&ls->list[i].poll);
	uv_timer_start(&ls->pause, on_pause_over, PAUSE_MS, 0);
}

/* Turns one connection away although there is no descriptor for it. */
static void accept_with_spare(struct listeners *ls, int listen_fd)
{
	int fd;

	log_warn_limited("accept error=\"no file descriptors left, raise LimitNOFILE\"");
	if (ls->spare >= 0) {
		close(ls->spare);
		fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			close(fd);
		ls->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	if (ls->spare < 0)
		pause_accepting(ls);
}

/* False if there is nothing more to accept now. */
static bool accept_one(struct listener *l)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	int fd;

	fd = accept4(l->fd, (struct sockaddr *)&addr, &len,
		     SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		login_begin(l->ls->d->logins, fd, (struct sockaddr *)&addr);
		return true;
	}
	switch (errno) {
	case EAGAIN:
		return false;
	case EMFILE:
	case ENFILE:
		accept_with_spare(l->ls, l->fd);
		return false;
	case ENOBUFS:
	case ENOMEM:
		log_warn_limited("accept error=\"out of memory\"");
		pause_accepting(l->ls);
		return false;
	default:
		/* Errors of the network that belong to one connection. */
		return true;
	}
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct listener *l = poll->data;
	int i;

	(void)status;
	(void)events;
	for (i = 0; i < ACCEPT_ROUNDS && accept_one(l); i++)
		;
}

static void on_close(uv_handle_t *handle)
{
	struct listeners *ls = handle->data;

	if (--ls->handles == 0)
		free(ls);
}

static void on_close_listener(uv_handle_t *handle)
{
	struct listener *l = handle->data;
	struct listeners *ls = l->ls;

	if (--ls->handles == 0)
		free(ls);
}

static int open_one(struct listener *l, const struct config_listen *address,
		    struct sehub_err *err)
{
	const struct sockaddr *addr = (const struct sockaddr *)&address->addr;
	char text[CONFIG_ADDRESS_MAX];
	int one = 1, code;

	config_address_format(addr, text, sizeof(text));
	l->fd = socket(addr->sa_family,
		       SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		goto err_socket;
	setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (addr->sa_family == AF_INET6)
		setsockopt(l->fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
			   sizeof(one));
	if (bind(l->fd, addr, address->len) || listen(l->fd, BACKLOG))
		goto err_close;
	if (uv_poll_init(&l->ls->d->loop, &l->poll, l->fd)) {
		errno = ENOMEM;
		goto err_close;
	}
	l->poll.data = l;
	l->ls->handles++;
	uv_poll_start(&l->poll, UV_READABLE, on_poll);
	log_info("listen address=%s", text);
	return 0;

err_close:
	code = errno;
	close(l->fd);
	errno = code;
err_socket:
	code = errno;
	return sehub_err_set(err, code, "cannot listen on %s: %s", text,
			     strerror(code));
}

int listeners_open(struct listeners **listenersp, struct daemon *d,
		   struct sehub_err *err)
{
	struct listeners *ls;
	unsigned int i;
	int ret;

	ls = calloc(1, sizeof(*ls) +
		    d->config.listen_count * sizeof(ls->list[0]));
	if (!ls)
		return sehub_err_errno(err, ENOMEM, "cannot listen");
	ls->d = d;
	uv_timer_init(&d->loop, &ls->pause);
	ls->pause.data = ls;
	ls->handles = 1;
	ls->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (i = 0; i < d->config.listen_count; i++) {
		ls->list[i].ls = ls;
		ret = open_one(&ls->list[i], &d->config.listen[i], err);
		if (ret) {
			listeners_close(ls);
			return ret;
		}
		ls->count++;
	}
	*listenersp = ls;
	return 0;
}

void listeners_close(struct listeners *ls)
{
	unsigned int i;

	if (!ls)
		return;
	for (i = 0; i < ls->count; i++) {
		uv_close((uv_handle_t *)&ls->list[i].poll, on_close_listener);
		close(ls->list[i].fd);
	}
	uv_close((uv_handle_t *)&ls->pause, on_close);
	if (ls->spare >= 0)
		close(ls->spare);
}
