/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is inside a frame, found out a second time, to compare with. */
#ifndef SEHUB_FUZZ_INSPECT_RULES_H
#define SEHUB_FUZZ_INSPECT_RULES_H

#include "inspect.h"

bool inspect_rules(const u8 *frame, u32 len, u32 frame_len,
		   struct sehub_inspect *out);

#endif /* SEHUB_FUZZ_INSPECT_RULES_H */
