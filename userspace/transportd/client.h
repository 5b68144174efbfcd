/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections to other servers: each has a network device here, a hub of its
 * own with one session port, and is kept up until somebody says otherwise.
 * Main thread only.
 */
#ifndef SEHUB_TRANSPORTD_CLIENT_H
#define SEHUB_TRANSPORTD_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "control_connection.h"
#include "daemon.h"
#include "worker.h"

struct sehub_port;

/* For control_connection_register(), with the struct clients. */
extern const struct connection_ops clients_ops;

/* NULL without memory. */
struct clients *clients_new(struct daemon *d);
/*
 * Lets go of all. Sessions, ports and devices stay, for the next daemon. Run
 * the loop afterwards. NULL is allowed.
 */
void clients_free(struct clients *cs);

/* Go on with what an earlier daemon had up, and begin what is automatic. */
void clients_begin(struct clients *cs);

/* True if the event was about a connection's session. */
bool clients_event(struct clients *cs, const struct session_event *event);
/* True if the port was a connection's. */
bool clients_port_deleted(struct clients *cs, const struct sehub_port *port);
/* News of ports were lost. */
void clients_resync(struct clients *cs);
/* An address, link or route changed; @ifindex of the device, 0: not known. */
void clients_network_changed(struct clients *cs, uint32_t ifindex);

/* How many are connected. */
unsigned int clients_connected(const struct clients *cs);

#endif /* SEHUB_TRANSPORTD_CLIENT_H */
