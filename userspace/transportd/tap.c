// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A TAP device as a session's port. The lock is held for a burst of records at
 * a time, not for each; as one thread moves all frames of a port, only the main
 * thread ever waits for it, at beginnings and ends and to look.
 */
#include "tap.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include <uv.h>

#include "pure.h"
#include "tap_frame.h"

/* PINGs that wait for their answer; older ones are forgotten. */
#define PONG_BACKLOG	8
/* Records delivered before the lock is let go of. */
#define BURST		256
/* Frames read before other sessions of the worker have their turn. */
#define READS_MAX	256
/* More than a device holds. */
#define DRAIN_MAX	65536

/**
 * struct tap - a device and its port
 * @refs: references
 * @fd: of the device
 * @ifindex: its index
 * @ifname: its name
 * @on_detach: see tap_new()
 * @arg: the same
 * @lock: guards all that follows
 * @id: of the port, 0: there is none
 * @owner: who has attached it, NULL: nobody
 * @detached_at: since when, or since its beginning, uv_hrtime()
 * @grace: milliseconds
 * @queue_limit: bytes
 * @offload: the peer takes super-frames
 * @attaches: how often it got an owner
 * @txq: to the peer
 * @tx_again: bytes sent once more
 * @rx_count: bytes received
 * @rx_acked: bytes of them acknowledged
 * @rx_gap: bytes that the peer said are lost
 * @ack_due: acknowledge with the next output
 * @pong_count: number of @pongs
 * @pongs: to be answered
 * @rx_frames: frames given to the device
 * @rx_bytes: bytes of these
 * @tx_frames: frames read from the device
 * @tx_bytes: bytes of these
 * @drops: frames dropped, by reason
 */
struct tap {
	atomic_uint refs;
	int fd;
	uint32_t ifindex;
	char ifname[IFNAMSIZ];
	void (*on_detach)(void *arg);
	void *arg;

	pthread_mutex_t lock;
	uint32_t id;
	const void *owner;
	uint64_t detached_at;
	uint32_t grace;
	uint32_t queue_limit;
	bool offload;
	uint32_t attaches;
	struct sehub_txq txq;
	uint64_t tx_again;
	uint64_t rx_count;
	uint64_t rx_acked;
	uint64_t rx_gap;
	bool ack_due;
	unsigned int pong_count;
	uint8_t pongs[PONG_BACKLOG][SEHUB_WIRE_PING_LEN];
	uint64_t rx_frames;
	uint64_t rx_bytes;
	uint64_t tx_frames;
	uint64_t tx_bytes;
	struct sehub_drops drops;
};

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

	/* The rest of a frame goes with its start. */
	for (i = 0; i < DRAIN_MAX; i++)
		if (read(t->fd, start, sizeof(start)) < 0 && errno != EINTR)
			break;
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
		t->on_detach(t->arg);
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
		t->on_detach(t->arg);
}

void tap_set_grace(struct tap *t, uint32_t grace)
{
	pthread_mutex_lock(&t->lock);
	t->grace = grace;
	pthread_mutex_unlock(&t->lock);
	t->on_detach(t->arg);
}

uint32_t tap_id(struct tap *t)
{
	uint32_t id;

	pthread_mutex_lock(&t->lock);
	id = t->id;
	pthread_mutex_unlock(&t->lock);
	return id;
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

/* --- from the peer -------------------------------------------------------- */

static void drop(struct tap *t, unsigned int reason)
{
	t->drops.count[reason]++;
}

static void write_frame(struct tap *t, const uint8_t *header,
			const uint8_t *frame, size_t len)
{
	struct iovec iov[] = {
		{ (void *)header, SEHUB_TAP_HDR_LEN }, { (void *)frame, len },
	};

	if (writev(t->fd, iov, 2) < 0) {
		if (errno == EINVAL)
			drop(t, SEHUB_A_DROPS_MALFORMED);
		else if (errno == EIO || errno == EBADFD)
			drop(t, SEHUB_A_DROPS_PORT_DOWN);
		else
			drop(t, SEHUB_A_DROPS_NO_MEMORY);
		return;
	}
	t->rx_frames++;
	t->rx_bytes += len;
}

static void input_data(struct tap *t, const struct sehub_wire_rec *rec)
{
	uint8_t header[SEHUB_TAP_HDR_LEN] = { 0 };
	const uint8_t *frame = rec->payload;
	struct sehub_frame_offload offload;
	uint32_t len = rec->len;

	/* The record has arrived and counts, whatever becomes of the frame. */
	t->rx_count += rec->size;
	if (rec->type == SEHUB_WIRE_DATA_OFFLOAD) {
		frame += SEHUB_WIRE_VNET_LEN;
		len -= SEHUB_WIRE_VNET_LEN;
		if (sehub_frame_check_offload(frame, len, rec->payload,
					      &offload)) {
			drop(t, SEHUB_A_DROPS_MALFORMED);
			return;
		}
		tap_frame_put_header(header, &offload);
	}
	write_frame(t, header, frame, len);
}

static void input_ping(struct tap *t, const struct sehub_wire_rec *rec)
{
	if (t->pong_count == PONG_BACKLOG) {
		memmove(t->pongs[0], t->pongs[1],
			sizeof(t->pongs) - SEHUB_WIRE_PING_LEN);
		t->pong_count--;
	}
	memcpy(t->pongs[t->pong_count++], rec->payload, SEHUB_WIRE_PING_LEN);
}

static int input_record(struct tap *t, const struct sehub_wire_rec *rec,
			struct sehub_err *err)
{
	switch (rec->type) {
	case SEHUB_WIRE_DATA:
	case SEHUB_WIRE_DATA_OFFLOAD:
		input_data(t, rec);
		return 0;
	case SEHUB_WIRE_ACK:
		if (sehub_txq_ack(&t->txq, sehub_wire_get_u64(rec->payload)))
			return sehub_err_set(err, EINVAL,
					     "peer acknowledged what is not a count of records that were sent");
		return 0;
	case SEHUB_WIRE_PING:
		input_ping(t, rec);
		return 0;
	default:
		return 0;
	}
}

static int check_owner(const struct tap *t, const void *owner,
		       struct sehub_err *err)
{
	if (t->owner == owner)
		return 0;
	if (!t->id)
		return sehub_err_set(err, ENOENT, "the port was deleted");
	return sehub_err_set(err, ENOTCONN, "the port was taken away");
}

/* At most so many records; @done: their bytes. */
static int input_burst(struct tap *t, const uint8_t *records, size_t len,
		       size_t *done, struct sehub_err *err)
{
	struct sehub_wire_rec rec;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < BURST && *done < len; i++) {
		if (sehub_wire_parse(records + *done, len - *done, &rec))
			return sehub_err_set(err, EINVAL,
					     "length of a record is not allowed for its type");
		ret = input_record(t, &rec, err);
		*done += rec.size;
	}
	return ret;
}

int tap_input(struct tap *t, const void *owner, const uint8_t *records,
	      size_t len, struct sehub_err *err)
{
	size_t done = 0;
	int ret;

	do {
		pthread_mutex_lock(&t->lock);
		ret = check_owner(t, owner, err);
		if (!ret)
			ret = input_burst(t, records, len, &done, err);
		if (t->rx_count - t->rx_acked >= SEHUB_WIRE_ACK_BYTES)
			t->ack_due = true;
		pthread_mutex_unlock(&t->lock);
	} while (!ret && done < len);
	return ret;
}

/* --- to the peer ---------------------------------------------------------- */

static void append(struct tap *t, const uint8_t *header, const uint8_t *frame,
		   uint32_t len)
{
	uint8_t type = header ? SEHUB_WIRE_DATA_OFFLOAD : SEHUB_WIRE_DATA;
	uint32_t payload = len + (header ? SEHUB_WIRE_VNET_LEN : 0);
	uint8_t hdr[SEHUB_WIRE_HDR_LEN];

	if (sehub_txq_begin(&t->txq, SEHUB_WIRE_HDR_LEN + payload)) {
		drop(t, SEHUB_A_DROPS_NO_MEMORY);
		return;
	}
	sehub_wire_put_hdr(hdr, type, payload);
	sehub_txq_write(&t->txq, hdr, sizeof(hdr));
	if (header)
		sehub_txq_write(&t->txq, header, SEHUB_WIRE_VNET_LEN);
	sehub_txq_write(&t->txq, frame, len);
	sehub_txq_commit(&t->txq);
	t->tx_frames++;
	t->tx_bytes += len;
}

/* A frame as it was read, with the device's header in front. */
static void take_frame(struct tap *t, uint8_t *data, size_t len)
{
	uint8_t *frame = data + SEHUB_TAP_HDR_LEN, header[SEHUB_TAP_HDR_LEN];

	if (len < SEHUB_TAP_HDR_LEN + SEHUB_WIRE_FRAME_MIN) {
		drop(t, SEHUB_A_DROPS_MALFORMED);
		return;
	}
	len -= SEHUB_TAP_HDR_LEN;
	switch (tap_frame_judge(data, frame, len, t->offload, header)) {
	case TAP_FRAME_PLAIN:
		append(t, NULL, frame, (uint32_t)len);
		break;
	case TAP_FRAME_OFFLOAD:
		append(t, header, frame, (uint32_t)len);
		break;
	case TAP_FRAME_TOO_BIG:
		drop(t, SEHUB_A_DROPS_TOO_BIG);
		break;
	case TAP_FRAME_BAD:
		drop(t, SEHUB_A_DROPS_MALFORMED);
		break;
	}
}

static bool has_room(const struct tap *t)
{
	return sehub_txq_held(&t->txq) + SEHUB_WIRE_RECORD_MAX <=
		       t->queue_limit &&
	       sehub_txq_unsent(&t->txq) < SEHUB_CREDIT_MAX;
}

int tap_fill(struct tap *t, const void *owner, uint8_t *buffer)
{
	struct sehub_err err;
	unsigned int i;
	ssize_t n;
	int ret;

	pthread_mutex_lock(&t->lock);
	ret = check_owner(t, owner, &err);
	for (i = 0; !ret && i < READS_MAX && has_room(t); i++) {
		n = read(t->fd, buffer, TAP_BUFFER_SIZE);
		if (n >= 0)
			take_frame(t, buffer, (size_t)n);
		else if (errno == EAGAIN)
			break;
		else if (errno != EINTR)
			ret = -ENODEV;
	}
	pthread_mutex_unlock(&t->lock);
	/* The main thread finds out what became of the device. */
	if (ret == -ENODEV)
		t->on_detach(t->arg);
	return ret;
}

struct output {
	uint8_t *at;
	size_t left;
};

static void put_piece(void *arg, const void *data, uint32_t n)
{
	struct output *out = arg;

	memcpy(out->at, data, n);
	out->at += n;
	out->left -= n;
}

size_t tap_output(struct tap *t, const void *owner, uint8_t *buffer,
		  size_t size)
{
	struct output out = { buffer, size };
	unsigned int i;
	uint32_t n;

	pthread_mutex_lock(&t->lock);
	if (t->owner != owner) {
		pthread_mutex_unlock(&t->lock);
		return 0;
	}
	if (t->ack_due) {
		n = sehub_wire_put_ack(out.at, t->rx_count);
		out.at += n;
		out.left -= n;
		t->rx_acked = t->rx_count;
		t->ack_due = false;
	}
	for (i = 0; i < t->pong_count; i++) {
		n = sehub_wire_put_ping(out.at, SEHUB_WIRE_PONG, t->pongs[i]);
		out.at += n;
		out.left -= n;
	}
	t->pong_count = 0;
	sehub_txq_take(&t->txq, (uint32_t)out.left, put_piece, &out);
	pthread_mutex_unlock(&t->lock);
	return size - out.left;
}

bool tap_has_output(struct tap *t)
{
	bool has;

	pthread_mutex_lock(&t->lock);
	has = t->ack_due || t->pong_count || sehub_txq_unsent(&t->txq);
	pthread_mutex_unlock(&t->lock);
	return has;
}

bool tap_has_room(struct tap *t)
{
	bool has;

	pthread_mutex_lock(&t->lock);
	has = has_room(t);
	pthread_mutex_unlock(&t->lock);
	return has;
}

bool tap_owes_ack(struct tap *t, bool now)
{
	bool owes;

	pthread_mutex_lock(&t->lock);
	owes = t->rx_count != t->rx_acked;
	if (owes && now)
		t->ack_due = true;
	pthread_mutex_unlock(&t->lock);
	return owes;
}
