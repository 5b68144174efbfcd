/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The method Events of the control interface: answers for as long as its client
 * is there.
 */
#ifndef SEHUB_TRANSPORTD_CONTROL_EVENTS_H
#define SEHUB_TRANSPORTD_CONTROL_EVENTS_H

#include <stdint.h>

struct control;
struct control_events;
struct events;

/*
 * What waits for a client that does not read; what comes after that is only
 * counted, until it has read all of it.
 */
#define CONTROL_EVENTS_QUEUE	256

/**
 * control_events_register() - add the method
 * @control: the socket
 * @events: outlive what is made
 * @made: for control_events_free() after the control is closed
 *
 * Return: 0 or -errno.
 */
int control_events_register(struct control *control, struct events *events,
			    struct control_events **made);
/* NULL is allowed. */
void control_events_free(struct control_events *owner);

/* How many clients there are, and what they missed altogether; for figures. */
unsigned int control_events_clients(const struct control_events *owner);
uint64_t control_events_lost(const struct control_events *owner);

#endif /* SEHUB_TRANSPORTD_CONTROL_EVENTS_H */
