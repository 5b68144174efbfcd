/* SPDX-License-Identifier: GPL-2.0-or-later */
/* News for the service manager; without one, or without libsystemd, nothing. */
#ifndef SEHUB_TRANSPORTD_NOTIFY_H
#define SEHUB_TRANSPORTD_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* Was the daemon started by a service manager? */
bool notify_is_supervised(void);

void notify_ready(unsigned int listeners);
void notify_reloading(void);
void notify_stopping(void);
void notify_alive(void);

/* Time within which notify_alive() is expected, 0: never; milliseconds. */
uint64_t notify_watchdog_ms(void);

#endif /* SEHUB_TRANSPORTD_NOTIFY_H */
