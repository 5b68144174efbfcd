/* SPDX-License-Identifier: GPL-2.0-only */
/* Answering ARP and neighbour solicitation in the place of those asked for. */
#ifndef _SEHUB_SUPPRESS_H
#define _SEHUB_SUPPRESS_H

#include "forward.h"

bool sehub_suppress(struct sehub_frame *frame);

#endif /* _SEHUB_SUPPRESS_H */
