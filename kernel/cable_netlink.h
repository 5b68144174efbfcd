/* SPDX-License-Identifier: GPL-2.0-only */
/* A session's stream over netlink: buffers of records against credit. */
#ifndef _SEHUB_CABLE_NETLINK_H
#define _SEHUB_CABLE_NETLINK_H

#include "core.h"

int sehub_cable_xfer(struct sehub_session *session, struct net *net, u32 portid,
		     const u8 *records, u32 len, u32 credit,
		     struct netlink_ext_ack *extack);
void sehub_cable_answer_work(struct work_struct *work);
void sehub_cable_ack_work(struct work_struct *work);

#endif /* _SEHUB_CABLE_NETLINK_H */
