/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The TAP devices of this daemon: network cards of connections, and ports of
 * Linux bridges that stand for hubs, on a machine without sehub.ko. Main thread
 * only; kernel.c is the one who calls.
 */
#ifndef SEHUB_TRANSPORTD_TAPS_H
#define SEHUB_TRANSPORTD_TAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "kernel.h"
#include "lib/bridge.h"

/* Ids of ports have this bit here, and in sehub.ko they do not. */
#define TAPS_ID_BIT	0x80000000U

struct session_start;
struct taps;

/* NULL without memory. @ops: deleted() alone is called. */
struct taps *taps_new(uv_loop_t *loop, const struct kernel_ops *ops, void *arg);
/* Cards stay, ports of bridges go. Run the loop afterwards. NULL is allowed. */
void taps_free(struct taps *ts);

/*
 * The card of a connection, made if there is none; -EEXIST if the name is
 * another device's.
 */
int taps_open_card(struct taps *ts, const char *ifname, const uint8_t mac[6],
		   uint32_t *ifindex, struct sehub_err *err);
bool taps_has_card(struct taps *ts, const char *ifname);
/* -ENODEV: there is none. */
int taps_delete_card(struct taps *ts, const char *ifname,
		     struct sehub_err *err);

/* The bridge that is hub @vlan, by its name "sehub<vlan>"; -ENODEV. */
int taps_find_bridge(struct taps *ts, uint16_t vlan, uint32_t *ifindex,
		     struct sehub_err *err);
/* See sehub_bridge_list() and sehub_bridge_fdb_list(). */
int taps_list_bridges(struct taps *ts, sehub_hub_fn fn, void *arg,
		      struct sehub_err *err);
int taps_list_macs(struct taps *ts, uint32_t bridge, uint32_t port,
		   sehub_fdb_fn fn, void *arg, struct sehub_err *err);
/* What a hub's id is for a hub; never 0. */
uint64_t taps_bridge_id(const struct taps *ts, uint32_t ifindex);

/*
 * A new session's port, if @start->hub_ifindex is a card of ours or a bridge;
 * a resumed one's, if @start->port_id is one. Fills @start->tap and
 * @start->port_id; otherwise does nothing. Return: 0 or -errno; -ELOOP if the
 * session would join a bridge with itself, or with a hub once more.
 */
int taps_prepare(struct taps *ts, struct session_start *start,
		 struct sehub_err *err);

/* Ports, by id: 0 or -ENOENT. */
int taps_get_port(struct taps *ts, uint32_t id, struct sehub_port *port,
		  struct sehub_err *err);
int taps_delete_port(struct taps *ts, uint32_t id, struct sehub_err *err);
int taps_detach_port(struct taps *ts, uint32_t id, struct sehub_err *err);
/* -EOPNOTSUPP for a policy that is not empty. */
int taps_set_policy(struct taps *ts, uint32_t id,
		    const struct sehub_policy *policy, uint32_t grace,
		    struct sehub_err *err);

/* Name of the device that is the port; NULL if there is none. */
const char *taps_device(struct taps *ts, uint32_t id);

/* A device came, went or changed, 0: any. True if it is, or was, one of these. */
bool taps_network_changed(struct taps *ts, uint32_t ifindex);

#endif /* SEHUB_TRANSPORTD_TAPS_H */
