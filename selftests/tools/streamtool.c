// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A TCP transfer whose bytes are known to both ends.
 *
 *   streamtool receive PORT BYTES       prints "ready", then the result; and
 *                                       "begun" in between if BYTES is "-"
 *   streamtool send ADDRESS PORT BYTES          an IPv4 or IPv6 address
 *
 * BYTES may be "-" on both ends: the transfer goes on until the sender's
 * standard input ends, as long as what is tested takes. The receiver compares
 * every byte. Exit status 0: all of them came and were right. Either end gives
 * up when nothing moves for a while.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define CHUNK		65536
#define IDLE_SEC	30
#define SLOW_FACTOR	6
#define DEBUG_FACTOR	4
#define UNTIL_TOLD	UINT64_MAX	/* "-" as the number of bytes */

static void fill(uint8_t *p, size_t len, uint64_t at)
{
	for (size_t i = 0; i < len; i++) {
		uint64_t n = at + i;

		p[i] = (n * 2654435761u) >> 24 ^ n >> 32;
	}
}

static void set_timeout(int fd)
{
	const char *slow = getenv("KSFT_MACHINE_SLOW");
	struct timeval tv = { .tv_sec = IDLE_SEC };

	if (slow && !strcmp(slow, "yes"))
		tv.tv_sec *= SLOW_FACTOR;
	if (getenv("KSFT_DEBUG_KERNEL"))
		tv.tv_sec *= DEBUG_FACTOR;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
}

static int receive(int port, uint64_t total)
{
	static uint8_t got[CHUNK], want[CHUNK];
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6,
				     .sin6_port = htons(port) };
	const int on = 1;
	uint64_t at = 0;
	int fd, conn;

	fd = socket(AF_INET6, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	set_timeout(fd);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(fd, 1)) {
		perror("listen");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	conn = accept(fd, NULL, NULL);
	if (conn < 0) {
		perror("accept");
		return 1;
	}
	set_timeout(conn);
	while (at < total) {
		ssize_t n = recv(conn, got, sizeof(got), 0);

		if (!n && total == UNTIL_TOLD && at)
			break;
		if (n <= 0) {
			printf("end after %llu of %llu bytes\n",
			       (unsigned long long)at,
			       (unsigned long long)total);
			return 1;
		}
		fill(want, n, at);
		if (memcmp(got, want, n)) {
			printf("wrong byte between %llu and %llu\n",
			       (unsigned long long)at,
			       (unsigned long long)at + n);
			return 1;
		}
		if (!at && total == UNTIL_TOLD) {
			puts("begun");
			fflush(stdout);
		}
		at += n;
	}
	/* The sender waits for this: all has been compared. */
	if (send(conn, "", 1, MSG_NOSIGNAL) != 1)
		return 1;
	puts("complete");
	return 0;
}

static int open_connection(const char *address, int port)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(port) };
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(port) };
	int fd;

	if (inet_pton(AF_INET, address, &in.sin_addr) == 1) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		set_timeout(fd);
		return connect(fd, (struct sockaddr *)&in, sizeof(in)) ? -1 :
									 fd;
	}
	if (inet_pton(AF_INET6, address, &in6.sin6_addr) != 1)
		return -1;
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	set_timeout(fd);
	return connect(fd, (struct sockaddr *)&in6, sizeof(in6)) ? -1 : fd;
}

static bool input_ended(void)
{
	struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&pfd, 1, 0) > 0;
}

static int transmit(const char *address, int port, uint64_t total)
{
	static uint8_t buf[CHUNK];
	int fd = open_connection(address, port);
	uint64_t at = 0;

	if (fd < 0) {
		perror(address);
		return 1;
	}
	while (at < total) {
		size_t len = total - at < CHUNK ? total - at : CHUNK;
		ssize_t n;

		if (total == UNTIL_TOLD && at && input_ended())
			break;
		fill(buf, len, at);
		n = send(fd, buf, len, MSG_NOSIGNAL);
		if (n <= 0) {
			perror("send");
			return 1;
		}
		at += n;
	}
	shutdown(fd, SHUT_WR);
	if (recv(fd, buf, 1, 0) != 1) {
		puts("the receiver is not content");
		return 1;
	}
	return 0;
}

static uint64_t amount(const char *word)
{
	return strcmp(word, "-") ? strtoull(word, NULL, 0) : UNTIL_TOLD;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "receive"))
		return receive(atoi(argv[2]), amount(argv[3]));
	if (argc == 5 && !strcmp(argv[1], "send"))
		return transmit(argv[2], atoi(argv[3]), amount(argv[4]));
	fputs("usage: streamtool receive PORT BYTES | send ADDRESS PORT BYTES\n",
	      stderr);
	return 2;
}
