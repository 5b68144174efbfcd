// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A document was imported: sessions, connections, listeners and logs follow it.
 */
#include "state_change.h"

#include <string.h>

#include "client.h"
#include "control_admin.h"
#include "control_connection.h"
#include "daemon.h"
#include "hubs.h"
#include "listen.h"
#include "log.h"
#include "logs.h"
#include "packet_log.h"
#include "sessions_control.h"
#include "store.h"

static void on_user(void *ctx, const struct store_user *user, bool is_login)
{
	sessions_user_ops.changed(ctx, user);
	if (is_login)
		sessions_user_ops.revoked(ctx, user, USER_LOGIN);
}

/* One that was up comes up anew, as what it is now. */
static void on_connection(void *ctx, const char *name)
{
	struct store_connection now;
	struct daemon *d = ctx;
	struct store_error error;
	char why[256] = "";
	const char *last;

	if (clients_ops.state(d->clients, name, &last) == CONNECTION_DOWN)
		return;
	clients_ops.down(d->clients, name);
	if (store_connection_get(d->store, name, &now, &error)) {
		log_error("connection-up connection=%s error=%s", name,
			  LOG_QUOTED(error.text));
	} else {
		if (now.up && clients_ops.up(d->clients, &now, why,
					     sizeof(why)))
			log_warn("connection-up connection=%s error=%s",
				 name, LOG_QUOTED(why));
		store_connection_clear(&now);
	}
	control_connection_changed(d->control_connection, name);
}

/* What is there already stays as it is. */
static void on_hubs(void *ctx)
{
	struct daemon *d = ctx;

	hubs_restore(d->hubs);
}

static void on_listeners(void *ctx)
{
	struct daemon *d = ctx;

	listeners_reload(d->listeners);
}

static void on_admin(void *ctx, const char *by)
{
	struct daemon *d = ctx;

	control_admin_changed(d->control_admin, by);
}

static void on_logs(void *ctx, const char *by)
{
	struct daemon *d = ctx;
	struct store_error error;

	if (logs_reload(d->logs, by, &error))
		log_error("log-set error=%s", LOG_QUOTED(error.text));
}

static void on_packet_log(void *ctx, uint16_t vlan, const char *by)
{
	struct daemon *d = ctx;
	struct sehub_err err;

	if (packet_log_restore(d->packets, d->kernel, vlan, by, &err))
		log_error("log-hub-set vlan=%u error=%s", vlan,
			  LOG_QUOTED(err.text));
}

const struct state_ops state_change_ops = {
	.user = on_user,
	.connection = on_connection,
	.hubs = on_hubs,
	.listeners = on_listeners,
	.admin = on_admin,
	.logs = on_logs,
	.packet_log = on_packet_log,
};
