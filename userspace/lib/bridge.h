/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linux bridges that stand for hubs: what is read of them. */
#ifndef SEHUB_LIB_BRIDGE_H
#define SEHUB_LIB_BRIDGE_H

#include "err.h"
#include "fdb.h"
#include "hub.h"
#include "nl.h"

/**
 * sehub_bridge_list() - call @fn for each bridge named "sehub<vlan>"
 * @nl: handle, for rtnetlink
 * @fn: gets what a hub and a bridge have in common: name, number, address,
 *	whether it is up, ports, addresses, frames and bytes of all ports
 * @arg: handed to @fn
 * @err: filled on failure
 * Return: 0, -errno, or what @fn returned.
 */
int sehub_bridge_list(struct sehub_nl *nl, sehub_hub_fn fn, void *arg,
		      struct sehub_err *err);

/**
 * sehub_bridge_fdb_list() - call @fn for each address that bridges know
 * @nl: handle, for rtnetlink
 * @ifindex: the bridge, 0 for all
 * @port: only those of this device, or %SEHUB_FDB_ANY_PORT
 * @fn: gets the interface index of the device in place of a port's number; the
 *	bridge's own for its local end
 * @arg: handed to @fn
 * @err: filled on failure
 * Return: 0, -errno, or what @fn returned.
 */
int sehub_bridge_fdb_list(struct sehub_nl *nl, uint32_t ifindex, uint32_t port,
			  sehub_fdb_fn fn, void *arg, struct sehub_err *err);

#endif /* SEHUB_LIB_BRIDGE_H */
