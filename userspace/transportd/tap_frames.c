// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The frames of a TAP device: records of the peer are written to it, and what
 * is read from it becomes records, in the egress queue until the peer has them.
 */
#include "tap_impl.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tap_frame.h"

/* Records delivered before the lock is let go of. */
#define BURST		256
/* Frames read before other sessions of the worker have their turn. */
#define READS_MAX	256

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
