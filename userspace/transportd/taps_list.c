// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The TAP devices that there are. Each login asks for ports by their ids, and
 * the network's news for devices by their indexes, so neither may take longer
 * the more there are.
 */
#include "taps_impl.h"

#include <stdlib.h>

struct taps_entry *taps_add(struct taps *ts, struct tap *tap, uint32_t bridge)
{
	struct taps_entry *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->tap = tap;
	e->bridge = bridge;
	LIST_INSERT_HEAD(&ts->all, e, all);
	LIST_INSERT_HEAD(&ts->devices[tap_ifindex(tap) % TAPS_BUCKETS], e,
			 same_device);
	return e;
}

void taps_forget(struct taps *ts, struct taps_entry *e)
{
	taps_set_id(ts, e, 0);
	LIST_REMOVE(e, same_device);
	LIST_REMOVE(e, all);
	tap_put(e->tap);
	free(e);
}

void taps_set_id(struct taps *ts, struct taps_entry *e, uint32_t id)
{
	if (e->id)
		LIST_REMOVE(e, same_id);
	e->id = id;
	if (id)
		LIST_INSERT_HEAD(&ts->ids[id % TAPS_BUCKETS], e, same_id);
}

struct taps_entry *taps_find_id(const struct taps *ts, uint32_t id)
{
	struct taps_entry *e;

	LIST_FOREACH(e, &ts->ids[id % TAPS_BUCKETS], same_id)
		if (e->id == id)
			return e;
	return NULL;
}

struct taps_entry *taps_find_device(const struct taps *ts, uint32_t ifindex)
{
	struct taps_entry *e;

	LIST_FOREACH(e, &ts->devices[ifindex % TAPS_BUCKETS], same_device)
		if (tap_ifindex(e->tap) == ifindex)
			return e;
	return NULL;
}
