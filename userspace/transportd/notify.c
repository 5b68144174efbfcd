// SPDX-License-Identifier: GPL-2.0-or-later
/* News for the service manager, by libsystemd where the build found it. */
#include "notify.h"

#include <stdlib.h>
#include <time.h>

#ifdef HAVE_SYSTEMD

#include <systemd/sd-daemon.h>

void notify_ready(unsigned int listeners)
{
	sd_notifyf(0, "READY=1\nSTATUS=listening on %u addresses", listeners);
}

void notify_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   (unsigned long long)now.tv_sec * 1000000 +
		   (unsigned long long)now.tv_nsec / 1000);
}

void notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void notify_alive(void)
{
	sd_notify(0, "WATCHDOG=1");
}

uint64_t notify_watchdog_ms(void)
{
	uint64_t usec = 0;

	return sd_watchdog_enabled(0, &usec) > 0 ? usec / 1000 : 0;
}

#else

void notify_ready(unsigned int listeners)
{
	(void)listeners;
}

void notify_reloading(void)
{
}

void notify_stopping(void)
{
}

void notify_alive(void)
{
}

uint64_t notify_watchdog_ms(void)
{
	return 0;
}

#endif

bool notify_is_supervised(void)
{
	return getenv("NOTIFY_SOCKET") || getenv("INVOCATION_ID");
}
