// SPDX-License-Identifier: GPL-2.0-or-later
/* A line to the daemon, with or without TLS, and records on it. */
#include "e2e_line.h"

#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_LEN	1024

int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

int64_t now_ms(void)
{
	return now_us() / 1000;
}

/* One write, so that lines of many processes do not mix. */
__attribute__((format(printf, 2, 3)))
void line_report(const struct peer *p, const char *fmt, ...)
{
	char line[LINE_MAX_LEN];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(line, sizeof(line) - 32, fmt, args);
	va_end(args);
	if (len < 0 || len > (int)sizeof(line) - 33)
		len = sizeof(line) - 33;
	len += snprintf(line + len, 32, " us=%lld\n",
			(long long)(now_us() - p->began));
	if (write(STDOUT_FILENO, line, (size_t)len) < 0)
		exit(1);
}

void line_over(struct peer *p, const char *how)
{
	if (!p->is_over)
		line_report(p, "end %s", how);
	p->is_over = true;
}

bool hex_parse(const char *text, uint8_t *out, size_t size, size_t *len)
{
	unsigned int byte;
	int used;

	for (*len = 0; *text; (*len)++, text += 2) {
		if (*len == size || sscanf(text, "%2x%n", &byte, &used) != 1 ||
		    used != 2)
			return false;
		out[*len] = (uint8_t)byte;
	}
	return true;
}

/* --- bytes ---------------------------------------------------------------- */

static bool wait_for(struct peer *p, short events)
{
	struct pollfd pfd = { .fd = p->fd, .events = events };
	int64_t left = p->deadline - now_ms();

	if (left > 0 && poll(&pfd, 1, (int)left) > 0)
		return true;
	p->is_slow = true;
	return false;
}

/* What SSL_get_error() says: true to try again. */
bool line_again(struct peer *p, int ret)
{
	switch (SSL_get_error(p->ssl, ret)) {
	case SSL_ERROR_WANT_READ:
		return wait_for(p, POLLIN);
	case SSL_ERROR_WANT_WRITE:
		return wait_for(p, POLLOUT);
	case SSL_ERROR_ZERO_RETURN:
		line_over(p, "close-notify");
		return false;
	case SSL_ERROR_SSL:
		line_over(p, ERR_reason_error_string(ERR_peek_error()) ?:
			     "tls");
		ERR_clear_error();
		return false;
	default:
		line_over(p, errno == ECONNRESET || errno == EPIPE ?
			     "reset" : "eof");
		return false;
	}
}

/* Return: bytes, or 0 if it is over or too slow. */
size_t line_receive(struct peer *p, void *buf, size_t size)
{
	ssize_t ret;

	for (;;) {
		if (p->ssl) {
			errno = 0;
			ret = SSL_read(p->ssl, buf, (int)size);
			if (ret > 0)
				return (size_t)ret;
			if (!line_again(p, (int)ret))
				return 0;
			continue;
		}
		ret = recv(p->fd, buf, size, 0);
		if (ret > 0)
			return (size_t)ret;
		if (ret == 0 || errno != EAGAIN) {
			line_over(p, ret ? "reset" : "eof");
			return 0;
		}
		if (!wait_for(p, POLLIN))
			return 0;
	}
}

void line_send(struct peer *p, const uint8_t *data, size_t len)
{
	ssize_t ret;

	while (len && !p->is_over) {
		if (p->ssl) {
			errno = 0;
			ret = SSL_write(p->ssl, data, (int)len);
			if (ret <= 0 && !line_again(p, (int)ret))
				return;
		} else {
			ret = send(p->fd, data, len, MSG_NOSIGNAL);
			if (ret < 0 && errno != EAGAIN) {
				line_over(p, "reset");
				return;
			}
			if (ret < 0 && !wait_for(p, POLLOUT))
				return;
		}
		if (ret > 0) {
			data += ret;
			len -= (size_t)ret;
		}
	}
}

static bool receive_all(struct peer *p, uint8_t *data, size_t len)
{
	size_t ret;

	while (len) {
		ret = line_receive(p, data, len);
		if (!ret)
			return false;
		data += ret;
		len -= ret;
	}
	return true;
}

/* --- records -------------------------------------------------------------- */

const uint8_t *record_attr(const struct peer *p, uint16_t type, size_t *len)
{
	return attr_find(p->payload, p->len, type, len);
}

/* CLOSE with the name of its code. */
static void report_close(const struct peer *p)
{
	size_t len;
	const uint8_t *text = record_attr(p, SEHUB_WIRE_A_TEXT, &len);

	line_report(p, "CLOSE %s text=\"%.*s\"",
		    record_close_name(p->payload, p->len), (int)len,
		    text ? (const char *)text : "");
}

static void report_record(const struct peer *p)
{
	static const char *const names[] = {
		[SEHUB_WIRE_HELLO] = "HELLO", [SEHUB_WIRE_AUTH] = "AUTH",
		[SEHUB_WIRE_ATTACH] = "ATTACH", [SEHUB_WIRE_RESUME] = "RESUME",
		[SEHUB_WIRE_CONFIG] = "CONFIG", [SEHUB_WIRE_CLOSE] = "CLOSE",
		[SEHUB_WIRE_DATA] = "DATA", [SEHUB_WIRE_ACK] = "ACK",
		[SEHUB_WIRE_DATA_OFFLOAD] = "DATA_OFFLOAD",
		[SEHUB_WIRE_PING] = "PING", [SEHUB_WIRE_PONG] = "PONG",
	};
	const char *name = p->type < sizeof(names) / sizeof(names[0]) &&
			   names[p->type] ? names[p->type] : "UNKNOWN";
	const uint8_t *value, *text;
	size_t value_len, len;
	char ticket[2 * SEHUB_WIRE_TICKET_LEN + 1] = "";

	if (p->type == SEHUB_WIRE_CLOSE) {
		report_close(p);
	} else if (p->type == SEHUB_WIRE_ATTACH ||
		   p->type == SEHUB_WIRE_RESUME) {
		value = record_attr(p, SEHUB_WIRE_A_TICKET, &value_len);
		text = record_attr(p, SEHUB_WIRE_A_SESSION, &len);
		for (size_t i = 0; i < value_len && value_len <= 32; i++)
			snprintf(ticket + 2 * i, 3, "%02x", value[i]);
		line_report(p, "%s session=%.*s ticket=%s", name, (int)len,
		       text ? (const char *)text : "", ticket);
	} else {
		line_report(p, "%s len=%zu", name, p->len);
	}
}

/* False if none came. What comes outside of TLS is no record. */
bool record_read(struct peer *p)
{
	uint8_t hdr[SEHUB_WIRE_HDR_LEN];

	if (!p->ssl)
		return !p->is_over && line_receive(p, p->payload, 1);
	if (p->is_over || !receive_all(p, hdr, sizeof(hdr)))
		return false;
	p->type = hdr[0];
	p->len = record_payload_len(hdr);
	if (p->len > sizeof(p->payload)) {
		line_report(p, "error: the server sent a record of %zu bytes",
		       p->len);
		exit(1);
	}
	if (!receive_all(p, p->payload, p->len))
		return false;
	report_record(p);
	return true;
}

void record_send(struct peer *p, uint8_t type, const uint8_t *payload,
			size_t len)
{
	uint8_t buf[SEHUB_WIRE_RECORD_MAX + 64];

	if (len > sizeof(buf) - 4)
		exit(1);
	record_header(buf, type, len);
	memcpy(buf + 4, payload, len);
	line_send(p, buf, len + 4);
}

/* The record that must come now; a CLOSE or an end instead is no error. */
bool record_expect(struct peer *p, uint8_t type)
{
	while (record_read(p))
		if (p->type == type)
			return true;
	if (p->is_slow)
		line_report(p, "end timeout");
	return false;
}
