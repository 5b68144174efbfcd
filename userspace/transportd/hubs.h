/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hubs that last: what they are is taken from the kernel when an administrator
 * says so, and made again where it is not there: hubs at the start, device ports
 * when the device appears. What is there is left as it is. Main thread only.
 */
#ifndef SEHUB_TRANSPORTD_HUBS_H
#define SEHUB_TRANSPORTD_HUBS_H

#include "daemon.h"
#include "err.h"
#include "store.h"

struct hubs;

/* NULL without memory. */
struct hubs *hubs_new(struct daemon *d);
/* NULL is allowed; hubs stay. */
void hubs_free(struct hubs *hs);

/* Makes what is saved and is not there. What differs is logged. */
void hubs_restore(struct hubs *hs);
/* What is saved has changed, and is what is there. */
void hubs_reload(struct hubs *hs);
/* This device may have come or gone, 0: any. */
void hubs_network_changed(struct hubs *hs, uint32_t ifindex);

/**
 * hubs_read() - a hub as it is now
 * @vlan: its number
 * @hub: filled, for store_hub_free()
 * @left_out: how many addresses are bound to ports of sessions, which are made
 *	by others
 * @err: why not
 * Return: 0 or -errno.
 */
int hubs_read(uint16_t vlan, struct store_hub *hub, unsigned int *left_out,
	      struct sehub_err *err);

#endif /* SEHUB_TRANSPORTD_HUBS_H */
