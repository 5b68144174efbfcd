/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many sessions in one process: what loadtool.c (commands), load_session.c
 * (a session: connection and records), load_login.c (its login) and
 * load_frames.c (frames from session to session) share.
 */
#ifndef SEHUB_SELFTESTS_LOAD_H
#define SEHUB_SELFTESTS_LOAD_H

#include <netdb.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "e2e_record.h"
#include "e2e_scram.h"

#define LOAD_TEXT_MAX	320

enum load_state {
	LOAD_CONNECTING,
	LOAD_TLS,
	LOAD_HELLO,
	LOAD_AUTH_FIRST,
	LOAD_AUTH_FINAL,
	LOAD_ATTACH,
	LOAD_OPEN,
	LOAD_CLOSING,		/* our CLOSE is out, the server's end is to come */
};

/* Who logs in, and where. */
struct load_user {
	uint16_t vlan;
	char name[64];
	struct scram scram;	/* password, and what comes of it */
};

/**
 * struct load_session - a session, or a login under way
 * @next: list of all
 * @prev: where it hangs in that
 * @next_ack: list of those that owe the server an ACK
 * @owes_ack: is in that list
 * @state: what has come about
 * @fd: the socket
 * @ssl: TLS on it
 * @events: what epoll watches
 * @user: whose login
 * @scram: of a login under way
 * @number: never given out twice; its MAC address comes of it
 * @in: start of a record that has not come whole
 * @in_len: its length
 * @out: what the socket did not take
 * @out_at: where that begins
 * @out_len: its length
 * @rx_count: bytes of DATA records received
 * @rx_acked: those told of
 * @tx_count: bytes of DATA records sent
 * @tx_acked: those that the server has told of
 * @to: whom it sends to in an exchange
 * @from: who sends to it
 * @sent: frames, in this exchange
 * @expected: number of the next frame from @from
 */
struct load_session {
	struct load_session *next;
	struct load_session **prev;
	struct load_session *next_ack;
	bool owes_ack;
	enum load_state state;
	int fd;
	SSL *ssl;
	uint32_t events;
	struct load_user *user;
	struct scram *scram;
	uint32_t number;
	uint8_t *in;
	size_t in_len;
	uint8_t *out;
	size_t out_at;
	size_t out_len;
	uint64_t rx_count;
	uint64_t rx_acked;
	uint64_t tx_count;
	uint64_t tx_acked;
	struct load_session *to;
	struct load_session *from;
	uint64_t sent;
	uint64_t expected;
};

/* What has happened, since the process began unless it is said otherwise. */
struct load_stats {
	unsigned int pending;		/* logins and ends under way */
	unsigned int open;
	unsigned int refused;		/* in this command */
	unsigned int lost;		/* open ones that ended by themselves */
	char why[LOAD_TEXT_MAX];	/* the first of these two, in this command */
	uint64_t pings;
	uint64_t other;			/* frames that nobody of us sent */
};

extern struct load_stats load_stats;
extern struct load_session *load_sessions;

/* Readable when load_serve() has something to do. */
int load_open(const struct addrinfo *server);
void load_serve(void *arg);
int64_t load_now(void);

/* Starts a login. False: there is no descriptor or memory for it. */
bool load_login(struct load_user *user);
/* Says CLOSE; the session is gone when the server has ended the connection. */
void load_leave(struct load_session *s);

/* Sends whole records, DATA or not. */
void load_send(struct load_session *s, const uint8_t *records, size_t len);

/* --- for load_login.c ----------------------------------------------------- */

/* The session is over, for this reason, and freed. */
void load_over(struct load_session *s, const char *why);
/*
 * What SSL_get_error() said. True: the session is still there, and waits; the
 * server's end after our CLOSE is what was waited for.
 */
bool load_await(struct load_session *s, int code);
void load_watch(struct load_session *s, uint32_t events);
void load_send_record(struct load_session *s, uint8_t type,
		      const uint8_t *payload, size_t len);

/* False if it goes on later, or never. */
bool load_shake_hands(struct load_session *s);
/* The next step; what is wrong with the record, or NULL. */
const char *load_login_step(struct load_session *s, uint8_t type,
			    const uint8_t *payload, size_t len);

/* --- frames --------------------------------------------------------------- */

/**
 * struct load_exchange - frames from each session to the next one of its hub
 * @run: number of the exchange
 * @size: of a frame
 * @window: frames that may be under way from one session
 * @limit: frames that one session sends
 * @rate: frames a second of one session, 0: as many as the window lets pass
 * @began: microseconds
 * @is_over: no more are sent
 * @sent: frames
 * @received: those that came, in order, once
 * @lost: those that did not, though later ones did
 * @wrong: those that came twice, late, damaged, or from somebody else
 * @astray: those that came to a session they were not for
 */
struct load_exchange {
	uint32_t run;
	size_t size;
	unsigned int window;
	uint64_t limit;
	unsigned int rate;
	int64_t began;
	bool is_over;
	uint64_t sent;
	uint64_t received;
	uint64_t lost;
	uint64_t wrong;
	uint64_t astray;
};

extern struct load_exchange load_exchange;

/* Pairs the sessions. False: one is alone in its hub, whose number it is. */
bool load_pair(uint16_t *vlan);
/* Lets the hubs learn where each session is. */
void load_announce(void);
bool load_is_announced(void *arg);
/* What may be sent is sent. */
void load_pump(struct load_session *s);
void load_pump_all(void);
/* Everything that was sent has come. */
bool load_has_arrived(void *arg);
/* A frame has come. */
void load_take_frame(struct load_session *s, const uint8_t *frame, size_t len);
/* The session is gone: nobody may send to it any more. */
void load_unpair(struct load_session *s);

#endif /* SEHUB_SELFTESTS_LOAD_H */
