/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame of the packet log, for people and for programs. */
#ifndef SEHUB_CTL_PRINT_PACKET_H
#define SEHUB_CTL_PRINT_PACKET_H

#include "places.h"

/*
 * @in is the port that the frame came in by, @out the one that it could not
 * leave by, or NULL.
 */

/** print_packet() - one line in the way of tcpdump */
void print_packet(const struct place_hub *hub, const struct place_port *in,
		  const struct place_port *out,
		  const struct sehub_packet *packet);

/** print_packet_json() - one object in one line */
void print_packet_json(const struct place_hub *hub, const struct place_port *in,
		       const struct place_port *out,
		       const struct sehub_packet *packet);

#endif /* SEHUB_CTL_PRINT_PACKET_H */
