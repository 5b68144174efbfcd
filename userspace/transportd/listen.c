// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Listening sockets. One descriptor is kept in reserve: when there is no other
 * left it is given up for a moment to accept a connection and close it, so
 * that clients see a refusal and the loop does not spin.
 */
#include "listen_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "events.h"
#include "log.h"
#include "login.h"

#define BACKLOG		1024
/* Connections accepted before others have their turn. */
#define ACCEPT_ROUNDS	32
/* How long accepting pauses where the system has no memory. */
#define PAUSE_MS	100

/* @l is NULL while the loop closes it. */
struct listen_socket {
	struct listeners *ls;
	struct listener *l;
	uv_poll_t poll;
	int fd;
};

static void on_poll(uv_poll_t *poll, int status, int events);

static void on_pause_over(uv_timer_t *timer)
{
	struct listeners *ls = timer->data;
	struct listener *l;

	for (l = ls->list; l; l = l->next)
		if (l->socket)
			uv_poll_start(&l->socket->poll, UV_READABLE, on_poll);
}

static void pause_accepting(struct listeners *ls)
{
	struct listener *l;

	for (l = ls->list; l; l = l->next)
		if (l->socket)
			uv_poll_stop(&l->socket->poll);
	uv_timer_start(&ls->pause, on_pause_over, PAUSE_MS, 0);
}

/* Turns one connection away although there is no descriptor for it. */
static void accept_with_spare(struct listener *l)
{
	struct listeners *ls = l->ls;
	int fd;

	log_warn_limited("accept error=\"no file descriptors left, raise LimitNOFILE\"");
	if (ls->spare >= 0) {
		close(ls->spare);
		fd = accept4(l->socket->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0) {
			l->accepted++;
			l->refused++;
			close(fd);
		}
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

	fd = accept4(l->socket->fd, (struct sockaddr *)&addr, &len,
		     SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		l->accepted++;
		login_begin(l->ls->d->logins, fd, (struct sockaddr *)&addr,
			    l->id);
		return true;
	}
	switch (errno) {
	case EAGAIN:
		return false;
	case EMFILE:
	case ENFILE:
		accept_with_spare(l);
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
	struct listen_socket *s = poll->data;
	int i;

	(void)status;
	(void)events;
	for (i = 0; i < ACCEPT_ROUNDS && accept_one(s->l); i++)
		;
}

static void put(struct listeners *ls)
{
	if (--ls->handles == 0)
		free(ls);
}

static void on_close_pause(uv_handle_t *handle)
{
	put(handle->data);
}

static void on_close_socket(uv_handle_t *handle)
{
	struct listen_socket *s = handle->data;

	put(s->ls);
	free(s);
}

/* A socket that listens, or -1 with errno. */
int listen_on(const struct config_listen *address)
{
	const struct sockaddr *addr = (const struct sockaddr *)&address->addr;
	int fd, one = 1, code;

	fd = socket(addr->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (addr->sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (!bind(fd, addr, address->len) && !listen(fd, BACKLOG))
		return fd;
	code = errno;
	close(fd);
	errno = code;
	return -1;
}

/* Opens it, with all that it takes; -errno. */
static int socket_open(struct listener *l)
{
	struct listen_socket *s = calloc(1, sizeof(*s));
	int code;

	if (!s)
		return -ENOMEM;
	s->ls = l->ls;
	s->l = l;
	s->fd = listen_on(&l->address);
	if (s->fd < 0) {
		code = -errno;
		free(s);
		return code;
	}
	if (uv_poll_init(&l->ls->d->loop, &s->poll, s->fd)) {
		close(s->fd);
		free(s);
		return -ENOMEM;
	}
	s->poll.data = s;
	l->ls->handles++;
	l->socket = s;
	uv_poll_start(&s->poll, UV_READABLE, on_poll);
	return 0;
}

/* Those who want to know hear of it. */
static void listen_tell(const struct listener *l, const char *address,
			const char *state)
{
	events_publish(l->ls->d->events, &(struct event){
		.kind = EVENT_LISTENER_CHANGED, .address = address,
		.state = state, .reason = l->error,
	});
}

int listen_socket_open(struct listener *l, struct sehub_err *err)
{
	char text[CONFIG_ADDRESS_MAX];
	int ret;

	if (l->socket)
		return 0;
	config_address_format((const struct sockaddr *)&l->address.addr, text,
			      sizeof(text));
	ret = socket_open(l);
	if (ret) {
		snprintf(l->error, sizeof(l->error), "%s", strerror(-ret));
		listen_tell(l, text, "failed");
		return sehub_err_set(err, ret, "cannot listen on %s: %s", text,
				     l->error);
	}
	l->error[0] = '\0';
	log_info("listen address=%s", text);
	listen_tell(l, text, "listening");
	return 0;
}

void listen_socket_close(struct listener *l)
{
	char text[CONFIG_ADDRESS_MAX];

	l->error[0] = '\0';
	if (!l->socket)
		return;
	config_address_format((const struct sockaddr *)&l->address.addr, text,
			      sizeof(text));
	log_info("listen-end address=%s", text);
	listen_tell(l, text, "off");
	uv_close((uv_handle_t *)&l->socket->poll, on_close_socket);
	close(l->socket->fd);
	l->socket->l = NULL;
	l->socket = NULL;
}

struct listeners *listen_new(struct daemon *d)
{
	struct listeners *ls = calloc(1, sizeof(*ls));

	if (!ls)
		return NULL;
	ls->d = d;
	uv_timer_init(&d->loop, &ls->pause);
	ls->pause.data = ls;
	ls->handles = 1;
	ls->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return ls;
}

void listen_free(struct listeners *ls)
{
	if (ls->spare >= 0)
		close(ls->spare);
	uv_close((uv_handle_t *)&ls->pause, on_close_pause);
}
