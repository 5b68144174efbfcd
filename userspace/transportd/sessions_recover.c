// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions of the server that are found in the kernel: after a start, those of
 * the daemon before; after lost news, those that are still there.
 */
#include "sessions_impl.h"

#include <errno.h>
#include <stdlib.h>

#include "kernel.h"
#include "log.h"

/* While an earlier daemon is still ending, its ports are not free yet. */
#define RECOVER_MS	500
#define RECOVER_TRIES	20

static int recover_port(const struct sehub_port *port, void *arg)
{
	struct sessions *ss = arg;
	struct resume_server id;
	struct resume_client client;
	struct server_session *s;

	if (port->kind != SEHUB_PORT_KIND_SESSION ||
	    resume_unpack(port->session.cookie, port->session.cookie_len,
			  ss->d->instance, &id, &client) != RESUME_SERVER ||
	    sessions_find_port(ss, port->session.id))
		return 0;
	if (port->session.owner) {
		ss->found_owned = true;
		return 0;
	}
	s = sessions_add(ss, id.client_id);
	if (!s)
		return -ENOMEM;
	s->state = SERVER_DETACHED;
	s->id = id;
	s->port_id = port->session.id;
	s->port_number = port->number;
	sessions_begin_traffic(s, port);
	s->features = port->session.features;
	/* The user may have changed after the end of the daemon before. */
	s->is_stale = true;
	log_access(LOG_LEVEL_INFO, "session-recover session=%s vlan=%u user=%s port=%u grace-left-ms=%u",
		   s->id.session, s->id.vlan, LOG_QUOTED(s->id.user),
		   s->port_number, port->session.grace_left);
	return 0;
}

static void recover(struct sessions *ss)
{
	struct server_session *s, *next;
	struct sehub_err err;
	int ret;

	ss->found_owned = false;
	ret = kernel_list(ss->d->kernel, recover_port, ss, &err);
	if (ret && ret != -ENOENT)
		log_warn("session-recover error=%s", LOG_QUOTED(err.text));
	for (s = ss->list; s; s = next) {
		next = s->next;
		if (s->is_stale && s->port_id)
			sessions_refresh(ss, s);
	}
}

static void on_recover(uv_timer_t *timer)
{
	struct sessions *ss = timer->data;

	recover(ss);
	if (!ss->found_owned || ++ss->recover_tries >= RECOVER_TRIES)
		uv_timer_stop(timer);
}

void sessions_recover(struct sessions *ss)
{
	recover(ss);
	if (ss->found_owned)
		uv_timer_start(&ss->recover, on_recover, RECOVER_MS,
			       RECOVER_MS);
}

struct resync {
	const struct sessions *ss;
	uint32_t *ids;
	size_t count;
};

static int note_port(const struct sehub_port *port, void *arg)
{
	struct resync *resync = arg;
	uint32_t *ids;

	if (port->kind != SEHUB_PORT_KIND_SESSION ||
	    !sessions_find_port(resync->ss, port->session.id))
		return 0;
	ids = realloc(resync->ids, (resync->count + 1) * sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	resync->ids = ids;
	resync->ids[resync->count++] = port->session.id;
	return 0;
}

void sessions_resync(struct sessions *ss)
{
	struct resync resync = { .ss = ss };
	struct server_session *s, *next;
	size_t i;

	sessions_forget_ended(ss);
	if (!kernel_list(ss->d->kernel, note_port, &resync, NULL)) {
		for (s = ss->list; s; s = next) {
			next = s->next;
			for (i = 0; i < resync.count; i++)
				if (resync.ids[i] == s->port_id)
					break;
			if (s->state == SERVER_DETACHED &&
			    i == resync.count &&
			    !kernel_port_device(ss->d->kernel, s->port_id)) {
				sessions_log_end(ss, s, NULL, "kernel",
						 "the port is gone");
				/* its last word is lost */
				s->port_id = 0;
				sessions_del(ss, s);
			}
		}
	}
	free(resync.ids);
}
