/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames between their two forms, record and socket buffer. */
#ifndef _SEHUB_CONVERT_H
#define _SEHUB_CONVERT_H

#include "forward.h"

struct sk_buff *sehub_convert_skb(struct sehub_frame *frame);
struct sk_buff *sehub_convert_segs(struct sehub_frame *frame);
int sehub_convert_offload(struct sk_buff *skb, u8 *vnet);
void sehub_convert_put_vnet(u8 *vnet,
			    const struct sehub_frame_offload *offload);

#endif /* _SEHUB_CONVERT_H */
