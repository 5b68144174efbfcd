// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Joins two TAP devices, one in each of two network namespaces, by copying
 * frames from one to the other: what a tunnel in userspace costs before it
 * does anything else.
 *
 * usage: tapecho [--offload] NETNS IFNAME NETNS IFNAME
 */
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

#include "netns.h"

#define VNET_HDR_LEN	10
/* Frames from one device before it is the other's turn. */
#define BURST		64

static int make(const char *netns, const char *ifname, int offload)
{
	struct ifreq ifr = {
		.ifr_flags = IFF_TAP | IFF_NO_PI | (offload ? IFF_VNET_HDR : 0),
	};
	int len = VNET_HDR_LEN;
	int fd;

	netns_enter(netns);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (fd < 0)
		err(1, "/dev/net/tun");
	strncpy(ifr.ifr_name, ifname, IFNAMSIZ - 1);
	if (ioctl(fd, TUNSETIFF, &ifr))
		err(1, "cannot make %s in %s", ifname, netns);
	if (!offload)
		return fd;
	if (ioctl(fd, TUNSETVNETHDRSZ, &len) ||
	    ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6))
		err(1, "cannot set offloads of %s", ifname);
	return fd;
}

static void copy(int from, int to)
{
	static char buf[1 << 17];

	for (int i = 0; i < BURST; i++) {
		ssize_t len = read(from, buf, sizeof(buf));

		if (len <= 0)
			return;
		/* What the other side cannot take now is lost, as on a wire. */
		if (write(to, buf, len) < 0)
			continue;
	}
}

int main(int argc, char **argv)
{
	int offload = argc > 1 && !strcmp(argv[1], "--offload");
	struct pollfd fds[2];

	argc -= offload;
	argv += offload;
	if (argc != 5)
		errx(2, "usage: tapecho [--offload] NETNS IFNAME NETNS IFNAME");
	fds[0] = (struct pollfd){ make(argv[1], argv[2], offload), POLLIN, 0 };
	fds[1] = (struct pollfd){ make(argv[3], argv[4], offload), POLLIN, 0 };
	say_ready();

	for (;;) {
		poll(fds, 2, -1);
		if (fds[0].revents)
			copy(fds[0].fd, fds[1].fd);
		if (fds[1].revents)
			copy(fds[1].fd, fds[0].fd);
	}
}
