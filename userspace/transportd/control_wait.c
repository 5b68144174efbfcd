// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Those who wait in ConnectionUp until the connection is up, has failed or
 * was taken down, or their time is over.
 */
#include "control_connection_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct connection_waiter - a ConnectionUp that is not answered yet
 * @timer: its time
 * @owner: where it hangs
 * @next: in the list of the owner
 * @link: what points to this in the list
 * @call: to answer
 * @name: of the connection
 * @seconds: how long it waits
 */
struct connection_waiter {
	uv_timer_t timer;
	struct control_connection *owner;
	struct connection_waiter *next;
	struct connection_waiter **link;
	struct control_call *call;
	char name[STORE_CONNECTION_MAX + 1];
	unsigned int seconds;
};

static void connection_on_waiter_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* Takes it out of the list; its call is the caller's to answer. */
static struct control_call *
connection_waiter_end(struct connection_waiter *waiter)
{
	*waiter->link = waiter->next;
	if (waiter->next)
		waiter->next->link = waiter->link;
	uv_close((uv_handle_t *)&waiter->timer, connection_on_waiter_closed);
	return waiter->call;
}

static void connection_on_timeout(uv_timer_t *timer)
{
	struct connection_waiter *waiter = timer->data;
	struct control_connection *owner = waiter->owner;
	const char *error = NULL;

	owner->ops->state(owner->ctx, waiter->name, &error);
	control_error(connection_waiter_end(waiter), CONTROL_FAILED, NULL,
		      "connection \"%s\" is not up after %u s%s%s; it goes on trying",
		      waiter->name, waiter->seconds, error ? ": " : "",
		      error ? error : "");
}

static void connection_on_gone(struct control_call *call, void *arg)
{
	(void)call;
	control_reply(connection_waiter_end(arg), NULL);
}

/* Answers if there is nothing more to wait for; @call is then gone. */
static bool connection_decide(struct control_connection *owner,
			      struct control_call *call, const char *name,
			      enum connection_state state, const char *error)
{
	switch (state) {
	case CONNECTION_CONNECTED:
		connection_reply_shown(owner, call, name);
		return true;
	case CONNECTION_FAILED:
		control_error(call, CONTROL_FAILED, NULL,
			      "connection \"%s\" failed: %s", name,
			      error ? error : "no reason given");
		return true;
	case CONNECTION_DOWN:
		control_error(call, CONTROL_FAILED, NULL,
			      "connection \"%s\" was taken down", name);
		return true;
	case CONNECTION_CONNECTING:
	case CONNECTION_WAITING:
		break;
	}
	return false;
}

void control_connection_changed(struct control_connection *owner,
				const char *name)
{
	struct connection_waiter *waiter, *next;
	enum connection_state state;
	const char *error = NULL;

	state = owner->ops->state(owner->ctx, name, &error);
	if (state == CONNECTION_CONNECTING || state == CONNECTION_WAITING)
		return;
	for (waiter = owner->waiters; waiter; waiter = next) {
		next = waiter->next;
		if (strcmp(waiter->name, name))
			continue;
		connection_decide(owner, connection_waiter_end(waiter), name,
				  state, error);
	}
}

void connection_wait(struct control_connection *owner,
		     struct control_call *call, const char *name,
		     unsigned int seconds)
{
	struct connection_waiter *waiter;
	enum connection_state state;
	const char *error = NULL;

	state = owner->ops->state(owner->ctx, name, &error);
	if (connection_decide(owner, call, name, state, error))
		return;
	waiter = calloc(1, sizeof(*waiter));

	if (!waiter) {
		control_error(call, CONTROL_FAILED, NULL, "out of memory");
		return;
	}
	waiter->owner = owner;
	waiter->call = call;
	waiter->seconds = seconds;
	snprintf(waiter->name, sizeof(waiter->name), "%s", name);
	waiter->next = owner->waiters;
	waiter->link = &owner->waiters;
	if (waiter->next)
		waiter->next->link = &waiter->next;
	owner->waiters = waiter;
	uv_timer_init(owner->loop, &waiter->timer);
	waiter->timer.data = waiter;
	uv_timer_start(&waiter->timer, connection_on_timeout,
		       (uint64_t)seconds * 1000, 0);
	control_call_on_gone(call, connection_on_gone, waiter);
}

void connection_end_waiters(struct control_connection *owner)
{
	while (owner->waiters)
		control_error(connection_waiter_end(owner->waiters),
			      CONTROL_FAILED, NULL, "the daemon ends");
}
