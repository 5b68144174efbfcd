// SPDX-License-Identifier: GPL-2.0-or-later
/* Many addresses in one hub; see scale.c. */
#include <err.h>
#include <stdlib.h>

#include <linux/sehub.h>

#include "clock.h"
#include "scale.h"
#include "tally.h"

/* Frames of a measurement, if the table is smaller. */
#define FRAMES		100000
/* Time in which ageing goes over a table six times. */
#define AGEING_SECONDS	60
#define AGEING_RUNS	6
/* Time after which all of a table is older than the shortest ageing time. */
#define OLD_SECONDS	3
/* Addresses that go for their age in a second, at least. */
#define EXPIRE_RATE	100000
/* Buffers of a dump between two changes, and addresses that change then. */
#define CHURN_BUFFERS	16
#define CHURN		100

/* Hosts are behind two ports, so that frames can go from one to the other. */
#define HOST_A		"src=02:00:01:00:00:00"
#define HOST_B		"src=02:00:02:00:00:00"
#define TO_A		" dst=02:00:01:00:00:00"
#define TO_B		" dst=02:00:02:00:00:00"

static uint8_t buf[RECORDS_ROOM];

/*
 * Frames of as many hosts, one of each, each round again; returns how many
 * instructions each took, less the time to make them up.
 */
static double frames(struct stream *t, const struct frame *frame,
		     unsigned int hosts, const char *parts, unsigned int rounds)
{
	unsigned int block = hosts < BLOCK ? hosts : BLOCK;
	uint64_t start, sum = 0;
	int len;

	for (unsigned int round = 0; round < rounds; round++) {
		for (unsigned int at = 0; at + block <= hosts; at += block) {
			len = record_crowd(buf, frame, block, at, parts);
			start = clock_now();
			inject(t, buf, len, 0);
			sum += clock_now() - start;
		}
	}
	return (double)sum / NS_PER_INSTRUCTION / rounds /
	       (hosts / block * block);
}

/* The same from one session to another, until its owner has them. */
static double carried(struct stream *from, struct stream *to,
		      const struct frame *frame, unsigned int hosts)
{
	unsigned int block = hosts < BLOCK ? hosts : BLOCK;
	char word[32], *words[] = { word };
	static uint8_t ack[RECORDS_ROOM];
	uint64_t start, sum = 0, count = 0;
	int len, n;

	for (unsigned int at = 0; count < FRAMES;
	     at = at + 2 * block <= hosts ? at + block : 0) {
		len = record_crowd(buf, frame, block, at, "sd");
		snprintf(word, sizeof(word), "ack:%llu",
			 (unsigned long long)(count * (len / block)));
		n = record_build(ack, words, 1);
		start = clock_now();
		inject(from, buf, len, 0);
		inject(to, ack, n, SEHUB_CREDIT_MAX);
		n = discard(to->sock);
		sum += clock_now() - start;
		if (n != 1)
			errx(1, "%d answers where there should be one", n);
		count += block;
	}
	return (double)sum / NS_PER_INSTRUCTION / count;
}

static unsigned int rounds_of(unsigned int hosts)
{
	return hosts < FRAMES ? FRAMES / hosts : 2;
}

/* What is said once for every address, and how many a dump has. */
static void walk(struct sock *s, unsigned int count, const char *what,
		 const char *cmd, double idle)
{
	unsigned int got;
	char name[32];

	begin();
	got = dump(s, "%s dev=h", cmd);
	snprintf(name, sizeof(name), "%s-dump", what);
	figure(name, count, instructions() / got);
	if (got < count)
		errx(1, "a dump of %u addresses has %u", count, got);
	begin();
	dump(s, "%s dev=h %s.port=9", cmd, cmd[0] == 'i' ? "ip" : "fdb");
	snprintf(name, sizeof(name), "%s-dump-none", what);
	figure(name, count, instructions() / count);

	begin();
	rest(AGEING_SECONDS);
	snprintf(name, sizeof(name), "%s-ageing", what);
	figure(name, count, (instructions() - idle) / AGEING_RUNS / count);
}

/* What is executed while nothing happens. */
static double idle_for_ageing(void)
{
	begin();
	rest(AGEING_SECONDS);
	return instructions();
}

/*
 * A dump in parts while addresses move and new ones come: each that was there
 * must come once.
 */
static void churn(struct sock *s, struct stream *to, unsigned int count)
{
	struct frame *moved = build(HOST_A TO_A);
	struct frame *fresh = build("src=02:00:03:00:00:00 dst=02:00:01:00:00:00");
	struct sock *other = sock_new("other", NULL);
	unsigned int at = 0, changes = 0, again, under;
	char dev[] = "dev=h", *words[] = { dev };
	int len;

	if (!other)
		errx(1, "no socket");
	sock_begin(other, SEHUB_CMD_FDB_GET, NLM_F_DUMP);
	if (!sock_words(other, words, 1) ||
	    !tally_begin(&other->counted, sehub_attrs, "fdb.mac") ||
	    sock_send(other))
		errx(1, "cannot begin a dump");
	other->tally = &other->counted;
	while (!other->done) {
		for (int i = 0; i < CHURN_BUFFERS && !other->done; i++)
			sock_receive_one(other);
		if (at + CHURN > count / 2)
			at = 0;
		len = record_crowd(buf, moved, CHURN, at, "s");
		inject(to, buf, len, 0);
		len = record_crowd(buf, fresh, CHURN, at, "s");
		inject(to, buf, len, 0);
		at += CHURN;
		changes += 2 * CHURN;
	}
	discard(s);
	tally_end(&other->counted, "020001", &again, &under);
	if (again || under != count / 2)
		errx(1, "a dump shows %u of %u addresses, %u again", under,
		     count / 2, again);
	figure("mac-dump-changes", count, changes);
	sock_free(other);
	free(moved);
	free(fresh);
}

static void learn_macs(struct stream *a, struct stream *b, unsigned int count,
		       bool say)
{
	struct frame *from_a = build(HOST_A TO_A);
	struct frame *from_b = build(HOST_B TO_B);
	double each;

	each = (frames(a, from_a, count / 2, "s", 1) +
		frames(b, from_b, count / 2, "s", 1)) / 2;
	if (say)
		figure("mac-learn", count, each);
	free(from_a);
	free(from_b);
}

void scale_macs(struct sock *s, unsigned int count)
{
	struct frame *inside = build(HOST_A TO_A);
	struct frame *across = build(HOST_A TO_B);
	unsigned int rounds = rounds_of(count / 2);
	double before, idle = idle_for_ageing();
	struct stream a, b;

	link_do(s, "add h fdb-max=%u ip-max=0", 3 * count);
	link_do(s, "up h");
	a = session(s, "h");
	b = session(s, "h");
	before = free_bytes();
	learn_macs(&a, &b, count, true);
	figure("mac-bytes", count, (before - free_bytes()) / count);
	figure("mac-lookup", count, frames(&a, inside, count / 2, "sd", rounds));
	figure("mac-carried", count, carried(&a, &b, across, count / 2));
	walk(s, count, "mac", "fdb-get", idle);
	churn(s, &b, count);

	ask(s, "fdb-flush dev=h");
	learn_macs(&a, &b, count, false);
	begin();
	ask(s, "fdb-flush dev=h");
	settle();
	figure("mac-flush", count, instructions() / count);
	learn_macs(&a, &b, count, false);
	rest(OLD_SECONDS);
	begin();
	link_do(s, "set h ageing=1");
	rest(OLD_SECONDS + count / EXPIRE_RATE);
	figure("mac-expire", count, instructions() / count);
	if (dump(s, "fdb-get dev=h") != 1)
		errx(1, "not all addresses have gone");
	link_do(s, "del h");
	free(inside);
	free(across);
}

void scale_ips(struct sock *s, unsigned int count)
{
	struct frame *arp = build("arp op=2 spa=10.0.0.0 sha=02:00:01:00:00:00 "
				  HOST_A TO_A);
	struct frame *ip = build("udp4 sip=10.0.0.0 dip=10.255.255.1 "
				 HOST_A TO_A);
	struct frame *plain = build(HOST_A TO_A);
	unsigned int rounds = rounds_of(count);
	double before, idle = idle_for_ageing();
	struct stream a;

	link_do(s, "add h fdb-max=%u ip-max=%u", 2 * count, 2 * count);
	link_do(s, "up h");
	a = session(s, "h");
	frames(&a, plain, count, "s", 1);
	before = free_bytes();
	figure("ip-learn", count, frames(&a, arp, count, "si", 1));
	figure("ip-bytes", count, (before - free_bytes()) / count);
	/* The first packet of each tells the table that it is the same. */
	figure("ip-first", count, frames(&a, ip, count, "sdi", 1));
	figure("ip-lookup", count, frames(&a, ip, count, "sdi", rounds));
	walk(s, count, "ip", "ip-get", idle);

	begin();
	ask(s, "ip-flush dev=h");
	settle();
	figure("ip-flush", count, instructions() / count);
	frames(&a, arp, count, "si", 1);
	rest(OLD_SECONDS);
	begin();
	link_do(s, "set h ip-ageing=1");
	rest(OLD_SECONDS + count / EXPIRE_RATE);
	figure("ip-expire", count, instructions() / count);
	if (dump(s, "ip-get dev=h"))
		errx(1, "not all addresses have gone");
	link_do(s, "del h");
	free(arp);
	free(ip);
	free(plain);
}

/* Learned addresses go, static ones of the same port stay. */
void scale_statics(struct sock *s, unsigned int count)
{
	struct frame *plain = build(HOST_A TO_A);
	struct stream a;

	link_do(s, "add h fdb-max=%u", 2 * count);
	link_do(s, "up h");
	a = session(s, "h");
	for (unsigned int i = 0; i < count; i++)
		ask(s, "fdb-new dev=h fdb.port=1 fdb.mac=02:00:02:%02x:%02x:%02x",
		    i >> 16, i >> 8 & 255, i & 255);
	frames(&a, plain, count, "s", 1);
	begin();
	ask(s, "fdb-flush dev=h fdb.port=1");
	settle();
	figure("static-flush", count, instructions() / count);
	if (dump(s, "fdb-get dev=h") != count + 1)
		errx(1, "static addresses have gone, or learned ones stayed");
	link_do(s, "del h");
	free(plain);
}
