/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IP table of a hub: which address is behind which MAC address and port. */
#ifndef SEHUB_LIB_IP_H
#define SEHUB_LIB_IP_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/sehub.h>

#include "addr.h"
#include "err.h"
#include "nl.h"

/* Seconds left of a lease that does not end. */
#define SEHUB_IP_LEASE_INFINITE	UINT32_MAX

/**
 * struct sehub_ip - an entry of an IP table
 * @hub_ifindex: interface index of the hub
 * @hub_vlan: number of the hub, 0 if unnumbered
 * @addr: address
 * @mac: MAC address that uses it
 * @port: number of the port behind which it is
 * @source: SEHUB_IP_SOURCE_*
 * @idle: milliseconds since it was last seen
 * @has_lease: it was leased, @lease_left is valid
 * @lease_left: seconds left, or %SEHUB_IP_LEASE_INFINITE
 */
struct sehub_ip {
	uint32_t hub_ifindex;
	uint16_t hub_vlan;
	struct sehub_ip_addr addr;
	uint8_t mac[6];
	uint32_t port;
	uint32_t source;
	uint32_t idle;
	bool has_lease;
	uint32_t lease_left;
};

/** sehub_ip_source_name() - "header", "arp", "nd", "dhcp"; else "unknown" */
const char *sehub_ip_source_name(uint32_t source);

/* Which members of struct sehub_ip_filter count. */
#define SEHUB_IP_BY_PORT	0x1
#define SEHUB_IP_BY_MAC		0x2
#define SEHUB_IP_BY_PREFIX	0x4

/**
 * struct sehub_ip_filter - which entries are meant: those that match all of it
 * @set: SEHUB_IP_BY_*, the members that count; 0: all entries
 * @port: number of the port
 * @mac: MAC address
 * @prefix: addresses
 */
struct sehub_ip_filter {
	unsigned int set;
	uint32_t port;
	uint8_t mac[6];
	struct sehub_prefix prefix;
};

typedef int (*sehub_ip_fn)(const struct sehub_ip *ip, void *arg);

/**
 * sehub_ip_list() - call @fn for each entry
 * @nl: handle
 * @hub_ifindex: hub, 0 for all hubs of the network namespace
 * @filter: which entries
 * @fn: called for each entry; another value than 0 ends the list
 * @arg: handed to @fn
 * @err: filled on failure
 *
 * The table may change during the dump: an entry that moves at that moment
 * can be missing or stand twice.
 * Return: 0, -errno, or what @fn returned.
 */
int sehub_ip_list(struct sehub_nl *nl, uint32_t hub_ifindex,
		  const struct sehub_ip_filter *filter, sehub_ip_fn fn,
		  void *arg, struct sehub_err *err);

/** sehub_ip_get() - one entry by address; -ENOENT: no such entry */
int sehub_ip_get(struct sehub_nl *nl, uint32_t hub_ifindex,
		 const struct sehub_ip_addr *addr, struct sehub_ip *ip,
		 struct sehub_err *err);

/** sehub_ip_flush() - forget entries of a hub, leases too */
int sehub_ip_flush(struct sehub_nl *nl, uint32_t hub_ifindex,
		   const struct sehub_ip_filter *filter,
		   struct sehub_err *err);

#endif /* SEHUB_LIB_IP_H */
