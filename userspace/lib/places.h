/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hubs and ports by their numbers, as they are called now: read once, then kept
 * up to date by events. For each the packet log's reader keeps its notes, and
 * finds out here which frames are missing.
 */
#ifndef SEHUB_LIB_PLACES_H
#define SEHUB_LIB_PLACES_H

#include <time.h>

#include "event.h"
#include "nl.h"

/**
 * struct place_hub - a hub
 * @ifindex: interface index of its device
 * @vlan: its number, 0 if unnumbered
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
	uint16_t vlan;
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

/* What is known about events that the kernel had to drop. */
enum places_overrun {
	PLACES_OVERRUN_NONE,
	PLACES_OVERRUN_SEEN,	/* there were some */
	PLACES_OVERRUN_COUNTED,	/* afterwards hubs said what they have logged */
};

/**
 * struct places - all of them; all zero: none yet
 * @hubs: tree of struct place_hub
 * @ports: tree of struct place_port
 * @clean: what is done to each name, NULL: nothing
 * @overrun: events were dropped
 * @loaded_at: when names were last read because of that
 */
struct places {
	void *hubs;
	void *ports;
	void (*clean)(char *name);
	enum places_overrun overrun;
	time_t loaded_at;
};

/** places_load() - read hubs and ports anew, keeping notes; 0 or -errno */
int places_load(struct places *places, struct sehub_nl *nl,
		struct sehub_err *err);

/** places_event() - take note of a change of a hub or a port */
void places_event(struct places *places, const struct sehub_event *event);

/* One that is not known is made, named by its number; NULL without memory. */
struct place_hub *places_hub(struct places *places, uint32_t ifindex);
struct place_port *places_port(struct places *places, uint32_t ifindex,
			       uint32_t number);

/** places_each_hub() - call @fn for each hub */
void places_each_hub(struct places *places,
		     void (*fn)(struct place_hub *hub, void *arg), void *arg);

/** places_frame() - a frame of a hub has come: those before it may be lost */
void places_frame(struct place_hub *hub, uint64_t seq);

/**
 * places_overrun() - the kernel had to drop events
 *
 * Names that have changed meanwhile may be among them, so they are read anew,
 * but once a second at most.
 */
void places_overrun(struct places *places, struct sehub_nl *nl);

/**
 * places_settle() - nothing waits to be read: what is missing now is lost
 *
 * Return: false if that is known only the next time that nothing waits.
 */
bool places_settle(struct places *places, struct sehub_nl *nl);

/** places_settle_all() - the same at the end, by what is known */
void places_settle_all(struct places *places);

/** places_free() - forget all */
void places_free(struct places *places);

#endif /* SEHUB_LIB_PLACES_H */
