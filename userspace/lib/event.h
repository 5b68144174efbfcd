/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events: the kernel's notifications of every change, on a socket of their own. */
#ifndef SEHUB_LIB_EVENT_H
#define SEHUB_LIB_EVENT_H

#include <stdbool.h>

#include "err.h"
#include "fdb.h"
#include "hub.h"
#include "ip.h"
#include "packet.h"
#include "port.h"

/* Groups of events. */
#define SEHUB_EVENT_HUB		0x1
#define SEHUB_EVENT_PORT	0x2
#define SEHUB_EVENT_FDB		0x4
#define SEHUB_EVENT_IP		0x8
#define SEHUB_EVENT_PACKET	0x10	/* frames, no changes */
#define SEHUB_EVENT_GROUPS	5

struct sehub_monitor;

/**
 * struct sehub_event - one change, or one frame of a packet log
 * @group: SEHUB_EVENT_*, says which object is valid
 * @is_deleted: the object is gone; else it is new or changed
 * @hub: the hub
 * @port: the port
 * @fdb: the MAC table entry
 * @ip: the IP table entry
 * @packet: the frame
 */
struct sehub_event {
	unsigned int group;
	bool is_deleted;
	union {
		struct sehub_hub hub;
		struct sehub_port port;
		struct sehub_fdb fdb;
		struct sehub_ip ip;
		struct sehub_packet packet;
	};
};

typedef int (*sehub_event_fn)(const struct sehub_event *event, void *arg);

/** sehub_monitor_open() - subscribe to @groups; nonblocking descriptor */
int sehub_monitor_open(struct sehub_monitor **monp, unsigned int groups,
		       struct sehub_err *err);
/** sehub_monitor_close() - end it, NULL is allowed */
void sehub_monitor_close(struct sehub_monitor *mon);
/** sehub_monitor_fd() - descriptor that is readable when there are events */
int sehub_monitor_fd(const struct sehub_monitor *mon);

/**
 * sehub_monitor_read() - hand out the events that wait
 * @mon: monitor
 * @fn: called for each; another value than 0 ends the call
 * @arg: handed to @fn
 * @err: filled on failure
 * Return: 0 when no more events wait, -ENOBUFS when the kernel had to drop
 * events because they were not read in time (go on, and look anew at what you
 * keep), another -errno, or what @fn returned.
 */
int sehub_monitor_read(struct sehub_monitor *mon, sehub_event_fn fn, void *arg,
		       struct sehub_err *err);

#endif /* SEHUB_LIB_EVENT_H */
