/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines for the journal, with what is in them as fields: SEHUB_EVENT,
 * SEHUB_USER, SEHUB_HUB, SEHUB_SESSION, SEHUB_ADDRESS, SEHUB_CONNECTION,
 * SEHUB_REASON.
 */
#ifndef SEHUB_TRANSPORTD_LOG_JOURNAL_H
#define SEHUB_TRANSPORTD_LOG_JOURNAL_H

#include <stdbool.h>

/* False if the journal does not take it, or this was built without it. */
bool log_journal_send(int priority, const char *text);

#endif /* SEHUB_TRANSPORTD_LOG_JOURNAL_H */
