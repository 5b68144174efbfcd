/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server's side of a login, from an accepted connection to a session that
 * a worker carries. All of it nonblocking, before one deadline, and bounded in
 * number. Main thread only.
 */
#ifndef SEHUB_TRANSPORTD_LOGIN_H
#define SEHUB_TRANSPORTD_LOGIN_H

#include <sys/socket.h>

#include "daemon.h"

struct store_user;

/* NULL without memory. */
struct logins *logins_new(struct daemon *d);
/* Ends those under way; run the loop afterwards. NULL is allowed. */
void logins_free(struct logins *logins);

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
