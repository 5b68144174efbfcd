// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the packet logs of the hubs of its network namespace and throws away
 * what it reads: what a reader costs who does nothing.
 *
 * usage: reader
 */
#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <sys/socket.h>

#include <linux/sehub.h>

#include "netns.h"

/* Room for what comes until it is its turn. */
#define ROOM	(32 << 20)

int main(void)
{
	struct nl_sock *sk = nl_socket_alloc();
	static char buf[1 << 16];
	int room = ROOM;
	int group, fd;

	if (!sk || genl_connect(sk))
		errx(1, "no generic netlink");
	group = genl_ctrl_resolve_grp(sk, SEHUB_FAMILY_NAME,
				      SEHUB_MCGRP_PACKET);
	if (group < 0 || nl_socket_add_membership(sk, group))
		errx(1, "no packet log");
	fd = nl_socket_get_fd(sk);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		err(1, "no room");
	say_ready();
	for (;;)
		if (recv(fd, buf, sizeof(buf), 0) < 0)
			err(1, "recv");
}
