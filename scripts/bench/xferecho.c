// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Joins two hubs by a session port each and nothing between: what the module
 * hands out for one goes into the other, unencrypted and without a socket. So
 * the cost of the netlink cable is seen by itself.
 *
 * usage: xferecho [--offload] NETNS IFINDEX NETNS IFINDEX
 */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>

#include "netns.h"
#include "xfer.h"

/**
 * struct end - one of the two session ports
 * @x: the socket that owns it
 * @other: the other end
 * @id: session id, 0 until the port is made
 * @has_credit: an answer is still to come
 */
struct end {
	struct sehub_xfer *x;
	struct end *other;
	uint32_t id;
	bool has_credit;
};

static void give(struct end *end, const void *records, size_t len)
{
	uint32_t credit = end->has_credit ? 0 : SEHUB_CREDIT_MAX;
	int code;

	if (!len && !credit)
		return;
	code = sehub_xfer_send(end->x, end->id, records, len, credit);
	if (code) {
		errno = -code;
		err(1, "cannot hand records to port %u", end->id);
	}
	end->has_credit = true;
}

static void on_answer(void *arg, uint32_t id, const void *records, size_t len,
		      const void *control, size_t control_len)
{
	struct end *end = arg;

	(void)id;
	(void)control;
	if (control_len)
		errx(1, "control records where nobody sends any");
	end->has_credit = false;
	give(end->other, records, len);
	give(end, NULL, 0);
}

static void on_error(void *arg, uint32_t id, int code, const char *text)
{
	(void)arg;
	errx(1, "port %u: %s (%s)", id, text, strerror(-code));
}

static void on_overrun(void *arg)
{
	(void)arg;
	errx(1, "the kernel dropped messages");
}

static void on_made(void *arg, int code, const struct sehub_port *port,
		    const struct sehub_err *error)
{
	struct end *end = arg;

	if (code)
		errx(1, "cannot make a session port: %s", error->text);
	end->id = port->session.id;
}

static const struct sehub_xfer_ops ops = {
	.answer = on_answer,
	.error = on_error,
	.overrun = on_overrun,
};

static void receive(struct end *end)
{
	struct sehub_err error;

	if (sehub_xfer_recv(end->x, 0, &error) < 0)
		errx(1, "%s", error.text);
}

static void make(struct end *end, const char *netns, const char *ifindex,
		 uint32_t features)
{
	struct sehub_port_config config = {
		.set = SEHUB_PORT_FEATURES,
		.features = features,
	};
	struct sehub_err error;

	netns_enter(netns);
	if (sehub_xfer_open(&end->x, &ops, end, &error) ||
	    sehub_xfer_port_new(end->x, atoi(ifindex), &config, on_made, end,
				&error))
		errx(1, "%s", error.text);
	while (!end->id) {
		struct pollfd fd = { sehub_xfer_fd(end->x), POLLIN, 0 };

		poll(&fd, 1, -1);
		receive(end);
	}
}

int main(int argc, char **argv)
{
	struct end a = { .other = NULL };
	struct end b = { .other = &a };
	uint32_t features = 0;

	if (argc > 1 && !strcmp(argv[1], "--offload")) {
		features = SEHUB_SESSION_FEATURE_OFFLOAD;
		argc--;
		argv++;
	}
	if (argc != 5)
		errx(2, "usage: xferecho [--offload] NETNS IFINDEX NETNS IFINDEX");
	a.other = &b;
	make(&a, argv[1], argv[2], features);
	make(&b, argv[3], argv[4], features);
	give(&a, NULL, 0);
	give(&b, NULL, 0);
	say_ready();

	for (;;) {
		struct pollfd fds[2] = {
			{ sehub_xfer_fd(a.x), POLLIN, 0 },
			{ sehub_xfer_fd(b.x), POLLIN, 0 },
		};

		poll(fds, 2, -1);
		if (fds[0].revents)
			receive(&a);
		if (fds[1].revents)
			receive(&b);
	}
}
