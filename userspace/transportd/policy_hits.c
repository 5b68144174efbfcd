// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two lists of ports, sorted alike: what was counted at the last look, and what
 * is counted now.
 */
#include "policy_hits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"

/* Reasons of drops that are rules: of a port's policy, or of the hub. */
static const uint8_t rules[] = {
	SEHUB_A_DROPS_MAC_LIMIT, SEHUB_A_DROPS_STATIC_PORT,
	SEHUB_A_DROPS_DENIED_TYPE, SEHUB_A_DROPS_UNPARSABLE,
	SEHUB_A_DROPS_MAC_DUP, SEHUB_A_DROPS_IP_DUP, SEHUB_A_DROPS_IP_LIMIT,
	SEHUB_A_DROPS_BAD_SENDER, SEHUB_A_DROPS_NO_LEASE,
	SEHUB_A_DROPS_DHCP_SERVER, SEHUB_A_DROPS_DHCP, SEHUB_A_DROPS_ROUTER,
	SEHUB_A_DROPS_BROADCAST, SEHUB_A_DROPS_BROADCAST_RATE,
	SEHUB_A_DROPS_ISOLATED, SEHUB_A_DROPS_RATE_UP,
	SEHUB_A_DROPS_RATE_DOWN,
};

#define RULES	(sizeof(rules) / sizeof(rules[0]))

/**
 * struct port_hits - a port at a look
 * @hub_ifindex: its hub
 * @number: in its hub
 * @id: of its session, 0: it is no session's; tells one from the next
 * @count: drops, in the order of rules
 */
struct port_hits {
	uint32_t hub_ifindex;
	uint32_t number;
	uint32_t id;
	uint64_t count[RULES];
};

/**
 * struct look - ports at one time
 * @ports: sorted by hub and number
 * @count: how many
 * @size: how many fit
 */
struct look {
	struct port_hits *ports;
	size_t count;
	size_t size;
};

/**
 * struct policy_hits - the two looks
 * @timer: of the next look
 * @events: where hits go
 * @ops: where ports come from
 * @ctx: for @ops
 * @last: what was counted so far
 * @has_last: @last is valid; without it nothing is known to have grown
 * @now: look under way
 * @left: events that may still be published in it
 * @from: the first port whose turn it is in this look, the others have theirs in
 *	the next one
 * @rest: the first port that got no turn in this look; none if hub_ifindex is 0
 */
struct policy_hits {
	uv_timer_t timer;
	struct events *events;
	const struct policy_hits_ops *ops;
	void *ctx;
	struct look last;
	bool has_last;
	struct look now;
	unsigned int left;
	struct port_hits from;
	struct port_hits rest;
};

static int compare(const void *a, const void *b)
{
	const struct port_hits *x = a, *y = b;

	if (x->hub_ifindex != y->hub_ifindex)
		return x->hub_ifindex < y->hub_ifindex ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* The same port at the last look, if it is one that was there. */
static const struct port_hits *find_last(const struct policy_hits *hits,
					 const struct port_hits *port)
{
	const struct port_hits *found;

	if (!hits->last.count)
		return NULL;
	found = bsearch(port, hits->last.ports, hits->last.count,
			sizeof(*port), compare);
	if (!found || found->id != port->id)
		return NULL;
	/* device ports come and go too: counters never shrink */
	for (size_t i = 0; i < RULES; i++)
		if (found->count[i] > port->count[i])
			return NULL;
	return found;
}

/*
 * Whether another event may be published now. When there are too many, those
 * who got none begin the next time, so that nobody's are put off for ever.
 */
static bool has_turn(struct policy_hits *hits, const struct port_hits *port)
{
	if (compare(port, &hits->from) < 0)
		return false;
	if (hits->left) {
		hits->left--;
		return true;
	}
	if (!hits->rest.hub_ifindex || compare(port, &hits->rest) < 0)
		hits->rest = *port;
	return false;
}

/* Publishes what grew; what there is no room for looks as if it had not. */
static void publish(struct policy_hits *hits, const struct sehub_port *port,
		    struct port_hits *now)
{
	const struct port_hits *last = find_last(hits, now);

	for (size_t i = 0; i < RULES; i++) {
		uint64_t before = last ? last->count[i] : 0;
		struct event event = {
			.kind = EVENT_POLICY_HIT,
			.vlan = port->hub_vlan,
			.port = port->number,
			.policy = sehub_drops_name(rules[i]),
			.count = now->count[i] - before,
		};

		if (!event.count)
			continue;
		if (!has_turn(hits, now)) {
			now->count[i] = before;
			continue;
		}
		hits->ops->name(hits->ctx, port, &event);
		events_publish(hits->events, &event);
	}
}

static int take_port(const struct sehub_port *port, void *arg)
{
	struct policy_hits *hits = arg;
	struct look *now = &hits->now;
	size_t size = now->size ? 2 * now->size : 64;
	struct port_hits *one;

	if (now->count == now->size) {
		one = realloc(now->ports, size * sizeof(*one));
		if (!one)
			return -ENOMEM;
		now->ports = one;
		now->size = size;
	}
	one = &now->ports[now->count++];
	one->hub_ifindex = port->hub_ifindex;
	one->number = port->number;
	one->id = port->kind == SEHUB_PORT_KIND_SESSION ? port->session.id : 0;
	for (size_t i = 0; i < RULES; i++)
		one->count[i] = port->drops.count[rules[i]];
	if (hits->has_last)
		publish(hits, port, one);
	return 0;
}

static void on_timer(uv_timer_t *timer)
{
	struct policy_hits *hits = timer->data;
	uint64_t start = uv_hrtime(), took, wait = POLICY_HITS_MS;
	struct look last = hits->last;

	hits->now.count = 0;
	hits->left = POLICY_HITS_MAX;
	hits->from = hits->rest;
	hits->rest.hub_ifindex = 0;
	/* Half a look is none: what is not seen would seem to be new later. */
	if (!hits->ops->list(hits->ctx, take_port, hits)) {
		qsort(hits->now.ports, hits->now.count,
		      sizeof(*hits->now.ports), compare);
		hits->last = hits->now;
		hits->now = last;
		hits->has_last = true;
	} else {
		hits->has_last = false;
	}
	/* the last one who wanted to know may have gone meanwhile */
	if (!events_wanted(hits->events, EVENT_POLICY_HIT)) {
		hits->has_last = false;
		return;
	}
	took = (uv_hrtime() - start) / 1000000;
	if (took * POLICY_HITS_SHARE > wait)
		wait = took * POLICY_HITS_SHARE;
	uv_timer_start(timer, on_timer, wait, 0);
}

/* Counters are read while somebody wants to know, and from then on. */
static void on_wanted(void *arg)
{
	struct policy_hits *hits = arg;
	bool is_active = uv_is_active((uv_handle_t *)&hits->timer);

	if (!events_wanted(hits->events, EVENT_POLICY_HIT)) {
		uv_timer_stop(&hits->timer);
		hits->has_last = false;
	} else if (!is_active) {
		uv_timer_start(&hits->timer, on_timer, 0, 0);
	}
}

struct policy_hits *policy_hits_new(uv_loop_t *loop, struct events *events,
				    const struct policy_hits_ops *ops,
				    void *ctx)
{
	struct policy_hits *hits = calloc(1, sizeof(*hits));

	if (!hits)
		return NULL;
	hits->events = events;
	hits->ops = ops;
	hits->ctx = ctx;
	uv_timer_init(loop, &hits->timer);
	hits->timer.data = hits;
	events_on_wanted(events, on_wanted, hits);
	return hits;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void policy_hits_free(struct policy_hits *hits)
{
	if (!hits)
		return;
	events_on_wanted(hits->events, NULL, NULL);
	free(hits->last.ports);
	free(hits->now.ports);
	uv_close((uv_handle_t *)&hits->timer, on_closed);
}
