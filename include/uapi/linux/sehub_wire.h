/* SPDX-License-Identifier: GPL-2.0-or-later WITH Linux-syscall-note OR MIT */
/*
 * Records on the wire between two ends of a session.
 *
 * A session is a byte stream (TLS over TCP) of records. Each record is a
 * 32-bit big-endian header, the type in the upper 8 bits and the length of
 * the payload in the lower 24, followed by the payload. This header is used
 * unchanged by the kernel module, the daemon and the fuzzers.
 *
 * Types 0x01 to 0x0f are control records, exchanged by the two daemons. Their
 * payload is a list of attributes: a 16-bit attribute type, a 16-bit length of
 * the value, the value; all integers big-endian, no padding. An attribute of
 * an unknown type is ignored, an attribute repeated or cut short is an error.
 *
 * Types 0x10 to 0x1f are handled by the session's port. Every byte of DATA and
 * DATA_OFFLOAD records, headers included, has a number implied by its order,
 * as in TCP; the first byte of a session has number 0. No other record counts.
 */
#ifndef _UAPI_LINUX_SEHUB_WIRE_H
#define _UAPI_LINUX_SEHUB_WIRE_H

#include <linux/types.h>

#define SEHUB_WIRE_ALPN			"sehub/1"
#define SEHUB_WIRE_VERSION		1

#define SEHUB_WIRE_HDR_LEN		4
#define SEHUB_WIRE_LEN_MASK		0x00ffffffU
#define SEHUB_WIRE_TYPE_SHIFT		24

/**
 * enum sehub_wire_type - type of a record, the upper 8 bits of its header
 * @SEHUB_WIRE_HELLO: first record of each side: version, features, hub number
 * @SEHUB_WIRE_AUTH: one step of the SASL exchange
 * @SEHUB_WIRE_ATTACH: login done: session parameters; answered in kind
 * @SEHUB_WIRE_RESUME: go on with a session on this connection; answered in kind
 * @SEHUB_WIRE_CONFIG: parameters that changed during the session
 * @SEHUB_WIRE_CLOSE: end of the session, with a reason code and a text
 * @SEHUB_WIRE_DATA: one Ethernet frame without FCS, 14 to 16,384 bytes
 * @SEHUB_WIRE_DATA_OFFLOAD: a 10-byte struct virtio_net_hdr, little-endian,
 *	then a frame of 14 to 64,000 bytes; only to a peer that offered
 *	%SEHUB_WIRE_F_OFFLOAD. gso_type is NONE, TCPV4 or TCPV6, the latter two
 *	with or without ECN; NEEDS_CSUM is the only flag that has a meaning
 * @SEHUB_WIRE_ACK: 64-bit big-endian count of the bytes of DATA and
 *	DATA_OFFLOAD records received and delivered
 * @SEHUB_WIRE_PING: 8 opaque bytes, answered by PONG
 * @SEHUB_WIRE_PONG: the 8 bytes of the PING that it answers
 */
enum sehub_wire_type {
	SEHUB_WIRE_HELLO = 0x01,
	SEHUB_WIRE_AUTH = 0x02,
	SEHUB_WIRE_ATTACH = 0x03,
	SEHUB_WIRE_RESUME = 0x04,
	SEHUB_WIRE_CONFIG = 0x05,
	SEHUB_WIRE_CLOSE = 0x06,

	SEHUB_WIRE_DATA = 0x10,
	SEHUB_WIRE_DATA_OFFLOAD = 0x11,
	SEHUB_WIRE_ACK = 0x12,
	SEHUB_WIRE_PING = 0x13,
	SEHUB_WIRE_PONG = 0x14,
};

/* Shortest and longest frame of a DATA record, bytes, without FCS. */
#define SEHUB_WIRE_FRAME_MIN		14
#define SEHUB_WIRE_FRAME_MAX		16384
/* Longest frame of a DATA_OFFLOAD record, and the header in front of it. */
#define SEHUB_WIRE_SUPER_MAX		64000
#define SEHUB_WIRE_VNET_LEN		10
/* Longest payload of any record that is not DATA or DATA_OFFLOAD. */
#define SEHUB_WIRE_CONTROL_MAX		16384
#define SEHUB_WIRE_ACK_LEN		8
#define SEHUB_WIRE_PING_LEN		8
/* Longest record of any type, header included. */
#define SEHUB_WIRE_RECORD_MAX \
	(SEHUB_WIRE_HDR_LEN + SEHUB_WIRE_VNET_LEN + SEHUB_WIRE_SUPER_MAX)

/* An ACK is sent after this many bytes or this time, whichever is first. */
#define SEHUB_WIRE_ACK_BYTES		65536
#define SEHUB_WIRE_ACK_MSEC		100

/* Feature bits of SEHUB_WIRE_A_FEATURES. */
#define SEHUB_WIRE_F_OFFLOAD		0x00000001U	/* takes DATA_OFFLOAD */

/**
 * enum sehub_wire_attr - attributes of control records
 * @SEHUB_WIRE_A_VERSION: u16, HELLO: protocol version of the sender
 * @SEHUB_WIRE_A_SOFTWARE: text, HELLO: name and version of the software
 * @SEHUB_WIRE_A_FEATURES: u32, HELLO, ATTACH, RESUME: what the sender takes
 * @SEHUB_WIRE_A_HUB: u16, client's HELLO: number of the hub, 1 to 4094
 * @SEHUB_WIRE_A_MECHANISMS: text, server's HELLO: SASL mechanisms, separated
 *	by one space
 * @SEHUB_WIRE_A_MECHANISM: text, client's first AUTH: the mechanism chosen
 * @SEHUB_WIRE_A_SASL: binary, AUTH: what the mechanism says; empty in the
 *	server's last one: nothing more, it was right
 * @SEHUB_WIRE_A_CLIENT_ID: 16 bytes, client's ATTACH: identity of the
 *	installation and connection; a new login with it replaces the session
 * @SEHUB_WIRE_A_CLIENT_NAME: text, client's ATTACH: host name for people
 * @SEHUB_WIRE_A_SESSION: text, server's ATTACH: name of the session for people
 * @SEHUB_WIRE_A_TICKET: 32 bytes, server's ATTACH and RESUME: resumes the
 *	session once; client's RESUME: the ticket that it holds
 * @SEHUB_WIRE_A_KEEPALIVE: u32, ATTACH: milliseconds between PINGs on an
 *	otherwise silent connection; the smaller of both sides' holds
 * @SEHUB_WIRE_A_DEAD_TIME: u32, ATTACH: milliseconds of silence after which
 *	the connection is given up; the smaller of both sides' holds
 * @SEHUB_WIRE_A_GRACE: u32, server's ATTACH, and CONFIG when it changes:
 *	milliseconds for which the server keeps the session without a
 *	connection; 0: not resumable. Client's ATTACH: the most that it wants
 * @SEHUB_WIRE_A_RX_COUNT: u64, RESUME: bytes of DATA records received and
 *	delivered by the sender of this record
 * @SEHUB_WIRE_A_TX_OLDEST: u64, RESUME: number of the oldest byte that the
 *	sender still holds. The receiver goes on from the greater of this and
 *	its own count; the difference is a stated gap
 * @SEHUB_WIRE_A_CODE: u16, CLOSE: enum sehub_wire_close
 * @SEHUB_WIRE_A_TEXT: text, CLOSE: what happened, for people
 * @SEHUB_WIRE_A_CARRIER: text, client's ATTACH and RESUME: how its connection
 *	is made, for people: "direct", "http", "socks5h"
 * @SEHUB_WIRE_A_HUB_ID: u64, client's ATTACH: its port of the session is one
 *	of a hub with this id: the session joins two hubs. Server's ATTACH to
 *	such a client: the id of its own hub. See linux/sehub_probe.h
 *
 * Text is UTF-8 without control characters and without a terminating NUL.
 */
enum sehub_wire_attr {
	SEHUB_WIRE_A_VERSION = 1,
	SEHUB_WIRE_A_SOFTWARE = 2,
	SEHUB_WIRE_A_FEATURES = 3,
	SEHUB_WIRE_A_HUB = 4,
	SEHUB_WIRE_A_MECHANISMS = 5,
	SEHUB_WIRE_A_MECHANISM = 6,
	SEHUB_WIRE_A_SASL = 7,
	SEHUB_WIRE_A_CLIENT_ID = 8,
	SEHUB_WIRE_A_CLIENT_NAME = 9,
	SEHUB_WIRE_A_SESSION = 10,
	SEHUB_WIRE_A_TICKET = 11,
	SEHUB_WIRE_A_KEEPALIVE = 12,
	SEHUB_WIRE_A_DEAD_TIME = 13,
	SEHUB_WIRE_A_GRACE = 14,
	SEHUB_WIRE_A_RX_COUNT = 15,
	SEHUB_WIRE_A_TX_OLDEST = 16,
	SEHUB_WIRE_A_CODE = 17,
	SEHUB_WIRE_A_TEXT = 18,
	SEHUB_WIRE_A_CARRIER = 19,
	SEHUB_WIRE_A_HUB_ID = 20,

	__SEHUB_WIRE_A_END,
};

#define SEHUB_WIRE_A_MAX		(__SEHUB_WIRE_A_END - 1)

#define SEHUB_WIRE_CLIENT_ID_LEN	16
#define SEHUB_WIRE_TICKET_LEN		32
#define SEHUB_WIRE_TEXT_MAX		255

/**
 * enum sehub_wire_close - why a session or connection ends
 * @SEHUB_WIRE_CLOSE_BYE: the other side's user ended it
 * @SEHUB_WIRE_CLOSE_PROTOCOL: a malformed or unexpected record
 * @SEHUB_WIRE_CLOSE_VERSION: no common protocol version
 * @SEHUB_WIRE_CLOSE_AUTH: authentication failed; do not retry
 * @SEHUB_WIRE_CLOSE_DENIED: the user may not connect; do not retry
 * @SEHUB_WIRE_CLOSE_NO_HUB: the hub does not exist now; retry later
 * @SEHUB_WIRE_CLOSE_NO_SESSION: the ticket is not known; log in anew
 * @SEHUB_WIRE_CLOSE_REPLACED: a newer login took the session's place; do not
 *	retry
 * @SEHUB_WIRE_CLOSE_SHUTDOWN: the server ends; retry
 * @SEHUB_WIRE_CLOSE_BUSY: a limit is reached; retry later
 * @SEHUB_WIRE_CLOSE_DISCONNECTED: an administrator ended the session; do not
 *	retry
 * @SEHUB_WIRE_CLOSE_TIMEOUT: the login or the peer took too long; retry
 * @SEHUB_WIRE_CLOSE_LOOP: the two hubs are joined already, or are one; retry
 *	later
 */
enum sehub_wire_close {
	SEHUB_WIRE_CLOSE_BYE = 1,
	SEHUB_WIRE_CLOSE_PROTOCOL = 2,
	SEHUB_WIRE_CLOSE_VERSION = 3,
	SEHUB_WIRE_CLOSE_AUTH = 4,
	SEHUB_WIRE_CLOSE_DENIED = 5,
	SEHUB_WIRE_CLOSE_NO_HUB = 6,
	SEHUB_WIRE_CLOSE_NO_SESSION = 7,
	SEHUB_WIRE_CLOSE_REPLACED = 8,
	SEHUB_WIRE_CLOSE_SHUTDOWN = 9,
	SEHUB_WIRE_CLOSE_BUSY = 10,
	SEHUB_WIRE_CLOSE_DISCONNECTED = 11,
	SEHUB_WIRE_CLOSE_TIMEOUT = 12,
	SEHUB_WIRE_CLOSE_LOOP = 13,
};

#endif /* _UAPI_LINUX_SEHUB_WIRE_H */
