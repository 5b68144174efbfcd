/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module's pure files, which the daemon has too, with its names of types. */
#ifndef SEHUB_TRANSPORTD_PURE_H
#define SEHUB_TRANSPORTD_PURE_H

#include "records.h"

#include "frame.h"
#include "txq.h"

#endif /* SEHUB_TRANSPORTD_PURE_H */
