// SPDX-License-Identifier: GPL-2.0-or-later
/* Records on the wire as a client makes and reads them. */
#include "e2e_record.h"

#include <string.h>


const uint8_t record_alpn[] = { 7, 's', 'e', 'h', 'u', 'b', '/', '1' };

void record_header(uint8_t *at, uint8_t type, size_t len)
{
	at[0] = type;
	at[1] = (uint8_t)(len >> 16);
	at[2] = (uint8_t)(len >> 8);
	at[3] = (uint8_t)len;
}

size_t record_payload_len(const uint8_t *header)
{
	return (size_t)(header[1] << 16 | header[2] << 8 | header[3]);
}

size_t record_put(uint8_t *at, uint16_t type, const void *value, size_t len)
{
	at[0] = (uint8_t)(type >> 8);
	at[1] = (uint8_t)type;
	at[2] = (uint8_t)(len >> 8);
	at[3] = (uint8_t)len;
	memcpy(at + 4, value, len);
	return 4 + len;
}

const uint8_t *attr_find(const uint8_t *payload, size_t size, uint16_t type,
			 size_t *len)
{
	size_t at = 0;

	while (at + 4 <= size) {
		*len = (size_t)(payload[at + 2] << 8 | payload[at + 3]);
		if ((payload[at] << 8 | payload[at + 1]) == type &&
		    at + 4 + *len <= size)
			return payload + at + 4;
		at += 4 + *len;
	}
	*len = 0;
	return NULL;
}

const char *record_close_name(const uint8_t *payload, size_t size)
{
	static const char *const names[] = {
		[SEHUB_WIRE_CLOSE_BYE] = "BYE",
		[SEHUB_WIRE_CLOSE_PROTOCOL] = "PROTOCOL",
		[SEHUB_WIRE_CLOSE_VERSION] = "VERSION",
		[SEHUB_WIRE_CLOSE_AUTH] = "AUTH",
		[SEHUB_WIRE_CLOSE_DENIED] = "DENIED",
		[SEHUB_WIRE_CLOSE_NO_HUB] = "NO_HUB",
		[SEHUB_WIRE_CLOSE_NO_SESSION] = "NO_SESSION",
		[SEHUB_WIRE_CLOSE_REPLACED] = "REPLACED",
		[SEHUB_WIRE_CLOSE_SHUTDOWN] = "SHUTDOWN",
		[SEHUB_WIRE_CLOSE_BUSY] = "BUSY",
		[SEHUB_WIRE_CLOSE_DISCONNECTED] = "DISCONNECTED",
		[SEHUB_WIRE_CLOSE_TIMEOUT] = "TIMEOUT",
		[SEHUB_WIRE_CLOSE_LOOP] = "LOOP",
	};
	size_t len;
	const uint8_t *code = attr_find(payload, size, SEHUB_WIRE_A_CODE, &len);
	unsigned int value = len == 2 ? code[0] << 8 | code[1] : 0;

	return value < sizeof(names) / sizeof(names[0]) && names[value] ?
	       names[value] : "?";
}

size_t record_hello(uint8_t *buf, uint16_t vlan, const char *software)
{
	static const uint8_t version[] = { 0, SEHUB_WIRE_VERSION };
	uint8_t hub[] = { (uint8_t)(vlan >> 8), (uint8_t)vlan };
	size_t len;

	len = record_put(buf, SEHUB_WIRE_A_VERSION, version, 2);
	len += record_put(buf + len, SEHUB_WIRE_A_HUB, hub, 2);
	return len + record_put(buf + len, SEHUB_WIRE_A_SOFTWARE, software,
				strlen(software));
}

size_t record_auth(uint8_t *buf, const char *mechanism, const char *message)
{
	size_t len = 0;

	if (mechanism)
		len = record_put(buf, SEHUB_WIRE_A_MECHANISM, mechanism,
				 strlen(mechanism));
	return len + record_put(buf + len, SEHUB_WIRE_A_SASL, message,
				strlen(message));
}

size_t record_attach(uint8_t *buf, const uint8_t *id, const char *name)
{
	size_t len;

	len = record_put(buf, SEHUB_WIRE_A_CLIENT_ID, id,
			 SEHUB_WIRE_CLIENT_ID_LEN);
	return len + record_put(buf + len, SEHUB_WIRE_A_CLIENT_NAME, name,
				strlen(name));
}
