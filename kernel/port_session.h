/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports whose cable is a stream of records. */
#ifndef _SEHUB_PORT_SESSION_H
#define _SEHUB_PORT_SESSION_H

#include "forward.h"
#include "policy.h"
#include "port.h"
#include "core.h"

/**
 * struct sehub_session_config - what a request may set of a session port
 * @name: new name, or NULL
 * @fdb_max: most learned addresses
 * @grace: milliseconds
 * @queue_limit: bytes
 * @features: SEHUB_SESSION_FEATURE_*
 * @cookie: new cookie, or NULL
 * @cookie_len: its length
 * @policy: policy of a new port, or NULL
 * @peer_hub: of a new port, id of the hub at its other end; 0: none
 * @heir_of: of a new port, the session that it replaces, or NULL
 */
struct sehub_session_config {
	const char *name;
	u32 fdb_max;
	u32 grace;
	u32 queue_limit;
	u32 features;
	const u8 *cookie;
	u32 cookie_len;
	const struct sehub_policy_config *policy;
	u64 peer_hub;
	struct sehub_session *heir_of;
};

/**
 * struct sehub_session_resume - counts of a peer that resumes
 * @peer_rx: bytes that it received
 * @peer_oldest: number of the oldest byte that it holds
 * @has_rx: @peer_rx is known
 */
struct sehub_session_resume {
	u64 peer_rx;
	u64 peer_oldest;
	bool has_rx;
};

int sehub_session_module_init(void);
void sehub_session_module_exit(void);

struct sehub_session *
sehub_session_new(struct sehub_hub *hub,
		  const struct sehub_session_config *config,
		  struct netlink_ext_ack *extack);
void sehub_session_set(struct sehub_session *session,
		       const struct sehub_session_config *config);
void sehub_session_del(struct sehub_session *session, u32 reason);
void sehub_session_uninit(struct sehub_session *session);
struct sehub_session *sehub_session_find(u32 id);
struct sehub_session *sehub_session_find_name(struct sehub_hub *hub,
					      const char *name);
struct sehub_session *sehub_session_lookup(u32 id);
int sehub_session_attach(struct sehub_session *session, struct net *net,
			 u32 portid, const struct sehub_session_resume *resume,
			 struct netlink_ext_ack *extack);
int sehub_session_detach(struct sehub_session *session);
bool sehub_session_is_congested(struct sehub_session *session);
bool __sehub_session_is_congested(const struct sehub_session *session);
void __sehub_session_wake(struct sehub_session *session);
int sehub_session_queue(struct sehub_session *session,
			struct sehub_frame *frame);
int sehub_session_queue_own(struct sehub_session *session,
			    struct sehub_batch *batch,
			    const struct sk_buff *skb);

static inline void sehub_session_put(struct sehub_session *session)
{
	sehub_port_put(&session->port);
}

#endif /* _SEHUB_PORT_SESSION_H */
