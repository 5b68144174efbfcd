/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stream of a session port, seen from its owner: buffers of records in,
 * answers out. What comes in answers is kept as frames and counted; two
 * streams can be joined as two daemons with a line between them would.
 */
#ifndef SEHUB_SELFTEST_STREAM_H
#define SEHUB_SELFTEST_STREAM_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

struct sock;

/* One answer, with its attributes. */
struct answer {
	struct answer *next;
	uint32_t len;
	uint8_t attrs[];
};

struct stream {
	struct stream *next;
	struct sock *sock;
	uint32_t id;
	uint64_t pos;		/* number of the next byte from the module */
	uint64_t ack;		/* what the last ACK from the module said */
	unsigned int answers;
	unsigned int acks;
	unsigned int pongs;
	unsigned int data;
	unsigned int offload;
	bool credited;
	uint32_t automatic;	/* credit that is granted again and again */
	bool auto_ack;
	struct stream *joined;
	struct inbox inbox;
	struct answer *queue;
};

struct stream *stream_find(struct sock *s, uint32_t id);
void stream_free_all(struct sock *s);
/** stream_owned() - take note of a port that was made or attached */
void stream_owned(struct sock *s);
/** stream_receive() - an answer to xfer came */
void stream_receive(struct sock *s, const struct nlmsghdr *nlh);

/**
 * stream_exchange() - one xfer request
 * Return: 0 or -errno of the sending; a refusal comes as a message.
 */
int stream_exchange(struct stream *t, const void *records, uint32_t len,
		    uint32_t credit);
/** stream_settle() - receive and acknowledge all there is; false: not in time */
bool stream_settle(struct stream *t);

/** stream_frame() - give a frame a name; @count 0 forgets it */
int stream_frame(const char *name, char **words, int count);
/** stream_named() - the frame of a name, or NULL */
const struct frame *stream_named(const char *name);
/** stream_vnet() - change the offload metadata of a named frame */
int stream_vnet(const char *name, char **words, int count);

/** stream_command() - obey "S VERB ID ..."; false: it is no such verb */
bool stream_command(struct sock *s, int argc, char **argv);

/* judge.c */

/** judge_command() - "ID2 FRAME": what becomes of a frame */
int judge_command(struct stream *t, int argc, char **argv);

/* record.c */

#define RECORDS_ROOM	(70 * 1024)

/**
 * record_build() - records from words, into @buf of RECORDS_ROOM bytes
 *
 * data:F[:N] offload:F[:N]	N records with the frame named F
 * burst:F:N			N records, with source addresses in succession
 * sweep:F:N:OFFSET:FIRST	N records, with numbers in the bytes at OFFSET
 * crowd:F:N:FIRST:PARTS	N records, as of the hosts FIRST and up: see
 *				record_crowd()
 * ack:N ping:HEX pong:HEX rec:TYPE:HEX fill:TYPE:LEN hdr:TYPE:LEN hex:HEX
 * Return: length, or -1.
 */
int record_build(uint8_t *buf, char **words, int count);

/**
 * record_crowd() - records of many hosts, into @buf of RECORDS_ROOM bytes
 * @frame: what each of them sends, without a tag
 * @count: hosts, one record of each
 * @first: number of the first one
 * @parts: where the numbers go, as the last three bytes: "s" the source, "d"
 *	the destination, from the last number to the first, "i" the IPv4 address
 *	of the sender, and its MAC address inside of ARP
 * Return: length, or -1.
 */
int record_crowd(uint8_t *buf, const struct frame *frame, unsigned int count,
		 unsigned int first, const char *parts);
/** record_put() - one record with a frame, DATA_OFFLOAD if it needs that */
int record_put(uint8_t *buf, const struct frame *frame);

struct record {
	uint8_t type;
	uint32_t len;
	const uint8_t *payload;
};

/** record_next() - take a record off a buffer; false at its end */
bool record_next(const uint8_t **p, int *left, struct record *rec);
struct frame *record_frame(const struct record *rec);
void record_print(const struct record *rec);
uint64_t record_number(const struct record *rec);

#endif
