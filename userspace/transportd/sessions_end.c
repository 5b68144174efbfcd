// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is said of sessions that have ended: a line in the log, one JSON object
 * in sessions.jsonl, and an event.
 */
#include "sessions_impl.h"

#include <string.h>
#include <time.h>
#include <json-c/json.h>

#include "kernel.h"
#include "lib/port.h"
#include "log.h"
#include "log_writer.h"
#include "logs.h"

/* Of a client that roams for long: the first one and the last ones. */
#define ADDRESSES_MAX	16

void sessions_note_address(struct server_session *s)
{
	size_t n;

	if (!s->addresses)
		s->addresses = json_object_new_array();
	n = json_object_array_length(s->addresses);
	if (n == ADDRESSES_MAX)
		json_object_array_del_idx(s->addresses, 1, 1);
	json_object_array_add(s->addresses,
			      json_object_new_string(s->address));
}

static void add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, text[0] ? json_object_new_string(text) :
						 NULL);
}

static void add_number(struct json_object *o, const char *key, uint64_t number)
{
	json_object_object_add(o, key, json_object_new_uint64(number));
}

/* With zone and microseconds, as in the other logs. */
static void add_time(struct json_object *o)
{
	char text[LOG_TIME_MAX];
	struct timespec now;
	const char *time;

	clock_gettime(CLOCK_REALTIME, &now);
	time = log_time_format(&now, text) + strlen("time=");
	json_object_object_add(o, "time", json_object_new_string_len(time,
						(int)strcspn(time, " ")));
}

static void add_traffic(struct json_object *o, const struct sehub_port *port)
{
	struct json_object *reasons = json_object_new_object();

	add_number(o, "rx_frames", port->rx_frames);
	add_number(o, "rx_bytes", port->rx_bytes);
	add_number(o, "tx_frames", port->tx_frames);
	add_number(o, "tx_bytes", port->tx_bytes);
	add_number(o, "drops", sehub_drops_total(&port->drops));
	for (unsigned int i = 1; i <= SEHUB_A_DROPS_MAX; i++)
		if (sehub_drops_name(i) && port->drops.count[i])
			add_number(reasons, sehub_drops_name(i),
				   port->drops.count[i]);
	json_object_object_add(o, "drop_reasons", reasons);
}

static void log_json(const struct sessions *ss, const struct server_session *s,
		     const struct sehub_port *port, const char *who,
		     const char *text)
{
	struct json_object *o = json_object_new_object();
	time_t duration = time(NULL) - s->id.since;
	struct sehub_port now;

	if (!port && s->port_id &&
	    !kernel_get_port(ss->d->kernel, s->port_id, &now, NULL))
		port = &now;
	add_time(o);
	add_text(o, "session", s->id.session);
	add_text(o, "user", s->id.user);
	add_number(o, "hub", s->id.vlan);
	add_text(o, "client", s->id.client_name);
	add_text(o, "carrier", s->carrier);
	json_object_object_add(o, "addresses", s->addresses ?
			       json_object_get(s->addresses) :
			       json_object_new_array());
	json_object_object_add(o, "since", json_object_new_int64(s->id.since));
	/* the clock may have been set back */
	add_number(o, "duration_s", duration > 0 ? (uint64_t)duration : 0);
	add_number(o, "resumes", s->id.resumes);
	if (port)
		add_traffic(o, port);
	add_text(o, "by", who);
	add_text(o, "reason", text);
	logs_session(ss->d->logs, json_object_to_json_string_ext(o,
			JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

void sessions_log_end(const struct sessions *ss, const struct server_session *s,
		      const struct sehub_port *port, const char *who,
		      const char *text)
{
	log_access(LOG_LEVEL_INFO, "session-end session=%s vlan=%u user=%s address=%s by=%s reason=%s",
		   s->id.session, s->id.vlan, LOG_QUOTED(s->id.user),
		   server_address(s), who, LOG_QUOTED(text));
	log_json(ss, s, port, who, text);
	/* of one that never was nobody has heard */
	if (s->state != SERVER_STARTING || s->is_resuming)
		sessions_tell(ss, s, EVENT_SESSION_DOWN, who, text);
}
