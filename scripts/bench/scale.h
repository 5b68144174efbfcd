/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the benchmark of large numbers share; see scale.c. */
#ifndef SEHUB_BENCH_SCALE_H
#define SEHUB_BENCH_SCALE_H

#include <stdbool.h>
#include <stdint.h>

#include "sock.h"
#include "stream.h"

/* Where instructions are counted one takes 2 ns. */
#define NS_PER_INSTRUCTION	2
/* Records of the shortest frames in one request. */
#define BLOCK			1000
#define BLOCK_BYTES		(BLOCK * 64)

/** begin(), instructions() - what has been executed since, by anybody */
void begin(void);
double instructions(void);
/** settle() - until what goes on in the background has been done */
void settle(void);
/** rest() - let so many seconds pass */
void rest(unsigned int seconds);
/** free_bytes() - of memory, without caches */
double free_bytes(void);
/** figure() - a result: of what, at which size, how much */
void figure(const char *metric, unsigned int size, double value);

/** ask() - a request in words as porttool has them, which must succeed */
void ask(struct sock *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** link_do() - a request to rtnetlink; whether it succeeds is seen later */
void link_do(struct sock *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** dump() - ask for everything and read it; Return: messages */
unsigned int dump(struct sock *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** session() - a new session port of a hub */
struct stream session(struct sock *s, const char *dev);
/** inject() - records from the peer of a session */
void inject(struct stream *t, const void *records, int len, uint32_t credit);
/** discard() - read what there is; Return: answers that were among it */
unsigned int discard(struct sock *s);
/** build() - a frame from words */
struct frame *build(const char *words);

/* scale_ports.c */
void scale_hubs(struct sock *s, unsigned int count);
void scale_ports(struct sock *s, unsigned int count);
void scale_devices(struct sock *s, unsigned int count);
void scale_broadcast(struct sock *s, unsigned int count);

/* scale_tables.c */
void scale_macs(struct sock *s, unsigned int count);
void scale_ips(struct sock *s, unsigned int count);
void scale_statics(struct sock *s, unsigned int count);

#endif /* SEHUB_BENCH_SCALE_H */
