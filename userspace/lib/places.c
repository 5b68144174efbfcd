// SPDX-License-Identifier: GPL-2.0-or-later
/* Hubs and ports by their numbers; see places.h. */
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "places.h"
#include "port.h"

/* Names are read so often while events are dropped all the time. */
#define PAUSE_SECONDS	1

static int compare(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int compare_hubs(const void *a, const void *b)
{
	const struct place_hub *ha = a;
	const struct place_hub *hb = b;

	return compare(ha->ifindex, hb->ifindex);
}

static int compare_ports(const void *a, const void *b)
{
	const struct place_port *pa = a;
	const struct place_port *pb = b;

	if (pa->ifindex != pb->ifindex)
		return compare(pa->ifindex, pb->ifindex);
	return compare(pa->number, pb->number);
}

/* A copy of @key of @size bytes in the tree, or what is there; NULL: no room. */
static void *find_or_add(void **tree, const void *key, size_t size,
			 int (*order)(const void *, const void *))
{
	void **node = tfind(key, tree, order);
	void *copy;

	if (node)
		return *node;
	copy = malloc(size);
	if (!copy)
		return NULL;
	memcpy(copy, key, size);
	node = tsearch(copy, tree, order);
	if (!node) {
		free(copy);
		return NULL;
	}
	return *node;
}

static void forget(void **tree, const void *key,
		   int (*order)(const void *, const void *))
{
	void **node = tfind(key, tree, order);
	void *found;

	if (!node)
		return;
	found = *node;
	tdelete(key, tree, order);
	free(found);
}

struct place_hub *places_hub(struct places *places, uint32_t ifindex)
{
	struct place_hub key = { .ifindex = ifindex };

	snprintf(key.name, sizeof(key.name), "%u", ifindex);
	return find_or_add(&places->hubs, &key, sizeof(key), compare_hubs);
}

struct place_port *places_port(struct places *places, uint32_t ifindex,
			       uint32_t number)
{
	struct place_port key = { .ifindex = ifindex, .number = number };

	snprintf(key.name, sizeof(key.name), "%u", number);
	return find_or_add(&places->ports, &key, sizeof(key), compare_ports);
}

static void clean(const struct places *places, char *name)
{
	if (places->clean)
		places->clean(name);
}

static int note_hub(const struct sehub_hub *hub, void *arg)
{
	struct place_hub *place = places_hub(arg, hub->ifindex);

	if (!place)
		return -ENOMEM;
	memcpy(place->name, hub->ifname, sizeof(place->name));
	clean(arg, place->name);
	place->vlan = hub->vlan;
	place->logged = hub->log_count;
	return 0;
}

static int note_port(const struct sehub_port *port, void *arg)
{
	struct place_port *place = places_port(arg, port->hub_ifindex,
					       port->number);
	char name[sizeof(port->name)];

	if (!place)
		return -ENOMEM;
	strcpy(name, port->name);
	clean(arg, name);
	/* It is another interface for those who read the capture. */
	if (strcmp(place->name, name))
		place->interface = 0;
	strcpy(place->name, name);
	return 0;
}

int places_load(struct places *places, struct sehub_nl *nl,
		struct sehub_err *err)
{
	int code = sehub_hub_list(nl, note_hub, places, err);

	if (!code)
		code = sehub_port_list(nl, 0, note_port, places, err);
	if (code == -ENOMEM)
		sehub_err_errno(err, code, "cannot read hubs and ports");
	return code;
}

static void hub_event(struct places *places, const struct sehub_hub *hub,
		      bool is_deleted)
{
	struct place_hub key = { .ifindex = hub->ifindex };

	if (is_deleted)
		forget(&places->hubs, &key, compare_hubs);
	else
		note_hub(hub, places);
}

static void port_event(struct places *places, const struct sehub_port *port,
		       bool is_deleted)
{
	struct place_port key = {
		.ifindex = port->hub_ifindex, .number = port->number,
	};

	if (is_deleted)
		forget(&places->ports, &key, compare_ports);
	else
		note_port(port, places);
}

void places_event(struct places *places, const struct sehub_event *event)
{
	if (event->group == SEHUB_EVENT_HUB)
		hub_event(places, &event->hub, event->is_deleted);
	else if (event->group == SEHUB_EVENT_PORT)
		port_event(places, &event->port, event->is_deleted);
}

struct each {
	void (*fn)(struct place_hub *hub, void *arg);
	void *arg;
};

static void visit(const void *node, VISIT which, void *closure)
{
	const struct each *each = closure;

	if (which == postorder || which == leaf)
		each->fn(*(struct place_hub *const *)node, each->arg);
}

void places_each_hub(struct places *places,
		     void (*fn)(struct place_hub *hub, void *arg), void *arg)
{
	struct each each = { fn, arg };

	twalk_r(places->hubs, visit, &each);
}

static void note_lost(struct place_hub *hub, uint64_t lost)
{
	hub->lost += lost;
	hub->lost_unsaid += lost;
	hub->lost_unwritten += lost;
}

void places_frame(struct place_hub *hub, uint64_t seq)
{
	note_lost(hub, sehub_packet_seq_add(&hub->seq, seq));
}

static void settle_hub(struct place_hub *hub, void *arg)
{
	(void)arg;
	note_lost(hub, sehub_packet_seq_settle(&hub->seq));
}

static void end_hub(struct place_hub *hub, void *arg)
{
	(void)arg;
	note_lost(hub, sehub_packet_seq_end(&hub->seq, hub->logged));
}

void places_overrun(struct places *places, struct sehub_nl *nl)
{
	time_t now = time(NULL);

	places->overrun = PLACES_OVERRUN_SEEN;
	if (now - places->loaded_at < PAUSE_SECONDS)
		return;
	places_load(places, nl, NULL);
	places->loaded_at = now;
}

bool places_settle(struct places *places, struct sehub_nl *nl)
{
	switch (places->overrun) {
	case PLACES_OVERRUN_NONE:
		places_each_hub(places, settle_hub, NULL);
		break;
	case PLACES_OVERRUN_SEEN:
		/* What they say that they have logged is there by then. */
		places_load(places, nl, NULL);
		places->overrun = PLACES_OVERRUN_COUNTED;
		return false;
	case PLACES_OVERRUN_COUNTED:
		places_each_hub(places, end_hub, NULL);
		break;
	}
	return true;
}

void places_settle_all(struct places *places)
{
	places_each_hub(places, settle_hub, NULL);
}

void places_free(struct places *places)
{
	tdestroy(places->hubs, free);
	tdestroy(places->ports, free);
	memset(places, 0, sizeof(*places));
}
