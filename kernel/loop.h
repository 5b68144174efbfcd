/* SPDX-License-Identifier: GPL-2.0-only */
/* Loops of hubs that are joined by cascades, and what is done about them. */
#ifndef _SEHUB_LOOP_H
#define _SEHUB_LOOP_H

#include "forward.h"

/* sehub_loop_enter(): the frame was a probe and is taken care of. */
#define SEHUB_LOOP_TAKEN	(-1)
/* Probes of other hubs that are sent on from one port in a second. */
#define SEHUB_LOOP_BUDGET	1000

void sehub_loop_init(struct sehub_hub *hub);
void sehub_loop_uninit(struct sehub_hub *hub);
int sehub_loop_check_peer(struct sehub_hub *hub, u64 peer,
			  const struct sehub_session *old,
			  struct netlink_ext_ack *extack);
void sehub_loop_cascade_added(struct sehub_session *session);
void sehub_loop_cascade_up(struct sehub_session *session, unsigned long away);
void sehub_loop_soon(struct sehub_hub *hub);
void sehub_loop_changed(struct sehub_hub *hub);
void sehub_loop_cascade_deleted(struct sehub_session *session);
int sehub_loop_enter(struct sehub_frame *frame, const u8 *dst);

#endif /* _SEHUB_LOOP_H */
