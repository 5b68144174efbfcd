// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control records: attributes parsed and built.
 *
 * One table says for each attribute what it is called, how its value is
 * encoded, how long it may be, in which records it has a meaning, and where it
 * goes in struct proto_msg. The file knows no sockets, no session and no
 * memory but the caller's.
 */
#include "proto.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ATTR_HDR_LEN	4
/* Repetition is noticed in attributes below this number. */
#define SEEN_MAX	64

enum value_kind { U16 = 1, U32, U64, TEXT, BYTES, FIXED };

#define IN(type)	(1U << SEHUB_WIRE_##type)
#define FIELD(name)	offsetof(struct proto_msg, name)

struct attr_rule {
	const char *name;
	enum value_kind kind;
	uint16_t min_len;
	uint16_t max_len;
	uint32_t records;
	size_t offset;
};

static const struct attr_rule attr_rules[SEHUB_WIRE_A_MAX + 1] = {
	[SEHUB_WIRE_A_VERSION] = { "version", U16, 2, 2,
		IN(HELLO), FIELD(version) },
	[SEHUB_WIRE_A_SOFTWARE] = { "software", TEXT, 0, SEHUB_WIRE_TEXT_MAX,
		IN(HELLO), FIELD(software) },
	[SEHUB_WIRE_A_FEATURES] = { "features", U32, 4, 4,
		IN(HELLO) | IN(ATTACH) | IN(RESUME), FIELD(features) },
	[SEHUB_WIRE_A_HUB] = { "hub", U16, 2, 2,
		IN(HELLO), FIELD(hub) },
	[SEHUB_WIRE_A_MECHANISMS] = { "mechanisms", TEXT, 1,
		SEHUB_WIRE_TEXT_MAX, IN(HELLO), FIELD(mechanisms) },
	[SEHUB_WIRE_A_MECHANISM] = { "mechanism", TEXT, 1,
		SEHUB_WIRE_TEXT_MAX, IN(AUTH), FIELD(mechanism) },
	[SEHUB_WIRE_A_SASL] = { "sasl", BYTES, 0, SEHUB_WIRE_CONTROL_MAX,
		IN(AUTH), FIELD(sasl) },
	[SEHUB_WIRE_A_CLIENT_ID] = { "client-id", FIXED,
		SEHUB_WIRE_CLIENT_ID_LEN, SEHUB_WIRE_CLIENT_ID_LEN,
		IN(ATTACH), FIELD(client_id) },
	[SEHUB_WIRE_A_CLIENT_NAME] = { "client-name", TEXT, 0,
		SEHUB_WIRE_TEXT_MAX, IN(ATTACH), FIELD(client_name) },
	[SEHUB_WIRE_A_SESSION] = { "session", TEXT, 1, SEHUB_WIRE_TEXT_MAX,
		IN(ATTACH), FIELD(session) },
	[SEHUB_WIRE_A_TICKET] = { "ticket", FIXED,
		SEHUB_WIRE_TICKET_LEN, SEHUB_WIRE_TICKET_LEN,
		IN(ATTACH) | IN(RESUME), FIELD(ticket) },
	[SEHUB_WIRE_A_KEEPALIVE] = { "keepalive", U32, 4, 4,
		IN(ATTACH) | IN(CONFIG), FIELD(keepalive) },
	[SEHUB_WIRE_A_DEAD_TIME] = { "dead-time", U32, 4, 4,
		IN(ATTACH) | IN(CONFIG), FIELD(dead_time) },
	[SEHUB_WIRE_A_GRACE] = { "grace", U32, 4, 4,
		IN(ATTACH) | IN(CONFIG), FIELD(grace) },
	[SEHUB_WIRE_A_RX_COUNT] = { "rx-count", U64, 8, 8,
		IN(RESUME), FIELD(rx_count) },
	[SEHUB_WIRE_A_TX_OLDEST] = { "tx-oldest", U64, 8, 8,
		IN(RESUME), FIELD(tx_oldest) },
	[SEHUB_WIRE_A_CODE] = { "code", U16, 2, 2,
		IN(CLOSE), FIELD(code) },
	[SEHUB_WIRE_A_TEXT] = { "text", TEXT, 0, SEHUB_WIRE_TEXT_MAX,
		IN(CLOSE), FIELD(text) },
	[SEHUB_WIRE_A_CARRIER] = { "carrier", TEXT, 0, SEHUB_WIRE_TEXT_MAX,
		IN(ATTACH) | IN(RESUME), FIELD(carrier) },
	[SEHUB_WIRE_A_HUB_ID] = { "hub-id", U64, 8, 8,
		IN(ATTACH), FIELD(hub_id) },
};

static const char *const type_names[] = {
	[SEHUB_WIRE_HELLO] = "HELLO",
	[SEHUB_WIRE_AUTH] = "AUTH",
	[SEHUB_WIRE_ATTACH] = "ATTACH",
	[SEHUB_WIRE_RESUME] = "RESUME",
	[SEHUB_WIRE_CONFIG] = "CONFIG",
	[SEHUB_WIRE_CLOSE] = "CLOSE",
	[SEHUB_WIRE_DATA] = "DATA",
	[SEHUB_WIRE_DATA_OFFLOAD] = "DATA_OFFLOAD",
	[SEHUB_WIRE_ACK] = "ACK",
	[SEHUB_WIRE_PING] = "PING",
	[SEHUB_WIRE_PONG] = "PONG",
};

static const char *const close_names[] = {
	[SEHUB_WIRE_CLOSE_BYE] = "ended by the other side",
	[SEHUB_WIRE_CLOSE_PROTOCOL] = "protocol error",
	[SEHUB_WIRE_CLOSE_VERSION] = "no common protocol version",
	[SEHUB_WIRE_CLOSE_AUTH] = "authentication failed",
	[SEHUB_WIRE_CLOSE_DENIED] = "connection denied",
	[SEHUB_WIRE_CLOSE_NO_HUB] = "no such hub",
	[SEHUB_WIRE_CLOSE_NO_SESSION] = "no such session",
	[SEHUB_WIRE_CLOSE_REPLACED] = "replaced by a newer login",
	[SEHUB_WIRE_CLOSE_SHUTDOWN] = "server shutting down",
	[SEHUB_WIRE_CLOSE_BUSY] = "server busy",
	[SEHUB_WIRE_CLOSE_DISCONNECTED] = "disconnected by an administrator",
	[SEHUB_WIRE_CLOSE_TIMEOUT] = "timed out",
	[SEHUB_WIRE_CLOSE_LOOP] = "the hubs are joined already",
};

static const char *const close_words[] = {
	[SEHUB_WIRE_CLOSE_BYE] = "bye",
	[SEHUB_WIRE_CLOSE_PROTOCOL] = "protocol",
	[SEHUB_WIRE_CLOSE_VERSION] = "version",
	[SEHUB_WIRE_CLOSE_AUTH] = "authentication",
	[SEHUB_WIRE_CLOSE_DENIED] = "denied",
	[SEHUB_WIRE_CLOSE_NO_HUB] = "no-hub",
	[SEHUB_WIRE_CLOSE_NO_SESSION] = "no-session",
	[SEHUB_WIRE_CLOSE_REPLACED] = "replaced",
	[SEHUB_WIRE_CLOSE_SHUTDOWN] = "shutdown",
	[SEHUB_WIRE_CLOSE_BUSY] = "busy",
	[SEHUB_WIRE_CLOSE_DISCONNECTED] = "disconnected",
	[SEHUB_WIRE_CLOSE_TIMEOUT] = "timeout",
	[SEHUB_WIRE_CLOSE_LOOP] = "loop",
};

const char *proto_type_name(uint8_t type)
{
	if (type < sizeof(type_names) / sizeof(type_names[0]) &&
	    type_names[type])
		return type_names[type];
	return "record";
}

const char *proto_close_name(uint16_t code)
{
	if (code < sizeof(close_names) / sizeof(close_names[0]) &&
	    close_names[code])
		return close_names[code];
	return "unknown reason";
}

const char *proto_close_word(uint16_t code)
{
	if (code < sizeof(close_words) / sizeof(close_words[0]) &&
	    close_words[code])
		return close_words[code];
	return "unknown";
}

static uint16_t get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)get_u16(p) << 16 | get_u16(p + 2);
}

static uint64_t get_u64(const uint8_t *p)
{
	return (uint64_t)get_u32(p) << 32 | get_u32(p + 4);
}

/* Length of the valid, printable character at data, or 0. */
static size_t text_char_len(const uint8_t *data, size_t len)
{
	uint32_t code;
	size_t i, n;

	if (data[0] < 0x80)
		return data[0] >= 0x20 && data[0] != 0x7f;
	if (data[0] >= 0xc2 && data[0] <= 0xdf)
		n = 2;
	else if ((data[0] & 0xf0) == 0xe0)
		n = 3;
	else if (data[0] >= 0xf0 && data[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (n > len)
		return 0;

	code = data[0] & (0xffU >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (data[i] & 0x3f);
	}
	/* overlong, surrogates, beyond Unicode, C1 control characters */
	if ((n == 3 && code < 0x800) || (n == 4 && code < 0x10000) ||
	    (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff ||
	    code < 0xa0)
		return 0;
	return n;
}

bool proto_text_ok(const uint8_t *data, size_t len)
{
	size_t n;

	while (len) {
		n = text_char_len(data, len);
		if (!n)
			return false;
		data += n;
		len -= n;
	}
	return true;
}

void proto_text_copy(char *dst, size_t size, struct proto_bytes text)
{
	size_t n, used = 0;

	while (used < text.len) {
		n = text_char_len(text.data + used, text.len - used);
		if (!n || used + n >= size)
			break;
		memcpy(dst + used, text.data + used, n);
		used += n;
	}
	dst[used] = '\0';
}

static int refuse(struct proto_error *err, uint8_t type, uint16_t attr,
		  const char *why)
{
	const char *name = attr && attr <= SEHUB_WIRE_A_MAX ?
			   attr_rules[attr].name : NULL;

	err->attr = attr;
	if (name)
		snprintf(err->text, sizeof(err->text), "%s: %s: %s",
			 proto_type_name(type), name, why);
	else if (attr)
		snprintf(err->text, sizeof(err->text), "%s: attribute %u: %s",
			 proto_type_name(type), attr, why);
	else
		snprintf(err->text, sizeof(err->text), "%s: %s",
			 proto_type_name(type), why);
	return -EBADMSG;
}

static void store_value(struct proto_msg *msg, const struct attr_rule *rule,
			const uint8_t *value, size_t len)
{
	struct proto_bytes bytes = { value, len };
	uint8_t *field = (uint8_t *)msg + rule->offset;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (rule->kind) {
	case U16:
		u16 = get_u16(value);
		memcpy(field, &u16, sizeof(u16));
		break;
	case U32:
		u32 = get_u32(value);
		memcpy(field, &u32, sizeof(u32));
		break;
	case U64:
		u64 = get_u64(value);
		memcpy(field, &u64, sizeof(u64));
		break;
	case TEXT:
	case BYTES:
		memcpy(field, &bytes, sizeof(bytes));
		break;
	case FIXED:
		memcpy(field, &value, sizeof(value));
		break;
	}
}

static int parse_attr(uint8_t type, uint16_t attr, const uint8_t *value,
		      size_t len, struct proto_msg *msg,
		      struct proto_error *err)
{
	const struct attr_rule *rule;

	if (!attr || attr > SEHUB_WIRE_A_MAX)
		return 0;
	rule = &attr_rules[attr];
	if (!(rule->records & 1U << type))
		return 0;
	if (len < rule->min_len || len > rule->max_len)
		return refuse(err, type, attr, "wrong length");
	if (rule->kind == TEXT && !proto_text_ok(value, len))
		return refuse(err, type, attr, "not valid text");
	store_value(msg, rule, value, len);
	if (attr == SEHUB_WIRE_A_HUB && (!msg->hub || msg->hub > 4094))
		return refuse(err, type, attr, "not in 1 to 4094");
	msg->present |= PROTO_BIT(attr);
	return 0;
}

int proto_parse(uint8_t type, const uint8_t *payload, size_t len,
		struct proto_msg *msg, struct proto_error *err)
{
	uint64_t seen = 0;
	uint16_t attr, alen;
	int ret;

	memset(msg, 0, sizeof(*msg));
	memset(err, 0, sizeof(*err));
	if (type < SEHUB_WIRE_HELLO || type > SEHUB_WIRE_CLOSE) {
		refuse(err, type, 0, "not a known control record");
		return -EPROTONOSUPPORT;
	}
	if (len > SEHUB_WIRE_CONTROL_MAX)
		return refuse(err, type, 0, "too long");

	while (len) {
		if (len < ATTR_HDR_LEN) {
			ret = refuse(err, type, 0, "attribute cut short");
			goto err_clear;
		}
		attr = get_u16(payload);
		alen = get_u16(payload + 2);
		payload += ATTR_HDR_LEN;
		len -= ATTR_HDR_LEN;
		if (alen > len) {
			ret = refuse(err, type, attr, "cut short");
			goto err_clear;
		}
		if (attr < SEEN_MAX && seen & UINT64_C(1) << attr) {
			ret = refuse(err, type, attr, "repeated");
			goto err_clear;
		}
		if (attr < SEEN_MAX)
			seen |= UINT64_C(1) << attr;
		ret = parse_attr(type, attr, payload, alen, msg, err);
		if (ret)
			goto err_clear;
		payload += alen;
		len -= alen;
	}
	return 0;

err_clear:
	memset(msg, 0, sizeof(*msg));
	return ret;
}

int proto_require(uint8_t type, const struct proto_msg *msg, uint32_t mask,
		  struct proto_error *err)
{
	uint16_t attr;

	for (attr = 1; attr <= SEHUB_WIRE_A_MAX; attr++)
		if (mask & PROTO_BIT(attr) & ~msg->present)
			return refuse(err, type, attr, "missing");
	return 0;
}

void proto_begin(struct proto_builder *b, void *data, size_t size,
		 uint8_t type)
{
	b->data = data;
	b->size = size;
	b->len = SEHUB_WIRE_HDR_LEN;
	b->failed = size < SEHUB_WIRE_HDR_LEN;
	if (!b->failed) {
		memset(b->data, 0, SEHUB_WIRE_HDR_LEN);
		b->data[0] = type;
	}
}

/* Room for a value of len bytes, its header written; NULL if there is none. */
static uint8_t *put(struct proto_builder *b, uint16_t attr, size_t len)
{
	uint8_t *p;

	if (b->failed || len > SEHUB_WIRE_CONTROL_MAX ||
	    b->size - b->len < ATTR_HDR_LEN + len) {
		b->failed = true;
		return NULL;
	}
	p = b->data + b->len;
	p[0] = (uint8_t)(attr >> 8);
	p[1] = (uint8_t)attr;
	p[2] = (uint8_t)(len >> 8);
	p[3] = (uint8_t)len;
	b->len += ATTR_HDR_LEN + len;
	return p + ATTR_HDR_LEN;
}

static void put_number(struct proto_builder *b, uint16_t attr, uint64_t value,
		       size_t len)
{
	uint8_t *p = put(b, attr, len);

	while (p && len--) {
		p[len] = (uint8_t)value;
		value >>= 8;
	}
}

void proto_put_u16(struct proto_builder *b, uint16_t attr, uint16_t value)
{
	put_number(b, attr, value, sizeof(value));
}

void proto_put_u32(struct proto_builder *b, uint16_t attr, uint32_t value)
{
	put_number(b, attr, value, sizeof(value));
}

void proto_put_u64(struct proto_builder *b, uint16_t attr, uint64_t value)
{
	put_number(b, attr, value, sizeof(value));
}

void proto_put_bytes(struct proto_builder *b, uint16_t attr, const void *data,
		     size_t len)
{
	uint8_t *p = put(b, attr, len);

	if (p && len)
		memcpy(p, data, len);
}

void proto_put_text(struct proto_builder *b, uint16_t attr, const char *text)
{
	const uint8_t *in = (const uint8_t *)text;
	uint8_t clean[SEHUB_WIRE_TEXT_MAX];
	size_t n, used = 0, left = strlen(text);

	while (left) {
		n = text_char_len(in, left);
		if (used + (n ? n : 1) > sizeof(clean))
			break;
		if (n)
			memcpy(clean + used, in, n);
		else
			clean[used] = '?';
		n = n ? n : 1;
		used += n;
		in += n;
		left -= n;
	}
	proto_put_bytes(b, attr, clean, used);
}

int proto_end(struct proto_builder *b)
{
	size_t payload = b->len - SEHUB_WIRE_HDR_LEN;

	if (b->failed || payload > SEHUB_WIRE_CONTROL_MAX)
		return -EMSGSIZE;
	b->data[1] = (uint8_t)(payload >> 16);
	b->data[2] = (uint8_t)(payload >> 8);
	b->data[3] = (uint8_t)payload;
	return (int)b->len;
}

size_t proto_close(void *data, size_t size, uint16_t code, const char *text)
{
	struct proto_builder b;
	int len;

	proto_begin(&b, data, size, SEHUB_WIRE_CLOSE);
	proto_put_u16(&b, SEHUB_WIRE_A_CODE, code);
	proto_put_text(&b, SEHUB_WIRE_A_TEXT, text);
	len = proto_end(&b);
	return len < 0 ? 0 : (size_t)len;
}
