// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames into a pcapng file; see capture.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"

#ifndef SEHUB_VERSION
#define SEHUB_VERSION	"unknown"
#endif

/* Who reads the file can read what others say to each other. */
static FILE *open_file(const char *path)
{
	FILE *file;
	int fd;

	if (!strcmp(path, "-"))
		return stdout;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return NULL;
	file = fdopen(fd, "w");
	if (!file)
		close(fd);
	return file;
}

static void write_block(struct capture *capture, size_t len)
{
	fwrite(capture->buf, 1, len, capture->file);
}

struct capture *capture_open(const char *path)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	int err;

	if (!capture)
		return NULL;
	capture->file = open_file(path);
	if (!capture->file)
		goto err_free;
	write_block(capture, pcapng_section(capture->buf,
					    "sehubctl " SEHUB_VERSION));
	if (!fflush(capture->file))
		return capture;
	err = errno;
	if (capture->file != stdout)
		fclose(capture->file);
	errno = err;
err_free:
	free(capture);
	return NULL;
}

static uint32_t interface_of(struct capture *capture,
			     const struct place_hub *hub,
			     struct place_port *port)
{
	char name[sizeof(hub->name) + sizeof(port->name) + 1];

	if (!port->interface) {
		snprintf(name, sizeof(name), "%s:%s", hub->name, port->name);
		write_block(capture, pcapng_interface(capture->buf, name));
		port->interface = ++capture->n_interfaces;
	}
	return port->interface;
}

static void say_verdict(char *buf, size_t size, const struct place_port *in,
			const struct place_port *out,
			const struct sehub_packet *packet)
{
	const char *reason = sehub_drops_name(packet->reason);

	if (!packet->reason)
		snprintf(buf, size, "verdict=passed port=%s", in->name);
	else
		snprintf(buf, size, "verdict=blocked reason=%s port=%s%s%s",
			 reason ? reason : "unknown", in->name,
			 out ? " out-port=" : "", out ? out->name : "");
}

void capture_frame(struct capture *capture, struct place_hub *hub,
		   struct place_port *in, struct place_port *out,
		   const struct sehub_packet *packet)
{
	struct pcapng_packet frame = {
		.time = packet->time,
		.data = packet->data,
		.data_len = packet->data_len,
		.length = packet->length,
		.is_outbound = out,
		.dropped = hub->lost_unwritten,
	};
	char comment[PCAPNG_TEXT_MAX + 1];

	hub->interface = interface_of(capture, hub, out ? out : in);
	hub->lost_unwritten = 0;
	frame.interface = hub->interface - 1;
	say_verdict(comment, sizeof(comment), in, out, packet);
	frame.comment = comment;
	capture->time = packet->time;
	write_block(capture, pcapng_frame(capture->buf, &frame));
}

static void write_lost(struct place_hub *hub, void *arg)
{
	struct capture *capture = arg;

	if (hub->lost && hub->interface)
		write_block(capture, pcapng_statistics(capture->buf,
						       hub->interface - 1,
						       capture->time,
						       hub->lost));
}

int capture_close(struct capture *capture, struct places *places)
{
	bool is_broken;
	int err = 0;

	if (!capture)
		return 0;
	places_each_hub(places, write_lost, capture);
	if (capture->file != stdout) {
		is_broken = ferror(capture->file);
		errno = 0;
		if (fclose(capture->file))
			err = -errno;
		else if (is_broken)
			err = -EIO;
	}
	free(capture);
	return err;
}
