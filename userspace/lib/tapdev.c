// SPDX-License-Identifier: GPL-2.0-or-later
/* What is asked of an open TAP device. */
#include "tapdev.h"

#include <sys/ioctl.h>

#include <linux/if_tun.h>

void sehub_tap_release(int fd)
{
	ioctl(fd, TUNSETPERSIST, 0);
}

void sehub_tap_set_carrier(int fd, bool on)
{
	int carrier = on;

	/* Refused only where the device is gone. */
	ioctl(fd, TUNSETCARRIER, &carrier);
}

void sehub_tap_set_offload(int fd, bool on)
{
	unsigned long flags = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 |
			      TUN_F_TSO_ECN;

	ioctl(fd, TUNSETOFFLOAD, on ? flags : 0UL);
}

bool sehub_tap_is_there(int fd)
{
	struct ifreq ifr;

	return !ioctl(fd, TUNGETIFF, &ifr);
}
