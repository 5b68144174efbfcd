// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What becomes of a frame that comes in by one session, as far as another one
 * and the drop counters of both ports can tell:
 *
 *   judge ID ID2 FRAME    ok in=REASON out=REASON got=N others=N
 *
 * REASON is a counter that has moved, "pass" if none has; got counts the frame
 * itself, others what else has come to the second session meanwhile.
 */
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/sehub.h>

#include "script.h"
#include "sock.h"
#include "stream.h"

#define REASONS_MAX	64
#define TEXT_LEN	128

struct drops {
	uint64_t count[REASONS_MAX];
};

static bool read_drops(struct stream *t, struct drops *drops)
{
	static const uint16_t path[] = { SEHUB_A_PORT, SEHUB_A_PORT_DROPS, 0 };
	struct sock *s = t->sock;
	const struct nlattr *nest;
	char word[64], *words[] = { word };

	snprintf(word, sizeof(word), "port.session.id=%u", t->id);
	sock_begin(s, SEHUB_CMD_PORT_GET, NLM_F_ACK);
	s->quiet = true;
	if (!sock_words(s, words, 1) || sock_send(s) || !sock_wait(s) ||
	    !s->reply)
		return false;
	nest = msg_find((const uint8_t *)s->reply + NLMSG_SPACE(GENL_HDRLEN),
			s->reply->nlmsg_len - NLMSG_SPACE(GENL_HDRLEN), path);
	for (uint16_t id = 1; nest && id < REASONS_MAX; id++) {
		const uint16_t one[] = { id, 0 };
		const struct nlattr *nla;

		drops->count[id] = 0;
		nla = msg_find(nest + 1, nest->nla_len - NLA_HDRLEN, one);
		if (nla && nla->nla_len == NLA_HDRLEN + 8)
			memcpy(&drops->count[id], nla + 1, 8);
	}
	return nest;
}

static const struct attr *find(const struct attr *set, const char *name)
{
	while (set->name && strcmp(set->name, name))
		set++;
	return set->nested;
}

/* Names of the counters that have moved, with a comma between them. */
static void describe(const struct drops *before, const struct drops *after,
		     char *text)
{
	const struct attr *names = find(find(sehub_attrs, "port"), "drops");
	size_t len = 0;

	snprintf(text, TEXT_LEN, "pass");
	for (; names->name; names++)
		if (before->count[names->id] != after->count[names->id] &&
		    len < TEXT_LEN)
			len += snprintf(text + len, TEXT_LEN - len, "%s%s",
					len ? "," : "", names->name);
}

static int judge(struct stream *in, struct stream *out,
		 const struct frame *frame)
{
	struct drops in_before, in_after, out_before, out_after;
	static uint8_t buf[RECORDS_ROOM];
	char in_text[TEXT_LEN], out_text[TEXT_LEN];
	unsigned int got;
	int len;

	len = record_put(buf, frame);
	if (len < 0)
		return script_err("no room");
	if (!stream_settle(out) || !read_drops(in, &in_before) ||
	    !read_drops(out, &out_before))
		return script_err("cannot read what was before");
	inbox_clear(&out->inbox);
	if (stream_exchange(in, buf, len, 0))
		return script_err("cannot send");
	sock_receive(in->sock);
	if (in->sock->xfer_ack)
		return msg_error(&in->sock->xfer, in->sock->xfer_ack);
	if (!stream_settle(out) || !read_drops(in, &in_after) ||
	    !read_drops(out, &out_after))
		return script_err("cannot read what has become of it");
	describe(&in_before, &in_after, in_text);
	describe(&out_before, &out_after, out_text);
	got = inbox_count(&out->inbox, frame);
	if (out->inbox.count != got)
		inbox_print(&out->inbox);
	return script_ok("in=%s out=%s got=%u others=%u ", in_text, out_text,
			 got, out->inbox.count - got);
}

int judge_command(struct stream *t, int argc, char **argv)
{
	struct frame *frame;
	int ret;

	if (argc < 2)
		return script_err("judge ID ID2 FRAME");
	frame = frame_build(argv + 1, argc - 1);
	if (!frame)
		return script_err("bad frame");
	ret = judge(t, stream_find(t->sock, strtoul(argv[0], NULL, 0)), frame);
	free(frame);
	return ret;
}
