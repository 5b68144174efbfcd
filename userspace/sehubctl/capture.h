/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames into a pcapng file. Each port is an interface of it, "hub:port"; a
 * frame is inbound at the port that it came in by, or outbound at the one that
 * it could not leave by, and says in a comment what became of it.
 */
#ifndef SEHUB_CTL_CAPTURE_H
#define SEHUB_CTL_CAPTURE_H

#include <stdio.h>

#include "pcapng.h"
#include "places.h"

/**
 * struct capture - a file that is written
 * @file: file
 * @n_interfaces: interfaces so far
 * @time: of the last frame
 * @buf: the block that is being made
 */
struct capture {
	FILE *file;
	uint32_t n_interfaces;
	uint64_t time;
	uint8_t buf[PCAPNG_MAX];
};

/**
 * capture_open() - begin a file
 * @path: where, for the user alone; "-" is standard output
 * Return: the capture; NULL, with errno, if it cannot be written.
 */
struct capture *capture_open(const char *path);

/**
 * capture_frame() - write a frame
 * @capture: where to
 * @hub: its hub
 * @in: port that it came in by
 * @out: port that it could not leave by, or NULL
 * @packet: the frame
 */
void capture_frame(struct capture *capture, struct place_hub *hub,
		   struct place_port *in, struct place_port *out,
		   const struct sehub_packet *packet);

/**
 * capture_close() - write what is missing of each hub, and end the file
 * @capture: capture; NULL is allowed
 * @places: its hubs
 * Return: 0, or -errno if something could not be written to a file; standard
 * output is left to who ends the program.
 */
int capture_close(struct capture *capture, struct places *places);

#endif /* SEHUB_CTL_CAPTURE_H */
