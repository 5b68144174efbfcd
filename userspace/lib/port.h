/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ports of a hub: local, device and session ports. */
#ifndef SEHUB_LIB_PORT_H
#define SEHUB_LIB_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/sehub.h>

#include "err.h"
#include "hub.h"
#include "nl.h"
#include "policy.h"

/**
 * struct sehub_session - what only a session port has
 * @id: module-wide id, never 0
 * @owner: netlink port id of the owner, 0 while detached
 * @cookie: opaque bytes kept for the daemon
 * @cookie_len: how many
 * @grace: milliseconds that the port lives without an owner
 * @grace_left: milliseconds left to a detached port
 * @queue_limit: most bytes in the egress queue
 * @features: SEHUB_SESSION_FEATURE_*, what the peer takes
 * @attaches: how often the port was given to an owner
 * @tx_count: bytes appended to the egress queue
 * @tx_sent: bytes handed to the owner
 * @tx_acked: bytes acknowledged; number of the oldest byte held
 * @rx_count: bytes received and delivered
 * @rx_gap: bytes that the peer stated as lost
 * @tx_again: bytes that were sent and had to be sent again
 * @peer_hub: id of the hub at the other end of a cascade, 0: it is none
 */
struct sehub_session {
	uint32_t id;
	uint32_t owner;
	uint8_t cookie[SEHUB_COOKIE_MAX];
	size_t cookie_len;
	uint32_t grace;
	uint32_t grace_left;
	uint32_t queue_limit;
	uint32_t features;
	uint32_t attaches;
	uint64_t tx_count;
	uint64_t tx_sent;
	uint64_t tx_acked;
	uint64_t rx_count;
	uint64_t rx_gap;
	uint64_t tx_again;
	uint64_t peer_hub;
};

/**
 * struct sehub_port - a port as the kernel shows it
 * @hub_ifindex: interface index of its hub
 * @hub_vlan: number of its hub, 0 if unnumbered
 * @number: number in its hub, 0 is the local port
 * @name: name, unique in its hub
 * @kind: SEHUB_PORT_KIND_*
 * @state: SEHUB_PORT_STATE_*
 * @lower_ifindex: interface index of an enslaved device, else 0
 * @fdb_max: most learned addresses, 0 for no limit of its own
 * @fdb_count: learned addresses now
 * @rx_frames: frames that entered the hub through the port
 * @rx_bytes: bytes of these
 * @tx_frames: frames that left the hub through the port
 * @tx_bytes: bytes of these
 * @drops: frames dropped
 * @has_del_reason: @del_reason is valid
 * @del_reason: SEHUB_PORT_DEL_REASON_*, only in a deletion event
 * @policy: what it may do; max_mac is @fdb_max
 * @ip_count: entries of the IP table behind it
 * @session: valid if @kind is SEHUB_PORT_KIND_SESSION
 */
struct sehub_port {
	uint32_t hub_ifindex;
	uint16_t hub_vlan;
	uint32_t number;
	char name[SEHUB_NAME_MAX + 1];
	uint32_t kind;
	uint32_t state;
	uint32_t lower_ifindex;
	uint32_t fdb_max;
	uint32_t fdb_count;
	uint64_t rx_frames;
	uint64_t rx_bytes;
	uint64_t tx_frames;
	uint64_t tx_bytes;
	struct sehub_drops drops;
	bool has_del_reason;
	uint32_t del_reason;
	struct sehub_policy policy;
	uint32_t ip_count;
	struct sehub_session session;
};

/** sehub_port_kind_name() - "local", "device", "session"; else "unknown" */
const char *sehub_port_kind_name(uint32_t kind);
/** sehub_port_state_name() - "down", "up", "detached", "blocked"; else "unknown" */
const char *sehub_port_state_name(uint32_t state);
/** sehub_port_del_reason_name() - "requested", "hub", ...; else "unknown" */
const char *sehub_port_del_reason_name(uint32_t reason);

/**
 * struct sehub_port_ref - names a port in a request
 * @id: session id; if not 0, the rest is not looked at
 * @hub_ifindex: the port's hub
 * @name: name in the hub, or NULL: by @number
 * @number: number in the hub
 */
struct sehub_port_ref {
	uint32_t id;
	uint32_t hub_ifindex;
	const char *name;
	uint32_t number;
};

/* Which members of struct sehub_port_config are to be sent. */
#define SEHUB_PORT_NAME		0x0001
#define SEHUB_PORT_FDB_MAX	0x0002
#define SEHUB_PORT_COOKIE	0x0004
#define SEHUB_PORT_GRACE	0x0008
#define SEHUB_PORT_QUEUE_LIMIT	0x0010
#define SEHUB_PORT_FEATURES	0x0020
#define SEHUB_PORT_PEER_RX	0x0040
#define SEHUB_PORT_PEER_OLDEST	0x0080
#define SEHUB_PORT_POLICY	0x0100
#define SEHUB_PORT_PEER_HUB	0x0200
#define SEHUB_PORT_HEIR_OF	0x0400

/**
 * struct sehub_port_config - settings of a port
 * @set: SEHUB_PORT_*, the members that count
 * @name: (new) name of the port
 * @fdb_max: most learned addresses, 0 for no limit
 * @cookie: bytes to keep for the daemon
 * @cookie_len: how many, at most SEHUB_COOKIE_MAX
 * @grace: milliseconds
 * @queue_limit: bytes
 * @features: SEHUB_SESSION_FEATURE_* that the peer takes
 * @peer_rx: attach only: the peer's rx-count
 * @peer_oldest: attach only: the peer's tx-acked
 * @peer_hub: new sessions only: id of the hub at the other end
 * @heir_of: new sessions only: id of the detached one that it replaces
 * @policy: the whole policy, in place of the one before; with it max_mac in
 *	place of @fdb_max, even where that is to be sent. All zero takes the
 *	policy away
 *
 * sehub_port_set() takes all but those that only new ones or attaching
 * have, session_new all but those of attaching, which takes features besides.
 */
struct sehub_port_config {
	unsigned int set;
	const char *name;
	uint32_t fdb_max;
	const void *cookie;
	size_t cookie_len;
	uint32_t grace;
	uint32_t queue_limit;
	uint32_t features;
	uint64_t peer_rx;
	uint64_t peer_oldest;
	uint64_t peer_hub;
	uint32_t heir_of;
	const struct sehub_policy *policy;
};

typedef int (*sehub_port_fn)(const struct sehub_port *port, void *arg);

/**
 * sehub_port_list() - call @fn for each port of a hub, or of all hubs
 * @nl: handle
 * @hub_ifindex: hub, 0 for all hubs of the network namespace
 * @fn: called for each port; another value than 0 ends the list
 * @arg: handed to @fn
 * @err: filled on failure
 * Return: 0, -errno, or what @fn returned.
 */
int sehub_port_list(struct sehub_nl *nl, uint32_t hub_ifindex,
		    sehub_port_fn fn, void *arg, struct sehub_err *err);

/** sehub_port_get() - one port; -ENOENT: no such port */
int sehub_port_get(struct sehub_nl *nl, const struct sehub_port_ref *ref,
		   struct sehub_port *port, struct sehub_err *err);

/** sehub_port_set() - change settings of a port; all or nothing */
int sehub_port_set(struct sehub_nl *nl, const struct sehub_port_ref *ref,
		   const struct sehub_port_config *config,
		   struct sehub_err *err);

/** sehub_port_del() - delete a session port, release a device */
int sehub_port_del(struct sehub_nl *nl, const struct sehub_port_ref *ref,
		   struct sehub_err *err);

/** sehub_port_add_device() - attach a network device to a hub as a port */
int sehub_port_add_device(struct sehub_nl *nl, uint32_t hub_ifindex,
			  uint32_t ifindex, struct sehub_err *err);

/** sehub_port_session_new() - make a session port, owned by @nl's socket */
int sehub_port_session_new(struct sehub_nl *nl, uint32_t hub_ifindex,
			   const struct sehub_port_config *config,
			   struct sehub_port *port, struct sehub_err *err);

/** sehub_port_session_attach() - take a detached session port */
int sehub_port_session_attach(struct sehub_nl *nl, uint32_t id,
			      const struct sehub_port_config *config,
			      struct sehub_port *port, struct sehub_err *err);

/** sehub_port_session_detach() - take a session port from its owner */
int sehub_port_session_detach(struct sehub_nl *nl, uint32_t id,
			      struct sehub_err *err);

#endif /* SEHUB_LIB_PORT_H */
