/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hubs and ports by their numbers, as they are called now: read once, then kept
 * up to date by events. For each the packet log's reader keeps its notes.
 */
#ifndef SEHUB_CTL_PLACES_H
#define SEHUB_CTL_PLACES_H

#include "cmd.h"
#include "lib/event.h"

/**
 * struct place_hub - a hub
 * @ifindex: interface index of its device
 * @name: of its device
 * @logged: frames that it had logged when hubs were read
 * @seq: what is missing in its log
 * @lost: frames that are missing, in all
 * @lost_unsaid: of these, those that nobody was told of
 * @lost_unwritten: of these, those that are not in the capture file
 * @interface: the last interface of the capture file with a frame of it, plus
 *	one; 0 none
 */
struct place_hub {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	uint64_t logged;
	struct sehub_packet_seq seq;
	uint64_t lost;
	uint64_t lost_unsaid;
	uint64_t lost_unwritten;
	uint32_t interface;
};

/**
 * struct place_port - a port
 * @ifindex: interface index of its hub's device
 * @number: number in its hub
 * @name: name
 * @interface: its interface in the capture file, plus one; 0 none yet
 */
struct place_port {
	uint32_t ifindex;
	uint32_t number;
	char name[SEHUB_NAME_MAX + 1];
	uint32_t interface;
};

/**
 * struct places - all of them; all zero: none yet
 * @hubs: tree of struct place_hub
 * @ports: tree of struct place_port
 */
struct places {
	void *hubs;
	void *ports;
};

/** places_load() - read hubs and ports anew, keeping notes; exit status */
int places_load(struct places *places, struct ctl *ctl);

/** places_event() - take note of a change of a hub or a port */
void places_event(struct places *places, const struct sehub_event *event);

/* One that is not known is made, named by its number; NULL without memory. */
struct place_hub *places_hub(struct places *places, uint32_t ifindex);
struct place_port *places_port(struct places *places, uint32_t ifindex,
			       uint32_t number);

/** places_each_hub() - call @fn for each hub */
void places_each_hub(struct places *places,
		     void (*fn)(struct place_hub *hub, void *arg), void *arg);

/** places_free() - forget all */
void places_free(struct places *places);

#endif /* SEHUB_CTL_PLACES_H */
