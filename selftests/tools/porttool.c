// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything that can be said to the module over netlink, rightly and wrongly.
 *
 *   socket S [NETNS]        a generic netlink socket, the owner of its ports
 *   close S                 close it
 *   frame F FRAME           give a frame a name, see frame.h
 *   vnet F flags=N gso=N mss=N start=N offset=N   its offload metadata
 *   fail N                  the Nth allocation of the next request fails
 *   failed                  hit=1 if there was such an allocation, else hit=0
 *   S COMMAND [WORD...]     a request of the specification, see msg.h; the
 *                           hub may be named by "dev=NAME" in front
 *   S quiet COMMAND [WORD...]            a request whose answer is not shown
 *   S dump COMMAND [WORD...]             a dump
 *   S dump-begin COMMAND [WORD...]       a dump of which nothing is read yet
 *   S dump-end                           the rest of it
 *   S dump-part PATH N                   the next N buffers of it, counted
 *   S dump-tally PATH [HEX]              the rest of it, counted: values of an
 *                           attribute, those that came again, those that begin so
 *   S join hub|port|fdb|ip|packet   notifications from now on
 *   S sleep on|off          read nothing, with a small buffer
 *   S events                those that came, forgotten afterwards
 *   S event WORD...         wait for one with these words, forget up to it
 *   S logged F WORD...      the same, of the packet log; its data are the first
 *                           bytes of the frame F
 *   S link VERB DEV ...     a request to rtnetlink, see link.c
 *   S VERB ID ...           the stream of a session port, see stream.c
 *
 * A request is answered by the messages that came and "ok", or by
 * "err ERRNO attr=PATH text=TEXT".
 */
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/sehub.h>

#include "fault.h"
#include "script.h"
#include "sock.h"
#include "stream.h"

static int send_request(struct sock *s, uint16_t flags, int argc, char **argv)
{
	int cmd = sock_command(argv[0]);
	int err;

	if (cmd < 0)
		return script_err("bad command %s", argv[0]);
	sock_begin(s, cmd, flags);
	if (!sock_words(s, argv + 1, argc - 1))
		return script_err("bad words");
	err = sock_send(s);
	if (err)
		return script_err("%s attr= text=", strerrorname_np(-err));
	return 1;
}

static int cmd_request(struct sock *s, uint16_t flags, bool quiet, int argc,
		       char **argv)
{
	int cmd = sock_command(argv[0]);

	if (send_request(s, flags, argc, argv) != 1)
		return 0;
	s->quiet = quiet;
	if (sock_wait(s) && !sock_error(s) &&
	    (cmd == SEHUB_CMD_PORT_NEW || cmd == SEHUB_CMD_PORT_ATTACH))
		stream_owned(s);
	return sock_end(s);
}

static int cmd_join(struct sock *s, const char *name)
{
	for (int i = 0; i < SOCK_GROUPS; i++) {
		if (strcmp(name, sock_group_names[i]))
			continue;
		if (setsockopt(s->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
			       &s->groups[i], sizeof(s->groups[i])))
			return script_err("%s attr= text=",
					  strerrorname_np(errno));
		return script_ok("joined");
	}
	return script_err("no group %s", name);
}

static int cmd_sleep(struct sock *s, const char *word)
{
	const int small = 4096;

	if (!strcmp(word, "on")) {
		setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
		script_watch(s->fd, NULL, NULL);
		return script_ok("asleep");
	}
	script_watch(s->fd, sock_receive, s);
	return script_ok("awake");
}

static void forget_event(struct sock *s)
{
	struct event *event = s->events;

	s->events = event->next;
	free(event->text);
	free(event);
}

static int cmd_events(struct sock *s)
{
	int count = 0;

	sock_receive(s);
	for (; s->events; count++) {
		puts(s->events->text);
		forget_event(s);
	}
	return script_ok("events=%d", count);
}

struct wanted {
	struct sock *sock;
	char **words;
	int count;
};

static bool has_words(const char *text, char **words, int count)
{
	char word[256];

	for (int i = 0; i < count; i++) {
		snprintf(word, sizeof(word), "%s ", words[i]);
		if (!strstr(text, word))
			return false;
	}
	return true;
}

static bool event_came(void *arg)
{
	struct wanted *w = arg;

	for (struct event *e = w->sock->events; e; e = e->next)
		if (has_words(e->text, w->words, w->count))
			return true;
	return false;
}

/* Makes the event that is wanted the first one; false: it did not come. */
static bool wait_event(struct sock *s, int argc, char **argv)
{
	struct wanted w = { s, argv, argc };

	if (!script_wait(2 * SCRIPT_MSEC, event_came, &w)) {
		for (struct event *e = s->events; e; e = e->next)
			puts(e->text);
		script_err("ETIMEDOUT attr= text=no such event");
		return false;
	}
	while (!has_words(s->events->text, argv, argc))
		forget_event(s);
	return true;
}

static int cmd_event(struct sock *s, int argc, char **argv)
{
	if (!wait_event(s, argc, argv))
		return 0;
	puts(s->events->text);
	forget_event(s);
	return script_ok("event");
}

#define DATA	" packet.data="

/* Bytes of the frame that @hex has, ended by a space; -1 if it has others. */
static int logged_bytes(const char *hex, const struct frame *frame)
{
	char byte[3];
	uint32_t n;

	for (n = 0; hex[2 * n] != ' '; n++) {
		if (n == frame->len)
			return -1;
		snprintf(byte, sizeof(byte), "%02x", frame->data[n]);
		if (strncmp(hex + 2 * n, byte, 2))
			return -1;
	}
	return n;
}

static int cmd_logged(struct sock *s, int argc, char **argv)
{
	const struct frame *frame = stream_named(argv[0]);
	const char *data;
	int n = -1;

	if (!frame)
		return script_err("no frame %s", argv[0]);
	if (!wait_event(s, argc - 1, argv + 1))
		return 0;
	data = strstr(s->events->text, DATA);
	if (data) {
		n = logged_bytes(data + strlen(DATA), frame);
		/* The bytes are much to read, and are compared already. */
		printf("%.*s\n", (int)(data - s->events->text),
		       s->events->text);
	}
	forget_event(s);
	if (n < 0)
		return script_err("EBADMSG attr= text=not this frame");
	return script_ok("logged=%d ", n);
}

static int cmd_dump_begin(struct sock *s, int argc, char **argv)
{
	script_watch(s->fd, NULL, NULL);
	if (send_request(s, NLM_F_DUMP, argc, argv) != 1)
		return 0;
	return script_ok("begun");
}

static int cmd_dump_end(struct sock *s)
{
	script_watch(s->fd, sock_receive, s);
	sock_wait(s);
	return sock_end(s);
}

static bool begin_tally(struct sock *s, const char *path)
{
	if (s->tally)
		return true;
	if (!tally_begin(&s->counted, sehub_attrs, path))
		return false;
	s->tally = &s->counted;
	return true;
}

static int cmd_dump_part(struct sock *s, const char *path, int count)
{
	if (!begin_tally(s, path))
		return script_err("no attribute %s", path);
	while (count-- && sock_receive_one(s))
		;
	return script_ok("messages=%u done=%d ", s->messages, s->done);
}

static int cmd_dump_tally(struct sock *s, const char *path, const char *start)
{
	unsigned int again, under;

	script_watch(s->fd, sock_receive, s);
	if (!begin_tally(s, path))
		return script_err("no attribute %s", path);
	sock_wait(s);
	s->tally = NULL;
	tally_end(&s->counted, start, &again, &under);
	printf("# again=%u under=%u\n", again, under);
	return sock_end(s);
}

static int sock_commands(struct sock *s, int argc, char **argv)
{
	if (stream_command(s, argc, argv))
		return 0;
	if (!strcmp(argv[0], "link"))
		return link_command(s, argc - 1, argv + 1);
	if (!strcmp(argv[0], "join") && argc == 2)
		return cmd_join(s, argv[1]);
	if (!strcmp(argv[0], "sleep") && argc == 2)
		return cmd_sleep(s, argv[1]);
	if (!strcmp(argv[0], "events"))
		return cmd_events(s);
	if (!strcmp(argv[0], "event"))
		return cmd_event(s, argc - 1, argv + 1);
	if (!strcmp(argv[0], "logged") && argc > 1)
		return cmd_logged(s, argc - 1, argv + 1);
	if (!strcmp(argv[0], "dump") && argc > 1)
		return cmd_request(s, NLM_F_DUMP, false, argc - 1, argv + 1);
	if (!strcmp(argv[0], "quiet") && argc > 1)
		return cmd_request(s, NLM_F_ACK, true, argc - 1, argv + 1);
	if (!strcmp(argv[0], "dump-begin") && argc > 1)
		return cmd_dump_begin(s, argc - 1, argv + 1);
	if (!strcmp(argv[0], "dump-part") && argc == 3)
		return cmd_dump_part(s, argv[1], atoi(argv[2]));
	if (!strcmp(argv[0], "dump-tally") && argc > 1)
		return cmd_dump_tally(s, argv[1], argc > 2 ? argv[2] : NULL);
	if (!strcmp(argv[0], "dump-end"))
		return cmd_dump_end(s);
	return cmd_request(s, NLM_F_ACK, false, argc, argv);
}

static int run(int argc, char **argv)
{
	struct sock *s;

	if (!strcmp(argv[0], "failed"))
		return script_ok("hit=%d ", fault_was_hit());
	if (argc < 2)
		return script_err("bad command %s", argv[0]);
	if (!strcmp(argv[0], "frame"))
		return stream_frame(argv[1], argv + 2, argc - 2);
	if (!strcmp(argv[0], "vnet"))
		return stream_vnet(argv[1], argv + 2, argc - 2);
	if (!strcmp(argv[0], "fail")) {
		fault_arm(strtoul(argv[1], NULL, 0));
		return script_ok("armed");
	}
	if (!strcmp(argv[0], "socket")) {
		s = sock_new(argv[1], argc > 2 ? argv[2] : NULL);
		return s ? script_ok("portid=%u family=%u ", s->portid,
				     s->family) :
			   script_err("no socket");
	}
	for (s = socks; s; s = s->next) {
		if (!strcmp(argv[0], "close") && !strcmp(argv[1], s->name)) {
			sock_free(s);
			return script_ok("closed");
		}
		if (!strcmp(argv[0], s->name))
			return sock_commands(s, argc - 1, argv + 1);
	}
	return script_err("no socket %s", argv[0]);
}

int main(void)
{
	return script_run(run);
}
