// SPDX-License-Identifier: GPL-2.0-or-later
/* Packet logs: settings, and the thread's beginning and end; main thread. */
#include "packet_log_impl.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "err.h"
#include "kernel.h"
#include "log.h"
#include "log_words.h"
#include "store.h"

/* With the lock: the log of each class that is on is there, and no other is. */
static int set_streams(struct packet_log *log, uint16_t vlan,
		       struct packet_log_hub *hub,
		       const struct packet_log_masks *masks)
{
	uint32_t classes = masks->headers | masks->whole;
	char name[32];

	for (unsigned int bit = 0; bit < PACKET_LOG_CLASSES; bit++) {
		if (hub->streams[bit] || !(classes & 1U << bit))
			continue;
		snprintf(name, sizeof(name), "%s.log",
			 sehub_packet_class_name(bit));
		hub->streams[bit] = log_writer_add(log->writer, vlan, name);
		if (!hub->streams[bit])
			return -ENOMEM;
	}
	for (unsigned int bit = 0; bit < PACKET_LOG_CLASSES; bit++)
		if (hub->streams[bit])
			log_stream_set_on(hub->streams[bit],
					  classes & 1U << bit);
	return 0;
}

static bool is_on(const struct packet_log_masks *masks)
{
	return masks->headers | masks->whole;
}

/* Takes the masks of a hub as they are now. */
static int put_masks(struct packet_log *log, uint16_t vlan,
		     const struct packet_log_masks *masks)
{
	struct packet_log_hub *hub;
	int err = 0;

	pthread_mutex_lock(&log->lock);
	hub = log->hubs[vlan];
	if (!hub && is_on(masks))
		hub = log->hubs[vlan] = calloc(1, sizeof(*hub));
	if (hub)
		err = set_streams(log, vlan, hub, masks);
	else if (is_on(masks))
		err = -ENOMEM;
	if (!err && hub) {
		log->count += is_on(masks);
		log->count -= is_on(&hub->masks);
		hub->masks = *masks;
	}
	pthread_mutex_unlock(&log->lock);
	return err;
}

/* The thread, if there is something to do for it and it is not there. */
static int start(struct packet_log *log)
{
	sigset_t all, before;
	int err;

	if (log->is_running || !log->count)
		return 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&log->thread, NULL, packet_log_run, log);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	log->is_running = !err;
	return -err;
}

/* It may be waiting for the kernel, which is nothing to wait for in turn. */
static void wake(struct packet_log *log)
{
	uint64_t one = 1;

	if (write(log->wake, &one, sizeof(one)) != sizeof(one))
		log_error("packet-log error=\"cannot wake the thread\"");
}

/* The thread does as the hubs' masks are now. */
static int settle(struct packet_log *log)
{
	if (!log->is_running)
		return start(log);
	wake(log);
	return 0;
}

static void stop(struct packet_log *log)
{
	if (!log->is_running)
		return;
	pthread_mutex_lock(&log->lock);
	log->is_ending = true;
	pthread_mutex_unlock(&log->lock);
	wake(log);
	pthread_join(log->thread, NULL);
	log->is_running = false;
}

static int take_stored(void *arg, uint16_t vlan, const char *packets)
{
	struct packet_log_masks masks = { 0 };
	struct sehub_err err;

	if (sehub_log_parse(packets, &masks.headers, &masks.whole, &err)) {
		log_error("log-hub vlan=%u error=%s", vlan,
			  LOG_QUOTED(err.text));
		return 0;
	}
	return put_masks(arg, vlan, &masks);
}

int packet_log_open(struct packet_log **logp, struct log_writer *writer,
		    struct store *store, struct sehub_err *err)
{
	struct packet_log *log = calloc(1, sizeof(*log));
	struct store_error error = { "out of memory" };
	int ret;

	*logp = log;
	if (!log)
		return sehub_err_errno(err, ENOMEM, "packet logs");
	pthread_mutex_init(&log->lock, NULL);
	log->writer = writer;
	log->store = store;
	log->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (log->wake < 0)
		return sehub_err_errno(err, errno, "packet logs");
	ret = store_log_hub_list(store, take_stored, log, &error);
	if (ret)
		return sehub_err_set(err, ret, "%s", error.text);
	ret = start(log);
	return ret ? sehub_err_errno(err, ret, "packet logs") : 0;
}

void packet_log_free(struct packet_log *log)
{
	if (!log)
		return;
	stop(log);
	if (log->wake >= 0)
		close(log->wake);
	for (unsigned int i = 0; i < PACKET_LOG_VLANS; i++)
		free(log->hubs[i]);
	pthread_mutex_destroy(&log->lock);
	free(log);
}

struct packet_log_masks packet_log_get(struct packet_log *log, uint16_t vlan)
{
	struct packet_log_masks masks = { 0 };

	pthread_mutex_lock(&log->lock);
	if (log->hubs[vlan])
		masks = log->hubs[vlan]->masks;
	pthread_mutex_unlock(&log->lock);
	return masks;
}

/* What the kernel and the store have been told. */
static int take(struct packet_log *log, uint16_t vlan,
		const struct packet_log_masks *masks, const char *by,
		struct sehub_err *err)
{
	char words[SEHUB_LOG_STRLEN];
	int ret;

	ret = put_masks(log, vlan, masks);
	if (!ret)
		ret = settle(log);
	if (ret)
		return sehub_err_errno(err, ret, "packet logs");
	log_admin("log-hub-set vlan=%u packets=%s by=%s", vlan,
		  sehub_log_format(masks->headers, masks->whole, words), by);
	return 0;
}

int packet_log_set(struct packet_log *log, struct kernel *kernel, uint16_t vlan,
		   const struct packet_log_masks *masks, const char *by,
		   struct sehub_err *err)
{
	struct packet_log_masks before = packet_log_get(log, vlan);
	char words[SEHUB_LOG_STRLEN];
	struct store_error error;
	int ret;

	ret = kernel_set_log(kernel, vlan, masks->headers, masks->whole, err);
	/* It is told when it comes; and nothing is to be logged without it. */
	if (ret == -ENODEV || (ret == -ENOENT && !is_on(masks)))
		ret = 0;
	if (ret)
		return ret;
	ret = store_log_hub_set(log->store, vlan,
				sehub_log_format(masks->headers, masks->whole,
						 words), &error);
	if (ret) {
		kernel_set_log(kernel, vlan, before.headers, before.whole,
			       NULL);
		return sehub_err_set(err, ret, "%s", error.text);
	}
	return take(log, vlan, masks, by, err);
}

int packet_log_restore(struct packet_log *log, struct kernel *kernel,
		       uint16_t vlan, const char *by, struct sehub_err *err)
{
	struct packet_log_masks masks = { 0 };
	char words[SEHUB_LOG_STRLEN] = "none";
	struct store_error error;
	int ret;

	ret = store_log_hub_get(log->store, vlan, words, &error);
	if (ret && ret != -ENOENT)
		return sehub_err_set(err, ret, "%s", error.text);
	ret = sehub_log_parse(words, &masks.headers, &masks.whole, err);
	if (ret)
		return ret;
	ret = kernel_set_log(kernel, vlan, masks.headers, masks.whole, err);
	if (ret && ret != -ENODEV && ret != -ENOENT)
		return ret;
	return take(log, vlan, &masks, by, err);
}
