/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The main thread's view of the kernel: short requests about hubs and ports,
 * and the news that a port was deleted. The module may come and go while the
 * daemon runs; each call finds the one that is there. Where there is none, a
 * connection's card is a TAP device, a hub is a Linux bridge, and their ports
 * are dealt with by the same calls (taps.h).
 */
#ifndef SEHUB_TRANSPORTD_KERNEL_H
#define SEHUB_TRANSPORTD_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "card.h"
#include "err.h"
#include "lib/fdb.h"
#include "lib/hub.h"
#include "lib/ip.h"
#include "lib/port.h"

struct kernel;
struct session_start;

/**
 * struct kernel_ops - news from the kernel
 * @deleted: a port was deleted, @port->del_reason says why
 * @resync: news were lost: compare with kernel_list()
 */
struct kernel_ops {
	void (*deleted)(void *arg, const struct sehub_port *port);
	void (*resync)(void *arg);
};

/* NULL without memory. The module need not be there. */
struct kernel *kernel_new(uv_loop_t *loop, const struct kernel_ops *ops,
			  void *arg);
/* Run the loop afterwards. NULL is allowed. */
void kernel_free(struct kernel *k);

bool kernel_is_loaded(void);

/*
 * All return 0 or -errno; -ENOENT, where not said otherwise, also means that
 * the module is not loaded.
 */

/**
 * struct kernel_hub - a numbered hub, or the bridge in its place
 * @ifindex: its device
 * @is_bridge: what it is
 * @id: by which hubs that are joined know each other; a bridge has one for as
 *	long as the daemon runs
 */
struct kernel_hub {
	uint32_t ifindex;
	bool is_bridge;
	uint64_t id;
};

/* -ENODEV: there is none. */
int kernel_find_hub(struct kernel *k, uint16_t vlan, struct kernel_hub *found,
		    struct sehub_err *err);
/* What its packet log has; -ENODEV: there is no such hub of sehub.ko. */
int kernel_set_log(struct kernel *k, uint16_t vlan, uint32_t headers,
		   uint32_t whole, struct sehub_err *err);
/* Hubs of sehub.ko, numbered or not: none without it. */
int kernel_list_hubs(struct kernel *k, sehub_hub_fn fn, void *arg,
		     struct sehub_err *err);
/* Bridges that have a hub's name, see sehub_bridge_list(). */
int kernel_list_bridges(struct kernel *k, sehub_hub_fn fn, void *arg,
			struct sehub_err *err);
/*
 * What a hub knows, behind all ports or the filter's; another value than 0 of
 * @fn ends the list, which is read no further, and is returned. Of a bridge, an
 * entry's port is the interface index of a device; IP addresses it does not
 * know: -EOPNOTSUPP.
 */
int kernel_list_macs(struct kernel *k, const struct kernel_hub *hub,
		     uint32_t port, sehub_fdb_fn fn, void *arg,
		     struct sehub_err *err);
int kernel_list_ips(struct kernel *k, const struct kernel_hub *hub,
		    const struct sehub_ip_filter *filter, sehub_ip_fn fn,
		    void *arg, struct sehub_err *err);
/*
 * The card of a client's connection, an unnumbered hub or a TAP device, made
 * if there is none; -EEXIST if the name is another device's.
 */
int kernel_make_card(struct kernel *k, const char *ifname,
		     enum card_kind kind, const uint8_t mac[6],
		     uint32_t *ifindex, struct sehub_err *err);
bool kernel_has_card(struct kernel *k, const char *ifname);
int kernel_delete_card(struct kernel *k, const char *ifname,
		       struct sehub_err *err);

/* "hub" or "tap"; NULL if there is no card. */
const char *kernel_card_kind(struct kernel *k, const char *ifname);

/*
 * Before a session is given to a worker: finds the device where that is not
 * sehub.ko's affair, see taps_prepare().
 */
int kernel_prepare(struct kernel *k, struct session_start *start,
		   struct sehub_err *err);

/* Bridges and TAP devices cannot do what it asks for. */
bool kernel_policy_needs_module(const struct sehub_policy *policy);

/*
 * A device came, went or changed, 0: any. True if that is our own doing and
 * says nothing about the ways out of this host.
 */
bool kernel_network_changed(struct kernel *k, uint32_t ifindex);

/* Name of the device that is a session's port; NULL: it is one of a hub. */
const char *kernel_port_device(struct kernel *k, uint32_t id);

/* Session ports, by id. */
int kernel_get_port(struct kernel *k, uint32_t id, struct sehub_port *port,
		    struct sehub_err *err);
int kernel_delete_port(struct kernel *k, uint32_t id, struct sehub_err *err);
/* Return: 0 also if it has no owner. */
int kernel_detach_port(struct kernel *k, uint32_t id, struct sehub_err *err);
int kernel_set_cookie(struct kernel *k, uint32_t id, const void *cookie,
		      size_t len, struct sehub_err *err);
/*
 * Policy and grace time in milliseconds; an empty policy takes it away, NULL
 * leaves it as it is.
 */
int kernel_set_policy(struct kernel *k, uint32_t id,
		      const struct sehub_policy *policy, uint32_t grace,
		      struct sehub_err *err);
/* All ports of the network namespace. */
int kernel_list(struct kernel *k, sehub_port_fn fn, void *arg,
		struct sehub_err *err);

#endif /* SEHUB_TRANSPORTD_KERNEL_H */
