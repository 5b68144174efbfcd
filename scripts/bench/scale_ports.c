// SPDX-License-Identifier: GPL-2.0-or-later
/* Many hubs, many ports of one hub, frames to all of them; see scale.c. */
#include <err.h>
#include <stdlib.h>

#include <linux/sehub.h>

#include "clock.h"
#include "scale.h"

/* Frames to everybody in one request. */
#define BROADCASTS	10
#define BROADCAST_ROUNDS	10

static void expect(const char *what, unsigned int got, unsigned int wanted)
{
	if (got != wanted)
		errx(1, "%u %s where there should be %u", got, what, wanted);
}

void scale_hubs(struct sock *s, unsigned int count)
{
	double before = free_bytes();

	begin();
	for (unsigned int i = 1; i <= count; i++)
		link_do(s, "add h%u vlan=%u", i, i);
	figure("hub-create", count, instructions() / count);
	figure("hub-bytes", count, (before - free_bytes()) / count);

	begin();
	expect("hubs", dump(s, "hub-get"), count);
	figure("hub-list", count, instructions() / count);
	begin();
	dump(s, "fdb-get");
	figure("hub-list-macs", count, instructions() / count);

	begin();
	for (unsigned int i = 1; i <= count; i++)
		link_do(s, "up h%u", i);
	settle();
	figure("hub-up", count, instructions() / count);
	figure("hub-bytes-up", count, (before - free_bytes()) / count);

	begin();
	for (unsigned int i = 1; i <= count; i++)
		link_do(s, "del h%u", i);
	settle();
	figure("hub-delete", count, instructions() / count);
	expect("hubs", dump(s, "hub-get"), 0);
}

static struct stream *sessions(struct sock *s, unsigned int count)
{
	struct stream *t = calloc(count, sizeof(*t));

	if (!t)
		err(1, "memory");
	for (unsigned int i = 0; i < count; i++)
		t[i] = session(s, "h");
	return t;
}

void scale_ports(struct sock *s, unsigned int count)
{
	struct stream *t;
	double before;

	link_do(s, "add h port-max=%u", count);
	link_do(s, "up h");
	before = free_bytes();
	begin();
	t = sessions(s, count);
	figure("port-create", count, instructions() / count);
	figure("port-bytes", count, (before - free_bytes()) / count);

	begin();
	/* and the hub's own */
	expect("ports", dump(s, "port-get dev=h"), count + 1);
	figure("port-list", count, instructions() / count);

	begin();
	for (unsigned int i = 0; i < count; i++)
		ask(s, "port-del port.session.id=%u", t[i].id);
	settle();
	figure("port-delete", count, instructions() / count);
	free(t);

	t = sessions(s, count);
	begin();
	link_do(s, "del h");
	settle();
	figure("port-delete-hub", count, instructions() / count);
	expect("hubs", dump(s, "hub-get"), 0);
	free(t);
}

/* Devices d1 and up are there, and down. */
void scale_devices(struct sock *s, unsigned int count)
{
	link_do(s, "add h port-max=%u", count);
	begin();
	for (unsigned int i = 1; i <= count; i++)
		link_do(s, "master d%u h", i);
	figure("device-attach", count, instructions() / count);
	expect("ports", dump(s, "port-get dev=h"), count + 1);
	begin();
	for (unsigned int i = 1; i <= count; i++)
		link_do(s, "master d%u -", i);
	settle();
	figure("device-release", count, instructions() / count);
	expect("ports", dump(s, "port-get dev=h"), 1);
	link_do(s, "del h");
}

/* To a queue, and all the way to the owners, who wait for an answer each. */
void scale_broadcast(struct sock *s, unsigned int count)
{
	struct frame *frame = build("src=02:00:01:00:00:00");
	static uint8_t buf[RECORDS_ROOM];
	unsigned int answers = 0;
	struct stream *t, in;
	double sum;
	int len;

	link_do(s, "add h port-max=%u", count + 1);
	link_do(s, "up h");
	in = session(s, "h");
	t = sessions(s, count);
	len = record_crowd(buf, frame, BROADCASTS, 0, "");

	inject(&in, buf, len, 0);
	begin();
	for (int i = 0; i < BROADCAST_ROUNDS; i++)
		inject(&in, buf, len, 0);
	sum = instructions() / BROADCAST_ROUNDS / BROADCASTS;
	figure("broadcast-queue", count, sum / count);

	for (unsigned int i = 0; i < count; i++)
		inject(&t[i], NULL, 0, SEHUB_CREDIT_MAX);
	discard(s);
	for (unsigned int i = 0; i < count; i++)
		inject(&t[i], NULL, 0, SEHUB_CREDIT_MAX);
	begin();
	inject(&in, buf, len, 0);
	while (answers < count) {
		settle();
		answers += discard(s);
	}
	figure("broadcast-answer", count, instructions() / count);
	link_do(s, "del h");
	free(t);
	free(frame);
}
