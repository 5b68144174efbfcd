// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What sessions have carried, added up over those that have ended. The kernel
 * counts for each port and forgets that with the port, so what has grown since
 * the last look is added: when somebody asks, and when a port goes, which the
 * kernel tells with its last counts, before or after the session is gone here.
 */
#include "sessions_impl.h"

#include <stdlib.h>

#include "kernel.h"
#include "lib/port.h"

/**
 * struct ended_port - a port whose session has ended
 * @same_bucket: in the list of them
 * @port_id: the port, of which the kernel has a last word to say
 * @seen: what it has counted, as far as that is in the sum
 */
struct ended_port {
	LIST_ENTRY(ended_port) same_bucket;
	uint32_t port_id;
	struct session_traffic seen;
};

static struct sessions_ended *bucket(struct sessions *ss, uint32_t port_id)
{
	return &ss->ended[port_id % SESSIONS_BUCKETS];
}

static struct session_traffic traffic_of(const struct sehub_port *port)
{
	return (struct session_traffic){
		.rx_bytes = port->rx_bytes, .tx_bytes = port->tx_bytes,
		.rx_frames = port->rx_frames, .tx_frames = port->tx_frames,
		.lost_bytes = port->session.rx_gap,
		.again_bytes = port->session.tx_again,
	};
}

/* A device that was made anew counts from 0 again. */
static uint64_t grown(uint64_t before, uint64_t now)
{
	return now < before ? now : now - before;
}

/* Adds what has grown since it was looked at last. */
static void note(struct sessions *ss, struct session_traffic *seen,
		 const struct sehub_port *port)
{
	struct session_traffic now = traffic_of(port), *total = &ss->traffic;

	total->rx_bytes += grown(seen->rx_bytes, now.rx_bytes);
	total->tx_bytes += grown(seen->tx_bytes, now.tx_bytes);
	total->rx_frames += grown(seen->rx_frames, now.rx_frames);
	total->tx_frames += grown(seen->tx_frames, now.tx_frames);
	total->lost_bytes += grown(seen->lost_bytes, now.lost_bytes);
	total->again_bytes += grown(seen->again_bytes, now.again_bytes);
	*seen = now;
}

void sessions_begin_traffic(struct server_session *s,
			    const struct sehub_port *port)
{
	s->seen = traffic_of(port);
}

void sessions_end_traffic(struct sessions *ss, struct server_session *s)
{
	struct ended_port *ended;
	struct sehub_port port;

	if (!s->port_id)
		return;
	/* of a TAP device there will be no last word, so this is it */
	if (kernel_port_device(ss->d->kernel, s->port_id)) {
		if (!kernel_get_port(ss->d->kernel, s->port_id, &port, NULL))
			note(ss, &s->seen, &port);
		return;
	}
	ended = calloc(1, sizeof(*ended));
	if (!ended)
		return;
	ended->port_id = s->port_id;
	ended->seen = s->seen;
	LIST_INSERT_HEAD(bucket(ss, s->port_id), ended, same_bucket);
}

void sessions_end_port(struct sessions *ss, struct server_session *s,
		       const struct sehub_port *port)
{
	struct ended_port *ended;

	if (s) {
		note(ss, &s->seen, port);
		/* that was the last word */
		s->port_id = 0;
		return;
	}
	LIST_FOREACH(ended, bucket(ss, port->session.id), same_bucket)
		if (ended->port_id == port->session.id)
			break;
	if (!ended)
		return;
	note(ss, &ended->seen, port);
	LIST_REMOVE(ended, same_bucket);
	free(ended);
}

void sessions_forget_ended(struct sessions *ss)
{
	struct ended_port *ended;

	for (unsigned int i = 0; i < SESSIONS_BUCKETS; i++) {
		while ((ended = LIST_FIRST(&ss->ended[i]))) {
			LIST_REMOVE(ended, same_bucket);
			free(ended);
		}
	}
}

/* Sessions by their ports. */
struct lookup {
	struct sessions *ss;
	struct server_session **list;
	size_t count;
	uint64_t queued;
};

static int by_port(const void *a, const void *b)
{
	const struct server_session *const *x = a, *const *y = b;

	return (*x)->port_id < (*y)->port_id ? -1 :
	       (*x)->port_id > (*y)->port_id;
}

static void take(struct lookup *lookup, struct server_session *s,
		 const struct sehub_port *port)
{
	note(lookup->ss, &s->seen, port);
	lookup->queued += port->session.tx_count - port->session.tx_acked;
}

static int take_port(const struct sehub_port *port, void *arg)
{
	struct server_session key = { .port_id = port->session.id };
	struct server_session *at = &key, **found;
	struct lookup *lookup = arg;

	if (port->kind != SEHUB_PORT_KIND_SESSION || !lookup->count)
		return 0;
	found = bsearch(&at, lookup->list, lookup->count, sizeof(at), by_port);
	if (found)
		take(lookup, *found, port);
	return 0;
}

const struct session_traffic *sessions_traffic(struct sessions *ss,
					       uint64_t *queued)
{
	struct lookup lookup = { .ss = ss };
	struct server_session *s;
	struct sehub_port port;

	lookup.list = calloc(ss->count + 1, sizeof(*lookup.list));
	for (s = ss->list; s && lookup.list; s = s->next) {
		if (!s->port_id)
			continue;
		if (!kernel_port_device(ss->d->kernel, s->port_id))
			lookup.list[lookup.count++] = s;
		else if (!kernel_get_port(ss->d->kernel, s->port_id, &port,
					  NULL))
			take(&lookup, s, &port);
	}
	if (lookup.count) {
		qsort(lookup.list, lookup.count, sizeof(*lookup.list), by_port);
		kernel_list(ss->d->kernel, take_port, &lookup, NULL);
	}
	free(lookup.list);
	*queued = lookup.queued;
	return &ss->traffic;
}
