/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sessions that this server has given out: connected ones, which a worker
 * carries, and detached ones, whose port waits in the kernel for the client to
 * come back with its ticket. Main thread only.
 */
#ifndef SEHUB_TRANSPORTD_SESSIONS_H
#define SEHUB_TRANSPORTD_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "daemon.h"
#include "proto.h"
#include "resume.h"
#include "user_rules.h"
#include "worker.h"

struct json_object;
struct sehub_policy;
struct sehub_port;
struct store_user;

#define SESSION_ADDRESS_MAX	64
#define SESSION_CIPHER_MAX	40
#define SESSION_CARRIER_MAX	16

/**
 * enum server_state - where a session stands
 * @SERVER_STARTING: a worker is getting its port
 * @SERVER_CONNECTED: frames pass
 * @SERVER_DETACHED: no line; the kernel counts its grace time
 */
enum server_state {
	SERVER_STARTING,
	SERVER_CONNECTED,
	SERVER_DETACHED,
};

/**
 * struct session_traffic - what sessions have carried, since their beginning or
 *	that of the daemon
 * @rx_bytes: of frames that came from clients
 * @tx_bytes: of frames for them
 * @rx_frames: these frames
 * @tx_frames: these frames
 * @lost_bytes: that clients could not send again
 * @again_bytes: that were sent again
 */
struct session_traffic {
	uint64_t rx_bytes;
	uint64_t tx_bytes;
	uint64_t rx_frames;
	uint64_t tx_frames;
	uint64_t lost_bytes;
	uint64_t again_bytes;
};

/**
 * struct server_session - one session
 * @next: list of all
 * @same_client: list of those whose client ids are in the same bucket
 * @state: see enum server_state
 * @ref: at its worker, unless detached
 * @is_resuming: this start is a resume
 * @id: what survives the daemon
 * @port_id: of its port, 0 until it is known
 * @port_number: in its hub
 * @features: what the client takes
 * @address: the client's, "" if not known any more
 * @addresses: those that the client has had in our time, by age; NULL: none
 * @listener: where its line came in last, 0: not known
 * @cipher: of its line, the same
 * @carrier: how the client says that its line is made, the same
 * @expires: when it has to end, seconds since the epoch; 0: never
 * @heir_of: port whose addresses its own will get, 0: of none
 * @is_stale: what its user may do is still to be applied to its port
 * @seen: what its port has counted, as far as that is in the sum of all
 */
struct server_session {
	struct server_session *next;
	LIST_ENTRY(server_session) same_client;
	enum server_state state;
	struct session_ref ref;
	bool is_resuming;
	struct resume_server id;
	uint32_t port_id;
	uint32_t port_number;
	uint32_t features;
	char address[SESSION_ADDRESS_MAX];
	struct json_object *addresses;
	uint32_t listener;
	char cipher[SESSION_CIPHER_MAX];
	char carrier[SESSION_CARRIER_MAX];
	int64_t expires;
	uint32_t heir_of;
	bool is_stale;
	struct session_traffic seen;
};

/**
 * struct session_request - a client that has logged in, or shows a ticket
 * @address: the client's
 * @listener: where it came in
 * @features: what it takes
 * @carrier: how it says that its line is made; none: it does not say
 * @user: for a new session: who logged in
 * @client_id: for a new session: SEHUB_WIRE_CLIENT_ID_LEN bytes
 * @client_name: for a new session: what the client says it is
 * @keepalive: for a new session: what the client wants, 0: nothing particular
 * @dead_time: the same
 * @grace_max: for a new session: milliseconds that it wants to be waited for at
 *	most
 * @peer_hub: for a new session: the client is a hub with this id, 0: it is none
 * @vlan: for a resume: the hub that it named
 * @ticket: for a resume: SEHUB_WIRE_TICKET_LEN bytes
 * @rx_count: for a resume: what it has
 * @tx_oldest: for a resume: what it can send again
 */
struct session_request {
	const char *address;
	uint32_t listener;
	uint32_t features;
	struct proto_bytes carrier;
	const struct store_user *user;
	const uint8_t *client_id;
	const char *client_name;
	uint32_t keepalive;
	uint32_t dead_time;
	uint32_t grace_max;
	uint64_t peer_hub;
	uint16_t vlan;
	const uint8_t *ticket;
	uint64_t rx_count;
	uint64_t tx_oldest;
};

/* NULL without memory. */
struct sessions *sessions_new(struct daemon *d);
/* Lets go of all, in the kernel nothing changes. NULL is allowed. */
void sessions_free(struct sessions *ss);

/* Take over the ports of a daemon that was here before us. */
void sessions_recover(struct sessions *ss);

/**
 * sessions_open() - begin a new session
 * @ss: sessions
 * @req: the client
 * @ch: its channel, taken on success
 * @why: filled on refusal
 * Return: 0, or -ECONNREFUSED with @why; then @ch is still the caller's.
 */
int sessions_open(struct sessions *ss, const struct session_request *req,
		  struct channel *ch, struct refusal *why);
/* Go on with a session; the same way. */
int sessions_resume(struct sessions *ss, const struct session_request *req,
		    struct channel *ch, struct refusal *why);

/* True if the event was about a session of ours. */
bool sessions_event(struct sessions *ss, const struct session_event *event);
/* True if the port was a session's of ours. */
bool sessions_port_deleted(struct sessions *ss, const struct sehub_port *port);
/* News of ports were lost. */
void sessions_resync(struct sessions *ss);

unsigned int sessions_count(const struct sessions *ss);
unsigned int sessions_count_user(const struct sessions *ss, int64_t user_id);
struct server_session *sessions_first(const struct sessions *ss);
struct server_session *sessions_find(const struct sessions *ss,
				     const char *name);
/* End a session for good: its client is told, its port is deleted. */
void sessions_end(struct sessions *ss, struct server_session *s, uint16_t code,
		  const char *text);
/* The same for all of a user. */
void sessions_end_user(struct sessions *ss, int64_t user_id, uint16_t code,
		       const char *text);

/* Of all, up to now; and what waits for them in queues. */
const struct session_traffic *sessions_traffic(struct sessions *ss,
					       uint64_t *queued);

const char *server_state_name(enum server_state state);
/* The client's, "-" if it is not known any more. */
const char *server_address(const struct server_session *s);

/* A user may do other things than before: its sessions, too. */
void sessions_user_changed(struct sessions *ss, const struct store_user *user);

#endif /* SEHUB_TRANSPORTD_SESSIONS_H */
