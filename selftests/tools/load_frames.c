// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames from each session to the next one of the same hub, in a ring. What
 * comes is compared byte by byte, and has to come once and in order. A sender
 * keeps to a window, so that queues on the way are never longer than that.
 */
#include <stdlib.h>
#include <string.h>

#include "load.h"

#define ETHERTYPE	0x88b5		/* for experiments, IEEE 802 */
#define HEADER_LEN	14
#define VLANS		4096
/* Records are handed to a session in pieces of about this size. */
#define BATCH_MAX	16384
/* What waits for a socket before no more is made for it. */
#define WAITING_MAX	262144

/* After the Ethernet header; then bytes that come of the sequence number. */
struct label {
	uint32_t run;
	uint32_t from;
	uint64_t sequence;
};

struct load_exchange load_exchange;

static void put_mac(uint8_t *at, uint32_t number)
{
	at[0] = 0x02;
	at[1] = 0x5e;
	at[2] = (uint8_t)(number >> 24);
	at[3] = (uint8_t)(number >> 16);
	at[4] = (uint8_t)(number >> 8);
	at[5] = (uint8_t)number;
}

/* The header and the frame. Return: length of the record. */
static size_t put_frame(uint8_t *at, uint32_t to, const struct label *label,
			size_t size)
{
	uint8_t *frame = at + SEHUB_WIRE_HDR_LEN;
	size_t i;

	record_header(at, SEHUB_WIRE_DATA, size);
	put_mac(frame, to);
	put_mac(frame + 6, label->from);
	frame[12] = ETHERTYPE >> 8;
	frame[13] = ETHERTYPE & 0xff;
	memcpy(frame + HEADER_LEN, label, sizeof(*label));
	for (i = HEADER_LEN + sizeof(*label); i < size; i++)
		frame[i] = (uint8_t)(label->sequence + i);
	return SEHUB_WIRE_HDR_LEN + size;
}

static void send_data(struct load_session *s, const uint8_t *records,
		      size_t len)
{
	s->tx_count += len;
	load_send(s, records, len);
}

/* --- pairs ---------------------------------------------------------------- */

void load_unpair(struct load_session *s)
{
	if (s->to)
		s->to->from = NULL;
	if (s->from)
		s->from->to = NULL;
	s->to = NULL;
	s->from = NULL;
}

static void pair(struct load_session *from, struct load_session *to)
{
	from->to = to;
	to->from = from;
	from->sent = 0;
	to->expected = 0;
}

bool load_pair(uint16_t *vlan)
{
	static struct load_session *first[VLANS], *last[VLANS];
	struct load_session *s;

	memset(first, 0, sizeof(first));
	memset(last, 0, sizeof(last));
	for (s = load_sessions; s; s = s->next) {
		if (s->state != LOAD_OPEN)
			continue;
		if (last[s->user->vlan])
			pair(last[s->user->vlan], s);
		else
			first[s->user->vlan] = s;
		last[s->user->vlan] = s;
	}
	for (*vlan = 1; *vlan < VLANS; (*vlan)++) {
		if (first[*vlan] && first[*vlan] == last[*vlan])
			return false;
		if (first[*vlan])
			pair(last[*vlan], first[*vlan]);
	}
	return true;
}

/* A frame to oneself teaches the hub, which gives it to nobody. */
void load_announce(void)
{
	uint8_t record[SEHUB_WIRE_HDR_LEN + 64];
	struct label label = { 0 };
	struct load_session *s;

	for (s = load_sessions; s; s = s->next) {
		if (s->state != LOAD_OPEN)
			continue;
		label.from = s->number;
		send_data(s, record, put_frame(record, s->number, &label, 60));
	}
}

bool load_is_announced(void *arg)
{
	const struct load_session *s = load_sessions;

	(void)arg;
	while (s && (s->state != LOAD_OPEN || s->tx_acked == s->tx_count))
		s = s->next;
	return !s;
}

/* --- sending -------------------------------------------------------------- */

static uint64_t may_send(const struct load_session *s)
{
	const struct load_exchange *x = &load_exchange;
	uint64_t until = s->to->expected + x->window, due;

	if (until > x->limit)
		until = x->limit;
	if (x->rate) {
		due = (uint64_t)(load_now() - x->began) * x->rate / 1000000 + 1;
		if (until > due)
			until = due;
	}
	return until > s->sent ? until - s->sent : 0;
}

static void send_frames(struct load_session *s)
{
	static uint8_t batch[BATCH_MAX + SEHUB_WIRE_RECORD_MAX];
	struct label label = { load_exchange.run, s->number, 0 };
	uint64_t count;
	size_t len;

	while (s->out_len < WAITING_MAX && (count = may_send(s))) {
		for (len = 0; count && len < BATCH_MAX; count--) {
			label.sequence = s->sent++;
			len += put_frame(batch + len, s->to->number, &label,
					 load_exchange.size);
			load_exchange.sent++;
		}
		send_data(s, batch, len);
	}
}

/* @s has received: whoever sends to it may send more. */
void load_pump(struct load_session *s)
{
	if (!load_exchange.is_over && s->from && s->from->state == LOAD_OPEN)
		send_frames(s->from);
}

void load_pump_all(void)
{
	struct load_session *s;

	for (s = load_sessions; s; s = s->next)
		load_pump(s);
}

/* --- receiving ------------------------------------------------------------ */

bool load_has_arrived(void *arg)
{
	const struct load_exchange *x = &load_exchange;

	(void)arg;
	return x->sent == x->received + x->lost;
}

static bool is_whole(const uint8_t *frame, size_t len, uint64_t sequence)
{
	uint8_t differs = 0;
	size_t i;

	for (i = HEADER_LEN + sizeof(struct label); i < len; i++)
		differs |= frame[i] ^ (uint8_t)(sequence + i);
	return !differs && len == load_exchange.size;
}

void load_take_frame(struct load_session *s, const uint8_t *frame, size_t len)
{
	struct load_exchange *x = &load_exchange;
	struct label label;
	uint8_t mac[6];

	if (len < HEADER_LEN + sizeof(label) ||
	    (frame[12] << 8 | frame[13]) != ETHERTYPE) {
		load_stats.other++;
		return;
	}
	memcpy(&label, frame + HEADER_LEN, sizeof(label));
	put_mac(mac, s->number);
	if (memcmp(frame, mac, sizeof(mac))) {
		x->astray++;
		return;
	}
	put_mac(mac, label.from);
	if (label.run != x->run || !s->from || label.from != s->from->number ||
	    memcmp(frame + 6, mac, sizeof(mac)) ||
	    label.sequence < s->expected || label.sequence >= s->from->sent ||
	    !is_whole(frame, len, label.sequence)) {
		x->wrong++;
		return;
	}
	x->lost += label.sequence - s->expected;
	x->received++;
	s->expected = label.sequence + 1;
}
