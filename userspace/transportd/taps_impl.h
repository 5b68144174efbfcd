/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What taps.c (devices and their ports), taps_list.c (which there are) and
 * taps_end.c (ends) share.
 */
#ifndef SEHUB_TRANSPORTD_TAPS_IMPL_H
#define SEHUB_TRANSPORTD_TAPS_IMPL_H

#include <sys/queue.h>

#include "tap.h"
#include "taps.h"

/* The marks of our devices, for us and for people (ip -details link). */
#define CARD_ALIAS	"sehub connection"
#define PORT_ALIAS	"sehub session"
/* Devices deleted last, whose end is still to be heard of. */
#define DELETED_MAX	1024
/* Some thousand devices are looked for at each login, and when one is heard of. */
#define TAPS_BUCKETS	1024

/**
 * struct taps_entry - one device
 * @all: list of all
 * @same_id: list of those whose ids are in the same bucket, if it has an id
 * @same_device: the same for interface indexes
 * @tap: the device
 * @id: of the port that was begun last, 0: none; the session may have deleted
 *	it since
 * @bridge: the bridge that it is a port of, 0: it is a card
 */
struct taps_entry {
	LIST_ENTRY(taps_entry) all;
	LIST_ENTRY(taps_entry) same_id;
	LIST_ENTRY(taps_entry) same_device;
	struct tap *tap;
	uint32_t id;
	uint32_t bridge;
};

LIST_HEAD(taps_list, taps_entry);

/**
 * struct taps - all of them
 * @ops: who is told that a port was deleted
 * @arg: for @ops
 * @loop: the main thread's
 * @nl: rtnetlink
 * @all: the devices
 * @ids: those whose port has an id, by that
 * @devices: the devices by interface index
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
	struct taps_list all;
	struct taps_list ids[TAPS_BUCKETS];
	struct taps_list devices[TAPS_BUCKETS];
	uv_async_t async;
	uv_timer_t grace;
	unsigned int handles;
	uint32_t last_id;
	uint32_t group;
	uint64_t bridge_ids;
	uint32_t deleted[DELETED_MAX];
	unsigned int deleted_at;
};

/* taps_list.c */

/* @tap's reference is the entry's; @bridge: see struct taps_entry. */
struct taps_entry *taps_add(struct taps *ts, struct tap *tap, uint32_t bridge);
/* Lets go of the device, which stays if it is persistent. */
void taps_forget(struct taps *ts, struct taps_entry *e);
void taps_set_id(struct taps *ts, struct taps_entry *e, uint32_t id);
/* NULL if there is none. */
struct taps_entry *taps_find_id(const struct taps *ts, uint32_t id);
struct taps_entry *taps_find_device(const struct taps *ts, uint32_t ifindex);

/* taps_end.c */

/* The device is deleted, or will be, and the entry is gone. */
void taps_delete_device(struct taps *ts, struct taps_entry *e);
/* The port ends; one of a bridge goes with its device. */
void taps_end_port(struct taps *ts, struct taps_entry *e);
/* A port was begun: it ends if nobody attaches it. */
void taps_watch(struct taps *ts, const struct taps_entry *e);
/* Something happened to devices, which know it: tap_take_news(). */
void taps_look(struct taps *ts);
/* Ends ports of bridge @bridge, 0: any, whose device is gone or of no use. */
void taps_end_lost(struct taps *ts, uint32_t bridge);

#endif /* SEHUB_TRANSPORTD_TAPS_IMPL_H */
