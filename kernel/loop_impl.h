/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What loop.c (probes) and loop_port.c (what becomes of ports) share; not for
 * others.
 */
#ifndef _SEHUB_LOOP_IMPL_H
#define _SEHUB_LOOP_IMPL_H

#include "loop.h"
#include "port_session.h"

/* A cascade that begins passes frames when no probe came back for so long. */
#define SEHUB_LOOP_LISTEN	(2 * HZ)
/* A block ends when none did for so long: some may be lost on the way. */
#define SEHUB_LOOP_HOLD		(4 * HZ)
/* Others are told for so long that ways have changed, and heed it once. */
#define SEHUB_LOOP_TELL		(3 * HZ)
#define SEHUB_LOOP_HEED		(4 * HZ)

static inline bool sehub_loop_is_cascade(struct sehub_port *port)
{
	return port->kind == SEHUB_PORT_KIND_SESSION &&
	       sehub_session(port)->peer_hub;
}

/* Those that may be part of a loop that this hub can know. */
static inline bool sehub_loop_has_probes(struct sehub_port *port)
{
	return port->kind != SEHUB_PORT_KIND_SESSION ||
	       sehub_session(port)->peer_hub;
}

void sehub_loop_has_news(struct sehub_hub *hub);
void sehub_loop_block(struct sehub_port *port, unsigned long time);
void sehub_loop_probe(struct sehub_hub *hub);

#endif /* _SEHUB_LOOP_IMPL_H */
