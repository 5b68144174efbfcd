/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server's side of a login, from an accepted connection to a session that
 * a worker carries. All of it nonblocking, before one deadline, and bounded in
 * number. Main thread only.
 */
#ifndef SEHUB_TRANSPORTD_LOGIN_H
#define SEHUB_TRANSPORTD_LOGIN_H

#include <stdint.h>
#include <sys/socket.h>

#include <linux/sehub_wire.h>

#include "daemon.h"

struct store_user;

/* Codes of CLOSE that there are. */
#define LOGIN_CODES	(SEHUB_WIRE_CLOSE_LOOP + 1)

/**
 * struct login_counts - how logins went, for figures
 * @failed: refused, by what the client was told
 * @max_logins: turned away, as there were too many
 * @max_logins_source: the same from one source
 * @login_failures: the same, as too many of one source had failed
 * @lost: ended before they were done
 */
struct login_counts {
	uint64_t failed[LOGIN_CODES];
	uint64_t max_logins;
	uint64_t max_logins_source;
	uint64_t login_failures;
	uint64_t lost;
};

/* NULL without memory. */
struct logins *logins_new(struct daemon *d);
/* Ends those under way; run the loop afterwards. NULL is allowed. */
void logins_free(struct logins *logins);

const struct login_counts *logins_counts(const struct logins *logins);
/* How many have not logged in yet. */
unsigned int logins_pending(const struct logins *logins);

/*
 * The user changed: logins that began before are sent away, to begin again with
 * what holds now.
 */
void logins_user_changed(struct logins *logins, const struct store_user *user);

/*
 * A connection was accepted by a listener; @fd is taken over, and closed if it
 * is refused. The listener is told what becomes of it.
 */
void login_begin(struct logins *logins, int fd, const struct sockaddr *addr,
		 uint32_t listener);

#endif /* SEHUB_TRANSPORTD_LOGIN_H */
