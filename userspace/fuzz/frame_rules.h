/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules for offload metadata a second time, to compare with. */
#ifndef SEHUB_FUZZ_FRAME_RULES_H
#define SEHUB_FUZZ_FRAME_RULES_H

#include "frame.h"

bool frame_rules_check(const u8 *frame, u32 len, const u8 *vnet,
		       struct sehub_frame_offload *out);

#endif /* SEHUB_FUZZ_FRAME_RULES_H */
