// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control records of a remote end, before it has logged in. Input: the type of
 * the record, then its payload.
 *
 * links: transportd/proto.c
 */
#include <errno.h>

#include "fuzz.h"
#include "proto.h"

struct span {
	const uint8_t *start;
	size_t len;
};

static void inside(const struct span *all, const uint8_t *p, size_t len)
{
	MUST(p >= all->start && len <= all->len);
	MUST((size_t)(p - all->start) <= all->len - len);
}

static void check_text(const struct span *all, const struct proto_msg *msg,
		       unsigned int attr, struct proto_bytes text)
{
	char copy[SEHUB_WIRE_TEXT_MAX + 1], small[8];

	if (!proto_has(msg, attr)) {
		MUST(!text.data && !text.len);
		return;
	}
	inside(all, text.data, text.len);
	MUST(text.len <= SEHUB_WIRE_TEXT_MAX);
	MUST(proto_text_ok(text.data, text.len));
	MUST(!memchr(text.data, 0, text.len));

	proto_text_copy(copy, sizeof(copy), text);
	MUST(strlen(copy) == text.len && !memcmp(copy, text.data, text.len));
	proto_text_copy(small, sizeof(small), text);
	MUST(strlen(small) <= 7 && !memcmp(small, copy, strlen(small)));
	MUST(proto_text_ok((uint8_t *)small, strlen(small)));
}

static void check_values(const struct span *all, const struct proto_msg *msg)
{
	check_text(all, msg, SEHUB_WIRE_A_SOFTWARE, msg->software);
	check_text(all, msg, SEHUB_WIRE_A_MECHANISMS, msg->mechanisms);
	check_text(all, msg, SEHUB_WIRE_A_MECHANISM, msg->mechanism);
	check_text(all, msg, SEHUB_WIRE_A_CLIENT_NAME, msg->client_name);
	check_text(all, msg, SEHUB_WIRE_A_SESSION, msg->session);
	check_text(all, msg, SEHUB_WIRE_A_TEXT, msg->text);
	check_text(all, msg, SEHUB_WIRE_A_CARRIER, msg->carrier);
	if (proto_has(msg, SEHUB_WIRE_A_SASL))
		inside(all, msg->sasl.data, msg->sasl.len);
	if (proto_has(msg, SEHUB_WIRE_A_CLIENT_ID))
		inside(all, msg->client_id, SEHUB_WIRE_CLIENT_ID_LEN);
	if (proto_has(msg, SEHUB_WIRE_A_TICKET))
		inside(all, msg->ticket, SEHUB_WIRE_TICKET_LEN);
	if (proto_has(msg, SEHUB_WIRE_A_HUB))
		MUST(msg->hub >= 1 && msg->hub <= 4094);
}

/* Take over what was parsed, attribute by attribute. */
static void build(struct proto_builder *b, const struct proto_msg *msg)
{
	char text[SEHUB_WIRE_TEXT_MAX + 1];

#define NUMBER(attr, bits, field)					\
	if (proto_has(msg, SEHUB_WIRE_A_ ## attr))			\
		proto_put_u ## bits(b, SEHUB_WIRE_A_ ## attr, msg->field)
#define TEXT(attr, field)						\
	if (proto_has(msg, SEHUB_WIRE_A_ ## attr)) {			\
		proto_text_copy(text, sizeof(text), msg->field);	\
		proto_put_text(b, SEHUB_WIRE_A_ ## attr, text);		\
	}
#define BYTES(attr, from, n)						\
	if (proto_has(msg, SEHUB_WIRE_A_ ## attr))			\
		proto_put_bytes(b, SEHUB_WIRE_A_ ## attr, from, n)

	NUMBER(VERSION, 16, version);
	NUMBER(HUB, 16, hub);
	NUMBER(CODE, 16, code);
	NUMBER(FEATURES, 32, features);
	NUMBER(KEEPALIVE, 32, keepalive);
	NUMBER(DEAD_TIME, 32, dead_time);
	NUMBER(GRACE, 32, grace);
	NUMBER(RX_COUNT, 64, rx_count);
	NUMBER(TX_OLDEST, 64, tx_oldest);
	NUMBER(HUB_ID, 64, hub_id);
	TEXT(SOFTWARE, software);
	TEXT(MECHANISMS, mechanisms);
	TEXT(MECHANISM, mechanism);
	TEXT(CLIENT_NAME, client_name);
	TEXT(SESSION, session);
	TEXT(TEXT, text);
	TEXT(CARRIER, carrier);
	BYTES(SASL, msg->sasl.data, msg->sasl.len);
	BYTES(CLIENT_ID, msg->client_id, SEHUB_WIRE_CLIENT_ID_LEN);
	BYTES(TICKET, msg->ticket, SEHUB_WIRE_TICKET_LEN);
}

static void same_text(struct proto_bytes a, struct proto_bytes b)
{
	MUST(a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len)));
}

/* What was parsed can be said again, and then means the same. */
static void check_round_trip(uint8_t type, const struct proto_msg *msg)
{
	static uint8_t buf[PROTO_RECORD_MAX];
	struct proto_builder b;
	struct proto_error err;
	struct proto_msg again;
	int len;

	proto_begin(&b, buf, sizeof(buf), type);
	build(&b, msg);
	len = proto_end(&b);
	MUST(len >= SEHUB_WIRE_HDR_LEN && buf[0] == type);
	MUST(!proto_parse(type, buf + SEHUB_WIRE_HDR_LEN,
			  (size_t)len - SEHUB_WIRE_HDR_LEN, &again, &err));

	MUST(again.present == msg->present);
	MUST(again.version == msg->version && again.hub == msg->hub);
	MUST(again.code == msg->code && again.features == msg->features);
	MUST(again.keepalive == msg->keepalive && again.grace == msg->grace);
	MUST(again.dead_time == msg->dead_time);
	MUST(again.rx_count == msg->rx_count);
	MUST(again.tx_oldest == msg->tx_oldest);
	MUST(again.hub_id == msg->hub_id);
	same_text(again.software, msg->software);
	same_text(again.mechanisms, msg->mechanisms);
	same_text(again.mechanism, msg->mechanism);
	same_text(again.client_name, msg->client_name);
	same_text(again.session, msg->session);
	same_text(again.text, msg->text);
	same_text(again.carrier, msg->carrier);
	same_text(again.sasl, msg->sasl);
}

/* Any bytes become a text that the other side takes. */
static void check_close(const uint8_t *payload, size_t len)
{
	uint8_t buf[PROTO_CLOSE_MAX];
	struct proto_error err;
	struct proto_msg msg;
	char *text;
	size_t n;

	text = malloc(len + 1);
	MUST(text);
	if (len)
		memcpy(text, payload, len);
	text[len] = '\0';
	n = proto_close(buf, sizeof(buf), SEHUB_WIRE_CLOSE_PROTOCOL, text);
	free(text);
	MUST(n >= SEHUB_WIRE_HDR_LEN && n <= sizeof(buf));
	MUST(!proto_parse(SEHUB_WIRE_CLOSE, buf + SEHUB_WIRE_HDR_LEN,
			  n - SEHUB_WIRE_HDR_LEN, &msg, &err));
	MUST(msg.code == SEHUB_WIRE_CLOSE_PROTOCOL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proto_error err;
	struct proto_msg msg;
	struct span all;
	uint8_t *payload;
	uint8_t type;
	int ret;

	if (!size)
		return 0;
	type = *data++;
	size--;
	payload = fuzz_exact(data, size);
	all = (struct span){ payload, size };

	memset(&msg, 0xee, sizeof(msg));
	ret = proto_parse(type, payload, size, &msg, &err);
	if (ret) {
		MUST(ret == -EBADMSG || ret == -EPROTONOSUPPORT);
		MUST(memchr(err.text, 0, sizeof(err.text)) && err.text[0]);
		MUST(!msg.present && !msg.ticket && !msg.sasl.data);
	} else {
		check_values(&all, &msg);
		check_round_trip(type, &msg);
	}
	check_close(payload, size);
	free(payload);
	return 0;
}
