// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions of the server: the list of them, what becomes of them, their ends.
 *
 * A list, searched from its start where that is rare. Each login looks for an
 * earlier session of its client, and finds it by the client's id. All that must
 * survive the daemon is in the port's cookie, and changes there before anybody
 * is told.
 */
#include "sessions_impl.h"

#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>

#include "kernel.h"
#include "lib/port.h"
#include "log.h"

/* How long a port waits for the one that replaces it to be made. */
#define REPLACE_MS	10000

static const char *const state_names[] = {
	[SERVER_STARTING] = "connected",
	[SERVER_CONNECTED] = "connected",
	[SERVER_DETACHED] = "detached",
};

const char *server_state_name(enum server_state state)
{
	return state_names[state];
}

const char *server_address(const struct server_session *s)
{
	return s->address[0] ? s->address : "-";
}

/* --- the list ------------------------------------------------------------ */

unsigned int sessions_count(const struct sessions *ss)
{
	return ss->count;
}

unsigned int sessions_count_user(const struct sessions *ss, int64_t user_id)
{
	const struct server_session *s;
	unsigned int n = 0;

	for (s = ss->list; s; s = s->next)
		n += s->id.user_id == user_id;
	return n;
}

struct server_session *sessions_first(const struct sessions *ss)
{
	return ss->list;
}

struct server_session *sessions_find(const struct sessions *ss,
				     const char *name)
{
	struct server_session *s = ss->list;

	while (s && strcmp(s->id.session, name))
		s = s->next;
	return s;
}

struct server_session *sessions_find_port(const struct sessions *ss, uint32_t id)
{
	struct server_session *s = ss->list;

	while (s && s->port_id != id)
		s = s->next;
	return s;
}

static struct server_session *find_serial(const struct sessions *ss,
					  uint64_t serial)
{
	struct server_session *s = ss->list;

	while (s && s->ref.serial != serial)
		s = s->next;
	return s;
}

/* It is random, unless somebody wants to make looking for his own slow. */
static unsigned int client_bucket(const uint8_t *id)
{
	return (id[0] | (unsigned int)id[1] << 8) % SESSIONS_BUCKETS;
}

/*
 * The client's id is what keeps one client of a user, the anonymous one above
 * all, from taking the place of another: only that client and we know it.
 */
struct server_session *sessions_find_client(const struct sessions *ss,
					  int64_t user_id, const uint8_t *id)
{
	struct server_session *s;

	LIST_FOREACH(s, &ss->clients[client_bucket(id)], same_client)
		if (s->id.user_id == user_id &&
		    tls_same(s->id.client_id, id, sizeof(s->id.client_id)))
			return s;
	return NULL;
}

struct server_session *sessions_find_ticket(const struct sessions *ss,
					  const uint8_t *hash)
{
	struct server_session *s = ss->list;

	while (s && memcmp(s->id.ticket, hash, RESUME_HASH_LEN) &&
	       (!s->id.has_old ||
		memcmp(s->id.old_ticket, hash, RESUME_HASH_LEN)))
		s = s->next;
	return s;
}

struct server_session *sessions_add(struct sessions *ss,
				    const uint8_t *client_id)
{
	struct server_session *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	memcpy(s->id.client_id, client_id, sizeof(s->id.client_id));
	LIST_INSERT_HEAD(&ss->clients[client_bucket(client_id)], s,
			 same_client);
	s->next = ss->list;
	ss->list = s;
	ss->count++;
	return s;
}

void sessions_del(struct sessions *ss, struct server_session *s)
{
	struct server_session **at = &ss->list;

	sessions_end_traffic(ss, s);
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	LIST_REMOVE(s, same_client);
	ss->count--;
	json_object_put(s->addresses);
	free(s);
}

void sessions_set_state(struct server_session *s,
			      enum server_state state)
{
	log_debug("server-session session=%s from=%d to=%d", s->id.session,
		  s->state, state);
	s->state = state;
}

void sessions_tell(const struct sessions *ss, const struct server_session *s,
		   enum event_kind kind, const char *by, const char *reason)
{
	events_publish(ss->d->events, &(struct event){
		.kind = kind, .vlan = s->id.vlan, .session = s->id.session,
		.user = s->id.user, .address = s->address,
		.client_name = s->id.client_name, .carrier = s->carrier,
		.cipher = s->cipher, .port = s->port_number,
		.has_resumes = true, .resumes = s->id.resumes,
		.by = by, .reason = reason,
	});
}

int sessions_set_cookie(struct sessions *ss, const struct server_session *s,
		      const struct resume_server *id)
{
	uint8_t cookie[SEHUB_COOKIE_MAX];
	size_t len = resume_pack_server(cookie, ss->d->instance, id);
	struct sehub_err err;
	int ret;

	ret = kernel_set_cookie(ss->d->kernel, s->port_id, cookie, len, &err);
	if (ret)
		log_warn("session-cookie session=%s error=%s", s->id.session,
			 LOG_QUOTED(err.text));
	return ret;
}

void sessions_drop_port(struct sessions *ss, uint32_t id)
{
	if (id)
		kernel_delete_port(ss->d->kernel, id, NULL);
}

void sessions_drop(struct sessions *ss, struct server_session *s)
{
	uint32_t port_id = s->port_id, heir_of = s->heir_of;

	sessions_del(ss, s);
	sessions_drop_port(ss, port_id);
	sessions_drop_port(ss, heir_of);
}

uint32_t sessions_replace(struct sessions *ss, struct server_session *s)
{
	static const char why[] = "a newer login took this session's place";
	struct kernel *k = ss->d->kernel;
	uint32_t id = s->port_id, grace = REPLACE_MS;
	struct sehub_port port;

	/* It is counted from when the line was lost. */
	if (id && !kernel_get_port(k, id, &port, NULL) && !port.session.owner)
		grace += port.session.grace - port.session.grace_left;
	/* What goes with a TAP device is the bridge's, and it learns anew. */
	if (!id || kernel_port_device(k, id) ||
	    kernel_set_policy(k, id, NULL, grace, NULL) ||
	    kernel_detach_port(k, id, NULL)) {
		sessions_end(ss, s, SEHUB_WIRE_CLOSE_REPLACED, why);
		return 0;
	}
	sessions_log_end(ss, s, NULL, "server", why);
	worker_end(ss->d->workers, s->ref, SEHUB_WIRE_CLOSE_REPLACED, why);
	sessions_del(ss, s);
	return id;
}

void sessions_end(struct sessions *ss, struct server_session *s, uint16_t code,
		  const char *text)
{
	sessions_log_end(ss, s, NULL, "server", text);
	/* The worker hears of it before it finds the port gone. */
	worker_end(ss->d->workers, s->ref, code, text);
	/*
	 * One that is just being made is the worker's to delete, after it has
	 * told the client why; or ours, once we hear which one it is.
	 */
	if (s->state == SERVER_STARTING && !s->is_resuming)
		sessions_del(ss, s);
	else
		sessions_drop(ss, s);
}

void sessions_end_user(struct sessions *ss, int64_t user_id, uint16_t code,
		       const char *text)
{
	struct server_session *s, *next;

	for (s = ss->list; s; s = next) {
		next = s->next;
		if (s->id.user_id == user_id)
			sessions_end(ss, s, code, text);
	}
}

/* --- what becomes of them ------------------------------------------------ */

/* It may have changed while the client was away. */
static void tell_grace(struct sessions *ss, const struct server_session *s)
{
	struct sehub_port port;

	if (!kernel_get_port(ss->d->kernel, s->port_id, &port, NULL))
		worker_tell_grace(ss->d->workers, s->ref, port.session.grace);
}

static void started(struct sessions *ss, struct server_session *s,
		    const struct session_event *event)
{
	sessions_set_state(s, SERVER_CONNECTED);
	s->port_id = event->port_id;
	s->heir_of = 0;
	s->port_number = event->port_number;
	log_access(LOG_LEVEL_INFO, "session-%s session=%s vlan=%u user=%s address=%s client=%s cipher=%s port=%u resumes=%u",
		   s->is_resuming ? "resume" : "start", s->id.session,
		   s->id.vlan, LOG_QUOTED(s->id.user), s->address,
		   LOG_QUOTED(s->id.client_name), s->cipher, s->port_number,
		   s->id.resumes);
	sessions_tell(ss, s, s->is_resuming ? EVENT_SESSION_RESUMED : EVENT_SESSION_UP,
	     NULL, NULL);
	if (s->is_stale)
		sessions_refresh(ss, s);
	else if (s->is_resuming)
		tell_grace(ss, s);
}

static void refused(struct sessions *ss, struct server_session *s,
		    const struct session_event *event)
{
	s->ref.serial = 0;
	log_access(LOG_LEVEL_WARN, "session-refused session=%s vlan=%u user=%s address=%s error=%s",
		   s->id.session, s->id.vlan, LOG_QUOTED(s->id.user),
		   s->address, LOG_QUOTED(event->text));
	events_publish(ss->d->events, &(struct event){
		.kind = EVENT_LOGIN_REFUSED, .vlan = s->id.vlan,
		.session = s->id.session, .user = s->id.user,
		.address = s->address, .code = event->code,
		.reason = event->text,
	});
	if (s->is_resuming && event->code != SEHUB_WIRE_CLOSE_NO_SESSION) {
		sessions_set_state(s, SERVER_DETACHED);
		return;
	}
	sessions_drop(ss, s);
}

/*
 * A session that was ended while its worker was making the port, whose id is
 * known from now on. The worker deletes that port when it reads of the end; but
 * where the line ended before, it has left the port to us, or to the kernel for
 * its grace time.
 */
static void unknown(struct sessions *ss, const struct session_event *event)
{
	if (event->kind == SESSION_EVENT_STARTED && !event->is_resume)
		sessions_drop_port(ss, event->port_id);
}

bool sessions_event(struct sessions *ss, const struct session_event *event)
{
	struct server_session *s = find_serial(ss, event->ref.serial);

	if (!s && event->is_server)
		unknown(ss, event);
	if (!s)
		return event->is_server;
	switch (event->kind) {
	case SESSION_EVENT_STARTED:
		started(ss, s, event);
		break;
	case SESSION_EVENT_REFUSED:
		refused(ss, s, event);
		break;
	case SESSION_EVENT_HEARD:
		s->id.has_old = false;
		sessions_set_cookie(ss, s, &s->id);
		break;
	case SESSION_EVENT_WORN:
	case SESSION_EVENT_GRACE:
		/* Clients see to that. */
		break;
	case SESSION_EVENT_LOST:
		log_access(LOG_LEVEL_INFO, "session-detach session=%s vlan=%u user=%s address=%s reason=%s",
			   s->id.session, s->id.vlan, LOG_QUOTED(s->id.user),
			   s->address, LOG_QUOTED(event->text));
		s->ref.serial = 0;
		sessions_set_state(s, SERVER_DETACHED);
		sessions_tell(ss, s, EVENT_SESSION_DETACHED, NULL, event->text);
		break;
	case SESSION_EVENT_CLOSED:
		sessions_log_end(ss, s, NULL,
				 event->by_peer ? "client" : "server",
				 event->text);
		sessions_drop(ss, s);
		break;
	}
	return true;
}

bool sessions_port_deleted(struct sessions *ss, const struct sehub_port *port)
{
	struct server_session *s = sessions_find_port(ss, port->session.id);

	sessions_end_port(ss, s, port);
	if (!s)
		return false;
	switch (port->del_reason) {
	case SEHUB_PORT_DEL_REASON_HUB:
		worker_end(ss->d->workers, s->ref, SEHUB_WIRE_CLOSE_NO_HUB,
			   "the hub was deleted");
		sessions_log_end(ss, s, port, "hub", "the hub was deleted");
		break;
	case SEHUB_PORT_DEL_REASON_GRACE:
		worker_end(ss->d->workers, s->ref,
			   SEHUB_WIRE_CLOSE_NO_SESSION,
			   "the session's time was over");
		sessions_log_end(ss, s, port, "grace",
				 "the client did not come back in time");
		break;
	case SEHUB_PORT_DEL_REASON_REPLACED:
		worker_end(ss->d->workers, s->ref, SEHUB_WIRE_CLOSE_REPLACED,
			   "a newer login took this session's place");
		sessions_log_end(ss, s, port, "server",
				 "a newer login took its place");
		break;
	default:
		worker_end(ss->d->workers, s->ref,
			   SEHUB_WIRE_CLOSE_DISCONNECTED,
			   "an administrator deleted the session's port");
		sessions_log_end(ss, s, port, "administrator",
				 "the port was deleted");
		break;
	}
	sessions_del(ss, s);
	return true;
}

struct sessions *sessions_new(struct daemon *d)
{
	struct sessions *ss = calloc(1, sizeof(*ss));

	if (!ss)
		return NULL;
	ss->d = d;
	uv_timer_init(&d->loop, &ss->recover);
	ss->recover.data = ss;
	uv_timer_init(&d->loop, &ss->expiry);
	ss->expiry.data = ss;
	return ss;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* The one after the other, as the last one frees both. */
static void on_recover_closed(uv_handle_t *handle)
{
	struct sessions *ss = handle->data;

	uv_close((uv_handle_t *)&ss->expiry, on_closed);
}

void sessions_free(struct sessions *ss)
{
	if (!ss)
		return;
	while (ss->list)
		sessions_del(ss, ss->list);
	sessions_forget_ended(ss);
	uv_close((uv_handle_t *)&ss->recover, on_recover_closed);
}
