/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line to the daemon, with or without TLS, and records on it. What happens
 * is reported on standard output.
 */
#ifndef SEHUB_SELFTESTS_E2E_LINE_H
#define SEHUB_SELFTESTS_E2E_LINE_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "e2e_record.h"

struct peer {
	int fd;
	SSL *ssl;
	bool is_over;		/* the server ended it */
	bool is_slow;		/* it did not within the time */
	int64_t began;		/* when the step began */
	int64_t deadline;
	int seconds;
	uint8_t type;		/* of the record read last */
	size_t len;
	uint8_t payload[SEHUB_WIRE_RECORD_MAX];
};

int64_t now_us(void);
int64_t now_ms(void);

/* A line of output, with the microseconds since the step began. */
__attribute__((format(printf, 2, 3)))
void line_report(const struct peer *p, const char *fmt, ...);

/* The line has ended in this way; reported once. */
void line_over(struct peer *p, const char *how);

/* What SSL_get_error() says: true to try again. */
bool line_again(struct peer *p, int ret);

/* Return: bytes, or 0 if it is over or too slow. */
size_t line_receive(struct peer *p, void *buf, size_t size);
void line_send(struct peer *p, const uint8_t *data, size_t len);

/* Reads and reports a record; false if none came. */
bool record_read(struct peer *p);

/* The record that must come now; a CLOSE or an end instead is no error. */
bool record_expect(struct peer *p, uint8_t type);
void record_send(struct peer *p, uint8_t type, const uint8_t *payload,
		 size_t len);

/* An attribute of the record read last, or NULL. */
const uint8_t *record_attr(const struct peer *p, uint16_t type, size_t *len);

bool hex_parse(const char *text, uint8_t *out, size_t size, size_t *len);

#endif /* SEHUB_SELFTESTS_E2E_LINE_H */
