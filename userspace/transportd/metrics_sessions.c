// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions by hub, state and carrier, what they have carried, and how logins
 * went.
 */
#include "metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon.h"
#include "events.h"
#include "login.h"
#include "metrics_text.h"
#include "proto.h"
#include "sessions.h"
#include "store.h"
#include "via.h"

/* Clients say themselves how they come: any other word is one more. */
#define CARRIERS	(SEHUB_VIA_ENV + 1)
#define CARRIER_OTHER	SEHUB_VIA_ENV

/**
 * struct session_figures - sessions, counted
 * @connected: by hub
 * @detached: the same
 * @carriers: of those that are connected
 */
struct session_figures {
	uint32_t connected[STORE_VLAN_MAX + 1];
	uint32_t detached[STORE_VLAN_MAX + 1];
	uint32_t carriers[CARRIERS];
};

static const char *carrier_name(unsigned int kind)
{
	return kind == CARRIER_OTHER ? "other" : sehub_via_name(kind);
}

static unsigned int carrier_of(const struct server_session *s)
{
	unsigned int kind = 0;

	while (kind < CARRIER_OTHER && strcmp(sehub_via_name(kind), s->carrier))
		kind++;
	return kind;
}

static void count_session(struct session_figures *figures,
			  const struct server_session *s)
{
	if (s->id.vlan > STORE_VLAN_MAX)
		return;
	if (s->state == SERVER_DETACHED) {
		figures->detached[s->id.vlan]++;
		return;
	}
	figures->connected[s->id.vlan]++;
	figures->carriers[carrier_of(s)]++;
}

static void add_figures(struct metrics_text *text,
			const struct session_figures *figures)
{
	char number[8];

	metrics_family(text, "sehub_sessions", "gauge", NULL,
		       "Sessions of a hub: connected, or detached and awaiting their return.");
	for (unsigned int vlan = 0; vlan <= STORE_VLAN_MAX; vlan++) {
		if (!figures->connected[vlan] && !figures->detached[vlan])
			continue;
		snprintf(number, sizeof(number), "%u", vlan);
		metrics_value(text, "", figures->connected[vlan], "vlan",
			      number, "state", "connected", NULL);
		metrics_value(text, "", figures->detached[vlan], "vlan",
			      number, "state", "detached", NULL);
	}
	metrics_family(text, "sehub_session_carriers", "gauge", NULL,
		       "Connected sessions, by how their clients come.");
	for (unsigned int i = 0; i < CARRIERS; i++)
		metrics_value(text, "", figures->carriers[i], "carrier",
			      carrier_name(i), NULL);
}

static void add_one(struct metrics_text *text, const char *name,
		    const char *unit, const char *help, uint64_t value)
{
	metrics_family(text, name, "counter", unit, help);
	metrics_value(text, "_total", value, NULL);
}

static void add_traffic(struct metrics_text *text, struct daemon *d)
{
	const struct session_traffic *traffic;
	uint64_t queued;

	traffic = sessions_traffic(d->sessions, &queued);
	add_one(text, "sehub_session_receive_frames", NULL,
		"Frames that came from clients.", traffic->rx_frames);
	add_one(text, "sehub_session_receive_bytes", "bytes",
		"Bytes of these.", traffic->rx_bytes);
	add_one(text, "sehub_session_transmit_frames", NULL,
		"Frames for clients.", traffic->tx_frames);
	add_one(text, "sehub_session_transmit_bytes", "bytes",
		"Bytes of these.", traffic->tx_bytes);
	add_one(text, "sehub_session_repeated_bytes", "bytes",
		"Bytes sent again after a line was lost.",
		traffic->again_bytes);
	add_one(text, "sehub_session_lost_bytes", "bytes",
		"Bytes of clients that no resumption could bring back.",
		traffic->lost_bytes);
	metrics_family(text, "sehub_session_queue_bytes", "gauge", "bytes",
		       "Bytes that wait for clients, or for their acknowledgement.");
	metrics_value(text, "", queued, NULL);
}

static void add_logins(struct metrics_text *text, const struct daemon *d)
{
	const struct login_counts *counts = logins_counts(d->logins);

	add_one(text, "sehub_logins", NULL, "Logins that began a session.",
		events_count(d->events, EVENT_SESSION_UP));
	add_one(text, "sehub_session_resumes", NULL,
		"Sessions that went on over a new line.",
		events_count(d->events, EVENT_SESSION_RESUMED));
	add_one(text, "sehub_session_detaches", NULL,
		"Sessions that lost their line.",
		events_count(d->events, EVENT_SESSION_DETACHED));
	add_one(text, "sehub_session_ends", NULL, "Sessions that ended.",
		events_count(d->events, EVENT_SESSION_DOWN));
	metrics_family(text, "sehub_login_failures", "counter", NULL,
		       "Logins and resumptions that were refused, by what the client was told.");
	for (unsigned int code = 1; code < LOGIN_CODES; code++)
		metrics_value(text, "_total", counts->failed[code], "reason",
			      proto_close_word((uint16_t)code), NULL);
	metrics_family(text, "sehub_logins_turned_away", "counter", NULL,
		       "Connections closed unheard, by the setting that was exceeded.");
	metrics_value(text, "_total", counts->max_logins, "reason",
		      "max-logins", NULL);
	metrics_value(text, "_total", counts->max_logins_source, "reason",
		      "max-logins-source", NULL);
	metrics_value(text, "_total", counts->login_failures, "reason",
		      "login-failures", NULL);
	add_one(text, "sehub_logins_lost", NULL,
		"Connections that ended before their login did.",
		counts->lost);
	metrics_family(text, "sehub_logins_pending", "gauge", NULL,
		       "Connections that have not logged in yet.");
	metrics_value(text, "", logins_pending(d->logins), NULL);
}

void metrics_add_sessions(struct metrics_text *text, struct daemon *d)
{
	struct session_figures *figures = calloc(1, sizeof(*figures));
	const struct server_session *s;

	for (s = sessions_first(d->sessions); s && figures; s = s->next)
		count_session(figures, s);
	if (figures)
		add_figures(text, figures);
	free(figures);
	add_traffic(text, d);
	add_logins(text, d);
}
