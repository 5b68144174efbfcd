/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between packet_log.c (settings; main thread), packet_log_thread.c (events of
 * the kernel) and packet_log_line.c (frames in words).
 */
#ifndef SEHUB_TRANSPORTD_PACKET_LOG_IMPL_H
#define SEHUB_TRANSPORTD_PACKET_LOG_IMPL_H

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "log_writer.h"
#include "packet.h"
#include "packet_log.h"
#include "places.h"

/* Bits of enum sehub_packet_class. */
#define PACKET_LOG_CLASSES	9
#define PACKET_LOG_VLANS	4095

/**
 * struct packet_log_hub - what is logged of a hub
 * @masks: classes
 * @streams: log of each class, NULL: there was none yet
 * @ifindex: the thread's: hub that was told its classes when it came, 0: none
 */
struct packet_log_hub {
	struct packet_log_masks masks;
	struct log_stream *streams[PACKET_LOG_CLASSES];
	uint32_t ifindex;
};

/**
 * struct packet_log - packet logs
 * @writer: of the files
 * @store: settings
 * @lock: protects @hubs, their masks and streams, @count and @is_ending
 * @hubs: by number, NULL: nothing was ever logged
 * @count: of those that log something
 * @thread: reads frames
 * @is_running: it is there
 * @is_ending: it is to end
 * @wake: descriptor that tells it that @count or @is_ending is another
 */
struct packet_log {
	struct log_writer *writer;
	struct store *store;
	pthread_mutex_t lock;
	struct packet_log_hub *hubs[PACKET_LOG_VLANS];
	unsigned int count;
	pthread_t thread;
	bool is_running;
	bool is_ending;
	int wake;
};

/* A line without its time and bytes, with NUL. */
#define PACKET_LINE_MAX		1024
/* Bytes of the longest frame in hexadecimal digits, with NUL. */
#define PACKET_DATA_MAX		(2 * 65535 + 1)

/**
 * packet_line_format() - a frame in words
 * @packet: the frame
 * @in: name of the port that it came in by
 * @out: name of the port that it could not leave by, "": there is none
 * @line: where to put it
 * Return: @line: "event=frame hub=12 ...", without bytes.
 */
const char *packet_line_format(const struct sehub_packet *packet,
			       const char *in, const char *out,
			       char line[PACKET_LINE_MAX]);

/* " data=0123...", with the bytes that are at hand; Return: @data */
const char *packet_data_format(const struct sehub_packet *packet,
			       char data[PACKET_DATA_MAX + 8]);

/* With a struct packet_log; ends when packet_log_free() says so. */
void *packet_log_run(void *arg);

#endif /* SEHUB_TRANSPORTD_PACKET_LOG_IMPL_H */
