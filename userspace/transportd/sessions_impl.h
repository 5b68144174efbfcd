/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sessions.c (the list), sessions_end.c (ends), sessions_open.c (beginnings),
 * sessions_user.c (what users may do) and sessions_recover.c (what an earlier
 * daemon left) share.
 */
#ifndef SEHUB_TRANSPORTD_SESSIONS_IMPL_H
#define SEHUB_TRANSPORTD_SESSIONS_IMPL_H

#include "events.h"
#include "sessions.h"

/* Each login looks for the session that its client had. */
#define SESSIONS_BUCKETS	4096

LIST_HEAD(sessions_clients, server_session);
/* Many can end at once, and of each the kernel has a last word to say. */
LIST_HEAD(sessions_ended, ended_port);

struct sessions {
	struct daemon *d;
	struct server_session *list;
	struct sessions_clients clients[SESSIONS_BUCKETS];
	unsigned int count;
	struct session_traffic traffic;
	struct sessions_ended ended[SESSIONS_BUCKETS];
	uv_timer_t recover;
	uv_timer_t expiry;
	unsigned int recover_tries;
	bool found_owned;
};

/* @client_id: SEHUB_WIRE_CLIENT_ID_LEN bytes. NULL without memory. */
struct server_session *sessions_add(struct sessions *ss,
				    const uint8_t *client_id);
void sessions_del(struct sessions *ss, struct server_session *s);
/* A port, if there is one: @id is not 0. */
void sessions_drop_port(struct sessions *ss, uint32_t id);
/* A session with its port, and with one that it was to replace. */
void sessions_drop(struct sessions *ss, struct server_session *s);
void sessions_set_state(struct server_session *s, enum server_state state);
/*
 * Ends a session for a newer one of the same client. Return: id of its port,
 * which has addresses to be handed over and no owner, or 0.
 */
uint32_t sessions_replace(struct sessions *ss, struct server_session *s);
/* Tells those who want to know; @by and @reason may be NULL. */
void sessions_tell(const struct sessions *ss, const struct server_session *s,
		   enum event_kind kind, const char *by, const char *reason);
/* Has the kernel keep @id with the session's port. */
int sessions_set_cookie(struct sessions *ss, const struct server_session *s,
			const struct resume_server *id);

/* NULL if there is none. */
struct server_session *sessions_find_port(const struct sessions *ss,
					  uint32_t id);
struct server_session *sessions_find_client(const struct sessions *ss,
					    int64_t user_id,
					    const uint8_t *id);
/* By the hash of the ticket given last, or of the one before. */
struct server_session *sessions_find_ticket(const struct sessions *ss,
					    const uint8_t *hash);

/* sessions_end.c */

/* The client's present address is one of those that it had. */
void sessions_note_address(struct server_session *s);
/*
 * Says that a session has ended, and what it was like: @port is its port as it
 * was last, NULL: as it is now.
 */
void sessions_log_end(const struct sessions *ss, const struct server_session *s,
		      const struct sehub_port *port, const char *who,
		      const char *text);

/* sessions_traffic.c */

/* A port that was there before us: what it has counted is in no sum of ours. */
void sessions_begin_traffic(struct server_session *s,
			    const struct sehub_port *port);
/* The session goes, and its port does so now or soon, or both are gone. */
void sessions_end_traffic(struct sessions *ss, struct server_session *s);
/* A port went: a session's, or one whose session has gone before it. */
void sessions_end_port(struct sessions *ss, struct server_session *s,
		       const struct sehub_port *port);
/* Nothing more will be heard of ports that went. */
void sessions_forget_ended(struct sessions *ss);

/* sessions_user.c */

/*
 * How long a session waits for its client, in milliseconds: what its user's
 * record says, and not longer than the client wants.
 */
uint32_t sessions_grace(const struct sessions *ss,
			const struct store_user *user,
			const struct resume_server *id);
/* What the store says of a session's user holds from now on; may end it. */
void sessions_refresh(struct sessions *ss, struct server_session *s);
/* Sets the timer for the next session that has to end. */
void sessions_watch_expiry(struct sessions *ss);

#endif /* SEHUB_TRANSPORTD_SESSIONS_IMPL_H */
