// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One client of the control socket: bytes in, messages out of them, one at a
 * time, answers out. What a client can make the daemon hold is bounded: one
 * message's worth of input and one answer. While it is silent it has no
 * buffer and no timer.
 */
#include "control_impl.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/crypto.h>

#include "log.h"

#define CONTROL_READ_MIN	4096
/* For how long one stays who will be refused whatever it asks. */
#define CONTROL_REFUSE_MS	2000
/* How often it is looked whether one that has closed its side is still there. */
#define CONTROL_WATCH_MS	500

/* Requests may have had passwords in them. */
static void control_client_drop_input(struct control_client *client)
{
	OPENSSL_clear_free(client->in, client->in_size);
	client->in = NULL;
	client->in_len = 0;
	client->in_size = 0;
	if (client->control->large == client)
		client->control->large = NULL;
}

/* Is a large request one that this client could do anything with? */
static bool control_client_may_large(const struct control_client *client)
{
	return !client->refuse && client->access == CONTROL_CHANGES;
}

/*
 * How much of it is read before something is done with it: of all that wait
 * together, one may have a large request.
 */
static size_t control_client_room(const struct control_client *client)
{
	const struct control *control = client->control;

	if (client->busy || !control_client_may_large(client) ||
	    (control->large && control->large != client))
		return CONTROL_MESSAGE_MAX;
	return CONTROL_LARGE_MAX;
}

static void control_on_client_closed(uv_handle_t *handle)
{
	struct control_client *client = handle->data;
	struct control *control = client->control;

	if (--client->handles)
		return;
	*client->link = client->next;
	if (client->next)
		client->next->link = client->link;
	control->client_count--;
	control->counts[client->kind]--;
	control_client_drop_input(client);
	free(client);
	control_put(control);
}

void control_client_close(struct control_client *client)
{
	struct control_call *call = client->call;

	if (client->closing)
		return;
	client->closing = true;
	client->call = NULL;
	uv_close((uv_handle_t *)&client->pipe, control_on_client_closed);
	uv_close((uv_handle_t *)&client->timer, control_on_client_closed);
	uv_close((uv_handle_t *)&client->rest, control_on_client_closed);
	if (call) {
		call->client = NULL;
		if (call->gone)
			call->gone(call, call->gone_arg);
	}
}

/* --- reading --- */

static void control_on_alloc(uv_handle_t *handle, size_t suggested,
			     uv_buf_t *buf)
{
	struct control_client *client = handle->data;
	size_t size = client->in_size ? client->in_size * 2 : CONTROL_READ_MIN;
	char *grown;

	(void)suggested;
	if (size > control_client_room(client))
		size = control_client_room(client);
	if (client->in_len == client->in_size && size > client->in_size) {
		grown = OPENSSL_clear_realloc(client->in, client->in_size,
					      size);
		if (grown) {
			client->in = grown;
			client->in_size = size;
			if (size > CONTROL_MESSAGE_MAX)
				client->control->large = client;
		}
	}
	/* without room: the loop reports ENOBUFS, and the client is closed */
	*buf = uv_buf_init(client->in ? client->in + client->in_len : NULL,
			   (unsigned int)(client->in_size - client->in_len));
}

static void control_client_handle(struct control_client *client);

static void control_on_read(uv_stream_t *stream, ssize_t count,
			    const uv_buf_t *buf);

static void control_client_read(struct control_client *client, bool on)
{
	uv_stream_t *stream = (uv_stream_t *)&client->pipe;

	if (on == client->reading || client->closing)
		return;
	client->reading = on;
	if (!on)
		uv_read_stop(stream);
	else if (uv_read_start(stream, control_on_alloc, control_on_read))
		control_client_close(client);
}

/* A peer that has closed its half only still reads its answer. */
static bool control_client_still_reads(const struct control_client *client)
{
	struct pollfd poll_fd = { .events = 0 };

	if (uv_fileno((const uv_handle_t *)&client->pipe, &poll_fd.fd))
		return false;
	return !poll(&poll_fd, 1, 0);
}

static void control_on_watch(uv_timer_t *timer)
{
	struct control_client *client = timer->data;

	if (!control_client_still_reads(client))
		control_client_close(client);
}

/*
 * Nothing is read any more of one that has closed its side, so nothing tells
 * when it goes before its call has been answered for the last time.
 */
static void control_client_watch(struct control_client *client)
{
	if (client->last && client->call)
		uv_timer_start(&client->timer, control_on_watch,
			       CONTROL_WATCH_MS, CONTROL_WATCH_MS);
}

static void control_on_read(uv_stream_t *stream, ssize_t count,
			    const uv_buf_t *buf)
{
	struct control_client *client = stream->data;

	(void)buf;
	if (!count)
		return;
	/* who rests has asked for something, and need not wait for it */
	if (count == UV_EOF && client->busy &&
	    (uv_is_active((uv_handle_t *)&client->rest) ||
	     control_client_still_reads(client))) {
		client->last = true;
		control_client_read(client, false);
		control_client_watch(client);
		return;
	}
	if (count < 0) {
		control_client_close(client);
		return;
	}
	client->in_len += (size_t)count;
	if (!client->busy)
		control_client_handle(client);
	else if (client->in_len >= CONTROL_MESSAGE_MAX)
		control_client_read(client, false);
}

/* The first message, if it is there as a whole, is given to its method. */
static void control_client_next(struct control_client *client)
{
	const char *end;
	size_t used;

	if (client->busy || client->closing || client->deaf || !client->in_len)
		return;
	end = memchr(client->in, 0, client->in_len);
	if (!end) {
		if (client->in_len >= control_client_room(client))
			control_client_error(client, CONTROL_INVALID,
					     client->control->large == client ||
					     !control_client_may_large(client) ?
					     "the request is too long" :
					     "the request is long, as is another client's that is not finished: try again");
		return;
	}
	used = (size_t)(end - client->in) + 1;
	if (client->refuse)
		control_client_error(client, client->refuse_name,
				     client->refuse);
	else
		control_dispatch(client, client->in, used - 1);
	if (client->closing || client->deaf)
		return;
	client->in_len -= used;
	memmove(client->in, client->in + used, client->in_len);
	OPENSSL_cleanse(client->in + client->in_len, used);
}

static void control_client_handle(struct control_client *client)
{
	control_client_next(client);
	if (client->closing)
		return;
	control_client_watch(client);
	if (!client->in_len)
		control_client_drop_input(client);
	if (!client->busy && (client->last || client->deaf))
		control_client_close(client);
	else if (!client->last && !client->deaf)
		control_client_read(client,
				    client->in_len < control_client_room(client));
}

void control_client_deafen(struct control_client *client)
{
	client->deaf = true;
	control_client_read(client, false);
}

static void control_on_rest(uv_idle_t *rest)
{
	struct control_client *client = rest->data;

	uv_idle_stop(rest);
	client->busy = false;
	control_client_handle(client);
}

/*
 * The next request has to let the loop turn once, however many are there and
 * whether they want answers or not: nobody else waits for more than one.
 */
void control_client_done(struct control_client *client)
{
	client->call = NULL;
	if (client->closing)
		return;
	uv_timer_stop(&client->timer);
	uv_idle_start(&client->rest, control_on_rest);
}

/* --- writing --- */

/* None of them, alone or with others, makes the daemon hold any amount. */
static bool control_client_is_counted(const struct control_client *client,
				      size_t size)
{
	return client->kind == CONTROL_READERS && size > CONTROL_UNREAD_FREE;
}

bool control_client_may_write(const struct control_client *client, size_t size)
{
	return !control_client_is_counted(client, size) ||
	       client->control->unread + size <= CONTROL_UNREAD_MAX;
}

static void control_client_drop_output(struct control_client *client)
{
	if (control_client_is_counted(client, client->out_size))
		client->control->unread -= client->out_size;
	OPENSSL_clear_free(client->out, client->out_size);
	client->out = NULL;
	client->out_size = 0;
}

static void control_on_write(uv_write_t *request, int status)
{
	struct control_client *client = request->data;

	control_client_drop_output(client);
	if (client->closing)
		return;
	if (status)
		control_client_close(client);
	else if (!client->call)
		control_client_done(client);
	else if (client->call->ready)
		client->call->ready(client->call, client->call->ready_arg);
}

static void control_on_timer(uv_timer_t *timer)
{
	struct control_client *client = timer->data;

	if (client->busy)
		log_warn_limited("control-slow pid=%d uid=%u",
				 (int)client->pid, client->uid);
	control_client_close(client);
}

void control_client_write(struct control_client *client, char *text,
			  size_t size, bool is_last)
{
	uv_buf_t buf = uv_buf_init(text, (unsigned int)size);

	if (is_last)
		client->call = NULL;
	/* the last of several, while the one before has not been read */
	if (client->out)
		control_client_close(client);
	if (client->closing) {
		OPENSSL_clear_free(text, size);
		return;
	}
	client->busy = true;
	client->out = text;
	client->out_size = size;
	if (control_client_is_counted(client, size))
		client->control->unread += size;
	client->write.data = client;
	if (uv_write(&client->write, (uv_stream_t *)&client->pipe, &buf, 1,
		     control_on_write)) {
		control_client_drop_output(client);
		control_client_close(client);
		return;
	}
	/* who takes several keeps nobody waiting, and need not hurry */
	if (is_last)
		uv_timer_start(&client->timer, control_on_timer,
			       client->control->write_ms, 0);
}

/* --- who it is --- */

/* The kernel's word: what the peer was when it connected. */
static bool control_in_group(int fd, const struct ucred *peer, gid_t group)
{
	socklen_t len = 0;
	gid_t *groups;
	bool found;

	if (group == (gid_t)-1)
		return false;
	if (peer->gid == group)
		return true;
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) ||
	    errno != ERANGE)
		return false;
	groups = malloc(len);
	found = false;
	if (groups && !getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		for (size_t i = 0; i < len / sizeof(*groups); i++)
			found = found || groups[i] == group;
	free(groups);
	return found;
}

/* Each kind has its own: none of them can keep out another one. */
static const unsigned int control_places[CONTROL_KINDS] = {
	[CONTROL_REFUSED] = CONTROL_CLIENTS_REFUSED,
	[CONTROL_READERS] = CONTROL_CLIENTS_READONLY,
	[CONTROL_GROUP] = CONTROL_CLIENTS_MAX,
	[CONTROL_ROOT] = CONTROL_CLIENTS_MAX,
};

static void control_client_judge(struct control_client *client)
{
	const struct control *control = client->control;
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(peer);
	uv_os_fd_t fd;

	client->refuse_name = CONTROL_DENIED;
	client->refuse = "not allowed: needs root or a group of the control socket";
	client->access = CONTROL_READS;
	if (uv_fileno((uv_handle_t *)&client->pipe, &fd) ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return;
	client->uid = peer.uid;
	client->pid = peer.pid;
	if (!peer.uid) {
		client->kind = CONTROL_ROOT;
		client->access = CONTROL_CHANGES;
	} else if (peer.uid == geteuid() ||
		   control_in_group(fd, &peer, control->group)) {
		client->kind = CONTROL_GROUP;
		client->access = CONTROL_CHANGES;
	} else if (control_in_group(fd, &peer, control->group_readonly)) {
		client->kind = CONTROL_READERS;
	} else {
		log_warn_limited("control-denied pid=%d uid=%u",
				 (int)peer.pid, peer.uid);
		return;
	}
	client->refuse_name = CONTROL_FAILED;
	client->refuse = NULL;
	if (control->counts[client->kind] < control_places[client->kind])
		return;
	client->kind = CONTROL_REFUSED;
	client->refuse = "too many clients of the control socket: try again";
}

void control_client_accept(struct control *control)
{
	struct control_client *client = calloc(1, sizeof(*client));

	if (!client) {
		log_warn_limited("control-accept error=\"out of memory\"");
		return;
	}
	uv_pipe_init(control->loop, &client->pipe, 0);
	uv_timer_init(control->loop, &client->timer);
	uv_idle_init(control->loop, &client->rest);
	client->pipe.data = client;
	client->timer.data = client;
	client->rest.data = client;
	client->handles = 3;
	client->control = control;
	client->next = control->clients;
	client->link = &control->clients;
	if (client->next)
		client->next->link = &client->next;
	control->clients = client;
	control->client_count++;
	if (uv_accept((uv_stream_t *)&control->pipe,
		      (uv_stream_t *)&client->pipe)) {
		control->counts[client->kind]++;
		control_client_close(client);
		return;
	}
	control_client_judge(client);
	control->counts[client->kind]++;
	if (control->counts[client->kind] > control_places[client->kind]) {
		control_client_close(client);
		return;
	}
	control_client_read(client, true);
	/* to be refused it has to ask, and soon */
	if (client->refuse)
		uv_timer_start(&client->timer, control_on_timer,
			       CONTROL_REFUSE_MS, 0);
}
