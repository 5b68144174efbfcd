// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How sessions of the server begin: by a login, which may take the place of an
 * earlier session, or by a ticket, on a new line.
 */
#include "sessions_impl.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kernel.h"
#include "log.h"
#include "proto.h"
#include "store.h"

/* A session's name is the user's, cut to this, and a random number. */
#define NAME_USER_MAX	16
/* Bounds of what a client may ask for, milliseconds. */
#define KEEPALIVE_MIN	100
#define DEAD_TIME_MIN	500

static int refuse(struct refusal *why, uint16_t code, const char *text)
{
	why->code = code;
	snprintf(why->text, sizeof(why->text), "%s", text);
	return -ECONNREFUSED;
}

static void make_name(const struct sessions *ss, char name[],
		      const char *user)
{
	unsigned int i, tries = 0;
	uint32_t number = 0;

	for (i = 0; i < NAME_USER_MAX && user[i]; i++)
		name[i] = isalnum((unsigned char)user[i]) || user[i] == '_' ||
			  (user[i] == '.' && i) ? user[i] : '_';
	do {
		tls_random(&number, sizeof(number));
		snprintf(name + i, RESUME_SESSION_MAX + 1 - i, "-%06x",
			 number & 0xffffff);
	} while (sessions_find(ss, name) && tries++ < 100);
}

static uint32_t agree(uint32_t theirs, uint32_t ours, uint32_t min)
{
	uint32_t value = theirs && theirs < ours ? theirs : ours;

	return value < min ? min : value;
}

/* What a start of either kind needs of the session and its client. */
static void fill_start(struct session_start *start,
		       const struct server_session *s)
{
	start->is_server = true;
	snprintf(start->name, sizeof(start->name), "%s", s->id.session);
	start->vlan = s->id.vlan;
	start->features = s->features;
	start->keepalive = s->id.keepalive;
	start->dead_time = s->id.dead_time;
}

static void fill_line(struct server_session *s,
		      const struct session_request *req, struct channel *ch)
{
	s->features = req->features;
	s->listener = req->listener;
	snprintf(s->address, sizeof(s->address), "%s", req->address);
	sessions_note_address(s);
	snprintf(s->cipher, sizeof(s->cipher), "%s",
		 tls_cipher(channel_tls(ch)));
	proto_text_copy(s->carrier, sizeof(s->carrier), req->carrier);
}

static void build_attach(struct session_start *start,
			 const struct server_session *s, const uint8_t *ticket,
			 uint64_t hub_id)
{
	struct proto_builder b;
	int len;

	proto_begin(&b, start->greeting, sizeof(start->greeting),
		    SEHUB_WIRE_ATTACH);
	proto_put_text(&b, SEHUB_WIRE_A_SESSION, s->id.session);
	proto_put_bytes(&b, SEHUB_WIRE_A_TICKET, ticket,
			SEHUB_WIRE_TICKET_LEN);
	proto_put_u32(&b, SEHUB_WIRE_A_FEATURES, SEHUB_WIRE_F_OFFLOAD);
	proto_put_u32(&b, SEHUB_WIRE_A_KEEPALIVE, s->id.keepalive);
	proto_put_u32(&b, SEHUB_WIRE_A_DEAD_TIME, s->id.dead_time);
	proto_put_u32(&b, SEHUB_WIRE_A_GRACE, start->grace);
	if (start->peer_hub)
		proto_put_u64(&b, SEHUB_WIRE_A_HUB_ID, hub_id);
	len = proto_end(&b);
	start->greeting_len = len > 0 ? (size_t)len : 0;
}

/* Hands a session with its channel to a worker. */
static void hand_over(struct sessions *ss, struct server_session *s,
		      struct session_start *start, struct channel *ch)
{
	channel_take(ch, &start->parts);
	sessions_set_state(s, SERVER_STARTING);
	s->is_resuming = start->is_resume;
	s->ref = worker_start(ss->d->workers, start);
	if (!s->ref.serial && start->is_resume)
		sessions_set_state(s, SERVER_DETACHED);
	else if (!s->ref.serial)
		sessions_drop(ss, s);
	tls_wipe(start, sizeof(*start));
}

/* A login takes over the session that the same installation had. */
static int replace(struct sessions *ss, const struct session_request *req,
		   uint32_t *heir_of, struct refusal *why)
{
	struct server_session *old;

	old = sessions_find_client(ss, req->user->id, req->client_id);
	if (!old)
		return 0;
	/* Its port is just being made: nobody can tell its id yet. */
	if (old->state == SERVER_STARTING)
		return refuse(why, SEHUB_WIRE_CLOSE_BUSY,
			      "an earlier login is not finished, try again");
	*heir_of = sessions_replace(ss, old);
	return 0;
}

/* One that is taken over makes room for the new one. */
static int check_number(const struct sessions *ss,
			const struct session_request *req, struct refusal *why)
{
	const struct store_user *user = req->user;
	unsigned int count;

	if (!user->max_sessions)
		return 0;
	count = sessions_count_user(ss, user->id);
	if (sessions_find_client(ss, user->id, req->client_id))
		count--;
	if (count < user->max_sessions)
		return 0;
	refuse(why, SEHUB_WIRE_CLOSE_BUSY, "");
	snprintf(why->text, sizeof(why->text),
		 "the user has %u sessions, and may not have more", count);
	return -ECONNREFUSED;
}

/* The hub of a new session, which must be able to hold its user to the rules. */
static int find_hub(struct sessions *ss, uint16_t vlan,
		    struct session_start *start, struct kernel_hub *hub,
		    struct refusal *why)
{
	struct sehub_err err;
	int ret;

	ret = kernel_find_hub(ss->d->kernel, vlan, hub, &err);
	start->hub_ifindex = hub->ifindex;
	start->is_bridge = hub->is_bridge;
	if (!ret && start->is_bridge && start->has_policy &&
	    kernel_policy_needs_module(&start->policy)) {
		log_warn_limited("login vlan=%u error=\"the user's policy needs sehub.ko\"",
				 vlan);
		return refuse(why, SEHUB_WIRE_CLOSE_NO_HUB,
			      "the server cannot enforce the user's policy: sehub.ko is not loaded there");
	}
	if (!ret)
		return 0;
	log_warn_limited("login vlan=%u error=%s", vlan, LOG_QUOTED(err.text));
	refuse(why, SEHUB_WIRE_CLOSE_NO_HUB, "");
	if (ret == -ENODEV)
		snprintf(why->text, sizeof(why->text),
			 "hub %u does not exist at the server", vlan);
	else
		snprintf(why->text, sizeof(why->text),
			 "the server cannot reach its hubs: see its log");
	return -ECONNREFUSED;
}

/* Who the session is for, and what is agreed with the client. */
static void fill_id(struct sessions *ss, struct resume_server *id,
		    const struct session_request *req)
{
	const struct config *config = &ss->d->config;

	id->vlan = req->user->vlan;
	id->user_id = req->user->id;
	memcpy(id->client_id, req->client_id, sizeof(id->client_id));
	id->since = time(NULL);
	id->keepalive = agree(req->keepalive, config->keepalive_ms,
			      KEEPALIVE_MIN);
	id->dead_time = agree(req->dead_time, config->dead_time_ms,
			      DEAD_TIME_MIN);
	id->grace_max = req->grace_max;
	if (id->dead_time <= id->keepalive)
		id->dead_time = 2 * id->keepalive;
	make_name(ss, id->session, req->user->name);
	snprintf(id->user, sizeof(id->user), "%s", req->user->name);
	proto_text_copy(id->client_name, sizeof(id->client_name),
			(struct proto_bytes){ (const uint8_t *)req->client_name,
					      strlen(req->client_name) });
}

/* Whoever may join a hub of his own to this one brings all that is behind it. */
static int check_cascade(const struct session_request *req,
			 struct refusal *why)
{
	if (!req->peer_hub || req->user->cascade)
		return 0;
	return refuse(why, SEHUB_WIRE_CLOSE_DENIED,
		      "the user may not join a hub to this one: the server has to allow it with sehubctl user set --cascade on");
}

/* Where the port is no affair of sehub.ko it is known before it is made. */
static int prepare(struct sessions *ss, struct server_session *s,
		   struct session_start *start, struct refusal *why)
{
	struct sehub_err err;
	int ret;

	ret = kernel_prepare(ss->d->kernel, start, &err);
	if (ret == -ELOOP)
		return refuse(why, SEHUB_WIRE_CLOSE_LOOP,
			      "another session joins these two hubs already, or they are one");
	if (ret) {
		log_warn_limited("session-port session=%s error=%s",
			  s->id.session, LOG_QUOTED(err.text));
		return refuse(why, SEHUB_WIRE_CLOSE_BUSY,
			      "the server cannot make a port: see its log");
	}
	if (start->tap)
		s->port_id = start->port_id;
	return 0;
}

static struct server_session *add(struct sessions *ss,
				  const struct session_request *req,
				  uint8_t ticket[SEHUB_WIRE_TICKET_LEN],
				  struct refusal *why)
{
	struct server_session *s;

	if (ss->count >= ss->d->config.max_sessions) {
		refuse(why, SEHUB_WIRE_CLOSE_BUSY,
		       "the server has no room for another session");
		return NULL;
	}
	s = sessions_add(ss, req->client_id);
	if (s && !resume_ticket(ticket, s->id.ticket))
		return s;
	if (s)
		sessions_del(ss, s);
	refuse(why, SEHUB_WIRE_CLOSE_BUSY, "the server is out of memory");
	return NULL;
}

int sessions_open(struct sessions *ss, const struct session_request *req,
		  struct channel *ch, struct refusal *why)
{
	uint8_t ticket[SEHUB_WIRE_TICKET_LEN];
	struct session_start start = { .parts.fd = -1 };
	struct server_session *s;
	struct kernel_hub hub;
	int ret;

	start.has_policy = user_policy(req->user, req->client_id,
				       &start.policy);
	ret = check_cascade(req, why);
	if (!ret)
		ret = find_hub(ss, req->user->vlan, &start, &hub, why);
	if (!ret)
		ret = check_number(ss, req, why);
	if (!ret)
		ret = replace(ss, req, &start.heir_of, why);
	if (ret)
		return ret;
	s = add(ss, req, ticket, why);
	if (!s) {
		sessions_drop_port(ss, start.heir_of);
		return -ECONNREFUSED;
	}
	s->heir_of = start.heir_of;
	fill_id(ss, &s->id, req);
	fill_line(s, req, ch);
	fill_start(&start, s);
	s->expires = req->user->expires;
	start.grace = sessions_grace(ss, req->user, &s->id);
	start.queue_limit = ss->d->config.queue_limit;
	start.peer_hub = req->peer_hub;
	snprintf(start.port_name, sizeof(start.port_name), "%s",
		 s->id.session);
	start.cookie_len = resume_pack_server(start.cookie, ss->d->instance,
					      &s->id);
	build_attach(&start, s, ticket, hub.id);
	ret = prepare(ss, s, &start, why);
	if (ret)
		sessions_drop(ss, s);
	else
		hand_over(ss, s, &start, ch);
	tls_wipe(ticket, sizeof(ticket));
	if (req->user->expires)
		sessions_watch_expiry(ss);
	return ret;
}

/* Is the session's user still one, and allowed? On refusal the session ends. */
static int check_resume(struct sessions *ss, struct server_session *s,
			const char *address, struct refusal *why)
{
	struct store_user user;
	struct refusal other;

	if (store_user_get(ss->d->store, s->id.vlan, s->id.user, &user, NULL) ||
	    user.id != s->id.user_id)
		refuse(why, SEHUB_WIRE_CLOSE_DENIED,
		       "the user may not connect");
	else if (!user_may_resume(&user))
		refuse(why, SEHUB_WIRE_CLOSE_NO_SESSION,
		       "the user's sessions end with their connections");
	else if (user_may_connect(&user, address, time(NULL), why))
		return 0;
	else if (user_may_connect(&user, s->address, time(NULL), &other))
		/* The session stays for one who comes from the right place. */
		return -ECONNREFUSED;
	sessions_end(ss, s, why->code, why->text);
	return -ECONNREFUSED;
}

int sessions_resume(struct sessions *ss, const struct session_request *req,
		    struct channel *ch, struct refusal *why)
{
	struct session_start start = { .parts.fd = -1, .is_resume = true };
	uint8_t shown[RESUME_HASH_LEN];
	struct resume_server id;
	struct server_session *s;

	if (tls_sha256(req->ticket, SEHUB_WIRE_TICKET_LEN, shown))
		return refuse(why, SEHUB_WIRE_CLOSE_BUSY, "out of memory");
	s = sessions_find_ticket(ss, shown);
	if (!s || s->id.vlan != req->vlan)
		return refuse(why, SEHUB_WIRE_CLOSE_NO_SESSION,
			      "the session is not known any more");
	if (s->state == SERVER_STARTING)
		return refuse(why, SEHUB_WIRE_CLOSE_BUSY,
			      "an earlier attempt is not finished, try again");
	if (check_resume(ss, s, req->address, why))
		return -ECONNREFUSED;

	/* The client holds the ticket that it shows, and no newer one. */
	id = s->id;
	memcpy(id.old_ticket, shown, sizeof(id.old_ticket));
	id.has_old = true;
	id.resumes++;
	if (resume_ticket(start.ticket, id.ticket))
		return refuse(why, SEHUB_WIRE_CLOSE_BUSY, "out of memory");
	if (kernel_detach_port(ss->d->kernel, s->port_id, NULL) ||
	    sessions_set_cookie(ss, s, &id)) {
		/* The port's end is still on its way to us. */
		return refuse(why, SEHUB_WIRE_CLOSE_NO_SESSION,
			      "the session is not known any more");
	}
	s->id = id;
	worker_drop(ss->d->workers, s->ref);
	fill_line(s, req, ch);
	fill_start(&start, s);
	start.port_id = s->port_id;
	start.peer_rx = req->rx_count;
	start.peer_oldest = req->tx_oldest;
	if (prepare(ss, s, &start, why)) {
		sessions_set_state(s, SERVER_DETACHED);
		s->ref.serial = 0;
		return -ECONNREFUSED;
	}
	hand_over(ss, s, &start, ch);
	return 0;
}
