// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A TAP device as a session's port: who has it, its beginnings and ends, and
 * what it is at the moment. The lock is held for a burst of records at a time,
 * not for each; as one thread moves all frames of a port, only the main thread
 * ever waits for it, at beginnings and ends and to look.
 */
#include "tap_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

/* More than a device holds. */
#define DRAIN_MAX	65536

struct tap *tap_new(const struct sehub_tap *dev, void (*on_detach)(void *arg),
		    void *arg)
{
	struct tap *t = calloc(1, sizeof(*t));

	if (!t) {
		close(dev->fd);
		return NULL;
	}
	t->refs = 1;
	t->fd = dev->fd;
	t->ifindex = dev->ifindex;
	memcpy(t->ifname, dev->ifname, sizeof(t->ifname));
	t->on_detach = on_detach;
	t->arg = arg;
	pthread_mutex_init(&t->lock, NULL);
	sehub_txq_init(&t->txq);
	return t;
}

struct tap *tap_get(struct tap *t)
{
	atomic_fetch_add(&t->refs, 1);
	return t;
}

void tap_put(struct tap *t)
{
	if (!t || atomic_fetch_sub(&t->refs, 1) != 1)
		return;
	sehub_txq_purge(&t->txq);
	pthread_mutex_destroy(&t->lock);
	close(t->fd);
	free(t);
}

const char *tap_name(const struct tap *t)
{
	return t->ifname;
}

uint32_t tap_ifindex(const struct tap *t)
{
	return t->ifindex;
}

int tap_fd(const struct tap *t)
{
	return t->fd;
}

bool tap_take_news(struct tap *t)
{
	return atomic_exchange(&t->has_news, false);
}

static void tell(struct tap *t)
{
	atomic_store(&t->has_news, true);
	t->on_detach(t->arg);
}

/* --- beginning and end ---------------------------------------------------- */

static void disown(struct tap *t)
{
	t->owner = NULL;
	t->ack_due = false;
	t->pong_count = 0;
	t->detached_at = uv_hrtime();
}

static void end(struct tap *t)
{
	disown(t);
	sehub_txq_purge(&t->txq);
	t->id = 0;
	sehub_tap_set_carrier(t->fd, false);
}

/* What the host sent to a network that it was connected to before. */
static void drain(const struct tap *t)
{
	uint8_t start[64];
	unsigned int i;
	ssize_t len;

	/* The rest of a frame goes with its start. */
	for (i = 0; i < DRAIN_MAX; i++) {
		len = read(t->fd, start, sizeof(start));
		if (!len || (len < 0 && errno != EINTR))
			break;
	}
}

void tap_begin(struct tap *t, const struct tap_config *config)
{
	pthread_mutex_lock(&t->lock);
	end(t);
	drain(t);
	sehub_txq_init(&t->txq);
	t->id = config->id;
	t->grace = config->grace;
	t->queue_limit = config->queue_limit;
	t->peer_hub = config->peer_hub;
	t->attaches = 0;
	t->tx_again = 0;
	t->rx_count = 0;
	t->rx_acked = 0;
	t->rx_gap = 0;
	t->rx_frames = t->rx_bytes = t->tx_frames = t->tx_bytes = 0;
	memset(&t->drops, 0, sizeof(t->drops));
	pthread_mutex_unlock(&t->lock);
}

void tap_end(struct tap *t, uint32_t id)
{
	pthread_mutex_lock(&t->lock);
	if (t->id == id)
		end(t);
	pthread_mutex_unlock(&t->lock);
}

void tap_detach(struct tap *t)
{
	bool had_owner;

	pthread_mutex_lock(&t->lock);
	had_owner = t->owner;
	if (had_owner)
		disown(t);
	pthread_mutex_unlock(&t->lock);
	if (had_owner)
		tell(t);
}

void tap_leave(struct tap *t, const void *owner, bool is_end)
{
	bool had_owner;

	pthread_mutex_lock(&t->lock);
	had_owner = t->owner == owner;
	if (had_owner && is_end)
		end(t);
	else if (had_owner)
		disown(t);
	pthread_mutex_unlock(&t->lock);
	if (had_owner)
		tell(t);
}

void tap_look(struct tap *t)
{
	tell(t);
}

void tap_set_grace(struct tap *t, uint32_t grace)
{
	pthread_mutex_lock(&t->lock);
	t->grace = grace;
	pthread_mutex_unlock(&t->lock);
	tell(t);
}

void tap_read_state(struct tap *t, struct tap_state *state)
{
	struct sehub_port *port = &state->port;

	memset(state, 0, sizeof(*state));
	pthread_mutex_lock(&t->lock);
	port->kind = SEHUB_PORT_KIND_SESSION;
	port->state = t->owner ? SEHUB_PORT_STATE_UP :
				 SEHUB_PORT_STATE_DETACHED;
	port->hub_ifindex = t->ifindex;
	port->session.id = t->id;
	port->session.owner = t->owner ? 1 : 0;
	port->session.grace = t->grace;
	port->session.queue_limit = t->queue_limit;
	port->session.features = t->offload ? SEHUB_SESSION_FEATURE_OFFLOAD : 0;
	port->session.attaches = t->attaches;
	port->session.tx_count = t->txq.count;
	port->session.tx_sent = t->txq.sent;
	port->session.tx_acked = t->txq.acked;
	port->session.tx_again = t->tx_again;
	port->session.peer_hub = t->peer_hub;
	port->session.rx_count = t->rx_count;
	port->session.rx_gap = t->rx_gap;
	port->rx_frames = t->rx_frames;
	port->rx_bytes = t->rx_bytes;
	port->tx_frames = t->tx_frames;
	port->tx_bytes = t->tx_bytes;
	port->drops = t->drops;
	if (!t->owner)
		state->detached_ms = (uv_hrtime() - t->detached_at) / 1000000;
	pthread_mutex_unlock(&t->lock);
	if (!port->session.owner && state->detached_ms < port->session.grace)
		port->session.grace_left =
			port->session.grace - (uint32_t)state->detached_ms;
}

/* Goes on from what the peer has; -EINVAL if that cannot be. */
static int rewind_to(struct tap *t, const struct tap_resume *resume)
{
	uint64_t peer_rx = resume->peer_rx, again = t->txq.sent;

	/* A peer that has less than it acknowledged lost it for good. */
	if (peer_rx < t->txq.acked)
		peer_rx = t->txq.acked;
	if (sehub_txq_rewind(&t->txq, peer_rx))
		return -EINVAL;
	t->tx_again += again - t->txq.acked;
	if (resume->peer_oldest > t->rx_count) {
		t->rx_gap += resume->peer_oldest - t->rx_count;
		t->rx_count = resume->peer_oldest;
	}
	return 0;
}

int tap_attach(struct tap *t, const void *owner, uint32_t id, bool offload,
	       const struct tap_resume *resume, struct sehub_err *err)
{
	int ret = 0;

	pthread_mutex_lock(&t->lock);
	if (t->id != id)
		ret = sehub_err_set(err, ENOENT, "the port was deleted");
	else if (t->owner)
		ret = sehub_err_set(err, EBUSY, "the port has an owner");
	else if (resume && rewind_to(t, resume))
		ret = sehub_err_set(err, EINVAL,
				    "the peer says it has what is no count of records that were sent");
	if (!ret) {
		t->owner = owner;
		t->offload = offload;
		t->rx_acked = t->rx_count;
		t->attaches++;
		sehub_tap_set_offload(t->fd, offload);
		sehub_tap_set_carrier(t->fd, true);
	}
	pthread_mutex_unlock(&t->lock);
	return ret;
}
