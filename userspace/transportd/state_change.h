/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon does when a document was imported. */
#ifndef SEHUB_TRANSPORTD_STATE_CHANGE_H
#define SEHUB_TRANSPORTD_STATE_CHANGE_H

#include "control_state.h"

/* For control_state_register(), with the struct daemon. */
extern const struct state_ops state_change_ops;

#endif /* SEHUB_TRANSPORTD_STATE_CHANGE_H */
