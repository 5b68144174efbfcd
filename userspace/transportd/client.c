// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connections and their states. A connection is in the list from the moment it
 * is asked to be up until it is asked to be down; what happens in between,
 * ends of sessions included, only changes its state:
 *
 *	connecting -> connected -> connecting -> ...
 *	    |  ^
 *	    v  |  (timer, change of the network, user)
 *	waiting     failed
 */
#include "client_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "events.h"
#include "kernel.h"
#include "log.h"
#include "port.h"
#include "proto.h"

/* The first wait; each further one is half as long again. */
#define BACKOFF_MS	400
/* A line that lived shorter than this counts as a failed attempt. */
#define STABLE_MS	5000
/* An attempt older than this starts anew when the network changes. */
#define STUCK_MS	1000

static void on_retry(uv_timer_t *timer);

/* --- the list ------------------------------------------------------------ */

struct client *client_find(const struct clients *cs, const char *name)
{
	struct client *c = cs->list;

	while (c && strcmp(c->name, name))
		c = c->next;
	return c;
}

struct client *client_new(struct clients *cs, const struct store_connection *sc)
{
	struct client *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->cs = cs;
	c->id = sc->id;
	snprintf(c->name, sizeof(c->name), "%s", sc->name);
	c->hub = sc->hub;
	snprintf(c->device, sizeof(c->device), "%s", sc->device);
	if (c->hub)
		snprintf(c->place, sizeof(c->place), "hub=%u", c->hub);
	else
		snprintf(c->place, sizeof(c->place), "device=%s", c->device);
	c->card = sc->card;
	memcpy(c->client_id, sc->client_id, sizeof(c->client_id));
	c->state = CONNECTION_DOWN;
	c->since = time(NULL);
	uv_timer_init(&cs->d->loop, &c->retry);
	c->retry.data = c;
	uv_timer_init(&cs->d->loop, &c->renew);
	c->renew.data = c;
	c->next = cs->list;
	cs->list = c;
	return c;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* The one after the other, as the last one frees both. */
static void on_retry_closed(uv_handle_t *handle)
{
	struct client *c = handle->data;

	uv_close((uv_handle_t *)&c->renew, on_closed);
}

static void client_free(struct client *c)
{
	struct client **at = &c->cs->list;

	client_stop_attempt(c);
	client_release_line(c);
	client_release_session_line(c);
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	auth_salted_clear(&c->salted);
	tls_wipe(&c->session, sizeof(c->session));
	uv_close((uv_handle_t *)&c->retry, on_retry_closed);
}

/* --- states -------------------------------------------------------------- */

/* What changed, for those who want to know: not each attempt. */
static void client_tell(const struct client *c, enum connection_state before)
{
	struct event event = {
		.vlan = c->hub, .connection = c->name, .device = c->device,
		.session = c->session.session,
		.state = connection_state_name(c->state),
		.reason = c->error,
	};

	if (c->state == CONNECTION_CONNECTED) {
		event.kind = EVENT_CONNECTION_UP;
		event.address = c->address;
		event.cipher = c->cipher;
		event.has_resumes = true;
		event.resumes = c->session.resumes;
	} else if (c->state == CONNECTION_FAILED) {
		event.kind = EVENT_CONNECTION_FAILED;
	} else if (c->state == CONNECTION_DOWN) {
		event.kind = EVENT_CONNECTION_DOWN;
		event.reason = "the connection was taken down";
	} else if (before == CONNECTION_CONNECTED) {
		event.kind = EVENT_CONNECTION_DOWN;
	} else {
		return;
	}
	events_publish(c->cs->d->events, &event);
}

void client_set_state(struct client *c, enum connection_state state)
{
	enum connection_state before = c->state;
	struct daemon *d = c->cs->d;

	if (c->state == state)
		return;
	log_debug("connection-state connection=%s from=%s to=%s", c->name,
		  connection_state_name(c->state),
		  connection_state_name(state));
	c->state = state;
	c->since = time(NULL);
	client_tell(c, before);
	if (d->control_connection)
		control_connection_changed(d->control_connection, c->name);
}

static void client_set_error(struct client *c, const char *error)
{
	snprintf(c->error, sizeof(c->error), "%s", error);
}

static uint64_t backoff(const struct client *c)
{
	uint64_t max = c->cs->d->config.backoff_max_ms, delay = BACKOFF_MS;
	uint8_t noise = 0;
	unsigned int i;

	for (i = 1; i < c->failures && delay < max; i++)
		delay += delay / 2;
	if (delay > max)
		delay = max;
	/* Clients of a server that came back do not all come at once. */
	tls_random(&noise, sizeof(noise));
	return delay * 3 / 4 + delay * noise / 1024;
}

void client_retry(struct client *c, const char *error)
{
	char text[LOG_QUOTE_MAX];
	uint64_t delay;

	if (c->is_renewing) {
		client_renew_failed(c, error);
		return;
	}
	/* First of all: the text may be the attempt's own. */
	client_set_error(c, error);
	client_stop_attempt(c);
	client_release_line(c);
	client_release_session_line(c);
	c->failures++;
	delay = backoff(c);
	log_info("connection-retry connection=%s in-ms=%llu reason=%s", c->name,
		 (unsigned long long)delay,
		 log_quote(text, sizeof(text), c->error));
	uv_timer_start(&c->retry, on_retry, delay, 0);
	client_set_state(c, CONNECTION_WAITING);
}

void client_give_up(struct client *c, const char *error)
{
	char text[LOG_QUOTE_MAX];

	if (c->is_renewing) {
		client_renew_failed(c, error);
		return;
	}
	client_set_error(c, error);
	client_stop_attempt(c);
	client_release_line(c);
	client_release_session_line(c);
	uv_timer_stop(&c->retry);
	client_forget_session(c);
	log_warn("connection-failed connection=%s reason=%s", c->name,
		 log_quote(text, sizeof(text), c->error));
	client_set_state(c, CONNECTION_FAILED);
}

void client_try_now(struct client *c)
{
	uv_timer_start(&c->retry, on_retry, 0, 0);
	client_set_state(c, CONNECTION_CONNECTING);
}

void client_forget_session(struct client *c)
{
	uint32_t port_id = c->port_id;

	c->has_session = false;
	c->port_id = 0;
	tls_wipe(&c->session, sizeof(c->session));
	if (port_id)
		kernel_delete_port(c->cs->d->kernel, port_id, NULL);
}

static void on_retry(uv_timer_t *timer)
{
	struct client *c = timer->data;

	client_set_state(c, CONNECTION_CONNECTING);
	client_attempt(c);
}

/* --- what becomes of lines ----------------------------------------------- */

static void line_started(struct client *c, const struct session_event *event)
{
	char session[LOG_QUOTE_MAX];

	c->step = CLIENT_IDLE;
	c->has_session = true;
	c->port_id = event->port_id;
	c->line_up = uv_now(&c->cs->d->loop);
	c->error[0] = '\0';
	log_info("connection-%s connection=%s %s session=%s address=%s cipher=%s resumes=%u",
		 c->is_resuming ? "resume" : "start", c->name, c->place,
		 log_quote(session, sizeof(session), c->session.session),
		 c->address, c->cipher, c->session.resumes);
	client_set_state(c, CONNECTION_CONNECTED);
	client_renew_later(c);
}

/* There is none any more that another one could follow. */
static void end_renewal(struct client *c)
{
	uv_timer_stop(&c->renew);
	c->is_renewing = false;
}

/* A line that was up is gone: try at once, unless that keeps happening. */
static void line_gone(struct client *c, const char *why)
{
	char text[LOG_QUOTE_MAX];

	c->ref.serial = 0;
	end_renewal(c);
	if (uv_now(&c->cs->d->loop) - c->line_up < STABLE_MS) {
		client_retry(c, why);
		return;
	}
	c->failures = 0;
	client_set_error(c, why);
	log_info("connection-lost connection=%s reason=%s", c->name,
		 log_quote(text, sizeof(text), why));
	client_try_now(c);
}

static bool is_final(uint16_t code)
{
	return code == SEHUB_WIRE_CLOSE_AUTH ||
	       code == SEHUB_WIRE_CLOSE_DENIED ||
	       code == SEHUB_WIRE_CLOSE_REPLACED ||
	       code == SEHUB_WIRE_CLOSE_DISCONNECTED;
}

static void line_closed(struct client *c, const struct session_event *event)
{
	end_renewal(c);
	/* The worker has deleted the port. */
	c->port_id = 0;
	client_forget_session(c);
	c->ref.serial = 0;
	if (event->by_peer && is_final(event->code))
		client_give_up(c, event->text);
	else
		line_gone(c, event->text);
}

/* The uplink waits as long as the server's port does. */
static void line_grace(struct client *c, const struct session_event *event)
{
	uint32_t grace = event->grace < SEHUB_GRACE_MAX ? event->grace :
			 SEHUB_GRACE_MAX;
	struct sehub_err err;

	if (kernel_set_policy(c->cs->d->kernel, event->port_id, NULL, grace,
			      &err))
		log_warn("connection-grace connection=%s error=%s",
			 c->name, LOG_QUOTED(err.text));
	else
		log_debug("connection-grace connection=%s ms=%u", c->name,
			  grace);
}

static void line_refused(struct client *c, const struct session_event *event)
{
	c->step = CLIENT_IDLE;
	c->ref.serial = 0;
	client_forget_session(c);
	client_retry(c, event->text);
}

bool clients_event(struct clients *cs, const struct session_event *event)
{
	struct client *c = cs->list;

	while (c && c->ref.serial != event->ref.serial)
		c = c->next;
	if (!c)
		return false;
	switch (event->kind) {
	case SESSION_EVENT_STARTED:
		line_started(c, event);
		break;
	case SESSION_EVENT_REFUSED:
		line_refused(c, event);
		break;
	case SESSION_EVENT_LOST:
		line_gone(c, event->text);
		break;
	case SESSION_EVENT_CLOSED:
		line_closed(c, event);
		break;
	case SESSION_EVENT_WORN:
		client_renew(c);
		break;
	case SESSION_EVENT_GRACE:
		line_grace(c, event);
		break;
	case SESSION_EVENT_HEARD:
		break;
	}
	return true;
}

static void port_gone(struct client *c, const char *why)
{
	c->port_id = 0;
	client_forget_session(c);
	if (!c->ref.serial)
		return;
	worker_end(c->cs->d->workers, c->ref, SEHUB_WIRE_CLOSE_BYE, why);
	line_gone(c, why);
}

bool clients_port_deleted(struct clients *cs, const struct sehub_port *port)
{
	struct client *c = cs->list;

	while (c && c->port_id != port->session.id)
		c = c->next;
	if (!c)
		return false;
	log_info("connection-port connection=%s deleted reason=%s", c->name,
		 sehub_port_del_reason_name(port->del_reason));
	port_gone(c, port->del_reason == SEHUB_PORT_DEL_REASON_HUB ?
		  "the network device was deleted" :
		  "the session's port was deleted");
	return true;
}

void clients_resync(struct clients *cs)
{
	struct sehub_port port;
	struct client *c;

	for (c = cs->list; c; c = c->next)
		if (c->port_id && !c->ref.serial &&
		    kernel_get_port(cs->d->kernel, c->port_id, &port,
				    NULL) == -ENOENT)
			port_gone(c, "the session's port was deleted");
}

void clients_network_changed(struct clients *cs, uint32_t ifindex)
{
	uint64_t now = uv_now(&cs->d->loop);
	struct client *c;

	/* What we do to our own devices says nothing about the way out. */
	for (c = cs->list; c; c = c->next)
		if (ifindex && c->ifindex == ifindex)
			return;
	for (c = cs->list; c; c = c->next) {
		if (c->state == CONNECTION_CONNECTED) {
			worker_probe(cs->d->workers, c->ref);
		} else if (c->state == CONNECTION_WAITING ||
			   ((c->step == CLIENT_CARRIER ||
			     (c->line && c->step != CLIENT_WORKER)) &&
			    now - c->attempt_began > STUCK_MS)) {
			client_stop_attempt(c);
			c->failures = 0;
			client_try_now(c);
		}
	}
}

unsigned int clients_connected(const struct clients *cs)
{
	const struct client *c;
	unsigned int n = 0;

	for (c = cs->list; c; c = c->next)
		n += c->state == CONNECTION_CONNECTED;
	return n;
}

/* --- what the control socket asks for ------------------------------------ */

static int op_up(void *ctx, const struct store_connection *sc, char *why,
		 size_t why_size)
{
	struct clients *cs = ctx;
	struct client *c = client_find(cs, sc->name);

	if (!c)
		c = client_new(cs, sc);
	if (!c) {
		snprintf(why, why_size, "out of memory");
		return -ENOMEM;
	}
	if (c->state == CONNECTION_CONNECTED ||
	    c->state == CONNECTION_CONNECTING)
		return 0;
	log_info("connection-up connection=%s %s", c->name, c->place);
	c->failures = 0;
	c->error[0] = '\0';
	client_try_now(c);
	return 0;
}

static void op_down(void *ctx, const char *name)
{
	struct clients *cs = ctx;
	struct client *c = client_find(cs, name);
	struct sehub_err err;
	int ret;

	if (!c)
		return;
	log_info("connection-down connection=%s %s", c->name, c->place);
	worker_end(cs->d->workers, c->ref, SEHUB_WIRE_CLOSE_BYE,
		   "the connection was taken down");
	c->ref.serial = 0;
	/* The card may be in another namespace, the port is ours anywhere. */
	client_forget_session(c);
	ret = c->hub ? 0 : kernel_delete_card(cs->d->kernel, c->device, &err);
	if (ret && ret != -ENODEV && ret != -ENOENT)
		log_warn("connection-down connection=%s device=%s error=%s",
			 c->name, c->device, LOG_QUOTED(err.text));
	client_set_state(c, CONNECTION_DOWN);
	client_free(c);
}

static enum connection_state op_state(void *ctx, const char *name,
				      const char **error)
{
	const struct client *c = client_find(ctx, name);

	*error = c && c->error[0] ? c->error : NULL;
	return c ? c->state : CONNECTION_DOWN;
}

static void op_describe(void *ctx, const char *name, struct json_object *object)
{
	struct clients *cs = ctx;
	const struct client *c = client_find(cs, name);
	const char *kind;

	if (!c)
		return;
	kind = c->hub ? NULL : kernel_card_kind(cs->d->kernel, c->device);
	json_object_object_add(object, "device_kind",
			       kind ? json_object_new_string(kind) : NULL);
	json_object_object_add(object, "since", json_object_new_int64(c->since));
	if (c->state == CONNECTION_WAITING)
		json_object_object_add(object, "retry_in_ms",
			json_object_new_int64((int64_t)
					      uv_timer_get_due_in(&c->retry)));
	if (c->has_session) {
		json_object_object_add(object, "session",
			json_object_new_string(c->session.session));
		json_object_object_add(object, "resumes",
			json_object_new_int64(c->session.resumes));
	}
	if (c->state == CONNECTION_CONNECTED) {
		json_object_object_add(object, "address",
				       json_object_new_string(c->address));
		json_object_object_add(object, "cipher",
				       json_object_new_string(c->cipher));
	}
}

const struct connection_ops clients_ops = {
	.up = op_up,
	.down = op_down,
	.state = op_state,
	.describe = op_describe,
};

/* --- begin and end ------------------------------------------------------- */

struct clients *clients_new(struct daemon *d)
{
	struct clients *cs = calloc(1, sizeof(*cs));

	if (!cs)
		return NULL;
	cs->d = d;
	cs->carriers = carriers_new(&d->loop);
	if (!cs->carriers) {
		free(cs);
		return NULL;
	}
	uv_timer_init(&d->loop, &cs->recover);
	cs->recover.data = cs;
	return cs;
}

void clients_free(struct clients *cs)
{
	if (!cs)
		return;
	while (cs->list)
		client_free(cs->list);
	carriers_free(cs->carriers);
	uv_close((uv_handle_t *)&cs->recover, on_closed);
}
