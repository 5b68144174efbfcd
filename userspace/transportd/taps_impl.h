/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What taps.c (devices and their ports) and taps_end.c (ends) share. */
#ifndef SEHUB_TRANSPORTD_TAPS_IMPL_H
#define SEHUB_TRANSPORTD_TAPS_IMPL_H

#include "tap.h"
#include "taps.h"

/* The marks of our devices, for us and for people (ip -details link). */
#define CARD_ALIAS	"sehub connection"
#define PORT_ALIAS	"sehub session"
/* Devices deleted last, whose end is still to be heard of. */
#define DELETED_MAX	64

/**
 * struct taps_entry - one device
 * @next: list of all
 * @tap: the device
 * @id: of the port that was begun last, 0: none; the session may have deleted
 *	it since
 * @bridge: the bridge that it is a port of, 0: it is a card
 */
struct taps_entry {
	struct taps_entry *next;
	struct tap *tap;
	uint32_t id;
	uint32_t bridge;
};

/**
 * struct taps - all of them
 * @ops: who is told that a port was deleted
 * @arg: for @ops
 * @loop: the main thread's
 * @nl: rtnetlink
 * @list: the devices
 * @async: a worker left a port
 * @grace: the next end of a grace time
 * @handles: open ones of these two
 * @last_id: given out last
 * @bridge_ids: random number that makes those of bridges
 * @group: device group of this daemon's ports of bridges
 * @deleted: interface indexes of devices that are gone, or will be
 * @deleted_at: where the next one goes
 */
struct taps {
	const struct kernel_ops *ops;
	void *arg;
	uv_loop_t *loop;
	struct sehub_nl *nl;
	struct taps_entry *list;
	uv_async_t async;
	uv_timer_t grace;
	unsigned int handles;
	uint32_t last_id;
	uint32_t group;
	uint64_t bridge_ids;
	uint32_t deleted[DELETED_MAX];
	unsigned int deleted_at;
};

/* Lets go of the device, which stays if it is persistent. */
void taps_forget(struct taps *ts, struct taps_entry *e);

/* taps_end.c */

/* The device is deleted, or will be, and the entry is gone. */
void taps_delete_device(struct taps *ts, struct taps_entry *e);
/* The port ends; one of a bridge goes with its device. */
void taps_end_port(struct taps *ts, struct taps_entry *e);
/* Ends ports whose time is over, and waits for the next one. */
void taps_sweep(struct taps *ts);
/*
 * Ends ports whose device is gone, or of no use any more, if they have to do
 * with device @ifindex; 0: any.
 */
void taps_end_lost(struct taps *ts, uint32_t ifindex);

#endif /* SEHUB_TRANSPORTD_TAPS_IMPL_H */
