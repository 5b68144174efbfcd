// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Users and their sessions: a change of what a user may do reaches the sessions
 * that are there, and so does the end of the user's time.
 */
#include "sessions_impl.h"

#include <errno.h>
#include <time.h>

#include "kernel.h"
#include "log.h"
#include "store.h"

/* The clock may step: no longer than this until it is looked at again. */
#define EXPIRY_CHECK_MS	60000

uint32_t sessions_grace(const struct sessions *ss,
			const struct store_user *user,
			const struct resume_server *id)
{
	uint32_t grace = user->grace < 0 ? ss->d->config.grace_ms :
			 (uint32_t)user->grace;

	if (!user_may_resume(user))
		return 0;
	return grace < id->grace_max ? grace : id->grace_max;
}

/* --- changes -------------------------------------------------------------- */

/* Is it a cascade of somebody who may not have one any more? */
static bool joins_a_hub(const struct sessions *ss,
			const struct server_session *s)
{
	struct sehub_port port;

	return s->port_id &&
	       !kernel_get_port(ss->d->kernel, s->port_id, &port, NULL) &&
	       port.session.peer_hub;
}

static void apply(struct sessions *ss, struct server_session *s,
		  const struct store_user *user)
{
	uint32_t grace = sessions_grace(ss, user, &s->id);
	struct sehub_policy policy;
	struct sehub_err err;
	struct refusal why;
	int ret;

	if (!user_may_connect(user, s->address, time(NULL), &why)) {
		sessions_end(ss, s, why.code, why.text);
		return;
	}
	if (!user->cascade && joins_a_hub(ss, s)) {
		sessions_end(ss, s, SEHUB_WIRE_CLOSE_DENIED,
			     "the user may not join hubs any more");
		return;
	}
	s->expires = user->expires;
	s->is_stale = !s->port_id;
	if (s->is_stale)
		return;
	user_policy(user, s->id.client_id, &policy);
	ret = kernel_set_policy(ss->d->kernel, s->port_id, &policy, grace,
				&err);
	/* One that is away now hears of it when it is back. */
	if (!ret)
		worker_tell_grace(ss->d->workers, s->ref, grace);
	/* The end of a port that is gone is on its way to us. */
	if (!ret || ret == -ENOENT)
		return;
	log_error("session-policy session=%s error=%s", s->id.session,
		  LOG_QUOTED(err.text));
	sessions_end(ss, s, SEHUB_WIRE_CLOSE_BYE,
		     "what the user may do could not be set");
}

void sessions_user_changed(struct sessions *ss, const struct store_user *user)
{
	struct server_session *s, *next;

	for (s = ss->list; s; s = next) {
		next = s->next;
		if (s->id.user_id == user->id)
			apply(ss, s, user);
	}
	sessions_watch_expiry(ss);
}

void sessions_refresh(struct sessions *ss, struct server_session *s)
{
	struct store_user user;

	/* What cannot be said of the user any more is not allowed either. */
	if (store_user_get(ss->d->store, s->id.vlan, s->id.user, &user, NULL) ||
	    user.id != s->id.user_id)
		sessions_end(ss, s, SEHUB_WIRE_CLOSE_DENIED,
			     "the user may not connect");
	else
		apply(ss, s, &user);
	sessions_watch_expiry(ss);
}

/* --- expiry --------------------------------------------------------------- */

static void on_expiry(uv_timer_t *timer)
{
	struct sessions *ss = timer->data;
	struct server_session *s, *next;
	int64_t now = time(NULL);

	for (s = ss->list; s; s = next) {
		next = s->next;
		if (s->expires && s->expires <= now)
			sessions_end(ss, s, SEHUB_WIRE_CLOSE_DENIED,
				     "the user's time is over");
	}
	sessions_watch_expiry(ss);
}

void sessions_watch_expiry(struct sessions *ss)
{
	uint64_t wait = EXPIRY_CHECK_MS;
	const struct server_session *s;
	int64_t now = time(NULL);
	bool has_any = false;

	for (s = ss->list; s; s = s->next) {
		if (!s->expires)
			continue;
		has_any = true;
		if (s->expires <= now)
			wait = 0;
		else if (s->expires - now < (int64_t)wait / 1000)
			wait = (uint64_t)(s->expires - now) * 1000;
	}
	if (has_any)
		uv_timer_start(&ss->expiry, on_expiry, wait, 0);
	else
		uv_timer_stop(&ss->expiry);
}
