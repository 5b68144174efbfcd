// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events for clients of the control socket. Each client has one answer on its
 * way and a queue behind it; the objects in the queues of several are the same.
 * A client that is slow misses events, is told how many, and delays nobody.
 */
#include "control_events.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control.h"
#include "events.h"
#include "proto.h"
#include "store.h"

/**
 * struct subscriber - a client that has called Events
 * @owner: where it hangs
 * @next: in the list of the owner
 * @link: what points to this in the list
 * @call: to answer
 * @kinds: EVENT_BIT() of what it wants
 * @vlan: hub that it wants to hear about, 0: all, and what is about none
 * @queue: what is to be sent
 * @first: of the queue
 * @count: how many are in the queue
 * @lost: how many had no room in it since then
 * @is_busy: an answer is on its way
 */
struct subscriber {
	struct control_events *owner;
	struct subscriber *next;
	struct subscriber **link;
	struct control_call *call;
	uint32_t kinds;
	uint16_t vlan;
	struct json_object *queue[CONTROL_EVENTS_QUEUE];
	unsigned int first;
	unsigned int count;
	uint64_t lost;
	bool is_busy;
};

/**
 * struct control_events - all of them
 * @events: where events come from
 * @listener: for what any of them wants
 * @list: of them
 * @clients: how many
 * @lost: events that any of them missed
 */
struct control_events {
	struct events *events;
	struct events_listener listener;
	struct subscriber *list;
	unsigned int clients;
	uint64_t lost;
};

/* --- events as objects ---------------------------------------------------- */

static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	if (text && text[0])
		json_object_object_add(object, key,
				       json_object_new_string(text));
}

static void add_number(struct json_object *object, const char *key,
		       uint64_t value)
{
	if (value)
		json_object_object_add(object, key,
				       json_object_new_uint64(value));
}

static struct json_object *new_object(const char *name, int64_t time_ms)
{
	struct json_object *object = json_object_new_object();
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64 ".%03d", time_ms / 1000,
		 (int)(time_ms % 1000));
	add_text(object, "event", name);
	json_object_object_add(object, "time",
			       json_object_new_double_s((double)time_ms / 1000,
							text));
	return object;
}

static struct json_object *describe(const struct event *event, int64_t time_ms)
{
	struct json_object *object;

	object = new_object(event_kind_name(event->kind), time_ms);
	add_number(object, "vlan", event->vlan);
	add_text(object, "session", event->session);
	add_text(object, "user", event->user);
	add_text(object, "address", event->address);
	add_text(object, "client_name", event->client_name);
	add_text(object, "carrier", event->carrier);
	add_text(object, "cipher", event->cipher);
	add_number(object, "port", event->port);
	if (event->has_resumes)
		json_object_object_add(object, "resumes",
				       json_object_new_int64(event->resumes));
	add_text(object, "connection", event->connection);
	add_text(object, "device", event->device);
	add_text(object, "state", event->state);
	add_text(object, "by", event->by);
	add_text(object, "change", event->change);
	add_text(object, "policy", event->policy);
	add_number(object, "count", event->count);
	if (event->code)
		add_text(object, "code", proto_close_word(event->code));
	add_text(object, "reason", event->reason);
	return object;
}

static struct json_object *describe_now(const char *name, uint64_t count)
{
	struct json_object *object;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	object = new_object(name, (int64_t)now.tv_sec * 1000 +
			    now.tv_nsec / 1000000);
	add_number(object, "count", count);
	return object;
}

/* --- clients -------------------------------------------------------------- */

/* What somebody wants, and nothing else, is worth the work. */
static void update_kinds(struct control_events *owner)
{
	const struct subscriber *s;
	uint32_t kinds = 0;

	for (s = owner->list; s; s = s->next)
		kinds |= s->kinds;
	events_change(owner->events, &owner->listener, kinds);
}

static void on_gone(struct control_call *call, void *arg)
{
	struct subscriber *s = arg;
	struct control_events *owner = s->owner;

	for (; s->count; s->count--) {
		json_object_put(s->queue[s->first]);
		s->first = (s->first + 1) % CONTROL_EVENTS_QUEUE;
	}
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	owner->clients--;
	free(s);
	update_kinds(owner);
	control_reply(call, NULL);
}

/* May be the end of the client; consumes the object. */
static void send_one(struct subscriber *s, struct json_object *object)
{
	s->is_busy = true;
	control_reply_more(s->call, object);
}

static void on_ready(struct control_call *call, void *arg)
{
	struct subscriber *s = arg;
	struct json_object *object;
	uint64_t lost = s->lost;

	(void)call;
	s->is_busy = false;
	if (s->count) {
		object = s->queue[s->first];
		s->first = (s->first + 1) % CONTROL_EVENTS_QUEUE;
		s->count--;
		send_one(s, object);
	} else if (lost) {
		s->lost = 0;
		send_one(s, describe_now("lost", lost));
	}
}

static void put_one(struct subscriber *s, struct json_object *object)
{
	unsigned int at = (s->first + s->count) % CONTROL_EVENTS_QUEUE;

	if (!s->is_busy) {
		send_one(s, json_object_get(object));
		return;
	}
	/* none is told before those that are missing before it are */
	if (s->lost || s->count == CONTROL_EVENTS_QUEUE) {
		s->lost++;
		s->owner->lost++;
		return;
	}
	s->queue[at] = json_object_get(object);
	s->count++;
}

static void on_event(void *arg, const struct event *event, int64_t time_ms)
{
	struct control_events *owner = arg;
	struct json_object *object = NULL;
	struct subscriber *s, *next;

	for (s = owner->list; s; s = next) {
		next = s->next;
		if (!(s->kinds & EVENT_BIT(event->kind)) ||
		    (s->vlan && s->vlan != event->vlan))
			continue;
		if (!object)
			object = describe(event, time_ms);
		put_one(s, object);
	}
	json_object_put(object);
}

/* --- the method ----------------------------------------------------------- */

/* 0, or the call is answered. */
static int param_kinds(struct control_call *call, uint32_t *kinds)
{
	struct json_object *words = NULL;
	size_t count;

	if (control_param_strings(call, "kinds", CONTROL_OPTIONAL, &words))
		return -EINVAL;
	*kinds = EVENT_ALL;
	if (!words)
		return 0;
	*kinds = 0;
	count = json_object_array_length(words);
	for (size_t i = 0; i < count; i++) {
		const char *word = json_object_get_string(
				json_object_array_get_idx(words, i));
		enum event_kind kind = event_kind_find(word);

		if (kind == EVENT_KINDS) {
			control_error(call, CONTROL_INVALID, "kinds",
				      "kinds: \"%.40s\" is no kind of event, such as %s or %s; leave kinds out for all",
				      word, event_kind_name(EVENT_SESSION_UP),
				      event_kind_name(EVENT_POLICY_HIT));
			return -EINVAL;
		}
		*kinds |= EVENT_BIT(kind);
	}
	if (*kinds)
		return 0;
	control_error(call, CONTROL_INVALID, "kinds",
		      "kinds: an empty list is no event at all; leave it out for all");
	return -EINVAL;
}

static void events_method(struct control_call *call,
			  struct json_object *params, void *ctx)
{
	struct control_events *owner = ctx;
	struct subscriber *s;
	int64_t vlan = 0;
	uint32_t kinds;

	(void)params;
	if (param_kinds(call, &kinds) ||
	    control_param_int(call, "vlan", CONTROL_OPTIONAL, STORE_VLAN_MIN,
			      STORE_VLAN_MAX, &vlan) ||
	    control_params_end(call))
		return;
	if (!control_call_wants_more(call)) {
		control_error_more(call);
		return;
	}
	s = calloc(1, sizeof(*s));
	if (!s) {
		control_error(call, CONTROL_FAILED, NULL, "out of memory");
		return;
	}
	s->owner = owner;
	s->call = call;
	s->kinds = kinds;
	s->vlan = (uint16_t)vlan;
	s->next = owner->list;
	s->link = &owner->list;
	if (s->next)
		s->next->link = &s->next;
	owner->list = s;
	owner->clients++;
	control_call_on_gone(call, on_gone, s);
	control_call_on_ready(call, on_ready, s);
	update_kinds(owner);
	/* From here on nothing is missed, and the client can know that. */
	send_one(s, describe_now("begin", 0));
}

static const struct control_method methods[] = {
	{ "Events", events_method, CONTROL_READS },
};

int control_events_register(struct control *control, struct events *events,
			    struct control_events **made)
{
	struct control_events *owner = calloc(1, sizeof(*owner));
	int err;

	*made = NULL;
	if (!owner)
		return -ENOMEM;
	owner->events = events;
	owner->listener.fn = on_event;
	owner->listener.arg = owner;
	err = control_register(control, methods,
			       sizeof(methods) / sizeof(methods[0]), owner);
	if (err) {
		free(owner);
		return err;
	}
	events_listen(events, &owner->listener);
	*made = owner;
	return 0;
}

void control_events_free(struct control_events *owner)
{
	if (!owner)
		return;
	events_unlisten(owner->events, &owner->listener);
	free(owner);
}

unsigned int control_events_clients(const struct control_events *owner)
{
	return owner->clients;
}

uint64_t control_events_lost(const struct control_events *owner)
{
	return owner->lost;
}
