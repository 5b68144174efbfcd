/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packet logs of hubs in files: a thread reads the frames that the kernel
 * logs, and leaves a line for each in the logs of its classes. Which classes a
 * hub has is in the store, and is told to the kernel whenever the hub comes, so
 * that a hub that is made anew is logged like the one before. The thread is
 * there from the first time that there is something to log, and rests while
 * there is nothing.
 */
#ifndef SEHUB_TRANSPORTD_PACKET_LOG_H
#define SEHUB_TRANSPORTD_PACKET_LOG_H

#include <stdint.h>

struct kernel;
struct log_writer;
struct packet_log;
struct sehub_err;
struct store;

/**
 * struct packet_log_masks - what a hub logs, SEHUB_PACKET_CLASS_*
 * @headers: a line for each frame
 * @whole: the same with all of its bytes
 */
struct packet_log_masks {
	uint32_t headers;
	uint32_t whole;
};

/**
 * packet_log_open() - begin to log what the store says
 * @log: made
 * @writer: of the files; outlives it
 * @store: outlives it
 * @err: filled on failure
 * Return: 0 or -errno. The module need not be there.
 */
int packet_log_open(struct packet_log **log, struct log_writer *writer,
		    struct store *store, struct sehub_err *err);
/* NULL is allowed. */
void packet_log_free(struct packet_log *log);

struct packet_log_masks packet_log_get(struct packet_log *log, uint16_t vlan);

/**
 * packet_log_set() - log other frames of a hub
 * @log: packet logs
 * @kernel: to tell it, if the hub is there
 * @vlan: the hub
 * @masks: what to log
 * @by: who wants it
 * @err: filled on failure
 * Return: 0 or -errno, and then nothing has changed: -ENOENT without the module.
 */
int packet_log_set(struct packet_log *log, struct kernel *kernel, uint16_t vlan,
		   const struct packet_log_masks *masks, const char *by,
		   struct sehub_err *err);

/*
 * packet_log_restore() - log of a hub what the store says, which somebody else
 * has changed
 *
 * Without the module, too: it is told when the hub comes. Return: 0 or -errno.
 */
int packet_log_restore(struct packet_log *log, struct kernel *kernel,
		       uint16_t vlan, const char *by, struct sehub_err *err);

#endif /* SEHUB_TRANSPORTD_PACKET_LOG_H */
