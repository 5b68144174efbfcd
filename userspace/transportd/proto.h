/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control records: their attributes parsed into a struct, and built from
 * values. Pure: bytes in, verdict out; nothing is allocated, nothing is read
 * or written, so the same code is fuzzed. What a field means is in
 * <linux/sehub_wire.h>.
 */
#ifndef SEHUB_TRANSPORTD_PROTO_H
#define SEHUB_TRANSPORTD_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/sehub_wire.h>

/* Bytes inside the record that was parsed; no terminating NUL. */
struct proto_bytes {
	const uint8_t *data;
	size_t len;
};

/**
 * struct proto_msg - the attributes of one control record
 * @present: bit PROTO_BIT(attribute) for each attribute that is there
 *
 * A field whose bit is not set is zero. Pointers lead into the payload that
 * was parsed and live as long as it.
 */
struct proto_msg {
	uint32_t present;
	uint16_t version;
	uint16_t hub;
	uint16_t code;
	uint32_t features;
	uint32_t keepalive;
	uint32_t dead_time;
	uint32_t grace;
	uint64_t rx_count;
	uint64_t tx_oldest;
	uint64_t hub_id;
	struct proto_bytes software;
	struct proto_bytes mechanisms;
	struct proto_bytes mechanism;
	struct proto_bytes sasl;
	struct proto_bytes client_name;
	struct proto_bytes session;
	struct proto_bytes text;
	struct proto_bytes carrier;
	const uint8_t *client_id;	/* SEHUB_WIRE_CLIENT_ID_LEN */
	const uint8_t *ticket;		/* SEHUB_WIRE_TICKET_LEN */
};

#define PROTO_BIT(attr)	(1U << (attr))

static inline bool proto_has(const struct proto_msg *msg, unsigned int attr)
{
	return msg->present & PROTO_BIT(attr);
}

/**
 * struct proto_error - what is wrong with a record
 * @attr: the attribute at fault, 0 if none
 * @text: for people and for the text of a CLOSE, "HELLO: hub: ..."
 */
struct proto_error {
	uint16_t attr;
	char text[96];
};

/**
 * proto_parse() - read the attributes of a control record
 * @type: type of the record
 * @payload: payload of the record
 * @len: length of the payload
 * @msg: filled in, and zeroed on error
 * @err: filled in on error
 *
 * Attributes that are unknown, or have no meaning in a record of this type,
 * are checked for their framing only and ignored.
 *
 * Return: 0; -EPROTONOSUPPORT if @type is no known control record; -EBADMSG if
 * an attribute is cut short, repeated, or has a length or value that it cannot
 * have.
 */
int proto_parse(uint8_t type, const uint8_t *payload, size_t len,
		struct proto_msg *msg, struct proto_error *err);

/**
 * proto_require() - check that attributes are there
 * @type: type of the record, for the error text
 * @msg: the record's attributes
 * @mask: PROTO_BIT()s that must be set
 * @err: names the first one missing
 * Return: 0 or -EBADMSG.
 */
int proto_require(uint8_t type, const struct proto_msg *msg, uint32_t mask,
		  struct proto_error *err);

/* Name of a record type for people; "record" if it has none. */
const char *proto_type_name(uint8_t type);

/* Name of a CLOSE code for people; "unknown reason" if it has none. */
const char *proto_close_name(uint16_t code);
/* The same in a word for programs, as "no-hub"; "unknown" if it has none. */
const char *proto_close_word(uint16_t code);

/* Is this UTF-8 without control characters? */
bool proto_text_ok(const uint8_t *data, size_t len);

/* Copies at most size - 1 bytes, cut at a character's end, and a NUL. */
void proto_text_copy(char *dst, size_t size, struct proto_bytes text);

/**
 * struct proto_builder - a control record under construction
 * @data: where it is built
 * @size: room at @data
 * @len: bytes used
 * @failed: something did not fit or was not valid text; proto_end() reports it
 */
struct proto_builder {
	uint8_t *data;
	size_t size;
	size_t len;
	bool failed;
};

/* Room for every record that the daemon builds, SASL steps included. */
#define PROTO_RECORD_MAX	(SEHUB_WIRE_HDR_LEN + SEHUB_WIRE_CONTROL_MAX)

void proto_begin(struct proto_builder *b, void *data, size_t size,
		 uint8_t type);
void proto_put_u16(struct proto_builder *b, uint16_t attr, uint16_t value);
void proto_put_u32(struct proto_builder *b, uint16_t attr, uint32_t value);
void proto_put_u64(struct proto_builder *b, uint16_t attr, uint64_t value);
void proto_put_bytes(struct proto_builder *b, uint16_t attr, const void *data,
		     size_t len);

/*
 * Text from anywhere: cut to SEHUB_WIRE_TEXT_MAX bytes at a character's end;
 * what the peer would refuse becomes '?'.
 */
void proto_put_text(struct proto_builder *b, uint16_t attr, const char *text);

/* Return: length of the finished record, or -EMSGSIZE. */
int proto_end(struct proto_builder *b);

/* A CLOSE record. Return: its length. @size is at least PROTO_CLOSE_MAX. */
#define PROTO_CLOSE_MAX	(SEHUB_WIRE_HDR_LEN + 6 + 4 + SEHUB_WIRE_TEXT_MAX)
size_t proto_close(void *data, size_t size, uint16_t code, const char *text);

#endif /* SEHUB_TRANSPORTD_PROTO_H */
