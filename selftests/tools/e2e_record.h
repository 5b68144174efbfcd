/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records on the wire as a client makes and reads them, written down a second
 * time so that the daemon is not only tested against itself. Bytes alone.
 */
#ifndef SEHUB_SELFTESTS_E2E_RECORD_H
#define SEHUB_SELFTESTS_E2E_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/sehub_wire.h>

/* Room for the payload of a client's part of a login. */
#define RECORD_LOGIN_MAX	2048

/* ALPN, as OpenSSL wants it. */
extern const uint8_t record_alpn[1 + sizeof(SEHUB_WIRE_ALPN) - 1];

/* Writes the four bytes in front of a payload. */
void record_header(uint8_t *at, uint8_t type, size_t len);

/* Length of the payload that a header announces. */
size_t record_payload_len(const uint8_t *header);

/* Writes an attribute. Return: its length. */
size_t record_put(uint8_t *at, uint16_t type, const void *value, size_t len);

/* An attribute of a payload, or NULL. */
const uint8_t *attr_find(const uint8_t *payload, size_t size, uint16_t type,
			 size_t *len);

/* The name of a CLOSE's code, "?" if it has none. */
const char *record_close_name(const uint8_t *payload, size_t size);

/* Payloads of a login. Return: length. */
size_t record_hello(uint8_t *buf, uint16_t vlan, const char *software);
size_t record_auth(uint8_t *buf, const char *mechanism, const char *message);
size_t record_attach(uint8_t *buf, const uint8_t *id, const char *name);

#endif /* SEHUB_SELFTESTS_E2E_RECORD_H */
