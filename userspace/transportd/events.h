/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens in the daemon, for whoever wants to know: sessions, logins,
 * connections, users, what rules of hubs did. Those parts publish, besides what
 * they log, and know nobody who listens; publishing costs next to nothing while
 * nobody does. Main thread only.
 *
 *	events_publish(d->events, &(struct event){
 *		.kind = EVENT_SESSION_DOWN, .vlan = s->id.vlan,
 *		.session = s->id.session, .reason = text,
 *	});
 */
#ifndef SEHUB_TRANSPORTD_EVENTS_H
#define SEHUB_TRANSPORTD_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * enum event_kind - what happened
 * @EVENT_SESSION_UP: a session began
 * @EVENT_SESSION_RESUMED: one goes on over a new line
 * @EVENT_SESSION_DETACHED: one lost its line, and waits for its client
 * @EVENT_SESSION_DOWN: one ended
 * @EVENT_LOGIN_REFUSED: somebody was not let in
 * @EVENT_CONNECTION_UP: a connection to another server is there
 * @EVENT_CONNECTION_DOWN: it is lost, or was taken down
 * @EVENT_CONNECTION_FAILED: it is given up
 * @EVENT_POLICY_HIT: a rule dropped frames of a port
 * @EVENT_USER_CHANGED: a user was made, changed or deleted
 * @EVENT_LISTENER_CHANGED: an address is listened on, not any more, or cannot be
 * @EVENT_KINDS: number of kinds
 */
enum event_kind {
	EVENT_SESSION_UP,
	EVENT_SESSION_RESUMED,
	EVENT_SESSION_DETACHED,
	EVENT_SESSION_DOWN,
	EVENT_LOGIN_REFUSED,
	EVENT_CONNECTION_UP,
	EVENT_CONNECTION_DOWN,
	EVENT_CONNECTION_FAILED,
	EVENT_POLICY_HIT,
	EVENT_USER_CHANGED,
	EVENT_LISTENER_CHANGED,
	EVENT_KINDS,
};

#define EVENT_BIT(kind)		(1U << (kind))
#define EVENT_ALL		(EVENT_BIT(EVENT_KINDS) - 1)

/**
 * struct event - one event; what is 0, NULL or "" is not known, or makes no
 *	sense for its kind. Nothing here may be a secret
 * @kind: what happened
 * @vlan: hub of this host that it is about
 * @session: name of the session, or of the port
 * @user: user
 * @address: of the client, of the server, or that is listened on
 * @client_name: what the client says it is
 * @carrier: how the client says that its line is made
 * @cipher: of the line
 * @port: number of the port in its hub
 * @has_resumes: @resumes is known
 * @resumes: how often the session went on over a new line
 * @connection: its name
 * @device: its network device
 * @state: of the connection or listener from now on
 * @by: who ended it: "client", "server" and so on; or who changed it
 * @change: of a user: "add", "set", "set-password", "del"
 * @policy: which rule it was: the reason of a drop
 * @count: how often since the last event of the same port and rule
 * @code: what a client is told, as SEHUB_WIRE_CLOSE_*
 * @reason: in words
 */
struct event {
	enum event_kind kind;
	uint16_t vlan;
	const char *session;
	const char *user;
	const char *address;
	const char *client_name;
	const char *carrier;
	const char *cipher;
	uint32_t port;
	bool has_resumes;
	uint32_t resumes;
	const char *connection;
	const char *device;
	const char *state;
	const char *by;
	const char *change;
	const char *policy;
	uint64_t count;
	uint16_t code;
	const char *reason;
};

struct events;

/* "session-up" and so on. */
const char *event_kind_name(enum event_kind kind);
/* EVENT_KINDS: there is none of that name. */
enum event_kind event_kind_find(const char *name);

/**
 * struct events_listener - somebody who wants to know; the members are set by
 *	the one who listens, as long as he does not
 * @kinds: EVENT_BIT() of each kind that is wanted
 * @fn: called for each, with its time in milliseconds since the epoch; may end
 *	to listen, its own listening or another's, and must not publish
 * @arg: handed to @fn
 * @next: of events.c
 * @link: of events.c
 */
struct events_listener {
	uint32_t kinds;
	void (*fn)(void *arg, const struct event *event, int64_t time_ms);
	void *arg;
	struct events_listener *next;
	struct events_listener **link;
};

/* NULL without memory. */
struct events *events_new(void);
/* Nobody listens any more. NULL is allowed. */
void events_free(struct events *events);

void events_listen(struct events *events, struct events_listener *listener);
/* Does nothing for one that does not listen. */
void events_unlisten(struct events *events, struct events_listener *listener);
/* The same one wants other kinds from now on. */
void events_change(struct events *events, struct events_listener *listener,
		   uint32_t kinds);

/* Whether anybody wants to know. */
bool events_wanted(const struct events *events, enum event_kind kind);
/*
 * For one who has to look for events: @fn is called when that may be worth it
 * now, or not any more.
 */
void events_on_wanted(struct events *events, void (*fn)(void *arg), void *arg);

/* NULL as @events: nobody wants to know. */
void events_publish(struct events *events, const struct event *event);

/* How many there were, for figures. */
uint64_t events_count(const struct events *events, enum event_kind kind);

#endif /* SEHUB_TRANSPORTD_EVENTS_H */
