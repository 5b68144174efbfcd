/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tap.c (beginnings and ends) and tap_frames.c (frames) share. */
#ifndef SEHUB_TRANSPORTD_TAP_IMPL_H
#define SEHUB_TRANSPORTD_TAP_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "pure.h"
#include "tap.h"

/* PINGs that wait for their answer; older ones are forgotten. */
#define PONG_BACKLOG	8

/**
 * struct tap - a device and its port
 * @refs: references
 * @fd: of the device
 * @ifindex: its index
 * @ifname: its name
 * @on_detach: see tap_new()
 * @arg: the same
 * @has_news: see tap_take_news()
 * @lock: guards all that follows
 * @id: of the port, 0: there is none
 * @owner: who has attached it, NULL: nobody
 * @detached_at: since when, or since its beginning, uv_hrtime()
 * @grace: milliseconds
 * @queue_limit: bytes
 * @peer_hub: id of the hub at the other end, 0: none
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
	atomic_bool has_news;

	pthread_mutex_t lock;
	uint32_t id;
	const void *owner;
	uint64_t detached_at;
	uint32_t grace;
	uint32_t queue_limit;
	uint64_t peer_hub;
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

#endif /* SEHUB_TRANSPORTD_TAP_IMPL_H */
