// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events inside the daemon: from those who publish to those who listen, at
 * once, in the same call.
 */
#include "events.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/**
 * struct events - where they meet
 * @listeners: list of those who listen
 * @cursor: the next one to be told while an event is told
 * @wanted: kinds that any of them wants
 * @fn: called when @wanted changed
 * @arg: for @fn
 * @counts: of each kind
 */
struct events {
	struct events_listener *listeners;
	struct events_listener *cursor;
	uint32_t wanted;
	void (*fn)(void *arg);
	void *arg;
	uint64_t counts[EVENT_KINDS];
};

static const char *const kind_names[EVENT_KINDS] = {
	[EVENT_SESSION_UP] = "session-up",
	[EVENT_SESSION_RESUMED] = "session-resumed",
	[EVENT_SESSION_DETACHED] = "session-detached",
	[EVENT_SESSION_DOWN] = "session-down",
	[EVENT_LOGIN_REFUSED] = "login-refused",
	[EVENT_CONNECTION_UP] = "connection-up",
	[EVENT_CONNECTION_DOWN] = "connection-down",
	[EVENT_CONNECTION_FAILED] = "connection-failed",
	[EVENT_POLICY_HIT] = "policy-hit",
	[EVENT_USER_CHANGED] = "user-changed",
	[EVENT_LISTENER_CHANGED] = "listener-changed",
};

const char *event_kind_name(enum event_kind kind)
{
	return kind_names[kind];
}

enum event_kind event_kind_find(const char *name)
{
	unsigned int kind = 0;

	while (kind < EVENT_KINDS && strcmp(kind_names[kind], name))
		kind++;
	return kind;
}

struct events *events_new(void)
{
	return calloc(1, sizeof(struct events));
}

void events_free(struct events *events)
{
	free(events);
}

static void events_recount(struct events *events)
{
	const struct events_listener *l;
	uint32_t before = events->wanted;

	events->wanted = 0;
	for (l = events->listeners; l; l = l->next)
		events->wanted |= l->kinds;
	if (events->fn && events->wanted != before)
		events->fn(events->arg);
}

void events_listen(struct events *events, struct events_listener *listener)
{
	listener->next = events->listeners;
	listener->link = &events->listeners;
	if (listener->next)
		listener->next->link = &listener->next;
	events->listeners = listener;
	events_recount(events);
}

void events_unlisten(struct events *events, struct events_listener *listener)
{
	if (!listener->link)
		return;
	if (events->cursor == listener)
		events->cursor = listener->next;
	*listener->link = listener->next;
	if (listener->next)
		listener->next->link = listener->link;
	listener->link = NULL;
	events_recount(events);
}

void events_change(struct events *events, struct events_listener *listener,
		   uint32_t kinds)
{
	listener->kinds = kinds;
	events_recount(events);
}

bool events_wanted(const struct events *events, enum event_kind kind)
{
	return events && events->wanted & EVENT_BIT(kind);
}

void events_on_wanted(struct events *events, void (*fn)(void *arg), void *arg)
{
	events->fn = fn;
	events->arg = arg;
}

void events_publish(struct events *events, const struct event *event)
{
	struct events_listener *l;
	struct timespec now;
	int64_t time_ms;

	if (!events)
		return;
	events->counts[event->kind]++;
	if (!events_wanted(events, event->kind))
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	time_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	for (l = events->listeners; l; l = events->cursor) {
		events->cursor = l->next;
		if (l->kinds & EVENT_BIT(event->kind))
			l->fn(l->arg, event, time_ms);
	}
}

uint64_t events_count(const struct events *events, enum event_kind kind)
{
	return events->counts[kind];
}
