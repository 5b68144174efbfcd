// SPDX-License-Identifier: GPL-2.0-or-later
/* Allocations that fail; see fault.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fault.h"

static unsigned int armed;
static bool was_hit;

void fault_arm(unsigned int nth)
{
	armed = nth;
}

bool fault_was_hit(void)
{
	return was_hit;
}

/*
 * The kernel counts down what this file says with each allocation of the
 * process; it is at 0 after the one that failed.
 */
ssize_t fault_send(int fd, const void *buf, size_t len)
{
	char text[16] = "";
	int err, nth = -1;
	ssize_t ret;

	was_hit = false;
	if (armed)
		nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth < 0)
		return send(fd, buf, len, 0);

	snprintf(text, sizeof(text), "%u", armed);
	armed = 0;
	if (pwrite(nth, text, strlen(text), 0) < 0)
		perror("# fail-nth");
	ret = send(fd, buf, len, 0);
	err = errno;
	memset(text, 0, sizeof(text));
	was_hit = pread(nth, text, sizeof(text) - 1, 0) > 0 && !atoi(text);
	if (pwrite(nth, "0", 1, 0) < 0)
		perror("# fail-nth");
	close(nth);
	errno = err;
	return ret;
}
