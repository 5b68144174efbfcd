// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Load of two kinds.
 *
 * usage: blast frames IFNAME DSTMAC SIZE COUNT BURST USEC
 *        blast udp-send ADDRESS PORT SIZE
 *        blast udp-receive ADDRESS PORT SECONDS
 *
 * frames: COUNT raw frames of SIZE bytes, BURST of them every USEC
 *	microseconds, then a rest until the last of them has arrived. Prints the
 *	nanoseconds for which the processors were not idle meanwhile. The
 *	EtherType is one for experiments, so the receiver counts them and drops
 *	them, and what is left is the cost of the way. SIZE 0: keeps the same
 *	time and sends nothing.
 * udp-send: datagrams as fast as it goes, without end.
 * udp-receive: prints the datagrams received in a second, counted for SECONDS
 *	after the stream has been flowing for a while.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "clock.h"
#include "netns.h"

#define ETHERTYPE_EXPERIMENT	0x88b5
/* Time for the last frames to arrive. */
#define REST_NS			300000000ULL
/* Time for the stream of datagrams to become steady. */
#define WARM_UP_NS		200000000ULL

static void frames(char **argv)
{
	unsigned int index = if_nametoindex(argv[0]);
	struct ether_addr *dst = ether_aton(argv[1]);
	int size = atoi(argv[2]);
	int count = atoi(argv[3]);
	int burst = atoi(argv[4]);
	uint64_t period = atoll(argv[5]) * 1000ULL;
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE_EXPERIMENT),
		.sll_ifindex = (int)index,
	};
	struct ifreq ifr = { .ifr_flags = 0 };
	static uint8_t frame[ETH_FRAME_LEN];
	uint64_t start, next, before;
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	int bypass = 1;

	strncpy(ifr.ifr_name, argv[0], IFNAMSIZ - 1);
	if (fd < 0 || !dst || size > ETH_FRAME_LEN ||
	    (size && size < ETH_HLEN) ||
	    ioctl(fd, SIOCGIFHWADDR, &ifr) ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass,
		       sizeof(bypass)) ||
	    bind(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "cannot send frames on %s", argv[0]);
	memcpy(frame, dst, ETH_ALEN);
	memcpy(frame + ETH_ALEN, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	frame[12] = ETHERTYPE_EXPERIMENT >> 8;
	frame[13] = ETHERTYPE_EXPERIMENT & 0xff;

	before = clock_idle();
	start = next = clock_now();
	for (int sent = 0; sent < count; ) {
		for (int i = 0; i < burst && sent < count; i++, sent++)
			if (size && send(fd, frame, size, 0) < 0 &&
			    errno != ENOBUFS)
				err(1, "send on %s", argv[0]);
		next += period;
		clock_sleep_until(next);
	}
	clock_sleep_until(clock_now() + REST_NS);
	printf("%llu\n", (unsigned long long)
	       (clock_now() - start - (clock_idle() - before)));
}

static int udp_socket(char **argv, struct sockaddr_in *addr)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	*addr = (struct sockaddr_in){ .sin_family = AF_INET,
				      .sin_port = htons(atoi(argv[1])) };
	if (fd < 0 || inet_pton(AF_INET, argv[0], &addr->sin_addr) != 1)
		err(1, "%s", argv[0]);
	return fd;
}

static void udp_send(char **argv)
{
	struct sockaddr_in addr;
	int fd = udp_socket(argv, &addr);
	int size = atoi(argv[2]);
	static char payload[65536];

	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "connect");
	for (;;)
		if (send(fd, payload, size, 0) < 0 &&
		    errno != ENOBUFS && errno != ECONNREFUSED)
			err(1, "send");
}

/* Datagrams that come until @end. */
static uint64_t count_until(int fd, uint64_t end)
{
	static char payload[65536];
	uint64_t count = 0;

	while (clock_now() < end)
		if (recv(fd, payload, sizeof(payload), 0) >= 0)
			count++;
	return count;
}

static void udp_receive(char **argv)
{
	struct timeval patience = { 0, 100000 };
	struct sockaddr_in addr;
	int fd = udp_socket(argv, &addr);
	int room = 4 << 20;
	uint64_t start, count;
	char first;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "bind");
	if (recv(fd, &first, 1, 0) < 0)
		err(1, "recv");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	count_until(fd, clock_now() + WARM_UP_NS);
	start = clock_now();
	count = count_until(fd, start + atoi(argv[2]) * NS_PER_S);
	printf("%.0f\n", count * 1e9 / (clock_now() - start));
}

int main(int argc, char **argv)
{
	if (argc == 8 && !strcmp(argv[1], "frames"))
		frames(argv + 2);
	else if (argc == 5 && !strcmp(argv[1], "udp-send"))
		udp_send(argv + 2);
	else if (argc == 5 && !strcmp(argv[1], "udp-receive"))
		udp_receive(argv + 2);
	else
		errx(2, "usage: see the head of blast.c");
	return 0;
}
