/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What session.c (states, timers), session_stream.c (bytes) and the two kinds
 * of ports share.
 */
#ifndef SEHUB_TRANSPORTD_SESSION_IMPL_H
#define SEHUB_TRANSPORTD_SESSION_IMPL_H

#include <uv.h>

#include "lib/port.h"
#include "records.h"
#include "session.h"

/* Until the kernel is asked again for what it had no memory for. */
#define SESSION_RETRY_MS	10

enum session_state {
	SESSION_ATTACHING,	/* the port was asked for */
	SESSION_OPEN,		/* frames pass */
	SESSION_CLOSING,	/* a CLOSE is on its way, input is ignored */
	SESSION_DEAD,		/* handles are being closed */
};

struct session;
struct tap_line;

/**
 * struct session_port_ops - what a session asks of its port
 * @begin: make the port, or take it back, as @start says. Return: 0, then
 *	session_attached() follows from the loop; or -errno with @err
 * @send: hand over whole records of the peer, at most SEHUB_XFER_MAX bytes,
 *	grant one session_answer() of at most @credit bytes, or both. Return: 0;
 *	-EAGAIN or -ENOBUFS if there is no memory now and nothing was taken; or
 *	another -errno
 * @detach: leave the port to its grace time
 * @del: delete the port
 * @forget: the session ends, nothing may come to it any more
 */
struct session_port_ops {
	int (*begin)(struct session *s, const struct session_start *start,
		     struct sehub_err *err);
	int (*send)(struct session *s, const void *records, size_t len,
		    uint32_t credit);
	void (*detach)(struct session *s);
	void (*del)(struct session *s);
	void (*forget)(struct session *s);
};

/* session_netlink.c: a port of a hub; session_tap.c: a TAP device */
extern const struct session_port_ops session_netlink_ops;
extern const struct session_port_ops session_tap_ops;

struct session {
	const struct session_host *host;
	struct session_links links;
	struct session_ref ref;
	enum session_state state;
	char name[40];
	bool is_server;
	bool is_resume;
	bool is_ending;		/* session_end() came while attaching */
	uint16_t end_code;
	char end_text[SEHUB_WIRE_TEXT_MAX + 1];

	uv_poll_t poll;
	uv_timer_t timer;
	unsigned int handles;
	int events;
	struct tls *tls;
	int fd;

	const struct session_port_ops *port;
	struct tap_line *tap;	/* of session_tap.c */
	uint32_t port_id;	/* 0: not known, or not ours any more */
	bool has_credit;	/* an answer is to come */
	bool is_blocked;	/* the kernel has no memory now: do not read */
	bool read_wants_write;
	bool is_shut;		/* our direction of the stream is at its end */
	bool is_unheard;	/* nothing came since the resume */
	uint8_t *in;		/* read, but not whole, or not taken yet */
	size_t in_len;
	uint8_t *out;		/* to be sent: out_len bytes from out_at */
	size_t out_at;
	size_t out_len;
	size_t out_size;

	uint32_t keepalive;
	uint32_t dead_time;
	uint64_t last_rx;
	uint64_t last_ping;
	uint64_t probe_start;
	uint64_t probe_end;	/* 0: none */
	uint64_t gone_at;	/* the port vanished; 0: it is there */
	uint64_t worn_after;	/* bytes left until it is told; 0: it was, or never */

	uint8_t ticket[SEHUB_WIRE_TICKET_LEN];
	uint8_t greeting[512];
	size_t greeting_len;
};

/* session.c */

/* The port is there, with what it counted so far; or not, @code is -errno. */
void session_attached(struct session *s, int code,
		      const struct sehub_port *port,
		      const struct sehub_err *err);
/* Tells the main thread. */
void session_event(struct session *s, enum session_event_kind kind,
		   bool by_peer, uint16_t code, const char *text);
/* The line is gone, the session is not. */
void session_lost(struct session *s, const char *why);
/* As session_lost(), with what TLS says. */
void session_broken(struct session *s);
/* A rule was broken, or the port cannot go on: end the session. */
void session_fail(struct session *s, uint16_t code, const char *text);
/* The peer ended the session. */
void session_closed(struct session *s, uint16_t code, const char *text);
void session_destroy(struct session *s);
/* Something came from the peer. */
void session_heard(struct session *s);

/* session_stream.c */

/* Look for what the state and the waiting output call for. */
void session_poll(struct session *s);
/* Allow the kernel one answer, if there is room for it. */
void session_grant(struct session *s);
/* Whole records for the peer. */
void session_write(struct session *s, const uint8_t *data, size_t len);
/* Read what there is and hand it over. */
void session_read(struct session *s);
void session_control(struct session *s, const struct sehub_wire_rec *rec);

#endif /* SEHUB_TRANSPORTD_SESSION_IMPL_H */
