/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hubs: network devices of the rtnetlink link kind "sehub". */
#ifndef SEHUB_LIB_HUB_H
#define SEHUB_LIB_HUB_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include <linux/sehub.h>

#include "err.h"
#include "nl.h"

#define SEHUB_VLAN_MAX		4094
#define SEHUB_AGEING_MAX	1000000
#define SEHUB_PORT_MAX_MAX	65535
#define SEHUB_IP_AGEING_MAX	1000000

/**
 * struct sehub_drops - frames dropped, by reason
 * @count: indexed by SEHUB_A_DROPS_*
 */
struct sehub_drops {
	uint64_t count[SEHUB_A_DROPS_MAX + 1];
};

/**
 * sehub_drops_name() - name of a drop reason, as in the specification
 * @reason: SEHUB_A_DROPS_*
 * Return: "queue-full", or NULL if @reason is not a reason. Counting @reason
 * from 1 to %SEHUB_A_DROPS_MAX and skipping NULL gives all reasons.
 */
const char *sehub_drops_name(unsigned int reason);

/** sehub_drops_doc() - one line on a drop reason, NULL if there is none */
const char *sehub_drops_doc(unsigned int reason);

/** sehub_drops_total() - sum over all reasons */
uint64_t sehub_drops_total(const struct sehub_drops *drops);

/**
 * struct sehub_hub - a hub as the kernel shows it
 * @ifindex: interface index of its device
 * @vlan: number, 0 if unnumbered
 * @ifname: name of its device
 * @mac: address of its device
 * @up: administratively up
 * @carrier: has a live port besides the local one
 * @ageing: seconds after which a learned address is forgotten
 * @fdb_max: most learned addresses
 * @fdb_count: learned addresses now
 * @port_max: most ports, without the local one
 * @port_count: ports now, without the local one
 * @not_learned: source addresses not learned because the table was full
 * @moves: addresses seen on another port than before
 * @rx_frames: frames received from all ports
 * @rx_bytes: bytes of these
 * @tx_frames: frames delivered to all ports
 * @tx_bytes: bytes of these
 * @drops: frames dropped
 * @ip_ageing: seconds after which an IP address without a lease is forgotten
 * @ip_max: most entries of the IP table
 * @ip_count: entries now
 * @ip_not_learned: IP addresses not learned because the table was full
 * @suppress: the hub answers for IP addresses that it knows
 * @suppressed: requests that it answered
 * @broadcast_rate: frames to groups taken in a second, 0 no limit
 * @log_headers: SEHUB_PACKET_CLASS_*, logged by their headers
 * @log_whole: SEHUB_PACKET_CLASS_*, logged as a whole
 * @log_count: frames logged
 * @id: by which hubs that are joined know each other, never 0
 */
struct sehub_hub {
	uint32_t ifindex;
	uint16_t vlan;
	char ifname[IFNAMSIZ];
	uint8_t mac[6];
	bool up;
	bool carrier;
	uint32_t ageing;
	uint32_t fdb_max;
	uint32_t fdb_count;
	uint32_t port_max;
	uint32_t port_count;
	uint64_t not_learned;
	uint64_t moves;
	uint64_t rx_frames;
	uint64_t rx_bytes;
	uint64_t tx_frames;
	uint64_t tx_bytes;
	struct sehub_drops drops;
	uint32_t ip_ageing;
	uint32_t ip_max;
	uint32_t ip_count;
	uint64_t ip_not_learned;
	bool suppress;
	uint64_t suppressed;
	uint32_t broadcast_rate;
	uint32_t log_headers;
	uint32_t log_whole;
	uint64_t log_count;
	uint64_t id;
};

/* Which members of struct sehub_hub_config are to be sent. */
#define SEHUB_HUB_VLAN			0x001
#define SEHUB_HUB_AGEING		0x002
#define SEHUB_HUB_FDB_MAX		0x004
#define SEHUB_HUB_PORT_MAX		0x008
#define SEHUB_HUB_MAC			0x010
#define SEHUB_HUB_IP_AGEING		0x020
#define SEHUB_HUB_IP_MAX		0x040
#define SEHUB_HUB_SUPPRESS		0x080
#define SEHUB_HUB_BROADCAST_RATE	0x100
#define SEHUB_HUB_LOG			0x200

/**
 * struct sehub_hub_config - settings for sehub_hub_add() and sehub_hub_set()
 * @set: SEHUB_HUB_*, the members that count; the rest is left to the kernel
 * @vlan: number; add only
 * @ageing: seconds
 * @fdb_max: most learned addresses
 * @port_max: most ports
 * @mac: address of the device; add only
 * @ip_ageing: seconds
 * @ip_max: most entries of the IP table
 * @suppress: answer for IP addresses that are known
 * @broadcast_rate: frames to groups taken in a second, 0 no limit
 * @log_headers: SEHUB_PACKET_CLASS_* to log by their headers, set with
 * @log_whole: those to log as a whole
 */
struct sehub_hub_config {
	unsigned int set;
	uint16_t vlan;
	uint32_t ageing;
	uint32_t fdb_max;
	uint32_t port_max;
	uint8_t mac[6];
	uint32_t ip_ageing;
	uint32_t ip_max;
	bool suppress;
	uint32_t broadcast_rate;
	uint32_t log_headers;
	uint32_t log_whole;
};

/**
 * sehub_hub_add() - make a hub and set it up
 * @nl: handle
 * @ifname: name of the device; NULL: "sehub<vlan>", or for an unnumbered hub
 *	the first free "sehub-<n>"
 * @config: settings
 * @ifindex: where to put the interface index, may be NULL
 * @err: filled on failure
 * Return: 0 or -errno: EEXIST number or name in use, EPERM, EINVAL.
 */
int sehub_hub_add(struct sehub_nl *nl, const char *ifname,
		  const struct sehub_hub_config *config, uint32_t *ifindex,
		  struct sehub_err *err);

/** sehub_hub_set() - change settings of a hub; all or nothing */
int sehub_hub_set(struct sehub_nl *nl, uint32_t ifindex,
		  const struct sehub_hub_config *config,
		  struct sehub_err *err);

/** sehub_hub_set_up() - set the hub's device administratively up or down */
int sehub_hub_set_up(struct sehub_nl *nl, uint32_t ifindex, bool up,
		     struct sehub_err *err);

/** sehub_hub_del() - delete a hub with its ports; refuses other devices */
int sehub_hub_del(struct sehub_nl *nl, uint32_t ifindex,
		  struct sehub_err *err);

/** sehub_hub_get() - a hub by interface index; -ENODEV: no such hub */
int sehub_hub_get(struct sehub_nl *nl, uint32_t ifindex,
		  struct sehub_hub *hub, struct sehub_err *err);

/** sehub_hub_get_vlan() - a hub by number; -ENODEV: no such hub */
int sehub_hub_get_vlan(struct sehub_nl *nl, uint16_t vlan,
		       struct sehub_hub *hub, struct sehub_err *err);

/** sehub_hub_get_name() - a hub by device name; -ENODEV: no such hub */
int sehub_hub_get_name(struct sehub_nl *nl, const char *ifname,
		       struct sehub_hub *hub, struct sehub_err *err);

/**
 * typedef sehub_hub_fn - called for each hub of a list
 * @hub: valid during the call
 * @arg: the caller's
 * Return: 0 to go on, another value to end the list, which returns it.
 */
typedef int (*sehub_hub_fn)(const struct sehub_hub *hub, void *arg);

/** sehub_hub_list() - call @fn for each hub of the network namespace */
int sehub_hub_list(struct sehub_nl *nl, sehub_hub_fn fn, void *arg,
		   struct sehub_err *err);

#endif /* SEHUB_LIB_HUB_H */
