/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The MAC table of a hub. */
#ifndef SEHUB_LIB_FDB_H
#define SEHUB_LIB_FDB_H

#include <stdint.h>

#include <linux/sehub.h>

#include "err.h"
#include "nl.h"

/* Port number that stands for every port. */
#define SEHUB_FDB_ANY_PORT	UINT32_MAX

/**
 * struct sehub_fdb - an entry of a MAC table
 * @hub_ifindex: interface index of the hub
 * @hub_vlan: number of the hub, 0 if unnumbered
 * @mac: address
 * @port: number of the port behind which it is
 * @kind: SEHUB_FDB_KIND_*
 * @idle: milliseconds since it was last seen; learned entries only
 */
struct sehub_fdb {
	uint32_t hub_ifindex;
	uint16_t hub_vlan;
	uint8_t mac[6];
	uint32_t port;
	uint32_t kind;
	uint32_t idle;
};

/** sehub_fdb_kind_name() - "learned", "static", "local"; else "unknown" */
const char *sehub_fdb_kind_name(uint32_t kind);

typedef int (*sehub_fdb_fn)(const struct sehub_fdb *fdb, void *arg);

/**
 * sehub_fdb_list() - call @fn for each entry
 * @nl: handle
 * @hub_ifindex: hub, 0 for all hubs of the network namespace
 * @port: only entries of this port, or %SEHUB_FDB_ANY_PORT
 * @fn: called for each entry; another value than 0 ends the list
 * @arg: handed to @fn
 * @err: filled on failure
 *
 * The table may change during the dump: an entry that moves at that moment
 * can be missing or stand twice.
 * Return: 0, -errno, or what @fn returned.
 */
int sehub_fdb_list(struct sehub_nl *nl, uint32_t hub_ifindex, uint32_t port,
		   sehub_fdb_fn fn, void *arg, struct sehub_err *err);

/** sehub_fdb_get() - one entry by address; -ENOENT: no such entry */
int sehub_fdb_get(struct sehub_nl *nl, uint32_t hub_ifindex,
		  const uint8_t mac[6], struct sehub_fdb *fdb,
		  struct sehub_err *err);

/** sehub_fdb_add() - bind an address to a port: a static entry */
int sehub_fdb_add(struct sehub_nl *nl, uint32_t hub_ifindex,
		  const uint8_t mac[6], uint32_t port, struct sehub_err *err);

/** sehub_fdb_del() - delete one learned or static entry */
int sehub_fdb_del(struct sehub_nl *nl, uint32_t hub_ifindex,
		  const uint8_t mac[6], struct sehub_err *err);

/**
 * sehub_fdb_flush() - delete all entries of a kind
 * @nl: handle
 * @hub_ifindex: hub
 * @port: only entries of this port, or %SEHUB_FDB_ANY_PORT
 * @kind: SEHUB_FDB_KIND_LEARNED or SEHUB_FDB_KIND_STATIC
 * @err: filled on failure
 * Return: 0 or -errno.
 */
int sehub_fdb_flush(struct sehub_nl *nl, uint32_t hub_ifindex, uint32_t port,
		    uint32_t kind, struct sehub_err *err);

#endif /* SEHUB_LIB_FDB_H */
