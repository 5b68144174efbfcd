// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The stream of a session port; see stream.h. Commands, after "S":
 *
 *   xfer ID [credit=N] [RECORD...]   one exchange, never with an answer read
 *   answer ID                        the next answer, waited for
 *   answers ID                       how many answers wait to be read
 *   auto ID CREDIT [ack]             grant credit after each answer; 0: end
 *   join ID S2 ID2 / part ID         carry the records of two streams over
 *   expect ID N FRAME|any            exactly N frames have come
 *   stream ID N FRAME                this TCP frame has come in N pieces
 *   judge ID ID2 FRAME               what becomes of a frame, see judge.c
 *   list ID / info ID                what has come, counts
 *   clear ID                         forget what has come, and what waits
 *                                    in the module if this socket is the owner
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/sehub.h>
#include <linux/sehub_wire.h>

#include "fault.h"
#include "script.h"
#include "sock.h"
#include "stream.h"

#define ACK_LEN		12

#define ATTRS(nlh)	((const uint8_t *)(nlh) + NLMSG_SPACE(4))
#define ATTRS_LEN(nlh)	((int)(nlh)->nlmsg_len - (int)NLMSG_SPACE(4))

static const uint16_t path_id[] = { SEHUB_A_PORT_ID, 0 };
static const uint16_t path_records[] = { SEHUB_A_RECORDS, 0 };
static const uint16_t path_control[] = { SEHUB_A_CONTROL, 0 };
static const uint16_t path_session_id[] = {
	SEHUB_A_PORT, SEHUB_A_PORT_SESSION, SEHUB_A_SESSION_ID, 0
};
static const uint16_t path_tx_sent[] = {
	SEHUB_A_PORT, SEHUB_A_PORT_SESSION, SEHUB_A_SESSION_TX_SENT, 0
};
static const uint16_t path_tx_count[] = {
	SEHUB_A_PORT, SEHUB_A_PORT_SESSION, SEHUB_A_SESSION_TX_COUNT, 0
};

static uint64_t get_number(const struct nlmsghdr *nlh, const uint16_t *path)
{
	const struct nlattr *nla = msg_find(ATTRS(nlh), ATTRS_LEN(nlh), path);
	uint64_t value = 0;

	if (nla)
		memcpy(&value, nla + 1, nla->nla_len - NLA_HDRLEN > 8 ? 8 :
		       nla->nla_len - NLA_HDRLEN);
	return value;
}

struct stream *stream_find(struct sock *s, uint32_t id)
{
	struct stream *t;

	for (t = s->streams; t; t = t->next)
		if (t->id == id)
			return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		abort();
	t->sock = s;
	t->id = id;
	t->next = s->streams;
	s->streams = t;
	return t;
}

static void drop_answers(struct stream *t)
{
	struct answer *answer;

	while ((answer = t->queue)) {
		t->queue = answer->next;
		free(answer);
	}
}

void stream_free_all(struct sock *s)
{
	struct stream *t;

	while ((t = s->streams)) {
		s->streams = t->next;
		if (t->joined)
			t->joined->joined = NULL;
		drop_answers(t);
		inbox_clear(&t->inbox);
		free(t->inbox.frames);
		free(t);
	}
}

void stream_owned(struct sock *s)
{
	struct stream *t;

	if (!s->reply)
		return;
	t = stream_find(s, get_number(s->reply, path_session_id));
	t->pos = get_number(s->reply, path_tx_sent);
	t->credited = false;
}

int stream_exchange(struct stream *t, const void *records, uint32_t len,
		    uint32_t credit)
{
	struct genlmsghdr head = { .cmd = SEHUB_CMD_XFER,
				   .version = SEHUB_FAMILY_VERSION };
	struct sock *s = t->sock;

	free(s->xfer_ack);
	s->xfer_ack = NULL;
	s->xfer_seq = (s->xfer_seq + 1) | SOCK_XFER;
	msg_begin(&s->xfer, s->family, 0, s->xfer_seq, &head, sizeof(head));
	msg_put(&s->xfer, SEHUB_A_PORT_ID, &t->id, 4, "port-id");
	if (records)
		msg_put(&s->xfer, SEHUB_A_RECORDS, records, len, "records");
	if (credit)
		msg_put(&s->xfer, SEHUB_A_CREDIT, &credit, 4, "credit");
	t->credited |= credit != 0;
	return fault_send(s->fd, s->xfer.buf, s->xfer.len) < 0 ? -errno : 0;
}

static void put_ack(uint8_t *ack, uint64_t count)
{
	memcpy(ack, (uint8_t[]){ SEHUB_WIRE_ACK, 0, 0, 8 }, 4);
	for (int i = 0; i < 8; i++)
		ack[11 - i] = count >> (8 * i);
}

/* What the daemon at the other end of a line does. */
static void carry_on(struct stream *t, const struct nlattr *records)
{
	struct stream *other = t->joined;
	uint8_t ack[ACK_LEN];
	int len = 0;

	if (other && records)
		stream_exchange(other, records + 1, records->nla_len - NLA_HDRLEN, 0);
	if (t->auto_ack) {
		put_ack(ack, t->pos);
		len = sizeof(ack);
	}
	stream_exchange(t, len ? ack : NULL, len, t->automatic);
}

static void take_records(struct stream *t, const struct nlattr *records)
{
	const uint8_t *p = (const void *)(records + 1);
	int left = records->nla_len - NLA_HDRLEN;
	struct record rec;

	while (record_next(&p, &left, &rec)) {
		switch (rec.type) {
		case SEHUB_WIRE_DATA:
		case SEHUB_WIRE_DATA_OFFLOAD:
			t->pos += SEHUB_WIRE_HDR_LEN + rec.len;
			*(rec.type == SEHUB_WIRE_DATA ? &t->data :
							&t->offload) += 1;
			if (!t->joined)
				inbox_add(&t->inbox, record_frame(&rec));
			break;
		case SEHUB_WIRE_ACK:
			t->acks++;
			t->ack = record_number(&rec);
			break;
		case SEHUB_WIRE_PONG:
			t->pongs++;
			break;
		}
	}
	if (left)
		puts("# an answer ends inside a record");
}

void stream_receive(struct sock *s, const struct nlmsghdr *nlh)
{
	struct stream *t = stream_find(s, get_number(nlh, path_id));
	const struct nlattr *records = msg_find(ATTRS(nlh), ATTRS_LEN(nlh),
						path_records);
	struct answer *answer, **end;

	t->answers++;
	t->credited = false;
	if (records)
		take_records(t, records);
	if (t->automatic) {
		carry_on(t, records);
		return;
	}
	answer = malloc(sizeof(*answer) + ATTRS_LEN(nlh));
	if (!answer)
		abort();
	answer->next = NULL;
	answer->len = ATTRS_LEN(nlh);
	memcpy(answer->attrs, ATTRS(nlh), answer->len);
	for (end = &t->queue; *end; end = &(*end)->next)
		;
	*end = answer;
}

/* --- commands ------------------------------------------------------------- */

static unsigned int count_answers(const struct stream *t)
{
	unsigned int n = 0;

	for (struct answer *answer = t->queue; answer; answer = answer->next)
		n++;
	return n;
}

static int cmd_xfer(struct stream *t, char **words, int count)
{
	static uint8_t buf[RECORDS_ROOM];
	struct sock *s = t->sock;
	uint32_t credit = 0;
	int len, err;

	if (count && !strncmp(words[0], "credit=", 7)) {
		credit = strtoul(words[0] + 7, NULL, 0);
		words++;
		count--;
	}
	len = record_build(buf, words, count);
	if (len < 0)
		return script_err("bad record");
	err = stream_exchange(t, count ? buf : NULL, len, credit);
	if (err)
		return script_err("%s attr= text=", strerrorname_np(-err));
	/* The kernel has done it by now; what it says is in the queue. */
	sock_receive(s);
	if (s->xfer_ack) {
		t->credited = false;
		return msg_error(&s->xfer, s->xfer_ack);
	}
	return script_ok("answers=%u", count_answers(t));
}

static bool has_answer(void *arg)
{
	return ((struct stream *)arg)->queue;
}

static void print_attr(const struct answer *answer, const uint16_t *path,
		       const char *name)
{
	const struct nlattr *nla = msg_find(answer->attrs, answer->len, path);
	struct record rec;
	const uint8_t *p;
	int left;

	if (!nla)
		return;
	p = (const void *)(nla + 1);
	left = nla->nla_len - NLA_HDRLEN;
	printf("%s len=%d\n", name, left);
	while (record_next(&p, &left, &rec))
		record_print(&rec);
}

static int cmd_answer(struct stream *t)
{
	struct answer *answer;

	if (!script_wait(SCRIPT_MSEC, has_answer, t))
		return script_err("ETIMEDOUT attr= text=no answer");
	answer = t->queue;
	t->queue = answer->next;
	print_attr(answer, path_records, "records");
	print_attr(answer, path_control, "control");
	free(answer);
	return script_ok("answers=%u", count_answers(t));
}

static int cmd_auto(struct stream *t, int argc, char **argv)
{
	t->automatic = argc ? strtoul(argv[0], NULL, 0) : 0;
	t->auto_ack = argc > 1 && !strcmp(argv[1], "ack");
	if (t->automatic && !t->credited)
		stream_exchange(t, NULL, 0, t->automatic);
	sock_receive(t->sock);
	return script_ok("auto=%u", t->automatic);
}

static int cmd_join(struct stream *t, int argc, char **argv)
{
	struct stream *other = NULL;

	for (struct sock *s = socks; argc == 2 && s; s = s->next)
		if (!strcmp(s->name, argv[0]))
			other = stream_find(s, strtoul(argv[1], NULL, 0));
	if (!other)
		return script_err("no such stream");
	t->joined = other;
	other->joined = t;
	t->automatic = SEHUB_CREDIT_MAX;
	other->automatic = SEHUB_CREDIT_MAX;
	stream_exchange(t, NULL, 0, t->automatic);
	stream_exchange(other, NULL, 0, other->automatic);
	return script_ok("joined");
}

static int cmd_part(struct stream *t)
{
	if (t->joined) {
		t->joined->automatic = 0;
		t->joined->joined = NULL;
	}
	t->automatic = 0;
	t->joined = NULL;
	return script_ok("parted");
}

struct wait {
	struct stream *stream;
	const struct frame *frame;
	unsigned int count;
	uint64_t pos;
	bool as_stream;
};

/* Credit is granted whenever there is none, until all is there. */
static bool has_come(void *arg)
{
	struct wait *w = arg;
	struct stream *t = w->stream;
	char why[128];

	drop_answers(t);
	if (t->pos >= w->pos &&
	    (w->as_stream ?
	     inbox_stream(&t->inbox, w->frame, w->count, why) :
	     inbox_count(&t->inbox, w->frame) >= w->count))
		return true;
	if (!t->credited)
		stream_exchange(t, NULL, 0, SEHUB_CREDIT_MAX);
	return false;
}

/* What is in the queue now must have come before frames are counted. */
static uint64_t get_tx_count(struct stream *t)
{
	struct sock *s = t->sock;
	char word[64];
	char *words[] = { word };

	snprintf(word, sizeof(word), "port.session.id=%u", t->id);
	sock_begin(s, SEHUB_CMD_PORT_GET, NLM_F_ACK);
	s->quiet = true;
	if (!sock_words(s, words, 1) || sock_send(s) || !sock_wait(s) ||
	    !s->reply)
		return 0;
	return get_number(s->reply, path_tx_count);
}

static const uint16_t path_owner[] = {
	SEHUB_A_PORT, SEHUB_A_PORT_SESSION, SEHUB_A_SESSION_OWNER, 0
};

static int cmd_clear(struct stream *t)
{
	struct wait w = { .stream = t, .pos = get_tx_count(t) };

	if (t->sock->reply &&
	    get_number(t->sock->reply, path_owner) == t->sock->portid)
		script_wait(SCRIPT_MSEC, has_come, &w);
	inbox_clear(&t->inbox);
	drop_answers(t);
	return script_ok("clear");
}

bool stream_settle(struct stream *t)
{
	struct wait w = { .stream = t, .pos = get_tx_count(t) };
	uint8_t ack[ACK_LEN];

	if (!script_wait(SCRIPT_MSEC, has_come, &w))
		return false;
	put_ack(ack, t->pos);
	return !stream_exchange(t, ack, sizeof(ack), 0);
}

static int cmd_expect(struct stream *t, int argc, char **argv, bool as_stream)
{
	struct wait w = { .stream = t, .as_stream = as_stream };
	struct frame *frame = NULL;
	char why[128] = "";
	unsigned int got;

	if (!argc)
		return script_err("expect how many?");
	w.count = atoi(argv[0]);
	if (argc != 2 || strcmp(argv[1], "any")) {
		frame = frame_build(argv + 1, argc - 1);
		if (!frame)
			return script_err("bad frame");
	}
	w.frame = frame;
	w.pos = get_tx_count(t);
	script_wait(SCRIPT_MSEC, has_come, &w);
	got = inbox_count(&t->inbox, as_stream ? NULL : frame);
	if (as_stream)
		w.as_stream = inbox_stream(&t->inbox, frame, w.count, why);
	free(frame);
	if (as_stream ? w.as_stream : got == w.count)
		return script_ok("got=%u", got);
	inbox_print(&t->inbox);
	return script_err("stream %u got %u of %u frames; %s", t->id, got,
			  w.count, why);
}

bool stream_command(struct sock *s, int argc, char **argv)
{
	const char *verb = argv[0];
	struct stream *t;

	if (argc < 2 || argv[1][0] < '0' || argv[1][0] > '9')
		return false;
	t = stream_find(s, strtoul(argv[1], NULL, 0));
	argv += 2;
	argc -= 2;
	if (!strcmp(verb, "xfer"))
		cmd_xfer(t, argv, argc);
	else if (!strcmp(verb, "answer"))
		cmd_answer(t);
	else if (!strcmp(verb, "answers"))
		script_ok("answers=%u", count_answers(t));
	else if (!strcmp(verb, "auto"))
		cmd_auto(t, argc, argv);
	else if (!strcmp(verb, "join"))
		cmd_join(t, argc, argv);
	else if (!strcmp(verb, "part"))
		cmd_part(t);
	else if (!strcmp(verb, "expect"))
		cmd_expect(t, argc, argv, false);
	else if (!strcmp(verb, "judge"))
		judge_command(t, argc, argv);
	else if (!strcmp(verb, "stream"))
		cmd_expect(t, argc, argv, true);
	else if (!strcmp(verb, "list"))
		inbox_print(&t->inbox), script_ok("count=%u", t->inbox.count);
	else if (!strcmp(verb, "clear"))
		cmd_clear(t);
	else if (!strcmp(verb, "info"))
		script_ok("pos=%llu ack=%llu acks=%u pongs=%u answers=%u data=%u offload=%u refused=%u ",
			  (unsigned long long)t->pos,
			  (unsigned long long)t->ack, t->acks, t->pongs,
			  t->answers, t->data, t->offload, s->refused);
	else
		return false;
	return true;
}
