// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line between two TAP devices that takes its time and loses frames, for
 * machines whose kernel has no netem. Frames keep their order, and are whole
 * packets: the devices have no offloads.
 *
 * usage: tapline DEVICE DEVICE DELAY-MS LOSS-PERCENT
 *
 * Each way takes DELAY-MS; of the frames from the first device to the second,
 * and only of those, LOSS-PERCENT are lost at random. Prints "ready" when both
 * devices are there, to be moved and configured; ends with its standard input.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_tun.h>

#define FRAME_MAX	2048
/* Frames on their way, a power of two: 100 ms of 1.9 Gbit/s. */
#define SLOTS		16384

struct frame {
	uint64_t due;
	uint16_t len;
	uint8_t data[FRAME_MAX];
};

struct way {
	int in;
	int out;
	double loss;
	unsigned int head;	/* next to leave */
	unsigned int tail;	/* next to enter */
	struct frame *frames;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static int open_tap(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) < 0) {
		perror(name);
		exit(1);
	}
	return fd;
}

static void enter(struct way *way, uint64_t delay)
{
	struct frame *frame;
	ssize_t n;

	while (way->tail - way->head < SLOTS) {
		frame = &way->frames[way->tail % SLOTS];
		n = read(way->in, frame->data, sizeof(frame->data));
		if (n <= 0)
			return;
		if (drand48() < way->loss)
			continue;
		frame->len = (uint16_t)n;
		frame->due = now_ns() + delay;
		way->tail++;
	}
}

/* Nanoseconds until the next one is due. */
static uint64_t leave(struct way *way)
{
	uint64_t now = now_ns();
	struct frame *frame;

	for (; way->head != way->tail; way->head++) {
		frame = &way->frames[way->head % SLOTS];
		if (frame->due > now)
			return frame->due - now;
		/* A device that is down takes none. */
		if (write(way->out, frame->data, frame->len) < 0 &&
		    errno == EAGAIN)
			return 100000;
	}
	return UINT64_MAX;
}

static void run(struct way way[2], uint64_t delay)
{
	struct pollfd fds[3] = {
		{ .fd = way[0].in, .events = POLLIN },
		{ .fd = way[1].in, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};
	struct timespec wait;
	uint64_t next, other;
	char byte;

	for (;;) {
		next = leave(&way[0]);
		other = leave(&way[1]);
		if (other < next)
			next = other;
		if (next > 1000000000)
			next = 1000000000;
		wait.tv_sec = (time_t)(next / 1000000000);
		wait.tv_nsec = (long)(next % 1000000000);
		if (ppoll(fds, 3, &wait, NULL) < 0 && errno != EINTR)
			return;
		if (fds[2].revents && read(STDIN_FILENO, &byte, 1) <= 0)
			return;
		enter(&way[0], delay);
		enter(&way[1], delay);
	}
}

int main(int argc, char **argv)
{
	struct way way[2] = { 0 };
	int i;

	if (argc != 5) {
		fprintf(stderr, "usage: tapline DEVICE DEVICE DELAY-MS LOSS-PERCENT\n");
		return 2;
	}
	way[0].in = way[1].out = open_tap(argv[1]);
	way[1].in = way[0].out = open_tap(argv[2]);
	way[0].loss = atof(argv[4]) / 100;
	for (i = 0; i < 2; i++) {
		way[i].frames = calloc(SLOTS, sizeof(*way[i].frames));
		if (!way[i].frames) {
			perror("tapline");
			return 1;
		}
	}
	srand48(1);
	puts("ready");
	fflush(stdout);
	run(way, (uint64_t)(atof(argv[3]) * 1000000));
	return 0;
}
