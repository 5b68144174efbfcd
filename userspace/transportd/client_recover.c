// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connections after a start of the daemon: those whose sessions wait in the
 * kernel go on, those that were up come up, those that are automatic begin.
 */
#include "client_impl.h"

#include <errno.h>
#include <stdlib.h>

#include "kernel.h"
#include "log.h"
#include "port.h"

/* While an earlier daemon is still ending, its ports are not free yet. */
#define RECOVER_MS	500
#define RECOVER_TRIES	20


void client_adopt(struct client *c, uint32_t port_id,
		  const struct resume_client *session)
{
	c->has_session = true;
	c->port_id = port_id;
	c->session = *session;
}

static void recover_session(struct clients *cs, const struct sehub_port *port,
			    const struct resume_client *session)
{
	struct daemon *d = cs->d;
	struct store_connection sc;
	struct client *c;

	if (store_connection_get(d->store, session->connection, &sc, NULL))
		return;
	c = client_find(cs, sc.name);
	if (sc.id != session->connection_id || (!sc.up && !sc.auto_up)) {
		/* Nobody will come for it, and its name is in the way. */
		kernel_delete_port(d->kernel, port->session.id, NULL);
	} else if (!c || !c->port_id) {
		if (!c)
			c = client_new(cs, &sc);
		if (c) {
			log_info("connection-recover connection=%s session=%s grace-left-ms=%u",
				 c->name, session->session,
				 port->session.grace_left);
			client_stop_attempt(c);
			client_adopt(c, port->session.id, session);
			client_try_now(c);
		}
	}
	store_connection_clear(&sc);
}

/* A port that was found; requests are not made from inside the list. */
struct found {
	struct found *next;
	struct sehub_port port;
	struct resume_client session;
};

struct search {
	struct clients *cs;
	struct found *list;
};

static int find_port(const struct sehub_port *port, void *arg)
{
	struct search *search = arg;
	struct clients *cs = search->cs;
	struct resume_server server;
	struct resume_client session;
	struct found *found;

	if (port->kind != SEHUB_PORT_KIND_SESSION ||
	    resume_unpack(port->session.cookie, port->session.cookie_len,
			  cs->d->instance, &server, &session) != RESUME_CLIENT)
		return 0;
	if (port->session.owner) {
		cs->found_owned = true;
		return 0;
	}
	found = malloc(sizeof(*found));
	if (!found)
		return -ENOMEM;
	found->port = *port;
	found->session = session;
	found->next = search->list;
	search->list = found;
	return 0;
}

static void recover(struct clients *cs)
{
	struct search search = { .cs = cs };
	struct found *found;
	struct sehub_err err;
	int ret;

	cs->found_owned = false;
	ret = kernel_list(cs->d->kernel, find_port, &search, &err);
	if (ret && ret != -ENOENT)
		log_warn("connection-recover error=%s", LOG_QUOTED(err.text));
	while ((found = search.list)) {
		search.list = found->next;
		recover_session(cs, &found->port, &found->session);
		tls_wipe(found, sizeof(*found));
		free(found);
	}
}

static void on_recover(uv_timer_t *timer)
{
	struct clients *cs = timer->data;

	recover(cs);
	if (!cs->found_owned || ++cs->recover_tries >= RECOVER_TRIES)
		uv_timer_stop(timer);
}

/* What it was up with, which does not outlive the machine's end. */
static bool has_place(const struct clients *cs,
		      const struct store_connection *sc)
{
	struct kernel_hub hub;

	if (sc->hub)
		return !kernel_find_hub(cs->d->kernel, sc->hub, &hub, NULL);
	return kernel_has_card(cs->d->kernel, sc->device);
}

static int begin_wanted(void *arg, const struct store_connection *sc)
{
	struct clients *cs = arg;
	struct client *c;

	if (client_find(cs, sc->name) ||
	    !(sc->auto_up || (sc->up && has_place(cs, sc))))
		return 0;
	c = client_new(cs, sc);
	if (!c)
		return -ENOMEM;
	log_info("connection-up connection=%s %s", c->name, c->place);
	client_try_now(c);
	return 0;
}

void clients_begin(struct clients *cs)
{
	struct store_error err;

	recover(cs);
	if (store_connection_list(cs->d->store, begin_wanted, cs, &err))
		log_error("connections error=%s", LOG_QUOTED(err.text));
	if (cs->found_owned)
		uv_timer_start(&cs->recover, on_recover, RECOVER_MS,
			       RECOVER_MS);
}
