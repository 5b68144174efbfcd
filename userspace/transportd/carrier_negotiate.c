// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streams through HTTP proxies that want Negotiate: a child of the daemon makes
 * them, as libraries of Kerberos wait for key distribution centres for as long
 * as they like (see negotiate.c). It sends the socket and ends, or says why
 * there is none; it is ended when that takes too long, or is not wanted any more.
 */
#include "carrier.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "carrier_impl.h"
#include "child.h"
#include "config.h"
#include "negotiate.h"

/* It watches the time itself where it can: so much later it is ended. */
#define PATIENCE_MS	500

/**
 * struct carrier_child - the process that makes a stream
 * @child: NULL: it has ended
 * @fd: where the socket comes from
 * @words: the last line that it said: what it waits for, or why it failed
 */
struct carrier_child {
	struct child *child;
	int fd;
	char words[CHILD_LINE_MAX + 1];
};

/* Return: the descriptor that came over @from, or -errno. */
static int receive_fd(int from)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	struct cmsghdr *head;
	int fd;

	if (recvmsg(from, &msg, MSG_CMSG_CLOEXEC) < 0)
		return -errno;
	head = CMSG_FIRSTHDR(&msg);
	if (!head || head->cmsg_level != SOL_SOCKET ||
	    head->cmsg_type != SCM_RIGHTS ||
	    head->cmsg_len != CMSG_LEN(sizeof(fd)))
		return -ENOTCONN;
	memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return fd;
}

static void fail(struct carrier *c, const char *why, bool is_final)
{
	char text[CARRIER_ERROR_MAX];
	struct carrier_result result = {
		.fd = -1, .address = "", .kind = c->kind, .error = text,
		.is_final = is_final,
	};

	carrier_word_failure(&c->server, &c->via, why, text);
	carrier_finish(c, &result);
}

static void on_said(void *arg, const char *words)
{
	struct carrier *c = arg;

	snprintf(c->child->words, sizeof(c->child->words), "%s", words);
}

static void on_ended(void *arg, int64_t status, int signal)
{
	struct carrier *c = arg;
	char why[CHILD_LINE_MAX + 64], address[CONFIG_ADDRESS_MAX];
	struct carrier_result result = { .address = address, .kind = c->kind };

	c->child->child = NULL;
	if (!status && !signal) {
		result.fd = receive_fd(c->child->fd);
		if (result.fd >= 0) {
			carrier_peer(result.fd, address, sizeof(address));
			carrier_finish(c, &result);
			return;
		}
		snprintf(c->child->words, sizeof(c->child->words),
			 "no socket came: %s", strerror(-result.fd));
	}
	if (signal)
		snprintf(why, sizeof(why), "%s: ended by signal %d",
			 c->child->words, signal);
	else
		snprintf(why, sizeof(why), "%s", c->child->words);
	fail(c, why, status == NEGOTIATE_FINAL);
}

static void on_timer(uv_timer_t *timer)
{
	struct carrier *c = timer->data;
	char why[CHILD_LINE_MAX + 16];

	snprintf(why, sizeof(why), "%s: timed out", c->child->words);
	fail(c, why, false);
}

static const struct child_ops negotiate_ops = {
	.said = on_said,
	.ended = on_ended,
};

/* The daemon's program, or what an upgrade has put in its place. 0 or -errno. */
static int find_self(char *path, size_t size)
{
	static const char gone[] = " (deleted)";
	ssize_t len = readlink("/proc/self/exe", path, size - 1);
	size_t tail = strlen(gone);

	if (len < 0)
		return -errno;
	path[len] = '\0';
	if ((size_t)len > tail && !strcmp(path + len - tail, gone))
		path[(size_t)len - tail] = '\0';
	return 0;
}

static struct child *start(struct carrier *c, uint64_t timeout_ms, int fd,
			   struct sehub_err *err)
{
	char self[PATH_MAX], port[8], timeout[24], via[SEHUB_VIA_STRLEN];
	const char *argv[] = {
		self, NEGOTIATE_WORD, c->server.host, port,
		sehub_format_via(&c->via, via), c->source, timeout, NULL,
	};
	int ret = find_self(self, sizeof(self));

	if (ret) {
		sehub_err_errno(err, ret, "/proc/self/exe");
		return NULL;
	}
	snprintf(port, sizeof(port), "%u", c->server.port);
	snprintf(timeout, sizeof(timeout), "%llu",
		 (unsigned long long)timeout_ms);
	return child_start(c->cs->loop, argv, fd, &negotiate_ops, c, err);
}

/* Return: a process that has begun, or NULL with the reason in @err. */
static struct carrier_child *open_child(struct carrier *c, uint64_t timeout_ms,
					struct sehub_err *err)
{
	struct carrier_child *made = calloc(1, sizeof(*made));
	int fds[2];

	if (!made || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
				SOCK_NONBLOCK, 0, fds)) {
		sehub_err_errno(err, made ? errno : ENOMEM, "socketpair");
		free(made);
		return NULL;
	}
	made->fd = fds[0];
	snprintf(made->words, sizeof(made->words), "Negotiate does not begin");
	made->child = start(c, timeout_ms, fds[1], err);
	close(fds[1]);
	if (made->child)
		return made;
	close(fds[0]);
	free(made);
	return NULL;
}

void carrier_negotiate(struct carrier *c, uint64_t timeout_ms)
{
	struct sehub_err err;

	c->child = open_child(c, timeout_ms, &err);
	if (!c->child) {
		fail(c, err.text, false);
		return;
	}
	uv_timer_init(c->cs->loop, &c->timer);
	c->timer.data = c;
	uv_timer_start(&c->timer, on_timer, timeout_ms + PATIENCE_MS, 0);
}

void carrier_negotiate_end(struct carrier *c)
{
	child_abandon(c->child->child);
	close(c->child->fd);
	free(c->child);
	carrier_close_timer(c);
}
